"""A report's contents without what is withheld: the same redaction that exports and bundles get, on values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from roadstead.model import Precision, Sighting, TimeSpan
from roadstead.report.exports.redaction import WITHHELD, Redactor

if TYPE_CHECKING:
    from roadstead.case import Case
    from roadstead.model import Claim, Element, Verdict
    from roadstead.report.contents import Contents

T = TypeVar("T")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def redacted_contents(contents: Contents, redactor: Redactor) -> Contents:
    """The contents of a report as its profile allows them; pixels stay as they are.

    Args:
        contents: of the whole report.
        redactor: of the case and the profile; it counts what it takes out.
    """
    case = contents.case
    marked = {c.id for c in case.claims if redactor.marked(c.source_id)}
    dropped = {s.id for s in case.sources if redactor.marked(s.id) == "drop"}
    said = [r.id for r in case.reported if redactor.marked(r.source_id)]
    cut = replace(
        contents,
        case=_case(case, redactor, [*(f"claim {c}:" for c in sorted(marked)), *(f"report {r}:" for r in said)]),
        verdicts=tuple(_verdict(v, case.claim(v.claim_id).text) if v.claim_id in marked else v
                       for v in contents.verdicts),
        port_calls=tuple(p for p in contents.port_calls if p.ours or not dropped & set(p.basis)),
    )  # fmt: skip
    return _mapped(cut, redactor)


def _case(case: Case, redactor: Redactor, quoting: list[str]) -> Case:
    """The case without words of marked sources, and without warnings that quote them."""
    reported = []
    for sighting in case.reported:
        how = redactor.marked(sighting.source_id)
        if how == "drop":
            redactor.note("reports")
        else:
            reported.append(_sighting(sighting, redactor, marked=bool(how)))
    return replace(
        case,
        claims=tuple(_claim(c) if redactor.marked(c.source_id) else c for c in case.claims),
        reported=tuple(reported),
        warnings=tuple(w for w in case.warnings if not w.startswith(tuple(quoting))),
    )


def _claim(claim: Claim) -> Claim:
    said = WITHHELD if claim.when_text else ""
    return replace(claim, text=WITHHELD, when_text=said, prior_reason=WITHHELD)


def _sighting(sighting: Sighting, redactor: Redactor, *, marked: bool) -> Sighting:
    if marked:
        redactor.note("texts and hours of reports")
        span = _coarse(sighting.time, DAY)
        return replace(sighting, time=span, text=WITHHELD, lr_reason=WITHHELD, activity="")
    steps = {"day": DAY, "hour": HOUR}
    step = steps.get(redactor.rules.times) if redactor.profile.value == "public" else None
    if step is None:
        return sighting
    redactor.note("exact times")
    return replace(sighting, time=_coarse(sighting.time, step))


def _coarse(span: TimeSpan, step: timedelta) -> TimeSpan:
    """The whole days or hours that a span touches, UTC."""
    midnight = span.start.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + (span.start - midnight) // step * step
    whole = max(1, -((start - span.end) // step))
    return TimeSpan(start, start + whole * step, Precision.DAY if (step, whole) == (DAY, 1) else Precision.INTERVAL)


def _verdict(verdict: Verdict, said: str) -> Verdict:
    shares = tuple(replace(h, text=WITHHELD) if h.text == said else h for h in verdict.hypotheses)
    return replace(verdict, elements=tuple(_element(e) for e in verdict.elements), hypotheses=shares)


def _element(element: Element) -> Element:
    return replace(element, statement=WITHHELD, why=WITHHELD)


def _mapped(value: T, redactor: Redactor) -> T:
    """Every text inside a value as the redactor gives it; enums, numbers, times, geometries and pixels as they are."""
    made: Any = value
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        made = redactor.text(value)
    elif isinstance(value, Path):
        made = value.parent / redactor.text(value.name) if value.name else value
    elif is_dataclass(value) and not isinstance(value, type):
        inside = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        new = {name: _mapped(old, redactor) for name, old in inside.items()}
        changed = {name: new[name] for name in new if new[name] is not inside[name]}
        made = replace(value, **changed) if changed else value
    elif isinstance(value, tuple | list):
        made = type(value)(_mapped(v, redactor) for v in value)
    elif isinstance(value, Mapping):
        made = {_mapped(k, redactor): _mapped(v, redactor) for k, v in value.items()}
    return made  # type: ignore[no-any-return]
