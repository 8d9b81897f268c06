"""True ground metres for image pixels, whatever the projection.

A pixel of a web-mercator image at 35 N is 18 % shorter on the ground than its coordinates say. Lengths are
therefore taken on the ellipsoid: pixel corners go to longitude and latitude, and around the window's middle to an
azimuthal equidistant plane (Snyder 1987, USGS Professional Paper 1395, ch. 25), whose scale error within 100 km
of its centre is below 5e-5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from roadstead.model import InputError, RasterError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class GroundFrame:
    """A local plane in metres for one image window."""

    transform: Affine
    """(column, row) -> coordinates of the image's CRS, or metres where there is none"""
    to_lonlat_t: Transformer | None
    """image CRS -> WGS84; None without georeference"""
    to_plane_t: Transformer | None
    """WGS84 -> east and north in metres around the window's middle; None without georeference"""

    @property
    def georeferenced(self) -> bool:
        """Whether places on Earth are known."""
        return self.to_lonlat_t is not None

    def lonlat(self, cols: ArrayLike, rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """WGS84 longitude and latitude, degrees, of pixel positions (0.5, 0.5 is the first pixel's middle)."""
        if self.to_lonlat_t is None:
            raise RasterError("the image has no georeference, so its pixels have no longitude and latitude")
        x, y = apply(self.transform, cols, rows)
        lon, lat = self.to_lonlat_t.transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    def pixel(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Columns and rows of WGS84 positions."""
        if self.to_lonlat_t is None:
            raise RasterError("the image has no georeference, so places cannot be found in it")
        x, y = self.to_lonlat_t.transform(np.asarray(lon), np.asarray(lat), direction="INVERSE")
        return apply(~self.transform, x, y)

    def metres(self, cols: ArrayLike, rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """East and north, metres, of pixel positions; without georeference right and up."""
        if self.to_plane_t is None:
            x, y = apply(self.transform, cols, rows)
            return x, y
        east, north = self.to_plane_t.transform(*self.lonlat(cols, rows))
        return np.asarray(east), np.asarray(north)

    def pixel_m(self, col: float, row: float) -> tuple[float, float]:
        """Ground size of a pixel along its row and along its column, metres, at a position."""
        x, y = self.metres([col - 0.5, col + 0.5, col, col], [row, row, row - 0.5, row + 0.5])
        return math.hypot(x[1] - x[0], y[1] - y[0]), math.hypot(x[3] - x[2], y[3] - y[2])


def apply(transform: Affine, a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Affine transform of coordinate arrays, float64."""
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return (
        transform.a * x + transform.b * y + transform.c,
        transform.d * x + transform.e * y + transform.f,
    )


def ground_frame(transform: Affine, crs: str | None, shape: tuple[int, int], gsd_m: float | None = None) -> GroundFrame:
    """The local plane of an image window.

    Args:
        transform: (column, row) -> CRS coordinates of the window.
        crs: WKT or authority code; None for an image without georeference.
        shape: (height, width) of the window in pixels.
        gsd_m: pixel size in metres where there is no georeference.

    Raises:
        RasterError: the CRS is unknown, or the window lies outside where it is defined; or neither
            georeference nor pixel size is given.
    """
    if crs is None:
        if not gsd_m:
            raise RasterError("the image has no georeference; state its pixel size in metres with --gsd")
        return GroundFrame(Affine(gsd_m, 0, 0, 0, -gsd_m, 0), None, None)
    try:
        to_lonlat = Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
        lon, lat = to_lonlat.transform(*apply(transform, shape[1] / 2, shape[0] / 2))
    except (CRSError, ProjError) as error:
        raise RasterError(f"coordinate reference system {crs[:80]!r} cannot be used: {error}") from error
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise RasterError(
            f"the image's coordinates lie outside its projection {crs[:80]!r}; it may be wrongly labelled"
        )
    return GroundFrame(transform, to_lonlat, local_plane(lon, lat))


def local_plane(lon_deg: float, lat_deg: float) -> Transformer:
    """WGS84 -> azimuthal equidistant metres (east, north) around a point."""
    if not (-180 <= lon_deg <= 180 and -90 <= lat_deg <= 90):
        raise InputError(f"longitude {lon_deg}, latitude {lat_deg} is no place on Earth; order is longitude, latitude")
    # the steps themselves: asking the database for a way between two systems costs a hundred times as much
    plane = f"+proj=aeqd +lat_0={lat_deg} +lon_0={lon_deg} +ellps=WGS84"
    return Transformer.from_pipeline(f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step {plane}")
