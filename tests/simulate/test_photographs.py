"""Simulated photographs: their truth agrees with their pixels."""

import numpy as np
import pytest
from side_views import side_view

from roadstead import library
from roadstead.model import InputError
from roadstead.simulate.photograph import Camera, Scenery, photograph
from roadstead.simulate.photograph_draws import jittered, random_photograph
from roadstead.steps import stream


def test_the_ship_lies_between_the_ends_of_its_waterline() -> None:
    view = side_view("alligator-one-crane", 60.0)
    cols = np.flatnonzero(view.ship.any(axis=0))
    x1, y1, x2, y2 = view.waterline
    assert cols[0] == pytest.approx(x1, abs=4)
    assert cols[-1] == pytest.approx(x2, abs=4)
    foot = np.flatnonzero(view.ship.any(axis=1))[-1]
    assert foot == pytest.approx(max(y1, y2), abs=4)
    assert x1 == pytest.approx(view.bow_x)


def test_walls_are_the_ship_without_what_hangs_free() -> None:
    view = side_view("alligator-one-crane", 90.0, scenery=Scenery(rigging=6))
    assert view.walls.shape == view.ship.shape
    assert not ((view.walls > 0.6) & ~view.ship).any()
    assert (view.ship & (view.walls < 0.1)).sum() > 20
    assert (view.walls[view.ship] > 0.5).mean() > 0.9


def test_a_slanting_view_is_shorter_for_its_height() -> None:
    def aspect(angle: float) -> float:
        ship = side_view("ropucha-i", angle, distance_m=900.0).ship
        return float(np.ptp(np.flatnonzero(ship.any(axis=0))) / np.ptp(np.flatnonzero(ship.any(axis=1))))

    # a hull of 112 by 15 m seen at 30 degrees: 112 sin 30 + 15 cos 30 = 69 m
    assert aspect(30.0) / aspect(90.0) == pytest.approx(69 / 112, rel=0.12)


def test_same_seed_same_pixels_and_clutter_changes_only_what_is_behind() -> None:
    form = library.form("corvette")
    first, again = (random_photograph(form, 3)[0] for _ in range(2))
    assert (first.rgb == again.rgb).all()
    before = side_view("corvette", 90.0, noise=0.0)
    behind = side_view("corvette", 90.0, noise=0.0, scenery=Scenery(hills=True))
    assert (before.ship == behind.ship).mean() > 0.99
    assert (np.abs(before.rgb.astype(int) - behind.rgb).max(axis=2) > 30).mean() > 0.02


def test_jitter_moves_landmarks_within_its_limits() -> None:
    form = library.form("ropucha-i")
    moved = jittered(form, stream(1, "jitter"))
    for old, new in zip(form.posts, moved.posts, strict=True):
        assert abs(old.at - new.at) <= 0.03 + 1e-9
        assert 0.8 <= new.rise_m / old.rise_m <= 1.2
    assert moved.blocks != form.blocks
    assert jittered(form, stream(1, "jitter"), (0.0, 0.0)).posts == form.posts


def test_a_camera_inside_the_ship_is_refused() -> None:
    solid = library.solid_of(library.form("tug"))
    with pytest.raises(InputError, match="sees no whole ship"):
        photograph(solid, Camera(bow_angle_deg=90, bow_left=True, distance_m=10, eye_m=2))
