"""What a case states of land and sea: around each scene, and for the ways between its sites."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

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
            return replace(scene, sea=self._file.around(site.aoi.envelope))
        except InputError as error:
            sentence = f"sea over {site.name}: {error}; {_WITHOUT}"
            self.losses += [] if sentence in self.losses else [sentence]
            return scene

    def ways(self, cache: StepCache) -> tuple[SeaWay, ...]:
        """Ways by water between the case's sites, by its coastline, where the library has no source for them."""
        sites = self.case.sites
        if self._file is None or self._file.kind is not SeaKind.COASTLINE or len(sites) < 2:
            return ()
        around = shapely.union_all([s.aoi for s in sites]).envelope.buffer(_DETOUR_DEG, join_style="mitre")
        try:
            land = self._file.around(around)
        except InputError as error:
            self.losses.append(f"ways by water: {error}; until then great circles are lengthened by a third")
            return ()
        return cache.run(WaysStep(), (land, sites, around), tuple[SeaWay, ...], item="ways by water")

    def doubts(self, ways: tuple[SeaWay, ...]) -> list[str]:
        """Ways that are so much longer than the great circle that a strait may have been closed by the grid."""
        out = []
        for way in ways:
            a, b = (self.case.site(i) for i in way.site_ids)
            circle = great_circle_km(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
            if way.km > FAR_ROUND * circle:
                out.append(
                    f"by water {way.km:.0f} km from {a.name} to {b.name} along the coastline, {way.km / circle:.1f} "
                    f"times the great circle ({circle:.0f} km): check that no strait between them is narrower than a "
                    "cell of the search"
                )
        return out


@dataclass(frozen=True, slots=True)
class WaysStep:
    """The `Step` from a coastline and sites to the ways between them."""

    name: str = "ways by water"
    version: int = 1

    def inputs(self, value: tuple[StatedSea, tuple[Site, ...], BaseGeometry]) -> dict[str, Any]:
        """The file, and where the sites are."""
        land, sites, _ = value
        return {"land": land.sha256, "sites": [(s.id, s.lon_deg, s.lat_deg, s.aoi.wkt) for s in sites]}

    def run(self, value: tuple[StatedSea, tuple[Site, ...], BaseGeometry]) -> tuple[SeaWay, ...]:
        """Those that the grid of the search has."""
        land, sites, within = value
        km = sea_routes_km(land.area, [(s.lon_deg, s.lat_deg) for s in sites], within)
        return tuple(
            SeaWay(site_ids=(a.id, b.id), km=round(float(km[i, k]), 1))
            for (i, a), (k, b) in combinations(enumerate(sites), 2)
            if np.isfinite(km[i, k]) and not sourced_km(a.id, b.id)
        )


FAR_ROUND = 1.5
"""ways longer than so many great circles are named"""
_DETOUR_DEG = 3.0  # around the sites, in which ways are looked for
_KEYS = {SeaKind.COASTLINE: "coastline", SeaKind.SEA: "area", SeaKind.SITE: "sites"}
