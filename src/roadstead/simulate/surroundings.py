"""What stands still around a place: land, quays, breakwaters, cranes, in the metres of a scene's grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, box
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from roadstead.simulate.grid import Grid
    from roadstead.simulate.spec import Place

NODE_M = 20.0
"""distance between the nodes at which distances are kept"""
_FAR_M = 1e5
_BREAKWATER_M = 6.0
_CRANES_OF_A_CONTAINER_PORT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CraneBox:
    """A fixed quay crane: parts as footprints with the height of their underside and top."""

    parts: tuple[tuple[BaseGeometry, float, float], ...]
    """(footprint in UTM metres, lowest and highest point, metres)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """A place on a grid."""

    land: BaseGeometry
    """in UTM metres"""
    breakwaters: tuple[BaseGeometry, ...]
    cranes: tuple[CraneBox, ...]
    quay_lines: tuple[LineString, ...]
    nodes: NDArray[np.float32]
    """shape (4, rows, columns): distance to the nearest quay, cosine and sine of that quay's direction, distance to
    the coast (positive on land); metres"""
    node_west_m: float
    node_north_m: float
    middle_m: tuple[float, float]
    """origin of all patterns on land, so that every scene of a place shows the same land"""
    containers: bool
    """whether the yards hold containers"""


def surroundings(place: Place, grid: Grid) -> Surroundings:
    """Lay a place out on a grid."""
    land = grid.metres(place.land)
    quays = tuple(grid.metres(q) for q in place.quays)
    walls = tuple(grid.metres(b).buffer(_BREAKWATER_M, quad_segs=2) for b in place.breakwaters)
    west, north = grid.west_m - 10 * NODE_M, grid.north_m + 10 * NODE_M
    rows = math.ceil(grid.height * grid.pixel_m / NODE_M) + 21
    cols = math.ceil(grid.width * grid.pixel_m / NODE_M) + 21
    xs, ys = west + NODE_M * np.arange(cols), north - NODE_M * np.arange(rows)
    quay_m, cosine, sine = distances(xs, ys, _segments([np.asarray(q.coords) for q in quays]))
    coast_m = distances(xs, ys, _segments([np.asarray(r.coords) for r in _rings(land)]))[0]
    sign = np.where(_inside(land, xs, ys), 1.0, -1.0)
    x, y = grid.to_utm.transform(place.land.centroid.x, place.land.centroid.y)
    return Surroundings(
        land=land,
        breakwaters=walls,
        cranes=tuple(_crane(grid.metres(c), quays) for c in place.cranes),
        quay_lines=quays,
        nodes=np.asarray([quay_m, cosine, sine, sign * coast_m], np.float32),
        node_west_m=west,
        node_north_m=north,
        middle_m=(round(x), round(y)),
        containers=len(place.cranes) >= _CRANES_OF_A_CONTAINER_PORT,
    )


def _rings(land: BaseGeometry) -> list[LineString]:
    return [part.exterior for part in getattr(land, "geoms", [land])]


def _segments(lines: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    parts = [np.column_stack([line[:-1, :2], line[1:, :2]]) for line in lines]
    return np.concatenate(parts) if parts else np.zeros((0, 4))


def _inside(land: BaseGeometry, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
    from shapely import contains_xy, prepare  # noqa: PLC0415 - only here

    prepare(land)
    x, y = np.meshgrid(xs, ys)
    return np.asarray(contains_xy(land, x, y))


@njit(cache=True, nogil=True)
def distances(
    xs: NDArray[np.float64], ys: NDArray[np.float64], segments: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Distance from each node to the nearest of line segments (x0, y0, x1, y1), and that one's direction."""
    out = np.full((len(ys), len(xs)), np.float32(1e5))
    cosine, sine = np.ones((len(ys), len(xs)), np.float32), np.zeros((len(ys), len(xs)), np.float32)
    for r in range(len(ys)):
        for c in range(len(xs)):
            best, which = 1e10, -1
            for k in range(len(segments)):
                ax, ay = segments[k, 0], segments[k, 1]
                dx, dy = segments[k, 2] - ax, segments[k, 3] - ay
                t = ((xs[c] - ax) * dx + (ys[r] - ay) * dy) / max(dx * dx + dy * dy, 1e-9)
                t = min(max(t, 0.0), 1.0)
                ex, ey = xs[c] - ax - t * dx, ys[r] - ay - t * dy
                d = ex * ex + ey * ey
                if d < best:
                    best, which = d, k
            if which >= 0:
                dx, dy = segments[which, 2] - segments[which, 0], segments[which, 3] - segments[which, 1]
                size = max(np.hypot(dx, dy), 1e-9)
                out[r, c] = np.sqrt(best)
                cosine[r, c], sine[r, c] = dx / size, dy / size
    return out, cosine, sine


def _crane(at: Point, quays: tuple[LineString, ...]) -> CraneBox:
    """A gantry with its boom over the water: legs, girder, cabin."""
    quay = min(quays, key=lambda q: q.distance(at))
    foot = quay.interpolate(quay.project(at))
    away = math.degrees(math.atan2(foot.y - at.y, foot.x - at.x))

    def part(shape: tuple[float, float, float, float], low_m: float, high_m: float) -> tuple[BaseGeometry, float, float]:
        turned = rotate(box(*shape), away, origin=(0, 0))
        return translate(turned, at.x, at.y), low_m, high_m

    return CraneBox(
        parts=(
            part((-9.0, -9.0, -7.0, 9.0), 0.0, 30.0),
            part((7.0, -9.0, 9.0, 9.0), 0.0, 30.0),
            part((-26.0, -2.6, 52.0, 2.6), 30.0, 34.0),
            part((-16.0, -4.5, -6.0, 4.5), 34.0, 38.0),
            part((6.5, -1.5, 9.5, 1.5), 34.0, 52.0),
        )
    )
