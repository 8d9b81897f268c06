"""Resolved distance: what pixels can show, however finely they are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.geo import ground_frame

if TYPE_CHECKING:
    from roadstead.model import Pixels, Scene

# What missions resolve at best in the bands used here, whatever an export's pixel size says: Sentinel-2 MSI 10 m
# (ESA Sentinel-2 User Handbook, 2015, table 1), Sentinel-1 IW GRD high resolution 20 x 22 m at 10 m pixels (ESA
# Sentinel-1 product definition S1-RS-MDA-52-7440, GRDH).
_NATIVE_M = {"sentinel-2": 10.0, "sentinel-1": 20.0}


def resolved_distance_m(scene: Scene, pixels: Pixels) -> float:
    """The worst of native and delivered resolution, metres on the ground in the window's middle.

    Native is the stated ground sample distance, for Sentinel-1 and -2 never below the mission's own. Delivered is the
    longer side of a pixel in true ground metres. Sharpness measured in the image is not part of it yet, so a blurred
    or re-enlarged picture may resolve less than this says.

    Raises:
        RasterError: no georeference and no stated pixel size.
    """
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
    mission = next((m for name, m in _NATIVE_M.items() if scene.platform.startswith(name)), 0.0)
    return max(*frame.pixel_m(width / 2, height / 2), scene.gsd_m or 0.0, mission)
