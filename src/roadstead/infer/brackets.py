"""Port calls without any model: last look without, first with, last with, first without."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from roadstead.model import Look, PortCall, Sighting, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def brackets_from_looks(looks: Iterable[Look], found: Mapping[tuple[str, str], int]) -> list[PortCall]:
    """Stays of vessels at each site, from our own looks.

    Args:
        looks: usable looks with known times.
        found: (scene id, site id) -> number of vessels found.

    Returns:
        One port call per unbroken run of looks with vessels, by site and time.
    """
    timed = sorted((k.site_id, k.time, k.scene_id) for k in looks if k.time)
    calls: list[PortCall] = []
    for site_id, group in groupby(timed, key=lambda k: k[0]):
        at_site = [(time, scene_id, found.get((scene_id, site_id), 0)) for _, time, scene_id in group]
        calls += [_call(site_id, at_site, first, last) for first, last in _runs([n > 0 for _, _, n in at_site])]
    return calls


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """First and last index of each unbroken run of True."""
    runs, position = [], 0
    for value, group in groupby(flags):
        size = len(list(group))
        if value:
            runs.append((position, position + size - 1))
        position += size
    return runs


def _call(site_id: str, looks: list[tuple[TimeSpan, str, int]], first: int, last: int) -> PortCall:
    return PortCall(
        site_id=site_id,
        last_without=looks[first - 1][0] if first > 0 else None,
        first_with=looks[first][0],
        last_with=looks[last][0],
        first_without=looks[last + 1][0] if last + 1 < len(looks) else None,
        min_vessels=max(n for _, _, n in looks[first : last + 1]),
        ours=True,
        basis=tuple(scene_id for _, scene_id, _ in looks[first : last + 1]),
    )


def brackets_from_reports(sightings: Iterable[Sighting]) -> list[PortCall]:
    """The same from what others report; one report is one bracket, since nobody reports not having seen."""
    return [
        PortCall(
            site_id=s.site_id,
            last_without=None,
            first_with=s.time,
            last_with=s.time,
            first_without=None,
            min_vessels=s.count,
            ours=False,
            basis=(s.source_id,),
        )
        for s in sorted(sightings, key=lambda s: (s.site_id, s.time, s.id))
    ]
