"""What is handed over, as plain tables with geometries: one description that every format writes.

Columns of detections are named as in xView3 where that has them (`detect_lat`, `detect_scene_row`, `vessel_length_m`);
all others carry their unit. Every row says whether it is simulated, and whose pixels it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely.geometry import MultiPolygon, Point, Polygon, shape
from shapely.geometry.base import BaseGeometry

from roadstead.case import Case
from roadstead.model import Look, Scene, TimeSpan, iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.report.exports.redaction import Redactor

DETECTION_COLUMNS = {
    "detect_id": str, "scene_id": str, "site_id": str, "t_start": str, "t_end": str, "detect_lat": float,
    "detect_lon": float, "detect_scene_row": float, "detect_scene_column": float, "score": float,
    "vessel_length_m": float, "vessel_length_sigma_m": float, "vessel_beam_m": float, "vessel_beam_sigma_m": float,
    "heading_deg": float, "heading_sigma_deg": float, "heading_ambiguous": bool, "alongside": bool, "method": str,
    "ais": str, "ais_mmsi": str, "ais_name": str, "notes": str, "platform": str, "credit": str, "licence": str,
    "simulated": bool,
}  # fmt: skip
SCENE_COLUMNS = {
    "scene_id": str, "t_start": str, "t_end": str, "date_basis": str, "platform": str, "sensor": str, "gsd_m": float,
    "sites": str, "usable_fraction": str, "sha256": str, "credit": str, "licence": str, "simulated": bool,
}  # fmt: skip
SITE_COLUMNS = {"site_id": str, "name": str, "country": str, "timezone": str, "anchorage": bool, "simulated": bool}
REPORT_COLUMNS = {
    "report_id": str, "source_id": str, "source": str, "grade": str, "site_id": str, "t_start": str, "t_end": str,
    "vessels": str, "at_least": float, "activity": str, "text": str, "simulated": bool,
}  # fmt: skip
VERDICT_COLUMNS = {
    "claim_id": str, "text": str, "kind": str, "source_id": str, "verdict": str, "probability_low": float,
    "probability_high": float, "words": str, "verdict_with_reports": str, "probability_with_reports_low": float,
    "probability_with_reports_high": float, "usable_looks": float, "coverage": str, "simulated": bool,
}  # fmt: skip
_RENAMED = {
    "detect_id": "id", "detect_scene_row": "row_px", "detect_scene_column": "col_px", "vessel_length_m": "length_m",
    "vessel_length_sigma_m": "length_sigma_m", "vessel_beam_m": "beam_m", "vessel_beam_sigma_m": "beam_sigma_m",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What a case hands over, as its profile allows it: values after `redacted_contents`."""

    case: Case
    scenes: Mapping[str, Scene]
    looks: Sequence[Look]
    site_of: Mapping[str, str]
    """detection id -> site id"""
    detections: Mapping[str, Any]
    """as in detections.geojson"""
    verdicts: Sequence[Mapping[str, Any]]
    """as in verdicts.json"""
    simulated: bool
    program_version: str
    images: Mapping[str, Path]
    """scene id -> the file on this disk, to read its grid from; no path of it is handed over"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One table."""

    name: str
    columns: Mapping[str, type]
    """name -> str, float or bool; every cell may be None"""
    rows: tuple[Mapping[str, Any], ...]
    geometries: tuple[BaseGeometry | None, ...] | None
    """WGS84 lon/lat, one for each row; None: a table without places"""
    geometry_type: str = ""


def layers_of(held: Handover, redactor: Redactor) -> tuple[Layer, ...]:
    """Detections, scenes, sites, reports and verdicts, redacted, in a map's order from the top."""
    layers = (_detections(held), _reports(held), _sites(held), _scenes(held), _verdicts(held))
    return tuple(_redacted(layer, redactor) for layer in layers)


def _redacted(layer: Layer, redactor: Redactor) -> Layer:
    rows = tuple(redactor.value(dict(row)) for row in layer.rows)
    return Layer(
        name=layer.name, columns=layer.columns, rows=rows, geometries=layer.geometries,
        geometry_type=layer.geometry_type,
    )  # fmt: skip


def _detections(held: Handover) -> Layer:
    rows, places = [], []
    for feature in held.detections["features"]:
        props = feature["properties"]
        outline = shape(feature["geometry"]) if feature["geometry"] else None
        middle = outline.centroid if outline else None
        scene = held.scenes.get(str(props["scene_id"]))
        row = {name: props.get(_RENAMED.get(name, name)) for name in DETECTION_COLUMNS}
        rows.append(
            row
            | {
                "site_id": held.site_of.get(str(props["id"])),
                "detect_lat": round(middle.y, 7) if middle else None,
                "detect_lon": round(middle.x, 7) if middle else None,
                "platform": scene.platform if scene else None,
                "credit": scene.credit if scene else None,
                "licence": scene.licence if scene else None,
                "simulated": bool(scene and scene.simulated) or held.simulated,
            }
        )
        places.append(outline)
    return Layer(
        name="detections", columns=DETECTION_COLUMNS, rows=tuple(rows), geometries=tuple(places),
        geometry_type="Polygon",
    )  # fmt: skip


def _scenes(held: Handover) -> Layer:
    rows = []
    for scene in _sorted(held):
        looks = [k for k in held.looks if k.scene_id == scene.id]
        rows.append(
            {
                "scene_id": scene.id,
                **_span(scene.time),
                "date_basis": scene.date_basis.value,
                "platform": scene.platform or None,
                "sensor": scene.modality.value,
                "gsd_m": scene.gsd_m,
                "sites": ", ".join(k.site_id for k in looks),
                "usable_fraction": ", ".join(f"{k.usable_fraction:.2f}" for k in looks),
                "sha256": scene.sha256 or None,
                "credit": scene.credit or None,
                "licence": scene.licence or None,
                "simulated": scene.simulated or held.simulated,
            }
        )
    return Layer(
        name="scenes", columns=SCENE_COLUMNS, rows=tuple(rows),
        geometries=_multi(s.footprint for s in _sorted(held)), geometry_type="MultiPolygon",
    )  # fmt: skip


def _sorted(held: Handover) -> Iterator[Scene]:
    return (held.scenes[k] for k in sorted(held.scenes))


def _sites(held: Handover) -> Layer:
    rows = [
        {"site_id": s.id, "name": s.name, "country": s.country or None, "timezone": s.timezone,
         "anchorage": s.anchorage, "simulated": held.simulated}
        for s in held.case.sites
    ]  # fmt: skip
    return Layer(
        name="sites", columns=SITE_COLUMNS, rows=tuple(rows), geometries=_multi(s.aoi for s in held.case.sites),
        geometry_type="MultiPolygon",
    )  # fmt: skip


def _reports(held: Handover) -> Layer:
    rows, places = [], []
    for sighting in held.case.reported:
        source, site = held.case.source(sighting.source_id), held.case.site(sighting.site_id)
        row = {
            "report_id": sighting.id,
            "source_id": source.id,
            "source": source.name,
            "grade": source.grade,
            "site_id": site.id,
            **_span(sighting.time),
            "vessels": ", ".join(sighting.vessel_ids),
            "at_least": sighting.count,
            "activity": sighting.activity,
            "text": sighting.text,
            "simulated": held.simulated,
        }
        rows.append(row)
        places.append(Point(site.lon_deg, site.lat_deg))
    return Layer(
        name="reports", columns=REPORT_COLUMNS, rows=tuple(rows), geometries=tuple(places), geometry_type="Point"
    )


def _verdicts(held: Handover) -> Layer:
    rows = []
    for v in held.verdicts:
        (low, high), (low_all, high_all) = v["probability"], v["with_reports"]["probability"]
        rows.append(
            {
                "claim_id": v["claim"],
                "text": v["text"],
                "kind": v["kind"],
                "source_id": v["source"],
                "verdict": v["verdict"],
                "probability_low": low,
                "probability_high": high,
                "words": v["words"],
                "verdict_with_reports": v["with_reports"]["verdict"],
                "probability_with_reports_low": low_all,
                "probability_with_reports_high": high_all,
                "usable_looks": v["coverage"]["usable_looks"],
                "coverage": v["coverage"]["statement"],
                "simulated": v["simulated"],
            }
        )
    return Layer(name="verdicts", columns=VERDICT_COLUMNS, rows=tuple(rows), geometries=None)


def _span(time: TimeSpan | None) -> dict[str, str | None]:
    return {"t_start": iso(time.start) if time else None, "t_end": iso(time.end) if time else None}


def _multi(areas: Iterable[BaseGeometry | None]) -> tuple[BaseGeometry | None, ...]:
    """Areas as one kind of geometry, since a layer has one; a footprint across the 180th meridian has two parts."""
    return tuple(MultiPolygon([a]) if isinstance(a, Polygon) else a for a in areas)


def credits_of(held: Handover) -> tuple[str, ...]:
    """Credit lines with their licences, each once; they go wherever the pixels, or what is made of them, go."""
    lines = {
        f"{s.credit or s.id}{f' ({s.licence})' if s.licence and not s.simulated else ''}" for s in held.scenes.values()
    }
    return tuple(sorted(lines))
