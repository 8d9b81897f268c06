"""The shore plane: signed distance to the shore, for the network and for telling what lies alongside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.detection.optical_planes import SHORE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.water import WaterMask


def shore_plane(water: WaterMask, pixel_m: tuple[float, float]) -> NDArray[np.float32]:
    """Distance to the shore over `SHORE_M`: 1 far out, 0 at the shore, -1 far inland, shape (height, width).

    Args:
        water: the sea mask.
        pixel_m: ground size of a pixel along its row and along its column, metres.
    """
    out = np.clip(water.land_distance_m / SHORE_M, 0, 1)
    land = water.land_distance_m <= 0
    if land.any():
        inland = ndimage.distance_transform_edt(land, sampling=(pixel_m[1], pixel_m[0]))
        out -= np.clip(inland / SHORE_M, 0, 1)
    return np.asarray(out, np.float32)
