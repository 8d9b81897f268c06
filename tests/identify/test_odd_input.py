"""What decks and gates say of odd input: radar, nodata, hulls at the edge, names of old tables, slanting views."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from affine import Affine
from shapely.geometry import box

from roadstead import library
from roadstead.identify import (
    Circumstances,
    Examined,
    Level,
    Placement,
    class_name,
    deck_strip,
    examine,
    gate,
    profiles,
    resolved_at,
    twins,
)
from roadstead.identify.drawn import WATER_LEVEL
from roadstead.identify.variants import stretched, variant
from roadstead.model import BandRole, Detection, Estimate, Modality, Pixels, Scene, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2024, 6, 10, 10, tzinfo=UTC)
SCENE = Scene(
    id="s", path=Path("s.tif"), time=TimeSpan(NOON, NOON), modality=Modality.OPTICAL, platform="skysat",
    bands=(BandRole.PAN,), gsd_m=0.8, gsd_basis="metadata",
)  # fmt: skip
LENGTH_M, BEAM_M, PIXEL_M = 112.0, 15.4, 0.8


def ship(row: float, col: float) -> Detection:
    """A landing ship that heads north, its middle at a pixel."""
    along, across = LENGTH_M / 2 / PIXEL_M, BEAM_M / 2 / PIXEL_M
    corners = ((col - across, row - along), (col + across, row - along),
               (col + across, row + along), (col - across, row + along))  # fmt: skip
    return Detection(
        id="s#1", scene_id="s", time=SCENE.time, outline_px=corners, outline=box(1.5, 0.3, 1.5002, 0.301), row_px=row,
        col_px=col, score=0.9, length_m=Estimate(LENGTH_M, 2), beam_m=Estimate(BEAM_M, 0.8),
        heading_deg=Estimate(0.0, 1), heading_ambiguous=True, method="test",
    )  # fmt: skip


def picture(above_m: float = 40.0) -> tuple[Pixels, Detection]:
    """A drawn Alligator on water, its bow so many metres below the picture's upper edge."""
    solid = stretched(variant("alligator-three-cranes", 0), LENGTH_M, BEAM_M)
    sun = Circumstances(
        sun_elevation_deg=60, sun_azimuth_deg=120, off_nadir_deg=0, view_azimuth_deg=0, resolved_m=PIXEL_M, noise=0.05
    )
    view = library.overhead(solid, sun.over(0), heading_deg=0, pixel_m=PIXEL_M, bands=(BandRole.PAN,))
    rim = 60
    drawn = view.over(np.full(view.reflectance.shape, WATER_LEVEL, np.float32)).mean(axis=0)
    whole = np.pad(drawn, rim, constant_values=WATER_LEVEL).astype(np.float32)
    whole += 0.001 * np.random.default_rng(1).standard_normal(whole.shape).astype(np.float32)
    row, col = view.middle_px[0] + rim, view.middle_px[1] + rim
    cut = max(0, round(row - LENGTH_M / 2 / PIXEL_M - above_m / PIXEL_M))
    values = whole[None, cut:]
    transform = Affine(PIXEL_M / 111_195, 0, 1.5, 0, -PIXEL_M / 111_195, 0.3)
    pixels = Pixels(values=values, valid=np.ones(values.shape[1:], bool), transform=transform, crs="EPSG:4326")
    return pixels, ship(row - cut, col)


def lies(d: Detection) -> Placement:
    return Placement(
        row_px=d.row_px, col_px=d.col_px, ahead_px=(-1 / PIXEL_M, 0.0), starboard_px=(0.0, 1 / PIXEL_M),
        length_m=LENGTH_M, beam_m=BEAM_M, heading_deg=0.0,
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def few_drawings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.identify.likeness.VARIANTS", 2)
        yield


def looked(above_m: float = 40.0, **scene: Any) -> Examined:
    pixels, d = picture(above_m)
    return examine(d, replace(SCENE, **scene), pixels, PIXEL_M)


def words(found: Examined) -> str:
    assert found.evidence is not None
    return found.evidence.words


def test_radar_pixels_however_fine_name_no_class() -> None:
    """How many pixels it takes to recognise a class was measured for pictures in light."""
    said = gate(ship(100, 100), resolved_at(0.5, replace(SCENE, modality=Modality.SAR, bands=()), None))
    assert said.beam_pixels is not None
    assert said.beam_pixels > 13
    assert (said.level, said.may_recognise, said.may_identify, said.may_layout) == (Level.SIZE, False, False, False)
    assert "a radar image" in said.words
    assert "enough to compare" not in said.words
    assert gate(ship(100, 100), resolved_at(0.5, SCENE, None)).level is Level.HULL


def test_look_alikes_are_told_by_the_classes_that_the_library_has_now() -> None:
    """The table of look-alikes may name forms whose class the library gained later."""
    known = set(library.classes()) | {f.id for f in library.forms().values() if not f.class_id}
    assert set(twins()) <= known
    assert {t for others in twins().values() for t in others} <= known
    assert twins()
    assert all(name in twins()[other] for name, others in twins().items() for other in others), "each is the other's"
    assert "ropucha-ii" in twins()["ropucha-i"]
    assert all(class_name(t) for t in twins())


@pytest.mark.parametrize("void", [-9999.0, np.nan])
def test_what_stands_for_no_data_joins_no_pixel_of_the_deck(void: float) -> None:
    """A strip coarser than the pixels is cut from a smoothed image."""
    pixels, d = picture()
    clean = np.repeat(np.repeat(pixels.values[0], 2, axis=0), 2, axis=1)
    at = replace(lies(d), row_px=2 * d.row_px, col_px=2 * d.col_px, ahead_px=(-2 / PIXEL_M, 0.0),
                 starboard_px=(0.0, 2 / PIXEL_M))  # fmt: skip
    assert 1.3 * at.pixel_m() < LENGTH_M / 128
    valid = np.ones(clean.shape, bool)
    valid[:, int(at.col_px + (BEAM_M / 2 - 2.0) * 2 / PIXEL_M) :] = False
    spoilt = np.where(valid, clean, np.float32(void)).astype(np.float32)
    first, second = (deck_strip(x, valid, at).brightness for x in (clean, spoilt))
    assert np.array_equal(np.isfinite(first), np.isfinite(second))
    hull = np.isfinite(first)
    assert np.abs(first[hull] - second[hull]).max() < 0.3 * first[hull].max(), "-9999 would be thousands away"


def test_a_dead_pixel_that_is_not_a_number_spoils_no_profile() -> None:
    pixels, d = picture()
    image = pixels.values[0].copy()
    image[int(d.row_px), int(d.col_px)] = np.nan
    made = profiles(deck_strip(image, np.ones(image.shape, bool), lies(d)), 1)
    assert np.isfinite(made.lanes).all()
    assert np.isfinite(made.edges).all()
    assert np.isfinite(made.shadow_m).all()


def test_a_ship_at_the_edge_of_the_pixels_is_compared_with_no_class() -> None:
    whole, at_edge = looked(), looked(-8.0)
    assert whole.evidence is not None
    assert whole.evidence.ratios
    assert at_edge.evidence is not None
    assert not at_edge.evidence.ratios
    assert not at_edge.evidence.layout
    assert "the ship reaches the edge of the pixels" in words(at_edge)


def test_what_is_assumed_of_the_view_is_said() -> None:
    assert "Drawn as seen from straight above; the image states no angle of view." in words(looked())
    assert "the image states 7 degrees off it." in words(looked(off_nadir_deg=7.0))
    steep = looked(off_nadir_deg=20.0)
    assert steep.evidence is not None
    assert not steep.evidence.ratios


@pytest.mark.parametrize("time", [None, TimeSpan(NOON.replace(hour=22), NOON.replace(hour=22))])
def test_a_ship_by_night_or_of_unknown_time_is_compared_with_no_class(time: TimeSpan | None) -> None:
    said = looked(time=time)
    assert said.evidence is not None
    assert not said.evidence.ratios


def test_a_ship_of_one_pixel_says_no_more_than_its_size() -> None:
    pixels, d = picture()
    corners = ((100.0, 100.0), (101.0, 100.0), (101.0, 101.0), (100.0, 101.0))
    tiny = replace(
        d, length_m=Estimate(0.8, 0.8), beam_m=Estimate(0.8, 0.8), outline_px=corners, row_px=100.5, col_px=100.5
    )
    assert examine(tiny, SCENE, pixels, PIXEL_M).gate.level is Level.SIZE
