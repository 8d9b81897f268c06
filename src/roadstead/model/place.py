"""Places: sites with names in several scripts and an area of interest on the water."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A place name in one script."""

    text: str
    script: str
    """ISO 15924 code: Latn, Cyrl, Hang, Hans"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place where ships can be, as this case knows it."""

    id: str
    name: str
    """the Latin name used in reports"""
    names: tuple[Name, ...] = ()
    timezone: str
    """IANA zone; dates of claims about this site are local to it"""
    aoi: BaseGeometry
    """polygon on the water, WGS84 lon/lat degrees"""
    berths: tuple[LineString, ...] = ()
    """quay lines, WGS84 lon/lat degrees"""
    anchorage: bool = False
    """open water where no ship lies alongside a quay"""
    country: str = ""
    notes: str = ""
    sources: tuple[str, ...] = ()

    @property
    def lon_deg(self) -> float:
        """Longitude of a point inside the area of interest."""
        return float(self.aoi.representative_point().x)

    @property
    def lat_deg(self) -> float:
        """Latitude of a point inside the area of interest."""
        return float(self.aoi.representative_point().y)
