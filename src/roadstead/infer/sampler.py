"""Weighing a claim: histories of each motion that hypotheses may use, weighted by what the looks show.

Of a claim about named vessels movements are drawn given the looks (engine.py); other traffic and site effects are
summed out (marginal.py). How often the claim holds before any look is counted in draws of the same prior. Without a
look these draws are all there is. Of a claim about ships of any name the traffic itself is drawn and weighed by plain
importance sampling (Robert and Casella 2004, Monte Carlo Statistical Methods, ch. 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from roadstead.infer.engine import Run, Setting, adapted, draw, draw_prior, effective_sample_size, setting
from roadstead.infer.fixes import log_positions
from roadstead.infer.groups import Apart, Group, apart, look_groups, split_logs
from roadstead.infer.histories import Grid, Histories, grid_for
from roadstead.infer.looks import Observed, log_likelihood, matching_sums
from roadstead.infer.marginal import SiteLooks, log_marginal, prepare
from roadstead.infer.motion import World, log_uniform
from roadstead.infer.movers import Mover, movers_of, strangers
from roadstead.infer.operations import MOTIONS, Operation, motions_of
from roadstead.infer.predicates import HIDDEN, ClaimPredicate, SightingPredicate
from roadstead.infer.weighted import Evidence, Weighted
from roadstead.model import Claim, ClaimKind, GroupKind, Participant, Predicate, TimeSpan
from roadstead.steps import one_blas_thread, stream

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from roadstead.case import SiteTraffic

N_PRIOR = 2500
"""draws of the prior, in which the claim's own frequency is counted"""
N_HISTORIES = 1000
"""drawn at once given the looks"""
N_TRAFFIC_ONLY = 20000
TRAFFIC_PAD_HOURS = 24.0
SITE_EFFECTS, SITE_EFFECT_P = (0.6, 0.85, 1.0), (0.2, 0.3, 0.5)
"""detectability that all looks at a site share (haze, clutter, berth shadows): provisional"""
ENOUGH_HITS, MAX_BATCHES, MAX_TRAFFIC_BATCHES = 200.0, 4, 12
"""further histories are drawn until the thinner side has so many effective ones, or so often"""
NEEDED_HITS, LAST_BATCH, MOST_WORK = 110.0, 10, 800
"""below so many nothing is called by default, so then drawing goes on, at most so often, while batches times looks stay
below the third"""


@one_blas_thread
def sample(claim: Claim, evidence: Evidence, *, seed: int) -> list[Weighted]:
    """Draw and weigh histories for each motion that hypotheses may use; a statement needs none.

    Args:
        claim: the claim under test.
        evidence: what it is weighed against.
        seed: the case's seed; each claim and motion has its own stream.
    """
    if claim.kind is ClaimKind.STATEMENT:
        return []
    evidence = _that_weighs(claim, evidence)
    if not claim.who:
        return [_traffic_only(claim, evidence, seed)]
    if not evidence.observed and not evidence.fixes:
        return [_from_prior(claim, evidence, motion, seed) for motion in motions_of(claim)]
    bare = replace(evidence, reports=(), probes=())
    before = {m: _from_prior(claim, bare, m, seed) for m in motions_of(claim)}
    tables = _tables(claim, evidence)
    runs = {m: _runs(stream(seed, "infer", claim.id, m), claim, evidence, tables, m) for m in motions_of(claim)}
    batches: list[list[Weighted]] = []
    while not batches or _wanting(len(batches), _thin(_joined(batches), claim), len(evidence.observed)):
        batches.append([_given_looks(runs[m], claim, evidence, tables, m) for m in motions_of(claim)])
    shares = {m: (s.holds_before, s.seen_holds_before) for m, s in before.items()}
    return [replace(s, before=shares[s.motion][0], seen_before=shares[s.motion][1]) for s in _joined(batches)]


def _wanting(batches: int, hits: float, looks: int) -> bool:
    """Whether another batch is worth drawing."""
    cheap = batches < LAST_BATCH and batches * looks < MOST_WORK
    return (batches < MAX_BATCHES and hits < ENOUGH_HITS) or (cheap and hits < NEEDED_HITS)


@one_blas_thread
def sample_apart(claim: Claim, evidence: Evidence, *, seed: int) -> list[Weighted]:
    """Draws of the prior with what each group of looks says of them, for groups of which too few draws speak otherwise.

    The vessels are those that are weighed given all looks, so that a group weighs the same in both.

    Args:
        claim: a claim about named vessels.
        evidence: as for `sample`.
        seed: the case's seed.
    """
    evidence = _that_weighs(claim, evidence)
    tables, out = _tables(claim, evidence), []
    for motion in motions_of(claim):
        op = Operation(claim=claim, world=evidence.world, grid=grid_of(claim), motion=motion)
        place = draw_prior(stream(seed, "infer", claim.id, "apart", motion), tables.movers, op, N_PRIOR)
        histories = _histories(place, tuple(m.vessel for m in tables.movers), op)
        said, _ = _positions(evidence, op.grid, tables.heard, place)
        only, without = split_logs(tables.apart, tables.looks, place, said)
        every = sum((*(log_marginal((here,), place) for here in tables.looks), *said), np.zeros(N_PRIOR))
        drawn = _weighted(histories, motion, claim, evidence, np.zeros(N_PRIOR))
        out.append(replace(drawn, only=only + every, without=without + every))
    return out


def _that_weighs(claim: Claim, evidence: Evidence) -> Evidence:
    """The looks and the AIS positions that lie on the claim's grid; of ships of any name no AIS weighs."""
    vessels = {v.id for v in (*evidence.world.vessels, *evidence.world.others)} if claim.who else set()
    grid = grid_of(claim)
    fixes = (f for f in evidence.fixes if f.vessel_id in vessels and grid.indices(TimeSpan(f.t_utc, f.t_utc)).size)
    return replace(evidence, observed=weighed_looks(claim, evidence.observed), fixes=tuple(fixes))


def _positions(
    evidence: Evidence, grid: Grid, heard: Mapping[str, int], place: NDArray[np.int8]
) -> tuple[list[NDArray[np.float64]], NDArray[np.float64]]:
    """Log p(positions | history) of each vessel that gave some, and the log of the factors drawn with, shape (n,)."""
    both = [log_positions(v, evidence.fixes, evidence.world, grid, place[:, k]) for v, k in heard.items()]
    return [exact for exact, _ in both], sum((drawn for _, drawn in both), np.zeros(place.shape[0]))


def groups_of(claim: Claim, evidence: Evidence) -> tuple[Group, ...]:
    """The groups that `Weighted.only` and `Weighted.without` have a row for, in their order."""
    evidence = _that_weighs(claim, evidence)
    looks = look_groups([o for o in evidence.observed if o.look.site_id in evidence.world.sites])
    heard = dict.fromkeys(f.vessel_id for f in sorted(evidence.fixes, key=lambda f: f.vessel_id))
    return (*looks, *(Group(kind=GroupKind.AIS, vessel_id=v, evidence=(v,)) for v in heard))


def grid_of(claim: Claim) -> Grid:
    """The grid on which a claim's histories are drawn."""
    return grid_for(claim.when) if claim.who else grid_for(claim.when, TRAFFIC_PAD_HOURS)


def weighed_looks(claim: Claim, observed: Sequence[Observed]) -> tuple[Observed, ...]:
    """The looks that say something of a claim: their whole time lies on its grid.

    A count of ships of any name is about its own sites only.
    """
    grid = grid_of(claim)
    return tuple(
        o for o in observed if o.look.time and grid.holds(o.look.time) and (claim.who or o.look.site_id in claim.sites)
    )


def drawn_prior(rng: np.random.Generator, world: World, grid: Grid, claim: Claim, motion: str, n: int) -> Histories:  # noqa: PLR0917
    """Histories of the claim's vessels under one motion, from the prior that looks are weighed under; no traffic."""
    op = Operation(claim=claim, world=replace(world, others=()), grid=grid, motion=motion)
    return _histories(draw_prior(rng, movers_of(op.world, grid), op, n), world.vessels, op)


def _histories(place: NDArray[np.int8], vessels: Sequence[Participant], op: Operation) -> Histories:
    n, sites = place.shape[0], len(op.world.sites)
    return Histories(
        grid=op.grid,
        sites=op.world.sites,
        vessels=tuple(v.id for v in vessels),
        place=place,
        # Traffic is summed out: nothing reads it.
        traffic=np.zeros((n, sites, 1), np.int16),
        site_effect=np.ones((n, sites), np.float32),
    )


def _from_prior(claim: Claim, evidence: Evidence, motion: str, seed: int) -> Weighted:
    """Histories of the prior alone, every one of the same weight."""
    rng = stream(seed, "infer", claim.id, "prior", motion)
    histories = drawn_prior(rng, evidence.world, grid_of(claim), claim, motion, N_PRIOR)
    return _weighted(histories, motion, claim, evidence, np.zeros(N_PRIOR))


def _splits(claim: Claim) -> bool:
    """Whether the claim holds just where any of its vessels is at its sites in its window."""
    anyone = (claim.at_least or 1) == 1 and claim.at_most is None
    return anyone and claim.kind in (ClaimKind.PRESENCE, ClaimKind.COUNT, ClaimKind.ACTIVITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """What all motions of a claim are drawn and weighed with."""

    movers: tuple[Mover, ...]
    looks: tuple[SiteLooks, ...]
    apart: tuple[Apart, ...]
    heard: Mapping[str, int]
    """vessels with AIS positions, sorted, and their places among the movers"""
    settings: tuple[Setting, ...]
    """one that may go anywhere; of claims that split, also one that keeps away"""


def _tables(claim: Claim, evidence: Evidence) -> _Tables:
    """The vessels weighed together and the looks, ready to be drawn with."""
    grid = grid_of(claim)
    more, traffic = strangers(claim, evidence.world, grid, evidence.observed, evidence.traffic)
    movers = (*movers_of(evidence.world, grid), *more)
    vessels = tuple(m.vessel for m in movers)
    observed = [_for_all(o, vessels, len(evidence.world.vessels)) for o in evidence.observed]
    pairs = [(o, matching_sums(o, vessels)) for o in observed]
    sites = evidence.world.sites
    prepared = partial(prepare, sites=sites, grid=grid, traffic=traffic, effects=(SITE_EFFECTS, SITE_EFFECT_P))
    looks = prepared(pairs)
    op = Operation(claim=claim, world=evidence.world, grid=grid, motion="")
    sides = (False, True) if _splits(claim) else (False,)
    return _Tables(
        movers=movers,
        looks=looks,
        apart=apart(pairs, sites, looks, prepared),
        heard={v: [m.vessel.id for m in movers].index(v) for v in sorted({f.vessel_id for f in evidence.fixes})},
        settings=tuple(setting(movers, looks, op, evidence.fixes, apart=side) for side in sides),
    )


def _for_all(observed: Observed, vessels: Sequence[Participant], named: int) -> Observed:
    """P(detect) for the other vessels too: that of the claim's vessel nearest in length."""
    own = [v.length_m.mid for v in vessels[:named]]
    nearest = [int(np.argmin([abs(v.length_m.mid - length) for length in own])) for v in vessels[named:]]
    return replace(observed, p_detect=(*observed.p_detect, *(observed.p_detect[i] for i in nearest)))


@dataclass(slots=True, kw_only=True)
class _Side:
    """A run, and whether its histories need tempering."""

    run: Run
    hard: bool = False


def _runs(
    rng: np.random.Generator, claim: Claim, evidence: Evidence, tables: _Tables, motion: str
) -> tuple[_Side, ...]:
    """The runs of one motion: two of a claim that splits, but as claimed, where no history is without it."""
    op = Operation(claim=claim, world=evidence.world, grid=grid_of(claim), motion=motion)
    settings = tables.settings[: 1 if motion == MOTIONS[0] else 2]
    return tuple(_Side(run=adapted(rng, where, op)) for where in settings)


def _given_looks(sides: Sequence[_Side], claim: Claim, evidence: Evidence, tables: _Tables, motion: str) -> Weighted:
    """Histories with the claim from a run that may go anywhere, those without it from one that is kept apart.

    Each run alone gives the weight of its own side without bias; where looks speak loudly for a claim, the first
    holds hardly a history without it.
    """
    parts = []
    for k, side in enumerate(sides):
        drawn = draw(side.run, N_HISTORIES, hard=side.hard)
        side.hard, op = drawn.tempered, side.run.op
        histories = _histories(drawn.place, tuple(m.vessel for m in tables.movers), op)
        said, drawn_with = _positions(evidence, op.grid, tables.heard, drawn.place)
        only, without = split_logs(tables.apart, tables.looks, drawn.place, said)
        exactly = drawn.log_weight + sum(said, -drawn_with)
        part = _weighted(histories, motion, claim, evidence, exactly)
        part = replace(part, lost=drawn.lost, only=only, without=without)
        if len(sides) > 1:
            kept = ~part.claimed if k else part.claimed
            part = replace(part, log_looks=np.where(kept, part.log_looks, -np.inf))
        parts.append(part)
    total = sum(p.claimed.size for p in parts)
    parts = [replace(p, log_looks=p.log_looks + np.log(total / p.claimed.size)) for p in parts]
    return replace(_one(parts), lost=max(p.lost for p in parts))


def _weighted(
    histories: Histories, motion: str, claim: Claim, evidence: Evidence, log_weight: NDArray[np.float64]
) -> Weighted:
    predicate: Predicate = ClaimPredicate(claim)
    true = [SightingPredicate(r).holds(histories) for r in evidence.reports]
    return Weighted(
        motion=motion,
        claimed=predicate.holds(histories),
        seen=ClaimPredicate(claim, unseen=False).holds(histories) if claim.composed else None,
        log_looks=log_weight,
        reports=np.array(true, bool).reshape(len(true), histories.n),
        only=np.zeros((0, histories.n)),
        without=np.zeros((0, histories.n)),
        present=_present(histories, evidence.probes),
        working=_working(histories, claim, evidence.work),
    )


def _working(histories: Histories, claim: Claim, work: Sequence[tuple[str, datetime]]) -> NDArray[np.bool_]:
    """Whether a claimed vessel is at each place and time; ships of any name always may be. Shape (work, n)."""
    out = np.ones((len(work), histories.n), np.bool_)
    who = [histories.vessels.index(v) for v in claim.who]
    for k, (site_id, t_utc) in enumerate(work if who else ()):
        times = histories.grid.indices(TimeSpan(t_utc, t_utc))
        out[k] = histories.at((site_id,), who, times).any(axis=(1, 2)) if times.size else False
    return out


def _present(histories: Histories, probes: Sequence[tuple[str, datetime]]) -> NDArray[np.int16]:
    """How many vessels are at each place and time, shape (probes, n)."""
    out = np.zeros((len(probes), histories.n), np.int16)
    for k, (site_id, t_utc) in enumerate(probes):
        at, site = histories.grid.indices(TimeSpan(t_utc, t_utc)), histories.sites.index(site_id)
        if at.size:
            named = histories.vessels
            out[k] = (histories.place[:, :, at[0]] == site).sum(axis=1) if named else histories.traffic[:, site, at[0]]
    return out


def _joined(batches: list[list[Weighted]]) -> list[Weighted]:
    return [
        replace(
            parts[0],
            claimed=np.concatenate([p.claimed for p in parts]),
            seen=None if parts[0].seen is None else np.concatenate([p.seen for p in parts if p.seen is not None]),
            log_looks=np.concatenate([p.log_looks for p in parts]),
            reports=np.concatenate([p.reports for p in parts], axis=1),
            only=np.concatenate([p.only for p in parts], axis=1),
            without=np.concatenate([p.without for p in parts], axis=1),
            present=np.concatenate([p.present for p in parts], axis=1),
            working=np.concatenate([p.working for p in parts], axis=1),
            lost=sum(p.lost for p in parts) / len(parts) ** 2,
        )
        for parts in zip(*batches, strict=True)
    ]


def _thin(samples: list[Weighted], claim: Claim) -> float:
    """Effective sample size on the thinner side of the claim, motions taken as equally probable.

    What no history holds (an activity, persons aboard) is true under the first motion only, as when it is weighed.
    """
    holds = [s.claimed & (claim.kind not in HIDDEN or s.motion == MOTIONS[0]) for s in samples]
    top = max(float(s.log_looks.max()) for s in samples)
    weights = [np.exp(s.log_looks - top) for s in samples]
    hits = []
    for side in (holds, [~h for h in holds]):
        held = [w * inside for w, inside in zip(weights, side, strict=True)]
        total = sum(float(w.sum()) for w in held)
        if total > 0:
            lost = sum((float(w.sum()) / total) ** 2 * s.lost for w, s in zip(held, samples, strict=True))
            hits.append(1 / (1 / effective_sample_size(np.concatenate(held)) + lost))
    return min(hits)


def _traffic_only(claim: Claim, evidence: Evidence, seed: int) -> Weighted:
    """A claim about ships of any name: the traffic at its sites is drawn."""
    grid, world = grid_of(claim), evidence.world
    parts: list[Weighted] = []
    while not parts or (len(parts) < MAX_TRAFFIC_BATCHES and _thin([_one(parts)], claim) < ENOUGH_HITS):
        rng = stream(seed, "infer", claim.id, str(len(parts)))
        histories = _busy(rng, claim, evidence, grid)
        groups = groups_of(claim, evidence)
        logs = np.zeros((len(groups), histories.n))
        for observed in evidence.observed:
            logs[[g.holds(observed) for g in groups]] += log_likelihood(
                observed, histories, matching_sums(observed, world.vessels)
            )
        every = logs.sum(axis=0)
        part = _weighted(histories, "routine", claim, evidence, every)
        parts.append(replace(part, only=logs - every, without=-logs))
    return _one(parts)


def _one(parts: list[Weighted]) -> Weighted:
    return _joined([[p] for p in parts])[0]


def _busy(rng: np.random.Generator, claim: Claim, evidence: Evidence, grid: Grid) -> Histories:
    sites, n = evidence.world.sites, N_TRAFFIC_ONLY
    others = np.zeros((n, len(sites), grid.n), np.int16)
    for i, site in enumerate(sites):
        if site in {o.look.site_id for o in evidence.observed} | set(claim.sites):
            others[:, i] = drawn_traffic(rng, evidence.traffic[site], grid, n)
    effects = drawn_effects(rng, n, len(sites))
    nobody = np.zeros((n, 0, grid.n), np.int8)
    return Histories(grid=grid, sites=sites, vessels=(), place=nobody, traffic=others, site_effect=effects)


def drawn_effects(rng: np.random.Generator, n: int, sites: int) -> NDArray[np.float32]:
    """Factors on detectability that all looks at a site share; shape (n, sites)."""
    return rng.choice(SITE_EFFECTS, (n, sites), p=SITE_EFFECT_P).astype(np.float32)


def drawn_traffic(rng: np.random.Generator, assumed: SiteTraffic, grid: Grid, n: int) -> NDArray[np.int16]:
    """Vessels of no special interest at a site: an immigration-death process; shape (n, times)."""
    mean = log_uniform(rng, assumed.vessels, (n,))
    keep = np.exp(-grid.step_h / log_uniform(rng, assumed.stay_hours, (n,)))
    count = rng.poisson(mean)
    out = np.empty((n, grid.n), np.int16)
    for t in range(grid.n):
        out[:, t] = count
        count = rng.binomial(count, keep) + rng.poisson(mean * (1 - keep))
    return out
