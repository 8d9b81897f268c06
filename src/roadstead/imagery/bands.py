"""Bands by their role, and radar values in decibels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.model import BandRole, BandsUnknown, Modality, SarUnit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.model import Pixels, Scene

SAR_FLOOR_DB = -80.0
"""decibels below which radar values are cut: far under any sensor's noise, so that 0 has a logarithm"""
SAR_MOST = {SarUnit.LINEAR: 1e15, SarUnit.AMPLITUDE: 3e7, SarUnit.DB: 200.0}
"""greatest radar value, without its sign, that counts as measured: nothing reflects so much; what is beyond is nodata
that no one declared (-9999 dB, 3.4e38), and its square overflows"""
_SAR_ORDER = (BandRole.VV, BandRole.HH, BandRole.VH, BandRole.HV, BandRole.OTHER)


def band(pixels: Pixels, scene: Scene, role: BandRole) -> NDArray[np.float32]:
    """One band, shape (height, width), in file units; a view, not a copy.

    Raises:
        BandsUnknown: the scene has no such band, or its roles do not fit its pixels.
    """
    if len(scene.bands) != len(pixels.values):
        raise BandsUnknown(
            f"{scene.id}: {len(scene.bands)} band roles for {len(pixels.values)} bands; state them all with --bands"
        )
    if role not in scene.bands:
        held = ", ".join(b.value for b in scene.bands)
        raise BandsUnknown(f"{scene.id} has no {role.value} band (it has {held}); if that is wrong, state --bands")
    values: NDArray[np.float32] = pixels.values[scene.bands.index(role)]
    return values


def sar_db(pixels: Pixels, scene: Scene, role: BandRole | None = None) -> NDArray[np.float32]:
    """Radar values in decibels, shape (height, width), not below `SAR_FLOOR_DB`.

    Amplitude is 20 log10, linear intensity 10 log10 of the value; for uncalibrated amplitude the zero is arbitrary.
    Where pixels are invalid the result means nothing.

    Args:
        pixels: window of the scene.
        scene: a radar scene.
        role: polarisation; None: the first of VV, HH, VH, HV that the scene has, or its unnamed band.

    Raises:
        BandsUnknown: no radar scene, no such band, or its unit is unknown.
    """
    _check_radar(scene)
    role = role or _radar_role(scene)
    values = band(pixels, scene, role)
    if scene.sar_unit is SarUnit.DB:
        return np.maximum(values, np.float32(SAR_FLOOR_DB))
    factor = np.float32(20 if scene.sar_unit is SarUnit.AMPLITUDE else 10)
    return factor * np.log10(np.maximum(values, np.float32(10 ** (SAR_FLOOR_DB / float(factor)))))


def radar_band(scene: Scene, count: int | None = None) -> int:
    """Index of the band that radar detectors work on: the first of VV, HH, VH, HV, or the unnamed band.

    Args:
        scene: a radar scene.
        count: number of bands that there are; None: as many as the scene has roles.

    Raises:
        BandsUnknown: no radar scene, no such band, or its unit is unknown.
    """
    _check_radar(scene)
    role = _radar_role(scene)
    if role not in scene.bands or (count is not None and count != len(scene.bands)):
        held = ", ".join(b.value for b in scene.bands)
        raise BandsUnknown(f"{scene.id} has no radar band among its roles ({held}); state them all with --bands")
    return scene.bands.index(role)


def _check_radar(scene: Scene) -> None:
    if scene.modality is not Modality.SAR:
        raise BandsUnknown(f"{scene.id} is no radar scene, so it has no decibels; use an optical method")
    if scene.sar_unit is None:
        raise BandsUnknown(
            f"{scene.id}: what its radar pixels hold is unknown; state --sar-unit db, amplitude or linear"
        )


def _radar_role(scene: Scene) -> BandRole:
    return next((r for r in _SAR_ORDER if r in scene.bands), BandRole.OTHER)


def intensity(values: NDArray[Any], unit: SarUnit, nodata: float = math.nan) -> NDArray[np.float32]:
    """Radar intensity of raw values, never below `SAR_FLOOR_DB`; NaN where they are nodata or beyond `SAR_MOST`.

    Args:
        values: raw values of any real type and shape.
        unit: what they are.
        nodata: value of pixels without data; NaN where only NaN says so.
    """
    raw = np.asarray(values, np.float32)
    invalid = ~(np.abs(raw) <= np.float32(SAR_MOST[unit])) | (raw == np.float32(nodata))
    raw = np.where(invalid, np.float32(0), raw)
    if unit is SarUnit.DB:
        out = np.float32(10) ** (np.maximum(raw, np.float32(SAR_FLOOR_DB)) / np.float32(10))
    else:
        floor = np.float32(10 ** (SAR_FLOOR_DB / 10))
        out = np.maximum(np.square(np.maximum(raw, 0)) if unit is SarUnit.AMPLITUDE else raw, floor)
    return np.where(invalid, np.float32(np.nan), out)
