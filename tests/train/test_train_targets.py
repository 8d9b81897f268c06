"""Labels become hulls, cores and places that teach nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from affine import Affine
from scipy import ndimage
from shapely.geometry import Point, Polygon, box, mapping

from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.geo import ground_frame
from roadstead.model import InputError
from roadstead.train.targets import targets

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

SIZE = 100
UTM = Affine(WORK_M, 0, 500_000, 0, -WORK_M, 4_000_000)
FRAME = ground_frame(UTM, "EPSG:32631", (SIZE, SIZE))
GRID = WorkGrid(shape=(SIZE, SIZE), step_px=(1.0, 1.0))


def lonlat(shape: BaseGeometry) -> BaseGeometry:
    """A shape in columns and rows as it would be drawn on a map."""
    if isinstance(shape, Point):
        return Point(*(float(v) for v in FRAME.lonlat(shape.x, shape.y)))
    cols, rows = np.array(shape.exterior.coords).T
    return Polygon(np.column_stack(FRAME.lonlat(cols, rows)))


def labels(folder: Path, *shapes: tuple[BaseGeometry, dict[str, object]]) -> Path:
    path = folder / "vessels.geojson"
    features = [{"type": "Feature", "geometry": mapping(lonlat(s)), "properties": p} for s, p in shapes]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_drawn_box_is_the_hull_and_its_inner_half_the_core(tmp_path: Path) -> None:
    made = targets(labels(tmp_path, (box(20, 30, 60, 38), {"alongside": True})), FRAME, GRID)
    assert made.hull[30:38, 20:60].all()
    assert made.hull.sum() == 8 * 40
    assert 0.4 < made.core.sum() / made.hull.sum() < 0.8
    assert not np.any(made.core > made.hull)
    assert made.ships == pytest.approx(np.array([[34, 40, 40, 8, 0, 1]]), abs=0.05)
    assert np.array_equal(made.ids > 0, made.hull > 0)


def test_an_outline_from_a_mask_loses_its_rim_and_the_rim_teaches_nothing(tmp_path: Path) -> None:
    made = targets(labels(tmp_path, (box(20, 30, 60, 42), {"mask_length_m": 200})), FRAME, GRID)
    assert made.hull[36, 40] == 1
    assert made.hull[30, 40] == 0
    assert made.weight[30, 40] == 0
    assert made.weight[36, 40] == 1
    assert made.weight[60, 40] == 1


def test_ships_side_by_side_stay_two_and_what_parts_them_counts_double(tmp_path: Path) -> None:
    pair = [(box(20, top, 60, top + 10), {"mask_length_m": 200}) for top in (30, 40)]
    made = targets(labels(tmp_path, *pair), FRAME, GRID)
    assert ndimage.label(made.core)[1] == 2
    assert made.hull[40, 40] == 0
    assert made.weight[40, 40] == 2


def test_what_is_not_known_teaches_nothing(tmp_path: Path) -> None:
    areas = [(box(5, 5, 20, 20), {"label": "ignore"}), (box(70, 70, 80, 80), {"label": "undecided"})]
    made = targets(labels(tmp_path, *areas, (Point(50, 50), {})), FRAME, GRID)
    assert not made.hull.any()
    assert made.weight[10, 10] == made.weight[75, 75] == made.weight[50, 50] == 0
    assert made.weight[50, 95] == 1


def test_a_known_structure_is_background_that_counts(tmp_path: Path) -> None:
    made = targets(labels(tmp_path, (box(20, 30, 60, 38), {"label": "not_vessel"})), FRAME, GRID)
    assert not made.hull.any()
    assert made.weight.all()


def test_labels_that_are_none_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "vessels.geojson"
    path.write_text("[]")
    with pytest.raises(InputError, match="cannot be read as labels"):
        targets(path, FRAME, GRID)
