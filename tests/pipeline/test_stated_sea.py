"""A coastline, a sea polygon or the sites' areas beside the pixels: what is searched, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely
from affine import Affine
from coast_scene import LAKE_M, RADAR_SHIPS_M, SHIPS_M, Coast, coast, optical, radar
from messy import CASE, changed, write_case
from shapely.geometry import box, mapping

from roadstead.model import InputError, SarUnit
from roadstead.pipeline import Detected, detect, verify

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

Places = list[tuple[float, float]]


@pytest.fixture(scope="session")
def coastline(shared: Path) -> Path:
    path = shared / "data" / "coast" / "land-sea-of-japan.gpkg"
    if not path.is_file():
        pytest.skip("the coastline in ../shared/data is not on this machine")
    return path


@pytest.fixture(scope="session")
def land(coastline: Path) -> BaseGeometry:
    return shapely.from_wkb(pyogrio.raw.read(coastline)[2][0])


@pytest.fixture(scope="session")
def three_m(land: BaseGeometry) -> Coast:
    return coast(land, 1500, 3.0)


@pytest.fixture(scope="session")
def ten_m(land: BaseGeometry) -> Coast:
    return coast(land, 1000, 10.0)


def places(found: Detected, where: Coast) -> Places:
    """Of the ships, metres from the window's middle."""
    assert found.failures == ()
    half = where.land.shape[0] / 2
    at = [((d.row_px - half) * where.pixel_m, (d.col_px - half) * where.pixel_m) for d in found.detections]
    return sorted(at)


def near(found: Places, wanted: Any, metres: float = 15.0) -> bool:
    return len(found) == len(wanted) and bool(np.allclose(found, sorted(wanted), atol=metres))


def geojson(path: Path, shape: BaseGeometry) -> Path:
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": mapping(shape)}))
    return path


def sea_layer(folder: Path) -> tuple[np.ndarray[Any, Any], str]:
    (path,) = folder.glob("*.sea.tif")
    with rasterio.open(path) as layer:
        return layer.read(1), layer.tags()["basis"]


def test_a_lake_inland_is_no_sea_by_the_coastline(tmp_path: Path, coastline: Path, three_m: Coast) -> None:
    image = optical(three_m, tmp_path / "o.tif")
    assert near(places(detect([image]), three_m), [*SHIPS_M, LAKE_M])
    found = detect([image], coastline=coastline, out=tmp_path / "o.geojson", masks=tmp_path)
    assert near(places(found, three_m), SHIPS_M)
    assert found.doubts == ()
    values, basis = sea_layer(tmp_path)
    lake = np.array(LAKE_M) / 3 + 750
    assert values[int(lake[0]), int(lake[1])] == 1
    assert (values[three_m.land] == 1).mean() > 0.97
    assert (values[~three_m.land] == 2).mean() > 0.97
    assert basis.startswith("by the coastline land-sea-of-japan.gpkg (sha256 ")
    assert "and from the pixels (infrared, confidence 1.00), which agree on 97 % of the land" in basis
    for feature in json.loads((tmp_path / "o.geojson").read_text())["features"]:
        assert feature["properties"]["sea"].startswith("coastline land-sea-of-japan.gpkg")
        assert "land and sea by the coastline land-sea-of-japan.gpkg" in feature["properties"]["notes"]


def test_radar_takes_the_same_coastline(tmp_path: Path, coastline: Path, ten_m: Coast) -> None:
    image = radar(ten_m, tmp_path / "r.tif")
    assert near(places(detect([image], sar_unit=SarUnit.LINEAR), ten_m), [*RADAR_SHIPS_M, LAKE_M])
    found = detect([image], sar_unit=SarUnit.LINEAR, coastline=coastline, masks=tmp_path)
    assert near(places(found, ten_m), RADAR_SHIPS_M)
    assert (found.doubts, set(found.seas.values())) == ((), {found.row(found.detections[0])["sea"]})
    values, basis = sea_layer(tmp_path)
    share = ten_m.land[:990, :990].reshape(66, 15, 66, 15).mean(axis=(1, 3))
    # narrow bays too, which the pixels' own blocks close
    assert (values[:66, :66][share < 0.5] == 2).all()
    assert (values[:66, :66][share > 0.9] == 1).all()
    assert basis.startswith("by the coastline land-sea-of-japan.gpkg (sha256 ")
    assert "from the pixels (brightness and roughness of blocks of 15 x 15 pixels), which agree on 96 %" in basis


def test_what_the_coastline_makes_land_is_named_with_the_reason(tmp_path: Path, ten_m: Coast) -> None:
    """The block of a small island is sea; a thing on it is told by its own place."""
    image = radar(ten_m, tmp_path / "r.tif")
    west, south, _, _ = ten_m.lonlat_box.bounds
    down, right = RADAR_SHIPS_M[1]
    corners = [ten_m.lonlat(down + d, right + r) for d, r in ((-60, -100), (-60, 100), (60, 100), (60, -100))]
    islet = shapely.Polygon(corners)
    far = box(west + 0.001, south + 0.001, west + 0.002, south + 0.002)
    path = geojson(tmp_path / "islet.geojson", shapely.MultiPolygon([islet, far]))
    found = detect([image], sar_unit=SarUnit.LINEAR, coastline=path, out=tmp_path / "r.geojson")
    assert near(places(found, ten_m), [RADAR_SHIPS_M[0], LAKE_M])
    rejected = json.loads((tmp_path / "r.rejected.geojson").read_text())["features"]
    assert "on land by the coastline islet.geojson" in " ".join(f["properties"]["reason"] for f in rejected)


def test_a_displaced_coastline_is_told_with_the_share_and_the_way(
    tmp_path: Path, coastline: Path, three_m: Coast, ten_m: Coast
) -> None:
    moved = replace(three_m, transform=Affine.translation(36, -24) @ three_m.transform)
    (doubt,) = detect([optical(moved, tmp_path / "o.tif")], coastline=coastline).doubts
    assert doubt.startswith("o: the coastline land-sea-of-japan.gpkg (sha256 ")
    assert "seems displaced: 93 % of the land agrees with the pixels' own, 97 % would 43 m away" in doubt
    assert "(+12 pixels right, +8 down)" in doubt
    far = replace(ten_m, transform=Affine.translation(-600, 0) @ ten_m.transform)
    found = detect([radar(far, tmp_path / "r.tif")], sar_unit=SarUnit.LINEAR, coastline=coastline)
    assert "would 600 m away (-60 pixels right, +0 down)" in found.doubts[0]


def test_reclaimed_land_stays_land_and_is_told(tmp_path: Path, coastline: Path, three_m: Coast) -> None:
    """What the coastline calls sea and the pixels show as land: a new port, larger than any ship."""
    grown = three_m.land.copy()
    grown[:, :300] = True
    image = optical(replace(three_m, land=grown), tmp_path / "o.tif")
    found = detect([image], coastline=coastline, masks=tmp_path)
    values, _ = sea_layer(tmp_path)
    assert (values[:, 5:290] == 1).all()
    assert near(places(found, three_m), SHIPS_M)
    assert len(found.doubts) == 1
    assert "agree on 8" in found.doubts[0]
    assert "km2 of its sea look like land and were not either" in found.doubts[0]


def test_a_sea_polygon_is_sea_whatever_the_pixels_show_and_all_else_is_not(tmp_path: Path, three_m: Coast) -> None:
    image = optical(three_m, tmp_path / "o.tif")
    west, south, east, north = three_m.lonlat_box.bounds
    middle = (south + north) / 2
    # the lower half of the strait with the first ship, and some land
    sea = geojson(tmp_path / "sea.geojson", box(west, middle - 0.005, east, middle))
    found = detect([image], sea=sea, masks=tmp_path, out=tmp_path / "o.csv")
    assert near(places(found, three_m), SHIPS_M[:1])
    values, basis = sea_layer(tmp_path)
    assert (values[800:900] == 2).all()
    assert (values[:700] == 1).all()
    assert basis.startswith("by the sea polygon sea.geojson (sha256 ")
    assert "sea polygon sea.geojson" in (tmp_path / "o.csv").read_text()
    (doubt,) = found.doubts
    assert "km2 of the sea polygon sea.geojson" in doubt
    assert "look like land to the pixels" in doubt


def test_a_sea_polygon_on_open_water_raises_no_doubt(tmp_path: Path, three_m: Coast) -> None:
    """Where there is no land, nothing can be compared, and nothing is amiss."""
    open_sea = replace(three_m, land=np.zeros_like(three_m.land))
    image = optical(open_sea, tmp_path / "o.tif")
    sea = geojson(tmp_path / "sea.geojson", open_sea.lonlat_box.buffer(0.01))
    assert detect([image], sea=sea).doubts == ()


def test_an_image_that_the_file_does_not_reach_is_left_out_with_a_sentence(tmp_path: Path, three_m: Coast) -> None:
    image = optical(three_m, tmp_path / "o.tif")
    found = detect([image], coastline=geojson(tmp_path / "far.geojson", box(0, 0, 1, 1)))
    assert found.detections == ()
    assert "far.geojson reaches from 0.00 to 1.00 E, 0.00 to 1.00 N and the image from 131.8" in found.failures[0]
    with pytest.raises(InputError, match="--coastline and --sea say the same thing twice; give one of them"):
        detect([image], coastline=tmp_path / "far.geojson", sea=tmp_path / "far.geojson")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_without_georeference_the_pixels_tell_and_that_is_said(tmp_path: Path, three_m: Coast) -> None:
    image = optical(replace(three_m, land=three_m.land[:400, :400]), tmp_path / "o.tif")
    with rasterio.open(image) as held:
        values = held.read()
    bare = tmp_path / "bare.tif"
    profile = {"driver": "GTiff", "width": 400, "height": 400, "count": 4, "dtype": "uint16"}
    with rasterio.open(bare, "w", **profile) as out:
        out.write(values)
        out.descriptions = ("blue", "green", "red", "nir")
    found = detect([bare], gsd_m=3.0, coastline=geojson(tmp_path / "a.geojson", box(0, 0, 1, 1)))
    assert found.failures == ()
    assert "was not used: the image has no georeference, so the pixels tell sea from land" in found.doubts[0]


def case_with(folder: Path, three_m: Coast, sea: str) -> Path:
    """A case of the window, whose claims play no part."""
    west, south, east, north = three_m.lonlat_box.buffer(-0.002).bounds
    corners = [[west, south], [east, south], [east, north], [west, north]]
    text = changed('images = ["images"]', f'images = ["images"]\n{sea}')
    aoi = text[text.index("aoi = ") : text.index("\ntraffic")]
    case = write_case(folder, changed(aoi, f"aoi = {json.dumps(corners)}", text))
    optical(three_m, case / "images" / "o.tif")
    return case


def features(case: Path) -> list[dict[str, Any]]:
    return [f["properties"] for f in json.loads((case / "out" / "detections.geojson").read_text("utf-8"))["features"]]


def test_a_case_names_its_coastline_and_a_changed_file_is_searched_anew(tmp_path: Path, three_m: Coast) -> None:
    sea = 'sea = { coastline = "coast/land.geojson" }'
    case = case_with(tmp_path / "case", three_m, sea)
    (case / "coast").mkdir()
    west, south, east, north = three_m.lonlat_box.bounds
    lake_up = three_m.lonlat(*LAKE_M)[1]
    path = geojson(case / "coast" / "land.geojson", box(west, south, east, lake_up + 0.004))
    first = verify(case)
    assert len(features(case)) == 2
    assert {f["sea"].partition(" (")[0] for f in features(case)} == {"coastline land.geojson"}
    report = first.report.read_text("utf-8")
    assert "land and sea by the coastline land.geojson" in report
    assert any("land.geojson" in w and "agree on" in w for w in first.case.warnings)
    again = verify(case)
    assert again.steps_done == 0
    geojson(path, box(west, north - 0.001, east, north))
    assert verify(case).steps_done > 0
    assert len(features(case)) == 3


def test_a_case_without_its_file_says_so_and_goes_on_by_the_pixels(tmp_path: Path, three_m: Coast) -> None:
    case = case_with(tmp_path / "case", three_m, 'sea = { coastline = "gone.gpkg" }')
    result = verify(case)
    (loss,) = [s for s in result.losses if "gone.gpkg" in s]
    assert loss.startswith("sea.coastline: ")
    assert loss.endswith("until then the pixels tell sea from land")
    assert {f["sea"] for f in features(case)} == {"pixels"}
    assert len(features(case)) == 3


def test_sites_drawn_along_the_shore_can_be_the_sea(tmp_path: Path, three_m: Coast) -> None:
    case = case_with(tmp_path / "case", three_m, "sea = { sites = true }")
    verify(case)
    assert {f["sea"] for f in features(case)} == {"site's area Roads"}


@pytest.mark.parametrize("sea", ["{}", '{ coastline = "a.gpkg", sites = true }', "{ sites = false }"])
def test_a_case_names_one_of_the_three(tmp_path: Path, sea: str) -> None:
    case = write_case(tmp_path / "case", changed('images = ["images"]', f'images = ["images"]\nsea = {sea}', CASE))
    (mistake,) = verify(case).case.mistakes
    assert "sea: give one of `coastline` (a file of land), `area` (a file of sea) and `sites = true`" in mistake
