"""Places on Earth: ground metres of image pixels, distances, the sun, orbits and passes."""

from roadstead.geo.distance import area_km2, great_circle_km
from roadstead.geo.elements import ElementSet, read_elements
from roadstead.geo.frame import GroundFrame, ground_frame, local_plane
from roadstead.geo.orbits import (
    RepeatCycle,
    Side,
    Swath,
    closure_km,
    earth_fixed,
    ground_points,
    node_local_time_h,
)
from roadstead.geo.passes import View, closest_approaches, once, track_offset, view, zero_doppler
from roadstead.geo.sea_route import sea_routes_km
from roadstead.geo.sun import SUNSET_DEG, light_at, nights, sun_elevation_deg, sun_position_deg, sun_positions_deg

__all__ = [
    "SUNSET_DEG",
    "ElementSet",
    "GroundFrame",
    "RepeatCycle",
    "Side",
    "Swath",
    "View",
    "area_km2",
    "closest_approaches",
    "closure_km",
    "earth_fixed",
    "great_circle_km",
    "ground_frame",
    "ground_points",
    "light_at",
    "local_plane",
    "nights",
    "node_local_time_h",
    "once",
    "read_elements",
    "sea_routes_km",
    "sun_elevation_deg",
    "sun_position_deg",
    "sun_positions_deg",
    "track_offset",
    "view",
    "zero_doppler",
]
