"""Cut-outs and 8-bit pictures for figures; for display only, nothing is measured in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from affine import Affine

from roadstead.imagery.bands import band, sar_db
from roadstead.model import BandRole, InputError, Modality, Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.model import Scene

_RGB = (BandRole.RED, BandRole.GREEN, BandRole.BLUE)
_LOW_PERCENT, _HIGH_PERCENT = 2, 98


def chip(pixels: Pixels, col_px: float, row_px: float, half_px: int) -> Pixels:
    """A square window of 2 x half_px + 1 pixels around a position; beyond the edge it is 0 and invalid.

    Args:
        pixels: the window to cut from.
        col_px: column of the middle in `pixels`.
        row_px: row of the middle in `pixels`.
        half_px: pixels on each side, at least 0.

    Raises:
        InputError: half_px is negative.
    """
    if half_px < 0:
        raise InputError(f"a cut-out of half size {half_px} pixels cannot be made; give 0 or more")
    side = 2 * half_px + 1
    left, top = int(np.floor(col_px)) - half_px, int(np.floor(row_px)) - half_px
    values = np.zeros((len(pixels.values), side, side), np.float32)
    valid = np.zeros((side, side), np.bool_)
    height, width = pixels.valid.shape
    r0, r1 = np.clip((top, top + side), 0, height)
    c0, c1 = np.clip((left, left + side), 0, width)
    values[:, r0 - top : r1 - top, c0 - left : c1 - left] = pixels.values[:, r0:r1, c0:c1]
    valid[r0 - top : r1 - top, c0 - left : c1 - left] = pixels.valid[r0:r1, c0:c1]
    return Pixels(
        values=values,
        valid=valid,
        transform=pixels.transform @ Affine.translation(left, top),
        crs=pixels.crs,
        row_off=pixels.row_off + top,
        col_off=pixels.col_off + left,
    )


def stretch(pixels: Pixels, scene: Scene) -> NDArray[np.uint8]:
    """An 8-bit picture: RGB (height, width, 3) where the scene has those bands, else grey (height, width).

    Each band is stretched from the 2nd to the 98th percentile of its valid pixels; invalid pixels are 0. Radar of
    known unit is shown in decibels. For display only.
    """
    if set(_RGB) <= set(scene.bands) and len(scene.bands) == len(pixels.values):
        return np.stack([_stretched(band(pixels, scene, role), pixels.valid) for role in _RGB], axis=-1)
    if scene.modality is Modality.SAR and scene.sar_unit is not None:
        return _stretched(sar_db(pixels, scene), pixels.valid)
    return _stretched(pixels.values[0], pixels.valid)


def _stretched(values: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    if not valid.any():
        return np.zeros(values.shape, np.uint8)
    low, high = np.percentile(values[valid].astype(np.float64), (_LOW_PERCENT, _HIGH_PERCENT))
    scaled = (values - low) * (255 / (high - low)) if high > low else np.full(values.shape, 127.0)
    return np.where(valid, np.clip(np.rint(scaled), 0, 255), 0).astype(np.uint8)
