"""`roadstead coverage` and `roadstead baseline` as a user meets them."""

import csv
import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar

CASES = Path(__file__).resolve().parents[2] / "cases"
Cli = Callable[..., tuple[int, str, str]]
WEEK = ("--from", "2024-10-07", "--to", "2024-10-13")
PASSES = {
    "sentinel-2a": "2024-10-10T02:15:37",
    "sentinel-2b": "2024-10-12T02:05:40",
    "sentinel-1a descending": "2024-10-11T21:14:47",
    "sentinel-1a ascending": "2024-10-13T09:01:01",
}
"""over Dunai, by an independent computation from the same element sets"""


@pytest.fixture
def dunai(tmp_path: Path) -> Path:
    target = tmp_path / "dunai"
    shutil.copytree(CASES / "dunai-2024", target, ignore=shutil.ignore_patterns("out", "ledger", ".cache"))
    return target


def answer(cli: Cli, *words: str | Path) -> dict[str, Any]:
    code, out, _ = cli("coverage", *words, "--json")
    assert code == 0
    return json.loads(out)


def when(text: str) -> datetime:
    return datetime.fromisoformat(text.rstrip("Z"))


def test_the_known_passes_over_dunai_are_found_within_a_minute(cli: Cli, dunai: Path) -> None:
    found = answer(cli, dunai, "--site", "dunai", *WEEK)["opportunities"]
    for name, t in PASSES.items():
        platform, _, direction = name.partition(" ")
        times = [when(o["t_utc"]) for o in found if o["platform"] == platform and direction in o["direction"]]
        assert any(abs(x - when(t)) <= timedelta(seconds=60) for x in times), name
    assert all(o["local_time"].endswith("+10:00") for o in found)
    edge = next(o for o in found if o["platform"] == "sentinel-2b")
    assert 0 < edge["swath_fraction"] < 1
    assert all({"site", "t_utc", "platform", "incidence_deg", "sun_elevation_deg"} <= set(o) for o in found)


def test_no_sentinel_could_see_dunai_for_three_days(cli: Cli, dunai: Path) -> None:
    found = answer(cli, dunai, "--site", "dunai", *WEEK)["opportunities"]
    gap = ("2024-10-07T02:06:00", "2024-10-10T02:15:00")
    assert [o for o in found if gap[0] < o["t_utc"] < gap[1]] == []
    assert [o for o in found if o["t_utc"] < gap[0]]


def test_states_are_kept_apart_where_nobody_was_asked(cli: Cli, dunai: Path) -> None:
    found = answer(cli, dunai, "--site", "dunai", *WEEK)
    assert {o["state"] for o in found["opportunities"]} == {"could be imaged"}
    assert found["looks"] == found["listed"] == found["catalogues"] == []
    (window,) = found["windows"]
    assert window["hours"] == 168
    assert "no look is known to us" in window["meaning"]


def test_the_chance_of_an_unseen_night_call_is_printed_with_its_method(cli: Cli, dunai: Path) -> None:
    code, out, _ = cli("coverage", dunai, "--site", "dunai", *WEEK)
    assert code == 0
    assert "8 h by night" in out
    assert "start of the call uniform over the span" in out
    assert "does not mean that nobody looked" in out
    night = [u for u in answer(cli, dunai, "--site", "dunai", *WEEK)["unseen"] if u["night_only"]]
    everyone = max(night, key=lambda u: len(u["platforms"]))
    assert 0.9 < everyone["between_passes"] < 1


def test_landsat_is_named_apart_where_no_elements_are_given(cli: Cli, dunai: Path) -> None:
    code, out, err = cli("coverage", dunai, "--site", "dunai", *WEEK)
    assert (code, err) == (0, "")
    assert "Landsat 8: no usable elements given" in out


def test_every_file_opens_in_its_own_kind_of_reader(cli: Cli, dunai: Path) -> None:
    found = answer(cli, dunai, *WEEK)
    out = dunai / "out"
    assert json.loads((out / "coverage.json").read_text("utf-8")) == found
    rows = list(csv.DictReader((out / "coverage.csv").read_text("utf-8").splitlines()))
    assert len(rows) == len(found["opportunities"])
    assert {r["site"] for r in rows} == {w["site"] for w in found["windows"]}
    events = Calendar.from_ical((out / "coverage.ics").read_text("utf-8")).walk("VEVENT")
    assert len(events) == len(found["opportunities"]) + len(found["next_opportunities"])
    assert ET.parse(out / "coverage.svg").getroot().tag.endswith("svg")  # noqa: S314 - our own file


def test_the_same_question_gives_the_same_bytes(cli: Cli, dunai: Path) -> None:
    names = ("coverage.json", "coverage.csv", "coverage.ics", "coverage.svg")
    cli("coverage", dunai, *WEEK)
    first = {n: (dunai / "out" / n).read_bytes() for n in names}
    cli("coverage", dunai, *WEEK)
    assert {n: (dunai / "out" / n).read_bytes() for n in names} == first


def test_a_longer_ship_is_seen_more_surely(cli: Cli, dunai: Path) -> None:
    def chance(length: int) -> float:
        found = answer(cli, dunai, "--site", "dunai", *WEEK, "--ship-length", str(length))
        return float(sum(o["p_detect_if_clear"][0] for o in found["opportunities"]))

    assert chance(30) < chance(60) < chance(112)


def test_a_century_is_answered_where_orbits_serve_and_the_rest_is_named(cli: Cli, dunai: Path) -> None:
    found = answer(cli, dunai, "--site", "dunai", "--from", "1974-01-01", "--to", "2074-01-01")
    times = [o["t_utc"] for o in found["opportunities"]]
    assert times
    assert "2015" < min(times) < max(times) < "2031"
    assert any("serve 5 years at most" in s for s in found["satellites"])
    assert found["windows"][0]["hours"] > 100 * 365 * 24


def test_broken_and_stale_elements_are_refused_in_one_sentence_and_the_rest_is_computed(cli: Cli, dunai: Path) -> None:
    (dunai / "orbits").mkdir()
    (dunai / "orbits" / "garbled.tle").write_text("1 39634U 14016A   2512\n<html>\n2 nonsense\n", "utf-8")
    code, out, err = cli("coverage", dunai, "--site", "dunai", *WEEK)
    assert code == 2
    assert "orbits/garbled.tle" in err
    assert "Sentinel-1A: 2 passes" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--site", "nowhere"), "has no site 'nowhere'"),
        (("--from", "2024-13-01", "--to", "2024-13-02"), "2024-13-01"),
        (("--from", "2024-10-07"), "--from and --to belong together"),
        (("--from", "2024-13-01"), "2024-13-01"),
        (("--to", "2024-13-01"), "2024-13-01"),
        (("--from", "2024-10-13", "--to", "2024-10-07"), "before it starts"),
        (("--ship-length", "0"), "--ship-length 0"),
        (("--call-hours", "-1"), "--call-hours -1"),
        (("--call-hours", "nan"), "--call-hours nan"),
    ],
)
def test_a_wrong_option_is_one_sentence(cli: Cli, dunai: Path, words: tuple[str, ...], said: str) -> None:
    code, out, err = cli("coverage", dunai, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_site_at_the_pole_has_no_night_or_no_day_and_no_radar_pass(cli: Cli, dunai: Path) -> None:
    path = dunai / "case.toml"
    corners = "[[0, 89.8], [90, 89.8], [90, 89.9], [0, 89.9]]"
    pole = f'[[sites]]\nid = "pole"\nname = "Pole"\ntimezone = "UTC"\naoi = {corners}\n'
    fiji = '[[sites]]\nid = "fiji"\nname = "F"\ntimezone = "UTC"\naoi = [[179.9, -17], [180, -17], [180, -16.9]]\n'
    path.write_text(path.read_text("utf-8").replace("[[sites]]", f"{pole}{fiji}[[sites]]", 1), "utf-8")
    found = answer(cli, dunai, "--site", "pole", "--site", "fiji", "--from", "2024-06-20", "--to", "2024-06-22")
    assert {o["site"] for o in found["opportunities"]} == {"fiji"}
    nights = {w["site"]: w["night_hours"] for w in found["windows"]}
    assert nights["pole"] == 0
    assert 30 < nights["fiji"] < 45


def test_a_baseline_without_looks_is_unknown_and_the_stated_rate_is_called_assumed(cli: Cli, dunai: Path) -> None:
    code, out, _ = cli("baseline", dunai, "dunai")
    assert code == 0
    assert "unknown: no look" in out
    assert "assumed, not counted" in out
    assert "no baseline has been measured" in out
    code, out, _ = cli("baseline", dunai, "dunai", "--json")
    assert json.loads(out)["whole"] == {"looks": 0, "ships": 0, "with_ships": 0}
    assert cli("baseline", dunai, "nowhere")[0] == 2
