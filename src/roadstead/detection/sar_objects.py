"""What a group of bright pixels amounts to: peak, contrast, size; and whether a vessel can look like that."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
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
    brightest, ratio, middle, extents, counts = _described(
        index, bright.rows_px, bright.cols_px, (bright.level, bright.ratio), pixel_m
    )
    return BrightObject(
        index=index,
        brightest=brightest,
        row_px=middle[0],
        col_px=middle[1],
        margin_db=float(10 * np.log10(np.float32(ratio))),
        peak=float(bright.level[brightest]),
        length_m=extents[0],
        beam_m=extents[1],
        area_m2=counts[0] * pixel_m[0] * pixel_m[1],
        half_px=counts[1],
    )


@njit(cache=True)
def _described(
    index: NDArray[np.int64],
    rows_px: NDArray[np.int64],
    cols_px: NDArray[np.int64],
    levels: tuple[NDArray[np.float32], NDArray[np.float32]],
    pixel_m: tuple[float, float],
) -> tuple[int, float, tuple[float, float], tuple[float, float], tuple[int, int]]:
    """Of a group: brightest pixel, greatest ratio, middle, extents in metres, pixels of its body and above half."""
    level, ratio = levels
    brightest, most = index[0], ratio[index[0]]
    for k in index:
        most = max(most, ratio[k])
        if level[k] > level[brightest]:
            brightest = k
    least, half = np.float32(CORE * level[brightest]), np.float32(0.5 * level[brightest])
    core = index[level[index] >= least]
    rows, cols = rows_px[core], cols_px[core]
    middle = rows.sum() / len(core) + 0.5, cols.sum() / len(core) + 0.5
    return (
        brightest,
        most,
        middle,
        extents_m(rows, cols, pixel_m),
        (len(core), int(np.count_nonzero(level[index] > half))),
    )


def with_gaps(index: NDArray[np.int64], bright: Bright) -> NDArray[np.int64]:
    """A group's pixels and all other bright ones inside its convex hull, ascending, shape (n,).

    A deck between two bright ends may lie on the axis of one end's sidelobes and so be left out of the group.
    """
    index = np.sort(index)
    core = index[bright.level[index] >= CORE / 4 * bright.level[index].max()]
    first, last, alone = _alone(index, core, bright.rows_px, bright.cols_px)
    if alone:
        return index
    cols = bright.cols_px[first:last]
    hull = MultiPoint(np.column_stack([bright.cols_px[core], bright.rows_px[core]])).convex_hull.buffer(0.75)
    inside = contains_xy(hull, cols, bright.rows_px[first:last])
    return np.union1d(index, first + np.flatnonzero(inside))


@njit(cache=True)
def _alone(
    index: NDArray[np.int64], core: NDArray[np.int64], rows_px: NDArray[np.int64], cols_px: NDArray[np.int64]
) -> tuple[int, int, bool]:
    """First pixel in the rows of a core and the one behind the last; whether all in the box around it are of the group.

    Args:
        index: the group's pixels, ascending.
        core: some of them, ascending.
        rows_px: of all bright pixels, ascending.
        cols_px: of all bright pixels.
    """
    left, right = cols_px[core].min(), cols_px[core].max()
    first, last = np.searchsorted(rows_px, rows_px[core[0]]), np.searchsorted(rows_px, rows_px[core[-1]] + 1)
    own = np.searchsorted(index, first)
    for k in range(first, last):
        while own < len(index) and index[own] < k:
            own += 1
        if left <= cols_px[k] <= right and not (own < len(index) and index[own] == k):
            return first, last, False
    return first, last, True


@njit(cache=True)
def extents_m(
    rows_px: NDArray[np.int64], cols_px: NDArray[np.int64], pixel_m: tuple[float, float]
) -> tuple[float, float]:
    """Extent of pixel middles along and across the axis of their second moments, metres."""
    x, y = cols_px * pixel_m[0], rows_px * pixel_m[1]
    x, y = x - x.sum() / len(x), y - y.sum() / len(y)
    angle = 0.5 * math.atan2(2 * (x * y).sum(), (x * x).sum() - (y * y).sum())
    cosine, sine = math.cos(angle), math.sin(angle)
    along, across = x * cosine + y * sine, y * cosine - x * sine
    return along.max() - along.min(), across.max() - across.min()


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
