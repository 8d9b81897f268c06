"""Decisions reach the verdicts: drawn ships, rejected and confirmed detections, activities, disagreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from review_case import BEAM_PX, FAINT, FIRST, LENGTH_PX, SECOND, lonlat

from roadstead.archive import DecisionMade
from roadstead.detection import SarDetector
from roadstead.model import Call
from roadstead.pipeline import verify
from roadstead.steps import SystemClock
from roadstead.workbench import DecisionStore, read_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.pipeline import Result


def hull() -> list[tuple[float, float]]:
    row, col = FAINT
    corners = ((row, col), (row, col + LENGTH_PX), (row + BEAM_PX, col + LENGTH_PX), (row + BEAM_PX, col))
    return [lonlat(*c) for c in corners]


def about(case: Path, detection_id: str) -> dict[str, object]:
    found = read_snapshot(case)
    assert found
    d = next(d for d in found.detections if d.id == detection_id)
    return {"scene_id": d.scene_id, "detection_id": d.id, "outline_px": d.outline_px}


def calls(result: Result) -> dict[str, Call]:
    return {v.claim_id: v.without_reports.call for v in result.verdicts}


def found(result: Result) -> dict[str, list[str]]:
    return {at.look.scene_id: [d.method for d in at.detections] for at in result.gathered.at_sites}


@pytest.fixture
def store(case: Path) -> DecisionStore:
    return DecisionStore(case, SystemClock())


def test_a_drawn_ship_and_a_rejection_change_verdicts_and_undo_brings_them_back(
    case: Path, store: DecisionStore
) -> None:
    before = verify(case)
    assert calls(before) == {"three-ships": Call.NOT_DETERMINABLE, "nobody": Call.CONTRADICTED}
    store.add(DecisionMade(id="drawn-001", kind="draw", scene_id=FIRST, outline=hull()), "Ann")
    store.add(DecisionMade(id="reject-01", kind="reject", text="a buoy", **about(case, f"{SECOND}#1")), "Ann")
    after = verify(case)
    assert calls(after) == {"three-ships": Call.SUPPORTED, "nobody": Call.NOT_DETERMINABLE}
    drawn = next(d for at in after.gathered.at_sites for d in at.detections if d.method == "by eye: Ann")
    assert drawn.length_m
    assert drawn.length_m.value == pytest.approx(180, abs=8)
    assert not found(after)[SECOND]
    assert "a buoy" in (case / "out" / "rejected.geojson").read_text("utf-8")
    assert "rejected by eye (Ann): a buoy" in (case / "out" / "report.html").read_text("utf-8")
    for number, withdrawn in enumerate(("drawn-001", "reject-01")):
        store.add(DecisionMade(id=f"undo-000{number}", kind="undo", withdraws=withdrawn), "Ann")
    assert calls(verify(case)) == calls(before)


def test_an_accepted_detection_is_confirmed_by_name_and_keeps_its_measures(case: Path, store: DecisionStore) -> None:
    store.add(DecisionMade(id="accept-01", kind="accept", **about(case, f"{FIRST}#1")), "Ann")
    before = read_snapshot(case)
    assert before
    confirmed = next(d for at in verify(case).gathered.at_sites for d in at.detections if d.id == f"{FIRST}#1")
    assert confirmed.method == "by eye: Ann"
    assert "found and measured by sar-cfar" in confirmed.notes[0]
    was = next(d for d in before.detections if d.id == confirmed.id)
    assert confirmed.length_m
    assert was.length_m
    assert confirmed.length_m.value == pytest.approx(was.length_m.value, abs=0.01)


def test_where_analysts_disagree_nobody_is_followed_and_the_report_says_so(case: Path, store: DecisionStore) -> None:
    target = about(case, f"{SECOND}#1")
    store.add(DecisionMade(id="reject-01", kind="reject", text="a buoy", **target), "Ann")
    store.add(DecisionMade(id="accept-01", kind="accept", **target), "Bob")
    result = verify(case)
    assert found(result)[SECOND] == [f"sar-cfar {SarDetector.version}"]
    assert any("analysts disagree" in w for w in result.contents.case.warnings)


def test_a_decision_means_a_place_and_is_named_where_nothing_is_found_there(case: Path, store: DecisionStore) -> None:
    moved = about(case, f"{SECOND}#1") | {"outline_px": [(10, 10), (14, 10), (14, 14), (10, 14)]}
    store.add(DecisionMade(id="reject-01", kind="reject", text="a buoy", **moved), "Ann")
    result = verify(case)
    assert found(result)[SECOND] == [f"sar-cfar {SarDetector.version}"]
    assert any("nothing is found there any more" in w for w in result.contents.case.warnings)


def test_an_activity_is_a_sighting_of_its_site(case: Path, store: DecisionStore) -> None:
    store.add(DecisionMade(id="crane-001", kind="crane", scene_id=FIRST, outline=[lonlat(120, 150)]), "Ann")
    marked = verify(case).gathered.marked
    assert [(m.site_id, m.activity, m.text) for m in marked] == [("roads", "crane over the deck", "Ann")]


def test_a_later_decision_on_the_same_detection_replaces_the_earlier(case: Path, store: DecisionStore) -> None:
    target = about(case, f"{SECOND}#1")
    store.add(DecisionMade(id="reject-01", kind="reject", text="a buoy", **target), "Ann")
    store.add(DecisionMade(id="accept-01", kind="accept", **target), "Ann")
    assert found(verify(case))[SECOND] == ["by eye: Ann"]
