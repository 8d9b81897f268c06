"""Ship forms: every view is drawn from the same solid, and shows what the form says."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.library import (
    ShipForm,
    Solid,
    SunView,
    classes,
    form,
    forms,
    materials,
    overhead,
    silhouette,
    silhouette_image,
    solid_of,
    water_shadow,
)
from roadstead.library._files import DATA
from roadstead.library.forms import Block, Post, load_forms
from roadstead.library.views import sky_share
from roadstead.model import BandRole, CaseError, InputError, NotFound, Range

if TYPE_CHECKING:
    from pathlib import Path

NOON = SunView(sun_elevation_deg=45.0, sun_azimuth_deg=180.0)
RGB = (BandRole.RED, BandRole.GREEN, BandRole.BLUE)


def box_ship(**changes: object) -> ShipForm:
    """A symmetric barge of 100 x 20 m with a deck 5 m above the water."""
    bare = replace(
        form("tug-with-barge"),
        id="box",
        length_m=Range(100, 100),
        beam_m=Range(20, 20),
        clutter=0.0,
        plan=replace(form("tug").plan, entry=0.0, run=0.0, transom=1.0),
        deck_m=((0.0, 5.0), (1.0, 5.0)),
        blocks=(),
        posts=(),
    )
    return replace(bare, **changes)  # type: ignore[arg-type]


def unworn(solid: Solid) -> Solid:
    return replace(solid, texture=np.ones_like(solid.texture))


@pytest.fixture(scope="module")
def ropucha() -> Solid:
    return solid_of(form("ropucha-i"), seed=1)


def test_landing_ships_and_look_alikes_are_there() -> None:
    kinds = {entry.kind for entry in forms().values()}
    assert len(forms()) >= 14
    assert kinds >= {"landing ship", "warship", "bulk carrier", "ro-ro ship", "ferry", "tanker", "tug", "tug and barge"}
    assert sum(entry.class_id == "alligator" for entry in forms().values()) >= 2
    with pytest.raises(NotFound, match="ropucha-ii"):
        form("ropucha-iii")


@pytest.mark.parametrize("form_id", sorted(forms()))
def test_every_form_stays_within_its_class_and_makes_a_ship(form_id: str) -> None:
    entry = form(form_id)
    if entry.class_id:
        known = classes()[entry.class_id]
        assert known.length_m.low <= entry.length_m.low <= entry.length_m.high <= known.length_m.high
        assert known.beam_m.low <= entry.beam_m.low <= entry.beam_m.high <= known.beam_m.high
    assert all(source for source in entry.sources)
    for length, beam in ((entry.length_m.low, entry.beam_m.low), (entry.length_m.high, entry.beam_m.high)):
        solid = solid_of(entry, length, beam, seed=2)
        ship = solid.material >= 0
        rows, cols = np.flatnonzero(ship.any(axis=1)), np.flatnonzero(ship.any(axis=0))
        assert (rows[-1] - rows[0] + 1) * solid.spacing_m[0] == pytest.approx(length, abs=1.5)
        assert (cols[-1] - cols[0] + 1) * solid.spacing_m[1] == pytest.approx(beam, abs=1.0)
        assert (solid.height_m[ship] > 0).all()
        assert not solid.height_m[~ship].any()
        assert 0.35 < ship.mean() <= 1


@pytest.mark.parametrize("form_id", sorted(forms()))
def test_every_form_says_where_each_part_rests(form_id: str) -> None:
    assert any("unsourced" in source for source in form(form_id).sources)


def test_the_landing_ships_differ_where_the_sources_say(ropucha: Solid) -> None:
    alligator = solid_of(form("alligator-three-cranes"), seed=1)
    names = list(materials())

    def houses(solid: Solid) -> tuple[float, float]:
        """First and last place along the hull with a wall more than 3 m above the deck, over a third of the beam."""
        high = (solid.height_m > solid.deck_m[:, None] + 3).mean(axis=1) > 0.33
        places = np.flatnonzero(high) / len(high)
        return float(places[0]), float(places[-1])

    assert houses(ropucha)[0] == pytest.approx(0.49, abs=0.03)
    assert houses(alligator)[0] > 0.65
    hatch = (ropucha.material == names.index("hatch-grey")).any(axis=1)
    along = np.flatnonzero(hatch) / len(hatch)
    assert along[0] < 0.2
    assert along[-1] - along[0] > 0.25
    assert len(form("alligator-three-cranes").hatches) == 4
    assert not form("ropucha-i").cranes


@pytest.mark.parametrize(("heading_deg", "pixel_m"), [(0.0, 0.5), (33.0, 3.0), (217.0, 10.0), (90.0, 30.0)])
def test_the_ship_covers_its_plan_area_at_any_heading_and_pixel(
    ropucha: Solid, heading_deg: float, pixel_m: float
) -> None:
    view = overhead(ropucha, NOON, heading_deg=heading_deg, pixel_m=pixel_m, bands=RGB)
    plan_m2 = (ropucha.material >= 0).sum() * math.prod(ropucha.spacing_m)
    assert view.cover.sum() * pixel_m**2 == pytest.approx(plan_m2, rel=0.02)
    assert view.cover.max() <= 1


def test_the_bow_points_where_the_heading_says() -> None:
    solid = solid_of(form("bulk-carrier-small"))
    view = overhead(solid, NOON, heading_deg=90, pixel_m=1.0, bands=RGB)
    white = view.reflectance.min(axis=0) * (view.cover > 0.9)
    bright = np.flatnonzero((white > 0.4).sum(axis=0) > 5)
    assert bright.size
    assert bright.mean() < view.middle_px[1] - 25  # heading east, the house aft is in the west


def test_a_shifted_origin_shifts_the_ship_by_so_much() -> None:
    solid = solid_of(form("tug"))
    at = []
    for origin in ((0.0, 0.0), (0.4, 0.7)):
        view = overhead(solid, NOON, heading_deg=20, pixel_m=3.0, bands=RGB, origin_px=origin)
        rows, cols = np.indices(view.cover.shape) + 0.5
        total = view.cover.sum()
        centre = np.array([(rows * view.cover).sum(), (cols * view.cover).sum()]) / total
        at.append(centre - np.floor(view.middle_px))
    assert at[1] - at[0] == pytest.approx([0.4, 0.7], abs=0.05)


def test_a_symmetric_ship_looks_symmetric_when_the_sun_is_ahead() -> None:
    blocks = (Block(name="b", span=(0.6, 0.8), width=0.5, offset=0.0, mirrored=False, top_m=12.0, tone="white"),)
    solid = unworn(solid_of(box_ship(blocks=blocks)))
    view = overhead(solid, replace(NOON, sun_azimuth_deg=0.0), heading_deg=0, pixel_m=0.5, bands=RGB)
    middle = round(view.middle_px[1])
    for layer in (*view.reflectance, view.cover, view.shadow):
        port, starboard = layer[:, middle - 15 : middle][:, ::-1], layer[:, middle : middle + 15]
        np.testing.assert_allclose(port, starboard, atol=1e-5)
    assert view.shadow.max() == pytest.approx(1)


@pytest.mark.parametrize("elevation_deg", [15.0, 30.0, 60.0])
@pytest.mark.parametrize("top_m", [5.0, 20.0])
def test_a_shadow_is_as_long_as_height_over_the_tangent_of_the_sun(elevation_deg: float, top_m: float) -> None:
    solid = solid_of(box_ship(deck_m=((0.0, top_m), (1.0, top_m))))
    sight = SunView(sun_elevation_deg=elevation_deg, sun_azimuth_deg=90.0)
    long_m = top_m / math.tan(math.radians(elevation_deg))
    view = overhead(solid, sight, heading_deg=0, pixel_m=0.5, bands=RGB)
    row = view.shadow[round(view.middle_px[0])] * (1 - view.cover[round(view.middle_px[0])])
    assert row.sum() * 0.5 == pytest.approx(long_m, abs=0.5)
    assert row[: round(view.middle_px[1])].sum() == row.sum()  # the sun is in the east, the shadow in the west
    shape = water_shadow(solid, sight, heading_deg=0)
    assert shape.bounds == pytest.approx((-10 - long_m, -50, -10, 50), abs=0.01)


def test_the_shadow_on_the_water_is_the_same_in_the_picture_and_as_a_shape(ropucha: Solid) -> None:
    sight = SunView(sun_elevation_deg=35.0, sun_azimuth_deg=140.0)
    view = overhead(ropucha, sight, heading_deg=60, pixel_m=0.5, bands=RGB)
    dark = view.shadow * (1 - view.cover)
    shape = water_shadow(ropucha, sight, heading_deg=60)
    assert dark.sum() * 0.25 == pytest.approx(shape.area, rel=0.02)
    rows, cols = np.indices(dark.shape) + 0.5
    east = ((cols - view.middle_px[1]) * dark).sum() / dark.sum() * 0.5
    north = ((view.middle_px[0] - rows) * dark).sum() / dark.sum() * 0.5
    assert (east, north) == pytest.approx((shape.centroid.x, shape.centroid.y), abs=0.5)
    assert 0.49 < view.shade.min() < 0.51
    assert view.shade.max() == 1


def test_the_three_views_show_a_mast_at_the_same_place() -> None:
    mast = Post(
        name="mast", at=0.3, offset=0.0, mirrored=False, width_m=2.0, rise_m=20.0, tone="orange", barrel_m=0, aims="bow"
    )
    solid = unworn(solid_of(box_ship(posts=(mast,))))
    side = silhouette(solid, "starboard")
    from_side = float(side.fraction[np.flatnonzero(side.height_m > 20)].mean())
    sight = SunView(sun_elevation_deg=45.0, sun_azimuth_deg=90.0)
    view = overhead(solid, sight, heading_deg=0, pixel_m=0.5, bands=RGB)
    orange = view.reflectance[0] - view.reflectance[2] > 0.3
    from_above = (np.flatnonzero(orange.any(axis=1)).mean() + 0.5 - view.middle_px[0]) * 0.5 / 100 + 0.5
    shape = water_shadow(solid, sight, heading_deg=0)
    tip = [north for east, north in shape.exterior.coords if east < shape.bounds[0] + 0.1]  # type: ignore[attr-defined]
    from_shadow = 0.5 - float(np.mean(tip)) / 100
    assert (from_side, from_above, from_shadow) == pytest.approx((0.3, 0.3, 0.3), abs=0.005)
    assert side.height_m.max() == pytest.approx(25.0)


def test_a_side_seen_from_starboard_has_the_bow_at_the_right(ropucha: Solid) -> None:
    port, starboard = silhouette(ropucha, "port"), silhouette(ropucha, "starboard")
    assert port.fraction[0] < 0.01
    assert port.fraction[-1] > 0.99
    assert starboard.fraction[0] > 0.99
    np.testing.assert_array_equal(port.height_m, starboard.height_m[::-1])
    picture, ship = silhouette_image(ropucha, "starboard", RGB)
    assert picture.shape == (3, *ship.shape)
    highest = ship.sum(axis=0) * ropucha.spacing_m[0]
    without_spars = ropucha.height_m.max(axis=1)[::-1]
    np.testing.assert_allclose(highest, without_spars, atol=0.6)


def test_a_slanting_view_leans_high_parts_away_from_the_sensor_and_shows_the_near_side() -> None:
    mast = Post(
        name="mast", at=0.5, offset=0.0, mirrored=False, width_m=2.0, rise_m=15.0, tone="orange", barrel_m=0, aims="bow"
    )
    solid = unworn(solid_of(box_ship(posts=(mast,), hull="dark-blue", deck="white")))
    sight = SunView(sun_elevation_deg=45, sun_azimuth_deg=90, off_nadir_deg=45, view_azimuth_deg=90)
    view = overhead(solid, sight, heading_deg=0, pixel_m=0.5, bands=RGB)
    row = view.reflectance[:, round(view.middle_px[0])]
    east_m = (np.arange(row.shape[1]) + 0.5 - view.middle_px[1]) * 0.5
    orange = east_m[row[0] - row[2] > 0.25]
    assert orange.min() == pytest.approx(-20 - 1, abs=1.0)  # its top, 20 m up, lies 20 m to the west
    away = view.reflectance[:, round(view.middle_px[0]) + 60]
    white = east_m[away.min(axis=0) > 0.3]
    blue = east_m[(away[2] > 1.5 * away[0]) & (away[2] > 0)]
    assert (white.min(), white.max()) == pytest.approx((-15, 5), abs=0.8)
    assert (blue.min(), blue.max()) == pytest.approx((5, 10), abs=0.8)


def test_without_sun_there_is_no_shadow_and_no_facet_is_brighter() -> None:
    solid = unworn(solid_of(box_ship(deck="white")))
    night = SunView(sun_elevation_deg=-3.0, sun_azimuth_deg=90.0)
    view = overhead(solid, night, heading_deg=10, pixel_m=1.0, bands=RGB)
    assert not view.shadow.any()
    assert (view.shade == 1).all()
    assert view.sky == (1.0, 1.0, 1.0)
    assert view.reflectance[0].max() == pytest.approx(materials()["white"][BandRole.RED], abs=0.01)
    assert water_shadow(solid, night, heading_deg=10).is_empty


def test_more_of_a_shadow_is_lit_in_blue_and_under_a_low_sun() -> None:
    assert sky_share(BandRole.BLUE, 45) > 2 * sky_share(BandRole.NIR, 45)
    assert sky_share(BandRole.RED, 10) > sky_share(BandRole.RED, 60)


def test_a_house_shades_the_deck_behind_it() -> None:
    blocks = (Block(name="b", span=(0.4, 0.6), width=1.0, offset=0.0, mirrored=False, top_m=15.0, tone="white"),)
    solid = unworn(solid_of(box_ship(blocks=blocks, deck="white")))
    view = overhead(solid, NOON, heading_deg=0, pixel_m=0.5, bands=RGB)
    column = view.reflectance[0, :, round(view.middle_px[1]) + 5]
    south_m = (np.arange(column.size) + 0.5 - view.middle_px[0]) * 0.5
    north_of, south_of = (column[np.abs(south_m - at) < 3].mean() for at in (-15, 15))
    assert north_of < 0.45 * south_of  # the sun is in the south, the 10 m step shades 10 m of deck


def test_laying_a_ship_over_water_leaves_what_is_far_away() -> None:
    view = overhead(solid_of(form("tug")), NOON, heading_deg=0, pixel_m=3.0, bands=RGB)
    water = np.full(view.reflectance.shape, 0.04, np.float32)
    laid = view.over(water)
    assert laid[0, 0, 0] == pytest.approx(0.04)
    assert laid.min() == pytest.approx(0.02, abs=0.006)
    assert view.over(water, stays=view.sky).min() < laid.min()


@pytest.mark.parametrize("quay_side", ["port", "starboard"])
@pytest.mark.parametrize("form_id", ["ropucha-i", "bulk-carrier-small"])
def test_a_crane_at_work_reaches_over_the_quay_side(form_id: str, quay_side: str) -> None:
    stowed = solid_of(form(form_id), seed=4)
    working = solid_of(form(form_id), seed=4, crane_out=True, quay_side=quay_side)  # type: ignore[arg-type]
    views = [overhead(s, NOON, heading_deg=0, pixel_m=0.5, bands=RGB, origin_px=(0.0, 0.0)) for s in (stowed, working)]
    outside = []
    for view in views:
        east_m = (np.arange(view.cover.shape[1]) + 0.5 - view.middle_px[1]) * 0.5
        beyond = east_m > stowed.beam_m / 2 + 1 if quay_side == "starboard" else east_m < -stowed.beam_m / 2 - 1
        outside.append(view.cover[:, beyond].sum())
    assert outside[0] == 0
    assert outside[1] > 5


def test_an_open_hatch_is_dark_and_deep() -> None:
    closed, opened = (solid_of(form("ropucha-i"), seed=5, hatch_open=is_open) for is_open in (False, True))
    hold = opened.material == list(materials()).index("hold")
    assert hold.sum() * math.prod(opened.spacing_m) > 100
    assert (opened.height_m[hold] < closed.height_m[hold] - 4).all()
    assert opened.sky[hold].mean() < closed.sky[hold].mean() - 0.1
    loaded = solid_of(form("cargo-engines-aft"), seed=3, hatch_open=True)
    boxes = [i for i, name in enumerate(materials()) if name.startswith("box-")]
    assert not np.isin(loaded.material[loaded.height_m < loaded.deck_m[:, None]], boxes).any()  # none hangs in a hold


def test_the_same_seed_gives_the_same_ship_and_another_seed_another_cargo() -> None:
    first, again, other = (solid_of(form("container-ship"), seed=seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.height_m, again.height_m)
    np.testing.assert_array_equal(first.material, again.material)
    assert (first.material != other.material).mean() > 0.2
    one, two = (overhead(s, NOON, heading_deg=12, pixel_m=3.0, bands=RGB) for s in (first, again))
    assert one.reflectance.tobytes() == two.reflectance.tobytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"length_m": 150.0}, "length 150.0 m is outside the 112.5 m of form 'ropucha-i'"),
        ({"beam_m": math.nan}, "beam nan m is outside"),
        ({"cell_m": 5.0}, "a cell of 5.0 m is not possible; take 0.25 to 1 m"),
    ],
)
def test_a_ship_that_is_none_is_refused(arguments: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        solid_of(form("ropucha-i"), **arguments)


def test_a_view_that_cannot_be_drawn_is_refused(ropucha: Solid) -> None:
    with pytest.raises(InputError, match=r"pixels of 0.0 m cannot be drawn; take 0.3 to 30 m"):
        overhead(ropucha, NOON, heading_deg=0, pixel_m=0.0, bands=RGB)
    with pytest.raises(InputError, match=r"bands \['vv'\]; allowed are blue"):
        overhead(ropucha, NOON, heading_deg=0, pixel_m=1.0, bands=("vv",))
    with pytest.raises(InputError, match="heading nan is no direction"):
        overhead(ropucha, NOON, heading_deg=math.nan, pixel_m=1.0, bands=RGB)
    with pytest.raises(InputError, match="off_nadir_deg 80 must lie between 0 and 60"):
        SunView(sun_elevation_deg=40, sun_azimuth_deg=0, off_nadir_deg=80)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('hull = "navy-grey"', 'hull = "gold"', "hull: 'gold' is no material; allowed are black"),
        ('class_id = "ropucha-i"', 'class_id = "ropucha"', "class_id: 'ropucha' is no vessel class"),
        ("length_m = [112.5, 112.5]", "length_m = [inf, inf]", "length_m.0: Input should be less than or equal to 500"),
        ("length_m = [112.5, 112.5]", "length_m = [130, 112]", r"length_m: \[130.0, 112.0\] must be \[low, high\]"),
        ("beam_m = [15.0, 15.0]", "beam_m = [nan, 15.0]", r"beam_m.0: .*found nan"),
        ("clutter = 1.6", "clutter = 1.6\nsails = 3", "unknown key 'sails'; allowed are id, name, kind"),
        (
            "span = [0.15, 0.43]",
            "span = [0.43, 0.15]",
            r"hatches.0.span: .*must be \[nearer the bow, nearer the stern\]",
        ),
        ("[[0.0, 10.0],", "[[0.2, 10.0],", "deck_m: .*must rise from 0"),
        ('tone = "hatch-grey"', 'tone = "tartan"', "hatches.0.tone: 'tartan' is no material"),
        ("transom = 0.84", "outline = [[0, 0.0], [1, 0.0]]", "plan.outline: the widest place is 0.0 of the beam"),
        ("panels = 7", "panels = 100000000", "hatches.0.panels: Input should be less than or equal to 20"),
        ('id = "ropucha-i"', "id = ", "is no TOML file in UTF-8"),
    ],
)
def test_a_broken_form_is_named_with_file_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (DATA / "forms" / "ropucha-i.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "broken.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CaseError, match=said) as caught:
        load_forms(tmp_path)
    assert "broken.toml" in str(caught.value)
