"""Tables as values; the template draws them all alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.report.markup import plain
from roadstead.report.messages import under

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Table:
    """One table; the first cell of each row names the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]
    carries: tuple[bool, ...] = ()
    """for each row, whether a verdict rests on it; none: paper takes every row"""
    shares: tuple[float, ...] = ()
    """width of each column, of 1, where they are not left to the browser"""
    note: str = ""
    """what the table leaves out and where that stands, or nothing"""


def table(name: str, rows: Iterable[Sequence[Markup | str]], caption: str, *, carries: Iterable[bool] = ()) -> Table:
    """A table whose column heads are the messages of section `table.NAME`; plain strings are our own words.

    Args:
        name: of the section.
        rows: cells from left to right.
        caption: above it.
        carries: for each row, whether a verdict rests on it, where paper may leave others out.
    """
    columns = tuple(words for _, words in under(f"table.{name}"))
    made = (tuple(c if hasattr(c, "__html__") else plain(c) for c in row) for row in rows)
    return Table(caption=caption, columns=columns, rows=tuple(made), carries=tuple(carries))  # type: ignore[arg-type]  # strings were escaped
