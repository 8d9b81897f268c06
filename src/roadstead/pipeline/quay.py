"""What goes on at the quays of a case: vessels alongside in optical images fine enough, and analysts' marks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shapely.geometry import LineString, Polygon, box
from shapely.ops import nearest_points

from roadstead.geo import great_circle_km
from roadstead.identify import Berth, Image, quay_gate, view_berth
from roadstead.infer import LIKELY
from roadstead.model import (
    Activity,
    ActivityKind,
    BerthView,
    Detection,
    InputError,
    Modality,
    PixelReader,
    RasterError,
    Scene,
    Site,
)
from roadstead.pipeline.identity import METRES_PER_DEGREE
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.case import Case
    from roadstead.model import Sighting
    from roadstead.pipeline.find import SceneAtSite
    from roadstead.steps import StepCache

AT_BERTH_M = 30.0
"""from a vessel's outline to its quay line, at most"""
AROUND_M = 90.0
"""margin around a vessel that is read"""
OTHER_DATE_H = 6.0
"""hours between two images, at least, for goods to be compared: frames of one pass show the same minute"""
_AS_FINE = 1.5
"""times as coarse, at most, for an image to be compared"""
SEEN_RIGHT = 0.9
"""probability that an analyst who names a crane or vehicles saw them; an assumption"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuayTask:
    """One vessel at one quay in one image."""

    scene: Scene
    site: Site
    vessel: Detection
    berth: Berth
    resolved_m: float
    reference: Scene | None
    """of the images as fine and `OTHER_DATE_H` or more away, the nearest in time; None: there is none"""
    reference_m: float = 0.0
    """resolved distance of that image"""


@dataclass(frozen=True, slots=True)
class QuayStep:
    """The `Step` that looks at the quay beside one vessel."""

    reader: PixelReader
    name: str = "quay"
    version: int = 4

    def inputs(self, value: QuayTask) -> dict[str, Any]:
        """Images by content, the vessel, the quay line."""
        scenes = [value.scene, *([value.reference] if value.reference else [])]
        return {
            "scenes": [{k: v for k, v in to_plain(s).items() if k not in {"path", "cloud_mask"}} for s in scenes],
            "vessel": to_plain(value.vessel),
            "berth": to_plain(value.berth),
            "resolved_m": [value.resolved_m, value.reference_m],
        }

    def run(self, value: QuayTask) -> BerthView:
        """The view; why nothing could be looked at stands in its notes."""
        area = _around(value.vessel)
        try:
            image = Image(scene=value.scene, pixels=self.reader.read(value.scene, area), resolved_m=value.resolved_m)
            return view_berth(image, value.vessel, value.berth, self._reference(value, area))
        except RasterError as error:
            return _bare(value, (f"Nothing was looked for: {error}.",))

    def _reference(self, value: QuayTask, area: Polygon) -> Image | None:
        if value.reference is None:
            return None
        try:
            pixels = self.reader.read(value.reference, area)
        except InputError:
            return None
        return Image(scene=value.reference, pixels=pixels, resolved_m=value.reference_m)


def berth_views(
    case: Case, at_sites: Sequence[SceneAtSite], scenes: dict[str, Scene], reader: PixelReader, cache: StepCache
) -> tuple[BerthView, ...]:
    """The quays beside vessels alongside, by scene and vessel; where the gate forbids it, one view a scene says so."""
    out = []
    for at in sorted(at_sites, key=lambda a: (a.look.scene_id, a.look.site_id)):
        scene, site = scenes[at.look.scene_id], case.site(at.look.site_id)
        found = tuple(_at_berths(site, at)) if scene.modality is Modality.OPTICAL else ()
        if not found:
            continue
        gate = quay_gate(at.look.resolved_m)
        if not gate.anything:
            out.append(replace(_bare(_task(at_sites, scenes, at, found[0], site), ()), detection_id="", berth=None))
            continue
        for each in found:
            task = _task(at_sites, scenes, at, each, site)
            out.append(cache.run(QuayStep(reader), task, BerthView, item=f"quay beside {each[0].id}"))
    return tuple(out)


def _bare(task: QuayTask, notes: tuple[str, ...]) -> BerthView:
    return BerthView(
        scene_id=task.scene.id,
        site_id=task.site.id,
        berth=task.berth.number,
        detection_id=task.vessel.id,
        time=task.scene.time,
        resolved_m=task.resolved_m,
        gate=quay_gate(task.resolved_m).words,
        notes=notes,
    )


def _task(
    at_sites: Sequence[SceneAtSite],
    scenes: dict[str, Scene],
    at: SceneAtSite,
    found: tuple[Detection, Berth],
    site: Site,
) -> QuayTask:
    """With the image of another date that is as fine, the nearest in time."""
    own = scenes[at.look.scene_id]
    others = [
        o
        for o in at_sites
        if o.look.site_id == site.id
        and o.look.scene_id != own.id
        and scenes[o.look.scene_id].modality is Modality.OPTICAL
        and o.look.resolved_m <= _AS_FINE * at.look.resolved_m
        and _gap_h(o, own) >= OTHER_DATE_H
    ]
    nearest = min(others, key=lambda o: (_apart(o, own), o.look.scene_id), default=None)
    return QuayTask(
        scene=own,
        site=site,
        vessel=found[0],
        berth=found[1],
        resolved_m=at.look.resolved_m,
        reference=scenes[nearest.look.scene_id] if nearest else None,
        reference_m=nearest.look.resolved_m if nearest else 0.0,
    )


def _gap_h(other: SceneAtSite, own: Scene) -> float:
    """Hours that certainly lie between two images; negative where a time is not known."""
    if other.look.time is None or own.time is None:
        return -math.inf
    a, b = other.look.time, own.time
    return (max(a.start, b.start) - min(a.end, b.end)).total_seconds() / 3600


def _apart(other: SceneAtSite, own: Scene) -> float:
    """Seconds between the middles of their times."""
    if other.look.time is None or own.time is None:
        return math.inf
    return abs((other.look.time.middle - own.time.middle).total_seconds())


def _at_berths(site: Site, at: SceneAtSite) -> Iterator[tuple[Detection, Berth]]:
    """Vessels that lie at a quay line of the site."""
    for vessel in at.detections:
        if vessel.outline is None or vessel.score < LIKELY:
            continue
        near = [(n, line) for n, line in enumerate(site.berths, 1) if _away_m(vessel.outline, line) <= AT_BERTH_M]
        if near:
            number, line = min(near, key=lambda b: (_away_m(vessel.outline, b[1]), b[0]))
            yield vessel, Berth(site_id=site.id, number=number, line=line)


def _away_m(hull: Polygon, line: LineString) -> float:
    """From a hull to a quay line, metres."""
    a, b = nearest_points(hull, line)
    return 1000 * great_circle_km(a.x, a.y, b.x, b.y)


def _around(vessel: Detection) -> Polygon:
    if vessel.outline is None:
        raise RasterError(f"{vessel.id} has no place on the map, so its quay is not known")
    west, south, east, north = vessel.outline.bounds
    dlat = AROUND_M / METRES_PER_DEGREE
    dlon = dlat / max(math.cos(math.radians(south)), 0.05)
    return box(west - dlon, south - dlat, east + dlon, north + dlat)


def by_analysts(marked: Sequence[Sighting]) -> tuple[Activity, ...]:
    """Activities that analysts marked, with their name, time and words."""
    return tuple(
        Activity(
            id=mark.id,
            site_id=mark.site_id,
            time=mark.time,
            kind=_kind(mark.activity),
            text=mark.activity,
            probability=SEEN_RIGHT,
            method="analyst",
            by=mark.text or "unnamed analyst",
            vessel_ids=mark.vessel_ids,
        )
        for mark in marked
        if mark.activity
    )


def _kind(words: str) -> ActivityKind:
    kind = ActivityKind.named_in(words)
    stowed = kind is ActivityKind.CRANE_OUT and any(w in words.lower() for w in ("stow", "no crane", "lowered"))
    return ActivityKind.CRANE_STOWED if stowed else kind or ActivityKind.MARKED
