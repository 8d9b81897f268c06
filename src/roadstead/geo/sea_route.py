"""The shortest way by water around the land of a coastline.

A grid of sea cells in an equidistant plane is searched for the cheapest path (Dijkstra 1959, Numer. Math. 1, 269-271);
then the path's steps, which go in eight directions only, are pulled tight: a corner stays only where land would lie in
the straight way. What is left is about the shortest way. Straits narrower than a cell may close, and small islands
between cells vanish.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from pyproj import Transformer
from rasterio.features import rasterize
from shapely import get_parts, segmentize, transform
from skimage.graph import MCP_Geometric

from roadstead.geo.distance import great_circle_km

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_CELLS = 900
"""along the longer side of the grid"""
_LEAST_CELL_M = 200.0
_FARTHEST_M = 15_000.0
"""of a place from the water that its ships sail"""
_NEAR_CELLS = 10
_EDGE_DEG = 0.1


def sea_routes_km(
    land: BaseGeometry, places: Sequence[tuple[float, float]], within: BaseGeometry
) -> NDArray[np.float64]:
    """Shortest ways by water between all places, kilometres, never below the great circle; shape (n, n).

    Args:
        land: WGS84 polygons of all land within that area.
        places: longitude and latitude of each, degrees.
        within: WGS84 area whose land is known; no way leads out of its bounds.

    Returns:
        NaN where the grid shows no water that joins two places, or one lies farther than 15 km from any; and where they
        lie closer together than the grid can tell a way.
    """
    n = len(places)
    out = np.full((n, n), np.nan)
    out[range(n), range(n)] = 0.0
    if n < 2:
        return out
    sea, plane, back = _sea(land, within)
    cells = [_cell(sea, plane, back, place) for place in places]
    near_km = _NEAR_CELLS * plane.a / 1000
    cost = np.where(sea, 1.0, -1.0)  # cells below 0 are not entered
    for i in range(n):
        start = cells[i]
        if start is None or not any(c is not None for c in cells[i + 1 :]):
            continue
        search = MCP_Geometric(cost)
        reached, _ = search.find_costs([start])
        for k in range(i + 1, n):
            end = cells[k]
            circle = great_circle_km(*places[i], *places[k])
            if end is None or not np.isfinite(reached[end]) or circle < near_km:
                continue
            corners = _tight(sea, search.traceback(end))
            there = [places[i], *(_lonlat(c, plane, back) for c in corners), places[k]]
            way = sum(great_circle_km(*a, *b) for a, b in pairwise(there))
            out[i, k] = out[k, i] = max(way, circle)
    return out


def _sea(land: BaseGeometry, within: BaseGeometry) -> tuple[NDArray[np.bool_], Affine, Transformer]:
    """Which cells are sea, where they lie in the plane, and the way from longitude and latitude to it."""
    middle = within.envelope.centroid
    to_plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lon_0={middle.x:.6f} +lat_0={middle.y:.6f} +datum=WGS84", always_xy=True
    )
    flat, inside = (
        transform(segmentize(shape, _EDGE_DEG), to_plane.transform, interleaved=False)
        for shape in (land, within.envelope)
    )
    west, south, east, north = inside.bounds
    cell = max(max(east - west, north - south) / _CELLS, _LEAST_CELL_M)
    shape = (int((north - south) / cell) + 1, int((east - west) / cell) + 1)
    plane = Affine(cell, 0, west, 0, -cell, north)
    # What lies beyond the land given is unknown, and no way leads there.
    dry, there = (_covered(s, shape, plane) for s in (flat, inside))
    dry |= ~there
    return ~dry, plane, to_plane


def _covered(area: BaseGeometry, shape: tuple[int, int], plane: Affine) -> NDArray[np.bool_]:
    """Cells whose middle lies in an area, which may be empty, as land is in open sea."""
    parts = [p for p in get_parts(area) if not p.is_empty]
    return rasterize(parts, shape, transform=plane, dtype=np.uint8).astype(bool) if parts else np.zeros(shape, bool)


def _cell(
    sea: NDArray[np.bool_], plane: Affine, to_plane: Transformer, place: tuple[float, float]
) -> tuple[int, int] | None:
    """The sea cell nearest to a place; None where it is too far."""
    col, row = ~plane @ to_plane.transform(*place)
    reach = int(_FARTHEST_M / plane.a) + 1
    low = (max(0, int(row) - reach), max(0, int(col) - reach))
    near = np.argwhere(sea[low[0] : int(row) + reach + 1, low[1] : int(col) + reach + 1]) + low
    if not len(near):
        return None
    off = np.hypot(near[:, 0] + 0.5 - row, near[:, 1] + 0.5 - col)
    best = int(np.argmin(off))
    return (int(near[best, 0]), int(near[best, 1])) if off[best] * plane.a <= _FARTHEST_M else None


def _tight(sea: NDArray[np.bool_], path: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The corners that are left when a path is pulled tight, its ends among them."""
    corners, here = [path[0]], 0
    while here < len(path) - 1:
        seen = next((k for k in range(len(path) - 1, here + 1, -1) if _clear(sea, path[here], path[k])), here + 1)
        corners.append(path[seen])
        here = seen
    return corners


def _clear(sea: NDArray[np.bool_], a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether the straight way between two cells is all sea."""
    steps = 2 * max(abs(a[0] - b[0]), abs(a[1] - b[1])) + 1
    rows, cols = (np.rint(np.linspace(p, q, steps)).astype(int) for p, q in zip(a, b, strict=True))
    return bool(sea[rows, cols].all())


def _lonlat(cell: tuple[int, int], plane: Affine, to_plane: Transformer) -> tuple[float, float]:
    lon, lat = to_plane.transform(*(plane @ (cell[1] + 0.5, cell[0] + 0.5)), direction="INVERSE")
    return float(lon), float(lat)
