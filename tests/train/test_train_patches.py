"""Patches are drawn where ships are, keep truth and pixels together, and depend on the generator alone."""

from __future__ import annotations

import numpy as np
import pytest

from roadstead.detection.optical_boxes import Boxes, inside, read, told
from roadstead.steps import stream
from roadstead.train import Example
from roadstead.train.examples import CORE, HULL, LAYERS, SHIP, SHORE, SHORE_VISIBLE, WEIGHT
from roadstead.train.paste import Bank, Drawn, core_of, cut_out
from roadstead.train.patches import Mix, PatchMaker

SIDE, PATCH_PX = 240, 96


def example(*, infrared: bool = True) -> Example:
    """Dark water below, bright land above, one bright ship in the middle."""
    layers = np.zeros((SIDE, SIDE, LAYERS), np.float32)
    rows = np.indices((SIDE, SIDE))[0]
    shore = np.clip((rows - 80) / 30, -1, 1)
    layers[..., SHORE] = layers[..., SHORE_VISIBLE] = shore
    layers[..., :5] = (shore < 0)[..., None]
    layers[116:124, 100:140, :5] = 1
    layers[116:124, 100:140, HULL] = 1
    layers[118:122, 105:135, CORE] = 1
    layers[..., WEIGHT] = 1
    return Example(
        name="made",
        place="nowhere",
        layers=layers,
        infrared=(infrared, infrared),
        native_m=8.0,
        ships=np.array([[120, 120, 40, 8, 0, 0]], np.float32),
        ids=(layers[..., HULL] > 0).astype(np.int16),
    )


def bank() -> Bank:
    """Boxes of 20 by 4 pixels at all headings."""
    ships = []
    for heading in range(0, 180, 5):
        row, col = np.indices((27, 27)) - 13.0
        turn = np.radians(heading)
        along, across = col * np.sin(turn) - row * np.cos(turn), col * np.cos(turn) + row * np.sin(turn)
        hull = (np.abs(along) < 10) & (np.abs(across) < 2)
        ships.append(
            Drawn(
                heading_deg=float(heading),
                length_px=20.0,
                beam_px=4.0,
                middle_px=(13.0, 13.0),
                bands=np.repeat(hull[None].astype(np.float32), 5, axis=0),
                cover=hull.astype(np.float32),
                shadow=np.zeros((27, 27), np.float32),
                hull=hull,
                core=core_of(hull),
            )
        )
    return Bank(tuple(ships))


def test_the_same_stream_gives_the_same_patch_and_another_another() -> None:
    maker = PatchMaker([example()], bank(), side_px=PATCH_PX)
    one, same, other = (maker.draw(stream(1, "patch", name)) for name in "aab")
    assert np.array_equal(one.planes, same.planes)
    assert not np.array_equal(one.planes, other.planes)


def test_half_of_the_patches_hold_the_ship_and_it_stays_bright_under_its_truth() -> None:
    maker = PatchMaker([example()], None, side_px=PATCH_PX)
    rng = stream(2, "patches")
    drawn = [maker.draw(rng) for _ in range(60)]
    with_ship = [p for p in drawn if p.truth[0].sum() > 20]
    assert len(with_ship) >= 25
    for patch in with_ship:
        hull, around = patch.truth[0] > 0.9, (patch.truth[0] == 0) & (patch.planes[7] > 0.3)
        if hull.any() and around.any() and patch.planes[7].std() > 0:
            assert np.median(patch.planes[2][hull]) > np.median(patch.planes[2][around])
            assert not np.any(patch.truth[1] > patch.truth[0] + 1e-6)


def test_the_box_of_a_ship_is_turned_and_scaled_with_it() -> None:
    maker = PatchMaker([example()], None, side_px=PATCH_PX)
    rng = stream(4, "patches")
    seen = 0
    for patch in (maker.draw(rng) for _ in range(60)):
        rows, cols = np.nonzero(patch.boxed)
        hull = patch.truth[0] > 0.5
        rim = np.concatenate([hull[0], hull[-1], hull[:, 0], hull[:, -1]])
        if not rows.size or rim.any():
            continue
        boxes = read(told(patch.boxes[:, rows, cols], 2 * rows + 0.5, 2 * cols + 0.5))
        box = Boxes(*(float(np.median(v)) for v in boxes))
        drawn = inside(box, *np.indices(hull.shape))
        assert (drawn & hull).sum() > 0.75 * (drawn | hull).sum()
        seen += 1
    assert seen >= 10


def test_ships_are_cut_out_and_turned() -> None:
    made = cut_out([example()], 1)
    assert len(made) == 12
    for ship in made:
        assert ship.length_px == pytest.approx(40, abs=5)
        rows, cols = np.nonzero(ship.hull)
        turn = np.radians(ship.heading_deg)
        along = cols * np.sin(turn) - rows * np.cos(turn)
        assert np.ptp(along) == pytest.approx(39, abs=5)
        assert ship.bands[:, ship.hull].mean() > 0.7


def test_infrared_is_left_out_of_some_patches_and_of_all_where_there_is_none() -> None:
    rng = stream(3, "patches")
    some = [PatchMaker([example()], None, side_px=PATCH_PX).draw(rng).planes for _ in range(40)]
    shares = np.mean([p[5, 0, 0] for p in some])
    assert 0.3 < shares < 0.9
    none = PatchMaker([example(infrared=False)], None, side_px=PATCH_PX).draw(rng).planes
    assert not none[3:7].any()
    for planes in some:
        assert planes.shape == (9, PATCH_PX, PATCH_PX)
        assert np.isfinite(planes).all()
        assert planes[5, 0, 0] or not planes[3].any()


def test_drawn_ships_lie_on_water_never_on_another_hull() -> None:
    whole = example()
    ships = bank()
    for k in range(30):
        layers = np.ascontiguousarray(np.moveaxis(whole.layers[60:156, 60:156], 2, 0))
        before = layers.copy()
        ids = np.zeros((96, 96), np.int16)
        boxes = ships.paste(layers, ids, 0, 1.0, stream(k, "paste"), flat=0.2)
        assert set(np.unique(ids)) - {0} == set(range(1, len(boxes) + 1))
        new = (layers[HULL] > 0) & (before[HULL] == 0)
        assert (before[SHORE][new] < -0.02).mean() <= 0.2 if new.any() else True
        assert np.array_equal(layers[HULL][before[HULL] > 0], before[HULL][before[HULL] > 0])
        if new.any():
            assert layers[0][new].mean() > before[0][new].mean()


def test_ships_are_laid_at_shores_only_where_ships_lie_already() -> None:
    layers = np.ascontiguousarray(np.moveaxis(example().layers[60:156, 0:96], 2, 0))
    layers[HULL] = 0
    for k in range(40):
        trial = layers.copy()
        for row, col, *_ in bank().paste(trial, np.zeros((96, 96), np.int16), 0, 1.0, stream(k, "shore"), flat=0.2):
            assert layers[SHORE, round(row), round(col)] > 0.1


def test_ships_at_the_shore_lie_along_it() -> None:
    layers = np.ascontiguousarray(np.moveaxis(example().layers[60:156, 0:96], 2, 0))
    layers[HULL] = 0
    wide = 0
    for k in range(40):
        trial = layers.copy()
        bank().paste(trial, np.eye(96, dtype=np.int16), 1, 1.0, stream(k, "shore"), flat=0.2)
        rows, cols = np.nonzero((trial[HULL] > 0) & (np.abs(layers[SHORE]) < 0.15))
        wide += bool(rows.size) and np.ptp(cols) > 2 * np.ptp(rows)
    assert wide >= 10


def test_images_without_a_ship_of_their_own_still_give_patches() -> None:
    bare = example()
    bare = Example(
        name="bare",
        place="p",
        layers=bare.layers,
        infrared=(True, True),
        native_m=8.0,
        ships=np.zeros((0, SHIP), np.float32),
        ids=np.zeros(bare.shape, np.int16),
    )
    assert PatchMaker([bare], None, side_px=PATCH_PX).draw(stream(1, "x")).planes.shape == (9, PATCH_PX, PATCH_PX)


@pytest.mark.parametrize("size", [(5, 5), (8, 30)])
def test_a_core_is_inside_its_hull(size: tuple[int, int]) -> None:
    hull = np.pad(np.ones(size, bool), 2)
    core = core_of(hull)
    assert core.any()
    assert not np.any(core & ~hull)
    assert core.sum() < hull.sum()


def test_calm_patches_hold_nothing_but_smooth_water_and_evenly_lit_ships() -> None:
    maker, calm = PatchMaker([example()], bank(), side_px=PATCH_PX), Mix(pasted=0.0, flat=0.0, calm=1.0)
    drawn = [maker.draw(stream(k, "calm"), calm) for k in range(20)]
    assert all((patch.weight == 1).all() for patch in drawn)
    held = [patch for patch in drawn if patch.truth[0].any()]
    assert len(held) > 15
    for patch in held:
        spread = patch.planes[0][patch.truth[0] < 0.01].std()
        assert patch.planes[0][patch.truth[1] > 0].mean() > patch.planes[0][patch.truth[0] < 0.01].mean() - spread
