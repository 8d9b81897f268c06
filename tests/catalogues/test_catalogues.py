"""Asking catalogues: everything that they send is taken, and every way in which they fail is one sentence."""

import gzip
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box, shape
from stac_server import StacServer, item

from roadstead import library
from roadstead.catalogues import Asked, Asking, Limits, ask, keep_answer, kept_answers
from roadstead.catalogues.hosts import same_site
from roadstead.library import Provider, ProviderCollection
from roadstead.model import AnswerState, CaseError, TimeSpan, span_between
from roadstead.steps import FixedClock

pytestmark = pytest.mark.enable_socket

AOI = box(132.0, 42.8, 132.02, 42.815)
TILE = box(131.5, 42.3, 132.5, 43.3)
OCTOBER = span_between("2024-10-01", "2024-10-31")
SETTLED = datetime(2024, 10, 10, tzinfo=UTC)
QUICK = Limits(connect_s=1, read_s=1, body_s=2, retries=2, backoff_s=0.01, retry_after_max_s=1, body_bytes=2 << 20)
COMPLETE, PARTIAL, NO_ANSWER = AnswerState.COMPLETE, AnswerState.PARTIAL, AnswerState.NO_ANSWER


@pytest.fixture
def server() -> Iterator[StacServer]:
    days = [
        item(f"L2A_{d}", f"2024-10-{d:02}T02:10:00Z", TILE, platform="sentinel-2a") for d in (1, 6, 11, 16, 21)
    ]  # fmt: skip
    twin = {**days[1], "id": "L1C_6", "collection": "sentinel-2-l1c"}
    elsewhere = item("elsewhere", "2024-10-06T02:10:00Z", box(0, 0, 1, 1), platform="sentinel-2a")
    before = item("before", "2024-09-06T02:10:00Z", TILE, platform="sentinel-2a")
    with StacServer(items=[*days, twin, elsewhere, before]) as running:
        yield running


def provider(
    url: str, kind: str = "stac-api", collections: dict[str, tuple[str, ...]] | None = None, **more: Any
) -> Provider:
    held = collections or {"sentinel-2-l2a": ("sentinel-2a",), "sentinel-2-l1c": ("sentinel-2a",)}
    facts: dict[str, Any] = {
        "licence": "free", "credit": "", "signing": "none", "key_variables": (), "key_needed": False,
        "links_dated": False, **more,
    }  # fmt: skip
    return Provider(
        id="test", name="Test", kind=kind, url=url, **facts,
        collections=tuple(ProviderCollection(id=c, missions=m, signing="none") for c, m in held.items()),
    )  # fmt: skip


def asked(of: Provider, span: TimeSpan = OCTOBER, limits: Limits = QUICK, area: Any = AOI) -> Asked:
    clock = FixedClock(datetime(2025, 1, 1, tzinfo=UTC))
    return ask(of, area, span, asking=Asking(clock=clock, limits=limits))


def outcome(of: Asked) -> tuple[AnswerState, int, str]:
    answer = of.raw.answer
    return answer.state, answer.products, answer.sentence


@pytest.mark.parametrize("post", [True, False])
@pytest.mark.parametrize("empty_tail", [0, 1, 3])
@pytest.mark.parametrize("matched", [True, False])
def test_all_pages_come_and_nothing_else(server: StacServer, post: bool, empty_tail: int, matched: bool) -> None:
    server.post, server.empty_tail, server.matched = post, empty_tail, matched
    answer = asked(provider(server.url))
    assert outcome(answer) == (COMPLETE, 6, "Test answered, 6 items.")
    ids = [f["id"] for p in answer.raw.pages for f in json.loads(p.text)["features"]]
    assert sorted(ids) == ["L1C_6", "L2A_1", "L2A_11", "L2A_16", "L2A_21", "L2A_6"]
    first = answer.raw.pages[0]
    assert (first.method, bool(first.body)) == (("POST", True) if post else ("GET", False))


def test_the_question_is_the_area_the_span_and_the_collections(server: StacServer) -> None:
    asked(provider(server.url))
    (method, path, body), *_ = [entry for entry in server.log if entry[1].startswith("/search")]
    assert (method, path) == ("POST", "/search")
    assert shape(body["intersects"]).equals(AOI)
    assert body["datetime"] == "2024-10-01T00:00:00Z/2024-11-01T00:00:00Z"
    assert body["collections"] == ["sentinel-2-l2a", "sentinel-2-l1c"]


def test_kept_answers_list_each_acquisition_once_and_speak_for_the_mission(server: StacServer, tmp_path: Path) -> None:
    kept = keep_answer(tmp_path, asked(provider(server.url)).raw)
    again = keep_answer(tmp_path, asked(provider(server.url)).raw)
    assert kept.file != again.file
    answers = kept_answers(tmp_path)
    assert [a.file for a in answers.answers] == sorted([kept.file, again.file])
    assert [k.time.start.day for k in answers.search(AOI, OCTOBER)] == [1, 6, 11, 16, 21]
    assert answers.search(AOI, OCTOBER)[1].products == ("test/sentinel-2-l1c/L1C_6", "test/sentinel-2-l2a/L2A_6")
    assert answers.covers("sentinel-2a", AOI, SETTLED) == ("Test",)
    assert answers.covers("landsat-8", AOI, SETTLED) == ()


def test_nothing_there_is_a_complete_answer(server: StacServer) -> None:
    assert outcome(asked(provider(server.url), area=box(50, 50, 51, 51))) == (COMPLETE, 0, "Test answered, 0 items.")


def test_a_collection_that_the_catalogue_lacks_is_named_and_not_spoken_for(server: StacServer) -> None:
    held = {"sentinel-2-l2a": ("sentinel-2a",), "landsat-c2-l2": ("landsat-8",)}
    answer = asked(provider(server.url, collections=held))
    assert outcome(answer) == (COMPLETE, 5, "Test answered, 5 items: it has no collection landsat-c2-l2.")
    assert answer.raw.answer.missions == ("sentinel-2a",)
    nothing = asked(provider(server.url, collections={"landsat-c2-l2": ("landsat-8",)}))
    assert outcome(nothing) == (NO_ANSWER, 0, "Test has none of the collections landsat-c2-l2.")


def test_a_busy_server_is_waited_for_as_long_as_it_asks(server: StacServer) -> None:
    server.trouble, server.trouble_times, server.retry_after = "busy", 1, "1"
    before = time.monotonic()
    assert outcome(asked(provider(server.url)))[:2] == (COMPLETE, 6)
    assert time.monotonic() - before >= 1


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("busy", "still asked us to slow down after 3 tries (HTTP 429); run the search later"),
        ("broken", "failed 3 times (HTTP 500); run the search later"),
        ("refusing", "refused us (HTTP 401); it wants a key, or a proxy on the way does"),
        ("html", "answered with a web page (HTML) instead of JSON, often a login or error page"),
        ("hang", "did not answer within 1 s"),
        ("drip", "was still sending one page after 2 s; it was cut off"),
        ("huge", "sent more than 2 MiB in one page; it was cut off"),
        ("bomb", "sent more than 2 MiB in one page; it was cut off"),
        ("foreign", "packed its answer as 'br'; only gzip was asked for"),
        ("spoilt", "sent an answer whose packing is damaged"),
        ("truncated", "broke off in the middle of an answer"),
        ("half", "sent broken JSON, perhaps cut off"),
        ("no_list", "answered with JSON that is no list of images"),
    ],
)
def test_a_failing_catalogue_is_one_sentence_and_what_came_before_is_kept(
    server: StacServer, trouble: str, said: str
) -> None:
    server.trouble = trouble
    state, products, sentence = outcome(asked(provider(server.url)))
    assert (state, products) == (NO_ANSWER, 0)
    assert sentence.startswith(f"Test {said}")
    server.trouble_from = server.searches + 2
    state, products, sentence = outcome(asked(provider(server.url)))
    assert (state, products) == (PARTIAL, 2)
    assert sentence.startswith(f"Test answered in part, 2 items: it {said}")


def test_next_links_that_never_end_are_left_and_said_so(server: StacServer) -> None:
    for trouble in ("endless", "repeating"):
        server.trouble = trouble
        state, products, sentence = outcome(asked(provider(server.url)))
        assert (state, products) == (PARTIAL, 2)
        assert sentence == "Test answered in part, 2 items: its pages repeat without end; it was stopped there."


def test_pages_that_repeat_after_all_has_come_are_complete(server: StacServer) -> None:
    server.trouble, server.matched, server.page_size = "endless", True, 10
    assert outcome(asked(provider(server.url))) == (
        COMPLETE, 6, "Test answered, 6 items: its pages repeat after the last one."
    )  # fmt: skip


def test_more_pages_than_the_limit_and_fewer_items_than_counted_are_partial(server: StacServer, shared: Path) -> None:
    few = Limits(pages=2, retries=0)
    assert outcome(asked(provider(server.url), limits=few))[:2] == (PARTIAL, 4)
    empty = json.loads((shared / "data" / "stac" / "earth-search-empty.json").read_text())
    server.recorded = [empty]
    state, _, sentence = outcome(asked(provider(server.url)))
    assert (state, sentence) == (PARTIAL, "Test answered in part, 0 items: it counted 2 items and sent 0.")


@pytest.mark.parametrize(("names", "items"), [(("two", "empty"), 2), (("page-1", "page-2", "empty"), 20)])
def test_recorded_pages_are_followed_to_their_end(
    server: StacServer, shared: Path, tmp_path: Path, names: tuple[str, ...], items: int
) -> None:
    folder = shared / "data" / "stac"
    server.recorded = [json.loads((folder / f"earth-search-{n}.json").read_text()) for n in names]
    for page in server.recorded:
        page["numberMatched"] = page["context"]["matched"] = items
    answer = asked(provider(server.url))
    assert outcome(answer) == (COMPLETE, items, f"Test answered, {items} items.")
    keep_answer(tmp_path, answer.raw)
    day = span_between("2023-01-01", "2025-12-31")
    acquisitions = kept_answers(tmp_path).search(box(-180, -90, 180, 90), day)
    assert sum(len(k.products) for k in acquisitions) == items


def test_the_area_is_told_to_no_other_host(server: StacServer) -> None:
    with StacServer(items=server.items) as other:
        server.trouble, server.elsewhere = "moved", other.url
        state, _, sentence = outcome(asked(provider(server.url)))
        assert state is NO_ANSWER
        assert "a host that was not named before asking" in sentence
        assert other.log == []
        server.elsewhere = "ftp://127.0.0.1"
        assert "which is no http or https address" in outcome(asked(provider(server.url)))[2]


def test_a_question_moved_on_the_same_host_is_followed(server: StacServer) -> None:
    server.trouble, server.elsewhere, server.trouble_times = "moved", server.url, 1
    assert outcome(asked(provider(server.url)))[:2] == (COMPLETE, 6)


def test_nobody_at_home_is_said_at_once() -> None:
    with StacServer() as gone:
        url = gone.url
    before = time.monotonic()
    assert outcome(asked(provider(url))) == (NO_ANSWER, 0, "Test cannot be reached: the connection was refused.")
    assert time.monotonic() - before < 1


def test_a_static_catalogue_taken_for_an_api_is_said(server: StacServer, tmp_path: Path) -> None:
    server.folder = static_catalogue(tmp_path)
    sentence = outcome(asked(provider(f"{server.url}/files/catalog.json")))[2]
    assert sentence == "Test is no STAC API: its landing page names no search; its kind may be stac-static."


def planet(url: str) -> Provider:
    held = {"PSScene": ("planetscope",), "SkySatCollect": ("skysat",)}
    return provider(url, "planet", held, key_variables=("TEST_KEY",), key_needed=True)


@pytest.fixture
def doves(server: StacServer) -> StacServer:
    server.planet = True
    server.items = [
        item(f"2024101{d}_015101_24b7", None, TILE, collection="PSScene", acquired=f"2024-10-1{d}T01:51:01.5Z",
             start_datetime=f"2024-10-1{d}T01:51:01Z", satellite_id="24b7") for d in range(5)
    ]  # fmt: skip
    return server


def test_planet_is_asked_with_the_key_which_is_kept_nowhere(
    doves: StacServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "s3cret")
    answer = asked(planet(f"{doves.url}/search"))
    assert outcome(answer) == (COMPLETE, 5, "Test answered, 5 items.")
    assert set(doves.keys) == {"Basic czNjcmV0Og=="}
    _, path, body = doves.log[0]
    assert path == "/search?_page_size=250&_sort=acquired%20asc"
    assert body["item_types"] == ["PSScene", "SkySatCollect"]
    kept = keep_answer(tmp_path, answer.raw)
    found = kept_answers(tmp_path).search(AOI, OCTOBER)
    assert [k.platform for k in found] == ["planetscope"] * 5
    assert found[0].products == ("test/PSScene/20241010_015101_24b7",)
    assert "s3cret" not in gzip.decompress((tmp_path / kept.file).read_bytes()).decode()


def test_planet_without_a_key_or_with_a_wrong_one(doves: StacServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_KEY", raising=False)
    said = outcome(asked(planet(doves.url)))[2]
    assert said == "Test needs a key: set the environment variable TEST_KEY, and search again."
    assert doves.log == []
    monkeypatch.setenv("TEST_KEY", "s3cret")
    doves.trouble = "refusing"
    said = outcome(asked(planet(f"{doves.url}/search")))[2]
    assert said == "Test refused the key in the environment variable TEST_KEY (HTTP 401); check it."


def write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def catalogue(*links: str, **more: Any) -> dict[str, Any]:
    found = [{"rel": "item" if "item" in href else "child", "href": href} for href in links]
    return {"type": "Catalog", "id": "c", "stac_version": "1.0.0", "links": found, **more}


def static_catalogue(folder: Path) -> Path:
    """Folders by day, two collections with extents, a loop, a broken document."""
    there = item("there", "2024-10-10T03:32:23Z", TILE, collection="umbra-sar", platform="Umbra-08")
    interval = {"start_datetime": "2024-10-10T05:32:23Z", "end_datetime": "2024-10-10T05:32:30Z"}
    later = item("later", None, TILE, collection="umbra-sar", platform="Umbra-08", **interval)
    away = item("away", "2024-10-10T03:32:23Z", box(0, 0, 1, 1), collection="umbra-sar", platform="Umbra-08")
    far = {"spatial": {"bbox": [[0, 0, 1, 1]]}, "temporal": {"interval": [[None, None]]}}
    old = {
        "spatial": {"bbox": [[-180, -90, 180, 90]]},
        "temporal": {"interval": [["2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"]]},
    }
    write(folder / "catalog.json", catalogue("./2023/catalog.json", "./2024/catalog.json", "far.json", "old.json"))
    write(folder / "2023/catalog.json", catalogue("absent/2023-10/catalog.json"))
    write(folder / "2024/catalog.json", catalogue("2024-10-10/catalog.json", "2024-11-20/catalog.json"))
    write(
        folder / "2024/2024-10-10/catalog.json",
        catalogue("./item-there.json", "item-later.json", "item-away.json", "../../catalog.json", "catalog.json"),
    )
    write(folder / "2024/2024-11-20/catalog.json", catalogue("item-november.json"))
    write(folder / "2024/2024-11-20/item-november.json", {**there, "id": "november"})
    for one in (there, later, away):
        write(folder / f"2024/2024-10-10/item-{one['id']}.json", one)
    write(folder / "far.json", catalogue("item-far.json", extent=far))
    write(folder / "old.json", catalogue("item-old.json", extent=old))
    for name in ("far", "old"):
        write(folder / f"item-{name}.json", there)
    return folder


def static(url: str, *, dated: bool = True) -> Provider:
    return provider(url, "stac-static", {"*": ("umbra",)}, links_dated=dated)


def ids(of: Asked) -> list[str]:
    return sorted(json.loads(p.text)["id"] for p in of.raw.pages)


def test_a_static_catalogue_is_walked_where_it_may_hold_something(server: StacServer, tmp_path: Path) -> None:
    server.folder = static_catalogue(tmp_path)
    answer = asked(static(f"{server.url}/files/catalog.json"))
    assert outcome(answer) == (COMPLETE, 2, "Test answered, 2 items.")
    assert ids(answer) == ["later", "there"]
    read = [path.removeprefix("/files/") for _, path, _ in server.log]
    assert len(read) == len(set(read))
    assert not {"2023/catalog.json", "2024/2024-11-20/catalog.json", "item-far.json", "item-old.json"} & set(read)


def test_without_dates_in_its_links_a_static_catalogue_is_walked_whole(server: StacServer, tmp_path: Path) -> None:
    server.folder = static_catalogue(tmp_path)
    answer = asked(static(f"{server.url}/files/catalog.json", dated=False))
    state, products, sentence = outcome(answer)
    assert (state, products) == (PARTIAL, 3)
    assert "1 of its documents could not be read (it has nothing at 'http://127.0.0.1:" in sentence
    assert ids(answer) == ["later", "november", "there"]


def test_a_static_catalogue_in_a_folder_needs_no_network(tmp_path: Path) -> None:
    static_catalogue(tmp_path / "copy")
    answer = asked(static(str(tmp_path / "copy")))
    assert outcome(answer) == (COMPLETE, 2, "Test answered, 2 items.")
    keep_answer(tmp_path, answer.raw)
    found = kept_answers(tmp_path)
    assert [k.id for k in found.search(AOI, OCTOBER)] == ["there", "later"]
    assert [k.platform for k in found.search(AOI, OCTOBER)] == ["umbra", "umbra"]
    ((_, raw), _) = found.items(AOI, OCTOBER)
    assert raw["assets"]["visual"]["href"] == str(tmp_path / "copy/2024/2024-10-10/there.tif")


def test_too_many_documents_links_elsewhere_and_no_root(server: StacServer, tmp_path: Path) -> None:
    server.folder = static_catalogue(tmp_path)
    few = Limits(documents=3, retries=0)
    state, _, sentence = outcome(asked(static(f"{server.url}/files/catalog.json"), limits=few))
    assert (state, "more than 3 documents would have to be read" in sentence) == (PARTIAL, True)
    write(tmp_path / "catalog.json", catalogue("https://elsewhere.example/catalog.json", "file:///etc/hosts"))
    state, _, sentence = outcome(asked(static(f"{server.url}/files/catalog.json")))
    assert state is PARTIAL
    assert "2 of its links lead to other hosts, which were not named before asking" in sentence
    shutil.rmtree(tmp_path / "2024")
    assert outcome(asked(static(f"{server.url}/files/none.json")))[0] is NO_ANSWER
    assert "which cannot be read (No such file or directory)" in outcome(asked(static(str(tmp_path / "none"))))[2]


def test_ctrl_c_keeps_the_pages_that_came(server: StacServer, tmp_path: Path) -> None:
    def told(word: str) -> None:
        if word.endswith("4"):
            raise KeyboardInterrupt

    answer = ask(provider(server.url), AOI, OCTOBER, asking=Asking(limits=QUICK, told=told))
    assert answer.stopped
    assert outcome(answer)[:2] == (PARTIAL, 4)
    keep_answer(tmp_path, answer.raw)
    assert len(kept_answers(tmp_path).search(AOI, OCTOBER)) == 4


def test_shipped_catalogues_are_there_and_a_case_may_add_its_own(tmp_path: Path) -> None:
    shipped = {p.id: p for p in library.providers()}
    assert {"earth-search", "planetary-computer", "copernicus", "planet"} <= set(shipped)
    assert {"umbra-open-data", "capella-open-data", "maxar-open-data"} <= set(shipped)
    assert all(p.licence and p.sources and p.missions for p in shipped.values())
    own = tmp_path / "providers.toml"
    text = """[[providers]]
id = "umbra-open-data"
name = "My copy"
kind = "stac-static"
url = "copy/catalog.json"
licence = "CC BY 4.0"
collections = [{ id = "*", missions = ["umbra"] }]
"""
    own.write_text(text)
    merged = {p.id: p for p in library.providers(own)}
    assert set(merged) == set(shipped)
    assert merged["umbra-open-data"].url == str(tmp_path / "copy/catalog.json")
    assert not merged["umbra-open-data"].host
    for wrong, said in (
        (text.replace('["umbra"]', '["umbrella"]'), "'umbrella' is no mission"),
        (text.replace("stac-static", "stac"), "Input should be 'stac-api', 'stac-static' or 'planet'"),
        (text.replace("stac-static", "stac-api"), "must begin with https://"),
        (text + "key_needed = true\n", "key_needed, but key_variables names no environment variable"),
        (text + "keys = true\n", "unknown key"),
    ):
        own.write_text(wrong)
        with pytest.raises(CaseError, match=r"providers\.toml") as caught:
            library.providers(own)
        assert said in str(caught.value)


def test_a_derived_product_alone_speaks_for_no_mission(server: StacServer, tmp_path: Path) -> None:
    server.collections = ("sentinel-1-rtc", "landsat-c2-l2")
    derived = provider(server.url)
    rtc, landsat = (
        ProviderCollection(id=c, missions=(m,), signing="none", complete=False)
        for c, m in (("sentinel-1-rtc", "sentinel-1a"), ("landsat-c2-l2", "landsat-8"))
    )
    grd = ProviderCollection(id="sentinel-1-grd", missions=("sentinel-1a",), signing="none")
    answer = asked(replace(derived, collections=(rtc, landsat, grd)))
    assert outcome(answer)[0] is COMPLETE
    assert answer.raw.answer.missions == ()
    keep_answer(tmp_path, answer.raw)
    assert kept_answers(tmp_path).covers("sentinel-1a", AOI, SETTLED) == ()
    server.collections += ("sentinel-1-grd",)
    assert asked(replace(derived, collections=(rtc, landsat, grd))).raw.answer.missions == ("sentinel-1a",)


def test_shipped_derived_products_are_known_as_such(tmp_path: Path) -> None:
    held = {(c.id, c.complete) for p in library.providers() for c in p.collections}
    assert {("sentinel-1-rtc", False), ("landsat-c2-l2", False), ("sentinel-2-l2a", True)} <= held
    own = tmp_path / "providers.toml"
    own.write_text("""[[providers]]
id = "mine"
name = "Mine"
kind = "stac-api"
url = "https://example.org"
licence = "free"
collections = [{ id = "a", missions = ["umbra"] }, { id = "b", missions = ["capella"], complete = false }]
""")
    mine = library.providers(own)[-1]
    assert (mine.missions, mine.speaks_for) == (("capella", "umbra"), ("umbra",))


def test_an_answer_longer_than_the_limit_is_cut_off_and_partial(server: StacServer, tmp_path: Path) -> None:
    few = replace(QUICK, answer_bytes=1500)
    state, products, sentence = outcome(asked(provider(server.url), limits=few))
    assert (state, products < 6) == (PARTIAL, True)
    assert "it sent more than 0 MiB; ask for a shorter span" in sentence
    server.folder = static_catalogue(tmp_path)
    state, _, sentence = outcome(
        asked(static(f"{server.url}/files/catalog.json"), limits=replace(QUICK, answer_bytes=500))
    )
    assert (state, "it sent more than 0 MiB" in sentence) == (PARTIAL, True)


def test_documents_moved_to_another_host_are_not_followed(server: StacServer, tmp_path: Path) -> None:
    server.folder = static_catalogue(tmp_path)
    with StacServer(items=server.items, folder=tmp_path) as other:
        server.moved = {
            "/": f"{other.url}/", "/files/catalog.json": f"{other.url}/files/catalog.json",
            "/collections/sentinel-2-l2a": f"{other.url}/collections/sentinel-2-l2a",
        }  # fmt: skip
        for of in (provider(server.url), static(f"{server.url}/files/catalog.json")):
            state, _, sentence = outcome(asked(of))
            assert state is NO_ANSWER
            host = other.url.removeprefix("http://")
            assert f"Test sends us on to {host!r}, a host that was not named before asking" in sentence
        del server.moved["/"]
        assert outcome(asked(provider(server.url)))[0] is NO_ANSWER
        assert other.log == []
    server.moved = {"/": f"{server.url}/landing"}
    assert "it has nothing" not in outcome(asked(provider(server.url)))[2]
    assert ("GET", "/landing", None) in server.log


@pytest.mark.parametrize(
    ("home", "href", "near"),
    [
        ("https://stac.example.org/v1", "https://stac.example.org:443/v2", True),
        ("https://stac.example.org/v1", "https://data.example.org/v1", True),
        ("http://example.org/v1", "https://www.example.org/v1", True),
        ("https://stac.example.org/v1", "http://stac.example.org/v1", False),
        ("https://stac.example.org/v1", "https://example.com/v1", False),
        ("https://stac.example.org/v1", "https://stac.example.org.evil.net/v1", False),
        ("https://a.co.uk/", "https://b.co.uk/", False),
        ("https://x.a.co.uk/", "https://y.a.co.uk/", True),
        ("https://a.s3.amazonaws.com/x", "https://a.s3.eu-west-1.amazonaws.com/x", True),
        ("https://a.s3.amazonaws.com/x", "https://b.s3.amazonaws.com/x", False),
        ("https://a.blob.core.windows.net/x", "https://b.blob.core.windows.net/x", False),
        ("http://127.0.0.1:1000/", "http://127.0.0.1:1001/", False),
        ("http://10.0.0.1/", "http://11.0.0.1/", False),
        ("https://stac.example.org/", "https:///nowhere", False),
    ],
)
def test_neighbours_share_a_registered_name(home: str, href: str, near: bool) -> None:
    assert same_site(home, href) is near
