"""Cells share out the image, see what is around them, and leave out what holds nothing."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.detection.optical_cells import BLOCK_PX, Cell, cells
from roadstead.steps import stream

MARGIN = 64


def blocks(shape: tuple[int, int], *places: tuple[int, int]) -> np.ndarray:
    there = np.zeros(shape, bool)
    for place in places:
        there[place] = True
    return there


def owners(found: list[Cell], row: float, col: float) -> list[Cell]:
    return [c for c in found if c.rows[0] <= row < c.rows[1] and c.cols[0] <= col < c.cols[1]]


def test_where_nothing_shows_nothing_is_searched() -> None:
    assert cells(blocks((100, 80)), (1600, 1280), MARGIN) == []


@pytest.mark.parametrize("share", [0.002, 0.02, 0.3, 1.0])
def test_everything_around_what_shows_is_seen_by_the_one_cell_that_it_belongs_to(share: float) -> None:
    there = stream(1, "cells", str(share)).random((90, 140)) < share
    shape = (90 * BLOCK_PX - 7, 140 * BLOCK_PX - 3)
    found = cells(there, shape, MARGIN)
    for row, col in np.argwhere(there):
        # A hull's middle may lie a block beside what shows of it.
        for down, right in ((0, 0), (-1, 0), (0, 1)):
            at = [(k + d + 0.5) * BLOCK_PX for k, d in ((row, down), (col, right))]
            if 0 <= at[0] < shape[0] and 0 <= at[1] < shape[1]:
                (mine,) = owners(found, *at)
                for place, span, size in zip(at, mine.window, shape, strict=True):
                    assert span[0] <= max(0, place - MARGIN + BLOCK_PX)
                    assert span[1] >= min(size, place + MARGIN - BLOCK_PX)


def test_no_window_is_too_large_for_the_memory() -> None:
    for cell in cells(np.ones((200, 150), bool), (3200, 2400), MARGIN):
        assert all(end - first <= 44 * BLOCK_PX + 2 * MARGIN for first, end in cell.window)


def test_two_ships_far_apart_cost_two_small_windows_and_one_row_of_ships_one() -> None:
    apart = cells(blocks((40, 40), (3, 3), (36, 36)), (640, 640), MARGIN)
    assert len(apart) == 2
    assert sum(c.pixels for c in apart) < 640 * 640 / 4
    assert len(cells(blocks((40, 40), (20, 18), (20, 20), (20, 22)), (640, 640), MARGIN)) == 1


def test_the_image_ends_where_it_ends() -> None:
    (cell,) = cells(blocks((2, 3), (1, 2)), (20, 41), MARGIN)
    assert cell == Cell(rows=(0, 20), cols=(0, 41), window=((0, 20), (0, 41)))
