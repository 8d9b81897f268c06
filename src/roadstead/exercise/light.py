"""Daylight at a place of the Null Islands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.geo import sun_elevation_deg
from roadstead.simulate import null_island

if TYPE_CHECKING:
    from datetime import datetime

LOWEST_SUN_DEG = 10.0
"""optical images are taken above this elevation"""


def lit(place_id: str, t: datetime) -> bool:
    """Whether the sun stands high enough over a place for an optical image."""
    at = null_island(place_id).aoi.representative_point()
    return float(sun_elevation_deg(t.timestamp(), at.x, at.y)) > LOWEST_SUN_DEG
