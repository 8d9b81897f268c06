"""The state that editions are compared by tells other evidence from the same, file by file and ship by ship."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from roadstead.case import CaseSea
from roadstead.evidence import Results, read_results
from roadstead.evidence.differing import Kind, differences_of
from roadstead.evidence.states import state_of
from roadstead.model import Estimate, SeaKind

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def results(case: Path) -> Results:
    return read_results(case)


def _told(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    found = differences_of(before, after)
    assert {d.kind for d in found} <= {Kind.EVIDENCE}
    return [d.sentence for d in found]


def test_the_same_evidence_is_no_difference(results: Results) -> None:
    assert _told(state_of(results), state_of(results)) == []


def test_an_ais_file_is_told_by_its_content(results: Results) -> None:
    before, log = state_of(results), results.case.folder / "ais/log.csv"
    log.parent.mkdir()
    log.write_text("mmsi\n273000001\n", "utf-8")
    brought = state_of(results)
    (said,) = _told(before, brought)
    assert "AIS file log.csv" in said
    log.write_text("mmsi\n273000002\n", "utf-8")
    (said,) = _told(brought, state_of(results))
    assert "AIS file log.csv" in said


def test_a_file_of_land_or_sea_is_told_by_its_content(results: Results) -> None:
    folder = results.case.folder
    (folder / "coast.geojson").write_text("{}", "utf-8")
    stated = replace(results, case=replace(results.case, sea=CaseSea(kind=SeaKind.COASTLINE, file="coast.geojson")))
    before = state_of(stated)
    (folder / "coast.geojson").write_text('{"type": "FeatureCollection"}', "utf-8")
    (said,) = _told(before, state_of(stated))
    assert "sea coast.geojson" in said
    (folder / "coast.geojson").unlink()
    assert state_of(stated)["evidence"]["sea coast.geojson"] == "without its file"


def test_a_ship_measured_anew_is_other_evidence(results: Results) -> None:
    before = state_of(results)
    (at, *others) = results.gathered.at_sites
    first, *rest = at.detections
    anew = replace(first, length_m=Estimate(first.length_m.value + 1 if first.length_m else 100, 5))
    gathered = replace(results.gathered, at_sites=[replace(at, detections=(anew, *rest)), *others])
    (said,) = _told(before, state_of(replace(results, gathered=gathered)))
    assert f"look {at.look.scene_id} at {at.look.site_id}" in said
