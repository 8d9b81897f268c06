"""What AIS files of a case (CASE/ais) say of its detections: whose reports fit, and what was received around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely import unary_union
from shapely.geometry import Point

from roadstead.ais import read_ais
from roadstead.coverage import Satellites, elements_of, opportunities
from roadstead.geo import area_km2
from roadstead.identify import (
    LONGEST_SPAN_S,
    AisFact,
    AisUndetected,
    Expected,
    RadarView,
    expected_in,
    match_ais,
    undetected,
)
from roadstead.model import Detection, InputError, Modality, Scene, Site, TimeSpan
from roadstead.steps import sha256_file, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from roadstead.ais import Track
    from roadstead.case import Case
    from roadstead.pipeline.gathering import Gathered
    from roadstead.steps import StepCache

FOLDER = "ais"
AROUND_DEG = 0.4
"""about a site, from which reports are read: other ships received there show where receivers covered"""
MOST_BYTES_BEFOREHAND = 50_000_000
AROUND = timedelta(hours=3)
"""before and after an image: the longest gap between two reports that is bridged"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AisAtSite:
    """What AIS says of one scene over one site."""

    scene_id: str
    site_id: str
    facts: tuple[AisFact, ...]
    """one for every detection with a place"""
    undetected: tuple[AisUndetected, ...]
    """ships that AIS puts into the area, and that no detection was found to be"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AisFacts:
    """What the AIS files of a case say of its detections; nothing where there are none."""

    at_sites: tuple[AisAtSite, ...] = ()
    losses: tuple[str, ...] = ()
    """what could not be used, one sentence each"""
    simulated: bool = False
    """True: a file says that an exercise made it"""

    def of(self, detection_id: str) -> AisFact | None:
        """The fact of a detection, or None."""
        facts = (f for at in self.at_sites for f in at.facts)
        return next((f for f in facts if f.detection_id == detection_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One scene over one site, to be compared with AIS."""

    scene_id: str
    time: TimeSpan
    radar: bool
    view: RadarView | None
    site: Site
    searched: bool
    shown: float
    """share of the area that the image shows, 0-1"""
    detections: tuple[Detection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """The AIS files of a case, and what is compared with them."""

    files: tuple[tuple[Path, str], ...]
    """with their SHA-256, sorted by name"""
    heard: tuple[Heard, ...]
    losses: tuple[str, ...]
    near: tuple[Site, ...] = ()
    """sites about which files are read where nothing is compared with them, so that what they lack is named"""


@dataclass(frozen=True, slots=True)
class AisStep:
    """The `Step` that reads AIS and matches it with detections."""

    name: str = "ais"
    version: int = 1

    def inputs(self, value: Radio) -> dict[str, Any]:
        """Files by name and content, and what is compared."""
        return {
            "files": [[path.name, sha256] for path, sha256 in value.files],
            "heard": to_plain(value.heard),
            "losses": to_plain(value.losses),
            **({"near": to_plain(value.near)} if value.near else {}),
        }

    def run(self, value: Radio) -> AisFacts:
        """The facts; files that cannot be read are losses."""
        spans = [h.time for h in value.heard]
        read = read_ais(
            [path for path, _ in value.files],
            area=_around([h.site for h in value.heard] or value.near),
            span=TimeSpan(min(s.start for s in spans) - AROUND, max(s.end for s in spans) + AROUND) if spans else None,
        )
        return AisFacts(
            at_sites=tuple(_at_site(h, read.tracks) for h in value.heard),
            losses=(*value.losses, *read.losses),
            simulated=read.simulated,
        )


def ais_facts(case: Case, gathered: Gathered, cache: StepCache) -> AisFacts:
    """Compare every image of known time with the AIS files in CASE/ais; nothing is contacted.

    A file that cannot be read is a loss.
    """
    files, losses = _files(case.folder)
    if not files:
        return AisFacts(losses=losses)
    satellites = elements_of(case.folder)
    heard, vague = [], []
    for at in gathered.at_sites:
        scene = gathered.scenes[at.look.scene_id]
        if scene.time is None or scene.time.duration.total_seconds() > LONGEST_SPAN_S:
            vague.append(scene.id)
            continue
        site = case.site(at.look.site_id)
        heard.append(
            Heard(
                scene_id=scene.id,
                time=scene.time,
                radar=scene.modality is Modality.SAR,
                view=_view(scene, site, satellites),
                site=site,
                searched=at.look.searched,
                shown=at.look.usable_fraction,
                detections=at.detections,
            )
        )
    losses += tuple(
        f"{name}: its time is not known to {LONGEST_SPAN_S / 60:.0f} minutes, so no AIS is compared with it"
        for name in sorted(set(vague))
    )
    near = () if heard else case.sites
    radio = Radio(files=files, heard=tuple(heard), losses=losses, near=near)
    return cache.run(AisStep(), radio, AisFacts, item=case.id)


def ais_problems(case: Case) -> tuple[str, ...]:
    """What the AIS files of a case lack, as `ais_facts` would name it; nothing is kept.

    Of a file of more than 50 MB nothing is said: to read it takes longer than a look beforehand may.
    """
    files, losses = _files(case.folder)
    short = [path for path, _ in files if path.stat().st_size <= MOST_BYTES_BEFOREHAND]
    return losses + (read_ais(short, area=_around(case.sites)).losses if short else ())


def _around(sites: Sequence[Site]) -> BaseGeometry:
    """The areas from which reports are read."""
    return unary_union([site.aoi.envelope.buffer(AROUND_DEG) for site in sites])


def ais_files(folder: Path) -> tuple[Path, ...]:
    """Files in the AIS folder of a case folder, sorted by name; none where there is no such folder."""
    place = folder / FOLDER
    if not place.is_dir():
        return ()
    return tuple(sorted(p for p in place.iterdir() if p.is_file() and not p.name.startswith(".")))


def _files(folder: Path) -> tuple[tuple[tuple[Path, str], ...], tuple[str, ...]]:
    """Files with their hashes, and a sentence for each that cannot be read."""
    files, losses = [], []
    try:
        for path in ais_files(folder):
            try:
                files.append((path, sha256_file(path)))
            except InputError as error:
                losses.append(str(error))
    except OSError as error:
        losses.append(f"{folder / FOLDER}: cannot be listed ({error.strerror}); check its permissions")
    return tuple(files), tuple(losses)


def _view(scene: Scene, site: Site, satellites: Satellites) -> RadarView | None:
    """From where a radar satellite of known orbit looked; None for others."""
    own = tuple(s for s in satellites.satellites if s.id == scene.platform)
    if scene.modality is not Modality.SAR or scene.time is None or not own:
        return None
    span = TimeSpan(scene.time.start - timedelta(minutes=2), scene.time.end + timedelta(minutes=2))
    passes = opportunities([site], span, Satellites(satellites=own, losses=())).opportunities
    if not passes:
        return None
    return RadarView(satellite_azimuth_deg=passes[0].satellite_azimuth_deg, incidence_deg=passes[0].incidence_deg)


def _at_site(heard: Heard, tracks: Sequence[Track]) -> AisAtSite:
    expected = expected_in(tracks, heard.time, radar=heard.radar, view=heard.view)
    facts = match_ais(heard.detections, expected, tracks, heard.time.middle, area_km2(heard.site.aoi))
    inside = _inside(expected, heard.site.aoi)
    # Where nobody searched, or cloud hides most, that a ship was not found says nothing of it.
    missed = undetected(expected, facts, inside) if heard.searched and heard.shown >= 0.5 else ()
    return AisAtSite(scene_id=heard.scene_id, site_id=heard.site.id, facts=facts, undetected=missed)


def _inside(expected: Sequence[Expected], area: BaseGeometry) -> tuple[str, ...]:
    return tuple(e.mmsi for e in expected if area.contains(Point(e.lon_deg, e.lat_deg)))
