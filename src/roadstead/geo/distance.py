"""Distances over the ellipsoid."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pyproj import Geod

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@cache
def _wgs84() -> Geod:
    return Geod(ellps="WGS84")


def great_circle_km(lon1_deg: float, lat1_deg: float, lon2_deg: float, lat2_deg: float) -> float:
    """Geodesic distance on WGS84, kilometres (Karney 2013, J. Geodesy 87, 43-55)."""
    return float(_wgs84().inv(lon1_deg, lat1_deg, lon2_deg, lat2_deg)[2]) / 1000


def area_km2(polygon: BaseGeometry) -> float:
    """Geodesic area of a WGS84 polygon, square kilometres."""
    return abs(float(_wgs84().geometry_area_perimeter(polygon)[0])) / 1e6
