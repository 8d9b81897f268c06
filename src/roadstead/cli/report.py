"""`roadstead report` and `roadstead figures`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import BAD_INPUT, DONE
from roadstead.evidence import Reported, write_report
from roadstead.evidence import figures as write_figures
from roadstead.report.exports import Profile
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path


def run(case: Path, out: Path | None, *, public: bool, pdf: bool, as_json: bool) -> int:
    """Write the report and say where it is; exit code 2 when a PDF was asked for and could not be made."""
    profile = Profile.PUBLIC if public else Profile.FULL
    with say.progress("reading") as progress:
        made = write_report(case, out=out, profile=profile, pdf=pdf, progress=progress)
    return _said(made, as_json=as_json)


def run_figures(case: Path, out: Path | None, *, public: bool, as_json: bool) -> int:
    """Write the figures and say where they are; exit code 2 when none could be drawn in dots."""
    profile = Profile.PUBLIC if public else Profile.FULL
    with say.progress("drawing") as progress:
        made = write_figures(case, out=out, profile=profile, progress=progress)
    return _said(made, as_json=as_json)


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
