"""From the network's maps to single hulls: every core pixel tells a box, and boxes that agree are one ship.

The surest pixel comes first; those that tell a middle near its own join it, and the ship's box is their mean (voting:
Leibe, Leonardis and Schiele 2008, Int. J. Comput. Vis. 77, 259-289). What lies in it belongs to it. A box that lies
mostly in a surer one is no ship of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.detection.optical_boxes import Boxes, along, inside, read
from roadstead.detection.optical_extent import lengthened, parted
from roadstead.detection.optical_planes import SHORE_M

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from roadstead.detection.optical_network import Seen

_HULL = 0.35  # least probability of a hull's pixels
_CORE = 0.25  # least probability of a pixel that tells a box
_LEAST_CORE_PX = 3  # working pixels; the best of so many, at least, speak for a core
_SMOOTH_PX = 0.7
_INLAND = -0.4  # of the shore plane; no ship lies so far inland
_BEST = 0.25  # share of a core that speaks for it
_AGREE = 0.3  # of length and beam: middles nearer than this are one ship's
_ROOM_PX = 1.0
_FILLED, _FILLING = 0.85, 0.5  # the inner part of a box is hull at least so surely, whatever stands on deck
_COVERED = 0.5  # a box that lies so far in surer ones is no ship
_PARTLY, _OWN = 0.25, 0.4  # nor one that lies so far in them and has less hull of its own, as shares of the box
_FREE_M = 100.0  # to land
_SAME = 0.5  # share of the pixels of a part that tell the whole's middle, not their own
_ROUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One hull as the network sees it, in working pixels."""

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    """its pixels in the map, shape (n,)"""
    hull: NDArray[np.float32]
    """probability of the hull at them, shape (n,)"""
    core: float
    """mean probability of the core's best pixels"""
    box: Boxes
    """the mean of what its pixels tell"""
    fill: float
    """mean probability of the hull over the box, 0-1"""
    agreement: float
    """share of the box whose pixels tell this box, 0-1"""

    @property
    def centre(self) -> tuple[float, float]:
        """Row and column of its middle; 0.5 is the first pixel's middle."""
        return float(self.box.row) + 0.5, float(self.box.col) + 0.5


class _Votes(NamedTuple):
    """Pixels that tell a box, the surest first."""

    rows: NDArray[np.float64]
    cols: NDArray[np.float64]
    sure: NDArray[np.float64]
    told: NDArray[np.float64]
    """shape (BOX, n)"""


def instances(seen: Seen, shore: NDArray[np.float32]) -> list[Instance]:
    """Single hulls in the network's maps.

    Args:
        seen: what the network says.
        shore: the shore plane, same shape.

    Returns:
        Hulls in the order of their first pixel.
    """
    afloat = shore > _INLAND
    smooth = ndimage.gaussian_filter(np.where(afloat, seen.core, np.float32(0)), _SMOOTH_PX)
    votes = _votes(seen, smooth)
    free = np.ones(votes.sure.size, bool)
    taken = np.zeros(seen.hull.shape, bool)
    surer: list[tuple[Boxes, BaseGeometry]] = []
    found = []
    for k in range(votes.sure.size):
        if not free[k]:
            continue
        box, mine = _agreed(votes, free, k)
        part = parted(box, smooth, (votes.rows[k], votes.cols[k]))
        cut = _apart(votes, box, part)
        if cut:
            box, mine = part, round(mine * float(part.length / box.length))
        box = lengthened(box, smooth, free=_free(box, shore), cut=cut)
        free[k] = False
        near = inside(box, votes.rows, votes.cols, _ROOM_PX) & inside(box, votes.told[0], votes.told[1], _ROOM_PX)
        free[near] = False
        outline = _outline(box)
        covered = _covered(box, outline, surer)
        if covered > _COVERED or (covered > _PARTLY and _own(box, seen.hull, afloat & ~taken) < _OWN):
            continue
        instance = _instance(box, mine, seen.hull, (smooth, afloat & ~taken))
        if instance is not None:
            surer.append((box, outline))
            taken[instance.rows, instance.cols] = True
            found.append(instance)
    return sorted(found, key=lambda i: (int(i.rows[0]), int(i.cols[0])))


def _covered(box: Boxes, outline: BaseGeometry, surer: list[tuple[Boxes, BaseGeometry]]) -> float:
    """Share of a box that lies in surer ones; those too far off to touch it are not asked, which takes long."""
    reach = _reach(box)
    near = (
        other
        for its, other in surer
        if math.hypot(float(its.row) - float(box.row), float(its.col) - float(box.col)) <= reach + _reach(its)
    )
    return float(sum(outline.intersection(other).area for other in near) / outline.area)


def _reach(box: Boxes) -> float:
    """Half the diagonal, working pixels."""
    return math.hypot(float(box.length), float(box.beam)) / 2


def _votes(seen: Seen, smooth: NDArray[np.float32]) -> _Votes:
    height, width = seen.boxes.shape[1:]
    sure = np.zeros((height, width))
    for part in (smooth[first::2, left::2] for first in (0, 1) for left in (0, 1)):
        here = sure[: part.shape[0], : part.shape[1]]
        np.maximum(here, part, out=here)
    rows, cols = np.nonzero(sure > _CORE)
    order = np.argsort(-sure[rows, cols], kind="stable")
    rows, cols = rows[order], cols[order]
    down, across = (axis.astype(np.float64) * 2 + 0.5 for axis in (rows, cols))
    return _Votes(down, across, sure[rows, cols], seen.boxes[:, rows, cols])


def _agreed(votes: _Votes, free: NDArray[np.bool_], k: int) -> tuple[Boxes, int]:
    """The mean box of the free pixels that agree with one of them, and how many they are."""
    numbers, mine = votes.told[:, k], 1
    for _ in range(_ROUNDS):
        box = read(numbers)
        near = Boxes(box.row, box.col, 2 * _AGREE * box.length, 2 * _AGREE * box.beam, box.axis)
        agree = free & inside(near, votes.told[0], votes.told[1], _ROOM_PX)
        agree &= inside(box, votes.rows, votes.cols, _ROOM_PX)
        if not agree.any():
            break
        numbers = np.average(votes.told[:, agree], axis=1, weights=votes.sure[agree])
        mine = int(np.count_nonzero(agree))
    return read(numbers), mine


def _free(box: Boxes, shore: NDArray[np.float32]) -> bool:
    """Whether no land or quay is near: none that the sea mask may have misplaced either."""
    rows, cols = _around(box, shore.shape)
    here = shore[rows, cols][inside(box, rows, cols, _ROOM_PX)]
    return not here.size or float(here.min()) * SHORE_M > _FREE_M


def _apart(votes: _Votes, box: Boxes, part: Boxes) -> bool:
    """Whether the rest of a box tells a ship of its own; under a crane it tells the whole."""
    rest = inside(box, votes.rows, votes.cols) & ~inside(part, votes.rows, votes.cols)
    if not rest.any():
        return False
    kept = float(along(box, part.row, part.col))
    at = along(box, votes.rows[rest], votes.cols[rest])
    ends = np.where(at > kept, float(box.length), -float(box.length)) / 2
    middles = (ends + kept + np.sign(at - kept) * float(part.length) / 2) / 2  # of the rest, on either side
    told = along(box, votes.told[0, rest], votes.told[1, rest])
    return float(np.mean(np.abs(told) < np.abs(told - middles))) < _SAME


def _instance(
    box: Boxes, mine: int, hull: NDArray[np.float32], free: tuple[NDArray[np.float32], NDArray[np.bool_]]
) -> Instance | None:
    """What lies in a box; None where nothing free is left."""
    smooth, open_ = free
    rows, cols = _around(box, hull.shape)
    part = hull[rows, cols]
    whole = inside(box, rows, cols)
    filled = np.where(inside(box, rows, cols, share=_FILLED), np.maximum(part, np.float32(_FILLING)), part)
    kept = open_[rows, cols] & (filled > _HULL) & inside(box, rows, cols, _ROOM_PX)
    if not kept.any() or not whole.any():
        return None
    core = np.sort(smooth[rows, cols][kept])[-max(_LEAST_CORE_PX, int(_BEST * np.count_nonzero(kept))) :]
    return Instance(
        rows=rows[kept],
        cols=cols[kept],
        hull=filled[kept],
        core=float(core.mean()),
        box=box,
        fill=float(part[whole].mean()),
        agreement=min(1.0, 4 * mine / float(box.length * box.beam)),
    )


def _own(box: Boxes, hull: NDArray[np.float32], free: NDArray[np.bool_]) -> float:
    """Share of a box, 0-1, that is hull and free."""
    rows, cols = _around(box, hull.shape)
    whole = inside(box, rows, cols)
    return float((hull[rows, cols] > _HULL)[whole & free[rows, cols]].sum() / max(1, np.count_nonzero(whole)))


def _around(box: Boxes, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the pixels of a map about a box, as grids."""
    reach = float(np.hypot(box.length, box.beam)) / 2 + 2
    rows, cols = (
        np.arange(max(0, int(middle - reach)), max(0, min(size, int(middle + reach) + 2)))
        for middle, size in zip((float(box.row), float(box.col)), shape, strict=True)
    )
    grid = np.meshgrid(rows, cols, indexing="ij")
    return grid[0], grid[1]


def _outline(box: Boxes) -> BaseGeometry:
    """The box as a polygon of columns and rows."""
    length, beam = box.length / 2, box.beam / 2
    along = np.array([np.cos(box.axis), np.sin(box.axis)]) * length
    across = np.array([-np.sin(box.axis), np.cos(box.axis)]) * beam
    middle = np.array([box.col, box.row], float)
    return shapely.Polygon([middle + a * along + b * across for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))])
