"""Times of AIS files: ISO, seconds since 1970, and dates whose order somebody states; never a guess."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from roadstead.ais._fields import text_of
from roadstead.model import zone

if TYPE_CHECKING:
    from datetime import tzinfo

_FIRST = datetime(1996, 1, 1, tzinfo=UTC)
"""no ship carried AIS before; an earlier time is a clock that was never set"""
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_UNIX_MS = 1e11
"""seconds since 1970 stay below it until the year 5138, milliseconds are above it since 1973"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLASHED = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})[ T]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)")
_COMPACT = re.compile(r"\d{8}T?\d{6}Z?")


class DateOrder(StrEnum):
    """How a date with slashes or dots is written."""

    YEAR_FIRST = "year-month-day"
    DAY_FIRST = "day-month-year"
    MONTH_FIRST = "month-day-year"


class AmbiguousTimeError(ValueError):
    """Two instants could be meant."""


class TimeReader:
    """Reads the times of one file.

    Args:
        order: of dates that are not ISO; None: such dates are refused as ambiguous.
        zone_name: IANA zone of times without an offset.
    """

    def __init__(self, order: DateOrder | None = None, zone_name: str = "UTC") -> None:
        self._order = order
        self._zone: tzinfo = UTC if zone_name.upper() == "UTC" else zone(zone_name)
        self._days: dict[str, date] = {}

    def read(self, cell: object) -> datetime:
        """The instant, UTC; raises AmbiguousTimeError, or ValueError for what is no time."""
        if isinstance(cell, datetime):
            return self._checked(cell)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            return self._unix(float(cell))
        text = text_of(cell)
        if len(text) >= 19 and text[4] == "-":
            return self._checked(datetime.fromisoformat(_offset(text)))
        return self._other(text)

    def _other(self, text: str) -> datetime:
        if _COMPACT.fullmatch(text):
            return self._checked(datetime.strptime(re.sub("[TZ]", "", text), "%Y%m%d%H%M%S"))  # noqa: DTZ007 - _checked adds it
        if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
            return self._unix(float(text))
        slashed = _SLASHED.fullmatch(text.upper().removesuffix("UTC").removesuffix("Z").strip())
        if slashed is None:
            return self._checked(datetime.fromisoformat(_offset(text)))
        clock = slashed[4].zfill(8 if slashed[4].count(":") == 2 else 5)
        here = UTC if text.upper().endswith(("UTC", "Z")) else None
        t = datetime.fromisoformat(f"{self._day(text, slashed).isoformat()}T{clock}")
        return self._checked(t.replace(tzinfo=here))

    def _day(self, text: str, parts: re.Match[str]) -> date:
        key = f"{parts[1]}/{parts[2]}/{parts[3]}"
        if key not in self._days:
            a, b, c = (int(parts[i]) for i in (1, 2, 3))
            if len(parts[1]) == 4:
                self._days[key] = date(a, b, c)
            elif self._order is None or len(parts[3]) != 4:
                raise AmbiguousTimeError(text)
            elif self._order is DateOrder.DAY_FIRST:
                self._days[key] = date(c, b, a)
            else:
                self._days[key] = date(c, a, b)
        return self._days[key]

    def _unix(self, seconds: float) -> datetime:
        if not 0 <= seconds < 1e14:
            raise ValueError(seconds)
        return self._checked(_EPOCH + timedelta(seconds=seconds / 1000 if seconds > _UNIX_MS else seconds))

    def _checked(self, t: datetime) -> datetime:
        if t.tzinfo is None:
            if self._zone is not UTC:
                early, late = (t.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
                if early != late:
                    raise AmbiguousTimeError(t)
            t = t.replace(tzinfo=self._zone)
        if t.tzinfo is not UTC:
            t = t.astimezone(UTC)
        if not _FIRST <= t < _LAST:
            raise ValueError(t)
        return t


def _offset(text: str) -> str:
    """`2024-01-15 08:30:00 UTC` as ISO writes it."""
    return text[:-3].rstrip() + "Z" if text[-3:].upper() == "UTC" else text
