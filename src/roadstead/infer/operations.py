"""Operation plans: priors over who takes part, from where to where, and when.

Under `as-claimed` participants are drawn, given a call (presence) or laden passages (transit) inside the window.
`wrong-port` and `wrong-date` make the same plan with another port, or outside the window; `routine` has none. Whatever
the motion, a vessel that the claim does not name but that is of like size may make the operation instead. Ships of one
plan share its participants and its beginning; each has a delay, a speed, stays and ports of its own. Before its
first call and after its last a vessel moves by routine, with real passages to and from the plan (passes.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.infer.chains import Legs
from roadstead.infer.histories import ELSEWHERE, Grid
from roadstead.infer.motion import World, log_uniform
from roadstead.infer.movers import Mover, distances_km, steps_of
from roadstead.model import Claim, ClaimKind, Range

if TYPE_CHECKING:
    from collections.abc import Sequence

CALL_HOURS = Range(6.0, 60.0)
"""stay of a call under a plan; wide, because nobody states it"""
OTHERS_GO = 0.1
"""probability, under any motion, that a vessel that the claim does not name makes the claimed operation; assumed"""
SPREAD_HOURS = 24.0
"""ships of one operation begin within this time of each other"""
MOTIONS = ("as-claimed", "wrong-port", "wrong-date", "routine")
Hours = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The plan of a claim under one motion."""

    claim: Claim
    world: World
    grid: Grid
    motion: str

    @property
    def window_h(self) -> tuple[float, float]:
        """Claimed window in hours from the grid's start."""
        return self.grid.hours(self.claim.when.start), self.grid.hours(self.claim.when.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the vessels of a plan have in common, row by row."""

    takes_part: NDArray[np.bool_]
    """vessels of the claim, then the others of its world; shape (n, vessels)"""
    start_h: Hours
    """hours from the grid's start; shape (n,)"""

    def rows(self, chosen: NDArray[np.int64]) -> Shared:
        """Some rows, or some repeated."""
        return Shared(takes_part=self.takes_part[chosen], start_h=self.start_h[chosen])


def shared_plans(rng: np.random.Generator, op: Operation, n: int) -> Shared:
    """Draw participants and beginnings."""
    routine = np.zeros((n, len(op.claim.who)), bool)
    named = routine if op.motion == "routine" else _participants(rng, op.claim, n)
    others = rng.random((n, len(op.world.others))) < OTHERS_GO
    return Shared(takes_part=np.concatenate([named, others], axis=1), start_h=_starts(rng, op, n))


def _participants(rng: np.random.Generator, claim: Claim, n: int) -> NDArray[np.bool_]:
    ships = len(claim.who)
    most = ships if claim.at_most is None else min(claim.at_most, ships)
    least = min(claim.at_least or (1 if claim.at_most is None else 0), most)
    count = rng.integers(least, most + 1, n)
    order = rng.random((n, ships)).argsort(axis=1).argsort(axis=1)
    return np.asarray(order < count[:, None])


def _starts(rng: np.random.Generator, op: Operation, n: int) -> Hours:
    first, last = op.window_h
    if op.motion != "wrong-date":
        return rng.uniform(first, first + 0.75 * (last - first), n)
    u = rng.uniform(0, first + op.grid.n * op.grid.step_h - last, n)
    return np.where(u < first, u - SPREAD_HOURS, u + last - first)


def legs_of(rng: np.random.Generator, op: Operation, mover: Mover, shared: Shared) -> Legs:
    """Draw one vessel's own part of the plans, given what it shares."""
    n, names = shared.start_h.size, (*op.claim.who, *(v.id for v in op.world.others))
    if mover.vessel.id not in names or not shared.takes_part[:, names.index(mover.vessel.id)].any():
        return _none(mover, n)
    takes_part = shared.takes_part[:, names.index(mover.vessel.id)]
    if mover.vessel.id not in op.claim.who:
        op = replace(op, motion="as-claimed")
    first, last = op.window_h
    begin = shared.start_h + rng.uniform(0, min(SPREAD_HOURS, (last - first) / 4), n)
    speed = rng.uniform(mover.vessel.speed_kn.low, mover.vessel.speed_kn.high, n)
    passages = op.claim.kind in (ClaimKind.TRANSIT, ClaimKind.PERSONS)
    calls = _passages(rng, op, begin, speed) if passages else _call(rng, op, begin)
    return _with_ways(op, mover, calls, speed, takes_part)


def _none(mover: Mover, n: int) -> Legs:
    calls = np.zeros((n, 1), np.int64)
    return Legs(
        np.zeros(n, np.int64), np.zeros((n, 1), np.int8), calls, calls, np.ones((n, mover.chain.place.size), np.int64),
        np.ones(n, np.int64),
    )  # fmt: skip


_Calls = tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.int64]]
"""site, first step there, first step no longer there; shape (n, calls) each"""


def _with_ways(op: Operation, mover: Mover, calls: _Calls, speed: Hours, takes_part: NDArray[np.bool_]) -> Legs:
    """Add the ways to and from the plan; what would begin beyond the grid is left out."""
    site, arrive, depart = calls
    rows = np.arange(speed.size)
    count = np.where(takes_part, (arrive < op.grid.n - 1).sum(axis=1), 0)
    final = site[rows, np.maximum(count - 1, 0)]
    km = distances_km(op.world)
    approach = steps_of(km[mover.chain.place[None, :], site[:, :1]], speed[:, None], op.grid)
    homeward = steps_of(km[final, mover.chain.place[0]], speed, op.grid)
    return Legs(count, site, arrive, depart, approach, homeward)


def _ports(op: Operation, claimed: Sequence[str], *, may_differ: bool) -> NDArray[np.int8]:
    wanted = [op.world.sites.index(s) for s in claimed]
    if may_differ and op.motion == "wrong-port":
        named = {*op.claim.sites, *op.claim.origins, *op.claim.destinations}
        wanted = [i for i, s in enumerate(op.world.sites) if s not in named] or [ELSEWHERE]
    return np.array(wanted, np.int8)


def _stay(rng: np.random.Generator, op: Operation, n: int, at_most_h: float = np.inf) -> Hours:
    return np.maximum(np.minimum(log_uniform(rng, CALL_HOURS, (n,)), at_most_h), op.grid.step_h)


def _steps(op: Operation, hours: Hours) -> NDArray[np.int64]:
    return np.ceil(hours / op.grid.step_h).astype(np.int64)


def _call(rng: np.random.Generator, op: Operation, begin: Hours) -> _Calls:
    """One call that overlaps the window, or one at another date."""
    port, stay = rng.choice(_ports(op, op.claim.sites, may_differ=True), begin.size), _stay(rng, op, begin.size)
    if op.motion != "wrong-date":
        # Whoever claims presence does not claim arrival: the ship may have lain there before the window began.
        first, last = op.window_h
        begin = rng.uniform(first - stay, np.maximum(last, first + op.grid.step_h / 2))
    arrive = _steps(op, begin)
    return port[:, None], arrive[:, None], np.maximum(_steps(op, begin + stay), arrive + 1)[:, None]


def _passages(rng: np.random.Generator, op: Operation, begin: Hours, speed: Hours) -> _Calls:
    """Laden passages, each between a call at an origin and one at a destination."""
    n, trips = begin.size, op.claim.trips
    origin = rng.choice(_ports(op, op.claim.origins, may_differ=False), n)
    target = rng.choice(_ports(op, op.claim.destinations, may_differ=True), n)
    sail = steps_of(distances_km(op.world)[origin, target], speed, op.grid)
    first, last = op.window_h
    cycle = (last - first) / trips
    site = np.empty((n, 2 * trips), np.int8)
    site[:, ::2], site[:, 1::2] = origin[:, None], target[:, None]
    arrive, depart = np.zeros((n, 2 * trips), np.int64), np.zeros((n, 2 * trips), np.int64)
    free = np.full(n, -op.grid.n, np.int64)
    for trip in range(trips):
        load, stay = _stay(rng, op, n, cycle / 4), _stay(rng, op, n, cycle / 3)
        t0 = begin + trip * cycle
        if op.motion != "wrong-date":
            # What is claimed has to fit: the laden passage ends inside the window, whenever it was drawn to begin.
            needs = load + (sail + 2) * op.grid.step_h
            t0 = np.maximum(np.minimum(t0, last - (trips - 1 - trip) * cycle - needs), first + trip * cycle)
        out, back = 2 * trip, 2 * trip + 1
        arrive[:, out] = np.maximum(_steps(op, t0), free)
        depart[:, out] = arrive[:, out] + np.maximum(_steps(op, load), 1)
        arrive[:, back] = depart[:, out] - 1 + sail
        depart[:, back] = arrive[:, back] + np.maximum(_steps(op, stay), 1)
        free = depart[:, back] - 1 + sail
    return site, arrive, depart
