"""Sky, sea and the far shore of a simulated photograph."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Sequence

_SKIES = (((0.60, 0.72, 0.86), (0.82, 0.87, 0.91)), ((0.66, 0.70, 0.74), (0.80, 0.82, 0.83)),
          ((0.42, 0.58, 0.80), (0.74, 0.82, 0.90)), ((0.72, 0.72, 0.72), (0.78, 0.78, 0.78)))  # fmt: skip
"""colours above and at the horizon, 0-1 as a camera delivers them"""
_SEAS = ((0.22, 0.34, 0.42), (0.30, 0.38, 0.38), (0.36, 0.41, 0.44), (0.18, 0.28, 0.36))
_SLOPES = ((0.24, 0.30, 0.18), (0.34, 0.32, 0.24), (0.30, 0.34, 0.30))
_WALLS = ((0.85, 0.83, 0.78), (0.70, 0.66, 0.60), (0.62, 0.42, 0.36), (0.55, 0.57, 0.60), (0.78, 0.72, 0.55))


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A picture while it is painted, and its geometry in its own (fine) pixels."""

    rgb: NDArray[np.float32]
    """shape (rows, columns, 3), 0-1 as a camera delivers them; written to"""
    focal_px: float
    distance_m: float
    eye_m: float
    middle_px: float
    """column of the ship's middle"""
    horizon_px: float
    top_px: float
    """height of the ship"""
    rng: np.random.Generator


def noise(
    rng: np.random.Generator, shape: tuple[int, int], scale: tuple[float, float], octaves: int
) -> NDArray[np.float32]:
    """Smooth random field of about unit spread, features of `scale` pixels (rows, columns) and finer."""
    total, weight = np.zeros(shape, np.float32), 0.0
    for k in range(octaves):
        size = [max(2, math.ceil(n * 2**k / s) + 3) for n, s in zip(shape, scale, strict=True)]
        size = [min(m, n + 3) for m, n in zip(size, shape, strict=True)]
        coarse = rng.standard_normal(size).astype(np.float32)
        rows = np.linspace(0, size[0] - 2, shape[0], dtype=np.float32)
        cols = np.linspace(0, size[1] - 2, shape[1], dtype=np.float32)
        total += 0.6**k * _sampled(coarse, rows, cols)
        weight += 0.36**k
    return total / np.float32(math.sqrt(weight) * 0.7)


def _sampled(field: NDArray[np.float32], rows: NDArray[np.float32], cols: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bilinear samples of a field on a grid of places."""
    r, c = rows.astype(int), cols.astype(int)
    fr, fc = (rows - r)[:, None], (cols - c)[None, :]
    upper = field[r][:, c] * (1 - fc) + field[r][:, c + 1] * fc
    lower = field[r + 1][:, c] * (1 - fc) + field[r + 1][:, c + 1] * fc
    return np.asarray(upper * (1 - fr) + lower * fr, np.float32)


def sky(canvas: Canvas, *, clouds: bool) -> None:
    """Paint the sky over the whole picture."""
    rows, cols = canvas.rgb.shape[:2]
    high, low = (np.array(c, np.float32) for c in _SKIES[canvas.rng.integers(len(_SKIES))])
    share = np.clip(np.arange(rows, dtype=np.float32) / canvas.horizon_px, 0, 1)[:, None, None] ** 1.5
    canvas.rgb[:] = high + share * (low - high)
    if clouds:
        field = noise(canvas.rng, (rows, cols), (rows / 4, cols / 4), 5)
        cover = np.clip(0.5 * field + canvas.rng.uniform(-0.2, 0.4), 0, 1)[..., None]
        tone = canvas.rng.uniform(0.6, 0.97)
        canvas.rgb[:] += 0.8 * cover * (np.float32(tone) - canvas.rgb)


def sea(canvas: Canvas) -> None:
    """Paint the sea below the horizon: ripples that grow towards the camera."""
    rows, cols = canvas.rgb.shape[:2]
    first = int(canvas.horizon_px)
    colour = np.array(_SEAS[canvas.rng.integers(len(_SEAS))], np.float32) * np.float32(canvas.rng.uniform(0.8, 1.2))
    depth = (np.arange(rows - first, dtype=np.float32) + 1) / (rows - first)
    near = canvas.rgb[max(first - 1, 0), 0] * np.float32(0.35)
    base = colour + (np.exp(-3 * depth)[:, None, None] * near).astype(np.float32)
    fine = noise(canvas.rng, (rows - first, cols), (3.0, 14.0), 2)
    broad = noise(canvas.rng, (rows - first, cols), (16.0, 90.0), 2)
    rough = canvas.rng.uniform(0.01, 0.05)
    ripples = rough * (0.4 + depth[:, None]) * fine + rough * depth[:, None] * broad
    canvas.rgb[first:] = np.clip(base + ripples[..., None], 0, 1)


def behind(canvas: Canvas, *, hills: bool, houses: bool, cranes: bool, haze: float) -> None:
    """Paint what stands on the far shore, through hazy air."""
    if not (hills or houses or cranes):
        return
    air = canvas.rgb[max(int(canvas.horizon_px) - 2, 0), 0].copy()
    shore_m = canvas.distance_m * canvas.rng.uniform(2.0, 6.0)
    foot = int(canvas.horizon_px + canvas.focal_px * canvas.eye_m / shore_m)
    before = canvas.rgb.copy()
    if hills:
        _hills(canvas, foot)
    if houses:
        _houses(canvas, foot)
    if cranes:
        _cranes(canvas, foot)
    changed = (canvas.rgb != before).any(axis=-1)
    canvas.rgb[changed] += np.float32(haze) * (air - canvas.rgb[changed])


def _hills(canvas: Canvas, foot: int) -> None:
    rng, (rows, cols) = canvas.rng, canvas.rgb.shape[:2]
    ridge = noise(rng, (2, cols), (2.0, cols / 3), 6)[0]
    height = canvas.top_px * np.clip(rng.uniform(0.25, 0.7) + 0.22 * ridge, 0.04, 1.4)
    level = np.arange(rows)[:, None]
    hill = (level > foot - height) & (level <= foot)
    colour = np.array(_SLOPES[rng.integers(len(_SLOPES))], np.float32)
    woods = noise(rng, (rows, cols), (10.0, 16.0), 3)
    canvas.rgb[hill] = np.clip(colour + 0.05 * woods[..., None], 0, 1)[hill]


def _houses(canvas: Canvas, foot: int) -> None:
    rng, cols = canvas.rng, canvas.rgb.shape[1]
    for _ in range(int(rng.integers(10, 26))):
        wide, high = canvas.top_px * rng.uniform(0.1, 0.5), canvas.top_px * rng.uniform(0.06, 0.34)
        left = int(rng.uniform(-wide, cols))
        _box(canvas, (foot - int(high), foot, left, left + int(wide)), _WALLS[rng.integers(len(_WALLS))])


def _box(canvas: Canvas, box: tuple[int, int, int, int], colour: Sequence[float]) -> None:
    """A house with rows of windows."""
    top, foot, left, right = max(box[0], 0), box[1], max(box[2], 0), min(box[3], canvas.rgb.shape[1])
    if right <= left or foot <= top:
        return
    rows, cols = np.arange(foot - top)[:, None], np.arange(right - left)[None, :]
    panes = (np.mod(rows, 14) > 5) & (np.mod(rows, 14) < 11) & (np.mod(cols, 12) > 3) & (np.mod(cols, 12) < 9)
    tone = np.array(colour, np.float32) * np.float32(canvas.rng.uniform(0.75, 1.05))
    canvas.rgb[top:foot, left:right] = np.where(panes[..., None], 0.55 * tone, tone)


def _cranes(canvas: Canvas, foot: int) -> None:
    rng, cols = canvas.rng, canvas.rgb.shape[1]
    for _ in range(int(rng.integers(2, 5))):
        x, high = rng.uniform(0, cols), canvas.top_px * rng.uniform(0.7, 1.25)
        tone = np.array([(0.75, 0.6, 0.25), (0.35, 0.4, 0.45), (0.65, 0.3, 0.25)][rng.integers(3)], np.float32)
        leg = 0.06 * canvas.top_px
        jib = high * rng.uniform(0.5, 0.9) * rng.choice([-1, 1])
        peak = (x, foot - high)
        tip, root = (x + jib, foot - 1.1 * high), (x, foot - 0.7 * high)
        for line in (((x - leg, foot), peak), ((x + leg, foot), peak), (root, tip), (peak, tip)):
            _stroke(canvas, line, tone, int(rng.integers(1, 4)))


def _stroke(
    canvas: Canvas, line: tuple[tuple[float, float], tuple[float, float]], tone: NDArray[np.float32], half: int
) -> None:
    (x1, y1), (x2, y2) = line
    share = np.linspace(0, 1, int(2 * math.hypot(x2 - x1, y2 - y1)) + 2)
    mask = np.zeros_like(canvas.rgb[..., 0], bool)
    r, c = np.round(y1 + share * (y2 - y1)).astype(int), np.round(x1 + share * (x2 - x1)).astype(int)
    kept = (r >= 0) & (c >= 0) & (r < mask.shape[0]) & (c < mask.shape[1])
    mask[r[kept], c[kept]] = True
    canvas.rgb[ndimage.binary_dilation(mask, iterations=half)] = tone
