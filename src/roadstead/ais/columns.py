"""Which column means what: presets of known publishers, recognised by their header, and a user's own map."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from roadstead.ais._schema import MapEntry, PresetsFile
from roadstead.ais._times import DateOrder, TimeReader
from roadstead.model import InputError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIELDS = (
    *("mmsi", "t_utc", "date", "clock", "lon_deg", "lat_deg", "sog_kn", "cog_deg", "heading_deg", "nav_status"),
    *("imo", "name", "callsign", "ship_type", "to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m"),
    *("length_m", "beam_m", "draught_m", "destination"),
)
"""what a column may mean; `date` and `clock` stand for a time in two columns"""
_NUMBERS = frozenset(name for name in FIELDS if name.endswith(("_m", "_kn", "_deg")))


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """How one layout names its columns."""

    id: str
    name: str
    basis: str
    """what it rests on: `documentation`, `general knowledge` or `stated by the user`"""
    source: str = ""
    general: bool = False
    """True: nobody's own layout, taken where no other fits"""
    marks: tuple[str, ...]
    """columns whose presence together identifies the layout"""
    columns: tuple[tuple[str, str], ...]
    """(header, our field or empty) in the order in which the layout is written"""
    also: tuple[tuple[str, str], ...] = ()
    """further headers that are read where they occur"""
    date_order: DateOrder | None = None
    """of dates that are not ISO; None: not stated, such dates are refused"""
    time_zone: str = "UTC"
    """IANA zone of times without an offset"""
    scale: Mapping[str, float] = field(default_factory=dict)
    """our field -> factor from the file's number to our unit"""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """our field -> value for every row, for files that name no ship"""

    def places(self, header: Sequence[str]) -> dict[str, int]:
        """Our field -> index of its column in a header; the first column wins where a name stands twice."""
        at = {plain(name): i for i, name in reversed(list(enumerate(header)))}
        found: dict[str, int] = {}
        for name, ours in (*self.columns, *self.also):
            if ours and plain(name) in at:
                found.setdefault(ours, at[plain(name)])
        return found

    def fits(self, header: Iterable[str]) -> bool:
        """Whether every mark stands in the header."""
        names = {plain(name) for name in header}
        return all(plain(mark) in names for mark in self.marks)


def plain(name: str) -> str:
    """A header's name without case, spaces, underscores and a leading `#`."""
    return "".join(c for c in name.casefold().lstrip("#\ufeff ") if c not in " _\t\"'")


@cache
def presets() -> tuple[ColumnMap, ...]:
    """The shipped layouts, each with what its names rest on."""
    entries = PresetsFile.model_validate(tomllib.loads((Path(__file__).parent / "presets.toml").read_text("utf-8")))
    return tuple(
        ColumnMap(**entry.model_dump(exclude={"scale"}), scale=MappingProxyType(entry.scale))
        for entry in entries.presets
    )


def preset(name: str) -> ColumnMap:
    """The shipped layout of that id; raises NotFound."""
    for known in presets():
        if known.id == name:
            return known
    raise NotFound(f"no AIS layout is called {name!r}; known are {', '.join(p.id for p in presets())}")


def fitting(header: Sequence[str]) -> tuple[ColumnMap, ...]:
    """The shipped layouts that a header fits; more than one only where neither asks for more than the other."""
    fit = [p for p in presets() if p.fits(header)]
    found = [p for p in fit if not p.general] or fit
    asked = {p.id: {plain(mark) for mark in p.marks} for p in found}
    return tuple(p for p in found if not any(asked[p.id] < asked[other.id] for other in found))


def column_map(given: ColumnMap | Mapping[str, Any] | Path | str) -> ColumnMap:
    """A column map from a preset's id, a TOML file or its content.

    The TOML holds `preset` (a layout to start from) or `columns` (our field -> the file's header), and may hold `fixed`
    (our field -> value for every row), `date_order` (`day-month-year`, `month-day-year`), `time_zone` (IANA name) and
    `scale` (our field -> factor).

    Raises:
        InputError: it cannot be read, names an unknown field, or does not say where MMSI, time and place are.
    """
    if isinstance(given, ColumnMap):
        return given
    if isinstance(given, str) and any(p.id == given for p in presets()):
        return preset(given)
    where, data = _content(given)
    try:
        entry = MapEntry.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}; see presets for examples"
        ) from error
    return _built(entry, where)


def _content(given: Mapping[str, Any] | Path | str) -> tuple[str, Any]:
    if isinstance(given, Mapping):
        return "column map", dict(given)
    if not isinstance(given, (Path, str)):
        raise InputError(
            f"column map: {given!r} is none; give a known layout's id, a TOML file, or a mapping with `columns`"
        )
    path = Path(given)
    try:
        return path.name, tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        known = ", ".join(p.id for p in presets())
        raise InputError(f"{given}: is neither a readable column map nor a known layout; known are {known}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f'{path.name}: is no TOML ({error}); write `[columns]` and lines like `mmsi = "MMSI"`'
        ) from error


def _built(entry: MapEntry, where: str) -> ColumnMap:
    for name in (*entry.columns, *entry.fixed, *entry.scale):
        if name not in FIELDS:
            raise InputError(f"{where}: {name!r} is no field; fields are {', '.join(FIELDS)}")
    if set(entry.scale) - _NUMBERS:
        raise InputError(f"{where}: only numbers can be scaled, {min(set(entry.scale) - _NUMBERS)!r} is none")
    for name, factor in entry.scale.items():
        if factor == 0 or not math.isfinite(factor):
            raise InputError(f"{where}: scale.{name} = {factor:g} is no factor; give our unit per count, such as 0.1")
    TimeReader(entry.date_order, entry.time_zone)
    base = preset(entry.preset) if entry.preset else None
    own = tuple((header, name) for name, header in entry.columns.items())
    made = ColumnMap(
        id="own" if base is None else base.id,
        name="the user's column map",
        basis="stated by the user",
        marks=tuple(header for header, _ in own),
        columns=own,
        date_order=entry.date_order,
        time_zone=entry.time_zone,
        scale=dict(entry.scale),
        fixed=dict(entry.fixed),
    )
    if base is not None:
        made = replace(
            made,
            marks=(*(m for m in base.marks if plain(m)), *made.marks),
            columns=(*own, *((h, n) for h, n in base.columns if n not in entry.columns)),
            also=tuple((h, n) for h, n in base.also if n not in entry.columns),
            date_order=entry.date_order or base.date_order,
            scale={**base.scale, **entry.scale},
        )
    _complete(made, where)
    return made


def _complete(made: ColumnMap, where: str) -> None:
    named = {ours for _, ours in (*made.columns, *made.also)} | set(made.fixed)
    for needed in ("mmsi", "lon_deg", "lat_deg"):
        if needed not in named:
            raise InputError(f"{where}: does not say which column holds {needed}; add it to `columns` or `fixed`")
    if "t_utc" not in named and not {"date", "clock"} <= named:
        raise InputError(f"{where}: does not say which column holds t_utc (or date and clock); add it to `columns`")
