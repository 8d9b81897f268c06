"""Which sites share a map panel, and where a place falls in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.geo import great_circle_km

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.model import Site

MAX_EXTENT_KM = 2500.0
"""a panel of greater extent would bend its scale and hide every area of interest"""
FAR_SHARE = 10.0
"""sites closer together than this part of a panel's extent get a panel of their own"""
MAX_DEPTH = 3
KM_PER_DEGREE = 111.19
MIN_HALF_KM = 12.0
WIDEST, NARROWEST, MARGIN = 2.0, 1.3, 1.18
"""width over height of a panel, and its extent over that of its sites"""
SLENDER, SLENDER_SHAPE = 500.0, (1.3, 0.85, 1.4)
"""the same for panels narrower than this, which need more room for names"""
FOOT = 34.0
"""units kept free below for the scale bar and the longitudes"""


@dataclass(frozen=True, slots=True)
class Frame:
    """A plate carree around the middle latitude of a panel, drawn `width` wide."""

    west: float
    south: float
    east: float
    north: float
    width: float
    height: float

    def xy(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        """Position in the drawing; longitudes are unwrapped to lie nearest the panel's middle."""
        middle = (self.west + self.east) / 2
        lon = middle + (lon_deg - middle + 180) % 360 - 180
        return (
            (lon - self.west) / (self.east - self.west) * self.width,
            (self.north - lat_deg) / (self.north - self.south) * self.height,
        )

    @property
    def km_per_unit(self) -> float:
        """Kilometres on the ground for one unit of the drawing, at the middle latitude."""
        return (self.north - self.south) * KM_PER_DEGREE / self.height


def site_groups(sites: Sequence[Site], depth: int = 0) -> tuple[tuple[Site, ...], ...]:
    """Panels, the widest first: all sites together unless they lie oceans apart, then each close cluster again."""
    if not sites:
        return ()
    extent = _extent_km(sites)
    own = (tuple(sites),) if extent <= MAX_EXTENT_KM else ()
    if depth >= MAX_DEPTH or len(sites) == 1:
        return own or (tuple(sites),)
    clusters = _clusters(sites, extent / FAR_SHARE)
    if len(clusters) == 1:
        return own or (tuple(sites),)
    finer = [g for c in clusters if len(c) > 1 or not own for g in site_groups(c, depth + 1)]
    return (*own, *finer)


def _extent_km(sites: Sequence[Site]) -> float:
    return max((_apart_km(a, b) for a in sites for b in sites), default=0.0)


def _apart_km(a: Site, b: Site) -> float:
    return great_circle_km(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg) if a is not b else 0.0


def _clusters(sites: Sequence[Site], reach_km: float) -> list[list[Site]]:
    """Single linkage: sites within reach of one another, in the order of the case."""
    left, out = list(sites), []
    while left:
        cluster = [left.pop(0)]
        for member in cluster:
            near = [s for s in left if _apart_km(member, s) <= reach_km]
            cluster += near
            left = [s for s in left if s not in near]
        out.append(cluster)
    return out


def frame_of(sites: Sequence[Site], width: float) -> Frame:
    """A panel around the areas of interest, with a margin, wider than high."""
    boxes = [s.aoi.bounds for s in sites]
    west, east = _unwrapped([b[0] for b in boxes] + [b[2] for b in boxes])
    south, north = min(b[1] for b in boxes), max(b[3] for b in boxes)
    lat = min(max((south + north) / 2, -80.0), 80.0)
    per_lon = KM_PER_DEGREE * math.cos(math.radians(lat))
    widest, narrowest, margin = SLENDER_SHAPE if width < SLENDER else (WIDEST, NARROWEST, MARGIN)
    half_x = max((east - west) / 2 * per_lon * margin, MIN_HALF_KM)
    half_y = max((north - south) / 2 * KM_PER_DEGREE * margin, MIN_HALF_KM / WIDEST)
    half_x, half_y = max(half_x, half_y * narrowest), max(half_y, half_x / widest)
    foot_km = 2 * half_x * FOOT / width
    lon = (west + east) / 2
    return Frame(
        west=lon - half_x / per_lon,
        east=lon + half_x / per_lon,
        south=lat - (half_y + foot_km) / KM_PER_DEGREE,
        north=lat + half_y / KM_PER_DEGREE,
        width=width,
        height=width * half_y / half_x + FOOT,
    )


def _unwrapped(lons: Sequence[float]) -> tuple[float, float]:
    """West and east end, cut where the circle is emptiest, so that sites across 180 degrees stay together."""
    around = sorted(lon % 360 for lon in lons)
    gaps = [(b - a, i) for i, (a, b) in enumerate(zip(around, [*around[1:], around[0] + 360], strict=True))]
    _, i = max(gaps)
    west = around[(i + 1) % len(around)]
    east = around[i] if around[i] >= west else around[i] + 360
    return (west - 360, east - 360) if west > 180 else (west, east)
