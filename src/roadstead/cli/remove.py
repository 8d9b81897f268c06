"""`roadstead remove`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from roadstead.archive import Removal, Removed
from roadstead.archive import remove as remove_exhibit
from roadstead.case import load_case
from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.cli.plain import plain
from roadstead.cli.users import user
from roadstead.steps import SystemClock, to_plain

if TYPE_CHECKING:
    from pathlib import Path


def run(case: Path, exhibit: str, *, reason: str, by: str, delete: bool, as_json: bool) -> int:
    """Take an exhibit out and print what became of it."""
    folder = load_case(case).folder
    removal = Removal(reason=plain(reason), by=plain(by) or user(), now=SystemClock().now(), delete=delete)
    removed = remove_exhibit(folder, plain(exhibit), removal)
    if as_json:
        say.print_json(to_plain(removed))
    else:
        _print(case, removed)
    return DONE


def _print(case: Path, removed: Removed) -> None:
    here = say.shown(shlex.quote(str(case)))
    say.out.print(f"removed  {say.shown(removed.exhibit.id)}  {removed.exhibit.kind.value}", soft_wrap=True)
    if removed.kept_at is not None:
        kept = say.shown(str(removed.kept_at))
        say.out.print(
            f"Its files are kept in {kept}, which nothing reads; roadstead add {here} FILE brings one back.",
            soft_wrap=True,
        )
    else:
        say.out.print("No file of it is left; the collection log keeps their names and hashes.", soft_wrap=True)
    for mark in removed.orphans:
        say.out.print(
            f"note: {say.shown(mark)} was drawn on it and stays in the case; take it out too if it means nothing "
            "without the image",
            soft_wrap=True,
        )
    say.out.print(f"Verdicts change with the next: roadstead verify {here}", soft_wrap=True)
