"""`detect`: vessels in images, without a case."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.archive import open_scene
from roadstead.imagery import RasterioReader
from roadstead.model import BandRole, Detection, InputError, RasterError, SarUnit, Scene, TimeSpan, iso
from roadstead.pipeline.find import Findings, detectors, find_vessels, quiet
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


SCHEMA_VERSION = 1
COLUMNS = (
    "id", "scene_id", "t_start", "t_end", "lon_deg", "lat_deg", "score", "length_m", "length_sigma_m", "beam_m",
    "beam_sigma_m", "heading_deg", "heading_sigma_deg", "heading_ambiguous", "row_px", "col_px", "alongside", "method",
    "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """The outcome of `detect`."""

    detections: tuple[Detection, ...]
    failures: tuple[str, ...]
    """images that could not be used, one sentence each"""
    scenes: tuple[Scene, ...]
    limits: tuple[str, ...]
    """what the detectors that ran cannot do, one sentence each"""


def detect(
    inputs: Sequence[Path | str],
    *,
    out: Path | None = None,
    bands: tuple[BandRole, ...] | None = None,
    sar_unit: SarUnit | None = None,
    gsd_m: float | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> Detected:
    """Find and measure vessels in images.

    Args:
        inputs: GeoTIFF, COG, PNG, JPEG, STAC item JSON or Planet order folder.
        out: file to write, .geojson (polygons in WGS84) or .csv; None writes nothing, and nothing is written where no
            image could be used.
        bands: role of each band, where the metadata does not state it.
        sar_unit: what radar pixels hold, where the metadata does not state it.
        gsd_m: pixel size in metres, where there is no georeference.
        progress: called with (item, done, total).

    Raises:
        InputError: the output's ending is unknown. A failed image is named in `Detected.failures`.
        StorageError: the output cannot be written.
    """
    if out is not None and out.suffix.lower() not in (".geojson", ".csv"):
        ending = f"the ending {out.suffix!r} is not known" if out.suffix else "has no ending"
        raise InputError(f"{out}: {ending}; write .geojson or .csv")
    reader, by_modality = RasterioReader(), detectors()
    found: list[Findings] = []
    failures: list[str] = []
    scenes: list[Scene] = []
    for i, path in enumerate(inputs):
        progress(Path(path).name, i, len(inputs))
        try:
            opened = open_scene(Path(path), bands=bands, sar_unit=sar_unit, gsd_m=gsd_m)
            scene = _apart(opened, scenes)
            findings, pixels = find_vessels(scene, reader, by_modality[scene.modality])
            if not pixels.valid.any():
                raise RasterError(f"{path} holds no valid pixel, only nodata; fetch another image")
            found.append(findings)
            scenes.append(scene)
        except InputError as error:
            failures.append(str(error) if Path(path).stem in str(error) else f"{path}: {error}")
    progress("", len(inputs), len(inputs))
    detections = tuple(d for f in found for d in f.detections)
    if out is not None and scenes:
        write_atomic(out, detections_geojson(detections) if out.suffix.lower() == ".geojson" else _csv(detections))
    limits = tuple(d.limits for m, d in by_modality.items() if any(s.modality is m for s in scenes))
    return Detected(detections=detections, failures=tuple(failures), scenes=tuple(scenes), limits=limits)


def _apart(scene: Scene, before: Sequence[Scene]) -> Scene:
    """The scene, under an id that no other one carries; raises InputError where the same pixels were given before."""
    same = next((s for s in before if s.sha256 == scene.sha256), None)
    if same is not None:
        raise InputError(f"{scene.path} holds the same bytes as {same.path}; its vessels are counted once")
    return replace(scene, id=f"{scene.id}-{scene.sha256[:6]}") if scene.id in {s.id for s in before} else scene


def properties(d: Detection) -> dict[str, Any]:
    """A detection as flat properties, units in the names."""
    time: TimeSpan | None = d.time
    return {
        "id": d.id,
        "scene_id": d.scene_id,
        "t_start": iso(time.start) if time else None,
        "t_end": iso(time.end) if time else None,
        "score": d.score,
        **_estimate("length", "m", d.length_m),
        **_estimate("beam", "m", d.beam_m),
        **_estimate("heading", "deg", d.heading_deg),
        "heading_ambiguous": d.heading_ambiguous,
        "row_px": d.row_px,
        "col_px": d.col_px,
        "alongside": d.alongside,
        "method": d.method,
        "notes": "; ".join(d.notes),
    }


def _estimate(name: str, unit: str, e: Any) -> dict[str, float | None]:
    return {
        f"{name}_{unit}": round(e.value, 1) if e else None,
        f"{name}_sigma_{unit}": round(e.sigma, 1) if e else None,
    }


def detections_geojson(detections: Sequence[Detection]) -> str:
    """Detections as GeoJSON text, polygons in WGS84."""
    features = [
        {
            "type": "Feature",
            "id": d.id,
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[round(x, 7), round(y, 7)] for x, y in d.outline.exterior.coords]],
            }
            if d.outline is not None
            else None,
            "properties": properties(d),
        }
        for d in detections
    ]
    return (
        json.dumps(
            {"type": "FeatureCollection", "schema_version": SCHEMA_VERSION, "features": features},
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


def _csv(detections: Sequence[Detection]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for d in detections:
        at = d.outline.centroid if d.outline is not None else None
        place = {"lon_deg": round(at.x, 6), "lat_deg": round(at.y, 6)} if at else {"lon_deg": None, "lat_deg": None}
        writer.writerow({k: _cell(v) for k, v in (properties(d) | place).items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A value for a table; text that a spreadsheet would compute is marked as text (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
