"""Patches for training: where they are cut, how they are turned, and how their light is changed.

Half of them hold a labelled ship (those alongside more often), a third the shoreline, the rest anything near water.
Each is turned, mirrored and rescaled at random. Rescaled below one, Sentinel-2's pixels become as sharp as those of
finer sensors; brightness, colour, haze, blur and noise change because sensors, seasons and stretches do; infrared is
left out in part, because many images have none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.detection.optical_boxes import BOX, Boxes, written
from roadstead.detection.optical_grid import WORK_M
from roadstead.detection.optical_planes import stacked
from roadstead.train.calm import PIXEL_M, calm_patch
from roadstead.train.cranes import lay_cranes
from roadstead.train.examples import CORE, HULL, SHORE, SHORE_VISIBLE, WEIGHT, Example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.train.paste import Bank

_ZOOM = (0.5, 1.5)  # below 1 things get smaller
_ON_SHIPS, _ON_SHORE = 0.5, 0.33
_ALONGSIDE_WEIGHT = 1.5
_NEAR_SHORE, _NEAR_WATER = 0.5, -0.6  # of the shore plane
_INLAND, _INLAND_WEIGHT = -0.5, 0.2
_NO_INFRARED, _NO_SHORTWAVE, _GREY, _NO_SHORE, _BLURRED = 0.4, 0.1, 0.15, 0.1, 0.3
_NOISE = 0.08
_CALM_GREY = 0.35
_VEILED, _VEIL_MOST, _VEIL_LIGHT = 0.2, 0.45, (1.5, 5.0)
_VEIL_COLOURS = (1.1, 1.0, 0.95, 0.9, 0.5)  # of the five bands; thin cloud is grey, and faint at 1.6 micrometres


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What patches are made of beside the labelled ships."""

    pasted: float
    """share of patches that ships are laid into"""
    flat: float
    """share of these ships that are evenly lit"""
    calm: float = 0.0
    """share of patches that are nothing but smooth water with evenly lit ships"""
    cranes: bool = False
    """whether cranes stand over some of the ships at quays, and over empty berths"""


LEARNING, SETTLING = Mix(pasted=0.35, flat=0.2), Mix(pasted=0.5, flat=0.4, calm=0.3)
WORKING = Mix(pasted=0.5, flat=0.3, calm=0.15, cranes=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One piece of training."""

    planes: NDArray[np.float32]
    """what the network sees, shape (9, side, side)"""
    truth: NDArray[np.float32]
    """hull and core, 0-1, shape (2, side, side)"""
    weight: NDArray[np.float32]
    """0 where nothing is known, shape (side, side)"""
    boxes: NDArray[np.float32]
    """box of the ship at every second pixel (`detection.optical_boxes`), shape (BOX, side / 2, side / 2)"""
    boxed: NDArray[np.float32]
    """how much a box counts, 0 where there is no ship; shape (side / 2, side / 2)"""


class PatchMaker:
    """Draws patches from examples; the generator alone decides which."""

    def __init__(self, examples: Sequence[Example], bank: Bank | None, *, side_px: int) -> None:
        """`side_px` is the side of a patch, working pixels."""
        self._side_px = side_px
        self._examples = tuple(examples)
        self._bank = bank
        ships = [(k, s[0], s[1], s[-1]) for k, e in enumerate(examples) for s in e.ships]
        self._ships = np.array(ships, np.float64).reshape(-1, 4)
        counts = np.bincount(self._ships[:, 0].astype(int), minlength=len(examples))
        # a port with four times the ships is seen twice as often
        share = np.where(self._ships[:, 3] > 0, _ALONGSIDE_WEIGHT, 1.0) / np.sqrt(counts[self._ships[:, 0].astype(int)])
        self._ship_share = share / share.sum()
        self._shore = [_places(e, -_NEAR_SHORE, _NEAR_SHORE) for e in examples]
        self._water = [_places(e, _NEAR_WATER, math.inf) for e in examples]
        area = np.sqrt([len(places) for places in self._water])
        self._area_share = area / area.sum()

    def draw(self, rng: np.random.Generator, mix: Mix = LEARNING) -> Patch:
        """One patch."""
        example, row, col = self._place(rng)
        zoom = math.exp(rng.uniform(math.log(_ZOOM[0]), math.log(_ZOOM[1])))
        turn = _turn(rng, zoom)
        cut, ids = _cut(example.layers, example.ids, turn, (row, col), self._side_px)
        layers = np.ascontiguousarray(np.moveaxis(cut, 2, 0))
        ships = _turned(example.ships, turn, row, col, self._side_px)
        native_m, infrared, grey = example.native_m * zoom, example.infrared, _GREY
        if self._bank is not None and mix.calm and rng.random() < mix.calm:
            native_m, infrared, grey = rng.uniform(*PIXEL_M), (True, False), _CALM_GREY
            layers, ids, ships = calm_patch(self._bank, layers, native_m, zoom, rng)
        elif self._bank is not None and rng.random() < mix.pasted:
            laid = self._bank.paste(layers, ids, len(ships), zoom, rng, flat=mix.flat, cranes=mix.cranes)
            ships = np.concatenate([ships, laid])
        if mix.cranes:
            lay_cranes(layers, ships, rng)
        weight = layers[WEIGHT] * np.where(layers[SHORE] < _INLAND, _INLAND_WEIGHT, 1)
        seen = _infrared(infrared, rng) if rng.random() >= grey else None
        planes = _relit(layers, native_m, seen, rng)
        boxes, boxed = _boxes(ids, ships)
        return Patch(
            planes=planes, truth=layers[[HULL, CORE]], weight=weight.astype(np.float32), boxes=boxes, boxed=boxed
        )

    def _place(self, rng: np.random.Generator) -> tuple[Example, float, float]:
        """An image and the middle of the patch in it."""
        kind = rng.random()
        if kind < _ON_SHIPS and len(self._ships):
            k, row, col, _ = self._ships[rng.choice(len(self._ships), p=self._ship_share)]
            row, col = rng.normal((row, col), self._side_px / 5)
            return self._examples[int(k)], row, col
        k = int(rng.choice(len(self._examples), p=self._area_share))
        places = self._shore[k] if kind < _ON_SHIPS + _ON_SHORE and len(self._shore[k]) else self._water[k]
        row, col = places[rng.integers(len(places))]
        return self._examples[k], float(row), float(col)


def _places(example: Example, low: float, high: float) -> NDArray[np.int32]:
    """Rows and columns where the shore plane lies between two values and something is known, shape (n, 2)."""
    shore = example.layers[..., SHORE]
    return np.argwhere((shore > low) & (shore < high) & (example.layers[..., WEIGHT] > 0)).astype(np.int32)


def _turn(rng: np.random.Generator, zoom: float) -> NDArray[np.float64]:
    """A random turn, mirrored or not, with a zoom: patch offsets to image offsets, shape (2, 2)."""
    angle, mirror = rng.uniform(0, 2 * math.pi), rng.choice((-1.0, 1.0))
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin * mirror, cos * mirror]]) / zoom


def _turned(
    ships: NDArray[np.float32], turn: NDArray[np.float64], row: float, col: float, side: int
) -> NDArray[np.float64]:
    """Ships (see `Example.ships`) as they lie in a patch: middle, length, beam and axis, shape (n, 5)."""
    back = np.linalg.inv(turn)
    places = (ships[:, :2].astype(np.float64) - 0.5 - (row, col)) @ back.T + (side - 1) / 2
    ways = np.column_stack([np.sin(ships[:, 4]), np.cos(ships[:, 4])]) @ back.T
    zoom = np.sqrt(np.abs(np.linalg.det(back)))
    return np.column_stack([places, ships[:, 2:4] * zoom, np.arctan2(ways[:, 0], ways[:, 1]) % math.pi])


def _boxes(ids: NDArray[np.int16], ships: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What `Patch.boxes` and `Patch.boxed` hold; a ship counts as the root of its pixels."""
    half = ids.shape[0] // 2
    which = ids.reshape(half, 2, half, 2).max(axis=(1, 3)).astype(np.int64)
    rows, cols = np.nonzero(which)
    boxes, boxed = np.zeros((BOX, half, half), np.float32), np.zeros((half, half), np.float32)
    if rows.size:
        mine = which[rows, cols] - 1
        seen = Boxes(*np.maximum(ships[mine].T, [[-np.inf]] * 2 + [[1.0]] * 2 + [[0.0]]))
        boxes[:, rows, cols] = written(seen, 2 * rows + 0.5, 2 * cols + 0.5)
        boxed[rows, cols] = 1 / np.sqrt(np.bincount(mine)[mine])
    return boxes, boxed


@numba.njit(cache=True)
def _cut(
    layers: NDArray[np.float32],
    ids: NDArray[np.int16],
    turn: NDArray[np.float64],
    place: tuple[float, float],
    size: int,
) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    """Bilinear values of a turned square around a place, and the nearest pixels' ships; 0 outside the image.

    Returns:
        Values, shape (size, size, layers), and ids, shape (size, size).
    """
    (row, col), count = place, layers.shape[2]
    out = np.zeros((size, size, count), np.float32)
    which = np.zeros((size, size), np.int16)
    half = (size - 1) / 2
    for i in range(size):
        for j in range(size):
            y = row + turn[0, 0] * (i - half) + turn[0, 1] * (j - half)
            x = col + turn[1, 0] * (i - half) + turn[1, 1] * (j - half)
            top, left = math.floor(y), math.floor(x)
            if top < 0 or left < 0 or top + 1 >= layers.shape[0] or left + 1 >= layers.shape[1]:
                continue
            down, right = np.float32(y - top), np.float32(x - left)
            which[i, j] = ids[top + round(down), left + round(right)]
            for k in range(count):
                upper = layers[top, left, k] * (1 - right) + layers[top, left + 1, k] * right
                lower = layers[top + 1, left, k] * (1 - right) + layers[top + 1, left + 1, k] * right
                out[i, j, k] = upper * (1 - down) + lower * down
    return out, which


def _relit(
    layers: NDArray[np.float32], native_m: float, infrared: tuple[bool, bool] | None, rng: np.random.Generator
) -> NDArray[np.float32]:
    """The network's planes of a patch under another light, haze and sensor.

    Args:
        layers: of the patch.
        native_m: ground size of the sensor's pixels, metres.
        infrared: whether near and short-wave infrared are there; None where one band stands for all.
        rng: decides.
    """
    bands = layers[:5]
    gain = np.exp(rng.normal(0, 0.3) + rng.normal(0, 0.2, 5))
    haze = rng.normal(0, 0.06) + rng.normal(0, 0.03, 5)
    bands = (bands * gain[:, None, None] + haze[:, None, None]).astype(np.float32)
    if rng.random() < _VEILED:
        bands = _veiled(bands, rng)
    if rng.random() < _BLURRED:
        bands = ndimage.gaussian_filter(bands, (0, *[rng.uniform(0.4, 1.1)] * 2))
    bands += rng.standard_normal(bands.shape, np.float32) * np.float32(rng.uniform(0, _NOISE))
    if infrared is None:
        bands[:3] = bands[int(rng.integers(3))]  # one band, and one noise, stands for all
    near, short = infrared or (False, False)
    bands[3:] *= np.array([near, short], np.float32)[:, None, None]
    shore = layers[SHORE if near else SHORE_VISIBLE]
    if rng.random() < _NO_SHORE:
        shore = np.ones_like(shore)
    return stacked(bands, shore, (near, short), native_m, WORK_M)


def _veiled(bands: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """A patch under thin cloud of uneven thickness, as bright as `_VEIL_LIGHT` times land where it hides everything."""
    nodes, side = rng.standard_normal((5, 5)), bands.shape[1]
    thick = ndimage.zoom(nodes, side / 5, order=3, grid_mode=True, mode="nearest")[:side, :side]
    veil = np.clip(rng.uniform(0, 0.2) + 0.12 * thick, 0, _VEIL_MOST)
    light = rng.uniform(*_VEIL_LIGHT) * np.array(_VEIL_COLOURS)
    return np.asarray(bands * (1 - veil) + veil * light[:, None, None], np.float32)


def _infrared(there: tuple[bool, bool], rng: np.random.Generator) -> tuple[bool, bool]:
    """Which infrared bands a patch keeps."""
    kind = rng.random()
    if kind < _NO_INFRARED:
        return False, False
    near, short = there
    return near, short and kind >= _NO_INFRARED + _NO_SHORTWAVE
