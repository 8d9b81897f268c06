"""The sun's place in the sky (NOAA Solar Calculator, after Meeus 1998, Astronomical Algorithms, ch. 25)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from roadstead.model import TimeSpan

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SUNSET_DEG = -0.833
"""elevation of the sun's centre at sunrise and sunset: refraction and half its disc (Meeus 1998, ch. 15)"""
_J2000_UNIX_S = 946_728_000.0
_HALF_DAY_S = 43_200.0
_BISECTIONS = 20
"""halvings of half a day: down to 0.04 s"""


def sun_position_deg(t_utc: datetime, lon_deg: float, lat_deg: float) -> tuple[float, float]:
    """Elevation above the horizon and azimuth from true north, degrees, without refraction.

    Good to 0.02 degrees between 1950 and 2050.
    """
    up, east, north = _towards_sun(np.array(t_utc.timestamp()), np.array(lon_deg), np.array(lat_deg))
    return float(_elevation_deg(up)), float(np.degrees(np.arctan2(east, north)) % 360)


def sun_positions_deg(
    times_s: ArrayLike, lon_deg: float, lat_deg: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Elevation and azimuth as of `sun_position_deg`, for many moments in UTC seconds since 1970, any shape."""
    unix_s = np.asarray(times_s, np.float64)
    up, east, north = _towards_sun(unix_s, np.full(unix_s.shape, lon_deg), np.full(unix_s.shape, lat_deg))
    return _elevation_deg(up), np.degrees(np.arctan2(east, north)) % 360


def sun_elevation_deg(times: ArrayLike, lon_deg: ArrayLike, lat_deg: ArrayLike) -> NDArray[np.float64]:
    """Elevation of the sun's centre above the horizon, degrees, without refraction; all arguments broadcast.

    Args:
        times: UTC as numpy datetime64 or as seconds since 1970.
        lon_deg: longitude, degrees east.
        lat_deg: latitude, degrees.
    """
    t = np.asarray(times)
    unix_s = (t - np.datetime64(0, "s")) / np.timedelta64(1, "s") if t.dtype.kind == "M" else t.astype(np.float64)
    return _elevation_deg(_towards_sun(unix_s, np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64))[0])


def light_at(elevation_deg: float) -> str:
    """Day, twilight or night by the sun's elevation: civil to -6, nautical to -12, astronomical to -18 degrees."""
    twilights = ((-6.0, "civil twilight"), (-12.0, "nautical twilight"), (-18.0, "astronomical twilight"))
    return next((word for edge, word in ((SUNSET_DEG, "day"), *twilights) if elevation_deg >= edge), "night")


def nights(lon_deg: float, lat_deg: float, span: TimeSpan, elevation_deg: float = SUNSET_DEG) -> tuple[TimeSpan, ...]:
    """Stretches of a span with the sun's centre below an elevation, cut at the span, to the second.

    Between one culmination and the next the sun's elevation only rises or only falls, so each half day holds at most
    one crossing, found by bisection. At a pole, where the sun culminates once a year, half days are as good.

    Args:
        lon_deg: longitude, degrees east.
        lat_deg: latitude, degrees.
        span: what to search; the sun keeps its accuracy between 1950 and 2050.
        elevation_deg: -0.833 for sunset, -6 for civil, -12 for nautical, -18 for astronomical twilight.

    Returns:
        Nights in order of time; the whole span in polar night, nothing under the midnight sun.
    """
    start, end = span.start.timestamp(), span.end.timestamp()
    knots = _culminations(lon_deg, lat_deg, start, end)
    dark = sun_elevation_deg(knots, lon_deg, lat_deg) < elevation_deg
    turns = np.flatnonzero(dark[1:] != dark[:-1])
    low, high = knots[turns], knots[turns + 1]
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        same = (sun_elevation_deg(middle, lon_deg, lat_deg) < elevation_deg) == dark[turns]
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    edges = [start, *np.clip(np.rint(high), start, end).tolist(), end]
    first_night = 0 if dark[0] else 1
    return tuple(
        TimeSpan(_utc(edges[i]), _utc(edges[i + 1]))
        for i in range(first_night, len(edges) - 1, 2)
        if edges[i] < edges[i + 1]
    )


def _culminations(lon_deg: float, lat_deg: float, start: float, end: float) -> NDArray[np.float64]:
    """Both ends of a span and the sun's highest and lowest moments between them, sorted, seconds since 1970.

    Mean solar noon and midnight are put right by a parabola through the sine of the elevation.
    """
    phase = -lon_deg * 240.0
    first = np.ceil((start - phase) / _HALF_DAY_S)
    mean = phase + _HALF_DAY_S * np.arange(first - 1, np.floor((end - phase) / _HALF_DAY_S) + 2)
    step = 1800.0
    before, at, after = (
        np.sin(np.radians(sun_elevation_deg(mean + k * step, lon_deg, lat_deg))) for k in (-1.0, 0.0, 1.0)
    )
    curve = before - 2 * at + after
    shift = np.divide((before - after) * step / 2, curve, out=np.zeros_like(curve), where=curve != 0)
    knots = mean + np.clip(shift, -step, step)
    return np.concatenate([[start], knots[(knots > start) & (knots < end)], [end]])


def _utc(unix_s: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=unix_s)


def _elevation_deg(up: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.degrees(np.arcsin(np.clip(up, -1.0, 1.0)))


def _towards_sun(
    unix_s: NDArray[np.float64], lon_deg: NDArray[np.float64], lat_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Unit vector to the sun: up, east and north parts."""
    days = (unix_s - _J2000_UNIX_S) / 86400
    century = days / 36525
    mean_long = np.radians(mean_sun_longitude_deg(unix_s))
    anomaly = np.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    centre = (
        np.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + np.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + np.sin(3 * anomaly) * 0.000289
    )
    node = np.radians(125.04 - 1934.136 * century)
    apparent = mean_long + np.radians(centre - 0.00569 - 0.00478 * np.sin(node))
    obliquity = np.radians(23.439291 - 0.0130042 * century + 0.00256 * np.cos(node))
    declination = np.arcsin(np.sin(obliquity) * np.sin(apparent))
    ascension = np.arctan2(np.cos(obliquity) * np.sin(apparent), np.cos(apparent))
    sidereal = np.radians((280.46061837 + 360.98564736629 * days + lon_deg) % 360)
    hour_angle, lat = sidereal - ascension, np.radians(lat_deg)
    up = np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(hour_angle)
    east = -np.cos(declination) * np.sin(hour_angle)
    north = np.sin(declination) * np.cos(lat) - np.cos(declination) * np.sin(lat) * np.cos(hour_angle)
    return up, east, north


def mean_sun_longitude_deg(unix_s: ArrayLike) -> NDArray[np.float64]:
    """Mean longitude of the sun, equinox of date, degrees; also the right ascension of the mean sun."""
    century = (np.asarray(unix_s, np.float64) - _J2000_UNIX_S) / 86400 / 36525
    return (280.46646 + century * (36000.76983 + century * 0.0003032)) % 360
