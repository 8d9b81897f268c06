"""The sea mask finds the sea, keeps ships in it, and says when it does not know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from affine import Affine
from shapely.geometry import Polygon

from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.model import BandRole, Modality, Pixels, Scene, SeaKind, StatedSea

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

R = BandRole
PLACE = Affine(10, 0, 500_000, 0, -10, 5_000_000)
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


def with_sea(scene: Scene, area: BaseGeometry, kind: SeaKind = SeaKind.COASTLINE) -> Scene:
    return replace(scene, sea=StatedSea(kind=kind, area=area, name="it"))


def placed(pixels: Pixels) -> Pixels:
    return replace(pixels, transform=PLACE, crs="EPSG:32633")


def columns(first: float, end: float) -> BaseGeometry:
    """What lies between two columns of the window, WGS84."""
    frame = ground_frame(PLACE, "EPSG:32633", (200, 200))
    return Polygon(zip(*frame.lonlat([first, end, end, first], [-50, -50, 250, 250]), strict=True))


def test_within_two_pixels_of_a_stated_shore_the_pixels_decide() -> None:
    scene, pixels = window(BANDS["infrared"], land=True)
    mask = water_mask(with_sea(scene, columns(-50, 70)), placed(pixels), (10.0, 10.0))
    assert not mask.water[:, :68].any()
    assert mask.water[:, 68:].all()
    assert not mask.surface[101, 130]
    assert mask.stated == "coastline it"
    assert mask.agreement is not None
    assert mask.agreement.share == pytest.approx(60 / 70, abs=0.02)
    assert mask.agreement.moved_px == (-10, 0)


def test_land_that_only_the_pixels_show_stays_land_beside_a_coastline() -> None:
    scene, pixels = window(BANDS["infrared"], land=True)
    mask = water_mask(with_sea(scene, columns(-50, 30)), placed(pixels), (10.0, 10.0))
    assert not mask.water[:, :59].any()
    assert mask.agreement is not None
    assert mask.agreement.pixels_only_km2 == pytest.approx(30 * 200 * 1e-4, rel=0.05)
    assert mask.agreement.stated_only_km2 == 0


def test_where_the_pixels_tell_nothing_the_coastline_alone_is_land_and_says_so() -> None:
    scene, pixels = window(BANDS["visible"], land=False)
    pixels.values[:, 100:104, 120:140] = 500
    mask = water_mask(with_sea(scene, columns(-50, 60)), placed(pixels), (10.0, 10.0))
    assert not mask.water[:, :60].any()
    assert mask.water[:, 60:].all()
    assert mask.land_distance_m[50, 99] == pytest.approx(400, abs=10)
    assert mask.agreement is None
    assert mask.doubts == (
        "the coastline it could not be compared with the pixels: they show no clear land and sea of it",
    )


def test_a_sea_polygon_is_water_over_land_too_but_its_surface_is_not() -> None:
    scene, pixels = window(BANDS["infrared"], land=True)
    mask = water_mask(with_sea(scene, columns(40, 150), SeaKind.SEA), placed(pixels), (10.0, 10.0))
    assert mask.water[:, 40:150].all()
    assert not mask.water[:, :40].any()
    assert not mask.water[:, 150:].any()
    assert not mask.surface[:, 40:60].any()
    assert mask.land_distance_m[10, 160] == 0


def test_a_stated_sea_without_any_surface_of_water_in_it_is_its_own_surface() -> None:
    scene, pixels = window(BANDS["infrared"], land=True)
    mask = water_mask(with_sea(scene, columns(10, 50), SeaKind.SEA), placed(pixels), (10.0, 10.0))
    assert mask.surface[:, 10:50].all()


def _clouded(pixels: Pixels, *, masked: bool) -> Pixels:
    """The window of `window` under a bright, even cloud over the sea far from land; masked by the product or not."""
    cloud = np.zeros(pixels.valid.shape, bool)
    cloud[:, 120:] = True
    values = pixels.values.copy()
    values[:, cloud] = np.random.default_rng(4).normal(4000, 15, (len(values), int(cloud.sum())))
    return replace(pixels, values=values, cloud=cloud if masked else None)


@pytest.mark.parametrize("masked", [True, False])
def test_a_cloud_takes_nothing_from_the_land_and_is_no_land_itself(*, masked: bool) -> None:
    scene, pixels = window(BANDS["infrared"], land=True)
    mask = water_mask(scene, _clouded(pixels, masked=masked), (10.0, 10.0))
    assert mask.method == "infrared"
    assert mask.land_distance_m[100, 10] == 0
    assert mask.land_distance_m[100, 150] == pytest.approx(910, abs=30)
    # Haze shows the sea below it; what the product calls cloud does not.
    assert mask.surface[100, 150] != masked


def test_under_nothing_but_cloud_no_shore_is_made_up() -> None:
    scene, pixels = window(BANDS["infrared"], land=False)
    clouded = _clouded(pixels, masked=True)
    mask = water_mask(scene, replace(clouded, cloud=np.ones_like(clouded.valid)), (10.0, 10.0))
    assert np.isinf(mask.land_distance_m).all()


def test_smooth_roofs_in_a_fine_image_are_land() -> None:
    """At one metre a roof of 40 m is even over the whole window of the texture."""
    rng = np.random.default_rng(5)
    values = rng.normal(400, 60, (2, 400, 400))
    blocks = np.kron(rng.uniform(1500, 4000, (10, 4)), np.ones((40, 40)))
    values[:, :, :160] = blocks + rng.normal(0, 20, (400, 160))
    scene = Scene(id="s", path=Path("s.tif"), time=None, modality=Modality.OPTICAL, bands=BANDS["infrared"], gsd_m=1.0)
    pixels = Pixels(
        values=values.astype(np.float32), valid=np.ones((400, 400), bool), transform=Affine.identity(), crs=None
    )
    mask = water_mask(scene, pixels, (1.0, 1.0))
    assert mask.method == "infrared"
    assert mask.land_distance_m[200, 80] == 0
    assert mask.land_distance_m[200, 300] == pytest.approx(140, abs=10)
