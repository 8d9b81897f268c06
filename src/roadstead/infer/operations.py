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
from roadstead.model import Claim, ClaimKind, Composition, Junction, Range

if TYPE_CHECKING:
    from collections.abc import Sequence

CALL_HOURS = Range(6.0, 60.0)
"""stay of a call under a plan; wide, because nobody states it"""
OTHERS_GO = 0.1
"""probability, under any motion, that a vessel that the claim does not name makes the claimed operation; assumed"""
SPREAD_HOURS = 24.0
"""ships of one operation begin within this time of each other"""
MOTIONS = ("as-claimed", "wrong-port", "wrong-date", "routine")
IN_PART = "in-part"
"""motion of composed claims only: each of their parts, denied ones too, is planned or not by the toss of a coin"""
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


def motions_of(claim: Claim) -> tuple[str, ...]:
    """The motions that a claim's histories are drawn under."""
    return MOTIONS if claim.composed is None else (*MOTIONS, IN_PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the vessels of a plan have in common, row by row."""

    takes_part: NDArray[np.bool_]
    """vessels of the claim, then the others of its world; shape (n, vessels)"""
    start_h: Hours
    """hours from the grid's start; shape (n,)"""

    parts: tuple[Shared, ...] = ()
    """of a composed claim: the plans of its parts, whose vessels are their own"""

    def rows(self, chosen: NDArray[np.int64]) -> Shared:
        """Some rows, or some repeated."""
        parts = tuple(p.rows(chosen) for p in self.parts)
        return Shared(takes_part=self.takes_part[chosen], start_h=self.start_h[chosen], parts=parts)


def shared_plans(rng: np.random.Generator, op: Operation, n: int) -> Shared:
    """Draw participants and beginnings."""
    if op.claim.composed is not None:
        return _of_parts(rng, op, op.claim.composed, n)
    routine = np.zeros((n, len(op.claim.who)), bool)
    named = routine if op.motion == "routine" else _participants(rng, op.claim, n)
    others = rng.random((n, len(op.world.others))) < OTHERS_GO
    return Shared(takes_part=np.concatenate([named, others], axis=1), start_h=_starts(rng, op, n))


def part_operations(op: Operation) -> list[Operation]:
    """The plans of a composed claim's parts. Other vessels make at most the first of them."""
    claims = op.claim.composed.claims() if op.claim.composed else ()
    motion = MOTIONS[0] if op.motion == IN_PART else op.motion
    parts = [replace(op, claim=claim, motion=motion) for claim, _ in claims]
    alone = replace(op.world, others=())
    return [parts[0], *(replace(p, world=alone) for p in parts[1:])]


def _part_plans(op: Operation, shared: Shared) -> list[tuple[Operation, Shared]]:
    return list(zip(part_operations(op), shared.parts, strict=True))


def _of_parts(rng: np.random.Generator, op: Operation, composition: Composition, n: int) -> Shared:
    """Plans of every part; in each history those are planned that make the composition true, or any under `in-part`."""
    if op.motion == IN_PART:
        planned = rng.random((len(composition.claims()), n)) < 0.5
    else:
        planned = np.stack(_planned(rng, composition, np.ones(n, bool)))
    parts = []
    for part, on in zip(part_operations(op), planned, strict=True):
        drawn, named = shared_plans(rng, part, n), len(part.claim.who)
        drawn.takes_part[:, :named] &= on[:, None]
        parts.append(drawn)
    return Shared(takes_part=np.zeros((n, 0), bool), start_h=np.zeros(n), parts=tuple(parts))


def _planned(rng: np.random.Generator, composition: Composition, on: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Which parts are planned, claim by claim: of `any` and `at least` as many as are needed or more."""
    parts, junction = composition.parts, composition.junction
    least = {Junction.ALL: len(parts), Junction.ANY: 1, Junction.NOT: 0}.get(junction, composition.at_least)
    most = 0 if junction is Junction.NOT else len(parts)
    count = rng.integers(least, most + 1, on.size)
    order = rng.random((on.size, len(parts))).argsort(axis=1).argsort(axis=1)
    out: list[NDArray[np.bool_]] = []
    for k, part in enumerate(parts):
        chosen = on & (order[:, k] < count)
        out += _planned(rng, part, chosen) if isinstance(part, Composition) else [chosen]
    return out


def merged(rng: np.random.Generator, op: Operation, mover: Mover, parts: Sequence[tuple[Operation, Legs]]) -> Legs:
    """One vessel's calls of several plans in order of time, as far as it can sail from one to the next.

    A call at the place where it lies already prolongs that call; one that it cannot reach in time is left out.
    """
    width = sum(_most_calls(o.claim) for o, _ in parts)
    n, steps = parts[0][1].calls.size, op.grid.n
    late = 4 * steps
    real = [np.arange(legs.site.shape[1])[None] < legs.calls[:, None] for _, legs in parts]
    site = np.concatenate([legs.site for _, legs in parts], axis=1)
    arrive = np.concatenate([np.where(r, legs.arrive, late) for r, (_, legs) in zip(real, parts, strict=True)], axis=1)
    depart = np.concatenate([legs.depart for _, legs in parts], axis=1)
    order = np.argsort(arrive, axis=1, kind="stable")
    site, arrive, depart = (np.take_along_axis(a, order, axis=1) for a in (site, arrive, depart))
    speed = rng.uniform(mover.vessel.speed_kn.low, mover.vessel.speed_kn.high, n)
    km, rows, count = distances_km(op.world), np.arange(n), np.zeros(n, np.int64)
    kept = np.zeros((n, width), np.int8), np.full((n, width), late), np.full((n, width), late)
    for c in range(site.shape[1]):
        last = np.maximum(count - 1, 0)
        at, left = kept[0][rows, last], kept[2][rows, last]
        sail = steps_of(km[at, site[:, c]], speed, op.grid)
        here = (arrive[:, c] < late) & (count > 0) & (at == site[:, c]) & (arrive[:, c] <= left)
        kept[2][rows[here], last[here]] = np.maximum(left, depart[:, c])[here]
        new = (arrive[:, c] < late) & ~here & ((count == 0) | (arrive[:, c] >= left - 1 + sail))
        for values, own in zip(kept, (site, arrive, depart), strict=True):
            values[rows[new], count[new]] = own[new, c]
        count += new
    return _with_ways(op, mover, kept, speed, count > 0)


def _most_calls(claim: Claim) -> int:
    """Calls that one vessel makes in the claim's plan, at most."""
    return 2 * claim.trips if claim.kind in (ClaimKind.TRANSIT, ClaimKind.PERSONS) else 1


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
    if op.claim.composed is not None:
        return merged(rng, op, mover, [(o, legs_of(rng, o, mover, s)) for o, s in _part_plans(op, shared)])
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
