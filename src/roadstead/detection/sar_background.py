"""The sea around every pixel: block statistics, local mean, and the threshold that a K-distributed sea rarely passes.

The image is cut into blocks of about 150 m. From each block the sums of pixels and of their squares are kept, so
that everything after the one pass over the pixels works on an array some hundred times smaller, and strips of a
large image could be added one after another.

A ship must not raise its own background. A first mean is the median of a wide ring of blocks around a guard; pixels
far above it are then left out of the sums, and the mean is taken again from the blocks near by, which follows wind
fronts better than a wide ring does. Variance is taken about each block's own local mean, so that a slope of the mean
is not mistaken for spikiness.

Sea clutter is K-distributed: gamma speckle on a gamma texture (Ward, Tough, Watts 2013, Sea Clutter, ch. 4; Crisp
2004, DSTO-RR-0272, sec. 5). Mean and variance do not tell speckle from texture; the even split of the variance has
the heaviest tail of all splits, so the stated false-alarm rate is an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates, uniform_filter
from scipy.special import gammaincc

GUARD_BLOCKS, RING_BLOCKS, NEAR_BLOCKS = 2, 7, 2
MIN_FILL = 0.2
"""a block counts when at least this share of its pixels is usable"""
MIN_BLOCKS = 6
"""fewer usable blocks than this make no background"""
_CENSOR = 4.0
_LISTED_RATE = 1 / 300
_CV2_BOUNDS = (0.01, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Mean and spread of the sea on the grid of blocks; NaN where there is no sea near."""

    block_px: int
    mean: NDArray[np.float32]
    """mean of the smoothed intensity, shape (block rows, block columns)"""
    factor: NDArray[np.float32]
    """threshold over mean at the false-alarm rate, same shape"""
    listed: NDArray[np.float32]
    """level over mean that one sea pixel in 300 passes, same shape; denser lists would run together"""

    def mean_at(self, rows_px: NDArray[np.int64], cols_px: NDArray[np.int64]) -> NDArray[np.float32]:
        """Mean of the sea at pixels, interpolated between blocks, shape (n,)."""
        return self._at(self.mean, rows_px, cols_px)

    def factor_at(self, rows_px: NDArray[np.int64], cols_px: NDArray[np.int64]) -> NDArray[np.float32]:
        """Threshold over mean at pixels, interpolated between blocks, shape (n,)."""
        return self._at(self.factor, rows_px, cols_px)

    def nearest_mean(self) -> NDArray[np.float32]:
        """Mean of the sea where there is sea, of the nearest sea elsewhere, on the grid of blocks."""
        return self._filled(self.mean)

    def _filled(self, grid: NDArray[np.float32]) -> NDArray[np.float32]:
        known = np.isfinite(self.mean)
        nearest = distance_transform_edt(~known, return_distances=False, return_indices=True)
        return np.asarray(grid[tuple(nearest)], np.float32)

    def _at(
        self, grid: NDArray[np.float32], rows_px: NDArray[np.int64], cols_px: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        at = (np.vstack([rows_px, cols_px]) + 0.5) / self.block_px - 0.5
        return np.asarray(map_coordinates(self._filled(grid), at, order=1, mode="nearest"), np.float32)


def smoothed(intensity: NDArray[np.float32], valid: NDArray[np.bool_], window_px: int) -> NDArray[np.float32]:
    """Mean intensity of the valid pixels in a square window, shape of the input; 0 where not valid."""
    if window_px == 1:
        return np.where(valid, intensity, np.float32(0))
    total = uniform_filter(np.where(valid, intensity, np.float32(0)), window_px, mode="constant")
    if not valid.all():
        share = uniform_filter(valid.astype(np.float32), window_px, mode="constant")
        total /= np.maximum(share, np.float32(1e-3))
    return np.where(valid, total, np.float32(0))


@njit(cache=True)
def block_sums(
    smooth: NDArray[np.float32], valid: NDArray[np.bool_], block_px: int, limit: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Sums over the valid pixels of each block that are not above the block's limit.

    Returns:
        Number, sum, sum of squares, sum of dB, sum of squared dB; shape (5, block rows, block columns).
    """
    height, width = smooth.shape
    out = np.zeros((5, limit.shape[0], limit.shape[1]))
    for row in range(height):
        i = row // block_px
        for col in range(width):
            j = col // block_px
            value = smooth[row, col]
            if valid[row, col] and value <= limit[i, j]:
                out[0, i, j] += 1
                out[1, i, j] += value
                out[2, i, j] += value * value
                value_db = 10 * np.log10(max(value, np.float32(1e-12)))
                out[3, i, j] += value_db
                out[4, i, j] += value_db * value_db
    return out


@njit(cache=True)
def ring_median(values: NDArray[np.float32], guard: int, reach: int, fewest: int) -> NDArray[np.float32]:
    """Median of the finite values in the square ring around each block, NaN where fewer than `fewest`."""
    height, width = values.shape
    out = np.full((height, width), np.nan, np.float32)
    buffer = np.empty((2 * reach + 1) ** 2, np.float32)
    for i in range(height):
        for j in range(width):
            n = 0
            for y in range(max(0, i - reach), min(height, i + reach + 1)):
                for x in range(max(0, j - reach), min(width, j + reach + 1)):
                    far = abs(y - i) > guard or abs(x - j) > guard
                    if far and not np.isnan(values[y, x]):
                        buffer[n] = values[y, x]
                        n += 1
            if n >= fewest:
                out[i, j] = np.median(buffer[:n])
    return out


def block_mean(sums: NDArray[np.float64], block_px: int) -> NDArray[np.float32]:
    """Mean of each block, NaN where too few of its pixels are usable."""
    enough = sums[0] >= MIN_FILL * block_px**2
    return np.where(enough, sums[1] / np.maximum(sums[0], 1), np.nan).astype(np.float32)


def _box(a: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    return np.asarray(uniform_filter(a, 2 * reach + 1, mode="constant") * (2 * reach + 1) ** 2)


def background(
    smooth: NDArray[np.float32],
    valid: NDArray[np.bool_],
    sea_mean: NDArray[np.float32],
    block_px: int,
    false_alarm_rate: float,
) -> Background:
    """Local mean of the sea and the threshold factor.

    Args:
        smooth: smoothed intensity, shape (height, width).
        valid: True where the pixel holds data, same shape.
        sea_mean: mean of each sea block, NaN on land and outside the data, shape (block rows, block columns).
        block_px: side of a block.
        false_alarm_rate: share of sea pixels allowed above the threshold.
    """
    first = ring_median(sea_mean, GUARD_BLOCKS, RING_BLOCKS, MIN_BLOCKS)
    sums = block_sums(smooth, valid, block_px, np.nan_to_num(first * np.float32(_CENSOR), nan=-1.0))
    usable = np.isfinite(sea_mean) & (sums[0] >= MIN_FILL * block_px**2)
    count, total, squares = (np.where(usable, s, 0.0) for s in sums[:3])
    near = _box(count, NEAR_BLOCKS)
    mean = np.where(near > MIN_FILL * block_px**2, _box(total, NEAR_BLOCKS) / np.maximum(near, 1), first)
    mean = np.where(np.isfinite(first), np.maximum(mean, 1e-12), np.nan)
    scale = np.nan_to_num(mean, nan=1.0)
    deviation = np.maximum(squares / scale**2 - 2 * total / scale + count, 0)
    cv2 = _box(deviation, RING_BLOCKS) / np.maximum(_box(count, RING_BLOCKS), 1)
    return Background(
        block_px=block_px,
        mean=mean.astype(np.float32),
        factor=threshold_factor(cv2, false_alarm_rate).astype(np.float32),
        listed=threshold_factor(cv2, _LISTED_RATE).astype(np.float32),
    )


def threshold_factor(cv2: NDArray[np.float64], false_alarm_rate: float) -> NDArray[np.float64]:
    """Quantile of a unit-mean K distribution with this squared coefficient of variation."""
    grid, quantiles = _quantiles(false_alarm_rate)
    return np.interp(np.clip(cv2, *_CV2_BOUNDS), grid, quantiles)


@cache
def _quantiles(false_alarm_rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    grid = np.geomspace(*_CV2_BOUNDS, 60)
    return grid, np.array([_quantile(1 / (np.sqrt(1 + v) - 1), false_alarm_rate) for v in grid])


def _quantile(shape: float, false_alarm_rate: float) -> float:
    """Where the tail of a product of two unit-mean gamma variables of this shape falls to the rate."""
    x = np.geomspace(1.0, 400.0, 400)
    # texture integrated on a logarithmic grid: the far tail is carried by textures that quadrature rules miss
    t = np.geomspace(1e-3, 60.0, 600)
    log_pdf = shape * np.log(t) - shape * t
    weight = np.exp(log_pdf - log_pdf.max())
    weight /= weight.sum()
    tail = gammaincc(shape, shape * x[:, None] / t) @ weight
    return float(np.exp(np.interp(-np.log(false_alarm_rate), -np.log(np.maximum(tail, 1e-300)), np.log(x))))
