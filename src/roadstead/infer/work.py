"""Working cargo or idle: what a crane or vehicles seen beside a ship say of a claim about them.

A look shows one moment. Were the claim true, the ship would be at work for some share of its stay; were the ship
there for another reason, the same things would still be seen now and then: another ship's crane, a port's own
vehicles, a mistake of place. So with q1 and q0 the chances that work shows at a moment, and
r = P(pixels | it shows) / P(pixels | it does not), one moment weighs (q1 r + 1 - q1) / (q0 r + 1 - q0), and only in
histories in which a claimed vessel is there: presence alone weighs nothing. The rates are assumed, as ranges, and
printed. All moments of one day at one place count
once, by the one that says most, since work goes on for hours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from roadstead.model import Activity, ActivityKind, Claim, ClaimKind, Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_RATIO = 10.0
"""one moment's pixels weigh no more than this either way: they were tried on simulated berths only"""
LIKELY_SEEN = 4.0
"""likelihood ratio from which an activity is spoken of as seen: 80 % at even odds"""
DIRECTION_WORDS = ("load", "discharg", "embark", "troop", "soldier", "passenger", "ammunition", "weapon")
"""a claim that says what is carried, or which way, is never answered by a crane or a vehicle"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRates:
    """Chances that work shows at a moment of a ship's stay."""

    at_work: Range
    """where the claim is true"""
    idle: Range
    """where the ship is there for another reason"""
    reason: str


RATES: Mapping[ActivityKind, WorkRates] = MappingProxyType(
    {
        ActivityKind.CRANE_OUT: WorkRates(
            at_work=Range(0.3, 0.6),
            idle=Range(0.01, 0.05),
            reason="assumed: a crane works for a third to two thirds of a stay's daylight, and is stowed between",
        ),
        ActivityKind.VEHICLES: WorkRates(
            at_work=Range(0.4, 0.8),
            idle=Range(0.1, 0.4),
            reason="assumed: vehicles stand on quays for many reasons",
        ),
    }
)
"""by what is claimed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSeen:
    """What one day at one place says of claimed work."""

    site_id: str
    t_utc: datetime
    ratio: Range
    """P(pixels | at work) / P(pixels | idle) over the assumed rates"""
    activity: Activity
    """the one that says most"""
    likelihood: float
    """P(pixels | it shows) / P(pixels | it does not), capped"""

    @property
    def shows(self) -> bool:
        """Whether the activity itself is likely to have been seen, whatever that weighs."""
        return self.likelihood >= LIKELY_SEEN

    @property
    def speaks_for(self) -> bool:
        """Whether it was seen and favours the claim at every assumed rate."""
        return self.shows and self.ratio.low > 1


def asked_of(claim: Claim) -> ActivityKind | None:
    """What of a claim pixels could show: a crane or vehicles; None for all else."""
    return ActivityKind.named_in(claim.activity) if claim.kind is ClaimKind.ACTIVITY else None


def says_more(claim: Claim) -> bool:
    """Whether a claim says what is carried or which way, beyond the crane or the vehicles themselves."""
    words = claim.activity.lower()
    return any(w in words for w in DIRECTION_WORDS)


def work_seen(claim: Claim, activities: Iterable[Activity]) -> tuple[WorkSeen, ...]:
    """What was seen of the claimed work, at its places in its window; a day and place each, in order of time."""
    asked = asked_of(claim)
    if asked is None:
        return ()
    best: dict[tuple[str, str], WorkSeen] = {}
    for activity in sorted(activities, key=lambda a: (a.time, a.id)):
        if activity.site_id not in claim.sites or not activity.time.within(claim.when):
            continue
        if activity.vessel_ids and claim.who and not set(activity.vessel_ids) & set(claim.who):
            continue
        likelihood = _likelihood(asked, activity)
        if likelihood is None:
            continue
        seen = WorkSeen(
            site_id=activity.site_id,
            t_utc=activity.time.middle,
            ratio=_ratio(likelihood, RATES[asked]),
            activity=activity,
            likelihood=likelihood,
        )
        day = activity.site_id, f"{seen.t_utc:%Y-%m-%d}"
        if day not in best or _strength(seen) > _strength(best[day]):
            best[day] = seen
    return tuple(sorted(best.values(), key=lambda s: (s.t_utc, s.site_id)))


def _likelihood(asked: ActivityKind, activity: Activity) -> float | None:
    """P(pixels | it shows) / P(pixels | it does not), at most 10 either way; None where the activity is another."""
    p = activity.probability
    if asked is ActivityKind.CRANE_OUT and activity.kind is ActivityKind.CRANE_STOWED:
        p = 1 - p
    elif activity.kind is not asked:
        return None
    p = min(max(p, 1e-6), 1 - 1e-6)
    return min(max(p / (1 - p), 1 / MOST_RATIO), MOST_RATIO)


def _ratio(likelihood: float, rates: WorkRates) -> Range:
    values = [
        (q1 * likelihood + 1 - q1) / (q0 * likelihood + 1 - q0)
        for q1 in (rates.at_work.low, rates.at_work.high)
        for q0 in (rates.idle.low, rates.idle.high)
    ]
    return Range(min(values), max(values))


def _strength(seen: WorkSeen) -> float:
    return abs(math.log(seen.ratio.low)) + abs(math.log(seen.ratio.high))
