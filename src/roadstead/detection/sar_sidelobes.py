"""Sidelobes: crosses that very bright targets throw along range and azimuth.

A focused point target answers with a sinc along both axes; hamming weighting lowers the first lobes below -17 dB and
they fall off with distance (Cumming and Wong 2005, Digital Processing of SAR Data, ch. 2). A pixel is explained by
sidelobes when it lies on an axis of a brighter pixel and below that pixel's decaying envelope. Images on a map grid
are turned against the axes by the heading of the orbit, so the turn is estimated from the crosses themselves.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.sar_objects import Bright

REACH_M = 2500.0
_LEVEL = 10 ** (-1.2)
_SCALE_M = 50.0
_POWER = 1.7
_PARENT = 100.0
"""a parent is at least 20 dB above the sea"""
_TURN_DEG = 25
_CLEAR_DB = 1.0


def axes_turn_deg(
    smooth: NDArray[np.float32],
    parents: tuple[NDArray[np.int64], NDArray[np.int64]],
    sea: NDArray[np.float32],
    pixel_m: tuple[float, float],
) -> float:
    """Angle by which the cross axes are turned against rows and columns, degrees from east towards south.

    Args:
        smooth: intensity, shape (height, width).
        parents: rows and columns of the brightest targets, each shape (n,).
        sea: mean of the sea at each of them, shape (n,).
        pixel_m: ground size of a pixel along the row and along the column.

    Returns:
        The turn between -25 and 25 degrees where crosses are seen; 0 where none is.
    """
    if not len(sea):
        return 0.0
    turns = np.arange(-_TURN_DEG, _TURN_DEG + 0.5, 0.5)
    step = max(*pixel_m)
    distance = np.arange(max(6 * step, 150.0), max(30 * step, 600.0), step)
    profile = np.zeros(len(turns))
    for k, turn in enumerate(np.radians(turns)):
        for angle in (turn, turn + math.pi / 2, turn + math.pi, turn - math.pi / 2):
            dx, dy = distance * math.cos(angle) / pixel_m[0], distance * math.sin(angle) / pixel_m[1]
            at = [parents[0][:, None] + dy, parents[1][:, None] + dx]
            ratio = map_coordinates(smooth, at, order=1, mode="constant") / sea[:, None]
            profile[k] += np.clip(10 * np.log10(np.maximum(ratio, 0.5)), -3, 12).mean() / 4
    best = int(np.argmax(profile))
    return float(turns[best]) if profile[best] - np.median(profile) > _CLEAR_DB else 0.0


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
