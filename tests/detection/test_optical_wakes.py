"""A hull ends, a wake fades: what is only a wake is no part of a ship and no ship."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from roadstead.detection.optical_boxes import Boxes
from roadstead.detection.optical_grid import WORK_M
from roadstead.detection.optical_instances import Instance
from roadstead.detection.optical_wakes import without_wakes

SHAPE = (80, 120)
OPEN = np.ones(SHAPE, np.float32)


def hull(first: int, last: int, *, core: float = 0.6, row: int = 40) -> Instance:
    """Six rows of pixels from one column to another."""
    rows, cols = (p.ravel() for p in np.mgrid[row - 3 : row + 3, first:last])
    box = Boxes(*(np.asarray(float(v)) for v in (row - 0.5, (first + last - 1) / 2, last - first, 6, 0)))
    return Instance(
        rows=rows,
        cols=cols,
        hull=np.ones(rows.size, np.float32),
        core=core,
        box=box,
        fill=0.8,
        agreement=0.9,
    )


def bands(light: np.ndarray) -> np.ndarray:
    """Five bands of brightness by column, over six rows of the middle."""
    out = np.zeros((5, *SHAPE), np.float32)
    out[:, 37:43] = light
    return out + np.random.default_rng(1).normal(0, 0.02, out.shape).astype(np.float32)


COLS = np.arange(SHAPE[1])
COMET = np.where(COLS >= 40, np.exp(-(COLS - 40) / 15.0), 0) + 0.5 * ((COLS >= 36) & (COLS < 42))


@pytest.mark.parametrize("mirrored", [False, True])
def test_of_a_boat_and_its_wake_the_bright_head_is_left(mirrored: bool) -> None:
    light, there = (COMET[::-1], hull(52, 84)) if mirrored else (COMET, hull(36, 68))
    (ship,) = without_wakes([there], bands(light), OPEN, 3.0)
    assert float(ship.box.length) < 12
    assert ship.cols.size < 0.4 * there.cols.size
    end = ship.cols.max() if mirrored else ship.cols.min()
    assert end == (83 if mirrored else 36)
    assert float(ship.box.col) == pytest.approx(ship.cols.mean(), abs=1)


@pytest.mark.parametrize("axis", [0.3, 0.8, 1.2, 1.9, 2.5])
def test_what_is_left_is_the_same_whichever_way_the_boat_goes(axis: float) -> None:
    rows, cols = np.indices(SHAPE) - np.array([39.5, 59.5])[:, None, None]
    heads = []
    for way in (1, -1):
        along, aside = (cols * np.cos(axis) + rows * np.sin(axis)) * way, rows * np.cos(axis) - cols * np.sin(axis)
        light = np.where((np.abs(aside) < 3) & (along > -16), np.exp(-(along + 16) / 15), 0)
        light += 0.5 * (np.abs(aside) < 3) * ((along > -16) & (along < -12))
        inside = np.nonzero((np.abs(aside) < 3) & (np.abs(along) < 16))
        box = Boxes(*(np.asarray(v) for v in (39.5, 59.5, 32.0, 6.0, axis)))
        comet = replace(hull(0, 1), rows=inside[0], cols=inside[1], hull=np.ones(inside[0].size, np.float32), box=box)
        (ship,) = without_wakes([comet], np.repeat(light[None].astype(np.float32), 5, axis=0), OPEN, 3.0)
        heads.append((ship.cols.size, float(ship.box.length), float(ship.box.col) - 59.5, float(ship.box.row) - 39.5))
    assert heads[0][:2] == pytest.approx(heads[1][:2], abs=0.1)
    assert heads[0][2:] == pytest.approx([-v for v in heads[1][2:]], abs=0.1)
    assert heads[0][1] < 12


def test_a_hull_that_is_brightest_where_it_should_have_faded_stays() -> None:
    light = COMET.copy()
    light[83:] = 1.7  # another ship
    there = hull(36, 84)
    assert without_wakes([there], bands(light), OPEN, 3.0) == [there]


def test_what_fades_astern_of_a_ship_is_its_wake() -> None:
    ship, wake = hull(10, 34, core=0.95), hull(40, 72)
    light = COMET.copy()
    light[10:34] = 2.0
    assert without_wakes([wake, ship], bands(light), OPEN, 3.0) == [ship]
    beside = hull(10, 34, core=0.95, row=70)
    assert len(without_wakes([wake, beside], bands(light), OPEN, 3.0)) == 2


@pytest.mark.parametrize(
    "light",
    [
        np.ones(SHAPE[1]),
        np.where(COLS < 44, 1.0, 0.25) * (COLS >= 36) * (COLS < 68),  # a bright bridge aft and a dark deck
        COMET * (COLS < 68),  # it fades, but it ends
    ],
)
def test_a_hull_that_ends_stays_as_it_is(light: np.ndarray) -> None:
    there = hull(36, 68)
    assert without_wakes([there], bands(light), OPEN, 3.0) == [there]


def test_a_hull_of_which_only_a_side_is_seen_stays_as_it_is() -> None:
    there = hull(36, 68)
    rim = there.rows > 41
    there = replace(there, rows=there.rows[rim], cols=there.cols[rim], hull=there.hull[rim])
    assert without_wakes([there], bands(COMET), OPEN, 3.0) == [there]


def test_nothing_is_said_near_land_or_in_coarse_pixels() -> None:
    there = hull(36, 68)
    assert without_wakes([there], bands(COMET), 0 * OPEN, 3.0) == [there]
    assert without_wakes([there], bands(COMET), OPEN, 2 * WORK_M) == [there]
