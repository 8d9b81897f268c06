"""An area on Earth in the columns and rows of a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from rasterio.features import geometry_mask
from shapely import transform as transform_geometry

from roadstead.geo import ground_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Pixels


def in_pixels(area: BaseGeometry, pixels: Pixels) -> BaseGeometry:
    """A WGS84 area in columns and rows of a window; raises RasterError without georeference."""
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width))

    def to_pixels(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(frame.pixel(lonlat[:, 0], lonlat[:, 1]))

    return transform_geometry(area, to_pixels)


def area_mask(area: BaseGeometry, pixels: Pixels) -> NDArray[np.bool_]:
    """True where the middle of a pixel lies in a WGS84 area, shape (height, width) of the window.

    Raises:
        RasterError: the window has no georeference.
    """
    height, width = pixels.valid.shape
    polygon = in_pixels(area, pixels)
    return np.asarray(geometry_mask([polygon], (height, width), Affine.identity(), invert=True))
