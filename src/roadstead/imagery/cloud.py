"""Cloud over an area of water, estimated from the pixels of an optical image that brings no mask.

For files of unknown units: many that people hold are stretches, not reflectance. Each band is therefore put between
the darkest and the brightest of its surroundings (0 and 1), where white things stand at one height in all bands. A
cloud over water lifts every band alike, is smooth, and larger than ships and quays; water is dark in at least one
band, ground has a colour. On squares of about 60 m in the area and 2 km around it:

- *open*: the darkest band is low, or the square has a colour, or it belongs to something no larger than a ship;
- *cloud*: white, bright, smooth, and so wide that a disc of 300 m fits into it; with its thinner edge;
- *undecided*: everything between: thin cloud, fog, glint, foam, bright roofs, quays, sand.

The answer is "unknown" (None) wherever the pixels cannot tell: no blue, green and red; no coloured ground around,
without which an overcast sky that was stretched looks like water and roofs; no dark water, or a band in which nothing
is really dark, as under fog; or more than 5 % of the area undecided.

Thresholds were set by hand on cloudless images (nine Sentinel-2 ports, where water stays below 0.17 in its darkest
band, two PlanetScope, one RapidEye) and on clouds pasted into them. What it never sees: shadows of clouds on water,
small clouds, a thin even veil, and fog over all of the water in an image that was stretched until it looks dark.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from shapely.geometry import box

from roadstead.geo import ground_frame
from roadstead.imagery.area import area_mask
from roadstead.imagery.bands import band
from roadstead.imagery.masks import large_only
from roadstead.model import BandRole

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Pixels, Scene

ESTIMATED = "estimated from pixels"
CONTEXT_M = 2000.0
"""surroundings of the area that are looked at too"""
_METRES_PER_DEGREE = 111_195.0  # of latitude, mean sphere
_VISIBLE = (BandRole.BLUE, BandRole.GREEN, BandRole.RED)
_SQUARE_M = 60.0
_COARSEST_M = 40.0
_DARKEST_PERCENT, _BRIGHTEST_PERCENT = 1.0, 99.9
_DARK, _BRIGHT = 0.2, 0.4
# Spread over the bands that still counts as white: a share of the brightest band, and noise.
_WHITE_SHARE, _WHITE_NOISE = 0.25, 0.05
_SMOOTH = 0.06
_CLOUD_RADIUS_M, _EDGE_M = 150.0, 300.0
_COLOUR, _COLOURED_FROM = 0.12, 0.3
_LEAST_GROUND, _LEAST_DARK, _MOST_UNDECIDED = 0.02, 0.05, 0.05
_LEAST_SQUARES = 100
# Darkest over brightest value of a band: 0.28 at most in the cloudless images taken whole.
_MOST_DARKEST = 0.3


def surroundings(aoi: BaseGeometry) -> BaseGeometry:
    """The box around an area (WGS84) that is looked at when its cloud is estimated."""
    west, south, east, north = aoi.bounds
    more = CONTEXT_M / _METRES_PER_DEGREE
    wider = more / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    return box(west - wider, max(south - more, -90), east + wider, min(north + more, 90))


def estimate_cloud(scene: Scene, pixels: Pixels, aoi: BaseGeometry) -> NDArray[np.bool_] | None:
    """Where cloud stands over a window, shape (height, width); None where its pixels cannot tell.

    Args:
        scene: an optical scene.
        pixels: the window around the area with its surroundings.
        aoi: area of interest, WGS84; only there the answer holds.
    """
    if not set(_VISIBLE) <= set(scene.bands) or len(scene.bands) != len(pixels.values) or pixels.crs is None:
        return None
    height, width = pixels.valid.shape
    pixel_m = max(ground_frame(pixels.transform, pixels.crs, (height, width)).pixel_m(width / 2, height / 2))
    side = max(1, round(_SQUARE_M / pixel_m))
    inside = _squares(area_mask(aoi, pixels).astype(np.float32), side) > 0.5
    filled = _squares(pixels.valid.astype(np.float32), side) > 0.5
    if pixel_m > _COARSEST_M or filled.sum() < _LEAST_SQUARES or not (inside & filled).any():
        return None
    heights, roughness, darkest = _heights(scene, pixels, side, filled)
    cloud = _decided(heights, roughness, filled, inside & filled, side * pixel_m)
    if cloud is None or darkest > _MOST_DARKEST:
        return None
    rows = np.minimum(np.arange(height) // side, cloud.shape[0] - 1)
    cols = np.minimum(np.arange(width) // side, cloud.shape[1] - 1)
    found: NDArray[np.bool_] = cloud[np.ix_(rows, cols)]
    return found


def _squares(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Means of whole squares of pixels; the rest at the right and lower edge is left out."""
    rows, cols = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : cols * side].reshape(rows, side, cols, side)
    return np.asarray(cut.mean(axis=(1, 3)), np.float32)


def _heights(
    scene: Scene, pixels: Pixels, side: int, filled: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Each band between the darkest (0) and brightest (1) of the window, shape (bands, rows, cols).

    Returns:
        The heights; the mean roughness of the bands, shape (rows, cols); the greatest ratio of darkest to brightest.
    """
    heights, roughness, ratios = [], [], []
    share = np.maximum(_squares(pixels.valid.astype(np.float32), side), 1e-3)
    for role in (*_VISIBLE, *((BandRole.NIR,) if BandRole.NIR in scene.bands else ())):
        values = band(pixels, scene, role)
        lifted = np.where(pixels.valid, values, np.float32(0))
        mean = _squares(lifted, side) / share
        low = np.percentile(mean[filled], _DARKEST_PERCENT)
        top = float(np.percentile(values[pixels.valid], _BRIGHTEST_PERCENT))
        span = max(top - float(low), 1e-6)
        ratios.append(float(low) / max(top, 1e-6))
        square = _squares(lifted * lifted, side) / share
        heights.append((mean - low) / span)
        roughness.append(np.sqrt(np.clip(square - mean * mean, 0, None)) / span)
    return np.asarray(heights, np.float32), np.mean(roughness, axis=0), max(ratios)


def _decided(
    heights: NDArray[np.float32],
    roughness: NDArray[np.float32],
    filled: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    square_m: float,
) -> NDArray[np.bool_] | None:
    """Cloudy squares; None where the window or the area does not tell."""
    low, high = heights.min(axis=0), heights.max(axis=0)
    ground = (high - low >= _COLOUR) & (high >= _COLOURED_FROM) & filled
    dark = (low <= _DARK) & (high <= 2 * _DARK) & filled
    if ground.sum() < _LEAST_GROUND * filled.sum() or dark.sum() < _LEAST_DARK * filled.sum():
        return None
    white = high - low <= _WHITE_SHARE * high + _WHITE_NOISE
    suspect = large_only((low > _DARK) & white & filled, square_m)
    heart = _wide(suspect & (low >= _BRIGHT) & (roughness < _SMOOTH), _CLOUD_RADIUS_M / square_m)
    cloud = suspect & (_distance(heart) <= _EDGE_M / square_m)
    undecided = suspect & ~cloud & inside
    return cloud if undecided.sum() <= _MOST_UNDECIDED * inside.sum() else None


def _wide(mask: NDArray[np.bool_], radius_px: float) -> NDArray[np.bool_]:
    """The parts of a mask into which a disc fits (an opening)."""
    if mask.all() or not mask.any():
        return mask
    middle = ndimage.distance_transform_edt(mask) > radius_px
    return mask & (_distance(middle) <= radius_px)


def _distance(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance to the nearest True, squares; infinite where there is none."""
    if not mask.any():
        return np.full(mask.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(~mask))
