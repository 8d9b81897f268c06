"""Weighing a claim: histories drawn from each hypothesis' prior, weighted by what the looks show.

Plain importance sampling (Robert and Casella 2004, Monte Carlo Statistical Methods, ch. 3): exact in the limit, and
its effective sample size says when it is not yet. A hypothesis whose ships move like another's shares its draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.case import SiteTraffic
from roadstead.infer.histories import Grid, Histories, grid_for
from roadstead.infer.looks import Observed, log_likelihood
from roadstead.infer.motion import World, log_uniform, plan, routine
from roadstead.infer.predicates import ClaimPredicate, SightingPredicate
from roadstead.model import Claim, ClaimKind, Predicate, Sighting
from roadstead.steps import stream

N_HISTORIES = 4000
N_TRAFFIC_ONLY = 20000
SITE_EFFECTS, SITE_EFFECT_P = (0.6, 0.85, 1.0), (0.2, 0.3, 0.5)
"""detectability that all looks at a site share (haze, clutter, berth shadows): provisional"""
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
    """the reports that are weighed in the second computation"""


def sample(claim: Claim, evidence: Evidence, *, seed: int) -> list[Weighted]:
    """Draw and weigh histories for each motion that hypotheses may use; a statement needs none.

    Args:
        claim: the claim under test.
        evidence: what it is weighed against.
        seed: the case's seed; each claim and motion has its own stream.
    """
    if claim.kind is ClaimKind.STATEMENT:
        return []
    grid = grid_for(claim.when)
    relevant = tuple(o for o in evidence.observed if o.look.time and grid.indices(o.look.time).size)
    evidence = replace(evidence, observed=relevant)
    base = _draw(stream(seed, "infer", claim.id), evidence, grid, claim)
    motions = MOTIONS if claim.who else ("as-claimed", "routine")
    return [_weigh(_with_plan(stream(seed, "infer", claim.id, m), base, evidence.world, claim, m), m, claim, evidence)
            for m in motions]  # fmt: skip


def _draw(rng: np.random.Generator, evidence: Evidence, grid: Grid, claim: Claim) -> Histories:
    """Histories under routine alone."""
    world = evidence.world
    n = N_HISTORIES if world.vessels else N_TRAFFIC_ONLY
    busy = {o.look.site_id for o in evidence.observed} | (set(claim.sites) if not claim.who else set())
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
        acting=np.ones(n, bool),
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
    log_looks = np.zeros(histories.n)
    for observed in evidence.observed:
        log_looks = log_looks + log_likelihood(observed, histories, evidence.world.vessels)
    true = [SightingPredicate(r, claim.activity).holds(histories) for r in evidence.reports]
    return Weighted(
        motion=motion,
        claimed=predicate.holds(histories),
        log_looks=log_looks,
        reports=np.array(true, bool).reshape(len(true), histories.n),
    )
