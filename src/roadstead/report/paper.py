"""Tables on paper: long ones keep the rows that verdicts rest on, say where the others stand, and have fixed columns.

A layout program measures every word of every cell to find the widths of columns, and lays out each page in turn: of a
table of 2,000 rows it makes 200 pages in minutes, which nobody reads. Widths are found here from lengths of words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.report.messages import text
from roadstead.report.numbers import NBSP
from roadstead.report.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.report.tables import Table

MOST_ROWS = 120
"""of a table that may leave rows out; more only where verdicts rest on more"""
MEASURED = 4000
"""letters; columns of a table that has more get fixed widths"""
PAGE_EM, GAP_EM = 74.0, 0.9
"""width of a page, and the gap between columns, in sizes of the type of a long table"""
WORD_EM, CELL_EM = 9.0, 40.0
"""a longer word is broken; a longer cell makes its column no wider"""
_TAGS = re.compile(r"<[^>]+>")
_UNBROKEN = re.compile(r'<span class="(?:num|grade)">(.*?)</span>', re.DOTALL)
_BREAKS = re.compile(r"[ \t\n]+")


def on_paper(table: Table) -> Table:
    """The table as it is printed: rows left out where it allows that, columns of fixed width where it is long."""
    kept = _kept(table)
    left = len(kept) - sum(kept)
    rows = tuple(compress(table.rows, kept))
    note = text("pdf.rows", left=left, n=len(kept)) if left else ""
    words = [[_plain(cell) for cell in row] for row in rows]
    long = sum(len(w) for row in words for w in row) > MEASURED
    shares = _shares([list(table.columns), *words]) if long else ()
    return replace(table, rows=rows, note=note, shares=shares)


def _kept(table: Table) -> list[bool]:
    """Every row that carries a verdict, and the first of the others while there is room."""
    if not table.carries or len(table.rows) <= MOST_ROWS:
        return [True] * len(table.rows)
    room, kept = MOST_ROWS - sum(table.carries), []
    for carries in table.carries:
        room -= not carries
        kept.append(carries or room >= 0)
    return kept


def _shares(rows: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """Of the width for each column: room for its longest word, and of what is left in keeping with its longest cell."""
    columns = list(zip(*rows, strict=True))
    least = [max(map(_longest_em, column)) + GAP_EM for column in columns]
    whole = [min(max(text_width(cell, 1) for cell in column), CELL_EM) for column in columns]
    over = [max(w - n, 0) for w, n in zip(whole, least, strict=True)]
    left = max(PAGE_EM - sum(least), 0) / (sum(over) or 1)
    wants = [n + left * o for n, o in zip(least, over, strict=True)]
    return tuple(want / sum(wants) for want in wants)


def _longest_em(cell: str) -> float:
    words = _BREAKS.split(cell)
    return max(text_width(w, 1) if NBSP in w else min(text_width(w, 1), WORD_EM) for w in words)


def _plain(cell: Markup) -> str:
    """Text of a cell, to be measured: what must not break across lines is one word."""
    joined = _UNBROKEN.sub(lambda found: _BREAKS.sub(NBSP, found[1]), cell)
    return Markup(_TAGS.sub(" ", joined)).unescape().strip(" ")  # noqa: S704 - only to be measured
