"""Groups of pixels that stand out from the water, and their shapes in metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import MultiPoint

if TYPE_CHECKING:
    from roadstead.detection.optical_background import Anomaly

_EIGHT = np.ones((3, 3), bool)
_RIM_PX = 2
_LEAST_LIFT = 1.0  # mean brightness above water, in its sigmas: shadows and slicks are darker than water
_WATER_SHARE = 0.1  # of water counted with a group's pixels when its bands are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One connected group of pixels."""

    rows_px: NDArray[np.int64]
    cols_px: NDArray[np.int64]
    weights: NDArray[np.float32]
    """0-1; half where brightness is half of what it is one pixel further in; 1 well inside"""
    amplitude: NDArray[np.float32]
    """brightness above water, window-wide sigmas, shape (n,)"""
    peak: float
    """largest anomaly distance in it"""
    accord: float
    """least correlation between the brightness of two bands over its pixels and some water; 1 for a single band"""
    plateau: float
    """share of its pixels brighter than half its brightest tenth: high for hulls, low for clouds and wakes"""
    lift: NDArray[np.float64]
    """mean brightness above the water per band, in the water's sigmas, shape (bands,)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Rough size and form, metres; the measurement proper is made later, on the outline."""

    length_m: float
    beam_m: float
    solidity: float
    """area over the area of the convex hull"""
    fill: float
    """area over length times beam: 1 for a rectangle, 0.79 for an ellipse"""
    centre: tuple[float, float]
    """row and column"""


def clusters(found: Anomaly, searched: NDArray[np.bool_], low: float, high: float) -> list[Cluster]:
    """Hysteresis threshold (Canny 1986, IEEE Trans. PAMI 8, 679-698): groups above `low` that reach `high`.

    Args:
        found: what stands out.
        searched: shape (height, width); True where ships may be.
        low: least anomaly distance of a pixel.
        high: least peak of a group.

    Returns:
        Groups sorted by their first row, then column.
    """
    out = searched & (found.distance >= low) & (found.lift.mean(axis=0) >= _LEAST_LIFT)
    labels, count = ndimage.label(out, _EIGHT)
    if not count:
        return []
    peaks = ndimage.maximum(found.distance, labels, np.arange(1, count + 1))
    boxes = ndimage.find_objects(labels)
    return [_cluster(found, labels, k, boxes[k - 1]) for k in (np.flatnonzero(peaks >= high) + 1).tolist()]


def _cluster(found: Anomaly, labels: NDArray[np.int32], k: int, box: tuple[slice, slice]) -> Cluster:
    rows, cols = (slice(max(0, s.start - _RIM_PX), s.stop + _RIM_PX) for s in box)
    mine = labels[rows, cols] == k
    amplitude = np.where(mine, found.amplitude[rows, cols], 0)
    around = ndimage.maximum_filter(amplitude, size=3)
    weight = amplitude / np.maximum(around, 1e-9)
    # dark hatches inside a hull are hull; only the rim decides where it ends
    weight[ndimage.binary_erosion(ndimage.binary_fill_holes(mine), _EIGHT, iterations=_RIM_PX)] = 1
    mine |= weight == 1
    row_i, col_i = np.nonzero(mine)
    return Cluster(
        rows_px=row_i + rows.start,
        cols_px=col_i + cols.start,
        weights=np.asarray(weight[mine], np.float32),
        amplitude=np.asarray(amplitude[mine], np.float32),
        accord=_accord(found.lift[:, rows, cols][:, mine]),
        plateau=float(np.mean(amplitude[mine] > np.percentile(amplitude[mine], 90) / 2)),
        peak=float(found.distance[rows, cols][mine].max()),
        lift=np.asarray(found.lift[:, rows, cols][:, mine].mean(axis=1), np.float64),
    )


def _accord(lift: NDArray[np.float32]) -> float:
    """Least correlation between two bands, each (pixels,), over a group and a tenth as much water; 1 for one band.

    Over an evenly lit hull alone the correlation would be that of noise and say nothing. With water beside it, bands
    that all show the hull agree, and bands that show it in different places still do not. A band in which the hull is
    no brighter than the water adds nothing either way.
    """
    if len(lift) < 2:
        return 1.0
    lit = np.clip(lift.mean(axis=1, dtype=np.float64), 0, None)
    together = np.cov(lift, bias=True) + _WATER_SHARE / (1 + _WATER_SHARE) * np.outer(lit, lit)
    alone = np.sqrt(np.maximum(np.diag(together), 1e-12))
    return float((together / np.outer(alone, alone)).min())


def shape_of(
    rows_px: NDArray[np.int64], cols_px: NDArray[np.int64], weights: NDArray[np.float32], pixel_m: tuple[float, float]
) -> Shape:
    """Shape of a group of pixels from its moments and convex hull.

    Args:
        rows_px: rows, shape (n,).
        cols_px: columns, shape (n,).
        weights: 0-1, shape (n,).
        pixel_m: ground size of a pixel along its row and along its column, metres.
    """
    body = weights >= 0.5
    points = np.column_stack([cols_px[body] * pixel_m[0], rows_px[body] * pixel_m[1]]).astype(float)
    middle = points.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(points.T, bias=True) if len(points) > 1 else np.eye(2))
    along = (points - middle) @ vectors[:, ::-1]
    side_m = float(np.sqrt(pixel_m[0] * pixel_m[1]))
    length_m, extent_m = np.ptp(along, axis=0) + side_m
    area_m2 = len(points) * side_m**2
    beam_m = min(float(extent_m), float(np.sqrt(12 * max(values[0], 0) + side_m**2)))
    # a hull around pixel middles lacks half a pixel all around
    hull_m2 = MultiPoint(points).convex_hull.buffer(side_m / 2, join_style="mitre", mitre_limit=2).area
    return Shape(
        length_m=float(length_m),
        beam_m=beam_m,
        solidity=min(1.0, area_m2 / max(hull_m2, side_m**2)),
        fill=area_m2 / (float(length_m) * max(beam_m, side_m)),
        centre=(float(middle[1] / pixel_m[1]), float(middle[0] / pixel_m[0])),
    )
