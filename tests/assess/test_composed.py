"""Composed claims: one history answers all parts, and nothing is called that the parts do not carry."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from dunai_looks import look

from roadstead.assess import assess, places, world_of
from roadstead.assess.composed import carried, unseen_parts
from roadstead.case import Case, load_case
from roadstead.coverage import coverage_of
from roadstead.infer import ClaimPredicate, Histories, Observed, drawn_prior, grid_for, grid_of
from roadstead.model import (
    Call,
    Claim,
    ClaimKind,
    Composition,
    Junction,
    Range,
    Thresholds,
    TimeSpan,
    Verdict,
)
from roadstead.steps import stream

CASES = Path(__file__).resolve().parents[2] / "cases"
EASY = Thresholds(supported_probability=0.3, contradicted_probability=0.25, bayes_factor=1.2)
"""so low that only the rules hold a call back"""


@pytest.fixture(scope="module")
def dunai() -> Case:
    return load_case(CASES / "dunai-2024")


def presence(case: Case, site: str, first: datetime, hours: float = 24, kind: ClaimKind = ClaimKind.PRESENCE) -> Claim:
    claim = case.claim("nis-chongjin-12-oct")
    return replace(
        claim, id=f"{kind.value}-{site}", kind=kind, activity="crane", sites=(site,), who=("oslyabya",), at_least=None,
        when=TimeSpan(first, first + timedelta(hours=hours)), prior=Range(0.3, 0.5),
    )  # fmt: skip


def composed(junction: Junction, *parts: Claim | Composition, at_least: int = 0) -> Claim:
    composition = Composition(junction=junction, parts=parts, at_least=at_least)
    claims = [c for c, _ in composition.claims()]
    return replace(
        claims[0], id="joined", kind=ClaimKind.COMPOSED, composed=composition, activity="",
        sites=tuple(dict.fromkeys(s for c in claims for s in (*c.origins, *c.destinations, *c.sites))),
        who=tuple(dict.fromkeys(v for c in claims for v in c.who)),
        when=TimeSpan(min(c.when.start for c in claims), max(c.when.end for c in claims)),
    )  # fmt: skip


def at(site: str, t: datetime, *lengths: float) -> Observed:
    return look(t, lengths, site=site)


def judged(case: Case, claim: Claim, *observed: Observed, thresholds: Thresholds | None = None) -> Verdict:
    quiet = tuple(replace(case.traffic_at(s.id), vessels=Range(0.01, 0.05)) for s in case.sites)
    ship = tuple(v for v in case.vessels if v.id == "oslyabya")
    case = replace(
        case, claims=(claim,), traffic=quiet, vessels=ship, reported=(), thresholds=thresholds or case.thresholds
    )
    return assess(case, claim, observed, [], coverage_of(claim.when, places(claim), [o.look for o in observed]))


TWELFTH, SEVENTEENTH = datetime(2024, 10, 12, tzinfo=UTC), datetime(2024, 10, 17, tzinfo=UTC)
SHOWN = at("chongjin", TWELFTH + timedelta(hours=9), 112.5)


def test_parts_are_asked_of_the_same_history(dunai: Case) -> None:
    first, second = presence(dunai, "chongjin", TWELFTH), presence(dunai, "dunai", SEVENTEENTH)
    grid = grid_for(TimeSpan(TWELFTH, SEVENTEENTH + timedelta(days=1)))
    rng, sites = np.random.default_rng(4), ("chongjin", "dunai")
    place = np.repeat(rng.integers(-2, 2, (500, 1, grid.n // 60 + 1)), 60, axis=2)[:, :, : grid.n].astype(np.int8)
    drawn = Histories(
        grid=grid, sites=sites, vessels=("oslyabya",), place=place, traffic=np.zeros((500, 2, 1), np.int16),
        site_effect=np.ones((500, 2), np.float32),
    )  # fmt: skip
    a, b = (ClaimPredicate(c).holds(drawn) for c in (first, second))
    assert 0 < (a & b).sum() < a.sum() < 500
    no_b = Composition(junction=Junction.NOT, parts=(second,))
    for claim, wanted in (
        (composed(Junction.ALL, first, second), a & b),
        (composed(Junction.ANY, first, second), a | b),
        (composed(Junction.NOT, first), ~a),
        (composed(Junction.ALL, first, no_b), a & ~b),
        (composed(Junction.AT_LEAST, first, second, first, at_least=2), a),
    ):
        np.testing.assert_array_equal(ClaimPredicate(claim).holds(drawn), wanted)


def test_all_of_one_claim_is_that_claim(dunai: Case) -> None:
    one = presence(dunai, "chongjin", TWELFTH)
    alone, joined = (judged(dunai, c, SHOWN).without_reports for c in (one, composed(Junction.ALL, one)))
    assert joined.probability.low == pytest.approx(alone.probability.low, abs=0.04)
    assert joined.probability.high == pytest.approx(alone.probability.high, abs=0.04)
    assert joined.call is alone.call is Call.SUPPORTED


def test_what_is_seen_speaks_against_its_denial(dunai: Case) -> None:
    """Presence and its denial weigh the same, one for and one against, and the denial is not what looks show."""
    there = presence(dunai, "chongjin", TWELFTH)
    no, yes = (judged(dunai, c, SHOWN) for c in (composed(Junction.NOT, there), there))
    own = no.without_reports
    assert own.bayes_factor
    assert own.bayes_factor.high < 0.1
    assert own.probability.high < own.prior.low / 2
    assert yes.without_reports.call is Call.SUPPORTED
    assert no.elements[0].statement.startswith("not presence at chongjin")


def test_plans_of_both_parts_are_drawn_for_the_same_vessel(dunai: Case) -> None:
    both = composed(Junction.ALL, presence(dunai, "chongjin", TWELFTH), presence(dunai, "dunai", SEVENTEENTH))
    case = replace(dunai, claims=(both,))
    drawn = drawn_prior(stream(1, "both"), world_of(case, both), grid_of(both), both, "as-claimed", 2000)
    assert ClaimPredicate(both).holds(drawn).mean() > 0.9
    far, near = (drawn.sites.index(s) for s in ("chongjin", "dunai"))
    a, b = drawn.place[:, :, :-1], drawn.place[:, :, 1:]
    assert not ((a == far) & (b == near)).any(), "no vessel is at two places without the passage between them"


def test_what_cannot_be_together_says_how_improbable_and_calls_nothing(dunai: Case) -> None:
    """Chongjin and Dunai within one hour: no ship sails that."""
    hour = presence(dunai, "chongjin", TWELFTH, 1), presence(dunai, "dunai", TWELFTH, 1)
    own = judged(dunai, composed(Junction.ALL, *hour), SHOWN).without_reports
    assert own.call is Call.NOT_DETERMINABLE
    assert any("histories drawn shows all of it together" in n for n in own.notes)
    assert own.bayes_factor is None


def test_no_call_without_a_look_at_every_part_that_it_needs(dunai: Case) -> None:
    first, second = presence(dunai, "chongjin", TWELFTH), presence(dunai, "dunai", SEVENTEENTH)
    both, either = composed(Junction.ALL, first, second), composed(Junction.ANY, first, second)
    half = judged(dunai, both, SHOWN, thresholds=EASY).without_reports
    assert half.probability.low >= EASY.supported_probability
    assert half.call is Call.NOT_DETERMINABLE
    assert any("do not bear on enough of its parts" in n for n in half.notes)
    whole = judged(dunai, both, SHOWN, at("dunai", SEVENTEENTH + timedelta(hours=9), 112.5), thresholds=EASY)
    assert whole.without_reports.call is Call.SUPPORTED
    assert judged(dunai, either, SHOWN, thresholds=EASY).without_reports.call is Call.SUPPORTED


def test_what_images_never_show_is_not_supported_and_its_denial_not_contradicted(dunai: Case) -> None:
    crane = presence(dunai, "chongjin", TWELFTH, kind=ClaimKind.ACTIVITY)
    there = presence(dunai, "chongjin", TWELFTH)
    for claim in (composed(Junction.ANY, crane, there), composed(Junction.ALL, crane), composed(Junction.NOT, crane)):
        assert judged(dunai, claim, SHOWN, thresholds=EASY).without_reports.call is Call.NOT_DETERMINABLE
    assert unseen_parts(composed(Junction.NOT, crane)) == (False, True)
    twice = composed(Junction.NOT, Composition(junction=Junction.NOT, parts=(crane,)))
    assert unseen_parts(twice) == (True, False)


@pytest.mark.parametrize(
    ("junction", "least", "looked", "calls"),
    [
        (Junction.ALL, 0, (True, False), (False, True)),
        (Junction.ANY, 0, (True, False), (True, False)),
        (Junction.AT_LEAST, 2, (True, True, False), (True, True)),
        (Junction.AT_LEAST, 2, (True, False, False), (False, False)),
    ],
)
def test_how_many_parts_have_to_be_looked_at(
    dunai: Case, junction: Junction, least: int, looked: tuple[bool, ...], calls: tuple[bool, bool]
) -> None:
    parts = [replace(presence(dunai, "chongjin", TWELFTH), id=str(i)) for i in range(len(looked))]
    joined = composed(junction, *parts, at_least=least)
    assert carried(joined, lambda c: (looked[int(c.id)],) * 2) == calls
