"""The power of a case's coverage: had it happened this way, what would these looks have led us to say?

Histories are drawn from the prior of each motion that the case's hypotheses use, then what looks would have shown of
them, from the same P(detect) that weighs them; each drawn set of looks is judged as real ones are. So the answer holds
as far as the model does. Two sets of looks are tried: the usable ones that the case holds, and all passes of satellites
of known orbit over the claim's places, every one taken under a clear sky.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from roadstead.assess import places, world_of
from roadstead.case import load_case
from roadstead.coverage import elements_of, jeffreys, opportunities, p_blind, p_detect, usable
from roadstead.exercise.run import NO_PICTURE, quiet
from roadstead.exercise.sightings import LENGTH_SIGMA_PX, SCORE_A, SCORE_B
from roadstead.infer import ClaimPredicate, Histories, grid_of
from roadstead.infer.looks import SHIPS_LOG_SIGMA, SHIPS_MEDIAN_M
from roadstead.infer.motion import log_uniform, plan, routine
from roadstead.infer.sampler import MOTIONS, SITE_EFFECT_P, SITE_EFFECTS
from roadstead.library import mission
from roadstead.model import Call, ClaimKind, Detection, Estimate, Look, Scene, TimeSpan
from roadstead.pipeline import AssessStep, Gathered, Question, SceneAtSite, Seams, gather
from roadstead.steps import StepCache, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from roadstead.case import Case, SiteTraffic
    from roadstead.infer import Grid
    from roadstead.model import Claim, Participant

TYPICAL_LENGTH_M = 120.0
DRAWN_AT_ONCE = 400
HELD, POSSIBLE = "looks held", "all passes, clear sky"


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRow:
    """What would have been said of one claim, had ships moved one way, with one set of looks."""

    claim_id: str
    looks_are: str
    looks: int
    motion: str
    """how ships moved: `as-claimed` (the claim true), or the motion of an alternative"""
    draws: int
    """0: without looks nothing is ever called"""
    supported: float
    contradicted: float
    not_determinable: float
    supported_interval: tuple[float, float]
    """90 % interval (Jeffreys)"""
    contradicted_interval: tuple[float, float]
    probability: float | None
    """mean of the probability given (middle of its range); None without draws"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """The power of a case."""

    case_id: str
    rows: tuple[PowerRow, ...]
    left_out: tuple[str, ...]
    """claims that no draw of named ships can test, one sentence each"""


def power_of(
    folder: Path,
    *,
    claims: Sequence[str] = (),
    n: int = 5,
    seed: int = 0,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> Power:
    """How likely each kind of operation would have led to each verdict.

    Args:
        folder: the case folder; its images are read as `verify` reads them.
        claims: ids; empty: all that name vessels.
        n: draws of each motion.
        seed: of the draws.
        seams: as for `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: the case cannot be read.
        NotFound: a claim that the case does not have.
    """
    case = load_case(folder)
    chosen = [case.claim(c) for c in claims] if claims else list(case.claims)
    tested = [c for c in chosen if c.who and c.kind is not ClaimKind.STATEMENT]
    held = gather(case, seams or Seams(), StepCache(folder / ".cache"), quiet)
    rows: list[PowerRow] = []
    sets = [(c, looks_are, looks) for c in tested for looks_are, looks in _sets(case, c, held)]
    for i, (claim, looks_are, looks) in enumerate(sets):
        progress(f"{claim.id}, {looks_are}", i, len(sets))
        rows += [_row(case, claim, (looks_are, looks), motion, n=n, seed=seed) for motion in MOTIONS]
    progress("", len(sets), len(sets))
    left_out = tuple(f"claim {c.id}: names no vessel whose movements could be drawn" for c in chosen if c not in tested)
    return Power(case_id=case.id, rows=tuple(rows), left_out=left_out)


def _sets(case: Case, claim: Claim, held: Gathered) -> list[tuple[str, tuple[Look, ...]]]:
    grid = grid_of(claim)
    mine = tuple(at.look for at in held.at_sites if usable(at.look) and at.look.time and grid.holds(at.look.time))
    return [(HELD, mine), (POSSIBLE, _possible(case, claim))]


def _possible(case: Case, claim: Claim) -> tuple[Look, ...]:
    """A clear look for every pass over the claim's places inside its window."""
    sites = [case.site(s) for s in places(claim)]
    found = opportunities(sites, claim.when, elements_of(case.folder)).opportunities
    out = []
    for o in sorted(found, key=lambda o: (o.t_utc, o.site_id, o.platform)):
        known = mission(o.platform)
        out.append(
            Look(
                scene_id=f"pass-{o.platform}-{o.t_utc:%Y%m%dT%H%M%S}", site_id=o.site_id,
                time=TimeSpan(o.t_utc, o.t_utc), usable_fraction=o.swath_fraction, cloud_fraction=0.0,
                resolved_m=known.resolved_m if known else 10.0, sun_elevation_deg=o.sun_elevation_deg,
                modality=o.modality,
            )
        )  # fmt: skip
    return tuple(k for k in out if usable(k))


def _row(case: Case, claim: Claim, looks: tuple[str, tuple[Look, ...]], motion: str, *, n: int, seed: int) -> PowerRow:
    looks_are, taken = looks
    inside = any(k.time and k.time.overlaps(claim.when) and k.site_id in places(claim) for k in taken)
    calls, given = Counter[Call](), list[float]()
    draws = n if inside else 0
    if draws:
        drawn = _histories(case, claim, motion, seed)
        draws = min(n, drawn.n)
        for i in range(draws):
            rng = stream(seed, "power", claim.id, looks_are, motion, str(i))
            one = _chosen(drawn, np.array([i]))
            call, p = _called(case, claim, [_shown(rng, case, one, k) for k in taken])
            calls[call] += 1
            given.append(p)
    share = {c: calls[c] / draws if draws else 0.0 for c in Call}
    nothing = (0.0, 0.0)
    return PowerRow(
        claim_id=claim.id,
        looks_are=looks_are,
        looks=len(taken),
        motion=motion,
        draws=draws,
        supported=share[Call.SUPPORTED],
        contradicted=share[Call.CONTRADICTED],
        not_determinable=share[Call.NOT_DETERMINABLE] if draws else 1.0,
        supported_interval=jeffreys(calls[Call.SUPPORTED], draws) if draws else nothing,
        contradicted_interval=jeffreys(calls[Call.CONTRADICTED], draws) if draws else nothing,
        probability=round(sum(given) / len(given), 4) if given else None,
    )


def _called(case: Case, claim: Claim, shown: Sequence[SceneAtSite]) -> tuple[Call, float]:
    """What would be said of these looks, and the middle of the probability."""
    scenes = {
        at.look.scene_id: Scene(
            id=at.look.scene_id, path=Path("drawn"), time=at.look.time, modality=at.look.modality, bands=(),
            simulated=True,
        )
        for at in shown
    }  # fmt: skip
    gathered = Gathered(scenes=scenes, at_sites=list(shown))
    question = Question(case=case, claim=claim, gathered=gathered, picture=NO_PICTURE)
    own = AssessStep().run(question).without_reports
    return own.call, own.probability.mid


def _histories(case: Case, claim: Claim, motion: str, seed: int) -> Histories:
    """Draws of one motion; under `as-claimed` those in which the claim is true."""
    world, grid = world_of(case, claim), grid_of(claim)
    rng = stream(seed, "power", claim.id, motion)
    place = routine(rng, world, grid, DRAWN_AT_ONCE)
    if motion != "routine":
        place = plan(rng, place, world, grid, claim, motion=motion)
    traffic = np.stack([_traffic(rng, case.traffic_at(s), grid) for s in world.sites], axis=1)
    drawn = Histories(
        grid=grid, sites=world.sites, vessels=tuple(v.id for v in world.vessels), place=place, traffic=traffic,
        site_effect=rng.choice(SITE_EFFECTS, (DRAWN_AT_ONCE, len(world.sites)), p=SITE_EFFECT_P).astype(np.float32),
    )  # fmt: skip
    kept = np.nonzero(ClaimPredicate(claim).holds(drawn))[0] if motion == MOTIONS[0] else np.arange(DRAWN_AT_ONCE)
    return _chosen(drawn, kept)


def _chosen(drawn: Histories, rows: NDArray[np.int64]) -> Histories:
    return replace(drawn, place=drawn.place[rows], traffic=drawn.traffic[rows], site_effect=drawn.site_effect[rows])


def _traffic(rng: np.random.Generator, assumed: SiteTraffic, grid: Grid) -> NDArray[np.int16]:
    """Other ships at one site over time, shape (draws, times), as the weighing assumes them."""
    mean = log_uniform(rng, assumed.vessels, (DRAWN_AT_ONCE,))
    keep = np.exp(-grid.step_h / log_uniform(rng, assumed.stay_hours, (DRAWN_AT_ONCE,)))
    count = rng.poisson(mean)
    out = np.empty((DRAWN_AT_ONCE, grid.n), np.int16)
    for t in range(grid.n):
        out[:, t] = count
        count = rng.binomial(count, keep) + rng.poisson(mean * (1 - keep))
    return out


def _shown(rng: np.random.Generator, case: Case, drawn: Histories, look: Look) -> SceneAtSite:
    """What one look would have shown of the one history."""
    if look.time is None or look.site_id not in drawn.sites:
        return SceneAtSite(look=look, detections=())
    site, times = drawn.sites.index(look.site_id), drawn.grid.indices(look.time)
    if not times.size or rng.random() < p_blind(look):
        return SceneAtSite(look=look, detections=())
    t, anchorage = int(rng.choice(times)), case.site(look.site_id).anchorage
    effect = float(drawn.site_effect[0, site])
    ships = [case.vessel(v) for k, v in enumerate(drawn.vessels) if drawn.place[0, k, t] == site]
    chances = [effect * p_detect(look, v.length_m.mid, anchorage=anchorage) for v in ships]
    lengths = [_length(rng, v) for v, p in zip(ships, chances, strict=True) if rng.random() < p]
    p_other = effect * p_detect(look, TYPICAL_LENGTH_M, anchorage=anchorage)
    others = int(rng.binomial(int(drawn.traffic[0, site, t]), p_other))
    lengths += [float(x) for x in rng.lognormal(np.log(SHIPS_MEDIAN_M), SHIPS_LOG_SIGMA, others)]
    true = len(lengths)
    false = int(rng.poisson(SCORE_B / SCORE_A * p_other * case.traffic_at(look.site_id).vessels.mid))
    lengths += [float(x) for x in rng.lognormal(np.log(SHIPS_MEDIAN_M), SHIPS_LOG_SIGMA, false)]
    detections = tuple(_detection(rng, look, k, x, true=k < true) for k, x in enumerate(lengths))
    return SceneAtSite(look=look, detections=detections)


def _length(rng: np.random.Generator, vessel: Participant) -> float:
    return float(rng.uniform(vessel.length_m.low, vessel.length_m.high))


def _detection(rng: np.random.Generator, look: Look, number: int, length_m: float, *, true: bool) -> Detection:
    sigma = LENGTH_SIGMA_PX[look.modality] * look.resolved_m
    score = rng.beta(SCORE_A + 1, SCORE_B) if true else rng.beta(SCORE_A, SCORE_B + 1)
    return Detection(
        id=f"{look.scene_id}#{number + 1}", scene_id=look.scene_id, time=look.time, outline_px=((0.0, 0.0),) * 4,
        outline=None, row_px=0.0, col_px=0.0, score=float(score),
        length_m=Estimate(max(length_m + float(rng.normal(0, sigma)), 8.0), sigma), beam_m=None, heading_deg=None,
        method="drawn",
    )  # fmt: skip
