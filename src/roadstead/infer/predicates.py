"""Claims as predicates on histories: any new kind of claim is one function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.model import Claim, ClaimKind, Composition, Junction, Sighting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.infer.histories import Histories

HIDDEN = (ClaimKind.ACTIVITY, ClaimKind.PERSONS)
"""kinds with a part that no history holds and no image of ours shows"""


@dataclass(frozen=True, slots=True)
class ClaimPredicate:
    """Implements the `Predicate` seam for a typed claim, as far as ships can be placed.

    What histories do not hold (an activity, persons aboard) is weighed with the hypotheses.
    """

    claim: Claim
    unseen: bool = True
    """whether what histories do not hold is taken to favour the claim: an activity or persons claimed are true, and
    those denied are false; or all the other way round"""

    def holds(self, histories: Histories) -> NDArray[np.bool_]:
        """Whether the claim is true in each history, shape (n,)."""
        if self.claim.composed is not None:
            return _joined(histories, self.claim.composed, unseen=self.unseen)
        kind = self.claim.kind
        if kind in HIDDEN and not self.unseen:
            return np.zeros(histories.n, bool)
        if kind in (ClaimKind.TRANSIT, ClaimKind.PERSONS):
            return _transits(histories, self.claim)
        if kind is ClaimKind.COUNT and not self.claim.who:
            return _crowd(histories, self.claim)
        if kind is ClaimKind.ACTIVITY and not self.claim.who:
            return np.ones(histories.n, bool)
        return _within(_callers(histories, self.claim), self.claim)


def _joined(histories: Histories, composition: Composition, *, unseen: bool) -> NDArray[np.bool_]:
    """Whether a composition is true in each history: all its parts are asked of the same history."""
    junction = composition.junction
    inner = unseen is not (junction is Junction.NOT)
    held = np.stack(
        [
            _joined(histories, part, unseen=inner)
            if isinstance(part, Composition)
            else ClaimPredicate(part, unseen=inner).holds(histories)
            for part in composition.parts
        ]
    )
    if junction is Junction.NOT:
        return np.asarray(~held[0])
    least = {Junction.ALL: len(held), Junction.ANY: 1}.get(junction, composition.at_least)
    return np.asarray(held.sum(axis=0) >= least)


@dataclass(frozen=True, slots=True)
class SightingPredicate:
    """Implements the `Predicate` seam for a report: at least so many (of the named) vessels there at that time."""

    sighting: Sighting

    def holds(self, histories: Histories) -> NDArray[np.bool_]:
        """Whether the report is true in each history, shape (n,)."""
        s = self.sighting
        times = histories.grid.indices(s.time)
        if not s.vessel_ids:
            crowd = histories.traffic[:, histories.sites.index(s.site_id)][:, times]
            return np.asarray(crowd.max(axis=1) >= s.count)
        named = [histories.vessels.index(v) for v in s.vessel_ids]
        there = histories.at((s.site_id,), named, times).any(axis=2)
        return np.asarray(there.sum(axis=1) >= min(s.count, len(named)))


def _who(histories: Histories, claim: Claim) -> list[int]:
    return [histories.vessels.index(v) for v in claim.who]


def _callers(histories: Histories, claim: Claim) -> NDArray[np.int64]:
    """How many distinct vessels of the claim are at its sites some time in the window; shape (n,)."""
    times = histories.grid.indices(claim.when)
    there = histories.at(claim.sites, _who(histories, claim), times)
    return np.asarray(there.any(axis=2).sum(axis=1))


def _crowd(histories: Histories, claim: Claim) -> NDArray[np.bool_]:
    """Whether the greatest number of vessels at once in the window lies within the claimed bounds."""
    times = histories.grid.indices(claim.when)
    sites = [histories.sites.index(s) for s in claim.sites]
    anonymous = histories.traffic[:, sites][:, :, times].sum(axis=1)
    named = histories.at(claim.sites, None, times).sum(axis=1) if histories.vessels else 0
    return _within(np.asarray((anonymous + named).max(axis=1)), claim)


def _within(count: NDArray[np.int64], claim: Claim) -> NDArray[np.bool_]:
    low = 1 if claim.at_least is None and claim.at_most is None else claim.at_least or 0
    high = np.iinfo(np.int64).max if claim.at_most is None else claim.at_most
    return np.asarray((count >= low) & (count <= high))


def _transits(histories: Histories, claim: Claim) -> NDArray[np.bool_]:
    """Enough vessels that were at an origin and later at a destination, often enough, inside the window."""
    times, who = histories.grid.indices(claim.when), _who(histories, claim)
    origin = histories.at(claim.origins, who, times)
    target = histories.at(claim.destinations, who, times)
    trips = np.zeros(origin.shape[:2], np.int64)
    laden = np.zeros(origin.shape[:2], bool)
    for t in range(times.size):
        arrived = laden & target[:, :, t]
        trips += arrived
        laden = (laden & ~arrived) | origin[:, :, t]
    return _within(np.asarray((trips >= claim.trips).sum(axis=1)), claim)
