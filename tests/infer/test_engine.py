"""The engine against enumeration, and its passes against a hidden Markov model built another way."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest

from roadstead.case import Routine, SiteTraffic
from roadstead.infer import ClaimPredicate, Grid, Histories, Observed, World, matching_sums
from roadstead.infer.chains import Chain, Legs, marks_along, marks_of_routine
from roadstead.infer.engine import Drawn, adapted, draw, draw_prior, setting
from roadstead.infer.fixes import Fix, log_positions
from roadstead.infer.marginal import log_marginal, prepare
from roadstead.infer.movers import Mover, movers_of
from roadstead.infer.operations import Operation
from roadstead.infer.passes import filtered
from roadstead.infer.sampler import SITE_EFFECT_P, SITE_EFFECTS
from roadstead.model import Claim, ClaimKind, Detection, Estimate, Look, Modality, Participant, Range, TimeSpan
from roadstead.steps import stream

START = datetime(2024, 10, 1, tzinfo=UTC)
STEPS = 9
GRID = Grid(start=START, step_h=1.0, n=STEPS)
A = Participant(
    id="a", name="A", length_m=Range(112, 113), speed_kn=Range(10, 10), home="x", calls_at=("y",)
)  # fmt: skip
B = Participant(
    id="b", name="B", length_m=Range(112, 116), speed_kn=Range(10, 10), home="y", calls_at=("x",)
)  # fmt: skip
KM = 2.2 * 18.52
ROUTINE = Routine(home_days=Range(5 / 24, 5 / 24), away_days=Range(3 / 24, 3 / 24), reason="test")
TRAFFIC = {
    s: SiteTraffic(site_id=s, vessels=Range(0.5, 0.5), stay_hours=Range(20, 20), reason="test") for s in ("x", "y")
}


def world(*vessels: Participant) -> World:
    return World(sites=("x", "y"), vessels=vessels, sea_km=np.array([[0, KM], [KM, 0]]), routine=ROUTINE)


def claim(kind: ClaimKind = ClaimKind.PRESENCE, first: int = 3, last: int = 5, who: tuple[str, ...] = ("a",)) -> Claim:
    return Claim(
        id="c", source_id="s", text="", kind=kind, when_text="", who=who, sites=("y",), prior=Range(0.3, 0.3),
        when=TimeSpan(START + timedelta(hours=first), START + timedelta(hours=last)), prior_reason="test",
    )  # fmt: skip


def look(hour: int, lengths_m: tuple[float, ...] = (), *, site: str = "y", ships: int = 1) -> Observed:
    time, scene = START + timedelta(hours=hour), f"{site}-{hour}"
    found = tuple(
        Detection(
            id=f"{scene}-{i}", scene_id=scene, time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.9,
            length_m=Estimate(length, 5.0), beam_m=None, heading_deg=None, method="test",
        )
        for i, length in enumerate(lengths_m)
    )  # fmt: skip
    seen = Look(
        scene_id=scene, site_id=site, time=TimeSpan(time, time), usable_fraction=1, cloud_fraction=0, resolved_m=3,
        sun_elevation_deg=30, modality=Modality.OPTICAL,
    )  # fmt: skip
    return Observed(look=seen, detections=found, p_detect=(0.9,) * ships, p_detect_other=0.8)


class Expanded:
    """A vessel's routine as an ordinary Markov chain: phases of places, and every hour of every passage a state."""

    def __init__(self, mover: Mover, leave: np.ndarray) -> None:
        chain = mover.chain
        self.states: list[tuple[object, ...]] = [
            ("at", i, h) for i in range(chain.place.size) for h in range(chain.phases)
        ]
        for i in range(1, chain.place.size):
            for into, k in product((i, 0), range(chain.delay.shape[1])):
                self.states += [("way", i, into, k, left) for left in range(1, chain.delay[i, k])]
        index = {s: n for n, s in enumerate(self.states)}
        self.place = np.array([chain.place[s[1]] if s[0] == "at" else -1 for s in self.states])
        self.step = np.zeros((len(self.states),) * 2)
        for s, n in index.items():
            if s[0] == "way":
                _, i, into, k, left = s
                self.step[n, index["way", i, into, k, left - 1] if left > 1 else index["at", into, 0]] = 1.0
                continue
            _, i, h = s
            self.step[n, n] += 1 - leave[i]
            if h + 1 < chain.phases:
                self.step[n, index["at", i, h + 1]] += leave[i]
                continue
            targets = range(1, chain.place.size) if i == 0 else (0,)
            for j, k in product(targets, range(chain.delay.shape[1])):
                share = leave[i] / len(targets) / chain.delay.shape[1]
                left = chain.delay[max(i, j), k] - 1
                self.step[n, index["way", max(i, j), j, k, left] if left else index["at", j, 0]] += share
        self.begin = np.full(len(self.states), 1 / len(self.states))
        for _ in range(20000):
            self.begin = 0.5 * self.begin + 0.5 * self.begin @ self.step

    def paths(self, steps: int) -> dict[tuple[int, ...], float]:
        """Every sequence of places and its probability."""
        held = {(p,): np.where(self.place == p, self.begin, 0) for p in set(self.place.tolist())}
        for _ in range(steps - 1):
            more = {}
            for path, mass in held.items():
                on = mass @ self.step
                for p in set(self.place[on > 0].tolist()):
                    more[*path, p] = np.where(self.place == p, on, 0)
            held = more
        return {path: float(mass.sum()) for path, mass in held.items()}


def enumerated(movers: tuple[Mover, ...], c: Claim, looks: tuple[Observed, ...]) -> tuple[float, float, float]:
    """(P(claim), p(looks), P(claim | looks)) under routine, history by history."""
    pairs = [(o, matching_sums(o, tuple(m.vessel for m in movers))) for o in looks]
    tables = prepare(pairs, ("x", "y"), GRID, TRAFFIC, (SITE_EFFECTS, SITE_EFFECT_P))
    paths = [
        Expanded(m, np.array([2 / 5 if i == 0 else 2 / 3 for i in range(m.chain.place.size)])).paths(STEPS)
        for m in movers
    ]
    seen_at = sorted({round((o.look.time.start - START).total_seconds() / 3600) for o in looks})  # type: ignore[union-attr]
    weight: dict[tuple[tuple[tuple[int, ...], ...], bool], float] = defaultdict(float)
    kept: dict[tuple[tuple[int, ...], ...], np.ndarray] = {}
    there = set(range(3, 5))
    grouped = []
    for held in paths:
        mine: dict[tuple[tuple[int, ...], bool], list[object]] = {}
        for path, p in held.items():
            key = tuple(path[t] for t in seen_at), any(path[t] == 1 for t in there)
            mine.setdefault(key, [0.0, path])
            mine[key][0] += p  # type: ignore[operator]
        grouped.append(mine)
    for chosen in product(*(g.items() for g in grouped)):
        p = float(np.prod([c[1][0] for c in chosen]))
        key = tuple(c[0][0] for c in chosen)
        kept[key] = np.array([c[1][1] for c in chosen], np.int8)
        weight[key, chosen[0][0][1]] += p
    log_l = {key: float(log_marginal(tables, place[None])[0]) for key, place in kept.items()}
    before = sum(w for (_, yes), w in weight.items() if yes)
    evidence = sum(w * np.exp(log_l[key]) for (key, _), w in weight.items())
    held = sum(w * np.exp(log_l[key]) for (key, yes), w in weight.items() if yes)
    assert c.kind is ClaimKind.PRESENCE
    return before, evidence, held / evidence


def weighed(drawn: Drawn, c: Claim, names: tuple[str, ...]) -> tuple[float, float]:
    """(p(looks), P(claim | looks)) of weighted histories."""
    w = np.exp(drawn.log_weight)
    n = w.size
    histories = Histories(
        grid=GRID, sites=("x", "y"), vessels=names, place=drawn.place, traffic=np.zeros((n, 2, STEPS), np.int16),
        site_effect=np.ones((n, 2), np.float32),
    )  # fmt: skip
    return float(w.mean()), float((w * ClaimPredicate(c).holds(histories)).sum() / w.sum())


def drawn_for(
    vessels: tuple[Participant, ...], c: Claim, looks: tuple[Observed, ...], n: int, *, motion: str = "routine",
    fixes: tuple[Fix, ...] = (),
) -> Drawn:  # fmt: skip
    movers = movers_of(world(*vessels), GRID)
    pairs = [(o, matching_sums(o, vessels)) for o in looks]
    tables = prepare(pairs, ("x", "y"), GRID, TRAFFIC, (SITE_EFFECTS, SITE_EFFECT_P))
    op = Operation(claim=c, world=world(*vessels), grid=GRID, motion=motion)
    return draw(adapted(stream(5, "engine"), setting(movers, tables, op, fixes), op), n)


CASES = {
    "nothing": (),
    "one-hit": (look(4, (112.5,)),),
    "one-miss": (look(4),),
    "both-sites": (look(2, (113,), site="x"), look(4), look(7, (112, 80))),
    "many": (*tuple(look(h, (112.5,) if h in (3, 4, 5) else ()) for h in range(9)), look(6, (90,), site="x")),
}


@pytest.mark.parametrize("looks", CASES.values(), ids=CASES.keys())
def test_one_ship_agrees_with_enumeration(looks: tuple[Observed, ...]) -> None:
    movers = movers_of(world(A), GRID)
    before, evidence, after = enumerated(movers, claim(), looks)
    op = Operation(claim=claim(), world=world(A), grid=GRID, motion="routine")
    prior = draw_prior(stream(1, "prior"), movers, op, 40000)
    assert (prior[:, 0, 3:5] == 1).any(axis=1).mean() == pytest.approx(before, abs=0.01)
    got_evidence, got_after = weighed(drawn_for((A,), claim(), looks, 20000), claim(), ("a",))
    assert got_after == pytest.approx(after, abs=0.01)
    assert np.log(got_evidence) == pytest.approx(np.log(evidence), abs=0.03)


@pytest.mark.parametrize("name", ["one-hit", "both-sites"])
def test_two_ships_agree_with_enumeration(name: str) -> None:
    looks = CASES[name]
    looks = tuple(replace(o, p_detect=(0.9, 0.7)) for o in looks)
    _, evidence, after = enumerated(movers_of(world(A, B), GRID), claim(), looks)
    got_evidence, got_after = weighed(drawn_for((A, B), claim(), looks, 20000), claim(), ("a", "b"))
    assert got_after == pytest.approx(after, abs=0.01)
    assert np.log(got_evidence) == pytest.approx(np.log(evidence), abs=0.03)


def test_without_looks_every_history_weighs_the_same() -> None:
    drawn = drawn_for((A, B), claim(who=("a", "b")), (), 500, motion="as-claimed")
    np.testing.assert_allclose(drawn.log_weight, 0.0, atol=1e-9)


@pytest.mark.parametrize("motion", ["as-claimed", "wrong-date", "routine"])
def test_histories_given_one_look_agree_with_prior_histories_weighed(motion: str) -> None:
    """Plans too: the same look weighs draws of the prior, which no pass made, and draws of the engine."""
    looks = (look(4, (112.5,), ships=2), look(6, ships=2), look(1, (113,), site="x", ships=2))
    c, w = claim(who=("a", "b")), world(A, B)
    movers, op = movers_of(w, GRID), Operation(claim=c, world=w, grid=GRID, motion=motion)
    pairs = [(o, matching_sums(o, (A, B))) for o in looks]
    tables = prepare(pairs, ("x", "y"), GRID, TRAFFIC, (SITE_EFFECTS, SITE_EFFECT_P))
    place = draw_prior(stream(8, motion), movers, op, 40000)
    drawn = Drawn(place=place, log_weight=log_marginal(tables, place), lost=0.0, tempered=False)
    plain = weighed(drawn, c, ("a", "b"))
    own = weighed(drawn_for((A, B), c, looks, 10000, motion=motion), c, ("a", "b"))
    assert own[1] == pytest.approx(plain[1], abs=0.02)
    assert np.log(own[0]) == pytest.approx(np.log(plain[0]), abs=0.05)


def test_tempering_agrees_with_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = (look(4, (112.5,), ships=2), look(6, ships=2), look(1, (113,), site="x", ships=2))
    _, evidence, after = enumerated(movers_of(world(A, B), GRID), claim(), looks)
    monkeypatch.setattr("roadstead.infer.engine.ENOUGH_SHARE", 2.0)
    for tries in (4, 1):
        monkeypatch.setattr("roadstead.infer.engine.TRIES", tries)
        drawn = drawn_for((A, B), claim(), looks, 20000)
        assert drawn.lost > 0
        tempered = weighed(drawn, claim(), ("a", "b"))
        assert tempered[1] == pytest.approx(after, abs=0.02)
        assert np.log(tempered[0]) == pytest.approx(np.log(evidence), abs=0.05)


def test_a_geometric_dwell_agrees_with_an_ordinary_hidden_markov_model() -> None:
    """Two hundred steps, forty looks: the forward pass of delay lines against that of every hour as a state."""
    rng, steps = stream(3, "hmm"), 200
    chain = Chain(np.array([0, 1, -2], np.int8), np.array([[1, 1], [5, 8], [12, 3]]), 1)
    leave = np.array([0.04, 0.1, 0.02])
    time, site = np.sort(rng.integers(0, steps, 40)), rng.integers(0, 2, 40)
    gain = np.exp(rng.normal(0, 4, 40))
    other = Expanded(Mover(vessel=A, chain=chain, home_h=Range(1, 1), away_h=Range(1, 1)), leave)
    mass, log_z, posterior = other.begin.copy(), 0.0, []
    ahead = []
    for t in range(steps):
        if t:
            mass = mass @ other.step
        for k in np.nonzero(time == t)[0]:
            mass = np.where(other.place == site[k], mass * gain[k], mass)
        log_z += np.log(mass.sum())
        mass /= mass.sum()
        ahead.append(mass)
    back = np.ones(mass.size)
    for t in range(steps - 1, -1, -1):
        joint = ahead[t] * back
        posterior.append(joint[other.place == 0].sum() / joint.sum())
        for k in np.nonzero(time == t)[0]:
            back = np.where(other.place == site[k], back * gain[k], back)
        back = other.step @ back
        back /= back.max()
    marks = marks_along(time, site, steps)
    n = 20000
    none = Legs(
        np.zeros(n, np.int64), np.zeros((n, 1), np.int8), *(np.zeros((n, 1), np.int64) for _ in range(2)),
        np.ones((n, 3), np.int64), np.ones(n, np.int64),
    )  # fmt: skip
    place = np.empty((n, steps), np.int8)
    seeds = rng.integers(0, 2**63, n, dtype=np.uint64)
    got = filtered(
        chain, np.tile(leave, (n, 1)), none, (marks, marks_of_routine(marks, chain)), np.tile(gain, (n, 1)), seeds,
        place, draw=True,
    )  # fmt: skip
    np.testing.assert_allclose(got, log_z, rtol=1e-9)
    np.testing.assert_allclose((place == 0).mean(axis=0), posterior[::-1], atol=0.02)


def test_a_vessel_is_never_in_two_places_without_the_passage_between_them() -> None:
    """With a plan, too: from a call straight home there is at least the passage."""
    w = world(A)
    op = Operation(claim=claim(), world=w, grid=GRID, motion="as-claimed")
    for place in (
        draw_prior(stream(2, "hops"), movers_of(w, GRID), op, 2000)[:, 0],
        drawn_for((A,), claim(), (look(4, (112.5,)), look(7)), 2000, motion="as-claimed").place[:, 0],
    ):
        a, b = place[:, :-1], place[:, 1:]
        assert not ((a >= 0) & (b >= 0) & (a != b)).any()


def fix(hour: int, km: float, p_false: float) -> Fix:
    return Fix(vessel_id="a", t_utc=START + timedelta(hours=hour), distance_km={"y": km}, sigma_km=1.0, p_false=p_false)


def test_a_position_pins_its_vessel_as_far_as_it_is_believed() -> None:
    c = claim()
    before = weighed(drawn_for((A,), c, (), 4000), c, ("a",))[1]
    there, doubted, away = (
        weighed(drawn_for((A,), c, (), 4000, fixes=(f,)), c, ("a",))[1]
        for f in (fix(4, 0.0, 0.001), fix(4, 0.0, 0.6), fix(4, 200.0, 0.001))
    )
    assert there > 0.8
    assert before < doubted < there
    assert away < before / 2


def test_a_position_of_another_vessel_says_nothing_of_this_one() -> None:
    c = claim()
    before = weighed(drawn_for((A,), c, (), 20000), c, ("a",))[1]
    other = replace(fix(4, 0.0, 0.001), vessel_id="b")
    assert weighed(drawn_for((A,), c, (), 20000, fixes=(other,)), c, ("a",))[1] == pytest.approx(before, abs=0.02)


def test_ten_looks_at_what_clutter_explains_leave_it_where_arithmetic_says() -> None:
    """Each look shows one ship; found with 0.95, clutter of rate 1: the ratio of each is 0.05 + 0.95 x 1."""
    pier = replace(A, home="", calls_at=())
    plain = {s: replace(t, vessels=Range(1e-3, 1e-3)) for s, t in TRAFFIC.items()}
    looks = []
    for hour in range(9):
        one = look(hour, (112.5,))
        found = replace(one.detections[0], score=0.01, length_m=None)
        looks.append(replace(one, detections=(found,), p_detect=(0.95,), p_detect_other=0.95))
    pairs = [(o, matching_sums(o, (pier,))) for o in looks]
    tables = prepare(pairs, ("x", "y"), GRID, plain, ((1.0,), (1.0,)))
    there, away = (np.full((1, 1, STEPS), p, np.int8) for p in (1, -2))
    # One detection: as a ship it has intensity 1, as clutter 1 - score.
    ratio = 0.05 + 0.95 / 0.99
    got = float(log_marginal(tables, there)[0] - log_marginal(tables, away)[0])
    assert got == pytest.approx(9 * np.log(ratio), abs=0.02)


def exact(fixes: tuple[Fix, ...], place: int) -> float:
    rows = np.full((1, GRID.n), place, np.int8)
    return float(log_positions("a", fixes, world(A), GRID, rows)[0][0])


def test_one_position_weighs_as_its_chance_to_be_false_allows() -> None:
    """At the site: 1 against 0.01 of those that pass it, both mixed with 0.05 that says nothing."""
    there = (fix(4, 0.0, 0.05),)
    assert exact(there, 1) == pytest.approx(np.log(1 / (0.95 * 0.01 + 0.05)), abs=0.02)
    assert exact(there, -2) == 0.0


@pytest.mark.parametrize(("km", "sign"), [(0.0, 1), (300.0, -1)])
def test_many_positions_are_false_together(km: float, sign: int) -> None:
    one, many = (fix(4, km, 0.05),), tuple(fix(h, km, 0.05) for h in range(8))
    assert sign * exact(one, 1) > 2.5
    assert sign * exact(many, 1) <= np.log(1 / 0.05) + 0.02
    assert sign * exact(many, 1) >= sign * exact(one, 1) - 1e-9


def test_drawing_with_positions_agrees_with_weighing_the_prior() -> None:
    """Near at three hours and far at two: the engine's own factors are corrected to the stated mixture."""
    fixes = (*(fix(h, 0.2, 0.1) for h in (2, 3, 4)), fix(0, 500.0, 0.1), fix(8, 500.0, 0.1))
    c = claim()
    drawn = drawn_for((A,), c, (), 30000, fixes=fixes)
    said, with_factors = log_positions("a", fixes, world(A), GRID, drawn.place[:, 0])
    own = weighed(replace(drawn, log_weight=drawn.log_weight + said - with_factors), c, ("a",))
    op = Operation(claim=c, world=world(A), grid=GRID, motion="routine")
    place = draw_prior(stream(3, "positions"), movers_of(world(A), GRID), op, 60000)
    w = np.exp(log_positions("a", fixes, world(A), GRID, place[:, 0])[0])
    histories = Histories(
        grid=GRID, sites=("x", "y"), vessels=("a",), place=place, traffic=np.zeros((w.size, 2, GRID.n), np.int16),
        site_effect=np.ones((w.size, 2), np.float32),
    )  # fmt: skip
    assert own[0] == pytest.approx(w.mean(), rel=0.05)
    assert own[1] == pytest.approx((w * ClaimPredicate(c).holds(histories)).sum() / w.sum(), abs=0.02)


def test_positions_outside_the_grid_say_nothing() -> None:
    late = replace(fix(4, 0.0, 0.05), t_utc=START + timedelta(days=30))
    assert exact((late,), 1) == 0.0
