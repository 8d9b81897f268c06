"""Speaking to people: tables on stdout, progress and losses on stderr."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from roadstead.cli.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.table import Table

# Where nobody watches (a pipe, a log), lines need not be folded to 80 columns.
out = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 110)
err = Console(stderr=True, highlight=False, emoji=False)


def shown(text: str) -> str:
    """Text of case files, catalogues and file names for a console: no markup, nothing that acts on the terminal."""
    return escape(plain(text))


def table(made: Table, longest: int) -> None:
    """Print a table whose longest word has so many letters; where it is piped, words are not folded."""
    console = (
        out if out.is_terminal else Console(file=out.file, highlight=False, emoji=False, width=out.width + longest)
    )
    console.print(made)


def print_json(value: Any) -> None:
    """One JSON document on stdout, in letters where the terminal has them all, else in escapes of JSON."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=1)
    sys.stdout.write(text + "\n")


def losses(sentences: Iterable[str]) -> None:
    """What could not be used, one sentence a line."""
    for sentence in sentences:
        err.print(f"[yellow]left out:[/yellow] {shown(sentence)}", soft_wrap=True)


def altered(sentences: Sequence[str]) -> None:
    """Exhibits that are no longer what was added, last and in red, so that nobody takes the result for the whole."""
    for sentence in sentences:
        err.print(f"[bold red]altered:[/bold red] {shown(sentence)}", soft_wrap=True)
    if sentences:
        err.print(
            f"{len(sentences)} exhibit(s) are not what was added. The rest was done without them.",
            soft_wrap=True,
        )


@contextmanager
def progress(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on stderr, only where somebody watches; it is gone when done."""
    from rich.progress import Progress

    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def step(item: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=f"{what} {shown(item)}")

        yield step
