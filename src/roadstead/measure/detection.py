"""From a candidate, or an outline drawn by eye, to a measured detection."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shapely.geometry import LineString, Polygon

from roadstead.geo import GroundFrame, ground_frame
from roadstead.measure.box import OrientedBox, box_of_outline
from roadstead.measure.optical import measure_optical
from roadstead.measure.sar import measure_sar
from roadstead.model import Candidate, Detection, Modality, Pixels, Scene

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_LINE_NOTE = "drawn as a line along the hull, so its beam was not measured; the box shown is as broad as is usual"


def frame_of(scene: Scene, pixels: Pixels) -> GroundFrame:
    """Ground metres of a scene's window; raises RasterError where nothing gives the pixel size."""
    return ground_frame(pixels.transform, pixels.crs, (pixels.valid.shape[0], pixels.valid.shape[1]), scene.gsd_m)


def measure(scene: Scene, pixels: Pixels, candidate: Candidate, *, number: int, method: str) -> Detection:
    """Measure a detector's candidate.

    Args:
        scene: the acquisition.
        pixels: the window that the candidate was found in.
        candidate: its pixels, in the window.
        number: running number in the scene, for the id.
        method: detector name and version.
    """
    frame = frame_of(scene, pixels)
    by_sensor = measure_sar if scene.modality is Modality.SAR else measure_optical
    box = by_sensor(scene, pixels, candidate, frame)
    found = _detection(scene, pixels, frame, box, number)
    return replace(
        found,
        score=round(float(candidate.score), 4),
        method=method,
        alongside=candidate.alongside,
        notes=candidate.notes,
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
    found = _detection(scene, pixels, frame, box, number)
    is_line = isinstance(outline, LineString)
    return replace(
        found,
        score=score,
        method=f"by eye: {analyst or 'unnamed analyst'}",
        beam_m=None if is_line else found.beam_m,
        notes=("marked by eye", *((_LINE_NOTE,) if is_line else ())),
    )


def _detection(scene: Scene, pixels: Pixels, frame: GroundFrame, box: OrientedBox, number: int) -> Detection:
    """Where and how large; score and method are the caller's to add."""
    corners = box.corners_px
    outline = Polygon(zip(*frame.lonlat(*zip(*corners, strict=True)), strict=True)) if frame.georeferenced else None
    return Detection(
        id=f"{scene.id}#{number}",
        scene_id=scene.id,
        time=scene.time,
        outline_px=tuple((c + pixels.col_off, r + pixels.row_off) for c, r in corners),
        outline=outline,
        row_px=round(box.row_px + pixels.row_off, 3),
        col_px=round(box.col_px + pixels.col_off, 3),
        score=0.0,
        length_m=box.length_m,
        beam_m=box.beam_m,
        heading_deg=box.heading_deg,
        heading_ambiguous=True,
        method="",
    )
