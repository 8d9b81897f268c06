"""Where ships lie in a harbour: along a quay where there is room, else anchored on open water."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import Transformer
from shapely import prepare, transform
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from roadstead.geo import local_plane
from roadstead.simulate import null_islands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.simulate import Place

FENDER_M = 2.0
"""between a quay and a hull"""
BETWEEN_HULLS_M = 8.0
SWINGING_M = 60.0
"""room around an anchored ship, beyond half its length"""
OFF_BREAKWATER_M = 30.0
TRIES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """How one ship lies."""

    lon_deg: float
    lat_deg: float
    heading_deg: float
    """bow, clockwise from true north"""
    alongside: bool
    hull: Polygon
    """in metres east and north of the place's middle"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basin:
    """A place in metres east and north of its middle."""

    plane: Transformer
    water: BaseGeometry
    solid: BaseGeometry
    """land and breakwaters"""
    quays: tuple[LineString, ...]
    sheltered: bool
    """whether ships lie alongside here at all"""


@cache
def basin(place_id: str) -> Basin:
    """The basin of a place of the Null Islands."""
    place = next(p for p in null_islands() if p.id == place_id)
    middle = place.aoi.representative_point()
    plane = local_plane(middle.x, middle.y)
    solid = _metres(place.land, plane)
    for line in place.breakwaters:
        solid = solid.union(_metres(line, plane).buffer(8.0))
    water = _metres(place.aoi, plane)
    prepare(solid)
    prepare(water)
    return Basin(
        plane=plane,
        water=water,
        solid=solid,
        quays=tuple(_metres(q, plane) for q in place.quays),
        sheltered=bool(place.quays) and not place.anchorage,
    )


def _metres(shape: Any, plane: Transformer) -> Any:
    return transform(shape, plane.transform, interleaved=False)


def middle_of(place: Place) -> tuple[float, float]:
    """Longitude and latitude of a point on a place's water, where passages begin and end."""
    point = place.aoi.representative_point()
    return float(point.x), float(point.y)


def lie(
    rng: np.random.Generator, place_id: str, size_m: tuple[float, float], taken: Sequence[Polygon], *, alongside: bool
) -> Lying:
    """Find room for a ship.

    Args:
        rng: draws the place.
        place_id: a place of the Null Islands.
        size_m: length and beam, metres.
        taken: hulls there at the same time, as `Lying.hull`.
        alongside: whether a quay is wanted; without room there it anchors.
    """
    here = basin(place_id)
    found = _at_quay(rng, here, size_m, taken) if alongside and here.sheltered else None
    hull, heading_deg = found or _at_anchor(rng, here, size_m, taken)
    lon, lat = here.plane.transform(hull.centroid.x, hull.centroid.y, direction="INVERSE")
    return Lying(
        lon_deg=round(lon, 7), lat_deg=round(lat, 7), heading_deg=round(heading_deg % 360, 2),
        alongside=found is not None, hull=hull,
    )  # fmt: skip


def _at_quay(
    rng: np.random.Generator, here: Basin, size_m: tuple[float, float], taken: Sequence[Polygon]
) -> tuple[Polygon, float] | None:
    length = size_m[0]
    quays = [q for q in here.quays if q.length > length + 2 * BETWEEN_HULLS_M]
    if not quays:
        return None
    weights = np.array([q.length for q in quays])
    for _ in range(TRIES):
        quay = quays[int(rng.choice(len(quays), p=weights / weights.sum()))]
        along = float(rng.uniform(length / 2 + BETWEEN_HULLS_M, quay.length - length / 2 - BETWEEN_HULLS_M))
        bow_first = bool(rng.random() < 0.5)
        for side in (1, -1):
            hull, heading = _beside(quay, along, size_m, side)
            if not here.solid.intersects(hull) and here.water.contains(hull.centroid) and _free(hull, taken):
                return hull, heading if bow_first else heading + 180
    return None


def _beside(quay: LineString, along: float, size_m: tuple[float, float], side: int) -> tuple[Polygon, float]:
    """Hull parallel to a straight quay at a distance along it, and its heading."""
    (x0, y0), (x1, y1) = quay.coords[0], quay.coords[-1]
    ux, uy = (x1 - x0) / quay.length, (y1 - y0) / quay.length
    off = side * (size_m[1] / 2 + FENDER_M)
    at = (x0 + ux * along - uy * off, y0 + uy * along + ux * off)
    heading = math.degrees(math.atan2(ux, uy))
    return _hull(at, size_m, heading), heading


def _hull(at: tuple[float, float], size_m: tuple[float, float], heading_deg: float) -> Polygon:
    length, beam = size_m
    upright = box(-beam / 2, -length / 2, beam / 2, length / 2)
    return translate(rotate(upright, -heading_deg, origin=(0, 0)), *at)


def _free(hull: Polygon, taken: Sequence[Polygon], apart_m: float = BETWEEN_HULLS_M) -> bool:
    return all(hull.distance(other) > apart_m for other in taken)


def _at_anchor(
    rng: np.random.Generator, here: Basin, size_m: tuple[float, float], taken: Sequence[Polygon]
) -> tuple[Polygon, float]:
    west, south, east, north = here.water.bounds
    heading = float(rng.uniform(0, 360))
    room = size_m[0] / 2 + SWINGING_M
    fallback = here.water.representative_point()
    for _ in range(5 * TRIES):
        at = (float(rng.uniform(west, east)), float(rng.uniform(south, north)))
        if not here.water.contains(Point(at)):
            continue
        hull, circle = _hull(at, size_m, heading), Point(at).buffer(room)
        clear = here.water.contains(circle) and here.solid.distance(circle) > OFF_BREAKWATER_M
        if clear and _free(hull, taken, SWINGING_M):
            return hull, heading
    # A crowded or narrow water: ships then swing closer than they should, which also happens.
    return _hull((fallback.x, fallback.y), size_m, heading), heading
