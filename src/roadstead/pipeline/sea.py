"""What a case states of land and sea: around each scene, and for the ways between its sites."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import box

from roadstead.archive import SeaFile, open_sea_file
from roadstead.case import Case
from roadstead.geo import great_circle_km, sea_routes_km
from roadstead.library import sourced_km
from roadstead.model import InputError, Scene, SeaKind, SeaWay, StatedSea

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Site
    from roadstead.steps import StepCache

_WITHOUT = "until then the pixels tell sea from land"


def without_place(name: str) -> str:
    """Why what is stated is not used for an image without georeference."""
    return f"{name} was not used: the image has no georeference, so the pixels tell sea from land"


@dataclass(slots=True)
class CaseSeas:
    """Gives scenes what the case states, and keeps why it could not."""

    case: Case
    losses: list[str] = field(default_factory=list)
    """one sentence each"""
    _file: SeaFile | None = None
    _around: dict[str, StatedSea] = field(default_factory=dict)
    """what the file says around each site, cut out once"""

    def __post_init__(self) -> None:
        stated = self.case.sea
        if stated is None or not stated.file:
            return
        try:
            self._file = open_sea_file(self.case.folder / stated.file, stated.kind)
        except InputError as error:
            self.losses.append(f"sea.{_KEYS[stated.kind]}: {error}; {_WITHOUT}")

    def over(self, scene: Scene, site: Site) -> Scene:
        """The scene, with what the case states of land and sea around a site."""
        if self.case.sea is None:
            return scene
        if scene.footprint is None:
            self.losses.append(f"{scene.id}: {without_place(self.case.sea.file or 'the area of the site')}")
            return scene
        if self.case.sea.kind is SeaKind.SITE:
            return replace(scene, sea=StatedSea(kind=SeaKind.SITE, area=site.aoi, name=site.name))
        if self._file is None:
            return scene
        try:
            if site.id not in self._around:
                self._around[site.id] = self._file.around(site.aoi.envelope)
            return replace(scene, sea=self._around[site.id])
        except InputError as error:
            sentence = f"sea over {site.name}: {error}; {_WITHOUT}"
            self.losses += [] if sentence in self.losses else [sentence]
            return scene

    def ways(self, cache: StepCache) -> tuple[SeaWay, ...]:
        """Ways by water between the case's sites, by its coastline; what it cannot tell is among the losses."""
        sites = self.case.sites
        if self._file is None or self._file.kind is not SeaKind.COASTLINE or len(sites) < 2:
            return ()
        around = shapely.union_all([s.aoi for s in sites]).envelope.buffer(_DETOUR_DEG, join_style="mitre")
        west, _, east, _ = around.bounds
        mapped = box(*self._file.bounds)
        if east - west > _WIDEST_DEG:
            self.losses.append(f"ways by water: the sites lie {east - west:.0f} degrees apart, too far; {_LENGTHENED}")
            return ()
        try:
            land = self._file.around(around)
        except InputError as error:
            self.losses.append(f"ways by water: {error}; {_LENGTHENED}")
            return ()
        inside = tuple(s for s in sites if mapped.contains(s.aoi.envelope))
        if len(inside) < len(sites):
            names = ", ".join(s.name for s in sites if s not in inside)
            self.losses.append(f"ways by water: {self._file.path.name} does not reach {names}; {_LENGTHENED}")
        ways = cache.run(
            WaysStep(), (land, inside, around.intersection(mapped)), tuple[SeaWay, ...], item="ways by water"
        )
        self.losses += self._without_way(inside, {w.site_ids for w in ways})
        return ways

    def _without_way(self, sites: tuple[Site, ...], found: set[tuple[str, str]]) -> list[str]:
        pairs = [
            f"{a.name} - {b.name}"
            for a, b in combinations(sites, 2)
            if (a.id, b.id) not in found and not sourced_km(a.id, b.id) and self._circle_km(a.id, b.id) > _NEAR_KM
        ]
        if not pairs:
            return []
        return [f"ways by water: the coastline's grid shows none for {'; '.join(pairs)}; {_LENGTHENED}"]

    def _circle_km(self, a_id: str, b_id: str) -> float:
        a, b = self.case.site(a_id), self.case.site(b_id)
        return great_circle_km(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)

    def doubts(self, ways: tuple[SeaWay, ...]) -> list[str]:
        """Ways that are so much longer than the great circle that a strait may have been closed by the grid."""
        out = []
        for way in ways:
            circle = self._circle_km(*way.site_ids)
            if way.km > FAR_ROUND * circle > 0 and not sourced_km(*way.site_ids):
                a, b = (self.case.site(i) for i in way.site_ids)
                out.append(
                    f"by water {way.km:.0f} km from {a.name} to {b.name} along the coastline, {way.km / circle:.1f} "
                    f"times the great circle ({circle:.0f} km): check that no strait between them is narrower than a "
                    "cell of the search"
                )
        return out


@dataclass(frozen=True, slots=True)
class WaysStep:
    """The `Step` from a coastline, sites and the area that it maps to the ways between the sites."""

    name: str = "ways by water"
    version: int = 2

    def inputs(self, value: tuple[StatedSea, tuple[Site, ...], BaseGeometry]) -> dict[str, Any]:
        """The file, and where the sites are."""
        land, sites, within = value
        places = [(s.id, s.lon_deg, s.lat_deg) for s in sites]
        return {"land": land.sha256, "sites": places, "within": within.bounds}

    def run(self, value: tuple[StatedSea, tuple[Site, ...], BaseGeometry]) -> tuple[SeaWay, ...]:
        """Those that the grid of the search has."""
        land, sites, within = value
        km = sea_routes_km(land.area, [(s.lon_deg, s.lat_deg) for s in sites], within)
        return tuple(
            SeaWay(site_ids=(a.id, b.id), km=round(float(km[i, k]), 1))
            for (i, a), (k, b) in combinations(enumerate(sites), 2)
            if np.isfinite(km[i, k])
        )


_LENGTHENED = "great circles are lengthened by 1.3 there, unless the library has a source"
_WIDEST_DEG = 120.0
_NEAR_KM = 10.0  # between nearer sites no way is looked for
FAR_ROUND = 1.5
"""ways longer than so many great circles are named"""
_DETOUR_DEG = 3.0  # around the sites, in which ways are looked for
_KEYS = {SeaKind.COASTLINE: "coastline", SeaKind.SEA: "area", SeaKind.SITE: "sites"}
