"""Side views: the outline that is read, the classes that fit it, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from side_views import read, side_view

from roadstead import library
from roadstead.identify import AlongProfile, Marks, Photograph, SideProfile
from roadstead.identify.photo import match_photo, side_profile
from roadstead.identify.photo_views import ANGLES_DEG, along_hull
from roadstead.identify.photo_views import side_view as outline_of
from roadstead.model import NONE_OF_THESE, InputError
from roadstead.simulate.photograph import Photographed, Scenery

ROPUCHA = {"ropucha-i", "ropucha-ii"}


def marked(view: Photographed) -> SideProfile:
    return side_profile(read(view), Marks(waterline=view.waterline))


@pytest.mark.parametrize(
    ("form_id", "angle", "scenery", "expected"),
    [
        ("ropucha-i", 70.0, Scenery(hills=True, haze=0.5), ROPUCHA),
        ("bulk-carrier-handysize", 55.0, Scenery(houses=True, clouds=True), {"handysize-bulk-carrier"}),
        ("ferry", 40.0, Scenery(hills=True, clouds=True), {"ferry"}),
    ],
)
def test_a_ship_before_clutter_is_its_class(form_id: str, angle: float, scenery: Scenery, expected: set[str]) -> None:
    evidence, _ = match_photo(marked(side_view(form_id, angle, seed=4, scenery=scenery)))
    assert evidence.ratios[0][0] in expected
    assert evidence.ratios[0][1] > 1


@pytest.mark.parametrize(("form_id", "angle"), [("alligator-one-crane", 90.0), ("tanker", 60.0)])
def test_on_open_sea_nothing_need_be_marked(form_id: str, angle: float) -> None:
    profile = side_profile(read(side_view(form_id, angle)), Marks())
    evidence, _ = match_photo(profile)
    assert profile.sure
    assert evidence.ratios[0][0] == (library.form(form_id).class_id or form_id)
    assert evidence.bow_side == "left"


def test_the_mirrored_picture_has_its_bow_on_the_other_side() -> None:
    view = side_view("alligator-one-crane", 70.0)
    wide = view.rgb.shape[1]
    x1, y1, x2, y2 = view.waterline
    picture = replace(read(view), rgb=np.ascontiguousarray(read(view).rgb[:, ::-1]))
    evidence, _ = match_photo(side_profile(picture, Marks(waterline=(wide - x2, y2, wide - x1, y1))))
    assert evidence.bow_side == "right"
    assert evidence.ratios[0][0] == "alligator"


def test_a_marked_bow_is_believed() -> None:
    view = side_view("tanker", 90.0)
    x1, _, x2, _ = view.waterline
    wrong = side_profile(read(view), Marks(waterline=view.waterline, bow_x=x2, stern_x=x1))
    assert match_photo(wrong)[0].bow_side == "right"


def test_bow_angle_and_perspective_are_taken_out() -> None:
    # the bridge roof of the Ropucha lies at 0.56-0.615 of the length, wherever the camera stands
    for angle in (90.0, 50.0):
        evidence, _ = match_photo(marked(side_view("ropucha-i", angle, distance_m=340.0)))
        tall = evidence.fraction[evidence.height > 0.8 * evidence.height.max()]
        assert 0.54 < tall.min() < 0.63
        assert (np.diff(evidence.fraction) > 0).all()
        assert evidence.bow_angle_interval_deg[0] - 8 <= angle <= evidence.bow_angle_interval_deg[1] + 8


@pytest.mark.parametrize("angle", [30.0, 60.0, 90.0, 120.0])
def test_places_of_the_view_are_places_of_the_hull(angle: float) -> None:
    solid = library.solid_of(library.form("ropucha-i"), cell_m=0.5)
    height = np.zeros_like(solid.height_m)
    height[solid.height_m > 0] = 5.0
    rows, cols = height.shape
    height[int(0.3 * rows) : int(0.32 * rows), cols // 2 - 1 : cols // 2 + 1] = 30.0
    seen = outline_of(replace(solid, height_m=height), angle, 0.2)
    place = (np.flatnonzero(seen > 0.8 * seen.max()).mean() + 0.5) / len(seen)
    fraction, factor = along_hull(np.array([place]), angle, 0.2, solid.beam_m / solid.length_m)
    assert fraction[0] == pytest.approx(0.31, abs=0.02)
    assert seen.max() * factor[0] == pytest.approx(30 / solid.length_m, rel=0.03)


def test_a_rolled_camera_gives_the_same_profile() -> None:
    straight = marked(side_view("destroyer", 90.0))
    rolled = side_profile(
        read(side_view("destroyer", 90.0, roll_deg=4.0)),
        Marks(waterline=side_view("destroyer", 90.0, roll_deg=4.0).waterline),
    )
    assert rolled.roll_deg == pytest.approx(4.0, abs=0.7)
    assert np.median(np.abs(straight.height - rolled.height)) < 0.006


def test_ratios_are_capped_and_shares_sum_to_one() -> None:
    evidence, _ = match_photo(marked(side_view("alligator-one-crane")))
    assert all(0.1 <= ratio <= 10 for _, ratio in evidence.ratios)
    assert sum(share for _, share in evidence.posterior) == pytest.approx(1, abs=0.01)
    assert NONE_OF_THESE in dict(evidence.posterior)
    assert evidence.basis == "calibrated on renders"


def test_without_its_class_none_of_these_gains() -> None:
    profile = marked(side_view("alligator-one-crane"))
    there, _ = match_photo(profile)
    gone, _ = match_photo(profile, left_out=frozenset({"alligator"}))
    assert dict(gone.posterior)[NONE_OF_THESE] > 2 * dict(there.posterior)[NONE_OF_THESE]
    assert "alligator" not in dict(gone.ratios)


def test_a_known_length_leaves_out_what_cannot_be_as_long() -> None:
    evidence, _ = match_photo(marked(side_view("ropucha-i")), length_m=112.5)
    assert {"container-ship", "tug"}.isdisjoint(dict(evidence.ratios))
    with pytest.raises(InputError, match="no class of the library is 450 m long"):
        match_photo(marked(side_view("ropucha-i")), length_m=450.0)


def test_the_shadow_of_the_same_form_agrees_better_than_another() -> None:
    profile = marked(side_view("ropucha-i"))
    ratios = {}
    for form_id in ("ropucha-i", "tanker"):
        side = library.silhouette(library.solid_of(library.form(form_id)), "port")
        # from the stern, as a detection does not know its bow
        shadow = AlongProfile(
            kind="shadow", fraction=side.fraction.astype(float), value=2 * side.height_m[::-1].astype(float)
        )
        evidence, _ = match_photo(profile, along=(shadow,))
        ratios[form_id] = evidence.along[0]
    assert ratios["ropucha-i"].reversed
    assert ratios["ropucha-i"].correlation > 0.75
    assert ratios["ropucha-i"].ratio > 1 > ratios["tanker"].ratio


def test_a_ship_that_the_frame_cuts_is_not_compared() -> None:
    view = side_view("alligator-one-crane", 90.0)
    x1, y1, _, y2 = view.waterline
    wide = round(x1 + 0.6 * (view.waterline[2] - x1))
    picture = Photograph(
        rgb=np.ascontiguousarray(read(view).rgb[:, :wide]),
        file_px=(wide, view.rgb.shape[0]),
        step=1.0,
        date="",
        notes=(),
    )
    profile = side_profile(picture, Marks(waterline=(x1, y1, wide, y2)))
    assert profile.cut == (False, True)
    assert any("visible part only" in note for note in profile.notes)
    with pytest.raises(InputError, match="the frame cuts the ship"):
        match_photo(profile)


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        (Marks(waterline=(50, 100, 550, 100), horizon=(0, 200, 600, 200)), "upside down"),
        (Marks(waterline=(50, 100, 900, 100)), "outside the picture of 600 x 330"),
        (Marks(waterline=(50, 20, 90, 300)), "slope by 82 degrees"),
        (Marks(waterline=(50, 250, 60, 250)), "10 pixels wide"),
        (Marks(waterline=(50, float("nan"), 500, 250)), "outside the picture"),
        (Marks(bow_x=3.0), "belong together"),
        (Marks(mask=np.zeros((10, 10), bool)), "10 x 10 pixels, the picture 600 x 330"),
        (Marks(mask=np.zeros((330, 600), bool)), "--mask is empty"),
    ],
)
def test_marks_that_cannot_be_meant_are_refused(marks: Marks, says: str) -> None:
    with pytest.raises(InputError, match=says):
        side_profile(read(side_view("destroyer", 90.0)), marks)


@pytest.mark.parametrize("kind", ["even", "noise"])
def test_a_picture_without_a_ship_asks_for_marks(kind: str) -> None:
    rng = np.random.default_rng(1)
    rgb = np.full((330, 600, 3), 0.5, np.float32) if kind == "even" else rng.random((330, 600, 3), np.float32)
    empty = Photograph(rgb=rgb, file_px=(600, 330), step=1.0, date="", notes=())
    with pytest.raises(InputError, match="--waterline"):
        side_profile(empty, Marks())


def test_open_sea_without_a_ship_is_said_to_be_empty() -> None:
    view = side_view("tug", 90.0, filled=0.02)
    with pytest.raises(InputError, match="no ship was found"):
        side_profile(read(view), Marks())


def test_a_mask_is_the_outline() -> None:
    view = side_view("destroyer", 80.0)
    drawn = side_profile(read(view), Marks(mask=view.ship, waterline=view.waterline))
    assert "drawn by the analyst" in drawn.basis
    assert match_photo(drawn)[0].ratios[0][0] == "destroyer"


def test_angles_cover_both_quarters() -> None:
    assert ANGLES_DEG[0] == 20
    assert 90.0 in ANGLES_DEG
    assert ANGLES_DEG[-1] == 160
