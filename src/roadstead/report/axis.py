"""Ticks of a UTC axis and of a graticule."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roadstead.report.messages import text
from roadstead.report.numbers import month

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS = tuple(timedelta(hours=h) for h in (1, 2, 3, 6, 12, 24, 48, 96, 168, 336))
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_DEGREES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)


def time_ticks(start: datetime, end: datetime, most: int) -> tuple[tuple[datetime, str], ...]:
    """Round moments between two, at most so many, with their labels."""
    step = next((s for s in _STEPS if (end - start) / s <= most), None)
    if step:
        return tuple((t, _label(t, step)) for t in _by_step(start, end, step))
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    every = next((m for m in _MONTHS if months / m <= most), _MONTHS[-1])
    return tuple((t, str(t.year) if every >= 12 else f"{month(t)} {t.year}") for t in _by_month(start, end, every))


def _by_step(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    t = _EPOCH + math.ceil((start - _EPOCH) / step) * step
    while t <= end:
        yield t
        t += step


def _by_month(start: datetime, end: datetime, every: int) -> Iterator[datetime]:
    index = math.ceil((start.year * 12 + start.month - 1) / every) * every
    while index // 12 <= min(end.year, 9998):
        t = datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)
        if start <= t <= end:
            yield t
        index += every


def _label(t: datetime, step: timedelta) -> str:
    if step < timedelta(days=1) and t.hour:
        return f"{t:%H:%M}"
    return f"{t.day} {month(t)}"


def degree_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Round degrees between two values, at most so many."""
    step = next((d for d in _DEGREES if (high - low) / d <= most), 45.0)
    first = math.ceil(low / step - 1e-9)
    return tuple(round(i * step, 6) for i in range(first, math.floor(high / step + 1e-9) + 1))


def degrees(value: float, *, east: bool) -> str:
    """A labelled longitude or latitude; longitudes may come unwrapped."""
    if east:
        value = (value + 180) % 360 - 180
    side = text(("map.east" if value >= 0 else "map.west") if east else ("map.north" if value >= 0 else "map.south"))
    return f"{abs(value):.6g}\u00b0{side}"


def round_length(longest: float) -> float:
    """The longest 1, 2 or 5 times a power of ten that is no longer."""
    power: float = 10.0 ** math.floor(math.log10(longest))
    return next(m * power for m in (5, 2, 1) if m * power <= longest * (1 + 1e-9))
