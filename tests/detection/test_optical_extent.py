"""Long boxes follow their core to its ends, stop where it falls off, and are cut where it breaks off."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.detection.optical_boxes import Boxes
from roadstead.detection.optical_extent import lengthened, parted


def core(*spans: tuple[int, int]) -> np.ndarray:
    """Cores along the columns of row 50, three pixels broad."""
    there = np.zeros((100, 200), np.float32)
    for first, end in spans:
        there[49:52, first:end] = 0.9
    return there


def box(col: float, length: float, axis: float = 0.0) -> Boxes:
    return Boxes(*(np.float64(v) for v in (50.0, col, length, 6.0, axis)))


def ends(told: Boxes) -> tuple[float, float]:
    return float(told.col - told.length / 2), float(told.col + told.length / 2)


def test_a_box_told_too_short_reaches_both_ends_of_its_core() -> None:
    first, last = ends(lengthened(box(85, 40), core((62, 128))))
    assert first == pytest.approx(62 - 1.5, abs=1)
    assert last == pytest.approx(127 + 1.5, abs=1)


@pytest.mark.parametrize("turn", [0.5, 2.1])
def test_it_follows_its_own_axis(turn: float) -> None:
    rows, cols = np.indices((200, 200)) - 100
    along, across = cols * np.cos(turn) + rows * np.sin(turn), rows * np.cos(turn) - cols * np.sin(turn)
    there = (0.9 * ((np.abs(along) < 35) & (np.abs(across) < 1.6))).astype(np.float32)
    short = Boxes(*(np.float64(v) for v in (100 + 8 * np.sin(turn), 100 + 8 * np.cos(turn), 44.0, 6.0, turn)))
    told = lengthened(short, there)
    assert float(told.length) == pytest.approx(73, abs=2)
    assert (float(told.row), float(told.col)) == pytest.approx((100, 100), abs=1)
    assert (told.beam, told.axis) == (short.beam, short.axis)


def test_away_from_quays_what_runs_on_far_is_a_wake() -> None:
    far, near = core((60, 150)), core((57, 102))
    assert lengthened(box(80, 40), far, free=True) == box(80, 40)
    assert lengthened(box(80, 40), far) != box(80, 40)
    assert ends(lengthened(box(80, 40), near, free=True)) == pytest.approx((55.5, 103.5), abs=1)


def test_a_gap_parts_two_ships_in_line() -> None:
    first, last = ends(lengthened(box(80, 40), core((60, 100), (104, 150))))
    assert last < 103
    assert first == pytest.approx(58.5, abs=1.5)


def test_a_faint_continuation_is_not_followed() -> None:
    there = core((60, 100))
    there[49:52, 100:150] = 0.25
    assert ends(lengthened(box(80, 40), there))[1] < 103


@pytest.mark.parametrize(
    ("told", "there"),
    [
        pytest.param(box(80, 15), core((40, 140)), id="short boxes are right as they are"),
        pytest.param(box(80, 60), core((65, 95)), id="never shortened"),
        pytest.param(box(80, 40), core(), id="no core"),
        pytest.param(box(100, 70), core((20, 190)), id="longer than any ship"),
    ],
)
def test_a_box_stays(told: Boxes, there: np.ndarray) -> None:
    assert lengthened(told, there) == told


def test_at_the_edge_of_the_map_it_ends_with_the_map() -> None:
    first, _ = ends(lengthened(box(25, 40), core((0, 50))))
    assert first == pytest.approx(-1.5, abs=1)


def test_a_box_over_two_ships_in_line_is_cut_to_the_one_that_speaks_for_it() -> None:
    there = core((60, 100), (104, 150))
    assert ends(parted(box(105, 80), there, (50, 80))) == pytest.approx((65, 101.5), abs=1.5)
    assert ends(parted(box(105, 80), there, (50, 130))) == pytest.approx((102.5, 145), abs=1.5)


def test_a_part_is_no_longer_than_its_core() -> None:
    assert ends(parted(box(105, 110), core((70, 100), (104, 150)), (50, 80))) == pytest.approx((68.5, 101.5), abs=1.5)


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(core((60, 150)), id="no gap"),
        pytest.param(core((60, 100)), id="nothing beyond the gap"),
        pytest.param(core((60, 140), (143, 145)), id="hardly anything beyond the gap"),
        pytest.param(0.5 * core((60, 100), (104, 150)), id="nothing sure"),
    ],
)
def test_a_box_with_one_ship_is_not_cut(there: np.ndarray) -> None:
    whole = box(105, 80)
    assert parted(whole, there, (50, 80)) == whole


def test_a_pixel_whose_own_core_lies_beside_the_boxs_axis_cuts_nothing() -> None:
    there = core((60, 78), (83, 150))
    assert parted(box(105, 80), there, (50, 80)) == box(105, 80)
