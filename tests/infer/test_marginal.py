"""Traffic summed out: against enumeration, and against drawing it, which is what it replaces."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from math import comb, exp, factorial
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import poisson

from roadstead.assess import assess, places, world_of
from roadstead.assess.weigh import weigh
from roadstead.case import Case, SiteTraffic, load_case
from roadstead.coverage import coverage_of
from roadstead.infer import (
    MOTIONS,
    ClaimPredicate,
    Evidence,
    Grid,
    Histories,
    Observed,
    Weighted,
    grid_of,
    log_likelihood,
    matching_sums,
    sample,
)
from roadstead.infer.engine import draw_prior
from roadstead.infer.marginal import MEAN_NODES, STAY_NODES, log_marginal, prepare
from roadstead.infer.motion import log_uniform
from roadstead.infer.movers import movers_of, strangers
from roadstead.infer.operations import Operation
from roadstead.infer.sampler import SITE_EFFECT_P, SITE_EFFECTS
from roadstead.model import (
    Claim,
    ClaimKind,
    Detection,
    Estimate,
    Look,
    Modality,
    Participant,
    Range,
    TimeSpan,
    Weighing,
)
from roadstead.steps import stream

CASES = Path(__file__).resolve().parents[2] / "cases"
START = datetime(2024, 10, 1, tzinfo=UTC)
VESSELS = (
    Participant(id="a", name="A", length_m=Range(112, 113), speed_kn=Range(10, 18)),
    Participant(id="b", name="B", length_m=Range(140, 160), speed_kn=Range(10, 18)),
)
GRID = Grid(start=START, step_h=1.0, n=73)
EFFECTS = SITE_EFFECTS, SITE_EFFECT_P
CLAIM = "nis-chongjin-12-oct"


def look(
    hour: float, lengths_m: Sequence[float] = (), *, site: str = "x", span_h: float = 0.0, blind: float = 0.0,
    searched: bool = True, ships: int = 2,
) -> Observed:  # fmt: skip
    time, scene = START + timedelta(hours=hour), f"{site}-{hour:05.1f}-{span_h:g}"
    found = tuple(
        Detection(
            id=f"{scene}-{i}", scene_id=scene, time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.9,
            length_m=Estimate(length, 5.0), beam_m=None, heading_deg=None, method="test",
        )
        for i, length in enumerate(lengths_m)
    )  # fmt: skip
    seen = Look(
        scene_id=scene, site_id=site, time=TimeSpan(time, time + timedelta(hours=span_h)), usable_fraction=1,
        cloud_fraction=0, resolved_m=3, sun_elevation_deg=30, modality=Modality.OPTICAL, searched=searched,
    )  # fmt: skip
    return Observed(
        look=seen, detections=found, p_detect=(0.9, 0.7, 0.8, 0.9)[:ships], p_detect_other=0.8, p_blind=blind
    )


def traffic(vessels: Range, stay_hours: Range, *sites: str) -> dict[str, SiteTraffic]:
    return {s: SiteTraffic(site_id=s, vessels=vessels, stay_hours=stay_hours, reason="test") for s in sites}


SPARSE = traffic(Range(0.005, 0.02), Range(10, 60), "x", "y")


def marginal(
    observed: Sequence[Observed], place: np.ndarray, assumed: dict[str, SiteTraffic], vessels: int = 2
) -> np.ndarray:
    pairs = [(o, matching_sums(o, VESSELS[:vessels])) for o in observed]
    return log_marginal(prepare(pairs, ("x", "y"), GRID, assumed, EFFECTS), place)


def some_places(n: int, vessels: int = 2) -> np.ndarray:
    """Ships that change place every few hours."""
    blocks = stream(4, "places").choice(np.array([0, 0, 1, -2], np.int8), (n, vessels, 13))
    return np.repeat(blocks, 6, axis=2)[:, :, : GRID.n].copy()


def transition(before: int, after: int, mean: float, keep: float) -> float:
    """Ships that stayed, and newcomers."""
    new = mean * (1 - keep)
    return sum(
        comb(before, j) * keep**j * (1 - keep) ** (before - j) * exp(-new) * new ** (after - j) / factorial(after - j)
        for j in range(min(before, after) + 1)
    )


def enumerated(
    observed: Sequence[Observed], middles_h: Sequence[float], place: np.ndarray, assumed: SiteTraffic
) -> float:
    """Every number of others at every look and every site effect, one by one, over the same nodes and bound."""
    most = int(np.ceil(assumed.vessels.high + 5 * np.sqrt(assumed.vessels.high) + 5))
    numbers = range(most + 1)

    def p_look(o: Observed, others: int, effect: float) -> float:
        history = Histories(
            grid=GRID, sites=("x", "y"), vessels=tuple(v.id for v in VESSELS[: place.shape[0]]), place=place[None],
            traffic=np.full((1, 2, GRID.n), others, np.int16), site_effect=np.full((1, 2), effect, np.float32),
        )  # fmt: skip
        return float(np.exp(log_likelihood(o, history, matching_sums(o, VESSELS[: place.shape[0]]))[0]))

    shown = {(k, o, e): p_look(observed[k], o, e) for k in range(len(observed)) for o in numbers for e in SITE_EFFECTS}
    total = 0.0
    for i, j in product(range(MEAN_NODES), range(STAY_NODES)):
        mean = assumed.vessels.low * (assumed.vessels.high / assumed.vessels.low) ** ((i + 0.5) / MEAN_NODES)
        stay = assumed.stay_hours.low * (assumed.stay_hours.high / assumed.stay_hours.low) ** ((j + 0.5) / STAY_NODES)
        begin = np.array([exp(-mean) * mean**k / factorial(k) for k in numbers])
        steps = []
        for a, b in pairwise(middles_h):
            rows = np.array([[transition(k, m, mean, exp(-(b - a) / stay)) for m in numbers] for k in numbers])
            steps.append(rows / rows.sum(axis=1, keepdims=True))
        for effect, p_effect in zip(SITE_EFFECTS, SITE_EFFECT_P, strict=True):
            for path in product(numbers, repeat=len(observed)):
                p = p_effect * float(begin[path[0]] / begin.sum())
                for k, step in enumerate(steps):
                    p *= float(step[path[k], path[k + 1]])
                for k, others in enumerate(path):
                    p *= shown[k, others, effect]
                total += p
    return float(np.log(total / MEAN_NODES / STAY_NODES))


@pytest.mark.parametrize("vessels", [1, 2])
@pytest.mark.parametrize(
    ("observed", "middles_h"),
    [
        ((look(5),), (5,)),
        ((look(5, [112.5, 150]), look(30, [90])), (5, 30)),
        ((look(5, [112.5], blind=0.2), look(5.2, [80]), look(40, blind=0.5)), (5, 5, 40)),
        ((look(12, [112.5], span_h=4), look(20, [112.5, 60]), look(30, [150], searched=False)), (13.5, 20, 30)),
        # A day that begins before a moment and has its middle after it.
        ((look(3, [112.5]), look(0, [112.5, 80], span_h=24)), (3, 11.5)),
    ],
    ids=["empty", "two", "blind", "span-and-marks", "day-around-a-moment"],
)
def test_equals_every_traffic_and_effect_summed_one_by_one(
    observed: tuple[Observed, ...], middles_h: tuple[float, ...], vessels: int
) -> None:
    observed = tuple(replace(o, p_detect=o.p_detect[:vessels]) for o in observed)
    place = some_places(4, vessels)
    got = marginal(observed[::-1], place, SPARSE, vessels)  # in no order of time
    expected = [enumerated(observed, middles_h, p, SPARSE["x"]) for p in place]
    # The recursion is in single precision.
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "nothing",
    [
        look(20, searched=False),
        look(0, searched=False, span_h=48),
        look(20, [112.5], site="unknown"),
        look(-100, [112.5]),
        look(-100, [112.5], span_h=150),
        replace(look(20), p_detect=(0.0, 0.0), p_detect_other=0.0),
    ],
    ids=["not-searched", "not-searched-vague", "unknown-place", "before", "reaches-before", "cannot-see"],
)
def test_a_look_that_says_nothing_changes_nothing(nothing: Observed) -> None:
    observed, place = [look(5, [112.5, 90]), look(40, [90]), look(50, [112.5], site="y")], some_places(200)
    without = marginal(observed, place, SPARSE)
    np.testing.assert_allclose(marginal([*observed, nothing], place, SPARSE), without, atol=1e-4)


def test_looks_at_two_sites_are_independent_given_where_the_ships_are() -> None:
    here, there = [look(5, [112.5, 90]), look(30)], [look(6, [150], site="y"), look(31, [80, 60], site="y")]
    place = some_places(200)
    apart = marginal(here, place, SPARSE) + marginal(there, place, SPARSE)
    np.testing.assert_allclose(marginal([*there, *here], place, SPARSE), apart, atol=1e-12)
    assert apart.std() > 0.1


def test_a_stranger_seen_again_within_hours_is_one_who_stayed() -> None:
    """Two looks hours apart share their traffic; weeks apart they would not."""
    nobody, assumed = np.full((1, 2, GRID.n), -2, np.int8), traffic(Range(0.1, 0.4), Range(10, 12), "x", "y")
    first, soon, late = (look(hour, [60]) for hour in (1, 3, 70))
    apart = marginal([first], nobody, assumed) + marginal([soon], nobody, assumed)
    assert marginal([first, soon], nobody, assumed) > apart + 0.4
    assert marginal([first, late], nobody, assumed) == pytest.approx(apart, abs=0.15)


def test_three_hundred_ships_where_few_may_be_assumed_do_not_underflow() -> None:
    crowded = look(5, [112.5] * 300)
    crowded = replace(crowded, detections=tuple(replace(d, score=0.99) for d in crowded.detections))
    high, low = 300.0, 0.01
    n = int(np.ceil(high + 5 * np.sqrt(high) + 5)) + 1
    nobody = Histories(
        grid=GRID, sites=("x", "y"), vessels=("a", "b"), place=np.full((n, 2, GRID.n), -2, np.int8),
        traffic=np.tile(np.arange(n, dtype=np.int16)[:, None, None], (1, 2, GRID.n)),
        site_effect=np.ones((n, 2), np.float32),
    )  # fmt: skip
    sums = matching_sums(crowded, VESSELS)
    by_effect = [
        log_likelihood(crowded, replace(nobody, site_effect=nobody.site_effect * e), sums) for e in SITE_EFFECTS
    ]
    means = low * (high / low) ** ((np.arange(MEAN_NODES) + 0.5) / MEAN_NODES)
    priors = np.array([poisson.logpmf(np.arange(n), m) for m in means])
    expected = logsumexp(priors[:, None] + by_effect + np.log(SITE_EFFECT_P)[None, :, None]) - np.log(MEAN_NODES)
    got = marginal([crowded], nobody.place[:1], traffic(Range(low, high), Range(10, 60), "x", "y"))
    assert got[0] == pytest.approx(expected, abs=1e-6)


# Against drawing the traffic, through `sample` and `assess`.


@pytest.fixture(scope="module")
def dunai() -> Case:
    return load_case(CASES / "dunai-2024")


def at_chongjin(day: int, lengths_m: Sequence[float] = (), *, hour: float = 3, **more: float) -> Observed:
    return look((day - 1) * 24 + hour, lengths_m, site="chongjin", ships=4, **more)  # type: ignore[arg-type]


ONE = (at_chongjin(11, [112.5, 90]),)
THREE = (at_chongjin(11, [112.5, 90]), at_chongjin(12, [112.5, 180]), at_chongjin(14))
VAGUE = (*THREE, at_chongjin(12, [112.5, 90], hour=0, span_h=24))


def drawn(case: Case, claim: Claim, observed: Sequence[Observed], n: int, part: int) -> list[Weighted]:
    """Histories from the prior with their own drawn traffic and site effect, weighed by the plain likelihood."""
    world, grid, rng = world_of(case, claim), grid_of(claim), stream(17, claim.id, str(part))
    assumed = {s.id: case.traffic_at(s.id) for s in case.sites}
    more, assumed = strangers(claim, world, grid, observed, assumed)
    movers = (*movers_of(world, grid), *more)
    vessels = tuple(m.vessel for m in movers)
    observed = [replace(o, p_detect=(*o.p_detect, *o.p_detect[:1] * (len(movers) - 4))) for o in observed]
    others = np.zeros((n, len(world.sites), grid.n), np.int16)
    for site in {o.look.site_id for o in observed}:
        mean = log_uniform(rng, assumed[site].vessels, (n,))
        keep = np.exp(-grid.step_h / log_uniform(rng, assumed[site].stay_hours, (n,)))
        now = rng.poisson(mean)
        for t in range(grid.n):
            others[:, world.sites.index(site), t] = now
            now = rng.binomial(now, keep) + rng.poisson(mean * (1 - keep))
    effect = rng.choice(SITE_EFFECTS, (n, len(world.sites)), p=SITE_EFFECT_P).astype(np.float32)
    out = []
    for motion in MOTIONS:
        op = Operation(claim=claim, world=world, grid=grid, motion=motion)
        histories = Histories(
            grid=grid, sites=world.sites, vessels=tuple(v.id for v in vessels), place=draw_prior(rng, movers, op, n),
            traffic=others, site_effect=effect,
        )  # fmt: skip
        logs = sum(log_likelihood(o, histories, matching_sums(o, vessels)) for o in observed)
        out.append(Weighted(
            motion=motion, claimed=ClaimPredicate(claim).holds(histories), log_looks=np.asarray(logs),
            reports=np.zeros((0, n), bool),
        ))  # fmt: skip
    return out


def weighed(case: Case, claim: Claim, samples: Sequence[Weighted]) -> Weighing:
    return weigh(claim, case.hypotheses, samples, [], case.thresholds)[0]


def verdict(case: Case, claim: Claim, observed: Sequence[Observed]) -> Weighing:
    coverage = coverage_of(claim.when, places(claim), [o.look for o in observed])
    return assess(case, claim, observed, [], coverage).without_reports


def log_evidence(samples: Sequence[Weighted]) -> np.ndarray:
    """Under each motion; as claimed only where the claim holds."""
    used = [s.log_looks[s.claimed] if s.motion == "as-claimed" else s.log_looks for s in samples]
    return np.array([logsumexp(w) - np.log(w.size) for w in used])


def p_given_motion(samples: Sequence[Weighted]) -> np.ndarray:
    weights = [np.exp(s.log_looks - s.log_looks.max()) for s in samples]
    return np.array([(w * s.claimed).sum() / w.sum() for w, s in zip(weights, samples, strict=True)])


def evidence_of(case: Case, claim: Claim, observed: Sequence[Observed]) -> Evidence:
    assumed = {s.id: case.traffic_at(s.id) for s in case.sites}
    return Evidence(world=world_of(case, claim), traffic=assumed, observed=tuple(observed), reports=())


@pytest.mark.parametrize(
    ("observed", "model_error"), [(ONE, 0.01), (THREE, 0.01), (VAGUE, 0.1)], ids=["one", "three", "with-a-day"]
)
def test_agrees_with_drawing_the_traffic(dunai: Case, observed: tuple[Observed, ...], model_error: float) -> None:
    """Within four standard errors and the error of the two approximations (a day's look: traffic constant over it)."""
    claim = dunai.claim(CLAIM)
    olds = [drawn(dunai, claim, observed, 3000, part) for part in range(12)]
    news = [sample(claim, evidence_of(dunai, claim, observed), seed=s) for s in range(4)]
    for figure in (log_evidence, p_given_motion):
        old, new = np.array([figure(s) for s in olds]), np.array([figure(s) for s in news])
        error = np.hypot(old.std(axis=0, ddof=1) / 12**0.5, new.std(axis=0, ddof=1) / 2)
        assert (error < 0.15).all()
        assert (np.abs(new.mean(axis=0) - old.mean(axis=0)) < 4 * error + model_error).all()
    low = np.array([weighed(dunai, claim, s).probability.low for s in olds])
    own = np.array([verdict(replace(dunai, seed=s), claim, observed).probability.low for s in range(4)])
    error = float(np.hypot(low.std(ddof=1) / 12**0.5, own.std(ddof=1) / 2))
    assert error < 0.02
    assert abs(own.mean() - low.mean()) < 4 * error + model_error / 10


def test_many_looks_at_one_site_leave_enough_effective_histories(dunai: Case) -> None:
    claim, rng = dunai.claim(CLAIM), stream(3, "looks")
    many = [
        at_chongjin(day, [*([112.5] if day in (10, 11) else []), *rng.uniform(60, 250, rng.integers(1, 5))], hour=hour)
        for day in range(6, 18)
        for hour in (2, 14)
    ]
    own = verdict(dunai, claim, many)
    old = weighed(dunai, claim, drawn(dunai, claim, many, 8000, 0))
    assert own.effective_hits >= dunai.thresholds.min_effective_hits
    assert own.effective_hits / own.n_samples > 20 * old.effective_hits / old.n_samples


def test_a_count_of_ships_of_any_name_is_still_weighed_with_its_traffic(dunai: Case) -> None:
    crowd = replace(
        dunai.claim(CLAIM), id="crowd", kind=ClaimKind.COUNT, who=(), sites=("chongjin",), at_least=4, at_most=None
    )
    case = replace(dunai, claims=(*dunai.claims, crowd))
    held = []
    for lengths in ([80, 90, 100, 110], []):
        observed = [look(10 * 24 + 3, lengths, site="chongjin", ships=0)]
        held.append(p_given_motion(sample(crowd, evidence_of(case, crowd, observed), seed=1))[0])
        old = p_given_motion(drawn(case, crowd, observed, 20000, 0))[-1]
        assert held[-1] == pytest.approx(old, abs=0.04)
    assert held[0] > 4 * held[1]
