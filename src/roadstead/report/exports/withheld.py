"""What a whole value loses before it leaves: the one place that says it. Every output is written from such values.

`drop`: the source, its claims, its reports, and every claim of others that is composed of one of its claims are not
there. Of verdicts on other claims, what names its reports goes too; the numbers stay as they were weighed.
`coarsen`: its claims and reports stay, without words, activity and hours; what rests on them loses its times of day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from roadstead.model import Claim, Composition, Precision, Sighting, TimeSpan
from roadstead.report.exports.redaction import WITHHELD, Profile, Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.case import Case
    from roadstead.model import AchTable, Coverage, Element, GroupWeight, Ledger, PortCall, Verdict
    from roadstead.report.contents import Contents

T = TypeVar("T")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_DAY_HOURS = 24


def redacted_contents(contents: Contents, redactor: Redactor) -> Contents:
    """The contents of a report as its profile allows them; pixels stay as they are.

    Args:
        contents: of the whole report.
        redactor: of the case and the profile; it counts what it takes out.

    Coverage of the whole case shows the windows of its claims, and is to be that of `withheld_case`.
    """
    cut = _Cut.of(contents.case, redactor)
    left = withheld_case(contents.case, redactor)
    claims = {c.id for c in left.claims}
    dropped = set(contents.case.mistakes) - set(left.mistakes)
    less = replace(
        contents,
        case=left,
        verdicts=tuple(cut.verdict(v, contents.case.claim(v.claim_id)) for v in contents.verdicts
                       if v.claim_id in claims),
        port_calls=tuple(p for call in contents.port_calls for p in cut.port_call(call)),
        losses=(*left.mistakes, *(s for s in contents.losses if s not in dropped and s not in left.mistakes)),
    )  # fmt: skip
    return redacted(less, redactor)


def withheld_case(case: Case, redactor: Redactor) -> Case:
    """The case without what is marked; names inside texts are left to `redacted`.

    Args:
        case: the case.
        redactor: of it and the profile.
    """
    if redactor.profile is Profile.FULL:
        return case
    cut = _Cut.of(case, redactor)
    claims = tuple(c for old in case.claims if (c := cut.claim(old)) is not None)
    reported = tuple(s for old in case.reported if (s := cut.sighting(old)) is not None)
    mistakes = case.mistakes
    if mistakes and redactor.rules.sources:
        mistakes = (f"{len(mistakes)} entr(ies) of the case's files left out; their words are withheld",)
    return replace(
        case,
        sources=tuple(_source(s, redactor) for s in case.sources if s.id not in cut.dropped),
        claims=claims,
        reported=reported,
        warnings=tuple(w for w in case.warnings if not w.startswith(cut.quoting)),
        mistakes=mistakes,
    )


def _source(source: Any, redactor: Redactor) -> Any:
    if not redactor.marked(source.id):
        return source
    redactor.note("sources")
    return replace(source, name="withheld source", url="", note="", published=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """What the rules mean for one case."""

    redactor: Redactor
    dropped: frozenset[str]
    """ids of sources; so below"""
    coarse: frozenset[str]
    dropped_reports: frozenset[str]
    coarse_reports: frozenset[str]
    gone: tuple[Composition, ...]
    """what composed claims of dropped sources are composed of"""
    coarse_claims: frozenset[str]
    quoting: tuple[str, ...]
    """how warnings begin that quote a marked source"""

    @classmethod
    def of(cls, case: Case, redactor: Redactor) -> _Cut:
        how = {s.id: redactor.marked(s.id) for s in case.sources}
        dropped = frozenset(k for k, v in how.items() if v == "drop")
        coarse = frozenset(k for k, v in how.items() if v == "coarsen")
        gone = tuple(c.composed for c in case.claims if c.composed and c.source_id in dropped)
        touched = {c.id: _touched(c, dropped, coarse, gone) for c in case.claims}
        reports = {r.id: how.get(r.source_id, "") for r in case.reported}
        return cls(
            redactor=redactor,
            dropped=dropped,
            coarse=coarse,
            dropped_reports=frozenset(k for k, v in reports.items() if v == "drop"),
            coarse_reports=frozenset(k for k, v in reports.items() if v == "coarsen"),
            gone=gone,
            coarse_claims=frozenset(k for k, v in touched.items() if v == "coarsen"),
            quoting=(
                *(f"claim {k}:" for k, v in touched.items() if v),
                *(f"report {k}:" for k, v in reports.items() if v),
            ),
        )

    def claim(self, claim: Claim) -> Claim | None:
        """The claim as it may be told; None: not at all."""
        how = _touched(claim, self.dropped, self.coarse, self.gone)
        if how == "drop":
            self.redactor.note("claims")
            return None
        if not how:
            return claim
        own = claim.source_id in self.coarse
        if own:
            self.redactor.note("texts of claims")
        parts = self._parts(claim.composed) if claim.composed else None
        when = _whole_days(claim.when)
        said = WITHHELD if own and claim.when_text else self.redactor.time(claim.when_text, fineness="day")
        if parts is not None and not own:
            said = "; ".join(dict.fromkeys(c.when_text for c, _ in parts.claims()))
        text, reason = (WITHHELD, WITHHELD) if own else (claim.text, claim.prior_reason)
        return replace(claim, text=text, prior_reason=reason, when=when, when_text=said, composed=parts)

    def _parts(self, composed: Composition) -> Composition:
        made = tuple(self._parts(p) if isinstance(p, Composition) else self.claim(p) or p for p in composed.parts)
        return replace(composed, parts=made)

    def sighting(self, sighting: Sighting) -> Sighting | None:
        """The report as it may be told; None: not at all."""
        how = self.redactor.marked(sighting.source_id)
        if how == "drop":
            self.redactor.note("reports")
            return None
        if how:
            self.redactor.note("texts and hours of reports")
            span = _coarse(sighting.time, DAY)
            return replace(sighting, time=span, text=WITHHELD, lr_reason=WITHHELD, activity="")
        step = {"day": DAY, "hour": HOUR}.get(self.redactor.rules.times)
        if step is None:
            return sighting
        self.redactor.note("exact times")
        words = self.redactor.time
        return replace(
            sighting, time=_coarse(sighting.time, step), text=words(sighting.text), lr_reason=words(sighting.lr_reason)
        )

    def verdict(self, verdict: Verdict, claim: Claim) -> Verdict:
        """The verdict without what rests on, or quotes, what is withheld."""
        groups = verdict.ledger.groups if verdict.ledger else ()
        lost = {g.id for g in groups if self.dropped_reports & set(g.evidence)}
        cut = replace(
            verdict,
            elements=tuple(self._element(e) for e in verdict.elements),
            ledger=self._ledger(verdict.ledger, lost) if verdict.ledger else None,
            ach=self._ach(verdict.ach, lost) if verdict.ach else None,
        )
        return self._coarse_verdict(cut, claim) if verdict.claim_id in self.coarse_claims else cut

    def _element(self, element: Element) -> Element:
        evidence = tuple(e for e in element.evidence if e not in self.dropped and e not in self.dropped_reports)
        if len(evidence) < len(element.evidence):
            return replace(element, why=WITHHELD, evidence=evidence)
        if set(element.evidence) & (self.coarse | self.coarse_reports):
            return replace(element, why=self.redactor.time(element.why, fineness="day"))
        return element

    def _ledger(self, ledger: Ledger, lost: set[str]) -> Ledger:
        """Without lines that weigh a withheld report, and without conflicts that name one."""
        if lost:
            self.redactor.note("weights of reports")
        words = [g.text for g in ledger.groups if g.id in lost] + sorted(self.dropped_reports)
        kept = tuple(self._group(g) for g in ledger.groups if g.id not in lost)
        quiet = tuple(c for c in ledger.conflicts if not any(w in c for w in words))
        return replace(ledger, groups=kept, conflicts=quiet, all_db=None if lost else ledger.all_db)

    def _group(self, group: GroupWeight) -> GroupWeight:
        if not set(group.evidence) & self.coarse_reports:
            return group
        words = self.redactor.time
        return replace(group, text=words(group.text, fineness="day"), why=words(group.why, fineness="day"))

    @staticmethod
    def _ach(table: AchTable, lost: set[str]) -> AchTable:
        return replace(table, rows=tuple(r for r in table.rows if r.group_id not in lost))

    def _coarse_verdict(self, verdict: Verdict, claim: Claim) -> Verdict:
        """By the day; without the words of the claim where they are its source's."""
        own = claim.source_id in self.coarse
        words = {claim.text, claim.when_text} - {""} if own else set()
        cut = replace(
            verdict,
            elements=tuple(replace(e, statement=WITHHELD, why=WITHHELD) for e in verdict.elements),
            hypotheses=tuple(replace(h, text=WITHHELD) if h.text in words else h for h in verdict.hypotheses),
            coverage=_coarse_coverage(verdict.coverage),
        )
        told = _mapped(cut, lambda text: self.redactor.time(text, fineness="day"), lambda span: _coarse(span, DAY))
        return replace(told, claim_id=verdict.claim_id)

    def port_call(self, call: PortCall) -> tuple[PortCall, ...]:
        """None where a dropped source tells it; by the day or hour where the rules say so."""
        basis = set(call.basis)
        if call.ours or self.redactor.profile is Profile.FULL:
            return (call,)
        if basis & (self.dropped | self.dropped_reports):
            return ()
        step = {"day": DAY, "hour": HOUR}.get(self.redactor.rules.times)
        step = DAY if basis & (self.coarse | self.coarse_reports) else step
        return (call,) if step is None else (_mapped(call, str, lambda span: _coarse(span, step)),)


def _touched(claim: Claim, dropped: frozenset[str], coarse: frozenset[str], gone: tuple[Composition, ...]) -> str:
    """`drop` or `coarsen` for a claim that a marked source makes, or that is composed of such."""
    inside = claim.composed.claims() if claim.composed else ()
    sources = {claim.source_id, *(c.source_id for c, _ in inside)}
    if sources & dropped or (claim.composed and any(_holds(claim.composed, g) for g in gone)):
        return "drop"
    return "coarsen" if sources & coarse else ""


def _holds(whole: Composition, part: Composition) -> bool:
    return whole == part or any(isinstance(p, Composition) and _holds(p, part) for p in whole.parts)


def _coarse(span: TimeSpan, step: timedelta) -> TimeSpan:
    """The whole days or hours that a span touches, UTC."""
    midnight = span.start.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + (span.start - midnight) // step * step
    whole = max(1, -((start - span.end) // step))
    return TimeSpan(start, start + whole * step, Precision.DAY if (step, whole) == (DAY, 1) else Precision.INTERVAL)


def _whole_days(span: TimeSpan) -> TimeSpan:
    """A window of whole days as it is, since it tells no hour, whatever the time zone; others by the UTC day."""
    return _coarse(span, DAY) if span.duration % DAY else span


def _coarse_coverage(coverage: Coverage) -> Coverage:
    """The denominator of a claim whose hours are withheld: no more than whole days."""
    return replace(
        coverage,
        hours_of_window=_DAY_HOURS * ceil(coverage.hours_of_window / _DAY_HOURS),
        longest_gap_hours=_DAY_HOURS * ceil(coverage.longest_gap_hours / _DAY_HOURS),
        windows=(),
        statement=WITHHELD,
    )


def redacted(value: T, redactor: Redactor) -> T:
    """Every text inside a value as the redactor gives it; enums, numbers, times, geometries and pixels as they are."""
    return _mapped(value, redactor.text)


def _mapped(value: T, text: Callable[[str], str], span: Callable[[TimeSpan], TimeSpan] = lambda s: s) -> T:
    """The value with every text and every span inside it as the functions give them."""
    made: Any = value
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        made = text(value)
    elif isinstance(value, TimeSpan):
        made = span(value)
    elif isinstance(value, Path):
        made = value.parent / text(value.name) if value.name else value
    elif is_dataclass(value) and not isinstance(value, type):
        inside = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        new = {name: _mapped(old, text, span) for name, old in inside.items()}
        changed = {name: new[name] for name in new if new[name] is not inside[name]}
        made = replace(value, **changed) if changed else value
    elif isinstance(value, tuple | list):
        made = type(value)(_mapped(v, text, span) for v in value)
    elif isinstance(value, Mapping):
        made = {_mapped(k, text, span): _mapped(v, text, span) for k, v in value.items()}
    return made  # type: ignore[no-any-return]
