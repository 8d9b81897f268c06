"""The place of a ship in what the network says of a picture: its ends and the line along which it meets the water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.identify.photo_values import Line

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_WIDTH = 0.12
"""of the picture, for a ship that is found without marks"""
_STRAIGHT = 0.012
"""scatter of a waterline, as a share of the ship's width, beyond which it is in doubt"""
_ALONE = 0.8
"""share of all that looks like ship that must lie in one piece"""
_ASTRAY = 0.33
"""share of the ship's area that may be expected to be misjudged"""
_NOTHING = 1.0
"""the same, beyond which there is no ship"""
_LEAST_ROWS = 2
_INNER = 0.06
"""of the width at either end that says nothing of the waterline: a raked bow, a stern that overhangs"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a ship lies, in the picture's own pixels."""

    waterline: Line | None
    """x, y of the ship's left and right end at the water; None where there is no ship"""
    doubt: str
    """why it is not sure; empty where it is"""


def place_of(odds: NDArray[np.float32]) -> Place:
    """The greatest piece of what is likelier ship than not.

    Args:
        odds: log odds of the ship, shape (rows, columns).
    """
    cols = odds.shape[1]
    pieces, count = ndimage.label(odds > 0)
    if not count:
        return Place(waterline=None, doubt="nothing in it looks like a ship")
    p = 1 / (1 + np.exp(-odds.astype(np.float64)))
    weight = ndimage.sum_labels(p, pieces, np.arange(1, count + 1))
    ship = pieces == int(weight.argmax()) + 1
    seen = np.flatnonzero(ship.sum(axis=0) >= _LEAST_ROWS)
    if not seen.size or seen[-1] + 1 - seen[0] < LEAST_WIDTH * cols:
        return Place(waterline=None, doubt="nothing in it looks like a ship that is wide enough to be compared")
    astray = float(np.minimum(p, 1 - p).sum()) / float(ship.sum())
    if astray > _NOTHING:
        return Place(waterline=None, doubt="nothing in it looks clearly like a ship")
    left, right = float(seen[0]), float(seen[-1] + 1)
    start, slope, scatter = _foot_line(ship, seen)
    line = (left, start + slope * left, right, start + slope * right)
    if weight.max() < _ALONE * weight.sum():
        return Place(waterline=line, doubt="other things in it look like a ship too")
    if astray > _ASTRAY:
        return Place(waterline=line, doubt="the ship could not be told clearly from what is around it")
    if scatter > _STRAIGHT * (right - left):
        return Place(waterline=line, doubt="what was taken for the ship's waterline is not straight")
    return Place(waterline=line, doubt="")


def _foot_line(ship: NDArray[np.bool_], seen: NDArray[np.int64]) -> tuple[float, float, float]:
    """Intercept and slope of the lower edge (middle of slopes between columns, Theil 1950), and its scatter."""
    trim = int(_INNER * len(seen))
    cols = seen[trim : len(seen) - trim]
    y = ship.shape[0] - ship[::-1, cols].argmax(axis=0).astype(np.float64)
    x, half = cols + 0.5, len(cols) // 2
    slope = float(np.median((y[-half:] - y[:half]) / (x[-half:] - x[:half])))
    start = float(np.median(y - slope * x))
    return start, slope, float(np.median(np.abs(y - start - slope * x)))
