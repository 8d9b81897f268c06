"""A landing ship on open water at 0.8 m, as a sharp satellite would show it: past the gate for classes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shapely.geometry import Polygon, box

from roadstead import library
from roadstead.geo import local_plane
from roadstead.simulate import Place, SceneSpec, ShipAt, Weather, make_scene

if TYPE_CHECKING:
    from pathlib import Path

LON, LAT = 1.5, 0.3


def landing_ship(folder: Path) -> Path:
    """Write the scene; returns its STAC item."""
    plane = local_plane(LON, LAT)

    def placed(west: float, south: float, east: float, north: float) -> Polygon:
        ring = box(west, south, east, north).exterior.coords
        return Polygon([plane.transform(x, y, direction="INVERSE") for x, y in ring])

    form = library.form("alligator-three-cranes")
    ship = ShipAt(
        vessel_id="x", form_id=form.id, length_m=form.length_m.mid, beam_m=form.beam_m.mid,
        lon_deg=LON, lat_deg=LAT, heading_deg=100,
    )  # fmt: skip
    place = Place(
        id="roads", name="Roads", timezone="Etc/GMT", aoi=placed(-160, -160, 160, 160),
        land=placed(20_000, 20_000, 20_100, 20_100), quays=(), anchorage=True,
    )  # fmt: skip
    spec = SceneSpec(
        id="close", platform="skysat", t_utc=datetime(2024, 6, 10, 9, 40, tzinfo=UTC), place=place, ships=(ship,),
        weather=Weather(wind_m_s=4.0, wind_from_deg=300.0), seed=3,
    )  # fmt: skip
    return make_scene(spec, folder).item
