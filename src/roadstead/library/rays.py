"""Where sun and sensor stand, and their rays in a ship's own frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

from roadstead.model import InputError

LONGEST_SHADOW_M = 400.0
"""views cut shadows here; only a sun below 5 degrees throws longer ones"""
_ZENITH_DEG = 89.9


@dataclass(frozen=True, slots=True, kw_only=True)
class SunView:
    """Where sun and sensor stand, seen from the ship; azimuths clockwise from true north."""

    sun_elevation_deg: float
    """above the horizon; at 0 and below there is no direct light and no shadow"""
    sun_azimuth_deg: float
    off_nadir_deg: float = 0.0
    """slant of the line of sight from the vertical, at the ship; 0-60"""
    view_azimuth_deg: float = 0.0
    """from the ship towards the sensor"""

    def __post_init__(self) -> None:
        angles = (self.sun_elevation_deg, self.sun_azimuth_deg, self.off_nadir_deg, self.view_azimuth_deg)
        if not all(map(math.isfinite, angles)) or not -90 <= self.sun_elevation_deg <= 90:
            raise InputError(
                f"sun and view angles {angles} must be finite, the sun's elevation between -90 and 90 degrees"
            )
        if not 0 <= self.off_nadir_deg <= 60:
            raise InputError(f"off_nadir_deg {self.off_nadir_deg} must lie between 0 and 60")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rays:
    """Directions in a ship's frame: along the rows (to the stern), along the columns (to starboard), up."""

    sun: tuple[float, float, float] | None
    """towards the sun, horizontal part of length 1; None when it is not above the horizon"""
    lean: tuple[float, float]
    """towards the sensor, metres per metre of height"""

    @property
    def slanting(self) -> bool:
        """Whether the view is not straight down."""
        return self.lean != (0.0, 0.0)

    def thrown_m(self, height_m: float, axis: int) -> tuple[float, float]:
        """How far a height is thrown along an axis: by the slanting view and by the sun."""
        if self.sun is None:
            return -self.lean[axis] * height_m, 0.0
        return -self.lean[axis] * height_m, -self.sun[axis] * min(height_m / self.sun[2], LONGEST_SHADOW_M)


def rays_of(sight: SunView, heading_deg: float) -> Rays:
    """The rays as they meet a ship of that heading."""
    tangent = math.tan(math.radians(sight.off_nadir_deg))
    view = _in_ship_frame(sight.view_azimuth_deg, heading_deg)
    if sight.sun_elevation_deg <= 0:
        return Rays(sun=None, lean=(tangent * view[0], tangent * view[1]))
    rise = math.tan(math.radians(min(sight.sun_elevation_deg, _ZENITH_DEG)))
    sun = (*_in_ship_frame(sight.sun_azimuth_deg, heading_deg), rise)
    return Rays(sun=sun, lean=(tangent * view[0], tangent * view[1]))


def _in_ship_frame(azimuth_deg: float, heading_deg: float) -> tuple[float, float]:
    angle = math.radians(azimuth_deg - heading_deg)
    return -math.cos(angle), math.sin(angle)
