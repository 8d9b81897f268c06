"""The sea around every pixel: local mean, and the threshold that a K-distributed sea rarely passes.

Everything here works on sums over blocks of about 150 m, an array some hundred times smaller than the image.

A ship must not raise its own background. A first mean is the median of the blocks around a cell; pixels far above it
are then left out of the sums, and the mean is taken again from the blocks near by, which follows wind fronts better.
Variance is taken about each block's own local mean, so that a slope of the mean is not mistaken for spikiness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, uniform_filter

from roadstead.detection.sar_blocks import MIN_FILL
from roadstead.detection.sar_quantiles import LISTED_RATE, threshold_factor
from roadstead.detection.sar_screen import CELL, MIN_BLOCKS, Levels, cell_levels

if TYPE_CHECKING:
    from roadstead.detection.sar_scan import Scanned

_RING_BLOCKS, _NEAR_BLOCKS = 7, 2
_LANDLESS = np.float32(2)  # beside land, blocks this many times as bright as the sea around hold some of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Mean and spread of the sea on the grid of blocks; where there is none near, those of the nearest sea."""

    block_px: int
    known: NDArray[np.bool_]
    """where there is sea near, shape (block rows, block columns)"""
    mean: NDArray[np.float32]
    """mean of the smoothed intensity, same shape"""
    factor: NDArray[np.float32]
    """threshold over mean at the false-alarm rate, same shape"""
    listed: NDArray[np.float32]
    """level over mean that one sea pixel in 300 passes, same shape; denser lists would run together"""

    def at(
        self, grid: NDArray[np.float32], rows_px: NDArray[np.integer], cols_px: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """Values of a grid of blocks at pixels, interpolated between the middles of blocks, shape (n,)."""
        return np.asarray(_interpolated(grid, rows_px, cols_px, self.block_px))


@njit(cache=True)
def _interpolated(
    grid: NDArray[np.float32], rows_px: NDArray[np.integer], cols_px: NDArray[np.integer], block_px: int
) -> NDArray[np.float32]:
    out = np.empty(len(rows_px), np.float32)
    height, width = grid.shape
    for k in range(len(rows_px)):
        y = min(max((rows_px[k] + 0.5) / block_px - 0.5, 0.0), height - 1.0)
        x = min(max((cols_px[k] + 0.5) / block_px - 0.5, 0.0), width - 1.0)
        i, j = min(int(y), max(height - 2, 0)), min(int(x), max(width - 2, 0))
        v, u = y - i, x - j
        i2, j2 = min(i + 1, height - 1), min(j + 1, width - 1)
        out[k] = (1 - v) * ((1 - u) * grid[i, j] + u * grid[i, j2]) + v * ((1 - u) * grid[i2, j] + u * grid[i2, j2])
    return out


def background(
    scanned: Scanned, land: NDArray[np.bool_], coast: NDArray[np.bool_], false_alarm_rate: float
) -> Background | None:
    """Local mean of the sea and the threshold factor; None where there is no sea.

    Args:
        scanned: sums over blocks.
        land: True on land, on the grid of blocks.
        coast: True there and on sea blocks beside it, which may hold a strip of land.
        false_alarm_rate: share of sea pixels allowed above the threshold.
    """
    sums, block_px = scanned.sums, scanned.form.block_px
    fewest = np.float32(MIN_FILL * block_px**2)
    usable = np.isfinite(sums.mean) & ~land
    first = _first_mean(scanned, usable)
    counts = usable & (sums.counted >= fewest) & ~(coast & (sums.total > _LANDLESS * first * sums.counted))
    count, total, squares = (np.where(counts, s, np.float32(0)) for s in (sums.counted, sums.total, sums.squares))
    near = _box(count, _NEAR_BLOCKS)
    mean = np.where(near > fewest, _box(total, _NEAR_BLOCKS) / np.maximum(near, 1), first)
    known = np.isfinite(first)
    if not known.any():
        return None
    scale = np.where(known, np.maximum(mean, np.float32(1e-12)), np.float32(1))
    deviation = np.maximum(squares / scale**2 - 2 * total / scale + count, 0)
    cv2 = np.asarray(_box(deviation, _RING_BLOCKS) / np.maximum(_box(count, _RING_BLOCKS), 1), np.float32)
    factor, listed = threshold_factor(cv2, false_alarm_rate), threshold_factor(cv2, LISTED_RATE)
    grids = [np.asarray(g, np.float32) for g in (scale, factor, listed)]
    if not known.all():
        nearest = tuple(distance_transform_edt(~known, return_distances=False, return_indices=True))
        grids = [g[nearest] for g in grids]
    return Background(block_px=block_px, known=known, mean=grids[0], factor=grids[1], listed=grids[2])


def _first_mean(scanned: Scanned, usable: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Median of the usable blocks around each cell, on the grid of blocks; NaN where there are too few."""
    sums, middle = scanned.sums, scanned.levels.middle
    if (usable != np.isfinite(sums.mean)).any():
        mean = np.where(usable, sums.mean, np.float32(np.nan))
        levels = Levels(*(np.full_like(middle, np.nan) for _ in range(3)))
        cell_levels(mean, mean, (0, len(middle)), MIN_BLOCKS, levels)
        middle = levels.middle
    height, width = usable.shape
    return np.repeat(np.repeat(middle, CELL, 0), CELL, 1)[:height, :width]


def _box(a: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Sums over squares of blocks."""
    side = 2 * reach + 1
    return np.asarray(uniform_filter(a, side, mode="constant") * np.float32(side**2))
