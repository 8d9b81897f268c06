"""Objects that are no vessels: edges of the data, parts of long structures, azimuth ambiguities, parts of a vessel.

The azimuth spectrum is sampled at the pulse rate, so a very bright target appears again, some 20-30 dB weaker, on both
sides along azimuth, displaced by wavelength x pulse rate x range / (2 x platform speed): 4 to 6 km for Sentinel-1
(Li and Johnson 1983, IEEE Trans. AES 19, 53-61; Velotto et al. 2014, IEEE TGRS 52, 5604-5615). Bright land does so
too. The exact displacement needs orbit and pulse rate, which delivered images rarely carry.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from roadstead.detection.sar_clusters import groups, members
from roadstead.detection.sar_objects import MAX_LENGTH_M, extents_m
from roadstead.detection.sar_scan import EDGE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.sar_objects import Bright, BrightObject

OFFSET_M = (4000.0, 6000.0)
_ACROSS_M = 60.0
_FAINTER_DB = (17.0, 33.0)
_LINK_M = 160.0
_STRUCTURE_M = 600.0
_SLENDER = 6.0
_STANDS_OUT = 100.0
_SADDLE, _CLOSE_SADDLE, _CLOSE_M = 0.05, 0.01, 200.0


def near_nodata(found: BrightObject, bright: Bright) -> str | None:
    """The reason to reject an object that touches an edge of the data inside the image, or None."""
    index = found.index
    if not bright.at_edge[index].any():
        return None
    apart = np.square(bright.rows_px[index] + 0.5 - found.row_px) + np.square(
        bright.cols_px[index] + 0.5 - found.col_px
    )
    nearest = index[int(np.argmin(apart))]
    return f"within {EDGE_M:.0f} m of the edge of the image data" if bright.at_edge[nearest] else None


def structures(bright: Bright, index: NDArray[np.int64], pixel_m: tuple[float, float]) -> NDArray[np.float64]:
    """Length in metres of the long thin structure that each bright pixel belongs to, else 0, shape (n,).

    Breakwaters and quays show as broken lines of pieces, each of a vessel's size. Pieces not farther apart than
    160 m are linked; what is linked is a structure if it is long and slender and the pixel does not stand out of it.

    Args:
        bright: the list of bright pixels.
        index: those to look at.
        pixel_m: ground size of a pixel along the row and along the column.
    """
    out = np.zeros(len(bright.level))
    index = index[bright.plain_ratio[index] > 0.8]
    group = groups(bright.rows_px[index], bright.cols_px[index], _LINK_M / max(pixel_m))
    for part in members(group, _large(group, bright.rows_px[index], bright.cols_px[index], pixel_m)):
        own = index[part]
        length_m, beam_m = extents_m(bright.rows_px[own], bright.cols_px[own], pixel_m)
        if length_m > _STRUCTURE_M and length_m > _SLENDER * beam_m:
            plain = bright.level[own] < _STANDS_OUT * np.median(bright.level[own])
            out[own[plain]] = length_m
    return out


@njit(cache=True)
def _large(
    group: NDArray[np.int64], rows_px: NDArray[np.int64], cols_px: NDArray[np.int64], pixel_m: tuple[float, float]
) -> NDArray[np.bool_]:
    """Which groups have eight pixels or more, in a box whose diagonal is longer than a structure has to be."""
    count = group.max() + 1 if len(group) else 0
    number, top, left = np.zeros(count, np.int64), np.full(count, 2**62), np.full(count, 2**62)
    bottom, right = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for k in range(len(group)):
        g = group[k]
        number[g] += 1
        top[g], bottom[g] = min(top[g], rows_px[k]), max(bottom[g], rows_px[k])
        left[g], right[g] = min(left[g], cols_px[k]), max(right[g], cols_px[k])
    span_m = np.hypot((right - left) * pixel_m[0], (bottom - top) * pixel_m[1])
    return (number >= 8) & (span_m > _STRUCTURE_M)


def origins(bright: Bright, faintest: float) -> NDArray[np.int64]:
    """Pixels bright enough to have an ambiguity that is an object of at least this peak, ascending."""
    return np.flatnonzero(bright.level >= np.float32(0.99 * 10 ** (_FAINTER_DB[0] / 10) * faintest))


def ambiguity_of(
    found: BrightObject, bright: Bright, among: NDArray[np.int64], pixel_m: tuple[float, float]
) -> str | None:
    """The reason to reject an object as the azimuth ambiguity of a much brighter target, or None.

    Args:
        found: the object in question.
        bright: the list of bright pixels, those of land included.
        among: those of them that can be the target, as of `origins`.
        pixel_m: ground size of a pixel along the row and along the column.
    """
    if not len(among):
        return None
    turn = math.radians(bright.turn_deg)
    reach = int(OFFSET_M[1] / pixel_m[1]) + 2
    low, high = np.searchsorted(bright.rows_px[among], [found.row_px - reach, found.row_px + reach])
    ratio = bright.level[among[low:high]] / found.peak
    fainter = (ratio >= 10 ** (_FAINTER_DB[0] / 10)) & (ratio <= 10 ** (_FAINTER_DB[1] / 10))
    near = among[low:high][fainter]
    if not len(near):
        return None
    x = (bright.cols_px[near] + 0.5 - found.col_px) * pixel_m[0]
    y = (bright.rows_px[near] + 0.5 - found.row_px) * pixel_m[1]
    along = np.abs(y * math.cos(turn) - x * math.sin(turn))
    across = np.abs(x * math.cos(turn) + y * math.sin(turn))
    fits = (along >= OFFSET_M[0]) & (along <= OFFSET_M[1]) & (across <= _ACROSS_M)
    if not fits.any():
        return None
    best = int(np.argmax(np.where(fits, bright.level[near], 0)))
    row, col, far_km = bright.rows_px[near[best]], bright.cols_px[near[best]], along[best] / 1000
    return f"azimuth ambiguity of the target at row {row}, column {col}, {far_km:.1f} km away"


def part_of(
    found: BrightObject,
    others: list[BrightObject],
    rows_px: NDArray[np.float64],
    bright: Bright,
    pixel_m: tuple[float, float],
) -> BrightObject | None:
    """The brighter object that this one is a part of, or None.

    A hull shows several bright spots. Two belong to one hull where the way between them stays within 13 dB of the
    weaker one's peak; of neighbours within 200 m, within 20 dB.

    Args:
        found: the weaker object.
        others: brighter ones, brightest first.
        rows_px: rows of the others, shape (number of others,).
        bright: the list of bright pixels.
        pixel_m: ground size of a pixel along the row and along the column.
    """
    reach_px = MAX_LENGTH_M / pixel_m[1]
    level = np.flatnonzero(np.abs(rows_px - found.row_px) < reach_px).tolist()
    near = [others[k] for k in level if _apart_m(found, others[k], pixel_m) < MAX_LENGTH_M]
    if not near:
        return None
    close = [o for o in near if _apart_m(found, o, pixel_m) < _CLOSE_M]
    return _joined(found, near, bright, pixel_m, _SADDLE) or _joined(found, close, bright, pixel_m, _CLOSE_SADDLE)


def _joined(
    found: BrightObject, others: list[BrightObject], bright: Bright, pixel_m: tuple[float, float], saddle: float
) -> BrightObject | None:
    """The first of the others that is joined by pixels above this share of the object's peak."""
    reach = int(MAX_LENGTH_M / min(pixel_m)) + 1
    low, high = np.searchsorted(bright.rows_px, [found.row_px - reach, found.row_px + reach])
    index = np.arange(low, high)
    index = index[np.abs(bright.cols_px[index] - found.col_px) < reach]
    index = index[bright.level[index] >= saddle * found.peak]
    group = dict(zip(index.tolist(), groups(bright.rows_px[index], bright.cols_px[index], 1.5).tolist(), strict=True))
    return next((o for o in others if group.get(o.brightest) == group[found.brightest]), None)


def _apart_m(a: BrightObject, b: BrightObject, pixel_m: tuple[float, float]) -> float:
    return math.hypot((a.col_px - b.col_px) * pixel_m[0], (a.row_px - b.row_px) * pixel_m[1])
