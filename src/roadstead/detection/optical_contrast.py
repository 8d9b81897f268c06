"""Vessels in optical images of 0.5-10 m pixels: what stands out from the water and has a ship's shape.

Works on open water. A ship at a quay belongs to the shore for this version, unless water shows all around it; what
touches land is marked `alongside`, scored lower and carries a note that such hulls are not reliably separated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from roadstead.detection.optical_background import anomaly
from roadstead.detection.optical_clusters import Cluster, Shape, clusters, shape_of
from roadstead.detection.optical_score import Weights, features_of, probability
from roadstead.detection.optical_wake import without_wake
from roadstead.detection.optical_weights import OPEN
from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.model import BandRole, Candidate, RasterError, Rejected

if TYPE_CHECKING:
    from roadstead.model import Pixels, Scene

_HULL_ROLES = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.PAN)
_LOW, _HIGH = 4.0, 9.0  # anomaly distance of a hull's pixels, and of its brightest
LENGTH_M = (20.0, 450.0)
"""shortest and longest group that can be a vessel, metres"""
_BROADEST_M = 90.0  # the broadest ship has 75 m; two small ones rafted stay below
_LEAST_ACCORD = -0.1  # push-broom parallax shows aircraft once per band, so that bands exclude each other
_MIXED_PX = 5.0  # nearer to land than this, colours mix with the shore's and say nothing of speed
_TOUCH_PX = 2.0  # nearer to land than this, mixed pixels of the shore may join the hull
_REPORT_AT = 0.3  # least probability of a candidate; 0.15 found more on places left out, with more false alarms
_ALONGSIDE_NOTE = (
    "touches land or a quay: this version does not reliably separate hulls alongside from quays, cranes and sheds"
)
_WAKE_NOTE = "a wake was cut off behind the hull; the stern may lie some pixels off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastDetector:
    """Finds vessels in one optical window (model.Detector)."""

    name: ClassVar[str] = "optical-anomaly"
    version: ClassVar[int] = 2
    limits: ClassVar[str] = (
        "Optical images: made for open water. Hulls alongside a quay are mostly missed or joined with it, so their "
        "absence from this list says nothing; mark them by eye. Hulls darker than the water around them are not found."
    )
    weights: Weights = OPEN
    """coefficients of the score; the shipped ones but where scenes left out of the fit are judged"""

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
        candidates, rejected = [], []
        for group in groups(scene, pixels):
            score = probability(group.features(), self.weights)
            why = group.objection() or _doubt(score, group.shape)
            if why:
                row_px, col_px = group.shape.centre
                rejected.append(Rejected(row_px=row_px, col_px=col_px, reason=why))
            else:
                candidates.append(group.candidate(score))
        return sorted(candidates, key=_place), sorted(rejected, key=lambda r: (r.row_px, r.col_px))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pixels that stand out from the water, before anything is said of what they are."""

    cluster: Cluster
    """the pixels, without a wake"""
    shape: Shape
    shore_px: float
    """distance to the nearest land, pixels; infinite where none is in the window"""
    wake: bool
    """True where a wake was cut off"""
    water_notes: tuple[str, ...]
    """what is doubtful about the sea mask"""

    def features(self) -> list[float]:
        """What the score is made from."""
        return features_of(self.cluster, self.shape, self.shore_px)

    def objection(self) -> str:
        """The rule by which it is no vessel, whatever its score; empty where none holds."""
        shape = self.shape
        if shape.length_m < LENGTH_M[0]:
            return f"{shape.length_m:.0f} m long, shorter than {LENGTH_M[0]:.0f} m"
        if shape.length_m > LENGTH_M[1]:
            return f"{shape.length_m:.0f} m long, longer than any ship"
        if shape.beam_m > _BROADEST_M:
            return f"{shape.beam_m:.0f} m broad, broader than any ship: cloud, foam or a structure"
        if self.cluster.accord < _LEAST_ACCORD and self.shore_px > _MIXED_PX:
            return "its colours lie beside each other: an aircraft, or something as fast"
        return ""

    def candidate(self, score: float) -> Candidate:
        """It as a candidate of this probability, with what is doubtful about it."""
        touches = self.shore_px < _TOUCH_PX
        doubts = ((_ALONGSIDE_NOTE, touches), (_WAKE_NOTE, self.wake))
        return Candidate(
            rows_px=self.cluster.rows_px,
            cols_px=self.cluster.cols_px,
            weights=self.cluster.weights,
            score=score,
            alongside=touches,
            notes=(*self.water_notes, *(note for note, holds in doubts if holds)),
        )


def groups(scene: Scene, pixels: Pixels) -> list[Group]:
    """Everything in a window that stands out from the water; arguments and errors as `ContrastDetector.detect`."""
    hull = [k for k, role in enumerate(scene.bands) if role in _HULL_ROLES]
    if not hull:
        raise RasterError(
            f"scene {scene.id}: none of its bands ({', '.join(scene.bands) or 'none stated'}) shows hulls; "
            "state which are blue, green, red, nir or pan"
        )
    if not pixels.valid.any():
        return []
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
    pixel_m = frame.pixel_m(width / 2, height / 2)
    side_m = math.sqrt(pixel_m[0] * pixel_m[1])
    water = water_mask(scene, pixels, pixel_m)
    found = anomaly(pixels.values[hull], water.surface, side_m)
    kept = []
    for whole in clusters(found, water.water, _LOW, _HIGH) if found else []:
        cluster, wake = without_wake(whole)
        kept.append(
            Group(
                cluster=cluster,
                shape=shape_of(cluster.rows_px, cluster.cols_px, cluster.weights, pixel_m),
                shore_px=float(water.land_distance_m[cluster.rows_px, cluster.cols_px].min()) / side_m,
                wake=wake,
                water_notes=water.notes,
            )
        )
    return kept


def _doubt(score: float, shape: Shape) -> str:
    """Why a group is too improbable to be reported; empty where it is not."""
    if score < _REPORT_AT:
        return f"probability {score:.2f} below {_REPORT_AT}: {shape.length_m:.0f} m by {shape.beam_m:.0f} m"
    return ""


def _place(candidate: Candidate) -> tuple[float, float]:
    return float(candidate.rows_px.mean()), float(candidate.cols_px.mean())
