"""How far each pixel stands out from the water around it.

Background and noise come from medians over blocks of water (guarded: only water's surface counts, a few pixels off
anything else), interpolated between blocks. The distance is Mahalanobis' over the bands (Reed and Yu 1990, IEEE Trans.
ASSP 38, 1760-1770), with the noise correlation of the whole window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_BLOCK_M = 250.0
_BLOCK_PX = (16, 96)
_SAMPLES = 400  # per block; more do not sharpen a median that is interpolated anyway
_LEAST_SAMPLES = 12
_GUARD_PX = 2
_NOISE = 4.0  # sigmas; beyond them a pixel is not water's own noise
_RIDGE = 0.1  # added to the noise correlation, so that JPEG's correlated bands do not invent colour anomalies


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """What stands out from the water."""

    distance: NDArray[np.float32]
    """shape (height, width); Mahalanobis distance per square root of bands, about 1 on water"""
    lift: NDArray[np.float32]
    """shape (bands, height, width); brightness above the local water in its local sigmas"""
    amplitude: NDArray[np.float32]
    """shape (height, width); root mean square brightness above water over the bands, window-wide sigmas"""


def anomaly(bands: NDArray[np.float32], surface: NDArray[np.bool_], pixel_m: float) -> Anomaly | None:
    """Compare every pixel with the water around it; None where no water shows.

    Args:
        bands: shape (bands, height, width), file units.
        surface: shape (height, width); True where water's surface shows.
        pixel_m: ground size of a pixel, metres.
    """
    calm = ndimage.binary_erosion(surface, np.ones((3, 3), bool), iterations=_GUARD_PX, border_value=1)
    if calm.sum() < _LEAST_SAMPLES:
        calm = surface
    if calm.sum() < _LEAST_SAMPLES:
        return None
    block = int(np.clip(_BLOCK_M / pixel_m, *_BLOCK_PX))
    lift, raw = np.empty_like(bands), np.empty_like(bands)
    for k, band in enumerate(bands):
        middle, sigma = _background(band, calm, block)
        raw[k] = band - middle
        lift[k] = raw[k] / sigma
        raw[k] /= np.median(sigma)
    amplitude = np.sqrt(np.mean(np.square(np.clip(raw, 0, None)), axis=0))
    return Anomaly(distance=_mahalanobis(lift, calm), lift=lift, amplitude=amplitude)


def _background(
    band: NDArray[np.float32], calm: NDArray[np.bool_], block: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Local median and robust sigma of the water, each (height, width)."""
    step = max(1, int(block / np.sqrt(_SAMPLES)))
    thin = np.where(calm, band, np.nan)[::step, ::step]
    side = max(1, block // step)
    tiles = in_tiles(thin, side)
    count = np.isfinite(tiles).sum(axis=2)
    usable = count >= min(_LEAST_SAMPLES, int(count.max()))
    middle, sigma = np.zeros(count.shape), np.zeros(count.shape)
    middle[usable] = np.nanmedian(tiles[usable], axis=1)
    sigma[usable] = 1.4826 * np.nanmedian(np.abs(tiles[usable] - middle[usable][:, None]), axis=1)
    # whole numbers hide noise below half a step
    floor = max(0.3 * float(np.median(sigma[usable])), 0.5 if np.all(thin[np.isfinite(thin)] % 1 == 0) else 1e-6)
    fields = (spread(middle, usable), np.maximum(spread(sigma, usable), floor))
    return _enlarged(fields[0], band.shape, side * step), _enlarged(fields[1], band.shape, side * step)


def in_tiles(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """(tile rows, tile columns, side * side), padded with NaN."""
    rows, cols = (-(-n // side) for n in plane.shape)
    padded = np.full((rows * side, cols * side), np.nan, np.float32)
    padded[: plane.shape[0], : plane.shape[1]] = plane
    return padded.reshape(rows, side, cols, side).swapaxes(1, 2).reshape(rows, cols, side * side)


def spread(values: NDArray[np.float64], usable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Smooth over neighbouring blocks; blocks without water take the nearest block's value."""
    weight = ndimage.gaussian_filter(usable.astype(float), 1.0, mode="nearest")
    smooth = ndimage.gaussian_filter(np.where(usable, values, 0.0), 1.0, mode="nearest") / np.maximum(weight, 1e-9)
    nearest = ndimage.distance_transform_edt(~usable, return_distances=False, return_indices=True)
    return np.asarray(smooth[tuple(nearest)], np.float64)


def _enlarged(field: NDArray[np.float64], shape: tuple[int, ...], block: int) -> NDArray[np.float32]:
    """Linear interpolation of block values to pixels."""
    rows = (np.arange(shape[0]) + 0.5) / block - 0.5
    cols = (np.arange(shape[1]) + 0.5) / block - 0.5
    along = np.stack([np.interp(cols, np.arange(field.shape[1]), line) for line in field])
    low = np.clip(np.floor(rows).astype(int), 0, field.shape[0] - 1)
    high = np.minimum(low + 1, field.shape[0] - 1)
    share = np.clip(rows - low, 0, 1)[:, None]
    return np.asarray(along[low] * (1 - share) + along[high] * share, np.float32)


def _mahalanobis(lift: NDArray[np.float32], calm: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Distance over the bands with the calm water's correlation."""
    count = len(lift)
    sample = lift[:, calm][:, :: max(1, int(calm.sum()) // 50_000)]
    # a large ship where land and water were not told apart is no noise of the water, though it lies in its surface
    sample = sample[:, np.all(np.abs(sample) <= _NOISE, axis=0)]
    correlation = np.atleast_2d(np.cov(sample)) if sample.shape[1] > count else np.eye(count)
    whitener = np.linalg.cholesky(np.linalg.inv(correlation + _RIDGE * np.eye(count))).T.astype(np.float32)
    flat = whitener @ lift.reshape(count, -1)
    distance = np.sqrt(np.einsum("kn,kn->n", flat, flat) / count)
    return np.asarray(distance, np.float32).reshape(lift.shape[1:])
