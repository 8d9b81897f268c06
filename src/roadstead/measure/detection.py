"""From a candidate, or an outline drawn by eye, to a measured detection."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from roadstead.geo import GroundFrame, ground_frame
from roadstead.measure.box import OrientedBox, box_of_outline
from roadstead.measure.optical import measure_optical
from roadstead.measure.sar import boxes_sar, measure_sar, windows_of
from roadstead.model import Candidate, Detection, Modality, Pixels, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from roadstead.detection import SarFindings
    from roadstead.imagery import Band

_LINE_NOTE = "drawn as a line along the hull, so its beam was not measured; the box shown is as broad as is usual"


def frame_of(scene: Scene, pixels: Pixels) -> GroundFrame:
    """Ground metres of a scene's window; raises RasterError where nothing gives the pixel size."""
    return ground_frame(pixels.transform, pixels.crs, (pixels.valid.shape[0], pixels.valid.shape[1]), scene.gsd_m)


def measure(
    scene: Scene,
    pixels: Pixels,
    candidate: Candidate,
    *,
    number: int,
    method: str,
    frame: GroundFrame | None = None,
) -> Detection:
    """Measure a detector's candidate.

    Args:
        scene: the acquisition.
        pixels: the window that the candidate was found in.
        candidate: its pixels, in the window.
        number: running number in the scene, for the id.
        method: detector name and version.
        frame: that of the window, where it is at hand (`frame_of`).
    """
    frame = frame or frame_of(scene, pixels)
    by_sensor = measure_sar if scene.modality is Modality.SAR else measure_optical
    box = by_sensor(scene, pixels, candidate, frame)
    found = _detection(scene, box, _outlines([box], frame)[0], number, (pixels.row_off, pixels.col_off))
    return replace(
        found,
        score=round(float(candidate.score), 4),
        method=method,
        alongside=candidate.alongside,
        notes=candidate.notes,
    )


def measure_in(scene: Scene, band: Band, found: SarFindings, *, method: str) -> tuple[Detection, ...]:
    """Measure all the candidates found in a radar band; each reads only its own window.

    Args:
        scene: the acquisition.
        band: what the candidates were found in; read again only where the findings do not hold it.
        found: candidates, and the raw values around them.
        method: detector name and version.

    Raises:
        RasterError: the file is damaged.
    """
    boxes = boxes_sar(windows_of(scene, band, found.held), found.candidates, found.frame)
    outlines = _outlines(boxes, found.frame)
    return tuple(
        replace(
            _detection(scene, box, outline, number, (0, 0)),
            score=round(float(candidate.score), 4),
            method=method,
            alongside=candidate.alongside,
            notes=candidate.notes,
        )
        for number, (box, outline, candidate) in enumerate(zip(boxes, outlines, found.candidates, strict=True), 1)
    )


def measure_by_eye(
    scene: Scene, pixels: Pixels, outline: BaseGeometry, *, number: int, analyst: str, score: float = 0.95
) -> Detection:
    """Measure an outline (polygon, or line along the hull) drawn by an analyst, WGS84.

    A line leaves the beam open: its outline is as broad as usual for the length, but no beam is stated.
    The score says how surely a trained eye that marks a ship is right; 0.95 is an assumption and printed as such.
    """
    frame = frame_of(scene, pixels)
    box = box_of_outline(outline, frame, lonlat=True)
    found = _detection(scene, box, _outlines([box], frame)[0], number, (pixels.row_off, pixels.col_off))
    is_line = isinstance(outline, LineString)
    return replace(
        found,
        score=score,
        method=f"by eye: {analyst or 'unnamed analyst'}",
        beam_m=None if is_line else found.beam_m,
        notes=("marked by eye", *((_LINE_NOTE,) if is_line else ())),
    )


def _outlines(boxes: Sequence[OrientedBox], frame: GroundFrame) -> list[Polygon | None]:
    """Boxes in WGS84; None without georeference."""
    if not frame.georeferenced or not boxes:
        return [None] * len(boxes)
    corners = np.array([box.corners_px for box in boxes])
    lon, lat = frame.lonlat(corners[..., 0].ravel(), corners[..., 1].ravel())
    return list(shapely.polygons(np.column_stack([lon, lat]).reshape(-1, 4, 2)))


def _detection(
    scene: Scene, box: OrientedBox, outline: Polygon | None, number: int, offset: tuple[int, int]
) -> Detection:
    """Where and how large; score and method are the caller's to add. The offset is the window's row and column."""
    row_off, col_off = offset
    return Detection(
        id=f"{scene.id}#{number}",
        scene_id=scene.id,
        time=scene.time,
        outline_px=tuple((c + col_off, r + row_off) for c, r in box.corners_px),
        outline=outline,
        row_px=round(box.row_px + row_off, 3),
        col_px=round(box.col_px + col_off, 3),
        score=0.0,
        length_m=box.length_m,
        beam_m=box.beam_m,
        heading_deg=box.heading_deg,
        heading_ambiguous=True,
        method="",
    )
