"""Radar hulls a few pixels long: nothing snaps to the pixel grid, and the sigmas say how little is known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from scipy.ndimage import gaussian_filter

from roadstead.detection import SarDetector
from roadstead.geo import ground_frame
from roadstead.measure import OrientedBox, measure
from roadstead.measure.sar import measure_sar
from roadstead.model import BandRole, Candidate, Modality, Pixels, SarUnit, Scene

PIXEL_M, FINE, SIZE = 30.0, 6, 33
SCENE = Scene(
    id="sea", path=Path("sea.tif"), time=None, modality=Modality.SAR, bands=(BandRole.VV,), sar_unit=SarUnit.LINEAR
)


def coarse_hull(length_m: float, beam_m: float, heading_deg: float, seed: int) -> tuple[Pixels, Candidate]:
    """A hull with bright spots, focused to 20 m and sampled at 30 m, and its pixels as a candidate."""
    rng = np.random.default_rng(seed)
    fine_m = PIXEL_M / FINE
    y, x = (np.mgrid[: SIZE * FINE, : SIZE * FINE] + 0.5) * fine_m - SIZE * PIXEL_M / 2
    x, y = x - rng.uniform(-15, 15), y - rng.uniform(-15, 15)
    angle = math.radians(heading_deg)
    along, across = x * math.sin(angle) - y * math.cos(angle), x * math.cos(angle) + y * math.sin(angle)
    inside = (np.abs(along) <= length_m / 2) & (np.abs(across) <= beam_m / 2)
    bright = 2.0 * inside * rng.gamma(0.5, 2.0, inside.shape)
    blurred = gaussian_filter(bright, 8.5 / fine_m).reshape(SIZE, FINE, SIZE, FINE).mean(axis=(1, 3))
    image = (blurred + 0.02) * rng.gamma(10, 1 / 10, blurred.shape)
    pixels = Pixels(
        values=image[None].astype(np.float32),
        valid=np.ones(image.shape, bool),
        transform=Affine(PIXEL_M, 0, 500000, 0, -PIXEL_M, 5000000),
        crs="EPSG:32633",
    )
    at = np.nonzero(image > 0.1)
    weights = np.clip(0.5 + 10 * np.log10(image[at] / (0.05 * image.max())) / 12, 0.01, 1)
    return pixels, Candidate(rows_px=at[0], cols_px=at[1], weights=weights.astype(np.float32), score=0.9)


def measured(length_m: float, beam_m: float, heading_deg: float, seed: int) -> OrientedBox:
    pixels, candidate = coarse_hull(length_m, beam_m, heading_deg, seed)
    return measure_sar(SCENE, pixels, candidate, ground_frame(pixels.transform, pixels.crs, (SIZE, SIZE)))


def turn_deg(box: OrientedBox, heading_deg: float) -> float:
    return (box.heading_deg.value - heading_deg + 90) % 180 - 90


@pytest.mark.parametrize("heading_deg", [15.0, 72.0, 75.0, 108.0, 163.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_tilted_hull_is_not_laid_along_the_pixel_grid(heading_deg: float, seed: int) -> None:
    box = measured(220, 32, heading_deg, seed)
    # sigmas are at most a third of the tilt, so a box along the grid would fail here
    assert box.heading_deg.sigma < 6.5
    assert abs(turn_deg(box, heading_deg)) < 2 * box.heading_deg.sigma
    assert abs(box.length_m.value - 220) < 2 * box.length_m.sigma


def test_sizes_follow_the_hull_and_not_the_pixels() -> None:
    lengths = [measured(200 + 6 * k, 32, 80, 5).length_m.value for k in range(6)]
    assert np.all(np.diff(lengths) > 0.5)
    beams = [measured(240, 32, heading, seed).beam_m.value for heading in (70, 90) for seed in (1, 2, 3)]
    assert len({round(b / PIXEL_M, 2) for b in beams}) > 3


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("length_m", [150, 250, 350])
def test_beams_are_those_of_ships_and_sigmas_at_least_half_a_pixel(length_m: float, seed: int) -> None:
    box = measured(length_m, length_m / 7, 75, seed)
    assert 4 < box.length_m.value / box.beam_m.value < 9.5
    assert abs(box.beam_m.value - length_m / 7) < 2 * box.beam_m.sigma
    assert box.length_m.sigma > PIXEL_M / 2
    assert box.beam_m.sigma > 0.15 * box.beam_m.value


def test_what_shows_fewer_than_three_pixels_has_no_axis_and_a_size_within_a_pixel_at_best() -> None:
    box = measured(40, 12, 30, 4)
    assert box.heading_deg.sigma == pytest.approx(52, abs=0.1)
    assert box.length_m.sigma >= PIXEL_M
    assert abs(box.length_m.value - 40) < 2 * box.length_m.sigma
    assert box.beam_m.value > 5


def test_a_bloom_wider_than_any_ship_widens_every_sigma() -> None:
    slim, bloomed = measured(250, 36, 75, 1), measured(250, 100, 75, 1)
    assert bloomed.beam_m.value < 60
    assert bloomed.length_m.sigma > 2 * slim.length_m.sigma
    assert bloomed.heading_deg.sigma > 1.5 * slim.heading_deg.sigma


def test_a_faint_deck_between_bright_ends_belongs_to_the_hull() -> None:
    image = np.full((41, 41), 0.02)
    image[20, 14:26] = 0.6
    image[19:22, 13:16] = 40.0
    image[19:22, 24:27] = 12.0
    pixels = Pixels(
        values=image[None].astype(np.float32),
        valid=np.ones(image.shape, bool),
        transform=Affine(PIXEL_M, 0, 500000, 0, -PIXEL_M, 5000000),
        crs="EPSG:32633",
    )
    at = np.nonzero(image > 0.1)
    spot = Candidate(rows_px=at[0], cols_px=at[1], weights=np.full(len(at[0]), 0.5, np.float32), score=0.9)
    box = measure_sar(SCENE, pixels, spot, ground_frame(pixels.transform, pixels.crs, image.shape))
    assert box.length_m.value == pytest.approx(420, abs=35)


def test_a_deck_house_that_outshines_the_hull_does_not_hide_it_and_leaves_more_doubt() -> None:
    even = np.full((41, 41), 0.02)
    even[19:22, 12:28] = 1.0
    spiky = even.copy()
    spiky[19:22, 13:15] = 100.0
    boxes = []
    for image in (even, spiky):
        pixels = Pixels(
            values=image[None].astype(np.float32),
            valid=np.ones(image.shape, bool),
            transform=Affine(10, 0, 500000, 0, -10, 5000000),
            crs="EPSG:32633",
        )
        at = np.nonzero(image > 0.1)
        below_db = 10 * np.log10(image[at] / (0.05 * image.max()))
        weights = np.clip(0.5 + below_db / 12, 0.1, 1).astype(np.float32)
        hull = Candidate(rows_px=at[0], cols_px=at[1], weights=weights, score=0.9)
        boxes.append(measure_sar(SCENE, pixels, hull, ground_frame(pixels.transform, pixels.crs, image.shape)))
    plain, shone = (b.length_m for b in boxes)
    assert plain.value == pytest.approx(160, abs=15)
    assert shone.value == pytest.approx(160, abs=2 * shone.sigma)
    assert shone.value > 80
    assert 2 * plain.sigma < shone.sigma < 80


def test_no_detection_is_surer_than_99_percent() -> None:
    rng = np.random.default_rng(3)
    image = rng.gamma(4.4, 0.02 / 4.4, (300, 300))
    image[150:154, 140:165] = 20.0
    pixels = Pixels(
        values=image[None].astype(np.float32),
        valid=np.ones(image.shape, bool),
        transform=Affine(10, 0, 500000, 0, -10, 5000000),
        crs="EPSG:32633",
    )
    (candidate,), _ = SarDetector().detect(SCENE, pixels)
    assert candidate.score == 0.99
    found = measure(SCENE, pixels, candidate, number=1, method="sar")
    assert found.length_m is not None
    assert found.length_m.value == pytest.approx(250, abs=2 * found.length_m.sigma)
