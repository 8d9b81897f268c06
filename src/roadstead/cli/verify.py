"""`roadstead verify`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from roadstead.cli import beside, say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.evidence import older_than_results
from roadstead.model import Call, ClaimKind, Weighing
from roadstead.pipeline import Result, Seams
from roadstead.pipeline import verify as verify_case
from roadstead.steps import Workers

if TYPE_CHECKING:
    from pathlib import Path

UNTESTABLE = "not testable by images of ships, stays as assumed"
STYLE = {Call.SUPPORTED: "bold green", Call.CONTRADICTED: "bold red", Call.NOT_DETERMINABLE: "default"}


def run(case: Path, *, as_json: bool, workers: int = 1, cluster: str = "") -> int:
    """Verify and print; exit code 2 when mistakes of the case file or altered exhibits had to be left out."""
    seams = Seams(workers=Workers(count=workers, cluster=cluster))
    with say.progress("reading") as progress:
        result = verify_case(case, seams=seams, progress=progress)
    say.losses(s for s in result.losses if s not in result.gathered.altered)
    if as_json:
        say.print_json(json.loads(result.verdicts_file.read_text("utf-8")))
    else:
        _print(result)
    _print_older(result)
    say.altered(result.gathered.altered)
    return BAD_INPUT if result.case.mistakes or result.gathered.altered else DONE


def _print(result: Result) -> None:
    table = Table(show_edge=False, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("Claim", "Source", "By our own looks", "With reports"):
        table.add_column(column, overflow="fold")
    for verdict in result.verdicts:
        claim = result.case.claim(verdict.claim_id)
        source = result.case.source(claim.source_id)
        testable = claim.kind is not ClaimKind.STATEMENT
        table.add_row(
            say.shown(verdict.claim_id),
            say.shown(f"{source.id} {source.grade}"),
            _cell(verdict.without_reports, testable=testable),
            _cell(verdict.with_reports, testable=testable),
        )
    if any(v.simulated for v in result.verdicts):
        say.out.print(
            "[bold]SIMULATED[/bold] case or images: what they show never happened. What Roadstead draws carries that "
            "mark; a real case is to hold no such file.",
            soft_wrap=True,
        )
    say.out.print(f"[bold]{say.shown(result.case.title)}[/bold]", soft_wrap=True)
    beside.print_counted(result.verdicts)
    say.out.print(table)
    beside.print_ledger(result.verdicts)
    beside.print_missing(result.case, result.verdicts)
    for warning in result.case.warnings:
        say.out.print(f"[yellow]note:[/yellow] {say.shown(warning)}", soft_wrap=True)
    say.out.print(f"{result.steps_done} step(s) computed, {result.steps_found} found done.")
    say.out.print(f"Report:   {say.shown(str(result.report))}", soft_wrap=True)
    say.out.print(f"Verdicts: {say.shown(str(result.verdicts_file))}", soft_wrap=True)


def _print_older(result: Result) -> None:
    """On stderr, so that it is read with --json too."""
    if older := older_than_results(result.case.folder):
        said = f"older than these results: {', '.join(older)}; make them again or delete them"
        say.err.print(f"[yellow]note:[/yellow] {say.shown(said)}", soft_wrap=True)


def _cell(w: Weighing, *, testable: bool) -> str:
    if not testable:
        return f"{UNTESTABLE}  {w.probability.percent}"
    return f"[{STYLE[w.call]}]{w.call.value}[/]  {w.probability.percent}"
