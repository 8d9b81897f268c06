"""Sharpness measured at the ship itself: how wide its long sides are smeared.

Along both long sides short pieces of the edge between hull and water are fitted with a step blurred by a Gaussian; all
pixels of a piece count at their distance from the side, so that the edge is sampled finer than the pixels lie
(slanted-edge method: ISO 12233; Kohm 2004, ISPRS XXXV-B1). Rails, rounded bilges and foam only widen an edge, hence a
low quantile of the pieces stands for the image.

The resolved distance is half the period at which the contrast of a Gaussian blur falls to a tenth: 1.46 standard
deviations, 0.57 of the rise from 10 to 90 %. That is 0.7 pixels for a sharp sensor and 1.1 for a soft one, so it counts
only where an image is softer than its pixels are large.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import curve_fit
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.strip import Placement

PER_SIGMA = math.pi / (2 * math.sqrt(math.log(10) / 2))
"""resolved distance over the standard deviation of the blur"""
RISE = 2.5631
"""10-90 % rise of a Gaussian edge over its standard deviation"""
_PIECES = 12
_REACH = 0.4
"""share of the beam to either side of an edge that is fitted first"""
_LEAST_BEAM_PX = 6.0
_LEAST_PIECES = 4
_LEAST_PIXELS = 12
_QUANTILE = 0.3
_FIT = 0.12
"""largest residual of a fit over the height of its step"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpness:
    """How sharp an image is at one ship."""

    sigma_m: float
    """standard deviation of the blur across the hull's sides, metres on the ground"""
    pieces: int
    """pieces of edge that it rests on"""

    @property
    def rise_m(self) -> float:
        """Width over which an edge rises from 10 to 90 %."""
        return RISE * self.sigma_m

    @property
    def resolved_m(self) -> float:
        """Resolved distance that such a blur allows at best."""
        return PER_SIGMA * self.sigma_m


def edge_sharpness(image: NDArray[np.float32], valid: NDArray[np.bool_], at: Placement) -> Sharpness | None:
    """The blur of a hull's long sides; None where the hull is too narrow or its edges too faint to tell.

    Args:
        image: brightness, shape (height, width).
        valid: True where a pixel is valid, same shape.
        at: how the hull lies in it.
    """
    if at.beam_m / at.pixel_m() < _LEAST_BEAM_PX:
        return None
    along, across, value = _in_hull(image, valid, at)
    found = []
    for side in (-1, 1):
        outside = side * across - at.beam_m / 2
        for piece in range(_PIECES):
            here = (along >= (piece / _PIECES - 0.5) * 0.6 * at.length_m) & (
                along < ((piece + 1) / _PIECES - 0.5) * 0.6 * at.length_m
            )
            sigma = _piece_sigma(outside[here], value[here], at)
            found += [sigma] if sigma is not None else []
    if len(found) < _LEAST_PIECES:
        return None
    return Sharpness(sigma_m=round(float(np.quantile(found, _QUANTILE)), 3), pieces=len(found))


def _in_hull(
    image: NDArray[np.float32], valid: NDArray[np.bool_], at: Placement
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Metres ahead and to starboard of the middle, and value, of every valid pixel around the hull."""
    to_px = np.column_stack([at.ahead_px, at.starboard_px])
    rows, cols = np.nonzero(valid & np.isfinite(image))
    ahead, right = np.linalg.inv(to_px) @ np.stack([rows + 0.5 - at.row_px, cols + 0.5 - at.col_px])
    near = (np.abs(ahead) < at.length_m / 2) & (np.abs(right) < at.beam_m)
    return ahead[near], right[near], image[rows[near], cols[near]].astype(np.float64)


def _piece_sigma(outside_m: NDArray[np.float64], value: NDArray[np.float64], at: Placement) -> float | None:
    """Blur of one piece of edge, fitted first widely, then close around the edge found."""
    reach, middle, sigma = _REACH * at.beam_m, 0.0, at.pixel_m()
    for _ in range(2):
        near = np.abs(outside_m - middle) < reach
        fitted = _step_fit(outside_m[near], value[near], (middle, sigma))
        if fitted is None:
            return None
        middle, sigma = fitted
        reach = min(_REACH * at.beam_m, max(3 * sigma, 3 * at.pixel_m()))
    return sigma if abs(middle) < 0.25 * at.beam_m else None


def _step_fit(
    at_m: NDArray[np.float64], value: NDArray[np.float64], start: tuple[float, float]
) -> tuple[float, float] | None:
    """Place and blur of a step; None where there is none."""
    if len(value) < _LEAST_PIXELS:
        return None
    low, high = np.percentile(value, (10, 90))
    if not high > low:
        return None
    inside, outside = value[at_m < start[0]], value[at_m >= start[0]]
    if not (inside.size and outside.size):
        return None
    guess = (float(np.median(inside)), float(np.median(outside)), *start)

    def step(x: NDArray[np.float64], a: float, b: float, x0: float, s: float) -> NDArray[np.float64]:
        return np.asarray(a + (b - a) * ndtr((x - x0) / max(abs(s), 1e-3)), np.float64)

    try:
        found, _ = curve_fit(step, at_m, value, p0=guess, maxfev=200)
    except (RuntimeError, ValueError):
        return None
    a, b, x0, s = (float(x) for x in found)
    rest = float(np.std(value - step(at_m, a, b, x0, s)))
    too_faint = not abs(b - a) > 0 or rest > _FIT * abs(b - a) or abs(b - a) > 3 * (high - low)
    return None if too_faint else (x0, abs(s))
