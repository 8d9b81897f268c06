"""Ships marked by eye: as detections in the image that was looked at, else as looks of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shapely.geometry import Point, Polygon

from roadstead.geo import great_circle_km
from roadstead.measure import frame_of, measure_by_eye
from roadstead.model import Detection, Pixels, Scene, Site
from roadstead.pipeline.place import shows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.archive import Mark
    from roadstead.model import Exhibit, TimeSpan

LONGEST_M = 600.0
"""the longest ship ever built was 458 m long; the rest is for careless drawing"""
RADIUS_PX = 3.0
"""half side of the box that stands for a ship marked by a point"""
SURE = 0.95
"""probability that what a trained eye marks is a ship, where the image is held; an assumption"""
FIRST_NUMBER = 9000
"""numbers of detections by eye begin here, those of detectors at 1"""


def hulls_only(drawn: Iterable[Mark]) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """The marks that can be ships, and a sentence for each that is too large."""
    sizes = [(m, 1000 * great_circle_km(*m.geometry.bounds)) for m in drawn]
    return tuple(m for m, size_m in sizes if size_m <= LONGEST_M), tuple(
        f"mark {m.id}: is {size_m:.0f} m across, and no ship is longer than {LONGEST_M:.0f} m; draw the hull"
        for m, size_m in sizes
        if size_m > LONGEST_M
    )


def dated(drawn: Iterable[Mark], exhibits: Mapping[str, Exhibit]) -> tuple[Mark, ...]:
    """The marks; those without a time take that of the image that was looked at."""
    return tuple(m if m.time else replace(m, time=_time_of_image(m, exhibits)) for m in drawn)


def _time_of_image(mark: Mark, exhibits: Mapping[str, Exhibit]) -> TimeSpan | None:
    image = _image_of(mark, exhibits)
    return image.captured if image else None


def _image_of(mark: Mark, exhibits: Mapping[str, Exhibit]) -> Exhibit | None:
    own = exhibits.get(mark.exhibit_id)
    return exhibits.get(own.of_exhibit) if own else None


def drawn_on(mark: Mark, scene: Scene, exhibits: Mapping[str, Exhibit]) -> bool:
    """Whether the mark was drawn looking at this scene."""
    image = _image_of(mark, exhibits)
    return image is not None and shows(image, scene)


def with_marks(
    found: Sequence[Detection],
    marks: Sequence[Mark],
    scene: Scene,
    site: Site,
    pixels: Pixels,
    *,
    first_number: int = FIRST_NUMBER,
) -> tuple[Detection, ...]:
    """What a detector found, joined with what an analyst marked in the same image.

    Where both mean the same ship the analyst stands for both; a point takes over the size that was measured. In an
    image without georeference nobody can tell which is which, so the marks stand alone.

    Raises:
        RasterError: the image's pixel size is unknown.
    """
    here = [(i, m) for i, m in enumerate(marks, first_number) if site.aoi.intersects(m.geometry)]
    if here and pixels.crs is None:
        return tuple(unplaced(m, scene.id, "its image has no georeference") for _, m in here)
    by_eye: list[Detection] = []
    rest = list(found)
    for number, mark in here:
        seen = _seen(mark, number, scene, pixels)
        same = [d for d in rest if _same(d, seen)]
        rest = [d for d in rest if d not in same]
        by_eye.append(_sized(seen, same[0]) if same and seen.length_m is None else seen)
    return tuple(sorted((*rest, *by_eye), key=lambda d: (d.row_px, d.col_px, d.id)))


def _seen(mark: Mark, number: int, scene: Scene, pixels: Pixels) -> Detection:
    if not isinstance(mark.geometry, Point):
        return measure_by_eye(scene, pixels, mark.geometry, number=number, analyst=mark.analyst)
    frame = frame_of(scene, pixels)
    (col,), (row,) = frame.pixel([mark.geometry.x], [mark.geometry.y])
    box = [(col + dc * RADIUS_PX, row + dr * RADIUS_PX) for dc, dr in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return Detection(
        id=f"{scene.id}#{number}",
        scene_id=scene.id,
        time=scene.time,
        outline_px=tuple((c + pixels.col_off, r + pixels.row_off) for c, r in box),
        outline=Polygon(zip(*frame.lonlat(*zip(*box, strict=True)), strict=True)),
        row_px=round(float(row) + pixels.row_off, 3),
        col_px=round(float(col) + pixels.col_off, 3),
        score=SURE,
        length_m=None,
        beam_m=None,
        heading_deg=None,
        method=_by(mark),
        notes=("marked by eye as a point, so without a size",),
    )


def _sized(seen: Detection, measured: Detection) -> Detection:
    note = f"marked by eye as a point; outline and size by {measured.method}"
    return replace(
        measured,
        id=seen.id,
        score=max(seen.score, measured.score),
        method=seen.method,
        notes=(note, *measured.notes),
    )


def _same(a: Detection, b: Detection) -> bool:
    return bool(a.outline is not None and b.outline is not None and a.outline.intersects(b.outline))


def _by(mark: Mark) -> str:
    return f"by eye: {mark.analyst or 'unnamed analyst'}"


def unplaced(mark: Mark, scene_id: str, why: str) -> Detection:
    """A mark as a detection without pixels, because its image is not held or lies nowhere."""
    at = mark.geometry.centroid
    return Detection(
        id=mark.id,
        scene_id=scene_id,
        time=mark.time,
        outline_px=(),
        outline=None,
        row_px=0.0,
        col_px=0.0,
        score=0.9,
        length_m=None,
        beam_m=None,
        heading_deg=None,
        method=_by(mark),
        notes=(f"marked at {at.y:.4f}, {at.x:.4f}; {why}",),
    )
