"""The section on what could have been seen: gaps in words, and tables of claims, catalogues, passes and chances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from markupsafe import Markup

from roadstead import library
from roadstead.assess import places
from roadstead.coverage import anybody, usable, widest
from roadstead.model import KNOWN_STATES, AnswerState, ClaimKind, LookState, zone
from roadstead.report.axis import degrees
from roadstead.report.claims import anchor, looks_at, site_name
from roadstead.report.coverage_figure import coverage_figure
from roadstead.report.figures import Figure
from roadstead.report.markup import inside, join, plain, several, unbroken, user, when, without_paths
from roadstead.report.messages import text
from roadstead.report.numbers import DASH, hours_of, moment, month, percent, percents
from roadstead.report.tables import Table, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from roadstead.case import Case
    from roadstead.model import CaseCoverage, CatalogueAnswer, Claim, Moment, TimeSpan, Unseen
    from roadstead.report.contents import Contents

MOST_PASSES = 60
"""rows of the table of passes"""
Row = tuple[Markup | str, ...]
Place: TypeAlias = "tuple[tuple[str, ...], TimeSpan]"
"""sites and a claimed window"""
Gap = tuple[str, tuple[Markup, ...]]
"""a sentence, and the claimed windows that it is about"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """The section, ready to be printed."""

    lead: str
    """the section in two sentences; empty where passes were not worked out"""
    figure: Figure | None
    gaps: tuple[Gap, ...]
    claims: Table
    answers: Table | None
    silent: tuple[str, ...]
    """catalogues that did not answer, with the reason"""
    passes: Table | None
    rest: str
    """how many passes the table leaves out, or nothing"""
    unseen: Table | None
    methods: tuple[str, ...]
    """how the chances of staying unseen were computed"""
    satellites: tuple[str, ...]
    losses: tuple[str, ...]


def coverage_view(contents: Contents, roots: Sequence[str], *, simulated: bool) -> CoverageView:
    """The section of a report.

    Args:
        contents: of the report; its coverage may be missing.
        roots: folders of this machine, left out of messages.
        simulated: whether pixels of the case are simulated.
    """
    case, coverage = contents.case, contents.coverage
    if coverage is None:
        return CoverageView(lead="", figure=None, gaps=(), claims=_claims_table(contents), answers=None, silent=(),
                            passes=None, rest="", unseen=None, methods=(), satellites=(), losses=())  # fmt: skip
    chances = widest(u for s in coverage.sites for u in s.unseen)
    passes, rest = _passes_table(contents, coverage)
    return CoverageView(
        lead=_lead(contents, coverage),
        figure=coverage_figure(coverage, case.sites, case.claims, simulated=simulated),
        gaps=tuple(_gaps(contents, coverage)),
        claims=_claims_table(contents),
        answers=_answers_table(case, coverage),
        silent=tuple(dict.fromkeys(a.sentence for a in coverage.answers if a.state is AnswerState.NO_ANSWER)),
        passes=passes,
        rest=rest,
        unseen=_unseen_table(case, chances) if chances else None,
        methods=tuple(dict.fromkeys(u.method for u in chances if u.method)),
        satellites=coverage.satellites,
        losses=tuple(without_paths(w, roots) for w in coverage.losses),
    )


def _lead(contents: Contents, coverage: CaseCoverage) -> str:
    """How often the places of the claims could have been imaged, what is known of it, what we hold."""
    claims = tuple(_testable(contents))
    here = {
        (m.site_id, m.platform, m.time): m for c in claims for s in places(c) for m in moments_at(coverage, c, s)
    }.values()
    passes = [m for m in here if m.opportunity]
    names = [library.platform_name(p) for p in sorted({m.platform for m in passes})]
    unknown = not anybody(coverage.answers)
    listed = text("coverage.lead_unlisted") if unknown else text("coverage.lead_listed", n=_listed(here))
    held = sum(m.usable for m in here)
    if not names:
        return text("coverage.lead_none")
    return text("coverage.lead", names=", ".join(names), n=len(passes), listed=listed, held=held)


def _listed(moments: Iterable[Moment]) -> int:
    return sum(m.listing is not None for m in moments)


def _testable(contents: Contents) -> Iterator[Claim]:
    for verdict in contents.verdicts:
        claim = contents.case.claim(verdict.claim_id)
        if claim.kind is not ClaimKind.STATEMENT and places(claim):
            yield claim


def _gaps(contents: Contents, coverage: CaseCoverage) -> Iterator[Gap]:
    """Claimed windows without a known look, then those with known images but no usable look of ours."""
    unknown: dict[Place, list[Claim]] = {}
    not_held: dict[Place, list[Claim]] = {}
    for claim in _testable(contents):
        known = {s for s in places(claim) if _known_look(coverage, claim, s)}
        seen = {s for s in places(claim) if any(usable(k) for k in looks_at(contents, claim, s))}
        dark = tuple(s for s in places(claim) if s not in known and s not in seen)
        half = tuple(s for s in places(claim) if s in known and s not in seen)
        for sites, group in ((dark, unknown), (half, not_held)):
            if sites:
                group.setdefault((sites, claim.when), []).append(claim)
    for group, key in ((unknown, "coverage.no_look"), (not_held, "coverage.not_held")):
        if group:
            yield text(key), tuple(_window(contents.case, where, claims) for where, claims in group.items())
    if not unknown and not not_held and any(_testable(contents)):
        yield text("coverage.all_looked"), ()


def _known_look(coverage: CaseCoverage, claim: Claim, site_id: str) -> bool:
    """Whether any image of the site inside the window is held or listed, and not hidden by cloud."""
    return any(m.state in KNOWN_STATES for m in moments_at(coverage, claim, site_id))


def moments_at(coverage: CaseCoverage, claim: Claim, site_id: str) -> tuple[Moment, ...]:
    """Passes and images of a site inside the window of a claim."""
    here = (m for s in coverage.sites if s.site_id == site_id for m in s.moments)
    return tuple(m for m in here if m.time.overlaps(claim.when))


def _window(case: Case, where: Place, claims: Sequence[Claim]) -> Markup:
    sites = join([user(site_name(case, s)) for s in where[0]], ", ")
    return join([_linked(claims), join([sites, when(where[1])], "; ")], ": ")


def _linked(claims: Sequence[Claim]) -> Markup:
    return join([inside(c.id, anchor(c.id)) for c in claims], ", ")


def _claims_table(contents: Contents) -> Table:
    """What was looked at, per claim and site; with passes and lists where they are known."""
    known = contents.coverage is not None
    caption = text("coverage.claims_caption" if known else "coverage.held_caption")
    return table("coverage" if known else "held", _claim_rows(contents), caption)


def _claim_rows(contents: Contents) -> Iterator[Row]:
    """A row for each site and window; claims that share both share the row."""
    shared: dict[tuple[str, TimeSpan, str], list[Claim]] = {}
    for verdict in contents.verdicts:
        claim = contents.case.claim(verdict.claim_id)
        gap = hours_of(verdict.coverage.longest_gap_hours, verdict.coverage.hours_of_window)
        for site_id in places(claim) or ("",):
            shared.setdefault((site_id, claim.when, gap), []).append(claim)
    for (site_id, span, gap), claims in shared.items():
        here = looks_at(contents, claims[0], site_id)
        good = sum(usable(k) for k in here)
        yield (
            _linked(claims),
            user(site_name(contents.case, site_id)) if site_id else text("unseen.no_place"),
            when(span),
            *_counted(contents.coverage, claims[0], site_id),
            str(len(here)),
            str(good) if good else Markup("<b>{}</b>").format(text("unseen.none")),
            gap,
        )


def _counted(coverage: CaseCoverage | None, claim: Claim, site_id: str) -> tuple[str, ...]:
    """Passes and listed images, where they were worked out."""
    if coverage is None:
        return ()
    here_covered = [s for s in coverage.sites if s.site_id == site_id and s.span.overlaps(claim.when)]
    covered = [s.span for s in here_covered]
    if not covered:
        return text("number.unknown"), text("number.unknown")
    here = moments_at(coverage, claim, site_id)
    part = not any(claim.when.within(span) for span in covered)
    answered = any(a.state is AnswerState.COMPLETE for s in here_covered for a in s.answers)
    open_ = part or not answered or any(m.state is LookState.POSSIBLE for m in here)
    listed = sum(m.listing is not None for m in here)
    return (
        _at_least(sum(m.opportunity is not None for m in here), part=part),
        _at_least(listed, part=open_),
    )


def _at_least(n: int, *, part: bool) -> str:
    return text("coverage.at_least", n=n) if part and n else text("number.unknown") if part else str(n)


def _answers_table(case: Case, coverage: CaseCoverage) -> Table | None:
    answered = [a for a in coverage.answers if a.state is not AnswerState.NO_ANSWER]
    if not answered:
        return None
    answers = sorted(answered, key=lambda a: (a.catalogue, a.asked_at, a.span, a.area.wkt))
    return table("answers", (_answer_row(case, a) for a in answers), text("coverage.answers_caption"))


def _answer_row(case: Case, answer: CatalogueAnswer) -> Row:
    sites = [s for s in case.sites if s.aoi.intersects(answer.area)]
    middle = answer.area.representative_point()
    around = f"{degrees(round(middle.y, 2), east=False)} {degrees(round(middle.x, 2), east=True)}"
    said = {
        AnswerState.COMPLETE: plain(text("coverage.answered")),
        AnswerState.PARTIAL: Markup("<b>{}</b>").format(text("coverage.answered_partly")),
    }
    return (
        user(answer.name),
        unbroken(moment(answer.asked_at)),
        join([user(s.name) for s in sites], ", ") or plain(text("coverage.area", middle=around)),
        when(answer.span),
        user(", ".join(answer.missions)),
        said[answer.state],
        str(answer.products),
        user(answer.sentence),
    )


def _passes_table(contents: Contents, coverage: CaseCoverage) -> tuple[Table | None, str]:
    """Moments inside the claimed windows of their site, the best known first where not all can be shown."""
    here = [(m, hours) for s in coverage.sites for m in s.moments if (hours := _shortest(contents, m)) is not None]
    if not here:
        return None, ""
    known = [m.state in KNOWN_STATES or m.look is not None for m, _ in here]
    first = sorted(range(len(here)), key=lambda i: (not known[i], here[i][1], here[i][0].time, i))
    shown = sorted(first[:MOST_PASSES])
    rest = text("coverage.passes_rest", shown=len(shown), n=len(here)) if len(shown) < len(here) else ""
    rows = (_pass_row(contents.case, here[i][0]) for i in shown)
    return table("passes", rows, text("coverage.passes_caption")), rest


def _shortest(contents: Contents, m: Moment) -> float | None:
    """Hours of the shortest claimed window of its site that a moment falls into; None: it falls into none."""
    spans = (c.when for c in _testable(contents) if m.site_id in places(c))
    return min((span.hours() for span in spans if m.time.overlaps(span)), default=None)


def _pass_row(case: Case, m: Moment) -> Row:
    o = m.opportunity
    lately = m.acquired_lately
    return (
        user(site_name(case, m.site_id)),
        when(m.time),
        _local(case, m.site_id, m.time.middle),
        user(library.platform_name(m.platform) or text("number.unknown")),
        text("coverage.from", direction=o.direction.value, incidence=f"{o.incidence_deg:.0f}") if o else DASH,
        f"{o.sun_elevation_deg:.0f}\u00b0" if o else DASH,
        _known(m),
        percents(m.p_detect) if m.p_detect else text("number.unknown"),
        text("coverage.lately", taken=lately[0], passes=lately[1]) if lately else text("number.unknown"),
    )


def _known(m: Moment) -> str:
    if m.opportunity and m.opportunity.swath_fraction < 1:
        return text("coverage.passes_part", state=m.state.value, p=percent(m.opportunity.swath_fraction))
    return m.state.value


def _local(case: Case, site_id: str, t: datetime) -> Markup | str:
    tz = next((s.timezone for s in case.sites if s.id == site_id), "")
    if not tz:
        return text("number.unknown")
    here = t.astimezone(zone(tz))
    return join([unbroken(f"{here.day} {month(here)}"), unbroken(f"{here:%H:%M}")])


def _unseen_table(case: Case, chances: Sequence[Unseen]) -> Table:
    return table("unseen", (_unseen_row(case, u) for u in chances), text("coverage.unseen_caption"))


def _unseen_row(case: Case, u: Unseen) -> Row:
    image = text("coverage.without_image")
    if u.best_tasked_at and u.between_looks_with_it is not None:
        image = text("coverage.with_image", p=percent(u.between_looks_with_it), time=moment(u.best_tasked_at))
    return (
        user(site_name(case, u.site_id)),
        text("coverage.call_night" if u.night_only else "coverage.call", n=f"{u.call_hours:g}"),
        several([", ".join(library.platform_name(p) for p in u.platforms)]) or DASH,
        percent(u.between_passes),
        percents(u.undetected),
        percent(u.between_looks),
        image,
    )
