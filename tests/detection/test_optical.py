"""The optical detector finds ships on open water and keeps quiet where there are none."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from scipy import ndimage

from roadstead.detection import OpticalDetector, optical_hulls
from roadstead.detection.optical_cells import Cell
from roadstead.measure import frame_of
from roadstead.measure.optical import measure_optical
from roadstead.model import BandRole, Detector, InputError, Modality, Pixels, RasterError, Scene

R = BandRole
RGB = (R.RED, R.GREEN, R.BLUE)
BAND_SETS = (RGB, (R.BLUE, R.GREEN, R.RED, R.NIR), (R.PAN,))
SIZE = 320


def scene_of(bands: tuple[BandRole, ...] = RGB, gsd_m: float | None = 5.0) -> Scene:
    return Scene(id="made", path=Path("made.tif"), time=None, modality=Modality.OPTICAL, bands=bands, gsd_m=gsd_m)


def sea(bands: int = 3, seed: int = 1) -> np.ndarray:
    """Calm sea with noise and a slow change of shade."""
    rng = np.random.default_rng(seed)
    shade = np.linspace(0, 8, SIZE)[None, None, :]
    return rng.normal(50, 2, (bands, SIZE, SIZE)) + shade


def cover(at: tuple[float, float], size_px: tuple[float, float], heading_deg: float) -> np.ndarray:
    """Share of each pixel under a hull with a tapered bow, slightly blurred; (row, column), clockwise from up."""
    fine = 4
    row, col = (np.indices((SIZE * fine, SIZE * fine)) + 0.5) / fine
    angle = math.radians(heading_deg)
    along = (col - at[1]) * math.sin(angle) - (row - at[0]) * math.cos(angle)
    across = (col - at[1]) * math.cos(angle) + (row - at[0]) * math.sin(angle)
    length, beam = size_px
    taper = np.clip((length / 2 - along) / (0.12 * length), 0, 1)
    inside = (np.abs(along) < length / 2) & (np.abs(across) < beam / 2 * taper)
    share = inside.reshape(SIZE, fine, SIZE, fine).mean(axis=(1, 3))
    return ndimage.gaussian_filter(share, 0.5)


def pixels_of(values: np.ndarray) -> Pixels:
    return Pixels(
        values=values.astype(np.float32),
        valid=np.ones(values.shape[1:], bool),
        transform=Affine.identity(),
        crs=None,
    )


def test_it_is_a_detector() -> None:
    assert isinstance(OpticalDetector(), Detector)


@pytest.mark.parametrize("gsd_m", [3.0, 5.0, 10.0])
@pytest.mark.parametrize("heading", [20.0, 75.0, 140.0])
def test_ships_on_open_water_are_found_and_measured(gsd_m: float, heading: float) -> None:
    values = sea()
    places = [(80.0, 80.0), (230.5, 90.0), (160.0, 240.0)]
    for row, col in places:
        values += 120 * cover((row, col), (200 / gsd_m, 32 / gsd_m), heading)
    scene, pixels = scene_of(gsd_m=gsd_m), pixels_of(values)
    found, _ = OpticalDetector().detect(scene, pixels)
    assert [c.alongside for c in found] == [False] * 3
    boxes = [measure_optical(scene, pixels, c, frame_of(scene, pixels)) for c in found]
    for box, (row, col) in zip(boxes, [places[0], places[2], places[1]], strict=True):
        assert math.hypot(box.row_px - row, box.col_px - col) < 2
        assert abs(box.length_m.value - 200) < 2 * box.length_m.sigma
        assert abs((box.heading_deg.value - heading + 90) % 180 - 90) < 3


def test_a_wake_does_not_lengthen_the_hull() -> None:
    values = sea()
    hull = cover((100, 160), (24, 5), 0)
    wake = np.zeros((SIZE, SIZE))
    for k in range(70):
        wake[112 + k, 159 - k // 24 : 161 + k // 24] = 26 * math.exp(-k / 30)
    values += np.maximum(120 * hull, wake)
    scene, pixels = scene_of(), pixels_of(values)
    found, _ = OpticalDetector().detect(scene, pixels)
    (ship,) = found
    box = measure_optical(scene, pixels, ship, frame_of(scene, pixels))
    assert box.length_m.value == pytest.approx(120, abs=15)


def test_a_cloud_is_no_ship() -> None:
    row, col = np.indices((SIZE, SIZE))
    cloud = 90 * np.exp(-(((row - 150) / 9.0) ** 2) - ((col - 150) / 14.0) ** 2)
    assert OpticalDetector().detect(scene_of(), pixels_of(sea() + cloud))[0] == []


def test_empty_water_gives_nothing() -> None:
    for seed in range(4):
        assert OpticalDetector().detect(scene_of(), pixels_of(sea(seed=seed)))[0] == []


def test_all_nodata_gives_nothing() -> None:
    pixels = pixels_of(np.zeros((3, 50, 60)))
    assert OpticalDetector().detect(scene_of(), replace(pixels, valid=np.zeros((50, 60), bool))) == ([], [])


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3)])
def test_slivers_of_images_do_not_crash(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    found, _ = OpticalDetector().detect(scene_of(), pixels_of(rng.normal(50, 2, (3, *shape))))
    assert found == []


def test_bands_without_a_hull_band_are_refused_in_a_sentence() -> None:
    with pytest.raises(RasterError, match="state which are blue"):
        OpticalDetector().detect(scene_of((R.SWIR16,)), pixels_of(sea(1)))


def test_the_same_pixels_give_the_same_candidates() -> None:
    values = sea() + 120 * cover((100, 160), (40, 7), 30)
    first, second = (OpticalDetector().detect(scene_of(), pixels_of(values))[0] for _ in range(2))
    assert [c.score for c in first] == [c.score for c in second]
    assert np.array_equal(first[0].rows_px, second[0].rows_px)


def test_a_wide_image_gives_the_same_candidates_however_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.concatenate([sea(seed=k) + 120 * cover((90, 200), (40, 7), 20.0 * k) for k in range(7)], axis=2)
    scene, pixels = scene_of(), pixels_of(values[:, :180])
    monkeypatch.setattr(optical_hulls, "_MANY", 99)
    alone = OpticalDetector().detect(scene, pixels)
    assert len(alone[0]) == 7
    monkeypatch.setattr(optical_hulls, "_MANY", 3)
    for threads in (1, 2, 3):
        monkeypatch.setattr(optical_hulls, "_THREADS", threads)
        for found, one in zip(OpticalDetector().detect(scene, pixels)[0], alone[0], strict=True):
            assert found.score == one.score
            assert np.array_equal(found.rows_px, one.rows_px)
            assert np.array_equal(found.cols_px, one.cols_px)
            assert np.array_equal(found.weights, one.weights)


def test_a_ship_on_the_border_of_two_cells_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def halves(_there: np.ndarray, shape: tuple[int, int], _margin_px: int) -> list[Cell]:
        return [
            Cell(rows=(0, shape[0]), cols=(0, 150), window=((0, shape[0]), (0, 224))),
            Cell(rows=(0, shape[0]), cols=(150, shape[1]), window=((0, shape[0]), (96, shape[1]))),
        ]

    monkeypatch.setattr(optical_hulls, "cells", halves)
    scene, values = scene_of((*RGB, R.NIR)), sea(4)
    places = [(35.0 * (k + 1), 148.0 + 0.5 * k) for k in range(8)]
    for place in places:
        values += 120 * cover(place, (24, 6), 0)
    found, _ = OpticalDetector().detect(scene, pixels_of(values))
    assert sorted(round(float(c.rows_px.mean()) / 35) for c in found) == [round(row / 35) for row, _ in places]


def test_a_ship_touching_a_quay_is_marked_and_doubted_and_one_off_it_is_not() -> None:
    scene = scene_of((*RGB, R.NIR))
    values = sea(4)
    # Land is uneven over 20 m, as roofs and yards are; noise from pixel to pixel hides the ends of the hull.
    ground = ndimage.gaussian_filter(np.random.default_rng(5).normal(0, 1, (4, SIZE, 205)), (0, 4, 4))
    values[:, :, :205] = 120 + 25 * ground / ground.std()
    values += 120 * (cover((100, 209.5), (40, 7), 0) + cover((220, 250), (40, 7), 0))
    found, _ = OpticalDetector().detect(scene, pixels_of(values))
    at_quay = next(c for c in found if abs(c.rows_px.mean() - 100) < 5 and abs(c.cols_px.mean() - 209) < 5)
    free = next(c for c in found if abs(c.rows_px.mean() - 220) < 5 and abs(c.cols_px.mean() - 250) < 5)
    assert at_quay.alongside
    assert any("less surely" in note for note in at_quay.notes)
    assert not free.alongside
    assert not any("less surely" in note for note in free.notes)


def even(gsd_m: float, bands: tuple[BandRole, ...], sigmas: tuple[float, ...], seed: int) -> np.ndarray:
    """Open sea with evenly lit ships of 150 x 22 m, one above the other, so many sigmas above the water."""
    values = np.random.default_rng(seed).normal(300, 8, (len(bands), SIZE, SIZE))
    length, beam = round(150 / gsd_m), max(2, round(22 / gsd_m))
    for k, height in enumerate(sigmas):
        row = SIZE * (k + 1) // (len(sigmas) + 1)
        values[:, row : row + beam, 60 : 60 + length] += 8 * height
    return values


@pytest.mark.parametrize("bands", BAND_SETS, ids=len)
@pytest.mark.parametrize("gsd_m", [1.0, 2.0, 3.0, 5.0, 10.0])
def test_an_evenly_lit_ship_is_found_whatever_the_noise(gsd_m: float, bands: tuple[BandRole, ...]) -> None:
    for seed in range(8):
        found, rejected = OpticalDetector().detect(
            scene_of(bands, gsd_m), pixels_of(even(gsd_m, bands, (15 if seed % 2 else 110,), seed))
        )
        (ship,) = found
        assert rejected == []
        assert not ship.alongside
        assert abs(ship.rows_px.mean() - SIZE / 2 - 11 / gsd_m) < 3
        assert abs(ship.cols_px.mean() - 60 - 75 / gsd_m) < 3


@pytest.mark.parametrize("bands", BAND_SETS, ids=len)
@pytest.mark.parametrize("gsd_m", [2.0, 5.0, 10.0])
def test_ships_alone_on_the_sea_are_not_taken_for_its_shore(gsd_m: float, bands: tuple[BandRole, ...]) -> None:
    for seed in range(4):
        values = even(gsd_m, bands, (110, 40, 15), seed)
        found, rejected = OpticalDetector().detect(scene_of(bands, gsd_m), pixels_of(values))
        assert len(found) == 3
        assert rejected == []


@pytest.mark.parametrize("bands", BAND_SETS, ids=len)
@pytest.mark.parametrize("gsd_m", [2.0, 5.0, 10.0])
def test_a_ship_darker_than_the_sea_does_not_hide_a_bright_one(gsd_m: float, bands: tuple[BandRole, ...]) -> None:
    for seed in range(4):
        values = even(gsd_m, bands, (-30, 40), seed)
        (ship,), _ = OpticalDetector().detect(scene_of(bands, gsd_m), pixels_of(values))
        assert ship.rows_px.mean() > SIZE / 2
    assert "darker than the water" in OpticalDetector.limits


def test_san_francisco_bay_has_its_four_ships(shared: Path) -> None:
    path = shared / "data" / "rapideye-sf-bay" / "sf-bay-2017-03-08.tif"
    with rasterio.open(path) as raster:
        values = raster.read().astype(np.float32)
        pixels = Pixels(values=values, valid=values[3] > 0, transform=raster.transform, crs=raster.crs.to_wkt())
    scene = replace(scene_of((*RGB, R.ALPHA), None), path=path)
    found, _ = OpticalDetector().detect(scene, pixels)
    lengths = [measure_optical(scene, pixels, c, frame_of(scene, pixels)).length_m.value for c in found]
    assert len(found) == 4
    assert all(168 <= length <= 244 for length in lengths)


def test_an_aircraft_seen_once_per_band_is_rejected_as_one() -> None:
    values = sea()
    for band, shift in enumerate((-7, 0, 7)):
        values[band] += 90 * cover((150 + shift, 150 - shift), (16, 12), 135)
    found, rejected = OpticalDetector().detect(scene_of(gsd_m=5.0), pixels_of(values))
    assert found == []
    assert any("aircraft" in r.reason for r in rejected)


def test_the_network_decides_by_its_threshold_and_gives_the_probability() -> None:
    scene, pixels = scene_of(), pixels_of(sea() + 120 * cover((100, 160), (40, 7), 30))
    (ship,), _ = OpticalDetector().detect(scene, pixels)
    found, rejected = OpticalDetector(threshold=1.0).detect(scene, pixels)
    assert found == []
    assert [r.reason for r in rejected] == [f"probability {ship.score:.2f} below 1.00"]


def test_weights_that_are_none_are_refused_in_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    with pytest.raises(InputError, match="holds no optical network"):
        OpticalDetector(weights=broken).detect(scene_of(), pixels_of(sea()))
