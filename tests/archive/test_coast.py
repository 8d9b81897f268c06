"""Files of land and sea: what is read near a scene, and what is refused in one sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, MultiPolygon, Polygon, box, mapping

from roadstead.archive import coast, open_sea_file
from roadstead.model import InputError, SeaKind

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

ISLAND = box(10.0, 50.0, 10.1, 50.1)
NEAR = box(9.95, 49.95, 10.15, 50.15)
LAND = SeaKind.COASTLINE


def geojson(path: Path, *shapes: BaseGeometry, crs: str = "") -> Path:
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(s)} for s in shapes]
    said: dict[str, Any] = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    path.write_text(json.dumps({"type": "FeatureCollection", **said, "features": features}))
    return path


def written(path: Path, shapes: list[BaseGeometry], crs: str | None, **more: Any) -> Path:
    kind = "MultiPolygon" if any(s.geom_type == "MultiPolygon" for s in shapes) else shapes[0].geom_type
    pyogrio.raw.write(
        path, geometry=np.array(shapely.to_wkb(shapes)), field_data=[], fields=[], geometry_type=kind, crs=crs, **more
    )
    return path


def in_utm(shape: BaseGeometry) -> BaseGeometry:
    to_utm = Transformer.from_crs("EPSG:4326", "EPSG:32632", always_xy=True)
    return shapely.transform(shape, to_utm.transform, interleaved=False)


def test_every_format_and_reference_system_gives_the_same_land(tmp_path: Path) -> None:
    files = [
        geojson(tmp_path / "a.geojson", ISLAND),
        geojson(tmp_path / "b.json", in_utm(ISLAND.segmentize(0.01)), crs="urn:ogc:def:crs:EPSG::32632"),
        written(tmp_path / "c.gpkg", [ISLAND], "EPSG:4326"),
        written(tmp_path / "d.gpkg", [in_utm(ISLAND.segmentize(0.01))], "EPSG:32632"),
        written(tmp_path / "e.shp", [in_utm(ISLAND.segmentize(0.01))], "EPSG:32632"),
    ]
    for path in files:
        found = open_sea_file(path, LAND).around(NEAR)
        assert found.area.symmetric_difference(ISLAND).area < 1e-4 * ISLAND.area
        assert (found.name, found.notes) == (path.name, ())
        assert len(found.sha256) == 64


def test_only_the_part_near_the_scene_is_taken(tmp_path: Path) -> None:
    far = [box(x, 50, x + 0.1, 50.1) for x in (0.0, 5.0, 20.0)]
    found = open_sea_file(geojson(tmp_path / "a.geojson", ISLAND, *far), LAND).around(NEAR)
    assert found.area.equals(MultiPolygon([ISLAND]))


def test_land_that_covers_everything_is_cut_to_the_scene(tmp_path: Path) -> None:
    found = open_sea_file(geojson(tmp_path / "a.geojson", box(-20, 30, 40, 70)), LAND).around(NEAR)
    assert found.area.covers(NEAR)
    assert found.area.bounds[2] - found.area.bounds[0] < 0.3


def test_closed_coastlines_enclose_land_and_rings_within_them_lakes(tmp_path: Path) -> None:
    shore, lake = ISLAND.exterior.coords, box(10.04, 50.04, 10.06, 50.06).exterior
    halves = LineString(shore[:3]), LineString(shore[2:])
    found = open_sea_file(geojson(tmp_path / "a.geojson", *halves, LineString(lake)), LAND).around(NEAR)
    assert found.area.area == pytest.approx(ISLAND.area - 0.02**2)


def test_lines_that_do_not_close_are_refused(tmp_path: Path) -> None:
    file = open_sea_file(geojson(tmp_path / "a.geojson", LineString(ISLAND.exterior.coords[:4])), LAND)
    with pytest.raises(InputError, match=r"a\.geojson holds 1 line\(s\) that do not close, so which side is land"):
        file.around(NEAR)


def test_shapes_that_cross_themselves_are_mended_and_counted(tmp_path: Path) -> None:
    bow_tie = Polygon([(10.0, 50.0), (10.1, 50.1), (10.1, 50.0), (10.0, 50.1)])
    found = open_sea_file(geojson(tmp_path / "a.geojson", bow_tie), LAND).around(NEAR)
    assert found.area.is_valid
    assert found.area.area == pytest.approx(0.005, rel=0.01)
    assert found.notes == ("1 shape(s) of a.geojson crossed themselves and were mended",)


def test_a_file_of_another_place_is_refused_with_both_places(tmp_path: Path) -> None:
    file = open_sea_file(geojson(tmp_path / "a.geojson", shapely.transform(ISLAND, lambda c: c[:, ::-1])), LAND)
    with pytest.raises(InputError, match=r"reaches from 50\.00 to 50\.10 E, 10\.00 to 10\.10 N and the image"):
        file.around(NEAR)


def test_no_land_near_is_an_answer_and_no_sea_is_none(tmp_path: Path) -> None:
    around = geojson(tmp_path / "a.geojson", box(9, 49, 9.5, 49.5), box(10.5, 50.5, 11, 51))
    assert open_sea_file(around, LAND).around(NEAR).area.is_empty
    with pytest.raises(InputError, match="holds no sea over the image, so nothing could be searched"):
        open_sea_file(around, SeaKind.SEA).around(NEAR)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.geojson", b"", r"a\.geojson is empty \(0 bytes\); export it as GeoPackage"),
        ("a.geojson", b"<OGRVRTDataSource/>", r"a\.geojson is no geojson file"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "holds no shape; give one with land polygons"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [{', "cannot be read"),
        ("a.gpkg", b"SQLite format 3\0" + b"x" * 200, "cannot be read"),
        ("a.shp", b"\0\0\x27\x0a" + b"\0" * 200, "cannot be read"),
        ("a.kml", b"<kml/>", r"the ending '\.kml' is not known; export it as GeoPackage, Shapefile or GeoJSON"),
    ],
)
def test_what_is_no_file_of_land_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        open_sea_file(path, LAND)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read \(No such file"):
        open_sea_file(tmp_path / "a.gpkg", LAND)


def test_metres_labelled_as_degrees_are_refused(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", in_utm(ISLAND))
    with pytest.raises(
        InputError, match=r"coordinates up to 555\d{4} are no degrees, as its reference system 'WGS 84'"
    ):
        open_sea_file(path, LAND)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_reference_system_is_asked_for_and_not_guessed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", [ISLAND], None)
    with pytest.raises(InputError, match=r"names no reference system \(a Shapefile needs its \.prj\)"):
        open_sea_file(path, LAND)


def test_points_enclose_nothing(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", ISLAND.centroid)
    with pytest.raises(InputError, match="holds Point, which encloses nothing; give land polygons or closed coast"):
        open_sea_file(path, LAND)
    lines = geojson(tmp_path / "b.geojson", LineString(ISLAND.exterior))
    with pytest.raises(InputError, match="holds LineString, which encloses nothing; give polygons of the sea"):
        open_sea_file(lines, SeaKind.SEA)


def test_two_layers_are_not_chosen_from(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gpkg", [ISLAND], "EPSG:4326", layer="land")
    written(path, [ISLAND], "EPSG:4326", layer="lakes", append=True)
    with pytest.raises(InputError, match=r"holds 2 layers \(land, lakes\), where one is read; export one"):
        open_sea_file(path, LAND)


def test_limits_are_stated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = geojson(tmp_path / "a.geojson", ISLAND.segmentize(1e-4))
    monkeypatch.setattr(coast, "MAX_VERTICES", 1000)
    with pytest.raises(
        InputError, match=r"has 0\.0 million corners near the image, over the limit of 0 million; simplify it"
    ):
        open_sea_file(path, LAND).around(NEAR)
    monkeypatch.setitem(coast.MAX_BYTES, ".geojson", 1000)
    with pytest.raises(InputError, match=r"MiB large, over the limit of 0 MiB for \.geojson; cut it to the area"):
        open_sea_file(path, LAND)


def test_a_shapefile_under_another_reference_system_is_another_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", [in_utm(ISLAND)], "EPSG:32632")
    before = open_sea_file(path, LAND).sha256
    label = path.with_suffix(".prj")
    label.write_text(label.read_text().replace('"Central_Meridian",9', '"Central_Meridian",15'))
    assert open_sea_file(path, LAND).sha256 != before
