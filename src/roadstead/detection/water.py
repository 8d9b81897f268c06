"""Sea mask: from the pixels themselves, and from what somebody states, where a scene carries that (`stated_sea`).

From the pixels: darkness where near infrared exists, else darkness and smoothness.

Normalised-difference indices (McFeeters 1996, Int. J. Remote Sensing 17, 1425-1432) need reflectance; files that
people hold are often stretched, which moves their zero. The darkness of water in the infrared survives a stretch, so
the threshold is taken between the two modes of the square root of the dark-subtracted infrared (Otsu 1979, IEEE
Trans. SMC 9, 62-66). Without infrared the local standard deviation is added: water is dark and smooth, land seldom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.morphology import remove_small_holes, remove_small_objects

from roadstead.detection.darkness import darkness
from roadstead.detection.stated_sea import Agreement, agreement, doubts, inland, stated_land, stated_note
from roadstead.geo import ground_frame
from roadstead.model import BandRole, SeaKind

if TYPE_CHECKING:
    from roadstead.model import Pixels, Scene, StatedSea

_LARGEST_SHIP_M2 = 45_000.0  # 400 m by 60 m, and a pixel of 10 m on every side
_LEAST_BASIN_M2 = {True: 15_000.0, False: 40_000.0}  # with and without infrared; trees and roofs are small and dark
_LEAST_GAP = 2.2  # threshold above the water's median in its own sigmas; Otsu's cut through plain noise lies at 1.4
_CLEAR_GAP = 5.0
_LEAST_CLEAR, _ALL_CLOUD = 0.05, 0.8  # shares of the valid pixels, and of a bright group
_ROUGHER_PERCENT = 90  # of what is bright, so much may be haze
_TEXTURE_M = 3.0  # pixels finer than this are averaged for their texture
_SMOOTH = 1.5  # times the water's roughness
_LEAST_ROUGHENING = 2.0  # land is rougher than water; two shades of sea, clear and turbid, are equally smooth
_TEXTURE_WEIGHT = 3.0
_WINDOW_PX = 5
_ALIKE = "land and water do not separate in brightness: all valid pixels are searched"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterMask:
    """Where the sea is."""

    water: NDArray[np.bool_]
    """shape (height, width); True is water; gaps smaller than a ship are filled, so ships off the quay are in it"""
    surface: NDArray[np.bool_]
    """shape (height, width); True where the water's surface itself shows"""
    land_distance_m: NDArray[np.float32]
    """shape (height, width); metres to the nearest land, 0 on land, infinite where no land is in the window"""
    confidence: float
    """0-1: how clearly land and water separate; 0 where all valid pixels were taken for water"""
    method: str
    """`infrared`, `visible` or `unknown`: how the pixels tell it"""
    notes: tuple[str, ...] = ()
    stated: str = ""
    """what somebody states, where that was used"""
    agreement: Agreement | None = None
    """of that with the pixels; None where nothing is stated or they could not be compared"""
    doubts: tuple[str, ...] = ()
    """those of the notes that concern what is stated"""


def water_mask(scene: Scene, pixels: Pixels, pixel_m: tuple[float, float]) -> WaterMask:
    """Tell sea from land.

    Args:
        scene: names the bands; what its `sea` states is used with the pixels.
        pixels: the window.
        pixel_m: ground size of a pixel along its row and along its column, metres.
    """
    own = _by_pixels(scene, pixels, pixel_m)
    if scene.sea is None or pixels.crs is None:
        return own
    return _with_stated(own, scene.sea, pixels, pixel_m)


def _with_stated(own: WaterMask, sea: StatedSea, pixels: Pixels, pixel_m: tuple[float, float]) -> WaterMask:
    """What somebody states, combined with the pixels as `stated_sea` says."""
    height, width = pixels.valid.shape
    stated = stated_land(sea, ground_frame(pixels.transform, pixels.crs, (height, width)), (height, width))
    known = own.method != "unknown"
    shown = pixels.valid & ~own.water
    found = agreement(stated, shown, pixels.valid, pixel_m) if known else None
    if sea.kind is not SeaKind.COASTLINE:
        land = stated
    elif known:
        # ground that the pixels do not show is land where it is stated to be
        land = inland(stated) | shown | (stated & ~pixels.valid)
    else:
        land = stated
    water, said = pixels.valid & ~land, doubts(sea, found)
    surface = own.surface & water
    return WaterMask(
        water=water,
        surface=surface if surface.any() else water,
        land_distance_m=_to_land_m(land, pixel_m),
        confidence=own.confidence,
        method=own.method,
        notes=(*(own.notes if known else ()), stated_note(sea.words), *said),
        stated=sea.words,
        doubts=said,
        agreement=found,
    )


def _to_land_m(land: NDArray[np.bool_], pixel_m: tuple[float, float]) -> NDArray[np.float32]:
    """Metres to the nearest land; infinite where there is none."""
    if not land.any():
        return np.full(land.shape, np.inf, np.float32)
    return np.asarray(ndimage.distance_transform_edt(~land, sampling=(pixel_m[1], pixel_m[0])), np.float32)


def _by_pixels(scene: Scene, pixels: Pixels, pixel_m: tuple[float, float]) -> WaterMask:
    """As the pixels alone tell."""
    infrared = [pixels.values[i] for i, r in enumerate(scene.bands) if r in {BandRole.NIR, BandRole.SWIR16}]
    visible = [pixels.values[i] for i, r in enumerate(scene.bands) if r in {BandRole.RED, BandRole.GREEN, BandRole.PAN}]
    planes = infrared or visible
    if not planes or not pixels.valid.any():
        return _unknown(pixels.valid, "no band and no valid pixel tells water from land: all valid pixels are searched")
    clear, area_m2 = _clear(pixels), pixel_m[0] * pixel_m[1]
    dark, step_px = darkness(planes, pixels.valid, clear), max(1, round(_TEXTURE_M / math.sqrt(area_m2)))
    rough = None if infrared else _roughness(dark, pixels.valid, step_px)
    feature = dark if rough is None else _smoothed(dark, pixels.valid) + _TEXTURE_WEIGHT * rough
    cut, gap = _threshold(feature.ravel() if clear.all() else feature[clear])
    if not gap:
        return _unknown(pixels.valid, "the image has one shade only: all valid pixels are searched")
    if gap < _LEAST_GAP:
        return _unknown(pixels.valid, _ALIKE)
    rough = _roughness(dark, pixels.valid, step_px) if rough is None else rough
    calm = float(np.median(rough[clear & (feature <= cut)]))
    brighter = rough[clear & (feature > cut)]
    if np.percentile(brighter, _ROUGHER_PERCENT) < _LEAST_ROUGHENING * calm:
        return _unknown(pixels.valid, _ALIKE)
    if not infrared and not _has_land((feature > cut) & clear, area_m2):
        return _unknown(pixels.valid, "nothing that may be land is larger than a ship: all valid pixels are searched")
    surface = (feature < cut) & pixels.valid
    surface = remove_small_objects(surface, max_size=int(_LEAST_BASIN_M2[bool(infrared)] / area_m2))
    if not surface.any():
        return _unknown(pixels.valid, "no stretch of water is large enough to be sure: all valid pixels are searched")
    if not infrared:
        shades = (np.median(dark[surface]), np.median(dark[(feature > cut) & clear]))
        surface = _grown(surface, dark < float(np.mean(shades))) & pixels.valid
    confidence = min(1.0, gap / _CLEAR_GAP) * (1.0 if infrared else 0.7)
    notes = () if infrared else ("sea mask from visible bands only: dark woods may pass for water",)
    how = ("infrared" if infrared else "visible", confidence, notes)
    smooth = (rough < _SMOOTH * calm) & bool(infrared)
    return _finished(surface, pixels, smooth, pixel_m, how)


def _clear(pixels: Pixels) -> NDArray[np.bool_]:
    """Valid pixels under a clear sky; all valid ones where no cloud is known, or hardly anything else.

    Clouds are brighter than land and as smooth as water: among them the two would not separate.
    """
    if pixels.cloud is None:
        return pixels.valid
    clear = pixels.valid & ~pixels.cloud
    return clear if np.count_nonzero(clear) >= _LEAST_CLEAR * np.count_nonzero(pixels.valid) else pixels.valid


def _smoothed(plane: NDArray[np.float32], valid: NDArray[np.bool_], step_px: int = 1) -> NDArray[np.float32]:
    """Mean in a small window over valid pixels; the plane is 0 where invalid."""
    size = _WINDOW_PX * step_px
    share = np.maximum(ndimage.uniform_filter(valid.astype(np.float32), size), 1e-3)
    return np.asarray(ndimage.uniform_filter(plane, size) / share, np.float32)


def _roughness(plane: NDArray[np.float32], valid: NDArray[np.bool_], step_px: int = 1) -> NDArray[np.float32]:
    """Standard deviation in a small window over valid pixels, in fine images of means over so many pixels.

    A roof fills the window of an image of half a metre and is as smooth as the sea.
    """
    if step_px > 1:
        plane = np.asarray(ndimage.uniform_filter(plane, step_px), np.float32)
    variance = _smoothed(plane * plane, valid, step_px) - np.square(_smoothed(plane, valid, step_px))
    return np.asarray(np.sqrt(np.clip(variance, 0, None)), np.float32)


def _threshold(values: NDArray[np.float32]) -> tuple[float, float]:
    """Otsu's threshold, and its distance from the darker class's median in that class's sigmas."""
    if values.min() == values.max():
        return float(values[0]), 0.0
    cut = float(threshold_otsu(values))  # type: ignore[no-untyped-call]  # scikit-image has no types
    darker = values[values <= cut]
    middle = float(np.median(darker))
    sigma = 1.4826 * float(np.median(np.abs(darker - middle)))
    return cut, (cut - middle) / max(sigma, 1e-6 * abs(cut), 1e-12)


def _has_land(brighter: NDArray[np.bool_], area_m2: float) -> bool:
    """Whether something too large for a ship stands on the brighter side.

    The visible feature is smeared by its window, so that a lone ship makes a class of its own: mostly water around
    the hull, from whose shade none can be told for land.
    """
    body = ndimage.binary_erosion(brighter, np.ones((_WINDOW_PX, _WINDOW_PX), bool), border_value=1)
    return bool(remove_small_objects(body, max_size=int(_LARGEST_SHIP_M2 / area_m2), connectivity=2).any())


def _grown(surface: NDArray[np.bool_], dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Water up to the shore: the window of the roughness keeps the seed off every edge."""
    near = ndimage.binary_dilation(surface, np.ones((3, 3), bool), iterations=_WINDOW_PX // 2 + 1)
    return np.asarray(near & dark, bool)


def _finished(
    surface: NDArray[np.bool_],
    pixels: Pixels,
    smooth: NDArray[np.bool_],
    pixel_m: tuple[float, float],
    how: tuple[str, float, tuple[str, ...]],
) -> WaterMask:
    """Fill what is smaller than a ship, and clouds over the sea, and measure the distance to the rest."""
    valid, hole_px = pixels.valid, int(_LARGEST_SHIP_M2 / (pixel_m[0] * pixel_m[1]))
    # outside the valid area lies no land: a ship at the edge of the image must not grow into it
    water = remove_small_holes(surface | ~valid, max_size=hole_px, connectivity=2)
    cloud = np.zeros_like(valid) if pixels.cloud is None else pixels.cloud
    over_sea = _over_sea(~water, smooth | cloud)
    water |= over_sea
    surface = surface | (over_sea & smooth & valid & ~cloud)  # through haze the sea still shows
    method, confidence, notes = how
    return WaterMask(
        water=water & valid,
        surface=surface,
        land_distance_m=_to_land_m(~water, pixel_m),
        confidence=confidence,
        method=method,
        notes=notes,
    )


def _over_sea(bright: NDArray[np.bool_], cloudy: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Bright groups that are next to nothing but cloud or haze: no land shows in them.

    Args:
        bright: what is no water by its brightness, shape (height, width).
        cloudy: cloud, and what is as smooth as the sea, same shape.
    """
    groups, count = ndimage.label(bright, np.ones((3, 3), bool))
    if not count:
        return np.zeros_like(bright)
    share = np.asarray(ndimage.mean(cloudy, groups, np.arange(count + 1)))
    share[0] = 0.0
    return np.asarray((share > _ALL_CLOUD)[groups], bool)


def _unknown(valid: NDArray[np.bool_], note: str) -> WaterMask:
    """All valid pixels taken for water, with the reason."""
    return WaterMask(
        water=valid.copy(),
        surface=valid.copy(),
        land_distance_m=np.full(valid.shape, np.inf, np.float32),
        confidence=0.0,
        method="unknown",
        notes=(note,),
    )
