"""Passes, views and nights: geometry that can be worked out by other means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from pyproj import Transformer

from roadstead.geo import (
    RepeatCycle,
    Side,
    Swath,
    closest_approaches,
    earth_fixed,
    ground_points,
    nights,
    once,
    sun_elevation_deg,
    sun_position_deg,
    track_offset,
    view,
    zero_doppler,
)
from roadstead.library import shipped_elements
from roadstead.model import InputError, Range, TimeSpan

S1A = shipped_elements()[0]
WIDE = Swath(side=Side.BOTH, incidence_deg=Range(0, 60), daylight_only=False)


def test_ground_points_are_those_of_proj() -> None:
    lon, lat = np.array([0.0, 132.3, -180.0, 45.0]), np.array([0.0, 42.9, -89.999, 90.0])
    expected = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True).transform(lon, lat, np.zeros(4))
    found, up = ground_points(lon, lat)
    assert found * 1000 == pytest.approx(np.stack(expected, axis=1), abs=1e-3)
    assert np.linalg.norm(up, axis=1) == pytest.approx(1)


def test_closest_approach_is_where_the_range_is_least() -> None:
    places, ups = ground_points(np.array([10.0, -75.0, 0.0]), np.array([55.0, -3.0, 88.0]))
    index, tau = closest_approaches(S1A, (0.0, 2 * 86400.0), places, np.zeros(3), WIDE)
    assert set(index) == {0, 1, 2}
    around = [np.linalg.norm(earth_fixed(S1A, tau + dt)[0] - places[index], axis=1) for dt in (-0.5, 0.0, 0.5)]
    assert (around[1] < around[0]).all()
    assert (around[1] < around[2]).all()
    assert np.abs(zero_doppler(S1A, tau + 40.0, places[index]) - tau).max() < 1e-6
    assert (view(S1A, tau, places[index], ups[index]).incidence_deg > 0).all()


def test_a_place_under_the_satellite_is_seen_straight_down() -> None:
    tau = np.array([100.0, 2000.0, 4000.0])
    r, _ = earth_fixed(S1A, tau)
    lon, lat, height = Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True).transform(*(r.T * 1000))
    places, ups = ground_points(lon, lat)
    seen = view(S1A, tau, places, ups)
    assert seen.incidence_deg == pytest.approx(0, abs=1e-5)
    assert seen.off_nadir_deg == pytest.approx(0, abs=1e-5)
    assert (height > 680_000).all()


def test_right_is_east_of_a_satellite_going_north() -> None:
    tau = np.arange(0.0, 6000.0, 60.0)
    r, v = earth_fixed(S1A, tau)
    north = v[:, 2] > 6.5  # near the equator, on the way up
    lon, lat = np.degrees(np.arctan2(r[north, 1], r[north, 0])), np.degrees(np.arcsin(r[north, 2] / 7070))
    assert north.sum() > 3
    for east, right in ((4.0, True), (-4.0, False)):
        seen = view(S1A, tau[north], *ground_points(lon + east, lat))
        assert (seen.right == right).all()
        assert seen.ascending.all()
        assert ((seen.azimuth_deg > 180) == right).all(), "from a place in the east the satellite stands in the west"


def test_a_swath_has_one_bound() -> None:
    with pytest.raises(InputError, match="either incidence_deg or off_nadir_max_deg"):
        Swath(side=Side.RIGHT, daylight_only=False)


def test_the_same_pass_from_both_sides_counts_once() -> None:
    place, t_s = np.array([0, 0, 0, 1, 1]), np.array([100.0, 5900.0, 100.7, 100.2, 3000.0])
    assert once(place, t_s).tolist() == [True, True, False, True, True]


def test_offset_from_a_track() -> None:
    """Turned by 1 degree of node it flies 111 km beside at the equator; whole cycles later it is where it was."""
    cycle = RepeatCycle(days=12, orbits=175)
    at_node = replace(S1A, perigee_argument_deg=0.0, mean_anomaly_deg=0.0, eccentricity=0.0)
    turned = replace(at_node, raan_deg=at_node.raan_deg + 1)
    assert track_offset(turned, at_node, cycle)[0] == pytest.approx(
        111.3 * np.cos(np.radians(98.18 - 90 + 3.9)), rel=0.01
    )
    days = timedelta(days=12 * 7)
    later = replace(at_node, epoch=at_node.epoch + days, raan_deg=at_node.raan_deg + 84 * 360 / 365.2422)
    across_km, along_s = track_offset(later, at_node, cycle)
    assert across_km < 15
    assert abs(along_s) < 15


# nights


@pytest.mark.parametrize("lat", [-66.0, -33.0, 0.0, 23.4, 42.9, 60.0, 66.2, 69.6, 78.2, 89.99, 90.0])
@pytest.mark.parametrize("limit", [-0.833, -6.0, -12.0])
def test_nights_are_when_the_sun_is_down(lat: float, limit: float) -> None:
    """Against the elevation minute by minute, through a year, anywhere."""
    span = TimeSpan(datetime(2024, 1, 1, 5, 0, 30, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    minutes = np.arange(span.start.timestamp(), span.end.timestamp(), 60.0)
    down = sun_elevation_deg(minutes, 132.3, lat) < limit
    found = nights(132.3, lat, span, limit)
    dark = np.zeros(len(minutes), bool)
    for night in found:
        assert night.within(span)
        dark |= (minutes >= night.start.timestamp()) & (minutes < night.end.timestamp())
    wrong = np.flatnonzero(dark != down)
    near = np.abs(sun_elevation_deg(minutes[wrong], 132.3, lat) - limit)
    # The sun climbs 15 degrees an hour at most: 3 seconds are 0.0125 degrees.
    assert len(wrong) == 0 or near.max() < 0.0125
    assert all(a.end < b.start for a, b in pairwise(found))


def test_the_night_at_dunai() -> None:
    """11 to 12 October 2024: a good half day, with its twilights inside one another."""
    span = TimeSpan(datetime(2024, 10, 11, 3, tzinfo=UTC), datetime(2024, 10, 12, 3, tzinfo=UTC))
    (night,) = nights(132.3354, 42.8788, span)
    for t in (night.start, night.end):
        assert sun_position_deg(t, 132.3354, 42.8788)[0] == pytest.approx(-0.833, abs=0.0025)
    (civil,) = nights(132.3354, 42.8788, span, -6)
    (nautical,) = nights(132.3354, 42.8788, span, -12)
    assert nautical.within(civil)
    assert civil.within(night)
    assert 12.5 < night.hours() < 13


def test_polar_night_and_midnight_sun() -> None:
    june = TimeSpan(datetime(2024, 6, 10, tzinfo=UTC), datetime(2024, 6, 12, tzinfo=UTC))
    december = TimeSpan(datetime(2024, 12, 10, tzinfo=UTC), datetime(2024, 12, 12, tzinfo=UTC))
    assert nights(15.6, 78.2, june) == ()
    (night,) = nights(15.6, 78.2, december)
    assert (night.start, night.end) == (december.start, december.end)
    assert nights(15.6, 78.2, TimeSpan(june.start, june.start)) == ()


def test_a_century_of_nights() -> None:
    span = TimeSpan(datetime(1950, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC))
    assert len(nights(132.3, 42.9, span)) == 36525


def test_the_sun_over_many_places_is_the_sun_over_each() -> None:
    t = datetime(2024, 10, 12, 2, 5, 40, tzinfo=UTC)
    lon, lat = np.array([132.3, -75.0, 0.0]), np.array([42.9, 90.0, -33.0])
    expected = [sun_position_deg(t, float(a), float(b))[0] for a, b in zip(lon, lat, strict=True)]
    for times in (np.datetime64("2024-10-12T02:05:40"), np.full(3, t.timestamp()), t.timestamp()):
        assert sun_elevation_deg(times, lon, lat) == pytest.approx(expected, abs=1e-9)
