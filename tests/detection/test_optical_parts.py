"""The parts of the optical detector: grid, water, planes, and hulls told apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from roadstead.detection.optical_boxes import BOX, Boxes, read, told, turned, written
from roadstead.detection.optical_candidates import Form, features, form_of, objection, weights_of
from roadstead.detection.optical_edges import sharpened
from roadstead.detection.optical_field import Background, background
from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.detection.optical_instances import instances
from roadstead.detection.optical_network import Seen
from roadstead.steps import stream

OPEN = np.ones((60, 80), np.float32)
BANDS = np.zeros((5, 60, 80), np.float32)


def maps(*boxes: tuple[slice, slice]) -> Seen:
    """Hulls, cores and boxes as a network sure of itself would tell them; columns are the longer side."""
    hull, core = np.full((60, 80), 0.02, np.float32), np.full((60, 80), 0.01, np.float32)
    numbers = np.zeros((BOX, 30, 40), np.float32)
    at = np.indices((30, 40)) * 2 + 0.5
    for rows, cols in boxes:
        hull[rows, cols] = 0.95
        core[rows.start + 1 : rows.stop - 1, cols.start + 2 : cols.stop - 2] = 0.95
        middle = ((rows.start + rows.stop - 1) / 2, (cols.start + cols.stop - 1) / 2)
        sides = (float(cols.stop - cols.start), float(rows.stop - rows.start))
        here = (slice(None), slice(rows.start // 2, (rows.stop + 1) // 2), slice(cols.start // 2, (cols.stop + 1) // 2))
        box = Boxes(*(np.full((30, 40), value) for value in (*middle, *sides, 0.0)))
        numbers[here] = written(box, *at)[here]
    return Seen(hull, core, told(numbers, *at))


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


def test_a_band_above_the_water_is_the_band_less_the_water() -> None:
    field = Background(middle=stream(6, "water").normal(50, 5, (4, 3)).astype(np.float32), block_px=20, sigma=2.0)
    band = stream(6, "band").normal(60, 5, (75, 58)).astype(np.float32)
    rows, cols = (9, 71), (4, 58)
    plain = (band[9:71, 4:58] - field.window(rows, cols)) / np.float32(1.7)
    assert np.array_equal(field.above(band, rows, cols, 1.7), plain)


def test_two_hulls_side_by_side_are_two_and_one_with_a_dim_middle_is_one() -> None:
    assert len(instances(maps((slice(20, 26), slice(20, 60)), (slice(26, 32), slice(20, 60))), OPEN)) == 2
    seen = maps((slice(20, 26), slice(20, 60)))
    seen.core[:, 36:44] = 0.01
    seen.hull[20:26, 36:44] = 0.1  # a crane's arm over the deck
    (ship,) = instances(seen, OPEN)
    assert np.ptp(ship.cols) + 1 == 40
    assert set(range(36, 44)) <= set(ship.cols.tolist())
    assert ship.fill < 0.9


@pytest.mark.parametrize("between", [46, 50, 56])
def test_two_ships_in_line_that_one_of_them_takes_for_one_are_two(between: int) -> None:
    """West of the gap every pixel tells one long ship, surely; east of it its own."""
    seen = maps((slice(20, 26), slice(20, between - 2)), (slice(20, 26), slice(between + 2, 78)))
    at = np.indices((30, 40)) * 2 + 0.5
    whole = Boxes(*(np.full((30, 40), v) for v in (22.5, 48.5, 58.0, 6.0, 0.0)))
    west = slice(0, between // 2 - 1)
    seen.boxes[:, :, west] = told(written(whole, *at), *at)[:, :, west]
    seen.core[21:25, 22 : between - 4] = 0.99
    found = instances(seen, OPEN)
    assert len(found) == 2
    assert sorted(float(i.box.length) for i in found) == pytest.approx(sorted((between - 22, 76 - between)), abs=5)


def test_pixels_that_tell_no_common_box_do_not_make_many_ships_of_one() -> None:
    seen = maps((slice(20, 26), slice(20, 60)))
    seen.boxes[:2] += np.random.default_rng(1).normal(0, 1.0, seen.boxes[:2].shape)  # middles scatter
    assert len(instances(seen, OPEN)) == 1


def test_the_end_of_a_hull_whose_box_came_out_short_is_no_second_ship() -> None:
    seen = maps((slice(20, 26), slice(10, 50)))
    at = np.indices((30, 40)) * 2 + 0.5
    seen.core[21:25, 12:48] = 0.9
    for cols, middle in ((slice(0, 10), 16.0), (slice(10, 40), 34.0)):  # the stern tells a middle of its own
        short = Boxes(*(np.full((30, 40), v) for v in (22.5, middle, 30.0, 6.0, 0.0)))
        seen.boxes[:, :, cols] = told(written(short, *at), *at)[:, :, cols]
    seen.core[21:25, 20:48] = 0.95
    seen.hull[:, :10] = 0.02
    assert len(instances(seen, OPEN)) == 1


def test_a_length_counts_in_pixels_that_the_network_resolves() -> None:
    (ship,) = instances(maps((slice(20, 26), slice(20, 60))), OPEN)
    form = form_of(ship, OPEN, BANDS, BANDS.max(axis=0))
    fine, grid, coarse = (features(ship, form, native_m)[2] for native_m in (0.5, WORK_M, 10.0))
    assert fine == grid == pytest.approx(coarse + np.log(2))
    assert coarse == pytest.approx(np.log(form.length_m / 100))


def test_a_ship_at_a_quay_stands_out_from_water_and_a_shed_in_a_row_does_not() -> None:
    (ship,) = instances(maps((slice(20, 26), slice(20, 60))), OPEN)
    at_quay, in_row = BANDS.copy(), BANDS.copy()
    at_quay[:3, :20] = in_row[:3] = 0.5
    at_quay[:3, 20:26, 20:60] = in_row[:3, 20:26, 20:60] = 1.0
    moored, shed = (form_of(ship, OPEN, bands, bands.max(axis=0)) for bands in (at_quay, in_row))
    assert moored.contrast == pytest.approx(np.log(1.1 / 0.1))
    assert moored.open_end == 1
    assert shed.contrast == pytest.approx(np.log(1.1 / 0.6))
    assert shed.open_end == 0


def test_boxes_are_read_as_they_were_written() -> None:
    given = Boxes(*(np.array([v]) for v in (10.0, 20.0, 30.0, 6.0, 2.5)))
    back = read(told(written(given, np.array([4.0]), np.array([7.0])), np.array([4.0]), np.array([7.0])))
    assert [float(v[0]) for v in back] == pytest.approx([10, 20, 30, 6, 2.5], rel=1e-5)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_box_told_of_a_turned_image_is_the_same_box(quarters: int) -> None:
    here = np.indices((8, 12)) * 2 + 0.5
    ship = Boxes(*(np.full((8, 12), v) for v in (5.0, 13.0, 30.0, 6.0, 0.4)))
    # The same ship where the image was turned: numpy.rot90 sends the last column first.
    row, col, axis, shape = 5.0, 13.0, 0.4, (16, 24)
    for _ in range(quarters):
        row, col, axis, shape = shape[1] - 1 - col, row, (axis + np.pi / 2) % np.pi, (shape[1], shape[0])
    there = np.indices((shape[0] // 2, shape[1] // 2)) * 2 + 0.5
    seen = written(Boxes(*(np.full(there[0].shape, v) for v in (row, col, 30.0, 6.0, axis))), *there)
    back = turned(np.rot90(seen, -quarters, (1, 2)), quarters)
    assert back == pytest.approx(written(ship, *here), abs=1e-5)


def test_edges_towards_water_are_where_the_brightness_falls_to_half() -> None:
    truth = np.zeros((40, 100), np.float32)
    truth[14:22, 20:80] = 0.8
    truth[22, 20:80] = 0.4
    broad = ndimage.gaussian_filter(truth / 0.8, 1.5) ** 0.5
    open_water = np.ones_like(truth)
    sharp = sharpened(broad, truth[None], open_water, 3.0)
    assert np.count_nonzero(sharp >= 0.5) == 9 * 60
    assert np.count_nonzero(broad >= 0.5) > 11 * 60
    assert sharp[22, 20:80] == pytest.approx(0.5)
    assert np.array_equal(sharpened(broad, truth[None], -open_water, 3.0), broad)
    assert np.array_equal(sharpened(broad, 0.1 * truth[None], open_water, 3.0), broad)
    assert np.array_equal(sharpened(broad, truth[None], open_water, 10.0), broad)


def test_two_hulls_end_to_end_with_a_gap_are_two() -> None:
    assert len(instances(maps((slice(20, 26), slice(4, 38)), (slice(20, 26), slice(40, 74))), OPEN)) == 2


def test_nothing_is_looked_for_far_inland() -> None:
    assert instances(maps((slice(20, 26), slice(20, 60))), -OPEN) == []


def test_size_place_and_weights_come_back_in_metres_and_image_pixels() -> None:
    seen = maps((slice(20, 26), slice(20, 60)))
    hull = ndimage.gaussian_filter(seen.hull, 0.5)
    (ship,) = instances(seen._replace(hull=hull), OPEN)
    form = form_of(ship, OPEN, BANDS, BANDS.max(axis=0))
    assert form.length_m == pytest.approx(40 * WORK_M, rel=0.1)
    assert form.beam_m == pytest.approx(6 * WORK_M, rel=0.3)
    assert not form.alongside
    assert objection(form) == ""
    grid = WorkGrid(shape=(600, 800), step_px=(0.5, 0.5))
    weights, first = weights_of(ship, hull, (100, 200), grid)
    middle = ndimage.center_of_mass(weights)
    assert first[0] + middle[0] + 0.5 == pytest.approx((100 + 23) / 2, abs=0.3)
    assert first[1] + middle[1] + 0.5 == pytest.approx((200 + 40) / 2, abs=0.3)
    assert weights.max() <= 1


def test_what_is_too_broad_for_a_ship_is_refused_with_its_size() -> None:
    (blob,) = instances(maps((slice(10, 50), slice(10, 70))), OPEN)
    assert "broader than any ship" in objection(form_of(blob, OPEN, BANDS, BANDS.max(axis=0)))


def test_what_touches_the_shore_lies_alongside() -> None:
    shore = np.tile(np.clip((np.arange(60)[:, None] - 18) / 30, -1, 1), (1, 80)).astype(np.float32)
    seen = maps((slice(20, 26), slice(20, 60)), (slice(46, 52), slice(20, 60)))
    near, far = (form_of(i, shore, BANDS, BANDS.max(axis=0)) for i in instances(seen, shore))
    assert near.alongside
    assert not far.alongside


@pytest.mark.parametrize(
    ("accord", "shore_m", "why"),
    [(-0.06, 150.0, "aircraft"), (0.5, 150.0, ""), (-0.06, 30.0, "")],
)
def test_bands_that_exclude_each_other_are_an_aircraft_s_where_no_shore_mixes_in(
    accord: float, shore_m: float, why: str
) -> None:
    form = Form(length_m=80, beam_m=30, shore_m=shore_m, accord=accord, afloat=1, contrast=1, open_end=1)
    assert why in objection(form)
    assert bool(objection(form)) == bool(why)
