"""Time spans in UTC. A satellite's time may be known to the second or only to the day; both are spans."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from roadstead.model.errors import InputError


class Precision(StrEnum):
    """How finely a time is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """A half-open span [start, end) in UTC.

    A scene of unknown hour on 5 January spans that whole day: whatever is computed from its time is
    integrated over the span.
    """

    start: datetime
    """first instant, timezone-aware UTC"""
    end: datetime
    """first instant after the span, timezone-aware UTC; equal to start for an instant"""
    precision: Precision = Precision.SECOND
    """how finely the source knew it"""

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InputError("a time span needs time zones; write UTC times with a Z")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end < self.start:
            raise InputError(f"the span ends ({iso(self.end)}) before it starts ({iso(self.start)}); swap the two")

    @property
    def duration(self) -> timedelta:
        """Length of the span."""
        return self.end - self.start

    @property
    def middle(self) -> datetime:
        """Middle of the span."""
        return self.start + self.duration / 2

    def overlaps(self, other: TimeSpan) -> bool:
        """Whether the two spans share an instant; an instant inside or at the start of a span counts."""
        if self.start == self.end == other.start == other.end:
            return True
        if self.start == self.end:
            return other.start <= self.start < other.end
        if other.start == other.end:
            return self.start <= other.start < self.end
        return self.start < other.end and other.start < self.end

    def within(self, other: TimeSpan) -> bool:
        """Whether no part of it lies outside the other."""
        return other.start <= self.start and self.end <= other.end

    def hours(self) -> float:
        """Length in hours."""
        return self.duration.total_seconds() / 3600

    def __str__(self) -> str:
        if self.precision is Precision.DAY and self.duration <= timedelta(days=1):
            return f"{self.start:%Y-%m-%d} (day)"
        return iso(self.start) if self.start == self.end else f"{iso(self.start)} to {iso(self.end)}"


def shown_time(span: TimeSpan) -> str:
    """For people: to the minute where it is known so well, else the days between which it lies."""
    if span.hours() <= _MOMENT_H:
        return f"{span.start:%Y-%m-%d %H:%M} UTC"
    last = span.end - timedelta(seconds=1)
    days = f"{span.start:%Y-%m-%d}" if span.start.date() == last.date() else f"{span.start:%Y-%m-%d} to {last:%Y-%m-%d}"
    return f"{days}, hour unknown"


def iso(t: datetime) -> str:
    """ISO 8601 in UTC with a Z, to the second."""
    return t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; raises InputError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"time zone {name!r} is not an IANA name; write one like 'Asia/Vladivostok'") from error


_MOMENT_H = 1.0  # a span this short is a moment
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def parse_span(text: str | date, tz: str = "UTC") -> TimeSpan:
    """Read "2024", "2024-10", "2024-10-17", or a full ISO time, local to `tz` unless it carries an offset.

    Args:
        text: the text, or a date or datetime as TOML gives it.
        tz: IANA zone in which a bare date or time is meant.

    Raises:
        InputError: not a date or time, or an unknown zone.
    """
    if isinstance(text, date):
        text = text.isoformat()
    place = zone(tz)
    partial = _PARTIAL.fullmatch(text.strip())
    try:
        if partial:
            return _calendar_span(*(int(g) if g else None for g in partial.groups()), place=place)
        t = datetime.fromisoformat(text.strip())
        t = (t if t.tzinfo else t.replace(tzinfo=place)).astimezone(UTC)
        whole_minute = t.second == 0 and not re.search(r":\d{2}:\d{2}", text)
        if whole_minute:
            return TimeSpan(t, t + timedelta(minutes=1), Precision.MINUTE)
        return TimeSpan(t, t, Precision.SECOND)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{text!r} is no date or time; write 2024, 2024-10, 2024-10-17 or 2024-10-17T03:15Z"
        ) from error


def _calendar_span(year: int | None, month: int | None, day: int | None, *, place: ZoneInfo) -> TimeSpan:
    if year is None:
        raise ValueError("year")
    start = datetime(year, month or 1, day or 1, tzinfo=place)
    if day:
        end, precision = start + timedelta(days=1), Precision.DAY
    elif month:
        end, precision = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=place), Precision.MONTH
    else:
        end, precision = datetime(year + 1, 1, 1, tzinfo=place), Precision.YEAR
    return TimeSpan(start, end, precision)


def span_between(start: str | date, end: str | date, tz: str = "UTC") -> TimeSpan:
    """From the beginning of `start` to the end of `end` (a date includes its whole day)."""
    first, last = parse_span(start, tz), parse_span(end, tz)
    if last.end < first.start or (last.end == first.start and last.start < first.start):
        raise InputError(f"the window ends ({end}) before it starts ({start}); swap the two")
    same = first.precision is last.precision
    return TimeSpan(first.start, last.end, first.precision if same and start == end else Precision.INTERVAL)
