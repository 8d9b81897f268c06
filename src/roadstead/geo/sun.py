"""The sun's place in the sky (NOAA Solar Calculator, after Meeus 1998, Astronomical Algorithms, ch. 25)."""

from __future__ import annotations

import math
from datetime import UTC, datetime

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


def sun_position_deg(t_utc: datetime, lon_deg: float, lat_deg: float) -> tuple[float, float]:
    """Elevation above the horizon and azimuth from true north, degrees, without refraction.

    Good to 0.02 degrees between 1950 and 2050.
    """
    days = (t_utc - _J2000).total_seconds() / 86400
    century = days / 36525
    mean_long = math.radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360)
    anomaly = math.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    centre = (
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    apparent = mean_long + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    obliquity = math.radians(23.439291 - 0.0130042 * century + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(obliquity) * math.sin(apparent))
    ascension = math.atan2(math.cos(obliquity) * math.sin(apparent), math.cos(apparent))
    sidereal = math.radians((280.46061837 + 360.98564736629 * days + lon_deg) % 360)
    hour_angle, lat = sidereal - ascension, math.radians(lat_deg)
    up = math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.cos(hour_angle)
    east = -math.cos(declination) * math.sin(hour_angle)
    north = math.sin(declination) * math.cos(lat) - math.cos(declination) * math.sin(lat) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, up)))), math.degrees(math.atan2(east, north)) % 360
