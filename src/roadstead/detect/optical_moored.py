"""Hulls alongside: boxes of ship's proportions that stand out of the shore into the water.

A hull at a quay has water along one side and, mostly, beyond both ends; the quay or pier it lies at has not. Boxes of
all sizes and headings are laid over the shore, and the share of dry pixels is sampled inside, beyond the ends and
along the sides (an oriented variant of the surround contrast of Corbane et al. 2010, Int. J. Remote Sensing 31).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.draw import polygon as filled_polygon

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.detect.water import WaterMask

_LENGTHS_M = (50.0, 70.0, 95.0, 125.0, 160.0, 200.0, 250.0, 310.0, 380.0)
_SLENDERNESS = (4.0, 5.5, 7.5)
_BEAMS_M = (12.0, 62.0)
_HEADINGS = 18
_STEP_M = 8.0
_REACH_M = 32.0  # a hull's middle lies no further than half a beam from the water beside it
_GAP_PX = 1.2  # sides and ends are sampled this far outside the box, past the mixed pixels
_LEAST_MERIT = 0.35
_MOST = 500
_MOST_SHARED = 0.25
_LONGER_IS_BETTER = 0.15  # exponent; without it every long hull is cut into short ones
_ALONG, _ACROSS = 14, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A hull as the shore suggests it; pixels."""

    row: float
    col: float
    length: float
    beam: float
    angle: float
    """radians from the column axis towards the row axis"""
    cues: NDArray[np.float64]
    """dry share inside, in its wettest third, beyond the two ends (less, more), at the sides (less, more)"""

    def corners(self) -> NDArray[np.float64]:
        """Four (column, row) corners."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        half = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * (self.length / 2, self.beam / 2)
        turned = half @ np.array([[c, s], [-s, c]])
        return np.asarray(turned + np.array([self.col, self.row]), np.float64)

    def pixels(self, dryness: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """Rows, columns and weights of its pixels: covered by the box, and dry."""
        reach = math.ceil(math.hypot(self.length, self.beam) / 2) + 1
        rows = np.arange(max(0, int(self.row) - reach), min(dryness.shape[0], int(self.row) + reach + 1))
        cols = np.arange(max(0, int(self.col) - reach), min(dryness.shape[1], int(self.col) + reach + 1))
        dy, dx = np.meshgrid(rows + 0.5 - self.row, cols + 0.5 - self.col, indexing="ij")
        c, s = math.cos(self.angle), math.sin(self.angle)
        spare = np.minimum(self.length / 2 - np.abs(dx * c + dy * s), self.beam / 2 - np.abs(dy * c - dx * s))
        weights = np.clip(spare + 0.5, 0, 1) * dryness[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
        row_i, col_i = np.nonzero(weights > 0.05)
        return rows[row_i], cols[col_i], weights[row_i, col_i].astype(np.float32)


def moored(water: WaterMask, taken: NDArray[np.bool_], pixel_m: tuple[float, float]) -> list[Box]:
    """Boxes along the shore, best first, that hardly overlap.

    Args:
        water: where the sea is.
        taken: shape (height, width); True where open-water candidates already are.
        pixel_m: ground size of a pixel along its row and along its column, metres.
    """
    if not water.surface.any() or water.method == "unknown":
        return []
    side_m = math.sqrt(pixel_m[0] * pixel_m[1])
    dryness = np.where(taken, np.float32(0), water.dryness)
    rows, cols = _places(water, taken, side_m)
    sizes = np.array(
        [
            (length / side_m, length / slender / side_m)
            for length in _LENGTHS_M
            for slender in _SLENDERNESS
            if _BEAMS_M[0] <= length / slender <= _BEAMS_M[1] and length / slender > 1.5 * side_m
        ]
    )
    if not len(rows) or not len(sizes):
        return []
    angles = np.arange(_HEADINGS) * math.pi / _HEADINGS
    best = _best(dryness, rows, cols, sizes, angles)
    order = np.argsort(-best[:, 2], kind="stable")
    boxes = (
        Box(row=rows[n], col=cols[n], length=sizes[k, 0], beam=sizes[k, 1], angle=angles[a], cues=best[n, 3:])
        for n, k, a in ((n, int(best[n, 0]), int(best[n, 1])) for n in order if best[n, 2] > 0)
    )
    return _apart(boxes, taken.copy())


def _places(
    water: WaterMask, taken: NDArray[np.bool_], side_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middles to try: dry pixels near water on a grid."""
    inland_m = ndimage.distance_transform_edt(~water.surface) * side_m
    near = (inland_m > 0) & (inland_m < _REACH_M) & ~taken
    step = max(1, round(_STEP_M / side_m))
    rows, cols = np.nonzero(near[::step, ::step])
    return np.asarray(rows * step + 0.5, np.float64), np.asarray(cols * step + 0.5, np.float64)


def _apart(boxes: Iterable[Box], used: NDArray[np.bool_]) -> list[Box]:
    """The best boxes that share little with better ones."""
    kept: list[Box] = []
    for box in boxes:
        corners = box.corners() - 0.5
        rows, cols = filled_polygon(corners[:, 1], corners[:, 0], used.shape)  # type: ignore[no-untyped-call]
        if len(rows) and used[rows, cols].mean() <= _MOST_SHARED:
            used[rows, cols] = True
            kept.append(box)
            if len(kept) == _MOST:
                break
    return kept


@numba.njit(cache=True)
def _dry(plane: NDArray[np.float32], row: float, col: float) -> float:
    """Nearest pixel; outside the image counts as half."""
    if row < 0 or col < 0 or row >= plane.shape[0] or col >= plane.shape[1]:
        return 0.5
    return float(plane[int(row), int(col)])


@numba.njit(cache=True)
def _cues(
    plane: NDArray[np.float32], row: float, col: float, size: NDArray[np.float64], angle: float
) -> NDArray[np.float64]:
    """Six dry shares of a box; see `Box.cues`."""
    c, s = math.cos(angle), math.sin(angle)
    third, count, ends, sides = np.zeros(3), np.zeros(3), np.zeros(2), np.zeros(2)
    for a in range(_ALONG):
        u = ((a + 0.5) / _ALONG - 0.5) * size[0]
        for b in range(_ACROSS):
            v = ((b + 0.5) / _ACROSS - 0.5) * size[1]
            third[a * 3 // _ALONG] += _dry(plane, row + u * s + v * c, col + u * c - v * s)
            count[a * 3 // _ALONG] += 1
        for side in range(2):
            v = (2 * side - 1) * (size[1] / 2 + _GAP_PX)
            sides[side] += _dry(plane, row + u * s + v * c, col + u * c - v * s) / _ALONG
    for end in range(2):
        for far in range(2):
            u = (2 * end - 1) * (size[0] / 2 + _GAP_PX * (1 + far))
            for b in range(_ACROSS):
                v = ((b + 0.5) / _ACROSS - 0.5) * size[1]
                ends[end] += _dry(plane, row + u * s + v * c, col + u * c - v * s) / (2 * _ACROSS)
    return np.array(
        [third.sum() / count.sum(), (third / count).min(), ends.min(), ends.max(), sides.min(), sides.max()]
    )


@numba.njit(cache=True)
def _hopeless(plane: NDArray[np.float32], row: float, col: float, size: NDArray[np.float64], angle: float) -> bool:
    """A quick look at seven points: the keel must be dry, one side wet."""
    c, s = math.cos(angle), math.sin(angle)
    keel = 0.0
    for u in (-0.4 * size[0], 0.0, 0.4 * size[0]):
        keel += _dry(plane, row + u * s, col + u * c)
    if keel < 1.2:
        return True
    sides = np.zeros(2)
    for side in range(2):
        v = (2 * side - 1) * (size[1] / 2 + _GAP_PX)
        for u in (-0.25 * size[0], 0.25 * size[0]):
            sides[side] += _dry(plane, row + u * s + v * c, col + u * c - v * s)
    return bool(sides.min() > 1.0)


@numba.njit(cache=True)
def _best(
    plane: NDArray[np.float32],
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    sizes: NDArray[np.float64],
    angles: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Per place: index of size, index of angle, merit (0: none), and the six cues; shape (n, 9).

    The merit is high where the inside is dry throughout, one side and both ends are wet.
    """
    found = np.zeros((len(rows), 9))
    for n in range(len(rows)):
        for k in range(len(sizes)):
            for a in range(len(angles)):
                if _hopeless(plane, rows[n], cols[n], sizes[k], angles[a]):
                    continue
                cues = _cues(plane, rows[n], cols[n], sizes[k], angles[a])
                merit = cues[1] * (1 - cues[4]) * (1 - 0.3 * cues[2]) * (1 - 0.6 * cues[3])
                if merit < _LEAST_MERIT:
                    continue
                merit *= sizes[k, 0] ** _LONGER_IS_BETTER
                if merit > found[n, 2]:
                    found[n, 0], found[n, 1], found[n, 2] = k, a, merit
                    found[n, 3:] = cues
    return found
