"""Lengths, beams and headings of simulated SAR hulls."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from roadstead.geo import ground_frame
from roadstead.measure.sar import measure_sar
from roadstead.model import BandRole, Candidate, Modality, Pixels, SarUnit, Scene

SCENE = Scene(
    id="sea", path=Path("sea.tif"), time=None, modality=Modality.SAR, bands=(BandRole.VV,), sar_unit=SarUnit.LINEAR
)


def hull(length_m: float, heading_deg: float, seed: int, pixel_m: float = 10) -> tuple[Pixels, Candidate]:
    """A speckled hull 30 times as bright as the sea, beam a sixth of its length, and its pixels as a candidate."""
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[:101, :101]
    row0, col0 = 50 + rng.uniform(-0.5, 0.5, 2)
    angle = math.radians(heading_deg)
    along = ((cols - col0) * math.sin(angle) - (rows - row0) * math.cos(angle)) * pixel_m
    across = ((cols - col0) * math.cos(angle) + (rows - row0) * math.sin(angle)) * pixel_m
    inside = (abs(along) <= length_m / 2) & (abs(across) <= length_m / 12)
    image = rng.gamma(4.4, 0.02 / 4.4, rows.shape)
    image[inside] += 0.6 * rng.gamma(3, 1 / 3, int(inside.sum()))
    pixels = Pixels(
        values=image[None].astype(np.float32),
        valid=np.ones(rows.shape, bool),
        transform=Affine(pixel_m, 0, 500000, 0, -pixel_m, 5000000),
        crs="EPSG:32633",
    )
    grown = (abs(along) <= length_m / 2 + pixel_m) & (abs(across) <= length_m / 12 + pixel_m)
    at = np.nonzero(grown)
    return pixels, Candidate(
        rows_px=at[0], cols_px=at[1], weights=np.where(inside[at], 1, 0.3).astype(np.float32), score=1
    )


def measured(pixels: Pixels, candidate: Candidate):  # noqa: ANN201 - the type is the subject's own
    return measure_sar(SCENE, pixels, candidate, ground_frame(pixels.transform, pixels.crs, (101, 101)))


def test_lengths_are_unbiased_and_their_sigma_is_honest() -> None:
    rng = np.random.default_rng(3)
    errors, ratios = [], []
    for seed in range(40):
        length_m = rng.uniform(60, 300)
        box = measured(*hull(length_m, rng.uniform(0, 180), seed))
        errors.append(box.length_m.value - length_m)
        ratios.append(abs(errors[-1]) / box.length_m.sigma)
    assert abs(np.mean(errors)) < 3
    assert np.mean(np.abs(errors)) < 6
    assert 0.5 < np.mean(np.array(ratios) < 1) < 0.97


@pytest.mark.parametrize("heading_deg", [0.0, 33.0, 90.0, 140.0])
def test_heading_is_clockwise_from_north(heading_deg: float) -> None:
    box = measured(*hull(200, heading_deg, 7))
    # grid north of UTM 33 is true north on 15 degrees east, where this hull lies
    assert abs((box.heading_deg.value - heading_deg + 90) % 180 - 90) < 3
    assert 0 <= box.heading_deg.value < 180


def test_the_box_lies_on_the_hull() -> None:
    box = measured(*hull(240, 90, 1))
    cols, rows = zip(*box.corners_px, strict=True)
    assert (box.col_px, box.row_px) == (pytest.approx(50.5, abs=1), pytest.approx(50.5, abs=1))
    assert max(cols) - min(cols) == pytest.approx(24, abs=2)
    assert max(rows) - min(rows) == pytest.approx(4, abs=1.5)
    assert box.beam_m.value == pytest.approx(40, abs=10)


def test_units_do_not_change_the_measurement() -> None:
    pixels, candidate = hull(150, 60, 5)
    decibel = Pixels(
        values=10 * np.log10(pixels.values), valid=pixels.valid, transform=pixels.transform, crs=pixels.crs
    )
    scene_db = Scene(
        id="sea", path=Path("sea.tif"), time=None, modality=Modality.SAR, bands=(BandRole.VV,), sar_unit=SarUnit.DB
    )
    frame = ground_frame(pixels.transform, pixels.crs, (101, 101))
    in_db = measure_sar(scene_db, decibel, candidate, frame)
    assert in_db.length_m.value == pytest.approx(measured(pixels, candidate).length_m.value, abs=0.5)


def test_a_single_pixel_has_a_size_of_one_pixel_and_no_axis() -> None:
    pixels, _ = hull(10, 0, 1)
    spot = Candidate(rows_px=np.array([50]), cols_px=np.array([50]), weights=np.ones(1, np.float32), score=0.5)
    box = measured(pixels, spot)
    assert box.length_m.value <= 30
    assert box.heading_deg.sigma > 10
