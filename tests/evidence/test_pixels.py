"""A second search of the same pixels: honest bundles are not accused, whatever told their place and their sea."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from evidence_case import NOW, radar_image, written_case

from roadstead.archive import IntakeFacts, add
from roadstead.case import CaseSea, load_case
from roadstead.evidence.pixels import from_pixels
from roadstead.model import Rejected, SeaKind, parse_span
from roadstead.pipeline import Gathered, Seams, gather
from roadstead.steps import StepCache

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.case import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    folder = written_case(tmp_path)
    add(folder, [radar_image(tmp_path / "radar.tif", licence="CC0-1.0")], IntakeFacts(added_by="A", now=NOW))
    return load_case(folder)


def _gathered(case: Case) -> Gathered:
    return gather(case, Seams(), StepCache(None), lambda *_: None)


def test_a_stated_coastline_tells_sea_from_land_in_the_audit_too(case: Case) -> None:
    area = [[[0, 0], [0.01, 0], [0.01, 0.04], [0, 0.04], [0, 0]]]
    land = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": area}}
    (case.folder / "land.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [land]}), "utf-8")
    stated = replace(case, sea=CaseSea(kind=SeaKind.COASTLINE, file="land.geojson"))
    measured = _gathered(stated)
    assert measured.at_sites[0].detections
    again = from_pixels(stated, measured, lambda *_: None)
    assert again is not None
    assert again.faults == ()
    assert "2 detection(s) of the record, all found again" in again.sentence
    # The file may not be handed on: then no other sea is put in its place.
    (case.folder / "land.geojson").unlink()
    without = from_pixels(stated, measured, lambda *_: None)
    assert without is not None
    assert without.faults == ()
    assert "1 without the stated file of land and sea were not" in without.sentence


def test_a_ship_that_was_taken_out_of_the_record_is_found(case: Case) -> None:
    measured = _gathered(case)
    at = measured.at_sites[0]
    gone = at.detections[0]
    still = Rejected(row_px=gone.row_px, col_px=gone.col_px, reason="never moves: says the forger")
    measured.at_sites[0] = replace(at, detections=at.detections[1:], rejected=(*at.rejected, still))
    again = from_pixels(case, measured, lambda *_: None)
    assert again is not None
    assert [s for _, s in again.faults if "is found that is not in the record" in s]


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_an_image_placed_by_hand_is_searched_where_it_was_placed(tmp_path: Path) -> None:
    folder = written_case(tmp_path)
    shot = tmp_path / "shot.png"
    values = (np.random.default_rng(0).random((3, 64, 64)) * 40).astype(np.uint8)
    with rasterio.open(shot, "w", driver="PNG", height=64, width=64, count=3, dtype="uint8") as out:
        out.write(values)
    when = parse_span("2024-05-01T06:00Z")
    facts = IntakeFacts(
        added_by="A",
        now=NOW,
        site_id="roads",
        gsd_m=3.0,
        gsd_basis="scale bar",
        captured=when,
    )
    add(folder, [shot], facts)
    case = load_case(folder)
    measured = _gathered(case)
    assert [at.look.site_id for at in measured.at_sites] == ["roads"]
    again = from_pixels(case, measured, lambda *_: None)
    assert again is not None
    assert again.faults == ()
