"""Quay cranes laid across ships at work, and over empty berths.

A row of booms across a container ship cuts what is seen of it into pieces, and each boom looks like a narrow ship of
its own. Few labelled images show that. Booms go over hulls whose outline is known, so that the ship beneath stays
one; and over berths where nothing lies, as nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.train.examples import SHORE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BANDS = 5
_LEAST_PX = 20.0  # shorter ships are rarely worked by gantry cranes
_WORKED = 0.5  # share of the longer ones at quays
_QUAY_PX = 4.0  # between a ship's side and the quay, at most
_SPACING_PX = (5.0, 16.0)  # between neighbours
_BOOM_HALF_PX, _PORTAL_HALF_PX = (0.3, 1.4), (0.5, 2.5)
_BEYOND_PX, _PORTAL_PX = (-2.0, 9.0), (3.0, 14.0)  # seaward of a ship's far side; landward of its near one
_LIGHT, _COLOUR, _COVER = (0.25, 3.5), 0.2, (0.4, 1.0)  # the unit is as in the planes
_RAISED = 0.25  # share of cranes whose boom is up
_SHADED, _SHADOW_PX, _DARK = 0.7, (1.0, 6.0), (0.2, 0.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crane:
    """One crane in the frame of its berth: along the quay, and across it towards the sea, pixels."""

    at: float
    boom: tuple[float, float]
    portal: tuple[float, float]
    half: tuple[float, float]
    """of boom and portal"""

    def cover(self, along: NDArray[np.float64], seaward: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of every pixel that it covers, 0-1."""
        parts = [
            np.clip(half + 0.5 - np.abs(along - self.at), 0, 1)
            * np.clip(np.minimum(seaward - first, end - seaward) + 0.5, 0, 1)
            for half, (first, end) in zip(self.half, (self.boom, self.portal), strict=True)
        ]
        return np.maximum(*parts)


def lay_cranes(layers: NDArray[np.float32], ships: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Lay cranes over some of the ships at quays into a patch's layers (see `examples`), in place.

    Args:
        layers: of the patch, changed.
        ships: middles (rows, columns), lengths, beams and axes, shape (n, 5).
        rng: decides.
    """
    slope = None
    for ship in ships:
        row, col = round(float(ship[0])), round(float(ship[1]))
        inside = 0 <= row < layers.shape[1] and 0 <= col < layers.shape[2]
        if ship[2] < _LEAST_PX or not inside or rng.random() >= _WORKED:
            continue
        slope = np.gradient(layers[SHORE]) if slope is None else slope
        quay_px = layers[SHORE, row, col] / max(1e-6, math.hypot(slope[0][row, col], slope[1][row, col]))
        if quay_px <= ship[3] / 2 + _QUAY_PX:
            lay_row(layers, ship, (float(slope[0][row, col]), float(slope[1][row, col])), rng)


def lay_row(
    layers: NDArray[np.float32], berth: NDArray[np.float64], away: tuple[float, float], rng: np.random.Generator
) -> None:
    """Lay a row of cranes at one berth into a patch's bands, in place.

    Args:
        layers: of the patch, changed.
        berth: middle, length, beam and axis of what lies there, or would, shape (5,).
        away: direction from the quay, rows then columns.
        rng: decides.
    """
    along, seaward = from_ship(layers.shape[1:], berth)
    if away[0] * math.cos(berth[4]) - away[1] * math.sin(berth[4]) < 0:
        seaward = -seaward
    length, side = berth[2], berth[3] / 2
    spacing, half = rng.uniform(*_SPACING_PX), (rng.uniform(*_BOOM_HALF_PX), rng.uniform(*_PORTAL_HALF_PX))
    reach, depth = side + rng.uniform(*_BEYOND_PX), rng.uniform(*_PORTAL_PX)
    count = int(rng.integers(1, 2 + int(0.9 * length / spacing)))
    slots = rng.permutation(np.arange(-0.45 * length, 0.45 * length, spacing))[:count]
    cranes = []
    for slot in slots:
        raised = rng.random() < _RAISED
        boom = (-side - 1, -side if raised else reach + rng.normal(0, 0.7))
        portal = (-side - depth, -side)
        cranes.append(_Crane(at=float(slot + rng.normal(0, 0.8)), boom=boom, portal=portal, half=half))
    light = math.exp(rng.uniform(*np.log(_LIGHT))) * np.exp(rng.normal(0, _COLOUR, _BANDS))
    cover, towards, far = rng.uniform(*_COVER), rng.uniform(0, 2 * math.pi), rng.uniform(*_SHADOW_PX)
    dark = rng.uniform(*_DARK) if rng.random() < _SHADED else 0.0
    shift = (far * math.cos(towards), far * math.sin(towards))
    shaded, covered = np.zeros(along.shape), np.zeros(along.shape)
    for crane in cranes:
        shaded = np.maximum(shaded, crane.cover(along - shift[0], seaward - shift[1]))
        covered = np.maximum(covered, crane.cover(along, seaward))
    layers[:_BANDS] *= (1 - dark * shaded).astype(np.float32)
    over = (cover * covered).astype(np.float32)
    layers[:_BANDS] += over * (light.astype(np.float32)[:, None, None] - layers[:_BANDS])


def from_ship(shape: tuple[int, ...], ship: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far every pixel lies from a ship's middle along its axis and across it, pixels, each shape (h, w)."""
    row, col, axis = ship[0], ship[1], ship[4]
    rows, cols = np.indices(shape)
    down, across = rows - row, cols - col
    return down * math.sin(axis) + across * math.cos(axis), down * math.cos(axis) - across * math.sin(axis)
