"""`changes`: what came and what went between two optical images of one place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely import MultiPoint, transform
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from roadstead.archive import open_scene
from roadstead.case import load_case
from roadstead.detection import Change, ChangeMap, berth_change, change_map, changes
from roadstead.geo import local_plane
from roadstead.imagery import Coregistration, RasterioReader, area_mask, coregister, on_grid_of
from roadstead.measure import frame_of
from roadstead.model import BandRole, InputError, Modality, Pixels, Scene
from roadstead.pipeline.layers import mark_if
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SCHEMA_VERSION = 1
BERTH_M = 40.0
"""from a quay line to the water and to the land: the breadth of a large ship"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipChange:
    """A region of ship size that is water in one image and something else in the other."""

    came: bool
    """True: in the second image only; False: in the first only"""
    length_m: float
    beam_m: float
    row_px: float
    """of its middle, in the first image"""
    col_px: float
    outline: BaseGeometry | None
    """WGS84; None without georeference"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthChange:
    """What happened at one berth of a case."""

    site_id: str
    berth: int
    """its place in the case file, from 1"""
    what: str
    """`came`, `went`, `same`, or `unknown` where the images do not show it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The outcome of `compare`."""

    scenes: tuple[Scene, Scene]
    shift: Coregistration
    changes: tuple[ShipChange, ...]
    berths: tuple[BerthChange, ...]

    @property
    def order(self) -> str:
        """Which image is the earlier one, as far as that is known, in words."""
        one, other = (s.time for s in self.scenes)
        if one is None or other is None or one.overlaps(other):
            return "Which of the two images is the earlier one is not known."
        return f"The {'first' if one < other else 'second'} image is the earlier one."


def compare(
    first: Path | str,
    second: Path | str,
    *,
    case: Path | str | None = None,
    out: Path | None = None,
    bands: tuple[BandRole, ...] | None = None,
    gsd_m: float | None = None,
) -> Compared:
    """Co-register two optical images of one place to a part of a pixel, and list what came and went on the water.

    Args:
        first: GeoTIFF, COG, STAC item or order; its grid counts.
        second: the other image. Which of the two is earlier plays no part.
        case: a case folder; its berths (quay lines) are answered one by one.
        out: GeoJSON file to write.
        bands: role of each band, where the metadata does not state it.
        gsd_m: pixel size in metres, where there is no georeference.

    Raises:
        InputError: an image cannot be used, is a radar image, or the two support no shift.
        StorageError: the output cannot be written.
    """
    scenes = tuple(open_scene(Path(p), bands=bands, gsd_m=gsd_m) for p in (first, second))
    radar = next((s for s in scenes if s.modality is Modality.SAR), None)
    if radar is not None:
        raise InputError(f"{radar.path} is a radar image; only optical images are compared for changes")
    reader = RasterioReader()
    one, other = (reader.read(s) for s in scenes)
    shift = coregister(one, other)
    pair = scenes[0], scenes[1]
    found = change_map(pair, (one, on_grid_of(one, other, shift)), shift.sigma_px)
    result = Compared(
        scenes=pair,
        shift=shift,
        changes=tuple(_on_map(c, scenes[0], one) for c in changes(found)),
        berths=tuple(_berths(Path(case), found, one)) if case is not None else (),
    )
    if out is not None:
        write_atomic(out, changes_geojson(result))
    return result


def changes_geojson(found: Compared) -> str:
    """Changes as GeoJSON text, convex outlines in WGS84."""
    features = [
        {
            "type": "Feature",
            "geometry": mapping(c.outline) if c.outline is not None else None,
            "properties": change_properties(c),
        }
        for c in found.changes
    ]
    mark = mark_if(any(s.simulated for s in found.scenes))
    first, second = ({"scene": s.id, "time": str(s.time) if s.time else None} for s in found.scenes)
    collection = {
        "type": "FeatureCollection",
        "schema_version": SCHEMA_VERSION,
        **mark,
        "first": first,
        "second": second,
        "meaning": "came: only in the second image; went: only in the first; rows and columns of the first. "
        f"{found.order}",
        "features": features,
    }
    return json.dumps(collection, indent=1) + "\n"


def change_properties(change: ShipChange) -> dict[str, Any]:
    """A change as flat properties, units in the names."""
    return {
        "change": "came" if change.came else "went",
        "length_m": round(change.length_m, 1),
        "beam_m": round(change.beam_m, 1),
        "row_px": round(change.row_px, 1),
        "col_px": round(change.col_px, 1),
    }


def _on_map(change: Change, scene: Scene, pixels: Pixels) -> ShipChange:
    hull = MultiPoint(np.stack([change.cols_px + 0.5, change.rows_px + 0.5], axis=1)).convex_hull
    frame = frame_of(scene, pixels)

    def lonlat(px: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.round(np.stack(frame.lonlat(px[:, 0], px[:, 1]), axis=1), 7), np.float64)

    return ShipChange(
        came=change.came,
        length_m=change.length_m,
        beam_m=change.beam_m,
        row_px=float(change.rows_px.mean()) + 0.5 + pixels.row_off,
        col_px=float(change.cols_px.mean()) + 0.5 + pixels.col_off,
        outline=transform(hull, lonlat) if frame.georeferenced else None,
    )


def _berths(folder: Path, found: ChangeMap, pixels: Pixels) -> Iterator[BerthChange]:
    if pixels.crs is None:
        raise InputError("berths lie on the map, and the first image has no georeference; leave the case out")
    for site in load_case(folder).sites:
        for number, line in enumerate(site.berths, 1):
            plane = local_plane(*line.centroid.coords[0])

            def metres(p: NDArray[np.float64], plane: Any = plane) -> NDArray[np.float64]:
                return np.stack(plane.transform(p[:, 0], p[:, 1]), axis=1)

            def back(p: NDArray[np.float64], plane: Any = plane) -> NDArray[np.float64]:
                return np.stack(plane.transform(p[:, 0], p[:, 1], direction="INVERSE"), axis=1)

            around = transform(transform(line, metres).buffer(BERTH_M, cap_style="flat"), back)
            yield BerthChange(site_id=site.id, berth=number, what=berth_change(found, area_mask(around, pixels)))
