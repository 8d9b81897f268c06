"""What is seen of a solid from above, cell by cell in the ship's own frame, and how it is lit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.library.spars import draw_spars, shade_spars

if TYPE_CHECKING:
    from roadstead.library.rays import Rays
    from roadstead.library.solid import Solid

_WALL_SKY = 0.5
"""a wall sees half the sky"""
_STEEPEST = 0.6
"""slopes steeper than this are walls, which a view from above does not see"""
_WALL_GLARE = 2.0
"""a low sun lights a wall more than the ground; beyond this factor images saturate anyway"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """A padded grid in the ship's frame; all arrays of one shape (rows, columns)."""

    material: NDArray[np.int16]
    """of what is seen; -1 on water"""
    texture: NDArray[np.float32]
    direct: NDArray[np.float32]
    """direct light, as a multiple of that on level ground"""
    sky: NDArray[np.float32]
    """light of the sky, as a share of that on level ground"""
    dark: NDArray[np.float32]
    """share of a cell of water that lies in the ship's shadow"""
    middle: tuple[float, float]
    """row and column of the ship's middle, in cells from the first cell's edge"""
    spacing_m: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """A solid's heights with water around, and how far the sun comes down."""

    height_m: NDArray[np.float32]
    edge_m: NDArray[np.float32]
    """what lies below this is in shadow"""
    sunlit: NDArray[np.float32]
    """share of each cell that the sun reaches; written to while spars are added"""
    deck_m: NDArray[np.float32]
    """shape (rows,)"""


def faces_of(solid: Solid, rays: Rays) -> Faces:
    """See a solid from above: what is met, whether the sun reaches it, and where its shadow falls on the water."""
    pad = _pad(solid, rays)
    middle = (pad[0][0] + solid.height_m.shape[0] / 2, pad[1][0] + solid.height_m.shape[1] / 2)
    relief = _relief(solid, rays, pad)
    shade_spars(relief.sunlit, relief.height_m, solid, middle, rays)
    material = np.pad(solid.material, pad, constant_values=-1)
    faces = Faces(
        material=material,
        texture=np.pad(solid.texture, pad, constant_values=1),
        direct=relief.sunlit * _facing(relief.height_m, solid.spacing_m, rays),
        sky=np.pad(solid.sky, pad, constant_values=1),
        dark=np.where(material < 0, 1 - relief.sunlit, 0).astype(np.float32),
        middle=middle,
        spacing_m=solid.spacing_m,
    )
    if rays.slanting:
        faces = _leaning(solid, faces, relief, rays)
    draw_spars(faces, solid.spars, rays)
    return faces


def _pad(solid: Solid, rays: Rays) -> tuple[tuple[int, int], tuple[int, int]]:
    """Cells of water to add before and after, along rows and columns, for shadow, lean and spars."""
    pads = []
    for axis, size in enumerate((solid.length_m, solid.beam_m)):
        ends = [point[axis] for spar in solid.spars for point in (spar.start_m, spar.end_m)]
        outside = max([0.0, *(abs(end) - size / 2 + 1 for end in ends)])
        thrown = rays.thrown_m(solid.top_m, axis)
        before, after = (max(0.0, *(sign * way for way in thrown)) + outside for sign in (-1, 1))
        cell = solid.spacing_m[axis]
        pads.append((math.ceil(before / cell) + 1, math.ceil(after / cell) + 1))
    return pads[0], pads[1]


def _relief(solid: Solid, rays: Rays, pad: tuple[tuple[int, int], tuple[int, int]]) -> Relief:
    height = np.pad(solid.height_m, pad)
    deck = np.pad(solid.deck_m, pad[0], mode="edge")
    if rays.sun is None:
        never = np.full(height.shape, -np.inf, np.float32)
        return Relief(height_m=height, edge_m=never, sunlit=np.ones(height.shape, np.float32), deck_m=deck)
    from roadstead.library.view_kernels import shadow_height  # noqa: PLC0415 - numba only when a ship is drawn

    edge = shadow_height(height, rays.sun, solid.spacing_m)
    # a wall stands at its cell's rim, half a cell before the middle from which the edge was reckoned, and a shadow ends
    # within a cell: its share of the cell follows from how far the edge still stands above the ground
    drop = rays.sun[2] / max(abs(rays.sun[axis]) / solid.spacing_m[axis] for axis in (0, 1))
    sunlit = np.clip((height - edge) / np.float32(drop), 0, 1)
    return Relief(height_m=height, edge_m=edge, sunlit=sunlit, deck_m=deck)


def _facing(height_m: NDArray[np.float32], spacing_m: tuple[float, float], rays: Rays) -> NDArray[np.float32]:
    """Direct light on each facet over that on level ground.

    A facet's slope is the smaller of the slopes to both neighbours, so that steps stay level. Only what is turned
    towards the sun counts: a slope away from it is a flight of steps of which each shades part of the next.
    """
    if rays.sun is None:
        return np.ones(height_m.shape, np.float32)
    lift = np.zeros(height_m.shape, np.float32)
    steep = np.ones(height_m.shape, np.float32)
    for axis in (0, 1):
        ahead, behind = np.zeros((2, *height_m.shape), np.float32)
        before, after = ((slice(None), end) if axis else end for end in (slice(None, -1), slice(1, None)))
        ahead[before] = behind[after] = np.diff(height_m, axis=axis) / np.float32(spacing_m[axis])
        slope = np.where(ahead * behind > 0, np.where(np.abs(ahead) < np.abs(behind), ahead, behind), 0)
        slope[np.abs(slope) > _STEEPEST] = 0
        lift -= slope * np.float32(rays.sun[axis])
        steep += slope**2
    lit: NDArray[np.float32] = np.clip(1 + lift / np.float32(rays.sun[2]), 1, 3) / np.sqrt(steep)
    return lit


def _leaning(solid: Solid, faces: Faces, relief: Relief, rays: Rays) -> Faces:
    """The faces as a slanting line of sight meets them."""
    from roadstead.library.view_kernels import seen_cells  # noqa: PLC0415 - numba only when a ship is drawn

    per_m = [rays.lean[axis] / solid.spacing_m[axis] for axis in (0, 1)]
    step_m = 0.5 / max(map(abs, per_m))
    top_m = float(relief.height_m.max())
    source, wall = seen_cells(relief.height_m, per_m[0] * step_m, per_m[1] * step_m, step_m, top_m)
    is_wall = np.isfinite(wall)
    material = faces.material.ravel()[source]
    hull = is_wall & (wall < relief.deck_m[source // source.shape[1]])
    lit = np.float32(_wall_light(rays)) * (relief.edge_m.ravel()[source] < wall)
    return Faces(
        material=np.where(hull, np.int16(solid.hull_material), material),
        texture=np.where(is_wall, np.float32(1), faces.texture.ravel()[source]),
        direct=np.where(is_wall, lit, faces.direct.ravel()[source]),
        sky=np.where(is_wall, np.float32(_WALL_SKY), faces.sky.ravel()[source]),
        dark=np.where(material < 0, faces.dark, np.float32(0)),
        middle=faces.middle,
        spacing_m=faces.spacing_m,
    )


def _wall_light(rays: Rays) -> float:
    """Direct light on the walls that face the sensor, over that on level ground; walls run along or across the hull."""
    if rays.sun is None:
        return 1.0
    axis = 0 if abs(rays.lean[0]) > 2 * abs(rays.lean[1]) else 1
    return min(_WALL_GLARE, max(0.0, math.copysign(1.0, rays.lean[axis]) * rays.sun[axis] / rays.sun[2]))
