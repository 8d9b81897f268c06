"""Vessels in optical images of 0.5-10 m pixels: two small networks on a common grid, near water only.

Each hull that it sees (`optical_hulls`) carries a probability calibrated on ports that its training had not seen; what
is probable enough is reported, what is less probable or plainly something else is listed with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from roadstead.detection.holes import filled, holes, noted
from roadstead.detection.optical_candidates import objection, probability
from roadstead.detection.optical_hulls import findings
from roadstead.detection.optical_network import network, shipped_weights
from roadstead.geo import ground_frame
from roadstead.model import Rejected
from roadstead.steps import sha256_file

if TYPE_CHECKING:
    from roadstead.model import Candidate, Pixels, Scene

_NAMED = 0.1  # least probability of what is listed as rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticalDetector:
    """Finds vessels in one optical window (model.Detector)."""

    name: ClassVar[str] = "optical-network"
    version: ClassVar[int] = 15
    limits: ClassVar[str] = (
        "Optical images: hulls alongside quays are found less often than at anchor, and small craft below 30 m mostly "
        "not, so an empty berth on this list is no proof: look. Hulls darker than the water around them are often "
        "missed."
    )
    weights: Path | None = None
    """weights to use; the shipped ones but where training is judged"""
    threshold: float | None = None
    """least probability of a candidate; that kept with the weights if None"""

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, and the threshold."""
        return f"{sha256_file(self.weights or shipped_weights())} {self.threshold}"

    def detect(self, scene: Scene, pixels: Pixels) -> tuple[list[Candidate], list[Rejected]]:
        """Find vessels.

        Args:
            scene: names the bands; at least one of blue, green, red, nir or pan is needed.
            pixels: the window, shape (bands, height, width).

        Returns:
            Candidates and rejected groups, each sorted by row, then column.

        Raises:
            RasterError: the scene has no band that shows hulls, or no georeference and no pixel size.
            InputError: the weights cannot be read.
        """
        judgement = network(self.weights).judgement
        threshold = judgement.threshold if self.threshold is None else self.threshold
        height, width = pixels.valid.shape
        frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
        missing = holes(pixels.valid, frame.pixel_m(width / 2, height / 2))
        candidates, rejected = [], []
        for found in findings(scene, filled(pixels, missing), self.weights):
            score = probability(found.features, judgement.coefficients)
            why = objection(found.form) or (
                f"probability {score:.2f} below {threshold:.2f}" if score < threshold else ""
            )
            if not why:
                candidates.append(found.candidate(score))
            elif score >= _NAMED:
                rejected.append(Rejected(row_px=found.row_px, col_px=found.col_px, reason=why))
        return noted(sorted(candidates, key=_place), missing), sorted(rejected, key=lambda r: (r.row_px, r.col_px))


def _place(candidate: Candidate) -> tuple[float, float]:
    return float(candidate.rows_px.mean()), float(candidate.cols_px.mean())
