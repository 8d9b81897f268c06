"""How satellites fly: repeat cycle, swath, local time of the node; and the element sets that are shipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from roadstead.geo import ElementSet, RepeatCycle, Side, Swath, read_elements
from roadstead.library._files import DATA
from roadstead.model import DefectError, Range

if TYPE_CHECKING:
    from roadstead.library._schema import OrbitEntry, SwathEntry

_SHIPPED = "sentinel.tle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """How one satellite flies, and what its sensor can see."""

    norad_id: int
    inclination_deg: float
    node_local_h: float | None
    """mean local solar time of the ascending node, hours; None: not kept"""
    repeat: RepeatCycle | None
    """None: it holds no ground track, so elements serve only near their epoch"""
    track_start: date
    """first day on this ground track with data, UTC"""
    track_end: date | None
    """last such day; None: still there as far as this file knows"""
    swath: Swath


def orbit_of(entry: OrbitEntry) -> Orbit:
    """The orbit of an entry in a file of missions."""
    repeat = (
        RepeatCycle(days=entry.repeat_days, orbits=entry.repeat_orbits)
        if entry.repeat_days is not None and entry.repeat_orbits is not None
        else None
    )
    return Orbit(
        norad_id=entry.norad_id,
        inclination_deg=entry.inclination_deg,
        node_local_h=entry.node_local_h,
        repeat=repeat,
        track_start=entry.track_start,
        track_end=entry.track_end,
        swath=_swath(entry.swath),
    )


def _swath(entry: SwathEntry) -> Swath:
    return Swath(
        side=Side(entry.side),
        incidence_deg=entry.incidence_deg and Range(*entry.incidence_deg),
        off_nadir_max_deg=entry.off_nadir_max_deg,
        daylight_only=entry.daylight_only,
    )


@cache
def shipped_elements() -> tuple[ElementSet, ...]:
    """The element sets of the package: Sentinel-1A of May 2025, Sentinel-2A and 2B of July 2024."""
    found, losses = read_elements((DATA / _SHIPPED).read_text(encoding="ascii"), f"shipped {_SHIPPED}")
    if losses:
        raise DefectError(f"the shipped element sets cannot be read: {losses[0]}; reinstall the package")
    return found
