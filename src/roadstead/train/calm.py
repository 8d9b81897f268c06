"""Patches of nothing but smooth water with evenly lit ships and craft, some of them under way.

Labelled images are of ports, where something stands out everywhere, and a trunk that knows photographs looks for
texture: of a grey hull alone on the sea it makes little unless it has been shown some. And a boat with its wake looks
like a comet, which it takes for a ship as long as both.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.train.cranes import from_ship
from roadstead.train.examples import CORE, HULL, SHORE, SHORE_VISIBLE, WEIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.train.paste import Bank

PIXEL_M = (1.0, 11.0)
_BANDS = 5
_BRIGHTER = (1.0, 5.0)  # where only water shows its noise is the unit, and ships stand far out of it
_GRAIN = 0.125  # most noise: the unit is eight sigmas of the water or more (`optical_planes`)
_UNDER_WAY = 0.3
_WAKE, _COMET = ((0.05, 0.5), (0.3, 1.0), (0.5, 2.5)), ((0.3, 1.1), (0.8, 1.8), (2.0, 6.0))
_CRAFT, _CRAFT_PX, _CRAFT_BEAM_PX, _CRAFT_LIGHT = 0.6, (2.0, 5.0), (1.2, 2.0), (0.3, 2.0)
_WIDENING = (-0.7, 0.3)  # of a wake's breadth, where it has faded to a third


def calm_patch(
    bank: Bank, layers: NDArray[np.float32], pixel_m: float, zoom: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int16], NDArray[np.float64]]:
    """A patch of smooth water as an image of some pixel size shows it.

    Args:
        bank: ships.
        layers: of another patch, for their number and size.
        pixel_m: ground size of the image's own pixels, metres.
        zoom: of the patch.
        rng: decides.

    Returns:
        Layers and ids (see `examples`), and ships as `Bank.paste` returns them.
    """
    water, ids = np.zeros_like(layers), np.zeros(layers.shape[1:], np.int16)
    water[[SHORE, SHORE_VISIBLE, WEIGHT]] = 1
    ships = bank.paste(water, ids, 0, zoom, rng, flat=1.0)
    water[:_BANDS] *= np.float32(math.exp(rng.uniform(*np.log(_BRIGHTER))))
    for number, ship in enumerate(ships, 1):
        if rng.random() < _UNDER_WAY and (ids == number).any():
            light = water[:_BANDS, ids == number].mean(axis=1)
            water[:_BANDS] = np.maximum(water[:_BANDS], light[:, None, None] * _wake(ids.shape, ship, _WAKE, rng))
    if rng.random() < _CRAFT:
        ships = np.concatenate([ships, _boat(water, ids, len(ships) + 1, rng)])
    water[:_BANDS] = _grainy(water[:_BANDS], pixel_m, rng)
    return water, ids, ships


def _boat(
    water: NDArray[np.float32], ids: NDArray[np.int16], number: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """A boat under way laid into layers and ids, in place; returns it as `Bank.paste` does, shape (1, 5)."""
    row, col = rng.uniform(0, ids.shape[0], 2)
    ship = np.array([row, col, rng.uniform(*_CRAFT_PX), rng.uniform(*_CRAFT_BEAM_PX), rng.uniform(0, math.pi)])
    ahead, aside = from_ship(ids.shape, ship)
    cover = np.clip(ship[2] / 2 + 0.5 - np.abs(ahead), 0, 1) * np.clip(ship[3] / 2 + 0.5 - np.abs(aside), 0, 1)
    seen = np.maximum(cover, _wake(ids.shape, ship, _COMET, rng))
    light = math.exp(rng.uniform(*np.log(_CRAFT_LIGHT)))
    water[:_BANDS] = np.maximum(water[:_BANDS], np.float32(light) * seen.astype(np.float32))
    hull = (cover > 0.5) & (ids == 0)
    water[[HULL, CORE]] = np.maximum(water[[HULL, CORE]], hull)
    ids[hull] = number
    return ship[None]


def _wake(
    shape: tuple[int, ...], ship: NDArray[np.float64], spans: tuple[tuple[float, float], ...], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Foam behind one end of a ship, in units of the ship's light, shape (h, w).

    Its light, breadth and length, to where it has faded to a third, are shares of the ship's, within the spans.
    """
    length, beam = ship[2:4]
    light, broad, long = (rng.uniform(*span) for span in spans)
    ahead, aside = from_ship(shape, ship)
    behind = rng.choice((-1.0, 1.0)) * ahead - length / 2
    faded = np.maximum(behind, 0) / (length * long)
    half = beam * broad / 2 * np.clip(1 + rng.uniform(*_WIDENING) * faded, 0.2, None)
    foam = np.exp(-faded) * np.clip(half + 0.5 - np.abs(aside), 0, 1) * (behind > -1)
    return np.asarray(light * foam, np.float32)


def _grainy(bands: NDArray[np.float32], pixel_m: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Bands in pixels of that size, with noise of these pixels, back on the working grid."""
    noise, size = np.float32(rng.uniform(0, _GRAIN)), bands.shape[1]
    if pixel_m <= WORK_M:
        return np.asarray(bands + noise * rng.standard_normal(bands.shape, np.float32), np.float32)
    side = round(size * WORK_M / pixel_m)
    grid = WorkGrid(shape=(side, side), step_px=(side / size, side / size))
    coarse = grid.to_window(bands, (0, 0), (0, side), (0, side))
    coarse += noise * rng.standard_normal(coarse.shape, np.float32)
    return grid.to_work(coarse, (0, size), (0, size))
