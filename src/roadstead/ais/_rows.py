"""Reports from the rows of one table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from roadstead.ais import _fields
from roadstead.ais._codes import status_words, type_words
from roadstead.ais._times import AmbiguousTimeError, TimeReader
from roadstead.ais.values import AisPosition, AisStatic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.ais._gather import Gatherer
    from roadstead.ais.columns import ColumnMap

_MOST_KNOWN = 20_000
"""values remembered for one file"""
_STATICS = (
    *("imo", "name", "callsign", "ship_type", "to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m"),
    *("length_m", "beam_m", "draught_m", "destination"),
)


@dataclass(slots=True)
class _Run:
    """Static cells of one ship, as long as they stay the same."""

    cells: tuple[Any, ...]
    first: datetime
    last: datetime
    line: int


class Rows:
    """Turns rows of one table into reports."""

    def __init__(self, name: str, layout: ColumnMap, places: dict[str, int], into: Gatherer, width: int) -> None:
        self._name, self._layout, self._at, self._into = name, layout, places, into
        self._times = TimeReader(layout.date_order, layout.time_zone)
        self._static_at = tuple(places.get(f, -1) for f in _STATICS)
        self._any_static = any(i >= 0 for i in self._static_at)
        self._runs: dict[str, _Run] = {}
        self._words: dict[Any, str] = {}
        self._ships: dict[Any, str] = {}
        self._known: dict[tuple[str, Any], float | None] = {}
        self._width = width

    def take(self, line: int, cells: Sequence[Any]) -> None:
        """Keep what one row reports."""
        # A row that lacks any cell may have been cut inside the last one that is left.
        if len(cells) < self._width:
            self._lose(
                "rows are cut short", "export the file again", line, " ".join(str(c) for c in cells if c is not None)
            )
            return
        try:
            mmsi, t_utc = self._mmsi(cells), self._times.read(self._when(cells))
        except (ValueError, OverflowError) as error:
            self._refuse(error, line, cells)
            return
        if self._into.wants(mmsi, t_utc):
            self._keep(mmsi, t_utc, cells, line)

    def _refuse(self, error: Exception, line: int, cells: Sequence[Any]) -> None:
        """Note why a row has no ship or no time."""
        if isinstance(error, _fields.FormulaError):
            self._lose("rows hold formulas, which are not computed", "save values instead of formulas", line, error)
        elif isinstance(error, AmbiguousTimeError):
            order = (
                "dates could be day-month or month-day" if self._layout.time_zone == "UTC" else "times are ambiguous"
            )
            self._lose(
                order,
                "write ISO times in UTC, or from Python state date_order or time_zone in a column map",
                line,
                error,
            )
        elif isinstance(error, _MmsiError):
            remedy = "give nine digits, as text where a spreadsheet wrote it"
            self._lose("rows have no MMSI of at most nine digits", remedy, line, error)
        else:
            remedy = "give ISO times, or from Python a column map with date_order"
            self._lose(
                "rows have no readable time", remedy, line, self._cell("t_utc", cells) or self._cell("date", cells)
            )

    def _keep(self, mmsi: str, t_utc: datetime, cells: Sequence[Any], line: int) -> None:
        if self._any_static:
            self._say(mmsi, t_utc, cells, line)
        before = self._into.losses.total
        lon, lat = self._number("lon_deg", cells, line), self._number("lat_deg", cells, line)
        if lon is None or lat is None or lat == 91 or lon == 181:
            if self._into.losses.total == before:
                self._lose("reports carry no position", "nothing to do: the ship sent none", line)
        elif not (-90 <= lat <= 90 and -180 <= lon <= 180):
            swapped = -180 <= lat <= 180 and -90 <= lon <= 90
            remedy = "latitude and longitude seem swapped: state the columns" if swapped else "see the original record"
            self._lose("positions lie outside the Earth's coordinates", remedy, line, f"lat {lat:g}, lon {lon:g}")
        elif self._into.place(lon, lat):
            self._into.add(
                AisPosition(
                    mmsi=mmsi,
                    t_utc=t_utc,
                    lon_deg=lon,
                    lat_deg=lat,
                    sog_kn=self._motion("sog_kn", _fields.sog_of, cells, line),
                    cog_deg=self._motion("cog_deg", _fields.cog_of, cells, line),
                    heading_deg=self._motion("heading_deg", _fields.heading_of, cells, line),
                    nav_status=self._status(cells),
                    file=self._name,
                    line=line,
                )
            )

    def finish(self) -> None:
        """Hand over the static data that were in force at the end."""
        for mmsi, run in self._runs.items():
            self._emit(mmsi, run)

    def _cell(self, field: str, cells: Sequence[Any]) -> Any:
        at = self._at.get(field, -1)
        return cells[at] if 0 <= at < len(cells) else self._layout.fixed.get(field)

    def _mmsi(self, cells: Sequence[Any]) -> str:
        cell = self._cell("mmsi", cells)
        known = self._ships.get(cell)
        if known is not None:
            return known
        try:
            mmsi = _fields.mmsi_of(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
        except _fields.FormulaError:
            raise
        except ValueError as error:
            raise _MmsiError(cell) from error
        if len(self._ships) < _MOST_KNOWN:
            self._ships[cell] = mmsi
        return mmsi

    def _when(self, cells: Sequence[Any]) -> Any:
        at = self._at.get("t_utc")
        if at is not None:
            return cells[at]
        day = self._cell("date", cells)
        day = day.date() if isinstance(day, datetime) else day
        return f"{_fields.text_of(day)} {_fields.text_of(self._cell('clock', cells))}"

    def _motion(
        self, field: str, clean: Callable[[float | None], float | None], cells: Sequence[Any], line: int
    ) -> Any:
        """A speed or direction; its few thousand values are kept, so that a million positions share them."""
        at = self._at.get(field, -1)
        if not 0 <= at < len(cells):
            return None
        key = (field, cells[at])
        if key in self._known:
            return self._known[key]
        losses = self._into.losses
        before = losses.total
        value = clean(self._number(field, cells, line))
        if len(self._known) < _MOST_KNOWN and losses.total == before:
            self._known[key] = value
        return value

    def _number(self, field: str, cells: Sequence[Any], line: int) -> float | None:
        """A number in our unit; one that cannot be read is noted and is None."""
        cell = self._cell(field, cells)
        if cell is None or cell == "":
            return None
        try:
            value = _fields.number_of(cell)
        except ValueError:
            remedy = "see the original record" if field in {"lon_deg", "lat_deg"} else "these are read as not given"
            self._lose(f"{field} is no number", remedy, line, cell)
            return None
        factor = self._layout.scale.get(field)
        if factor is None or value is None:
            return value
        if factor < 1 and not value.is_integer():
            what = f"{field} has decimals, although {self._layout.name} counts in units of {factor:g}"
            self._lose(what, f"state scale.{field} = 1 in a column map if it does not", line, cell)
            return None
        return round(value * factor, 6)

    def _status(self, cells: Sequence[Any]) -> str:
        cell = self._cell("nav_status", cells)
        words = self._words.get(cell)
        if words is None:
            words = status_words(_plain_text(cell).removesuffix(".0"))
            if len(self._words) < _MOST_KNOWN:
                self._words[cell] = words
        return words

    def _say(self, mmsi: str, t_utc: datetime, cells: Sequence[Any], line: int) -> None:
        said = self._static_cells(cells)
        run = self._runs.get(mmsi)
        if run is not None and run.cells == said:
            if t_utc > run.last:
                run.last = t_utc
            elif t_utc < run.first:
                run.first = t_utc
            return
        if run is not None:
            self._emit(mmsi, run)
        self._runs[mmsi] = _Run(said, t_utc, t_utc, line)

    def _static_cells(self, cells: Sequence[Any]) -> tuple[Any, ...]:
        return tuple([cells[i] if 0 <= i < len(cells) else None for i in self._static_at])

    def _emit(self, mmsi: str, run: _Run) -> None:
        cells = dict(zip(_STATICS, run.cells, strict=True))
        numbers = {f: self._static_number(f, cells[f], run.line) for f in _STATICS if f.endswith("_m")}
        keys = ("to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m")
        sides, length, beam = _fields.sizes_of(*(numbers[key] for key in keys))
        code, words = _ship_type(cells["ship_type"])
        static = AisStatic(
            mmsi=mmsi,
            t_utc=run.first,
            last_utc=run.last,
            imo=_or_nothing(_fields.imo_of, cells["imo"]) or None,
            name=_or_nothing(_fields.label_of, cells["name"]) or "",
            callsign=_or_nothing(_fields.label_of, cells["callsign"]) or "",
            ship_type=words,
            ship_type_code=code,
            **dict(zip(keys, sides, strict=True)),
            stated_length_m=None if sides[0] is not None else length or _fields.size_of(numbers["length_m"]),
            stated_beam_m=None if sides[0] is not None else beam or _fields.size_of(numbers["beam_m"]),
            draught_m=_fields.draught_of(numbers["draught_m"]),
            destination=_or_nothing(_fields.label_of, cells["destination"]) or "",
            file=self._name,
            line=run.line,
        )
        if _says_something(static):
            self._into.say(static)

    def _static_number(self, field: str, cell: Any, line: int) -> float | None:
        try:
            value = _fields.number_of(cell)
        except ValueError:
            self._lose(f"{field} is no number", "these are read as not given", line, cell)
            return None
        return None if value is None else value * self._layout.scale.get(field, 1.0)

    def _lose(self, what: str, remedy: str, line: int, example: object = "") -> None:
        self._into.losses.note(self._name, what, remedy, line, example)


class _MmsiError(ValueError):
    """A cell holds no MMSI."""


def _plain_text(cell: Any) -> str:
    try:
        return _fields.text_of(cell)
    except _fields.FormulaError:
        return ""


def _or_nothing(function: Any, cell: Any) -> Any:
    try:
        return function(cell)
    except _fields.FormulaError:
        return None


def _ship_type(cell: Any) -> tuple[int | None, str]:
    text = _or_nothing(_fields.label_of, cell) or ""
    digits = text.removesuffix(".0")
    if digits.isascii() and digits.isdigit() and len(digits) <= 4:
        code = int(digits)
        return (code, type_words(code)) if 0 < code < 100 else (None, "")
    return None, text


def _says_something(static: AisStatic) -> bool:
    words = (static.imo, static.name, static.callsign, static.ship_type, static.length_m, static.beam_m)
    return any((*words, static.draught_m, static.destination, static.ship_type_code))
