"""`roadstead coverage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from roadstead import library
from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.coverage import ALWAYS_UNKNOWN, PROVISIONAL
from roadstead.model import USABLE_STATES, LookState, iso, span_between
from roadstead.pipeline import case_coverage, coverage_json

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.model import SiteCoverage, TimeSpan, Unseen
    from roadstead.pipeline import CoverageResult

MOST_ROWS = 60
"""more passes than these are left to the files"""


def run(
    case: Path,
    *,
    sites: list[str],
    since: str,
    until: str,
    length_m: float | None,
    call_hours: float,
    as_json: bool,
) -> int:
    """Compute, write the files and print; exit code 2 when the case file holds mistakes."""
    with say.progress("reading") as progress:
        result = case_coverage(
            case,
            sites=sites,
            span=span_of(since, until),
            length_m=length_m,
            call_hours=call_hours,
            progress=progress,
        )
    say.losses(result.losses)
    if as_json:
        say.print_json(coverage_json(result.case, result.coverage, result.asked, result.spans))
    else:
        _print(result)
    return BAD_INPUT if result.case.mistakes else DONE


def span_of(since: str, until: str) -> TimeSpan | None:
    """The span of `--from` and `--to`; bare dates are whole days, UTC. None where neither is given."""
    if not since and not until:
        return None
    return span_between(since or until, until or since)


def _print(result: CoverageResult) -> None:
    say.out.print(f"[bold]{say.shown(result.case.title)}[/bold]", soft_wrap=True)
    for span in result.spans:
        sites = [s for s in result.coverage.sites if s.span == span]
        say.out.print(f"\n{iso(span.start)} to {iso(span.end)} ({span.hours() / 24:.1f} days, UTC)")
        say.out.print(_summary(result, sites))
        _print_passes(result, sites)
        _print_unseen(result, sites)
        _print_next(result, sites)
    _print_basis(result)


def _table(*columns: str) -> Table:
    table = Table(show_edge=False, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == "UTC")
    return table


def _summary(result: CoverageResult, sites: list[SiteCoverage]) -> Table:
    table = _table("Site", "Passes", "Not listed", "Listed, not held", "Held", "Usable", "Longest without known look")
    for site in sites:
        states = [m.state for m in site.moments]
        longest = max(site.windows, key=lambda w: w.hours, default=None)
        table.add_row(
            say.shown(result.case.site(site.site_id).name),
            str(sum(m.opportunity is not None for m in site.moments)),
            str(states.count(LookState.NOT_LISTED)) if site.answers else "unknown",
            str(states.count(LookState.LISTED)) if site.answers else "unknown",
            str(sum(m.look is not None for m in site.moments)),
            str(sum(s in USABLE_STATES for s in states)),
            f"{longest.hours:.0f} h from {iso(longest.span.start)}" if longest else "none",
        )
    return table


def _print_passes(result: CoverageResult, sites: list[SiteCoverage]) -> None:
    moments = [m for s in sites for m in s.moments]
    table = _table("Site", "UTC", "Satellite", "Way", "Incidence", "Sun", "In swath", "State", "P(detect)*", "Lately")
    for m in moments[:MOST_ROWS]:
        o = m.opportunity
        table.add_row(
            say.shown(m.site_id),
            f"{o.t_utc if o else m.time.start:%Y-%m-%d %H:%M:%S}",
            say.shown(_name(m.platform)),
            o.direction.value if o else "-",
            f"{o.incidence_deg:.1f}°" if o else "-",
            f"{o.sun_elevation_deg:.0f}°" if o else "-",
            f"{100 * o.swath_fraction:.0f} %" if o else "-",
            m.state.value,
            m.p_detect.percent if m.p_detect else "-",
            f"{m.acquired_lately[0]} of {m.acquired_lately[1]}" if m.acquired_lately else "unknown",
        )
    say.out.print(table)
    if len(moments) > MOST_ROWS:
        say.out.print(f"... and {len(moments) - MOST_ROWS} more in coverage.csv.")
    say.out.print(
        f"* of a ship of {result.asked.length_m:.0f} m by a clear look of that kind; {PROVISIONAL}. "
        "Lately: taken in earlier repeat cycles, where a catalogue tells.",
        soft_wrap=True,
    )


def _print_unseen(result: CoverageResult, sites: list[SiteCoverage]) -> None:
    rows = [(result.case.site(s.site_id).name, u) for s in sites for u in s.unseen]
    if not rows:
        return
    table = _table("Site", "Call", "Satellites", "Between passes", "Undetected*", "Unseen by our looks")
    for name, u in rows:
        table.add_row(
            say.shown(name),
            f"{u.call_hours:g} h{' by night' if u.night_only else ''}",
            say.shown(", ".join(_name(p) for p in u.platforms) or "none"),
            _percent(u.between_passes),
            u.undetected.percent,
            _percent(u.between_looks),
        )
    say.out.print("Probability that a call goes unseen:")
    say.out.print(table)
    say.out.print(f"Method: {rows[0][1].method}.", soft_wrap=True)
    for sentence in dict.fromkeys(_best(name, u) for name, u in rows):
        say.out.print(sentence, soft_wrap=True)


def _percent(p: float) -> str:
    return f"{100 * p:.0f} %"


def _best(name: str, u: Unseen) -> str:
    call = f"{name}, call of {u.call_hours:g} h{' by night' if u.night_only else ''}"
    if u.best_tasked_at is None or u.between_looks_with_it is None:
        return say.shown(f"{call}: our looks leave no gap for it.")
    before, after = _percent(u.between_looks), _percent(u.between_looks_with_it)
    return say.shown(f"{call}: one more image, best at {iso(u.best_tasked_at)}, would bring {before} to {after}.")


def _print_next(result: CoverageResult, sites: list[SiteCoverage]) -> None:
    lines = [
        f"  {say.shown(result.case.site(s.site_id).name)}: "
        + "; ".join(f"{say.shown(_name(o.platform))} {iso(o.t_utc)}" for o in s.next_passes)
        for s in sites
        if s.next_passes
    ]
    if lines:
        say.out.print("Next opportunities after it:")
        for line in lines:
            say.out.print(line, soft_wrap=True)


def _print_basis(result: CoverageResult) -> None:
    say.out.print("")
    for sentence in result.coverage.satellites:
        say.out.print(say.shown(sentence), soft_wrap=True)
    if not result.coverage.answers:
        say.out.print("No catalogue was asked: what was taken is unknown ('roadstead search CASE' asks).")
    for a in result.coverage.answers:
        say.out.print(f"{say.shown(a.name)}, {iso(a.asked_at)}: {say.shown(a.sentence)}", soft_wrap=True)
    say.out.print(ALWAYS_UNKNOWN, soft_wrap=True)
    for file in result.files:
        say.out.print(f"Written: {say.shown(str(file))}", soft_wrap=True)


def _name(platform: str) -> str:
    mission = library.mission(platform)
    return mission.name if mission else platform
