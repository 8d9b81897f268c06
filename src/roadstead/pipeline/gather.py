"""Gathering a case's evidence: scenes over sites, vessels found by detector or by eye, with every loss named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from shapely.geometry import Point

from roadstead.archive import Mark, exhibit_scenes, exhibits, held_scenes, marks
from roadstead.coverage import look_at
from roadstead.imagery import RasterioReader
from roadstead.measure import measure_by_eye
from roadstead.model import (
    BandsUnknown,
    Catalogue,
    Clock,
    Detection,
    Detector,
    Exhibit,
    InputError,
    Look,
    Modality,
    PixelReader,
    RasterError,
    Rejected,
    Scene,
    Sighting,
    Site,
)
from roadstead.pipeline.find import detectors, find_vessels
from roadstead.steps import SystemClock, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.case import Case
    from roadstead.steps import StepCache

BY_EYE_RADIUS_PX = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneAtSite:
    """One scene over one site: the look, what was found, what was rejected."""

    look: Look
    detections: tuple[Detection, ...]
    rejected: tuple[Rejected, ...] = ()
    loss: str = ""
    """why nothing could be detected, where that is so"""


@dataclass(slots=True)
class Gathered:
    """All evidence of a case."""

    scenes: dict[str, Scene] = field(default_factory=dict)
    at_sites: list[SceneAtSite] = field(default_factory=list)
    exhibits: tuple[Exhibit, ...] = ()
    marked: list[Sighting] = field(default_factory=list)
    """marks by eye as sightings, with the activity they name"""
    losses: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """What a run may be given instead of the usual parts, in tests and simulations."""

    clock: Clock = field(default_factory=SystemClock)
    reader: PixelReader = field(default_factory=RasterioReader)
    detectors: Mapping[Modality, Detector] = field(default_factory=detectors)
    catalogues: tuple[Catalogue, ...] = ()
    """further scenes besides those of the case's folders and exhibits"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One scene to be searched over one site."""

    scene: Scene
    site: Site
    marks: tuple[Mark, ...]
    """drawn by eye in this scene"""


@dataclass(frozen=True, slots=True)
class FindStep:
    """The `Step` that finds and measures vessels in one scene over one site."""

    seams: Seams
    name: str = "find"
    version: int = 1

    def inputs(self, value: Task) -> dict[str, Any]:
        """Scene (by content, not path), site, marks and detector."""
        detector = self.seams.detectors[value.scene.modality]
        return {
            "scene": {k: v for k, v in to_plain(value.scene).items() if k != "path"},
            "site": to_plain(value.site),
            "marks": to_plain(value.marks),
            "detector": [detector.name, detector.version],
        }

    def run(self, value: Task) -> SceneAtSite:
        """Raises RasterError where the pixels cannot be read."""
        return _find(value, self.seams)


def gather(case: Case, seams: Seams, cache: StepCache, progress: Callable[[str, int, int], None]) -> Gathered:
    """Read, detect and measure everything that the case holds; what fails is named and passed over."""
    out = Gathered(exhibits=exhibits(case.folder))
    scenes = _scenes(case, seams, out)
    step = FindStep(seams)
    by_exhibit = {e.id: e for e in out.exhibits}
    drawn = marks(case.folder)
    for i, scene in enumerate(scenes):
        progress(scene.id, i, len(scenes))
        out.scenes[scene.id] = scene
        own = [m for m in drawn if _marks_scene(m, scene, by_exhibit)]
        sites = _sites_of(scene, case, by_exhibit)
        if not sites:
            out.losses.append(
                f"{scene.id}: lies outside every area of interest of the case; add its site or leave it out"
            )
        for site in sites:
            try:
                task = Task(scene=scene, site=site, marks=tuple(own))
                result = cache.run(step, task, SceneAtSite, item=f"{scene.id} over {site.id}")
            except InputError as error:
                out.losses.append(f"{scene.id} over {site.name}: {error}")
                continue
            out.losses += [result.loss] if result.loss else []
            out.at_sites.append(result)
    progress("", len(scenes), len(scenes))
    _loose_marks(case, drawn, by_exhibit, out)
    return out


def _scenes(case: Case, seams: Seams, out: Gathered) -> list[Scene]:
    from_folders, from_exhibits = held_scenes(case.images), exhibit_scenes(case.folder)
    out.losses += [*from_folders.losses, *from_exhibits.losses]
    listed = [
        s
        for c in seams.catalogues
        for site in case.sites
        for claim in case.claims
        for s in c.search(site.aoi, claim.when)
    ]
    unique: dict[str, Scene] = {}
    for scene in (*from_exhibits.scenes, *from_folders.scenes, *listed):
        unique.setdefault(scene.sha256 or scene.id, scene)
    ids = Counter(s.id for s in unique.values())
    named = [replace(s, id=f"{s.id}-{s.sha256[:6]}") if ids[s.id] > 1 else s for s in unique.values()]
    return sorted(named, key=lambda s: s.id)


def _sites_of(scene: Scene, case: Case, by_exhibit: dict[str, Exhibit]) -> list[Site]:
    if scene.footprint is not None:
        return [s for s in case.sites if s.aoi.intersects(scene.footprint)]
    wanted = {e.site_id for e in by_exhibit.values() if e.sha256 == scene.sha256 and e.site_id}
    return [s for s in case.sites if s.id in wanted]


def _find(task: Task, seams: Seams) -> SceneAtSite:
    scene, site, reader = task.scene, task.site, seams.reader
    aoi = site.aoi if scene.footprint is not None else None
    loss, found, rejected = "", tuple[Detection, ...](), tuple[Rejected, ...]()
    try:
        findings, pixels = find_vessels(scene, reader, seams.detectors[scene.modality], aoi)
        found, rejected = findings.detections, findings.rejected
    except BandsUnknown as error:
        pixels, loss = reader.read(scene, aoi), f"{scene.id}: no detector was run: {error}"
    except RasterError as error:
        if scene.gsd_m or scene.footprint is not None:
            raise
        raise RasterError(f"{error}; until then it is shown but nothing is measured in it") from error
    share = site.aoi.intersection(scene.footprint).area / site.aoi.area if scene.footprint is not None else 1.0
    look = look_at(scene, site, pixels, inside_share=share)
    inside = [d for d in found if d.outline is None or site.aoi.contains(d.outline.centroid)]
    by_eye = [
        measure_by_eye(scene, pixels, m.geometry, number=9000 + i, analyst=m.analyst)
        for i, m in enumerate(task.marks)
        if pixels.crs and not isinstance(m.geometry, Point) and site.aoi.contains(m.geometry.centroid)
    ]
    kept = [d for d in inside if not any(_same(d, e) for e in by_eye)]
    ordered = sorted((*kept, *by_eye), key=lambda d: (d.row_px, d.col_px, d.id))
    return SceneAtSite(look=look, detections=tuple(ordered), rejected=tuple(rejected), loss=loss)


def _same(a: Detection, b: Detection) -> bool:
    """Whether a detector and an analyst mean the same ship: the analyst's box then stands for both."""
    if a.outline is None or b.outline is None:
        return False
    return bool(a.outline.intersects(b.outline))


def _marks_scene(mark: Mark, scene: Scene, by_exhibit: dict[str, Exhibit]) -> bool:
    looked_at = by_exhibit.get(by_exhibit[mark.exhibit_id].of_exhibit) if mark.exhibit_id in by_exhibit else None
    return looked_at is not None and looked_at.sha256 == scene.sha256


def _loose_marks(case: Case, drawn: Sequence[Mark], by_exhibit: dict[str, Exhibit], out: Gathered) -> None:
    """Marks whose picture we do not hold, or that are points: sightings by eye with a look of their own."""
    for mark in drawn:
        site = next((s for s in case.sites if s.aoi.intersects(mark.geometry)), None)
        if site is None:
            out.losses.append(f"mark {mark.id}: lies outside every area of interest of the case")
            continue
        if mark.time is None:
            out.losses.append(f"mark {mark.id}: has no time, so it counts for no window; state it in the marks' file")
            continue
        out.marked.append(
            Sighting(
                id=mark.id, site_id=site.id, time=mark.time, activity=mark.activity, text=mark.analyst,
                vessel_ids=(mark.vessel,) if mark.vessel in {v.id for v in case.vessels} else (),
            )
        )  # fmt: skip
        if not any(_marks_scene(mark, scene, by_exhibit) for scene in out.scenes.values()):
            _look_of_mark(mark, site, out)


def _look_of_mark(mark: Mark, site: Site, out: Gathered) -> None:
    point = mark.geometry.centroid
    found = Detection(
        id=mark.id, scene_id=f"marks:{mark.exhibit_id}", time=mark.time, outline_px=(), outline=None,
        row_px=0.0, col_px=0.0, score=0.9, length_m=None, beam_m=None, heading_deg=None,
        method=f"by eye: {mark.analyst or 'unnamed analyst'}",
        notes=(f"marked at {point.y:.4f}, {point.x:.4f}; the image itself is not held",),
    )  # fmt: skip
    for i, held in enumerate(out.at_sites):
        if held.look.scene_id == found.scene_id and held.look.site_id == site.id and held.look.time == mark.time:
            out.at_sites[i] = replace(held, detections=(*held.detections, found))
            return
    look = Look(
        scene_id=found.scene_id, site_id=site.id, time=mark.time, usable_fraction=1.0, cloud_fraction=None,
        resolved_m=10.0, sun_elevation_deg=None, modality=Modality.OPTICAL,
        notes=("marks by eye without their image: resolved distance assumed 10 m",),
    )  # fmt: skip
    out.at_sites.append(SceneAtSite(look=look, detections=(found,)))
