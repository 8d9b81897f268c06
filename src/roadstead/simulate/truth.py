"""The truth of a simulated scene: outlines of the ships, WGS84, and what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely.geometry import mapping

from roadstead.model import iso
from roadstead.simulate.files import WARNING
from roadstead.simulate.optical import OpticalScene
from roadstead.simulate.ships import outline
from roadstead.simulate.spec import MARK

if TYPE_CHECKING:
    from shapely.geometry import Polygon

    from roadstead.simulate.grid import Grid
    from roadstead.simulate.radar import RadarScene
    from roadstead.simulate.ships import Placed

_DIGITS = 7


def truth_of(scene: OpticalScene | RadarScene) -> dict[str, Any]:
    """GeoJSON: one feature per ship, in the spec's order, then one per small craft and vehicle drawn (optical)."""
    ships = [_ship(s, scene.grid) for s in scene.ships]
    if isinstance(scene, OpticalScene):
        for feature, placed in zip(ships, scene.ships, strict=True):
            col, row = ~scene.grid.transform @ (placed.x_m, placed.y_m)
            feature["properties"]["sky"] = scene.sky.over(row, col)
    small = [
        {"type": "Feature", "geometry": _earth(b.outline, scene.grid), "properties": {"label": b.kind}}
        for b in (scene.boats if isinstance(scene, OpticalScene) else ())
    ]
    return {
        "type": "FeatureCollection",
        "features": ships + small,
        "properties": {
            MARK: True,
            "warning": WARNING,
            "scene_id": scene.spec.id,
            "datetime": iso(scene.spec.t_utc),
            "place": scene.spec.place.id,
            "seed": scene.spec.seed,
        },
    }


def _ship(placed: Placed, grid: Grid) -> dict[str, Any]:
    ship = placed.ship
    return {
        "type": "Feature",
        "geometry": _earth(outline(placed), grid),
        "properties": {
            "label": "vessel",
            "vessel_id": ship.vessel_id,
            "form": ship.form_id,
            "length_m": ship.length_m,
            "beam_m": ship.beam_m,
            "heading_deg": ship.heading_deg,
            "speed_kn": ship.speed_kn,
            "alongside": ship.alongside,
            "crane_out": ship.crane_out,
            "trucks": ship.trucks,
        },
    }


def _earth(shape: Polygon, grid: Grid) -> dict[str, Any]:
    found = mapping(grid.earth(shape))
    rings = [[[round(x, _DIGITS), round(y, _DIGITS)] for x, y, *_ in ring] for ring in found["coordinates"]]
    return {"type": found["type"], "coordinates": rings}
