"""The network that tells a ship in a photograph from what is around it: what it must see, and what must not matter."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pytest
from side_views import read, side_view

from roadstead.identify import Marks
from roadstead.identify.photo import side_profile
from roadstead.identify.photo_lines import find_ship
from roadstead.identify.photo_network import WEIGHTS, OutlineNetwork, outline_network
from roadstead.identify.photo_outline import ship_odds, top_of_ship
from roadstead.identify.photo_planes import CELL, PLANES, photo_planes
from roadstead.identify.photo_strip import frame_of, strip_of
from roadstead.model import InputError
from roadstead.simulate.photograph import Photographed, Scenery

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HILLS, HOUSES = Scenery(hills=True, haze=0.5), Scenery(houses=True, clouds=True, haze=0.4)


def astray(view: Photographed, rgb: NDArray[np.float32] | None = None) -> float:
    """Mean difference of the outline that is read from the true one, over its mean height."""
    picture = read(view) if rgb is None else replace(read(view), rgb=rgb)
    found = side_profile(picture, Marks(waterline=view.waterline)).height
    true = side_profile(read(view), Marks(waterline=view.waterline, mask=view.walls > 0.3)).height
    return float(np.abs(found - true).mean() / true.mean())


@pytest.mark.parametrize(("form_id", "angle"), [("ropucha-i", 76.0), ("tanker", 70.0), ("destroyer", 60.0)])
@pytest.mark.parametrize("scenery", [HILLS, HOUSES])
def test_hills_and_houses_behind_a_ship_are_no_part_of_it(form_id: str, angle: float, scenery: Scenery) -> None:
    assert astray(side_view(form_id, angle, seed=64, scenery=scenery)) < 0.12


def test_neither_exposure_nor_colour_decides() -> None:
    view = side_view("ferry", 70.0, seed=5, scenery=replace(HILLS, clouds=True))
    rgb = read(view).rgb
    for other in (0.6 * rgb, 0.5 * rgb + 0.4, np.repeat(rgb.mean(axis=-1, keepdims=True), 3, axis=-1)):
        assert astray(view, np.ascontiguousarray(other)) < 0.08


def test_the_mirror_image_has_the_mirrored_outline() -> None:
    view = side_view("tanker", 60.0, scenery=HOUSES)
    wide = view.rgb.shape[1]
    x1, y1, x2, y2 = view.waterline
    plain = side_profile(read(view), Marks(waterline=view.waterline))
    turned = replace(read(view), rgb=np.ascontiguousarray(read(view).rgb[:, ::-1]))
    mirrored = side_profile(turned, Marks(waterline=(wide - x2, y2, wide - x1, y1)))
    assert np.abs(plain.height - mirrored.height[::-1]).mean() < 0.08 * plain.height.mean()


def test_a_ship_is_found_where_it_is() -> None:
    view = side_view("ropucha-i", 80.0, seed=3, scenery=HILLS, roll_deg=2.0)
    found = find_ship(read(view).rgb, outline_network())
    assert found.waterline is not None
    assert found.waterline == pytest.approx(view.waterline, abs=8)
    assert not found.doubt


def test_a_ship_is_read_where_it_was_found() -> None:
    picture = read(side_view("tug", 90.0))
    found = find_ship(picture.rgb, outline_network())
    marked = side_profile(picture, Marks(waterline=found.waterline))
    assert np.array_equal(side_profile(picture, Marks()).outline, marked.outline)


def test_outside_the_photograph_is_no_ship() -> None:
    view = side_view("tug", 90.0, filled=0.9)
    tallest = int(np.flatnonzero((view.walls > 0.3).any(axis=1))[0])
    x1, y1, x2, y2 = view.waterline
    off = round(tallest + 0.4 * (y1 - tallest))  # its mast is not in the picture
    strip = strip_of(read(view).rgb[off:], frame_of((x1, y1 - off, x2, y2 - off), None, marked=True), free=True)
    top, _ = top_of_ship(ship_odds(outline_network(), strip), strip)
    edge = strip.seen.argmax(axis=0)
    assert (np.abs(top - edge) < 1).any(), "the ship reaches the upper edge of the picture"
    assert (top > edge - 1).all()


def test_planes_come_in_whole_cells_and_know_the_waterline() -> None:
    seen = np.ones((50, 70), bool)
    planes = photo_planes(
        np.random.default_rng(1).random((50, 70, 3), np.float32), seen, np.full(70, 40.0), (10.0, 60.0)
    )
    assert planes.shape == (len(PLANES), 2 * CELL, 3 * CELL)
    assert planes[PLANES.index("above"), 39, 20] == pytest.approx(0.01)
    assert planes[PLANES.index("between"), 5, 9:11].tolist() == [0, 1]
    assert not planes[:, 50:].any()
    assert not photo_planes(np.zeros((8, 8, 3), np.float32), np.zeros((8, 8), bool)).any()


def test_the_same_picture_gives_the_same_bytes() -> None:
    rgb = read(side_view("ferry")).rgb
    planes = photo_planes(rgb, np.ones(rgb.shape[:2], bool))
    assert outline_network().log_odds(planes).tobytes() == outline_network().log_odds(planes).tobytes()


def test_weights_that_are_none_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    for path in (broken, tmp_path / "missing.onnx"):
        with pytest.raises(InputError, match=f"{path.name} holds no network for photographs"):
            OutlineNetwork(path)


def test_weights_for_other_planes_are_refused(tmp_path: Path) -> None:
    weights = (files("roadstead.identify") / "data" / WEIGHTS).read_bytes()
    path = tmp_path / "older.onnx"
    path.write_bytes(weights.replace(b'["red"', b'["tan"'))
    with pytest.raises(InputError, match=r"a network for the planes tan, green, .*this version shows it red, green"):
        OutlineNetwork(path)


def test_shipped_weights_are_small_and_come_with_a_card() -> None:
    data = files("roadstead.identify") / "data"
    assert len((data / WEIGHTS).read_bytes()) < 1_000_000
    card = (data / "photo-outline.md").read_text("utf-8")
    assert "Apache-2.0" in card
    assert "Simulated only" in card
