"""Land told from sea by the pixels alone, on the grid of blocks.

Land is bright against the darkest fifth of its surroundings, over an area that no ship and no group of ships at anchor
fills. Sea also changes its brightness, tenfold across a swath and by some decibels at a wind front; so moderate
brightness counts as land only where it is rougher than the sea is. Brightness is the mean of logarithms: one ship
of 40 dB in a block moves it by less than 3 dB. Low, dark land is not recognised, and dark water between quays is sea.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_dilation, binary_opening, distance_transform_edt, label, zoom

from roadstead.detection.sar_screen import ranked
from roadstead.detection.stated_sea import (
    LAND_BLOCK,
    SHORE_BLOCK,
    Agreement,
    agreement,
    doubts,
    stated_note,
    stated_share,
)
from roadstead.model import SeaKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.detection.sar_blocks import Form, Sums
    from roadstead.geo import GroundFrame
    from roadstead.model import Scene

_SURROUNDINGS_M = 10_000.0
_BRIGHT_DB, _VERY_BRIGHT_DB = 6.0, 10.0
_ROUGHER = 1.5
_LEAST_KM2 = 0.3
_COARSE_M, _SAMPLES = 2000.0, 5
"""spacing of the grid of dark levels, and values looked at along the reach of each"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandBlocks:
    """Land on the grid of blocks."""

    land: NDArray[np.bool_]
    """shape (block rows, block columns)"""
    coast: NDArray[np.bool_]
    """land, and sea within two blocks of it: partly covered blocks do not count as land"""
    notes: tuple[str, ...] = ()
    """what candidates are to be given along where land is stated"""
    doubts: tuple[str, ...] = ()
    """those of them that concern what is stated"""
    agreement: Agreement | None = None


def land_of(scene: Scene, form: Form, sums: Sums, frame: GroundFrame, pixel_m: tuple[float, float]) -> LandBlocks:
    """Land as the pixels show it, combined with what the scene's `sea` states (see `stated_sea`).

    Args:
        scene: a radar scene.
        form: size of image and blocks.
        sums: over those blocks.
        frame: of the image.
        pixel_m: ground size of a pixel along its row and along its column, metres.
    """
    log_mean = np.where(np.isfinite(sums.mean), sums.log_mean, np.float32(np.nan))
    shown = land_blocks(log_mean, sums.roughness, form.block_px * max(pixel_m))
    sea = scene.sea
    if sea is None or not frame.georeferenced:
        return LandBlocks(land=shown, coast=coastal_blocks(shown))
    share = stated_share(sea, frame, (form.height, form.width), form.block_px)
    seen = np.isfinite(log_mean)
    found = agreement(share > 0.5, shown, seen, (pixel_m[0] * form.block_px, pixel_m[1] * form.block_px), form.block_px)
    said = doubts(sea, found, form.block_px)
    # blocks are coarser than a coastline, and land as they show it closes narrow bays
    near = coastal_blocks(share > SHORE_BLOCK)
    new = shown & ~near if sea.kind is SeaKind.COASTLINE else np.zeros_like(shown)
    land = seen & ((share > LAND_BLOCK) | new)
    return LandBlocks(
        land=land,
        coast=near | coastal_blocks(land),
        notes=(stated_note(sea.words), *said),
        doubts=said,
        agreement=found,
    )


def land_blocks(
    log_mean_db: NDArray[np.float32], roughness_db: NDArray[np.float32], block_m: float
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
    if np.count_nonzero(land) * (block_m / 1000) ** 2 < _LEAST_KM2:
        return np.zeros_like(seen)
    # the cross of a very bright ship is one block wide: opened away, it neither counts nor links what it touches
    core = _large(_square(binary_opening, land), block_m)
    if not core.any():
        return core
    return np.asarray(binary_dilation(core, np.ones((3, 3)), iterations=2, mask=_square(binary_closing, land) & seen))


def _square(operation: Callable[..., NDArray[np.bool_]], land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A morphological operation with 3 x 3 blocks; land goes on beyond the edge of the data."""
    return operation(np.pad(land, 2, mode="edge"), np.ones((3, 3)))[2:-2, 2:-2]


def _large(land: NDArray[np.bool_], block_m: float) -> NDArray[np.bool_]:
    labels, count = label(land)
    large = np.bincount(labels.ravel(), minlength=count + 1) * (block_m / 1000) ** 2 >= _LEAST_KM2
    large[0] = False
    return np.asarray(large[labels])


def _dark_level(log_mean_db: NDArray[np.float32], block_m: float) -> NDArray[np.float32]:
    """The 20th percentile within 10 km, computed on a coarser grid and interpolated."""
    step = max(1, round(_COARSE_M / block_m))
    reach = max(1, int(_SURROUNDINGS_M / block_m))
    coarse = _percentiles(log_mean_db, step, reach, max(1, reach // _SAMPLES))
    coarse[np.isnan(coarse)] = np.nanmean(coarse)
    fine = np.asarray(zoom(coarse, step, order=1, mode="nearest", grid_mode=True), np.float32)
    return fine[: log_mean_db.shape[0], : log_mean_db.shape[1]]


@njit(cache=True)
def _percentiles(values: NDArray[np.float32], step: int, reach: int, stride: int) -> NDArray[np.float32]:
    """20th percentile of every `stride`-th finite value within reach, at every `step`-th place; NaN where none is."""
    height, width = values.shape
    out = np.full((-(-height // step), -(-width // step)), np.nan, np.float32)
    part = np.empty((2 * reach // stride + 1) ** 2, np.float32)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            n = 0
            for y in range(max(0, i * step - reach), min(height, i * step + reach), stride):
                for x in range(max(0, j * step - reach), min(width, j * step + reach), stride):
                    if not np.isnan(values[y, x]):
                        part[n] = values[y, x]
                        n += 1
            if n:
                out[i, j] = ranked(part, n, n // 5, n // 5)[0]
    return out


def coastal_blocks(land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Land, and sea within two blocks of it: partly covered blocks do not count as land."""
    return np.asarray(binary_dilation(land, np.ones((3, 3)), iterations=2)) if land.any() else land


def land_level(land: NDArray[np.bool_], log_mean_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Typical intensity of the nearest land block; 0 everywhere where there is no land."""
    if not land.any():
        return np.zeros(land.shape, np.float32)
    nearest = distance_transform_edt(~land, return_distances=False, return_indices=True)
    return np.asarray(np.float32(10) ** (log_mean_db[tuple(nearest)] / np.float32(10)))
