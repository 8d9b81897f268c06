"""Long boxes made as long as the core that they stand on, and cut where it shows that two ships lie in line.

A ship of 300 m is longer than what a pixel of the network sees around itself, and cranes over a deck hide how it goes
on: its pixels then tell too short a box, while the map of cores, which needs no far sight, runs on to both ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.detection.optical_boxes import along
from roadstead.detection.optical_grid import WORK_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.optical_boxes import Boxes

_LEAST_PX = 20.0  # shorter ships are seen as a whole
_MOST_PX, _MOST_FREE = 450.0 / WORK_M, 1.2  # no ship is longer; and how many times as long as told one may be
_LEVEL, _SHARE = 0.3, 0.4  # the core ends below both: probability, and share of its median in the box
_STEP_PX, _BEYOND_PX = 0.5, 10.0
_LINES = np.linspace(-0.25, 0.25, 3)  # along the box, as shares of its beam
_INNER, _MIDDLE = 0.4, 0.25  # parts of a box on either side of its middle, as shares of its length
_RIM = 0.25  # of the beam: how far a hull goes beyond its core
_SURE, _SURE_PX = 0.6, 4.0  # least probability of the core of a box that may be parted, and length that tells it
_BREAK, _BACK = 0.35, 0.7  # of that probability: the core breaks off below the one, and is back above the other


def parted(box: Boxes, core: NDArray[np.float32], at: tuple[float, float]) -> Boxes:
    """A box cut where its core breaks off between two sure stretches: two ships in line, or one under a crane.

    Args:
        box: in working pixels.
        core: probability of a hull's inner part, shape (h, w).
        at: row and column of the pixel that speaks for the box; the part that holds it is kept.

    Returns:
        The part, no longer than its core; the same box where nothing shows that it holds two.
    """
    length, rim = float(box.length), _RIM * float(box.beam)
    if length < _LEAST_PX:
        return box
    places = np.arange(-length / 2, length / 2 + _STEP_PX, _STEP_PX)
    sure = _profile(box, core, places)
    seed = int(np.argmin(np.abs(places - along(box, *at))))
    level = float(np.median(sure[np.abs(places - places[seed]) <= _SURE_PX]))
    before, after = _break(sure[seed::-1], level), _break(sure[seed:], level)
    if level < _SURE or before is after is None or 0 in {before, after}:  # 0: beside its own pixel's core
        return box
    first, last = seed - (seed if before is None else before), seed + (len(places) if after is None else after)
    there = places[first : last + 1][sure[first : last + 1] > _BREAK * level]
    return _between(box, max(-length / 2, float(there[0]) - rim), min(length / 2, float(there[-1]) + rim))


def lengthened(box: Boxes, core: NDArray[np.float32], *, free: bool = False, cut: bool = False) -> Boxes:
    """A box whose ends lie where its core ends, where that is farther out.

    Args:
        box: in working pixels.
        core: probability of a hull's inner part, shape (h, w). Between ships in line it falls off.
        free: no quay is near, so that no crane hides the deck, and what runs on far beyond an end is a wake.
        cut: it is a part of a longer one, and its far end was never told.

    Returns:
        The box, moved along its axis and made longer; as it was, where it is short, or would become too long.
    """
    length, rim = float(box.length), _RIM * float(box.beam)
    if length < _LEAST_PX and not cut:
        return box
    reach = _MOST_PX if cut else length + _BEYOND_PX
    places = np.arange(-reach, reach + _STEP_PX, _STEP_PX)
    sure = _profile(box, core, places)
    level = max(_LEVEL, _SHARE * float(np.median(sure[np.abs(places) <= _INNER * length])))
    inner = np.flatnonzero((np.abs(places) <= _MIDDLE * length) & (sure > level))
    if not inner.size:
        return box
    faint = np.flatnonzero(sure <= level)
    # The map ends, or the line does, where nothing is faint.
    after, before = faint[faint > inner[-1]], faint[faint < inner[0]]
    last = float(places[after[0] - 1 if after.size else -1]) + rim
    first = float(places[before[-1] + 1 if before.size else 0]) - rim
    low, high = min(-length / 2, first), max(length / 2, last)
    most = min(_MOST_PX, _MOST_FREE * length) if free and not cut else _MOST_PX
    return box if high - low > most else _between(box, low, high)


def _profile(box: Boxes, core: NDArray[np.float32], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Largest value of the core across the inner half of a box, at places along its axis."""
    cos, sin = float(np.cos(box.axis)), float(np.sin(box.axis))
    off, across = at[:, None], _LINES * float(box.beam)
    places = np.array([box.row + off * sin + across * cos, box.col + off * cos - across * sin])
    return np.asarray(ndimage.map_coordinates(core, places, order=1, mode="constant").max(axis=1), np.float64)


def _break(sure: NDArray[np.float64], level: float) -> int | None:
    """Index at which a profile breaks off if it comes back; None where it does not."""
    faint = np.flatnonzero(sure < _BREAK * level)
    if not faint.size:
        return None
    again = np.count_nonzero(sure[faint[0] :] > _BACK * level) * _STEP_PX
    return int(faint[0]) if again >= _SURE_PX else None


def _between(box: Boxes, low: float, high: float) -> Boxes:
    """The part of a box between two places along its axis, from its middle, working pixels."""
    middle = (low + high) / 2
    cos, sin = float(np.cos(box.axis)), float(np.sin(box.axis))
    row, col, long = (np.asarray(v) for v in (box.row + middle * sin, box.col + middle * cos, high - low))
    return box._replace(row=row, col=col, length=long)
