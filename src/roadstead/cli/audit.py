"""`roadstead audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.evidence import Audit
from roadstead.evidence import audit as audit_bundle
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path

MOST_SHOWN = 50


def run(folder: Path, *, certificate: Path | None, as_json: bool) -> int:
    """Audit and print; exit code 2 when anything does not hold."""
    with say.progress("auditing") as progress:
        found = audit_bundle(folder, certificate=certificate, progress=progress)
    if as_json:
        say.print_json({"holds": found.holds, "faults": to_plain(found.faults), "facts": found.facts})
    else:
        _print(found)
    return DONE if found.holds else BAD_INPUT


def _print(found: Audit) -> None:
    for sentence in found.facts:
        say.out.print(f"[green]checked:[/green] {say.shown(sentence)}", soft_wrap=True)
    for fault in found.faults[:MOST_SHOWN]:
        where = f"{fault.file}: {fault.sentence}"
        say.out.print(f"[red]{say.shown(fault.stage.value)}:[/red] {say.shown(where)}", soft_wrap=True)
    if len(found.faults) > MOST_SHOWN:
        say.out.print(f"... and {len(found.faults) - MOST_SHOWN} more; --json lists them all.")
    say.out.print("[bold]The bundle holds.[/bold]" if found.holds else f"[bold]{len(found.faults)} fault(s).[/bold]")
