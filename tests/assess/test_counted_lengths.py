"""A count of ships of a length is weighed on ships of that length only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dunai_looks import look

from roadstead.assess import assess, places, weighed_reports
from roadstead.case import Case, load_case
from roadstead.coverage import coverage_of
from roadstead.model import Call, Claim, ClaimKind, ElementName, Range, TimeSpan, Verdict

NOON = datetime(2024, 10, 12, 12, tzinfo=UTC)
CASES = Path(__file__).resolve().parents[2] / "cases"


@pytest.fixture(scope="module")
def dunai() -> Case:
    return load_case(CASES / "dunai-2024")


def count(case: Case, at_least: int, length_m: Range | None) -> Claim:
    return replace(
        case.claim("nis-chongjin-12-oct"), id="count", kind=ClaimKind.COUNT, who=(), sites=("chongjin",),
        at_least=at_least, at_most=None, length_m=length_m, prior=Range(0.2, 0.6),
        when=TimeSpan(NOON - timedelta(hours=12), NOON + timedelta(hours=12)),
    )  # fmt: skip


def judged(case: Case, claim: Claim, *lengths_m: float) -> Verdict:
    busy = tuple(replace(case.traffic_at(s.id), vessels=Range(1.0, 12.0)) for s in case.sites)
    seen = [look(NOON + timedelta(hours=h), lengths_m, site="chongjin") for h in (-3, 0, 3)]
    case = replace(case, traffic=busy, reported=())
    return assess(case, claim, seen, [], coverage_of(claim.when, places(claim), [o.look for o in seen]))


def test_small_ships_do_not_make_three_long_ones(dunai: Case) -> None:
    fleet = (150.0, 30.0, 32.0, 35.0, 38.0, 40.0)
    everyone = judged(dunai, count(dunai, 3, None), *fleet)
    long = judged(dunai, count(dunai, 3, Range(100.0, 600.0)), *fleet)
    assert everyone.without_reports.call is Call.SUPPORTED
    assert long.without_reports.call is not Call.SUPPORTED
    assert long.without_reports.probability.high < everyone.without_reports.probability.low
    assert everyone.ships is not None
    assert long.ships is not None
    assert (everyone.ships.at_least, long.ships.at_least) == (6, 1)
    number = next(e for e in long.elements if e.name is ElementName.HOW_MANY)
    assert number.statement == "at least 3 vessels of 100 m or more"
    assert "only vessels of 100 m or more are counted" in " ".join(long.without_reports.notes)


def test_three_long_ships_are_three_long_ships(dunai: Case) -> None:
    long = judged(dunai, count(dunai, 3, Range(100.0, 600.0)), 150.0, 160.0, 180.0, 200.0, 30.0, 32.0)
    assert long.without_reports.call is Call.SUPPORTED
    assert long.ships is not None
    assert long.ships.at_least == 4


def test_a_report_of_ships_of_any_length_does_not_weigh(dunai: Case) -> None:
    own = next(s.id for s in dunai.sources if s.id != dunai.reported[0].source_id)
    claim = replace(count(dunai, 1, None), source_id=own)
    heard = replace(dunai.reported[0], vessel_ids=(), site_id="chongjin", likelihood_ratio=(2.0, 3.0), time=claim.when)
    sources = tuple(replace(s, origin="other", reliability="B", credibility="2") if s.id == heard.source_id else s
                    for s in dunai.sources)  # fmt: skip
    case = replace(dunai, reported=(heard,), sources=sources)
    assert weighed_reports(case, claim) == [heard]
    assert not weighed_reports(case, replace(claim, length_m=Range(100.0, 600.0)))
