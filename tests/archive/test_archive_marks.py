"""Marks drawn by people."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from roadstead.archive import add, marks
from roadstead.model import IntakeError, Precision, parse_span

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.archive import IntakeFacts

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>harbour</name>
<Placemark><name>Ropucha 1</name><description>crane over the deck</description>
<TimeStamp><when>2024-10-10</when></TimeStamp>
<ExtendedData><Data name="vessel"><value>bdk-1</value></Data></ExtendedData>
<LineString><coordinates>131.900,43.100,0 131.901,43.100,0</coordinates></LineString></Placemark>
<Placemark><name>at the quay</name>
<TimeSpan><begin>2024-10-10T01:00:00Z</begin><end>2024-10-10T02:00:00Z</end></TimeSpan>
<Point><coordinates>131.95,43.11</coordinates></Point></Placemark>
<Placemark><name>no place</name></Placemark>
</Folder></Document></kml>"""


def _geojson(path: Path, *features: tuple[dict[str, Any] | None, dict[str, Any]], **extra: Any) -> Path:
    listed = [{"type": "Feature", "geometry": g, "properties": p} for g, p in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed, **extra}))
    return path


POINT = {"type": "Point", "coordinates": [131.9, 43.1, 5.0]}


def test_geojson_marks_keep_what_they_say(tmp_path: Path, facts: IntakeFacts) -> None:
    outline = {
        "type": "MultiPolygon",
        "coordinates": [[[[131.9, 43.1], [131.91, 43.1], [131.91, 43.11], [131.9, 43.1]]]],
    }
    path = _geojson(
        tmp_path / "m.geojson",
        (outline, {"Name": "A", "time": "2024-10-10T03:15Z", "class_id": "ropucha", "Activity": "crane", "n": 3}),
        (POINT, {"analyst": "Bo", "note": "faint", "date": None}),
        (None, {"name": "nowhere"}),
    )
    stated = replace(facts, analyst="Ana", captured=parse_span("2024-10-11"), of_exhibit="abc")
    (exhibit,) = add(tmp_path, [path], stated).added
    first, second = marks(tmp_path)
    assert (first.geometry.geom_type, first.name, first.class_id, first.activity) == (
        "Polygon",
        "A",
        "ropucha",
        "crane",
    )
    assert first.time is not None
    assert first.time.precision is Precision.MINUTE
    assert (first.analyst, first.properties["n"], first.exhibit_id) == ("Ana", "3", exhibit.id)
    assert (second.analyst, second.note, second.time) == ("Bo", "faint", stated.captured)
    assert not second.geometry.has_z
    assert first.id != second.id


def test_a_projected_qgis_export_comes_to_wgs84(tmp_path: Path, facts: IntakeFacts) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32652"}}
    place = {"type": "Point", "coordinates": [500_000, 4_770_000]}
    add(tmp_path, [_geojson(tmp_path / "m.geojson", (place, {}), crs=crs)], facts)
    (mark,) = marks(tmp_path)
    assert mark.geometry.x == pytest.approx(129)
    assert mark.geometry.y == pytest.approx(43.08, abs=0.01)


@pytest.mark.parametrize("packed", [False, True])
def test_kml_and_kmz_marks(tmp_path: Path, facts: IntakeFacts, packed: bool) -> None:
    path = tmp_path / ("m.kmz" if packed else "m.kml")
    if packed:
        with zipfile.ZipFile(path, "w") as out:
            out.writestr("doc.kml", KML)
    else:
        path.write_text(KML)
    assert not add(tmp_path, [path], facts).refused
    line, point = marks(tmp_path)
    assert (line.geometry.geom_type, line.name, line.vessel) == ("LineString", "Ropucha 1", "bdk-1")
    assert line.note == "crane over the deck"
    assert str(line.time) == "2024-10-10 (day)"
    assert point.time is not None
    assert point.time.hours() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("m.geojson", "<html></html>", "HTML"),
        ("m.geojson", '{"type": "FeatureCollection", "features": []}', "no point, line or polygon"),
        ("m.geojson", '{"type": "Polygon"}', "no GeoJSON with features"),
        ("m.kml", "<html></html>", "no KML"),
        ("m.kml", "<kml><Document>", "broken KML|no point"),
        ("m.kml", "<!--<kml--><OGRVRTDataSource/>", "no KML"),
        ("m.kmz", "not a zip", "cannot be read"),
    ],
)
def test_what_holds_no_marks_is_refused(tmp_path: Path, facts: IntakeFacts, name: str, text: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    (refusal,) = add(tmp_path / "case", [path], facts).refused
    assert any(w in refusal.reason for w in words.split("|")), refusal


def test_swapped_coordinates_and_bad_times_are_refused(tmp_path: Path, facts: IntakeFacts) -> None:
    far = {"type": "Point", "coordinates": [43.1, 131.9]}
    swapped = _geojson(tmp_path / "s.geojson", (far, {}))
    undated = _geojson(tmp_path / "t.geojson", (POINT, {"time": "yesterday"}))
    report = add(tmp_path / "case", [swapped, undated], facts)
    assert "longitude first" in report.refused[0].reason
    assert "yesterday" in report.refused[1].reason


def test_marks_changed_since_intake_are_not_used(tmp_path: Path, facts: IntakeFacts) -> None:
    (exhibit,) = add(tmp_path, [_geojson(tmp_path / "m.geojson", (POINT, {}))], facts).added
    path = tmp_path / exhibit.path
    path.write_text(path.read_text().replace("131.9", "131.8"))
    with pytest.raises(IntakeError, match="changed since intake"):
        marks(tmp_path)
