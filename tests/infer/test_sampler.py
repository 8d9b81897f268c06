from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from roadstead.assess import world_of
from roadstead.case import Case, load_case
from roadstead.infer import ELSEWHERE, ClaimPredicate, Evidence, Histories, drawn_prior, grid_for, sample
from roadstead.steps import stream

CASES = Path(__file__).resolve().parents[2] / "cases"


@pytest.fixture(scope="module")
def dunai() -> Case:
    return load_case(CASES / "dunai-2024")


def drawn(case: Case, claim_id: str, motion: str, n: int = 400) -> tuple[Histories, np.ndarray]:
    claim = case.claim(claim_id)
    histories = drawn_prior(stream(1, claim_id, motion), world_of(case, claim), grid_for(claim.when), claim, motion, n)
    return histories, ClaimPredicate(claim).holds(histories)


@pytest.mark.parametrize(
    "claim", ["nis-first-lift", "cns-at-dunai-oct", "cns-transfer-to-dunai", "osc-maia-nine-trips"]
)
def test_a_plan_as_claimed_makes_the_claim_true(dunai: Case, claim: str) -> None:
    assert drawn(dunai, claim, "as-claimed")[1].mean() > 0.97


def test_routine_never_sails_where_nobody_said_it_sails(dunai: Case) -> None:
    histories, true = drawn(dunai, "nis-first-lift", "routine")
    allowed = {ELSEWHERE, -1, *(histories.sites.index(s) for s in ("fokino", "dunai", "vladivostok", "slavyanka"))}
    assert set(np.unique(histories.place)) <= allowed
    assert not true.any()


def test_ships_based_next_door_are_often_at_dunai_without_any_operation(dunai: Case) -> None:
    """The base rate that makes presence near Dunai weak evidence."""
    assert drawn(dunai, "cns-at-dunai-oct", "routine")[1].mean() > 0.3


@pytest.mark.parametrize("motion", ["wrong-port", "wrong-date"])
def test_a_wrong_detail_makes_the_claim_false_more_often(dunai: Case, motion: str) -> None:
    assert drawn(dunai, "nis-first-lift", motion)[1].mean() < 0.1


def test_nine_trips_at_another_time_are_not_nine_trips_in_the_window(dunai: Case) -> None:
    assert drawn(dunai, "osc-maia-nine-trips", "wrong-date")[1].mean() < 0.2


def test_a_ship_may_have_lain_there_before_the_window_began(dunai: Case) -> None:
    histories, true = drawn(dunai, "nis-chongjin-12-oct", "as-claimed", n=2000)
    site, times = histories.sites.index("chongjin"), histories.grid.indices(dunai.claim("nis-chongjin-12-oct").when)
    at_first_hour = (histories.place[:, :, times[0]] == site).any(axis=1)
    assert 0.2 < at_first_hour[true].mean() < 0.9


def test_a_denial_draws_nobody_there(dunai: Case) -> None:
    denial = replace(dunai.claim("nis-chongjin-12-oct"), id="denial", at_least=None, at_most=0)
    assert drawn(replace(dunai, claims=(*dunai.claims, denial)), "denial", "as-claimed")[1].all()


def test_a_passage_takes_at_least_distance_over_speed(dunai: Case) -> None:
    """Chongjin to Vladivostok is 229 km: at 18 knots about 7 hours, never less."""
    histories, _ = drawn(dunai, "nis-first-lift", "as-claimed")
    origins = [histories.sites.index(s) for s in ("chongjin", "hungnam", "musudan")]
    target = histories.sites.index("vladivostok")
    hours = []
    for row in histories.place.reshape(-1, histories.grid.n):
        left = np.nonzero(np.isin(row, origins))[0]
        arrived = np.nonzero(row == target)[0]
        if left.size and (arrived > left[-1]).any():
            hours.append(arrived[arrived > left[-1]][0] - left[-1])
    assert min(hours) >= 6


def test_the_same_seed_gives_the_same_histories_and_another_differs(dunai: Case) -> None:
    claim = dunai.claim("nis-chongjin-12-oct")
    traffic = {s.id: dunai.traffic_at(s.id) for s in dunai.sites}
    evidence = Evidence(world=world_of(dunai, claim), traffic=traffic, observed=(), reports=())
    a, b, c = (sample(claim, evidence, seed=s) for s in (1, 1, 2))
    assert all(np.array_equal(x.claimed, y.claimed) for x, y in zip(a, b, strict=True))
    assert any(not np.array_equal(x.claimed, y.claimed) for x, y in zip(a, c, strict=True))
