"""Kernel of photographs: the walls of a ship, cell by cell, into a picture with depths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE, END = 1, 2
"""faces along the hull and across it"""


@njit(cache=True)
def draw_walls(  # noqa: PLR0917 - a compiled kernel takes its numbers one by one
    height_m: NDArray[np.float32],
    foot_m: NDArray[np.float32],
    spacing_m: tuple[float, float],
    bow: tuple[float, float],
    view: tuple[float, float, float, float, float],
    shape: tuple[int, int],
) -> tuple[NDArray[np.int32], NDArray[np.int8], NDArray[np.float32]]:
    """See each cell as an upright box through a pinhole.

    Args:
        height_m: height field, shape (rows from the bow, columns from port).
        foot_m: where each row's wall begins above the water (a raked bow overhangs), shape (rows,).
        spacing_m: size of a cell along and across.
        bow: unit vector of the bow in the camera's plane, to the right and away.
        view: focal length in pixels, distance of the ship's middle, height of the eye, column of the middle, row of
            the horizon.
        shape: of the picture.

    Returns:
        Index of the cell that each pixel shows (-1: none), which face of it, and the height above the water there.
    """
    focal, distance, eye, mid_col, horizon = view
    rows, cols = height_m.shape
    cell = np.full(shape, -1, np.int32)
    face = np.zeros(shape, np.int8)
    level = np.zeros(shape, np.float32)
    depth = np.full(shape, np.inf, np.float32)
    starboard = (bow[1], -bow[0])
    near_row = 1 if -bow[1] < 0 else -1
    near_col = 1 if starboard[1] < 0 else -1
    for i in range(rows):
        along = (i + 0.5 - rows / 2) * spacing_m[0]
        for j in range(cols):
            top = height_m[i, j]
            if top <= 0:
                continue
            across = (j + 0.5 - cols / 2) * spacing_m[1]
            x = -along * bow[0] + across * starboard[0]
            d = distance - along * bow[1] + across * starboard[1]
            half = 0.5 * (abs(bow[0]) * spacing_m[0] + abs(starboard[0]) * spacing_m[1])
            first = max(0, int(np.ceil(mid_col + focal * (x - half) / d - 0.5)))
            last = min(shape[1] - 1, int(np.floor(mid_col + focal * (x + half) / d - 0.5)))
            low = max(0, int(np.ceil(horizon + focal * (eye - top) / d - 0.5)))
            high = min(shape[0] - 1, int(np.floor(horizon + focal * (eye - foot_m[i]) / d - 0.5)))
            side = height_m[i, j + near_col] if 0 <= j + near_col < cols else 0.0
            end = height_m[i + near_row, j] if 0 <= i + near_row < rows else 0.0
            for col in range(first, last + 1):
                for row in range(low, high + 1):
                    if d < depth[row, col]:
                        z = eye - (row + 0.5 - horizon) * d / focal
                        depth[row, col] = d
                        cell[row, col] = i * cols + j
                        level[row, col] = z
                        face[row, col] = SIDE if side < z or side <= end else END
    return cell, face, level
