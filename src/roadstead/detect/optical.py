"""Vessels in optical images of 0.5-10 m pixels: what stands out from the water and has a ship's shape.

Works on open water. Ships at a quay are told from it only where their shape protrudes from the shore; this version
says so in the notes of every candidate that touches land, and their scores are low.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from roadstead.detect.optical_background import anomaly
from roadstead.detect.optical_clusters import clusters, shape_of
from roadstead.detect.optical_moored import moored
from roadstead.detect.optical_score import moored_features, moored_score, open_features, open_score
from roadstead.detect.optical_wake import without_wake
from roadstead.detect.water import water_mask
from roadstead.geo import ground_frame
from roadstead.model import BandRole, Candidate, RasterError, Rejected

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detect.optical_clusters import Shape
    from roadstead.detect.water import WaterMask
    from roadstead.model import Pixels, Scene

_HULL_ROLES = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.PAN)
_VISIBLE_ROLES = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.PAN)
_LOW, _HIGH = 4.0, 9.0  # anomaly distance of a hull's pixels, and of its brightest
_LENGTH_M = (20.0, 450.0)
_TOUCH_PX = 2.0  # nearer to land than this, mixed pixels of the shore may join the hull
_REPORT_OPEN, _REPORT_MOORED = 0.4, 0.3
_ALONGSIDE_NOTE = (
    "touches land or a quay: this version does not reliably separate hulls alongside from quays, cranes and sheds"
)
_WAKE_NOTE = "a wake was cut off behind the hull; the stern may lie some pixels off"


class OpticalDetector:
    """Finds vessels in one optical window (model.Detector)."""

    name = "optical-anomaly"
    version = 1

    def detect(self, scene: Scene, pixels: Pixels) -> tuple[list[Candidate], list[Rejected]]:
        """Find vessels.

        Args:
            scene: names the bands; at least one of blue, green, red, nir or pan is needed.
            pixels: the window, shape (bands, height, width).

        Returns:
            Candidates and rejected groups, each sorted by row, then column.

        Raises:
            RasterError: the scene has no band that shows hulls, or no georeference and no pixel size.
        """
        hull = [k for k, role in enumerate(scene.bands) if role in _HULL_ROLES]
        if not hull:
            raise RasterError(
                f"scene {scene.id}: none of its bands ({', '.join(scene.bands) or 'none stated'}) shows hulls; "
                "state which are blue, green, red, nir or pan"
            )
        if not pixels.valid.any():
            return [], []
        height, width = pixels.valid.shape
        frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
        pixel_m = frame.pixel_m(width / 2, height / 2)
        water = water_mask(scene, pixels, pixel_m)
        candidates, rejected = _off_shore(pixels.values[hull], water, pixel_m)
        taken = np.zeros(water.water.shape, bool)
        for candidate in candidates:
            taken[candidate.rows_px, candidate.cols_px] = True
        candidates += _along_shore(_light(scene, pixels, water), water, taken, pixel_m)
        return sorted(candidates, key=_place), sorted(rejected, key=lambda r: (r.row_px, r.col_px))


def _off_shore(
    bands: NDArray[np.float32], water: WaterMask, pixel_m: tuple[float, float]
) -> tuple[list[Candidate], list[Rejected]]:
    """Groups that stand out from the water, sorted into candidates and rejected ones."""
    side_m = math.sqrt(pixel_m[0] * pixel_m[1])
    found = anomaly(bands, water.surface, side_m)
    candidates, rejected = [], []
    for group in clusters(found, water.water, _LOW, _HIGH) if found else []:
        cluster, wake = without_wake(group)
        shape = shape_of(cluster.rows_px, cluster.cols_px, cluster.weights, pixel_m)
        shore_px = float(water.land_distance_m[cluster.rows_px, cluster.cols_px].min()) / side_m
        score = open_score(open_features(cluster, shape, shore_px, side_m))
        why = _objection(shape, score)
        if why:
            rejected.append(Rejected(row_px=shape.centre[0], col_px=shape.centre[1], reason=why))
            continue
        touches = shore_px < _TOUCH_PX
        candidates.append(
            Candidate(
                rows_px=cluster.rows_px,
                cols_px=cluster.cols_px,
                weights=cluster.weights,
                score=score,
                alongside=touches,
                notes=(
                    *water.notes,
                    *(note for note, holds in ((_ALONGSIDE_NOTE, touches), (_WAKE_NOTE, wake)) if holds),
                ),
            )
        )
    return candidates, rejected


def _objection(shape: Shape, score: float) -> str:
    """Why a group is no vessel; empty where nothing speaks against it."""
    if shape.length_m < _LENGTH_M[0]:
        return f"{shape.length_m:.0f} m long, shorter than {_LENGTH_M[0]:.0f} m"
    if shape.length_m > _LENGTH_M[1]:
        return f"{shape.length_m:.0f} m long, longer than any ship"
    if score < _REPORT_OPEN:
        return f"probability {score:.2f} below {_REPORT_OPEN}: {shape.length_m:.0f} m by {shape.beam_m:.0f} m"
    return ""


def _along_shore(
    light: NDArray[np.float32], water: WaterMask, taken: NDArray[np.bool_], pixel_m: tuple[float, float]
) -> list[Candidate]:
    """Boxes along the shore that look like hulls."""
    side_m = math.sqrt(pixel_m[0] * pixel_m[1])
    candidates = []
    for box in moored(water, taken, pixel_m):
        score = moored_score(moored_features(box, light, water, side_m))
        if score < _REPORT_MOORED:
            continue
        rows, cols, weights = box.pixels(water.dryness)
        candidates.append(
            Candidate(
                rows_px=rows,
                cols_px=cols,
                weights=weights,
                score=score,
                alongside=True,
                notes=(*water.notes, _ALONGSIDE_NOTE),
            )
        )
    return candidates


def _light(scene: Scene, pixels: Pixels, water: WaterMask) -> NDArray[np.float32]:
    """Visible brightness, 0 on the scene's water and about 1 on its land; infrared where nothing else exists."""
    visible = [k for k, role in enumerate(scene.bands) if role in _VISIBLE_ROLES]
    planes = pixels.values[visible or [k for k, role in enumerate(scene.bands) if role in _HULL_ROLES]]
    lowest = np.percentile(planes[:, pixels.valid], 0.1, axis=1)[:, None, None]
    root = np.sqrt(np.clip(planes - lowest, 0, None))
    land = ~water.water & pixels.valid
    if not land.any() or not water.surface.any():
        return np.asarray(root, np.float32)
    wet, dry = np.median(root[:, water.surface], axis=1), np.median(root[:, land], axis=1)
    return np.asarray((root - wet[:, None, None]) / max(float((dry - wet).mean()), 1e-6), np.float32)


def _place(candidate: Candidate) -> tuple[float, float]:
    return float(candidate.rows_px.mean()), float(candidate.cols_px.mean())
