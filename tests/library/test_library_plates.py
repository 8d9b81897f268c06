"""Plates: three pictures in one coordinate, marked, the same bytes every time."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from roadstead.library import PLATE_SUN, form, plate


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.fixture(scope="module")
def tug() -> bytes:
    return plate([form("tug")])


def test_a_plate_is_marked_and_the_same_every_time(tug: bytes) -> None:
    assert Image.open(io.BytesIO(tug)).info["Description"] == "roadstead:simulated"
    assert plate([form("tug")]) == tug


def test_the_shadow_follows_the_stated_sun(tug: bytes) -> None:
    other = pixels(plate([form("tug")], replace(PLATE_SUN, sun_azimuth_deg=330.0)))
    assert other.shape == pixels(tug).shape
    assert (other != pixels(tug)).any(axis=2).mean() > 0.05
    night = plate([form("tug")], replace(PLATE_SUN, sun_elevation_deg=-5.0))
    assert len(night) > 1000


def test_several_forms_stand_one_above_the_other(tug: bytes) -> None:
    both = pixels(plate([form("tug"), form("serna")]))
    assert both.shape[0] > 1.5 * pixels(tug).shape[0]
