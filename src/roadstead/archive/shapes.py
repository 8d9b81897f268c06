"""Geometries as GeoJSON writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import get_coordinates
from shapely.errors import ShapelyError
from shapely.geometry import shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def shape_of(geometry: Any) -> BaseGeometry | None:
    """The geometry, in the coordinates it is written in; None where it is broken."""
    try:
        with np.errstate(invalid="ignore"):
            found = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    return found if np.isfinite(get_coordinates(found)).all() else None
