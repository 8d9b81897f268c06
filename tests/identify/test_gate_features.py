from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from roadstead import library
from roadstead.identify import (
    Level,
    Placement,
    Resolved,
    edge_sharpness,
    gate,
    native_known,
)
from roadstead.identify.layouts import fitting, shortest_superstructure, superstructure
from roadstead.model import BandRole, Detection, Estimate, Modality, Scene

OWN = Scene(id="s", path=Path("s.tif"), time=None, modality=Modality.OPTICAL, platform="skysat", bands=(BandRole.PAN,))


def ship(length_m: float = 112.0, beam_m: float = 15.0) -> Detection:
    return Detection(
        id="d", scene_id="s", time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.9,
        length_m=Estimate(length_m, 3), beam_m=Estimate(beam_m, 1), heading_deg=None, method="test",
    )  # fmt: skip


def hull(pixel_m: float, sigma_m: float, turn_deg: float = 7.0) -> tuple[np.ndarray, Placement]:
    """A bright box of 112 x 15 m on dark water, blurred, sampled at pixels."""
    fine, size = 0.25, 140.0
    rows, cols = np.mgrid[0 : size / fine, 0 : size / fine] * fine - size / 2
    turn = np.radians(turn_deg)
    ahead, right = -rows * np.cos(turn) + cols * np.sin(turn), rows * np.sin(turn) + cols * np.cos(turn)
    inside = (np.abs(ahead) < 56) & (np.abs(right) < 7.5)
    sharp = ndimage.gaussian_filter(np.where(inside, 0.3, 0.05), sigma_m / fine)
    step = round(pixel_m / fine)
    count = int(size / pixel_m)
    image = sharp[: count * step, : count * step].reshape(count, step, count, step).mean(axis=(1, 3))
    noisy = image + 0.002 * np.random.default_rng(1).standard_normal(image.shape)
    at = Placement(
        row_px=size / 2 / pixel_m,
        col_px=size / 2 / pixel_m,
        ahead_px=(-np.cos(turn) / pixel_m, np.sin(turn) / pixel_m),
        starboard_px=(np.sin(turn) / pixel_m, np.cos(turn) / pixel_m),
        length_m=112.0,
        beam_m=15.0,
        heading_deg=turn_deg,
    )
    return noisy.astype(np.float32), at


def enlarged(image: np.ndarray, at: Placement, order: int) -> tuple[np.ndarray, Placement]:
    """Four times as many pixels for the same ground."""
    times = 4
    at4 = replace(
        at,
        row_px=at.row_px * times,
        col_px=at.col_px * times,
        ahead_px=(at.ahead_px[0] * times, at.ahead_px[1] * times),
        starboard_px=(at.starboard_px[0] * times, at.starboard_px[1] * times),
    )
    return ndimage.zoom(image, times, order=order, mode="nearest", grid_mode=True).astype(np.float32), at4


def statements(image: np.ndarray, at: Placement, native_m: float | None, delivered_m: float) -> list[bool]:
    sharp = edge_sharpness(image, np.ones(image.shape, bool), at)
    resolved = Resolved(
        known_m=max(native_m or 0.0, delivered_m),
        native_known=native_m is not None,
        measured_m=sharp.resolved_m if sharp else None,
    )
    return [s.allowed for s in gate(ship(), resolved).statements]


@pytest.mark.parametrize(
    ("resolved_m", "level"),
    [(10, Level.SIZE), (2.5, Level.LAYOUT), (1.6, Level.CLASS), (0.5, Level.HULL)],
)
def test_each_statement_waits_for_its_own_feature(resolved_m: float, level: Level) -> None:
    said = gate(ship(), resolved_m)
    assert said.level is level
    for statement in said.statements:
        assert statement.allowed == (statement.feature_m / resolved_m >= statement.needed)


def test_at_three_metres_a_beam_of_15_m_gives_no_class_and_at_ten_nothing_but_size() -> None:
    assert not gate(ship(), 3.0).may_recognise
    coarse = gate(ship(), 10.0)
    assert not (coarse.may_recognise)
    assert not (coarse.may_layout)
    assert "Size only" in coarse.words


def test_a_picture_without_its_sensors_metadata_never_passes_the_class_gate() -> None:
    for known_m in (0.3, 0.5, 1.0):
        said = gate(ship(), Resolved(known_m=known_m, native_known=False, measured_m=known_m))
        assert not (said.may_recognise)
        assert not (said.may_identify)
        assert "no metadata" in said.words


def test_native_pixels_are_known_from_the_images_own_metadata_only() -> None:
    assert native_known(OWN)
    assert not native_known(replace(OWN, resampled=True))
    assert not native_known(replace(OWN, platform=""))
    assert not native_known(replace(OWN, platform="", gsd_m=0.5, gsd_basis="scale bar of the figure"))
    assert native_known(replace(OWN, platform="", gsd_m=0.5))


@pytest.mark.parametrize(("pixel_m", "sigma_m"), [(0.5, 0.4), (0.5, 1.2), (1.0, 0.6)])
def test_the_blur_of_the_sides_is_measured(pixel_m: float, sigma_m: float) -> None:
    image, at = hull(pixel_m, sigma_m)
    sharp = edge_sharpness(image, np.ones(image.shape, bool), at)
    assert sharp is not None
    assert sharp.sigma_m == pytest.approx(np.hypot(sigma_m, pixel_m / np.sqrt(12)), rel=0.15)


def test_a_blurred_image_resolves_less_than_its_pixels() -> None:
    image, at = hull(0.5, 1.6)
    sharp = edge_sharpness(image, np.ones(image.shape, bool), at)
    assert sharp is not None
    said = gate(ship(), Resolved(known_m=0.5, measured_m=sharp.resolved_m))
    assert not said.may_recognise
    assert "sharpness measured" in said.words


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize(("pixel_m", "sigma_m"), [(0.5, 0.25), (1.5, 0.75), (2.5, 1.2)])
def test_enlarging_four_times_changes_no_statement(order: int, pixel_m: float, sigma_m: float) -> None:
    image, at = hull(pixel_m, sigma_m)
    larger, at4 = enlarged(image, at, order)
    before = statements(image, at, pixel_m, pixel_m)
    assert statements(larger, at4, pixel_m, pixel_m / 4) == before
    bare = statements(larger, at4, None, pixel_m / 4)
    assert not any(bare[1:]), "an enlarged picture without metadata names no class"


def test_a_narrow_hull_or_a_flat_image_gives_no_sharpness() -> None:
    image, at = hull(2.5, 1.2)
    assert edge_sharpness(image, np.ones(image.shape, bool), replace(at, beam_m=10.0)) is None
    flat = np.full(image.shape, 0.1, np.float32)
    assert edge_sharpness(flat, np.ones(image.shape, bool), at) is None


def test_where_few_forms_fit_a_size_the_superstructure_is_taken_as_short_as_any_of_like_size() -> None:
    big = replace(ship(230.0, 39.0), length_m=Estimate(230.0, 16.0), beam_m=Estimate(39.0, 5.0))
    assert len(fitting(big.length_m, big.beam_m)) == 2  # one of them, a ferry, is nearly all superstructure
    assert shortest_superstructure(big) < 0.1
    assert shortest_superstructure(ship()) == pytest.approx(0.1, abs=0.04)  # many forms of 112 x 15 m


def test_a_size_that_no_form_is_near_is_taken_as_short_as_any() -> None:
    every = [house.length for f in library.forms() if (house := superstructure(f))]
    assert shortest_superstructure(ship(20.0, 5.0)) == min(every)
