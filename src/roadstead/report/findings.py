"""Key findings: a sentence a claim, grouped by what may be said, and what we did not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.assess import places, probability_words
from roadstead.coverage import usable
from roadstead.model import Call, ClaimKind, Status
from roadstead.report.claims import SHORT, anchor, looks_at, site_name
from roadstead.report.markup import shortened
from roadstead.report.messages import text
from roadstead.report.numbers import percents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.model import Verdict, Weighing
    from roadstead.report.contents import Contents

UNTESTABLE = "untestable"
DIFFERS = "differs"
"""group of claims whose two computations do not agree; a call by one of them alone is no headline"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence of the key findings."""

    anchor: str
    claim_id: str
    said: str
    by: str
    verdict: str
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one kind."""

    css: str
    heading: str
    findings: tuple[Finding, ...]


def groups(contents: Contents) -> tuple[Group, ...]:
    """Supported, contradicted, where the two computations differ, not determinable, not testable; in this order."""
    out = []
    for kind in (Call.SUPPORTED.value, Call.CONTRADICTED.value, DIFFERS, Call.NOT_DETERMINABLE.value, UNTESTABLE):
        found = tuple(_finding(contents, v) for v in contents.verdicts if _kind(contents, v) == kind)
        if found:
            css = kind.replace(" ", "-")
            out.append(Group(css=css, heading=text(f"findings.{css}"), findings=found))
    return tuple(out)


def _kind(contents: Contents, verdict: Verdict) -> str:
    if contents.case.claim(verdict.claim_id).kind is ClaimKind.STATEMENT:
        return UNTESTABLE
    own, both = verdict.without_reports.call, verdict.with_reports.call
    return own.value if own is both else DIFFERS


def _finding(contents: Contents, verdict: Verdict) -> Finding:
    claim = contents.case.claim(verdict.claim_id)
    source = contents.case.source(claim.source_id)
    own, both = verdict.without_reports, verdict.with_reports
    if claim.kind is ClaimKind.STATEMENT:
        words = text("findings.untestable_claim", prior=percents(own.prior))
    else:
        looked = bool(verdict.coverage.usable_looks or verdict.coverage.also_weighed)
        same = _weighed(own, looked=True) == _weighed(both, looked=True)
        key = ("same" if same else "both") if looked else ("unlooked" if same else "unlooked_both")
        said = {"own": _weighed(own, looked=looked), "both": _weighed(both, looked=looked)}
        words = text(f"findings.{key}", **said, prior=percents(own.prior))
        words = words[0].upper() + words[1:]
    return Finding(
        anchor=anchor(claim.id),
        claim_id=claim.id,
        said=shortened(claim.text, SHORT),
        by=f"{shortened(source.name, 60)}, {source.grade}",
        verdict=words,
        simulated=verdict.simulated,
    )


def _weighed(w: Weighing, *, looked: bool) -> str:
    """The call and its probability; a word of likelihood only where something was looked at."""
    p = percents(w.probability)
    if not looked:
        return text("findings.unweighed", call=w.call.value, p=p)
    return text("findings.weighed", call=w.call.value, words=probability_words(w.probability), p=p)


def tally(contents: Contents, made: Sequence[Group]) -> tuple[str, ...]:
    """What an editor reads first: how many claims came out how; and whether any image tested them at all."""
    if not made:
        return ()
    counts = ", ".join(text("findings.count", n=len(g.findings), kind=text(f"findings.short_{g.css}")) for g in made)
    lines = [text("findings.tally", n=len(contents.verdicts), counts=counts)]
    if text("findings.blind_everywhere") in not_seen(contents):
        lines.append(text("findings.untested"))
    return tuple(lines)


def not_seen(contents: Contents) -> tuple[str, ...]:
    """What our own looks do not show: windows without a look, then elements that stayed open."""
    return (*_blind(contents), *_open(contents))


def _blind(contents: Contents) -> Iterator[str]:
    by_site: dict[str, list[str]] = {}
    asked = 0
    for verdict in contents.verdicts:
        claim = contents.case.claim(verdict.claim_id)
        for site_id in places(claim):
            asked += 1
            if not any(usable(k) for k in looks_at(contents, claim, site_id)):
                by_site.setdefault(site_id, []).append(claim.id)
    if asked and sum(len(ids) for ids in by_site.values()) == asked:
        yield text("findings.blind_everywhere")
        return
    for site_id, ids in by_site.items():
        yield text("findings.blind", place=site_name(contents.case, site_id), claims=", ".join(ids))


def _open(contents: Contents) -> Iterator[str]:
    for verdict in contents.verdicts:
        if verdict.coverage.usable_looks == 0:
            continue
        still = [
            f"{e.name.value} ({shortened(e.statement, 80)})"
            for e in verdict.elements
            if e.status_without_reports is Status.NOT_DETERMINABLE
        ]
        if still:
            yield text("findings.open", claim=verdict.claim_id, elements="; ".join(still))
