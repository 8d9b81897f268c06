"""Verdicts once more: from measurements, and compared with what was published."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from roadstead.case import assumptions_sha256
from roadstead.evidence.comparing import unlike
from roadstead.model import Verdict
from roadstead.pipeline import (
    AssessStep,
    Gathered,
    Question,
    Terms,
    periods_of,
    picture_of,
    usual_length_m,
    verdict_json,
)
from roadstead.steps import StepCache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.case import Case

TOLERANCE = 0.01
"""numbers derived on another machine may differ by so much, or by that share"""
DERIVED = ", derived as"
ELSEWHERE = frozenset({"assumptions_sha256", "roster"})
"""the first is checked against the case's own files; the second rests on AIS, which measurements do not hold"""


def entries_of(case: Case, gathered: Gathered, cache: StepCache | None = None) -> list[dict[str, Any]]:
    """Entries of verdicts.json, from looks and detections; nobody is contacted and nothing but the cache written."""
    cache = cache or StepCache(None)
    picture = picture_of(case, gathered, periods_of(case), Terms(length_m=usual_length_m(case)))
    questions = [Question(case=case, claim=claim, gathered=gathered, picture=picture) for claim in case.claims]
    digest = assumptions_sha256(case)
    return [verdict_json(cache.run(AssessStep(), q, Verdict, item=q.claim.id), q.claim, digest) for q in questions]


def differences(recorded: Sequence[dict[str, Any]], derived: Sequence[dict[str, Any]]) -> list[str]:
    """What a derivation gives otherwise than recorded, whole entries compared, a sentence each.

    Args:
        recorded: entries of verdicts.json.
        derived: from `entries_of`, of the same case.
    """
    said = {str(v.get("claim")): v for v in recorded}
    found = {str(v["claim"]): v for v in derived}
    out = [f"claim {c}: has a verdict, but the case gives none" for c in sorted(said.keys() - found.keys())]
    out += [f"claim {c}: the case gives a verdict, none is recorded" for c in sorted(found.keys() - said.keys())]
    times = Counter(str(v.get("claim")) for v in recorded)
    out += [f"claim {c}: is recorded {n} times" for c, n in sorted(times.items()) if n > 1]
    for claim in sorted(said.keys() & found.keys()):
        a, b = ({k: v for k, v in x.items() if k not in ELSEWHERE} for x in (said[claim], found[claim]))
        out += unlike(a, b, tolerance=TOLERANCE, at=f"claim {claim}:")
    return out
