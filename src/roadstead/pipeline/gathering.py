"""Gathering a case's evidence: scenes over sites, vessels found by detector or by eye, with every loss named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.archive import Mark, altered_notes, exhibit_scenes, exhibits, held_decisions, held_marks, held_scenes
from roadstead.coverage import USABLE_AT_LEAST, look_at
from roadstead.detection import stated_note
from roadstead.imagery import RasterioReader
from roadstead.infer import Fix
from roadstead.model import (
    Activity,
    BandsUnknown,
    BerthView,
    Catalogue,
    Clock,
    DateBasis,
    Decision,
    Detection,
    Detector,
    Exhibit,
    HullSign,
    Look,
    Modality,
    PixelReader,
    RasterError,
    Rejected,
    Scene,
    SeaWay,
    Sighting,
    Site,
    StatedSea,
)
from roadstead.pipeline.eye import dated, drawn_on, hulls_only, unplaced, with_marks
from roadstead.pipeline.find import SceneAtSite, detectors, find_vessels, sea_of_scene
from roadstead.pipeline.hull_signs import hulls_of, ships_and_signs, signs_of
from roadstead.pipeline.place import sites_of, why_nowhere
from roadstead.pipeline.positions import fixes_of
from roadstead.pipeline.quay import berth_views, by_analysts
from roadstead.pipeline.review import Drawn, DrawStep, marks_drawn, reviewed, standing
from roadstead.pipeline.sea import CaseSeas
from roadstead.pipeline.structures import without_structures
from roadstead.steps import Failure, SystemClock, Workers, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.case import Case
    from roadstead.steps import StepCache


SAME_MOMENT_S = 2.0
"""two images of one place by one kind of sensor this close in time are one acquisition"""


@dataclass(slots=True)
class Gathered:
    """All evidence of a case."""

    scenes: dict[str, Scene] = field(default_factory=dict)
    at_sites: list[SceneAtSite] = field(default_factory=list)
    exhibits: tuple[Exhibit, ...] = ()
    fixes: list[Fix] = field(default_factory=list)
    """AIS positions of the case's vessels"""
    sea_ways: tuple[SeaWay, ...] = ()
    """between the case's sites, by its coastline"""
    marked: list[Sighting] = field(default_factory=list)
    """marks by eye as sightings, with the activity they name"""
    hull_signs: tuple[HullSign, ...] = ()
    """what analysts say of marks of single hulls"""
    berth_views: list[BerthView] = field(default_factory=list)
    """what goes on at quays, vessel by vessel and image by image"""
    losses: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    """those of `losses` that say that an exhibit is no longer what was added"""
    doubts: list[str] = field(default_factory=list)
    """what is to be said of the stated land and sea, and of what analysts decided, one sentence each"""
    decisions: tuple[Decision, ...] = ()
    """of analysts in review, those that hold"""
    unreviewed: tuple[SceneAtSite, ...] = ()
    """`at_sites` as they were before anything was decided in review"""

    @property
    def activities(self) -> tuple[Activity, ...]:
        """Everything seen at berths: by pixels, then by analysts."""
        return (*(a for view in self.berth_views for a in view.activities), *by_analysts(self.marked))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seams:
    """What a run may be given instead of the usual parts, in tests and simulations."""

    clock: Clock = field(default_factory=SystemClock)
    reader: PixelReader = field(default_factory=RasterioReader)
    detectors: Mapping[Modality, Detector] = field(default_factory=detectors)
    scenes: tuple[Scene, ...] = ()
    """further scenes besides those of the case's folders and exhibits"""
    catalogues: tuple[Catalogue, ...] = ()
    """further catalogues besides the answers kept in the case folder"""
    workers: Workers = field(default_factory=Workers)
    """where scenes are searched; detectors and reader are pickled where others than this process do it"""


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

    reader: PixelReader
    detectors: Mapping[Modality, Detector]
    name: str = "find"
    version: int = 6

    def inputs(self, value: Task) -> dict[str, Any]:
        """Scene (by content, not path), site, marks and detector."""
        detector = self.detectors[value.scene.modality]
        bare = replace(value.scene, sea=None)
        return {
            "scene": {k: v for k, v in to_plain(bare).items() if k not in {"path", "cloud_mask"}},
            "sea": _stated(value.scene.sea),
            "site": to_plain(value.site),
            "marks": to_plain(value.marks),
            "detector": [detector.name, detector.version, detector.fingerprint],
        }

    def run(self, value: Task) -> SceneAtSite:
        """Raises RasterError where the pixels cannot be read."""
        return _find(value, self.reader, self.detectors[value.scene.modality])


def _stated(sea: StatedSea | None) -> list[Any]:
    """What fixes a stated sea: a file by its hash, a site's area by the site; corners by the million are not hashed."""
    return [] if sea is None else [sea.kind.value, sea.sha256, sea.name, list(sea.area.bounds)]


def gather(case: Case, seams: Seams, cache: StepCache, progress: Callable[[str, int, int], None]) -> Gathered:
    """Read, detect and measure everything that the case holds; what fails is named and passed over."""
    out = Gathered(exhibits=exhibits(case.folder))
    by_exhibit = {e.id: e for e in out.exhibits}
    scenes = _scenes(case, seams, out)
    drawn, of_hulls = ships_and_signs(_drawn(case, by_exhibit, out))
    decided = held_decisions(case.folder)
    out.decisions, out.losses = standing(decided.decisions), [*out.losses, *decided.losses]
    tasks: list[Task] = []
    seas = CaseSeas(case)
    for scene in scenes:
        out.scenes[scene.id] = scene
        own = tuple(m for m in drawn if m.is_ship and drawn_on(m, scene, by_exhibit))
        sites = sites_of(scene, case, out.exhibits)
        out.losses += [] if sites else [why_nowhere(scene, case)]
        tasks += [Task(scene=seas.over(scene, site), site=site, marks=own) for site in sites]
    out.sea_ways = seas.ways(cache)
    out.doubts += seas.doubts(out.sea_ways)
    out.losses += seas.losses
    before: list[SceneAtSite] = []
    for task, result in zip(tasks, _searched(tasks, seams, cache, progress), strict=True):
        if isinstance(result, Failure):
            out.losses.append(f"{task.scene.id} over {task.site.name}: {result.sentence}")
            continue
        out.losses += [result.loss] if result.loss else []
        out.doubts += [f"{task.scene.id} over {task.site.name}: {note}" for note in result.doubts]
        before.append(_once(result, before))
        out.at_sites.append(_once(_with_drawn(result, task, out, seams, cache), out.at_sites))
    _review(case, out)
    out.at_sites = list(without_structures(out.at_sites, out.scenes))
    out.unreviewed = tuple(without_structures(before, out.scenes)) if out.decisions else tuple(out.at_sites)
    _loose_marks(case, drawn, by_exhibit, out)
    out.hull_signs, lost = signs_of(of_hulls, out.at_sites, out.scenes, by_exhibit, hulls_of(case.folder))
    out.losses += lost
    out.fixes += fixes_of(case, cache)
    out.berth_views += berth_views(case, out.at_sites, out.scenes, seams.reader, cache)
    return out


def _with_drawn(result: SceneAtSite, task: Task, out: Gathered, seams: Seams, cache: StepCache) -> SceneAtSite:
    """What was found, with ships that an analyst drew in review; what cannot be measured is named and passed over."""
    marks, losses = hulls_only(marks_drawn(out.decisions, task.scene))
    out.losses += losses
    here = tuple(m for m in marks if task.site.aoi.intersects(m.geometry))
    if not here:
        return result
    drawn = Drawn(found=result, scene=task.scene, site=task.site, marks=here)
    try:
        return cache.run(DrawStep(seams.reader), drawn, SceneAtSite, item=f"{task.scene.id} over {task.site.id}")
    except RasterError as error:
        out.losses.append(f"{task.scene.id} over {task.site.name}: ships drawn in review cannot be measured: {error}")
        return result


def _review(case: Case, out: Gathered) -> None:
    """Apply what analysts decided; what they rejected, and why, is said in the report."""
    if not out.decisions:
        return
    after = reviewed(out.at_sites, out.decisions, out.scenes, case.sites)
    out.at_sites = list(after.at_sites)
    out.marked += after.marked
    out.doubts += after.sentences


def _searched(
    tasks: Sequence[Task], seams: Seams, cache: StepCache, progress: Callable[[str, int, int], None]
) -> list[SceneAtSite | Failure]:
    """The outcome of every task, in their order, whoever was done first."""
    step = FindStep(seams.reader, seams.detectors)
    items = [f"{task.scene.id} over {task.site.id}" for task in tasks]
    outcomes: dict[int, SceneAtSite | Failure] = {}
    progress("", 0, len(tasks))
    for number, outcome in cache.run_each(step, tasks, SceneAtSite, items=items, workers=seams.workers):
        outcomes[number] = outcome
        progress(tasks[number].scene.id, len(outcomes), len(tasks))
    return [outcomes[number] for number in range(len(tasks))]


def _once(result: SceneAtSite, before: Sequence[SceneAtSite]) -> SceneAtSite:
    """Without the ships that the same scene showed at an earlier site: areas may overlap, a ship is at one of them.

    Detectors number the ships of each area from 1; a number that an earlier area took gets the site's id added.
    """
    earlier = [d for at in before if at.look.scene_id == result.look.scene_id for d in at.detections]
    taken, ids = [d.outline for d in earlier if d.outline], {d.id for d in earlier}
    mine = (d for d in result.detections if d.outline is None or not any(d.outline.intersects(t) for t in taken))
    named = tuple(replace(d, id=f"{d.id}@{result.look.site_id}") if d.id in ids else d for d in mine)
    return replace(result, detections=named)


def _drawn(case: Case, by_exhibit: dict[str, Exhibit], out: Gathered) -> tuple[Mark, ...]:
    held = held_marks(case.folder)
    hulls, losses = hulls_only(held.marks)
    out.losses += [*held.losses, *losses]
    out.altered += held.altered
    return dated(hulls, by_exhibit)


def _scenes(case: Case, seams: Seams, out: Gathered) -> list[Scene]:
    from_folders, from_exhibits = held_scenes(case.images), exhibit_scenes(case.folder)
    notes = altered_notes(case.folder)
    out.losses += [*from_folders.losses, *from_exhibits.losses, *notes]
    out.altered += [*from_exhibits.altered, *notes]
    unique: dict[str, Scene] = {}
    for scene in (*from_exhibits.scenes, *from_folders.scenes, *seams.scenes):
        unique.setdefault(scene.sha256 or scene.id, scene)
    apart = _acquisitions(sorted(unique.values(), key=lambda s: (s.id, s.sha256)), out)
    ids = Counter(s.id for s in apart)
    named = [replace(s, id=f"{s.id}-{s.sha256[:6]}") if ids[s.id] > 1 else s for s in apart]
    return sorted(named, key=lambda s: s.id)


def _acquisitions(scenes: Sequence[Scene], out: Gathered) -> list[Scene]:
    """One scene per acquisition: a copy of the same moment by the same sensor is no second look."""
    kept: list[Scene] = []
    for scene in scenes:
        first = next((s for s in kept if _same_acquisition(s, scene)), None)
        if first is None:
            kept.append(scene)
        else:
            out.losses.append(
                f"{scene.id}: shows the same acquisition as {first.id}, which counts once; remove one of the two"
            )
    return kept


def _same_acquisition(a: Scene, b: Scene) -> bool:
    """Whether two scenes are one look.

    A catalogue may give the whole datatake as a tile's time, so of one satellite it is enough that the spans touch: it
    does not come back within an hour.
    """
    if not (a.time and b.time and a.footprint and b.footprint) or max(a.time.hours(), b.time.hours()) > 1:
        return False
    apart = abs((a.time.start - b.time.start).total_seconds())
    if a.platform and a.platform == b.platform:
        apart = (max(a.time.start, b.time.start) - min(a.time.end, b.time.end)).total_seconds()
    overlap = a.footprint.intersection(b.footprint).area
    together = apart <= SAME_MOMENT_S and a.modality is b.modality
    return together and overlap > 0.5 * min(a.footprint.area, b.footprint.area)


def _find(task: Task, reader: PixelReader, detector: Detector) -> SceneAtSite:
    scene, site = task.scene, task.site
    aoi = site.aoi if scene.footprint is not None else None
    loss, found, rejected, doubts = "", tuple[Detection, ...](), tuple[Rejected, ...](), tuple[str, ...]()
    try:
        findings, pixels = find_vessels(scene, reader, detector, aoi)
        found, rejected, doubts = findings.detections, findings.rejected, findings.doubts
    except BandsUnknown as error:
        pixels, loss = reader.read(scene, aoi), f"{scene.id}: no detector was run: {error}"
    except RasterError as error:
        if scene.gsd_m or scene.footprint is not None:
            raise
        raise RasterError(f"{error}; until then it is shown but nothing is measured in it") from error
    look = look_at(scene, site, pixels)
    sea = sea_of_scene(scene)
    notes = () if scene.sea is None else (stated_note(sea), *doubts)
    look = replace(look, searched=look.searched and not loss, notes=(*look.notes, *notes))
    inside = [d for d in found if d.outline is None or site.aoi.contains(d.outline.centroid)]
    detections = with_marks(inside, task.marks, scene, site, pixels)
    return SceneAtSite(
        look=look,
        detections=detections,
        rejected=tuple(rejected),
        loss=loss or _unusable(look, site),
        sea=sea,
        doubts=doubts,
    )


def _unusable(look: Look, site: Site) -> str:
    if look.usable_fraction >= USABLE_AT_LEAST:
        return ""
    return (
        f"{look.scene_id} over {site.name}: {100 * look.usable_fraction:.0f} % of the area can be seen in it, less "
        f"than {100 * USABLE_AT_LEAST:.0f} %, so it counts as no look"
    )


def _loose_marks(case: Case, drawn: Sequence[Mark], by_exhibit: dict[str, Exhibit], out: Gathered) -> None:
    """Marks as sightings, with the activity they name; those whose image gave no look get a look of their own."""
    no_ships = sum(not m.is_ship for m in drawn)
    if no_ships:
        out.doubts.append(
            f"{no_ships} mark(s) by eye name what is done at a quay and no vessel: they count as that, not as ships; "
            "to count the ship too, draw it as a mark of its own or name its `vessel`"
        )
    looked = {(at.look.scene_id, at.look.site_id) for at in out.at_sites}
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
        images = [s.id for s in out.scenes.values() if drawn_on(mark, s, by_exhibit)]
        if not any((image, site.id) in looked for image in images):
            _look_of_mark(mark, site, out)


def _look_of_mark(mark: Mark, site: Site, out: Gathered) -> None:
    scene_id = f"marks:{mark.exhibit_id}"
    ship = unplaced(mark, scene_id, "the image itself is not held or cannot be used")
    found = (ship,) if mark.is_ship else ()
    for i, held in enumerate(out.at_sites):
        if held.look.scene_id == scene_id and held.look.site_id == site.id and held.look.time == mark.time:
            out.at_sites[i] = replace(held, detections=(*held.detections, *found))
            return
    out.scenes[scene_id] = Scene(
        id=scene_id, path=Path(mark.exhibit_id), time=mark.time, date_basis=DateBasis.INFERRED,
        modality=Modality.OPTICAL, bands=(), credit="the image that was marked is not held",
    )  # fmt: skip
    look = Look(
        scene_id=scene_id, site_id=site.id, time=mark.time, usable_fraction=1.0, cloud_fraction=None,
        resolved_m=10.0, sun_elevation_deg=None, modality=Modality.OPTICAL, searched=False,
        notes=("marks by eye without their image: what was not marked may have been there",),
    )  # fmt: skip
    out.at_sites.append(SceneAtSite(look=look, detections=found))
