"""Looks: what a held scene could show of a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely.geometry import box

from roadstead.geo import sun_position_deg
from roadstead.imagery import area_mask, in_pixels, resolved_distance_m
from roadstead.model import Look, Modality, Pixels, Scene, Site

if TYPE_CHECKING:
    from numpy.typing import NDArray

USABLE_AT_LEAST = 0.1
"""below this share of the area a look shows nothing that absence could rest on"""
WHOLE = 0.995
"""from this share on an area counts as covered whole; its edge runs through pixels"""
DARK_BELOW_DEG = -6.0
"""sun elevation of civil twilight; optical images below it show no ships"""


def site_mask(site: Site, pixels: Pixels) -> NDArray[np.bool_]:
    """True inside the site's area of interest, shape (height, width) of the window."""
    return np.ones(pixels.valid.shape, bool) if pixels.crs is None else area_mask(site.aoi, pixels)


def look_at(scene: Scene, site: Site, pixels: Pixels) -> Look:
    """The look that a scene gives of a site.

    Shares are those of the whole area of interest, also of what lies outside the image; cloud is that over the area,
    never the scene's percentage.

    Args:
        scene: the acquisition.
        site: the place.
        pixels: the scene's window over the site.
    """
    inside = site_mask(site, pixels)
    held = inside & pixels.valid
    covered = _share(held, inside) * _share_in_window(site, pixels)
    cloud, basis = _cloud(scene, pixels, held)
    sun = sun_position_deg(scene.time.middle, site.lon_deg, site.lat_deg)[0] if scene.time else None
    known_hour = scene.time is not None and scene.time.hours() < 12
    dark = scene.modality is Modality.OPTICAL and known_hour and sun is not None and sun < DARK_BELOW_DEG
    return Look(
        scene_id=scene.id,
        site_id=site.id,
        time=scene.time,
        usable_fraction=0.0 if dark else round(covered * (1 - (cloud or 0.0)), 4),
        cloud_fraction=None if cloud is None else round(cloud, 4),
        cloud_basis=basis,
        covered_fraction=None if pixels.crs is None else round(covered, 4),
        off_nadir_deg=scene.off_nadir_deg,
        resolved_m=round(resolved_distance_m(scene, pixels), 2),
        sun_elevation_deg=round(sun, 2) if sun is not None and known_hour else None,
        modality=scene.modality,
        searched=pixels.crs is not None,
        notes=_notes(scene, pixels, covered, cloud, dark=dark),
    )


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else 0.0


def _share_in_window(site: Site, pixels: Pixels) -> float:
    """Share of the area that lies in the window, which ends where the image does."""
    if pixels.crs is None:
        return 1.0
    height, width = pixels.valid.shape
    polygon = in_pixels(site.aoi, pixels)
    return float(polygon.intersection(box(0, 0, width, height)).area / polygon.area) if polygon.area else 0.0


def _cloud(scene: Scene, pixels: Pixels, held: NDArray[np.bool_]) -> tuple[float | None, str]:
    """Cloudy share of the area's valid pixels, and on what it rests."""
    if scene.modality is Modality.SAR:
        return 0.0, "radar sees through cloud"
    if pixels.cloud is None or not held.any():
        return None, ""
    return _share(held & pixels.cloud, held), pixels.cloud_basis


def _notes(scene: Scene, pixels: Pixels, covered: float, cloud: float | None, *, dark: bool) -> tuple[str, ...]:
    notes = []
    if scene.time is None:
        notes.append("its time is unknown: it counts for no window")
    if dark:
        notes.append("stated time lies in the night: check it, an optical image needs daylight; it counts as no look")
    if pixels.crs is None:
        notes.append("without georeference nobody knows how much of the area it shows: absence from it says nothing")
    elif covered < WHOLE:
        notes.append(f"the scene covers {_percent(covered)} of the area")
    if cloud is None:
        notes.append("cloud unknown: no mask tells, nor do the pixels")
    elif cloud > 0:
        notes.append(f"cloud or its shadow over {_percent(cloud)} of what the scene covers of the area")
    return tuple(notes)


def _percent(share: float) -> str:
    """Whole per cent; what is little is not rounded to nothing, what is not all not to all."""
    return "less than 1 %" if 0 < share < 0.005 else f"{min(round(100 * share), 99 if share < 1 else 100)} %"


def usable(look: Look) -> bool:
    """Whether absence or presence may be read from it at all."""
    return look.searched and look.time is not None and look.usable_fraction >= USABLE_AT_LEAST
