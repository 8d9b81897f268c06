"""Forward filtering - backward sampling of one vessel's movements: a semi-Markov chain in discrete time.

The chain is a star: from its home a vessel goes to one of its other places, each as likely, and from there home again.
Dwells are phase-type (`phases` geometric phases one after another; two make a discrete Erlang-2). Passages are delay
lines: what leaves i after step t is at j at step t + delay. Looks enter as factors relative to the vessel being at no
site at all, so being under way emits 1 and the forward pass needs no states for it: what arrives at t is what left
`delay` steps before (explicit-duration models: Yu 2010, Artificial Intelligence 174, 215-243). Mass still under way
at the end is added to the sum. The chain begins in its stationary state.

A plan pins the vessel: before it, the stationary routine given that the vessel is at a place of its routine just so
long before its first arrival as the passage from there takes; after it, a passage home, where the routine begins anew.
Only steps between the first and the last look at a place of the routine need the pass; what lies before and after is
drawn as it comes. Costs grow with steps and with looks, not with their squares.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002 - fields of a NamedTuple, read at run time

from roadstead.infer.chains import (
    Chain,
    Floats,
    Legs,
    Marks,
    Stream,
    drawn,
    resident,
    stationary,
    uniform,
    walk,
    whole_row,
)
from roadstead.infer.histories import UNDER_WAY

TOO_LARGE, TOO_SMALL = 1e100, 1e-100
"""sums are brought back to 1 beyond these"""
NEVER = 1e-300
STATIONARY, COME_HOME = False, True
"""how a span of routine begins"""
ONE, ALL = False, True
"""whether passages under way are taken until one is found, or all"""


class _Vessel(NamedTuple):
    """One vessel in one row."""

    chain: Chain
    leave: Floats
    """probability of leaving a phase at a step; shape (places,)"""
    flow: Floats
    """stationary flow out of each place per step; shape (places,)"""
    pinned: Marks
    """all looks by site, for the calls of a plan"""
    usual: Marks
    """those at places of the routine, by place"""
    gain: Floats
    """shape (columns,)"""


class _Span(NamedTuple):
    """Steps first:end that the pass goes through."""

    first: int
    end: int
    fresh: bool
    """whether the vessel has just come home at the first step; otherwise it is in its stationary state"""


class _Work(NamedTuple):
    """What the forward pass leaves for the backward one."""

    mass: Floats
    """probability, times looks so far, of each phase of each place; shape (steps, places, phases)"""
    came: Floats
    """what arrived at each place, in the scale of the step before; shape (steps, places)"""
    scale: Floats
    """log of what `mass` of a step is to be multiplied with; shape (steps,)"""
    left: Floats
    """what left each place at step - longest delay, in the scale of the last step; shape (steps + longest, places)"""


class _Plan(NamedTuple):
    """The plan of one vessel in one row, as in `Legs`."""

    site: NDArray[np.int8]
    arrive: NDArray[np.int64]
    depart: NDArray[np.int64]
    approach: NDArray[np.int64]
    homeward: int


class _Out(NamedTuple):
    """Where drawn movements go."""

    row: NDArray[np.int8]
    state: Stream
    draw: bool


@njit(cache=True, nogil=True, error_model="numpy")
def _begin(v: _Vessel, span: _Span, work: _Work) -> None:
    """The first step and what left before it."""
    longest, held = v.chain.delay.max(), resident(v.chain, v.leave, v.flow)
    work.scale[span.first] = 0.0
    for i in range(v.chain.place.size):
        for t in range(longest):
            work.left[span.first + t, i] = 0.0 if span.fresh else v.flow[i]
        for h in range(v.chain.phases):
            work.mass[span.first, i, h] = (1.0 if i + h == 0 else 0.0) if span.fresh else held[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _look(v: _Vessel, t: int | np.int64, work: _Work) -> None:
    """Multiply the looks of a step in, and bring large and small sums back to 1."""
    for k in range(v.usual.begin[t], v.usual.begin[t + 1]):
        for h in range(v.chain.phases):
            work.mass[t, v.usual.spot[k], h] *= v.gain[v.usual.column[k]]
    total, longest = work.mass[t].sum(), v.chain.delay.max()
    if total > TOO_LARGE or 0.0 < total < TOO_SMALL:
        work.mass[t] /= total
        work.left[t : t + longest] /= total
        work.scale[t] += np.log(total)


@njit(cache=True, nogil=True, error_model="numpy")
def _forward(v: _Vessel, span: _Span, work: _Work) -> None:
    """Fill `work` over a span.

    Steps and offsets are unsigned: signed ones are tested at each use for counting from the end, a quarter of the time.
    """
    mass, came, left, leave = work.mass, work.came, work.left, v.leave
    size, speeds = np.uint64(v.chain.delay.shape[0]), np.uint64(v.chain.delay.shape[1])
    longest, phases = np.uint64(v.chain.delay.max()), np.uint64(v.chain.phases)
    zero, one, first = np.uint64(0), np.uint64(1), np.uint64(span.first)
    home_share, share = 1.0 / speeds, 1.0 / speeds / max(v.chain.place.size - 1, 1)
    back = (v.chain.delay.max() - v.chain.delay).astype(np.uint64)
    _begin(v, span, work)
    for t in range(first, np.uint64(span.end)):
        if t > first:
            to_home = 0.0
            for i in range(one, size):
                out = 0.0
                for k in range(speeds):
                    to_home += left[t + back[i, k], i]
                    out += left[t + back[i, k], zero]
                came[t, i] = out * share
            came[t, zero] = to_home * home_share
            for i in range(size):
                go, stay = leave[i], 1 - leave[i]
                mass[t, i, zero] = mass[t - one, i, zero] * stay + came[t, i]
                for h in range(one, phases):
                    mass[t, i, h] = mass[t - one, i, h] * stay + mass[t - one, i, h - one] * go
            work.scale[t] = work.scale[t - one]
        if v.usual.begin[t] < v.usual.begin[t + one]:
            _look(v, np.int64(t), work)
        for i in range(size):
            left[t + longest, i] = mass[t, i, phases - one] * leave[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _afloat(v: _Vessel, span: _Span, work: _Work, rest: float, whole: bool) -> tuple[float, int, int, int]:
    """Take the passages under way at the last step from `rest`, `whole`: all, else until it is used up.

    Returns:
        (what is left, step after which the last one taken left, its place or minus that of one home, step of its
        arrival); 0 for the place: all were taken.
    """
    size, speeds = v.chain.delay.shape
    last, longest = span.end - 1, v.chain.delay.max()
    for i in range(1, size):
        for source in (0, i):
            share = 1.0 / speeds / (1 if source else size - 1)
            for k in range(speeds):
                for t in range(last - v.chain.delay[i, k] + 1, last):
                    rest -= work.left[t + longest, source] * share
                    if rest < 0 and not whole:
                        return rest, t, -i if source else i, t + v.chain.delay[i, k]
    return rest, last, 0, 0


@njit(cache=True, nogil=True, error_model="numpy")
def _way_in(v: _Vessel, span: _Span, work: _Work, at: tuple[int, int, int], rest: float) -> tuple[int, int]:
    """The passage that ends at (step, place) and uses up `rest`: (step it left after, from where)."""
    t, i, _ = at
    speeds = v.chain.delay.shape[1]
    share, last = 1.0 / speeds / (v.chain.place.size - 1 if i else 1), v.chain.phases - 1
    begun, j = t - 1, i
    for j in range(1 if i == 0 else 0, v.chain.place.size if i == 0 else 1):
        for k in range(speeds):
            begun = t - v.chain.delay[max(i, j), k]
            if begun >= span.first:
                lift = np.exp(work.scale[begun] - work.scale[t - 1])
                rest -= work.mass[begun, j, last] * v.leave[j] * lift * share
            elif not span.fresh:
                rest -= v.flow[j] * np.exp(-work.scale[t - 1]) * share
            if rest < 0:
                return begun, j
    return begun, j


@njit(cache=True, nogil=True, error_model="numpy")
def _backward(v: _Vessel, span: _Span, work: _Work, at: tuple[int, int, int], out: _Out) -> None:
    """Draw the way back from (step, place, phase) to the first step, and where it is stationary on to step 0."""
    t, i, h = at
    while t > span.first:
        out.row[t] = v.chain.place[i]
        stay = work.mass[t - 1, i, h] * (1 - v.leave[i])
        step = work.mass[t - 1, i, h - 1] * v.leave[i] if h else work.came[t, i]
        rest = uniform(out.state) * (stay + step) - stay
        if rest < 0 or step <= 0:
            t -= 1
        elif h:
            t, h = t - 1, h - 1
        else:
            begun, i = _way_in(v, span, work, (t, i, h), rest)
            out.row[max(begun + 1, span.first if span.fresh else 0) : t] = UNDER_WAY
            t, h = begun, v.chain.phases - 1
    if t == span.first:
        out.row[t] = v.chain.place[i]
    if not span.fresh and t >= 0:
        walk(v.chain, v.leave, (t, i, v.chain.phases - 1 - h), (0, -1), out.row, out.state)


@njit(cache=True, nogil=True, error_model="numpy")
def _onward(v: _Vessel, span: _Span, work: _Work, total: float, out: _Out) -> tuple[int, int, int]:
    """Draw where the vessel is after the last look, and its way from there.

    Returns:
        Its last (step, place, phase) at a place.
    """
    last, steps, rest = span.end - 1, out.row.size, uniform(out.state) * total
    i, h = 0, 0
    for i in range(v.chain.place.size):
        for h in range(v.chain.phases):
            rest -= work.mass[last, i, h]
            if rest < 0:
                walk(v.chain, v.leave, (last, i, h), (0, steps), out.row, out.state)
                return last, i, h
    rest, begun, way, arrive = _afloat(v, span, work, rest, ONE)
    if way == 0:
        walk(v.chain, v.leave, (last, i, h), (0, steps), out.row, out.state)
        return last, i, h
    out.row[max(begun + 1, span.first if span.fresh else 0) : min(arrive, steps)] = UNDER_WAY
    if arrive < steps:
        walk(v.chain, v.leave, (arrive, max(way, 0), 0), (0, steps), out.row, out.state)
    return begun, max(-way, 0), v.chain.phases - 1


@njit(cache=True, nogil=True, error_model="numpy")
def _routine(v: _Vessel, first: int, fresh: bool, work: _Work, out: _Out) -> float:
    """Routine from a step to the end of the grid; log of its normaliser."""
    steps, usual = out.row.size, v.usual
    looks = usual.begin[first], usual.begin[steps]
    if looks[0] == looks[1]:
        if out.draw and fresh:
            walk(v.chain, v.leave, (first, 0, 0), (0, steps), out.row, out.state)
        elif out.draw:
            whole_row(v.chain, v.leave, out.row, out.state)
        return 0.0
    span = _Span(first if fresh else usual.time[looks[0]], usual.time[looks[1] - 1] + 1, fresh)
    _forward(v, span, work)
    total = work.mass[span.end - 1].sum() - _afloat(v, span, work, 0.0, ALL)[0]
    if not total > 0:
        if out.draw:
            out.row[first:] = UNDER_WAY
        return -np.inf
    if out.draw:
        _backward(v, span, work, _onward(v, span, work, total, out), out)
    return float(np.log(total) + work.scale[span.end - 1])


@njit(cache=True, nogil=True, error_model="numpy")
def _before(v: _Vessel, plan: _Plan, work: _Work, out: _Out) -> float:
    """The routine before a plan's first arrival; log of its normaliser."""
    arrive, usual = plan.arrive[0], v.usual
    if arrive <= 0:
        return 0.0
    held = resident(v.chain, v.leave, v.flow) * v.chain.phases
    span = _Span(arrive, arrive, STATIONARY)
    if usual.begin[arrive] > 0:
        span = _Span(usual.time[0], arrive, STATIONARY)
        _forward(v, span, work)
    logs = np.empty(held.size)
    for i in range(held.size):
        t = arrive - plan.approach[i]
        logs[i] = np.log(max(held[i], NEVER))
        if t >= span.first:
            logs[i] = np.log(max(work.mass[t, i].sum(), NEVER)) + work.scale[t]
    shares = np.exp(logs - logs.max())
    if out.draw:
        _approach(v, plan, shares, span, work, out)
    return float(logs.max() + np.log(shares.sum()) - np.log(held.sum()))


@njit(cache=True, nogil=True, error_model="numpy")
def _approach(  # noqa: PLR0917 - compiled code takes plain values
    v: _Vessel, plan: _Plan, shares: Floats, span: _Span, work: _Work, out: _Out
) -> None:
    """Draw from where a vessel comes to a plan's first call, and its way back to the first step."""
    i = drawn(shares, out.state)
    t = plan.arrive[0] - plan.approach[i]
    out.row[max(t + 1, 0) : plan.arrive[0]] = UNDER_WAY
    if t >= span.first:
        _backward(v, span, work, (t, i, drawn(work.mass[t, i], out.state)), out)
    elif t >= 0:
        walk(v.chain, v.leave, (t, i, int(uniform(out.state) * v.chain.phases)), (0, -1), out.row, out.state)


@njit(cache=True, nogil=True, error_model="numpy")
def _pinned(v: _Vessel, plan: _Plan, call: int, until: int, out: _Out) -> float:
    """One call of a plan and the passage after it; log of the factors of its looks."""
    steps, log_z = out.row.size, 0.0
    first, end = max(plan.arrive[call], 0), min(plan.depart[call], steps)
    if first < end:
        for k in range(v.pinned.begin[first], v.pinned.begin[end]):
            if v.pinned.spot[k] == plan.site[call]:
                log_z += np.log(v.gain[v.pinned.column[k]])
        if out.draw:
            out.row[first:end] = plan.site[call]
    if out.draw:
        out.row[max(plan.depart[call], 0) : min(max(until, 0), steps)] = UNDER_WAY
    return log_z


@njit(cache=True, nogil=True, error_model="numpy")
def _planned(v: _Vessel, plan: _Plan, work: _Work, out: _Out) -> float:
    """A vessel that takes part in a plan; log of its normaliser."""
    log_z, steps = _before(v, plan, work, out), out.row.size
    last = plan.site.size - 1
    comes_home = plan.site[last] == v.chain.place[0]
    home = plan.arrive[last] if comes_home else plan.depart[last] - 1 + plan.homeward
    for c in range(last if comes_home else last + 1):
        log_z += _pinned(v, plan, c, plan.arrive[c + 1] if c < last else home, out)
    if home < steps:
        log_z += _routine(v, max(home, 0), COME_HOME, work, out)
    return float(log_z)


@njit(cache=True, nogil=True, error_model="numpy")
def filtered(  # noqa: PLR0917 - compiled code takes plain values
    chain: Chain, leave: Floats, legs: Legs, marks: tuple[Marks, Marks], gain: Floats, seeds: Stream,
    place: NDArray[np.int8], draw: bool,
) -> Floats:  # fmt: skip
    """Normalisers of one vessel's movements in many rows and, if wanted, movements drawn given the looks.

    Args:
        chain: its places.
        leave: probability of leaving a phase of the dwell at a step, shape (n, places); 0 where there is one place.
        legs: its plans; a plan arrives before the last step.
        marks: all looks by site, and those at places of its routine by place.
        gain: factor of each look if the vessel is at its site, over not, above 0; shape (n, columns).
        seeds: stream of each row, shape (n,).
        place: written if `draw`: shape (n, steps).
        draw: whether movements are wanted too.

    Returns:
        Natural logarithms of the normalisers, shape (n,).
    """
    n, steps, longest, size = seeds.size, marks[0].begin.size - 1, chain.delay.max(), chain.place.size
    mass, came = np.zeros((steps, size, chain.phases)), np.zeros((steps, size))
    work = _Work(mass, came, np.zeros(steps), np.zeros((steps + longest, size)))
    logs, row, state = np.empty(n), np.zeros(steps, np.int8), np.zeros(1, np.uint64)
    for r in range(n):
        state[0] = seeds[r]
        vessel = _Vessel(chain, leave[r], stationary(chain, leave[r]), marks[0], marks[1], gain[r])
        out, c = _Out(row, state, draw), legs.calls[r]
        if c:
            plan = _Plan(legs.site[r, :c], legs.arrive[r, :c], legs.depart[r, :c], legs.approach[r], legs.homeward[r])
            logs[r] = _planned(vessel, plan, work, out)
        else:
            logs[r] = _routine(vessel, 0, STATIONARY, work, out)
        if draw:
            place[r] = row
    return logs
