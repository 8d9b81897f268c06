"""Spars in the overhead view: thin beams that hang free, drawn point by point, and their shadows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from roadstead.library.faces import Faces
    from roadstead.library.rays import Rays
    from roadstead.library.solid import Solid, Spar

_LATTICE = 0.6
"""share of the light that a jib's lattice stops"""


def shade_spars(
    sunlit: NDArray[np.float32], height_m: NDArray[np.float32], solid: Solid, middle: tuple[float, float], rays: Rays
) -> None:
    """Let every point of the spars fall along the sun's rays until it meets something, and darken that place."""
    if rays.sun is None or not solid.spars:
        return
    from roadstead.library.view_kernels import darken  # noqa: PLC0415 - numba only when a ship is drawn

    per_cell = np.array([*solid.spacing_m, 1.0])
    points = np.concatenate([_points(spar, solid.spacing_m) for spar in solid.spars]) / per_cell + [*middle, 0.0]
    way = -0.5 * min(solid.spacing_m) * np.array(rays.sun) / per_cell
    darken(sunlit, height_m, points, (way[0], way[1], way[2]), 1 - _LATTICE)


def draw_spars(faces: Faces, spars: Iterable[Spar], rays: Rays) -> None:
    """Lay spars over what is seen, displaced as their height asks."""
    lean = np.array([*rays.lean, 0.0])
    for spar in spars:
        points = _points(spar, faces.spacing_m)
        seen = points - points[:, 2:] * lean
        _, rows, cols = _inside(seen, faces.material.shape, faces.middle, faces.spacing_m)
        faces.material[rows, cols] = spar.material
        faces.dark[rows, cols] = 0
        for light in (faces.direct, faces.sky, faces.texture):
            light[rows, cols] = 1


def _points(spar: Spar, spacing_m: tuple[float, float]) -> NDArray[np.float64]:
    """Points that fill a spar, at most half a cell apart, shape (points, 3)."""
    start, end = np.array(spar.start_m), np.array(spar.end_m)
    long = end - start
    fine = min(spacing_m) / 2
    along = np.linspace(0, 1, max(2, math.ceil(float(np.linalg.norm(long)) / fine)))
    side = np.array([-long[1], long[0], 0.0]) / max(float(np.hypot(long[0], long[1])), 1e-9)
    across = np.linspace(-0.5, 0.5, max(2, math.ceil(spar.width_m / fine))) * spar.width_m
    points: NDArray[np.float64] = (start + along[:, None, None] * long + across[None, :, None] * side).reshape(-1, 3)
    return points


def _inside(
    points: NDArray[np.float64], shape: tuple[int, ...], middle: tuple[float, float], spacing_m: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Points within a grid, with their rows and columns."""
    rows, cols = (np.floor(points[:, k] / spacing_m[k] + middle[k]).astype(np.int64) for k in (0, 1))
    kept = (rows >= 0) & (cols >= 0) & (rows < shape[0]) & (cols < shape[1])
    return points[kept], rows[kept], cols[kept]
