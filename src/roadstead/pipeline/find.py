"""Vessels in one scene: pixels, detector, measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.detection import OpticalDetector, SarDetector
from roadstead.measure import measure
from roadstead.model import Detection, Detector, Modality, PixelReader, Pixels, Rejected, Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a detector found in a scene, and what it did not take for a vessel."""

    scene_id: str
    detections: tuple[Detection, ...]
    rejected: tuple[Rejected, ...]


def quiet(_item: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def detectors() -> Mapping[Modality, Detector]:
    """The detectors in use, by kind of sensor."""
    return {Modality.SAR: SarDetector(), Modality.OPTICAL: OpticalDetector()}


def find_vessels(
    scene: Scene, reader: PixelReader, detector: Detector, aoi: BaseGeometry | None = None
) -> tuple[Findings, Pixels]:
    """Find and measure vessels in a scene, or in the window around an area (WGS84).

    Raises:
        RasterError: the pixels cannot be read or lack what the detector needs.
    """
    pixels = reader.read(scene, aoi)
    candidates, rejected = detector.detect(scene, pixels)
    method = f"{detector.name} {detector.version}"
    found = (measure(scene, pixels, c, number=i + 1, method=method) for i, c in enumerate(candidates))
    shifted = tuple(
        Rejected(row_px=r.row_px + pixels.row_off, col_px=r.col_px + pixels.col_off, reason=r.reason) for r in rejected
    )
    return Findings(scene_id=scene.id, detections=tuple(found), rejected=shifted), pixels
