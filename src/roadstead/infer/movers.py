"""The vessels of a claim's world as chains: those it names, others like them in size, strangers like them in size.

A ship of like size that lies at a place for days is found in look after look with a fitting length. Other traffic is
summed out with lengths that are new in every look (marginal.py), so it cannot stand for such a ship: one stranger of
the claim's size at each of its places that was looked at more than once stands for it, as rare as the stated traffic
and the lengths of ships at large make it, and traffic is thinned by as much.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.infer.chains import Chain
from roadstead.infer.histories import ELSEWHERE, Grid
from roadstead.infer.looks import Observed, seen_at
from roadstead.infer.motion import World, log_uniform
from roadstead.infer.sizes import share_at_large
from roadstead.model import Claim, Participant, Range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from roadstead.case import SiteTraffic

PHASES = 2
"""geometric phases of a dwell: Erlang-2, the simplest that is not memoryless"""
SPEEDS = 3
"""equally likely speeds of a routine passage: middles of equal parts of the stated range"""
KMH_PER_KN = 1.852
ELSEWHERE_KM = 400.0
"""distance to elsewhere, at least; otherwise the greatest between sites"""
MOST_TOGETHER = 6
"""vessels weighed together, unless the claim itself names more: every subset of them is matched with detections"""
ONCE = Range(1.0, 1.0)
LIKE_SIGMAS, LIKE_SHARE = 1.0, 0.05
"""strangers of like size: within so many sigma of a typical measured length; without any, so much of the length"""


def others_with(named: int) -> int:
    """How many vessels that a claim does not name are weighed with so many named ones: one place is a stranger's."""
    return max(MOST_TOGETHER - 1 - named, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """One vessel of a claim's world."""

    vessel: Participant
    chain: Chain
    home_h: Range | None
    """mean stay at home, hours; None: so much longer than a stay elsewhere as `rarity` says"""
    away_h: Range
    """mean stay at its other places, hours"""
    rarity: Range = ONCE
    """how often it is at its one place against not, for strangers"""


def movers_of(world: World, grid: Grid) -> tuple[Mover, ...]:
    """The claim's vessels, then the others of the world."""
    return tuple(_of_case(v, world, grid) for v in (*world.vessels, *world.others))


def _of_case(vessel: Participant, world: World, grid: Grid) -> Mover:
    home = world.sites.index(vessel.home) if vessel.home in world.sites else ELSEWHERE
    calls = sorted({world.sites.index(s) for s in vessel.calls_at} - {home})
    places = [home, *calls, *([ELSEWHERE] if home != ELSEWHERE else [])]
    low, high = vessel.speed_kn.low, vessel.speed_kn.high
    speeds = low + (np.arange(SPEEDS) + 0.5) / SPEEDS * (high - low)
    km = distances_km(world)[home, places]
    return Mover(
        vessel=vessel,
        chain=Chain(np.array(places, np.int8), steps_of(km[:, None], speeds[None], grid), PHASES),
        home_h=_hours(world.routine.home_days),
        away_h=_hours(world.routine.away_days),
    )


def _hours(days: Range) -> Range:
    return Range(days.low * 24, days.high * 24)


def distances_km(world: World) -> NDArray[np.float64]:
    """Distances between places by their numbers, so that elsewhere (-2) stands last but one."""
    s = len(world.sites)
    km = np.full((s + 2, s + 2), float(max(world.sea_km.max(initial=0.0), ELSEWHERE_KM)))
    km[:s, :s] = world.sea_km
    return km


def steps_of(km: NDArray[np.float64], speed_kn: NDArray[np.float64], grid: Grid) -> NDArray[np.int64]:
    """Steps of passages, at least one."""
    hours = km / (speed_kn * KMH_PER_KN)
    return np.asarray(np.maximum(np.rint(hours / grid.step_h), 1).astype(np.int64))


def leaving(rng: np.random.Generator, mover: Mover, grid: Grid, n: int) -> NDArray[np.float64]:
    """Drawn probabilities of leaving a phase of the dwell at a step; shape (n, places)."""
    out = np.zeros((n, mover.chain.place.size))
    if mover.chain.place.size == 1:
        return out
    away = log_uniform(rng, mover.away_h, (n,))
    home = log_uniform(rng, mover.home_h, (n,)) if mover.home_h else away / log_uniform(rng, mover.rarity, (n,))
    out[:, 0] = mover.chain.phases * grid.step_h / home
    out[:, 1:] = (mover.chain.phases * grid.step_h / away)[:, None]
    return np.asarray(np.minimum(out, 1.0))


def strangers(
    claim: Claim, world: World, grid: Grid, observed: Sequence[Observed], traffic: Mapping[str, SiteTraffic]
) -> tuple[tuple[Mover, ...], Mapping[str, SiteTraffic]]:
    """Strangers of the claim's size, and the traffic without them.

    Args:
        claim: the claim.
        world: its world.
        grid: of its histories.
        observed: the looks that weigh.
        traffic: assumed traffic by site.
    """
    room = max(MOST_TOGETHER - len(world.vessels) - len(world.others), 0)
    out: list[Mover] = []
    thinned = dict(traffic)
    for site in dict.fromkeys((*claim.destinations, *claim.sites, *claim.origins)):
        here = [o for o in observed if o.look.site_id == site and seen_at(o.look, grid).size]
        for like in _sizes(world.vessels, here) if len(here) > 1 else ():
            share = share_at_large(like)
            if len(out) < room:
                out.append(_stranger(len(out), site, like, world, traffic[site], share))
                thinned[site] = _thinned(thinned[site], share)
    return tuple(out), thinned


def _thinned(assumed: SiteTraffic, share: float) -> SiteTraffic:
    return replace(assumed, vessels=Range(assumed.vessels.low * (1 - share), assumed.vessels.high * (1 - share)))


def _sizes(vessels: Sequence[Participant], here: Sequence[Observed]) -> list[Range]:
    """Lengths that cannot be told from the claim's vessels', overlapping ones taken together."""
    sigmas = [d.length_m.sigma for o in here for d in o.detections if d.length_m]
    out: list[Range] = []
    for v in sorted(vessels, key=lambda v: (v.length_m.low, v.id)):
        margin = LIKE_SIGMAS * float(np.median(sigmas)) if sigmas else LIKE_SHARE * v.length_m.mid
        low, high = max(v.length_m.low - margin, 1.0), v.length_m.high + margin
        if out and low <= out[-1].high:
            out[-1] = Range(out[-1].low, max(high, out[-1].high))
        else:
            out.append(Range(low, high))
    return out


def share_of_lengths(vessels: Sequence[Participant]) -> float:
    """Share of ships at large that no length measured so far tells from these vessels; 1 where none are named."""
    return min(sum(share_at_large(like) for like in _sizes(vessels, ())), 1.0) if vessels else 1.0


def _stranger(number: int, site: str, like: Range, world: World, assumed: SiteTraffic, share: float) -> Mover:  # noqa: PLR0917
    vessel = Participant(
        id=f"stranger-{number}", name="another ship of like size", length_m=like, speed_kn=Range(10.0, 10.0)
    )
    return Mover(
        vessel=vessel,
        chain=Chain(np.array([ELSEWHERE, world.sites.index(site)], np.int8), np.ones((2, 1), np.int64), PHASES),
        home_h=None,
        away_h=assumed.stay_hours,
        rarity=Range(share * assumed.vessels.low, share * assumed.vessels.high),
    )
