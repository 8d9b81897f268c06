"""The pixel grid of a scene and its tiles; the place in its metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely
from affine import Affine
from numba import njit
from pyproj import Transformer
from pyproj.enums import TransformDirection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

TILE_PX = 512


def moved(
    shape: BaseGeometry, way: Transformer, direction: TransformDirection = TransformDirection.FORWARD
) -> BaseGeometry:
    """A geometry with its points transformed."""
    return shapely.transform(shape, partial(way.transform, direction=direction), interleaved=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A part of a scene."""

    row_off: int
    col_off: int
    height: int
    width: int

    def wider(self, margin_px: int) -> Tile:
        """With a margin all around; it may reach beyond the scene."""
        return Tile(
            row_off=self.row_off - margin_px,
            col_off=self.col_off - margin_px,
            height=self.height + 2 * margin_px,
            width=self.width + 2 * margin_px,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """North-up pixels in UTM."""

    epsg: int
    west_m: float
    north_m: float
    pixel_m: float
    height: int
    width: int

    @property
    def transform(self) -> Affine:
        """(column, row) -> UTM metres."""
        return Affine(self.pixel_m, 0, self.west_m, 0, -self.pixel_m, self.north_m)

    @property
    def crs(self) -> str:
        """Authority code."""
        return f"EPSG:{self.epsg}"

    @property
    def to_utm(self) -> Transformer:
        """WGS84 -> UTM metres."""
        return Transformer.from_crs("EPSG:4326", self.crs, always_xy=True)

    def metres(self, shape: BaseGeometry) -> BaseGeometry:
        """A WGS84 geometry in UTM metres."""
        return moved(shape, self.to_utm)

    def earth(self, shape: BaseGeometry) -> BaseGeometry:
        """A geometry in UTM metres as WGS84."""
        return moved(shape, self.to_utm, direction=TransformDirection.INVERSE)

    def pixel(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        """Row and column of a place."""
        x, y = self.to_utm.transform(lon_deg, lat_deg)
        return (self.north_m - y) / self.pixel_m, (x - self.west_m) / self.pixel_m

    def turn_deg(self, lon_deg: float, lat_deg: float) -> float:
        """Grid bearing of true north at a place, clockwise: add it to a true heading."""
        x0, y0 = self.to_utm.transform(lon_deg, lat_deg)
        x1, y1 = self.to_utm.transform(lon_deg, lat_deg + 1e-4)
        return math.degrees(math.atan2(x1 - x0, y1 - y0))

    def corner_m(self, tile: Tile) -> tuple[float, float]:
        """UTM metres of a tile's upper left corner."""
        return self.west_m + tile.col_off * self.pixel_m, self.north_m - tile.row_off * self.pixel_m

    def tiles(self, side_px: int = TILE_PX) -> Iterator[Tile]:
        """Tiles in rows."""
        for row in range(0, self.height, side_px):
            for col in range(0, self.width, side_px):
                yield Tile(
                    row_off=row,
                    col_off=col,
                    height=min(side_px, self.height - row),
                    width=min(side_px, self.width - col),
                )

    def covered(self, tile: Tile, shapes: Sequence[BaseGeometry], samples: int = 1) -> NDArray[np.uint8]:
        """1 where a sub-pixel's middle lies in a shape (UTM metres), shape (samples * height, samples * width)."""
        out = np.zeros((tile.height * samples, tile.width * samples), np.uint8)
        west, north = self.corner_m(tile)
        for part in shapely.get_parts(list(shapes)):
            points = [np.asarray(ring.coords)[:, :2] for ring in (part.exterior, *part.interiors)]
            edges = np.concatenate([np.column_stack([p[:-1], p[1:]]) for p in points])
            edges = (edges - [west, north, west, north]) * np.array([1, -1, 1, -1]) * (samples / self.pixel_m)
            low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
            filled(out, np.ascontiguousarray(edges[(high > 0) & (low < out.shape[0])]))
        return out


@njit(cache=True, nogil=True)
def filled(out: NDArray[np.uint8], edges: NDArray[np.float64]) -> None:
    """Set to 1 what lies inside a polygon by the even-odd rule, in place; middles of pixels count.

    Args:
        out: shape (height, width).
        edges: x0, y0, x1, y1 of its rings in pixels, shape (n, 4).
    """
    cuts = np.empty(len(edges))
    for r in range(out.shape[0]):
        y, n = r + 0.5, 0
        for k in range(len(edges)):
            y0, y1 = edges[k, 1], edges[k, 3]
            if (y0 <= y) != (y1 <= y):
                cuts[n] = edges[k, 0] + (y - y0) / (y1 - y0) * (edges[k, 2] - edges[k, 0])
                n += 1
        if n > 1:
            order = np.sort(cuts[:n])
            for k in range(0, n - 1, 2):
                start = max(int(np.ceil(order[k] - 0.5)), 0)
                for c in range(start, min(int(np.ceil(order[k + 1] - 0.5)), out.shape[1])):
                    out[r, c] = 1


def grid_over(aoi: BaseGeometry, pixel_m: float, margin_m: float) -> Grid:
    """The grid of a scene over an area (WGS84), in the UTM zone of its middle."""
    lon, lat = aoi.centroid.x, aoi.centroid.y
    zone = int((lon + 180) // 6) + 1
    epsg = (32600 if lat >= 0 else 32700) + zone
    grid = Grid(epsg=epsg, west_m=0, north_m=0, pixel_m=pixel_m, height=1, width=1)
    west, south, east, north = grid.metres(aoi).bounds
    left = math.floor((west - margin_m) / pixel_m)
    top = math.ceil((north + margin_m) / pixel_m)
    width, height = math.ceil((east + margin_m) / pixel_m) - left, top - math.floor((south - margin_m) / pixel_m)
    return Grid(epsg=epsg, west_m=left * pixel_m, north_m=top * pixel_m, pixel_m=pixel_m, height=height, width=width)
