"""Which sites of a case a scene shows, and why it shows none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from roadstead.case import Case
    from roadstead.model import Exhibit, Scene, Site


def sites_of(scene: Scene, case: Case, exhibits: Iterable[Exhibit]) -> list[Site]:
    """Sites whose area the scene touches; without georeference the one that was stated when it was brought in."""
    if scene.footprint is not None:
        return [s for s in case.sites if s.aoi.intersects(scene.footprint)]
    wanted = {e.site_id for e in exhibits if e.site_id and shows(e, scene)}
    return [s for s in case.sites if s.id in wanted]


def shows(exhibit: Exhibit, scene: Scene) -> bool:
    """Whether the scene is this exhibit, or a page of it."""
    return exhibit.sha256 == scene.sha256 or scene.id.startswith(f"{exhibit.id}-p")


def why_nowhere(scene: Scene, case: Case) -> str:
    """One sentence on a scene that shows no site of the case."""
    if scene.footprint is None:
        return (
            f"{scene.id}: has no georeference, so what it shows is unknown; state it with "
            f"'roadstead add CASE {scene.path.name} --site SITE --gsd METRES --gsd-basis TEXT'"
        )
    at = scene.footprint.representative_point()
    where = f"lies at longitude {at.x:.2f}, latitude {at.y:.2f}, outside every area of interest of the case"
    swapped = next((s for s in case.sites if _swapped(s.aoi).intersects(scene.footprint)), None)
    if swapped is not None:
        return f"{scene.id}: {where}; the corners of {swapped.id!r} seem to be [latitude, longitude], so swap them"
    return f"{scene.id}: {where}; add its site or leave it out"


def _swapped(aoi: BaseGeometry) -> BaseGeometry:
    return shapely.transform(aoi, lambda lonlat: lonlat[:, ::-1])
