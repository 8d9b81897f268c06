"""Shadows against a claimed date, time and place; heights from shadows.

The shadow of an upright thing points away from the sun and is its height over the tangent of the sun's elevation long.
On level ground, seen from straight above; a slanting view displaces the foot of nothing, but the top of what casts it,
so shadows are measured from foot to tip. The sun's place is good to 0.02 degrees (`geo.sun_position_deg`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from roadstead.geo import sun_position_deg, sun_positions_deg
from roadstead.model import Estimate, InputError, Range, TimeSpan

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGMAS = 2.0
_STEP_MIN = 4
"""minutes between the moments that are tried; the sun turns about a degree"""
_EXACT_HOURS = 12.0
"""a longer span names no time of day"""
_LEAST_ELEVATION_DEG = 3.0
"""a lower sun casts shadows too long and too faint to measure"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowAt:
    """The shadow at one moment."""

    t_utc: datetime
    sun_elevation_deg: float
    azimuth_deg: float
    """direction in which the shadow points, clockwise from true north"""
    per_metre: float
    """length of the shadow per metre of height; infinite where the sun is not above 3 degrees"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A shadow as it was measured in an image."""

    azimuth_deg: Estimate | None = None
    """direction from the foot to the tip, clockwise from true north"""
    length_m: Estimate | None = None
    height_m: Range | None = None
    """of what casts it, where known"""

    @property
    def per_metre(self) -> Range | None:
        """Length per metre of height, two sigma and the whole range of heights; None where not both are known."""
        if self.length_m is None or self.height_m is None:
            return None
        slack = SIGMAS * self.length_m.sigma
        return Range(
            max(0.0, self.length_m.value - slack) / self.height_m.high,
            (self.length_m.value + slack) / self.height_m.low,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowCheck:
    """A measured shadow against a claim."""

    claimed: TimeSpan
    predicted: tuple[ShadowAt, ...]
    """over the claimed span, first and last and every few minutes between; by day only"""
    consistent: bool | None
    """None: nothing was measured that could be compared"""
    fits_that_day: tuple[TimeSpan, ...]
    """stretches of the claimed day (UTC) at which the sun casts such a shadow"""
    fits_dates: tuple[tuple[str, str], ...]
    """first and last day (month-day) of the stretches of that year on which it does at some time of day"""
    fits_dates_then: tuple[tuple[str, str], ...]
    """likewise, at the claimed time of day; empty too where the claim names no time of day"""
    height_m: Range | None
    """what the shadow's length makes of the height at the claimed time; None where no length was measured"""
    words: tuple[str, ...]


def shadow_at(t_utc: datetime, lon_deg: float, lat_deg: float) -> ShadowAt:
    """The shadow that the sun casts at a moment."""
    elevation, azimuth = sun_position_deg(t_utc, lon_deg, lat_deg)
    long = 1 / math.tan(math.radians(elevation)) if elevation > _LEAST_ELEVATION_DEG else math.inf
    return ShadowAt(
        t_utc=t_utc, sun_elevation_deg=elevation, azimuth_deg=(azimuth + 180) % 360, per_metre=max(long, 0.0)
    )


def check_shadow(claimed: TimeSpan, lon_deg: float, lat_deg: float, measured: Measured) -> ShadowCheck:
    """Compare a measured shadow with a claimed date, time and place.

    Args:
        claimed: moment, or a day where only the date is claimed; at most two days.
        lon_deg: longitude, degrees east.
        lat_deg: latitude, degrees.
        measured: direction, length, height, as far as known; direction alone, or length with height, can be compared.

    Raises:
        InputError: the place is no place on Earth, the claim spans more than two days, a size is not positive.
    """
    _check(claimed, lon_deg, lat_deg, measured)
    place = lon_deg, lat_deg
    shadows = [shadow_at(t, *place) for t in _moments(claimed)]
    predicted = tuple(s for s in shadows if math.isfinite(s.per_metre))
    comparable = measured.azimuth_deg is not None or measured.per_metre is not None
    fit = bool(_fit_now(_moments(claimed), place, measured).any()) if comparable else None
    day = _moments(_day_of(claimed, lon_deg))
    fits_day = _stretches(day, _fit_now(day, place, measured)) if comparable else []
    some, then = _dates(claimed, lon_deg, lat_deg, measured) if comparable else ((), ())
    exact = claimed.hours() < _EXACT_HOURS
    return ShadowCheck(
        claimed=claimed,
        predicted=predicted,
        consistent=fit,
        fits_that_day=tuple(TimeSpan(first, last) for first, last in fits_day),
        fits_dates=some,
        fits_dates_then=then if exact else (),
        height_m=_height(predicted, measured),
        words=_words(claimed, predicted, measured, fit),
    )


def _check(claimed: TimeSpan, lon_deg: float, lat_deg: float, measured: Measured) -> None:
    if not (-180 <= lon_deg <= 180 and -90 <= lat_deg <= 90):
        raise InputError(f"longitude {lon_deg}, latitude {lat_deg} is no place on Earth; give degrees east and north")
    if claimed.hours() > 48:
        raise InputError(f"the claimed time spans {claimed.hours() / 24:.0f} days; give a moment or a day")
    if not 1950 <= claimed.start.year < 2050:
        raise InputError(f"the year {claimed.start.year} lies outside 1950-2049, for which the sun's place is known")
    length, height = measured.length_m, measured.height_m
    if length is not None and not 0 < length.value < 10_000:
        raise InputError(f"a shadow of {length.value:g} m cannot be compared; give metres above 0")
    if height is not None and not 0 < height.low <= height.high < 1_000:
        raise InputError(f"a height of {height} m cannot be compared; give metres above 0, or low-high")


def _day_of(claimed: TimeSpan, lon_deg: float) -> TimeSpan:
    """The day by local solar time that holds the middle of the claim, UTC."""
    ahead = timedelta(hours=lon_deg / 15)
    local = (claimed.middle + ahead).replace(hour=0, minute=0, second=0, microsecond=0)
    return TimeSpan(local - ahead, local - ahead + timedelta(days=1))


def _fit_now(moments: list[datetime], place: tuple[float, float], measured: Measured) -> NDArray[np.bool_]:
    return _fit_at(np.array([t.timestamp() for t in moments]), place, measured)


def _fit_at(unix_s: NDArray[np.float64], place: tuple[float, float], measured: Measured) -> NDArray[np.bool_]:
    """Whether the sun casts such a shadow, at moments in seconds since 1970."""
    elevation, azimuth = sun_positions_deg(unix_s, *place)
    fit = elevation > _LEAST_ELEVATION_DEG
    if measured.azimuth_deg is not None:
        apart = np.abs((azimuth - measured.azimuth_deg.value) % 360 - 180)
        fit &= apart <= SIGMAS * measured.azimuth_deg.sigma
    if (long := measured.per_metre) is not None:
        per_metre = 1 / np.tan(np.radians(np.maximum(elevation, _LEAST_ELEVATION_DEG)))
        fit &= (long.low <= per_metre) & (per_metre <= long.high)
    return np.asarray(fit, np.bool_)


def _moments(span: TimeSpan) -> list[datetime]:
    """First and last of a span and every few minutes between."""
    count = int(span.duration.total_seconds() // (60 * _STEP_MIN))
    moments = [span.start + k * timedelta(minutes=_STEP_MIN) for k in range(count + 1)]
    return [*moments, span.end] if moments[-1] < span.end else moments


def _stretches(moments: list[datetime], fit: NDArray[np.bool_]) -> list[tuple[datetime, datetime]]:
    """First and last moment of each run of fitting ones."""
    padded = np.concatenate([[False], fit, [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)
    return [(moments[a], moments[b - 1]) for a, b in edges]


def _dates(
    claimed: TimeSpan, lon_deg: float, lat_deg: float, measured: Measured
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Stretches of the year with a fitting moment: at any time of day, and at the claimed one."""
    first = datetime(claimed.middle.year, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=d) for d in range(366 if claimed.middle.year % 4 == 0 else 365)]
    clock = claimed.middle - claimed.middle.replace(hour=0, minute=0, second=0, microsecond=0)
    noon = timedelta(hours=12 - lon_deg / 15)
    tries = [noon + timedelta(minutes=m) for m in range(-720, 720, 2 * _STEP_MIN)]
    moments = np.array([[(day + at).timestamp() for at in (*tries, clock)] for day in days])
    fit = _fit_at(moments, (lon_deg, lat_deg), measured)
    some: NDArray[np.bool_] = np.logical_or.reduce(fit[:, :-1], axis=1)
    return _runs(days, some), _runs(days, fit[:, -1])


def _runs(days: list[datetime], fit: NDArray[np.bool_]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{first:%m-%d}", f"{last:%m-%d}") for first, last in _stretches(days, fit))


def _height(predicted: tuple[ShadowAt, ...], measured: Measured) -> Range | None:
    if measured.length_m is None or not predicted:
        return None
    slack = SIGMAS * measured.length_m.sigma
    low, high = max(0.0, measured.length_m.value - slack), measured.length_m.value + slack
    return Range(
        round(low / max(s.per_metre for s in predicted), 1), round(high / min(s.per_metre for s in predicted), 1)
    )


def _words(claimed: TimeSpan, predicted: tuple[ShadowAt, ...], measured: Measured, fit: bool | None) -> tuple[str, ...]:
    if not predicted:
        return (
            f"At {_when(claimed)} the sun there is below {_LEAST_ELEVATION_DEG:.0f} degrees: no shadow to compare.",
        )
    long = f"{_lengths(predicted)} long per metre of height"
    said = [f"At {_when(claimed)} shadows there point to {_azimuths(predicted)} and are {long}."]
    if measured.azimuth_deg is not None:
        azimuth = measured.azimuth_deg
        said.append(f"Measured: {azimuth.value % 360:.0f} ± {SIGMAS * azimuth.sigma:.0f} degrees (two sigma).")
    if measured.per_metre is not None:
        said.append(f"Measured: {measured.per_metre.low:.2f} to {measured.per_metre.high:.2f} m per metre of height.")
    if fit is not None:
        said.append("Consistent with the claim." if fit else "Not consistent with the claim.")
    return tuple(said)


def _when(claimed: TimeSpan) -> str:
    if claimed.hours() < 1:
        return f"{claimed.start:%Y-%m-%d %H:%M} UTC"
    return f"some time from {claimed.start:%Y-%m-%d %H:%M} to {claimed.end:%Y-%m-%d %H:%M} UTC"


def _azimuths(predicted: tuple[ShadowAt, ...]) -> str:
    """The sector that holds all directions: the circle less the widest gap between neighbouring ones."""
    all_deg = sorted(s.azimuth_deg % 360 for s in predicted)
    ahead = [*all_deg[1:], all_deg[0] + 360]
    widest = max(range(len(all_deg)), key=lambda k: ahead[k] - all_deg[k])
    first, last = ahead[widest] % 360, all_deg[widest]
    if (last - first) % 360 < 1:
        return f"{first:.1f} degrees"
    return f"{first:.0f} to {last:.0f} degrees (clockwise)"


def _lengths(predicted: tuple[ShadowAt, ...]) -> str:
    low, high = min(s.per_metre for s in predicted), max(s.per_metre for s in predicted)
    return f"{low:.2f} m" if high - low < 0.01 else f"{low:.2f} to {high:.2f} m"
