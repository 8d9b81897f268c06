"""Cranes laid over ships at quays in training."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.detection.optical_grid import WORK_M
from roadstead.detection.optical_planes import SHORE_M
from roadstead.steps import stream
from roadstead.train.cranes import lay_cranes, lay_row
from roadstead.train.examples import CORE, HULL, LAYERS, SHORE, WEIGHT

SIDE, QUAY_ROW = 96, 40
LONG = np.array([[QUAY_ROW + 4.0, 48.0, 50.0, 6.0, 0.0]])
TOWARDS_THE_SEA = (1.0, 0.0)


def harbour() -> np.ndarray:
    """A straight quay along the columns with water below it, all bands 0.5."""
    layers = np.zeros((LAYERS, SIDE, SIDE), np.float32)
    layers[:5], layers[WEIGHT] = 0.5, 1
    off_m = (np.arange(SIDE) - QUAY_ROW) * WORK_M
    layers[SHORE] = np.clip(off_m / SHORE_M, -1, 1)[:, None]
    return layers


def touched(layers: np.ndarray) -> np.ndarray:
    """Pixels whose first band was changed, shape (SIDE, SIDE)."""
    return layers[0] != np.float32(0.5)


def times_laid(ships: np.ndarray, tries: int = 40) -> int:
    count = 0
    for k in range(tries):
        layers = harbour()
        lay_cranes(layers, ships, stream(1, str(k)))
        count += bool(touched(layers).any())
    return count


def test_a_row_crosses_the_ship_from_the_quay() -> None:
    for k in range(20):
        layers = harbour()
        lay_row(layers, LONG[0], TOWARDS_THE_SEA, stream(2, str(k)))
        rows, cols = np.nonzero(touched(layers))
        assert rows.min() < QUAY_ROW
        assert abs(cols.mean() - 48) < 30


@pytest.mark.parametrize(("away", "shipside"), [(TOWARDS_THE_SEA, 1), ((-1.0, 0.0), -1)])
def test_portals_stand_on_the_side_of_the_quay(away: tuple[float, float], shipside: int) -> None:
    """Shadows aside, at least three pixels of portal lie landward of the ship, whichever side that is."""
    for k in range(20):
        layers = harbour()
        lay_row(layers, LONG[0], away, stream(3, str(k)))
        off = (np.nonzero(touched(layers))[0] - LONG[0, 0]) * shipside
        assert off.min() <= -LONG[0, 3] / 2 - 2


def test_labels_stay_as_they_are() -> None:
    layers = harbour()
    layers[HULL, 41:47, 23:73] = layers[CORE, 43:45, 28:68] = 1
    before = layers[5:].copy()
    lay_row(layers, LONG[0], TOWARDS_THE_SEA, stream(4, "row"))
    assert np.array_equal(layers[5:], before)


def test_about_half_of_the_long_ships_at_quays_are_worked() -> None:
    assert 10 <= times_laid(LONG) <= 30


@pytest.mark.parametrize(
    "ship",
    [
        pytest.param([QUAY_ROW + 4.0, 48.0, 15.0, 4.0, 0.0], id="short"),
        pytest.param([QUAY_ROW + 30.0, 48.0, 50.0, 6.0, 0.0], id="off the quay"),
        pytest.param([-5.0, 48.0, 50.0, 6.0, 0.0], id="outside the patch"),
    ],
)
def test_other_ships_are_not(ship: list[float]) -> None:
    assert times_laid(np.array([ship])) == 0


def test_nothing_is_laid_where_no_shore_is_known() -> None:
    layers = harbour()
    layers[SHORE] = 1
    lay_cranes(layers, np.repeat(LONG, 20, axis=0), stream(5, "x"))
    assert not touched(layers).any()
