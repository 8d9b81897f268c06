"""The sea mask finds the sea, keeps ships in it, and says when it does not know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from roadstead.detection.water import water_mask
from roadstead.model import BandRole, Modality, Pixels, Scene

R = BandRole
BANDS = {
    "visible": (R.RED, R.GREEN, R.BLUE),
    "infrared": (R.GREEN, R.NIR),
    "infrared and swir": (R.BLUE, R.GREEN, R.RED, R.NIR, R.SWIR16),
}


def window(bands: tuple[BandRole, ...], *, land: bool, offset: float = 100.0) -> tuple[Scene, Pixels]:
    """Sea of 200 x 200 pixels with a ship, and land to the left of column 60."""
    rng = np.random.default_rng(3)
    values = rng.normal(400, 15, (len(bands), 200, 200))
    if land:
        values[:, :, :60] = rng.normal(3000, 500, (len(bands), 200, 60))
    values[:, 100:104, 120:140] = 3000
    scene = Scene(id="s", path=Path("s.tif"), time=None, modality=Modality.OPTICAL, bands=bands, gsd_m=10.0)
    valid = np.ones((200, 200), bool)
    return scene, Pixels(
        values=(values + offset).astype(np.float32), valid=valid, transform=Affine.identity(), crs=None
    )


@pytest.mark.parametrize("name", BANDS)
@pytest.mark.parametrize("offset", [0.0, 5000.0])
def test_land_and_sea_are_told_apart_even_in_stretched_files(name: str, offset: float) -> None:
    mask = water_mask(*window(BANDS[name], land=True, offset=offset), (10.0, 10.0))
    truth = np.zeros((200, 200), bool)
    truth[:, 60:] = True
    assert (mask.water == truth).mean() > 0.98
    assert mask.method == name.partition(" ")[0]
    assert mask.confidence > 0.3


def test_a_ship_is_in_the_water_but_hides_its_surface() -> None:
    mask = water_mask(*window(BANDS["infrared"], land=True), (10.0, 10.0))
    assert mask.water[101, 130]
    assert not mask.surface[101, 130]


def test_distance_to_land_is_in_metres_on_pixels_that_are_not_square() -> None:
    mask = water_mask(*window(BANDS["infrared"], land=True), (8.0, 10.0))
    assert mask.land_distance_m[100, 100] == pytest.approx(41 * 8, abs=9)
    assert mask.land_distance_m[100, 10] == 0


def test_visible_bands_alone_are_less_trusted_and_say_so() -> None:
    seen = water_mask(*window(BANDS["visible"], land=True), (10.0, 10.0))
    infrared = water_mask(*window(BANDS["infrared"], land=True), (10.0, 10.0))
    assert seen.confidence < infrared.confidence
    assert any("visible bands only" in note for note in seen.notes)


def test_plain_noise_is_all_searched_with_a_note_and_no_confidence() -> None:
    scene, pixels = window(BANDS["visible"], land=False)
    pixels.values[:, 100:104, 120:140] = 500
    mask = water_mask(scene, pixels, (10.0, 10.0))
    assert mask.water.all()
    assert mask.confidence == 0
    assert mask.method == "unknown"
    assert "all valid pixels are searched" in mask.notes[0]


@pytest.mark.parametrize("pixel_m", [1.0, 3.0, 10.0])
@pytest.mark.parametrize("bands", [*BANDS.values(), (R.PAN,)], ids=len)
def test_ships_alone_make_no_land_and_leave_the_sea_its_surface(bands: tuple[BandRole, ...], pixel_m: float) -> None:
    for seed in range(5):
        values = np.random.default_rng(seed).normal(300, 8, (len(bands), 200, 200))
        values[:, 60:63, 50:66] = values[:, 130:133, 120:136] = 1200
        valid = np.ones((200, 200), bool)
        scene = Scene(id="s", path=Path("s.tif"), time=None, modality=Modality.OPTICAL, bands=bands, gsd_m=pixel_m)
        pixels = Pixels(values=values.astype(np.float32), valid=valid, transform=Affine.identity(), crs=None)
        mask = water_mask(scene, pixels, (pixel_m, pixel_m))
        assert mask.water.all()
        assert np.isinf(mask.land_distance_m).all()
        assert mask.surface.mean() > 0.99


@pytest.mark.parametrize("rows", [(0, 200), (80, 120)])
def test_land_too_large_for_a_ship_is_land_in_visible_bands(rows: tuple[int, int]) -> None:
    values = np.random.default_rng(1).normal(300, 8, (3, 200, 200))
    values[:, slice(*rows), :40] = np.random.default_rng(2).normal(900, 150, (3, rows[1] - rows[0], 40))
    valid = np.ones((200, 200), bool)
    scene = Scene(id="s", path=Path("s.tif"), time=None, modality=Modality.OPTICAL, bands=BANDS["visible"], gsd_m=10.0)
    pixels = Pixels(values=values.astype(np.float32), valid=valid, transform=Affine.identity(), crs=None)
    mask = water_mask(scene, pixels, (10.0, 10.0))
    assert not mask.water[85:115, 2:35].any()
    assert mask.water[:, 50:].all()


def test_nodata_is_neither_water_nor_land() -> None:
    scene, pixels = window(BANDS["infrared"], land=False)
    pixels.valid[:, :30] = False
    mask = water_mask(scene, pixels, (10.0, 10.0))
    assert not mask.water[:, :30].any()
    assert mask.water[:, 30:].all()
    assert np.isinf(mask.land_distance_m).all()
