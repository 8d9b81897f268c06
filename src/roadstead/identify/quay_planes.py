"""The quay beside a hull as planes for the network that looks for vehicles, and the places that its cells stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.identify.quay_strip import STEP_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.quay_strip import Strip

CELL = 2
"""samples between cells: one metre"""
SEAWARD_M = 6.0
"""what is shown of the water and the hull beside the quay's edge"""
PLANES = ("grey", "grey against its surroundings", "warm", "seen", "sun along", "sun towards the quay", "inland")
_AROUND_M = 10.0
_MOST = 3.0
_LONGEST = 4.0
_DEEP_M = 6.0
"""farther from its edge one place on a quay is like the next"""


def quay_planes(strip: Strip) -> NDArray[np.float32]:
    """What the network sees of a berth.

    Brightness and colour are scaled by the quay's own, so that a bright deck or dark water changes nothing.

    Returns:
        In the order of `PLANES`, shape (7, rows, columns), both multiples of `CELL`, from `first_row` on.
    """
    first = first_row(strip)
    rows, cols = (n - n % CELL for n in strip.grey[first:].shape)
    grey, warm = (p[first : first + rows, :cols] for p in (strip.grey, strip.warm))
    seen = strip.seen[first : first + rows, :cols]
    inland = (np.arange(first, first + rows) - strip.middle[0]) * STEP_M - strip.edge_m
    out = np.zeros((len(PLANES), rows, cols), np.float32)
    quay = seen & (inland > 0)[:, None]
    if quay.any():
        low, middle, high = np.percentile(grey[quay], (5, 50, 95))
        unit = max(float(high - low), 1e-3)
        out[0] = (grey - middle) / unit
        out[1] = _against_surroundings(np.where(seen, out[0], 0.0), seen)
        out[2] = (warm - np.median(warm[quay])) / unit
        out[:3] = np.where(seen, np.clip(out[:3], -_MOST, _MOST), 0)
    out[3] = seen
    if strip.sun is not None:
        out[4], out[5] = np.clip(strip.sun, -_LONGEST, _LONGEST)
    out[6] = (np.clip(inland, -_DEEP_M, _DEEP_M) / _DEEP_M)[:, None]
    return out


def first_row(strip: Strip) -> int:
    """The first row of the strip that is shown."""
    return max(round(strip.at(0.0, strip.edge_m - SEAWARD_M)[0]), 0)


def place(strip: Strip, row: float, col: float) -> tuple[float, float]:
    """Metres along the hull from its middle, and inland from the quay's edge, of a cell's middle."""
    half = (CELL - 1) / 2
    along = (col * CELL + half - strip.middle[1]) * STEP_M
    return along, (first_row(strip) + row * CELL + half - strip.middle[0]) * STEP_M - strip.edge_m


def cell(strip: Strip, along_m: float, inland_m: float) -> tuple[float, float]:
    """Row and column of the cells at a place; the reverse of `place`."""
    row, col = strip.at(along_m, strip.edge_m + inland_m)
    half = (CELL - 1) / 2
    return (row - first_row(strip) - half) / CELL, (col - half) / CELL


def _against_surroundings(grey: NDArray[np.float32], seen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Brightness less the mean around it, by the spread around it: the same in the shadow of a hull as in the sun."""
    size = round(_AROUND_M / STEP_M)

    def mean(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(ndimage.uniform_filter(plane, size, mode="nearest"), np.float32)

    share = np.maximum(mean(seen.astype(np.float32)), 1e-3)
    middle = mean(grey) / share
    spread = np.sqrt(np.maximum(mean(grey**2) / share - middle**2, 0))
    return np.asarray((grey - middle) / (2 * spread + 0.05), np.float32)
