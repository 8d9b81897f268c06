"""Port calls without any model: last look without, first with, last with, first without."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from roadstead.model import Look, PortCall, Sighting

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
    timed = sorted((look for look in looks if look.time), key=lambda k: (k.site_id, k.time, k.scene_id))
    calls: list[PortCall] = []
    for site_id, group in groupby(timed, key=lambda k: k.site_id):
        at_site = list(group)
        counts = [found.get((k.scene_id, site_id), 0) for k in at_site]
        for first, last in _runs([c > 0 for c in counts]):
            calls.append(_call(site_id, at_site, counts, first, last))
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


def _call(site_id: str, looks: list[Look], counts: list[int], first: int, last: int) -> PortCall:
    def time_of(i: int) -> object:
        return looks[i].time if 0 <= i < len(looks) else None

    return PortCall(
        site_id=site_id,
        last_without=time_of(first - 1),  # type: ignore[arg-type]  # only looks with a time come here
        first_with=time_of(first),  # type: ignore[arg-type]
        last_with=time_of(last),  # type: ignore[arg-type]
        first_without=time_of(last + 1),  # type: ignore[arg-type]
        min_vessels=max(counts[first : last + 1]),
        ours=True,
        basis=tuple(looks[i].scene_id for i in range(first, last + 1)),
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
