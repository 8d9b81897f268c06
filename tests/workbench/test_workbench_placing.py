"""A screenshot gets its place from control points, as an exhibit of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from review_case import lonlat

from roadstead.archive import IntakeFacts, add, exhibit_scenes, exhibits
from roadstead.workbench.placing import fit_m
from roadstead.workbench.refresh import refresh
from roadstead.workbench.schemas import PointIn

if TYPE_CHECKING:
    from pathlib import Path

    from workbench_client import Client

CORNERS = ((10, 10), (10, 190), (190, 10), (190, 190), (100, 60))
pytestmark = [
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
    pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning"),
]


def point(row: float, col: float, off_m: float = 0.0) -> dict[str, float]:
    """A control point of a picture whose pixels are those of the case's images."""
    lon, lat = lonlat(row, col)
    return {"col": col, "row": row, "lon": lon + off_m / 111_195, "lat": lat}


@pytest.fixture
def screenshot(case: Path, tmp_path: Path) -> str:
    """A screenshot in the case; its id."""
    path = tmp_path / "screenshot.png"
    values = np.random.default_rng(3).integers(0, 255, (3, 200, 200), np.uint8)
    with rasterio.open(path, "w", driver="PNG", width=200, height=200, count=3, dtype="uint8") as out:
        out.write(values)
    (added,) = add(case, [path], IntakeFacts(added_by="Ann", credit="A. Photographer", publisher="Paper")).added
    assert refresh(case) == 0
    return added.id


def key_of(ann: Client, scene_id: str) -> str:
    return next(s["key"] for s in ann.get("scenes").json() if s["id"] == scene_id)


def test_a_screenshot_lies_where_its_control_points_put_it(screenshot: str, ann: Client, case: Path) -> None:
    answer = ann.post(f"scenes/{key_of(ann, screenshot)}/points", [point(*c) for c in CORNERS])
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert not found["refused"]
    assert found["off_m"] < 0.5
    placed = next(e for e in exhibits(case) if e.id == found["added"][0])
    assert (placed.of_exhibit, placed.analyst, placed.credit, placed.publisher) == (
        screenshot, "Ann", "A. Photographer", "Paper",
    )  # fmt: skip
    assert "5 control points set by Ann" in placed.gsd_basis
    scene = next(s for s in exhibit_scenes(case).scenes if placed.id in str(s.path))
    assert scene.footprint
    assert scene.gsd_m == pytest.approx(10, abs=0.2)
    (west, north), (east, south) = lonlat(0, 0), lonlat(200, 200)
    assert scene.footprint.bounds == pytest.approx((west, south, east, north), abs=2e-4)


def test_a_point_that_contradicts_the_others_is_seen_in_the_distance() -> None:
    points = [PointIn(**point(*c)) for c in CORNERS[:4]]
    assert fit_m([*points, PointIn(**point(*CORNERS[4]))])[0] < 0.5
    assert fit_m([*points, PointIn(**point(*CORNERS[4], off_m=200))])[0] > 50


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ([point(*c) for c in CORNERS[:3]], "at least 4"),
        ([point(n, n) for n in range(0, 200, 40)], "on one line"),
    ],
)
def test_points_that_place_nothing_are_refused(
    points: list[dict[str, float]], why: str, screenshot: str, ann: Client, case: Path
) -> None:
    held = len(exhibits(case))
    answer = ann.post(f"scenes/{key_of(ann, screenshot)}/points", points)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]
    assert len(exhibits(case)) == held


def test_what_lies_on_the_map_already_is_not_placed(ann: Client) -> None:
    answer = ann.post(f"scenes/{key_of(ann, 'roads-01')}/points", [point(*c) for c in CORNERS])
    assert answer.status_code == 422
    assert "on the map already" in answer.json()["detail"]


def test_a_picture_that_counts_as_a_look_is_not_counted_twice(
    screenshot: str, ann: Client, case: Path, tmp_path: Path
) -> None:
    add(case, [tmp_path / "screenshot.png"], IntakeFacts(added_by="Ann", site_id="roads"))
    answer = ann.post(f"scenes/{key_of(ann, screenshot)}/points", [point(*c) for c in CORNERS])
    assert answer.status_code == 422
    assert "would count twice" in answer.json()["detail"]
