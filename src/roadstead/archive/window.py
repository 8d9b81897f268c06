"""Where an area on Earth lies in a raster."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from roadstead.model import RasterError

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

# Edges are cut into so many pieces before they are projected, so that curved edges stay inside the window.
_PIECES = 64
# Areas drawn along pixel edges must not gain a row by rounding.
_SNAP_PX = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A window of a raster in pixels."""

    row_off: int
    col_off: int
    height: int
    width: int


def box_of(aoi: BaseGeometry, transform: Affine, crs: str | None, shape: tuple[int, int], scene_id: str) -> Box:
    """The window around an area, cut at the raster's edges.

    Args:
        aoi: area, WGS84 lon/lat degrees.
        transform: (column, row) -> coordinates of `crs`; may be rotated.
        crs: WKT or authority code.
        shape: (height, width) of the raster, pixels.
        scene_id: named in errors.

    Raises:
        RasterError: no georeference, no overlap, or a CRS that cannot be used.
    """
    if crs is None:
        raise RasterError(f"{scene_id} has no georeference, so an area cannot be found in it; read it whole")
    if aoi.is_empty:
        raise RasterError(f"the area asked of {scene_id} is empty; give a polygon in longitude and latitude")
    cols, rows = _pixels(aoi, transform, crs, scene_id)
    height, width = shape
    left, right = _within(cols, width)
    top, bottom = _within(rows, height)
    if left >= right or top >= bottom:
        west, south, east, north = aoi.bounds
        raise RasterError(
            f"{scene_id} does not cover the area {west:.3f} to {east:.3f} E, {south:.3f} to {north:.3f} N; "
            "use a scene over it, and check that coordinates are longitude, latitude"
        )
    return Box(row_off=top, col_off=left, height=bottom - top, width=right - left)


def _within(positions: NDArray[np.float64], size: int) -> tuple[int, int]:
    """First pixel and end of a range along one side of the raster; empty where they do not meet."""
    first = math.floor(positions.min() + _SNAP_PX)
    end = max(math.ceil(positions.max() - _SNAP_PX), first + 1)
    return max(0, first), min(size, end)


def _pixels(
    aoi: BaseGeometry, transform: Affine, crs: str, scene_id: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    dense = shapely.segmentize(aoi, max(aoi.length, 1e-9) / _PIECES)
    lonlat = shapely.get_coordinates(dense)
    try:
        project = Transformer.from_crs("EPSG:4326", CRS.from_user_input(crs), always_xy=True)
        x, y = project.transform(lonlat[:, 0], lonlat[:, 1])
    except (CRSError, ProjError) as error:
        raise RasterError(f"{scene_id}: its reference system cannot be used ({error}); correct the file") from error
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return np.full(1, -1.0), np.full(1, -1.0)
    inverse = ~transform
    x, y = x[known], y[known]
    return inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f
