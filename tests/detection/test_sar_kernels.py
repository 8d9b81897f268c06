"""Compiled loops of the radar detector against plain ways to the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from roadstead.detection.sar_blocks import LINEAR, Form, to_decibels
from roadstead.detection.sar_clusters import groups, members
from roadstead.detection.sar_held import HeldBlocks
from roadstead.detection.sar_screen import ranked


@pytest.mark.parametrize("reach_px", [1.0, 1.5, 2.9, 4.0, 7.3, 16.0])
@pytest.mark.parametrize("count", [1, 40, 400, 2500])
def test_pixels_within_reach_are_one_group(reach_px: float, count: int) -> None:
    rng = np.random.default_rng(count)
    flat = np.sort(rng.choice(200 * 180, count, replace=False))
    rows, cols = flat // 180 + 7, flat % 180
    pairs = cKDTree(np.column_stack([rows, cols])).query_pairs(reach_px + 1e-9, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs)), pairs.T), (count, count))
    number, label = connected_components(links, directed=False)
    group = groups(rows, cols, reach_px)
    assert group.max() + 1 == number
    assert len(np.unique(np.column_stack([group, label]), axis=0)) == number
    first = [int(np.flatnonzero(group == g)[0]) for g in range(number)]
    assert first == sorted(first)


def test_members_of_wanted_groups_come_in_order() -> None:
    group = np.array([0, 1, 0, 2, 1, 1, 3])
    assert [m.tolist() for m in members(group)] == [[0, 2], [1, 4, 5], [3], [6]]
    assert [m.tolist() for m in members(group, np.array([False, True, False, True]))] == [[1, 4, 5], [6]]
    assert members(group[:0]) == []


def test_ranks_are_those_of_sorted_values() -> None:
    rng = np.random.default_rng(1)
    for n in range(1, 65):
        values = np.round(rng.gamma(2, 3, 64), 1).astype(np.float32)
        ordered = np.sort(values[:n])
        assert ranked(values, n, n // 4, n // 2) == (ordered[n // 4], ordered[n // 2])


def test_decibels_are_right_to_the_last_digit_but_one() -> None:
    values = np.exp(np.random.default_rng(2).uniform(-18, 34, 20_000)).astype(np.float32)
    out = np.empty_like(values)
    to_decibels(values, out)
    exact = 10 * np.log10(values.astype(np.float64))
    np.testing.assert_allclose(out, exact, rtol=2.5e-7, atol=1e-6)
    to_decibels(np.ones(1, np.float32), out[:1])
    assert out[0] == 0


def test_windows_come_out_of_held_blocks_as_they_were() -> None:
    image = np.arange(70 * 52, dtype=np.uint16).reshape(70, 52)
    form = Form(LINEAR, np.nan, 3, 15, 70, 52)
    padded = np.pad(image, ((0, 5), (0, 8)), mode="edge")
    parts = [
        (np.array([i * 4 + j]), padded[None, i * 15 : i * 15 + 15, j * 15 : j * 15 + 15])
        for i in range(5)
        for j in range(4)
        if (i, j) != (0, 3)
    ]
    held = HeldBlocks.of(form, parts)
    window = held.window(16, 4, 47, 47)
    assert window is not None
    assert np.array_equal(window, image[16:63, 4:51])
    assert held.window(0, 40, 5, 12) is None
    assert HeldBlocks.of(form, []).window(0, 0, 3, 3) is None
