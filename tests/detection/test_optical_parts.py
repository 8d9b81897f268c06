"""The parts of the optical detector: grid, water, planes, and hulls told apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from roadstead.detection.optical_candidates import form_of, objection, weights_of
from roadstead.detection.optical_field import background
from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.detection.optical_instances import instances

OPEN = np.ones((60, 80), np.float32)
BANDS = np.zeros((5, 60, 80), np.float32)


def maps(*boxes: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray]:
    """Hull and core as a network sure of itself would draw them."""
    hull, core = np.full((60, 80), 0.02, np.float32), np.full((60, 80), 0.01, np.float32)
    for rows, cols in boxes:
        hull[rows, cols] = 0.95
        core[rows.start + 1 : rows.stop - 1, cols.start + 2 : cols.stop - 2] = 0.95
    return hull, core


@pytest.mark.parametrize("step", [0.6, 1.0, 1.67, 10.0])
def test_a_slope_stays_a_slope_on_the_grid_and_back(step: float) -> None:
    size = 200
    plane = np.tile(np.arange(size, dtype=np.float32), (size, 1))[None]
    grid = WorkGrid(shape=(size, size), step_px=(step, step))
    rows, cols = grid.work_shape
    there = grid.to_work(plane, (0, rows), (0, cols))
    inner = np.arange(2, cols - 2)
    assert there[0, rows // 2, inner] == pytest.approx((inner + 0.5) * step - 0.5, abs=0.1)
    back = grid.to_window(there, (0, 0), (0, size), (0, size))
    middle = slice(round(3 * step) + 1, size - round(3 * step) - 2)
    assert back[0, size // 2, middle] == pytest.approx(plane[0, 0, middle], abs=0.2)


@pytest.mark.parametrize("step", [0.6, 1.67])
def test_a_tile_gives_what_the_whole_window_gives(step: float) -> None:
    plane = np.random.default_rng(1).normal(size=(1, 150, 150)).astype(np.float32)
    grid = WorkGrid(shape=(150, 150), step_px=(step, step))
    rows, cols = grid.work_shape
    whole = grid.to_work(plane, (0, rows), (0, cols))
    wanted = (rows // 3, rows // 2), (cols // 4, cols // 2)
    spans = grid.window(*wanted)
    part = grid.to_work(plane[:, slice(*spans[0]), slice(*spans[1])], *wanted)
    assert part == pytest.approx(whole[:, slice(*wanted[0]), slice(*wanted[1])], abs=1e-5)


def test_the_water_is_known_under_a_gradient_and_beneath_ships() -> None:
    rng = np.random.default_rng(2)
    slope = np.linspace(100, 140, 400)[None, :] + np.zeros((300, 1))
    band = (slope + rng.normal(0, 2, slope.shape)).astype(np.float32)
    surface = np.ones(band.shape, bool)
    band[100:140, 100:160], surface[100:140, 100:160] = 900, False
    field = background(band, surface, 10.0)
    assert np.abs(field.window((0, 300), (60, 340)) - slope[:, 60:340]).max() < 4
    assert field.sigma == pytest.approx(2, rel=0.4)  # the slope within a block counts as noise


def test_two_hulls_side_by_side_are_two_and_one_with_a_dim_middle_is_one() -> None:
    hull, core = maps((slice(20, 26), slice(20, 60)), (slice(27, 33), slice(20, 60)))
    assert len(instances(hull, core, OPEN)) == 2
    hull, core = maps((slice(20, 26), slice(20, 60)))
    core[:, 38:42] *= 0.3
    hull[20:26, 38:42] = 0.8
    (ship,) = instances(hull, core, OPEN)
    assert np.ptp(ship.cols) + 1 == 40


def test_two_hulls_end_to_end_with_a_gap_are_two() -> None:
    hull, core = maps((slice(20, 26), slice(5, 38)), (slice(20, 26), slice(41, 75)))
    assert len(instances(hull, core, OPEN)) == 2


def test_nothing_is_looked_for_far_inland() -> None:
    hull, core = maps((slice(20, 26), slice(20, 60)))
    assert instances(hull, core, -OPEN) == []


def test_size_place_and_weights_come_back_in_metres_and_image_pixels() -> None:
    hull, core = maps((slice(20, 26), slice(20, 60)))
    (ship,) = instances(ndimage.gaussian_filter(hull, 0.5), core, OPEN)
    form = form_of(ship, OPEN, BANDS)
    assert form.length_m == pytest.approx(40 * WORK_M, rel=0.1)
    assert form.beam_m == pytest.approx(6 * WORK_M, rel=0.3)
    assert not form.alongside
    assert objection(form) == ""
    grid = WorkGrid(shape=(600, 800), step_px=(0.5, 0.5))
    rows, cols, weights = weights_of(ship, hull, (100, 200), grid)
    assert np.average(rows, weights=weights) + 0.5 == pytest.approx((100 + 23) / 2, abs=0.3)
    assert np.average(cols, weights=weights) + 0.5 == pytest.approx((200 + 40) / 2, abs=0.3)
    assert weights.max() <= 1


def test_what_is_too_broad_for_a_ship_is_refused_with_its_size() -> None:
    hull, core = maps((slice(10, 50), slice(10, 70)))
    (blob,) = instances(hull, core, OPEN)
    assert "broader than any ship" in objection(form_of(blob, OPEN, BANDS))


def test_what_touches_the_shore_lies_alongside() -> None:
    shore = np.tile(np.clip((np.arange(60)[:, None] - 18) / 30, -1, 1), (1, 80)).astype(np.float32)
    hull, core = maps((slice(20, 26), slice(20, 60)), (slice(45, 51), slice(20, 60)))
    near, far = (form_of(i, shore, BANDS) for i in instances(hull, core, shore))
    assert near.alongside
    assert not far.alongside
