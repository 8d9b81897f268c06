"""What lies under the ships on the map: the coastline that the case states, and what ships reported of themselves."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from shapely import boundary, get_parts, simplify, union_all
from shapely.geometry import LineString

from roadstead.ais import read_ais
from roadstead.archive import open_sea_file
from roadstead.model import InputError, SeaKind
from roadstead.pipeline import ais_files
from roadstead.workbench.schemas import TrackOut

if TYPE_CHECKING:
    from roadstead.ais import AisPosition, Track
    from roadstead.case import Case

AROUND_DEG = 0.2
"""about a site, in which coast and tracks are shown"""
LONGEST_GAP = timedelta(hours=1)
"""between two reports that a line joins; where a ship was in a longer silence is not known"""
MOST_POSITIONS = 500_000
"""that are read for the map; the verdicts read their own"""
FINEST_DEG = 2e-5
"""about 2 m: corners that lie closer to the line are left out of the drawing"""
EDGE_DEG = 1e-9


def coast_of(case: Case) -> list[list[tuple[float, float]]]:
    """Shores about the sites as lines, WGS84; none where the case states no file that can be read there."""
    stated = case.sea
    if stated is None or not stated.file or stated.kind is SeaKind.SITE:
        return []
    lines: list[list[tuple[float, float]]] = []
    for site in case.sites:
        try:
            cut = open_sea_file(case.folder / stated.file, stated.kind).around(site.aoi.envelope.buffer(AROUND_DEG))
        except InputError:
            continue  # `verify` says so among the losses
        edge = boundary(cut.area.envelope).buffer(EDGE_DEG)  # where the file was cut there is no shore
        lines += [_corners(part) for part in get_parts(boundary(cut.area).difference(edge)) if part.length > 0]
    return lines


def tracks_of(case: Case) -> list[TrackOut]:
    """What ships reported of themselves about the sites, as far as reports follow each other closely enough."""
    files = ais_files(case.folder)
    if not files:
        return []
    about = union_all([site.aoi.envelope.buffer(AROUND_DEG) for site in case.sites])
    read = read_ais(files, area=about, most_positions=MOST_POSITIONS)
    return [_track(t) for t in read.tracks if t.positions]


def _track(track: Track) -> TrackOut:
    first, last = track.positions[0].t_utc, track.positions[-1].t_utc
    said = track.static_at(last)
    return TrackOut(
        mmsi=track.mmsi,
        name=said.name if said else "",
        start=first,
        end=last,
        lines=[_corners(LineString([(p.lon_deg, p.lat_deg) for p in run])) for run in _runs(track.positions)],
    )


def _runs(positions: tuple[AisPosition, ...]) -> list[list[AisPosition]]:
    """Stretches without a long silence; a report alone is none."""
    runs = [[positions[0]]]
    for before, after in pairwise(positions):
        if after.t_utc - before.t_utc > LONGEST_GAP:
            runs.append([])
        runs[-1].append(after)
    return [run for run in runs if len(run) > 1]


def _corners(line: LineString) -> list[tuple[float, float]]:
    return [(round(x, 6), round(y, 6)) for x, y in simplify(line, FINEST_DEG).coords]
