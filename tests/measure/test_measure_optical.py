"""A candidate in an optical image is measured, with more doubt where the image gives reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from roadstead.geo import ground_frame
from roadstead.measure.optical import measure_optical
from roadstead.model import BandRole, Candidate, Modality, Pixels, Scene

SCENE = Scene(id="s", path=Path("s.tif"), time=None, modality=Modality.OPTICAL, bands=(BandRole.PAN,), gsd_m=5.0)
SHAPE = (60, 60)
PIXELS = Pixels(
    values=np.zeros((1, *SHAPE), np.float32), valid=np.ones(SHAPE, bool), transform=Affine.identity(), crs=None
)
FRAME = ground_frame(Affine.identity(), None, SHAPE, 5.0)


def hull() -> Candidate:
    rows, cols = (a.ravel() for a in np.meshgrid(np.arange(20, 26), np.arange(10, 46), indexing="ij"))
    weights = np.ones(len(rows), np.float32)
    return Candidate(rows_px=rows, cols_px=cols, weights=weights, score=0.9, alongside=False)


def test_length_and_beam_are_in_metres_and_the_box_is_as_long_as_it_says() -> None:
    box = measure_optical(SCENE, PIXELS, hull(), FRAME)
    corners = np.array(box.corners_px)
    # What shows is 180 m; outlines of networks miss 1 % of a hull.
    assert box.length_m.value == pytest.approx(180 / 0.99, abs=2)
    assert 5 * np.hypot(*(corners[1] - corners[0])) == pytest.approx(box.length_m.value, abs=0.5)
    assert 5 * np.hypot(*(corners[3] - corners[0])) == pytest.approx(box.beam_m.value, abs=0.5)
    assert box.beam_m.value == pytest.approx(30, abs=3)
    assert box.heading_deg.value == pytest.approx(90, abs=0.5)


def test_a_hull_at_a_quay_is_measured_with_more_doubt() -> None:
    free = measure_optical(SCENE, PIXELS, hull(), FRAME)
    moored = measure_optical(SCENE, PIXELS, replace(hull(), alongside=True), FRAME)
    assert moored.length_m.sigma > 1.5 * free.length_m.sigma
    assert moored.beam_m.sigma > 1.5 * free.beam_m.sigma
    assert moored.heading_deg.sigma > free.heading_deg.sigma


def test_a_resampled_image_is_not_trusted_to_its_pixel() -> None:
    sharp = measure_optical(SCENE, PIXELS, hull(), FRAME)
    enlarged = measure_optical(replace(SCENE, resampled=True), PIXELS, hull(), FRAME)
    assert enlarged.beam_m.sigma > sharp.beam_m.sigma


def test_no_length_is_claimed_better_than_a_few_percent() -> None:
    box = measure_optical(SCENE, PIXELS, hull(), FRAME)
    assert box.length_m.sigma > 0.05 * box.length_m.value
