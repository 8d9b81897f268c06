"""`roadstead report` and `roadstead figures`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.evidence import Reported, offered, write_report
from roadstead.evidence import figures as write_figures
from roadstead.report.exports import Profile
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.evidence import Print


def run(case: Path, out: Path | None, profile: str, *, pdf: bool, as_json: bool) -> int:
    """Write the report and say where it is; exit code 2 when a PDF was asked for and could not be made."""
    editor = profile == "editor"
    kept = Profile.PUBLIC if editor else Profile(profile)
    with say.progress("reading") as progress:
        made = write_report(case, out=out, profile=kept, pdf=pdf, editor=editor, progress=progress)
    return _said(made, as_json=as_json)


def run_figures(case: Path, wanted: Print, out: Path | None, *, public: bool, as_json: bool) -> int:
    """Write the figures and say where they are; exit code 2 when one could not be drawn as it was asked for."""
    profile = Profile.PUBLIC if public else Profile.FULL
    with say.progress("drawing") as progress:
        made = write_figures(case, wanted, out=out, profile=profile, progress=progress)
    return _said(made, as_json=as_json)


def list_figures(case: Path, *, public: bool, as_json: bool) -> int:
    """Say which figures there are; those without a mark are drawn when none is named."""
    profile = Profile.PUBLIC if public else Profile.FULL
    with say.progress("reading") as progress:
        made = offered(case, profile=profile, progress=progress)
    if as_json:
        say.print_json([{"name": o.key, "file": o.name, "title": o.title, "usual": o.usual} for o in made])
        return DONE
    for o in made:
        mark = "" if o.usual else " (only by its name)"
        say.out.print(
            f"[bold]{say.shown(o.key)}[/bold]  {say.shown(o.name)}: {say.shown(o.title)}{mark}", soft_wrap=True
        )
    return DONE


def _said(made: Reported, *, as_json: bool) -> int:
    if as_json:
        say.print_json(to_plain(made))
    else:
        for path in made.files:
            say.out.print(f"Wrote {say.shown(str(path))}", soft_wrap=True)
        for what, count in made.removed.items():
            say.out.print(f"[yellow]taken out:[/yellow] {say.shown(what)}: {count}", soft_wrap=True)
    for sentence in made.notes:
        say.err.print(f"[yellow]note:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    return BAD_INPUT if made.notes else DONE
