"""Ways by water from a case's coastline: they weigh, long ways around are named, a broken file costs only them."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from messy import CASE, changed, write_case
from shapely.geometry import MultiPolygon, box, mapping

from roadstead.assess.verdicts import DETOUR, world_of
from roadstead.case import load_case
from roadstead.exercise.run import NO_PICTURE
from roadstead.geo import great_circle_km
from roadstead.pipeline import Seams
from roadstead.pipeline.gathering import Gathered, gather
from roadstead.pipeline.judge import AssessStep, Question
from roadstead.steps import StepCache

if TYPE_CHECKING:
    from pathlib import Path

ROADS, EAST = (132.01, 42.8075), (132.61, 42.8075)
CAPE = MultiPolygon([box(132.25, 42.0, 132.35, 44.0), box(129.0, 43.4, 136.0, 46.0), box(128, 39, 128.1, 39.1)])
"""from the mainland in the north to 42 N: no ship passes but south of it; an islet shows how far the map reaches"""
SECOND = """[[sites]]
id = "east"
name = "East roads"
timezone = "Asia/Vladivostok"
aoi = [[132.60, 42.8], [132.62, 42.8], [132.62, 42.815], [132.6, 42.815]]
traffic = [0.2, 4.0]
[[vessels]]"""


def case_of(tmp_path: Path, land: str | None = None) -> Path:
    text = changed('images = ["images"]', 'images = ["images"]\nsea = { coastline = "land.geojson" }', CASE)
    folder = write_case(tmp_path / "case", changed("[[vessels]]", SECOND, text))
    shape = {"type": "Feature", "properties": {}, "geometry": mapping(CAPE)}
    (folder / "land.geojson").write_text(land if land is not None else json.dumps(shape), "utf-8")
    return folder


def gathered(folder: Path) -> Gathered:
    return gather(load_case(folder), Seams(), StepCache(folder / ".cache"), lambda *_: None)


def test_the_way_around_the_cape_weighs_and_is_named(tmp_path: Path) -> None:
    folder = case_of(tmp_path)
    found = gathered(folder)
    (way,) = found.sea_ways
    corners = [ROADS, (132.25, 42.0), (132.35, 42.0), EAST]
    around = sum(great_circle_km(*a, *b) for a, b in pairwise(corners))
    assert way.site_ids == ("roads", "east")
    assert way.km == pytest.approx(around, rel=0.03)
    (doubt,) = found.doubts
    assert doubt.startswith(f"by water {way.km:.0f} km from Roads to East roads along the coastline, 3.")
    case = load_case(folder)
    asked = Question(case=case, claim=case.claims[0], gathered=found, picture=NO_PICTURE)
    assert AssessStep().inputs(asked)["case"]["sea_ways"] == [{"site_ids": ("roads", "east"), "km": way.km}]
    assert gathered(folder).sea_ways == found.sea_ways


def test_without_a_coastline_great_circles_are_lengthened(tmp_path: Path) -> None:
    case = load_case(case_of(tmp_path))
    world = world_of(case, case.claims[0])
    assert world.sea_km[0, 1] == pytest.approx(DETOUR * great_circle_km(*ROADS, *EAST), rel=0.01)


def test_a_broken_coastline_is_named_once_and_costs_the_ways_only(tmp_path: Path) -> None:
    found = gathered(case_of(tmp_path, "{"))
    assert found.sea_ways == ()
    assert len(found.losses) >= 1
    assert "land.geojson" in found.losses[0]


def test_unmapped_land_is_no_sea(tmp_path: Path) -> None:
    """A coastline of the surroundings of one site says nothing of a way to the other."""
    piece = {"type": "Feature", "properties": {}, "geometry": mapping(box(131.9, 42.9, 132.2, 43.0))}
    found = gathered(case_of(tmp_path, json.dumps(piece)))
    assert found.sea_ways == ()
    assert any("land.geojson does not reach Roads, East roads" in loss for loss in found.losses)


def test_a_pair_without_a_way_is_named(tmp_path: Path) -> None:
    wall = MultiPolygon([box(132.25, 38.0, 132.35, 46.5), box(128.0, 46.4, 137.0, 46.5), box(128.0, 38.0, 137.0, 38.1)])
    shape = {"type": "Feature", "properties": {}, "geometry": mapping(wall)}
    found = gathered(case_of(tmp_path, json.dumps(shape)))
    assert found.sea_ways == ()
    assert any("the coastline's grid shows none for Roads - East roads" in loss for loss in found.losses)
