"""Looks: what a held scene could show of a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from rasterio.features import geometry_mask
from shapely import transform as transform_geometry

from roadstead.geo import ground_frame, sun_position_deg
from roadstead.imagery import resolved_distance_m
from roadstead.model import Look, Modality, Pixels, Scene, Site

if TYPE_CHECKING:
    from numpy.typing import NDArray

USABLE_AT_LEAST = 0.1
"""below this share of the area a look shows nothing that absence could rest on"""
DARK_BELOW_DEG = -6.0
"""sun elevation of civil twilight; optical images below it show no ships"""


def site_mask(site: Site, pixels: Pixels) -> NDArray[np.bool_]:
    """True inside the site's area of interest, shape (height, width) of the window."""
    height, width = pixels.valid.shape
    if pixels.crs is None:
        return np.ones((height, width), bool)
    frame = ground_frame(pixels.transform, pixels.crs, (height, width))

    def to_pixels(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(frame.pixel(lonlat[:, 0], lonlat[:, 1]))

    polygon = transform_geometry(site.aoi, to_pixels)
    return np.asarray(geometry_mask([polygon], (height, width), Affine.identity(), invert=True))


def look_at(scene: Scene, site: Site, pixels: Pixels, *, inside_share: float = 1.0) -> Look:
    """The look that a scene gives of a site.

    Args:
        scene: the acquisition.
        site: the place.
        pixels: the scene's window over the site.
        inside_share: share of the area of interest that lies inside the scene at all, 0-1.
    """
    inside = site_mask(site, pixels)
    seen = float((pixels.valid & inside).sum() / inside.sum()) if inside.any() else 0.0
    sun = sun_position_deg(scene.time.middle, site.lon_deg, site.lat_deg)[0] if scene.time else None
    notes = []
    if scene.time is None:
        notes.append("its time is unknown: it counts for no window")
    known_hour = scene.time is not None and scene.time.hours() < 12
    dark = scene.modality is Modality.OPTICAL and known_hour and sun is not None and sun < DARK_BELOW_DEG
    if dark:
        notes.append("stated time lies in the night: check it, an optical image needs daylight; it counts as no look")
    if pixels.crs is None:
        notes.append("without georeference nobody knows how much of the area it shows: absence from it says nothing")
    if scene.modality is Modality.OPTICAL:
        notes.append("cloud unknown: the scene brings no mask")
    return Look(
        scene_id=scene.id,
        site_id=site.id,
        time=scene.time,
        usable_fraction=0.0 if dark else round(seen * inside_share, 4),
        cloud_fraction=0.0 if scene.modality is Modality.SAR else None,
        resolved_m=round(resolved_distance_m(scene, pixels), 2),
        sun_elevation_deg=round(sun, 2) if sun is not None and known_hour else None,
        modality=scene.modality,
        searched=pixels.crs is not None,
        notes=tuple(notes),
    )


def usable(look: Look) -> bool:
    """Whether absence or presence may be read from it at all."""
    return look.searched and look.time is not None and look.usable_fraction >= USABLE_AT_LEAST
