"""The water's own brightness around every pixel, of one band.

Medians over blocks of water (guarded: only water's surface counts, a few pixels off anything else), smoothed over
neighbouring blocks and interpolated between them; blocks without water take the nearest block's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage

_BLOCK_M = 500.0
_BLOCK_PX = (16, 192)
_SAMPLES = 400  # per block; more do not sharpen a median that is interpolated anyway
_LEAST_SAMPLES = 12
_GUARD_PX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Local median of the water over a window, and its noise."""

    middle: NDArray[np.float32]
    """shape (block rows, block columns), file units"""
    block_px: int
    sigma: float
    """robust, median over the blocks, file units; above 0"""

    def window(self, rows: tuple[int, int], cols: tuple[int, int], step: int = 1) -> NDArray[np.float32]:
        """The water's brightness on a range of rows and columns, each `step`-th pixel."""
        down, across = self._places(rows, cols, step)
        return _between(_between(self.middle, down).T, across).T

    def _places(self, rows: tuple[int, int], cols: tuple[int, int], step: int = 1) -> list[NDArray[np.float64]]:
        return [(np.arange(first, end, step) + 0.5) / self.block_px - 0.5 for first, end in (rows, cols)]

    def above(
        self, band: NDArray[np.float32], rows: tuple[int, int], cols: tuple[int, int], scale: float
    ) -> NDArray[np.float32]:
        """What a band has above the water on a range of rows and columns, in units of a scale, shape (h, w)."""
        down, across = self._places(rows, cols)
        return _above(
            band,
            (rows[0], cols[0]),
            _between(self.middle, down),
            _shares(self.middle.shape[1], across),
            np.float32(scale),
        )


def background(band: NDArray[np.float32], surface: NDArray[np.bool_], pixel_m: float) -> Background:
    """Learn the water of one band.

    Args:
        band: shape (height, width), file units.
        surface: shape (height, width); True where calm water shows (`calm`); where it nowhere does, everything counts.
        pixel_m: ground size of a pixel, metres.
    """
    block = int(np.clip(_BLOCK_M / pixel_m, *_BLOCK_PX))
    step = max(1, int(block / np.sqrt(_SAMPLES)))
    thin = np.where(surface[::step, ::step], band[::step, ::step], np.float32(np.nan))
    if np.isfinite(thin).sum() < _LEAST_SAMPLES:
        thin = band[::step, ::step]
    side = max(1, block // step)
    tiles = _in_tiles(thin, side)
    count = np.isfinite(tiles).sum(axis=2)
    usable = count >= min(_LEAST_SAMPLES, int(count.max()))
    middle, sigma = np.zeros(count.shape), np.zeros(count.shape)
    middle[usable] = _medians(tiles[usable])
    sigma[usable] = 1.4826 * _medians(np.abs(tiles[usable] - middle[usable][:, None].astype(np.float32)))
    # whole numbers hide noise below half a step
    floor = 0.5 if np.all(thin[np.isfinite(thin)] % 1 == 0) else 1e-6
    return Background(
        middle=_spread(middle, usable).astype(np.float32),
        block_px=side * step,
        sigma=max(float(np.median(sigma[usable])), floor),
    )


def calm(surface: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Surface a few pixels off anything else, shape (height, width), unless too little would be left."""
    if surface.all():
        return surface
    off = ndimage.binary_erosion(surface, np.ones((3, 3), bool), iterations=_GUARD_PX, border_value=1)
    return np.asarray(off if np.count_nonzero(off) >= 0.02 * np.count_nonzero(surface) else surface, bool)


def _medians(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Median of each row without its NaN, several times as fast as numpy's; every row holds a number."""
    ordered, count = np.sort(rows, axis=1), np.isfinite(rows).sum(axis=1)
    low, high = (np.take_along_axis(ordered, at[:, None], 1)[:, 0] for at in ((count - 1) // 2, count // 2))
    return (low.astype(np.float64) + high) / 2


def _between(lines: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Linear interpolation between lines, shape (places, n); the ends stand beyond themselves."""
    low, high, share = _shares(len(lines), places)
    share = share[:, None]
    return np.asarray(lines[low] * (1 - share) + lines[high] * share, np.float32)


def _shares(
    count: int, places: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """The lines on either side of places between so many, and the share of the second."""
    last = count - 1
    inside = np.clip(places, 0, last)
    low = np.minimum(inside.astype(np.int64), max(last - 1, 0))
    return low, np.minimum(low + 1, last), (inside - low).astype(np.float32)


@njit(cache=True, nogil=True)
def _above(
    band: NDArray[np.float32],
    first: tuple[int, int],
    lines: NDArray[np.float32],
    between: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]],
    scale: np.float32,
) -> NDArray[np.float32]:
    """The same as interpolating lines of shape (h, n) as `_between` does, in one pass over pixels of the band.

    The band is given whole, with the first row and column: a part of it is another type to numba, compiled anew.
    """
    low, high, share = between
    height, width = len(lines), len(share)
    out = np.empty((height, width), np.float32)
    one = np.float32(1)
    for row in range(height):
        for col in range(width):
            water = lines[row, low[col]] * (one - share[col]) + lines[row, high[col]] * share[col]
            out[row, col] = (band[first[0] + row, first[1] + col] - water) / scale
    return out


def _in_tiles(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """(tile rows, tile columns, side * side), padded with NaN."""
    rows, cols = (-(-n // side) for n in plane.shape)
    padded = np.full((rows * side, cols * side), np.nan, np.float32)
    padded[: plane.shape[0], : plane.shape[1]] = plane
    return padded.reshape(rows, side, cols, side).swapaxes(1, 2).reshape(rows, cols, side * side)


def _spread(values: NDArray[np.float64], usable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Smooth over neighbouring blocks; blocks without water take the nearest block's value."""
    weight = ndimage.gaussian_filter(usable.astype(float), 1.0, mode="nearest")
    smooth = ndimage.gaussian_filter(np.where(usable, values, 0.0), 1.0, mode="nearest") / np.maximum(weight, 1e-9)
    nearest = ndimage.distance_transform_edt(~usable, return_distances=False, return_indices=True)
    return np.asarray(smooth[tuple(nearest)], np.float64)
