"""What analysts decided in review, as evidence: drawn ships, rejected and confirmed detections, activities.

A decision means the detection at its place, not the one of its id: ids may change when a detector does. Where analysts
disagree nobody is followed, and the report says so.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from shapely.geometry import MultiPoint, Point, Polygon

from roadstead.archive import BY_EYE, Mark
from roadstead.model import ACTIVITIES, Decision, DecisionKind, PixelReader, Rejected, Scene, Sighting, Site
from roadstead.pipeline.eye import SURE, with_marks
from roadstead.pipeline.find import SceneAtSite
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.model import Detection

FIRST_NUMBER = 20_000
"""numbers of ships drawn in review begin here, above those of marks"""
NEAR_PX = 3.0
"""a detection whose middle lies this near to a decision's is meant, however small it is"""
MOST_SENTENCES = 20
"""rejections that are named one by one; the others are counted"""
_JUDGED = (DecisionKind.ACCEPT, DecisionKind.REJECT)
_SAID = (DecisionKind.CLASS, DecisionKind.NOTE)


class Placed(Protocol):
    """Something at a place in a scene's pixels."""

    @property
    def id(self) -> str:
        """Of the detection."""
        ...

    @property
    def row_px(self) -> float:
        """Of its middle."""
        ...

    @property
    def col_px(self) -> float:
        """Of its middle."""
        ...

    @property
    def outline_px(self) -> Sequence[tuple[float, float]]:
        """Corners, (column, row); empty where there are none."""
        ...


_P = TypeVar("_P", bound=Placed)


def standing(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Decisions that hold: withdrawn ones and undos left out; of an analyst's two on one detection the later."""
    decisions = sorted(decisions, key=lambda d: d.number)
    by_id = {d.id: d for d in decisions}
    undone = {
        d.withdraws
        for d in decisions
        if d.kind is DecisionKind.UNDO and d.withdraws in by_id and by_id[d.withdraws].analyst == d.analyst
    }
    held: dict[tuple[object, ...], Decision] = {}
    for d in decisions:
        if d.id not in undone and d.kind is not DecisionKind.UNDO:
            held[_about(d)] = d
    return tuple(sorted(held.values(), key=lambda d: d.number))


def _about(d: Decision) -> tuple[object, ...]:
    """What a later decision of the same analyst replaces."""
    if d.kind in _JUDGED:
        return (d.analyst, "judged", d.scene_id, d.place_px)
    if d.kind is DecisionKind.CLASS:
        return (d.analyst, "class", d.scene_id, d.place_px)
    return (d.id,)


def marks_drawn(decisions: Iterable[Decision], scene: Scene) -> tuple[Mark, ...]:
    """Ships that were drawn in a scene, as marks with the scene's time."""
    return tuple(
        Mark(
            id=f"review#{d.number}",
            exhibit_id="",
            geometry=d.place,
            name="",
            analyst=d.analyst,
            time=scene.time,
            vessel="",
            class_id="",
            activity="",
            note=d.text,
            properties={},
        )
        for d in decisions
        if d.kind is DecisionKind.DRAW and d.scene_id == scene.id and d.place is not None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was found in a scene over a site, and what an analyst drew into it."""

    found: SceneAtSite
    scene: Scene
    site: Site
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class DrawStep:
    """The `Step` that measures drawn ships; what a detector found there before is not searched again."""

    reader: PixelReader
    name: str = "draw"
    version: int = 1

    def inputs(self, value: Drawn) -> dict[str, Any]:
        """What was found, the scene by content, the site, and the marks."""
        return {
            "found": to_plain(value.found),
            "scene": {k: v for k, v in to_plain(value.scene).items() if k not in {"path", "cloud_mask"}},
            "site": to_plain(value.site),
            "marks": to_plain(value.marks),
        }

    def run(self, value: Drawn) -> SceneAtSite:
        """Raises RasterError where the pixels cannot be read."""
        aoi = value.site.aoi if value.scene.footprint is not None else None
        pixels = self.reader.read(value.scene, aoi)
        detections = with_marks(
            value.found.detections, value.marks, value.scene, value.site, pixels, first_number=FIRST_NUMBER
        )
        return replace(value.found, detections=detections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A case's findings after review."""

    at_sites: tuple[SceneAtSite, ...]
    marked: tuple[Sighting, ...]
    """activities that were marked"""
    sentences: tuple[str, ...]
    """what was rejected and why, where analysts disagree, what could not be applied"""


def reviewed(
    at_sites: Sequence[SceneAtSite], decisions: Sequence[Decision], scenes: Mapping[str, Scene], sites: Sequence[Site]
) -> Reviewed:
    """Findings as analysts left them.

    Args:
        at_sites: every scene over its site, drawn ships among the detections.
        decisions: those that hold.
        scenes: by id.
        sites: of the case.
    """
    by_scene: dict[str, list[Decision]] = defaultdict(list)
    for d in decisions:
        by_scene[d.scene_id].append(d)
    used: set[str] = set()
    rejections: list[str] = []
    doubts: list[str] = []
    out = []
    for at in at_sites:
        own = by_scene.get(at.look.scene_id, [])
        out.append(_judged(at, own, used, (rejections, doubts)) if own else at)
    doubts += [
        f"{_who(d)} on {d.detection_id or d.scene_id} is not counted: nothing is found there any more"
        for d in decisions
        if d.kind in {*_JUDGED, DecisionKind.CLASS} and d.id not in used
    ]
    marked, lost = _activities(decisions, scenes, sites)
    return Reviewed(at_sites=tuple(out), marked=marked, sentences=(*_few(rejections), *doubts, *lost))


def _few(rejections: Sequence[str]) -> tuple[str, ...]:
    rest = len(rejections) - MOST_SENTENCES
    more = (f"{rest} further detections were rejected by eye, each with its reason in rejected.geojson",)
    return (*rejections[:MOST_SENTENCES], *(more if rest > 0 else ()))


def _judged(
    at: SceneAtSite, decisions: Sequence[Decision], used: set[str], said: tuple[list[str], list[str]]
) -> SceneAtSite:
    about: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        one = meant(decision, at.detections)
        if one is not None:
            used.add(decision.id)
            about[one.id].append(decision)
    kept: list[Detection] = []
    gone: list[Rejected] = []
    rejections, doubts = said
    for d in at.detections:
        own = about.get(d.id, [])
        yes, no = (tuple(x for x in own if x.kind is kind) for kind in _JUDGED)
        d = replace(d, notes=(*d.notes, *_remarks(own)))  # noqa: PLW2901 - the same detection with what is said of it
        if yes and no:
            doubts.append(
                f"{d.id}: analysts disagree ({'; '.join(_who(x) for x in (*yes, *no))}), so it stays as found"
            )
        if no and not yes:
            gone.append(_rejected(d, no))
            rejections.append(f"{d.id}: found by {d.method}, {gone[-1].reason}")
        else:
            kept.append(_confirmed(d, yes) if yes and not no else d)
    order = tuple(sorted((*at.rejected, *gone), key=lambda r: (r.row_px, r.col_px)))
    return replace(at, detections=tuple(kept), rejected=order)


def meant(decision: Decision, detections: Sequence[_P]) -> _P | None:
    """The detection at a decision's place, the nearest where several lie there; None: the decision is about none.

    Args:
        decision: what an analyst decided.
        detections: found in its scene.
    """
    if decision.kind not in {*_JUDGED, *_SAID} or not decision.place_px:
        return None
    middle = MultiPoint(decision.place_px).centroid
    near = [(math.hypot(middle.x - d.col_px, middle.y - d.row_px), d) for d in detections]
    hits = [(px, d) for px, d in near if px <= NEAR_PX or _covers(d, middle)]
    return min(hits, key=lambda h: (h[0], h[1].id))[1] if hits else None


def _covers(d: Placed, middle: Point) -> bool:
    if len(d.outline_px) < 3:
        return False
    cols, rows = zip(*d.outline_px, strict=True)
    near = min(cols) <= middle.x <= max(cols) and min(rows) <= middle.y <= max(rows)
    return near and bool(Polygon(d.outline_px).covers(middle))


def _who(d: Decision) -> str:
    return f"{d.kind.value} by {d.analyst}" + (f": {d.text}" if d.text else "")


def _remarks(decisions: Sequence[Decision]) -> tuple[str, ...]:
    said = (d for d in decisions if d.kind in _SAID)
    return tuple(f"{d.kind.value} by eye ({d.analyst}): {d.text}" for d in said)


def _rejected(d: Detection, no: Sequence[Decision]) -> Rejected:
    at = d.outline.centroid if d.outline is not None else None
    why = "; ".join(f"rejected by eye ({x.analyst}): {x.text}" for x in no)
    return Rejected(
        row_px=d.row_px, col_px=d.col_px, reason=why, lon_deg=at.x if at else None, lat_deg=at.y if at else None
    )


def _confirmed(d: Detection, yes: Sequence[Decision]) -> Detection:
    if d.method.startswith(BY_EYE):
        return replace(d, notes=(*d.notes, *(f"confirmed by {x.analyst}" for x in yes)))
    names = ", ".join(sorted({x.analyst for x in yes}))
    note = f"confirmed by eye; found and measured by {d.method}"
    return replace(d, score=max(d.score, SURE), method=f"{BY_EYE}: {names}", notes=(note, *d.notes))


def _activities(
    decisions: Sequence[Decision], scenes: Mapping[str, Scene], sites: Sequence[Site]
) -> tuple[tuple[Sighting, ...], list[str]]:
    found: list[Sighting] = []
    lost: list[str] = []
    for d in decisions:
        if d.kind not in ACTIVITIES or d.place is None:
            continue
        scene = scenes.get(d.scene_id)
        site = next((s for s in sites if s.aoi.intersects(d.place)), None)
        if scene is None or scene.time is None or site is None:
            lost.append(f"{_who(d)} on {d.scene_id} is not counted: its image, its time or its site is not known")
            continue
        found.append(
            Sighting(
                id=f"review#{d.number}", site_id=site.id, time=scene.time, activity=ACTIVITIES[d.kind], text=d.analyst
            )
        )
    return tuple(found), lost
