"""The other two views of a solid: its shadow on the water as a shape, and its side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from roadstead.library.materials import reflectances
from roadstead.library.rays import rays_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from roadstead.library.rays import SunView
    from roadstead.library.solid import Solid, Spar
    from roadstead.model import BandRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Silhouette:
    """The highest point over each place along the hull, from left to right as it is seen from one side."""

    side: Literal["port", "starboard"]
    fraction: NDArray[np.float32]
    """share of the hull's length from the bow; rises seen from port, falls seen from starboard"""
    height_m: NDArray[np.float32]
    """above the waterline, same shape"""


def silhouette(solid: Solid, side: Literal["port", "starboard"] = "port") -> Silhouette:
    """The outline of a ship from one side."""
    rows = solid.height_m.shape[0]
    fraction = ((np.arange(rows) + 0.5) / rows).astype(np.float32)
    height = solid.height_m.max(axis=1)
    for spar in solid.spars:
        ends = sorted((spar.start_m, spar.end_m))
        at = [point[0] / solid.length_m + 0.5 for point in ends]
        beam = np.interp(fraction, at, [point[2] for point in ends], left=0, right=0)
        height = np.maximum(height, beam.astype(np.float32))
    turn = 1 if side == "port" else -1
    return Silhouette(side=side, fraction=fraction[::turn], height_m=height[::turn])


def silhouette_image(
    solid: Solid, side: Literal["port", "starboard"], bands: Sequence[BandRole | str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The ship's side in its materials under an even light, for pictures.

    Returns:
        Reflectance, shape (bands, height, width), and where the ship is (True), at the solid's cells along both axes,
        the waterline at the bottom. Spars are left out.
    """
    cell = solid.spacing_m[0]
    rows, cols = solid.height_m.shape
    levels = (np.arange(math.ceil(solid.top_m / cell)) + 0.5) * cell
    seen = np.full((len(levels), rows), -1, np.int16)
    # from the far side to the near one, so that what is nearer covers what is behind it
    for col in range(cols) if side == "starboard" else range(cols - 1, -1, -1):
        solid_here = (levels[:, None] < solid.height_m[None, :, col]) & (solid.material[None, :, col] >= 0)
        wall = np.where(levels[:, None] < solid.deck_m[None, :], solid.hull_material, solid.material[None, :, col])
        seen = np.where(solid_here, wall, seen)
    seen = seen[::-1, :: 1 if side == "port" else -1]
    picture = np.where(seen >= 0, reflectances(bands)[seen].transpose(2, 0, 1), 0).astype(np.float32)
    return picture, seen >= 0


def water_shadow(solid: Solid, sight: SunView, *, heading_deg: float) -> BaseGeometry:
    """Where the ship's shadow lies on the water.

    Returns:
        Polygon or multipolygon in metres east and north of the ship's middle, without the ship itself; empty when the
        sun is not above the horizon.
    """
    sun = rays_of(sight, heading_deg).sun
    if sun is None:
        return Polygon()
    away = (-sun[0] / sun[2], -sun[1] / sun[2])
    boxes, heights = _runs(solid)
    moved = boxes + heights[:, None, None] * np.array(away)
    cast = shapely.convex_hull(shapely.multipoints(np.concatenate([boxes, moved], axis=1)))
    spars = [_spar_shadow(spar, away) for spar in solid.spars]
    plan = shapely.union_all(shapely.polygons(boxes))
    # on a grid of a millimetre, so that rounding leaves no slivers along the hull
    shadow = shapely.difference(shapely.union_all([*cast, *spars]), plan, grid_size=1e-3)
    sin, cos = math.sin(math.radians(heading_deg)), math.cos(math.radians(heading_deg))
    turn = np.array([[-sin, -cos], [cos, -sin]])
    return shapely.transform(shadow, lambda points: points @ turn)


def _runs(solid: Solid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Stretches of equal height in each row, as rectangles (runs, 4 corners, 2) in the ship's frame, with heights."""
    along, across = solid.spacing_m
    rows, cols = solid.height_m.shape
    boxes, heights = [], []
    for row in range(rows):
        line = solid.height_m[row]
        cuts = [0, *(np.flatnonzero(np.diff(line)) + 1).tolist(), cols]
        for first, last in pairwise(cuts):
            if line[first] > 0:
                u, v = (row - rows / 2) * along, (np.array([first, last]) - cols / 2) * across
                boxes.append([[u, v[0]], [u, v[1]], [u + along, v[1]], [u + along, v[0]]])
                heights.append(float(line[first]))
    return np.array(boxes), np.array(heights)


def _spar_shadow(spar: Spar, away: tuple[float, float]) -> BaseGeometry:
    ends = [(p[0] + p[2] * away[0], p[1] + p[2] * away[1]) for p in (spar.start_m, spar.end_m)]
    return shapely.linestrings(ends).buffer(spar.width_m / 2, cap_style="flat")
