"""What would change this: information as arithmetic gives it, and candidates from what coverage knows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from coverage_cases import six_days

from roadstead.assess import Candidate, candidates_of
from roadstead.assess.missing import Sought, missing_looks
from roadstead.case import load_case
from roadstead.infer import SITE_EFFECT_P, SITE_EFFECTS, Weighted
from roadstead.model import (
    Availability,
    CaseCoverage,
    Claim,
    ClaimKind,
    Hypothesis,
    Modality,
    Range,
    Thresholds,
    TimeSpan,
)

CASES = Path(__file__).resolve().parents[2] / "cases"
T0 = datetime(2024, 10, 12, tzinfo=UTC)
N = 2000
CLAIM = Claim(
    id="c", source_id="s", text="", kind=ClaimKind.PRESENCE, when=TimeSpan(T0, T0 + timedelta(days=1)), when_text="",
    who=("a",), sites=("x",), prior=Range(0.5, 0.5), prior_reason="",
)  # fmt: skip
ROUTINE = (Hypothesis(id="routine", text="", motion="routine", weight=Range(1, 1), reason=""),)


def candidate(site: str, p: float = 0.9, chance: float = 1.0, known: Availability = Availability.LISTED) -> Candidate:
    t = TimeSpan(T0, T0)
    return Candidate(
        site_id=site, time=t, modality=Modality.SAR, platform="s1", availability=known, p_detect=p, chance=chance
    )


def sought(present: Sequence[Sequence[int]], *, traffic: float = 0.0, kind: ClaimKind = ClaimKind.PRESENCE) -> Sought:
    """Present at each candidate (if the claim holds, if not); routine never holds it."""
    holds = {"as-claimed": True, "routine": False}
    return Sought(
        claim=Claim(
            **{k: getattr(CLAIM, k) for k in CLAIM.__slots__ if k != "kind"}, kind=kind
        ),
        hypotheses=ROUTINE,
        samples=[
            Weighted(
                motion=m, claimed=np.full(N, yes), log_looks=np.zeros(N), reports=np.zeros((0, N), bool),
                present=np.array([np.full(N, pair[0] if yes else pair[1]) for pair in present], np.int16),
            )
            for m, yes in holds.items()
        ],
        thresholds=Thresholds(),
        traffic=lambda _: Range(traffic, traffic),
        most=0,
    )  # fmt: skip


def entropy(p: float) -> float:
    return float(-sum(x * np.log2(x) for x in (p, 1 - p) if x > 0))


def test_information_of_a_look_is_that_of_a_channel_that_misses() -> None:
    """A ship is there only if the claim holds: what the look tells is H(found) - P(claim) H(found | there)."""
    (found,) = missing_looks(sought([(1, 0)]), [candidate("x", 0.9)])
    p = float(np.dot([0.9 * e for e in SITE_EFFECTS], SITE_EFFECT_P))
    assert found.bits == pytest.approx(entropy(0.5 * p) - 0.5 * entropy(p), abs=1e-3)


def test_a_look_at_what_the_claim_says_nothing_of_is_not_named() -> None:
    assert missing_looks(sought([(1, 1)]), [candidate("x")]) == ()


def test_other_ships_of_the_size_make_a_look_worth_less() -> None:
    alone, crowded = (missing_looks(sought([(1, 0)], traffic=t), [candidate("x")])[0] for t in (0.0, 2.0))
    assert crowded.bits < 0.6 * alone.bits


def test_a_ship_where_else_there_is_none_would_be_called_and_passengers_never() -> None:
    pair = [(1, 0)]
    (ship,) = missing_looks(sought(pair), [candidate("x")])
    (soldiers,) = missing_looks(sought(pair, kind=ClaimKind.PERSONS), [candidate("x")])
    p = float(np.dot([0.9 * e for e in SITE_EFFECTS], SITE_EFFECT_P))
    assert ship.p_called == pytest.approx(0.5 * p, abs=1e-3)
    assert soldiers.p_called == 0.0


def test_the_order_allows_for_the_chance_to_have_the_look() -> None:
    found = missing_looks(
        sought([(1, 0), (1, 0), (1, 0)]),
        [candidate("x", 0.9, 0.1), candidate("y", 0.5, 1.0), candidate("z", 0.9, 0.02, Availability.HYPOTHETICAL)],
    )
    assert [m.site_id for m in found] == ["y", "x", "z"]
    assert found[0].bits < found[1].bits


def test_candidates_are_what_nobody_detected_in_yet() -> None:
    """Of six days at Dunai in every state: found and nothing found are no candidates, all else is."""
    case = load_case(CASES / "dunai-2024")
    claim = case.claim("cns-at-dunai-oct")
    found = candidates_of(case, claim, six_days())
    assert {c.site_id for c in found} == {"dunai"}
    assert {c.availability for c in found} == set(Availability)
    chance = {(c.availability, c.modality): c.chance for c in found}
    sar = Modality.SAR
    assert chance[Availability.POSSIBLE, sar] == pytest.approx(0.95 * 4 / 6)  # three of four lately
    listed = max(v for (a, _), v in chance.items() if a is Availability.LISTED)
    assert listed > max(v for (a, _), v in chance.items() if a in {Availability.UNUSABLE, Availability.NOT_LISTED})
    assert candidates_of(case, claim, CaseCoverage(sites=(), answers=(), satellites=(), losses=())) == ()
    assert candidates_of(case, case.claim("cns-secluded"), six_days()) == ()


def test_a_look_that_tells_almost_nothing_changes_no_call_though_looks_alone_would_call_now() -> None:
    """What withheld the present call (too few histories, a part without a look) is not what the look would mend."""
    held = sought([(1, 0)])
    sure = replace(
        held, samples=[replace(s, log_looks=s.log_looks - 4 * (s.motion == "routine")) for s in held.samples]
    )
    (look,) = missing_looks(sure, [candidate("x", 0.3)])
    assert look.p_called == pytest.approx(0.0, abs=1e-3)


def test_of_a_claim_with_an_unseen_part_the_alternatives_hold_what_was_seen() -> None:
    """An alternative holds a composed claim only where all its parts would be seen."""
    whole = sought([(1, 0)])
    routine = replace(whole.samples[1], claimed=np.ones(N, bool), seen=np.zeros(N, bool))
    as_claimed = replace(whole.samples[0], seen=np.ones(N, bool))
    (plain,) = missing_looks(whole, [candidate("x")])
    (hidden,) = missing_looks(replace(whole, samples=[as_claimed, routine]), [candidate("x")])
    assert hidden.bits == pytest.approx(plain.bits, abs=1e-6)
