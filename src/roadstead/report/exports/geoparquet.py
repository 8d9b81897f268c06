"""GeoParquet 1.1: WKB in longitude and latitude, with the metadata that readers need. Needs pyarrow."""

from __future__ import annotations

import io
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import shapely

from roadstead.model import SIMULATED_MARK, InputError

if TYPE_CHECKING:
    from roadstead.report.exports.layers import Handover, Layer

VERSION = "1.1.0"
GEOMETRY = "geometry"


def geoparquet_bytes(layer: Layer, held: Handover) -> bytes:
    """A layer with places as a GeoParquet file; the same layer gives the same bytes.

    Coordinates are longitude, latitude (OGC:CRS84, the format's default).

    Raises:
        InputError: pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    kinds = {str: arrow.string(), float: arrow.float64(), bool: arrow.bool_()}
    columns: dict[str, Any] = {
        name: arrow.array([_value(row.get(name), kind) for row in layer.rows], type=kinds[kind])
        for name, kind in layer.columns.items()
    }
    places = [None if g is None else shapely.to_wkb(g) for g in layer.geometries or ()]
    columns[GEOMETRY] = arrow.array(places, type=arrow.binary())
    metadata = {"geo": json.dumps(_geo(layer)), SIMULATED_MARK: str(held.simulated).lower()}
    table = arrow.table(columns).replace_schema_metadata(metadata)
    out = io.BytesIO()
    parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise InputError("geoparquet needs pyarrow; install it with: pip install 'roadstead[parquet]'") from error


def _value(value: Any, kind: type) -> Any:
    if value is None or kind is bool:
        return value
    return str(value).encode("utf-8", "backslashreplace").decode() if kind is str else float(value)


def _geo(layer: Layer) -> dict[str, Any]:
    held = [g for g in layer.geometries or () if g is not None and not g.is_empty]
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted({g.geom_type for g in held})}
    if held:
        column["bbox"] = [float(v) for v in shapely.total_bounds(held)]
    return {"version": VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
