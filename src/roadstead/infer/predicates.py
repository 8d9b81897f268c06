"""Claims as predicates on histories: any new kind of claim is one function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.model import Claim, ClaimKind, Sighting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.infer.histories import Histories


@dataclass(frozen=True, slots=True)
class ClaimPredicate:
    """Implements the `Predicate` seam for a typed claim."""

    claim: Claim

    def holds(self, histories: Histories) -> NDArray[np.bool_]:
        """Whether the claim is true in each history, shape (n,)."""
        kind = self.claim.kind
        if kind in (ClaimKind.TRANSIT, ClaimKind.PERSONS):
            true = _transits(histories, self.claim)
        elif kind is ClaimKind.COUNT and not self.claim.who:
            true = _crowd(histories, self.claim)
        elif kind is ClaimKind.ACTIVITY and not self.claim.who:
            true = np.ones(histories.n, bool)
        else:
            true = _within(_callers(histories, self.claim), self.claim)
        return true & histories.acting if kind in (ClaimKind.ACTIVITY, ClaimKind.PERSONS) else true


@dataclass(frozen=True, slots=True)
class SightingPredicate:
    """Implements the `Predicate` seam for a report: at least so many of the named vessels there at that time."""

    sighting: Sighting
    activity_claimed: str = ""

    def holds(self, histories: Histories) -> NDArray[np.bool_]:
        """Whether the report is true in each history, shape (n,)."""
        s = self.sighting
        named = [histories.vessels.index(v) for v in s.vessel_ids if v in histories.vessels]
        candidates = named if s.vessel_ids else list(range(len(histories.vessels)))
        times = histories.grid.indices(s.time)
        if s.site_id not in histories.sites or not candidates or not times.size:
            return np.ones(histories.n, bool)
        there = histories.at((s.site_id,))[:, candidates][:, :, times].any(axis=2)
        true = there.sum(axis=1) >= min(s.count, len(candidates))
        acted = s.activity and s.activity == self.activity_claimed
        return np.asarray(true & histories.acting if acted else true)


def _who(histories: Histories, claim: Claim) -> list[int]:
    return [histories.vessels.index(v) for v in claim.who]


def _callers(histories: Histories, claim: Claim) -> NDArray[np.int64]:
    """How many distinct vessels of the claim are at its sites some time in the window; shape (n,)."""
    times = histories.grid.indices(claim.when)
    there = histories.at(claim.sites)[:, _who(histories, claim)][:, :, times]
    return np.asarray(there.any(axis=2).sum(axis=1))


def _crowd(histories: Histories, claim: Claim) -> NDArray[np.bool_]:
    """Whether the greatest number of vessels at once in the window lies within the claimed bounds."""
    times = histories.grid.indices(claim.when)
    sites = [histories.sites.index(s) for s in claim.sites]
    anonymous = histories.traffic[:, sites][:, :, times].sum(axis=1)
    named = histories.at(claim.sites)[:, :, times].sum(axis=1) if histories.vessels else 0
    return _within(np.asarray((anonymous + named).max(axis=1)), claim)


def _within(count: NDArray[np.int64], claim: Claim) -> NDArray[np.bool_]:
    low = 1 if claim.at_least is None and claim.at_most is None else claim.at_least or 0
    high = np.iinfo(np.int64).max if claim.at_most is None else claim.at_most
    return np.asarray((count >= low) & (count <= high))


def _transits(histories: Histories, claim: Claim) -> NDArray[np.bool_]:
    """Enough vessels that were at an origin and later at a destination, often enough, inside the window."""
    times, who = histories.grid.indices(claim.when), _who(histories, claim)
    origin = histories.at(claim.origins)[:, who][:, :, times]
    target = histories.at(claim.destinations)[:, who][:, :, times]
    trips = np.zeros(origin.shape[:2], np.int64)
    laden = np.zeros(origin.shape[:2], bool)
    for t in range(times.size):
        arrived = laden & target[:, :, t]
        trips += arrived
        laden = (laden & ~arrived) | origin[:, :, t]
    return np.asarray((trips >= claim.trips).sum(axis=1) >= (claim.at_least or 1))
