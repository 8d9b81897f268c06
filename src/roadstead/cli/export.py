"""`roadstead export`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.evidence import export as write_files
from roadstead.report.exports import Exported, Profile
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path


def run(case: Path, formats: list[str], out: Path | None, profile: str, *, as_json: bool) -> int:
    """Write the files and say which, with the credits that go along."""
    with say.progress("reading") as progress:
        made = write_files(case, formats, out=out, profile=Profile(profile), progress=progress)
    if as_json:
        say.print_json(to_plain(made))
    else:
        _print(made)
    return DONE


def _print(made: Exported) -> None:
    for path in made.files:
        say.out.print(f"Wrote {say.shown(str(path))}", soft_wrap=True)
    for sentence in made.notes:
        say.err.print(f"[yellow]note:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    for line in made.credits:
        say.out.print(f"[yellow]credit:[/yellow] {say.shown(line)}", soft_wrap=True)
    for sentence in made.duties:
        say.out.print(f"[yellow]licence:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    for what, count in made.removed.items():
        say.out.print(f"[yellow]taken out:[/yellow] {say.shown(what)}: {count}", soft_wrap=True)
