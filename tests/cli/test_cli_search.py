"""`roadstead search` as a user runs it: says who learns what, keeps what came, goes on where it stopped."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from messy import AOI, write_case
from shapely.geometry import box
from stac_server import StacServer, item

from roadstead.catalogues import Limits, kept_answers
from roadstead.model import AnswerState, InputError, NotFound, span_between
from roadstead.pipeline import SearchScope, SearchSeams, explain, plan_search, search, verify
from roadstead.steps import FixedClock

pytestmark = pytest.mark.enable_socket

Cli = Callable[..., tuple[int, str, str]]
# A run in the background starts with Ctrl-C ignored; a user at a terminal has it.
_LISTEN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
PROGRAM = [sys.executable, "-c", f"{_LISTEN}from roadstead.cli import main; main()"]
TILE = box(131.5, 42.3, 132.5, 43.3)
NOW = datetime(2025, 1, 1, tzinfo=UTC)
QUICK = Limits(connect_s=1, read_s=0.3, retries=0)
SECOND_SITE = f"""
[[sites]]
id = "bay"
name = "Bay"
timezone = "Asia/Vladivostok"
aoi = {AOI.replace("132.0", "132.1")}
traffic = [0.2, 4.0]
"""


@pytest.fixture
def server() -> Iterator[StacServer]:
    items = [item(f"d{d}", f"2024-10-{d:02}T02:10:00Z", TILE, platform="sentinel-2a") for d in (1, 6, 11, 16, 21)]
    with StacServer(items=items) as running:
        yield running


def add_providers(case: Path, **urls: str) -> None:
    """Catalogues that replace all shipped ones, so that nobody else is asked."""
    shipped = ("earth-search", "planetary-computer", "copernicus", "planet", "umbra-open-data", "capella-open-data")
    names = {**dict.fromkeys((*shipped, "maxar-open-data"), "none/catalog.json"), **urls}
    entry = '[[providers]]\nid = "{}"\nname = "{}"\nkind = "{}"\nurl = "{}"\nlicence = "free"\ncollections = [{}]\n'
    text = ""
    for name, url in names.items():
        kind, collection, mission = (
            ("stac-api", "sentinel-2-l2a", "sentinel-2a") if "//" in url else ("stac-static", "*", "umbra")
        )
        held = f'{{ id = "{collection}", missions = ["{mission}"] }}'
        text += entry.format(name.replace("_", "-"), name.replace("_", " ").title(), kind, url, held)
    (case / "catalogues").mkdir(exist_ok=True)
    (case / "catalogues" / "providers.toml").write_text(text)


@pytest.fixture
def case(tmp_path: Path, server: StacServer) -> Path:
    folder = write_case(tmp_path / "case")
    text = (folder / "case.toml").read_text()
    (folder / "case.toml").write_text(text.replace("[[vessels]]", f"{SECOND_SITE}[[vessels]]", 1))
    add_providers(folder, mine=server.url)
    return folder


def seams(now: datetime = NOW) -> SearchSeams:
    return SearchSeams(clock=FixedClock(now), limits=QUICK)


def only(*providers: str, **more: Any) -> SearchScope:
    return SearchScope(providers=providers, **more)


def test_a_search_says_first_who_learns_what_and_then_lists(cli: Cli, case: Path, server: StacServer) -> None:
    code, out, err = cli("search", case, "--provider", "mine")
    assert code == 0
    host = server.url.removeprefix("http://")
    assert f"{host} (Mine) learns the areas of Roads, Bay and the days 2024-08-29 to 2024-10-17" in err
    assert "complete  Mine answered, 8 item(s). [2 questions]" in out
    rows = [" ".join(line.replace("│", " ").split()) for line in out.splitlines()]
    assert "roads sentinel-2a 4 2024-10-01T02:10:00Z 2024-10-16T02:10:00Z" in rows
    assert len(list((case / "catalogues").glob("mine-*.json.gz"))) == 2


def test_json_alone_is_on_stdout(cli: Cli, case: Path) -> None:
    code, out, _ = cli("search", case, "--provider", "mine", "--site", "bay", "--json")
    answer = json.loads(out)
    assert code == 0
    assert [a["state"] for a in answer["answers"]] == ["complete"]
    first = answer["listings"][0]
    assert (first["site"], first["id"], first["t_utc"]) == ("bay", "d1", "2024-10-01T02:10:00Z")
    assert first["products"] == ["mine/sentinel-2-l2a/d1"]
    assert (case / answer["answers"][0]["file"]).is_file()


def test_the_span_is_the_claims_windows_with_days_before_or_what_is_stated(case: Path, server: StacServer) -> None:
    search(case, only("mine"), seams=seams())
    asked = [body["datetime"] for method, _, body in server.log if method == "POST" and "token" not in body]
    assert asked == ["2024-08-29T14:00:00Z/2024-10-17T14:00:00Z"] * 2
    server.log.clear()
    span = span_between("2024-10-05", "2024-10-12")
    found = search(case, only("mine", span=span, lookback_days=1, sites=("bay",), again=True), seams=seams())
    assert [b["datetime"] for m, _, b in server.log if m == "POST"] == ["2024-10-04T00:00:00Z/2024-10-13T00:00:00Z"]
    assert list(found.listings) == ["bay"]


def test_answered_questions_are_not_put_again_within_a_day(cli: Cli, case: Path, server: StacServer) -> None:
    first = search(case, only("mine"), seams=seams())
    before = server.searches
    again = search(case, only("mine"), seams=seams(NOW + timedelta(hours=5)))
    assert (server.searches, again.answers, again.already, again.anything) == (before, (), 2, True)
    assert again.listings == first.listings
    wider = search(case, only("mine", lookback_days=60), seams=seams(NOW + timedelta(hours=5)))
    assert len(wider.answers) == 2
    later = search(case, only("mine"), seams=seams(NOW + timedelta(hours=30)))
    assert len(later.answers) == 2
    assert len(search(case, only("mine", again=True), seams=seams(NOW + timedelta(hours=30))).answers) == 2
    assert len(kept_answers(case).answers) == 8
    assert cli("search", case, "--provider", "mine", "--again")[0] == 0


def test_an_item_that_cannot_be_read_is_no_reason_to_ask_again(case: Path, server: StacServer) -> None:
    server.items.append(item("timeless", None, TILE, platform="sentinel-2a"))
    found = search(case, only("mine"), seams=seams())
    assert any("1 item of its answers cannot be read (no time; it is timeless)" in s for s in found.losses)
    assert search(case, only("mine"), seams=seams()).already == 2


def test_a_failed_question_is_put_again_and_others_are_still_asked(case: Path, server: StacServer) -> None:
    with StacServer(trouble="broken") as bad:
        add_providers(case, mine=server.url, bad=bad.url)
        found = search(case, only("bad", "mine"), seams=seams())
        assert [(a.catalogue, a.state.value) for a in found.answers] == [
            ("bad", "no answer"), ("mine", "complete"), ("mine", "complete"),
        ]  # fmt: skip
        assert (found.not_put, found.anything, found.already) == (1, True, 0)
        bad.trouble = ""
        again = search(case, only("bad", "mine"), seams=seams(NOW + timedelta(minutes=1)))
    assert [(a.catalogue, a.state.value) for a in again.answers] == [("bad", "complete")] * 2
    assert again.already == 2


def test_a_page_that_fails_leaves_what_came_and_nothing_is_called_missing(case: Path, server: StacServer) -> None:
    server.trouble, server.trouble_from = "truncated", 2
    found = search(case, only("mine", sites=("roads",)), seams=seams())
    (answer,) = found.answers
    assert (answer.state, answer.products) == (AnswerState.PARTIAL, 2)
    assert len(found.listings["roads"]) == 2
    assert kept_answers(case).covers("sentinel-2a", answer.area, datetime(2024, 10, 3, tzinfo=UTC)) == ()


def test_nobody_answering_is_exit_code_3_and_one_sentence_each(cli: Cli, case: Path) -> None:
    with StacServer() as gone:
        url = gone.url
    add_providers(case, mine=url)
    code, out, _ = cli("search", case)
    assert code == 3
    assert "no answer Mine cannot be reached: the connection was refused." in out
    assert out.count("which cannot be read (No such file or directory)") == 7
    assert "1 question(s) were not put" in out
    assert "Nobody answered." in out
    assert cli("search", case, "--provider", "mine", "--json")[0] == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--provider", "earth"),
            "--provider: no catalogue is called 'earth'; known are earth-search, planetary-computer",
        ),
        (("--site", "raods"), "case c has no site 'raods'; it has roads, bay"),
        (("--from", "2024-10-01"), "--from and --to belong together; state both"),
        (("--from", "2024-10-09", "--to", "2024-10-01"), "the window ends (2024-10-01) before it starts"),
        (("--from", "soon", "--to", "later"), "'soon' is no date or time"),
    ],
)
def test_mistakes_are_one_sentence_and_nobody_is_asked(
    cli: Cli, case: Path, server: StacServer, words: tuple[str, ...], said: str
) -> None:
    code, out, err = cli("search", case, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"roadstead: {said}")
    assert server.log == []


def test_a_broken_table_of_catalogues_is_said_by_search_and_explain(cli: Cli, case: Path) -> None:
    (case / "catalogues" / "providers.toml").write_text("[[providers]]\nid = 3\n")
    assert cli("search", case)[0] == 2
    assert any("providers.toml" in p for p in explain(case).problems)
    assert verify(case).verdicts


def test_a_century_is_asked_from_the_first_satellite_on_and_the_future_not_at_all(
    case: Path, server: StacServer
) -> None:
    search(case, only("mine", span=span_between("1924", "2024"), sites=("bay",)), seams=seams())
    asked = [b["datetime"] for m, _, b in server.log if m == "POST" and "token" not in b]
    assert asked == ["2015-06-23T00:00:00Z/2025-01-01T00:00:00Z"]
    assert plan_search(case, only("mine", span=span_between("2031", "2032")), now=NOW).questions == ()


def test_explain_says_who_would_learn_what_and_asks_nobody(cli: Cli, case: Path, server: StacServer) -> None:
    answer = explain(case)
    assert answer.hosts == ()
    (mine,) = [h for h in answer.search_hosts if "Mine" in h]
    assert "learns the areas of Roads, Bay and the days 2024-08-29 to 2024-10-17" in mine
    assert any(h.startswith("nobody (") for h in answer.search_hosts)
    out = cli("explain", case)[1]
    assert "nobody: no host learns any area" in out
    assert "By 'search', and only then, these would learn" in out
    assert mine in out
    assert server.log == []


def test_a_key_that_is_not_set_tells_nobody(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (case / "catalogues" / "providers.toml").unlink()
    monkeypatch.delenv("PL_API_KEY", raising=False)
    assert any(h.startswith("nobody (Planet Data API needs a key in PL_API_KEY") for h in explain(case).search_hosts)
    monkeypatch.setenv("PL_API_KEY", "x")
    assert any(h.startswith("api.planet.com (Planet Data API) learns") for h in explain(case).search_hosts)


def test_a_case_without_claims_needs_a_span(case: Path) -> None:
    text = (case / "case.toml").read_text()
    (case / "case.toml").write_text(text[: text.index("[[claims]]")])
    with pytest.raises(InputError):
        search(case, only("mine"), seams=seams())
    with pytest.raises(NotFound):
        plan_search(case, only("nobody"))


def test_ctrl_c_keeps_what_came_and_the_next_search_goes_on(case: Path, server: StacServer) -> None:
    server.trouble, server.trouble_from, server.page_size = "hang", 2, 10
    words = [*PROGRAM, "search", str(case), "--provider", "mine"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603 - our own program
        until = time.monotonic() + 20
        while server.searches < 2 and time.monotonic() < until:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "run the same command again to go on" in err
    assert "Traceback" not in err
    server.trouble = ""
    assert [a.state for a in kept_answers(case).answers] == [AnswerState.COMPLETE]
    found = search(case, only("mine"))
    assert (found.already, len(found.answers)) == (1, 1)


def test_a_catalogue_of_derived_products_is_not_asked_twice_a_day(case: Path) -> None:
    path = case / "catalogues" / "providers.toml"
    path.write_text(path.read_text().replace('["sentinel-2a"] }', '["sentinel-2a"], complete = false }'))
    search(case, only("mine"), seams=seams())
    assert all(a.missions == () for a in kept_answers(case).answers)
    assert search(case, only("mine"), seams=seams()).already == 2


@pytest.mark.parametrize("kind", ["stac-api", "stac-static"])
def test_ctrl_c_does_not_wait_for_requests_that_hang(case: Path, kind: str) -> None:
    children = [{"rel": "child", "href": f"/{n}.json"} for n in range(20)]
    root = json.dumps({"type": "Catalog", "id": "c", "links": children}).encode() if kind == "stac-static" else b""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        add_providers(case, mine=url)
        path = case / "catalogues" / "providers.toml"
        path.write_text(path.read_text().replace('kind = "stac-api"', f'kind = "{kind}"'))
        words = [*PROGRAM, "search", str(case), "--provider", "mine"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603 - our own program
            listening.settimeout(20)
            held = [listening.accept()[0]]
            if root:
                held[0].sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(root), root))
                held += [listening.accept()[0] for _ in range(4)]
            time.sleep(0.2)
            before = time.monotonic()
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=20)
            took = time.monotonic() - before
        for connection in held:
            connection.close()
    assert (running.returncode, "Stopped." in err, "Traceback" in err) == (130, True, False)
    assert took < 2
