"""Places on Earth: ground metres of image pixels, distances, the sun."""

from roadstead.geo.distance import area_km2, great_circle_km
from roadstead.geo.frame import GroundFrame, ground_frame, local_plane
from roadstead.geo.sun import sun_position_deg

__all__ = ["GroundFrame", "area_km2", "great_circle_km", "ground_frame", "local_plane", "sun_position_deg"]
