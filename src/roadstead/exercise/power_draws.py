"""Histories of a claim's ships under one motion, and what looks would have shown of them.

Both are drawn from the model that verdicts are weighed with: the priors of motion, the other traffic, the detectability
that looks at a site share, P(detect), and lengths as `measure` states them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.assess import world_of
from roadstead.coverage import USUAL_LENGTH_M, p_blind, p_detect
from roadstead.exercise.sightings import LENGTH_SIGMA_PX, SCORE_A, SCORE_B
from roadstead.infer import (
    MOTIONS,
    ClaimPredicate,
    Histories,
    drawn_effects,
    drawn_lengths_m,
    drawn_prior,
    drawn_traffic,
    grid_of,
)
from roadstead.model import Detection, Estimate
from roadstead.pipeline import SceneAtSite
from roadstead.steps import stream

if TYPE_CHECKING:
    from roadstead.case import Case
    from roadstead.model import Claim, Look

DRAWN_AT_ONCE, MOST_BATCHES = 400, 10
SHORTEST_M = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One history of a claim's ships, with what is true of each of them."""

    history: Histories
    """of one draw"""
    lengths_m: Mapping[str, float]
    """true length by vessel id"""


def drawn_histories(case: Case, claim: Claim, motion: str, *, n: int, seed: int) -> list[Drawn]:
    """Histories of one motion; under `as-claimed` those in which the claim is true.

    Fewer than asked for where so many batches hold no more of them.
    """
    out: list[Drawn] = []
    for batch in range(MOST_BATCHES):
        rng = stream(seed, "power", claim.id, motion, str(batch))
        histories = _batch(rng, case, claim, motion)
        fit = ClaimPredicate(claim).holds(histories) if motion == MOTIONS[0] else np.ones(histories.n, bool)
        for row in np.nonzero(fit)[0][: n - len(out)]:
            lengths_m = {v.id: float(rng.uniform(v.length_m.low, v.length_m.high)) for v in case.vessels}
            out.append(Drawn(history=_one(histories, int(row)), lengths_m=lengths_m))
        if len(out) == n:
            break
    return out


def _batch(rng: np.random.Generator, case: Case, claim: Claim, motion: str) -> Histories:
    world, grid = world_of(case, claim), grid_of(claim)
    moved = drawn_prior(rng, world, grid, claim, motion, DRAWN_AT_ONCE)
    traffic = [drawn_traffic(rng, case.traffic_at(s), grid, DRAWN_AT_ONCE) for s in world.sites]
    effects = drawn_effects(rng, DRAWN_AT_ONCE, len(world.sites))
    return replace(moved, traffic=np.stack(traffic, axis=1), site_effect=effects)


def _one(h: Histories, row: int) -> Histories:
    part = slice(row, row + 1)
    return replace(h, place=h.place[part], traffic=h.traffic[part], site_effect=h.site_effect[part])


def shown(rng: np.random.Generator, case: Case, drawn: Drawn, look: Look) -> SceneAtSite:
    """What one look would have shown of one history."""
    history, lengths_m = drawn.history, list[float]()
    if look.time is None or look.site_id not in history.sites:
        return SceneAtSite(look=look, detections=())
    site, times = history.sites.index(look.site_id), history.grid.indices(look.time)
    if not times.size or rng.random() < p_blind(look):
        return SceneAtSite(look=look, detections=())
    t, effect = int(rng.choice(times)), float(history.site_effect[0, site])
    anchorage = case.site(look.site_id).anchorage
    for k, ship in enumerate(history.vessels):
        there = history.place[0, k, t] == site
        p = effect * p_detect(look, case.vessel(ship).length_m.mid, anchorage=anchorage)
        if there and rng.random() < p:
            lengths_m.append(drawn.lengths_m[ship])
    p_other = effect * p_detect(look, USUAL_LENGTH_M, anchorage=anchorage)
    others = int(rng.binomial(int(history.traffic[0, site, t]), p_other))
    false = int(rng.poisson(SCORE_B / SCORE_A * p_other * case.traffic_at(look.site_id).vessels.mid))
    true = len(lengths_m) + others
    lengths_m += [float(x) for x in drawn_lengths_m(rng, others + false)]
    detections = tuple(_detection(rng, look, k, x, true=k < true) for k, x in enumerate(lengths_m))
    return SceneAtSite(look=look, detections=detections)


def _detection(rng: np.random.Generator, look: Look, number: int, length_m: float, *, true: bool) -> Detection:
    sigma = LENGTH_SIGMA_PX[look.modality] * look.resolved_m
    score = rng.beta(SCORE_A + 1, SCORE_B) if true else rng.beta(SCORE_A, SCORE_B + 1)
    return Detection(
        id=f"{look.scene_id}#{number + 1}", scene_id=look.scene_id, time=look.time, outline_px=((0.0, 0.0),) * 4,
        outline=None, row_px=0.0, col_px=0.0, score=float(score),
        length_m=Estimate(max(length_m + float(rng.normal(0, sigma)), SHORTEST_M), sigma), beam_m=None,
        heading_deg=None, method="drawn",
    )  # fmt: skip
