"""What a group of bright pixels amounts to: peak, contrast, size; and whether a vessel can look like that."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPoint, contains_xy

MAX_LENGTH_M = 460.0
"""the longest ship ever built had 458 m"""
MAX_BEAM_M = 110.0
"""the widest has 69 m; the rest is blur and layover of the superstructure"""
MAX_AREA_M2 = 30_000.0
"""the largest decks have 25,000 square metres; a wide object of less area is a ship with layover or a branch of it"""
_BASE_DB = 0.8
_POINT_PX, _EXTENDED_PX, _POINT_DB, _UNSURE_DB = 5, 7, 10.0, 6.0
CORE = 0.05
"""pixels within 13 dB of the peak are the body; fainter ones may be its sidelobes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bright:
    """The bright pixels of a window in row order, each array of shape (n,)."""

    rows_px: NDArray[np.int64]
    cols_px: NDArray[np.int64]
    level: NDArray[np.float32]
    """smoothed intensity"""
    contrast: NDArray[np.float32]
    """level over the mean of the sea"""
    ratio: NDArray[np.float32]
    """level over the detection threshold"""
    plain_ratio: NDArray[np.float32]
    """level over the threshold as it is before `threshold_db` is added"""
    on_land: NDArray[np.bool_]
    at_edge: NDArray[np.bool_]
    """whether the data end within 60 m, inside the image"""
    turn_deg: float
    """turn of range and azimuth against rows and columns"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BrightObject:
    """One group of bright pixels."""

    index: NDArray[np.int64]
    """its pixels in the list of bright pixels, shape (n,)"""
    brightest: int
    """its brightest pixel in that list"""
    row_px: float
    """middle of its body"""
    col_px: float
    margin_db: float
    """peak of the smoothed intensity over the detection threshold"""
    peak: float
    """peak of the smoothed intensity"""
    length_m: float
    """extent of its body along its axis, between pixel middles"""
    beam_m: float
    """extent across, likewise"""
    area_m2: float
    """area of the pixels of its body"""
    half_px: int
    """number of pixels above half of its peak"""


def bright_object(index: NDArray[np.int64], bright: Bright, pixel_m: tuple[float, float]) -> BrightObject:
    """Describe the group whose pixels have this index.

    Args:
        index: the group's pixels, shape (n,).
        bright: the list of bright pixels.
        pixel_m: ground size of a pixel along the row and along the column.
    """
    brightest = int(index[np.argmax(bright.level[index])])
    peak = float(bright.level[brightest])
    core = index[bright.level[index] >= CORE * peak]
    length_m, beam_m = extents_m(bright.rows_px[core], bright.cols_px[core], pixel_m)
    return BrightObject(
        index=index,
        brightest=brightest,
        row_px=float(bright.rows_px[core].mean()) + 0.5,
        col_px=float(bright.cols_px[core].mean()) + 0.5,
        margin_db=float(10 * np.log10(bright.ratio[index].max())),
        peak=peak,
        length_m=length_m,
        beam_m=beam_m,
        area_m2=len(core) * pixel_m[0] * pixel_m[1],
        half_px=int(np.count_nonzero(bright.level[index] > 0.5 * peak)),
    )


def with_gaps(index: NDArray[np.int64], bright: Bright) -> NDArray[np.int64]:
    """A group's pixels and all other bright ones inside its convex hull, ascending, shape (n,).

    A deck between two bright ends may lie on the axis of one end's sidelobes and so be left out of the group.
    """
    core = index[bright.level[index] >= CORE / 4 * bright.level[index].max()]
    first, last = np.searchsorted(bright.rows_px, [bright.rows_px[core].min(), bright.rows_px[core].max() + 1])
    cols = bright.cols_px[first:last]
    left, right = bright.cols_px[core].min(), bright.cols_px[core].max()
    if np.isin(first + np.flatnonzero((cols >= left) & (cols <= right)), index).all():
        return np.sort(index)
    hull = MultiPoint(np.column_stack([bright.cols_px[core], bright.rows_px[core]])).convex_hull.buffer(0.75)
    inside = contains_xy(hull, cols, bright.rows_px[first:last])
    return np.union1d(index, first + np.flatnonzero(inside))


def extents_m(
    rows_px: NDArray[np.int64], cols_px: NDArray[np.int64], pixel_m: tuple[float, float]
) -> tuple[float, float]:
    """Extent of pixel middles along and across the axis of their second moments, metres."""
    x, y = cols_px * pixel_m[0], rows_px * pixel_m[1]
    x, y = x - x.sum() / len(x), y - y.sum() / len(y)
    angle = 0.5 * math.atan2(2 * float(x @ y), float(x @ x - y @ y))
    cosine, sine = math.cos(angle), math.sin(angle)
    return float(np.ptp(x * cosine + y * sine)), float(np.ptp(y * cosine - x * sine))


def shape_fault(found: BrightObject) -> str | None:
    """Why no vessel can have this shape, or None."""
    if found.length_m > MAX_LENGTH_M:
        return f"{found.length_m:.0f} m long: breakwater, quay or coast"
    if found.beam_m > MAX_BEAM_M and found.area_m2 > MAX_AREA_M2:
        return f"{found.length_m:.0f} x {found.beam_m:.0f} m: too wide for a vessel; island or platform"
    return None


def required_db(found: BrightObject, *, unsure: bool) -> float:
    """How far above the threshold an object has to be, dB.

    Averaging over 30 m makes breaking waves and buoys harmless, and everything at least nine pixels large. Pixels
    coarser than that are not averaged: what is only a few of them large may be any point, and must be far brighter.
    So must what lies beside land or at the image's edge, where the background is less sure.

    Args:
        found: the object.
        unsure: True within two blocks of land, and at the edge of the image.
    """
    point = min(1.0, max(0.0, (_EXTENDED_PX - found.half_px) / (_EXTENDED_PX - _POINT_PX)))
    return _BASE_DB + max(_POINT_DB * point, _UNSURE_DB if unsure else 0.0)
