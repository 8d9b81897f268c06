"""How bright a sea pixel gets: quantiles of the K distribution.

Sea clutter is K-distributed: gamma speckle on a gamma texture (Ward, Tough, Watts 2013, Sea Clutter, ch. 4; Crisp
2004, DSTO-RR-0272, sec. 5). Mean and variance do not tell speckle from texture; the even split of the variance has
the heaviest tail of all splits, so the stated false-alarm rate is an upper bound.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.special import gammaincc

if TYPE_CHECKING:
    from numpy.typing import NDArray

LISTED_RATE = 1 / 300
"""share of sea pixels that a list may hold; denser lists would run together"""
_CV2_BOUNDS = (0.01, 4.0)


def threshold_factor(cv2: NDArray[np.float32], false_alarm_rate: float) -> NDArray[np.float32]:
    """Quantile of a unit-mean K distribution with this squared coefficient of variation; NaN stays NaN.

    Args:
        cv2: squared coefficient of variation, any shape.
        false_alarm_rate: share of sea pixels above the quantile.
    """
    return np.asarray(_looked_up(np.asarray(cv2, np.float32).ravel(), _table(false_alarm_rate)).reshape(np.shape(cv2)))


@njit(cache=True)
def _looked_up(cv2: NDArray[np.float32], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear between the entries of a table that is even in the coefficient of variation."""
    out = np.empty(len(cv2), np.float32)
    last = len(table) - 1
    step = (np.sqrt(_CV2_BOUNDS[1]) - np.sqrt(_CV2_BOUNDS[0])) / last
    for k in range(len(cv2)):
        if np.isnan(cv2[k]):
            out[k] = np.nan
            continue
        at = min(max((np.sqrt(cv2[k]) - np.sqrt(_CV2_BOUNDS[0])) / step, 0.0), float(last))
        i = min(int(at), last - 1)
        out[k] = table[i] + (at - i) * (table[i + 1] - table[i])
    return out


@cache
def _table(false_alarm_rate: float) -> NDArray[np.float32]:
    grid, quantiles = _quantiles(false_alarm_rate)
    even = np.linspace(np.sqrt(_CV2_BOUNDS[0]), np.sqrt(_CV2_BOUNDS[1]), 1024)
    return np.interp(even**2, grid, quantiles).astype(np.float32)


@cache
def _quantiles(false_alarm_rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    grid = np.geomspace(*_CV2_BOUNDS, 48)
    return grid, np.array([_quantile(1 / (np.sqrt(1 + v) - 1), false_alarm_rate) for v in grid])


def _quantile(shape: float, false_alarm_rate: float) -> float:
    """Where the tail of a product of two unit-mean gamma variables of this shape falls to the rate."""
    low, high = 0.0, np.log(400.0)
    # texture integrated on a logarithmic grid: the far tail is carried by textures that quadrature rules miss
    t = np.geomspace(1e-3, 60.0, 600)
    log_pdf = shape * np.log(t) - shape * t
    weight = np.exp(log_pdf - log_pdf.max())
    weight /= weight.sum()
    for _ in range(24):
        middle = (low + high) / 2
        if gammaincc(shape, shape * np.exp(middle) / t) @ weight > false_alarm_rate:
            low = middle
        else:
            high = middle
    return float(np.exp(high))
