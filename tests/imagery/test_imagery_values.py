"""Bands, decibels, resolved distance and pictures for figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from roadstead.imagery import SAR_FLOOR_DB, band, chip, resolved_distance_m, sar_db, stretch
from roadstead.model import BandRole, BandsUnknown, InputError, Modality, Pixels, RasterError, SarUnit, Scene

SCENE = Scene(
    id="s",
    path=Path("s.tif"),
    time=None,
    modality=Modality.OPTICAL,
    bands=(BandRole.BLUE, BandRole.GREEN, BandRole.RED),
)
SAR = replace(SCENE, modality=Modality.SAR, bands=(BandRole.VH, BandRole.VV), sar_unit=SarUnit.LINEAR)


def _pixels(values: object, transform: Affine | None = None, crs: str | None = None) -> Pixels:
    array = np.asarray(values, np.float32)
    return Pixels(
        values=array, valid=np.ones(array.shape[1:], np.bool_), transform=transform or Affine.identity(), crs=crs
    )


def test_a_band_is_found_by_its_role() -> None:
    pixels = _pixels(np.arange(12).reshape(3, 2, 2))
    assert band(pixels, SCENE, BandRole.RED)[0, 0] == 8
    with pytest.raises(BandsUnknown, match=r"no nir band \(it has blue, green, red\)"):
        band(pixels, SCENE, BandRole.NIR)
    with pytest.raises(BandsUnknown, match="3 band roles for 2 bands"):
        band(_pixels(np.zeros((2, 2, 2))), SCENE, BandRole.RED)


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        (SarUnit.LINEAR, 0.01, -20),
        (SarUnit.AMPLITUDE, 0.1, -20),
        (SarUnit.DB, -20, -20),
        (SarUnit.AMPLITUDE, 1000, 60),
        (SarUnit.LINEAR, 0, SAR_FLOOR_DB),
        (SarUnit.AMPLITUDE, 0, SAR_FLOOR_DB),
        (SarUnit.LINEAR, -1, SAR_FLOOR_DB),
        (SarUnit.DB, -300, SAR_FLOOR_DB),
    ],
)
def test_any_unit_comes_to_decibels(unit: SarUnit, value: float, expected: float) -> None:
    pixels = _pixels([[[5.0]], [[value]]])
    result = sar_db(pixels, replace(SAR, sar_unit=unit))
    assert result.dtype == np.float32
    assert result[0, 0] == pytest.approx(expected, abs=1e-4)


def test_decibels_can_be_of_another_polarisation_and_need_a_unit() -> None:
    pixels = _pixels([[[0.1]], [[0.001]]])
    assert sar_db(pixels, SAR, BandRole.VH)[0, 0] == pytest.approx(-10)
    with pytest.raises(BandsUnknown, match="--sar-unit"):
        sar_db(pixels, replace(SAR, sar_unit=None))
    with pytest.raises(BandsUnknown, match="no radar scene"):
        sar_db(pixels, SCENE)


def test_resolved_distance_is_the_worst_of_native_and_delivered() -> None:
    # Web mercator at 60 N: 10 map metres are 5 on the ground.
    mercator = _pixels(np.zeros((3, 100, 100)), Affine(10, 0, 0, 0, -10, 8_399_738), "EPSG:3857")
    assert resolved_distance_m(SCENE, mercator) == pytest.approx(5, rel=0.01)
    assert resolved_distance_m(replace(SCENE, gsd_m=3.0), mercator) == pytest.approx(5, rel=0.01)
    assert resolved_distance_m(replace(SCENE, gsd_m=30.0), mercator) == 30
    # However finely a browser exports Sentinel-2, it resolves 10 m.
    assert resolved_distance_m(replace(SCENE, platform="sentinel-2b"), mercator) == 10
    oblong = _pixels(np.zeros((3, 10, 10)), Affine(4, 0, 500_000, 0, -9, 4_620_000), "EPSG:32652")
    assert resolved_distance_m(SCENE, oblong) == pytest.approx(9, rel=0.001)


def test_a_picture_resolves_what_was_stated_or_nothing() -> None:
    picture = _pixels(np.zeros((3, 10, 10)))
    assert resolved_distance_m(replace(SCENE, gsd_m=0.5), picture) == 0.5
    with pytest.raises(RasterError, match="pixel size"):
        resolved_distance_m(SCENE, picture)


def test_a_chip_keeps_its_place_and_pads_with_invalid() -> None:
    transform = Affine(10, 0, 500_000, 0, -10, 4_620_000)
    whole = _pixels(np.arange(300).reshape(3, 10, 10), transform, "EPSG:32652")
    inside = chip(whole, 4.6, 5.2, 2)
    np.testing.assert_array_equal(inside.values, whole.values[:, 3:8, 2:7])
    assert inside.transform @ (0, 0) == transform @ (2, 3)
    corner = chip(whole, 0, 9, 2)
    assert corner.values.shape == (3, 5, 5)
    assert (corner.row_off, corner.col_off) == (7, -2)
    np.testing.assert_array_equal(corner.valid, np.pad(np.ones((3, 3), bool), ((0, 2), (2, 0))))
    assert corner.values[0, 2, 2] == whole.values[0, 9, 0]
    assert not chip(whole, 500, -500, 1).valid.any()
    with pytest.raises(InputError, match="half size"):
        chip(whole, 1, 1, -1)


def test_a_picture_for_display_spans_its_valid_pixels() -> None:
    values = np.stack([np.linspace(k, k + 100, 10_000).reshape(100, 100) for k in (0, 1000, 5)])
    values[:, 0, 0] = 1e9
    valid = np.ones((100, 100), np.bool_)
    valid[0, 0] = False
    pixels = replace(_pixels(values), valid=valid)
    rgb = stretch(pixels, SCENE)
    assert (rgb.shape, rgb.dtype) == ((100, 100, 3), np.uint8)
    assert (rgb[0, 0] == 0).all()
    assert (rgb[0, 1] == 0).all()
    assert (rgb[-1, -1] == 255).all()
    assert abs(int(rgb[50, 0, 0]) - 127) <= 2
    assert stretch(pixels, replace(SCENE, bands=(BandRole.OTHER,) * 3)).ndim == 2
    assert stretch(_pixels(np.ones((2, 4, 4))), SAR).shape == (4, 4)
    assert not stretch(replace(pixels, valid=np.zeros((100, 100), np.bool_)), SCENE).any()
