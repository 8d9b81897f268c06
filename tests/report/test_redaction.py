"""What the public does not learn: names however spelled, paths of a disk, times of day, what a marked source says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from evidence_case import written_case

from roadstead.case import load_case
from roadstead.model import Participant, Range
from roadstead.report.exports import Profile, Redactor, Rules, redactor_for, withheld_case
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from roadstead.case import Case

NAMES = {"Hans Große": "analyst 1", "Meyer": "analyst 2", "İnci Öz": "analyst 3", "Zoë Müller": "analyst 4",
         "王伟": "analyst 5", "Captain N.": "[withheld 1]"}  # fmt: skip
BOTH = """
[[claims]]
id = "both"
source = "desk"
text = "Two ships, or nobody."
kind = "composed"
any = ["two-ships", "nobody-there"]
prior = [0.1, 0.2]
prior_reason = "assumed"
"""


def _redactor(names: dict[str, str], **rules: object) -> Redactor:
    return Redactor(profile=Profile.PUBLIC, rules=Rules.model_validate(rules), names=names)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("marked by Hans Große in QGIS", "marked by analyst 1 in QGIS"),
        ("HANS GROSSE", "analyst 1"),
        ("Hans  Große, Hans\u00a0Große", "analyst 1, analyst 1"),
        ("hans_grosse.tif", "analyst 1.tif"),
        ("shot_Meyer_2024.tif", "shot_analyst 2_2024.tif"),
        ("by İnci Öz today", "by analyst 3 today"),
        ("by Zoe\u0308 Mu\u0308ller", "by analyst 4"),
        ("by Zoe Muller", "by analyst 4"),
        ("Mey\u00ader", "analyst 2"),
        ("由王伟标记", "由analyst 5标记"),
        ("Captain N. said", "[withheld 1]. said"),
        ("Meyerbeer and the Meyers", "Meyerbeer and the Meyers"),
    ],
)
def test_a_name_is_found_however_it_is_spelled(text: str, left: str) -> None:
    assert _redactor(NAMES).text(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/anna/secret-project/scene.tif: cannot be read", "[path removed]: cannot be read"),
        ("/Users/anna/secret project/scene.tif: cannot be read", "[path removed]: cannot be read"),
        ("/scratch/anna2/secret/x.tif; /nas/ops/x.tif", "[path removed]; [path removed]"),
        ("/Volumes/My Disk/ops/x.tif", "[path removed]"),
        ("read /odd/place here/x.tif now", "read [path removed] now"),
        ("C:\\Users\\An na\\x.tif: bad", "[path removed]: bad"),
        ("file:///home/a b/c", "[path removed]"),
        ("'/home/anna/Anna's files/x.tif'", "'[path removed]'"),
    ],
)
def test_no_part_of_a_path_is_left(text: str, left: str) -> None:
    assert _redactor({"anna": "[user removed]"}).text(text) == left


@pytest.mark.parametrize(
    "text", ["https://a.example.org/home/x", "and/or", "12/05/2024", "km/h", "data/case/x.tif", "./a/b", "image/tiff"]
)
def test_what_is_no_path_of_a_disk_stays(text: str) -> None:
    assert _redactor({}).text(text) == text


@pytest.mark.parametrize(
    "time", ["21:22", "2122Z", "T21:22:05Z", "9:22 pm", "9.22 p.m.", "21h22", "2122 hours", "9 pm", "21:22 UTC"]
)
def test_a_time_of_day_inside_a_text_goes(time: str) -> None:
    said = _redactor({}, times="day").time(f"seen at {time} on 12-13 October, 150 m long")
    assert said == "seen at [time withheld] on 12-13 October, 150 m long"
    assert "22" not in _redactor({}, times="hour").time(f"at {time}").replace("2122", "")


def test_dates_and_numbers_are_no_times() -> None:
    text = "2024, 10 x 20, 3.45 m, 1:500000, 12-13 October"
    assert _redactor({}, times="day").time(text) == text
    assert _redactor({}, times="day").time("2024-05-01T21:22:05Z") == "2024-05-01"


def _case(tmp_path: Path) -> Case:
    folder = written_case(tmp_path, more=BOTH)
    toml = folder / "case.toml"
    own = 'when = {{ start = "2024-05-01", end = "2024-05-01" }}\nat_most'.replace("{{", "{").replace("}}", "}")
    text = toml.read_text("utf-8")
    assert own in text
    text = text.replace(own, 'when = { start = "2024-05-01T04:11", end = "2024-05-01T04:44" }\nat_most')
    toml.write_text(text.replace("nobody was there, I saw", "in mid-August nobody was there, I saw"), "utf-8")
    reported = (folder / "reported.toml").read_text("utf-8")
    (folder / "reported.toml").write_text(f'{reported}activity = "unloading"\n', "utf-8")
    return load_case(folder)


def _told(case: Case, how: str) -> Case:
    return withheld_case(case, redactor_for(case, Rules(sources={"informer": how}), Profile.PUBLIC, ()))  # type: ignore[dict-item]


def test_a_dropped_source_leaves_nothing_in_the_case(tmp_path: Path) -> None:
    case = _case(tmp_path)
    assert any("nobody-there" in w for w in case.warnings)
    assert {c.id for c in case.claims} == {"two-ships", "nobody-there", "both"}
    left = _told(case, "drop")
    # A claim of another source that is composed of it would tell its kind, place and window.
    assert [c.id for c in left.claims] == ["two-ships"]
    assert [s.id for s in left.sources] == ["desk"]
    assert left.reported == ()
    plain = json.dumps(to_plain(left))
    for word in ("nobody-there", "informer", "Ivan", "my window", 'at_most": 0', "04:11", "mid-August", "unloading"):
        assert word not in plain


def test_a_coarsened_source_keeps_neither_words_nor_hours_nor_activity(tmp_path: Path) -> None:
    case = _case(tmp_path)
    left = _told(case, "coarsen")
    assert [c.id for c in left.claims] == ["two-ships", "nobody-there", "both"]
    plain = json.dumps(to_plain(left))
    for word in ("Ivan", "my window", "04:11", "04:44", "09:30", "mid-August", "unloading", "stood there"):
        assert word not in plain
    claim = left.claim("nobody-there")
    assert (claim.when.start.hour, claim.when.duration.total_seconds()) == (0, 86_400)


def test_times_inside_reports_are_as_coarse_as_the_rules_say(tmp_path: Path) -> None:
    folder = written_case(tmp_path)
    path = folder / "reported.toml"
    path.write_text(path.read_text("utf-8").replace("Ivan the Informer stood there", "there at 09:31"), "utf-8")
    case = load_case(folder)
    left = withheld_case(case, redactor_for(case, Rules(times="day"), Profile.PUBLIC, ()))
    assert left.reported[0].lr_reason == "there at [time withheld]"
    assert withheld_case(case, redactor_for(case, Rules(times="day"), Profile.FULL, ())) == case


def test_the_mmsi_of_a_withheld_ship_goes_with_its_name(tmp_path: Path) -> None:
    case = _case(tmp_path)
    size = {"length_m": Range(low=100, high=110), "speed_kn": Range(low=8, high=16)}
    ship = Participant(id="carrier", name="Ocean Carrier", mmsi="273000000", **size)
    known = replace(case, vessels=(ship,))
    told = redactor_for(known, Rules(names=["ocean carrier"]), Profile.PUBLIC, ())
    assert told.text("Ocean Carrier (MMSI 273000000)") == "[withheld 1] (MMSI [withheld])"
    others = redactor_for(known, Rules(names=["Sea Breeze"]), Profile.PUBLIC, ())
    assert others.text("MMSI 273000000") == "MMSI 273000000"


@pytest.mark.parametrize(
    ("folder", "text", "left"),
    [
        ("la", "platform, at la, la/scenes/a.tif", "platform, at la, scenes/a.tif"),
        (
            "cases/la",
            "cases/la/a.tif and cases/la: no image; cases/lagoon",
            "a.tif and the case folder: no image; cases/lagoon",
        ),
        ("/disk/la", "/disk/la/a.tif in /disk/la", "a.tif in the case folder"),
    ],
)
def test_the_place_of_the_case_is_taken_out_and_no_word_that_contains_its_name(
    folder: str, text: str, left: str
) -> None:
    redactor = Redactor(profile=Profile.FULL, rules=Rules(), names={}, folder=Path(folder))
    assert redactor.text(text) == left
