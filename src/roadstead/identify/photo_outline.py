"""The top of a ship in a levelled strip of a photograph, column by column.

The ship is taken to be all that lies between the waterline and one height in each column. The network says of every
pixel how likely the ship takes it; with its pixels taken for independent, the likeliest height is the one under which
the sum of log odds is greatest. So a hill that looks like the ship in one place is outweighed by the sky below it, and
what hangs free, as a jib does, by the gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.identify.photo_planes import photo_planes
from roadstead.identify.photo_strip import MARGIN, WIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.photo_network import OutlineNetwork
    from roadstead.identify.photo_strip import Strip

_MOST = 6.0
"""most that one pixel may say, natural logarithm"""
_UNSEEN = -0.3
"""what is outside the photograph says against the ship"""


def ship_odds(network: OutlineNetwork, strip: Strip) -> NDArray[np.float64]:
    """Log odds that the ship takes each pixel of a strip, shape of the strip."""
    planes = photo_planes(strip.rgb, strip.seen, strip.foot, (float(MARGIN), float(MARGIN + WIDE)))
    rows, cols = strip.seen.shape
    said = np.clip(network.log_odds(planes)[:rows, :cols], -_MOST, _MOST)
    return np.where(strip.seen, said, _UNSEEN).astype(np.float64)


def top_of_ship(odds: NDArray[np.float64], strip: Strip) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Row of the ship's top in each column, the waterline's where there is none, and how doubtful it is.

    Args:
        odds: of `ship_odds`.
        strip: the same strip.

    Returns:
        Rows, and how many rows of each column the network expects to misjudge; shape (columns,) each.
    """
    rows, cols = odds.shape
    level, column = np.arange(rows)[:, None], np.arange(cols)
    above = level + 0.5 < strip.foot
    within = above & (column >= strip.first) & (column <= strip.last)
    said = np.where(within, odds, 0.0)
    gain = np.where(above, np.cumsum(said[::-1], axis=0)[::-1], -1.0)
    best = gain.argmax(axis=0)
    ship = (gain[best, column] > 0) & within.any(axis=0)
    top = np.where(ship, best - _inside(odds, best, column), strip.foot)
    p = 1 / (1 + np.exp(-said))
    astray = np.where(within & strip.seen, np.minimum(p, 1 - p), 0).sum(axis=0)
    return np.minimum(top, strip.foot), astray


def _inside(odds: NDArray[np.float64], best: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rows by which the edge lies above the upper side of the highest pixel: where the log odds pass through zero."""
    lower, upper = odds[best, column], odds[np.maximum(best - 1, 0), column]
    crossed: NDArray[np.float64] = np.clip(lower / np.maximum(lower - upper, 1e-6), 0, 1) - 0.5
    return crossed
