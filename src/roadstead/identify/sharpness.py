"""Sharpness measured at the ship itself: how wide its long sides are smeared.

Along both long sides short pieces of the edge between hull and water are fitted with a step blurred by a Gaussian; all
pixels of a piece count at their distance from the side, so that the edge is sampled finer than the pixels lie
(slanted-edge method: ISO 12233; Kohm 2004, ISPRS XXXV-B1). Rails, shadows, rounded bilges and foam only widen an edge,
hence the sharpest pieces stand for the image, and only where some agree.

The resolved distance is half the period at which the contrast of a Gaussian blur falls to a tenth: 1.46 standard
deviations, 0.57 of the rise from 10 to 90 %. That is 0.7 pixels for a sharp sensor and 1.1 for a soft one, so it counts
only where an image is softer than its pixels are large.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.strip import Placement

PER_SIGMA = math.pi / (2 * math.sqrt(math.log(10) / 2))
"""resolved distance over the standard deviation of the blur"""
RISE = 2.5631
"""10-90 % rise of a Gaussian edge over its standard deviation"""
_PIECES = 24
_ALONG = 0.7
"""share of the length along which edges are looked for"""
_REACH = 0.4
"""share of the beam to either side of an edge that is fitted first"""
_LEAST_BEAM_PX = 6.0
_LEAST_PIECES = 4
_LEAST_PIXELS = 12
_AGREE = 1.5
"""most by which the sharpest pieces may differ, as a factor"""
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
            here = (along >= (piece / _PIECES - 0.5) * _ALONG * at.length_m) & (
                along < ((piece + 1) / _PIECES - 0.5) * _ALONG * at.length_m
            )
            sigma = _piece_sigma(outside[here], value[here], at)
            found += [sigma] if sigma is not None else []
    sharpest = sorted(found)[:_LEAST_PIECES]
    if len(sharpest) < _LEAST_PIECES or sharpest[-1] > _AGREE * sharpest[0]:
        return None
    return Sharpness(sigma_m=round(float(np.median(sharpest)), 3), pieces=len(found))


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

    def apart(x: NDArray[np.float64]) -> NDArray[np.float64]:
        edge = ndtr((at_m - x[2]) / max(abs(x[3]), 1e-3))
        return np.asarray(x[0] + (x[1] - x[0]) * edge - value, np.float64)

    found = least_squares(apart, guess, method="lm", max_nfev=200)
    a, b, x0, s = (float(x) for x in found.x)
    rest = float(np.std(apart(found.x)))
    too_faint = not abs(b - a) > 0 or rest > _FIT * abs(b - a) or abs(b - a) > 3 * (high - low)
    return None if too_faint else (x0, abs(s))
