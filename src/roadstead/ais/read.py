"""Reading AIS files of any layout into tracks."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.ais._fields import mmsi_of
from roadstead.ais._files import Sheet, Text, sources
from roadstead.ais._gather import Gatherer, same_words
from roadstead.ais._losses import Losses
from roadstead.ais._nmea import is_nmea, read_nmea
from roadstead.ais._table import read_csv, read_sheet
from roadstead.ais.checks import Limits, check_track
from roadstead.ais.columns import column_map as _column_map
from roadstead.ais.values import AisPosition, AisRead, AisStatic, Track
from roadstead.model import InputError, iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

    from roadstead.ais.columns import ColumnMap
    from roadstead.model import TimeSpan

_LINES_TO_TELL = 50
"""how many lines are looked at to tell NMEA from a table"""
_SHIPS_TO_NAME = 5


def read_ais(
    paths: Iterable[Path | str] | Path | str,
    column_map: ColumnMap | Mapping[str, Any] | Path | str | None = None,
    *,
    area: BaseGeometry | None = None,
    span: TimeSpan | None = None,
    mmsis: Collection[str | int] = (),
    limits: Limits | None = None,
    most_positions: int = 2_000_000,
) -> AisRead:
    """Read NMEA logs, CSV and XLSX exports, plain, gzipped or zipped, and folders of them; nothing is guessed.

    Files are streamed: memory holds what is kept, about 0.3 kB a position, and no more than `most_positions`.

    Args:
        paths: files and folders.
        column_map: for tables of no known layout, or for what a layout leaves open: see `column_map`.
        area: keep only positions inside, WGS84 lon/lat.
        span: keep only what was received in it, both ends included.
        mmsis: keep only these ships, as numbers or as texts of at most nine digits; empty: all.
        limits: for the checks of tracks.
        most_positions: keep no more; what comes after is counted as a loss.

    Raises:
        InputError: the column map or an MMSI that is asked for is wrong. Files never raise: what cannot be read, and
            that nothing is left of what was read, are losses.
    """
    own = None if column_map is None else _column_map(column_map)
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    losses = Losses()
    into = Gatherer(losses, most_positions, area, span, _numbers(mmsis))
    for source in sources([Path(p) for p in given], losses):
        before = into.kept, losses.of_file(source.name), len(into.statics)
        _read_one(source, own, into)
        if (into.kept, losses.of_file(source.name), len(into.statics)) == before and area is span is None and not mmsis:
            losses.note(
                source.name, "holds no position report of a ship", "nothing to do, if that is what it should hold"
            )
    checks = limits or Limits()
    # Static data carry no place: where an area is asked for, only ships that reported from it count.
    ships = sorted(into.positions.keys() | (into.statics.keys() if area is None else set()))
    if into.passed_over and not ships:
        _note_nothing_left(into, [Path(p) for p in given])
    return AisRead(
        tracks=tuple(_track(into.positions.pop(m, []), into.statics.pop(m, []), m, checks) for m in ships),
        losses=losses.sentences(),
        remarks=tuple(into.remarks),
        rows=into.rows,
    )


def _numbers(mmsis: Collection[str | int]) -> frozenset[str]:
    """The numbers that are asked for, nine digits each; raises InputError."""
    if isinstance(mmsis, (str, int)):
        raise InputError(f"mmsis is {mmsis!r}, a single value; give a list of MMSIs: [{mmsis!r}]")
    found = set()
    for mmsi in mmsis:
        try:
            found.add(mmsi_of(mmsi))
        except ValueError as error:
            raise InputError(f"mmsis: {mmsi!r} is no MMSI; give up to nine digits, such as '367000001'") from error
    return frozenset(found)


def _note_nothing_left(into: Gatherer, paths: list[Path]) -> None:
    """Say that files were read and that none of their reports is what was asked for."""
    ships = ", ".join(sorted(into.mmsis)[:_SHIPS_TO_NAME]) + " and others" * (len(into.mmsis) > _SHIPS_TO_NAME)
    asked = [
        *([f"of ship {ships}"] if into.mmsis else []),
        *(["inside the area"] if into.area is not None else []),
        *([f"from {iso(into.span.start)} to {iso(into.span.end)}"] if into.span else []),
    ]
    name = paths[0].name if len(paths) == 1 else f"{len(paths)} inputs"
    what = f"none of {into.passed_over:,} reports that were read is {', '.join(asked)}"
    into.losses.note(name or "AIS", what, "nothing to do, if no such ship sent; else check what is asked for")


def _read_one(source: Text | Sheet, own: ColumnMap | None, into: Gatherer) -> None:
    if isinstance(source, Sheet):
        read_sheet(source.name, source.rows, own, into)
        return
    head: list[tuple[int, str]] = []
    nmea = False
    for number, line in source.lines:
        head.append((number, line))
        nmea = is_nmea(line)
        if nmea or len(head) >= _LINES_TO_TELL:
            break
    lines: Iterator[tuple[int, str]] = chain(head, source.lines)
    if nmea:
        read_nmea(source.name, lines, into)
    else:
        read_csv(source.name, lines, own, into)


def _track(positions: list[AisPosition], statics: list[AisStatic], mmsi: str, limits: Limits) -> Track:
    positions.sort(key=lambda p: (p.t_utc, p.lon_deg, p.lat_deg, p.file, p.line))
    once = [p for i, p in enumerate(positions) if i == 0 or _report(p) != _report(positions[i - 1])]
    track = Track(mmsi=mmsi, positions=tuple(once), statics=merged(statics))
    return replace(track, flags=check_track(track, limits))


def _report(p: AisPosition) -> tuple[object, ...]:
    return p.t_utc, p.lon_deg, p.lat_deg, p.sog_kn, p.cog_deg, p.heading_deg, p.nav_status


def merged(statics: Iterable[AisStatic]) -> tuple[AisStatic, ...]:
    """Static data in order of time, neighbours that say the same joined."""
    order: list[AisStatic] = []
    for static in sorted(statics, key=lambda s: (s.t_utc, s.last_utc, s.file, s.line)):
        if order and same_words(order[-1], static):
            order[-1] = replace(order[-1], last_utc=max(order[-1].last_utc, static.last_utc))
        else:
            order.append(static)
    return tuple(order)
