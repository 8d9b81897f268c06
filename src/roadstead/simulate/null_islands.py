"""The Null Islands: a fictional archipelago around 0 N 0 E, five places to simulate.

The data file holds the built edges and the gross shape; natural coast between them is roughened by midpoint
displacement (Fournier, Fussell, Carpenter 1982, Comm. ACM 25, 371-384) from a fixed seed, so that it is the same
everywhere and for ever. The islands lie around an inner sea, their harbours towards it: a straight passage between two
places crosses no land.
"""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj.enums import TransformDirection
from shapely.geometry import LineString, Point, Polygon, box

from roadstead.geo import local_plane
from roadstead.model import NotFound
from roadstead.simulate.grid import moved
from roadstead.simulate.spec import Place
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

_SHORTEST_M = 18.0
_ROUGHNESS = 0.16
"""displacement of a midpoint, standard deviation as a share of its edge"""


@cache
def null_islands() -> tuple[Place, ...]:
    """The five places, sorted by id."""
    text = files("roadstead.simulate").joinpath("data/null-islands.toml").read_text("utf-8")
    places = (_place(entry) for entry in tomllib.loads(text)["places"])
    return tuple(sorted(places, key=lambda p: p.id))


def null_island(place_id: str) -> Place:
    """One of the five places; raises NotFound."""
    for place in null_islands():
        if place.id == place_id:
            return place
    raise NotFound(f"the Null Islands have no {place_id!r}; they have {', '.join(p.id for p in null_islands())}")


def _place(entry: dict[str, Any]) -> Place:
    plane = local_plane(*entry["middle"])

    def onto_earth(shape: BaseGeometry) -> BaseGeometry:
        return moved(shape, plane, TransformDirection.INVERSE)

    return _placed(entry, onto_earth)


def _placed(entry: dict[str, Any], onto_earth: Callable[[BaseGeometry], BaseGeometry]) -> Place:
    land = _land(entry)
    water = box(*entry["aoi"]).difference(land.buffer(1.0))
    aoi = max(getattr(water, "geoms", [water]), key=lambda part: part.area).simplify(4.0)
    ring = entry["ring"]
    quays = [LineString([a[:2], b[:2]]) for a, b in zip(ring, ring[1:] + ring[:1], strict=True) if a[2] == "q"]
    return Place(
        id=entry["id"],
        name=entry["name"],
        timezone="Etc/GMT",
        aoi=onto_earth(aoi),
        land=onto_earth(land),
        quays=tuple(onto_earth(q) for q in quays),
        breakwaters=tuple(onto_earth(LineString(line)) for line in entry["breakwaters"]),
        cranes=tuple(onto_earth(Point(p)) for p in entry["cranes"]),
        anchorage=bool(entry.get("anchorage", False)),
    )


def _land(entry: dict[str, Any]) -> Polygon:
    """The ring with its natural edges roughened, in local metres."""
    rng = stream(0, "null-islands", entry["id"])
    ring = entry["ring"]
    points: list[tuple[float, float]] = []
    for (x, y, kind), (x2, y2, _) in zip(ring, ring[1:] + ring[:1], strict=True):
        points.append((x, y))
        if kind == "n":
            points += _rough((x, y), (x2, y2), rng)
    whole = Polygon(points).buffer(0)
    return max(getattr(whole, "geoms", [whole]), key=lambda part: part.area)


def _rough(a: tuple[float, float], b: tuple[float, float], rng: np.random.Generator) -> list[tuple[float, float]]:
    """Points between two ends, by halving and displacing, until edges are short."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy)
    if length < _SHORTEST_M:
        return []
    push = float(np.clip(rng.normal(), -1.6, 1.6)) * _ROUGHNESS
    middle = ((a[0] + b[0]) / 2 - dy * push, (a[1] + b[1]) / 2 + dx * push)
    return [*_rough(a, middle, rng), middle, *_rough(middle, b, rng)]
