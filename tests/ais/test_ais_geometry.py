"""Hull and antenna, places between reports, radar shift: against reckoning by hand and against an orbit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import box

from roadstead.ais import (
    AisPosition,
    AisStatic,
    Track,
    doppler_shift_m,
    hull_centre,
    interpolate,
    near,
    range_over_velocity_s,
    shown_at,
)
from roadstead.geo import Side, Swath, closest_approaches, earth_fixed, ground_points, view, zero_doppler
from roadstead.library import shipped_elements
from roadstead.model import Range, Site, TimeSpan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.geo import ElementSet, View

T = datetime(2024, 5, 4, tzinfo=UTC)
GEOD = Geod(ellps="WGS84")


def at(minutes: float, lon: float, lat: float, **more: float | None) -> AisPosition:
    return AisPosition(mmsi="273000001", t_utc=T + timedelta(minutes=minutes), lon_deg=lon, lat_deg=lat, **more)


def hull(bow: float, stern: float, port: float, starboard: float) -> AisStatic:
    sides = {"to_bow_m": bow, "to_stern_m": stern, "to_port_m": port, "to_starboard_m": starboard}
    return AisStatic(mmsi="273000001", t_utc=T, last_utc=T, **sides)


@pytest.mark.parametrize(
    ("heading", "east", "north"),
    [(0.0, 6.0, 40.0), (90.0, 40.0, -6.0), (180.0, -6.0, -40.0), (270.0, -40.0, 6.0)],
)
def test_middle_of_a_hull_with_the_antenna_aft_and_to_port(heading: float, east: float, north: float) -> None:
    # 100 m to the bow, 20 m to the stern: the middle lies 40 m ahead; 4 m to port, 16 m to starboard: 6 m to starboard.
    centre = hull_centre(at(0, 10.0, 60.0, heading_deg=heading), hull(100, 20, 4, 16))
    assert centre is not None
    azimuth, _, metres = GEOD.inv(10.0, 60.0, *centre)
    assert metres * np.sin(np.radians(azimuth)) == pytest.approx(east, abs=0.01)
    assert metres * np.cos(np.radians(azimuth)) == pytest.approx(north, abs=0.01)


def test_course_serves_a_moving_ship_only() -> None:
    static = hull(100, 20, 4, 16)
    assert hull_centre(at(0, 1, 1, cog_deg=90.0, sog_kn=12.0), static) == hull_centre(
        at(0, 1, 1, heading_deg=90.0), static
    )
    assert hull_centre(at(0, 1, 1, cog_deg=90.0, sog_kn=0.2), static) is None
    assert hull_centre(at(0, 1, 1), static) is None
    assert hull_centre(at(0, 1, 1, heading_deg=1.0), AisStatic(mmsi="273000001", t_utc=T, last_utc=T)) is None


def test_straight_way_at_steady_speed() -> None:
    # 12 kn due north: two minutes of latitude in ten minutes.
    going = {"sog_kn": 12.0, "cog_deg": 0.0, "heading_deg": 350.0}
    track = Track(mmsi="1", positions=(at(0, 5, 50, **going), at(10, 5, 50 + 2 / 60, **going | {"heading_deg": 20.0})))
    fix = interpolate(track, T + timedelta(minutes=5))
    assert fix is not None
    assert GEOD.inv(5, 50 + 1 / 60, fix.lon_deg, fix.lat_deg)[2] < 3
    assert fix.sog_kn == pytest.approx(12.0, abs=0.1)
    assert fix.heading_deg == pytest.approx(5.0)
    assert fix.gap_s == 600


def test_a_turn_is_not_cut() -> None:
    # Quarter circle of 1 km radius, north at first, then east: the middle lies on the arc; the chord is 293 m inside.
    lon, lat, _ = GEOD.fwd(10, 0, 45, np.sqrt(2) * 1000)
    seconds = np.pi / 2 * 1000 / 6.0
    speed = 6.0 * 3600 / 1852
    a = at(0, 10, 0, sog_kn=speed, cog_deg=0.0)
    b = at(seconds / 60, lon, lat, sog_kn=speed, cog_deg=90.0)
    fix = interpolate(Track(mmsi="1", positions=(a, b)), T + timedelta(seconds=seconds / 2))
    assert fix is not None
    centre = GEOD.fwd(10, 0, 90, 1000)[:2]
    assert GEOD.inv(*centre, fix.lon_deg, fix.lat_deg)[2] == pytest.approx(1000, abs=20)


def test_sigma_grows_into_the_gap_and_a_long_gap_gives_nothing() -> None:
    track = Track(mmsi="1", positions=(at(0, 0, 0), at(60, 0.1, 0), at(600, 0.2, 0)))
    sigmas = [interpolate(track, T + timedelta(minutes=m)).sigma_m for m in (0, 5, 15, 30, 45, 55, 60)]
    assert sigmas[:4] == sorted(sigmas[:4])
    assert sigmas[3:] == sorted(sigmas[3:], reverse=True)
    assert sigmas[0] == sigmas[-1] == 10.0
    assert sigmas[3] > 500
    assert interpolate(track, T + timedelta(minutes=300)) is None
    assert interpolate(track, T + timedelta(minutes=300), max_gap_h=12) is not None
    assert interpolate(track, T - timedelta(seconds=1)) is None
    assert interpolate(track, T + timedelta(minutes=601)) is None


@given(st.floats(-179.99, 179.99), st.floats(-80, 80), st.floats(0, 1), st.floats(0.2, 120))
def test_between_two_reports_it_is_between_them(lon: float, lat: float, u: float, minutes: float) -> None:
    other = GEOD.fwd(lon, lat, 70, 3000)
    track = Track(mmsi="1", positions=(at(0, lon, lat), at(minutes, other[0], other[1])))
    fix = interpolate(track, T + u * (track.positions[1].t_utc - T))
    assert fix is not None
    ways = GEOD.inv(lon, lat, fix.lon_deg, fix.lat_deg)[2] + GEOD.inv(fix.lon_deg, fix.lat_deg, *other[:2])[2]
    assert ways == pytest.approx(3000, abs=0.5)
    assert -180 <= fix.lon_deg <= 180


def test_who_reported_inside() -> None:
    named = AisStatic(mmsi="273000001", t_utc=T, last_utc=T, name="IN", imo="9074729")
    inside = Track(mmsi="273000001", positions=tuple(at(m, 0.1 * m, 0.5) for m in range(12)), statics=(named,))
    outside = Track(mmsi="273000002", positions=(at(0, 50, 50),))
    site = Site(id="s", name="S", timezone="UTC", aoi=box(0.35, 0, 0.75, 1))
    (who,) = near([outside, inside], site, TimeSpan(T, T + timedelta(minutes=6)))
    assert (who.mmsi, who.name, who.imo, who.reports) == ("273000001", "IN", "9074729", 3)
    assert (who.first_utc, who.last_utc) == (T + timedelta(minutes=4), T + timedelta(minutes=6))
    assert near([inside], box(0, 0, 1, 1), TimeSpan(T + timedelta(days=1), T + timedelta(days=2))) == ()


def test_range_over_velocity_is_about_115_s_over_the_swath_of_sentinel_1() -> None:
    ratios = [range_over_velocity_s(i) for i in (29.1, 38.0, 46.0)]
    assert ratios == sorted(ratios)
    assert ratios[1] == pytest.approx(115, abs=3)
    assert ratios[0] > 100
    assert ratios[2] < 130


@pytest.fixture(scope="module")
def passes() -> tuple[ElementSet, NDArray[np.float64], View]:
    """Passes of Sentinel-1 whose swath holds 10 E 40 N: elements, moments of closest approach, views."""
    elements, swath = (
        shipped_elements()[0],
        Swath(side=Side.RIGHT, incidence_deg=Range(29.1, 46.0), daylight_only=False),
    )
    place, up = ground_points(np.array([10.0]), np.array([40.0]))
    _, tau = closest_approaches(elements, (0.0, 12 * 86400.0), place, np.zeros(1), swath)
    seen = view(elements, tau, place.repeat(len(tau), 0), up.repeat(len(tau), 0))
    tau = tau[seen.inside(swath)]
    return elements, tau, view(elements, tau, place.repeat(len(tau), 0), up.repeat(len(tau), 0))


@pytest.mark.parametrize("course", [0.0, 77.0, 180.0, 257.0, 300.0])
def test_radar_shift_against_an_orbit(course: float, passes: tuple[ElementSet, NDArray[np.float64], View]) -> None:
    """A radar takes the moment of least range to the moving ship for its place along the satellite's way."""
    elements, moments, seen = passes
    assert set(seen.ascending.tolist()) == {True, False}
    speed_m_s, dt = 8.0, np.arange(-1.0, 1.0, 0.02)
    ship = np.stack([GEOD.fwd(10.0, 40.0, course, speed_m_s * s)[:2] for s in dt])
    places, _ = ground_points(ship[:, 0], ship[:, 1])
    for i, tau in enumerate(moments):
        ranges = np.linalg.norm(earth_fixed(elements, tau + dt)[0] - places, axis=1)
        curve = np.polyfit(dt, ranges, 2)
        least = tau - curve[1] / (2 * curve[0])
        azimuth, incidence = float(seen.azimuth_deg[i]), float(seen.incidence_deg[i])
        shift = doppler_shift_m(speed_m_s * 3600 / 1852, course, satellite_azimuth_deg=azimuth, incidence_deg=incidence)
        shown, _ = ground_points(*(np.array([v]) for v in shown_at(10.0, 40.0, shift, azimuth)))
        moment = float(zero_doppler(elements, np.array([least]), shown)[0])
        # The satellite's footpoint moves 6.8 km/s: 3 % of the largest shift are 4 ms.
        assert moment == pytest.approx(float(least), abs=0.03 * 120 * speed_m_s / 6800)
        assert abs(shift) < 130 * speed_m_s


def test_a_ship_that_comes_nearer_is_shown_further_along_the_way() -> None:
    # A descending right-looking satellite flies south-south-west, so it stands east-south-east of what it sees.
    shift = doppler_shift_m(10.0, 100.0, satellite_azimuth_deg=100.0, incidence_deg=38.0)
    assert shift > 0
    assert shown_at(0.0, 0.0, shift, 100.0)[1] < 0
    assert doppler_shift_m(10.0, 280.0, satellite_azimuth_deg=100.0, incidence_deg=38.0) == pytest.approx(-shift)
    assert doppler_shift_m(10.0, 10.0, satellite_azimuth_deg=100.0, incidence_deg=38.0) == pytest.approx(0, abs=1e-9)
    # 10 kn = 5.144 m/s, times sin 38 deg, times 115 s
    by_hand = doppler_shift_m(10.0, 100.0, satellite_azimuth_deg=100.0, incidence_deg=38.0, range_velocity_s=115.0)
    assert by_hand == pytest.approx(364.2, abs=0.5)
