"""AIS positions of a named vessel, as factors on where it was: positions that may be false are never proof.

Whoever gives one false position gives others too, so that they are false together or not at all: however many there
are, they weigh no more than the stated probability that they are false allows. Histories are drawn with a factor for
each position that keeps to the same bound, and what that lacks is made up for by weights.
"""

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
AIS_FALSE = 0.05
"""probability that all positions under a vessel's number are not its own; assumed, since nobody has measured it"""


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
    """probability that the vessel's positions are not its own (spoofed, copied, another's number), all together; at
    least 0.001 is taken"""


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
    own = _own(vessel_id, fixes, grid)
    for t, fix in own:
        fit, away = _fit(fix, world)
        false = _false(fix) ** (1 / len(own))
        for i in range(len(world.sites)):
            times.append(t)
            sites.append(i)
            gains.append(((1 - false) * float(fit[i]) + false) / ((1 - false) * away + false))
    return np.array(times, np.int64), np.array(sites, np.int64), np.array(gains, np.float64)


def log_positions(
    vessel_id: str, fixes: Sequence[Fix], world: World, grid: Grid, place: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log p(a vessel's positions | where it was) over that of being at no site, and the log of what was drawn with.

    Args:
        vessel_id: the vessel.
        fixes: positions of any vessels.
        world: its sites.
        grid: of the histories.
        place: of this vessel, shape (n, steps).

    Returns:
        Two arrays of shape (n,): exactly, and by the factors of `along_grid`.
    """
    own = _own(vessel_id, fixes, grid)
    if not own:
        return np.zeros(place.shape[0]), np.zeros(place.shape[0])
    there, nowhere = np.zeros(place.shape[0]), 0.0
    for t, fix in own:
        fit, away = _fit(fix, world)
        # Each for itself may be mistyped or stray.
        logs = np.log((1 - LEAST_FALSE) * np.append(fit, away) + LEAST_FALSE)
        at = place[:, t].astype(np.int64)
        there += logs[np.where(at >= 0, at, len(world.sites))]
        nowhere += float(logs[-1])
    false = max(_false(fix) for _, fix in own)
    exact = np.logaddexp(np.log1p(-false) + there, np.log(false)) - np.logaddexp(
        np.log1p(-false) + nowhere, np.log(false)
    )
    times, sites, gains = along_grid(vessel_id, fixes, world, grid)
    drawn = (np.log(gains)[None] * (place[:, times] == sites[None])).sum(axis=1)
    return np.asarray(exact), np.asarray(drawn)


def _own(vessel_id: str, fixes: Sequence[Fix], grid: Grid) -> list[tuple[int, Fix]]:
    """A vessel's positions on the grid, in order of time."""
    mine = sorted((f for f in fixes if f.vessel_id == vessel_id), key=lambda f: f.t_utc)
    indices = [grid.indices(TimeSpan(f.t_utc, f.t_utc)) for f in mine]
    return [(int(at[0]), f) for at, f in zip(indices, mine, strict=True) if at.size]


def _fit(fix: Fix, world: World) -> tuple[NDArray[np.float64], float]:
    """How a position fits a ship at each site, and one at none."""
    fit = np.array([np.exp(-0.5 * (fix.distance_km.get(s, np.inf) / fix.sigma_km) ** 2) for s in world.sites])
    return fit, 1 - (1 - PASSING) * float(fit.max(initial=0.0))


def _false(fix: Fix) -> float:
    return max(fix.p_false, LEAST_FALSE)
