"""Patches of smooth water: noise in the image's own pixels, wakes that are no hull."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.steps import stream
from roadstead.train import calm
from roadstead.train.calm import calm_patch
from roadstead.train.examples import HULL, LAYERS, SHORE, WEIGHT
from roadstead.train.paste import Bank, drawn_ships

PATCH_PX = 96
EMPTY = np.zeros((LAYERS, PATCH_PX, PATCH_PX), np.float32)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return drawn_ships(1)


def neighbours(pixel_m: float) -> float:
    """Correlation of the noise of horizontal neighbours, the mean over some patches."""
    seen = []
    for k in range(8):
        water = calm._grainy(EMPTY[:5], pixel_m, stream(k, "grain"))[0]
        seen.append(np.corrcoef(water[:, :-1].ravel(), water[:, 1:].ravel())[0, 1])
    return float(np.mean(seen))


def test_noise_has_the_size_of_the_image_s_own_pixels() -> None:
    assert abs(neighbours(5.0)) < 0.05
    assert 0.6 < neighbours(10.0) < 0.9


def test_there_is_nothing_but_open_water_and_ships(bank: Bank) -> None:
    for k in range(10):
        layers, ids, ships = calm_patch(bank, EMPTY, 3.0, 1.0, stream(k, "open"))
        assert (layers[[SHORE, WEIGHT]] == 1).all()
        assert np.array_equal(layers[HULL] > 0, ids > 0)
        assert len(ships) >= ids.max()


def test_a_wake_is_bright_water_in_line_with_its_ship(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "_GRAIN", 0.0)
    monkeypatch.setattr(calm, "_UNDER_WAY", 1.0)
    monkeypatch.setattr(calm, "_CRAFT", 0.0)
    wakes = 0
    for k in range(12):
        layers, ids, ships = calm_patch(bank, EMPTY, 3.0, 1.0, stream(k, "wake"))
        foam = (layers[0] > 0.02) & (layers[HULL] == 0) & (ids == 0)
        if len(ships) != 1 or not (ids == 1).any():
            continue
        row, col, length, beam, axis = ships[0]
        rows, cols = np.nonzero(foam)
        aside = np.abs((rows - row) * np.cos(axis) - (cols - col) * np.sin(axis))
        along = np.abs((rows - row) * np.sin(axis) + (cols - col) * np.cos(axis))
        assert (aside <= beam).all()
        wakes += bool((along > 0.7 * length).any())
    assert wakes >= 2


def test_a_boat_under_way_is_a_small_hull_with_much_foam(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "_GRAIN", 0.0)
    monkeypatch.setattr(calm, "_UNDER_WAY", 0.0)
    monkeypatch.setattr(calm, "_CRAFT", 1.0)
    foam = []
    for k in range(12):
        layers, ids, ships = calm_patch(bank, EMPTY, 3.0, 1.0, stream(k, "boat"))
        boat = ids == len(ships)
        assert boat.sum() <= 20
        if boat.any():
            foam.append(int(((layers[0] > 0.05) & (ids == 0)).sum()))
    assert len(foam) > 5
    assert np.median(foam) > 30
