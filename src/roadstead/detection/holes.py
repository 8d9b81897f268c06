"""Small holes in the data, like dead or saturated pixels on a ship, filled so that they cut no hull in two.

A hole takes the values of the nearest pixels that hold data. Repeating a neighbour moves neither the median nor the
spread of the water, so what is learnt of it rests on measured pixels.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roadstead.model import Candidate, Pixels

HOLE_M = 60.0
"""holes up to so wide and high are filled; larger ones are edges of the data"""
NOTE = "some of its pixels hold no data and were filled from those beside them"


def holes(valid: NDArray[np.bool_], pixel_m: tuple[float, float]) -> NDArray[np.bool_]:
    """Pixels of small holes, shape (height, width).

    Args:
        valid: True where there is data, same shape.
        pixel_m: ground size of a pixel along its row and along its column, metres.
    """
    if valid.all() or not valid.any():
        return np.zeros_like(valid)
    labels, count = ndimage.label(~valid)
    small = np.zeros(count + 1, bool)
    for number, (down, across) in enumerate(ndimage.find_objects(labels), 1):
        size_m = (down.stop - down.start) * pixel_m[1], (across.stop - across.start) * pixel_m[0]
        small[number] = max(size_m) <= HOLE_M
    return np.asarray(small[labels])


def filled(pixels: Pixels, missing: NDArray[np.bool_]) -> Pixels:
    """The window with the nearest values in some of its missing pixels, which then count as valid.

    Args:
        pixels: the window.
        missing: pixels to fill, each within a hole of data, shape (height, width).
    """
    if not missing.any():
        return pixels
    values, valid = pixels.values.copy(), pixels.valid.copy()
    rows, cols = np.nonzero(missing)
    height, width = valid.shape
    while rows.size:
        given = np.zeros(rows.size, bool)
        before = valid.copy()
        for down, right in ((0, -1), (0, 1), (-1, 0), (1, 0)):
            y, x = np.clip(rows + down, 0, height - 1), np.clip(cols + right, 0, width - 1)
            new = ~given & before[y, x]
            values[:, rows[new], cols[new]] = values[:, y[new], x[new]]
            valid[rows[new], cols[new]] = True
            given |= new
        rows, cols = rows[~given], cols[~given]
    return replace(pixels, values=values, valid=valid)


def noted(candidates: Sequence[Candidate], missing: NDArray[np.bool_]) -> list[Candidate]:
    """Candidates, those that hold filled pixels with a note of it."""
    if not missing.any():
        return list(candidates)
    return [replace(c, notes=(*c.notes, NOTE)) if missing[c.rows_px, c.cols_px].any() else c for c in candidates]
