"""`roadstead explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.pipeline import explain as explain_case
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path


def run(case: Path, *, as_json: bool) -> int:
    """Print what `verify` would do."""
    answer = explain_case(case)
    if as_json:
        say.print_json(to_plain(answer))
        return DONE
    sections = (
        ("Would read", answer.reads or ("no image: none is held",)),
        ("Would compute", answer.computes),
        ("Would contact", answer.hosts or ("nobody: no host learns any area",)),
        ("By 'search', and only then, these would learn", answer.search_hosts or ("nobody: nothing is left to ask",)),
        ("Would leave out", answer.problems or ("nothing",)),
    )
    for title, lines in sections:
        say.out.print(f"[bold]{title}[/bold]")
        for line in lines:
            say.out.print(f"  {say.shown(line)}", soft_wrap=True)
    return DONE
