"""Points that stand for the areas of sites where a swath's edge may cross them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from roadstead.geo import ground_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Site

_OUTLINE_POINTS = 24
POINTS = 1 + _OUTLINE_POINTS
"""points that stand for an area: its middle, and others evenly along its outline"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Points that stand for the areas of sites; the first of each is its middle."""

    ids: tuple[str, ...]
    lon_deg: NDArray[np.float64]
    """of the middles, shape (n,)"""
    lat_deg: NDArray[np.float64]
    points_km: NDArray[np.float64]
    """Earth-fixed, shape (n, POINTS, 3)"""
    ups: NDArray[np.float64]
    """verticals there, same shape"""
    radius_rad: NDArray[np.float64]
    """from the middle to the farthest point, at the Earth's centre, shape (n,)"""


def areas_of(sites: Sequence[Site]) -> tuple[Areas, tuple[str, ...]]:
    """Points of every site's area, and one sentence for each area that is read otherwise than it is written."""
    lonlat = np.empty((len(sites), POINTS, 2))
    losses = []
    for i, site in enumerate(sites):
        narrow = _narrow(site.aoi)
        if narrow is not site.aoi:
            losses.append(f"{site.id}: its area is taken as the narrow one across longitude 180, not around the Earth")
        lonlat[i] = _points(narrow)
    lon, lat = lonlat[..., 0], np.clip(lonlat[..., 1], -90, 90)
    points, ups = ground_points(lon, lat)
    chord = np.linalg.norm(ups - ups[:, :1], axis=-1).max(axis=1, initial=0.0)
    areas = Areas(
        ids=tuple(site.id for site in sites),
        lon_deg=lon[:, 0],
        lat_deg=lat[:, 0],
        points_km=points,
        ups=ups,
        radius_rad=2 * np.arcsin(np.minimum(1.0, chord / 2)),
    )
    return areas, tuple(losses)


def _narrow(area: BaseGeometry) -> BaseGeometry:
    """An area that spans more than half the Earth's longitudes, as the one that crosses longitude 180 instead.

    A cap around a pole spans all of them; it has no narrow reading and stays as it is.
    """
    west, _, east, _ = area.bounds
    if east - west <= 180:
        return area
    moved = shapely.transform(area, lambda xy: np.stack([xy[:, 0] % 360, xy[:, 1]], axis=1))
    narrow = shapely.make_valid(moved)
    west, _, east, _ = narrow.bounds
    return narrow if east - west < 180 and narrow.area > 0 else area


def _points(area: BaseGeometry) -> NDArray[np.float64]:
    """Longitude and latitude of the middle and of points evenly along the outline, shape (POINTS, 2)."""
    middle = area.representative_point()
    outline = area.boundary if area.area else area
    ways = [line for line in shapely.get_parts(outline) if line.length]
    if not ways:
        return np.repeat(shapely.get_coordinates(middle), POINTS, axis=0)
    ends = np.cumsum([line.length for line in ways])
    at = (np.arange(_OUTLINE_POINTS) + 0.5) / _OUTLINE_POINTS * ends[-1]
    which = np.searchsorted(ends, at)
    along = at - np.concatenate([[0.0], ends])[which]
    points = shapely.line_interpolate_point([ways[i] for i in which], along)
    return np.concatenate([shapely.get_coordinates(middle), shapely.get_coordinates(points)])
