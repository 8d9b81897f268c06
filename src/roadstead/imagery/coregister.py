"""How far two images of one place lie apart, to a fraction of a pixel, and one of them resampled to the other.

Both are cut into tiles; each tile that holds enough edges of land tells a shift by phase correlation, refined in a
small neighbourhood (Guizar-Sicairos, Thurman and Fienup 2008, Optics Letters 33, 156-158; `scikit-image`). Water moves
and ships come and go, so no single tile is believed: the shift is the median of the tiles, and how far they scatter
says how sure it is. Where too few tiles agree nothing is stated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from rasterio.enums import Resampling
from rasterio.warp import reproject
from scipy import ndimage
from skimage.registration import phase_cross_correlation

from roadstead.model import Pixels, RasterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILE_PX = 96
MOST_SHIFT_PX = 12.0
"""a tile that tells more than this was matched wrongly: products lie within some pixels of each other"""
LEAST_TILES = 6
"""fewer tiles that agree support no shift"""
AGREE_PX = 1.0
"""a tile agrees that lies within this of the median, in both directions"""
LEAST_SHARE = 0.5
"""of the tiles that must agree"""
LEAST_SIGMA_PX = 0.05
_SMOOTH_PX = 1.0
_FLAT_PX = 12.0
_EDGE_SHARE = 0.03  # of a tile's pixels that must be edges as strong as the image's strongest hundredth
_UPSAMPLE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Coregistration:
    """How far the second image's content lies from the first's, in pixels of the first."""

    row_px: float
    """positive: the second shows a place further down than its georeference says"""
    col_px: float
    """positive: further right"""
    sigma_px: float
    """one standard deviation of either"""
    tiles: int
    """that agree"""


def coregister(first: Pixels, second: Pixels) -> Coregistration:
    """Measure the shift between two images of one place.

    Args:
        first: one image; its grid counts. Shape (bands, height, width).
        second: the other, on any grid; the bands are compared as their mean.

    Raises:
        RasterError: the images do not overlap, or the pixels do not support any shift.
    """
    other = on_grid_of(first, second)
    both = first.valid & other.valid
    if not both.any():
        raise RasterError("the two images share no valid pixel; give images of one place")
    a, b = (_edges(p.values.mean(axis=0), both) for p in (first, other))
    shifts = _tile_shifts(a, b, both)
    if len(shifts) < LEAST_TILES:
        raise RasterError(
            f"only {len(shifts)} parts of the two images hold edges of land that can be compared, of at least "
            f"{LEAST_TILES}; their shift is not known"
        )
    middle = np.median(shifts, axis=0)
    agree = (np.abs(shifts - middle) <= AGREE_PX).all(axis=1)
    if agree.sum() < max(LEAST_TILES, LEAST_SHARE * len(shifts)):
        raise RasterError(
            f"only {agree.sum()} of {len(shifts)} parts of the two images agree on a shift within {AGREE_PX:g} px; "
            "their shift is not known"
        )
    kept = shifts[agree]
    row, col = np.median(kept, axis=0)
    # Of a median of n values; neighbouring tiles share half their pixels, so two count as one.
    spread = 1.4826 * np.median(np.abs(kept - (row, col)), axis=0).max()
    sigma = 1.253 * spread / math.sqrt(len(kept) / 2)
    return Coregistration(
        row_px=round(float(row), 3),
        col_px=round(float(col), 3),
        sigma_px=round(max(float(sigma), LEAST_SIGMA_PX), 3),
        tiles=int(agree.sum()),
    )


def on_grid_of(first: Pixels, second: Pixels, shift: Coregistration | None = None) -> Pixels:
    """The second image resampled to the first's grid, moved by a shift that was measured.

    Args:
        first: its grid counts.
        second: the image to resample (bilinear; a pixel is valid where all that it is made of is).
        shift: of `coregister`; None: as the georeference says.

    Raises:
        RasterError: one of the images has no georeference, or the grids differ without one.
    """
    unplaced = first.crs is None or second.crs is None
    if unplaced and (first.crs is not second.crs or first.valid.shape != second.valid.shape):
        raise RasterError("two images can be compared where both have a georeference, or neither and equal size")
    moved = first.transform
    if shift is not None:
        moved = moved @ Affine.translation(shift.col_px, shift.row_px)
    crs = first.crs or "EPSG:3857"
    height, width = first.valid.shape
    values = np.zeros((len(second.values), height, width), np.float32)
    weight = np.zeros((height, width), np.float32)
    grids = {
        "src_transform": second.transform,
        "src_crs": second.crs or crs,
        "dst_transform": moved,
        "dst_crs": crs,
        "resampling": Resampling.bilinear,
    }
    reproject(second.values, values, **grids)
    reproject(second.valid.astype(np.float32), weight, **grids)
    return replace(
        second,
        values=values,
        valid=weight > 0.999,
        transform=first.transform,
        crs=first.crs,
        row_off=first.row_off,
        col_off=first.col_off,
        cloud=None,
        cloud_basis="",
    )


def _edges(grey: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Strength of edges, 0-1, without what is invalid; brightness and slow changes play no part."""
    filled = np.where(valid, grey, np.median(grey[valid]))
    fine = ndimage.gaussian_filter(filled, _SMOOTH_PX) - ndimage.gaussian_filter(filled, _FLAT_PX)
    steep = ndimage.gaussian_gradient_magnitude(fine, _SMOOTH_PX)
    steep[~ndimage.binary_erosion(valid, iterations=4, border_value=0)] = 0
    top = float(np.quantile(steep[valid], 0.99))
    return np.asarray(np.clip(steep / max(top, 1e-6), 0, 1), np.float32)


def _tile_shifts(a: NDArray[np.float32], b: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(row, column) shifts of b against a from every tile with enough edges, shape (n, 2)."""
    height, width = a.shape
    side = min(TILE_PX, height, width)
    taper = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
    found = []
    for top in range(0, height - side + 1, max(side // 2, 1)):
        for left in range(0, width - side + 1, max(side // 2, 1)):
            cut = np.s_[top : top + side, left : left + side]
            if not valid[cut].all() or min((a[cut] > 0.5).mean(), (b[cut] > 0.5).mean()) < _EDGE_SHARE:
                continue
            # With its mean left in, the taper itself would be found again, at no shift.
            parts = [taper * (edges[cut] - edges[cut].mean()) for edges in (a, b)]
            moved = _moved(*parts)
            if np.abs(moved).max() <= MOST_SHIFT_PX:
                found.append(-moved)
    return np.array(found, np.float64).reshape(-1, 2)


def _moved(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """What b must be moved by to lie on a, (row, column)."""
    correlate: Any = phase_cross_correlation
    return np.asarray(correlate(a, b, upsample_factor=_UPSAMPLE, normalization=None)[0], np.float64)
