"""Hand-over files as other programs read them; hostile text stays text in each."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pyogrio.raw
import pystac
import pytest
import shapely
import stac_rules
from evidence_case import ANALYST, FORMULA, HOSTILE, KEY, SIGNED, small_case

from roadstead.ais import read_ais
from roadstead.evidence import export, handover, read_results
from roadstead.model import InputError
from roadstead.report.exports import Format, Profile, schema, schema_faults, stac, without_secrets

if TYPE_CHECKING:
    from pathlib import Path

KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_case(tmp_path_factory.mktemp("exports"), url=SIGNED)


@pytest.fixture(scope="module")
def files(case: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = export(case, out=tmp_path_factory.mktemp("full"))
    return {p.name: p for p in made.files}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = export(small_case(tmp_path_factory.mktemp("simulated"), simulated=True))
    return {p.name: p for p in made.files}


def test_every_format_is_written(files: dict[str, Path]) -> None:
    assert {p.suffix for p in files.values()} == {".gpkg", ".geojson", ".parquet", ".kml", ".kmz", ".csv", ".json"}
    assert "tracks.csv" in files


def test_the_geopackage_opens_with_a_style_for_each_layer(files: dict[str, Path]) -> None:
    with closing(sqlite3.connect(files["case.gpkg"])) as db:
        rows = db.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles").fetchall()
        columns = {r[0]: r[1] for r in db.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")}
        assert db.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchone()
    assert {r[0] for r in rows} == {"detections", "reports", "sites", "scenes"} == set(columns)
    for table, column, qml, default in rows:
        assert (column, default) == (columns[table], 1)
        style = ET.fromstring(qml)  # noqa: S314 - our own text
        assert style.tag == "qgis"
        label = style.find(".//text-style")
        assert label is not None
        fields = pyogrio.read_info(files["case.gpkg"], layer=table)["fields"]
        assert label.get("fieldName") in fields
        assert style.find(".//symbol/layer") is not None


def test_gdal_reads_the_detections_back(files: dict[str, Path]) -> None:
    meta, _, wkb, values = pyogrio.raw.read(files["case.gpkg"], layer="detections")
    table = dict(zip(meta["fields"], values, strict=True))
    assert len(wkb) == 3
    found = dict(zip(table["detect_id"], table["vessel_length_m"], strict=True))
    assert 140 < found["radar-1#1"] < 220
    assert np.isnan(found[next(k for k in found if "marks" in k)]), "a point has no length"
    outline = shapely.from_wkb(wkb[list(table["detect_id"]).index("radar-1#1")])
    assert outline.contains(shapely.Point(table["detect_lon"][0], table["detect_lat"][0]))
    assert meta["crs"] == "EPSG:4326"


def test_kml_has_time_spans_and_gdal_reads_the_kmz(files: dict[str, Path]) -> None:
    root = ET.fromstring(files["case.kml"].read_text("utf-8"))  # noqa: S314 - our own text
    spans = root.findall(f".//{KML}Folder[{KML}name='detections']//{KML}TimeSpan/{KML}begin")
    assert [s.text for s in spans] == ["2024-05-01T06:00:00Z"] * 2, "a mark without outline has no place"
    with zipfile.ZipFile(files["case.kmz"]) as packed:
        assert packed.read("doc.kml") == files["case.kml"].read_bytes()
    assert pyogrio.read_info(files["case.kmz"], layer="detections")["features"] == 2


def test_csv_times_end_in_z_and_columns_carry_units(files: dict[str, Path]) -> None:
    rows = _rows(files["detections.csv"])
    assert {"detect_lat", "detect_lon", "detect_scene_row", "detect_scene_column", "vessel_length_m"} <= rows[0].keys()
    assert {r["t_start"] for r in rows} == {"2024-05-01T06:00:00Z"}
    assert rows[0]["credit"] == "Test Space Agency 2024"
    assert rows[0]["licence"] == "CC-BY-SA-4.0"


def test_no_cell_of_any_csv_is_a_formula(files: dict[str, Path]) -> None:
    assert next(iter(_rows(files["sites.csv"])))["name"] == "'" + FORMULA
    for path in (p for p in files.values() if p.suffix == ".csv"):
        with path.open(encoding="utf-8", newline="") as f:
            cells = [c for row in csv.reader(f) for c in row]
        assert not [c for c in cells if c.startswith(("=", "+", "@", "\t", "\r"))], path.name
        # A minus begins numbers only.
        for cell in (c for c in cells if c.startswith("-")):
            float(cell)


def test_geoparquet_says_where_its_geometries_are(files: dict[str, Path]) -> None:
    table = pq.read_table(files["detections.parquet"])
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Polygon"])
    held = [g for g in table[geo["primary_column"]].to_pylist() if g]
    assert list(shapely.total_bounds(shapely.from_wkb(held))) == pytest.approx(column["bbox"])


def test_stac_items_are_valid_offline(files: dict[str, Path]) -> None:
    item = json.loads(files["radar-1.json"].read_text("utf-8"))
    assert stac_rules.faults(item) == []
    stac_rules.core_validator("catalog").validate(json.loads(files["catalog.json"].read_text("utf-8")))
    read = pystac.Item.from_dict(item)
    assert read.datetime == datetime.fromisoformat("2024-05-01T06:00:00+00:00")
    props, asset = item["properties"], item["assets"]["image"]
    assert props["proj:code"] == "EPSG:32631"
    assert asset["file:checksum"].startswith("1220")
    assert len(asset["file:checksum"]) == 4 + 64
    declared = " ".join(item["stac_extensions"])
    assert all(f"/{name}/" in declared for name in ("projection", "file", "processing"))


def test_what_an_item_says_against_its_extensions_is_not_handed_on(tmp_path: Path) -> None:
    good = {"view:sun_elevation": -12.5, "view:azimuth": 360, "eo:cloud_cover": 0, "sat:orbit_state": "ascending"}
    bad = {"view:off_nadir": 200, "view:sun_azimuth": True, "eo:snow_cover": "none", "view:incidence_angle": -1}
    item = {"properties": {**good, **bad, "eo:bands": [], "title": "mine"}}
    (tmp_path / "a.json").write_text(json.dumps(item), "utf-8")
    assert stac._from_own_item(tmp_path / "a.tif") == good


def test_our_own_files_have_the_form_of_their_schemas(case: Path, files: dict[str, Path]) -> None:
    for name in ("verdicts", "detections"):
        jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema_faults(json.loads((case / "out/verdicts.json").read_text("utf-8")), "verdicts") == []
    assert schema_faults(json.loads((case / "out/detections.geojson").read_text("utf-8")), "detections") == []
    assert schema_faults(json.loads(files["detections.geojson"].read_text("utf-8")), "detections") == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("score", 1.5), ("t_start", "2024-05-01 06:00"), ("length_m", "long"), ("heading_ambiguous", None), ("id", "")],
)
def test_a_detection_out_of_form_is_named(case: Path, key: str, value: Any) -> None:
    document = json.loads((case / "out/detections.geojson").read_text("utf-8"))
    document["features"][1]["properties"][key] = value
    faults = schema_faults(document, "detections")
    assert len(faults) == 1
    assert f"$.features[1].properties.{key}" in faults[0]


def _with_properties(monkeypatch: pytest.MonkeyPatch, properties: dict[str, Any]) -> None:
    """Detections that say more than those of the case: files of the last run are never what is handed over."""
    usual = handover._handover

    def other(told: Any) -> Any:
        held = usual(told)
        for feature in held.detections["features"]:
            feature["properties"] |= properties
        return held

    monkeypatch.setattr(handover, "_handover", other)


def test_tracks_are_read_as_ais_where_a_ship_has_a_number(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_properties(monkeypatch, {"ais": "matched", "ais_mmsi": "273451230", "ais_name": FORMULA})
    made = export(case, ["tracks"], out=tmp_path)
    tracks = read_ais([made.files[0]]).tracks
    assert [t.mmsi for t in tracks] == ["273451230"]


def test_hostile_text_is_text_in_markup(files: dict[str, Path]) -> None:
    assert b"<script>" not in files["case.kml"].read_bytes()
    root = ET.fromstring(files["case.kml"].read_text("utf-8"))  # noqa: S314 - our own text
    names = {e.text for e in root.iter(f"{KML}name")}
    assert HOSTILE[:200] in names, "shown as it was written"
    claims = _rows(files["verdicts.csv"])
    assert claims[0]["text"] == HOSTILE


def test_hostile_text_is_text_in_a_balloon_which_is_html(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_properties(monkeypatch, {"notes": '<img src="https://evil.example/x"> & more'})
    (made,) = export(case, ["kml"], out=tmp_path).files
    root = ET.fromstring(made.read_text("utf-8"))  # noqa: S314 - our own text
    said = [e.text or "" for e in root.iter(f"{KML}description")]
    assert [s for s in said if '&lt;img src="https://evil.example/x"&gt; &amp; more' in s]
    for words in said:
        assert "<" not in words.replace("<br>", ""), "Google Earth would run it"
    assert {e.text for e in root.iter(f"{KML}text")} == {"$[description]"}, "a name would be HTML there"


def test_what_xml_cannot_hold_does_not_break_kml(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_properties(monkeypatch, {"notes": "bell \x07 nul \x00 half \ud83d ]]> &amp;"})
    made = export(case, ["kml", "kmz", "gpkg", "csv", "geoparquet", "geojson"], out=tmp_path)
    text = next(p for p in made.files if p.suffix == ".kml").read_text("utf-8")
    assert "]]> &amp;" in "".join(ET.fromstring(text).itertext())  # noqa: S314 - our own text


def test_every_file_of_a_simulated_case_is_marked(simulated: dict[str, Path]) -> None:
    for name, path in simulated.items():
        assert "simulated-" in path.as_posix(), name
    for name in ("simulated-detections.geojson", "simulated-sites.geojson"):
        assert json.loads(simulated[name].read_text("utf-8"))["roadstead:simulated"] is True
    assert "SIMULATED" in simulated["simulated-case.kml"].read_text("utf-8")
    assert pq.read_schema(simulated["simulated-sites.parquet"]).metadata[b"roadstead:simulated"] == b"true"
    assert all(r["simulated"] == "true" for r in _rows(simulated["simulated-verdicts.csv"]))
    assert json.loads(simulated["radar-1.json"].read_text("utf-8"))["properties"]["roadstead:simulated"] is True
    with closing(sqlite3.connect(simulated["simulated-case.gpkg"])) as db:
        said = db.execute("SELECT description FROM gpkg_contents WHERE table_name = 'detections'").fetchone()[0]
    assert "SIMULATED" in said


def test_the_same_case_gives_the_same_bytes(case: Path, tmp_path: Path) -> None:
    wanted = [f.value for f in Format if f is not Format.GPKG]
    first, second = export(case, wanted, out=tmp_path / "a"), export(case, wanted, out=tmp_path / "b")
    for a, b in zip(first.files, second.files, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name


@pytest.mark.parametrize("profile", list(Profile))
def test_no_key_leaves_and_the_public_learns_no_name(case: Path, tmp_path: Path, profile: Profile) -> None:
    rules = case / "redaction.toml"
    rules.write_text('schema_version = 1\nsources = {informer = "coarsen"}\n', "utf-8")
    try:
        made = export(case, out=tmp_path, profile=profile)
    finally:
        rules.unlink()
    secret = [KEY, "Sup3rS3cretS1gnature"]
    names = [ANALYST, "Analystova", "Ivan", "my window", str(case)] if profile is Profile.PUBLIC else []
    for path in made.files:
        data = path.read_bytes()
        data += zipfile.ZipFile(io.BytesIO(data)).read("doc.kml") if path.suffix == ".kmz" else b""
        for word in (*secret, *names):
            assert word.encode() not in data, (path.name, word)
    assert (made.removed.get("names", 0) > 0) is (profile is Profile.PUBLIC)


def test_an_unknown_format_is_told_which_there_are(case: Path) -> None:
    with pytest.raises(InputError, match=r"--format shp.*gpkg, geojson"):
        export(case, ["shp"])


def test_results_are_what_the_case_gives(case: Path) -> None:
    assert {v["claim"] for v in read_results(case).verdicts} == {"two-ships", "nobody-there"}


@pytest.mark.parametrize(
    "text",
    [
        "https://x.org/a?X-Amz-Signature=abcdef&X-Amz-Credential=AKIAABCDEFGHIJKLMNOP",
        "https://user:pa55word@x.org/a",
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz",
        f"api {KEY}",
        "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----",
        "https://x.org/a?token=abc",
    ],
)
def test_keys_are_known_by_their_form(text: str) -> None:
    clean, n = without_secrets(text, {})
    assert n >= 1
    for part in ("abcdef", "AKIA", "pa55word", "PLAK", "MII", "token=abc"):
        assert part not in clean


@pytest.mark.parametrize(
    "text", ["Keyes & Co. sailed", "https://x.org/a?page=2&q=ship", "tokens=none", "sha256 " + "a" * 64]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert without_secrets(text, {"HOME_KEY": "short"}) == (text, 0)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))
