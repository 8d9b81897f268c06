"""Finding the horizon, the waterline and the ends of a ship in a photograph without marks.

The horizon or far shore is the straight line along which the colour changes most alike over the picture's width: a
Hough transform (Duda and Hart 1972, CACM 15, 11-15) of vector steps of colour, averaged over parts of the width so that
waves and leaves cancel. A ship hides the sea before it: where something unlike the sea of the same rows lies below that
line there is a ship; or else, where the sky is clear beside it, all that stands on the line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.identify.photo_values import Line

if TYPE_CHECKING:
    from numpy.typing import NDArray


WORK_PX = 480
"""columns in which lines are looked for"""
_MOST_TILT = 0.09
"""steepest horizon: 5 degrees"""
_PARTS = 32
"""of the width, over each of which a change of colour is averaged"""
_OUTER = 2
"""parts at either edge of the picture, where no ship is expected"""
_FULL = 0.12
"""change of colour, 0-1, at which a part counts fully"""
_LEAST_SCORE = 0.05
"""weakest horizon that is believed, in changes of colour"""
_UNLIKE = 3.5
"""spreads of the sea's colours beyond which a pixel is no sea"""
_LEAST_WIDTH, _MOST_WIDTH = 0.12, 0.97
"""of the picture, for a ship that is found without marks"""
_DEEP_PX, _RISEN_PX = 3, 3
"""rows below and above the horizon by which a ship shows"""
_STRAIGHT = 0.008
"""scatter of a waterline, as a share of the ship's width, beyond which it is in doubt"""


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
    steps = _steps(ndimage.uniform_filter(small, (1, 3, 1)))
    line = _horizon(small, steps)
    if line is None:
        return Found(horizon=None, waterline=None, sure=False, doubt="no straight edge of the sea was found")
    level = line.start + line.slope * np.arange(small.shape[1], dtype=np.float64)
    foot = _afloat(small, level)
    run, doubt = _ship_columns(small, level, foot)
    horizon = _scaled(line.start, line.slope, (0.0, float(small.shape[1])), step)
    if run is None:
        return Found(horizon=horizon, waterline=None, sure=False, doubt=doubt)
    start, slope, scatter = _foot_line(level, foot, run)
    start, slope = _at_step(steps, (start, slope), float(np.median(foot[run[0] : run[1]])), run)
    if not doubt and scatter > _STRAIGHT * (run[1] - run[0]):
        doubt = "what was taken for the ship's waterline is not straight"
    water = _scaled(start, slope, (float(run[0]), float(run[1] + 1)), step)
    return Found(horizon=horizon, waterline=water, sure=not doubt, doubt=doubt)


def _scaled(start: float, slope: float, ends: tuple[float, float], step: float) -> Line:
    """A line between two columns, in pixels of the picture that was reduced."""
    (a, b), half = ends, 0.5
    return step * a, step * (start + slope * a + half), step * b, step * (start + slope * b + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Straight:
    start: float
    slope: float


def _reduced(rgb: NDArray[np.float32], step: float) -> NDArray[np.float32]:
    smooth = ndimage.gaussian_filter(rgb, (0.4 * step, 0.4 * step, 0)) if step > 1 else rgb
    rows, cols = (np.minimum((np.arange(int(n / step)) + 0.5) * step, n - 1).astype(int) for n in rgb.shape[:2])
    return np.asarray(smooth[rows][:, cols], np.float32)


def _steps(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colour below minus colour above each row, four rows each, shape as the picture."""
    lines = np.cumsum(np.pad(rgb, ((5, 4), (0, 0), (0, 0)), mode="edge"), axis=0)
    n = rgb.shape[0]
    return np.asarray((lines[8 : n + 8] - 2 * lines[4 : n + 4] + lines[:n]) / 4, np.float32)


def _horizon(rgb: NDArray[np.float32], steps: NDArray[np.float32]) -> _Straight | None:
    """The line along which the colour changes most alike, above all beside the ship."""
    rows, cols = steps.shape[:2]
    margin = rows // 12
    best, found = 0.0, None
    for slope in np.arange(-_MOST_TILT, _MOST_TILT + 1e-9, 2.0 / cols):
        shift = np.round(slope * (np.arange(cols) - cols / 2)).astype(int)
        at = np.clip(np.arange(rows)[:, None] + shift, 0, rows - 1)
        parts = _parts(steps[at, np.arange(cols)])
        outer = np.concatenate([parts[:, :_OUTER], parts[:, -_OUTER:]], axis=1)
        carried = np.clip((parts * _way(outer)[:, None]).sum(axis=-1), -_FULL, _FULL)
        left, right = carried[:, :_OUTER].mean(axis=1), carried[:, -_OUTER:].mean(axis=1)
        score = 2 * np.minimum(left, right) + np.clip(carried, 0, None).mean(axis=1)
        score -= _unlike_ends(rgb, shift) + 0.1 * abs(slope)
        score[: 2 * margin] = score[-margin:] = 0
        row = int(score.argmax())
        if score[row] > best:
            best, found = float(score[row]), _Straight(start=row - slope * cols / 2, slope=float(slope))
    if found is None or best < _LEAST_SCORE:
        return None
    return found


def _unlike_ends(rgb: NDArray[np.float32], shift: NDArray[np.int64]) -> NDArray[np.float32]:
    """Difference of colour below the left and the right end of lines with that shift, for every row: both are sea."""
    rows, cols = rgb.shape[:2]
    wide = cols * _OUTER // _PARTS
    below = ndimage.uniform_filter1d(rgb, 8, axis=0, origin=-4)
    ends = []
    for side in (slice(0, wide), slice(cols - wide, cols)):
        colour = below[:, side].mean(axis=1)
        ends.append(colour[np.clip(np.arange(rows) + int(shift[side].mean()), 0, rows - 1)])
    unlike: NDArray[np.float32] = np.linalg.norm(ends[0] - ends[1], axis=-1)
    return unlike


def _parts(steps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means over equal parts of the width, shape (rows, parts, 3)."""
    edges = np.linspace(0, steps.shape[1], _PARTS + 1).astype(int)[:-1]
    widths = np.diff(np.append(edges, steps.shape[1]))
    return np.asarray(np.add.reduceat(steps, edges, axis=1) / widths[:, None], np.float32)


def _way(parts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vector of the middle change of colour at each row."""
    middle = parts.mean(axis=1)
    way: NDArray[np.float32] = middle / np.maximum(np.linalg.norm(middle, axis=-1, keepdims=True), 1e-6)
    return way


def _afloat(rgb: NDArray[np.float32], level: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows from the line down to the foot of what floats before the sea, in each column; 0 where nothing does.

    What the sea looks like at a row is learnt beside the picture's two edges; of what is unlike it the widest connected
    piece counts.
    """
    rows, cols = rgb.shape[:2]
    deep = rows - math.ceil(float(level.max())) - 2
    if deep < 4:
        return np.zeros(cols, np.int64)
    aside = cols * _OUTER // _PARTS
    open_sea = np.r_[0:aside, cols - aside : cols]
    at = np.round(level).astype(int) + np.arange(2, deep + 2)[:, None]
    sea = ndimage.uniform_filter(rgb, (2, 3, 1))[at, np.arange(cols)]
    mean = ndimage.uniform_filter1d(np.median(sea[:, open_sea], axis=1), 3, axis=0)
    spread = np.maximum(1.5 * np.median(np.abs(sea[:, open_sea] - mean[:, None]), axis=1), 0.01)[:, None]
    unlike = np.sqrt((((sea - mean[:, None]) / spread) ** 2).mean(axis=-1)) > _UNLIKE
    pieces, count = ndimage.label(
        ndimage.binary_closing(ndimage.binary_opening(unlike, np.ones((2, 3))), np.ones((3, 7)))
    )
    if not count:
        return np.zeros(cols, np.int64)
    widths = [where[1].stop - where[1].start for where in ndimage.find_objects(pieces)]
    ship = pieces == int(np.argmax(widths)) + 1
    return np.where(ship.any(axis=0), deep + 2 - ship[::-1].argmax(axis=0), 0)


def _ship_columns(
    rgb: NDArray[np.float32], level: NDArray[np.float64], foot: NDArray[np.int64]
) -> tuple[tuple[int, int] | None, str]:
    """First and last column of the ship, and what is doubtful."""
    n = len(level)
    standing = _above_sky(rgb, level) > _RISEN_PX
    run, below = _longest(standing), _longest(foot >= _DEEP_PX)
    alone = run is not None and not standing[: run[0]].any() and not standing[run[1] + 1 :].any()
    wide = run is not None and _LEAST_WIDTH * n <= run[1] - run[0] <= _MOST_WIDTH * n
    if below is not None and _LEAST_WIDTH * n <= below[1] - below[0] <= _MOST_WIDTH * n:
        if run is not None and alone and wide and run[0] < below[1] and below[0] < run[1]:
            return (min(run[0], below[0]), max(run[1], below[1])), ""
        return below, ""
    if run is not None and alone and wide:
        return run, ""
    if run is not None and wide:
        return run, "other things stand above the horizon too, so what is the ship is not sure"
    if run is None and below is None:
        return None, "nothing floats on the sea or stands above it"
    return None, "no ship could be told from what is around it"


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


def _foot_line(level: NDArray[np.float64], foot: NDArray[np.int64], run: tuple[int, int]) -> tuple[float, float, float]:
    """Intercept and slope of the ship's waterline (middle of slopes between columns, Theil 1950), and its scatter."""
    cols = np.arange(run[0] + (run[1] - run[0]) // 20, run[1] - (run[1] - run[0]) // 20)
    slope, start = (level[-1] - level[0]) / (len(level) - 1), float(level[0])
    seen = cols[foot[cols] > 0]
    if len(seen) < len(cols) // 2:
        return start, float(slope), 0.0
    y = level[seen] + foot[seen]
    half = len(seen) // 2
    slope = np.median((y[-half:] - y[:half]) / (seen[-half:] - seen[:half]))
    start = float(np.median(y - slope * seen))
    return start, float(slope), float(np.median(np.abs(y - start - slope * seen)))


def _at_step(
    steps: NDArray[np.float32], line: tuple[float, float], deep: float, run: tuple[int, int]
) -> tuple[float, float]:
    """The waterline moved up to where the colour changes along it: a reflection below the hull looks like hull.

    Of all lines between the horizon and the foot of what is unlike the sea, the lowest whose change of colour is at
    least six tenths of the strongest.
    """
    cols = np.arange(run[0] + (run[1] - run[0]) // 10, run[1] - (run[1] - run[0]) // 10)
    found = []
    for turn in np.arange(-0.03, 0.031, 0.006):
        for up in np.arange(-1.0, max(0.8 * deep, 1.0)):
            y = line[0] + line[1] * cols - up + turn * (cols - cols.mean())
            row = np.clip(np.round(y).astype(int), 0, steps.shape[0] - 1)
            parts = np.array_split(steps[row, cols], 8)
            change = float(np.median([np.linalg.norm(part.mean(axis=0)) for part in parts]))
            found.append((change, up, turn))
    strong = 0.6 * max(change for change, _, _ in found)
    lowest = min(up for change, up, _ in found if change >= strong)
    _, up, turn = max(row for row in found if row[1] <= lowest + 2)
    return line[0] - up - turn * float(cols.mean()), line[1] + turn
