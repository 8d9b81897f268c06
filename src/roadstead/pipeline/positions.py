"""AIS positions of the case's vessels as evidence of where they were, by the numbers that the case gives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import transform
from shapely.geometry import Point

from roadstead.ais import read_ais
from roadstead.geo import local_plane
from roadstead.infer import AIS_FALSE, Fix, grid_of
from roadstead.model import ClaimKind, InputError, Site, TimeSpan
from roadstead.pipeline.radio import ais_files
from roadstead.steps import sha256_file, to_plain

if TYPE_CHECKING:
    from roadstead.ais import AisPosition, Track
    from roadstead.case import Case
    from roadstead.steps import StepCache

EVERY = timedelta(hours=6)
"""of a vessel's positions one in each such stretch is weighed, the nearest to any site: more say the same again"""
SIGMA_KM = 0.5
"""error of a position against the drawn area of a site, and of its clock; assumed"""
NEAR_KM = 20.0
"""sites that lie farther away are not named beside a position"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The AIS files of a case, and whose positions are wanted."""

    files: tuple[tuple[Path, str], ...]
    """with their SHA-256"""
    vessels: tuple[tuple[str, str], ...]
    """MMSI and vessel id, sorted"""
    sites: tuple[Site, ...]
    span: TimeSpan


@dataclass(frozen=True, slots=True)
class PositionsStep:
    """The `Step` that reads the positions of named vessels."""

    name: str = "positions"
    version: int = 1

    def inputs(self, value: Asked) -> dict[str, Any]:
        """Files by name and content, vessels, areas and span."""
        return {
            "files": [[path.name, sha256] for path, sha256 in value.files],
            "vessels": to_plain(value.vessels),
            "sites": [[s.id, to_plain(s.aoi)] for s in value.sites],
            "span": to_plain(value.span),
        }

    def run(self, value: Asked) -> tuple[Fix, ...]:
        """Thinned positions with their distances from near sites; what cannot be read is named by the AIS step."""
        named = dict(value.vessels)
        read = read_ais([path for path, _ in value.files], span=value.span, mmsis=sorted(named))
        return tuple(f for track in read.tracks for f in _of_track(track, named[track.mmsi], value.sites))


def fixes_of(case: Case, cache: StepCache) -> tuple[Fix, ...]:
    """AIS positions in CASE/ais of vessels whose MMSI is known, over the windows of claims; nobody is contacted.

    What cannot be read is named by `ais_facts`.
    """
    vessels = tuple(sorted((v.mmsi, v.id) for v in case.vessels if v.mmsi))
    grids = [grid_of(c) for c in case.claims if c.who and c.kind is not ClaimKind.STATEMENT]
    if not (vessels and grids):
        return ()
    try:
        files = tuple((path, sha256_file(path)) for path in ais_files(case.folder))
    except (OSError, InputError):
        return ()
    if not files:
        return ()
    ends = [g.start + timedelta(hours=g.step_h * g.n) for g in grids]
    span = TimeSpan(min(g.start for g in grids), max(ends))
    asked = Asked(files=files, vessels=vessels, sites=case.sites, span=span)
    return cache.run(PositionsStep(), asked, tuple[Fix, ...], item=case.id)


def _of_track(track: Track, vessel_id: str, sites: tuple[Site, ...]) -> list[Fix]:
    chosen: dict[int, tuple[float, Fix]] = {}
    origin = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
    for position in track.positions:
        near = {s.id: km for s in sites if (km := _km_from(s, position)) <= NEAR_KM}
        slot = int((position.t_utc - origin) / EVERY)
        nearest = min(near.values(), default=NEAR_KM)
        if slot not in chosen or nearest < chosen[slot][0]:
            fix = Fix(vessel_id=vessel_id, t_utc=position.t_utc, distance_km=near, sigma_km=SIGMA_KM, p_false=AIS_FALSE)
            chosen[slot] = nearest, fix
    return [fix for _, (_, fix) in sorted(chosen.items())]


def _km_from(site: Site, position: AisPosition) -> float:
    """Distance of a position from a site's area, km; 0 inside."""
    plane = local_plane(site.lon_deg, site.lat_deg)
    x, y = plane.transform(position.lon_deg, position.lat_deg)
    area = transform(site.aoi, lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1])))
    return float(area.distance(Point(x, y))) / 1000
