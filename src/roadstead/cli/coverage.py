"""`roadstead coverage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from roadstead import library
from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.cli.spans import span_of
from roadstead.coverage import ALWAYS_UNKNOWN, PRECISE_HOURS, PROVISIONAL, anybody, widest
from roadstead.geo import light_at
from roadstead.model import LookState, Moment, iso, shown_time
from roadstead.pipeline import case_coverage, coverage_json

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.model import SiteCoverage, Unseen
    from roadstead.pipeline import CoverageResult

MOST_ROWS = 60
"""more passes than these are left to the files"""
_LEAST_WIDTH = {"UTC": 10, "Satellite": 11, "Way, incidence, sun": 12, "State": 10, "P(detect)*": 8}
_COLUMNS = ("UTC", "Satellite", "Way, incidence, sun", "State", "P(detect)*", "Lately")


def run(
    case: Path,
    *,
    sites: list[str],
    since: str,
    until: str,
    length_m: float | None,
    call_hours: float,
    out: Path | None,
    as_json: bool,
) -> int:
    """Compute, write the files and print; exit code 2 when entries or files had to be left out."""
    with say.progress("reading") as progress:
        result = case_coverage(
            case,
            sites=sites,
            span=span_of(since, until),
            length_m=length_m,
            call_hours=call_hours,
            out=out,
            progress=progress,
        )
    say.losses(result.losses)
    if as_json:
        say.print_json(_json(result))
    else:
        _print(result)
    return BAD_INPUT if result.case.mistakes or result.coverage.losses else DONE


def _json(result: CoverageResult) -> dict[str, Any]:
    return coverage_json(result.case, result.coverage, result.asked, result.spans, simulated=result.simulated)


def _print(result: CoverageResult) -> None:
    if result.simulated:
        say.out.print("[bold]SIMULATED[/bold] case or images.", soft_wrap=True)
    say.out.print(f"[bold]{say.shown(result.case.title)}[/bold]", soft_wrap=True)
    for span in result.spans:
        sites = [s for s in result.coverage.sites if s.span == span]
        say.out.print(f"\n{iso(span.start)} to {iso(span.end)} ({span.hours() / 24:.1f} days, UTC)")
        say.out.print(_summary(result, sites))
        _print_vague(result, sites)
        _print_passes(result, sites)
        _print_unseen(result, sites)
        _print_next(result, sites)
    _print_basis(result)


def _table(*columns: str) -> Table:
    table = Table(show_edge=False, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", min_width=_LEAST_WIDTH.get(column))
    return table


def _print_vague(result: CoverageResult, sites: list[SiteCoverage]) -> None:
    """Looks whose hour is not known divide no time: they are in no window and no chance below."""
    for site in sites:
        held = sum(m.look is not None and m.time.hours() > PRECISE_HOURS for m in site.moments)
        if held:
            name = result.case.site(site.site_id).name
            said = f"{name}: {held} look(s) of ours whose hour is not known; windows and chances leave them out."
            say.out.print(f"[yellow]note:[/yellow] {say.shown(said)}", soft_wrap=True)


def _summary(result: CoverageResult, sites: list[SiteCoverage]) -> Table:
    table = _table("Site", "Passes", "Not listed", "Listed, not held", "Held", "Usable", "Longest without known look")
    for site in sites:
        states = [m.state for m in site.moments]
        longest = max(site.windows, key=lambda w: w.hours, default=None)
        told = anybody(site.answers)
        table.add_row(
            say.shown(result.case.site(site.site_id).name),
            str(sum(m.opportunity is not None for m in site.moments)),
            str(states.count(LookState.NOT_LISTED)) if told else "unknown",
            str(states.count(LookState.LISTED)) if told else "unknown",
            str(sum(m.look is not None for m in site.moments)),
            str(sum(m.usable for m in site.moments)),
            f"{longest.hours:.0f} h from {iso(longest.span.start)}" if longest else "none",
        )
    return table


def _print_passes(result: CoverageResult, sites: list[SiteCoverage]) -> None:
    moments = [m for s in sites for m in s.moments]
    if not moments:
        return
    several = len(sites) > 1
    table = _table(*(["Site"] if several else []), *_COLUMNS)
    for m in moments[:MOST_ROWS]:
        table.add_row(*([say.shown(result.case.site(m.site_id).name)] if several else []), *_row(m))
    say.out.print(table)
    if len(moments) > MOST_ROWS:
        say.out.print(f"... and {len(moments) - MOST_ROWS} more in coverage.csv.")
    say.out.print(
        f"* chance that a ship of {result.asked.length_m:.0f} m is found by a clear look of that kind; {PROVISIONAL}. "
        "Lately: taken in earlier repeat cycles, where a catalogue tells.",
        soft_wrap=True,
    )


def _row(m: Moment) -> tuple[str, ...]:
    o = m.opportunity
    angle = "-"
    if o is not None:
        sun = f"sun {o.sun_elevation_deg:.0f}° ({light_at(o.sun_elevation_deg)})"
        angle = f"{o.direction.value[:3]} {o.incidence_deg:.0f}°, {sun}"
    return (
        f"{o.t_utc:%Y-%m-%d %H:%M:%S}" if o else shown_time(m.time),
        say.shown(library.platform_name(m.platform)),
        angle + (f", {100 * o.swath_fraction:.0f} % of it" if o and o.swath_fraction < 1 else ""),
        m.state.value,
        m.p_detect.percent if m.p_detect else "-",
        f"{m.acquired_lately[0]} of {m.acquired_lately[1]}" if m.acquired_lately else "unknown",
    )


def _print_unseen(result: CoverageResult, sites: list[SiteCoverage]) -> None:
    """For all satellites together; those of one constellation apart are in the files."""
    rows = [(result.case.site(s.site_id).name, u) for s in sites for u in widest(s.unseen)]
    if not rows:
        say.out.print(f"A call of {result.asked.call_hours:g} h does not fit into this span.")
        return
    table = _table("Site", "Call", "No pass meets it", "Not detected*", "No look of ours meets it")
    for name, u in rows:
        call = f"{u.call_hours:g} h{' by night' if u.night_only else ''}"
        table.add_row(
            say.shown(name), call, _percent(u.between_passes), u.undetected.percent, _percent(u.between_looks)
        )
    names = sorted({library.platform_name(p) for _, u in rows for p in u.platforms})
    say.out.print(f"Chance that a call goes unseen by {say.shown(', '.join(names) or 'any satellite computed')}:")
    say.out.print(table)
    say.out.print(f"Method: {rows[0][1].method}. Each constellation apart: coverage.json.", soft_wrap=True)
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
        + "; ".join(f"{say.shown(library.platform_name(o.platform))} {iso(o.t_utc)}" for o in s.next_passes)
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
