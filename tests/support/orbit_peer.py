"""An independent way to passes: skyfield's satellites, frames and geometry, searched by brute force."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from skyfield.api import EarthSatellite, load, wgs84
from skyfield.framelib import itrs
from skyfield.sgp4lib import theta_GMST1982

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

DAY_S = 86400.0
_STEP_S = 60.0


@dataclass(frozen=True)
class PeerPass:
    """One closest approach, as skyfield has it."""

    tau_s: float
    """seconds after the epoch of the elements"""
    incidence_deg: float
    off_nadir_deg: float
    azimuth_deg: float
    right: bool
    ascending: bool


@cache
def timescale() -> object:
    """Leap seconds and UT1 from the files inside the package."""
    return load.timescale(builtin=True)


class Peer:
    """One satellite and one place."""

    def __init__(self, line_1: str, line_2: str, lon_deg: float, lat_deg: float) -> None:
        self.satellite = EarthSatellite(line_1, line_2, ts=timescale())
        self.place = wgs84.latlon(lat_deg, lon_deg)
        self.ground_km = self.place.itrs_xyz.km

    def time(self, tau_s: float | NDArray[np.float64]) -> object:
        """Time so many seconds after the epoch."""
        return timescale().tt_jd(self.satellite.epoch.tt + np.asarray(tau_s) / DAY_S)

    def distance_km(self, tau_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Slant ranges."""
        r = self.satellite.at(self.time(tau_s)).frame_xyz(itrs).km
        return np.linalg.norm(r - self.ground_km[:, None], axis=0)

    def roughly_km(self, tau_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Slant ranges with the Earth turned by mean sidereal time alone: thousands of full frames take too long."""
        t = self.time(tau_s)
        _, teme, _ = self.satellite.model.sgp4_array(t.whole, t.tai_fraction - t._leap_seconds() / DAY_S)
        angle, _ = theta_GMST1982(t.whole, t.ut1_fraction)
        x, y, z = teme.T
        r = np.stack([np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x, z])
        return np.linalg.norm(r - self.ground_km[:, None], axis=0)

    def nearest(self, tau_s: float, within_s: float) -> float:
        """The moment of least distance: finer and finer samples, then a parabola through the squares of the last."""
        for step_s in (within_s / 20, within_s / 400):
            samples = tau_s + step_s * np.arange(-21, 22)
            square = self.distance_km(samples) ** 2
            i = int(np.clip(np.argmin(square), 1, len(samples) - 2))
            before, at, after = square[i - 1 : i + 2]
            tau_s = float(samples[i] + step_s / 2 * (before - after) / (before - 2 * at + after))
        return tau_s

    def passes(self, start_s: float, end_s: float, within_km: float) -> Iterator[PeerPass]:
        """Every closest approach nearer than a slant range."""
        samples = np.arange(start_s - 2 * _STEP_S, end_s + 3 * _STEP_S, _STEP_S)
        distance = self.roughly_km(samples)
        for i in range(1, len(samples) - 1):
            if distance[i] <= min(distance[i - 1], distance[i + 1]) and distance[i] < np.hypot(within_km, 8 * _STEP_S):
                tau_s = self.nearest(float(samples[i]), _STEP_S)
                if start_s <= tau_s < end_s:
                    yield self.seen(tau_s)

    def seen(self, tau_s: float) -> PeerPass:
        """How the place is seen at a moment."""
        t = self.time(tau_s)
        at = self.satellite.at(t)
        altitude, azimuth, _ = (self.satellite - self.place).at(t).altaz()
        r, v = at.frame_xyz_and_velocity(itrs)
        below = wgs84.subpoint_of(at).itrs_xyz.km
        down, to_place = below - r.km, self.ground_km - r.km
        cosine = down @ to_place / np.linalg.norm(down) / np.linalg.norm(to_place)
        return PeerPass(
            tau_s=tau_s,
            incidence_deg=90 - float(altitude.degrees),
            off_nadir_deg=float(np.degrees(np.arccos(min(1.0, cosine)))),
            azimuth_deg=float(azimuth.degrees),
            right=bool(np.cross(down, v.km_per_s) @ to_place > 0),
            ascending=bool(v.km_per_s[2] > 0),
        )
