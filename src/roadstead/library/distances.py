"""Sourced distances by water. Where there is none the caller takes a coastline's, or lengthens the great circle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from roadstead.geo import great_circle_km
from roadstead.library._files import DATA, read_entry
from roadstead.library._lookup import pick
from roadstead.library.sites import positions
from roadstead.model import CaseError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SeaDistance:
    """The shortest way by water between two sites, as a source gives it."""

    a_id: str
    b_id: str
    km: float
    source: str


def sea_distance_km(a_id: str, b_id: str) -> SeaDistance | None:
    """The sourced distance between two sites, the same in both directions; None where no source gives one.

    Raises:
        NotFound: a site that the library does not have.
        CaseError: the data file is broken, or holds a distance below the great circle.
    """
    for site_id in (a_id, b_id):
        pick(positions(), site_id, "site")
    found = load_distances(DATA / "sea-distances.toml").get(frozenset((a_id, b_id)))
    return found and SeaDistance(a_id=a_id, b_id=b_id, km=found.km, source=found.source)


def sourced_km(a_id: str, b_id: str) -> float | None:
    """The sourced distance between two sites of a case, kilometres; None where the library lacks one, or a site."""
    known = positions()
    found = sea_distance_km(a_id, b_id) if a_id in known and b_id in known else None
    return found.km if found else None


@cache
def load_distances(path: Path) -> Mapping[frozenset[str], SeaDistance]:
    """Read a file of distances by pair; raises CaseError naming file, key and what is allowed."""
    from roadstead.library._schema import DistancesFile  # noqa: PLC0415 - pydantic only when data are read

    table: dict[frozenset[str], SeaDistance] = {}
    for number, entry in enumerate(read_entry(path, DistancesFile).distances):
        a_id, b_id = entry.between
        key = f"distances.{number}"
        unknown = sorted({a_id, b_id} - set(positions()))
        if unknown:
            allowed = ", ".join(positions())
            raise CaseError(path, None, f"{key}.between", f"{unknown[0]!r} is no site; allowed are {allowed}")
        pair = frozenset(entry.between)
        if len(pair) == 1 or pair in table:
            raise CaseError(path, None, f"{key}.between", "needs two different sites, each pair once")
        least = least_km(a_id, b_id)
        if entry.km < least:
            raise CaseError(path, None, f"{key}.km", f"{entry.km:g} is below the great circle; at least {least:.0f} km")
        table[pair] = SeaDistance(a_id=a_id, b_id=b_id, km=entry.km, source=entry.source)
    return table


def least_km(a_id: str, b_id: str) -> float:
    """Great circle between the nearest sourced positions of two sites, kilometres."""
    return min(great_circle_km(a.lon, a.lat, b.lon, b.lat) for a in positions()[a_id] for b in positions()[b_id])
