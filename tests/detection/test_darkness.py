"""Darkness, by which water is told from land: the same numbers as the plain formula gives."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.detection.darkness import darkest, darkness
from roadstead.steps import stream


@pytest.mark.parametrize("whole_numbers", [True, False])
@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (61, 47), (300, 211)])
def test_the_darkest_is_what_a_full_sort_gives(shape: tuple[int, int], share: float, *, whole_numbers: bool) -> None:
    random = stream(4, f"{shape} {share}")
    plane = random.normal(50, 9, shape).astype(np.float32)
    plane = np.round(plane) if whole_numbers else plane
    clear = random.random(shape) < share
    clear[0, 0] = True
    assert np.float32(darkest(plane, clear)) == np.float32(np.percentile(plane[clear], 0.1))


def test_the_darkest_is_found_where_it_lies_between_the_pixels_that_are_looked_at_first() -> None:
    plane = np.full((70, 70), 100, np.float32)
    plane[1:3, 1:] = 7
    assert darkest(plane, np.ones((70, 70), bool)) == 7


def test_darkness_is_the_root_of_what_is_above_the_darkest_and_nothing_where_invalid() -> None:
    planes = [stream(5, name).normal(90, 20, (80, 90)).astype(np.float32) for name in ("nir", "swir16")]
    valid = np.ones((80, 90), bool)
    valid[:, 30:40] = False
    above = [np.clip(p - np.float32(np.percentile(p[valid], 0.1)), 0, None) for p in planes]
    assert np.array_equal(darkness(planes, valid, valid), np.where(valid, np.sqrt(np.mean(above, axis=0)), 0))
