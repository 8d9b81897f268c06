"""Where a radar image shows a moving ship: shifted along the satellite's way, `the train beside its track`.

A radar puts a ship where its range does not change. A ship that comes nearer reaches that moment later and is shown
further along the satellite's way; one that goes away is shown back. The shift is slant range over satellite velocity
times the speed towards the satellite (Raney 1971, IEEE Trans. Aerosp. Electron. Syst. AES-7, 499-505; for ships Vachon
et al. 1997, Can. J. Remote Sens. 23, 48-59).
"""

from __future__ import annotations

import math

from roadstead.geo import local_plane

_KNOT_M_S = 1852 / 3600
_EARTH_KM = 6371.0
_MU_KM3_S2 = 398_600.4418
SENTINEL1_ALTITUDE_KM = 693.0
"""ESA, Sentinel-1 mission description"""


def range_over_velocity_s(incidence_deg: float, altitude_km: float = SENTINEL1_ALTITUDE_KM) -> float:
    """Slant range over the velocity of a satellite on a circular orbit, seconds; about 115 for Sentinel-1.

    Args:
        incidence_deg: between the vertical at the ship and the direction to the satellite.
        altitude_km: of the satellite above a round Earth.
    """
    radius = _EARTH_KM + altitude_km
    incidence = math.radians(incidence_deg)
    slant = math.sqrt(radius**2 - (_EARTH_KM * math.sin(incidence)) ** 2) - _EARTH_KM * math.cos(incidence)
    return slant / math.sqrt(_MU_KM3_S2 / radius)


def doppler_shift_m(
    speed_kn: float,
    course_deg: float,
    *,
    satellite_azimuth_deg: float,
    incidence_deg: float,
    range_velocity_s: float | None = None,
) -> float:
    """How far along the satellite's way a moving ship is shown from where it is, metres; negative: back.

    Args:
        speed_kn: over ground.
        course_deg: over ground, clockwise from true north.
        satellite_azimuth_deg: from the ship to the satellite, clockwise from true north.
        incidence_deg: between the vertical at the ship and the direction to the satellite.
        range_velocity_s: slant range over satellite velocity; None: that of Sentinel-1 at this incidence.
    """
    ratio = range_over_velocity_s(incidence_deg) if range_velocity_s is None else range_velocity_s
    along_ground = math.cos(math.radians(course_deg - satellite_azimuth_deg))
    nearing_m_s = speed_kn * _KNOT_M_S * along_ground * math.sin(math.radians(incidence_deg))
    return ratio * nearing_m_s


def shown_at(
    lon_deg: float, lat_deg: float, shift_m: float, satellite_azimuth_deg: float, *, right_looking: bool = True
) -> tuple[float, float]:
    """Longitude and latitude (WGS84) at which a ship is shown that a radar shifts by `shift_m` along its way.

    Args:
        lon_deg: where the ship is.
        lat_deg: where the ship is.
        shift_m: of `doppler_shift_m`.
        satellite_azimuth_deg: from the ship to the satellite; a right-looking satellite flies 90 degrees right of it.
        right_looking: as Sentinel-1.
    """
    way = math.radians(satellite_azimuth_deg + (90 if right_looking else -90))
    plane = local_plane(lon_deg, lat_deg)
    lon, lat = plane.transform(shift_m * math.sin(way), shift_m * math.cos(way), direction="INVERSE")
    return float(lon), float(lat)
