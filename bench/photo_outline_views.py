"""Photographs on which the network that reads outlines is trained, drawn once and kept outside the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead import library
from roadstead.simulate.photograph_draws import random_photograph
from roadstead.steps import stream

if TYPE_CHECKING:
    from pathlib import Path

SEED = 1000
_JITTERS = ((0.03, 0.2), (0.06, 0.4))
"""landmarks moved as in the judgement, or farther: ships that no library holds"""
_FARTHER, _ABAFT, _CLUTTER = 0.4, 0.5, 2 / 3
"""shares of ships with landmarks moved farther, of views from any side, of views with clutter behind"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A photograph with its truth."""

    rgb: NDArray[np.uint8]
    """shape (rows, columns, 3)"""
    walls: NDArray[np.uint8]
    """share of each pixel between the ship's top, without jibs and rigging, and the water, 0-255; (rows, columns)"""
    ship: NDArray[np.bool_]
    """where the ship is seen with jibs and rigging"""
    waterline: tuple[float, float, float, float]
    horizon: tuple[float, float, float, float]


def views(folder: Path, count: int) -> list[View]:
    """The first photographs, from their files where they were drawn before."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_kept(folder / f"{k}.npz", k) for k in range(count)]


def _kept(path: Path, number: int) -> View:
    if not path.exists():
        _draw(path, number)
    with np.load(path) as held:
        water = tuple(float(v) for v in held["waterline"])
        return View(
            rgb=held["rgb"],
            walls=_down_to_the_water(held["walls"], water),
            ship=held["ship"],
            waterline=water,
            horizon=tuple(float(v) for v in held["horizon"]),
        )


def _draw(path: Path, number: int) -> None:
    """Write a photograph of a form in turn from any side, clutter in two of three."""
    rng = stream(SEED, "photo", "training", str(number))
    forms = sorted(library.forms())
    photo, _ = random_photograph(
        library.form(forms[number % len(forms)]),
        SEED * 100_000 + number,
        bow_angle_deg=float(rng.uniform(20, 160) if rng.random() < _ABAFT else rng.uniform(20, 90)),
        clutter=bool(rng.random() < _CLUTTER),
        jitter=_JITTERS[int(rng.random() < _FARTHER)],
    )
    np.savez(
        path, rgb=photo.rgb, walls=np.round(255 * photo.walls).astype(np.uint8), ship=photo.ship,
        waterline=np.array(photo.waterline), horizon=np.array(photo.horizon),
    )  # fmt: skip


def _down_to_the_water(walls: NDArray[np.uint8], water: tuple[float, ...]) -> NDArray[np.uint8]:
    """What lies under a raked bow counts as ship, as a profile counts it."""
    rows, cols = walls.shape
    foot = water[1] + (water[3] - water[1]) / (water[2] - water[0]) * (np.arange(cols) + 0.5 - water[0])
    filled = np.maximum.accumulate(walls, axis=0)
    return np.where(np.arange(rows)[:, None] + 0.5 < foot, filled, walls)
