"""Routine as a star of places, plans as calls: the values that the passes work on, and histories drawn from the prior.

A star is the same forwards and backwards in time, so the way to a plan's first call is drawn as a routine backwards.
Kernels are compiled; every row has a random stream of its own, so that threads change nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roadstead.infer.histories import UNDER_WAY

Floats = NDArray[np.float64]
Stream = NDArray[np.uint64]


class Chain(NamedTuple):
    """Places of one vessel's routine."""

    place: NDArray[np.int8]
    """number of each place as in histories, home first; shape (places,)"""
    delay: NDArray[np.int64]
    """steps of a passage between home and each place, by equally likely speeds; shape (places, speeds)"""
    phases: int
    """geometric phases of a dwell"""


class Legs(NamedTuple):
    """Plan of one vessel in each row; all in steps."""

    calls: NDArray[np.int64]
    """calls of the plan, 0 for routine alone; shape (n,)"""
    site: NDArray[np.int8]
    """shape (n, most calls)"""
    arrive: NDArray[np.int64]
    """first step there, ascending; shape (n, most calls)"""
    depart: NDArray[np.int64]
    """first step no longer there; shape (n, most calls)"""
    approach: NDArray[np.int64]
    """passage from each place of the routine to the first call, at least 1; shape (n, places)"""
    homeward: NDArray[np.int64]
    """passage from the last call home, at least 1; shape (n,)"""

    def rows(self, chosen: NDArray[np.int64] | slice) -> Legs:
        """Some rows, or some repeated."""
        return Legs(
            self.calls[chosen],
            self.site[chosen],
            self.arrive[chosen],
            self.depart[chosen],
            self.approach[chosen],
            self.homeward[chosen],
        )


class Marks(NamedTuple):
    """Looks along the grid, in order of time."""

    begin: NDArray[np.int64]
    """looks of step t are begin[t]:begin[t + 1]; shape (steps + 1,)"""
    time: NDArray[np.int64]
    """step of each look; shape (looks,)"""
    spot: NDArray[np.int64]
    """where it was taken: number of the site, or of the place in a vessel's chain; shape (looks,)"""
    column: NDArray[np.int64]
    """where its factor stands; shape (looks,)"""


def marks_along(time: NDArray[np.int64], spot: NDArray[np.int64], steps: int) -> Marks:
    """Looks in order of time, their factors in the order in which they are given."""
    order = np.argsort(time, kind="stable")
    begin = np.searchsorted(time[order], np.arange(steps + 1)).astype(np.int64)
    return Marks(begin, time[order].astype(np.int64), spot[order].astype(np.int64), order.astype(np.int64))


def marks_of_routine(marks: Marks, chain: Chain) -> Marks:
    """The looks at the places of a vessel's routine, by their numbers in its chain."""
    spot = {int(p): i for i, p in enumerate(chain.place) if p >= 0}
    kept = np.array([k for k, s in enumerate(marks.spot.tolist()) if s in spot], np.int64)
    begin = np.searchsorted(marks.time[kept], np.arange(marks.begin.size)).astype(np.int64)
    places = np.array([spot[s] for s in marks.spot[kept].tolist()], np.int64)
    return Marks(begin, marks.time[kept], places, marks.column[kept])


@njit(cache=True, nogil=True)
def uniform(state: Stream) -> float:
    """Next number in [0, 1) of a stream (SplitMix64: Steele et al. 2014, OOPSLA 453-472); `state` has shape (1,)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True)
def stationary(chain: Chain, leave: Floats) -> Floats:
    """Flow out of each place per step in the stationary state; shape (places,). With one place nothing ever flows."""
    size = chain.place.size
    flow = np.zeros(size)
    if size == 1:
        return flow
    flow[0], flow[1:] = 1.0, 1.0 / (size - 1)
    cycle = chain.phases / leave[0]
    for i in range(1, size):
        cycle += flow[i] * (chain.phases / leave[i] + 2.0 * (chain.delay[i].mean() - 1.0))
    return np.asarray(flow / cycle)


@njit(cache=True, nogil=True)
def resident(chain: Chain, leave: Floats, flow: Floats) -> Floats:
    """Stationary probability of one phase of each place, shape (places,): all phases of a place have the same."""
    if flow.size == 1:
        return np.full(1, 1.0 / chain.phases)
    return np.asarray(flow / leave)


@njit(cache=True, nogil=True)
def drawn(weights: Floats, state: Stream) -> int:
    """An index with probability in proportion to its weight."""
    rest = uniform(state) * weights.sum()
    for i in range(weights.size - 1):
        rest -= weights[i]
        if rest < 0:
            return i
    return int(weights.size) - 1


@njit(cache=True, nogil=True)
def _waits(leave: float, state: Stream) -> int:
    """Steps in one phase of a dwell, at least 1."""
    if leave >= 1.0:
        return 1
    return 1 + int(np.floor(np.log(1.0 - uniform(state)) / np.log(1.0 - leave)))


@njit(cache=True, nogil=True)
def walk(  # noqa: PLR0917 - compiled code takes plain values
    chain: Chain, leave: Floats, at: tuple[int, int, int], bounds: tuple[int, int], row: NDArray[np.int8], state: Stream
) -> None:
    """Routine from (step, place, phase) to bounds (first, end): forwards to the end, or backwards if it is -1."""
    t, i, h = at
    size, speeds = chain.delay.shape
    way = 1 if bounds[1] >= 0 else -1
    limit = bounds[1] if way == 1 else bounds[0] - 1
    while (limit - t) * way > 0:
        until = limit
        if leave[i] > 0:
            until = t + way * _waits(leave[i], state)
            until = min(until, limit) if way == 1 else max(until, limit)
        for s in range(t, until, way):
            row[s] = chain.place[i]
        t, h = until, h + 1
        if h < chain.phases or t == limit:
            continue
        j = 1 + int(uniform(state) * (size - 1)) if i == 0 else 0
        arrive = t - way + way * chain.delay[max(i, j), int(uniform(state) * speeds)]
        stop = min(arrive, limit) if way == 1 else max(arrive, limit)
        for s in range(t, stop, way):
            row[s] = UNDER_WAY
        t, i, h = arrive, j, 0


@njit(cache=True, nogil=True)
def whole_row(chain: Chain, leave: Floats, row: NDArray[np.int8], state: Stream) -> None:
    """A whole row of routine."""
    size, speeds = chain.delay.shape
    flow = stationary(chain, leave)
    held = resident(chain, leave, flow)
    rest = uniform(state)
    for i in range(size):
        for h in range(chain.phases):
            rest -= held[i]
            if rest < 0:
                walk(chain, leave, (0, i, h), (0, row.size), row, state)
                return
    for i in range(1, size):
        for into in (0, i):
            for k in range(speeds):
                for t in range(1, chain.delay[i, k]):
                    rest -= flow[i] / speeds
                    if rest < 0:
                        row[:t] = UNDER_WAY
                        walk(chain, leave, (t, into, 0), (0, row.size), row, state)
                        return
    walk(chain, leave, (0, 0, 0), (0, row.size), row, state)


@njit(cache=True, nogil=True)
def _with_plan(  # noqa: PLR0917 - compiled code takes plain values
    chain: Chain, leave: Floats, legs: Legs, r: int, row: NDArray[np.int8], state: Stream
) -> None:
    """A whole row with a plan."""
    steps, last = row.size, legs.calls[r] - 1
    arrive = legs.arrive[r, 0]
    if arrive > 0:
        i = drawn(resident(chain, leave, stationary(chain, leave)), state)
        t = arrive - legs.approach[r, i]
        row[max(t + 1, 0) : arrive] = UNDER_WAY
        walk(chain, leave, (t, i, int(uniform(state) * chain.phases)), (0, -1), row, state)
    for c in range(last + 1):
        row[max(legs.arrive[r, c], 0) : max(legs.depart[r, c], 0)] = legs.site[r, c]
        until = legs.arrive[r, c + 1] if c < last else legs.depart[r, c] - 1 + legs.homeward[r]
        row[max(legs.depart[r, c], 0) : max(until, 0)] = UNDER_WAY
    comes_home = legs.site[r, last] == chain.place[0]
    home = legs.arrive[r, last] if comes_home else legs.depart[r, last] - 1 + legs.homeward[r]
    if home < steps:
        walk(chain, leave, (max(home, 0), 0, 0), (0, steps), row, state)


@njit(cache=True, nogil=True)
def simulated(chain: Chain, leave: Floats, legs: Legs, seeds: Stream, place: NDArray[np.int8]) -> None:
    """Movements of one vessel drawn from the prior, step by step and without any look.

    Args:
        chain: its places.
        leave: probability of leaving a phase of the dwell at a step, shape (n, places); 0 where there is one place.
        legs: its plans; a plan arrives before the last step.
        seeds: stream of each row, shape (n,).
        place: written: shape (n, steps).
    """
    state, row = np.zeros(1, np.uint64), np.zeros(place.shape[1], np.int8)
    for r in range(seeds.size):
        state[0] = seeds[r]
        if legs.calls[r]:
            _with_plan(chain, leave[r], legs, r, row, state)
        else:
            whole_row(chain, leave[r], row, state)
        place[r] = row
