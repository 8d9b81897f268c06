"""A GeoPackage that opens styled in QGIS: layers written by GDAL, their styles in the table `layer_styles`."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataSourceError

from roadstead.model import StorageError
from roadstead.report.exports.qml import style_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roadstead.report.exports.layers import Layer

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT, update_time DATETIME)
"""
_STYLE = "INSERT INTO layer_styles VALUES (NULL, '', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL, ?)"
_CONTENTS = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
    "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)"
)


def write_geopackage(path: Path, layers: Sequence[Layer], about: str, made_at: str) -> None:
    """Write all layers and their styles; the file appears whole or not at all.

    Args:
        path: .gpkg file.
        layers: as `layers_of` gives them.
        about: description of every layer: mark and credits.
        made_at: ISO time that stands for now in the file, so that no clock is asked.

    Raises:
        StorageError: the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
            part = Path(folder) / path.name
            _write(part, layers, about, made_at)
            part.replace(path)
    except (OSError, DataSourceError, sqlite3.Error) as error:
        raise StorageError(f"{path}: cannot be written ({error}); check permissions and space") from error


def _write(part: Path, layers: Sequence[Layer], about: str, made_at: str) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": made_at})
    try:
        for number, layer in enumerate(layers):
            _write_layer(part, layer, about, append=number > 0)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    with closing(sqlite3.connect(part)) as db, db:
        db.execute(_STYLES)
        db.execute(_CONTENTS, (made_at,))
        for layer in layers:
            if layer.geometries is not None:
                db.execute(_STYLE, (layer.name, layer.name, style_of(layer.name), f"Roadstead: {layer.name}", made_at))


def _write_layer(part: Path, layer: Layer, about: str, *, append: bool) -> None:
    data, missing = zip(*(_column(layer, name, kind) for name, kind in layer.columns.items()), strict=True)
    places = None if layer.geometries is None else shapely.to_wkb(np.array(layer.geometries, dtype=object))
    pyogrio.raw.write(
        part,
        places,
        list(data),
        list(layer.columns),
        field_mask=list(missing),
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.geometry_type or None,
        crs="EPSG:4326" if layer.geometries is not None else None,
        append=append,
        layer_options={"DESCRIPTION": about} | ({"GEOMETRY_NAME": "geom"} if places is not None else {}),
    )


def _column(layer: Layer, name: str, kind: type) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values and where they are unknown, shape (rows,)."""
    values = [row.get(name) for row in layer.rows]
    missing = np.array([v is None for v in values], dtype=bool)
    if kind is str:
        texts = [None if v is None else str(v).encode("utf-8", "backslashreplace").decode() for v in values]
        return np.array(texts, dtype=object), missing
    dtype = np.bool_ if kind is bool else np.float64
    return np.array([0 if v is None else v for v in values], dtype=dtype), missing
