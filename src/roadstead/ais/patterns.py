"""Patterns that ships under way seldom make: values that never change, and circles. They are named, not explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.ais.values import Flag, FlagKind
from roadstead.model import iso

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from roadstead.ais.values import AisPosition

_LEAST_REPORTS = 20
_LEAST_HOURS = 1.0
_UNDER_WAY_KN = 1.0
_CIRCLE_REPORTS = 40
_CIRCLE_STEP = 20
_ROUNDNESS = 0.03
"""rms deviation from the circle over its radius"""
_LEAST_TURN_DEG = 540.0
"""way round the centre, one and a half circles"""
_LEAST_RADIUS_M, _MOST_RADIUS_M = 100.0, 50_000.0
"""smaller ones are a ship swinging at anchor"""
_EARTH_M = 6_371_008.8


def pattern_flags(positions: Sequence[AisPosition]) -> list[Flag]:
    """Constant values and circles in a track."""
    if len(positions) < _LEAST_REPORTS:
        return []
    return _constant(positions) + _circles(positions)


def _constant(positions: Sequence[AisPosition]) -> list[Flag]:
    """Runs under way in which the place, or speed and course, are the same to the last digit."""
    places = [(p.lon_deg, p.lat_deg) for p in positions]
    speeds = [(p.sog_kn, p.cog_deg) for p in positions]
    flags = []
    for what, values in (("position", places), ("speed and course to the last digit", speeds)):
        for start, end in _runs(values):
            run = positions[start:end]
            hours = (run[-1].t_utc - run[0].t_utc).total_seconds() / 3600
            if len(run) >= _LEAST_REPORTS and hours >= _LEAST_HOURS and _under_way(run):
                first, last = run[0].t_utc, run[-1].t_utc
                sentence = (
                    f"{len(run):,} reports from {iso(first)} to {iso(last)} under way give the same {what}; "
                    "the data do not tell why"
                )
                flags.append(Flag(kind=FlagKind.CONSTANT, sentence=sentence, start_utc=first, end_utc=last))
    return flags


def _runs(values: Sequence[object]) -> Iterator[tuple[int, int]]:
    """First index of, and first index after, every stretch of equal values."""
    start = 0
    for end in range(1, len(values) + 1):
        if end == len(values) or values[end] != values[start]:
            yield start, end
            start = end


def _under_way(run: Sequence[AisPosition]) -> bool:
    return all(p.sog_kn is not None and p.sog_kn > _UNDER_WAY_KN and p.cog_deg is not None for p in run)


def _circles(positions: Sequence[AisPosition]) -> list[Flag]:
    lon, lat = (np.array([getattr(p, k) for p in positions]) for k in ("lon_deg", "lat_deg"))
    found: list[tuple[int, int, float]] = []
    for first in range(0, len(positions) - _CIRCLE_REPORTS + 1, _CIRCLE_STEP):
        last = first + _CIRCLE_REPORTS
        radius = _circle(lon[first:last], lat[first:last])
        if radius is None:
            continue
        if found and found[-1][1] > first:
            found[-1] = (found[-1][0], last, found[-1][2])
        else:
            found.append((first, last, radius))
    flags = []
    for first, last, radius in found:
        a, b = positions[first], positions[last - 1]
        sentence = (
            f"{last - first} positions from {iso(a.t_utc)} to {iso(b.t_utc)} lie on a circle of {radius / 1000:.2g} km "
            "radius, more than once round; ships waiting and displaced satellite positions both look so"
        )
        flags.append(Flag(kind=FlagKind.CIRCLE, sentence=sentence, start_utc=a.t_utc, end_utc=b.t_utc))
    return flags


def _circle(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> float | None:
    """Radius, metres, of the circle that positions lie on; None where they lie on none.

    Least squares on the algebraic equation of the circle (Kasa 1976, IEEE Trans. Instrum. Meas. 25, 8-14).
    """
    x = np.radians((lon - lon[0] + 180) % 360 - 180) * np.cos(np.radians(lat.mean())) * _EARTH_M
    y = np.radians(lat - lat[0]) * _EARTH_M
    spread = float(np.hypot(np.ptp(x), np.ptp(y)))
    if not 2 * _LEAST_RADIUS_M <= spread <= 3 * _MOST_RADIUS_M:
        return None
    u, v = (x - x.mean()) / spread, (y - y.mean()) / spread
    (a, b, c), _, rank, _ = np.linalg.lstsq(np.stack([u, v, np.ones_like(u)], axis=1), u * u + v * v, rcond=None)
    square = c + (a * a + b * b) / 4
    if rank < 3 or square <= 0:
        return None
    radius = float(np.sqrt(square))
    off = np.hypot(u - a / 2, v - b / 2) - radius
    turn = np.degrees(np.unwrap(np.arctan2(v - b / 2, u - a / 2)))
    steady = float(np.hypot(*np.array([off.mean(), off.std()]))) < _ROUNDNESS * radius
    large = _LEAST_RADIUS_M <= radius * spread <= _MOST_RADIUS_M
    return radius * spread if steady and large and abs(turn[-1] - turn[0]) >= _LEAST_TURN_DEG else None
