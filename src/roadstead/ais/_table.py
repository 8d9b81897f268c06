"""Reports from tables: CSV of any delimiter and spreadsheet rows, by column map."""

from __future__ import annotations

import csv
from collections import deque
from typing import TYPE_CHECKING, Any

from roadstead.ais._rows import Rows
from roadstead.ais.columns import fitting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.ais._gather import Gatherer
    from roadstead.ais.columns import ColumnMap

_HEADER_LINES = 20
"""how far down a header may stand below a title"""
_LINES_OF_A_ROW = 3
"""how far a row is followed whose quoted cell holds line breaks"""
_DELIMITERS = (",", ";", "\t", "|")
_RENAME = "name its columns mmsi, timestamp, lat, lon and, where it has them, sog, cog, heading (knots, degrees, UTC)"
_SAY_COLUMNS = f"{_RENAME}; from Python a column map does it too"


def split(line: str, delimiter: str) -> list[str]:
    """Cells of one line; a stray quotation mark spoils its own line only."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _csv_rows(lines: Iterator[tuple[int, str]], delimiter: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Rows of a text; a line break inside a quoted cell ends no row."""
    ahead: deque[tuple[int, str]] = deque()
    while (line := ahead.popleft() if ahead else next(lines, None)) is not None:
        number, text = line
        if not text.strip():
            continue
        cells = split(text, delimiter)
        if len(cells) < width and '"' in text:
            cells = _across(text, lines, ahead, delimiter, width) or cells
        yield number, cells


def _across(
    text: str, lines: Iterator[tuple[int, str]], ahead: deque[tuple[int, str]], delimiter: str, width: int
) -> list[str] | None:
    """Cells of a row that goes on in the next lines; None, and none of them taken, where they do not complete it."""
    for further in range(_LINES_OF_A_ROW):
        if further >= len(ahead):
            line = next(lines, None)
            if line is None:
                return None
            ahead.append(line)
        text = f"{text}\n{ahead[further][1]}"
        try:
            cells = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if len(cells) >= width:
            for _ in range(further + 1):
                ahead.popleft()
            return cells
        return None
    return None


def read_csv(name: str, lines: Iterator[tuple[int, str]], own: ColumnMap | None, into: Gatherer) -> None:
    """Read a text whose header names columns; what cannot be read becomes losses."""
    head: list[str] = []
    for number, line in lines:
        into.rows += 1
        for delimiter in _DELIMITERS:
            chosen = _chosen(split(line, delimiter), own, name, number, into)
            if chosen is not None:
                header = split(line, delimiter)
                _read(name, header, chosen, _csv_rows(lines, delimiter, _width(header)), into)
                return
        if line.startswith("#"):
            into.remark(line.lstrip("# ").strip())
        elif line.strip():
            head.append(line)
        if len(head) >= _HEADER_LINES:
            break
    if not into.losses.of_file(name):
        into.losses.note(name, "has no header of a known layout; it begins", _SAY_COLUMNS, 1, head[0] if head else "")


def read_sheet(name: str, rows: Iterator[tuple[int, tuple[Any, ...]]], own: ColumnMap | None, into: Gatherer) -> None:
    """Read a sheet of a spreadsheet; an empty sheet is passed over."""
    seen: list[str] = []
    for number, cells in rows:
        into.rows += 1
        header = ["" if c is None else str(c) for c in cells]
        chosen = _chosen(header, own, name, number, into)
        if chosen is not None:
            width = _width(header)
            # A sheet leaves out the empty cells at the end of a row; nothing is cut there.
            full = ((n, (*row, *[None] * (width - len(row)))) for n, row in rows)
            _read(name, header, chosen, full, into)
            return
        if header and header[0].startswith("#"):
            into.remark(header[0].lstrip("# ").strip())
        elif any(header):
            seen.append(" ".join(filter(None, header)))
        if len(seen) >= _HEADER_LINES:
            break
    if seen and not into.losses.of_file(name):
        into.losses.note(name, "has no header of a known layout; it begins", _SAY_COLUMNS, 1, seen[0])


def _chosen(header: Sequence[str], own: ColumnMap | None, name: str, line: int, into: Gatherer) -> ColumnMap | None:
    """The layout of a header; None where it is no header, or fits two layouts (which is noted)."""
    if own is not None and own.fits(header) and _complete(own.places(header), own):
        return own
    found = fitting(header)
    if len(found) > 1:
        both = " and ".join(p.id for p in found)
        into.losses.note(
            name, f"has a header that fits {both}", f"{_RENAME}, or from Python say which with a column map", line
        )
        return None
    if found and own is not None and own.id == found[0].id:
        return own
    return found[0] if found else None


def _width(header: Sequence[str]) -> int:
    """Number of cells of a whole row: unnamed columns at the end do not count."""
    return 1 + max(i for i, name in enumerate(header) if name.strip())


def _complete(places: dict[str, int], layout: ColumnMap) -> bool:
    known = places.keys() | layout.fixed.keys()
    return {"mmsi", "lon_deg", "lat_deg"} <= known and ("t_utc" in known or {"date", "clock"} <= known)


def _read(
    name: str, header: Sequence[str], layout: ColumnMap, rows: Iterator[tuple[int, Sequence[Any]]], into: Gatherer
) -> None:
    places = layout.places(header)
    if not _complete(places, layout):
        known = places.keys() | layout.fixed.keys()
        lacking = next((f for f in ("mmsi", "lon_deg", "lat_deg") if f not in known), "t_utc")
        by_hand = "add a column mmsi to the file" if lacking == "mmsi" else _RENAME
        own_map = f"preset = '{layout.id}' and `fixed` or `columns`"
        remedy = f"{by_hand}, or from Python state {lacking} with a column map: {own_map}"
        into.losses.note(name, f"is a file of {layout.name}, but no column holds {lacking}", remedy)
        return
    reader = Rows(name, layout, places, into, _width(header))
    for line, cells in rows:
        into.rows += 1
        reader.take(line, cells)
    reader.finish()
