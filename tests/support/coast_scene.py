"""Images cut around a real coastline: bright land, dark sea, two ships at sea and what looks like one in a lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.features import rasterize
from scipy.ndimage import gaussian_filter
from shapely import get_parts, transform
from shapely.geometry import box

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

UTM = "EPSG:32652"
MIDDLE = (131.85, 43.05)
BANDS = ("blue", "green", "red", "nir")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coast:
    """A square window over a real coast."""

    land: NDArray[np.bool_]
    """shape (side, side); True is land"""
    transform: Affine
    pixel_m: float

    def lonlat(self, down_m: float, right_m: float) -> tuple[float, float]:
        """Of a place so far from the window's middle."""
        half = self.land.shape[0] / 2
        x, y = self.transform @ (half + right_m / self.pixel_m, half + down_m / self.pixel_m)
        lon, lat = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform(x, y)
        return float(lon), float(lat)

    @property
    def lonlat_box(self) -> BaseGeometry:
        """Of the window, WGS84."""
        side = self.land.shape[0]
        x0, y0 = self.transform @ (0, side)
        x1, y1 = self.transform @ (side, 0)
        back = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
        return box(*back.transform_bounds(x0, y0, x1, y1))


def coast(polygons: BaseGeometry, side: int, pixel_m: float) -> Coast:
    """The window of so many pixels around `MIDDLE`.

    Args:
        polygons: land, WGS84.
        side: pixels.
        pixel_m: metres.
    """
    to_utm = Transformer.from_crs("EPSG:4326", UTM, always_xy=True)
    x, y = to_utm.transform(*MIDDLE)
    at = Affine(pixel_m, 0, round(x - side * pixel_m / 2), 0, -pixel_m, round(y + side * pixel_m / 2))
    near = polygons.intersection(box(MIDDLE[0] - 0.2, MIDDLE[1] - 0.2, MIDDLE[0] + 0.2, MIDDLE[1] + 0.2))
    projected = transform(near, to_utm.transform, interleaved=False)
    land = rasterize(list(get_parts(projected)), (side, side), transform=at, dtype=np.uint8)
    return Coast(land=land.astype(bool), transform=at, pixel_m=pixel_m)


SHIPS_M = ((300.0, 150.0), (-750.0, -750.0))
"""middles of ships of 120 x 20 m, metres down and right of the window's middle; the second is 80 m off the shore"""
RADAR_SHIPS_M = ((300.0, 150.0), (-2500.0, 1000.0))
LAKE_M = (1500.0, -1050.0)
"""of the lake inland, 600 m in diameter, with a bright thing of a ship's size in it"""


def optical(where: Coast, path: Path, *, seed: int = 3) -> Path:
    """Four bands of reflectance in ten thousandths."""
    rng = np.random.default_rng(seed)
    shape = where.land.shape
    values = rng.normal(300, 8, (4, *shape))
    rough = gaussian_filter(rng.normal(0, 1, shape), 2)
    dry = where.land & ~_disc(where)
    values[:, dry] = (1500 + 400 * rough / rough.std())[dry] * np.array([0.7, 0.9, 1.0, 2.0])[:, None]
    for middle in (*SHIPS_M, LAKE_M):
        values[:, _hull(where, middle)] = 1400
    with rasterio.open(
        path, "w", driver="GTiff", width=shape[1], height=shape[0], count=4, dtype="uint16", crs=UTM,
        transform=where.transform,
    ) as out:  # fmt: skip
        out.write(np.clip(values, 1, 65_000).astype("uint16"))
        out.descriptions = BANDS
    return path


def radar(where: Coast, path: Path, *, seed: int = 3) -> Path:
    """One band of linear intensity; nothing but brightness tells the lake from the land."""
    rng = np.random.default_rng(seed)
    shape = where.land.shape
    level = np.where(where.land & ~_disc(where), 0.1, 0.01)
    rough = np.where(where.land, np.exp(0.8 * gaussian_filter(rng.normal(0, 3, shape), 1)), 1)
    values = level * rough * rng.gamma(4.4, 1 / 4.4, shape)
    for middle in (*RADAR_SHIPS_M, LAKE_M):
        values[_hull(where, middle)] += 3
    with rasterio.open(
        path, "w", driver="GTiff", width=shape[1], height=shape[0], count=1, dtype="float32", crs=UTM,
        transform=where.transform,
    ) as out:  # fmt: skip
        out.write(values.astype("float32")[None])
        out.descriptions = ("vv",)
    return path


def _metres(where: Coast, middle: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    side = where.land.shape[0]
    rows, cols = np.mgrid[:side, :side] + 0.5 - side / 2
    return rows * where.pixel_m - middle[0], cols * where.pixel_m - middle[1]


def _disc(where: Coast) -> NDArray[np.bool_]:
    down, across = _metres(where, LAKE_M)
    return np.hypot(down, across) < 300


def _hull(where: Coast, middle: tuple[float, float]) -> NDArray[np.bool_]:
    down, across = _metres(where, middle)
    return (abs(down) < 10) & (abs(across) < 60)
