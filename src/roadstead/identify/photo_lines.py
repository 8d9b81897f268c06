"""Finding the horizon, and without marks the ship, in a photograph.

The horizon or far shore is the straight line along which the colour changes most alike over the picture's width: a
Hough transform (Duda and Hart 1972, CACM 15, 11-15) of vector steps of colour, averaged over parts of the width so that
waves and leaves cancel. The ship is where the network sees one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.identify.photo_planes import photo_planes
from roadstead.identify.photo_ship import place_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.photo_network import OutlineNetwork
    from roadstead.identify.photo_ship import Place
    from roadstead.identify.photo_values import Line

WORK_PX = 480
"""columns in which lines and ships are looked for"""
_MOST_TILT = 0.09
"""steepest horizon: 5 degrees"""
_PARTS = 32
"""of the width, over each of which a change of colour is averaged"""
_OUTER = 2
"""parts at either edge of the picture, where no ship is expected"""
_FULL = 0.12
"""change of colour, 0-1, at which a part counts fully"""
_LEAST_SCORE = 0.05
"""weakest horizon that is believed, in changes of colour"""


def find_horizon(rgb: NDArray[np.float32]) -> Line | None:
    """The sea's edge, x, y at the picture's left and right edge; None where no straight line carries it.

    Args:
        rgb: colours 0-1, shape (rows, columns, 3).
    """
    step = max(1.0, rgb.shape[1] / WORK_PX)
    small = _reduced(rgb, step)
    line = _horizon(small, _steps(ndimage.uniform_filter(small, (1, 3, 1))))
    if line is None:
        return None
    right = float(small.shape[1])
    return 0.0, step * (line.start + 0.5), step * right, step * (line.start + line.slope * right + 0.5)


def find_ship(rgb: NDArray[np.float32], network: OutlineNetwork) -> Place:
    """Look for a ship that nobody marked; colours 0-1, shape (rows, columns, 3)."""
    step = max(1.0, rgb.shape[1] / WORK_PX)
    small = _reduced(rgb, step)
    rows, cols = small.shape[:2]
    planes = photo_planes(small, np.ones((rows, cols), bool))
    place = place_of(network.log_odds(planes)[:rows, :cols])
    if place.waterline is None:
        return place
    x1, y1, x2, y2 = (step * v for v in place.waterline)
    return replace(place, waterline=(x1, y1, x2, y2))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Straight:
    start: float
    slope: float


def _reduced(rgb: NDArray[np.float32], step: float) -> NDArray[np.float32]:
    smooth = ndimage.gaussian_filter(rgb, (0.4 * step, 0.4 * step, 0)) if step > 1 else rgb
    rows, cols = (np.minimum((np.arange(int(n / step)) + 0.5) * step, n - 1).astype(int) for n in rgb.shape[:2])
    return np.asarray(smooth[rows][:, cols], np.float32)


def _steps(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colour below minus colour above each row, four rows each, shape as the picture."""
    lines = np.cumsum(np.pad(rgb, ((5, 4), (0, 0), (0, 0)), mode="edge"), axis=0)
    n = rgb.shape[0]
    return np.asarray((lines[8 : n + 8] - 2 * lines[4 : n + 4] + lines[:n]) / 4, np.float32)


def _horizon(rgb: NDArray[np.float32], steps: NDArray[np.float32]) -> _Straight | None:
    """The line along which the colour changes most alike, above all beside the ship."""
    rows, cols = steps.shape[:2]
    margin = rows // 12
    best, found = 0.0, None
    for slope in np.arange(-_MOST_TILT, _MOST_TILT + 1e-9, 2.0 / cols):
        shift = np.round(slope * (np.arange(cols) - cols / 2)).astype(int)
        at = np.clip(np.arange(rows)[:, None] + shift, 0, rows - 1)
        parts = _parts(steps[at, np.arange(cols)])
        outer = np.concatenate([parts[:, :_OUTER], parts[:, -_OUTER:]], axis=1)
        carried = np.clip((parts * _way(outer)[:, None]).sum(axis=-1), -_FULL, _FULL)
        left, right = carried[:, :_OUTER].mean(axis=1), carried[:, -_OUTER:].mean(axis=1)
        score = 2 * np.minimum(left, right) + np.clip(carried, 0, None).mean(axis=1)
        score -= _unlike_ends(rgb, shift) + 0.1 * abs(slope)
        score[: 2 * margin] = score[-margin:] = 0
        row = int(score.argmax())
        if score[row] > best:
            best, found = float(score[row]), _Straight(start=row - slope * cols / 2, slope=float(slope))
    if found is None or best < _LEAST_SCORE:
        return None
    return found


def _unlike_ends(rgb: NDArray[np.float32], shift: NDArray[np.int64]) -> NDArray[np.float32]:
    """Difference of colour below the left and the right end of lines with that shift, for every row: both are sea."""
    rows, cols = rgb.shape[:2]
    wide = cols * _OUTER // _PARTS
    below = ndimage.uniform_filter1d(rgb, 8, axis=0, origin=-4)
    ends = []
    for side in (slice(0, wide), slice(cols - wide, cols)):
        colour = below[:, side].mean(axis=1)
        ends.append(colour[np.clip(np.arange(rows) + int(shift[side].mean()), 0, rows - 1)])
    unlike: NDArray[np.float32] = np.linalg.norm(ends[0] - ends[1], axis=-1)
    return unlike


def _parts(steps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means over equal parts of the width, shape (rows, parts, 3)."""
    edges = np.linspace(0, steps.shape[1], _PARTS + 1).astype(int)[:-1]
    widths = np.diff(np.append(edges, steps.shape[1]))
    return np.asarray(np.add.reduceat(steps, edges, axis=1) / widths[:, None], np.float32)


def _way(parts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vector of the middle change of colour at each row."""
    middle = parts.mean(axis=1)
    way: NDArray[np.float32] = middle / np.maximum(np.linalg.norm(middle, axis=-1, keepdims=True), 1e-6)
    return way
