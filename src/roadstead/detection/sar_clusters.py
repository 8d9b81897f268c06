"""Pixels above the threshold, grouped into what may be one object each.

Only the listed pixels are handled, never a labelled image, so lists of several strips can be joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)
def bright_pixels(
    smooth: NDArray[np.float32], valid: NDArray[np.bool_], limit: NDArray[np.float32], block_px: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of valid pixels above the limit, in row order.

    Args:
        smooth: smoothed intensity, shape (height, width).
        valid: True where the pixel holds data, same shape.
        limit: limit at the middle of each block, interpolated between them; NaN: no pixel of the block is listed.
        block_px: side of a block.
    """
    height, width = smooth.shape
    floor = _lowest_near(limit)
    rows, cols = [0][:0], [0][:0]
    for row in range(height):
        for col in range(width):
            value = smooth[row, col]
            # the interpolated limit is never below the lowest block's around, and most pixels are far below that
            if value > floor[row // block_px, col // block_px] and valid[row, col]:
                y, x = (row + 0.5) / block_px - 0.5, (col + 0.5) / block_px - 0.5
                if value > _interpolated(limit, y, x):
                    rows.append(row)
                    cols.append(col)
    return np.array(rows, np.int64), np.array(cols, np.int64)


@njit(cache=True)
def _lowest_near(limit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lowest limit among each block and its neighbours; infinite where the block has none."""
    out = np.full(limit.shape, np.inf, np.float32)
    for i in range(limit.shape[0]):
        for j in range(limit.shape[1]):
            if not np.isnan(limit[i, j]):
                out[i, j] = np.nanmin(limit[max(0, i - 1) : i + 2, max(0, j - 1) : j + 2])
    return out


@njit(cache=True)
def _interpolated(grid: NDArray[np.float32], y: float, x: float) -> float:
    """Bilinear interpolation that leaves out blocks without a value."""
    i, j = int(np.floor(y)), int(np.floor(x))
    total, weight = 0.0, 0.0
    for k in range(4):
        di, dj = k // 2, k % 2
        value = grid[min(max(i + di, 0), grid.shape[0] - 1), min(max(j + dj, 0), grid.shape[1] - 1)]
        part = (y - i if di else 1 - y + i) * (x - j if dj else 1 - x + j)
        if not np.isnan(value):
            total += part * value
            weight += part
    return total / weight if weight > 0 else np.inf


def groups(rows_px: NDArray[np.int64], cols_px: NDArray[np.int64], reach_px: float) -> NDArray[np.int64]:
    """Group number of each pixel; pixels not farther apart than `reach_px` belong together, shape (n,)."""
    n = len(rows_px)
    if n == 0:
        return np.zeros(0, np.int64)
    pairs = cKDTree(np.column_stack([rows_px, cols_px])).query_pairs(reach_px, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def members(group: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Indices of each group's pixels, in order of the group number."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(group) else []
