"""Vehicles beside a ship in detail: a cab, and a bed under a cover or open with goods on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, Polygon, box

from roadstead.simulate.small import Boat
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from roadstead.simulate.ships import Placed
    from roadstead.simulate.spec import VehicleAt
    from roadstead.simulate.surroundings import Surroundings

CAB, GAP = 0.22, 0.05
"""shares of a vehicle's length"""
_BED = (0.07, 0.08, 0.09, 0.11, 0.13)
"""reflectance of an empty bed"""
_BED_M, _GOODS_M = 1.6, 0.6
"""height of an open bed, and of goods above it"""


def lorries(ship: Placed, still: Surroundings, seed: int, scene_id: str) -> tuple[Boat, ...]:
    """The parts of a ship's vehicles, one behind the other; what lies on open beds is drawn by seed."""
    if not ship.ship.vehicles or not still.quay_lines:
        return ()
    rng = stream(seed, scene_id, "lorries", ship.ship.vessel_id)
    quay = min(still.quay_lines, key=lambda q: q.distance(Point(ship.x_m, ship.y_m)))
    return tuple(part for v in ship.ship.vehicles for part in _parts(v, quay, ship, still, rng))


def _parts(
    vehicle: VehicleAt, quay: LineString, ship: Placed, still: Surroundings, rng: np.random.Generator
) -> Iterator[Boat]:
    (x0, y0), (x1, y1) = quay.coords[0][:2], quay.coords[-1][:2]
    way = math.atan2(y1 - y0, x1 - x0)
    foot = quay.interpolate(quay.project(Point(ship.x_m, ship.y_m)))
    middle = foot.x + vehicle.along_m * math.cos(way), foot.y + vehicle.along_m * math.sin(way)
    spots = [
        (middle[0] - s * vehicle.away_m * math.sin(way), middle[1] + s * vehicle.away_m * math.cos(way))
        for s in (1, -1)
    ]
    at = next((p for p in spots if still.land.contains(Point(p))), None)
    if at is None:
        return
    turn_deg = math.degrees(way) + vehicle.turn_deg
    half, wide = vehicle.length_m / 2, vehicle.width_m / 2

    def part(span: tuple[float, float], across: tuple[float, float], high_m: float, paint: tuple[float, ...]) -> Boat:
        plain = box(-half + span[0] * 2 * half, across[0] * wide, -half + span[1] * 2 * half, across[1] * wide)
        shape: Polygon = translate(rotate(plain, turn_deg, origin=(0, 0)), *at)
        return Boat(outline=shape, reflectance=paint[0], kind="vehicle", height_m=high_m, paint=paint)

    bed = CAB + GAP, 1.0
    yield part((0.0, CAB), (-0.94, 0.94), 2.6, vehicle.paint)
    if vehicle.covered:
        yield part(bed, (-1.0, 1.0), vehicle.height_m, vehicle.paint)
        return
    yield part(bed, (-1.0, 1.0), _BED_M, _BED)
    pieces = int(rng.integers(2, 5))
    room = (bed[1] - bed[0]) / pieces
    for k in range(pieces):
        start = bed[0] + k * room + 0.03 + float(rng.uniform(0, 0.05))
        shade = float(rng.uniform(0.1, 0.45))
        side = float(rng.uniform(-0.2, 0.2))
        yield part((start, start + 0.72 * room), (-0.75 + side, 0.75 + side), _GOODS_M, (shade,) * 5)
