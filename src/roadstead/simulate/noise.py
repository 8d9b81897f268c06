"""Random numbers by position: the value at a pixel depends on a key and the pixel's place, on nothing drawn before.

So a scene may be cut into tiles in any way, in any order, by any number of threads, and gives the same pixels. The
mixer is SplitMix64's finaliser (Steele, Lea, Flood 2014, OOPSLA, 453-472); keys come from `steps.stream`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from scipy.special import gammaincinv, ndtr, ndtri

from roadstead.steps import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANE_BITS = 16
TABLE = 1 << LANE_BITS
_GAMMA_REACH = 5.0
"""normal values beyond this many sigmas are cut; a pixel in three million is"""


def key_of(seed: int, *names: str) -> int:
    """The key of one purpose under a seed."""
    return int(stream(seed, *names).integers(1 << 62))


@cache
def normal_table() -> NDArray[np.float32]:
    """Normal quantiles at the middles of 65536 equal shares, variance 1, shape (65536,)."""
    table = ndtri((np.arange(TABLE) + 0.5) / TABLE)
    return np.asarray(table / table.std(), np.float32)


@cache
def gamma_table(shape: float) -> NDArray[np.float32]:
    """Unit-mean gamma quantiles over normal values from -5 to 5, shape (4096,).

    A correlated normal field read through it has gamma marginals (memoryless nonlinear transform: Tough and Ward
    1999, J. Phys. D 32, 3075-3084).
    """
    z = np.linspace(-_GAMMA_REACH, _GAMMA_REACH, 4096)
    return np.asarray(gammaincinv(shape, ndtr(z)) / shape, np.float32)


@njit(inline="always")
def mixed(key: Any, i: Any, j: Any) -> Any:
    """64 random bits of a place."""
    z = np.uint64(key) + np.uint64(i) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(j) * np.uint64(0xD1B54A32D192ED03)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(inline="always")
def uniform(key: Any, i: Any, j: Any) -> Any:
    """A number in [0, 1) of a place."""
    return np.float32(mixed(key, i, j) >> np.uint64(40)) * np.float32(1 / 16777216)


@njit(inline="always")
def smooth(key: Any, x: Any, y: Any) -> Any:
    """Value noise of a place: between -1 and 1, smooth over one unit of x and y, standard deviation about 0.37."""
    i, j = np.int64(np.floor(x)), np.int64(np.floor(y))
    u, v = np.float32(x - i), np.float32(y - j)
    u, v = u * u * (np.float32(3) - np.float32(2) * u), v * v * (np.float32(3) - np.float32(2) * v)
    low = uniform(key, i, j) * (np.float32(1) - u) + uniform(key, i + 1, j) * u
    high = uniform(key, i, j + 1) * (np.float32(1) - u) + uniform(key, i + 1, j + 1) * u
    return np.float32(2) * (low * (np.float32(1) - v) + high * v) - np.float32(1)


@njit(inline="always")
def lookup(table: NDArray[np.float32], z: Any) -> Any:
    """A gamma table at a normal value."""
    at = (z + np.float32(5)) * np.float32((len(table) - 1) / 10)
    at = min(max(at, np.float32(0)), np.float32(len(table) - 1.001))
    k = np.int64(at)
    part = at - np.float32(k)
    return table[k] * (np.float32(1) - part) + table[k + 1] * part


@njit(cache=True, nogil=True)
def normals(key: int, row: int, col: int, shape: tuple[int, int], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Independent normal values of the pixels from (row, col) on; one hash serves four pixels of a row."""
    height, width = shape
    out = np.empty((height, width), np.float32)
    for r in range(height):
        group = -(1 << 60)
        bits = np.uint64(0)
        for c in range(width):
            g = (col + c) >> 2
            if g != group:
                group = g
                bits = mixed(key, row + r, g)
            lane = np.uint64(((col + c) & 3) * 16)
            out[r, c] = table[np.int64((bits >> lane) & np.uint64(0xFFFF))]
    return out


@njit(cache=True, nogil=True)
def filtered(white: NDArray[np.float32], taps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows and columns filtered by the same symmetric taps (middle first); the margin falls off."""
    reach = len(taps) - 1
    height, width = white.shape
    across = np.empty((height, width - 2 * reach), np.float32)
    for r in range(height):
        for c in range(width - 2 * reach):
            total = taps[0] * white[r, c + reach]
            for k in range(1, reach + 1):
                total += taps[k] * (white[r, c + reach - k] + white[r, c + reach + k])
            across[r, c] = total
    out = np.empty((height - 2 * reach, width - 2 * reach), np.float32)
    for r in range(height - 2 * reach):
        for c in range(width - 2 * reach):
            out[r, c] = taps[0] * across[r + reach, c]
        for k in range(1, reach + 1):
            for c in range(width - 2 * reach):
                out[r, c] += taps[k] * (across[r + reach - k, c] + across[r + reach + k, c])
    return out


@njit(cache=True, nogil=True)
def fractal(
    key: int, x: NDArray[np.float64], y: NDArray[np.float64], waves: tuple[float, int, float]
) -> NDArray[np.float32]:
    """Sum of value noise of halving wavelengths, variance about 1, shape (len(y), len(x)).

    Args:
        key: of the purpose.
        x: places of the columns, metres.
        y: places of the rows.
        waves: longest wavelength, number of octaves, amplitude of each by that of the one before.
    """
    out = np.zeros((len(y), len(x)), np.float32)
    longest, octaves, gain = waves
    power = 0.0
    for n in range(octaves):
        power += gain ** (2 * n)
    scale = 1 / (0.37 * np.sqrt(power))
    for r in range(len(y)):
        for c in range(len(x)):
            total, weight, length = 0.0, scale, longest
            for n in range(octaves):
                total += weight * smooth(key + n, x[c] / length, y[r] / length)
                weight *= gain
                length *= 0.5
            out[r, c] = total
    return out
