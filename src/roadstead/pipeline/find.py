"""Vessels in one scene: pixels, detector, measurement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from roadstead.detection import OpticalDetector, SarDetector, off_land, sea_doubts
from roadstead.imagery import open_band
from roadstead.measure import frame_of, measure, measure_in
from roadstead.model import Detection, Detector, Look, Modality, PixelReader, Pixels, RasterError, Rejected, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from roadstead.geo import GroundFrame


BY_PIXELS = "pixels"
"""what tells sea from land where nobody states it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a detector found in a scene, and what it did not take for a vessel."""

    scene_id: str
    detections: tuple[Detection, ...]
    rejected: tuple[Rejected, ...]
    doubts: tuple[str, ...] = ()
    """what is to be said of land and sea that somebody states, one sentence each"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneAtSite:
    """One scene over one site: the look, what was found, what was rejected."""

    look: Look
    detections: tuple[Detection, ...]
    rejected: tuple[Rejected, ...] = ()
    loss: str = ""
    """why nothing could be detected, where that is so"""
    sea: str = BY_PIXELS
    """what told sea from land"""
    doubts: tuple[str, ...] = ()
    """what is to be said of that, one sentence each"""


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
    if scene.sea is not None and candidates:
        candidates, ashore = off_land(scene.sea, frame_of(scene, pixels), candidates)
        rejected = _in_order([*rejected, *ashore])
    method = f"{detector.name} {detector.version}"
    frame = frame_of(scene, pixels) if candidates else None
    found = (measure(scene, pixels, c, number=i + 1, method=method, frame=frame) for i, c in enumerate(candidates))
    findings = Findings(
        scene_id=scene.id,
        detections=tuple(found),
        rejected=_placed_in(scene, pixels, rejected),
        doubts=sea_doubts(scene, pixels),
    )
    return findings, pixels


def sea_of_scene(scene: Scene) -> str:
    """What tells sea from land in a scene, in words."""
    return scene.sea.words if scene.sea is not None else BY_PIXELS


def _in_order(rejected: Sequence[Rejected]) -> list[Rejected]:
    return sorted(rejected, key=lambda r: (r.row_px, r.col_px))


def find_in_strips(scene: Scene, detector: SarDetector, read_through: Callable[[], object] | None = None) -> Findings:
    """Find and measure vessels in a whole radar scene of any size, in bounded memory.

    Args:
        scene: what to search.
        detector: by what.
        read_through: called once the whole file is decoded, when a processor becomes free.

    Raises:
        RasterError: the pixels cannot be read, are all nodata, or lack what the detector needs.
    """
    with open_band(scene, read_through=read_through) as band:
        found = detector.detect_in(scene, band)
        if not found.any_valid:
            raise RasterError(f"{scene.path} holds no valid pixel, only nodata; fetch another image")
        kept, ashore = off_land(scene.sea, found.frame, found.candidates)
        found = replace(found, candidates=tuple(kept), rejected=tuple(_in_order([*found.rejected, *ashore])))
        detections = measure_in(scene, band, found, method=f"{detector.name} {detector.version}")
    rejected = _placed(found.frame, (0, 0), found.rejected)
    return Findings(scene_id=scene.id, detections=detections, rejected=rejected, doubts=found.sea_doubts)


def _placed_in(scene: Scene, pixels: Pixels, rejected: Sequence[Rejected]) -> tuple[Rejected, ...]:
    return _placed(frame_of(scene, pixels), (pixels.row_off, pixels.col_off), rejected) if rejected else ()


def _placed(frame: GroundFrame, offset: tuple[int, int], rejected: Sequence[Rejected]) -> tuple[Rejected, ...]:
    """Rejected candidates in the scene's pixels, and on the map where there is one."""
    places = [(None, None)] * len(rejected)
    if rejected and frame.georeferenced:
        lonlat = frame.lonlat([r.col_px for r in rejected], [r.row_px for r in rejected])
        places = list(zip(*(axis.tolist() for axis in lonlat), strict=True))
    return tuple(
        Rejected(
            row_px=r.row_px + offset[0],
            col_px=r.col_px + offset[1],
            reason=r.reason,
            lon_deg=lon,
            lat_deg=lat,
        )
        for r, (lon, lat) in zip(rejected, places, strict=True)
    )
