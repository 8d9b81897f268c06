"""Each claim as the report shows it, and the table of all verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.assess import places, probability_words
from roadstead.model import Claim, ClaimKind, GroupKind
from roadstead.report import beside
from roadstead.report.bars import probability_bar
from roadstead.report.markup import inside, is_web_address, join, link, plain, several, shortened, unbroken, user
from roadstead.report.messages import text
from roadstead.report.numbers import factor, percents, time
from roadstead.report.tables import Table, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.case import Case
    from roadstead.model import Hypothesis, Look, Thresholds, Verdict, Weighing
    from roadstead.report.contents import Contents

SHORT, TINY = 220, 110


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """One claim with its verdict, ready to be printed."""

    anchor: str
    heading: str
    whole: str
    """the claim's words, where the heading does not hold them all"""
    claim: Claim
    call: str
    """call without reports, as a CSS class"""
    facts: tuple[tuple[str, Markup], ...]
    """name and value of what is known of the claim"""
    words_without: str
    words_with: str
    bar: Markup | None
    elements: Table
    alternatives: Table | None
    inseparable: str
    """which alternatives the images cannot tell apart, or nothing"""
    coverage: str
    notes: tuple[str, ...]
    simulated: bool
    counted: str
    """different ships, counted before anything is weighed"""
    same: Table | None
    """detections that may be one ship"""
    ledger: Table | None
    conflicts: tuple[str, ...]
    ach: Table | None
    ach_note: str
    missing: Table | None


def anchor(claim_id: str) -> str:
    """The id of a claim's part of the page."""
    return f"claim-{claim_id}"


def verdict_table(contents: Contents) -> Table:
    """All claims with both verdicts."""
    return table("verdicts", (_verdict_row(contents.case, v) for v in contents.verdicts), text("verdicts.caption"))


def _verdict_row(case: Case, verdict: Verdict) -> tuple[Markup, ...]:
    claim = case.claim(verdict.claim_id)
    source = case.source(claim.source_id)
    mark = plain(text("simulated.mark")) if verdict.simulated else Markup("")
    said = join([inside(claim.id, anchor(claim.id)), user(shortened(claim.text, TINY)), mark])
    own, both = verdict.without_reports, verdict.with_reports
    if untested(verdict):
        moved = percents(own.probability) != percents(both.probability)
        basis = text("verdicts.assumed"), text("verdicts.reported" if moved else "verdicts.assumed")
    else:
        basis = probability_words(own.probability), probability_words(both.probability)
    chances = (_chance(own, basis[0]), _chance(both, basis[1]))
    return (said, _graded(source.name, source.grade), _call(own), chances[0], _call(both), chances[1])


def _graded(name: str, grade: str) -> Markup:
    return join([user(name), Markup('<span class="grade">{}</span>').format(grade)])


def _call(weighing: Weighing) -> Markup:
    return Markup('<b class="call {}">{}</b>').format(css(weighing), weighing.call.value)


def css(weighing: Weighing) -> str:
    """The class of a call."""
    return weighing.call.value.replace(" ", "-")


def untested(verdict: Verdict) -> bool:
    """Whether no look of ours bears on the claim, so that its probability is what was assumed."""
    heard = verdict.ledger is not None and any(g.kind is GroupKind.AIS for g in verdict.ledger.groups)
    return not (verdict.coverage.usable_looks or verdict.coverage.also_weighed or heard)


def _chance(weighing: Weighing, words: str) -> Markup:
    return join([unbroken(percents(weighing.probability)), Markup('<span class="soft">{}</span>').format(words)])


def claim_views(contents: Contents) -> tuple[ClaimView, ...]:
    """Every claim that has a verdict, in the order of the case."""
    return tuple(_claim_view(contents, v) for v in contents.verdicts)


def _claim_view(contents: Contents, verdict: Verdict) -> ClaimView:
    case, own = contents.case, verdict.without_reports
    claim = case.claim(verdict.claim_id)
    testable = claim.kind is not ClaimKind.STATEMENT
    return ClaimView(
        anchor=anchor(claim.id),
        heading=shortened(claim.text, SHORT),
        whole=claim.text if shortened(claim.text, SHORT) != claim.text else "",
        claim=claim,
        call=css(own),
        facts=tuple(_facts(case, claim, verdict)),
        words_without=own.words,
        words_with=verdict.with_reports.words,
        bar=probability_bar(verdict, case.thresholds, f"bar-{claim.id}") if testable else None,
        elements=_elements(verdict),
        alternatives=_alternatives(case, verdict) if verdict.hypotheses and not untested(verdict) else None,
        inseparable=_assumed_shares(verdict) if untested(verdict) else _inseparable_note(verdict),
        coverage=verdict.coverage.statement,
        notes=tuple(dict.fromkeys((*own.notes, *verdict.with_reports.notes))),
        simulated=verdict.simulated,
        counted=beside.counted(verdict),
        same=beside.same_table(verdict),
        ledger=beside.ledger_table(verdict),
        conflicts=beside.conflicts(verdict),
        ach=beside.ach_table(verdict),
        ach_note=beside.ach_note(verdict),
        missing=beside.missing_table(case, verdict),
    )


def _facts(case: Case, claim: Claim, verdict: Verdict) -> Iterator[tuple[str, Markup]]:
    source = case.source(claim.source_id)
    name = link(source.name, source.url) if is_web_address(source.url) else user(source.name)
    yield text("claim.source"), join([name, Markup('<span class="grade">{}</span>').format(source.grade)])
    if claim.when_text:
        yield text("claim.when_said"), user(claim.when_text)
    yield text("claim.when_utc"), plain(time(claim.when))
    if places(claim):
        yield text("claim.where"), join([user(site_name(case, s)) for s in places(claim)], ", ")
    if claim.who:
        yield text("claim.who"), join([user(case.vessel(v).name) for v in claim.who], ", ")
    yield text("claim.prior"), join([plain(percents(claim.prior)), user(claim.prior_reason)], ": ")
    yield text("claim.factor_without"), plain(_factor(verdict.without_reports, case.thresholds))
    yield text("claim.factor_with"), plain(_factor(verdict.with_reports, case.thresholds))


def site_name(case: Case, site_id: str) -> str:
    """The name of a site, or its id where the case does not have it."""
    return next((s.name for s in case.sites if s.id == site_id), site_id)


def looks_at(contents: Contents, claim: Claim, site_id: str) -> tuple[Look, ...]:
    """Our looks at a site inside the window of a claim."""
    here = (k for k in contents.looks if k.site_id == site_id)
    return tuple(k for k in here if k.time and k.time.overlaps(claim.when))


def _factor(weighing: Weighing, thresholds: Thresholds) -> str:
    if weighing.bayes_factor is not None:
        return text("claim.factor", factor=factor(weighing.bayes_factor), hits=f"{weighing.effective_hits:.0f}",
                    samples=weighing.n_samples)  # fmt: skip
    if weighing.n_samples == 0:
        return text("claim.no_factor_untested")
    if weighing.effective_hits >= thresholds.min_effective_hits:
        return text("claim.no_factor_certain")
    return text("claim.no_factor", hits=f"{weighing.effective_hits:.0f}", samples=weighing.n_samples)


def _elements(verdict: Verdict) -> Table:
    rows = (
        (
            plain(e.name.value),
            user(e.statement),
            _status(e.status_without_reports.value),
            _status(e.status.value),
            user(e.why),
            several(e.evidence),
        )
        for e in verdict.elements
    )
    return table("elements", rows, text("claim.elements", claim=verdict.claim_id))


def _status(value: str) -> Markup:
    return Markup('<b class="status {}">{}</b>').format(value.split(",", maxsplit=1)[0].replace(" ", "-"), value)


def _alternatives(case: Case, verdict: Verdict) -> Table:
    known = {h.id: h for h in case.hypotheses}
    rows = (
        (
            join([Markup("<b>{}</b>").format(user(h.id)), user(h.text)], ": "),
            unbroken(percents(h.prior)),
            unbroken(percents(h.posterior)),
            user(_reason(known.get(h.id))),
            _inseparable(h.inseparable_from, len(verdict.hypotheses)),
        )
        for h in verdict.hypotheses
    )
    return table("alternatives", rows, text("claim.alternatives", claim=verdict.claim_id))


def _assumed_shares(verdict: Verdict) -> str:
    """One sentence in place of a table whose two columns would be equal."""
    if not verdict.hypotheses:
        return ""
    shares = ", ".join(f"{h.id} {percents(h.prior)}" for h in verdict.hypotheses)
    return text("claim.assumed_shares", shares=shares)


def _reason(hypothesis: Hypothesis | None) -> str:
    return hypothesis.reason if hypothesis else ""


def _inseparable(ids: tuple[str, ...], n_all: int) -> Markup:
    if not ids:
        return Markup("")
    if len(ids) == n_all - 1:
        return plain(text("claim.inseparable_all"))
    return join([plain(text("claim.inseparable")), join([user(i) for i in ids], ", ")])


def _inseparable_note(verdict: Verdict) -> str:
    tied = [h for h in verdict.hypotheses if h.inseparable_from]
    if not tied:
        return ""
    if all(len(h.inseparable_from) == len(verdict.hypotheses) - 1 for h in verdict.hypotheses):
        return text("claim.inseparable_note_all")
    return text("claim.inseparable_note", ids=", ".join(h.id for h in tied))
