"""Verdicts once more: from measurements, and compared with what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.model import Verdict
from roadstead.pipeline import AssessStep, Gathered, Question, Terms, periods_of, picture_of, usual_length_m
from roadstead.steps import StepCache, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.case import Case
    from roadstead.model import Range, Weighing

TOLERANCE = 0.01
"""probabilities derived on another machine may differ by so much"""


def verdicts_of(case: Case, gathered: Gathered, cache: StepCache | None = None) -> tuple[Verdict, ...]:
    """The verdict on every claim, from looks and detections; nobody is contacted and nothing but the cache written."""
    cache = cache or StepCache(None)
    picture = picture_of(case, gathered, periods_of(case), Terms(length_m=usual_length_m(case)))
    questions = (Question(case=case, claim=claim, gathered=gathered, picture=picture) for claim in case.claims)
    return tuple(cache.run(AssessStep(), q, Verdict, item=q.claim.id) for q in questions)


def differences(
    recorded: Sequence[dict[str, Any]], derived: Sequence[Verdict], *, tolerance: float = TOLERANCE
) -> list[str]:
    """What a derivation gives otherwise than recorded, a sentence each.

    Args:
        recorded: entries of verdicts.json.
        derived: verdicts of the same case.
        tolerance: of probabilities.
    """
    said = {str(v.get("claim")): v for v in recorded}
    found = {v.claim_id: v for v in derived}
    out = [f"claim {c}: has a verdict, but the case gives none" for c in sorted(said.keys() - found.keys())]
    out += [f"claim {c}: the case gives a verdict, none is recorded" for c in sorted(found.keys() - said.keys())]
    for claim in sorted(said.keys() & found.keys()):
        out += [f"claim {claim}: {d}" for d in _differences(said[claim], found[claim], tolerance)]
    return out


def _differences(recorded: dict[str, Any], verdict: Verdict, tolerance: float) -> list[str]:
    with_reports = recorded.get("with_reports")
    out = _weighing(recorded, verdict.without_reports, "by our own looks", tolerance)
    out += _weighing(
        with_reports if isinstance(with_reports, dict) else {}, verdict.with_reports, "with reports", tolerance
    )
    statuses = {e.name.value: [e.status.value, e.status_without_reports.value] for e in verdict.elements}
    elements = recorded.get("elements")
    stated = {
        str(e.get("name")): [e.get("status"), e.get("status_without_reports")]
        for e in (elements if isinstance(elements, list) else [])
        if isinstance(e, dict)
    }
    out += [
        f"element {name!r} is recorded as {stated.get(name)}, derived as {statuses.get(name)}"
        for name in sorted(statuses.keys() | stated.keys())
        if statuses.get(name) != stated.get(name)
    ]
    if bool(recorded.get("simulated")) != verdict.simulated:
        out.append(f"is recorded as simulated: {recorded.get('simulated')}, derived as {verdict.simulated}")
    return out + _shares(recorded, verdict, tolerance)


def _weighing(recorded: dict[str, Any], derived: Weighing, which: str, tolerance: float) -> list[str]:
    out = []
    if recorded.get("verdict") != derived.call.value:
        out.append(f"{which} recorded as {recorded.get('verdict')!r}, derived as {derived.call.value!r}")
    if not _near(recorded.get("probability"), derived.probability, tolerance):
        p = [round(derived.probability.low, 4), round(derived.probability.high, 4)]
        out.append(f"{which} probability recorded as {recorded.get('probability')}, derived as {p}")
    if not _near(recorded.get("prior"), derived.prior, tolerance):
        out.append(f"{which} prior recorded as {recorded.get('prior')}, derived as {to_plain(derived.prior)}")
    return out


def _shares(recorded: dict[str, Any], verdict: Verdict, tolerance: float) -> list[str]:
    """Posteriors of the alternatives."""
    listed = recorded.get("hypotheses")
    stated = {str(h.get("id")): h for h in (listed if isinstance(listed, list) else []) if isinstance(h, dict)}
    out = []
    for share in verdict.hypotheses:
        posterior = stated.get(share.id, {}).get("posterior")
        pair = [posterior.get("low"), posterior.get("high")] if isinstance(posterior, dict) else None
        if not _near(pair, share.posterior, tolerance):
            out.append(f"alternative {share.id!r} is recorded as {pair}, derived as {to_plain(share.posterior)}")
    return out


def _near(recorded: Any, derived: Range, tolerance: float) -> bool:
    if not (isinstance(recorded, list) and len(recorded) == 2):
        return False
    pairs = zip(recorded, (derived.low, derived.high), strict=True)
    # verdicts.json is rounded to four places.
    return all(isinstance(a, int | float) and abs(a - b) <= tolerance + 1e-4 for a, b in pairs)
