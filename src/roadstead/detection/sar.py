"""Vessels in SAR images: constant false-alarm rate on a K-distributed sea, then what else could be as bright.

One configuration serves all products: lengths are in metres, the threshold is a false-alarm rate, and the rest
follows from the pixel size. The steps, each in its module:

    raw values -> intensity, smoothed to about 30 m, summed over blocks        sar_blocks
    bright pixels of the few blocks that can hold any, while strips pass      sar_screen, sar_scan, sar_held
    land told from sea on the grid of blocks                                  sar_land
    local mean, threshold of a K distribution                                 sar_background, sar_quantiles
    bright pixels grouped                                                     sar_clusters
    pixels explained by the cross of a brighter one                           sar_sidelobes
    groups measured; shapes no vessel has                                     sar_objects
    edges of data, azimuth ambiguities                                        sar_artifacts
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from roadstead.detection.sar_artifacts import ambiguity_of, near_nodata, origins, part_of, structures
from roadstead.detection.sar_background import Background, background
from roadstead.detection.sar_clusters import groups, members
from roadstead.detection.sar_held import HeldBlocks
from roadstead.detection.sar_land import LandBlocks, land_level, land_of
from roadstead.detection.sar_objects import (
    CORE,
    Bright,
    BrightObject,
    bright_object,
    required_db,
    shape_fault,
    with_gaps,
)
from roadstead.detection.sar_scan import GROW, Scanned, scan
from roadstead.detection.sar_sidelobes import axes_turn_deg, sidelobe_parents
from roadstead.geo import GroundFrame, ground_frame
from roadstead.imagery import Band, band_of
from roadstead.model import BandsUnknown, Candidate, Rejected

if TYPE_CHECKING:
    from roadstead.model import Pixels, Scene

_JOIN_M = 40.0
_SCORE_DB = 0.5
_SUREST = 0.99  # brightness alone cannot tell a vessel from a buoy or a platform more surely
_OVER_LAND = 10.0
_MOST_CROSSES = 400
_LAND_TARGET = 300.0
"""bright land that may have visible sidelobes and ambiguities: 25 dB over the nearest sea"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SarDetector:
    """Finds vessels in SAR pixels of 3 to 40 m, in dB, amplitude or linear units."""

    name: ClassVar[str] = "sar-cfar"
    version: ClassVar[int] = 5
    limits: ClassVar[str] = (
        "Radar images: ships that touch land or quays are often missed or joined with them, and a moving ship is shown "
        "where its Doppler shift puts it."
    )
    false_alarm_rate: float = 1e-6
    """share of sea pixels above the threshold, before clusters are tested"""
    threshold_db: float = 0.0
    """added to the threshold; positive finds less"""

    @property
    def fingerprint(self) -> str:
        """Its settings."""
        return f"{self.false_alarm_rate:g} {self.threshold_db:g}"

    def detect(self, scene: Scene, pixels: Pixels) -> tuple[list[Candidate], list[Rejected]]:
        """Return candidates and rejected objects, each sorted by row then column of their middle.

        Raises:
            BandsUnknown: the scene does not say what its pixels hold.
            RasterError: the window has neither georeference nor pixel size.
        """
        found = self.detect_in(scene, band_of(scene, pixels))
        return list(found.candidates), list(found.rejected)

    def detect_in(self, scene: Scene, band: Band) -> SarFindings:
        """Find vessels in a band of any size, in one pass and bounded memory.

        Args:
            scene: a radar scene; its unit says how to read the values.
            band: its pixels, from `imagery.open_band` or `imagery.band_of`.

        Raises:
            BandsUnknown: the scene does not say what its pixels hold.
            RasterError: the band has neither georeference nor pixel size, or the file is damaged.
        """
        if scene.sar_unit is None:
            raise BandsUnknown(
                f"{scene.id}: what its radar pixels hold is unknown; state --sar-unit db, amplitude or linear"
            )
        frame = ground_frame(band.transform, band.crs, band.shape, scene.gsd_m)
        pixel_m = frame.pixel_m(band.shape[1] / 2, band.shape[0] / 2)
        offset = 10 ** (self.threshold_db / 10)
        scanned = scan(band, scene.sar_unit, pixel_m, self.false_alarm_rate, offset)
        told = land_of(scene, scanned.form, scanned.sums, frame, pixel_m)
        sea = _sea(scanned, told, self.false_alarm_rate)
        judged = _judged(sea, _bright(sea, scanned, offset), told.notes) if sea is not None else ([], [])
        return SarFindings(
            candidates=tuple(judged[0]),
            rejected=tuple(judged[1]),
            frame=frame,
            held=scanned.held,
            sea_doubts=told.doubts,
            any_valid=bool(scanned.sums.counted.any() or np.isfinite(scanned.sums.log_mean).any()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SarFindings:
    """What was found in a band, and what is needed to measure it."""

    candidates: tuple[Candidate, ...]
    """sorted by row then column of their middle, in pixels of the band"""
    rejected: tuple[Rejected, ...]
    frame: GroundFrame
    """ground metres of the band"""
    held: HeldBlocks
    """raw values around the candidates"""
    sea_doubts: tuple[str, ...]
    """what is to be said of land and sea that somebody states"""
    any_valid: bool
    """False where the band holds nothing but nodata"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sea:
    """The background of an image, on the grid of blocks."""

    shape: tuple[int, int]
    """height and width of the image"""
    back: Background
    land: NDArray[np.bool_]
    land_level: NDArray[np.float32]
    """typical intensity of the nearest land; 0 where there is no land"""
    coast: NDArray[np.bool_]
    """land and sea within two blocks of it"""
    pixel_m: tuple[float, float]


def _sea(scanned: Scanned, told: LandBlocks, false_alarm_rate: float) -> _Sea | None:
    """Background of an image, or None where it holds too little sea."""
    form, sums, land, coast = scanned.form, scanned.sums, told.land, told.coast
    log_mean = np.where(np.isfinite(sums.mean), sums.log_mean, np.float32(np.nan))
    back = background(scanned, land, coast, false_alarm_rate)
    if back is None:
        return None
    return _Sea(
        shape=(form.height, form.width),
        back=back,
        land=land,
        land_level=land_level(land, log_mean),
        coast=coast,
        pixel_m=scanned.pixel_m,
    )


def _bright(sea: _Sea, scanned: Scanned, offset: float) -> Bright:
    """Pixels near or above the threshold, and very bright ones on land."""
    back, listed = sea.back, scanned.listed
    limit = back.mean * np.maximum(back.factor * np.float32(min(offset, 1.0) * GROW), back.listed)
    limit[sea.land] = back.mean[sea.land] * np.float32(_LAND_TARGET)
    keep = listed.level > back.at(limit, listed.rows_px, listed.cols_px)
    rows, cols, level = listed.rows_px[keep].astype(np.int64), listed.cols_px[keep].astype(np.int64), listed.level[keep]
    contrast = level / back.at(back.mean, rows, cols)
    ratio = contrast / back.at(back.factor, rows, cols)
    at_sea = [c for c in scanned.crosses if not sea.land[c.row_px // back.block_px, c.col_px // back.block_px]]
    return Bright(
        rows_px=rows,
        cols_px=cols,
        level=level,
        contrast=contrast,
        ratio=ratio / np.float32(offset),
        plain_ratio=ratio,
        on_land=sea.land[rows // back.block_px, cols // back.block_px],
        at_edge=listed.at_edge[keep],
        turn_deg=axes_turn_deg(sorted(at_sea, key=lambda c: -c.contrast)[:_MOST_CROSSES]),
    )


def _judged(sea: _Sea, bright: Bright, notes: tuple[str, ...]) -> tuple[list[Candidate], list[Rejected]]:
    """Candidates, with notes on the sea, and rejected objects."""
    parents = sidelobe_parents(bright, sea.pixel_m)
    lobes = np.flatnonzero((parents >= 0) & ~bright.on_land)
    rejected = [_rejected(o, _sidelobe_reason(o, bright, parents)) for o in _objects(sea, bright, lobes)]
    free = np.flatnonzero((parents < 0) & ~bright.on_land)
    objects = sorted(_objects(sea, bright, free), key=lambda o: -o.peak)
    around = _Around(
        structure_m=structures(bright, free, sea.pixel_m),
        origins=origins(bright, objects[-1].peak if objects else math.inf),
    )
    kept: list[BrightObject] = []
    rows_px = np.empty(len(objects))
    for found in objects:
        reason = _fault(found, sea, bright, around)
        if reason:
            rejected.append(_rejected(found, reason))
            continue
        whole = part_of(found, kept, rows_px[: len(kept)], bright, sea.pixel_m)
        if whole is None:
            rows_px[len(kept)] = found.row_px
            kept.append(found)
            continue
        merged = bright_object(np.concatenate([whole.index, found.index]), bright, sea.pixel_m)
        if not shape_fault(merged):
            place = kept.index(whole)
            kept[place], rows_px[place] = merged, merged.row_px
    kept.sort(key=lambda o: (o.row_px, o.col_px))
    return _candidates(kept, sea, bright, notes), sorted(rejected, key=lambda r: (r.row_px, r.col_px))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What else than vessels could explain objects."""

    structure_m: NDArray[np.float64]
    """length of the structure that each bright pixel belongs to, else 0, shape (n,)"""
    origins: NDArray[np.int64]
    """bright pixels that may have ambiguities, ascending"""


def _fault(found: BrightObject, sea: _Sea, bright: Bright, around: _Around) -> str | None:
    """The reason to reject an object, or None."""
    along_m = around.structure_m[found.brightest]
    if along_m:
        return f"part of a structure {along_m:.0f} m long"
    return (
        shape_fault(found)
        or near_nodata(found, bright)
        or _faint(found, sea)
        or ambiguity_of(found, bright, around.origins, sea.pixel_m)
    )


def _beside_land(found: BrightObject, sea: _Sea) -> bool:
    block_px = sea.back.block_px
    return bool(sea.coast[int(found.row_px) // block_px, int(found.col_px) // block_px])


def _excess_db(found: BrightObject, sea: _Sea) -> float:
    height, width = sea.shape
    rim = min(found.row_px, found.col_px, height - found.row_px, width - found.col_px)
    return found.margin_db - required_db(found, unsure=_beside_land(found, sea) or rim < 3)


def _faint(found: BrightObject, sea: _Sea) -> str | None:
    block_px = sea.back.block_px
    land = sea.land_level[int(found.row_px) // block_px, int(found.col_px) // block_px]
    if _beside_land(found, sea) and found.peak < _OVER_LAND * land:
        return "beside land and hardly brighter than it: coast"
    short_db = -_excess_db(found, sea)
    if short_db <= 0:
        return None
    where = "beside land" if _beside_land(found, sea) else "on open water"
    return f"too faint by {short_db:.1f} dB for an object of {found.half_px} pixels {where}"


def _rejected(found: BrightObject, reason: str) -> Rejected:
    return Rejected(row_px=found.row_px, col_px=found.col_px, reason=reason)


def _objects(sea: _Sea, bright: Bright, index: NDArray[np.int64]) -> list[BrightObject]:
    """Groups among these bright pixels that reach the threshold."""
    reach_px = max(1.5, _JOIN_M / max(sea.pixel_m))
    group = groups(bright.rows_px[index], bright.cols_px[index], reach_px)
    most = np.zeros(group.max(initial=-1) + 1, np.float32)
    np.maximum.at(most, group, bright.ratio[index])
    return [bright_object(index[part], bright, sea.pixel_m) for part in members(group, most >= 1)]


def _sidelobe_reason(found: BrightObject, bright: Bright, parents: NDArray[np.int64]) -> str:
    parent = parents[found.brightest]
    return f"sidelobe of the target at row {bright.rows_px[parent]}, column {bright.cols_px[parent]}"


def _candidates(kept: list[BrightObject], sea: _Sea, bright: Bright, notes: tuple[str, ...]) -> list[Candidate]:
    """The bodies of objects as candidates; weights are half at 13 dB below the peak."""
    if not kept:
        return []
    parts = [with_gaps(o.index, bright) for o in kept]
    index = np.concatenate(parts)
    half = np.repeat(np.array([CORE * o.peak for o in kept]).astype(np.float32), [len(p) for p in parts])
    weights = np.clip(0.5 + 10 * np.log10(bright.level[index] / half) / 12, 0, 1).astype(np.float32)
    rows, cols = bright.rows_px[index], bright.cols_px[index]
    coastal = sea.coast[rows // sea.back.block_px, cols // sea.back.block_px]
    ends = np.cumsum([len(p) for p in parts])
    candidates = []
    for found, first, last in zip(kept, [0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        body = first + np.flatnonzero(weights[first:last])
        alongside = bool(coastal[body].any())
        candidates.append(
            Candidate(
                rows_px=rows[body],
                cols_px=cols[body],
                weights=weights[body],
                score=_score(_excess_db(found, sea)),
                alongside=alongside,
                notes=(*notes, "within 300 m of land: detection is less sure there") if alongside else notes,
            )
        )
    return candidates


def _score(excess_db: float) -> float:
    """Probability that an object so far above what is required is a vessel; one half at 0 dB, never above 0.99."""
    return min(_SUREST, float(1 / (1 + np.exp(-excess_db / _SCORE_DB))))
