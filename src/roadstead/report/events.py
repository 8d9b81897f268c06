"""What happened where, as marks on a timeline, and the panels that keep far-apart times readable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from roadstead.assess import places
from roadstead.coverage import usable
from roadstead.model import ClaimKind, TimeSpan
from roadstead.report.numbers import time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.model import Claim
    from roadstead.report.contents import Contents

SPLIT_GAP = timedelta(days=21)
ANCHOR = timedelta(days=200)
"""longer windows do not stretch a panel; they are cut at its edges"""
MAX_PANELS = 6
NOWHERE = ""
"""row of claims that name no place"""


class Mark(StrEnum):
    """Kinds of marks, drawn apart."""

    CLAIM = "claim"
    LOOK = "look"
    BAD_LOOK = "bad-look"
    FOUND = "found"
    STAY = "stay"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One mark in the row of a site."""

    site_id: str
    mark: Mark
    span: TimeSpan
    """all the time that it may take up; for stays from the last look without to the first look without"""
    labels: tuple[str, ...]
    words: str
    """what it is, in a sentence"""
    sure: TimeSpan | None = None
    """for stays: what lies between its looks whenever in their times they were taken; None where nothing surely does"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A stretch of time with its events."""

    start: datetime
    end: datetime
    events: tuple[Event, ...]


def events(contents: Contents) -> tuple[Event, ...]:
    """Every mark of the timeline, in a fixed order."""
    made = [*_claims(contents.case.claims), *_looks(contents), *_stays(contents), *_reports(contents)]
    return tuple(sorted(_merged(made), key=lambda e: (e.site_id, e.mark, e.span.start, e.span.end, e.labels)))


def _merged(made: Sequence[Event]) -> Iterator[Event]:
    """Claims, or reports, of the same site and span as one bar with all their names."""
    bars: dict[tuple[str, Mark, TimeSpan], Event] = {}
    for event in made:
        if event.mark not in (Mark.CLAIM, Mark.REPORT):
            yield event
            continue
        key = (event.site_id, event.mark, event.span)
        if key in bars:
            first = bars[key]
            words = f"{first.words}; {event.words}"
            bars[key] = replace(first, labels=(*first.labels, *event.labels), words=words)
        else:
            bars[key] = event
    yield from bars.values()


def claim_windows(claims: Sequence[Claim]) -> tuple[Event, ...]:
    """The windows of claims that images of ships can test, one a site and span."""
    return tuple(_merged(tuple(_claims(claims))))


def _claims(claims: Sequence[Claim]) -> Iterator[Event]:
    for claim in claims:
        if claim.kind is ClaimKind.STATEMENT:
            continue
        for site_id in places(claim) or (NOWHERE,):
            words = f"{claim.id}: {claim.when_text or time(claim.when)}"
            yield Event(site_id=site_id, mark=Mark.CLAIM, span=claim.when, labels=(claim.id,), words=words)


def _looks(contents: Contents) -> Iterator[Event]:
    counts: dict[tuple[str, str], int] = {}
    for found in contents.found:
        key = (found.detection.scene_id, found.site_id)
        counts[key] = counts.get(key, 0) + 1
    for look in contents.looks:
        if look.time is None:
            continue
        n = counts.get((look.scene_id, look.site_id), 0)
        mark = Mark.LOOK if usable(look) else Mark.BAD_LOOK
        words = f"{time(look.time)}: {look.scene_id}"
        yield Event(site_id=look.site_id, mark=mark, span=look.time, labels=(), words=words)
        if n:
            yield Event(site_id=look.site_id, mark=Mark.FOUND, span=look.time, labels=(str(n),), words=f"{words}: {n}")


def _stays(contents: Contents) -> Iterator[Event]:
    for call in contents.port_calls:
        if not call.ours:
            continue
        start, end = call.first_with.end, call.last_with.start
        before = call.last_without or call.first_with
        after = call.first_without or call.last_with
        yield Event(
            site_id=call.site_id,
            mark=Mark.STAY,
            span=TimeSpan(min(before.start, call.first_with.start), max(after.end, call.last_with.end)),
            labels=(),
            words=f"{time(call.first_with)} \u2013 {time(call.last_with)}",
            sure=TimeSpan(start, end) if start <= end else None,
        )


def _reports(contents: Contents) -> Iterator[Event]:
    for report in contents.case.reported:
        words = f"{report.id}: {time(report.time)}"
        yield Event(site_id=report.site_id, mark=Mark.REPORT, span=report.time, labels=(report.id,), words=words)


def panels(marks: Sequence[Event]) -> tuple[Panel, ...]:
    """Split at long empty stretches, so that two weeks in 2023 and two in 2024 both stay readable."""
    anchors = [e.span for e in marks if e.span.duration <= ANCHOR]
    groups = stretches(anchors)
    longer = [e.span for e in marks if e.span.duration > ANCHOR]
    lonely = [s for s in longer if not any(s.start <= end and start <= s.end for start, end in groups)]
    return tuple(_panel(start, end, marks) for start, end in stretches([*anchors, *lonely]))


def stretches(spans: Sequence[TimeSpan]) -> list[tuple[datetime, datetime]]:
    """Spans joined where less than three weeks lie between them; at most so many that a page holds them."""
    groups: list[tuple[datetime, datetime]] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if groups and span.start - groups[-1][1] <= SPLIT_GAP:
            groups[-1] = (groups[-1][0], max(groups[-1][1], span.end))
        else:
            groups.append((span.start, span.end))
    while len(groups) > MAX_PANELS:
        gaps = [b[0] - a[1] for a, b in pairwise(groups)]
        i = gaps.index(min(gaps))
        groups[i : i + 2] = [(groups[i][0], groups[i + 1][1])]
    return groups


def _panel(start: datetime, end: datetime, marks: Sequence[Event]) -> Panel:
    margin = max((end - start) * 0.03, timedelta(hours=2))
    inside = tuple(e for e in marks if e.span.start <= end and start <= e.span.end)
    return Panel(start=start - margin, end=end + margin, events=inside)
