"""Histories under one motion, drawn given the looks and weighted exactly.

A plan is drawn, then the vessels one after another by forward filtering - backward sampling, each given those before
it (Doucet, de Freitas and Gordon 2001, Sequential Monte Carlo Methods in Practice, ch. 1). The product of the forward
normalisers, times the exact likelihood of all looks over the factors that were drawn with, is a history's weight: its
mean is p(looks), unbiased. Dwell rates and a vessel's own part of the plan are drawn for each history from their prior.

Where few histories carry the weight, these are drawn several times and one is chosen by its normaliser, whose mean then
stands in the weight (Liu, Liang and Wong 2000, J. Am. Stat. Assoc. 95, 121-134), and the exact likelihood is let in
step by step, with resampling and, in between, every vessel's movements and its part of the plan drawn anew (SMC
samplers: Del Moral, Doucet and Jasra 2006, J. R. Statist. Soc. B 68, 411-436).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from roadstead.infer.chains import Chain, Legs, Marks, marks_along, marks_of_routine, simulated
from roadstead.infer.factors import Along, along, codes_at, factors
from roadstead.infer.fixes import Fix, along_grid
from roadstead.infer.histories import ELSEWHERE
from roadstead.infer.marginal import SiteLooks, log_marginal
from roadstead.infer.movers import Mover, leaving
from roadstead.infer.operations import Operation, Shared, legs_of, shared_plans
from roadstead.infer.passes import filtered

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
THREADS = 2
PILOTS = 400
ENOUGH_SHARE = 0.1
"""below this share of effective histories the exact likelihood is let in step by step"""
TRIES = 3
"""where few carry the weight, each vessel's rates and part of the plan are one of so many draws, chosen by their fit"""
STEP_SHARE = 0.5
"""each step of tempering keeps so many effective histories"""
BARRED = 1e-12
"""factor of being where a vessel is kept from"""
SWEEPS = 1
"""times that every vessel's movements are drawn anew after each step"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is the same for all histories of a claim."""

    movers: tuple[Mover, ...]
    looks: tuple[SiteLooks, ...]
    order: Along
    marks: tuple[tuple[Marks, Marks], ...]
    """per vessel, for the passes: looks, then its own AIS positions"""
    own: tuple[Floats, ...]
    """per vessel the factors of its AIS positions; shape (positions x sites,)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Histories with their weights."""

    place: NDArray[np.int8]
    """shape (n, vessels, steps)"""
    log_weight: Floats
    """mean of exp is p(looks); shape (n,)"""
    lost: float
    """variance that resampling added to the normaliser: sum over its steps of 1/effective - 1/n"""
    tempered: bool
    """whether the exact likelihood had to be let in step by step"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the histories of one motion are drawn with."""

    rng: np.random.Generator
    where: Setting
    op: Operation
    table: Floats
    """log factor of each look under each set of vessels; shape (looks, sets)"""


@dataclass(slots=True, kw_only=True)
class _State:
    """Histories while they are worked on; arrays are of length n."""

    shared: Shared
    legs: list[Legs]
    leave: list[Floats]
    place: NDArray[np.int8]
    codes: NDArray[np.int64]
    log_z: Floats
    """log of the product of forward normalisers"""
    log_ratio: Floats
    """log of the exact likelihood over the factors drawn with"""


def setting(
    movers: Sequence[Mover],
    looks: Sequence[SiteLooks],
    op: Operation,
    fixes: Sequence[Fix] = (),
    *,
    apart: bool = False,
) -> Setting:
    """Lay out looks and AIS positions along the grid.

    Args:
        movers: the vessels.
        looks: from `prepare`.
        op: any motion of the claim.
        fixes: AIS positions.
        apart: whether to keep the claim's vessels from its sites in its window, so that histories in which the claim
            does not hold are drawn by themselves; the weights of those in which it does then mean nothing.
    """
    order = along(looks)
    marks, gains = [], []
    for mover in movers:
        time, site, gain = along_grid(mover.vessel.id, fixes, op.world, op.grid)
        if apart and mover.vessel.id in op.claim.who:
            window, sites = op.grid.indices(op.claim.when), [op.world.sites.index(s) for s in op.claim.sites]
            time = np.concatenate([time, np.repeat(window, len(sites))])
            site = np.concatenate([site, np.tile(np.array(sites, np.int64), window.size)])
            gain = np.concatenate([gain, np.full(window.size * len(sites), BARRED)])
        every = marks_along(np.concatenate([order.time, time]), np.concatenate([order.site, site]), op.grid.n)
        marks.append((every, marks_of_routine(every, mover.chain)))
        gains.append(gain)
    return Setting(movers=tuple(movers), looks=tuple(looks), order=order, marks=tuple(marks), own=tuple(gains))


def effective_sample_size(weights: Floats) -> float:
    """Number of equally weighted draws worth as much as these (Kong 1992, University of Chicago, TR 348)."""
    square = float((weights**2).sum())
    return float(weights.sum()) ** 2 / square if square > 0 else 0.0


def draw_prior(rng: np.random.Generator, movers: Sequence[Mover], op: Operation, n: int) -> NDArray[np.int8]:
    """Places of all vessels drawn from the very prior that looks are weighed under; shape (n, vessels, steps)."""
    shared = shared_plans(rng, op, n)
    place = np.full((n, len(movers), op.grid.n), ELSEWHERE, np.int8)
    for v, mover in enumerate(movers):
        legs, leave = legs_of(rng, op, mover, shared), leaving(rng, mover, op.grid, n)
        row = np.empty((n, op.grid.n), np.int8)
        simulated(mover.chain, leave, legs, _seeds(rng, n), row)
        place[:, v] = row
    return place


def draw(run: Run, n: int, *, hard: bool = False) -> Drawn:
    """Draw n histories of one motion given the looks, with weights.

    Args:
        run: from `adapted`; its random stream is used on.
        n: how many.
        hard: whether to let the exact likelihood in step by step at once, because that was needed before.
    """
    if not hard:
        state = _sequential(run, n)
        weight = state.log_z + state.log_ratio
        if effective_sample_size(_exp(weight)) >= ENOUGH_SHARE * n:
            return Drawn(place=state.place, log_weight=weight, lost=0.0, tempered=False)
    return _tempered(run, _sequential(run, n, TRIES), n)


def adapted(rng: np.random.Generator, where: Setting, op: Operation) -> Run:
    """Factors that fit the looks: from prior draws first, then from a few given the looks.

    Args:
        rng: random stream, used on by `draw`.
        where: vessels and looks.
        op: the motion.
    """
    place = draw_prior(rng, where.movers, op, PILOTS)
    table = factors(where.looks, where.order, codes_at(place, where.order), np.ones(PILOTS))
    run = Run(rng=rng, where=where, op=op, table=table)
    pilot = _sequential(run, PILOTS)
    # Half of the ratio: the first factors are rough, and few pilots would carry all of it.
    weights = _exp(pilot.log_z + 0.5 * pilot.log_ratio)
    return replace(run, table=factors(where.looks, where.order, pilot.codes, weights))


def _sequential(run: Run, n: int, tries: int = 1) -> _State:
    where, op = run.where, run.op
    state = _State(
        shared=shared_plans(run.rng, op, n),
        legs=[],
        leave=[],
        place=np.full((n, len(where.movers), op.grid.n), ELSEWHERE, np.int8),
        codes=np.zeros((n, len(where.order.where)), np.int64),
        log_z=np.full(n, run.table[:, 0].sum()),
        log_ratio=np.zeros(n),
    )
    for v in range(len(where.movers)):
        row, log_z = _chosen(run, state, v, tries)
        _placed(state, where, v, row, np.ones(n, bool))
        state.log_z += log_z
    state.log_ratio = _ratio(run, state.place, state.codes)
    return state


def _chosen(run: Run, state: _State, v: int, tries: int) -> tuple[NDArray[np.int8], Floats]:
    """The next vessel's movements, its rates and part of the plan kept in the state, and the log of what it weighs."""
    rng, n, mover = run.rng, state.log_z.size, run.where.movers[v]
    rows = np.repeat(np.arange(n), tries)
    legs = legs_of(rng, run.op, mover, state.shared.rows(rows))
    leave = leaving(rng, mover, run.op.grid, rows.size)
    place, log_z = _passed(run, state, v, (legs, leave), draw=True)
    top = log_z.reshape(n, tries).max(axis=1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)  # where no movement fits, the weight is 0, not undefined
    share = np.exp(log_z.reshape(n, tries) - top)
    ends = np.cumsum(share, axis=1)
    which = np.minimum((ends < rng.random((n, 1)) * ends[:, -1:]).sum(axis=1), tries - 1)
    kept = np.arange(n) * tries + which
    state.legs.append(legs.rows(kept))
    state.leave.append(leave[kept])
    with np.errstate(divide="ignore"):
        return place[kept], top[:, 0] + np.log(share.mean(axis=1))


def _ratio(run: Run, place: NDArray[np.int8], codes: NDArray[np.int64]) -> Floats:
    drawn_with = run.table[np.arange(run.table.shape[0]), codes].sum(axis=1)
    return np.asarray(log_marginal(run.where.looks, place) - drawn_with)


def _passed(
    run: Run,
    state: _State,
    v: int,
    own: tuple[Legs, Floats],
    *,
    draw: bool,
    rows: NDArray[np.bool_] | slice = slice(None),
) -> tuple[NDArray[np.int8], Floats]:
    """One vessel's movements given where the others are, and their normalisers; as many rows for each history.

    With `rows` only these histories are gone through, with their own rates and plans of all.
    """
    where, table = run.where, run.table
    legs, leave = own if isinstance(rows, slice) else (own[0].rows(np.nonzero(rows)[0]), own[1][rows])
    bit, looks = 1 << v, np.arange(table.shape[0])
    without = state.codes[rows] & ~bit
    gain = np.exp(table[looks, without | bit] - table[looks, without])
    n = leave.shape[0]
    gain = np.repeat(gain, n // gain.shape[0], axis=0)
    gain = np.concatenate([gain, np.broadcast_to(where.own[v], (n, where.own[v].size))], axis=1)
    row = np.empty((n if draw else 0, state.place.shape[2]), np.int8)
    log_z = _in_threads(
        where.movers[v].chain, (leave, legs), (where.marks[v], gain), _seeds(run.rng, n), row, draw=draw
    )
    return row, log_z


def _in_threads(
    chain: Chain, own: tuple[Floats, Legs], seen: tuple[tuple[Marks, Marks], Floats], seeds: NDArray[np.uint64],
    row: NDArray[np.int8], *, draw: bool,
) -> Floats:  # fmt: skip
    """Rows are split among threads; each has its own stream, so that the split changes nothing."""
    (leave, legs), (marks, gain) = own, seen
    cuts = np.linspace(0, seeds.size, THREADS + 1).astype(int)

    def part(a: int, b: int) -> Floats:
        mine = legs.rows(slice(a, b))
        return np.asarray(filtered(chain, leave[a:b], mine, marks, gain[a:b], seeds[a:b], row[a:b], draw))

    with ThreadPoolExecutor(THREADS) as pool:
        return np.concatenate(list(pool.map(part, cuts[:-1].tolist(), cuts[1:].tolist())))


def _placed(state: _State, where: Setting, v: int, row: NDArray[np.int8], rows: NDArray[np.bool_]) -> None:
    """Put one vessel's movements into the chosen histories."""
    bit = 1 << v
    there = (row[:, where.order.time] == where.order.site[None, :]) * bit
    state.place[rows, v] = row[rows]
    state.codes[rows] = (state.codes[rows] & ~bit) | there[rows]


def _tempered(run: Run, state: _State, n: int) -> Drawn:
    """Let the exact likelihood in step by step on n histories; the last step's weights stay on them."""
    log_norm, lost = 0.0, 0.0
    weight, beta = state.log_z, 0.0
    while True:
        share = _exp(weight)
        log_norm += float(np.log(share.mean()) + weight.max())
        lost += max(1 / effective_sample_size(share) - 1 / share.size, 0.0)
        _resampled(run.rng, state, share, n)
        for _ in range(SWEEPS):
            for v in run.rng.permutation(len(run.where.movers)).tolist():
                _moved(run, state, v, beta)
        step = _next_step(state.log_ratio, 1 - beta, n)
        weight, beta = step * state.log_ratio, beta + step
        if beta >= 1:
            return Drawn(place=state.place, log_weight=weight + log_norm, lost=lost, tempered=True)


def _next_step(log_ratio: Floats, most: float, n: int) -> float:
    """The greatest step that keeps enough effective histories."""
    if effective_sample_size(_exp(most * log_ratio)) >= STEP_SHARE * n:
        return most
    low, high = 0.0, most
    for _ in range(30):
        mid = (low + high) / 2
        low, high = (mid, high) if effective_sample_size(_exp(mid * log_ratio)) >= STEP_SHARE * n else (low, mid)
    return max(low, 1e-3 * most)


def _resampled(rng: np.random.Generator, state: _State, share: Floats, n: int) -> None:
    """Systematic resampling (Carpenter, Clifford and Fearnhead 1999, IEE Proc. F 146, 2-7)."""
    ends = np.cumsum(share) / share.sum()
    chosen = np.minimum(np.searchsorted(ends, (rng.random() + np.arange(n)) / n), share.size - 1)
    state.shared = state.shared.rows(chosen)
    state.legs = [legs.rows(chosen) for legs in state.legs]
    state.leave = [leave[chosen] for leave in state.leave]
    state.place, state.codes = state.place[chosen], state.codes[chosen]
    state.log_z, state.log_ratio = state.log_z[chosen], state.log_ratio[chosen]


def _moved(run: Run, state: _State, v: int, beta: float) -> None:
    """One vessel drawn anew in every history, in half of them with new rates and part of the plan (Hastings 1970)."""
    rng, op, n, mover = run.rng, run.op, state.log_z.size, run.where.movers[v]
    anew = rng.random(n) < 0.5
    legs = _mixed(anew, legs_of(rng, op, mover, state.shared), state.legs[v])
    leave = _either(anew, leaving(rng, mover, op.grid, n), state.leave[v])
    row, log_z = _passed(run, state, v, (legs, leave), draw=True)
    # With the same rates and plan the normaliser is the same, and nothing needs to be weighed against it.
    gain = np.zeros(n)
    gain[anew] = log_z[anew] - _passed(run, state, v, (state.legs[v], state.leave[v]), draw=False, rows=anew)[1]
    tried = replace(state, place=state.place.copy(), codes=state.codes.copy())
    _placed(tried, run.where, v, row, np.ones(n, bool))
    ratio = _ratio(run, tried.place, tried.codes)
    accept = np.log(rng.random(n)) < gain + beta * (ratio - state.log_ratio)
    _placed(state, run.where, v, row, accept)
    state.log_ratio = np.where(accept, ratio, state.log_ratio)
    state.legs[v] = _mixed(accept, legs, state.legs[v])
    state.leave[v] = _either(accept, leave, state.leave[v])


def _either(first: NDArray[np.bool_], a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    return np.where(first.reshape(-1, *([1] * (a.ndim - 1))), a, b)


def _mixed(first: NDArray[np.bool_], a: Legs, b: Legs) -> Legs:
    return Legs(*map(partial(_either, first), a, b))


def _exp(logs: Floats) -> Floats:
    return np.exp(logs - logs.max()) if np.isfinite(logs.max()) else np.ones_like(logs)


def _seeds(rng: np.random.Generator, n: int) -> NDArray[np.uint64]:
    return rng.integers(0, 2**63, n, dtype=np.uint64)
