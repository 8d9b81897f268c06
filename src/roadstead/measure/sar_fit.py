"""Least-squares fit of a blurred rectangle to a hull's amplitudes, compiled.

Damped Gauss-Newton steps (Levenberg 1944, Quart. Appl. Math. 2, 164-168; Marquardt 1963, J. SIAM 11, 431-441) with the
derivatives of the model written out, from a few starts. A fit of some hundred pixels takes a fraction of a millisecond.
A rectangle is (middle x, middle y, length, beam, angle from x to y), metres and radians, x to the right and y down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from roadstead.measure.sar_misfit import Image, misfit

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_PX = 0.4
"""sides shorter than this cannot be told from a point"""
_CLIP_SHARE, _FAINT_SHARE = 0.3, 0.1  # of a hull's typical intensity; the second for a faint deck between bright ends
_CLIP_OVER_SEA = 20.0  # a faint hull is clipped at its full level, so that the sea's own texture stays well below
_SPIKY = 11.0  # typical over median intensity, where a few scatterers outshine a hull that goes on beyond them
_LEAST_OVER_SEA = 4.0  # speckle alone reaches this
_BODY_WEIGHT, _HELD = 0.25, 0.8  # share of the pixels of at least this weight that a fit has to hold
_LONGEST_M = 460.0  # no ship was longer
_TURNS = (0.0, 0.3, -0.3)
_MOST_STEPS, _FIRST_STEPS, _LEAST_GAIN = 40, 4, 1e-4


@njit(cache=True, nogil=True)
def fit_hull(
    intensity: NDArray[np.float32],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    weights: NDArray[np.float32],
    pixel_m: tuple[float, float],
) -> NDArray[np.float64]:
    """The rectangle that fits a hull best.

    Args:
        intensity: window around the hull, NaN where invalid, shape (height, width).
        rows: rows of the hull's pixels in the window, shape (n,).
        cols: their columns.
        weights: how surely each belongs to the hull.
        pixel_m: ground size of a pixel along the row and along the column.

    Returns:
        The rectangle, and how far its length depends on what is taken for the hull: metres, 0 for an even hull.
    """
    near = np.zeros(intensity.shape, np.bool_)
    for k in range(len(rows)):
        near[rows[k], cols[k]] = True
    sea = _sea(intensity, near)
    level, middle = _level(intensity, rows, cols, sea)
    best = _fit(intensity, near, (sea, level, _CLIP_SHARE), pixel_m)
    spiky = level > _SPIKY * middle
    out = np.zeros(6)
    out[:5] = best
    if spiky or _held(best, rows, cols, weights, pixel_m) < _HELD:
        wider = _fit(intensity, near, (sea, level, min(_FAINT_SHARE, middle / level)), pixel_m)
        if wider[2] <= _LONGEST_M:
            out[:5] = wider
            out[5] = abs(wider[2] - best[2]) if spiky else 0.0
    return out


@njit(cache=True, nogil=True)
def _sea(intensity: NDArray[np.float32], near: NDArray[np.bool_]) -> float:
    """Median of the valid pixels outside the hull; without any, the least one inside."""
    outside: NDArray[np.float64] = np.empty(intensity.size)
    inside = np.inf
    n = 0
    for i in range(intensity.shape[0]):
        for j in range(intensity.shape[1]):
            value = intensity[i, j]
            if not np.isnan(value):
                if near[i, j]:
                    inside = min(inside, value)
                else:
                    outside[n] = value
                    n += 1
    if n == 0:
        return inside
    outside = np.partition(outside[:n], n // 2)
    upper = outside[n // 2]
    lower = upper if n % 2 else outside[: n // 2].max()
    return float(lower + upper) / 2


@njit(cache=True, nogil=True)
def _level(
    intensity: NDArray[np.float32], rows: NDArray[np.int64], cols: NDArray[np.int64], sea: float
) -> tuple[float, float]:
    """Typical intensity of a hull, mean of those pixels that hold nine tenths of its energy; and its median."""
    values: NDArray[np.float64] = np.empty(len(rows))
    for k in range(len(rows)):
        value = intensity[rows[k], cols[k]]
        values[k] = sea if np.isnan(value) else value
    ordered = np.sort(values)[::-1]
    middle = ordered[len(ordered) // 2]
    limit, total = 0.9 * ordered.sum(), 0.0
    for k in range(len(ordered)):
        total += ordered[k]
        if total >= limit:
            return float(total / (k + 1)), float(middle)
    return float(total / len(ordered)), float(middle)


@njit(cache=True, nogil=True)
def _fit(
    intensity: NDArray[np.float32],
    near: NDArray[np.bool_],
    levels: tuple[float, float, float],
    pixel_m: tuple[float, float],
) -> NDArray[np.float64]:
    """The best fit to amplitudes clipped at a share of the hull's level; of the turned starts the best goes on."""
    clipped, brightest = _clipped(intensity, near, levels)
    image = Image(clipped, _body(clipped), pixel_m)
    whole = _moments(clipped, pixel_m)
    best, least = whole, np.inf
    for turn in _TURNS:
        start = whole.copy()
        start[4] += turn
        cost = _descend(image, start, _FIRST_STEPS)
        if cost < least:
            best, least = start, cost
    least = _descend(image, best, _MOST_STEPS)
    if clipped[brightest] > 0.5:
        start = _moments(_spot(clipped, brightest), pixel_m)
        if _descend(image, start, _MOST_STEPS) < least:
            best = start
    if best[3] > best[2]:
        best[2], best[3], best[4] = best[3], best[2], best[4] + math.pi / 2
    return best


@njit(cache=True, nogil=True)
def _clipped(
    intensity: NDArray[np.float32], near: NDArray[np.bool_], levels: tuple[float, float, float]
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Amplitudes over the sea, 0 on the sea and 1 on the hull; and the hull's brightest pixel.

    What lies more than a pixel from the hull is another ship or a sidelobe, and counts as sea.
    """
    sea, level, share = levels
    top = max(share * level, min(level, _CLIP_OVER_SEA * sea), _LEAST_OVER_SEA * sea)
    low, span = math.sqrt(sea), math.sqrt(top) - math.sqrt(sea)
    height, width = intensity.shape
    out, brightest, most = np.zeros((height, width)), (0, 0), -1.0
    for i in range(height):
        for j in range(width):
            if not near[i, j]:
                continue
            for y in range(max(0, i - 1), min(height, i + 2)):
                for x in range(max(0, j - 1), min(width, j + 2)):
                    value = sea if np.isnan(intensity[y, x]) else intensity[y, x]
                    out[y, x] = min(max((math.sqrt(value) - low) / span, 0.0), 1.0)
            if intensity[i, j] > most:
                brightest, most = (i, j), intensity[i, j]
    return out, brightest


@njit(cache=True, nogil=True)
def _body(clipped: NDArray[np.float64]) -> tuple[int, int, int, int]:
    """Rows and columns that hold anything but sea, as in `Image`."""
    height, width = clipped.shape
    top, bottom, left, right = height, 0, width, 0
    for i in range(height):
        for j in range(width):
            if clipped[i, j] > 0:
                top, bottom, left, right = min(top, i), i + 1, min(left, j), max(right, j + 1)
    return top, bottom, left, right


@njit(cache=True, nogil=True)
def _spot(clipped: NDArray[np.float64], seed: tuple[int, int]) -> NDArray[np.float64]:
    """The pixels above one half that are joined with one of them, the rest 0."""
    out = np.zeros_like(clipped)
    stack = [seed]
    out[seed] = clipped[seed]
    while stack:
        i, j = stack.pop()
        for y in range(max(0, i - 1), min(clipped.shape[0], i + 2)):
            for x in range(max(0, j - 1), min(clipped.shape[1], j + 2)):
                if clipped[y, x] > 0.5 and out[y, x] == 0:
                    out[y, x] = clipped[y, x]
                    stack.append((y, x))
    return out


@njit(cache=True, nogil=True)
def _moments(weights: NDArray[np.float64], pixel_m: tuple[float, float]) -> NDArray[np.float64]:
    """Rectangle with the second moments of an image."""
    total, x0, y0, xx, yy, xy = 1e-9, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            w = weights[i, j]
            if w > 0:
                x, y = (j + 0.5) * pixel_m[0], (i + 0.5) * pixel_m[1]
                total, x0, y0 = total + w, x0 + w * x, y0 + w * y
                xx, yy, xy = xx + w * x * x, yy + w * y * y, xy + w * x * y
    x0, y0 = x0 / total, y0 / total
    xx = max(xx / total - x0 * x0, 0.0) + pixel_m[0] ** 2 / 12
    yy = max(yy / total - y0 * y0, 0.0) + pixel_m[1] ** 2 / 12
    xy = xy / total - x0 * y0
    middle, half = (xx + yy) / 2, math.hypot((xx - yy) / 2, xy)
    length, beam = math.sqrt(12 * (middle + half)), math.sqrt(12 * max(middle - half, 1e-9))
    return np.array([x0, y0, length, beam, 0.5 * math.atan2(2 * xy, xx - yy)])


@njit(cache=True, nogil=True)
def _descend(image: Image, rectangle: NDArray[np.float64], most_steps: int) -> float:
    """Improve a rectangle in place; returns half the sum of squared misfits."""
    side = math.sqrt(image.pixel_m[0] * image.pixel_m[1])
    rectangle[2], rectangle[3] = max(rectangle[2], side), max(rectangle[3], side)
    # parameters are searched in pixels, the angle by how far it moves the tips
    scale = np.array([side, side, side, side, side / rectangle[2]])
    gradient, normal = np.empty(5), np.empty((5, 5))
    cost = misfit(image, rectangle, scale, gradient, normal)
    damping = 1e-2
    for _ in range(most_steps):
        step = _solved(normal, gradient, damping)
        trial = rectangle - step * scale
        trial[2], trial[3] = max(trial[2], LEAST_PX * side), max(trial[3], LEAST_PX * side)
        trial_gradient, trial_normal = np.empty(5), np.empty((5, 5))
        trial_cost = misfit(image, trial, scale, trial_gradient, trial_normal)
        if trial_cost < cost:
            gain = cost - trial_cost
            rectangle[:], cost, gradient, normal = trial, trial_cost, trial_gradient, trial_normal
            damping = max(damping / 5, 1e-7)
            if gain < _LEAST_GAIN * cost:
                break
        else:
            damping *= 6
            if damping > 1e5:
                break
    return cost


@njit(cache=True, nogil=True)
def _solved(normal: NDArray[np.float64], gradient: NDArray[np.float64], damping: float) -> NDArray[np.float64]:
    """Solution of the damped normal equations, by elimination without pivots: the matrix is positive definite."""
    a, b = normal.copy(), gradient.copy()
    for k in range(5):
        a[k, k] += damping * a[k, k] + 1e-9
    for k in range(5):
        for i in range(k + 1, 5):
            factor = a[i, k] / a[k, k]
            for j in range(k, 5):
                a[i, j] -= factor * a[k, j]
            b[i] -= factor * b[k]
    for k in range(4, -1, -1):
        for j in range(k + 1, 5):
            b[k] -= a[k, j] * b[j]
        b[k] /= a[k, k]
    return b


@njit(cache=True, nogil=True)
def _held(
    rectangle: NDArray[np.float64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    weights: NDArray[np.float32],
    pixel_m: tuple[float, float],
) -> float:
    """Share of the body's pixels whose middles lie in a rectangle or within a pixel of it."""
    x0, y0, length, beam, angle = rectangle
    least, rim = min(_BODY_WEIGHT, weights.max()), max(pixel_m[0], pixel_m[1])
    inside, count = 0, 0
    for k in range(len(rows)):
        if weights[k] >= least:
            x, y = (cols[k] + 0.5) * pixel_m[0] - x0, (rows[k] + 0.5) * pixel_m[1] - y0
            along = abs(x * math.cos(angle) + y * math.sin(angle))
            across = abs(y * math.cos(angle) - x * math.sin(angle))
            count += 1
            inside += along <= length / 2 + rim and across <= beam / 2 + rim
    return inside / count
