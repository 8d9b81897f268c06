"""Sidelobes: crosses that very bright targets throw along range and azimuth.

A focused point target answers with a sinc along both axes; hamming weighting lowers the first lobes below -17 dB and
they fall off with distance (Cumming and Wong 2005, Digital Processing of SAR Data, ch. 2). A pixel is explained by
sidelobes when it lies on an axis of a brighter pixel and below that pixel's decaying envelope. Images on a map grid
are turned against the axes by the heading of the orbit, so the turn is estimated from the crosses themselves.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from roadstead.detection.sar_screen import scratch, smooth_window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roadstead.detection.sar_blocks import Form
    from roadstead.detection.sar_objects import Bright

REACH_M = 2500.0
_LEVEL = 10 ** (-1.2)
_SCALE_M = 50.0
_POWER = 1.7
_PARENT = 100.0
"""a parent is at least 20 dB above the sea"""
_TURNS = np.arange(-25.0, 25.5, 0.5)
"""angles that are tried, degrees"""
_CLEAR_DB = 1.0


class Cross(NamedTuple):
    """What lies around a very bright target, by the angle at which a cross would lie there."""

    row_px: int
    col_px: int
    contrast: float
    """its level over that of the sea"""
    profile_db: NDArray[np.float64]
    """mean level along the four arms over the sea, cut at -3 and 12 dB, for each angle of `_TURNS`"""


def cross_reach_px(pixel_m: tuple[float, float]) -> int:
    """Length of the longest arm in pixels."""
    return math.ceil(_arm_m(pixel_m)[1] / min(pixel_m)) + 2


def _arm_m(pixel_m: tuple[float, float]) -> tuple[float, float]:
    step = max(*pixel_m)
    return max(6 * step, 150.0), max(30 * step, 600.0)


def cross_of(  # noqa: PLR0917 - where in which raw values, and how to read them
    raw: NDArray[np.float32], raw_row: int, place: tuple[int, int], sea: float, form: Form, pixel_m: tuple[float, float]
) -> Cross:
    """Look along the arms of crosses at all angles around a target.

    Args:
        raw: raw values of some rows of the image, shape (rows, width).
        raw_row: row of the image that is first in `raw`.
        place: row and column of the target.
        sea: smoothed intensity of the sea around it.
        form: how to read the values.
        pixel_m: ground size of a pixel along the row and along the column.
    """
    reach = cross_reach_px(pixel_m)
    side = 2 * reach + 1
    smooth = smooth_window(
        raw, raw_row, (place[0] - reach, place[1] - reach), form, scratch(side, side, form.window_px)
    )
    distance_m = np.arange(*_arm_m(pixel_m), max(*pixel_m))
    profile = _along_arms(smooth, sea, np.radians(_TURNS), distance_m, pixel_m)
    return Cross(*place, float(smooth[reach, reach]) / sea, profile)


@njit(cache=True, nogil=True)
def _along_arms(
    smooth: NDArray[np.float32],
    sea: float,
    turns: NDArray[np.float64],
    distance_m: NDArray[np.float64],
    pixel_m: tuple[float, float],
) -> NDArray[np.float64]:
    out = np.zeros(len(turns))
    middle = len(smooth) // 2
    for k in range(len(turns)):
        for arm in range(4):
            angle = turns[k] + arm * math.pi / 2
            for d in distance_m:
                y, x = middle + d * math.sin(angle) / pixel_m[1], middle + d * math.cos(angle) / pixel_m[0]
                i, j = int(y), int(x)
                v, u = y - i, x - j
                above = (1 - u) * smooth[i, j] + u * smooth[i, j + 1]
                below = (1 - u) * smooth[i + 1, j] + u * smooth[i + 1, j + 1]
                level = ((1 - v) * above + v * below) / sea
                out[k] += min(max(10 * math.log10(max(level, 0.5)), -3.0), 12.0)
    return out / (4 * len(distance_m))


def axes_turn_deg(crosses: Sequence[Cross]) -> float:
    """Angle by which the cross axes are turned against rows and columns, degrees from east towards south.

    Args:
        crosses: surroundings of the brightest targets.

    Returns:
        The turn between -25 and 25 degrees where crosses are seen; 0 where none is.
    """
    if not crosses:
        return 0.0
    profile = np.mean([c.profile_db for c in crosses], axis=0)
    best = int(np.argmax(profile))
    return float(_TURNS[best]) if profile[best] - np.median(profile) > _CLEAR_DB else 0.0


@njit(cache=True)
def explained_by(
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    level: NDArray[np.float32],
    parents: NDArray[np.int64],
    shape: NDArray[np.float64],
) -> NDArray[np.int64]:
    """For each pixel the index of the brighter pixel whose sidelobe covers it, or -1.

    Args:
        rows: rows, ascending, shape (n,).
        cols: columns, shape (n,).
        level: intensity, shape (n,).
        parents: indices of those bright enough to have visible sidelobes.
        shape: (pixel width, pixel height, cosine and sine of the turn, reach, envelope level, scale, power), metres.
    """
    wide, high, cosine, sine, reach, top, scale, power = shape
    out = np.full(len(rows), -1, np.int64)
    best = np.zeros(len(rows))
    for k in parents:
        low = np.searchsorted(rows, rows[k] - int(reach / high))
        up = np.searchsorted(rows, rows[k] + int(reach / high) + 1)
        for n in range(low, up):
            x, y = (cols[n] - cols[k]) * wide, (rows[n] - rows[k]) * high
            u, v = abs(x * cosine + y * sine), abs(y * cosine - x * sine)
            along, off = max(u, v), min(u, v)
            if along > reach or off > 0.75 * max(wide, high) + 0.02 * along:
                continue
            envelope = level[k] * top / (1 + (along / scale) ** power)
            if level[n] < envelope and envelope > best[n]:
                best[n] = envelope
                out[n] = k
    return out


def sidelobe_parents(bright: Bright, pixel_m: tuple[float, float]) -> NDArray[np.int64]:
    """For each bright pixel the index of a brighter one whose sidelobes explain it, or -1, shape (n,).

    Args:
        bright: the list of bright pixels, those of land included.
        pixel_m: ground size of a pixel along the row and along the column.
    """
    turn = math.radians(bright.turn_deg)
    shape = np.array([*pixel_m, math.cos(turn), math.sin(turn), REACH_M, _LEVEL, _SCALE_M, _POWER])
    parents = np.flatnonzero(bright.contrast > _PARENT)
    parents = parents[_local_peak(bright, parents)]
    return np.asarray(explained_by(bright.rows_px, bright.cols_px, bright.level, parents, shape))


def _local_peak(bright: Bright, index: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of these pixels are not outshone by a direct neighbour among them by more than 3 dB."""
    if not len(index):
        return np.zeros(0, bool)
    pairs = cKDTree(np.column_stack([bright.rows_px[index], bright.cols_px[index]])).query_pairs(
        1.5, output_type="ndarray"
    )
    best = bright.level[index].copy()
    np.maximum.at(best, pairs[:, 0], bright.level[index[pairs[:, 1]]])
    np.maximum.at(best, pairs[:, 1], bright.level[index[pairs[:, 0]]])
    return np.asarray(bright.level[index] > 0.5 * best)
