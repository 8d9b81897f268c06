"""Ships marked by eye: GeoJSON, KML and KMZ from QGIS, Google Earth and the like."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from roadstead.archive.shapes import shape_of
from roadstead.archive.stac import read_json
from roadstead.archive.zips import checked_members
from roadstead.model import MOTION_WORDS, InputError, IntakeError, TimeSpan, parse_span, span_between

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roadstead.model import Exhibit

_KINDS = ("Point", "LineString", "Polygon")
_WHOLE_DAY = re.compile(r"[T ]00:00:00(?:\.0+)?(?:Z|[+-]\d{2}(?::?\d{2})?)?$")
BY_EYE = "by eye"
"""how the method of a detection begins that a person made"""
MAX_KML_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One ship, or one place looked at, marked by a person."""

    id: str
    exhibit_id: str
    geometry: BaseGeometry
    """WGS84 lon/lat: a point is presence only, a line is the axis of a hull, a polygon its outline"""
    name: str
    analyst: str
    time: TimeSpan | None
    vessel: str
    class_id: str
    activity: str
    note: str
    properties: Mapping[str, str]
    """everything that the file says of it, as text"""

    @property
    def is_ship(self) -> bool:
        """Whether it stands for a ship: not, if it names what is done at a quay and neither a vessel nor a class.

        An activity that is a state of motion ("at anchor") is a ship's own.
        """
        moving = any(word in self.activity.lower() for word in MOTION_WORDS)
        return not self.activity or moving or bool(self.vessel or self.class_id)


@dataclass(frozen=True, slots=True)
class _Feature:
    geometry: BaseGeometry
    properties: dict[str, str]


def read_marks(path: Path, exhibit: Exhibit | None = None) -> tuple[Mark, ...]:
    """The marks in a file, in its order; collections are split into their parts.

    Read from properties, in any case of letters: name, analyst, time / datetime / date, or begin and end, vessel,
    class_id / class, activity, note / description. What the file leaves open comes from the exhibit.

    Args:
        path: .geojson, .json, .kml or .kmz file.
        exhibit: the exhibit it belongs to; None while it is only being checked.

    Raises:
        IntakeError: it cannot be read, holds no mark, or a mark has no usable place or time.
    """
    features = _kml(path) if path.suffix.lower() in {".kml", ".kmz"} else _geojson(path)
    marks = tuple(_mark(f, n, path, exhibit) for n, f in enumerate(features, start=1))
    if not marks:
        raise IntakeError(f"{path.name} holds no point, line or polygon; draw the marks and export again")
    return marks


def _mark(feature: _Feature, number: int, path: Path, exhibit: Exhibit | None) -> Mark:
    said = {key.lower(): value for key, value in feature.properties.items() if value}
    method = said.get("method", "")
    if method and "scene_id" in said and not method.startswith(BY_EYE):
        raise IntakeError(
            f"{path.name}: mark {number} was found by a detector ({method[:40]!r}), not marked by eye; add the image"
        )
    if not _on_earth(feature.geometry):
        raise IntakeError(
            f"{path.name}: mark {number} lies at {feature.geometry.bounds}, no longitude and latitude; "
            "export in WGS84 (EPSG:4326), longitude first"
        )
    if not (feature.geometry.is_valid and feature.geometry.is_simple):
        raise IntakeError(
            f"{path.name}: mark {number} crosses itself or has no extent ({explain_validity(feature.geometry)}); "
            "draw it again"
        )
    try:
        time = _time(said)
    except InputError as error:
        raise IntakeError(f"{path.name}: mark {number}: {error}") from error
    return Mark(
        id=f"{exhibit.id if exhibit else path.stem}#{number}",
        exhibit_id=exhibit.id if exhibit else "",
        geometry=feature.geometry,
        name=said.get("name", ""),
        analyst=said.get("analyst", "") or (exhibit.analyst if exhibit else ""),
        time=time or (exhibit.captured if exhibit else None),
        vessel=said.get("vessel", ""),
        class_id=said.get("class_id", "") or said.get("class", ""),
        activity=said.get("activity", ""),
        note=said.get("note", "") or said.get("description", ""),
        properties=feature.properties,
    )


def _on_earth(geometry: BaseGeometry) -> bool:
    west, south, east, north = geometry.bounds
    return bool(-180 <= west <= east <= 180 and -90 <= south <= north <= 90)


def _time(said: Mapping[str, str]) -> TimeSpan | None:
    single = next((said[k] for k in ("time", "datetime", "date", "timestamp") if said.get(k)), "")
    if single:
        return parse_span(_plain(single))
    if said.get("begin") and said.get("end"):
        return span_between(_plain(said["begin"]), _plain(said["end"]))
    return None


def _plain(text: str) -> str:
    """A time as ISO 8601. GDAL turns a date into midnight; ships are not seen at midnight sharp, so that is the day."""
    iso = re.sub(r"^(\d{4})/(\d{2})/(\d{2})", r"\1-\2-\3", text.strip())
    return iso[:10] if _WHOLE_DAY.search(iso) else iso


def _geojson(path: Path) -> Iterator[_Feature]:
    try:
        document = read_json(path)
    except InputError as error:
        raise IntakeError(str(error)) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind not in ("FeatureCollection", "Feature"):
        raise IntakeError(f"{path.name} is no GeoJSON with features; export the marks as GeoJSON, KML or KMZ")
    features = document.get("features") if kind == "FeatureCollection" else [document]
    to_wgs84 = _old_crs(document, path)
    for number, feature in enumerate(features if isinstance(features, list) else (), start=1):
        if not isinstance(feature, dict) or feature.get("geometry") is None:
            continue
        props = feature.get("properties")
        geometry = shape_of(feature["geometry"])
        if geometry is None:
            raise IntakeError(f"{path.name}: feature {number} has a broken geometry; draw it again")
        yield from _parts(geometry, to_wgs84, _strings(props if isinstance(props, dict) else {}))


def _old_crs(document: Mapping[str, Any], path: Path) -> Transformer | None:
    """GeoJSON of 2008 may name a reference system; QGIS still writes it."""
    try:
        name = document["crs"]["properties"]["name"]
    except (KeyError, TypeError):
        return None
    return _to_wgs84(str(name), path)


def _to_wgs84(name: str, path: Path) -> Transformer | None:
    try:
        crs = CRS.from_user_input(name)
    except (CRSError, UnicodeError) as error:
        raise IntakeError(f"{path.name}: reference system {name[:60]!r} is unknown; export in EPSG:4326") from error
    return None if crs.is_geographic else Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def _strings(properties: Mapping[str, Any]) -> dict[str, str]:
    return {str(k): "" if v is None else str(v).strip() for k, v in properties.items()}


def _parts(geometry: BaseGeometry, to_wgs84: Transformer | None, properties: dict[str, str]) -> Iterator[_Feature]:
    """Points, lines and polygons of a geometry in two dimensions and WGS84; empty ones are left out."""
    if geometry.is_empty:
        return
    if geometry.geom_type not in _KINDS:
        for part in getattr(geometry, "geoms", ()):
            yield from _parts(part, to_wgs84, properties)
        return
    flat = shapely.force_2d(geometry)
    yield _Feature(shapely.transform(flat, to_wgs84.transform, interleaved=False) if to_wgs84 else flat, properties)


def _kml(path: Path) -> Iterator[_Feature]:
    data = _kml_bytes(path)
    if b"<kml" not in data[:4096] or b"<OGRVRT" in data:
        raise IntakeError(f"{path.name} is no KML; export the marks as GeoJSON, KML or KMZ")
    try:
        # By number: a document without a name gets one from GDAL that differs each time it is opened.
        for number in range(len(pyogrio.list_layers(data))):
            yield from _layer(data, number)
    except (DataSourceError, DataLayerError, FieldError, ShapelyError) as error:
        raise IntakeError(f"{path.name} is broken KML; export it again") from error


def _kml_bytes(path: Path) -> bytes:
    try:
        if path.suffix.lower() == ".kml":
            return path.read_bytes()
        with zipfile.ZipFile(path) as held:
            names = [m for m in checked_members(held, path) if m.filename.lower().endswith(".kml")]
            if not names:
                raise IntakeError(f"{path.name} holds no .kml; export the marks again")
            main = min(names, key=lambda m: (m.filename.count("/"), m.filename != "doc.kml", m.filename))
            if main.file_size > MAX_KML_BYTES:
                raise IntakeError(f"{path.name}: {main.filename} is over {MAX_KML_BYTES // 2**20} MiB; split it")
            return held.read(main)
    except (zipfile.BadZipFile, OSError) as error:
        raise IntakeError(f"{path.name} cannot be read ({error}); export the marks again") from error


def _layer(data: bytes, layer: int) -> Iterator[_Feature]:
    meta, _ids, geometries, columns = pyogrio.raw.read(data, layer=layer, force_2d=True, datetime_as_string=True)
    fields = [str(f) for f in meta["fields"]]
    for i, wkb in enumerate(geometries if geometries is not None else ()):
        said = _strings({f: column[i] for f, column in zip(fields, columns, strict=True)})
        if wkb is not None:
            yield from _parts(shapely.from_wkb(wkb), None, {k: v for k, v in said.items() if v})
