"""How the coverage of a case is laid out: single marks for a month, then columns a day, a week or longer."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from roadstead.model import LookState, Modality, SiteCoverage, TimeSpan
from roadstead.report.events import stretches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.model import CaseCoverage

MARKS_DAYS = 31
"""longer stretches are drawn as columns"""
MARKS_EACH = 6.0
"""passes a day and site beyond which single marks would cover one another"""
MARKS_ALL = 2500
"""marks beyond which a figure would grow too large"""
DAY_UNITS, BIN_UNITS, LEAST_BIN_UNITS = 22.0, 11.0, 8.5
"""least width of a day with single marks, of a day as a column, of any other column"""
DAILY_DAYS = 124
"""longer stretches get columns of a week or more"""
MAX_PANELS = 4
BINS = (7, 14, 28, 91, 182, 365, 1826, 3652, 18262)
"""days of a column, where one a day would be too many"""
SHORTEST = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A stretch of time as it is drawn."""

    start: datetime
    end: datetime
    bin_days: int
    """days of a column; 0: single marks"""
    sites: tuple[SiteCoverage, ...]
    """those whose span reaches into it"""

    @property
    def span(self) -> TimeSpan:
        """Its time."""
        return TimeSpan(self.start, self.end)


def panels(coverage: CaseCoverage, inner_width: float) -> tuple[Panel, ...]:
    """Panels in order of time; sites whose spans lie far apart are never stretched over the time between.

    Args:
        coverage: of the case.
        inner_width: width of the time axis, in units of a text 12 high.
    """
    spans = [s.span for s in coverage.sites]
    return tuple(p for start, end in stretches(spans) for p in _split(coverage.sites, start, end, inner_width))


def _split(sites: Sequence[SiteCoverage], start: datetime, end: datetime, width: float) -> Iterator[Panel]:
    end = max(end, start + SHORTEST)
    here = [s for s in sites if start <= s.span.end and s.span.start <= end]
    if _as_marks(here, end - start):
        bin_days, days = 0, max(1, math.floor(width / DAY_UNITS))
    else:
        start, end = _midnight(start), _midnight(end + DAY - timedelta(microseconds=1))
        bin_days, days = _bin(math.ceil((end - start) / DAY), width)
    whole = max(1, math.ceil((end - start) / DAY))
    n = math.ceil(whole / days)
    each = math.ceil(whole / n / (bin_days or 1)) * (bin_days or 1) * DAY
    for i in range(n):
        first = start + i * each
        last = min(first + each, end) if n > 1 else end
        if first < last:
            reached = tuple(s for s in here if s.span.start <= last and first <= s.span.end)
            yield Panel(start=first, end=last, bin_days=bin_days, sites=reached)


def _as_marks(sites: Sequence[SiteCoverage], length: timedelta) -> bool:
    most = max((len(s.moments) for s in sites), default=0)
    rare = most <= max(MARKS_EACH, MARKS_EACH * (length / DAY))
    return length <= MARKS_DAYS * DAY and rare and sum(len(s.moments) for s in sites) <= MARKS_ALL


def _bin(days: int, width: float) -> tuple[int, int]:
    """Days of a column and of a panel."""
    if days <= DAILY_DAYS:
        return 1, math.floor(width / BIN_UNITS)
    most = math.floor(width / LEAST_BIN_UNITS)
    bin_days = next((b for b in BINS if days / b <= MAX_PANELS * most), math.ceil(days / MAX_PANELS / most))
    return bin_days, bin_days * most


def _midnight(t: datetime) -> datetime:
    return datetime(t.year, t.month, t.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How many images and passes of each state fall into one bin of one sensor."""

    start: datetime
    modality: Modality
    counts: tuple[tuple[LookState, int], ...]
    """best known first"""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(n for _, n in self.counts)


def columns(site: SiteCoverage, panel: Panel) -> tuple[Column, ...]:
    """The columns of one site in a panel of bins, in order of time."""
    found: dict[tuple[int, Modality], Counter[LookState]] = {}
    for m in site.moments:
        if panel.start <= m.time.middle < panel.end:
            i = math.floor((m.time.middle - panel.start) / (panel.bin_days * DAY))
            found.setdefault((i, m.modality), Counter())[m.state] += 1
    return tuple(
        Column(
            start=panel.start + i * panel.bin_days * DAY,
            modality=modality,
            counts=tuple((s, counts[s]) for s in reversed(LookState) if counts[s]),
        )
        for (i, modality), counts in sorted(found.items())
    )
