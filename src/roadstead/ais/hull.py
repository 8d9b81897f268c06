"""From the antenna to the hull: where its middle is, by the distances that the ship sends with its static data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from roadstead.geo import local_plane

if TYPE_CHECKING:
    from roadstead.ais.values import AisStatic

_STEERED_KN = 3.0
"""from this speed on a ship's course serves where its heading was not sent; set and drift stay below some degrees"""


class Placed(Protocol):
    """A position with directions: an `AisPosition` or a `Fix`."""

    @property
    def lon_deg(self) -> float:
        """WGS84 longitude of the antenna."""
        ...

    @property
    def lat_deg(self) -> float:
        """WGS84 latitude of the antenna."""
        ...

    @property
    def heading_deg(self) -> float | None:
        """Heading of the bow."""
        ...

    @property
    def cog_deg(self) -> float | None:
        """Course over ground."""
        ...

    @property
    def sog_kn(self) -> float | None:
        """Speed over ground."""
        ...


def bow_deg(position: Placed) -> float | None:
    """Where the bow points, degrees from true north: the heading, else the course of a ship above 3 kn, else None."""
    if position.heading_deg is not None:
        return position.heading_deg
    moving = position.sog_kn is not None and position.sog_kn >= _STEERED_KN
    return position.cog_deg if moving else None


def hull_centre(position: Placed, static: AisStatic) -> tuple[float, float] | None:
    """Longitude and latitude (WGS84) of the hull's middle.

    From the antenna A and B lead to bow and stern, C and D to port and starboard (ITU-R M.1371-5, figure 41).

    Returns:
        None where the antenna's place in the hull, or the direction of the bow, was not sent.
    """
    bow, stern, port, starboard = static.to_bow_m, static.to_stern_m, static.to_port_m, static.to_starboard_m
    towards = bow_deg(position)
    if bow is None or stern is None or port is None or starboard is None or towards is None:
        return None
    ahead, right = (bow - stern) / 2, (starboard - port) / 2
    sin, cos = math.sin(math.radians(towards)), math.cos(math.radians(towards))
    plane = local_plane(position.lon_deg, position.lat_deg)
    lon, lat = plane.transform(ahead * sin + right * cos, ahead * cos - right * sin, direction="INVERSE")
    return float(lon), float(lat)
