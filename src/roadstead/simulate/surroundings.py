"""What stands still around a place: land, quays, breakwaters, cranes, in the metres of a scene's grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely import contains_xy, prepare
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from roadstead.simulate.land import Frame
from roadstead.simulate.noise import key_of

if TYPE_CHECKING:
    from roadstead.simulate.grid import Grid, Tile
    from roadstead.simulate.spec import Place

NODE_M, _NODE_PX = 20.0, 4.0
"""distance between the nodes at which distances are kept, at least so many metres and so many pixels"""
_FAR_M = 6000.0
"""beyond this all is far: nothing on land or sea depends on how far"""
_STRIP_NODES = 64
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
    node_m: float
    """distance between nodes"""
    node_west_m: float
    node_north_m: float
    middle_m: tuple[float, float]
    """origin of all patterns on land, so that every scene of a place shows the same land"""
    containers: bool
    """whether the yards hold containers"""
    key: int
    """of all patterns on land"""


@lru_cache(maxsize=32)
def surroundings(place: Place, grid: Grid) -> Surroundings:
    """Lay a place out on a grid.

    It is kept for the next scene of the same place and sensor: do not write to its arrays.
    """
    land = grid.metres(place.land)
    quays = tuple(grid.metres(q) for q in place.quays)
    walls = tuple(grid.metres(b).buffer(_BREAKWATER_M, quad_segs=2) for b in place.breakwaters)
    node_m = max(NODE_M, _NODE_PX * grid.pixel_m)
    west, north = grid.west_m - 10 * node_m, grid.north_m + 10 * node_m
    rows = math.ceil(grid.height * grid.pixel_m / node_m) + 21
    cols = math.ceil(grid.width * grid.pixel_m / node_m) + 21
    xs, ys = west + node_m * np.arange(cols, dtype=np.float64), north - node_m * np.arange(rows, dtype=np.float64)
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
        node_m=node_m,
        node_west_m=west,
        node_north_m=north,
        middle_m=(round(x), round(y)),
        containers=len(place.cranes) >= _CRANES_OF_A_CONTAINER_PORT,
        key=key_of(0, "land", place.id),
    )


def _rings(land: BaseGeometry) -> list[LineString]:
    return [part.exterior for part in getattr(land, "geoms", [land])]


def _segments(lines: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    parts = [np.column_stack([line[:-1, :2], line[1:, :2]]) for line in lines]
    return np.concatenate(parts) if parts else np.zeros((0, 4))


def _inside(land: BaseGeometry, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
    prepare(land)
    return np.stack([contains_xy(land, xs, y) for y in ys])


def distances(
    xs: NDArray[np.float64], ys: NDArray[np.float64], segments: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Distance from each node to the nearest of line segments (x0, y0, x1, y1), and that one's direction.

    Segments are cut to 20 m; of the four whose middles lie nearest the exact distance is taken. What is farther than
    6 km is given as 6 km away.
    """
    out = np.empty((3, len(ys), len(xs)), np.float32)
    out[0], out[1], out[2] = _FAR_M, 1, 0
    if len(segments):
        short = _cut(segments)
        tree = cKDTree((short[:, :2] + short[:, 2:]) / 2)
        way = short[:, 2:] - short[:, :2]
        unit = way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
        # In strips, so that what is held while searching does not grow with the scene.
        for first in range(0, len(ys), _STRIP_NODES):
            rows = slice(first, first + _STRIP_NODES)
            x, y = np.meshgrid(xs, ys[rows])
            best, which = _nearest(x.ravel(), y.ravel(), short, tree)
            out[:, rows] = np.stack([best, *unit[which].T]).reshape(3, *x.shape)
    return out[0], out[1], out[2]


def _nearest(
    x: NDArray[np.float64], y: NDArray[np.float64], short: NDArray[np.float64], tree: Any
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance to the nearest segment, and which it is; `tree` holds the segments' middles."""
    few = min(4, len(short))
    index = tree.query(np.column_stack([x, y]), k=few, distance_upper_bound=_FAR_M)[1].reshape(-1, few)
    best, which = np.full(len(x), _FAR_M), np.zeros(len(x), np.int64)
    for k in range(few):
        # Where there is none within reach the index is one beyond the last.
        near = np.flatnonzero(index[:, k] < len(short))
        chosen = index[near, k]
        far = _to_segment(x[near], y[near], short[chosen])
        closer = far < best[near]
        which[near[closer]], best[near[closer]] = chosen[closer], far[closer]
    return best, which


def _to_segment(x: NDArray[np.float64], y: NDArray[np.float64], segments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each point from its own segment."""
    way = segments[:, 2:] - segments[:, :2]
    u, v = x - segments[:, 0], y - segments[:, 1]
    t = np.clip((u * way[:, 0] + v * way[:, 1]) / np.maximum((way**2).sum(axis=1), 1e-9), 0, 1)
    return np.asarray(np.hypot(u - t * way[:, 0], v - t * way[:, 1]))


def _cut(segments: NDArray[np.float64]) -> NDArray[np.float64]:
    parts = []
    for x0, y0, x1, y1 in segments:
        n = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / NODE_M))
        ends = np.column_stack([np.linspace(x0, x1, n + 1), np.linspace(y0, y1, n + 1)])
        parts.append(np.column_stack([ends[:-1], ends[1:]]))
    return np.concatenate(parts)


def _crane(at: Point, quays: tuple[LineString, ...]) -> CraneBox:
    """A gantry with its boom over the water: legs, girder, cabin."""
    quay = min(quays, key=lambda q: q.distance(at))
    foot = quay.interpolate(quay.project(at))
    away = math.degrees(math.atan2(foot.y - at.y, foot.x - at.x))

    def part(
        shape: tuple[float, float, float, float], low_m: float, high_m: float
    ) -> tuple[BaseGeometry, float, float]:
        turned = rotate(box(*shape), away, origin=(0, 0))
        return translate(turned, at.x, at.y), low_m, high_m

    return CraneBox(
        parts=(
            part((-9.0, -9.0, -7.0, 9.0), 0.0, 30.0),
            part((7.0, -9.0, 9.0, 9.0), 0.0, 30.0),
            part((-26.0, -3.6, 52.0, 3.6), 30.0, 34.0),
            part((-16.0, -4.5, -6.0, 4.5), 34.0, 38.0),
            part((6.5, -1.5, 9.5, 1.5), 34.0, 52.0),
        )
    )


def kinds(still: Surroundings, grid: Grid, tile: Tile, samples: int) -> NDArray[np.uint8]:
    """0 water, 1 land, 2 breakwater per sub-pixel of a tile, shape (samples * height, samples * width)."""
    kind = grid.covered(tile, [still.land], samples)
    if still.breakwaters:
        kind[(grid.covered(tile, still.breakwaters, samples) > 0) & (kind == 0)] = 2
    return kind


def frame_of(still: Surroundings, grid: Grid, tile: Tile, samples: int) -> Frame:
    """Where the sub-pixels of a tile lie."""
    size = grid.pixel_m / samples
    west, north = grid.corner_m(tile)
    x, y = west + size / 2, north - size / 2
    return Frame(
        x_m=x - still.middle_m[0],
        y_m=y - still.middle_m[1],
        step_m=size,
        node_row=(still.node_north_m - y) / still.node_m,
        node_col=(x - still.node_west_m) / still.node_m,
        per_node=still.node_m / size,
        nodes=still.nodes,
        key=still.key,
        containers=still.containers,
    )
