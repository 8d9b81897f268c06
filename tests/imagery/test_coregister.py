"""Two dates of one place: a shift is found to a tenth of a pixel, and refused where the pixels do not support it."""

import numpy as np
import pytest
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.imagery import coregister, on_grid_of
from roadstead.model import Pixels, RasterError

TRANSFORM = Affine(3, 0, 400_000, 0, -3, 3_700_000)
UTM = "EPSG:32611"


def town(side_px: int = 500, seed: int = 0) -> NDArray[np.float32]:
    """Land with houses, and a third of smooth sea."""
    rng = np.random.default_rng(seed)
    out = np.full((side_px, side_px), 60.0)
    for _ in range(500):
        row, col = rng.integers(0, side_px - 20, 2)
        high, wide = rng.integers(4, 18, 2)
        out[row : row + high, col : col + wide] = rng.uniform(40, 200)
    out[:, side_px * 2 // 3 :] = 25
    return out.astype(np.float32)


def pixels(values: NDArray[np.float32], transform: Affine = TRANSFORM, crs: str | None = UTM) -> Pixels:
    return Pixels(
        values=values[None].astype(np.float32), valid=np.ones(values.shape, bool), transform=transform, crs=crs
    )


@pytest.mark.parametrize(("row", "col"), [(0.0, 0.0), (0.4, -1.3), (3.25, 2.6)])
def test_a_shift_is_found_whatever_the_light(row: float, col: float) -> None:
    first = town()
    rng = np.random.default_rng(1)
    second = 0.7 * ndimage.shift(first, (row, col), order=3, mode="nearest") + 12 + rng.normal(0, 3, first.shape)
    found = coregister(pixels(first), pixels(second))
    assert found.row_px == pytest.approx(row, abs=0.1)
    assert found.col_px == pytest.approx(col, abs=0.1)
    assert found.sigma_px <= 0.1


def test_ships_that_came_and_went_do_not_pull_the_shift() -> None:
    first, second = town(), ndimage.shift(town(), (0.5, 0.5), order=3, mode="nearest")
    for k in range(6):
        first[40 + 70 * k : 48 + 70 * k, 350:390] = 255
        second[60 + 70 * k : 68 + 70 * k, 360:400] = 255
    found = coregister(pixels(first), pixels(second))
    assert (found.row_px, found.col_px) == (pytest.approx(0.5, abs=0.1), pytest.approx(0.5, abs=0.1))


def test_grids_of_different_origin_and_pixel_are_one_place() -> None:
    whole = town(600)
    first = pixels(whole[100:500, 50:450], TRANSFORM @ Affine.translation(50, 100))
    found = coregister(first, pixels(whole))
    assert max(abs(found.row_px), abs(found.col_px)) <= 0.1
    back = on_grid_of(first, pixels(whole))
    assert np.array_equal(back.values[0][1:-1, 1:-1], first.values[0][1:-1, 1:-1])
    assert back.transform == first.transform


def test_what_was_measured_is_undone() -> None:
    first = town()
    second = ndimage.shift(first, (2.0, -3.0), order=1, mode="nearest")
    shift = coregister(pixels(first), pixels(second))
    again = on_grid_of(pixels(first), pixels(second), shift)
    inner = np.s_[10:-10, 10:-10]
    assert np.abs(again.values[0] - first)[inner].mean() < 1.0 < np.abs(second - first)[inner].mean()


def test_two_different_places_are_refused() -> None:
    with pytest.raises(RasterError, match="their shift is not known"):
        coregister(pixels(town(seed=0)), pixels(town(seed=5)))


def test_open_sea_and_images_apart_are_refused() -> None:
    rng = np.random.default_rng(0)
    a, b = (pixels(rng.normal(20, 2, (400, 400)).astype(np.float32)) for _ in range(2))
    with pytest.raises(RasterError, match="their shift is not known"):
        coregister(a, b)
    with pytest.raises(RasterError, match="share no valid pixel"):
        coregister(a, pixels(town(), TRANSFORM @ Affine.translation(5000, 0)))


def test_without_georeference_only_equal_sizes_are_compared() -> None:
    first = town()
    moved = ndimage.shift(first, (1.0, 0.0), order=3, mode="nearest")
    assert coregister(pixels(first, Affine.identity(), None), pixels(moved, Affine.identity(), None)).row_px == (
        pytest.approx(1.0, abs=0.1)
    )
    with pytest.raises(RasterError, match="both have a georeference, or neither"):
        coregister(pixels(first), pixels(first, Affine.identity(), None))
