"""CSV, GeoJSON and AIS-style tracks."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from shapely import set_precision
from shapely.geometry import mapping

from roadstead.model import SIMULATED_MARK, as_text_cell
from roadstead.report.exports.layers import Handover, Layer, credits_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.report.exports.redaction import Redactor

SCHEMA_VERSION = 1
TRACK_COLUMNS = (
    "MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG", "Heading", "VesselName", "IMO", "CallSign", "VesselType",
    "Status", "Length", "Width", "Draft", "Cargo", "heading_ambiguous", "scene_id", "detect_id", "method", "simulated",
)  # fmt: skip
_GRID_DEG = 1e-7


def csv_text(columns: Iterable[str], rows: Iterable[Any]) -> str:
    """A table as CSV: UTF-8, comma, a line feed after each row; times ISO 8601 with Z; empty: unknown.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    names = list(columns)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return as_text_cell(value)
    return repr(round(value, 7)) if isinstance(value, float) else str(value)


def geojson_text(layer: Layer, held: Handover) -> str:
    """A layer as GeoJSON (RFC 7946), with mark and credits as foreign members."""
    places = layer.geometries or (None,) * len(layer.rows)
    features = [
        {"type": "Feature", "id": str(next(iter(row.values()))), "geometry": _geometry(place), "properties": dict(row)}
        for row, place in zip(layer.rows, places, strict=True)
    ]
    return _collection(features, held)


def detections_text(held: Handover, redactor: Redactor) -> str:
    """Detections as GeoJSON in the form of our own schema, with credit, licence and mark."""
    features = []
    for feature in held.detections["features"]:
        scene = held.scenes.get(str(feature["properties"]["scene_id"]))
        further = {
            "site_id": held.site_of.get(str(feature["id"])),
            "credit": scene.credit if scene else None,
            "licence": scene.licence if scene else None,
            "simulated": held.simulated or bool(scene and scene.simulated),
        }
        features.append(feature | {"properties": feature["properties"] | further})
    return _collection(redactor.value(features), held)


def _collection(features: list[Any], held: Handover) -> str:
    document = {
        "type": "FeatureCollection",
        "schema_version": SCHEMA_VERSION,
        SIMULATED_MARK: held.simulated,
        "credits": list(credits_of(held)),
        "features": features,
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _geometry(place: Any) -> Any:
    return None if place is None else mapping(set_precision(place, _GRID_DEG))


def tracks_text(detections: Layer) -> tuple[str, int]:
    """Detections as rows of AIS reports (columns of MarineCadastre), by ship, then time; and how many could not be.

    An image tells place, axis and size, no speed; MMSI and name stand only where AIS matched. What has no place, or a
    time vaguer than a minute, is no report and left out.
    """
    rows, left = [], 0
    for row in detections.rows:
        if row["detect_lat"] is None or not row["t_start"] or row["t_start"][:16] != (row["t_end"] or "")[:16]:
            left += 1
            continue
        rows.append(
            {
                "MMSI": row["ais_mmsi"],
                "BaseDateTime": row["t_start"],
                "LAT": row["detect_lat"],
                "LON": row["detect_lon"],
                "Heading": row["heading_deg"],
                "VesselName": row["ais_name"],
                "Length": row["vessel_length_m"],
                "Width": row["vessel_beam_m"],
                **{k: row[k] for k in ("heading_ambiguous", "scene_id", "detect_id", "method", "simulated")},
            }
        )
    rows.sort(key=lambda r: (r["MMSI"] is None, str(r["MMSI"]), r["BaseDateTime"], r["detect_id"]))
    return csv_text(TRACK_COLUMNS, rows), left
