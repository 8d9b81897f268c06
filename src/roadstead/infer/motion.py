"""How vessels move: routine as a semi-Markov chain, and the operation plans that hypotheses add to it.

Routine. A vessel stays at its home and at other places for Erlang-2 times (the simplest phase-type dwell that is not
memoryless) and passes between them in distance / speed. Means are drawn log-uniformly from the ranges that the
case states, once per history, so that the answer carries that ignorance.

Plans. Under `as-claimed` participants are drawn, given a call (presence) or a laden passage (transit) inside the
window, and their routine is overwritten there. `wrong-port` and `wrong-date` make the same plan with another port, or
outside the window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from roadstead.case import Routine
from roadstead.infer.histories import ELSEWHERE, UNDER_WAY, Grid
from roadstead.model import Claim, ClaimKind, Participant, Range

CALL_HOURS = Range(6.0, 60.0)
"""stay of a call under a plan; wide, because nobody states it"""
SPREAD_HOURS = 24.0
"""ships of one operation leave within this time of each other"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What motion needs to know of the case."""

    sites: tuple[str, ...]
    vessels: tuple[Participant, ...]
    sea_km: NDArray[np.float64]
    """sea distance between sites; shape (sites, sites)"""
    routine: Routine


def log_uniform(rng: np.random.Generator, between: Range, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Draws uniform in the logarithm between two positive bounds."""
    low, high = np.log(max(between.low, 1e-3)), np.log(max(between.high, 1e-3))
    return np.exp(rng.uniform(low, high, shape))


def routine(rng: np.random.Generator, world: World, grid: Grid, n: int) -> NDArray[np.int8]:
    """Places of all vessels under routine; shape (n, vessels, times)."""
    v = len(world.vessels)
    place = np.empty((n, v, grid.n), np.int8)
    home = np.array([_index(world.sites, p.home) for p in world.vessels], np.int8)
    stay_home = log_uniform(rng, world.routine.home_days, (n, v)) * 24
    stay_away = log_uniform(rng, world.routine.away_days, (n, v)) * 24
    at_home = rng.random((n, v)) < stay_home / (stay_home + stay_away)
    away = _destinations(rng, world, n)
    now = np.where(at_home, home, away).astype(np.int8)
    following = now.copy()
    left = rng.random((n, v)) * _erlang(rng, np.where(at_home, stay_home, stay_away))
    passage = _passage_hours(world)
    for t in range(grid.n):
        place[:, :, t] = now
        left -= grid.step_h
        rows, cols = np.nonzero(left <= 0)
        if not rows.size:
            continue
        arriving = now[rows, cols] == UNDER_WAY
        r, c = rows[arriving], cols[arriving]
        now[r, c] = following[r, c]
        mean = np.where(now[r, c] == home[c], stay_home[r, c], stay_away[r, c])
        left[r, c] += _erlang(rng, mean)
        r, c = rows[~arriving], cols[~arriving]
        going_home = now[r, c] != home[c]
        following[r, c] = np.where(going_home, home[c], _destinations(rng, world, r.size)[np.arange(r.size), c])
        left[r, c] += passage[c, now[r, c], following[r, c]]
        now[r, c] = UNDER_WAY
    return place


def _index(sites: tuple[str, ...], site_id: str) -> int:
    return sites.index(site_id) if site_id in sites else ELSEWHERE


def _erlang(rng: np.random.Generator, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    return rng.gamma(2.0, mean / 2.0)


def _destinations(rng: np.random.Generator, world: World, n: int) -> NDArray[np.int8]:
    """Where each vessel goes when it leaves home: one of its usual calls or elsewhere, equally likely."""
    out = np.empty((n, len(world.vessels)), np.int8)
    for i, vessel in enumerate(world.vessels):
        options = np.array([*(world.sites.index(s) for s in vessel.calls_at), ELSEWHERE], np.int8)
        out[:, i] = rng.choice(options, n)
    return out


def _passage_hours(world: World) -> NDArray[np.float64]:
    """Hours between places per vessel, indexed by place number, so that -2 (elsewhere) stands last but one."""
    s = len(world.sites)
    km = np.full((s + 2, s + 2), float(world.sea_km.max(initial=400.0)))
    km[:s, :s] = world.sea_km
    speed_kmh = np.array([p.speed_kn.mid * 1.852 for p in world.vessels])
    return np.asarray(np.maximum(km[None] / speed_kmh[:, None, None], 1.0))


def plan(
    rng: np.random.Generator, place: NDArray[np.int8], world: World, grid: Grid, claim: Claim, *, motion: str
) -> NDArray[np.int8]:
    """Places with the operation of a claim written over the routine; shape (n, vessels, times)."""
    who = [i for i, p in enumerate(world.vessels) if p.id in claim.who]
    if not who:
        return place
    return _Plan(rng=rng, place=place.copy(), world=world, grid=grid, claim=claim, motion=motion).written(who)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One operation being written over the routine of many histories."""

    rng: np.random.Generator
    place: NDArray[np.int8]
    world: World
    grid: Grid
    claim: Claim
    motion: str

    @property
    def window_h(self) -> tuple[float, float]:
        """Claimed window in hours from the grid's start."""
        return self.grid.hours(self.claim.when.start), self.grid.hours(self.claim.when.end)

    def written(self, who: list[int]) -> NDArray[np.int8]:
        """The places with the operation in them."""
        n, room = self.place.shape[0], self.window_h[1] - self.window_h[0]
        takes_part = self._participants(n, len(who))
        start = self._starts(n)
        write = self._passages if self.claim.kind in (ClaimKind.TRANSIT, ClaimKind.PERSONS) else self._call
        for slot, vessel in enumerate(who):
            rows = np.nonzero(takes_part[:, slot])[0]
            write(vessel, rows, start[rows] + self.rng.uniform(0, min(SPREAD_HOURS, room / 4), rows.size))
        return self.place

    def _participants(self, n: int, ships: int) -> NDArray[np.bool_]:
        most = ships if self.claim.at_most is None else min(self.claim.at_most, ships)
        least = min(self.claim.at_least or (1 if self.claim.at_most is None else 0), most)
        count = self.rng.integers(least, most + 1, n)
        order = self.rng.random((n, ships)).argsort(axis=1).argsort(axis=1)
        return np.asarray(order < count[:, None])

    def _starts(self, n: int) -> NDArray[np.float64]:
        first, last = self.window_h
        if self.motion != "wrong-date":
            return self.rng.uniform(first, first + 0.75 * (last - first), n)
        u = self.rng.uniform(0, first + self.grid.n * self.grid.step_h - last, n)
        return np.where(u < first, u - SPREAD_HOURS, u + last - first)

    def _ports(self, claimed: tuple[str, ...], *, may_differ: bool) -> NDArray[np.int8]:
        wanted = [self.world.sites.index(s) for s in claimed]
        if may_differ and self.motion == "wrong-port":
            named = {*self.claim.sites, *self.claim.origins, *self.claim.destinations}
            wanted = [i for i, s in enumerate(self.world.sites) if s not in named] or [ELSEWHERE]
        return np.array(wanted, np.int8)

    def _stay(self, size: int, at_most_h: float = np.inf) -> NDArray[np.float64]:
        hours = np.minimum(log_uniform(self.rng, CALL_HOURS, (size,)), at_most_h)
        return np.maximum(hours, self.grid.step_h)

    def _fill(
        self, vessel: int, rows: NDArray[np.int64], between_h: tuple[NDArray[np.float64], NDArray[np.float64]],
        value: NDArray[np.int8] | int,
    ) -> None:  # fmt: skip
        """Write a place into [begin, end) of each row."""
        times = np.arange(self.grid.n) * self.grid.step_h
        inside = (times[None, :] >= between_h[0][:, None]) & (times[None, :] < between_h[1][:, None])
        block = self.place[rows, vessel]
        filled = np.broadcast_to(np.asarray(value, np.int8).reshape(-1, 1), block.shape)
        self.place[rows, vessel] = np.where(inside, filled, block)

    def _call(self, vessel: int, rows: NDArray[np.int64], begin: NDArray[np.float64]) -> None:
        ports = self._ports(self.claim.sites, may_differ=True)
        port, stay = self.rng.choice(ports, rows.size), self._stay(rows.size)
        if self.motion != "wrong-date":
            # Whoever claims presence does not claim arrival: the ship may have lain there before the window began.
            first, last = self.window_h
            begin = self.rng.uniform(first - stay, np.maximum(last, first + self.grid.step_h / 2))
        approach = self._nearest_h(vessel)[port]
        self._fill(vessel, rows, (begin - approach, begin), UNDER_WAY)
        self._fill(vessel, rows, (begin, begin + stay), port)
        self._fill(vessel, rows, (begin + stay, begin + stay + approach), UNDER_WAY)

    def _nearest_h(self, vessel: int) -> NDArray[np.float64]:
        """Hours from each place to the nearest other one: before and after a call nobody says where a ship was."""
        hours = _passage_hours(self.world)[vessel].copy()
        np.fill_diagonal(hours, np.inf)
        return np.asarray(hours.min(axis=1))

    def _passages(self, vessel: int, rows: NDArray[np.int64], begin: NDArray[np.float64]) -> None:
        origin = self.rng.choice(self._ports(self.claim.origins, may_differ=False), rows.size)
        target = self.rng.choice(self._ports(self.claim.destinations, may_differ=True), rows.size)
        sail = _passage_hours(self.world)[vessel, origin, target] * self.rng.uniform(1.0, 1.5, rows.size)
        first, last = self.window_h
        cycle = (last - first) / self.claim.trips
        for trip in range(self.claim.trips):
            load, stay = self._stay(rows.size, cycle / 4), self._stay(rows.size, cycle / 3)
            t0 = begin + trip * cycle
            if self.motion != "wrong-date":
                # What is claimed has to fit: the laden passage ends inside the window, whenever it was drawn to begin.
                left = (self.claim.trips - 1 - trip) * cycle
                t0 = np.maximum(np.minimum(t0, last - left - load - sail - 2 * self.grid.step_h), first + trip * cycle)
            self._fill(vessel, rows, (t0 - sail, t0), UNDER_WAY)
            self._fill(vessel, rows, (t0, t0 + load), origin)
            self._fill(vessel, rows, (t0 + load, t0 + load + sail), UNDER_WAY)
            self._fill(vessel, rows, (t0 + load + sail, t0 + load + sail + stay), target)
