"""Weighing a claim: histories drawn from each hypothesis' prior, weighted by what the looks show.

Plain importance sampling (Robert and Casella 2004, Monte Carlo Statistical Methods, ch. 3): exact in the limit, and
its effective sample size says when it is not yet. A hypothesis whose ships move like another's shares its draws.
Of a claim about named vessels only their own movements are drawn; other traffic and site effects are summed out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from roadstead.case import SiteTraffic
from roadstead.infer.histories import Grid, Histories, grid_for
from roadstead.infer.looks import Observed, Sums, log_likelihood, matching_sums
from roadstead.infer.marginal import SiteLooks, log_marginal, prepare
from roadstead.infer.motion import World, log_uniform, plan, routine
from roadstead.infer.predicates import ClaimPredicate, SightingPredicate
from roadstead.model import Claim, ClaimKind, Predicate, Sighting
from roadstead.steps import stream

N_HISTORIES = 4000
N_TRAFFIC_ONLY = 20000
TRAFFIC_PAD_HOURS = 24.0
SITE_EFFECTS, SITE_EFFECT_P = (0.6, 0.85, 1.0), (0.2, 0.3, 0.5)
"""detectability that all looks at a site share (haze, clutter, berth shadows): provisional"""
ENOUGH_HITS, MAX_BATCHES = 400.0, 12
"""further histories are drawn until the thinner side has so many effective ones, or so often"""
MOTIONS = ("as-claimed", "wrong-port", "wrong-date", "routine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Histories of one motion with their weights."""

    motion: str
    claimed: NDArray[np.bool_]
    """whether the claim holds, were its unseen part (persons, activity) true; shape (n,)"""
    log_looks: NDArray[np.float64]
    """log p(looks | history), shape (n,)"""
    reports: NDArray[np.bool_]
    """whether each weighed report is true; shape (reports, n)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one claim is weighed against."""

    world: World
    """sites, the claim's vessels, distances, routine"""
    traffic: Mapping[str, SiteTraffic]
    """assumed other vessels by site"""
    observed: tuple[Observed, ...]
    """looks with detections"""
    reports: tuple[Sighting, ...]
    """the reports that are weighed in the second computation; of a claim about named vessels, such as name vessels"""
    sums: tuple[Sums, ...] = ()
    """matching sums of the looks, made once by `sample`"""
    tables: tuple[SiteLooks, ...] = ()
    """the looks site by site, made once by `sample` for claims about named vessels"""


def sample(claim: Claim, evidence: Evidence, *, seed: int) -> list[Weighted]:
    """Draw and weigh histories for each motion that hypotheses may use; a statement needs none.

    Args:
        claim: the claim under test.
        evidence: what it is weighed against.
        seed: the case's seed; each claim and motion has its own stream.
    """
    if claim.kind is ClaimKind.STATEMENT:
        return []
    grid = grid_of(claim)
    observed = weighed_looks(claim, evidence.observed)
    sums = tuple(matching_sums(o, evidence.world.vessels) for o in observed)
    evidence = replace(evidence, observed=observed, sums=sums)
    if claim.who:
        looks, effects = tuple(zip(observed, sums, strict=True)), (SITE_EFFECTS, SITE_EFFECT_P)
        evidence = replace(evidence, tables=prepare(looks, evidence.world.sites, grid, evidence.traffic, effects))
    batches: list[list[Weighted]] = []
    while not batches or (len(batches) < MAX_BATCHES and _thin(_joined(batches)) < ENOUGH_HITS):
        batches.append(_batch(claim, evidence, grid, seed, len(batches)))
    return _joined(batches)


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


def _batch(claim: Claim, evidence: Evidence, grid: Grid, seed: int, number: int) -> list[Weighted]:
    names = ("infer", claim.id, str(number))
    base = _draw(stream(seed, *names), evidence, grid, claim)
    out = []
    for motion in MOTIONS if claim.who else ("routine",):
        histories = _with_plan(stream(seed, *names, motion), base, evidence.world, claim, motion)
        out.append(_weigh(histories, motion, claim, evidence))
    return out


def _joined(batches: list[list[Weighted]]) -> list[Weighted]:
    return [
        Weighted(
            motion=parts[0].motion,
            claimed=np.concatenate([p.claimed for p in parts]),
            log_looks=np.concatenate([p.log_looks for p in parts]),
            reports=np.concatenate([p.reports for p in parts], axis=1),
        )
        for parts in zip(*batches, strict=True)
    ]


def _thin(samples: list[Weighted]) -> float:
    """Effective sample size on the thinner side of the claim, over all motions."""
    logs, claimed = np.concatenate([s.log_looks for s in samples]), np.concatenate([s.claimed for s in samples])
    sides = [logs[side] for side in (claimed, ~claimed) if side.any()]
    return min(effective_sample_size(np.exp(side - side.max())) for side in sides)


def effective_sample_size(weights: NDArray[np.float64]) -> float:
    """Number of equally weighted draws worth as much as these (Kong 1992, University of Chicago, TR 348)."""
    square = float((weights**2).sum())
    return float(weights.sum()) ** 2 / square if square > 0 else 0.0


def _draw(rng: np.random.Generator, evidence: Evidence, grid: Grid, claim: Claim) -> Histories:
    """Histories under routine alone."""
    world = evidence.world
    n = N_HISTORIES if world.vessels else N_TRAFFIC_ONLY
    # For named vessels the traffic is summed out (marginal.py): it stays zero and nothing reads it.
    busy = set() if claim.who else {o.look.site_id for o in evidence.observed} | set(claim.sites)
    others = np.zeros((n, len(world.sites), grid.n), np.int16)
    for i, site in enumerate(world.sites):
        if site in busy:
            others[:, i] = _traffic(rng, evidence.traffic[site], grid, n)
    return Histories(
        grid=grid,
        sites=world.sites,
        vessels=tuple(v.id for v in world.vessels),
        place=routine(rng, world, grid, n),
        traffic=others,
        site_effect=rng.choice(SITE_EFFECTS, (n, len(world.sites)), p=SITE_EFFECT_P).astype(np.float32),
    )


def _traffic(rng: np.random.Generator, assumed: SiteTraffic, grid: Grid, n: int) -> NDArray[np.int16]:
    """Vessels of no special interest at a site: an immigration-death process; shape (n, times)."""
    mean = log_uniform(rng, assumed.vessels, (n,))
    keep = np.exp(-grid.step_h / log_uniform(rng, assumed.stay_hours, (n,)))
    count = rng.poisson(mean)
    out = np.empty((n, grid.n), np.int16)
    for t in range(grid.n):
        out[:, t] = count
        count = rng.binomial(count, keep) + rng.poisson(mean * (1 - keep))
    return out


def _with_plan(rng: np.random.Generator, base: Histories, world: World, claim: Claim, motion: str) -> Histories:
    if motion == "routine" or not claim.who:
        return base
    return replace(base, place=plan(rng, base.place, world, base.grid, claim, motion=motion))


def _weigh(histories: Histories, motion: str, claim: Claim, evidence: Evidence) -> Weighted:
    predicate: Predicate = ClaimPredicate(claim)
    log_looks = log_marginal(evidence.tables, histories.place)
    for observed, sums in zip(evidence.observed, evidence.sums, strict=True) if not claim.who else ():
        log_looks = log_looks + log_likelihood(observed, histories, sums)
    true = [SightingPredicate(r).holds(histories) for r in evidence.reports]
    return Weighted(
        motion=motion,
        claimed=predicate.holds(histories),
        log_looks=log_looks,
        reports=np.array(true, bool).reshape(len(true), histories.n),
    )
