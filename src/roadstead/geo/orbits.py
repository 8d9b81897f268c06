"""Where a satellite is over the rotating Earth, and what repeats: SGP4, Earth-fixed, by whole repeat cycles.

Propagation: Vallado et al. 2006, Revisiting Spacetrack Report 3, AIAA 2006-6753 (package `sgp4`). From TEME to the
Earth-fixed frame by Greenwich mean sidereal time (IAU 1982) with UT1 taken as UTC; polar motion, below 15 m, is left
out, and so is UT1 - UTC, whose 0.9 s at most turn the Earth by 400 m.

A satellite that holds its ground track is, whole repeat cycles away from a moment, over the same place: elements of
another year then serve, and one cycle around their epoch is all that is ever propagated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from sgp4.api import WGS72, Satrec

from roadstead.geo.sun import mean_sun_longitude_deg
from roadstead.model import InputError, Range

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.geo.elements import ElementSet

EARTH_RADIUS_KM = 6378.137
"""equatorial radius, WGS84"""
EARTH_ROTATION_RAD_S = 7.292115146706979e-5
_FLATTENING = 1 / 298.257223563
_SGP4_DAY_ZERO_UNIX_S = -631_238_400.0
"""31 December 1949, 0 h UTC: SGP4's epochs count days from it"""
_J2000_UNIX_S = 946_728_000.0


class Side(StrEnum):
    """To which side of its way a sensor looks."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swath:
    """What a sensor can image to the side of its ground track, bounded by exactly one of two angles."""

    side: Side
    incidence_deg: Range | None = None
    """from the vertical on the ground"""
    off_nadir_max_deg: float | None = None
    """at the satellite, from its geodetic nadir"""
    daylight_only: bool

    def __post_init__(self) -> None:
        if (self.incidence_deg is None) == (self.off_nadir_max_deg is None):
            raise InputError("a swath needs either incidence_deg or off_nadir_max_deg")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatCycle:
    """After so many days and orbits a satellite is over the same place again."""

    days: int
    orbits: int

    @property
    def seconds(self) -> float:
        """Length of the cycle."""
        return self.days * 86400.0


def earth_fixed(elements: ElementSet, tau_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Position and velocity in the Earth-fixed frame.

    Args:
        elements: what to propagate.
        tau_s: seconds after the epoch, shape (n,).

    Returns:
        Kilometres and km/s, shape (n, 3) each; NaN where SGP4 gives no position (the satellite has decayed).
    """
    satellite = Satrec()
    epoch_unix_s = elements.epoch.timestamp()
    satellite.sgp4init(
        WGS72,
        "i",
        0,
        (epoch_unix_s - _SGP4_DAY_ZERO_UNIX_S) / 86400,
        elements.bstar,
        0.0,
        0.0,
        elements.eccentricity,
        np.radians(elements.perigee_argument_deg),
        np.radians(elements.inclination_deg),
        np.radians(elements.mean_anomaly_deg),
        np.radians(elements.mean_motion_rev_day) / 4,
        np.radians(elements.raan_deg),
    )
    days = np.full(tau_s.shape, satellite.jdsatepoch)
    error, r, v = satellite.sgp4_array(days, satellite.jdsatepochF + tau_s / 86400)
    r[error != 0] = np.nan
    angle = sidereal_rad(epoch_unix_s + tau_s)
    cos, sin = np.cos(angle), np.sin(angle)
    fixed = _turned(r, cos, sin)
    moving = _turned(v, cos, sin)
    moving[:, 0] += EARTH_ROTATION_RAD_S * fixed[:, 1]
    moving[:, 1] -= EARTH_ROTATION_RAD_S * fixed[:, 0]
    return fixed, moving


def _turned(vectors: NDArray[np.float64], cos: NDArray[np.float64], sin: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = vectors.T
    return np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=1)


def sidereal_rad(unix_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Greenwich mean sidereal time, radians (IAU 1982; Vallado 2013, Fundamentals of Astrodynamics, eq. 3-47)."""
    century = (unix_s - _J2000_UNIX_S) / 86400 / 36525
    # Whole turns of the large term are dropped first: it grows by 876,600 hours a century.
    turns = ((unix_s - _J2000_UNIX_S) / 86400) % 1.0 * 86400
    seconds = 67310.54841 + turns + century * (8640184.812866 + century * (0.093104 - century * 6.2e-6))
    return np.radians(seconds / 240 % 360)


def geodetic_normal(r_km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vector of the ellipsoid's vertical through positions, shape (..., 3) (Bowring 1976, Survey Review 23)."""
    x, y, z = np.moveaxis(r_km, -1, 0)
    p = np.hypot(x, y)
    polar_km, e2 = EARTH_RADIUS_KM * (1 - _FLATTENING), _FLATTENING * (2 - _FLATTENING)
    reduced = np.arctan2(z * EARTH_RADIUS_KM, p * polar_km)
    lat = np.arctan2(
        z + e2 / (1 - e2) * polar_km * np.sin(reduced) ** 3, p - e2 * EARTH_RADIUS_KM * np.cos(reduced) ** 3
    )
    return _vertical(np.arctan2(y, x), lat)


def ground_points(
    lon_deg: NDArray[np.float64], lat_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Earth-fixed positions on the WGS84 ellipsoid, kilometres, and its vertical there; shape (..., 3) each."""
    e2 = _FLATTENING * (2 - _FLATTENING)
    up = _vertical(np.radians(lon_deg), np.radians(lat_deg))
    radius = EARTH_RADIUS_KM / np.sqrt(1 - e2 * up[..., 2] ** 2)
    return up * radius[..., None] * np.array([1.0, 1.0, 1 - e2]), up


def _vertical(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def node_local_time_h(elements: ElementSet) -> float:
    """Mean local solar time of the ascending node, hours 0-24, from its right ascension at the epoch."""
    mean_sun_deg = float(mean_sun_longitude_deg(elements.epoch.timestamp()))
    return (12 + (elements.raan_deg - mean_sun_deg) / 15) % 24


def closure_km(elements: ElementSet, cycle: RepeatCycle) -> float:
    """How far from its place over the Earth a satellite is after one repeat cycle, centred on the epoch.

    NaN where SGP4 gives no position at either end.
    """
    half = cycle.seconds / 2
    ends, _ = earth_fixed(elements, np.array([-half, half]))
    return float(np.linalg.norm(ends[1] - ends[0]))
