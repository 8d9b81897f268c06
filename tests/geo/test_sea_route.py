"""Ways by water go around land, and are never shorter than the great circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyogrio.raw
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from roadstead.geo import great_circle_km, sea_routes_km
from roadstead.library import sea_distance_km, site

if TYPE_CHECKING:
    from pathlib import Path

HEADLAND = box(10.0, 40.0, 10.2, 41.0)
"""between places east and west of it; its northern end joins the mainland, its southern end is at 40 N"""
MAINLAND = box(8.5, 41.0, 11.5, 41.5)
AROUND = box(8.5, 39.5, 11.5, 41.5)
WEST, EAST, SOUTH = (9.6, 40.6), (10.6, 40.6), (9.6, 39.8)


def test_the_way_goes_around_the_headland() -> None:
    ways = sea_routes_km(MultiPolygon([HEADLAND, MAINLAND]), [WEST, EAST, SOUTH], AROUND)
    around = great_circle_km(*WEST, 10.0, 40.0) + great_circle_km(10.0, 40.0, 10.2, 40.0)
    around += great_circle_km(10.2, 40.0, *EAST)
    assert ways[0, 1] == pytest.approx(around, rel=0.02)
    assert ways[0, 2] == pytest.approx(great_circle_km(*WEST, *SOUTH), rel=0.01)
    assert np.array_equal(ways, ways.T)
    assert (np.diag(ways) == 0).all()


def test_no_way_leads_out_of_a_lake_or_from_far_inland() -> None:
    ring = Polygon(box(9.0, 40.0, 11.0, 41.5).exterior, [box(9.9, 40.6, 10.1, 40.8).exterior])
    ways = sea_routes_km(ring, [(10.0, 40.7), (9.0, 39.9), (11.0, 39.9)], AROUND)
    assert np.isnan(ways[0, 1:]).all()
    assert ways[1, 2] == pytest.approx(great_circle_km(9.0, 39.9, 11.0, 39.9), rel=0.01)


def test_a_berth_just_inland_sails_from_the_nearest_water() -> None:
    ways = sea_routes_km(MAINLAND, [(9.0, 41.03), (11.0, 40.9)], AROUND)
    assert ways[0, 1] == pytest.approx(great_circle_km(9.0, 41.03, 11.0, 40.9), rel=0.03)


@pytest.mark.parametrize("places", [[], [(10.0, 40.5)]])
def test_one_place_or_none_needs_no_way(places: list[tuple[float, float]]) -> None:
    assert sea_routes_km(HEADLAND, places, AROUND).shape == (len(places), len(places))


def test_the_real_coast_gives_about_the_sourced_distance(shared: Path) -> None:
    path = shared / "data" / "coast" / "land-sea-of-japan.gpkg"
    if not path.is_file():
        pytest.skip("the coastline in ../shared/data is not on this machine")
    land = shapely.from_wkb(pyogrio.raw.read(path)[2][0])
    sourced = sea_distance_km("chongjin", "vladivostok")
    assert sourced is not None
    places = [(s.lon_deg, s.lat_deg) for s in (site("chongjin"), site("vladivostok"))]
    way = float(sea_routes_km(land, places, box(128.5, 40.5, 134, 43.6))[0, 1])
    assert way == pytest.approx(sourced.km, rel=0.05)


def test_a_place_sails_from_the_nearest_water_and_not_from_across_an_isthmus() -> None:
    wall = box(8.5, 40.50, 11.5, 40.60)
    ways = sea_routes_km(wall, [(10.0, 40.49), (10.0, 41.2), (9.0, 40.0)], AROUND)
    assert np.isnan(ways[0, 1])
    assert ways[0, 2] == pytest.approx(great_circle_km(10.0, 40.49, 9.0, 40.0), rel=0.01)


def test_a_port_and_its_roads_are_too_near_for_the_grid() -> None:
    ways = sea_routes_km(MAINLAND, [(9.0, 40.9), (9.005, 40.9), (9.0, 40.9)], AROUND)
    assert np.isnan(ways[0, 1:]).all()


def test_open_sea_without_land_is_sailed_straight() -> None:
    ways = sea_routes_km(MultiPolygon([]), [WEST, EAST], AROUND)
    assert ways[0, 1] == pytest.approx(great_circle_km(*WEST, *EAST), rel=0.01)
