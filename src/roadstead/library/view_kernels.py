"""Kernels of the views: shadow heights by sweeps along the sun's rays, lines of sight, area averages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


def shadow_height(
    height_m: NDArray[np.float32], light: tuple[float, float, float], spacing_m: tuple[float, float]
) -> NDArray[np.float32]:
    """Height of the shadow's upper edge over every cell: what lies below it is in shadow.

    Each ray is followed cell by cell along the axis that it crosses faster, so that no height is blurred; every cell
    belongs to exactly one ray, which makes the sweep linear in the number of cells.

    Args:
        height_m: height field, shape (rows, columns).
        light: towards the light, parts along rows, along columns and up; the horizontal part of length 1.
        spacing_m: size of a cell along rows and along columns.

    Returns:
        float32, same shape; -inf where nothing stands between a cell and the light.
    """
    rows, cols = light[0] / spacing_m[0], light[1] / spacing_m[1]
    if abs(rows) >= abs(cols):
        return _swept(np.ascontiguousarray(height_m), cols / rows, rows < 0, light[2] / abs(rows))
    return _swept(np.ascontiguousarray(height_m.T), rows / cols, cols < 0, light[2] / abs(cols)).T


@njit(cache=True)
def _swept(height_m: NDArray[np.float32], slope: float, from_first: bool, drop_m: float) -> NDArray[np.float32]:
    """Follow rays along the first axis; `slope` columns per row, `drop_m` of height per row."""
    n, width = height_m.shape
    out = np.empty((n, width), np.float32)
    reach = int(np.ceil(abs(slope) * n / 2)) + 1
    for ray in range(-reach, width + reach):
        edge = -np.inf
        for k in range(n):
            i = k if from_first else n - 1 - k
            j = ray + int(np.floor(slope * (i - (n - 1) / 2) + 0.5))  # from the middle: mirrored fields stay mirrored
            edge -= drop_m
            if 0 <= j < width:
                out[i, j] = edge
                edge = max(edge, height_m[i, j])
    return out


@njit(cache=True)
def seen_cells(
    height_m: NDArray[np.float32], rows: float, cols: float, step_m: float, top_m: float
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Which cell a slanting line of sight meets first above each cell of the ground.

    Args:
        height_m: height field, shape (rows, columns).
        rows: horizontal way in cells per step of height towards the sensor, along the rows.
        cols: the same along the columns; the longer of the two at most half a cell.
        step_m: step of height.
        top_m: highest point.

    Returns:
        Flat index of the cell met, and the height at which its wall is met (NaN where its top is met), same shape.
    """
    n, width = height_m.shape
    source = np.empty((n, width), np.int32)
    wall = np.full((n, width), np.nan, np.float32)
    steps = int(np.ceil(top_m / step_m))
    by_row, by_col = np.zeros(n, np.float32), np.zeros(width, np.float32)
    for i in range(n):
        by_row[i] = height_m[i].max()
        by_col = np.maximum(by_col, height_m[i])
    by_row, by_col = _highest_ahead(by_row, rows * steps), _highest_ahead(by_col, cols * steps)
    for i in range(n):
        for j in range(width):
            first = int(np.ceil(min(by_row[i], by_col[j]) / step_m))
            source[i, j] = i * width + j
            before_i, before_j = -1, -1
            for k in range(first, -1, -1):
                a, b = int(np.floor(i + 0.5 + k * rows)), int(np.floor(j + 0.5 + k * cols))
                if a < 0 or b < 0 or a >= n or b >= width:
                    continue
                height = height_m[a, b]
                if height > k * step_m or k == 0:
                    source[i, j] = a * width + b
                    entered = (a != before_i or b != before_j) and before_i >= 0
                    if entered and height > (k + 1) * step_m:
                        wall[i, j] = k * step_m
                    break
                before_i, before_j = a, b
    return source, wall


@njit(cache=True)
def _highest_ahead(highest_m: NDArray[np.float32], reach: float) -> NDArray[np.float32]:
    """Highest value from each place on to as far as a line of sight goes; no need to follow it from any higher."""
    n = len(highest_m)
    out = np.empty(n, np.float32)
    for i in range(n):
        first, last = int(np.floor(min(i, i + reach))), int(np.ceil(max(i, i + reach)))
        out[i] = highest_m[max(0, first - 1) : min(n, last + 2)].max()
    return out


@njit(cache=True)
def darken(
    sunlit: NDArray[np.float32],
    height_m: NDArray[np.float32],
    points: NDArray[np.float64],
    way: tuple[float, float, float],
    left: float,
) -> None:
    """Let points fall along the light's rays until each meets something, and darken that cell; writes to `sunlit`.

    Args:
        sunlit: share of each cell that the light reaches, shape (rows, columns).
        height_m: height field, same shape.
        points: row, column (in cells) and height in metres, shape (points, 3).
        way: one step of the fall in the same units, at most half a cell.
        left: share of the light that is left in the shadow.
    """
    for p in range(len(points)):
        row, col, height = points[p, 0] + 2 * way[0], points[p, 1] + 2 * way[1], points[p, 2] + 2 * way[2]
        while 0 <= row < height_m.shape[0] and 0 <= col < height_m.shape[1]:
            i, j = int(row), int(col)
            if height <= height_m[i, j] + 0.05:
                sunlit[i, j] = min(sunlit[i, j], left)
                break
            row, col, height = row + way[0], col + way[1], height + way[2]


@njit(cache=True)
def averaged(
    shine: NDArray[np.float32],
    ship: NDArray[np.bool_],
    dark: NDArray[np.float32],
    frame: tuple[float, float, float, float, float, float],
    grid: tuple[int, int, int],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Average a picture in the ship's frame over the pixels of a map.

    Args:
        shine: reflectance, shape (rows, columns, bands).
        ship: True where the ship is seen, shape (rows, columns).
        dark: share of shadow on what is not ship, same shape.
        frame: row = f0 + f1 * y + f2 * x, column = f3 + f4 * y + f5 * x, of map positions in pixels.
        grid: height and width of the map in pixels, samples per pixel and axis.

    Returns:
        Mean reflectance of the ship's part (bands, height, width), its cover and the mean shadow beside it (height,
        width), float32.
    """
    height, width, fine = grid
    bands, samples = shine.shape[2], fine * fine
    out = np.zeros((bands, height, width), np.float32)
    cover, shadow = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    total = np.zeros(bands, np.float32)
    for y in range(height):
        for x in range(width):
            hits, shade = 0, np.float32(0)
            total[:] = 0
            for k in range(samples):
                py, px = y + (k // fine + 0.5) / fine, x + (k % fine + 0.5) / fine
                i = int(np.floor(frame[0] + frame[1] * py + frame[2] * px))
                j = int(np.floor(frame[3] + frame[4] * py + frame[5] * px))
                if 0 <= i < ship.shape[0] and 0 <= j < ship.shape[1]:
                    shade += dark[i, j]
                    if ship[i, j]:
                        hits += 1
                        for b in range(bands):
                            total[b] += shine[i, j, b]
            cover[y, x] = hits / samples
            shadow[y, x] = shade / max(samples - hits, 1)
            for b in range(bands):
                out[b, y, x] = total[b] / max(hits, 1)
    return out, cover, shadow
