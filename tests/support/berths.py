"""A simulated berth for tests: a landing ship alongside, with or without a crane out and lorries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from shapely import transform
from shapely.geometry import LineString, Polygon, box

from roadstead.geo import local_plane
from roadstead.identify import Image
from roadstead.model import Detection, Modality, Pixels, Scene, TimeSpan
from roadstead.simulate import Place, SceneSpec, ShipAt, VehicleAt, Weather
from roadstead.simulate.grid import Tile
from roadstead.simulate.optical import optical_scene, optical_tile
from roadstead.simulate.sensors import SKYSAT

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

NOON = datetime(2024, 6, 10, 11, tzinfo=UTC)
LENGTH_M, BEAM_M = 112.5, 15.0
LON, LAT = 3.0, 40.0
PLANE = local_plane(LON, LAT)


def onto_earth(shape: BaseGeometry) -> BaseGeometry:
    return transform(shape, lambda p: np.column_stack(PLANE.transform(p[:, 0], p[:, 1], direction="INVERSE")))


QUAY = onto_earth(LineString([(-300, 0), (300, 0)]))
HULL = onto_earth(box(-LENGTH_M / 2, 1.5, LENGTH_M / 2, 1.5 + BEAM_M))
TRUCKS = tuple(
    VehicleAt(along_m=a, away_m=b, turn_deg=5.0, paint=(0.45, 0.47, 0.47, 0.46, 0.40))
    for a, b in (
        (-30.0, 12.0), (-10.0, 12.0), (12.0, 12.0), (30.0, 8.0), (-40.0, 18.0), (3.0, 18.0), (28.0, 17.0), (-20.0, 7.0)
    )
)  # fmt: skip


@cache
def image(
    *, crane: bool = False, trucks: int = 0, pixel_m: float = 0.5, t_utc: datetime = NOON, ship: bool = True
) -> Image:
    place = Place(
        id="quay-test", name="berth", timezone="UTC", aoi=onto_earth(box(-110, -40, 110, 60)),
        land=onto_earth(box(-400, -400, 400, 0)), quays=(QUAY,),
    )  # fmt: skip
    lon, lat = PLANE.transform(0.0, 1.5 + BEAM_M / 2, direction="INVERSE")
    afloat = ShipAt(
        vessel_id="v", form_id="ropucha-i", length_m=LENGTH_M, beam_m=BEAM_M, lon_deg=lon, lat_deg=lat,
        heading_deg=90.0, alongside=True, crane_out=crane, vehicles=TRUCKS[:trucks],
    )  # fmt: skip
    spec = SceneSpec(
        id="s", platform="skysat", t_utc=t_utc, place=place, ships=(afloat,) if ship else (), weather=Weather(), seed=3
    )
    made = optical_scene(spec, replace(SKYSAT, pixel_m=pixel_m, margin_m=2.0, delay_s=(0.0,) * 4))
    values, _ = optical_tile(made, Tile(row_off=0, col_off=0, height=made.grid.height, width=made.grid.width))
    pixels = Pixels(
        values=values.astype(np.float32), valid=np.ones(values.shape[1:], bool), transform=made.grid.transform,
        crs=made.grid.crs,
    )  # fmt: skip
    scene = Scene(
        id=f"s-{t_utc:%j}", path=Path("s.tif"), time=TimeSpan(t_utc, t_utc), modality=Modality.OPTICAL,
        bands=SKYSAT.bands, gsd_m=pixel_m, simulated=True,
    )  # fmt: skip
    return Image(scene=scene, pixels=pixels, resolved_m=pixel_m)


def vessel(outline: Polygon | None = HULL) -> Detection:
    return Detection(
        id="s#1", scene_id="s", time=TimeSpan(NOON, NOON), outline_px=(), outline=outline, row_px=0, col_px=0,
        score=0.95, length_m=None, beam_m=None, heading_deg=None, method="test",
    )  # fmt: skip
