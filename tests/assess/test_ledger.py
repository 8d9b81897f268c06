"""The ledger on figures that arithmetic gives, and on Dunai, where a ship that lives there says little."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from dunai_looks import CASES, ROUTINE, judged, lives_there, look

from roadstead.assess.ledger import Weighed, ledger_of
from roadstead.case import Case, load_case
from roadstead.infer import Group, Weighted
from roadstead.model import (
    Claim,
    ClaimKind,
    Consistency,
    GroupKind,
    Ledger,
    Modality,
    Range,
    Sighting,
    Thresholds,
    TimeSpan,
)

N = 4000
T0 = datetime(2024, 10, 12, tzinfo=UTC)
CLAIM = Claim(
    id="c", source_id="s", text="", kind=ClaimKind.PRESENCE, when=TimeSpan(T0, T0 + timedelta(days=1)), when_text="",
    who=("a",), sites=("x",), prior=Range(0.2, 0.6), prior_reason="",
)  # fmt: skip


@pytest.fixture(scope="module")
def dunai() -> Case:
    return load_case(CASES / "dunai-2024")


def samples(ratios: Sequence[float], report: bool | None = None) -> list[Weighted]:
    """Half of the histories hold the claim; each group is so much likelier in them."""
    claimed = np.arange(N) % 2 == 0
    logs = np.array([np.where(claimed, np.log(r), 0.0) for r in ratios]).reshape(len(ratios), N)
    every = logs.sum(axis=0)
    reports = np.array([claimed] if report else []).reshape(-1, N).astype(bool)
    return [
        Weighted(
            motion=m, claimed=claimed | (m == "as-claimed"), log_looks=np.where(m == "as-claimed", every[0], every),
            reports=reports | (m == "as-claimed"),
            only=np.where(m == "as-claimed", (logs - every)[:, :1], logs - every),
            without=np.where(m == "as-claimed", -logs[:, :1], -logs),
        )
        for m in ("as-claimed", "routine")
    ]  # fmt: skip


def ledger(ratios: Sequence[float], reports: Sequence[Sighting] = ()) -> Ledger:
    groups = tuple(
        Group(kind=GroupKind.LOOKS, site_id=f"s{i}", modality=Modality.SAR, evidence=(f"k{i}",))
        for i in range(len(ratios))
    )
    drawn, prior = samples(ratios, bool(reports)), samples((1.0,) * len(ratios), bool(reports))
    return ledger_of(
        Weighed(
            claim=CLAIM, hypotheses=ROUTINE, samples=drawn, prior=lambda: prior, groups=groups,
            names=tuple(g.site_id for g in groups), reports=tuple(reports), report_names=("r",) * len(reports),
            thresholds=Thresholds(),
        )
    )[0]  # fmt: skip


def test_weights_add_up_in_decibels_where_arithmetic_gives_them() -> None:
    found = ledger((4.0, 0.5))
    first, second = found.groups
    assert found.own_db
    assert found.own_db.low == pytest.approx(10 * np.log10(2), abs=0.01)
    for group, db in ((first, 6.02), (second, -3.01)):
        for weight in (group.alone_db, group.adds_db):
            assert weight
            assert weight.low == pytest.approx(db, abs=0.02)
            assert weight.high == pytest.approx(db, abs=0.02)


def test_ten_looks_that_clutter_explains_weigh_nothing_and_ten_empty_ones_much() -> None:
    """P(detect) 0.95: with clutter of rate 1, one ship shown is as likely without one as with (0.05 + 0.95 x 1)."""
    shown, empty = ledger(((0.05 + 0.95 * 1) ** 10,)), ledger((0.05**2,))
    assert shown.own_db == Range(0.0, 0.0)
    assert empty.own_db
    assert empty.own_db.high == pytest.approx(20 * np.log10(0.05), abs=0.1)


def test_groups_against_each_other_are_named_and_groups_that_agree_are_not() -> None:
    (sentence,) = ledger((8.0, 0.125)).conflicts
    assert "s0 speak for it (+9 dB)" in sentence
    assert "s1 against it (-9 dB)" in sentence
    assert ledger((8.0, 4.0)).conflicts == ()


def test_a_report_weighs_what_the_analyst_wrote_and_not_on_our_looks() -> None:
    report = Sighting(id="r", site_id="x", time=CLAIM.when, source_id="s", likelihood_ratio=(2.0, 5.0))
    found = ledger((4.0,), (report,))
    looks, told = found.groups
    assert found.own_db
    assert found.all_db
    assert told.kind is GroupKind.REPORTS
    assert found.own_db.high == pytest.approx(6.02, abs=0.02)
    assert (found.all_db.low, found.all_db.high) == pytest.approx((9.03, 13.01), abs=0.02)
    for weight in (told.alone_db, told.adds_db):
        assert weight
        assert (weight.low, weight.high) == pytest.approx((3.01, 6.99), abs=0.02)
    assert looks.adds_db == found.own_db


def test_a_group_of_which_too_few_histories_speak_gives_no_figure_and_says_so() -> None:
    """All evidence leaves a handful of histories; without one group they would have to stand for all."""
    rng = np.random.default_rng(1)
    noise = rng.normal(0.0, 6.0, N)
    rough = [
        replace(s, log_looks=s.log_looks + noise, only=np.stack([s.only[0] + noise, s.only[1]]))
        for s in samples((2, 3))
    ]
    groups = tuple(Group(kind=GroupKind.LOOKS, site_id=s, modality=Modality.SAR, evidence=("k",)) for s in "xy")
    found = ledger_of(
        Weighed(
            claim=CLAIM, hypotheses=ROUTINE, samples=rough, prior=lambda: rough, groups=groups, names=("x", "y"),
            reports=(), report_names=(), thresholds=Thresholds(),
        )
    )[0]  # fmt: skip
    assert found.groups[0].alone_db is None
    assert "too few" in found.groups[0].why


def test_a_ship_at_dunai_weighs_by_how_seldom_it_is_there_anyway(dunai: Case) -> None:
    """A ship in port at the end of a claimed passage, 10 log10(1 / baseline) at most."""
    seen = (look(datetime(2024, 10, 16, 22, tzinfo=UTC), [112.5]),)
    usual, rare = (judged(lives_there(dunai, share), seen).ledger for share in (0.9, 0.05))
    assert usual
    assert rare
    assert usual.groups[0].alone_db
    assert rare.groups[0].alone_db
    assert abs(usual.groups[0].alone_db.high) <= 1.0
    assert rare.groups[0].alone_db.low >= 10.0
    assert rare.groups[0].alone_db.high <= 10 * np.log10(1 / 0.05) + 0.5


def test_groups_of_looks_drawn_and_reweighted_agree_with_weighing_them_by_themselves(dunai: Case) -> None:
    case = lives_there(dunai, 0.4)
    shown = look(datetime(2024, 10, 16, 22, tzinfo=UTC), [112.5])
    radar = look(datetime(2024, 10, 16, 9, tzinfo=UTC), [], Modality.SAR)
    gone = look(datetime(2024, 10, 15, 6, tzinfo=UTC), [], site="chongjin")
    both = judged(case, (shown, radar, gone))
    assert both.ledger
    rows = {g.id: g for g in both.ledger.groups}
    assert set(rows) == {"looks/chongjin/optical", "looks/dunai/optical", "looks/dunai/sar"}
    for name, own, rest in (
        ("looks/dunai/optical", (shown,), (radar, gone)),
        ("looks/chongjin/optical", (gone,), (shown, radar)),
    ):
        alone, others = judged(case, own).ledger, judged(case, rest).ledger
        assert alone
        assert others
        assert rows[name].alone_db
        assert rows[name].alone_db.low == pytest.approx(alone.own_db.low, abs=0.8)
        assert rows[name].adds_db.low == pytest.approx(both.ledger.own_db.low - others.own_db.low, abs=0.8)


def test_hypotheses_stand_in_the_order_of_what_speaks_against_them(dunai: Case) -> None:
    found = judged(lives_there(dunai, 0.05), (look(datetime(2024, 10, 16, 22, tzinfo=UTC), [112.5]),)).ach
    assert found
    assert found.hypotheses[0] == "as-claimed"
    assert found.inconsistency_db[0] == 0.0
    assert min(found.inconsistency_db[1:]) >= 5.0
    (row,) = found.rows
    assert row.marks == (Consistency.CONSISTENT, Consistency.INCONSISTENT, Consistency.INCONSISTENT)


def test_an_item_that_all_explain_alike_is_neutral_to_all(dunai: Case) -> None:
    elsewhere = (look(datetime(2024, 10, 16, 22, tzinfo=UTC), [300.0], site="vostochny"),)
    found = judged(lives_there(dunai, 0.4), elsewhere).ach
    assert found
    assert {m for r in found.rows for m in r.marks} == {Consistency.NEUTRAL}


def test_without_evidence_there_is_no_ledger(dunai: Case) -> None:
    bare = judged(lives_there(dunai, 0.4), ())
    assert bare.ledger is None
    assert bare.ach is None


def test_none_of_these_has_its_floor_though_no_case_states_it(dunai: Case) -> None:
    case = replace(lives_there(dunai, 0.4), hypotheses=ROUTINE[:1])
    shares = {h.id: h for h in judged(case, ()).hypotheses}
    assert shares["none-of-these"].prior.low >= 0.05 - 1e-9
    assert shares["routine"].prior.high == pytest.approx(1 - 0.3 - 0.05)
