"""Marks of single hulls, drawn by an analyst: listed with every ship, weighed past the gate alone."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from messy import SharpEyes, point, write_case, write_item, write_marks, write_tiff
from shapely.geometry import Point, box

from roadstead import IntakeFacts, Seams, add, library, verify
from roadstead.archive import Mark
from roadstead.identify import Examined, Level, Resolved, gate
from roadstead.model import (
    BandRole,
    DateBasis,
    Detection,
    Estimate,
    Exhibit,
    ExhibitKind,
    HullSign,
    Look,
    Modality,
    Scene,
    TimeSpan,
)
from roadstead.pipeline.find import SceneAtSite
from roadstead.pipeline.hull_signs import ships_and_signs, signs_of
from roadstead.pipeline.identity import marks_weighed, with_ratios
from roadstead.steps import FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

EYES = {Modality.OPTICAL: SharpEyes(), Modality.SAR: SharpEyes()}
CLOCK = FixedClock(datetime(2026, 1, 1, 12, tzinfo=UTC))
FACTS: dict[str, Any] = {"now": CLOCK.now(), "added_by": "Ana"}
ON_THE_SHIP = (132.00912, 42.80898)
HULL = "marshal-shaposhnikov"
SAID = {"hull": HULL, "hull_mark": "one-gun-forward"}


@pytest.fixture(autouse=True)
def few_histories() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.infer.sampler.MAX_BATCHES", 1)
        patch.setattr("roadstead.infer.sampler.MAX_TRAFFIC_BATCHES", 1)
        yield


def test_below_the_gate_a_mark_is_listed_with_the_reason_and_is_no_ship_of_its_own(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    write_tiff(tmp_path / "s.tif")
    image = add(case, [write_item(tmp_path / "s.json", "s.tif")], IntakeFacts(**FACTS)).added[0].id
    marks = write_marks(tmp_path / "m.geojson", point(*ON_THE_SHIP), point(132.02, 42.805), **SAID)
    add(case, [marks], IntakeFacts(of_exhibit=image, analyst="Jane Doe", **FACTS))
    result = verify(case, seams=Seams(clock=CLOCK, detectors=EYES))
    features = json.loads((case / "out" / "detections.geojson").read_text("utf-8"))["features"]
    (ship,) = [f["properties"] for f in features]
    assert "by eye" not in ship["method"]
    (sign,) = ship["hull_marks"]
    assert (sign["hull"], sign["seen"], sign["by"], sign["usable"]) == (HULL, True, "Jane Doe", False)
    assert ship["hull_ratios"] == {}
    assert [s for s in result.losses if "lies on 0 ships of its image" in s]
    page = html.unescape((case / "out" / "report.html").read_text("utf-8"))
    assert "Marks of single hulls" in page
    assert "not usable at this resolution, since resolved pixels across the beam" in page


SCENE = Scene(
    id="s", path=Path("s.tif"), time=None, modality=Modality.OPTICAL, bands=(BandRole.PAN,), sha256="a" * 64,
    date_basis=DateBasis.UNKNOWN,
)  # fmt: skip
IMAGE = Exhibit(
    id="image", kind=ExhibitKind.SCENE, path="x", sha256="a" * 64, size_bytes=1, original_name="x",
    added=CLOCK.now(), added_by="A",
)  # fmt: skip
SHIP = Detection(
    id="s#1", scene_id="s", time=None, outline_px=(), outline=box(0, 0, 0.002, 0.001), row_px=0, col_px=0, score=0.9,
    length_m=Estimate(163.5, 3), beam_m=Estimate(19.0, 1), heading_deg=None, method="test",
)  # fmt: skip


def drawn_mark(**said: str) -> Mark:
    return Mark(
        id="m#1", exhibit_id="marks", geometry=Point(0.001, 0.0005), name="", analyst="N. N.", time=None, vessel="",
        class_id="", activity="", note="", properties=said,
    )  # fmt: skip


def looked(*marks: Mark) -> tuple[tuple[HullSign, ...], tuple[str, ...]]:
    look = Look(
        scene_id="s", site_id="x", time=TimeSpan(CLOCK.now(), CLOCK.now()), usable_fraction=1.0,
        cloud_fraction=None, resolved_m=1.0, sun_elevation_deg=None, modality=Modality.OPTICAL, searched=True,
    )  # fmt: skip
    own = replace(IMAGE, id="marks", kind=ExhibitKind.MARKS, of_exhibit="image")
    exhibits = {"image": IMAGE, "marks": own}
    return signs_of(marks, (SceneAtSite(look=look, detections=(SHIP,)),), {"s": SCENE}, exhibits, library.hulls())


def test_past_the_gate_a_mark_weighs_for_its_hull() -> None:
    signs, losses = looked(drawn_mark(**SAID))
    assert not losses
    assert signs[0].detection_id == "s#1"
    close = {("x", "s#1"): Examined(gate=gate(SHIP, Resolved(known_m=0.8)), evidence=None)}
    assert close["x", "s#1"].gate.level is Level.HULL
    marked = marks_weighed(signs, close, library.hulls())
    assert dict(marked["s#1"].ratios) == {HULL: pytest.approx(8.0)}
    assert with_ratios((), close, marked) == []


def test_what_cannot_be_used_is_named() -> None:
    signs, losses = looked(
        drawn_mark(hull="nobody", hull_mark="x"),
        drawn_mark(hull=HULL, hull_mark="x"),
        drawn_mark(hull=HULL, hull_mark="one-gun-forward", seen="perhaps"),
        replace(drawn_mark(**SAID), geometry=Point(1, 1)),
    )
    assert not signs
    assert [words for words in losses if "which the library does not hold" in words]
    assert [words for words in losses if "recorded marks of marshal-shaposhnikov are: one-gun-forward" in words]
    assert [words for words in losses if "write yes or no" in words]
    assert [words for words in losses if "lies on 0 ships" in words]


def test_marks_of_hulls_are_told_from_ships_whatever_the_case_of_the_key() -> None:
    ship, sign = drawn_mark(hull="x"), drawn_mark(Hull=HULL, HULL_MARK="one-gun-forward")
    assert ships_and_signs((ship, sign)) == ((ship,), (sign,))
    assert looked(sign)[0][0].seen
    assert not looked(drawn_mark(**SAID, seen="No"))[0][0].seen
