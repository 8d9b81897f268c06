"""A blurred rectangle, and by how much it misses the amplitudes of a hull; compiled.

A rectangle is (middle x, middle y, length, beam, angle from x to y), metres and radians, x to the right and y down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLUR_PX = 0.4
"""one sigma: the pixel itself (0.29) and the focusing"""
_SLIMMEST = 9.0
_FAR = 5.0  # sigmas beyond which an edge of the blurred rectangle is not felt
_PER_SIGMA = 100
_SIGMAS = np.linspace(-_FAR, _FAR, 2 * round(_FAR) * _PER_SIGMA + 1)
_BELOW, _DENSITY = ndtr(_SIGMAS), np.exp(-np.square(_SIGMAS) / 2) / math.sqrt(2 * math.pi)


class Image(NamedTuple):
    """What a rectangle is fitted to."""

    clipped: NDArray[np.float64]
    """amplitudes over the sea, 0 on the sea and 1 on the hull, shape (height, width)"""
    body: tuple[int, int, int, int]
    """first row, row behind the last, first column, column behind the last one that is not 0"""
    pixel_m: tuple[float, float]


@njit(cache=True, nogil=True)
def _edge(u: float) -> tuple[float, float]:
    """Normal distribution function and density, from tables: off by less than 1e-5."""
    if u >= _FAR:
        return 1.0, 0.0
    if u <= -_FAR:
        return 0.0, 0.0
    at = (u + _FAR) * _PER_SIGMA
    k = int(at)
    rest = at - k
    return _BELOW[k] + rest * (_BELOW[k + 1] - _BELOW[k]), _DENSITY[k] + rest * (_DENSITY[k + 1] - _DENSITY[k])


@njit(cache=True, nogil=True)
def _felt(image: Image, rectangle: NDArray[np.float64], reach: float) -> tuple[int, int, int, int]:
    """Rows and columns that hold any misfit: of the body, and so near to the rectangle, as in `Image`."""
    x0, y0, length, beam, angle = rectangle
    along, across = length / 2 + reach, beam / 2 + reach
    cosine, sine = abs(math.cos(angle)), abs(math.sin(angle))
    wide, high = along * cosine + across * sine, along * sine + across * cosine
    height, width = image.clipped.shape
    top, bottom, left, right = image.body
    return (
        max(0, min(top, int((y0 - high) / image.pixel_m[1]) - 1)),
        min(height, max(bottom, int((y0 + high) / image.pixel_m[1]) + 2)),
        max(0, min(left, int((x0 - wide) / image.pixel_m[0]) - 1)),
        min(width, max(right, int((x0 + wide) / image.pixel_m[0]) + 2)),
    )


@njit(cache=True, nogil=True)
def _modelled(u: float, v: float, length: float, beam: float, sigma: float) -> tuple[float, float, float, float, float]:
    """A blurred rectangle at a place along and across it, and its slopes by both and by its length and beam.

    The model is a strip along times a strip across, each a difference of two normal distribution functions.
    """
    per_m = 1 / sigma
    a1, f1 = _edge((u + length / 2) * per_m)
    a2, f2 = _edge((u - length / 2) * per_m)
    b1, g1 = _edge((v + beam / 2) * per_m)
    b2, g2 = _edge((v - beam / 2) * per_m)
    along, across = a1 - a2, (b1 - b2)
    by_u, by_v = (f1 - f2) * per_m * across, (g1 - g2) * per_m * along
    by_length, by_beam = (f1 + f2) * (0.5 * per_m) * across, (g1 + g2) * (0.5 * per_m) * along
    return along * across, by_u, by_v, by_length, by_beam


@njit(cache=True, nogil=True)
def misfit(
    image: Image,
    rectangle: NDArray[np.float64],
    scale: NDArray[np.float64],
    gradient: NDArray[np.float64],
    normal: NDArray[np.float64],
) -> float:
    """Half the sum of squares of model minus image; fills its gradient and the matrix of the normal equations."""
    x0, y0, length, beam, angle = rectangle
    cosine, sine = math.cos(angle), math.sin(angle)
    pixel_m = image.pixel_m
    sigma = BLUR_PX * math.sqrt(pixel_m[0] * pixel_m[1])
    top, bottom, left, right = _felt(image, rectangle, _FAR * sigma)
    # plain variables stay in registers
    cost, g0, g1, g2, g3, g4 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    n00, n10, n11, n20, n21, n22, n30, n31 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    n32, n33, n40, n41, n42, n43, n44 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(top, bottom):
        dy = (i + 0.5) * pixel_m[1] - y0
        for j in range(left, right):
            dx = (j + 0.5) * pixel_m[0] - x0
            u, v = dx * cosine + dy * sine, dy * cosine - dx * sine
            if abs(u) > length / 2 + _FAR * sigma or abs(v) > beam / 2 + _FAR * sigma:
                cost += 0.5 * image.clipped[i, j] ** 2
                continue
            model, by_u, by_v, by_length, by_beam = _modelled(u, v, length, beam, sigma)
            miss = model - image.clipped[i, j]
            cost += 0.5 * miss * miss
            s0, s1 = (sine * by_v - cosine * by_u) * scale[0], (-sine * by_u - cosine * by_v) * scale[1]
            s2, s3, s4 = by_length * scale[2], by_beam * scale[3], (v * by_u - u * by_v) * scale[4]
            g0, g1, g2, g3, g4 = g0 + miss * s0, g1 + miss * s1, g2 + miss * s2, g3 + miss * s3, g4 + miss * s4
            n00, n10, n11 = n00 + s0 * s0, n10 + s1 * s0, n11 + s1 * s1
            n20, n21, n22 = n20 + s2 * s0, n21 + s2 * s1, n22 + s2 * s2
            n30, n31, n32, n33 = n30 + s3 * s0, n31 + s3 * s1, n32 + s3 * s2, n33 + s3 * s3
            n40, n41, n42, n43, n44 = n40 + s4 * s0, n41 + s4 * s1, n42 + s4 * s2, n43 + s4 * s3, n44 + s4 * s4
    gradient[0], gradient[1], gradient[2], gradient[3], gradient[4] = g0, g1, g2, g3, g4
    normal[0, 0], normal[1, 0], normal[1, 1], normal[2, 0], normal[2, 1], normal[2, 2] = n00, n10, n11, n20, n21, n22
    normal[3, 0], normal[3, 1], normal[3, 2], normal[3, 3] = n30, n31, n32, n33
    normal[4, 0], normal[4, 1], normal[4, 2], normal[4, 3], normal[4, 4] = n40, n41, n42, n43, n44
    cost += _too_slim(length, beam, scale, gradient, normal)
    for k in range(5):
        for m in range(k):
            normal[m, k] = normal[k, m]
    return cost


@njit(cache=True, nogil=True)
def _too_slim(
    length: float, beam: float, scale: NDArray[np.float64], gradient: NDArray[np.float64], normal: NDArray[np.float64]
) -> float:
    """The cost of being slimmer than ships are; its part of gradient and normal matrix is added."""
    k, m = (2, 3) if length >= beam else (3, 2)
    large, small = max(length, beam), min(length, beam)
    miss = large / (_SLIMMEST * small) - 1
    if miss <= 0:
        return 0.0
    by_large, by_small = scale[k] / (_SLIMMEST * small), -scale[m] * large / (_SLIMMEST * small * small)
    gradient[k] += miss * by_large
    gradient[m] += miss * by_small
    normal[k, k] += by_large * by_large
    normal[m, m] += by_small * by_small
    normal[max(k, m), min(k, m)] += by_large * by_small
    return 0.5 * miss * miss
