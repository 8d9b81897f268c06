"""Chips: the window around each vessel that the report shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from shapely.geometry import Polygon, box

from roadstead.geo import GroundFrame, ground_frame
from roadstead.identify import consistent_classes
from roadstead.imagery import chip, stretch
from roadstead.model import Detection, InputError, Modality, PixelReader, Scene
from roadstead.pipeline.identity import METRES_PER_DEGREE
from roadstead.report import MOST_FIGURES, Chip, Found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.identify import Examined
    from roadstead.model import VesselClass
    from roadstead.pipeline.gathering import Gathered

HALF_LENGTHS = 1.0
"""half side of a chip in ship lengths, at least MIN_HALF_M"""
MIN_HALF_M = 120.0
MOST_HALF_PX = 800
"""no chip is larger, whatever pixel size was stated; 400 m at 0.5 m"""


def found_vessels(
    gathered: Gathered,
    reader: PixelReader,
    classes: Mapping[str, VesselClass],
    close: Mapping[tuple[str, str], Examined],
) -> tuple[Found, ...]:
    """Every vessel found, best score first, with chips for the first of them.

    Args:
        gathered: a case's evidence.
        reader: reads the chips.
        classes: those whose size is compared.
        close: what was made of every detection, by its site and its own id.
    """
    rows = [(at, d) for at in gathered.at_sites for d in at.detections]
    # In the report's own order, so that those are cut that it shows.
    rows.sort(key=lambda r: (-r[1].score, r[1].scene_id, r[1].id, r[0].look.site_id))
    out = []
    for i, (at, detection) in enumerate(rows):
        scene = gathered.scenes.get(detection.scene_id)
        if scene is None:
            continue
        out.append(
            Found(
                detection=detection,
                scene=scene,
                site_id=at.look.site_id,
                resolved_m=at.look.resolved_m,
                gate=close[at.look.site_id, detection.id].gate,
                consistent_with=consistent_classes(detection, classes),
                chip=chip_of(scene, detection, reader) if i < MOST_FIGURES else None,
                evidence=close[at.look.site_id, detection.id].evidence,
            )
        )
    return tuple(out)


def chip_of(
    scene: Scene, detection: Detection, reader: PixelReader, *, half_lengths: float | None = None
) -> Chip | None:
    """The window around a detection, of so many ship lengths to each side; None where the pixels cannot be had."""
    length = detection.length_m.value if detection.length_m else MIN_HALF_M
    half_m = max(MIN_HALF_M, length * HALF_LENGTHS) if half_lengths is None else half_lengths * length
    try:
        around = _around(detection, half_m) if detection.outline is not None else None
        pixels = reader.read(scene, around)
        frame = ground_frame(pixels.transform, pixels.crs, pixels.valid.shape, scene.gsd_m)
    except InputError:
        return None
    col, row = detection.col_px - pixels.col_off, detection.row_px - pixels.row_off
    metres = sum(frame.pixel_m(col, row)) / 2
    cut = chip(pixels, col, row, max(4, min(MOST_HALF_PX, math.ceil(half_m / metres))))
    picture = stretch(cut, scene)
    left, top = cut.col_off - pixels.col_off, cut.row_off - pixels.row_off
    return Chip(
        rgb=picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2),
        metres_per_pixel=metres,
        north_deg=_north_deg(frame, col, row) if frame.georeferenced else math.nan,
        outline=tuple((c - pixels.col_off - left, r - pixels.row_off - top) for c, r in detection.outline_px),
        stretch="each band from its 2nd to its 98th percentile in this window" + _in_db(scene),
    )


def _in_db(scene: Scene) -> str:
    return ", decibels" if scene.modality is Modality.SAR else ""


def _around(detection: Detection, half_m: float) -> Polygon:
    lon, lat = detection.outline.centroid.coords[0] if detection.outline is not None else (0.0, 0.0)
    dlat = 1.5 * half_m / METRES_PER_DEGREE
    dlon = dlat / max(math.cos(math.radians(lat)), 0.05)
    return box(lon - dlon, lat - dlat, lon + dlon, lat + dlat)


def _north_deg(frame: GroundFrame, col: float, row: float) -> float:
    """Direction of true north in the picture, degrees clockwise from up."""
    lon, lat = frame.lonlat(col, row)
    cols, rows = frame.pixel([float(lon), float(lon)], [float(lat), float(lat) + 1e-3])
    return math.degrees(math.atan2(cols[1] - cols[0], rows[0] - rows[1])) % 360
