"""Ships of the library drawn at the scale, heading and sun of a scene, to be laid beside what is seen in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rio_tiler.models import ImageData

from roadstead import library
from roadstead.geo import sun_position_deg
from roadstead.model import BandRole
from roadstead.workbench.schemas import ShipClass

if TYPE_CHECKING:
    from roadstead.model import Scene

WATER = (0.04, 0.05, 0.06)
"""reflectance of the water around it: dark, slightly blue"""
WHITE = 0.45
"""reflectance that is shown white"""
NOON = (40.0, 180.0)
"""sun's elevation and azimuth where the scene's time is not known, or the sun was down"""
FINEST_M, COARSEST_M = 0.3, 30.0


def ship_classes() -> list[ShipClass]:
    """Forms that can be drawn, by name."""
    found = (
        ShipClass(id=f.id, name=f.name, length_m=f.length_m.mid, beam_m=f.beam_m.mid) for f in library.forms().values()
    )
    return sorted(found, key=lambda c: c.name)


def view_of(form_id: str, scene: Scene, heading_deg: float, place: tuple[float, float]) -> bytes:
    """A ship from above as the scene's pixels would show it, PNG in red, green, blue; optical, also beside radar.

    Args:
        form_id: of the library.
        scene: gives pixel size and time.
        heading_deg: of the bow, clockwise from true north.
        place: longitude and latitude, for the sun.

    Raises:
        NotFound: no such form.
    """
    pixel_m = min(max(scene.gsd_m or 1.0, FINEST_M), COARSEST_M)
    elevation_deg, azimuth_deg = sun_position_deg(scene.time.middle, *place) if scene.time else NOON
    if elevation_deg <= 5:
        elevation_deg, azimuth_deg = NOON
    sight = library.SunView(sun_elevation_deg=elevation_deg, sun_azimuth_deg=azimuth_deg)
    bands = (BandRole.RED, BandRole.GREEN, BandRole.BLUE)
    ship = library.overhead(
        library.solid_of(library.form(form_id)), sight, heading_deg=heading_deg, pixel_m=pixel_m, bands=bands
    )
    water = np.broadcast_to(np.array(WATER, np.float32)[:, None, None], ship.reflectance.shape)
    shown = np.clip(ship.over(water) * (255 / WHITE), 0, 255).astype(np.uint8)
    return bytes(ImageData(np.ma.MaskedArray(shown)).render(img_format="PNG", add_mask=False))
