"""Long boxes made as long as the core that they stand on.

A ship of 300 m is longer than what a pixel of the network sees around itself, and cranes over a deck hide how it goes
on: its pixels then tell too short a box, while the map of cores, which needs no far sight, runs on to both ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.detection.optical_grid import WORK_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.optical_boxes import Boxes

_LEAST_PX = 20.0  # shorter ships are seen as a whole
_MOST_PX = 450.0 / WORK_M  # no ship is longer
_LEVEL, _SHARE = 0.3, 0.4  # the core ends below both: probability, and share of its median in the box
_STEP_PX, _BEYOND_PX = 0.5, 10.0
_LINES = np.linspace(-0.25, 0.25, 3)  # along the box, as shares of its beam
_INNER, _MIDDLE = 0.4, 0.25  # parts of a box on either side of its middle, as shares of its length
_RIM = 0.25  # of the beam: how far a hull goes beyond its core


def lengthened(box: Boxes, core: NDArray[np.float32]) -> Boxes:
    """A box whose ends lie where its core ends, where that is farther out.

    Args:
        box: in working pixels.
        core: probability of a hull's inner part, shape (h, w). Between ships in line it falls off.

    Returns:
        The box, moved along its axis and made longer; as it was, where it is short, or would become too long.
    """
    length, beam = float(box.length), float(box.beam)
    if length < _LEAST_PX:
        return box
    along = np.arange(-length - _BEYOND_PX, length + _BEYOND_PX + _STEP_PX, _STEP_PX)
    cos, sin = float(np.cos(box.axis)), float(np.sin(box.axis))
    off, across = along[:, None], _LINES * beam
    places = np.array([box.row + off * sin + across * cos, box.col + off * cos - across * sin])
    sure = ndimage.map_coordinates(core, places, order=1, mode="constant").max(axis=1)
    level = max(_LEVEL, _SHARE * float(np.median(sure[np.abs(along) <= _INNER * length])))
    inner = np.flatnonzero((np.abs(along) <= _MIDDLE * length) & (sure > level))
    if not inner.size:
        return box
    faint = np.flatnonzero(sure <= level)
    # The map ends, or the line does, where nothing is faint.
    after, before = faint[faint > inner[-1]], faint[faint < inner[0]]
    last = along[after[0] - 1 if after.size else -1] + _RIM * beam
    first = along[before[-1] + 1 if before.size else 0] - _RIM * beam
    low, high = min(-length / 2, float(first)), max(length / 2, float(last))
    if high - low > _MOST_PX:
        return box
    middle = (low + high) / 2
    row, col, long = (np.asarray(v) for v in (box.row + middle * sin, box.col + middle * cos, high - low))
    return box._replace(row=row, col=col, length=long)
