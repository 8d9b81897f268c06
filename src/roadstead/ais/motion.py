"""Where a ship was between two reports, and who reported inside an area."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shapely import contains_xy, prepare

from roadstead.geo import local_plane
from roadstead.model import Site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from roadstead.ais.values import AisPosition, Track
    from roadstead.model import TimeSpan

_KNOT_M_S = 1852 / 3600
_ACCELERATION_M_S2 = 0.05
"""by which a ship between two reports may turn or change speed; a 100 m ship in a hard turn reaches it"""
_DIFFUSION_M2_S = 1000.0
"""growth of the variance of a ship's way over hours, assumed: about 1 km in the middle of one hour"""
_FASTEST_KN = 25.0
"""least speed that a ship is granted between two reports; its own, where it was faster"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Where a ship was at an instant, with what that rests on."""

    mmsi: str
    t_utc: datetime
    lon_deg: float
    """WGS84, of the antenna"""
    lat_deg: float
    sigma_m: float
    """one standard deviation of the place in each direction; grows into the gap between the two reports"""
    sog_kn: float | None
    cog_deg: float | None
    heading_deg: float | None
    gap_s: float
    """between the two reports around it; 0 at a report"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """A ship that reported from inside an area."""

    mmsi: str
    imo: str | None
    name: str
    first_utc: datetime
    """first report inside"""
    last_utc: datetime
    """last report inside"""
    reports: int
    """inside the area and the span"""


def interpolate(track: Track, t_utc: datetime, max_gap_h: float = 3.0) -> Fix | None:
    """Where a ship was at an instant between two of its reports.

    Cubic Hermite curve through both positions with both velocities where these were sent, a straight line otherwise, in
    a local plane. The variance is that of a Brownian bridge, the long-term form of a ship's mean-reverting velocity
    (Millefiori et al. 2016, IEEE Trans. Aerosp. Electron. Syst. 52(5)); over seconds it is no more than an acceleration
    of 0.05 m/s2 allows, and never more than the ellipse that the ship could have reached. The constants are assumed.

    Returns:
        None before the first and after the last report, and inside a gap longer than `max_gap_h` hours.
    """
    times = [p.t_utc for p in track.positions]
    after = bisect_right(times, t_utc)
    if not after:
        return None
    a = track.positions[after - 1]
    if a.t_utc == t_utc:
        return _at(a)
    if after == len(times):
        return None
    b = track.positions[after]
    if (b.t_utc - a.t_utc).total_seconds() > max_gap_h * 3600:
        return None
    return _between(a, b, t_utc)


def _at(p: AisPosition) -> Fix:
    return Fix(
        mmsi=p.mmsi,
        t_utc=p.t_utc,
        lon_deg=p.lon_deg,
        lat_deg=p.lat_deg,
        sigma_m=p.sigma_m,
        sog_kn=p.sog_kn,
        cog_deg=p.cog_deg,
        heading_deg=p.heading_deg,
        gap_s=0.0,
    )


def _between(a: AisPosition, b: AisPosition, t_utc: datetime) -> Fix:
    span_s = (b.t_utc - a.t_utc).total_seconds()
    u = (t_utc - a.t_utc).total_seconds() / span_s
    plane = local_plane(a.lon_deg, a.lat_deg)
    x, y = (float(v) for v in plane.transform(b.lon_deg, b.lat_deg))
    straight = (x / span_s, y / span_s)
    start, end = (_velocity(p) or straight for p in (a, b))
    place = [_hermite(u, d, v * span_s, w * span_s) for d, v, w in zip((x, y), start, end, strict=True)]
    slope = [_slope(u, d, v * span_s, w * span_s) / span_s for d, v, w in zip((x, y), start, end, strict=True)]
    lon, lat = plane.transform(place[0], place[1], direction="INVERSE")
    speed = math.hypot(*slope)
    own = (1 - u) * a.sigma_m**2 + u * b.sigma_m**2
    return Fix(
        mmsi=a.mmsi,
        t_utc=t_utc,
        lon_deg=float(lon),
        lat_deg=float(lat),
        sigma_m=math.sqrt(own + _spread_m(a, b, span_s, u, math.hypot(x, y)) ** 2),
        sog_kn=speed / _KNOT_M_S,
        cog_deg=math.degrees(math.atan2(slope[0], slope[1])) % 360 if speed > 0 else None,
        heading_deg=_turned(a.heading_deg, b.heading_deg, u),
        gap_s=span_s,
    )


def _velocity(p: AisPosition) -> tuple[float, float] | None:
    """East and north, m/s."""
    if p.sog_kn is None or (p.cog_deg is None and p.sog_kn > 0):
        return None
    course, speed = math.radians(p.cog_deg or 0.0), p.sog_kn * _KNOT_M_S
    return speed * math.sin(course), speed * math.cos(course)


def _hermite(u: float, d: float, v: float, w: float) -> float:
    """Cubic from 0 to d with slopes v and w at u = 0 and 1."""
    return float((u**3 - 2 * u**2 + u) * v + (3 * u**2 - 2 * u**3) * d + (u**3 - u**2) * w)


def _slope(u: float, d: float, v: float, w: float) -> float:
    return float((3 * u**2 - 4 * u + 1) * v + 6 * (u - u**2) * d + (3 * u**2 - 2 * u) * w)


def _spread_m(a: AisPosition, b: AisPosition, span_s: float, u: float, metres: float) -> float:
    bridge = u * (1 - u)
    short = _ACCELERATION_M_S2 * span_s**2 * bridge / 2
    long = math.sqrt(_DIFFUSION_M2_S * span_s * bridge)
    fastest = max(_FASTEST_KN, a.sog_kn or 0.0, b.sog_kn or 0.0) * _KNOT_M_S * span_s
    reach = math.sqrt(max(fastest**2 - metres**2, 0.0)) / 2
    return min(short, long, max(reach, metres * bridge))


def _turned(a_deg: float | None, b_deg: float | None, u: float) -> float | None:
    """A direction on the shorter way from one to the other."""
    if a_deg is None or b_deg is None:
        return None
    return (a_deg + u * ((b_deg - a_deg + 180) % 360 - 180)) % 360


def near(tracks: Iterable[Track], place: Site | BaseGeometry, span: TimeSpan) -> tuple[Reporter, ...]:
    """Who reported from inside an area during a span (both ends included), sorted by MMSI.

    Who is missing here was not received there; whether it was there is not known.

    Args:
        tracks: what was read.
        place: a site, or an area in WGS84 lon/lat.
        span: when.
    """
    area = place.aoi if isinstance(place, Site) else place
    prepare(area)
    found = []
    for track in tracks:
        times = [p.t_utc for p in track.positions]
        during = track.positions[bisect_left(times, span.start) : bisect_right(times, span.end)]
        inside = [p for p in during if contains_xy(area, p.lon_deg, p.lat_deg)]
        if inside:
            static = track.static_at(inside[-1].t_utc)
            found.append(
                Reporter(
                    mmsi=track.mmsi,
                    imo=static.imo if static else None,
                    name=static.name if static else "",
                    first_utc=inside[0].t_utc,
                    last_utc=inside[-1].t_utc,
                    reports=len(inside),
                )
            )
    return tuple(sorted(found, key=lambda r: r.mmsi))
