"""What an analyst drew is measured as far as the drawing goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from shapely.geometry import LineString, Polygon

from roadstead.measure import frame_of, measure_by_eye
from roadstead.model import BandRole, Modality, Pixels, Scene

SCENE = Scene(id="s", path=Path("s.tif"), time=None, modality=Modality.OPTICAL, bands=(BandRole.PAN,), gsd_m=5.0)
PIXELS = Pixels(
    values=np.zeros((1, 80, 80), np.float32),
    valid=np.ones((80, 80), bool),
    transform=Affine(5, 0, 500_000, 0, -5, 5_000_000),
    crs="EPSG:32633",
)


def lonlat(*corners: tuple[float, float]) -> list[tuple[float, float]]:
    """Corners in (column, row) as longitude and latitude."""
    lon, lat = frame_of(SCENE, PIXELS).lonlat(*zip(*corners, strict=True))
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def test_a_line_has_a_length_and_an_axis_but_no_beam() -> None:
    found = measure_by_eye(SCENE, PIXELS, LineString(lonlat((20, 40), (60, 40))), number=1, analyst="Jo")
    assert found.length_m is not None
    assert found.length_m.value == pytest.approx(200, rel=1e-3)
    assert found.heading_deg is not None
    assert found.beam_m is None
    assert any("beam was not measured" in note for note in found.notes)
    assert found.outline is not None
    assert found.outline.area > 0


def test_a_polygon_has_a_beam_and_no_such_note() -> None:
    ring = lonlat((20, 37), (60, 37), (60, 43), (20, 43))
    found = measure_by_eye(SCENE, PIXELS, Polygon(ring), number=1, analyst="Jo")
    assert found.beam_m is not None
    assert found.beam_m.value == pytest.approx(30, rel=1e-3)
    assert found.notes == ("marked by eye",)
