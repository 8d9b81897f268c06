"""Passes of one satellite over areas: found once in a repeat cycle, then set down in every cycle of the time asked."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.coverage.areas import POINTS
from roadstead.geo import closest_approaches, once, sun_elevation_deg, view, zero_doppler

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from roadstead.coverage.areas import Areas
    from roadstead.coverage.serving import Task
    from roadstead.geo import ElementSet
    from roadstead.library import Orbit
    from roadstead.model import TimeSpan

_SEAM_S = 60.0
"""how far searches overlap where one cycle, or one element set, takes over from the next"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overpasses:
    """Passes with some of the area in the swath; arrays of one length, degrees as seen from the area's middle."""

    place: NDArray[np.int64]
    """index of the area"""
    t_ms: NDArray[np.int64]
    """milliseconds since 1970, UTC"""
    cycle: NDArray[np.int64]
    """whole repeat cycles since the elements' epoch"""
    epoch_ms: NDArray[np.int64]
    """epoch of the elements, milliseconds since 1970"""
    incidence_deg: NDArray[np.float64]
    off_nadir_deg: NDArray[np.float64]
    azimuth_deg: NDArray[np.float64]
    ascending: NDArray[np.bool_]
    fraction: NDArray[np.float64]
    """share of the area's points in the swath"""
    sun_deg: NDArray[np.float64]
    """elevation of the sun's centre"""

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Overpasses:
        """Some of them, in the order of the index."""
        return Overpasses(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


def overpasses(orbit: Orbit, tasks: Sequence[Task], areas: Areas) -> Overpasses:
    """Passes of a satellite over areas, without repetition, sorted by area and time.

    Args:
        orbit: how it flies, and its swath.
        tasks: the time asked, by the element set that serves it; at least one.
        areas: where.
    """
    parts = [_repeated(orbit, task, _one_cycle(orbit, task, areas)) for task in tasks]
    found = Overpasses(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Overpasses)})
    # Where a cycle or an element set takes over from the next, both have found the same pass, some seconds apart.
    found = found.take(once(found.place, found.t_ms / 1000))
    asked = np.zeros(len(found.t_ms), bool)
    for task in tasks:
        asked |= _within(found.t_ms, task.span)
    found = found.take(asked)
    sun = sun_elevation_deg(found.t_ms / 1000, areas.lon_deg[found.place], areas.lat_deg[found.place])
    found = replace(found, sun_deg=sun)
    if orbit.swath.daylight_only:
        found = found.take(sun > 0)
    return found.take(np.lexsort((found.t_ms, found.place)))


def _one_cycle(orbit: Orbit, task: Task, areas: Areas) -> Overpasses:
    """Passes in the cycle around the epoch, at their times there; without a repeat cycle in the task's own time."""
    elements = task.elements
    if orbit.repeat:
        search_s = -orbit.repeat.seconds / 2, orbit.repeat.seconds / 2
    else:
        search_s = _seconds_after(task.span.start, elements), _seconds_after(task.span.end, elements)
    wider_s = search_s[0] - _SEAM_S, search_s[1] + _SEAM_S
    place, tau_s = closest_approaches(elements, wider_s, areas.points_km[:, 0], areas.radius_rad, orbit.swath)
    return _seen(orbit, elements, place, tau_s, areas)


def _seconds_after(t: datetime, elements: ElementSet) -> float:
    return (t - elements.epoch).total_seconds()


def _seen(
    orbit: Orbit, elements: ElementSet, place: NDArray[np.int64], tau_s: NDArray[np.float64], areas: Areas
) -> Overpasses:
    """Every point of an area at its own closest approach; the passes with at least one point in the swath."""
    points = areas.points_km[place].reshape(-1, 3)
    own_tau_s = zero_doppler(elements, np.repeat(tau_s, POINTS), points)
    seen = view(elements, own_tau_s, points, areas.ups[place].reshape(-1, 3))
    fraction = seen.inside(orbit.swath).reshape(-1, POINTS).mean(axis=1)
    epoch_ms = round(elements.epoch.timestamp() * 1000)
    middle = slice(None, None, POINTS)
    return Overpasses(
        place=place,
        t_ms=np.rint((elements.epoch.timestamp() + tau_s) * 1000).astype(np.int64),
        cycle=np.zeros(len(place), np.int64),
        epoch_ms=np.full(len(place), epoch_ms, np.int64),
        incidence_deg=seen.incidence_deg[middle],
        off_nadir_deg=seen.off_nadir_deg[middle],
        azimuth_deg=seen.azimuth_deg[middle],
        ascending=seen.ascending[middle],
        fraction=fraction,
        sun_deg=np.zeros(len(place)),
    ).take(fraction > 0)


def _repeated(orbit: Orbit, task: Task, base: Overpasses) -> Overpasses:
    """One pass for each cycle in the task's time, and a little beyond it at both ends."""
    if orbit.repeat is None:
        return base
    period_ms, epoch_ms = orbit.repeat.days * 86_400_000, round(task.elements.epoch.timestamp() * 1000)
    first, last = ((_ms(t) - epoch_ms) // period_ms for t in (task.span.start, task.span.end))
    cycles = np.arange(first - 1, last + 3)
    t_ms = base.t_ms[:, None] + cycles * period_ms
    seam_ms = int(_SEAM_S * 1000)
    index, which = np.nonzero((t_ms >= _ms(task.span.start) - seam_ms) & (t_ms < _ms(task.span.end) + seam_ms))
    return replace(base.take(index), t_ms=t_ms[index, which], cycle=cycles[which])


def _within(t_ms: NDArray[np.int64], span: TimeSpan) -> NDArray[np.bool_]:
    return (t_ms >= _ms(span.start)) & (t_ms < _ms(span.end))


def _ms(t: datetime) -> int:
    """Milliseconds since 1970, rounded up: a pass in the millisecond before a span's start is not in it."""
    return -int(-(t.timestamp() * 1000) // 1)
