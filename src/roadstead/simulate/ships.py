"""Ships of a scene: where they are on the grid, their outlines, and how they look from above."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from roadstead import library
from roadstead.library import Solid
from roadstead.simulate.noise import key_of
from roadstead.simulate.spec import ShipAt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.library import SunView
    from roadstead.model import BandRole
    from roadstead.simulate.grid import Grid, Tile
    from roadstead.simulate.surroundings import Surroundings

KNOT_M_S = 0.514444


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A ship on the grid."""

    ship: ShipAt
    x_m: float
    """UTM metres of its middle"""
    y_m: float
    grid_heading_deg: float
    """bow, clockwise from grid north"""
    solid: Solid

    @property
    def ahead(self) -> tuple[float, float]:
        """East and north part of its heading on the grid."""
        turn = math.radians(self.grid_heading_deg)
        return math.sin(turn), math.cos(turn)

    @property
    def speed_m_s(self) -> float:
        """Speed over ground."""
        return self.ship.speed_kn * KNOT_M_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A small picture to be laid over a scene in one or all bands."""

    row_off: int
    col_off: int
    reflectance: NDArray[np.float32]
    """shape (bands, height, width)"""
    cover: NDArray[np.float32]
    """shape (bands, height, width)"""
    light: NDArray[np.float32]
    """factor on what lies around it, its shadow, same shape"""


def placed(ships: Sequence[ShipAt], grid: Grid, still: Surroundings) -> tuple[Placed, ...]:
    """Ships on the grid, in the order given."""
    out = []
    for ship in ships:
        x, y = grid.to_utm.transform(ship.lon_deg, ship.lat_deg)
        heading = ship.heading_deg + grid.turn_deg(ship.lon_deg, ship.lat_deg)
        out.append(
            Placed(
                ship=ship, x_m=x, y_m=y, grid_heading_deg=heading, solid=_solid(ship, _quay_side(x, y, heading, still))
            )
        )
    return tuple(out)


def _quay_side(x: float, y: float, heading_deg: float, still: Surroundings) -> Literal["port", "starboard"]:
    if not still.quay_lines:
        return "starboard"
    at = Point(x, y)
    quay = min(still.quay_lines, key=lambda q: q.distance(at))
    foot = quay.interpolate(quay.project(at))
    turn = math.radians(heading_deg)
    right = (foot.x - x) * math.cos(turn) - (foot.y - y) * math.sin(turn)
    return "starboard" if right >= 0 else "port"


@lru_cache(maxsize=64)
def _built(
    form_id: str, size: tuple[float, float], seed: int, side: Literal["port", "starboard"], crane_out: bool
) -> Solid:
    return library.solid_of(
        library.form(form_id), *size, seed=seed, crane_out=crane_out, quay_side=side, hatch_open=crane_out
    )


def _solid(ship: ShipAt, side: Literal["port", "starboard"]) -> Solid:
    seed = key_of(0, "vessel", ship.vessel_id) % 2**32
    return _built(
        ship.form_id, (ship.length_m, ship.beam_m), seed, side if ship.crane_out else "starboard", ship.crane_out
    )


def stamps(
    ship: Placed, grid: Grid, sight: SunView, bands: Sequence[BandRole], delay_s: Sequence[float]
) -> tuple[Stamp, ...]:
    """A ship as stamps; under way each band sees it where it is at that band's moment."""
    groups: dict[float, list[int]] = {}
    for i, delay in enumerate(delay_s):
        groups.setdefault(delay if ship.ship.speed_kn > 0 else 0.0, []).append(i)
    return tuple(_stamp(ship, grid, sight, bands, (delay, members)) for delay, members in sorted(groups.items()))


def _stamp(
    ship: Placed, grid: Grid, sight: SunView, bands: Sequence[BandRole], group: tuple[float, list[int]]
) -> Stamp:
    delay, members = group
    way = ship.speed_m_s * delay
    col = (ship.x_m + way * ship.ahead[0] - grid.west_m) / grid.pixel_m
    row = (grid.north_m - ship.y_m - way * ship.ahead[1]) / grid.pixel_m
    view = library.overhead(
        ship.solid,
        sight,
        heading_deg=ship.grid_heading_deg,
        pixel_m=grid.pixel_m,
        bands=[bands[i] for i in members],
        origin_px=(row % 1, col % 1),
    )
    shape = (len(bands), *view.cover.shape)
    reflectance, cover, light = np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.ones(shape, np.float32)
    for n, i in enumerate(members):
        reflectance[i], cover[i] = view.reflectance[n], view.cover
        light[i] = 1 - view.shadow * np.float32(1 - view.sky[n])
    row_off, col_off = round(row - view.middle_px[0]), round(col - view.middle_px[1])
    return Stamp(row_off=row_off, col_off=col_off, reflectance=reflectance, cover=cover, light=light)


def lay(level: NDArray[np.float32], tile: Tile, stamp: Stamp) -> None:
    """Lay a stamp over the part of a scene in `level`, shape (bands, height, width), in place."""
    top, left = stamp.row_off - tile.row_off, stamp.col_off - tile.col_off
    _, height, width = stamp.cover.shape
    r0, r1 = max(0, top), min(tile.height, top + height)
    c0, c1 = max(0, left), min(tile.width, left + width)
    if r0 >= r1 or c0 >= c1:
        return
    part = (slice(None), slice(r0 - top, r1 - top), slice(c0 - left, c1 - left))
    under = level[:, r0:r1, c0:c1] * stamp.light[part]
    cover = stamp.cover[part]
    level[:, r0:r1, c0:c1] = under * (1 - cover) + stamp.reflectance[part] * cover


def outline(ship: Placed) -> Polygon:
    """The plan of a ship's hull, UTM metres."""
    solid = ship.solid
    inside = solid.material >= 0
    rows = np.flatnonzero(inside.any(axis=1))
    first, last = inside.argmax(axis=1)[rows], inside.shape[1] - 1 - inside[:, ::-1].argmax(axis=1)[rows]
    middle = (inside.shape[0] / 2, inside.shape[1] / 2)
    sides = [(rows + 0.5, first.astype(float)), (rows[::-1] + 0.5, last[::-1] + 1.0)]
    along = (middle[0] - np.concatenate([s[0] for s in sides])) * solid.cell_m
    across = (np.concatenate([s[1] for s in sides]) - middle[1]) * solid.cell_m
    east, north = ship.ahead
    xs, ys = ship.x_m + along * east + across * north, ship.y_m + along * north - across * east
    return Polygon(np.column_stack([xs, ys])).buffer(0).simplify(0.4)
