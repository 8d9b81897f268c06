"""Decks laid out, compared with drawn ships, and turned into evidence that claims no more than it may."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from roadstead import library
from roadstead.identify import (
    CAP,
    GROUPS,
    Circumstances,
    Constants,
    Level,
    Likeness,
    Placement,
    class_of,
    compare,
    consistent_classes,
    constants,
    deck_strip,
    drawn_strip,
    evidence_of,
    fitting,
    found_again,
    layout_shares,
    posterior,
    profiles,
    ratios,
    shadow_side,
    shares,
    superstructure,
)
from roadstead.model import NONE_OF_THESE, OTHER_TYPE, BandRole, Detection, Estimate, InputError

SCENE = Circumstances(
    sun_elevation_deg=40.0, sun_azimuth_deg=160.0, off_nadir_deg=0.0, view_azimuth_deg=0.0, resolved_m=0.7, noise=0.05
)
FEW = ("alligator-one-crane", "bulk-carrier-small", "cargo-bridge-forward", "ropucha-ii")
PIXEL_M = 0.5


def seen(form_id: str, heading_deg: float, seed: int = 3) -> tuple[np.ndarray, Placement]:
    """A ship of the library on dark water, with the bow at the other end in every second seed."""
    solid = library.solid_of(library.form(form_id), seed=seed)
    view = library.overhead(solid, SCENE.over(0.0), heading_deg=heading_deg, pixel_m=PIXEL_M, bands=[BandRole.PAN])
    rim = 40
    ground = np.full(view.reflectance.shape, 0.06, np.float32)
    picture = np.pad(view.over(ground)[0], rim, constant_values=0.06)
    picture = ndimage.gaussian_filter(picture, 1.0)
    picture += 0.003 * np.random.default_rng(seed).standard_normal(picture.shape).astype(np.float32)
    turn = math.radians(heading_deg)
    at = Placement(
        row_px=view.middle_px[0] + rim,
        col_px=view.middle_px[1] + rim,
        ahead_px=(-math.cos(turn) / PIXEL_M, math.sin(turn) / PIXEL_M),
        starboard_px=(math.sin(turn) / PIXEL_M, math.cos(turn) / PIXEL_M),
        length_m=solid.length_m,
        beam_m=solid.beam_m,
        heading_deg=heading_deg,
    )
    return picture.astype(np.float32), at.turned() if seed % 2 else at


def everywhere(image: np.ndarray) -> np.ndarray:
    return np.ones(image.shape, bool)


def ship(length_m: float, beam_m: float = 15.0, sigma_m: float = 1.0) -> Detection:
    return Detection(
        id="d", scene_id="s", time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.9,
        length_m=Estimate(length_m, sigma_m), beam_m=Estimate(beam_m, 0.5), heading_deg=None, method="test",
    )  # fmt: skip


def alike(**misfit: float) -> Likeness:
    rows = dict.fromkeys(library.forms(), 400.0) | {k.replace("_", "-"): v for k, v in misfit.items()}
    return Likeness(misfit=tuple(sorted(rows.items())), turned=False)


@pytest.mark.parametrize("heading_deg", [0.0, 77.0, 205.0])
def test_a_strip_shows_the_same_deck_whatever_the_heading(heading_deg: float) -> None:
    """Light falls otherwise, but the hatch stays forward and the house aft."""
    image, at = seen("bulk-carrier-small", heading_deg, seed=2)
    strip = deck_strip(image, everywhere(image), at)
    middle = len(strip.brightness) // 2
    line = strip.brightness[middle - 4 : middle + 5].mean(axis=0)
    house = superstructure("bulk-carrier-small")
    assert house is not None
    assert np.argmax(line) / len(line) == pytest.approx(house.middle, abs=0.06)
    assert strip.step_m * len(line) == pytest.approx(at.length_m)


def test_turning_a_placement_turns_the_strip() -> None:
    image, at = seen("ropucha-ii", 33.0)
    strip, other = (deck_strip(image, everywhere(image), way) for way in (at, at.turned()))
    assert np.allclose(strip.brightness, other.brightness[::-1, ::-1], atol=1e-4)


def test_a_hull_outside_the_window_is_refused_in_words() -> None:
    image, at = seen("ropucha-ii", 33.0)
    with pytest.raises(InputError, match="half of the hull"):
        deck_strip(image, everywhere(image), replace(at, row_px=-400.0))


def test_the_shadow_falls_away_from_the_sun() -> None:
    assert shadow_side(90.0, 0.0) == -1
    assert shadow_side(270.0, 0.0) == 1
    assert shadow_side(5.0, 0.0) == 0
    strip = drawn_strip("bulk-carrier-small", 0, seen("bulk-carrier-small", 90.0)[1], replace(SCENE, noise=0.0))
    side = shadow_side(SCENE.sun_azimuth_deg, strip.heading_deg)
    lit, dark = (profiles(strip, s).shadow_m.sum() for s in (-side, side))
    assert dark > 5 * max(lit, 1.0)


@pytest.mark.parametrize("short", [0.72, 0.9])
def test_ends_and_sides_are_found_again_in_the_pixels(short: float) -> None:
    image, at = seen("ropucha-ii", 60.0)
    poor = replace(at, length_m=short * at.length_m, beam_m=0.85 * at.beam_m).moved(1.0, 0.05)
    again = found_again(image, everywhere(image), poor)
    assert again.length_m == pytest.approx(at.length_m, rel=0.04)
    assert again.beam_m == pytest.approx(at.beam_m, rel=0.12)
    assert math.hypot(again.row_px - at.row_px, again.col_px - at.col_px) * PIXEL_M < 4


def test_where_nothing_shows_a_hull_the_outline_stays() -> None:
    image, at = seen("ropucha-ii", 60.0)
    assert found_again(np.full_like(image, 0.06), everywhere(image), at) == at


@pytest.mark.parametrize(("form_id", "heading_deg"), [("ropucha-ii", 140.0), ("alligator-one-crane", 20.0)])
def test_a_landing_ship_agrees_best_with_its_own_class_and_its_bow_is_found(form_id: str, heading_deg: float) -> None:
    image, at = seen(form_id, heading_deg)
    found = compare(image, everywhere(image), at, SCENE, open_water=True, forms=FEW)
    assert min(found.misfit, key=lambda row: row[1])[0] == form_id
    assert found.turned, "the placement was given stern first"


def test_the_same_pixels_give_the_same_misfits() -> None:
    image, at = seen("ropucha-ii", 140.0)
    first, second = (compare(image, everywhere(image), at, SCENE, open_water=True, forms=FEW[-2:]) for _ in range(2))
    assert first == second


def test_length_alone_never_separates_classes_of_equal_length() -> None:
    """Whatever length is measured, both landing ships are listed, and no ratio follows from it."""
    for length_m in np.arange(110.5, 115.25, 0.25):
        names = consistent_classes(ship(float(length_m), sigma_m=1.5))
        assert any("Ropucha" in n for n in names) == any("Alligator" in n for n in names)
        forms = {class_of(f) for f in fitting(Estimate(float(length_m), 1.5), Estimate(15.2, 0.5))}
        assert ("ropucha-ii" in forms) == ("alligator" in forms)
        even = alike()
        said = dict(
            evidence_of(ship(float(length_m)), even, Level.CLASS, (Estimate(112.7, 1.0), Estimate(15.2, 0.5))).ratios
        )
        assert said["ropucha-ii"] == said["alligator"]


def test_a_featureless_hull_of_a_landing_ships_size_is_no_landing_ship() -> None:
    image, at = seen("ropucha-ii", 140.0)
    rows, cols = np.mgrid[: image.shape[0], : image.shape[1]]
    away = np.stack([rows + 0.5 - at.row_px, cols + 0.5 - at.col_px])
    ahead, right = np.linalg.inv(np.column_stack([at.ahead_px, at.starboard_px])) @ away.reshape(2, -1)
    inside = (np.abs(ahead) < at.length_m / 2) & (np.abs(right) < at.beam_m / 2)
    box = np.where(inside.reshape(image.shape), 0.2, 0.06).astype(np.float32)
    box += 0.003 * np.random.default_rng(5).standard_normal(box.shape).astype(np.float32)
    found = compare(box, everywhere(box), at, SCENE, open_water=True, forms=FEW)
    share = shares(dict(found.misfit), constants("fine"))
    assert max(share, key=lambda c: share[c]) == NONE_OF_THESE


def test_ratios_are_capped_and_say_so() -> None:
    size = Estimate(112.7, 1.0), Estimate(15.2, 0.5)
    said = evidence_of(ship(112.7), alike(alligator_one_crane=20.0), Level.HULL, size)
    assert dict(said.ratios)["alligator"] == CAP
    assert said.capped
    assert said.provenance == "rendered"
    assert all(1 / CAP <= r <= CAP for _, r in said.ratios)
    assert "not on images of known ones" in said.words
    assert sum(share for _, share in said.posterior) == pytest.approx(1, abs=1e-3)
    assert {OTHER_TYPE, NONE_OF_THESE} <= dict(said.posterior).keys()
    assert said.best == "alligator"
    assert dict(said.posterior)["alligator"] < 0.95, "drawn ships never make certain"


def test_below_the_class_gate_only_the_layout_is_said() -> None:
    size = Estimate(112.7, 1.0), Estimate(15.2, 0.5)
    said = evidence_of(ship(112.7), alike(alligator_one_crane=20.0), Level.LAYOUT, size)
    assert (said.ratios, said.posterior) == ((), ())
    assert set(dict(said.layout)) <= set(GROUPS)
    assert max(said.layout, key=lambda row: row[1])[0] == "aft"
    assert "Alligator" not in said.words


def test_none_of_these_and_another_type_always_compete() -> None:
    fitted = Constants(slope=8.0, second=0.5, none=-1.0)
    share = shares(dict(alike().misfit), fitted)
    belief = posterior(share, ["alligator"])
    assert belief[NONE_OF_THESE] > 0
    assert belief[OTHER_TYPE] > 0
    assert sum(ratios(share).values()) > 0
    nobody = posterior(share, [])
    assert sum(nobody.values()) == pytest.approx(1)
    assert set(nobody) == {OTHER_TYPE, NONE_OF_THESE}


def test_groups_of_layout_follow_the_library_or_the_blocks() -> None:
    for form_id in library.forms():
        house = superstructure(form_id)
        if house is None:
            continue
        said = library.classes()[class_of(form_id)].superstructure if class_of(form_id) in library.classes() else ""
        assert house.group == said or said in ("", "unknown")
        assert 0 < house.length < 1
    assert layout_shares(dict(alike(cargo_bridge_forward=10.0).misfit), constants("coarse"))["forward"] > 0.8
