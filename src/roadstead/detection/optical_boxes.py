"""The box that the network gives for the ship at a pixel: how it is written in six numbers, and read again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BOX = 6
"""numbers of a box: from the pixel to the middle (rows, columns), length, beam, cosine and sine of twice the axis"""
_OFF_PX, _LENGTH_PX, _BEAM_PX = 32.0, 20.0, 5.0
_LARGEST = 4.0  # logarithm of length or beam over its unit
_QUARTER = np.array([1, -1, 1, 1, -1, -1], np.float32)  # signs by which a quarter turn is undone
Floats = NDArray[np.floating]
Numbers = NDArray[np.number]


class Boxes(NamedTuple):
    """Boxes in working pixels, each array of one shape; rows and columns count from the first pixel's middle."""

    row: Floats
    col: Floats
    length: Floats
    beam: Floats
    axis: Floats
    """angle of the axis from the columns' direction towards the rows', radians, 0 to pi"""


def written(boxes: Boxes, rows: Floats, cols: Floats) -> NDArray[np.float32]:
    """The six numbers of boxes as seen from pixels at rows and columns, shape (BOX, ...)."""
    numbers = [
        (boxes.row - rows) / _OFF_PX,
        (boxes.col - cols) / _OFF_PX,
        np.log(boxes.length / _LENGTH_PX),
        np.log(boxes.beam / _BEAM_PX),
        np.cos(2 * boxes.axis),
        np.sin(2 * boxes.axis),
    ]
    return np.stack(numbers).astype(np.float32)


def told(numbers: Floats, rows: Floats, cols: Floats, scale: float = 1.0) -> NDArray[np.float64]:
    """Middle, logarithms of length and beam, cosine and sine: numbers that may be averaged, shape (BOX, ...).

    Args:
        numbers: what the network says, shape (BOX, ...).
        rows: of the pixels that say it, working pixels.
        cols: likewise.
        scale: working pixels per pixel that the network saw.
    """
    out = np.array(numbers, np.float64)
    out[0] = rows + out[0] * _OFF_PX * scale
    out[1] = cols + out[1] * _OFF_PX * scale
    out[2] = np.clip(out[2], -_LARGEST, _LARGEST) + np.log(_LENGTH_PX * scale)
    out[3] = np.clip(out[3], -_LARGEST, _LARGEST) + np.log(_BEAM_PX * scale)
    return out


def turned(numbers: NDArray[np.float32], quarters: int) -> NDArray[np.float32]:
    """What the network said of an image turned by `numpy.rot90`, once its pixels are back in their places.

    Args:
        numbers: shape (BOX, h, w).
        quarters: how many quarter turns the image was given, 0-3.
    """
    for _ in range(quarters):
        numbers = numbers[[1, 0, 2, 3, 4, 5]] * _QUARTER[:, None, None]
    return numbers


def read(numbers: Floats) -> Boxes:
    """Boxes from (averaged) numbers of `told`, shape (BOX, ...)."""
    axis = 0.5 * np.arctan2(numbers[5], numbers[4]) % np.pi
    return Boxes(numbers[0], numbers[1], np.exp(numbers[2]), np.exp(numbers[3]), axis)


def along(box: Boxes, rows: Numbers | float, cols: Numbers | float) -> NDArray[np.float64]:
    """How far places lie ahead of a box's middle along its axis."""
    return np.asarray((cols - box.col) * np.cos(box.axis) + (rows - box.row) * np.sin(box.axis), np.float64)


def inside(box: Boxes, rows: Numbers, cols: Numbers, more_px: float = 0.0, share: float = 1.0) -> NDArray[np.bool_]:
    """Which places lie in one box, made longer and broader by `more_px` on every side or to a `share` of itself."""
    cos, sin = np.cos(box.axis), np.sin(box.axis)
    across = (rows - box.row) * cos - (cols - box.col) * sin
    ends = np.abs(along(box, rows, cols)) <= share * box.length / 2 + more_px
    return np.asarray(ends & (np.abs(across) <= share * box.beam / 2 + more_px))
