"""Vessels in optical images: the network at 7 m pixels and coarser, contrast with the water in finer ones.

On places left out the network finds more than contrast does in Sentinel-2 ports (F1 0.63 against 0.32) and no
more in PlanetScope (0.53 against 0.54), where it was taught on ships of few pixels: each serves where it is better
(`bench/optical_folds.py`, `bench/fit_optical_score.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from roadstead.detection.holes import filled, holes, noted
from roadstead.detection.optical_contrast import ContrastDetector
from roadstead.detection.optical_hulls import NetworkDetector
from roadstead.geo import ground_frame

if TYPE_CHECKING:
    from roadstead.model import Candidate, Pixels, Rejected, Scene

NETWORK_FROM_M = 7.0
"""pixel size from which the network is used"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticalDetector:
    """Finds vessels in one optical window (model.Detector)."""

    name: ClassVar[str] = f"optical ({NetworkDetector.name} from {NETWORK_FROM_M:g} m, {ContrastDetector.name} below)"
    version: ClassVar[int] = 5
    limits: ClassVar[str] = (
        f"Pixels of {NETWORK_FROM_M:g} m and more: {NetworkDetector.limits} Finer pixels: {ContrastDetector.limits}"
    )

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
        height, width = pixels.valid.shape
        frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
        pixel_m = frame.pixel_m(width / 2, height / 2)
        missing = holes(pixels.valid, pixel_m)
        detector = NetworkDetector() if math.sqrt(math.prod(pixel_m)) >= NETWORK_FROM_M else ContrastDetector()
        candidates, rejected = detector.detect(scene, filled(pixels, missing))
        return noted(candidates, missing), rejected
