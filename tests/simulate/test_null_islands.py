"""The fictional place: enough of it, where it should be, and sea between."""

from __future__ import annotations

from itertools import combinations

import pytest
from shapely import union_all
from shapely.geometry import LineString, Point

from roadstead.geo import area_km2, great_circle_km
from roadstead.model import NotFound
from roadstead.simulate import null_island, null_islands


def test_five_places_lie_around_null_island() -> None:
    places = null_islands()
    assert len(places) >= 5
    assert [p.id for p in places] == sorted(p.id for p in places)
    assert all(great_circle_km(0, 0, p.aoi.centroid.x, p.aoi.centroid.y) < 250 for p in places)
    assert sum(p.anchorage for p in places) == 1


def test_the_distant_port_is_hours_away() -> None:
    middles = {p.id: p.aoi.representative_point() for p in null_islands()}
    far = middles.pop("farhaven")
    assert all(great_circle_km(far.x, far.y, m.x, m.y) >= 150 for m in middles.values())


def test_passages_cross_no_land() -> None:
    land = union_all([p.land for p in null_islands()])
    for a, b in combinations(null_islands(), 2):
        line = LineString([a.aoi.representative_point(), b.aoi.representative_point()])
        assert not line.intersects(land), (a.id, b.id)


def test_places_are_whole() -> None:
    for place in null_islands():
        assert place.land.is_valid, place.id
        assert place.aoi.is_valid, place.id
        assert 1 < area_km2(place.aoi) < 25, place.id
        assert area_km2(place.aoi.intersection(place.land)) < 0.01 * area_km2(place.aoi), place.id
        for quay in place.quays:
            edge = quay.interpolate(0.5, normalized=True)
            assert place.land.boundary.distance(edge) < 1e-6, place.id


def test_the_naval_harbour_has_cranes_and_quays() -> None:
    harbour = null_island("port-null")
    assert len(harbour.quays) >= 4
    assert all(harbour.land.buffer(1e-5).contains(Point(c.x, c.y)) for c in harbour.cranes)


def test_an_unknown_place_is_named() -> None:
    with pytest.raises(NotFound, match="port-null"):
        null_island("atlantis")
