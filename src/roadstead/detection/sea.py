"""Where the detectors take a scene for sea, as a picture of its own: what they searched, and on what that rests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from roadstead.detection.sar import SarDetector
from roadstead.detection.sar_land import land_of
from roadstead.detection.sar_scan import scan
from roadstead.detection.stated_sea import stated_note
from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.imagery import band_of
from roadstead.model import BandsUnknown, Modality

if TYPE_CHECKING:
    from roadstead.detection.stated_sea import Agreement
    from roadstead.imagery import Band
    from roadstead.model import Pixels, Scene

UNKNOWN, LAND, WATER = 0, 1, 2
"""values of a sea mask; nodata is unknown"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeaMask:
    """Sea and land of a scene, as its detector tells them."""

    values: NDArray[np.uint8]
    """shape (height, width): 0 unknown, 1 land, 2 water"""
    transform: Affine
    """(column, row) of the mask -> coordinates of `crs`; one cell of a radar mask is a block of pixels"""
    crs: str | None
    basis: str
    """on what it rests, in words"""
    doubts: tuple[str, ...] = ()
    """what is to be said of what somebody states, one sentence each"""


def optical_sea(scene: Scene, pixels: Pixels) -> SeaMask:
    """Sea and land of an optical window, at its own pixels.

    Raises:
        RasterError: nothing gives the pixel size.
    """
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
    mask = water_mask(scene, pixels, frame.pixel_m(width / 2, height / 2))
    values = np.where(mask.water, WATER, LAND)
    basis = f"from the pixels ({mask.method}, confidence {mask.confidence:.2f})"
    if mask.stated:
        basis = _with_share(f"by the {mask.stated} and {basis}", mask.agreement)
    return SeaMask(
        values=np.where(pixels.valid, values, UNKNOWN).astype(np.uint8),
        transform=pixels.transform,
        crs=pixels.crs,
        basis="; ".join((basis, *(n for n in mask.notes if not mask.stated or n != stated_note(mask.stated)))),
        doubts=mask.doubts,
    )


def radar_sea(scene: Scene, band: Band) -> SeaMask:
    """Sea and land of a radar band of any size, on the detector's grid of blocks.

    Raises:
        BandsUnknown: the scene does not say what its pixels hold.
        RasterError: nothing gives the pixel size, or the file is damaged.
    """
    if scene.sar_unit is None:
        raise BandsUnknown(f"{scene.id}: what its radar pixels hold is unknown; state --sar-unit")
    frame = ground_frame(band.transform, band.crs, band.shape, scene.gsd_m)
    pixel_m = frame.pixel_m(band.shape[1] / 2, band.shape[0] / 2)
    scanned = scan(band, scene.sar_unit, pixel_m, SarDetector().false_alarm_rate, 1.0)
    sums, block_px = scanned.sums, scanned.form.block_px
    log_mean = np.where(np.isfinite(sums.mean), sums.log_mean, np.float32(np.nan))
    told = land_of(scene, scanned.form, sums, frame, pixel_m)
    values = np.where(told.land, LAND, WATER)
    basis = f"from the pixels (brightness and roughness of blocks of {block_px} x {block_px} pixels)"
    if scene.sea is not None and frame.georeferenced:
        basis = _with_share(f"by the {scene.sea.words} and {basis}", told.agreement)
    return SeaMask(
        values=np.where(np.isfinite(log_mean), values, UNKNOWN).astype(np.uint8),
        transform=band.transform @ Affine.scale(block_px),
        crs=band.crs,
        basis="; ".join((basis, *told.doubts)),
        doubts=told.doubts,
    )


def _with_share(basis: str, found: Agreement | None) -> str:
    return basis if found is None else f"{basis}, which agree on {100 * found.share:.0f} % of the land"


def sea_doubts(scene: Scene, pixels: Pixels) -> tuple[str, ...]:
    """What is to be said of the land and sea that somebody states for a scene, beside a window of it.

    Args:
        scene: nothing is said where its `sea` is None.
        pixels: the window.
    """
    if scene.sea is None or not pixels.valid.any():
        return ()
    if scene.modality is Modality.SAR:
        return radar_sea(scene, band_of(scene, pixels)).doubts
    return optical_sea(scene, pixels).doubts
