"""Are verdicts calibrated? Many small exercises, drawn from the model itself and from off it, weighed as cases are.

    python bench/calibration.py --n 2000 --off 400 --seed 1 --out FOLDER

An exercise: a port, a quiet place and a third one, one or two vessels based at the port, ten days with a claim that one
of the vessels was at the quiet place in three days of them (at least one of two), and none to a dozen looks. The truth
is drawn from the hypotheses' own priors and from the histories' own prior; looks are drawn from the likelihood's own
model. Off the model: routine three times as quick, detectability times 0.7, a false report, an unlisted ship of the
claimed length at the claimed place. Printed: rank statistics against simultaneous 95 % bands of the empirical
distribution (Saeilynoja, Buerkner and Vehtari 2022, Statistics and Computing 32:32), expected calibration error against
its own parametric bootstrap, Brier skill with its bootstrap interval, and how often what is called.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import betaincinv
from scipy.stats import binom

from roadstead.assess.priors import alternatives_to, prior_corners
from roadstead.assess.weigh import stories_of, weigh
from roadstead.case import Routine, SiteTraffic
from roadstead.exercise.metrics import brier_skill, calibration_error, calibration_limit
from roadstead.infer import ClaimPredicate, Evidence, Histories, Observed, World, grid_of, sample
from roadstead.infer.engine import draw_prior
from roadstead.infer.looks import SHIPS_LOG_SIGMA, SHIPS_MEDIAN_M
from roadstead.infer.marginal import MEAN_NODES, STAY_NODES
from roadstead.infer.movers import Mover, movers_of, strangers
from roadstead.infer.operations import Operation
from roadstead.infer.sampler import SITE_EFFECT_P, SITE_EFFECTS
from roadstead.model import (
    Call,
    Claim,
    ClaimKind,
    Detection,
    Estimate,
    Hypothesis,
    Look,
    Modality,
    Participant,
    Range,
    Sighting,
    Thresholds,
    TimeSpan,
)
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roadstead.assess.weigh import Story
    from roadstead.model import HypothesisShare

SITES = ("port", "cove", "third")
START = datetime(2024, 3, 1, tzinfo=UTC)
WINDOW_DAYS, CLUTTER, BLIND, LENGTH_M, SIGMA_M = 3, 0.15, 0.03, 100.0, 2.0
GOOD = 0.8
"""probability of detection from which a look is good, if it was taken while the claimed ship lay there"""
DRAWS = 100
"""draws from the posterior among which the truth is ranked"""
PRIOR = Range(0.4, 0.4)
ALTERNATIVES = tuple(
    Hypothesis(id=m, text=m, motion=m, weight=Range(w, w), reason="bench")
    for m, w in (("wrong-port", 1.0), ("wrong-date", 1.0), ("routine", 2.0))
)
OFF = ("routine-x3", "detectability-x0.7", "false-report", "unlisted-ship")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One small world."""

    claim: Claim
    world: World
    traffic: dict[str, SiteTraffic]
    looks: tuple[Observed, ...]
    """without detections"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One exercise judged."""

    true: bool
    p: float
    prior: float
    call: str
    with_report: str
    rank: float
    """of the truth among posterior draws, 0-1; ties broken at random"""
    looks: int
    good: int
    """good looks at the claimed place in the claimed window while a claimed ship lay there"""
    busy: bool
    hits: float


def exercise(seed: int, number: int) -> Exercise:
    """Draw the world and when it is looked at."""
    rng = stream(seed, "calibration", "world", str(number))
    n = int(rng.integers(1, 3))
    vessels = tuple(
        Participant(
            id=f"v{i}", name=f"v{i}", length_m=Range(LENGTH_M - 0.5, LENGTH_M + 0.5), speed_kn=Range(12, 17),
            home="port", calls_at=("cove", "third")[: int(rng.integers(0, 3))],
        )
        for i in range(n)
    )  # fmt: skip
    km = rng.uniform(80, 300, 3)
    sea = np.array([[0, km[0], km[1]], [km[0], 0, km[2]], [km[1], km[2], 0]])
    start = START + timedelta(days=int(rng.integers(0, 100)))
    when = TimeSpan(start, start + timedelta(days=WINDOW_DAYS))
    claim = Claim(
        id=f"c{number}", source_id="s", text="", kind=ClaimKind.PRESENCE, when=when, when_text="",
        who=tuple(v.id for v in vessels), sites=("cove",), prior=PRIOR, prior_reason="bench", at_least=1,
    )  # fmt: skip
    routine = Routine(home_days=Range(4, 30), away_days=Range(0.5, 6), reason="bench")
    busy = bool(rng.random() < 0.4)
    shares = {"port": Range(1, 4), "cove": Range(0.5, 3) if busy else Range(0.05, 0.5), "third": Range(0.3, 2)}
    traffic = {
        s: SiteTraffic(site_id=s, vessels=r, stay_hours=Range(12, 96), reason="bench") for s, r in shares.items()
    }
    world = World(sites=SITES, vessels=vessels, sea_km=sea, routine=routine)
    return Exercise(claim=claim, world=world, traffic=traffic, looks=_looks(rng, when, n))


def _looks(rng: np.random.Generator, when: TimeSpan, vessels: int) -> tuple[Observed, ...]:
    out = []
    for k in range(int(rng.integers(0, 13))):
        hour = int(rng.integers(-72, 24 * WINDOW_DAYS + 72))
        t, p = when.start + timedelta(hours=hour), float(rng.choice([0.5, 0.8, 0.95]))
        look = Look(
            scene_id=f"k{k:02d}", site_id=str(rng.choice(SITES, p=[0.2, 0.6, 0.2])), time=TimeSpan(t, t),
            usable_fraction=1, cloud_fraction=0, resolved_m=3, sun_elevation_deg=30, modality=Modality.OPTICAL,
        )  # fmt: skip
        out.append(Observed(look=look, detections=(), p_detect=(p,) * vessels, p_detect_other=p, p_blind=BLIND))
    return tuple(out)


def happened(rng: np.random.Generator, e: Exercise, off: str) -> tuple[NDArray[np.int8], tuple[Mover, ...], bool]:
    """The truth: places of all vessels with the strangers, shape (1, vessels, steps), and whether the claim holds."""
    grid = grid_of(e.claim)
    more, _ = strangers(e.claim, e.world, grid, _measurable(e.looks), e.traffic)
    movers = (*movers_of(e.world, grid), *more)
    if off == "routine-x3":
        movers = tuple(
            replace(m, home_h=_third(m.home_h) if m.home_h else None, away_h=_third(m.away_h)) for m in movers
        )
    stories = alternatives_to(e.claim, ALTERNATIVES)
    ((*share,),) = prior_corners(PRIOR, stories[1:], Thresholds().none_of_these_floor)
    motion = str(rng.choice([h.motion for h in stories], p=share))
    op = Operation(claim=e.claim, world=e.world, grid=grid, motion=motion)
    while True:
        place = draw_prior(rng, movers, op, 1)
        true = bool(ClaimPredicate(e.claim).holds(_histories(e, movers, place))[0])
        if true or motion != "as-claimed":
            return place, movers, true


def _measurable(looks: Sequence[Observed]) -> list[Observed]:
    """The looks as if each had shown a ship: how well lengths are measured says who is of like size."""
    return [replace(o, detections=_detections(o.look.scene_id, [LENGTH_M])) for o in looks]


def _third(r: Range) -> Range:
    return Range(r.low / 3, r.high / 3)


def _histories(e: Exercise, movers: Sequence[Mover], place: NDArray[np.int8]) -> Histories:
    n = place.shape[0]
    return Histories(
        grid=grid_of(e.claim), sites=SITES, vessels=tuple(m.vessel.id for m in movers), place=place,
        traffic=np.zeros((n, 3, 1), np.int16), site_effect=np.ones((n, 3), np.float32),
    )  # fmt: skip


def shown(
    rng: np.random.Generator, e: Exercise, place: NDArray[np.int8], movers: Sequence[Mover], off: str
) -> tuple[Observed, ...]:
    """What the looks show of the truth."""
    grid, worse = grid_of(e.claim), 0.7 if off == "detectability-x0.7" else 1.0
    _, traffic = strangers(e.claim, e.world, grid, _measurable(e.looks), e.traffic)
    out: list[Observed] = []
    arrives = rng.uniform(0, 24 * WINDOW_DAYS)
    leaves = arrives + rng.uniform(12, 48)
    for i, site in enumerate(SITES):
        here = sorted((o for o in e.looks if o.look.site_id == site), key=lambda o: (o.look.time, o.look.scene_id))
        effect = float(rng.choice(SITE_EFFECTS, p=SITE_EFFECT_P)) * worse
        mean, stay = _node(rng, traffic[site].vessels, MEAN_NODES), _node(rng, traffic[site].stay_hours, STAY_NODES)
        others, before = int(rng.poisson(mean)), None
        for o in here:
            t = int(grid.indices(o.look.time)[0]) if o.look.time else 0
            keep = np.exp(-((t - before) if before is not None else 0) * grid.step_h / stay)
            others, before = int(rng.binomial(others, keep) + rng.poisson(mean * (1 - keep))), t
            lengths: list[float] = []
            if rng.random() >= BLIND:
                p = min(o.p_detect[0] * effect, 0.999)
                there = [m for v, m in enumerate(movers) if place[0, v, t] == i and rng.random() < p]
                lengths += [_measured(rng, m.vessel) for m in there]
                lengths += [_at_large(rng) for _ in range(int(rng.binomial(others, p)))]
                hours = t * grid.step_h - grid.hours(e.claim.when.start)
                if off == "unlisted-ship" and site == "cove" and arrives <= hours < leaves and rng.random() < p:
                    lengths.append(float(rng.normal(LENGTH_M, SIGMA_M)))
            lengths += [_at_large(rng) for _ in range(int(rng.poisson(CLUTTER)))]
            out.append(replace(o, detections=_detections(o.look.scene_id, lengths)))
    return tuple(out)


def _node(rng: np.random.Generator, between: Range, count: int) -> float:
    return float(between.low * (between.high / between.low) ** ((int(rng.integers(count)) + 0.5) / count))


def _measured(rng: np.random.Generator, vessel: Participant) -> float:
    own = max((vessel.length_m.high - vessel.length_m.low) / np.sqrt(12), 0.5)
    return float(rng.normal(vessel.length_m.mid, np.hypot(own, SIGMA_M)))


def _at_large(rng: np.random.Generator) -> float:
    return float(rng.lognormal(np.log(SHIPS_MEDIAN_M), SHIPS_LOG_SIGMA))


def _detections(scene: str, lengths_m: Sequence[float]) -> tuple[Detection, ...]:
    """Scores that give the clutter its true rate."""
    score = 1 - CLUTTER / len(lengths_m) if lengths_m else 0.0
    return tuple(
        Detection(
            id=f"{scene}#{k}", scene_id=scene, time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=score,
            length_m=Estimate(max(x, 1.0), SIGMA_M), beam_m=None, heading_deg=None, method="bench",
        )
        for k, x in enumerate(lengths_m)
    )  # fmt: skip


def judged(seed: int, number: int, off: str = "") -> Result | None:
    """One exercise from truth to verdict; None where its truth does not fit what is tried."""
    e = exercise(seed, number)
    rng = stream(seed, "calibration", "truth", off, str(number))
    place, movers, true = happened(rng, e, off)
    if off in ("false-report", "unlisted-ship") and true:
        return None
    observed = shown(rng, e, place, movers, off)
    # Hours that the first vessel is at the claimed place, counted in reports of a quarter of a day each.
    grid = grid_of(e.claim)
    hours = [grid.start + timedelta(hours=float(h)) for h in range(0, int(grid.n * grid.step_h) - 6, 6)]
    told = Sighting(
        id="told", site_id="cove", time=e.claim.when, vessel_ids=e.claim.who, count=1, source_id="r", text="",
    )  # fmt: skip
    there = [
        replace(told, id=f"h{k}", time=TimeSpan(t, t), vessel_ids=e.claim.who[:1]) for k, t in enumerate(hours)
    ]  # fmt: skip
    evidence = Evidence(world=e.world, traffic=e.traffic, observed=observed, reports=(told, *there))
    samples = sample(e.claim, evidence, seed=seed)
    own, shares = weigh(e.claim, ALTERNATIVES, samples, [], Thresholds())
    report, _ = weigh(e.claim, ALTERNATIVES, samples, [(3.0, 10.0)], Thresholds())
    good = sum(_good(o, e, place) for o in e.looks)
    at = [int(grid.indices(TimeSpan(t, t))[0]) for t in hours]
    return Result(
        true=true, p=own.probability.mid, prior=own.prior.mid, call=own.call.value, looks=len(e.looks), good=good,
        # Reports alone never decide: the second verdict is called only where the first one is.
        with_report=report.call.value if report.call is own.call else Call.NOT_DETERMINABLE.value,
        rank=_rank(rng, stories_of(e.claim, ALTERNATIVES, samples), shares, int((place[0, 0, at] == 1).sum())),
        busy=e.traffic["cove"].vessels.high > 1, hits=own.effective_hits,
    )  # fmt: skip


def _good(o: Observed, e: Exercise, place: NDArray[np.int8]) -> bool:
    if o.look.time is None or o.look.site_id != "cove" or o.p_detect[0] < GOOD or not o.look.time.within(e.claim.when):
        return False
    t = int(grid_of(e.claim).indices(o.look.time)[0])
    return bool((place[0, : len(e.claim.who), t] == SITES.index("cove")).any())


def _rank(rng: np.random.Generator, stories: Sequence[Story], shares: Sequence[HypothesisShare], truth: int) -> float:
    """Rank of the truth among draws from the posterior over all hypotheses."""
    held = []
    for share, story in zip(shares, stories, strict=True):
        w = np.exp(story.sample.log_looks - story.sample.log_looks.max()) * story.used
        held.append((share.posterior.mid * w / max(w.sum(), 1e-300), story.sample.reports[1:].sum(axis=0)))
    weights, counts = np.concatenate([w for w, _ in held]), np.concatenate([c for _, c in held])
    drawn = rng.choice(counts, DRAWS - 1, p=weights / weights.sum())
    below, same = int((drawn < truth).sum()), int((drawn == truth).sum())
    return float((below + rng.integers(0, same + 1) + rng.random()) / DRAWS)


def ecdf_inside(ranks: NDArray[np.float64], rng: np.random.Generator, points: int = 50) -> tuple[bool, float, float]:
    """Whether the ranks' distribution stays inside simultaneous 95 % bands: (inside, its least tail, the limit)."""
    z = np.arange(1, points) / points

    def least(u: NDArray[np.float64]) -> float:
        count = (u[:, None] < z[None, :]).sum(axis=0)
        return float(np.min(2 * np.minimum(binom.cdf(count, u.size, z), 1 - binom.cdf(count - 1, u.size, z))))

    limit = float(np.quantile([least(rng.random(ranks.size)) for _ in range(1000)], 0.05))
    own = least(ranks)
    return own >= limit, own, limit


def upper(hits: int, trials: int) -> float:
    """Upper end of the one-sided 95 % Clopper-Pearson interval."""
    return 1.0 if hits >= trials else float(betaincinv(hits + 1, trials - hits, 0.95))


def summed_up(results: Sequence[Result], seed: int, name: str) -> dict[str, Any]:
    """Sum up and print."""
    rng = stream(seed, "calibration", "summary", name)
    p, prior = np.array([r.p for r in results]), np.array([r.prior for r in results])
    true = np.array([r.true for r in results])
    rows = [rng.integers(0, len(results), len(results)) for _ in range(1000)]
    skill = [brier_skill(p[i].tolist(), prior[i].tolist(), true[i].tolist()) for i in rows]
    false_sup = [sum(r.call == "supported" for r in results if not r.true), int((~true).sum())]
    good = [r for r in results if r.true and r.good >= 2]
    quiet = [r for r in good if not r.busy]
    inside, least, limit = ecdf_inside(np.array([r.rank for r in results]), rng)
    out = {
        "exercises": len(results), "true": int(true.sum()),
        "ranks inside 95 % bands": inside, "least tail / limit": (round(least, 4), round(limit, 4)),
        "expected calibration error": round(calibration_error(p.tolist(), true.tolist()), 4),
        "its 95 % limit": round(calibration_limit(p.tolist(), seed=seed), 4),
        "Brier skill": [round(float(x), 3) for x in (brier_skill(p, prior, true), *np.quantile(skill, [0.025, 0.975]))],
        "false supported": [*false_sup, round(upper(*false_sup), 4)] if false_sup[1] else None,
        "false supported with a report": sum(r.with_report == "supported" for r in results if not r.true),
        "true contradicted": [sum(r.call == "contradicted" for r in results if r.true), int(true.sum())],
        "false contradicted (rightly)": [sum(r.call == "contradicted" for r in results if not r.true), false_sup[1]],
        "true, two good looks: supported": [sum(r.call == "supported" for r in good), len(good)],
        "the same where traffic is sparse": [sum(r.call == "supported" for r in quiet), len(quiet)],
        "under 100 effective histories": sum(r.hits < 100 for r in results),
    }  # fmt: skip
    print(f"\n{name}")
    for key, value in out.items():
        print(f"  {key}: {value}")
    return out


def run(seed: int, count: int, off: str, folder: Path | None) -> list[Result | None]:
    """Exercises one after another; each is kept in the folder, so that a run may be broken off and taken up again."""
    kept = folder / f"{off or 'on'}-{seed}.jsonl" if folder else None
    done: list[Result | None] = []
    if kept and kept.exists():
        done = [Result(**row) if (row := json.loads(line)) else None for line in kept.read_text().splitlines()]
    for i in range(len(done), count):
        done.append(judged(seed, i, off))
        if kept:
            with kept.open("a") as file:
                file.write(json.dumps(asdict(r) if (r := done[-1]) else None) + "\n")
    return done[:count]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--off", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
    summaries = {}
    for name, count in (("on the model", given.n), *((off, given.off) for off in OFF)):
        begun = time.time()
        off = name if name in OFF else ""
        results = [r for r in run(given.seed, count, off, given.out) if r is not None]
        if results:
            summaries[name] = summed_up(results, given.seed, name) | {"seconds": round(time.time() - begun, 1)}
            print(f"  seconds: {summaries[name]['seconds']}", flush=True)
    if given.out:
        (given.out / "calibration.json").write_text(json.dumps(summaries, indent=1) + "\n")


if __name__ == "__main__":
    main()
