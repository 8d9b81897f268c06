"""Edges of a hull in the image's own pixels, where these are finer than the grid that the network works on.

Towards water a pixel belongs to the hull by the share of the hull's brightness that it has over the water: that is how
much of it the hull covers, if deck and water are even. Since decks are not, their darker quarter is what counts.
Towards land, and inside, the network's word stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.detection.optical_grid import WORK_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RIM_M = 6.0  # so deep inside the network's outline nothing is changed
_SURE, _INSIDE = 0.8, 0.5  # of the network's probability
_LEAST_LEVEL = 0.15  # a hull that hardly outshines the water tells no edge by its brightness
_LEAST_PIXELS = 4
_DECK = 0.25  # quantile of a hull's brightness
_WATER = 0.02  # of the shore plane


def sharpened(
    weights: NDArray[np.float32], bands: NDArray[np.float32], shore: NDArray[np.float32], pixel_m: float
) -> NDArray[np.float32]:
    """Weights of a hull's pixels with edges as the image shows them.

    Args:
        weights: what the network says of the image's pixels, 0-1, shape (h, w).
        bands: the bands that the image has, above water, 1 is as usual on land; shape (bands, h, w).
        shore: shore plane, shape (h, w).
        pixel_m: ground size of a pixel, metres; above the grid's the weights stay as they are.
    """
    if pixel_m > WORK_M:
        return weights
    inside = weights >= _INSIDE
    sure = weights >= _SURE if np.count_nonzero(weights >= _SURE) >= _LEAST_PIXELS else inside
    if np.count_nonzero(sure) < _LEAST_PIXELS:
        return weights
    brightness = bands.mean(axis=0)
    level = float(np.quantile(brightness[sure], _DECK))
    if level < _LEAST_LEVEL:
        return weights
    depth = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1] * pixel_m
    rim = (weights > 0) & (depth <= _RIM_M) & (shore > _WATER)
    cover = np.clip(brightness / np.float32(level), 0, 1)
    return np.where(rim, cover, weights).astype(np.float32)
