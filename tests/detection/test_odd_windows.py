"""Holes in the data, extreme values and windows of odd shape: no ship is lost to them, and no memory asked for."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from affine import Affine
from scipy.ndimage import gaussian_filter

from roadstead.detection import OpticalDetector, SarDetector
from roadstead.detection.holes import NOTE, filled, holes
from roadstead.detection.optical_field import Background
from roadstead.detection.optical_grid import WorkGrid
from roadstead.imagery import MemoryBand
from roadstead.measure import measure
from roadstead.model import BandRole, Modality, Pixels, SarUnit, Scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.model import Candidate, Rejected

R = BandRole
OPTICAL = Scene(id="o", path=Path("o.tif"), time=None, modality=Modality.OPTICAL, bands=(R.BLUE, R.GREEN, R.RED, R.NIR))
Hole = tuple[int, int, int, int]


def radar_scene(unit: SarUnit = SarUnit.LINEAR) -> Scene:
    return Scene(id="r", path=Path("r.tif"), time=None, modality=Modality.SAR, bands=(R.VV,), sar_unit=unit)


def optical_window() -> NDArray[np.float32]:
    """A hull of 120 x 18 m on a sea of 3 m pixels."""
    values = np.random.default_rng(3).normal(300, 8, (4, 300, 300))
    values[:, 150:156, 100:140] = 1200
    return values.astype(np.float32)


def radar_window() -> NDArray[np.float32]:
    """A hull of 180 x 30 m on a sea of 10 m pixels."""
    rng = np.random.default_rng(1)
    waves = np.mean(np.square([gaussian_filter(rng.standard_normal((400, 400)), 2.4) for _ in range(8)]), axis=0)
    sea = 0.02 * waves / waves.mean() * rng.gamma(4.4, 1 / 4.4, (400, 400))
    sea[199:202, 191:209] += 0.4
    return sea.astype(np.float32)


def pixels(values: NDArray[np.float32], pixel_m: float, *gone: Hole) -> Pixels:
    valid = np.ones(values.shape[1:], bool)
    for row, col, height, width in gone:
        valid[row : row + height, col : col + width] = False
    at = Affine(pixel_m, 0, 500_000, 0, -pixel_m, 5_000_000)
    return Pixels(values=np.where(valid, values, np.float32(0)), valid=valid, transform=at, crs="EPSG:32633")


def found(scene: Scene, window: Pixels) -> tuple[list[Candidate], list[Rejected], list[float]]:
    detector = SarDetector() if scene.modality is Modality.SAR else OpticalDetector()
    candidates, rejected = detector.detect(scene, window)
    measured = (measure(scene, window, c, number=1, method="m") for c in candidates)
    return candidates, rejected, [m.length_m.value for m in measured if m.length_m]


@pytest.mark.parametrize(
    "gone",
    [
        [(200, 200, 1, 1)],
        [(199, 199, 3, 3)],
        [(196, 204, 6, 1)],
        [(y, x, 1, 1) for y in range(3, 400, 9) for x in range(2, 400, 7)],
    ],
)
def test_dead_pixels_on_a_ship_are_no_edge_of_a_radar_image(gone: list[Hole]) -> None:
    _, rejected, (length,) = found(radar_scene(), pixels(radar_window()[None], 10, *gone))
    assert length == pytest.approx(180, abs=20)
    assert rejected == []


@pytest.mark.parametrize("gone", [(0, 0, 400, 199), (0, 204, 400, 1), (190, 150, 7, 250), (170, 190, 30, 30)])
def test_where_a_radar_image_really_ends_nothing_is_trusted(gone: Hole) -> None:
    candidates, rejected, _ = found(radar_scene(), pixels(radar_window()[None], 10, gone))
    assert candidates == []
    assert {r.reason for r in rejected} == {"within 60 m of the edge of the image data"}


def test_strips_of_any_height_tell_a_hole_from_an_edge_alike() -> None:
    values = radar_window()
    values[[200, 199, 60], [200, 205, 300]] = np.nan
    values[:, 330:] = np.nan
    for strip_px in (16, 64, 97, 2048):
        band = MemoryBand(
            values=values, transform=Affine(10, 0, 500_000, 0, -10, 5_000_000), crs="EPSG:32633", strip_px=strip_px
        )
        result = SarDetector().detect_in(radar_scene(), band)
        assert len(result.candidates) == 1


@pytest.mark.parametrize(
    ("unit", "scale", "absurd"),
    [
        (SarUnit.LINEAR, lambda v: v, 3.4e38),
        (SarUnit.AMPLITUDE, np.sqrt, 1e30),
        (SarUnit.DB, lambda v: 10 * np.log10(v), -9999.0),
        (SarUnit.DB, lambda v: 10 * np.log10(v), 1e20),
    ],
)
def test_values_that_no_radar_measures_are_no_data(unit: SarUnit, scale: object, absurd: float) -> None:
    values = scale(radar_window()).astype(np.float32)  # type: ignore[operator]
    values[:, :100] = absurd
    values[200, 200] = absurd
    window = pixels(values[None], 10)
    _, _, (length,) = found(radar_scene(unit), window)
    assert length == pytest.approx(180, abs=20)


@pytest.mark.parametrize("gone", [(152, 120, 1, 1), (149, 120, 8, 1), (152, 118, 3, 5)])
def test_dead_pixels_cut_no_hull_in_two_and_are_told(gone: Hole) -> None:
    (ship,), _, (length,) = found(OPTICAL, pixels(optical_window(), 3, gone))
    assert length == pytest.approx(120, abs=4)
    assert NOTE in ship.notes


def test_holes_elsewhere_change_nothing_that_is_said_of_a_ship() -> None:
    gone = [(y, x, 1, 1) for y in range(3, 140, 9) for x in range(2, 300, 7)]
    (ship,), _, (length,) = found(OPTICAL, pixels(optical_window(), 3, *gone))
    assert (length, ship.notes) == (pytest.approx(120, abs=4), ())


def test_small_holes_take_the_nearest_values_and_edges_none() -> None:
    window = pixels(optical_window(), 3, (0, 0, 300, 30), (50, 50, 3, 2), (100, 100, 21, 2), (299, 299, 1, 1))
    missing = holes(window.valid, (3.0, 3.0))
    assert np.flatnonzero(missing.any(axis=1)).tolist() == [50, 51, 52, 299]
    whole = filled(window, missing)
    assert whole.valid.sum() == window.valid.sum() + 7
    assert whole.values[0, 51, 50] == window.values[0, 51, 49]
    assert whole.values[0, 299, 299] == window.values[0, 299, 298]
    assert np.array_equal(whole.values[:, window.valid], window.values[:, window.valid])
    assert not window.valid[51, 50]


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (5, 2000)])
@pytest.mark.parametrize("scene", [OPTICAL, radar_scene()], ids=["optical", "radar"])
def test_tiny_and_narrow_windows_hold_no_ship_and_no_surprise(shape: tuple[int, int], scene: Scene) -> None:
    count, pixel_m = len(scene.bands), 3.0 if scene is OPTICAL else 10.0
    values = np.random.default_rng(3).normal(300, 8, (count, *shape)).astype(np.float32)
    assert found(scene, pixels(values, pixel_m))[0] == []


def dense(centres: NDArray[np.float64], size: int, reach: float) -> NDArray[np.float64]:
    """Weights of a triangle of half width `reach`, as they are defined."""
    inside = np.clip(centres, 0.5, size - 0.5)
    weights = np.clip(1 - np.abs(inside[:, None] - (np.arange(size) + 0.5)) / reach, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("step", [0.4, 1.0, 1.7, 5.0])
@pytest.mark.parametrize("shape", [(40, 61), (1, 70), (33, 1)])
def test_the_working_grid_is_the_mean_under_a_triangle(step: float, shape: tuple[int, int]) -> None:
    grid = WorkGrid(shape=shape, step_px=(step, step))
    planes = np.random.default_rng(2).random((2, *shape)).astype(np.float32)
    height, width = grid.work_shape
    seen = grid.to_work(planes, (0, height), (0, width))
    down, across = (
        dense((np.arange(n) + 0.5) * step, size, max(1.0, step)) for n, size in zip((height, width), shape, strict=True)
    )
    assert np.allclose(seen, down @ planes @ across.T, atol=1e-6)
    back = grid.to_window(seen, (0, 0), (0, shape[0]), (0, shape[1]))
    down, across = (
        dense((np.arange(n) + 0.5) / step, size, max(1.0, 1 / step))
        for n, size in zip(shape, (height, width), strict=True)
    )
    assert np.allclose(back, down @ seen @ across.T, atol=1e-6)


def test_a_window_of_three_million_columns_asks_for_little_memory() -> None:
    grid = WorkGrid(shape=(4, 3_000_000), step_px=(2.0, 2.0))
    field = Background(middle=np.full((1, 30_000), 300, np.float32), block_px=100, sigma=1.0)
    tracemalloc.start()
    seen = grid.to_work(np.ones((1, 4, 3_000_000), np.float32), (0, 2), (0, 1_500_000))
    water = field.window((0, 4), (0, 3_000_000), 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.allclose(seen, 1)
    assert np.allclose(water, 300)
    assert peak < 2**30
