"""A stretch of a photograph along a ship, level, of a fixed number of columns from end to end.

The picture is sampled along its horizon (or, where that is not known, along the waterline), so roll is gone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

if TYPE_CHECKING:
    from roadstead.identify.photo_values import Line

WIDE = 400
"""columns of the strip across the ship"""
MARGIN = 72
"""columns beside it"""
HIGH, _LOW = 360, 24
"""rows above and below the level of the waterline's left end"""
SHAPE = (HIGH + _LOW, WIDE + 2 * MARGIN)
_SLACK, _LEAST_SLACK = 12, 2
"""columns by which the hull may reach beyond the ends of its waterline, and beyond ends that are marked"""
_UNLIKE_DEG = 6.0
"""a ship's waterline is never farther from level; a found horizon that is may be a shore that recedes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A stretch of a photograph, level, the waterline in it nearly flat."""

    rgb: NDArray[np.float32]
    """shape `SHAPE` and 3, rows from the top"""
    foot: NDArray[np.float64]
    """row of the waterline in each column"""
    first: int
    """first and last column that may hold the ship"""
    last: int
    seen: NDArray[np.bool_]
    """False outside the photograph; shape `SHAPE`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the strip lies in the reduced picture."""

    start: tuple[float, float]
    """x, y of the waterline's left end"""
    right: tuple[float, float]
    """unit vector along the level"""
    width: float
    """of the ship along the level"""
    rise: float
    """rows that the waterline falls from end to end, measured across the level, reduced pixels"""
    roll_deg: float

    def at(
        self, along: NDArray[np.float64], up: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x, y of places given as shares of the width along the level and above the left end's level."""
        a, u = along * self.width, up * self.width
        x = self.start[0] + a * self.right[0] + u * self.right[1]
        y = self.start[1] + a * self.right[1] - u * self.right[0]
        return x, y

    def pixels(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x, y of the middles of the strip's pixels, shape `SHAPE` each."""
        return self.at(along(_middles(SHAPE[1]))[None, :], up(_middles(SHAPE[0]))[:, None])

    def foot(self) -> NDArray[np.float64]:
        """Row of the waterline in each column of the strip."""
        rows = HIGH + along(_middles(SHAPE[1])) * self.rise / self.width * WIDE
        return np.clip(rows, 2, SHAPE[0] - 2)


def _middles(count: int) -> NDArray[np.float64]:
    return np.arange(count, dtype=np.float64) + 0.5


def along(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the width from the ship's left end at a column of the strip, counted from its left edge."""
    return (column - MARGIN) / WIDE


def up(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the width above the level of the waterline's left end at a row of the strip, from its upper edge."""
    return (HIGH - row) / WIDE


def angle_deg(line: Line) -> float:
    """Slope of a line from its left to its right end; positive falls to the right; up to 90."""
    dx, dy = line[2] - line[0], line[3] - line[1]
    return math.degrees(math.atan2(dy if dx >= 0 else -dy, abs(dx)))


def frame_of(water: Line, horizon: Line | None, *, marked: bool) -> Frame:
    """The frame of a ship with that waterline; the horizon gives the level if it was marked or is likely."""
    tilt = math.radians(angle_deg(water))
    if horizon is not None:
        level = math.radians(angle_deg(horizon))
        tilt = level if marked or abs(level - tilt) < math.radians(_UNLIKE_DEG) else tilt
    right = (math.cos(tilt), math.sin(tilt))
    dx, dy = water[2] - water[0], water[3] - water[1]
    return Frame(
        start=(water[0], water[1]),
        right=right,
        width=dx * right[0] + dy * right[1],
        rise=-dx * right[1] + dy * right[0],
        roll_deg=math.degrees(tilt),
    )


def strip_of(rgb: NDArray[np.float32], frame: Frame, *, free: bool) -> Strip:
    """Sample a picture along a frame.

    Args:
        rgb: colours 0-1, shape (rows, columns, 3).
        frame: of the ship.
        free: the ends of the ship are not marked.
    """
    x, y = frame.pixels()
    rows, cols = rgb.shape[:2]
    smooth = max(0.0, 0.35 * frame.width / WIDE)
    if smooth > 0.4:
        rgb = ndimage.gaussian_filter(rgb, (smooth, smooth, 0))
    sampled = [ndimage.map_coordinates(rgb[..., k], (y - 0.5, x - 0.5), order=1, mode="nearest") for k in range(3)]
    slack = _SLACK if free else _LEAST_SLACK
    return Strip(
        rgb=np.stack(sampled, axis=-1).astype(np.float32),
        foot=frame.foot(),
        first=MARGIN - slack,
        last=MARGIN + WIDE - 1 + slack,
        seen=(x >= 0) & (y >= 0) & (x <= cols) & (y <= rows),
    )
