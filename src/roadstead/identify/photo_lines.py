"""Finding the horizon, the waterline and the ends of a ship in a photograph without marks.

The sea's upper edge is followed column by column (dynamic programming on a colour model of the sea); the horizon or far
shore is the straight line that carries most of that edge with no sea above it (a consensus over pairs, Fischler and
Bolles 1981, CACM 24, 381-395). A ship hides the sea before it, so where the edge lies below that line there is a ship; or
else, where the sky is clear beside it, all that stands above the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.identify.photo_outline import best_path
from roadstead.steps import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.photo_values import Line

WORK_PX = 480
"""columns in which lines are looked for"""
_MOST_TILT = 0.16
"""steepest horizon: 9 degrees"""
_TRIES = 800
_NEAR_PX = 1.6
_LEAST_WIDTH = 0.12
"""of the picture, for a ship that is found without marks"""
_DEEP_PX = 2.5
"""a waterline that lies so far below the horizon shows where the ship is"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Lines of a picture, in its pixels."""

    horizon: Line | None
    """x, y at the picture's left and right edge; None where no straight line carries the sea's edge"""
    waterline: Line | None
    """x, y of the ship's left and right end at the water; None where no ship was found"""
    sure: bool
    doubt: str
    """why it is not sure; empty where it is"""


def find_lines(rgb: NDArray[np.float32]) -> Found:
    """Look for the horizon and a ship; colours 0-1, shape (rows, columns, 3)."""
    step = max(1.0, rgb.shape[1] / WORK_PX)
    small = _reduced(rgb, step)
    edge, clear = _sea_edge(small)
    line = _horizon(edge, clear)
    if line is None:
        return Found(horizon=None, waterline=None, sure=False, doubt="no straight edge of the sea was found")
    cols = np.arange(small.shape[1])
    level = line[0] + line[1] * cols
    run, doubt = _ship_columns(small, edge, level)
    scaled = (0.0, step * (line[0] + 0.5), float(rgb.shape[1]), step * (line[0] + line[1] * small.shape[1] + 0.5))
    if run is None:
        return Found(horizon=scaled, waterline=None, sure=False, doubt=doubt)
    a, b = _foot_line(edge, level, run)
    ends = (run[0], run[1] + 1)
    water = (step * ends[0], step * (a + b * ends[0] + 0.5), step * ends[1], step * (a + b * ends[1] + 0.5))
    return Found(horizon=scaled, waterline=water, sure=not doubt, doubt=doubt)


def _reduced(rgb: NDArray[np.float32], step: float) -> NDArray[np.float32]:
    smooth = ndimage.gaussian_filter(rgb, (0.4 * step, 0.4 * step, 0)) if step > 1 else rgb
    rows, cols = (np.minimum((np.arange(int(n / step)) + 0.5) * step, n - 1).astype(int) for n in rgb.shape[:2])
    return np.asarray(smooth[rows][:, cols], np.float32)


def _sea_edge(rgb: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """Row of the sea's upper edge in each column, and how much of the picture below it looks like sea."""
    rows = rgb.shape[0]
    deep = rgb[int(0.88 * rows) :]
    rest = rgb[int(0.7 * rows) :]
    like = _unlike_sea(rgb, rest if _homogeneous(rest, deep) else deep)
    says = np.clip(2.2 - like, -4.0, 2.0)
    # the edge: all below it sea, and the colours on both sides differ
    below = np.cumsum(says[::-1], axis=0)[::-1]
    smooth = ndimage.uniform_filter(rgb, (3, 5, 1))
    jump = np.zeros(rgb.shape[:2])
    jump[2:-2] = np.linalg.norm(smooth[:-4] - smooth[4:], axis=-1)
    strong = max(float(np.percentile(jump, 98)), 1e-3)
    path = best_path(below + 20 * np.clip(jump / strong, 0, 1), slope=1.5, most=12.0).astype(np.float64)
    return path, float((says[np.arange(rows)[:, None] > path] > 0).mean()) if (path < rows - 1).any() else 0.0


def _homogeneous(rest: NDArray[np.float32], deep: NDArray[np.float32]) -> bool:
    return bool(np.abs(rest.mean(axis=(0, 1)) - deep.mean(axis=(0, 1))).max() < 0.06)


def _unlike_sea(rgb: NDArray[np.float32], sample: NDArray[np.float32]) -> NDArray[np.float64]:
    """Distance from the sea's colours in standard deviations, smoothed a little; grows slower beyond 3."""
    mean, spread = sample.mean(axis=(0, 1)), np.maximum(sample.std(axis=(0, 1)), 0.03)
    smooth = ndimage.uniform_filter(rgb, (3, 3, 1))
    away = np.sqrt((((smooth - mean) / (1.5 * spread)) ** 2).mean(axis=-1))
    return np.minimum(away, 6.0).astype(np.float64) * 1.6


def _horizon(edge: NDArray[np.float64], clear: float) -> tuple[float, float] | None:
    """Intercept and slope of the line that carries most of the sea's edge with little of it above."""
    n = len(edge)
    rng = stream(0, "photo", "horizon")
    best, found = 0.0, None
    i, j = rng.integers(0, n, (2, _TRIES))
    for a, b in zip(i.tolist(), j.tolist(), strict=True):
        if abs(a - b) < 0.15 * n:
            continue
        slope = (edge[b] - edge[a]) / (b - a)
        if abs(slope) > _MOST_TILT:
            continue
        off = edge - (edge[a] + slope * (np.arange(n) - a))
        score = float((np.abs(off) <= _NEAR_PX).sum() - 0.7 * (off < -2 * _NEAR_PX).sum())
        if score > best:
            best, found = score, (edge[a] - slope * a, slope)
    if found is None or best < 0.12 * n or clear < 0.5:
        return None
    near = np.abs(edge - found[0] - found[1] * np.arange(n)) <= _NEAR_PX
    slope, start = np.polyfit(np.flatnonzero(near), edge[near], 1)
    return float(start), float(slope)


def _ship_columns(
    rgb: NDArray[np.float32], edge: NDArray[np.float64], level: NDArray[np.float64]
) -> tuple[tuple[int, int] | None, str]:
    """First and last column of the ship, and what is doubtful."""
    standing = _above_sky(rgb, level)
    run = _longest(standing > 3)
    n = len(level)
    lone = run is not None and _LEAST_WIDTH * n <= run[1] - run[0] <= 0.97 * n
    if run is not None and lone and (standing[: run[0]] <= 3).all() and (standing[run[1] + 1 :] <= 3).all():
        return run, ""
    sunk = edge - level
    below = _longest(ndimage.binary_closing(np.pad(sunk > 1.2, 8), np.ones(9))[8:-8])
    if below is not None and below[1] - below[0] >= _LEAST_WIDTH * n:
        depth = float(np.median(sunk[below[0] : below[1] + 1]))
        if depth >= _DEEP_PX:
            return below, ""
        return below, "the ship's waterline lies hardly below the far shore, so its ends may be wrong"
    if run is not None and lone:
        return run, "other things stand above the horizon too, so what is the ship is not sure"
    if not (standing > 3).any():
        return None, "nothing stands above the sea"
    return None, "no ship could be told from what is behind it"


def _above_sky(rgb: NDArray[np.float32], level: NDArray[np.float64]) -> NDArray[np.float64]:
    """How high in each column something stands above the line before the sky begins, rows."""
    rows, cols = rgb.shape[:2]
    line = np.clip(np.round(level).astype(int), 4, rows - 1)
    top = max(2, int(0.12 * rows))
    ramp = np.arange(rows) / rows
    sky = rgb[:top].reshape(-1, 3)
    spread = np.maximum(sky.std(axis=0), 0.02)
    # the sky pales towards the horizon: its colour there is taken from the picture's two edges
    aside = np.concatenate([rgb[:, :3], rgb[:, -3:]], axis=1)
    fits = [np.polyfit(ramp[: line.min()], np.median(aside[: line.min(), :, k], axis=1), 2) for k in range(3)]
    model = np.stack([np.polyval(f, ramp) for f in fits], axis=-1)[:, None, :]
    away = np.sqrt(((ndimage.uniform_filter(rgb, (2, 2, 1)) - model) ** 2 / (2.0 * spread) ** 2).mean(axis=-1))
    thing = (away > 1.6) & (np.arange(rows)[:, None] < line[None, :] - 1)
    thing = ndimage.binary_opening(thing, np.ones((2, 2)))
    high = np.where(thing.any(axis=0), line - thing.argmax(axis=0), 0)
    # only what stands on the sea's edge: something in the lowest rows above it
    rests = np.stack([thing[np.clip(line - k, 0, rows - 1), np.arange(cols)] for k in range(2, 7)]).any(axis=0)
    return np.where(rests, high, 0).astype(np.float64)


def _longest(flags: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last place of the longest run of True, with gaps of up to 6 closed."""
    closed = ndimage.binary_closing(np.pad(flags, 8), np.ones(7))[8:-8]
    labels, count = ndimage.label(closed)
    if not count:
        return None
    sizes = np.bincount(labels)[1:]
    places = np.flatnonzero(labels == int(sizes.argmax()) + 1)
    return int(places[0]), int(places[-1])


def _foot_line(
    edge: NDArray[np.float64], level: NDArray[np.float64], run: tuple[int, int]
) -> tuple[float, float]:
    """Intercept and slope of the ship's waterline: the middle of slopes between columns (Theil and Sen)."""
    cols = np.arange(run[0], run[1] + 1)
    inner = cols[len(cols) // 20 : len(cols) - len(cols) // 20]
    y = np.maximum(edge[inner], level[inner])
    half = len(inner) // 2
    slope = float(np.median((y[-half:] - y[:half]) / (inner[-half:] - inner[:half])))
    return float(np.median(y - slope * inner)), slope
