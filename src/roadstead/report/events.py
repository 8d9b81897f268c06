"""What happened where, as marks on a timeline, and the panels that keep far-apart times readable."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from roadstead.assess import places
from roadstead.coverage import usable
from roadstead.model import TimeSpan
from roadstead.report.numbers import time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.report.contents import Contents

SPLIT_GAP = timedelta(days=21)
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
    label: str
    words: str
    """what it is, in a sentence"""
    outer: TimeSpan | None = None
    """for stays: from the last look without to the first look without"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A stretch of time with its events."""

    start: datetime
    end: datetime
    events: tuple[Event, ...]


def events(contents: Contents) -> tuple[Event, ...]:
    """Every mark of the timeline, in a fixed order."""
    made = [*_claims(contents), *_looks(contents), *_stays(contents), *_reports(contents)]
    return tuple(sorted(made, key=lambda e: (e.site_id, e.mark, e.span.start, e.span.end, e.label)))


def _claims(contents: Contents) -> Iterator[Event]:
    for claim in contents.case.claims:
        for site_id in places(claim) or (NOWHERE,):
            words = f"{claim.id}: {claim.when_text or time(claim.when)}"
            yield Event(site_id=site_id, mark=Mark.CLAIM, span=claim.when, label=claim.id, words=words)


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
        yield Event(site_id=look.site_id, mark=mark, span=look.time, label="", words=words)
        if n:
            yield Event(site_id=look.site_id, mark=Mark.FOUND, span=look.time, label=str(n), words=f"{words}: {n}")


def _stays(contents: Contents) -> Iterator[Event]:
    for call in contents.port_calls:
        if not call.ours:
            continue
        start, end = call.first_with.start, call.last_with.end
        before = call.last_without.end if call.last_without else start
        after = call.first_without.start if call.first_without else end
        yield Event(
            site_id=call.site_id,
            mark=Mark.STAY,
            span=TimeSpan(start, max(start, end)),
            label="",
            words=f"{time(call.first_with)} \u2013 {time(call.last_with)}",
            outer=TimeSpan(min(before, start), max(after, end)),
        )


def _reports(contents: Contents) -> Iterator[Event]:
    for report in contents.case.reported:
        words = f"{report.id}: {time(report.time)}"
        yield Event(site_id=report.site_id, mark=Mark.REPORT, span=report.time, label=report.id, words=words)


def panels(marks: Sequence[Event]) -> tuple[Panel, ...]:
    """Split at long empty stretches, so that two weeks in 2023 and two in 2024 both stay readable."""
    spans = sorted((_whole(e) for e in marks), key=lambda s: (s.start, s.end))
    groups: list[list[datetime]] = []
    for span in spans:
        if groups and span.start - groups[-1][1] <= SPLIT_GAP:
            groups[-1][1] = max(groups[-1][1], span.end)
        else:
            groups.append([span.start, span.end])
    while len(groups) > MAX_PANELS:
        gaps = [b[0] - a[1] for a, b in itertools.pairwise(groups)]
        i = gaps.index(min(gaps))
        groups[i : i + 2] = [[groups[i][0], groups[i + 1][1]]]
    return tuple(_panel(start, end, marks) for start, end in groups)


def _whole(event: Event) -> TimeSpan:
    return event.outer or event.span


def _panel(start: datetime, end: datetime, marks: Sequence[Event]) -> Panel:
    margin = max((end - start) * 0.03, timedelta(hours=2))
    inside = tuple(e for e in marks if start <= _whole(e).start and _whole(e).end <= end)
    return Panel(start=start - margin, end=end + margin, events=inside)
