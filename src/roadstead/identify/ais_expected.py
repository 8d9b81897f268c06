"""Where an image should show each ship that sent AIS, and how surely."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.ais import doppler_shift_m, hull_centre, interpolate, shown_at
from roadstead.geo import great_circle_km

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from roadstead.ais import AisStatic, Fix, Track
    from roadstead.model import TimeSpan

IMAGE_SIGMA_M = 20.0
"""one standard deviation of an image's own place in each direction, assumed; Sentinel products state less"""
LONGEST_SPAN_S = 600.0
"""an image whose time is known less well is not compared: a ship at 15 knots goes 4.6 km meanwhile"""
_KNOT_M_S = 1852 / 3600
_UNKNOWN_SPEED_M_S = 5.0
"""granted to a ship whose speed is not known"""
_SPEED_SIGMA_M_S = 0.3
"""of the speed towards the satellite, from rounding in the message and the ship's own motion; assumed"""
_UNKNOWN_VIEW_S = 75.0
"""slant range over velocity times the sine of incidence, for a radar whose direction of view is not known"""
_UNKNOWN_LENGTH_M = 100.0
_ANTENNA_SHARE = 0.3
"""of the length: how far the antenna lies from the hull's middle, one standard deviation where it was not sent"""
_STEERED_KN = 3.0
_LYING_KN, _LYING_M = 0.5, 100.0
"""slower than this at two reports no further apart, a ship is taken to have lain between them"""
_SWING_M = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarView:
    """From where a radar looked at a place."""

    satellite_azimuth_deg: float
    """from the place to the satellite, clockwise from true north"""
    incidence_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A ship as its AIS says that an image should show it."""

    mmsi: str
    name: str
    imo: str | None
    lon_deg: float
    """WGS84, of the hull's middle as far as known, where the image shows it"""
    lat_deg: float
    sigma_m: float
    """one standard deviation of that place in each direction, the image's own included"""
    shift_m: float
    """part of it: along the satellite's way, by the ship's speed towards a radar; 0 for optical images"""
    length_m: float | None
    axis_deg: float | None
    """of the hull, 0-180"""
    sog_kn: float | None
    gap_s: float
    """between the two reports that it rests on"""


def expected_in(
    tracks: Iterable[Track], time: TimeSpan, *, radar: bool = False, view: RadarView | None = None
) -> tuple[Expected, ...]:
    """Every ship whose reports lie on both sides of an image's time, sorted by MMSI.

    Its place is interpolated (`ais.interpolate`), with a sigma that grows into the gap between the reports, moved from
    the antenna to the hull's middle, and for a radar of known view along the satellite's way (`ais.doppler_shift_m`).

    Args:
        tracks: what was received.
        time: of the image.
        radar: whether it is a radar image.
        view: from where the radar looked; None: not known, then the shift only widens the sigma.
    """
    found = (_expected(track, time, radar=radar, view=view) for track in tracks)
    return tuple(sorted((e for e in found if e is not None), key=lambda e: e.mmsi))


def _expected(track: Track, time: TimeSpan, *, radar: bool, view: RadarView | None) -> Expected | None:
    fix = interpolate(track, time.middle)
    if fix is None:
        return None
    static = track.static_at(time.middle)
    centre = hull_centre(fix, static) if static else None
    lon, lat = centre or (fix.lon_deg, fix.lat_deg)
    shift_m = _shift_m(fix, view) if radar else 0.0
    if shift_m and view is not None:
        lon, lat = shown_at(lon, lat, shift_m, view.satellite_azimuth_deg)
    length_m = static.length_m if static else None
    parts = (
        _lay_sigma_m(track, time.middle) or fix.sigma_m,
        IMAGE_SIGMA_M,
        0.0 if centre else _ANTENNA_SHARE * (length_m or _UNKNOWN_LENGTH_M),
        _speed_m_s(fix) * time.duration.total_seconds() / math.sqrt(12),
        _shift_sigma_m(fix, view) if radar else 0.0,
    )
    return Expected(
        mmsi=track.mmsi,
        name=track.name,
        imo=_imo(static),
        lon_deg=lon,
        lat_deg=lat,
        sigma_m=math.hypot(*parts),
        shift_m=shift_m,
        length_m=length_m or None,
        axis_deg=_axis_deg(fix),
        sog_kn=fix.sog_kn,
        gap_s=fix.gap_s,
    )


def _lay_sigma_m(track: Track, t_utc: datetime) -> float | None:
    """Sigma of a ship that lay still at one place at both reports; None for others.

    A ship under way may be anywhere that it could have reached meanwhile; one that lies at a berth or anchor before and
    after, three hours apart at most, is taken to have lain there.
    """
    after = bisect_left([p.t_utc for p in track.positions], t_utc)
    if not 0 < after < len(track.positions):
        return None
    a, b = track.positions[after - 1], track.positions[after]
    apart_m = 1000 * great_circle_km(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
    if a.sog_kn is None or b.sog_kn is None or max(a.sog_kn, b.sog_kn) > _LYING_KN or apart_m > _LYING_M:
        return None
    return math.hypot(max(a.sigma_m, b.sigma_m), apart_m / 2, _SWING_M)


def _imo(static: AisStatic | None) -> str | None:
    return static.imo if static else None


def _speed_m_s(fix: Fix) -> float:
    return _UNKNOWN_SPEED_M_S if fix.sog_kn is None else fix.sog_kn * _KNOT_M_S


def _shift_m(fix: Fix, view: RadarView | None) -> float:
    if view is None or fix.sog_kn is None or fix.cog_deg is None:
        return 0.0
    return doppler_shift_m(
        fix.sog_kn,
        fix.cog_deg,
        satellite_azimuth_deg=view.satellite_azimuth_deg,
        incidence_deg=view.incidence_deg,
    )


def _shift_sigma_m(fix: Fix, view: RadarView | None) -> float:
    """What is not known of the shift: all of it, where view or speed are unknown."""
    if view is None or fix.sog_kn is None:
        return _UNKNOWN_VIEW_S * math.hypot(_speed_m_s(fix) / math.sqrt(2), _SPEED_SIGMA_M_S)
    towards = view.satellite_azimuth_deg
    a_knot = doppler_shift_m(1.0, towards, satellite_azimuth_deg=towards, incidence_deg=view.incidence_deg)
    return abs(a_knot) / _KNOT_M_S * _SPEED_SIGMA_M_S


def _axis_deg(fix: Fix) -> float | None:
    """By the heading; else by the course of a ship that steers."""
    if fix.heading_deg is not None:
        return fix.heading_deg % 180
    steers = fix.sog_kn is not None and fix.sog_kn >= _STEERED_KN
    return fix.cog_deg % 180 if steers and fix.cog_deg is not None else None
