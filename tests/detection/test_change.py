"""Two dates of a quay: ships that came and went are found, what changes on land or in the light is not."""

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray

from roadstead.detection import ChangeMap, berth_change, change_map, changes
from roadstead.model import BandRole, Modality, Pixels, RasterError, Scene

SIDE = 300
QUAY = 120
"""first row of water"""
SCENE = Scene(
    id="q", path=Path("none"), time=None, modality=Modality.OPTICAL, bands=(BandRole.RED, BandRole.GREEN, BandRole.BLUE)
)
SHIP = np.s_[QUAY : QUAY + 9, 100:160]
ROADS = np.s_[220:229, 40:100]


def quay(seed: int, *ships: tuple[slice, slice], light: float = 1.0) -> NDArray[np.float32]:
    """Land with sheds, calm water, and ships alongside or in the roads; shape (3, 300, 300)."""
    rng = np.random.default_rng(3)
    grey = np.full((SIDE, SIDE), 30.0)
    grey[:QUAY] = rng.normal(130, 15, (QUAY, SIDE))
    for _ in range(120):
        row, col = rng.integers(0, QUAY - 14), rng.integers(0, SIDE - 20)
        grey[row : row + rng.integers(4, 12), col : col + rng.integers(4, 18)] = rng.uniform(90, 220)
    for ship in ships:
        grey[ship] = 150
    noise = np.random.default_rng(seed).normal(0, 2, (3, SIDE, SIDE))
    return (light * (np.stack([grey, grey * 1.05, grey * 0.95]) + noise)).astype(np.float32)


def compared(
    first: NDArray[np.float32], second: NDArray[np.float32], scenes: tuple[Scene, Scene] = (SCENE, SCENE)
) -> ChangeMap:
    grid = {"valid": np.ones((SIDE, SIDE), bool), "transform": Affine(3, 0, 4e5, 0, -3, 3.7e6), "crs": "EPSG:32611"}
    return change_map(scenes, (Pixels(values=first, **grid), Pixels(values=second, **grid)), 0.05)


def test_a_ship_alongside_that_came_is_found_with_its_size() -> None:
    (change,) = changes(compared(quay(1), quay(2, SHIP)))
    assert change.came
    assert change.length_m == pytest.approx(180, abs=10)
    assert change.beam_m == pytest.approx(27, abs=7)
    assert (change.rows_px.mean(), change.cols_px.mean()) == (
        pytest.approx(124, abs=1.5),
        pytest.approx(129.5, abs=1.5),
    )


def test_one_went_while_another_came() -> None:
    found = changes(compared(quay(1, SHIP), quay(2, ROADS)))
    assert [c.came for c in found] == [False, True]
    assert found[0].rows_px.mean() < QUAY + 10 < found[1].rows_px.mean()


def test_a_ship_that_stayed_and_brighter_light_are_no_change() -> None:
    assert not changes(compared(quay(1, SHIP, ROADS), quay(2, SHIP, ROADS)))
    assert not changes(compared(quay(1, SHIP), quay(2, SHIP, light=1.15)))


def test_what_changes_on_land_is_no_ship() -> None:
    assert not changes(compared(quay(1), quay(2, np.s_[60:69, 100:160])))


def test_ships_on_the_open_sea_need_no_land() -> None:
    sea = [np.random.default_rng(k).normal(30, 2, (3, SIDE, SIDE)).astype(np.float32) for k in range(2)]
    sea[1][:, 220:229, 40:100] = 150
    (change,) = changes(compared(sea[0], sea[1]))
    assert change.came
    assert change.length_m == pytest.approx(180, abs=10)


def test_a_boat_is_too_small() -> None:
    assert not changes(compared(quay(1), quay(2, np.s_[220:222, 40:46])))


def test_berths_are_told_apart() -> None:
    def berth(rows: slice, cols: slice) -> NDArray[np.bool_]:
        inside = np.zeros((SIDE, SIDE), bool)
        inside[rows, cols] = True
        return inside

    found = compared(quay(1, ROADS), quay(2, SHIP))
    quayside = slice(QUAY - 3, QUAY + 11)
    assert berth_change(found, berth(quayside, slice(95, 165))) == "came"
    assert berth_change(found, berth(slice(218, 231), slice(38, 102))) == "went"
    assert berth_change(found, berth(quayside, slice(200, 270))) == "same"
    assert berth_change(found, berth(slice(0, 0), slice(0, 0))) == "unknown"


def test_images_that_cannot_be_compared_are_refused() -> None:
    radar = Scene(id="r", path=Path("none"), time=None, modality=Modality.SAR, bands=(BandRole.VV,))
    with pytest.raises(RasterError, match="no band"):
        compared(quay(1), quay(2)[:1], (SCENE, radar))
