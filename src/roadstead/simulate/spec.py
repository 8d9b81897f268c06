"""What a simulated scene is made from: a place, the ships in it, the weather, the sensor, one seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

MARK = "roadstead:simulated"
"""key that every simulated file carries, true"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A fictional harbour with its surroundings; WGS84 lon/lat degrees."""

    id: str
    name: str
    timezone: str
    aoi: BaseGeometry
    """polygon on the water; scenes cover its bounding box and a margin"""
    land: BaseGeometry
    quays: tuple[LineString, ...]
    """walls along which ships lie"""
    breakwaters: tuple[LineString, ...] = ()
    cranes: tuple[Point, ...] = ()
    """fixed quay cranes"""
    anchorage: bool = False
    """open water where no ship lies alongside"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAt:
    """One vehicle on the quay beside a ship, with a bed that is covered or shows what it carries."""

    along_m: float
    """of its middle from the ship's middle along the quay, in the direction in which the quay is drawn"""
    away_m: float
    """of its middle from the quay's edge, on land"""
    turn_deg: float = 0.0
    """off the quay's direction"""
    length_m: float = 9.0
    width_m: float = 2.5
    height_m: float = 3.0
    covered: bool = True
    """by a tarpaulin or a box; False: an open bed with goods on it"""
    paint: tuple[float, float, float, float, float] = (0.06, 0.09, 0.06, 0.14, 0.12)
    """reflectance of cab and cover: blue, green, red, nir, swir16"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipAt:
    """One ship as it is at the moment of the scene."""

    vessel_id: str
    """known to the truth only"""
    form_id: str
    """a form of the library"""
    length_m: float
    beam_m: float
    lon_deg: float
    lat_deg: float
    heading_deg: float
    """bow, clockwise from true north"""
    speed_kn: float = 0.0
    alongside: bool = False
    crane_out: bool = False
    """a crane reaches over the deck"""
    trucks: int = 0
    """vehicles on the quay beside it, as plain boxes at drawn places"""
    vehicles: tuple[VehicleAt, ...] = ()
    """further vehicles, in detail, where they are said to be"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What wind and sky do to an image."""

    wind_m_s: float = 5.0
    wind_from_deg: float = 270.0
    cloud_fraction: float = 0.0
    """share of the scene under thick cloud, 0-1"""
    thin_cloud_fraction: float = 0.0
    haze: float = 0.0
    """0 none, 1 dense"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSpec:
    """One acquisition to be simulated; the same spec gives the same bytes."""

    id: str
    platform: str
    """`sentinel-1a`, `sentinel-2b`, `planetscope`, `skysat`; sensor figures come from the library and the room"""
    t_utc: datetime
    place: Place
    ships: tuple[ShipAt, ...]
    weather: Weather
    seed: int
    off_nadir_deg: float = 0.0
    satellite_azimuth_deg: float = 90.0
    """from the site to the satellite, clockwise from true north"""
    incidence_deg: float = 38.0
    ascending: bool = True
    swath_edge: float = 0.0
    """share of the scene at one side that the swath misses (nodata), 0-1"""
