"""Labelled images on the working grid, as training sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LAYERS = 10
"""layers of an example: five bands above water, two shore planes, hull, core, weight"""
SHIP = 6
"""numbers that describe a ship"""
SHORE, SHORE_VISIBLE, HULL, CORE, WEIGHT = 5, 6, 7, 8, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled image."""

    name: str
    place: str
    """images of one place stay together when folds are made"""
    layers: NDArray[np.float32]
    """shape (height, width, LAYERS) on the working grid. The bands are in units above the water
    (`detection.optical_planes`); the shore planes run from -1 inland to 1 at sea, once from all bands and once from
    visible ones; hull and core are 0-1; weight 0 marks what teaches nothing"""
    infrared: tuple[bool, bool]
    """whether near and short-wave infrared are there"""
    native_m: float
    """ground size of the image's own pixel, metres"""
    ships: NDArray[np.float32]
    """shape (n, SHIP): row and column of each ship's middle, length and beam, all in working pixels; the angle of its
    axis from the columns' direction towards the rows', radians; 1 where it lies alongside"""
    ids: NDArray[np.int16]
    """1 + the row in `ships` of the hull at a pixel, 0 elsewhere; shape (height, width)"""

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in working pixels."""
        return self.layers.shape[0], self.layers.shape[1]
