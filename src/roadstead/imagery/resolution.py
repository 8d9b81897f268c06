"""Resolved distance: what pixels can show, however finely they are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead import library
from roadstead.geo import ground_frame

if TYPE_CHECKING:
    from roadstead.model import Pixels, Scene


def resolved_distance_m(scene: Scene, pixels: Pixels) -> float:
    """The worst of native and delivered resolution, metres on the ground in the window's middle.

    Native is the stated ground sample distance, never below what the mission resolves at best (the library's
    `missions`), whatever an export's pixel size says. Delivered is the
    longer side of a pixel in true ground metres. Sharpness measured in the image is not part of it yet, so a blurred
    or re-enlarged picture may resolve less than this says.

    Raises:
        RasterError: no georeference and no stated pixel size.
    """
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
    mission = library.mission(scene.platform)
    native_m = mission.resolved_m if mission else 0.0
    return max(*frame.pixel_m(width / 2, height / 2), scene.gsd_m or 0.0, native_m)
