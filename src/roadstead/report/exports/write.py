"""Writing a case's findings in the formats that other programs read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.report.editions import embargo_words
from roadstead.report.exports.geopackage import write_geopackage
from roadstead.report.exports.geoparquet import geoparquet_bytes
from roadstead.report.exports.kml import SIMULATED, kml_text, kmz_bytes
from roadstead.report.exports.layers import Handover, Layer, credits_of, layers_of
from roadstead.report.exports.redaction import Redactor
from roadstead.report.exports.stac import stac_texts
from roadstead.report.exports.text_formats import csv_text, detections_text, geojson_text, tracks_text
from roadstead.report.offering import SIMULATED_PREFIX
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence


class Format(StrEnum):
    """How findings are handed over."""

    GPKG = "gpkg"
    GEOJSON = "geojson"
    GEOPARQUET = "geoparquet"
    KML = "kml"
    KMZ = "kmz"
    CSV = "csv"
    STAC = "stac"
    TRACKS = "tracks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    files: tuple[Path, ...]
    credits: tuple[str, ...]
    """credit lines that go with the files wherever they are shown"""
    removed: dict[str, int]
    """what redaction took out, how often"""
    notes: tuple[str, ...]
    """what a format could not take, one sentence each"""
    duties: tuple[str, ...] = ()
    """what licences of the pixels ask of whoever hands the files on"""


def write_exports(
    held: Handover, redactor: Redactor, formats: Sequence[Format], folder: Path, made_at: str
) -> Exported:
    """Write each format; names begin with `simulated-` where anything in the case is simulated.

    Args:
        held: what is handed over.
        redactor: of the case and the profile.
        formats: in any order.
        folder: where the files go.
        made_at: ISO time of the results, for formats that want one.

    Raises:
        InputError: a format needs a package that is not installed.
        StorageError: the folder cannot be written.
    """
    desk = _Desk(
        held=held, redactor=redactor, layers=layers_of(held, redactor), folder=folder,
        prefix=SIMULATED_PREFIX if held.simulated else "", made_at=made_at, files=[], notes=[],
    )  # fmt: skip
    for wanted in [f for f in Format if f in formats]:
        _WRITERS[wanted](desk)
    found = tuple(redactor.text(c) for c in credits_of(held))
    log = redactor.log()["removed"]
    return Exported(files=tuple(desk.files), credits=found, removed=log, notes=tuple(desk.notes))


@dataclass(slots=True, kw_only=True)
class _Desk:
    held: Handover
    redactor: Redactor
    layers: tuple[Layer, ...]
    folder: Path
    prefix: str
    made_at: str
    files: list[Path]
    notes: list[str]

    def put(self, name: str, data: bytes | str) -> None:
        path = self.folder / name
        write_atomic(path, data)
        self.files.append(path)

    @property
    def title(self) -> str:
        return self.redactor.text(self.held.case.title)


def _gpkg(desk: _Desk) -> None:
    said = [SIMULATED if desk.held.simulated else "", embargo_words(desk.held.case)]
    about = "\n".join([*filter(None, said), *map(desk.redactor.text, credits_of(desk.held))])
    path = desk.folder / f"{desk.prefix}case.gpkg"
    write_geopackage(path, desk.layers, about, desk.made_at)
    desk.files.append(path)


def _geojson(desk: _Desk) -> None:
    desk.put(f"{desk.prefix}detections.geojson", detections_text(desk.held, desk.redactor))
    for layer in desk.layers[1:]:
        if layer.geometries is not None:
            desk.put(f"{desk.prefix}{layer.name}.geojson", geojson_text(layer, desk.held))


def _geoparquet(desk: _Desk) -> None:
    for layer in desk.layers:
        if layer.geometries is not None:
            desk.put(f"{desk.prefix}{layer.name}.parquet", geoparquet_bytes(layer, desk.held))


def _kml(desk: _Desk) -> None:
    desk.put(f"{desk.prefix}case.kml", kml_text(desk.layers, desk.held, desk.title))


def _kmz(desk: _Desk) -> None:
    desk.put(f"{desk.prefix}case.kmz", kmz_bytes(kml_text(desk.layers, desk.held, desk.title)))


def _csv(desk: _Desk) -> None:
    for layer in desk.layers:
        desk.put(f"{desk.prefix}{layer.name}.csv", csv_text(layer.columns, layer.rows))


def _stac(desk: _Desk) -> None:
    texts = stac_texts(desk.held, desk.redactor)
    for name, text in sorted(texts.items()):
        desk.put(f"{desk.prefix}stac/{name}", text)
    left = len(desk.held.scenes) - (len(texts) - 1)
    if left:
        desk.notes.append(f"{left} scene(s) without a place or a time are no STAC items")


def _tracks(desk: _Desk) -> None:
    text, left = tracks_text(desk.layers[0])
    desk.put(f"{desk.prefix}tracks.csv", text)
    if left:
        desk.notes.append(
            f"{left} detection(s) without a place, or whose time is vaguer than a minute, are in no track"
        )


_WRITERS = {
    Format.GPKG: _gpkg,
    Format.GEOJSON: _geojson,
    Format.GEOPARQUET: _geoparquet,
    Format.KML: _kml,
    Format.KMZ: _kmz,
    Format.CSV: _csv,
    Format.STAC: _stac,
    Format.TRACKS: _tracks,
}
