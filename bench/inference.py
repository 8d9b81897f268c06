"""How long weighing takes: a fleet of four, eight sites, sixty days at one hour, and its cost by the number of looks.

    python bench/inference.py --out bench/figures

Truth is drawn from the prior, looks from the truth, evenly over all sites and days. Printed for each number of looks:
seconds by the clock and of processors, histories, and the effective ones among them. The target is 400 looks with an
effective sample size of at least 1,000 in under 30 s on two cores, at a cost linear in the looks.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from roadstead.case import Routine, SiteTraffic
from roadstead.infer import Grid, Observed, World, effective_sample_size, matching_sums
from roadstead.infer.engine import Drawn, adapted, draw, draw_prior, setting
from roadstead.infer.marginal import prepare
from roadstead.infer.movers import movers_of
from roadstead.infer.operations import Operation
from roadstead.infer.sampler import SITE_EFFECT_P, SITE_EFFECTS
from roadstead.model import Claim, ClaimKind, Detection, Estimate, Look, Modality, Participant, Range, TimeSpan
from roadstead.steps import stream

SITES = tuple(f"s{i}" for i in range(8))
START = datetime(2024, 3, 1, tzinfo=UTC)
GRID = Grid(start=START, step_h=1.0, n=60 * 24)
P_DETECT, SIGMA_M = 0.9, 5.0
AT_ONCE, ENOUGH, MOST_BATCHES = 1500, 1000, 8
VESSELS = tuple(
    Participant(
        id=f"v{i}", name=f"v{i}", length_m=Range(length - 1, length + 1), speed_kn=Range(12, 17), home=SITES[i % 2],
        calls_at=(SITES[2 + i], SITES[6]),
    )
    for i, length in enumerate((90.0, 112.0, 135.0, 160.0))
)  # fmt: skip
CLAIM = Claim(
    id="c", source_id="s", text="", kind=ClaimKind.TRANSIT, who=tuple(v.id for v in VESSELS), at_least=1,
    when=TimeSpan(START + timedelta(days=25), START + timedelta(days=35)), when_text="", origins=(SITES[7],),
    destinations=(SITES[6],), prior=Range(0.3, 0.3), prior_reason="bench",
)  # fmt: skip


def world() -> World:
    """Sites 60 to 400 km apart."""
    rng = stream(1, "bench", "inference", "sea")
    xy = rng.uniform(0, 300, (8, 2))
    km = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + 60 * (1 - np.eye(8))
    routine = Routine(home_days=Range(4, 30), away_days=Range(0.5, 6), reason="bench")
    return World(sites=SITES, vessels=VESSELS, sea_km=km, routine=routine)


def looks(op: Operation, n: int) -> tuple[Observed, ...]:
    """What n looks show of one truth, with 0.6 other ships at each site on average."""
    rng = stream(2, "bench", "inference", "looks")
    place = draw_prior(rng, movers_of(op.world, GRID), op, 1)[0]
    others = [_traffic(rng) for _ in SITES]
    out = []
    for k, hour in enumerate(np.sort(rng.integers(0, GRID.n, n)).tolist()):
        site, t = int(rng.integers(8)), START + timedelta(hours=hour)
        there = [v.length_m.mid for v, at in zip(VESSELS, place[:, hour], strict=True) if at == site]
        lengths = [x for x in [*there, *others[site][hour]] if rng.random() < P_DETECT]
        look = Look(
            scene_id=f"k{k:04d}", site_id=SITES[site], time=TimeSpan(t, t), usable_fraction=1, cloud_fraction=0,
            resolved_m=3, sun_elevation_deg=30, modality=Modality.OPTICAL,
        )  # fmt: skip
        found = tuple(
            Detection(
                id=f"k{k:04d}#{i}", scene_id=look.scene_id, time=None, outline_px=(), outline=None, row_px=0, col_px=0,
                score=0.95, length_m=Estimate(float(rng.normal(x, SIGMA_M)), SIGMA_M), beam_m=None, heading_deg=None,
                method="bench",
            )
            for i, x in enumerate(lengths)
        )  # fmt: skip
        out.append(Observed(look=look, detections=found, p_detect=(P_DETECT,) * 4, p_detect_other=P_DETECT))
    return tuple(out)


def _traffic(rng: np.random.Generator) -> list[list[float]]:
    """Lengths of other ships hour by hour: each stays about two days."""
    here = [[] for _ in range(GRID.n)]  # type: list[list[float]]
    for begin in rng.uniform(-200, GRID.n, rng.poisson(0.6 / 48 * (GRID.n + 200))).tolist():
        length, end = float(rng.lognormal(np.log(120), 0.6)), begin + rng.exponential(48)
        for t in range(max(int(begin), 0), min(int(end), GRID.n)):
            here[t].append(length)
    return here


def weighed(op: Operation, observed: tuple[Observed, ...], at_once: int) -> tuple[float, int, float, float]:
    """(seconds, histories, effective ones, log p(looks)): histories are drawn until enough of them are effective."""
    begun = time.perf_counter()
    traffic = {
        s: SiteTraffic(site_id=s, vessels=Range(0.2, 2), stay_hours=Range(12, 96), reason="bench") for s in SITES
    }
    pairs = [(o, matching_sums(o, VESSELS)) for o in observed]
    tables = prepare(pairs, SITES, GRID, traffic, (SITE_EFFECTS, SITE_EFFECT_P))
    where = setting(movers_of(op.world, GRID), tables, op)
    run = adapted(stream(3, "bench", "inference"), where, op)
    drawn = [draw(run, at_once)]
    while _effective(drawn) < ENOUGH and len(drawn) < MOST_BATCHES:
        drawn.append(draw(run, at_once, hard=drawn[0].tempered))
    logs = np.concatenate([d.log_weight for d in drawn])
    log_p = float(np.log(np.exp(logs - logs.max()).mean()) + logs.max())
    return time.perf_counter() - begun, logs.size, _effective(drawn), log_p


def _effective(drawn: list[Drawn]) -> float:
    logs = np.concatenate([d.log_weight for d in drawn])
    lost = sum(d.lost for d in drawn) / len(drawn) ** 2
    return 1 / (1 / effective_sample_size(np.exp(logs - logs.max())) + lost)


def main() -> None:
    """Run, print and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--looks", type=int, nargs="+", default=[25, 50, 100, 200, 400])
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--motion", default="routine")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    op = Operation(claim=CLAIM, world=world(), grid=GRID, motion=given.motion)
    weighed(op, looks(op, 5), 50)  # compiles
    rows = []
    for n in given.looks:
        observed, begun = looks(op, n), time.process_time()
        seconds, histories, effective, log_p = weighed(op, observed, given.at_once)
        cpu = time.process_time() - begun
        rows.append((n, cpu))
        print(
            f"{n:4d} looks: {seconds:6.1f} s by the clock, {cpu:6.1f} s of processors; {histories} histories, "
            f"{effective:.0f} effective, log p {log_p:.2f}",
            flush=True,
        )
    if given.out:
        plot(rows, given.out)


def plot(rows: list[tuple[int, float]], folder: Path) -> None:
    """Processor seconds until enough histories are effective, against looks."""
    import matplotlib as mpl  # noqa: PLC0415 - a second of start that only the plot needs

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - only with a plot

    folder.mkdir(parents=True, exist_ok=True)
    fig, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
    ax.plot(*zip(*rows, strict=True), "o-", color="#1f4e79")
    ax.set(
        xlabel="looks", ylabel=f"processor seconds to {ENOUGH} effective", xlim=0, ylim=0,
        title="4 vessels, 8 sites, 60 days at 1 h",
    )  # fmt: skip
    fig.savefig(folder / "inference.png", dpi=150, metadata={"Software": None})


if __name__ == "__main__":
    main()
