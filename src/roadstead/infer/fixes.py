"""AIS positions of a named vessel, as factors on where it was: a position that may be false is never proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from roadstead.model import TimeSpan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.infer.histories import Grid
    from roadstead.infer.motion import World

PASSING = 0.01
"""share of positions at a site that ships give who only pass it"""
LEAST_FALSE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One position that a vessel is said to have given by AIS."""

    vessel_id: str
    t_utc: datetime
    distance_km: Mapping[str, float]
    """from the area of each near site, 0 inside it; sites not named are far"""
    sigma_km: float
    """error of the position and of the clock together, one sigma, above 0"""
    p_false: float
    """probability that the position is not the vessel's (spoofed, copied, mistyped); at least 0.001 is taken"""


def along_grid(
    vessel_id: str, fixes: Sequence[Fix], world: World, grid: Grid
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Factors of a vessel being at each site over being at none.

    A position near a site fits a ship there by a normal density of the distance; a ship that is not there gives one so
    near only as it passes. Whatever is said, a false position fits both alike.

    Returns:
        Grid index, site and factor, for every site and every position on the grid; shape (positions x sites,) each.
    """
    times, sites, gains = [], [], []
    for fix in sorted((f for f in fixes if f.vessel_id == vessel_id), key=lambda f: f.t_utc):
        at = grid.indices(TimeSpan(fix.t_utc, fix.t_utc))
        fit = np.array([np.exp(-0.5 * (fix.distance_km.get(s, np.inf) / fix.sigma_km) ** 2) for s in world.sites])
        false = max(fix.p_false, LEAST_FALSE)
        away = 1 - (1 - PASSING) * float(fit.max(initial=0.0))
        for i in range(len(world.sites)) if at.size else ():
            times.append(int(at[0]))
            sites.append(i)
            gains.append(((1 - false) * float(fit[i]) + false) / ((1 - false) * away + false))
    return np.array(times, np.int64), np.array(sites, np.int64), np.array(gains, np.float64)
