"""`detect`: vessels in images, without a case."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from roadstead.archive import SeaFile, open_scene, open_sea_file
from roadstead.detection import SarDetector
from roadstead.imagery import RasterioReader
from roadstead.model import (
    SIMULATED_MARK,
    BandRole,
    Detection,
    Detector,
    InputError,
    Modality,
    PixelReader,
    RasterError,
    SarUnit,
    Scene,
    SeaKind,
    TimeSpan,
    as_text_cell,
    iso,
)
from roadstead.pipeline.find import Findings, detectors, find_in_strips, find_vessels, quiet, sea_of_scene
from roadstead.pipeline.layers import RejectedIn, mark_if, rejected_geojson, sea_of, write_sea
from roadstead.pipeline.sea import without_place
from roadstead.steps import Failure, Workers, check_writable, each, sha256_file, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


SCHEMA_VERSION = 1
COLUMNS = (
    "id", "scene_id", "t_start", "t_end", "lon_deg", "lat_deg", "score", "length_m", "length_sigma_m", "beam_m",
    "beam_sigma_m", "heading_deg", "heading_sigma_deg", "heading_ambiguous", "row_px", "col_px", "alongside", "method",
    "sea", "notes",
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
    doubts: tuple[str, ...] = ()
    """what is to be said of the stated land and sea, one sentence each"""

    @property
    def seas(self) -> dict[str, str]:
        """What told sea from land, by the scene's id."""
        return {s.id: sea_of_scene(s) for s in self.scenes}

    def row(self, detection: Detection) -> dict[str, Any]:
        """A detection as flat properties, with what told sea from land."""
        return properties(detection, self.simulated) | {"sea": self.seas[detection.scene_id]}

    @property
    def simulated(self) -> frozenset[str]:
        """Ids of the scenes that are simulated."""
        return frozenset(s.id for s in self.scenes if s.simulated)


def detect(  # noqa: PLR0913 - as many as the command has options
    inputs: Sequence[Path | str],
    *,
    out: Path | None = None,
    masks: Path | None = None,
    bands: tuple[BandRole, ...] | None = None,
    sar_unit: SarUnit | None = None,
    gsd_m: float | None = None,
    coastline: Path | None = None,
    sea: Path | None = None,
    workers: Workers | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> Detected:
    """Find and measure vessels in images.

    Args:
        inputs: GeoTIFF, COG, PNG, JPEG, STAC item JSON or Planet order folder.
        out: file to write, .geojson (polygons in WGS84) or .csv; beside it `rejected_beside` with what was not taken
            for a vessel, and why. None writes nothing, and nothing is written where no image could be used.
        masks: folder for a GeoTIFF of each image, NAME.sea.tif, that shows what was taken for sea; None writes none.
        bands: role of each band, where the metadata does not state it.
        sar_unit: what radar pixels hold, where the metadata does not state it.
        gsd_m: pixel size in metres, where there is no georeference.
        coastline: GeoPackage, Shapefile or GeoJSON of land polygons or closed coastlines, used with the pixels.
        sea: such a file of sea polygons; nothing outside them is searched. Give one of the two.
        workers: where images are searched; in this process unless given. The result is the same.
        progress: called with (item, done, total).

    Raises:
        InputError: the output's ending is unknown, the coastline or sea file or the cluster cannot be used. A failed
            image, also one that the coastline does not reach, is named in `Detected.failures`.
        StorageError: the output cannot be written.
    """
    if masks is not None:
        check_writable(masks)
    if out is not None and out.suffix.lower() not in (".geojson", ".csv"):
        ending = f"the ending {out.suffix!r} is not known" if out.suffix else "has no ending"
        raise InputError(f"{out}: {ending}; write .geojson or .csv")
    facts = {"bands": bands, "sar_unit": sar_unit, "gsd_m": gsd_m}
    found: dict[int, Findings] = {}
    progress("", 0, len(inputs))
    with ThreadPoolExecutor(1) as hasher:
        opened = _Opened(facts=facts, hasher=hasher, sea=_sea_file(coastline, sea))
        here = workers is None or workers == Workers()
        search = _Search(
            reader=RasterioReader(), detectors=detectors(), masks=masks, decoded=opened.hash_of if here else None
        )
        for number, outcome in each(search, opened.each_of(inputs), workers or Workers()):
            place = opened.places[number]
            fault = outcome.sentence if isinstance(outcome, Failure) else opened.sealed(place)
            if isinstance(outcome, Failure) or fault:
                opened.failures[place] = _told(Path(inputs[place]), fault)
            else:
                found[place] = outcome
            progress(Path(inputs[place]).name, len(found) + len(opened.failures), len(inputs))
    scenes = tuple(opened.scenes[place] for place in sorted(found))
    result = Detected(
        detections=tuple(d for place in sorted(found) for d in found[place].detections),
        failures=tuple(opened.failures[place] for place in sorted(opened.failures)),
        scenes=scenes,
        limits=tuple(d.limits for m, d in search.detectors.items() if any(s.modality is m for s in scenes)),
        doubts=(
            *opened.doubts,
            *(f"{found[p].scene_id}: {note}" for p in sorted(found) for note in found[p].doubts),
        ),
    )
    if out is not None and scenes:
        _write(out, result, [found[place] for place in sorted(found)])
    return result


def rejected_beside(out: Path) -> Path:
    """Where `detect` writes what was not taken for a vessel, beside what was."""
    return out.with_suffix(".rejected.geojson")


def _write(out: Path, result: Detected, found: Sequence[Findings]) -> None:
    rows = {d.id: result.row(d) for d in result.detections}
    is_csv = out.suffix.lower() == ".csv"
    write_atomic(out, _csv(result) if is_csv else detections_geojson(result.detections, result.simulated, rows))
    rejected = [RejectedIn(scene_id=f.scene_id, rejected=r) for f in found for r in f.rejected]
    write_atomic(rejected_beside(out), rejected_geojson(rejected, result.simulated))


def _sea_file(coastline: Path | None, sea: Path | None) -> SeaFile | None:
    """The file that states land or sea; raises InputError where both are given."""
    if coastline is not None and sea is not None:
        raise InputError("--coastline and --sea say the same thing twice; give one of them")
    if coastline is not None:
        return open_sea_file(coastline, SeaKind.COASTLINE)
    return open_sea_file(sea, SeaKind.SEA) if sea is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What a worker does with one scene."""

    reader: PixelReader
    detectors: Mapping[Modality, Detector]
    masks: Path | None = None
    """folder for sea masks"""
    decoded: Callable[[Path], object] | None = None
    """told a file that has been decoded as a whole while there is more to do; not for other processes"""

    def __call__(self, scene: Scene) -> Findings:
        findings = self._find(scene)
        if self.masks is not None:
            write_sea(self.masks / f"{scene.id}.sea.tif", sea_of(scene, self.reader), simulated=scene.simulated)
        return findings

    def _find(self, scene: Scene) -> Findings:
        detector = self.detectors[scene.modality]
        if isinstance(detector, SarDetector):
            return find_in_strips(scene, detector, partial(self.decoded, scene.path) if self.decoded else None)
        findings, pixels = find_vessels(scene, self.reader, detector)
        if not pixels.valid.any():
            raise RasterError(f"{scene.path} holds no valid pixel, only nodata; fetch another image")
        return findings


@dataclass(slots=True, kw_only=True)
class _Opened:
    """Scenes of the inputs, opened as workers become free, and why some could not be.

    Files are hashed beside the search: once it has decoded one, it does not keep all processors busy.
    """

    facts: Mapping[str, Any]
    hasher: Executor
    sea: SeaFile | None = None
    scenes: dict[int, Scene] = field(default_factory=dict)
    """by the input's place"""
    hashes: dict[Path, Future[str]] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    """of each scene that was handed out, in that order"""
    doubts: list[str] = field(default_factory=list)

    def each_of(self, inputs: Sequence[Path | str]) -> Iterator[Scene]:
        """The scenes that can be opened, in the order of the inputs."""
        for place, given in enumerate(inputs):
            path = Path(given)
            try:
                scene = self._with_sea(self._apart(open_scene(path, **self.facts, hashed=False)))
            except InputError as error:
                self.failures[place] = _told(path, str(error))
                continue
            self.scenes[place] = scene
            self.places.append(place)
            yield scene

    def sealed(self, place: int) -> str:
        """Give a scene the hash of its file; what there is to say where the file cannot be read, else nothing."""
        try:
            scene = self.scenes[place]
            self.scenes[place] = replace(scene, sha256=self.hash_of(scene.path).result())
        except InputError as error:
            return str(error)
        return ""

    def hash_of(self, path: Path) -> Future[str]:
        """The SHA-256 of a file, which begins to be made now at the latest."""
        if path not in self.hashes:
            self.hashes[path] = self.hasher.submit(sha256_file, path)
        return self.hashes[path]

    def _apart(self, scene: Scene) -> Scene:
        """The scene, under an id that no other one carries; raises InputError where the same pixels came before."""
        for before in self.scenes.values():
            same_size = _size(before) == _size(scene)
            if same_size and self.hash_of(before.path).result() == self.hash_of(scene.path).result():
                raise InputError(f"{scene.path} holds the same bytes as {before.path}; its vessels are counted once")
        if scene.id not in {s.id for s in self.scenes.values()}:
            return scene
        return replace(scene, id=f"{scene.id}-{self.hash_of(scene.path).result()[:6]}")

    def _with_sea(self, scene: Scene) -> Scene:
        """The scene with what is stated of land and sea; raises InputError where that lies elsewhere."""
        if self.sea is None:
            return scene
        if scene.footprint is None:
            self.doubts.append(f"{scene.id}: {without_place(self.sea.path.name)}")
            return scene
        return replace(scene, sea=self.sea.around(scene.footprint))


def _told(path: Path, sentence: str) -> str:
    return sentence if path.stem in sentence else f"{path}: {sentence}"


def _size(scene: Scene) -> int:
    """Bytes of its file; -1 where it is gone."""
    try:
        return scene.path.stat().st_size
    except OSError:
        return -1


def properties(d: Detection, simulated: Collection[str] = ()) -> dict[str, Any]:
    """A detection as flat properties, units in the names.

    Args:
        d: what was found.
        simulated: ids of the scenes that are simulated; a detection in one of them carries the mark.
    """
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
        **mark_if(d.scene_id in simulated),
    }


def _estimate(name: str, unit: str, e: Any) -> dict[str, float | None]:
    return {
        f"{name}_{unit}": round(e.value, 1) if e else None,
        f"{name}_sigma_{unit}": round(e.sigma, 1) if e else None,
    }


def detections_geojson(
    detections: Sequence[Detection],
    simulated: Collection[str],
    further: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    *,
    exercise: bool = False,
) -> str:
    """Detections as GeoJSON text, polygons in WGS84.

    Args:
        detections: what was found.
        simulated: ids of the scenes that are simulated.
        further: more properties, by the detection's id.
        exercise: whether the case is one, and marked whatever it holds.
    """
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
            "properties": {**properties(d, simulated), **further.get(d.id, {})},
        }
        for d in detections
    ]
    return (
        json.dumps(
            {
                "type": "FeatureCollection",
                "schema_version": SCHEMA_VERSION,
                **mark_if(simulated or exercise),
                "features": features,
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


def _csv(result: Detected) -> str:
    text = io.StringIO()
    columns = (*COLUMNS, SIMULATED_MARK) if result.simulated else COLUMNS
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for d in result.detections:
        at = d.outline.centroid if d.outline is not None else None
        place = {"lon_deg": round(at.x, 6), "lat_deg": round(at.y, 6)} if at else {"lon_deg": None, "lat_deg": None}
        writer.writerow({k: _cell(v) for k, v in (result.row(d) | place).items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    return as_text_cell(value) if isinstance(value, str) else value
