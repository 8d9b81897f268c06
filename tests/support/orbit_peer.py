"""An independent way to passes: skyfield's satellites, frames and geometry, searched by brute force."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from skyfield.api import EarthSatellite, load, wgs84
from skyfield.framelib import itrs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from numpy.typing import NDArray

DAY_S = 86400.0
_STEP_S = 120.0


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

    @property
    def epoch(self) -> datetime:
        """Of the elements, UTC."""
        return self.satellite.epoch.utc_datetime()

    def time(self, tau_s: float | NDArray[np.float64]) -> object:
        """Time so many seconds after the epoch; UTC without leap seconds on the way."""
        jd = self.satellite.model.jdsatepoch
        fraction = self.satellite.model.jdsatepochF + np.asarray(tau_s) / DAY_S
        offset = self.satellite.epoch.tt - self.satellite.epoch.utc_datetime().timestamp() / DAY_S
        del jd, fraction
        return timescale().tt_jd(self.satellite.epoch.utc_datetime().timestamp() / DAY_S + offset + np.asarray(tau_s) / DAY_S)

    def range_rate(self, tau_s: float) -> float:
        """Closing speed along the line of sight in the Earth-fixed frame, km/s."""
        r, v = self.satellite.at(self.time(tau_s)).frame_xyz_and_velocity(itrs)
        line = r.km - self.ground_km
        return float(line @ v.km_per_s / np.linalg.norm(line))

    def passes(self, start_s: float, end_s: float, within_km: float) -> Iterator[PeerPass]:
        """Every closest approach nearer than a slant range."""
        samples = np.arange(start_s - 2 * _STEP_S, end_s + 3 * _STEP_S, _STEP_S)
        r = self.satellite.at(self.time(samples)).frame_xyz(itrs).km
        distance = np.linalg.norm(r - self.ground_km[:, None], axis=0)
        for i in range(1, len(samples) - 1):
            if distance[i] <= min(distance[i - 1], distance[i + 1]) and distance[i] < within_km + 8 * _STEP_S:
                tau = brentq(self.range_rate, samples[i - 1], samples[i + 1], xtol=1e-4)
                seen = self.seen(tau)
                if start_s <= tau < end_s:
                    yield seen

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
