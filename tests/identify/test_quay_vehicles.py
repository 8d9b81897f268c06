"""The network that finds vehicles: what must not matter to it, and what it must not say."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pytest
from berths import HULL, QUAY, TRUCKS, image

from roadstead.geo import ground_frame
from roadstead.identify.quay_network import WEIGHTS, VehicleNetwork, vehicle_network
from roadstead.identify.quay_planes import PLANES, cell, place, quay_planes
from roadstead.identify.quay_strip import Strip, hull_frame, strip_of
from roadstead.identify.quay_vehicles import vehicle_count, vehicles_in
from roadstead.model import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.identify import Image


def strip(shown: Image) -> Strip:
    frame = ground_frame(shown.pixels.transform, shown.pixels.crs, shown.pixels.valid.shape)
    return strip_of(shown.scene, shown.pixels, hull_frame(HULL, QUAY, None, frame))


def mirrored(s: Strip) -> Strip:
    assert s.sun is not None
    width = s.grey.shape[1]
    return replace(
        s, grey=s.grey[:, ::-1], warm=s.warm[:, ::-1], seen=s.seen[:, ::-1], sun=(-s.sun[0], s.sun[1]),
        middle=(s.middle[0], width - 1 - s.middle[1]),
    )  # fmt: skip


def count(s: Strip) -> int:
    return vehicle_count(vehicle_network(), vehicles_in(vehicle_network(), s, None), cover=False).best


@pytest.mark.parametrize("trucks", [0, 3, len(TRUCKS)])
def test_empty_and_crowded_quays_are_counted_within_one(trucks: int) -> None:
    assert abs(count(strip(image(trucks=trucks))) - trucks) <= 1


def test_boxes_lie_on_the_vehicles_and_along_them() -> None:
    s = strip(image(trucks=3))
    sure = [b for b in vehicles_in(vehicle_network(), s, None) if b.probability >= 0.5]
    turned = np.sign(np.sin(np.radians(s.along_deg)))  # the quay is drawn eastwards
    for truck in TRUCKS[:3]:
        (near,) = [b for b in sure if np.hypot(b.along_m - turned * truck.along_m, b.inland_m - truck.away_m) < 2.5]
        assert min(near.angle_deg, 180 - near.angle_deg) < 15
        assert abs(near.length_m - truck.length_m) < 2.5


def test_a_mirror_image_under_a_mirrored_sun_holds_the_same_vehicles() -> None:
    s = strip(image(trucks=3))
    plain, turned = (vehicles_in(vehicle_network(), k, None) for k in (s, mirrored(s)))
    sure = sorted(round(b.along_m) for b in plain if b.probability >= 0.5)
    assert sure == sorted(-round(b.along_m) for b in turned if b.probability >= 0.5)


def test_neither_gain_nor_offset_nor_a_bright_deck_matters() -> None:
    shown = image(trucks=3)
    plain = quay_planes(strip(shown))
    lit = replace(shown, pixels=replace(shown.pixels, values=0.5 * shown.pixels.values + 40))
    assert np.allclose(plain, quay_planes(strip(lit)), atol=1e-3)
    deck = strip(shown)
    bright = deck.grey.copy()
    bright[: round(deck.at(0, deck.side_m - 8.0)[0])] += 5.0
    assert np.array_equal(plain, quay_planes(replace(deck, grey=bright)))


def test_where_nothing_is_seen_there_is_no_vehicle() -> None:
    s = strip(image(trucks=3))
    half = s.seen.copy()
    half[:, : round(s.middle[1])] = False
    found = vehicles_in(vehicle_network(), replace(s, seen=half), None)
    assert found
    assert all(b.along_m > 0 for b in found)
    assert vehicles_in(vehicle_network(), replace(s, seen=np.zeros_like(s.seen)), None) == ()


def test_cells_and_places_are_each_others_reverse() -> None:
    s = strip(image())
    assert cell(s, *place(s, 7.0, 31.5)) == pytest.approx((7.0, 31.5))


def test_the_same_strip_gives_the_same_bytes() -> None:
    planes = quay_planes(strip(image(trucks=3)))
    assert planes.shape[0] == len(PLANES)
    assert vehicle_network().maps(planes).tobytes() == vehicle_network().maps(planes).tobytes()


def test_weights_that_are_none_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "quay.onnx"
    broken.write_bytes(b"no network")
    for path in (broken, tmp_path / "missing.onnx"):
        with pytest.raises(InputError, match=f"{path.name} holds no network for quays"):
            VehicleNetwork(path)


def test_shipped_weights_are_small_and_come_with_a_card() -> None:
    data = files("roadstead.identify") / "data"
    assert len((data / WEIGHTS).read_bytes()) < 500_000
    card = (data / "quay.md").read_text("utf-8")
    assert "Apache-2.0" in card
    assert "Simulated only" in card
