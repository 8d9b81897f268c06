"""A photograph, or a strip of it, as planes for the network that tells a ship from what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLANES = ("red", "green", "blue", "seen", "above", "between")
CELL = 32
"""rows and columns come in multiples of this"""
_MOST = 3.0
_LEAST_SPREAD = 0.04
_ABOVE = (-0.3, 1.0)


def photo_planes(
    rgb: NDArray[np.float32],
    seen: NDArray[np.bool_],
    foot: NDArray[np.float64] | None = None,
    ends: tuple[float, float] | None = None,
) -> NDArray[np.float32]:
    """What the network sees: colours by the picture's own mean and spread, and what is known of the ship's place.

    Args:
        rgb: colours 0-1, shape (rows, columns, 3).
        seen: False outside the photograph, shape (rows, columns).
        foot: row of the ship's waterline in each column, where it is known.
        ends: columns of the ship's ends, known with it.

    Returns:
        In the order of `PLANES`, shape (6, rows, columns), both filled up to multiples of `CELL` with what is not seen.
    """
    rows, cols = seen.shape
    out = np.zeros((len(PLANES), rows + -rows % CELL, cols + -cols % CELL), np.float32)
    if seen.any():
        grey = rgb.mean(axis=-1)[seen]
        scaled = (rgb - grey.mean()) / (grey.std() + _LEAST_SPREAD)
        out[:3, :rows, :cols] = np.moveaxis(np.clip(scaled, -_MOST, _MOST), -1, 0) * seen
    out[3, :rows, :cols] = seen
    if foot is not None and ends is not None:
        above = (foot - np.arange(rows)[:, None] - 0.5) / (ends[1] - ends[0])
        out[4, :rows, :cols] = np.clip(above, *_ABOVE)
        out[5, :rows, max(round(ends[0]), 0) : round(ends[1])] = 1
    return out
