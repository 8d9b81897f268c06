"""Land told from sea by the pixels alone, on the grid of blocks.

Land is bright against the darkest fifth of its surroundings, over an area that no ship and no group of ships at anchor
fills. Sea also changes its brightness, tenfold across a swath and by some decibels at a wind front; so moderate
brightness counts as land only where it is rougher than the sea is. Brightness is the mean of logarithms: one ship
of 40 dB in a block moves it by less than 3 dB. Low, dark land is not recognised, and dark water between quays is sea.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import binary_closing, binary_dilation, binary_opening, distance_transform_edt, label, zoom

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_SURROUNDINGS_M = 10_000.0
_BRIGHT_DB, _VERY_BRIGHT_DB = 6.0, 10.0
_ROUGHER = 1.5
_LEAST_KM2 = 0.3


def land_blocks(
    log_mean_db: NDArray[np.float64], roughness_db: NDArray[np.float64], block_m: float
) -> NDArray[np.bool_]:
    """Which blocks are land.

    Args:
        log_mean_db: mean of the intensity in dB of each block, NaN without data, shape (block rows, block columns).
        roughness_db: standard deviation of dB in each block, same shape.
        block_m: side of a block, metres.
    """
    seen = np.isfinite(log_mean_db)
    if not seen.any():
        return seen
    above = log_mean_db - _dark_level(log_mean_db, block_m)
    rough = roughness_db > _ROUGHER * np.percentile(roughness_db[seen], 20)
    land = seen & ((above > _VERY_BRIGHT_DB) | ((above > _BRIGHT_DB) & rough))
    # the cross of a very bright ship is one block wide: opened away, it neither counts nor links what it touches
    core = _large(_square(binary_opening, land), block_m)
    return np.asarray(binary_dilation(core, np.ones((3, 3)), iterations=2, mask=_square(binary_closing, land) & seen))


def _square(operation: Callable[..., NDArray[np.bool_]], land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A morphological operation with 3 x 3 blocks; land goes on beyond the edge of the data."""
    return operation(np.pad(land, 2, mode="edge"), np.ones((3, 3)))[2:-2, 2:-2]


def _large(land: NDArray[np.bool_], block_m: float) -> NDArray[np.bool_]:
    labels, count = label(land)
    large = np.bincount(labels.ravel(), minlength=count + 1) * (block_m / 1000) ** 2 >= _LEAST_KM2
    large[0] = False
    return np.asarray(large[labels])


def _dark_level(log_mean_db: NDArray[np.float64], block_m: float) -> NDArray[np.float64]:
    """The 20th percentile within 10 km, computed on a coarser grid and interpolated."""
    step = max(1, round(1000 / block_m))
    rows, cols = (-(-n // step) for n in log_mean_db.shape)
    reach = int(_SURROUNDINGS_M / block_m)
    coarse = np.empty((rows, cols))
    for i in range(rows):
        for j in range(cols):
            y, x = i * step, j * step
            part = log_mean_db[max(0, y - reach) : y + reach : 2, max(0, x - reach) : x + reach : 2]
            part = part[np.isfinite(part)]
            coarse[i, j] = np.percentile(part, 20) if part.size else np.nan
    coarse = np.nan_to_num(coarse, nan=float(np.nanmean(coarse)))
    fine = np.asarray(zoom(coarse, step, order=1, mode="nearest", grid_mode=True))
    return fine[: log_mean_db.shape[0], : log_mean_db.shape[1]]


def coastal_blocks(land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Land, and sea within two blocks of it: partly covered blocks do not count as land."""
    return np.asarray(binary_dilation(land, np.ones((3, 3)), iterations=2))


def land_level(land: NDArray[np.bool_], log_mean_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Typical intensity of the nearest land block; 0 everywhere where there is no land."""
    if not land.any():
        return np.zeros(land.shape)
    nearest = distance_transform_edt(~land, return_distances=False, return_indices=True)
    return np.asarray(10 ** (log_mean_db[tuple(nearest)] / 10))
