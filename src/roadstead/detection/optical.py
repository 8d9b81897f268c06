"""Vessels in optical images of 0.5-10 m pixels: what stands out from the water and has a ship's shape.

Works on open water. A ship at a quay belongs to the shore for this version, unless water shows all around it; what
touches land is marked `alongside`, scored lower and carries a note that such hulls are not reliably separated.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from roadstead.detection.optical_background import anomaly
from roadstead.detection.optical_clusters import clusters, shape_of
from roadstead.detection.optical_score import open_features, open_score
from roadstead.detection.optical_wake import without_wake
from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.model import BandRole, Candidate, RasterError, Rejected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from roadstead.detection.optical_clusters import Cluster, Shape
    from roadstead.detection.water import WaterMask
    from roadstead.model import Pixels, Scene

_HULL_ROLES = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.PAN)
_LOW, _HIGH = 4.0, 9.0  # anomaly distance of a hull's pixels, and of its brightest
_LENGTH_M = (20.0, 450.0)
_BROADEST_M = 90.0  # the broadest ship has 75 m; two small ones rafted stay below
_LEAST_ACCORD = -0.1  # push-broom parallax shows aircraft once per band, so that bands exclude each other
_MIXED_PX = 5.0  # nearer to land than this, colours mix with the shore's and say nothing of speed
_TOUCH_PX = 2.0  # nearer to land than this, mixed pixels of the shore may join the hull
_REPORT_AT = 0.3  # least probability of a candidate; 0.15 found more on places left out, with more false alarms
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
        score = open_score(open_features(cluster, shape, shore_px))
        why = _objection(cluster, shape, shore_px, score)
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


def _objection(cluster: Cluster, shape: Shape, shore_px: float, score: float) -> str:
    """Why a group is no vessel; empty where nothing speaks against it."""
    if shape.length_m < _LENGTH_M[0]:
        return f"{shape.length_m:.0f} m long, shorter than {_LENGTH_M[0]:.0f} m"
    if shape.length_m > _LENGTH_M[1]:
        return f"{shape.length_m:.0f} m long, longer than any ship"
    if shape.beam_m > _BROADEST_M:
        return f"{shape.beam_m:.0f} m broad, broader than any ship: cloud, foam or a structure"
    if cluster.accord < _LEAST_ACCORD and shore_px > _MIXED_PX:
        return "its colours lie beside each other: an aircraft, or something as fast"
    if score < _REPORT_AT:
        return f"probability {score:.2f} below {_REPORT_AT}: {shape.length_m:.0f} m by {shape.beam_m:.0f} m"
    return ""


def _place(candidate: Candidate) -> tuple[float, float]:
    return float(candidate.rows_px.mean()), float(candidate.cols_px.mean())
