"""Which element set serves which stretch of time, and which stretches none serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from roadstead.coverage.satellites import DRIFTER_MAX_AGE, KEEPER_MAX_AGE
from roadstead.geo import ElementSet
from roadstead.model import TimeSpan, iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.coverage.satellites import Satellite

LATEST = datetime(9999, 1, 1, tzinfo=UTC)
"""end of a service without an end"""
_NO_ELEMENTS = (
    "{name}: no usable elements given, so its passes are not computed; a TLE or OMM file goes into the case's orbits/"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A stretch of time served by one element set."""

    elements: ElementSet
    span: TimeSpan


def tasks_of(satellite: Satellite, span: TimeSpan) -> tuple[list[Task], list[str]]:
    """Stretches of a span with the element set that serves each, in order of time, and sentences on what is left out.

    The case's own sets come first, the shipped ones fill what those leave; among them the nearest in epoch serves.
    """
    wanted = _common(span, _service(satellite))
    if not (satellite.own_sets or satellite.shipped_sets):
        return [], [_NO_ELEMENTS.format(name=satellite.name)] if wanted else []
    losses = [] if wanted == span else [_out_of_service(satellite, nothing=wanted is None)]
    if wanted is None:
        return [], losses
    age = KEEPER_MAX_AGE if satellite.orbit.repeat else DRIFTER_MAX_AGE
    tasks = _served(satellite.own_sets, wanted, age)
    losses += _unused(satellite, wanted, age)
    for gap in _gaps(wanted, tasks):
        tasks += _served(satellite.shipped_sets, gap, age)
    tasks.sort(key=lambda task: task.span)
    gaps = _gaps(wanted, tasks)
    if gaps:
        losses.append(_too_old(satellite, gaps, age))
    return tasks, losses


def _service(satellite: Satellite) -> TimeSpan:
    """The time on its ground track, whole days UTC."""
    first, last = satellite.orbit.track_start, satellite.orbit.track_end
    end = datetime.combine(last, time(), UTC) + timedelta(days=1) if last and last < LATEST.date() else LATEST
    return TimeSpan(datetime.combine(first, time(), UTC), end)


def _out_of_service(satellite: Satellite, *, nothing: bool) -> str:
    orbit = satellite.orbit
    service = f"from {orbit.track_start} to {orbit.track_end}" if orbit.track_end else f"since {orbit.track_start}"
    what = "none of its passes lie in this span" if nothing else "only passes within its service are computed"
    return f"{satellite.name}: {what}: it served on its ground track {service}"


def _served(sets: Sequence[ElementSet], wanted: TimeSpan, age: timedelta) -> list[Task]:
    """The nearest set in epoch for each moment, where one is near enough."""
    if not sets:
        return []
    turns = [a.epoch + (b.epoch - a.epoch) / 2 for a, b in pairwise(sets)]
    edges = [wanted.start, *(min(max(t, wanted.start), wanted.end) for t in turns), wanted.end]
    tasks = []
    for elements, (start, end) in zip(sets, pairwise(edges), strict=True):
        low, high = max(start, elements.epoch - age), min(end, elements.epoch + age)
        if low < high:
            tasks.append(Task(elements=elements, span=TimeSpan(low, high)))
    return tasks


def _gaps(wanted: TimeSpan, tasks: Sequence[Task]) -> list[TimeSpan]:
    """Stretches that no task serves; tasks in order of time."""
    edges = [wanted.start, *(t for task in tasks for t in (task.span.start, task.span.end)), wanted.end]
    return [TimeSpan(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _unused(satellite: Satellite, wanted: TimeSpan, age: timedelta) -> list[str]:
    """Own sets that are all too far away, which whoever put them there should know."""
    own = satellite.own_sets
    if not own or any(wanted.start - age <= e.epoch <= wanted.end + age for e in own):
        return []
    nearest = min(own, key=lambda e: max(wanted.start - e.epoch, e.epoch - wanted.end))
    what = f"{nearest.where}: elements of {satellite.name} not used"
    return [f"{what}: their epoch {nearest.epoch:%Y-%m-%d} lies more than {_years(age)} from this span"]


def _too_old(satellite: Satellite, gaps: Sequence[TimeSpan], age: timedelta) -> str:
    epochs = sorted(f"{e.epoch:%Y-%m-%d}" for e in (*satellite.own_sets, *satellite.shipped_sets))
    of = epochs[0] if epochs[0] == epochs[-1] else f"{epochs[0]} to {epochs[-1]}"
    when = ", ".join(f"{iso(g.start)} to {iso(g.end)}" for g in gaps[:3])
    more = f" and {len(gaps) - 3} more stretches" if len(gaps) > 3 else ""
    return (
        f"{satellite.name}: no passes computed from {when}{more}: elements of {of} serve {_years(age)} at most; "
        f"give elements nearer in time"
    )


def _years(age: timedelta) -> str:
    return f"{age.days / 365.25:.0f} years" if age.days > 365 else f"{age.days} days"


def _common(a: TimeSpan, b: TimeSpan) -> TimeSpan | None:
    start, end = max(a.start, b.start), min(a.end, b.end)
    return TimeSpan(start, end, a.precision) if a.overlaps(b) else None
