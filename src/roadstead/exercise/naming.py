"""Which ship is which: naming detections by nearest length, and by all looks together, against the truth.

The product never names a ship by size. Here it is tried, to show what that would be worth: each detection of fitting
size gets the vessel of interest of nearest length; or, with histories drawn from the priors of the case and weighed by
every look, the most probable of all vessels of interest and `another ship`. Other ships and false detections are taken
as a Poisson process of known mean, which is coarser than what weighs claims.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.assess import world_of
from roadstead.coverage import USUAL_LENGTH_M, p_blind, p_detect, usable
from roadstead.exercise.score import paired
from roadstead.identify import size_agrees
from roadstead.infer import Observed, drawn_prior, effective_sample_size, grid_for, matching_sums
from roadstead.model import ClaimKind, TimeSpan
from roadstead.pipeline import SceneAtSite
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.case import Case
    from roadstead.exercise.truth import Truth
    from roadstead.infer import Grid, World
    from roadstead.model import Claim, Detection, Participant
    from roadstead.pipeline import Gathered

DRAWS = 3000
MOST_VESSELS = 6
FALSE_PER_FOUND = 0.25
"""false detections for each true one, assumed"""
UNLIKELY = 1e-3
"""length ratios below this are taken as no match"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How many detections of fitting size were named rightly."""

    detections: int
    """whose size agrees with a vessel of interest"""
    of_interest: int
    """of these, truly a vessel of interest"""
    right_by_size: int
    right_by_history: int
    effective_histories: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matched:
    """One look under every set of vessels present."""

    at: SceneAtSite
    time: int
    """grid index"""
    site: int
    log_l: NDArray[np.float64]
    """log p(look | set present), up to a constant; shape (sets,)"""
    share: NDArray[np.float64]
    """P(detection is vessel | set present); shape (sets, detections, vessels)"""


def naming(truth: Truth, case: Case, gathered: Gathered) -> Naming | None:
    """Name every detection of fitting size both ways and compare with the truth; None without such detections.

    Args:
        truth: the exercise.
        case: its case.
        gathered: looks and detections.
    """
    vessels = case.vessels[:MOST_VESSELS]
    claims = [c for c in case.claims if c.who and c.kind is not ClaimKind.STATEMENT]
    named = _truly(truth, gathered)
    if not vessels or not claims:
        return None
    everybody = replace(claims[0], who=tuple(v.id for v in vessels))
    world, grid = world_of(case, everybody), grid_for(truth.span, 0.0)
    looks = _matched(case, world, grid, gathered)
    place = _drawn(case, world, grid, claims)
    sets = [_sets(place, k) for k in looks]
    logs = np.sum([k.log_l[s] for k, s in zip(looks, sets, strict=True)], axis=0)
    weights = np.exp(logs - logs.max()) if looks else np.ones(place.shape[0])
    counts = np.zeros(4, int)
    for look, present in zip(looks, sets, strict=True):
        share = np.einsum("n,ndv->dv", weights / weights.sum(), look.share[present])
        for d, found in enumerate(look.at.detections):
            fitting = [v for v in vessels if size_agrees(found, v)]
            if fitting:
                counts += _judged(found, fitting, share[d], vessels, named.get(found.id, ""))
    if not counts[0]:
        return None
    return Naming(
        detections=int(counts[0]), of_interest=int(counts[1]), right_by_size=int(counts[2]),
        right_by_history=int(counts[3]), effective_histories=round(effective_sample_size(weights), 1),
    )  # fmt: skip


def _truly(truth: Truth, gathered: Gathered) -> Mapping[str, str]:
    """Detection id -> vessel of interest that it truly is."""
    ours = {s.id for s in truth.ships if s.of_interest}
    pairs = (p for at in gathered.at_sites for p in paired(truth, at))
    return {p.detection.id: p.ship.vessel_id for p in pairs if p.detection and p.ship and p.ship.vessel_id in ours}


def _judged(
    found: Detection, fitting: Sequence[Participant], share: NDArray[np.float64], vessels: Sequence[Participant],
    true: str,
) -> NDArray[np.int64]:  # fmt: skip
    """(1, is of interest, right by size, right by history) of one detection."""
    length = found.length_m.value if found.length_m else 0.0
    by_size = min(fitting, key=lambda v: (abs(v.length_m.mid - length), v.id)).id
    best = int(share.argmax())
    by_history = vessels[best].id if share[best] > 1 - share.sum() else ""
    return np.array([1, bool(true), by_size == true, by_history == true], np.int64)


def _drawn(case: Case, world: World, grid: Grid, claims: Sequence[Claim]) -> NDArray[np.int8]:
    """Places under routine, and under every claim; shape (draws, vessels, times)."""
    rng = stream(case.seed, "exercise", "naming")
    inside = [c for c in claims if c.when.within(TimeSpan(grid.start, c.when.end))]
    usual = drawn_prior(rng, world, grid, claims[0], "routine", DRAWS)
    return np.concatenate([usual.place, *(drawn_prior(rng, world, grid, c, "as-claimed", DRAWS).place for c in inside)])


def _sets(place: NDArray[np.int8], look: _Matched) -> NDArray[np.int64]:
    bits = 1 << np.arange(place.shape[1])
    return np.asarray(((place[:, :, look.time] == look.site) * bits).sum(axis=1))


def _matched(case: Case, world: World, grid: Grid, gathered: Gathered) -> list[_Matched]:
    out = []
    for at in gathered.at_sites:
        if not usable(at.look) or at.look.time is None or not grid.holds(at.look.time):
            continue
        chance = [
            p_detect(at.look, v.length_m.mid, anchorage=case.site(at.look.site_id).anchorage) for v in world.vessels
        ]
        log_l, share = _over_sets(at, world.vessels, chance, _ratios(case, at, world.vessels))
        middle = grid.indices(at.look.time)
        if middle.size:
            time, site = int(middle[middle.size // 2]), world.sites.index(at.look.site_id)
            out.append(_Matched(at=at, time=time, site=site, log_l=log_l, share=share))
    return out


def _ratios(case: Case, at: SceneAtSite, vessels: tuple[Participant, ...]) -> NDArray[np.float64]:
    """Density of each detection under each vessel over that under everything else; shape (detections, vessels)."""
    anchorage = case.site(at.look.site_id).anchorage
    found_others = case.traffic_at(at.look.site_id).vessels.mid * p_detect(at.look, USUAL_LENGTH_M, anchorage=anchorage)
    others = max((1 + FALSE_PER_FOUND) * found_others, 0.01)
    out = np.zeros((len(at.detections), len(vessels)))
    for d, found in enumerate(at.detections):
        alone = Observed(look=at.look, detections=(found,), p_detect=(0.5,), p_detect_other=0.5)
        for v, vessel in enumerate(vessels):
            out[d, v] = np.exp(matching_sums(alone, (vessel,))[1, 0]) / others
    return np.where(out < UNLIKELY, 0.0, out)


def _over_sets(
    at: SceneAtSite, vessels: Sequence[Participant], chance: Sequence[float], ratios: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    size = 1 << len(vessels)
    log_l, share = np.empty(size), np.zeros((size, len(at.detections), len(vessels)))
    blank = p_blind(at.look) if not at.detections else 0.0
    for present in range(size):
        there = [v for v in range(len(vessels)) if present >> v & 1]
        total = 0.0
        for weight, matching in _matchings(there, chance, ratios, frozenset()):
            total += weight
            for d, v in matching:
                share[present, d, v] += weight
        share[present] /= max(total, np.finfo(float).tiny)
        log_l[present] = np.log(max((1 - blank) * total + blank, np.finfo(float).tiny))
    return log_l, share


def _matchings(
    there: Sequence[int], chance: Sequence[float], ratios: NDArray[np.float64], taken: frozenset[int]
) -> Iterator[tuple[float, tuple[tuple[int, int], ...]]]:
    """Every way in which vessels present are missed or are one detection each, with its weight."""
    if not there:
        yield 1.0, ()
        return
    v, rest = there[0], there[1:]
    for weight, matching in _matchings(rest, chance, ratios, taken):
        yield weight * (1 - chance[v]), matching
    for d in np.nonzero(ratios[:, v])[0].tolist():
        if d not in taken:
            for weight, matching in _matchings(rest, chance, ratios, taken | {d}):
                yield weight * chance[v] * float(ratios[d, v]), ((d, v), *matching)
