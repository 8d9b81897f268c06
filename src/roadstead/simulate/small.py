"""Small craft moored along quays, and vehicles on them: boxes without a form of the library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, Polygon, box

from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.simulate.ships import Placed
    from roadstead.simulate.surroundings import Surroundings

_BOATS_PER_KM, _FEWER = 34.0, 12.0
_FISHING_QUAY_M = 900.0
"""ports with less quay than this are full of small boats"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boat:
    """A small craft or a vehicle: a bright box."""

    outline: Polygon
    """in UTM metres"""
    reflectance: float
    kind: str
    """`small craft` or `vehicle`"""
    height_m: float = 0.0
    """of a solid box, which casts a shadow from its foot to its top; 0: a flat one whose shadow lies beside it"""
    paint: tuple[float, ...] = ()
    """reflectance per band of `land.REFLECTANCE`; empty: `reflectance` in every band"""


def boats(place_id: str, seed: int, scene_id: str, still: Surroundings, taken: Sequence[Polygon]) -> tuple[Boat, ...]:
    """Small craft moored along quays; the fewer metres of quay a port has, the more of them."""
    rng = stream(seed, scene_id, "boats", place_id)
    total = sum(q.length for q in still.quay_lines)
    density = _BOATS_PER_KM if total < _FISHING_QUAY_M else _BOATS_PER_KM / _FEWER
    out = []
    for quay in still.quay_lines:
        for _ in range(rng.poisson(density * quay.length / 1000)):
            length, away = rng.uniform(6, 22), rng.uniform(3.5, 9.0)
            at = quay.interpolate(rng.uniform(8, max(quay.length - 8, 9)))
            shape = _box(at, quay, (away, rng.normal(0, 3)), (length, 0.28 * length), still)
            if shape is not None and not any(shape.intersects(t.buffer(3)) for t in taken):
                out.append(Boat(outline=shape, reflectance=float(rng.uniform(0.16, 0.5)), kind="small craft"))
    return tuple(out)


def vehicles(ship: Placed, still: Surroundings, seed: int, scene_id: str) -> tuple[Boat, ...]:
    """Trucks on the quay beside a ship."""
    if not ship.ship.trucks or not still.quay_lines:
        return ()
    rng = stream(seed, scene_id, "trucks", ship.ship.vessel_id)
    middle = Point(ship.x_m, ship.y_m)
    quay = min(still.quay_lines, key=lambda q: q.distance(middle))
    start = quay.project(middle)
    out = []
    for _ in range(ship.ship.trucks):
        at = quay.interpolate(float(np.clip(start + rng.uniform(-0.45, 0.45) * ship.ship.length_m, 2, quay.length - 2)))
        shape = _box(at, quay, (-rng.uniform(6, 24), rng.normal(0, 12)), (rng.uniform(7, 13), 2.6), still)
        if shape is not None:
            out.append(Boat(outline=shape, reflectance=float(rng.choice([0.05, 0.08, 0.45])), kind="vehicle"))
    return tuple(out)


def _box(
    at: Point, quay: LineString, off: tuple[float, float], size: tuple[float, float], still: Surroundings
) -> Polygon | None:
    """A box beside a quay; None where it does not fit.

    Args:
        at: a point of the quay's edge, UTM metres.
        quay: the edge.
        off: metres from the edge, positive on the water and negative on land; degrees off the quay's direction.
        size: length and width, metres.
        still: tells land from water.
    """
    (x0, y0), (x1, y1) = quay.coords[0][:2], quay.coords[-1][:2]
    norm = math.hypot(x1 - x0, y1 - y0)
    for side in (1, -1):
        x, y = at.x - side * (y1 - y0) / norm * off[0], at.y + side * (x1 - x0) / norm * off[0]
        if still.land.contains(Point(x, y)) != (off[0] > 0):
            turn = math.degrees(math.atan2(y1 - y0, x1 - x0)) + off[1]
            plain = box(-size[0] / 2, -size[1] / 2, size[0] / 2, size[1] / 2)
            return translate(rotate(plain, turn, origin=(0, 0)), x, y)
    return None
