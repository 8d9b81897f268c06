"""Opportunities: when satellites of known orbit could have imaged sites. They say nothing about acquisition.

A satellite that holds its ground track is, at time t, over the place where its elements put it at t - kT, with T the
repeat cycle and k such that this lies within half a cycle of the epoch. So each element set is propagated through one
cycle only, and every pass found there stands for one pass in each cycle of the time asked; sun and date are the true
ones. What is held is the track, not the clock: with the local time of the node, passes drift by seconds in a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from roadstead.coverage.areas import areas_of
from roadstead.coverage.overpasses import overpasses
from roadstead.coverage.satellites import DRIFTER_MAX_AGE, Satellite, Satellites
from roadstead.coverage.serving import LATEST, tasks_of
from roadstead.model import Direction, Opportunity, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.coverage.areas import Areas
    from roadstead.coverage.overpasses import Overpasses
    from roadstead.coverage.serving import Task
    from roadstead.model import Site

_UNIX_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """Opportunities, on what they rest, and what could not be computed."""

    opportunities: tuple[Opportunity, ...]
    """in the order of the sites, then of time"""
    satellites: tuple[str, ...]
    """one sentence per satellite computed: name, epoch of its elements, cycles shifted"""
    losses: tuple[str, ...]
    """satellites and times without prediction, one sentence each"""


def opportunities(sites: Sequence[Site], span: TimeSpan, satellites: Satellites) -> Predicted:
    """Every predicted pass over sites in a span of time [start, end).

    A pass counts where the middle of the site, or any of 24 points along its outline, lies in the swath at its own
    closest approach; optical ones only with the sun's centre above the horizon at the middle.

    Args:
        sites: where.
        span: when; of any length.
        satellites: from `elements_of`.
    """
    return _predicted(sites, satellites, lambda _: span, lambda found: found)


def next_opportunities(sites: Sequence[Site], after: datetime, satellites: Satellites) -> Predicted:
    """The first pass of each satellite over each site, from a moment on; searched through two repeat cycles.

    Satellites without a repeat cycle are searched as long as their elements serve. Where a site has no daylight
    through both cycles it has no next optical pass.
    """

    def ahead(satellite: Satellite) -> TimeSpan:
        repeat = satellite.orbit.repeat
        reach = timedelta(days=2 * repeat.days) if repeat else 2 * DRIFTER_MAX_AGE
        return TimeSpan(after, after + min(reach, max(LATEST - after, timedelta(0))))

    return _predicted(sites, satellites, ahead, _first_of_each_site)


def _first_of_each_site(found: list[Opportunity]) -> list[Opportunity]:
    first: dict[str, Opportunity] = {}
    for opportunity in found:
        first.setdefault(opportunity.site_id, opportunity)
    return list(first.values())


def _predicted(
    sites: Sequence[Site],
    satellites: Satellites,
    span_of: Callable[[Satellite], TimeSpan],
    choose: Callable[[list[Opportunity]], list[Opportunity]],
) -> Predicted:
    areas, said_of_areas = areas_of(sites)
    losses = [*satellites.losses, *said_of_areas]
    found: list[Opportunity] = []
    sentences: list[str] = []
    for satellite in satellites.satellites:
        tasks, lost = tasks_of(satellite, span_of(satellite))
        losses += lost
        if tasks and sites:
            mine = choose(_values(satellite, areas, overpasses(satellite.orbit, tasks, areas)))
            found += mine
            sentences.append(_sentence(satellite, tasks, mine))
    rank = {site.id: i for i, site in enumerate(sites)}
    found.sort(key=lambda o: (rank[o.site_id], o.t_utc, o.platform))
    return Predicted(opportunities=tuple(found), satellites=tuple(sentences), losses=tuple(losses))


def _values(satellite: Satellite, areas: Areas, passes: Overpasses) -> list[Opportunity]:
    """Milliseconds and thousandths of a degree: finer than elements of another date are good for."""
    angles = (passes.incidence_deg, passes.off_nadir_deg, passes.azimuth_deg, passes.sun_deg, passes.fraction)
    rows = np.round(np.stack(angles, axis=1), 3).tolist()
    whole = (passes.place, passes.t_ms, passes.cycle, passes.epoch_ms, passes.ascending)
    return [
        Opportunity(
            site_id=areas.ids[place],
            platform=satellite.id,
            modality=satellite.modality,
            t_utc=_UNIX_ZERO + timedelta(milliseconds=t_ms),
            incidence_deg=incidence,
            off_nadir_deg=off_nadir,
            satellite_azimuth_deg=azimuth % 360,
            direction=Direction.ASCENDING if ascending else Direction.DESCENDING,
            sun_elevation_deg=sun,
            swath_fraction=fraction,
            elements_epoch=_UNIX_ZERO + timedelta(milliseconds=epoch_ms),
            cycles_shifted=cycle,
        )
        for (incidence, off_nadir, azimuth, sun, fraction), place, t_ms, cycle, epoch_ms, ascending in zip(
            rows, *(column.tolist() for column in whole), strict=True
        )
    ]


def _sentence(satellite: Satellite, tasks: Sequence[Task], found: Sequence[Opportunity]) -> str:
    epochs = sorted(f"{t.elements.epoch:%Y-%m-%d %H:%MZ}" for t in tasks)
    of = epochs[0] if epochs[0] == epochs[-1] else f"{len(set(epochs))} dates from {epochs[0]} to {epochs[-1]}"
    sites = len({o.site_id for o in found})
    over = f" over {sites} sites" if sites > 1 else ""
    whose = "the case's own " if any(t.elements in satellite.own_sets for t in tasks) else ""
    head = f"{satellite.name}: {len(found)} pass{'' if len(found) == 1 else 'es'}{over} from {whose}elements of {of}"
    if satellite.orbit.repeat is None:
        return f"{head}, propagated directly"
    cycles = sorted({o.cycles_shifted for o in found})
    if not cycles:
        return head
    by = f"{cycles[0]:+d}" if len(cycles) == 1 else f"{cycles[0]:+d} to {cycles[-1]:+d}"
    return f"{head}, shifted by {by} repeat cycles of {satellite.orbit.repeat.days} days"
