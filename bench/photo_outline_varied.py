"""Photographs shown with variations by principle, so that a network learns ships and not one renderer's colours.

Strips as the program cuts them, with marks as hands set them, and whole pictures; other paints on the ship; ridges,
houses and masts in any colour, the ship's own too, behind it; tone curves, colour left out, haze, blur, noise, JPEG.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from torch.nn import functional

from roadstead.identify.photo_planes import photo_planes
from roadstead.identify.photo_strip import HIGH, MARGIN, SHAPE, WIDE, frame_of

if TYPE_CHECKING:
    from photo_outline_views import View

_WHOLE = 0.35
"""share of examples that are whole pictures"""
_SCALES = (0.4, 0.75)
"""of whole pictures"""
_EMPTY = 0.07
"""share of whole pictures in which a ridge or the sky takes the ship's place"""
_HAND, _FOUND = (0.005, 0.003), (0.02, 0.006)
"""standard deviations along and up, as shares of the width, of ends that were marked and that were found"""


@dataclass(slots=True, kw_only=True)
class Shown:
    """A picture while it is varied."""

    rgb: NDArray[np.float32]
    """shape (rows, columns, 3), 0-1"""
    ship: NDArray[np.float32]
    """how much of each pixel the ship takes, with all that is thin"""
    walls: NDArray[np.float32]
    """what is to be told"""
    seen: NDArray[np.bool_]
    shore: NDArray[np.float64]
    """row of the horizon in each column"""
    top: float
    """rows that the ship stands above it"""
    foot: NDArray[np.float64] | None
    """as marked; None for a whole picture"""


def example(view: View, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Planes, and what the network should say of them: shape (2, rows, columns), ship and weight of the pixel."""
    shown = _whole(view, rng) if rng.random() < _WHOLE else _strip(view, rng)
    if shown.foot is None and rng.random() < _EMPTY:
        _emptied(shown, rng)
    if rng.random() < 0.5:
        _painted(shown, rng)
    if rng.random() < 0.5:
        _before_other_shores(shown, rng)
    shown.rgb = _taken(shown.rgb, rng)
    ends = (float(MARGIN), float(MARGIN + WIDE))
    planes = photo_planes(shown.rgb, shown.seen, shown.foot, None if shown.foot is None else ends)
    wanted = np.stack([shown.walls, shown.seen + np.float32(0.02)])
    if rng.random() < 0.5:
        planes, wanted = planes[:, :, ::-1].copy(), wanted[:, :, ::-1].copy()
    return planes, wanted


def _strip(view: View, rng: np.random.Generator) -> Shown:
    """A ship's strip, its ends and its horizon a little off."""
    x1, y1, x2, y2 = view.waterline
    along, up = _HAND if rng.random() < 0.5 else _FOUND
    off = (x2 - x1) * np.array([along, up, along, up]) * rng.standard_normal(4)
    water = (x1 + off[0], y1 + off[1], x2 + off[2], y2 + off[3])
    turn = math.tan(math.radians(rng.normal(0, 0.4))) * view.rgb.shape[1]
    h = view.horizon
    frame = frame_of(water, (h[0], h[1], h[2], h[3] + turn) if rng.random() < 0.9 else None, marked=True)
    x, y = frame.pixels()
    away = [(hx - frame.start[0], hy - frame.start[1]) for hx, hy in ((h[0], h[1]), (h[2], h[3]))]
    place = [(dx * frame.right[0] + dy * frame.right[1], dy * frame.right[0] - dx * frame.right[1]) for dx, dy in away]
    unit = WIDE / frame.width
    level = HIGH + unit * np.array([p[1] for p in place])
    shore = np.interp(np.arange(SHAPE[1]), MARGIN + unit * np.array([p[0] for p in place]), level)
    return _sampled(view, x, y, shore, frame.foot())


def _whole(view: View, rng: np.random.Generator) -> Shown:
    """The picture at some size in a corner of what the network sees."""
    rows, cols = view.ship.shape
    scale = rng.uniform(*_SCALES)
    left, top = rng.uniform(0, max(SHAPE[1] - scale * cols, 0)), rng.uniform(0, max(SHAPE[0] - scale * rows, 0))
    left, top = (v - v % 32 if rng.random() < 0.5 else 0.0 for v in (left, top))
    x = np.broadcast_to((np.arange(SHAPE[1]) + 0.5 - left) / scale, SHAPE)
    y = np.broadcast_to(((np.arange(SHAPE[0]) + 0.5 - top) / scale)[:, None], SHAPE)
    h = view.horizon
    slope = (h[3] - h[1]) / (h[2] - h[0])
    shore = top + scale * (h[1] + slope * (x[0] - h[0]))
    return _sampled(view, x, y, shore, None)


def _sampled(
    view: View, x: NDArray[np.float64], y: NDArray[np.float64], shore: NDArray[np.float64],
    foot: NDArray[np.float64] | None,
) -> Shown:  # fmt: skip
    rows, cols = view.ship.shape
    planes = np.concatenate([view.rgb, view.walls[..., None], 255 * view.ship[..., None]], axis=-1)
    field = torch.from_numpy(planes).permute(2, 0, 1)[None].float() / 255
    if x[0, 1] - x[0, 0] > 1.6:
        field = functional.avg_pool2d(field, 2)
    grid = torch.from_numpy(np.stack([2 * x / cols - 1, 2 * y / rows - 1], axis=-1).astype(np.float32))[None]
    out = functional.grid_sample(field, grid, padding_mode="border", align_corners=False)[0].numpy()
    seen = (x >= 0) & (y >= 0) & (x <= cols) & (y <= rows)
    walls, ship = out[3] * seen, out[4] * seen
    high = np.flatnonzero((walls > 0.5).any(axis=1))
    return Shown(
        rgb=np.ascontiguousarray(np.moveaxis(out[:3], 0, -1)), ship=ship, walls=walls, seen=seen, shore=shore,
        top=max(float(np.median(shore)) - float(high[0]) if len(high) else 0.0, 20.0), foot=foot,
    )  # fmt: skip


def _noise(shape: tuple[int, int], cells: tuple[float, float], rng: np.random.Generator) -> NDArray[np.float32]:
    """A smooth random field of about unit spread with features of so many rows and columns."""
    small = [max(2, math.ceil(n / c) + 1) for n, c in zip(shape, cells, strict=True)]
    coarse = torch.from_numpy(rng.standard_normal(small).astype(np.float32))[None, None]
    return functional.interpolate(coarse, size=shape, mode="bilinear", align_corners=True)[0, 0].numpy()


def _emptied(shown: Shown, rng: np.random.Generator) -> None:
    """The ship's place taken by what is beside it in the same rows, blurred along them."""
    rgb = shown.rgb
    away = (ndimage.uniform_filter(shown.ship, 5) < 0.01) & shown.seen
    share = ndimage.uniform_filter1d(away.astype(np.float32), 201, axis=1) + 1e-4
    mean = ndimage.uniform_filter1d(rgb * away[..., None], 201, axis=1) / share[..., None]
    texture = 0.02 * _noise(SHAPE, (3.0, 9.0), rng) * rng.random()
    rgb[~away] = np.clip(mean + texture[..., None], 0, 1)[~away]
    shown.ship[:], shown.walls[:] = 0, 0


def _painted(shown: Shown, rng: np.random.Generator) -> None:
    """The ship in other colours."""
    gain = np.exp(rng.normal(0, 0.2) + rng.normal(0, 0.12, 3)) if rng.random() < 0.7 else rng.uniform(0.3, 1.2, 3)
    paler = rng.uniform(0, 0.5) * (rng.random() < 0.4)
    other = shown.rgb * gain.astype(np.float32)
    other += np.float32(paler) * (rng.uniform(0.2, 0.8, 3).astype(np.float32) - other)
    shown.rgb += shown.ship[..., None] * (np.clip(other, 0, 1) - shown.rgb)


def _before_other_shores(shown: Shown, rng: np.random.Generator) -> None:
    """Ridges, houses and masts behind the ship, standing on the far shore."""
    rows, cols = SHAPE
    row = np.arange(rows, dtype=np.float32)[:, None]
    foot = shown.shore + rng.uniform(0, 4)
    layer, cover = np.zeros((rows, cols, 3), np.float32), np.zeros((rows, cols), np.float32)
    if rng.random() < 0.7:
        for _ in range(int(rng.integers(1, 3))):
            ridge = sum(0.5**k * _noise((2, cols), (2.0, cols / (2.0 ** (k + 1))), rng)[0] for k in range(5))
            height = shown.top * (rng.uniform(0.05, 1.1) + rng.uniform(0.05, 0.3) * ridge)
            hill = (row > foot - height) & (row < foot)
            rough = rng.uniform(0.01, 0.08) * _noise(SHAPE, tuple(rng.uniform(2, 20, 2)), rng)
            layer[hill] = (_tone(shown, rng) + rough[..., None])[hill]
            cover[hill] = 1
    if rng.random() < 0.6:
        for _ in range(int(rng.integers(3, 25))):
            wide, high = shown.top * np.exp(rng.uniform(-2.5, 0.2)), shown.top * np.exp(rng.uniform(-3, -0.1))
            left = rng.uniform(-wide, cols)
            base = float(foot[int(np.clip(left, 0, cols - 1))])
            _house(layer, cover, (base - high, base, left, left + wide), _tone(shown, rng), rng)
    for _ in range(int(rng.integers(0, 6)) * int(rng.random() < 0.5)):
        x, lean = rng.uniform(0, cols), rng.uniform(-0.3, 0.3)
        base = float(foot[int(x)])
        level = np.arange(max(int(base - shown.top * rng.uniform(0.3, 1.4)), 0), max(int(base), 1))
        at = np.clip((x + lean * (base - level)).astype(int), 0, cols - 1)
        for k in range(int(rng.integers(1, 5))):
            layer[level, np.minimum(at + k, cols - 1)] = rng.uniform(0.1, 0.9)
            cover[level, np.minimum(at + k, cols - 1)] = 1
    air = shown.rgb[max(int(np.median(foot)) - 30, 0)].mean(axis=0)
    layer += np.float32(rng.uniform(0, 0.6)) * (air - layer)
    cover = ndimage.uniform_filter(cover, 2) * (1 - np.clip(1.3 * shown.ship, 0, 1))
    shown.rgb += cover[..., None] * (np.clip(layer, 0, 1) - shown.rgb)


def _tone(shown: Shown, rng: np.random.Generator) -> NDArray[np.float32]:
    """Any colour, in every other case one that the ship has somewhere."""
    aboard = np.flatnonzero(shown.ship > 0.9)
    if rng.random() < 0.5 and len(aboard):
        picked = shown.rgb.reshape(-1, 3)[rng.choice(aboard)]
        return np.asarray(np.clip(picked * rng.uniform(0.8, 1.2), 0, 1), np.float32)
    return np.asarray(np.clip(rng.uniform(0.1, 0.95) + rng.normal(0, 0.07, 3), 0, 1), np.float32)


def _house(
    layer: NDArray[np.float32], cover: NDArray[np.float32], box: tuple[float, float, float, float],
    tone: NDArray[np.float32], rng: np.random.Generator,
) -> None:  # fmt: skip
    top, foot, left, right = (round(v) for v in box)
    part = np.s_[max(top, 0) : max(foot, 0), max(left, 0) : max(right, 0)]
    high, wide = cover[part].shape
    if not high or not wide:
        return
    pitch = rng.uniform(3, 16, 2)
    panes = (np.mod(np.arange(high) / pitch[0], 1) > 0.5)[:, None] & (np.mod(np.arange(wide) / pitch[1], 1) > 0.4)
    dark = rng.uniform(0.4, 1.1)
    layer[part] = np.where(panes[..., None], dark * tone, tone)
    cover[part] = 1


def _taken(rgb: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The picture as another camera and another file would hold it."""
    if rng.random() < 0.3:
        air = rng.uniform(0.5, 0.95) + rng.normal(0, 0.03, 3)
        rgb = rgb + np.float32(rng.uniform(0, 0.5)) * (air.astype(np.float32) - rgb)
    if rng.random() < 0.7:
        gain = np.exp(rng.normal(0, 0.2) + rng.normal(0, 0.06, 3))
        rgb = np.clip(rgb * gain, 0, 1).astype(np.float32) ** np.float32(np.exp(rng.normal(0, 0.3)))
    if rng.random() < 0.15:
        rgb = np.repeat(rgb.mean(axis=-1, keepdims=True), 3, axis=-1)
    elif rng.random() < 0.4:
        grey = rgb.mean(axis=-1, keepdims=True)
        rgb = grey + np.float32(rng.uniform(0.2, 1.6)) * (rgb - grey)
    if rng.random() < 0.3:
        across, down = (rng.normal(0, 0.1) * np.linspace(-1, 1, n) for n in SHAPE[::-1])
        rgb = rgb + (down[:, None] + across)[..., None].astype(np.float32)
    if rng.random() < 0.4:
        sigma = rng.uniform(0.3, 1.6)
        rgb = ndimage.gaussian_filter(rgb, (sigma, sigma, 0), truncate=2.5)
    if rng.random() < 0.6:
        coarse = float(rng.uniform(1, 3))
        noise = _noise(SHAPE, (coarse, coarse), rng)[..., None] * np.float32(rng.uniform(0, 0.05))
        rgb = rgb + noise
    rgb = np.clip(rgb, 0, 1)
    if rng.random() < 0.35:
        held = io.BytesIO()
        Image.fromarray((255 * rgb).astype(np.uint8)).save(held, "JPEG", quality=int(rng.integers(25, 90)))
        rgb = np.asarray(Image.open(held), np.float32) / 255
    return np.asarray(rgb, np.float32)
