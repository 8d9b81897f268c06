"""Numbers, times and places as the report writes them; independent of locale and machine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from roadstead.model import Precision
from roadstead.report.messages import text

if TYPE_CHECKING:
    from datetime import datetime

    from roadstead.model import Estimate, Range, TimeSpan

DASH = "\u2013"
NBSP = "\u00a0"


def percent(p: float) -> str:
    """A probability in per cent; the ends are never rounded to certainty."""
    if 0 < p < 0.01:
        return f"<{NBSP}1{NBSP}%"
    if 0.99 < p < 1:
        return f">{NBSP}99{NBSP}%"
    return f"{100 * p:.0f}{NBSP}%"


def percents(p: Range) -> str:
    """A range of probabilities."""
    low, high = percent(p.low), percent(p.high)
    if low == high:
        return low
    glue = DASH if low[0].isdigit() and high[0].isdigit() else text("number.to")
    return f"{low.removesuffix(f'{NBSP}%')}{glue}{high}"


def factor(b: Range | None) -> str:
    """A range of Bayes factors or likelihood ratios."""
    if b is None:
        return text("number.no_factor")
    low, high = _ratio(b.low), _ratio(b.high)
    return low if low == high else f"{low}{DASH}{high}"


def _ratio(value: float) -> str:
    if value >= 1e4:
        return f">{NBSP}10{NBSP}000"
    if 0 < value < 1e-4:
        return f"<{NBSP}0.0001"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def extent(r: Range | None, unit: str = "") -> str:
    """A plain range with its unit."""
    if r is None:
        return text("number.unknown")
    both = f"{r.low:g}" if r.low == r.high else f"{r.low:g}{DASH}{r.high:g}"
    return f"{both}{NBSP}{unit}" if unit else both


def estimate(e: Estimate | None, unit: str) -> str:
    """A measured value with its standard deviation."""
    if e is None:
        return text("number.not_measured")
    places = 1 if e.sigma < 2 else 0
    return f"{e.value:.{places}f}{NBSP}\u00b1{NBSP}{e.sigma:.{places}f}{NBSP}{unit}"


def angle(e: Estimate) -> str:
    """A direction in degrees with its standard deviation."""
    return f"{e.value:.0f}\u00b0{NBSP}\u00b1{NBSP}{e.sigma:.0f}\u00b0"


def metres(value: float | None) -> str:
    """A distance on the ground."""
    if value is None or not math.isfinite(value) or value <= 0:
        return text("number.unknown")
    return f"{value:.3g}{NBSP}m"


def hours_of(part: float, whole: float) -> str:
    """A part of a stretch of time given in hours; both in days where hours would not be read."""
    unit, scale = ("d", 24.0) if whole >= 72 else ("h", 1.0)
    return text("number.part_of", part=f"{part / scale:.1f}{NBSP}{unit}", whole=f"{whole / scale:.1f}{NBSP}{unit}")


def day(t: datetime) -> str:
    """A calendar day with its year."""
    return f"{t.day}{NBSP}{month(t)}{NBSP}{t.year}"


def month(t: datetime) -> str:
    """The short name of a month."""
    return text(f"month.m{t.month}")


def moment(t: datetime) -> str:
    """An instant in UTC, to the second where seconds are known."""
    clock = f"{t:%H:%M:%S}" if t.second else f"{t:%H:%M}"
    return f"{t:%Y-%m-%d}{NBSP}{clock}{NBSP}UTC"


def time(span: TimeSpan | None) -> str:
    """A span in UTC, as precise as it is known."""
    said = ends(span)
    return said[0] if len(said) == 1 else text("number.from_to", start=said[0], end=said[1])


def ends(span: TimeSpan | None) -> tuple[str, ...]:
    """The same as one piece of text or two."""
    if span is None:
        return (text("number.time_unknown"),)
    if span.precision is Precision.MINUTE or span.start == span.end:
        return (moment(span.start),)
    if span.precision is Precision.DAY and span.start.hour == 0 and span.hours() == 24:
        return (text("number.on_day", day=f"{span.start:%Y-%m-%d}"),)
    return moment(span.start), moment(span.end)


def size(n: int) -> str:
    """A file size."""
    return f"{n / 1e6:.1f}{NBSP}MB" if n >= 1e6 else f"{n / 1e3:.0f}{NBSP}kB" if n >= 1e3 else f"{n}{NBSP}B"
