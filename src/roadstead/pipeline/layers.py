"""Layers beside the vessels: what was not taken for one, with the reason; what was taken for sea."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from roadstead.detection import SeaMask, optical_sea, radar_sea
from roadstead.imagery import open_band
from roadstead.model import SIMULATED_MARK, Modality, Rejected
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from roadstead.model import PixelReader, Scene

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedIn:
    """A rejected candidate with the scene that holds it."""

    scene_id: str
    rejected: Rejected
    site_id: str = ""
    """empty: the whole scene was searched"""


def mark_if(simulated: object) -> dict[str, bool]:
    """The mark of what was made from simulated images, as a property; nothing for real ones."""
    return {SIMULATED_MARK: True} if simulated else {}


def rejected_geojson(rejected: Sequence[RejectedIn], simulated: Collection[str], *, exercise: bool = False) -> str:
    """Rejected candidates as GeoJSON text: points in WGS84, without a place where the image has no georeference.

    Args:
        rejected: what was not taken for a vessel.
        simulated: ids of the scenes that are simulated.
        exercise: whether the case is one, and marked whatever it holds.
    """
    features = [_feature(r, simulated) for r in rejected]
    collection = {
        "type": "FeatureCollection",
        "schema_version": SCHEMA_VERSION,
        **mark_if(simulated or exercise),
        "features": features,
    }
    return json.dumps(collection, indent=1, ensure_ascii=False) + "\n"


def _feature(one: RejectedIn, simulated: Collection[str]) -> dict[str, Any]:
    r = one.rejected
    place = None
    if r.lon_deg is not None and r.lat_deg is not None:
        place = {"type": "Point", "coordinates": [round(r.lon_deg, 7), round(r.lat_deg, 7)]}
    return {
        "type": "Feature",
        "geometry": place,
        "properties": {
            "scene_id": one.scene_id,
            "site_id": one.site_id or None,
            "row_px": round(float(r.row_px), 3),
            "col_px": round(float(r.col_px), 3),
            "reason": r.reason,
            **mark_if(one.scene_id in simulated),
        },
    }


def sea_of(scene: Scene, reader: PixelReader) -> SeaMask:
    """Sea and land of a whole scene, as its detector tells them; raises RasterError as the detector does."""
    if scene.modality is Modality.SAR:
        with open_band(scene) as band:
            return radar_sea(scene, band)
    return optical_sea(scene, reader.read(scene))


def write_sea(path: Path, mask: SeaMask, *, simulated: bool) -> None:
    """Write a sea mask as GeoTIFF: 0 unknown, 1 land, 2 water; on what it rests stands in the tag `basis`.

    Args:
        path: the file.
        mask: sea and land.
        simulated: whether the image is simulated; the tag `TIFFTAG_IMAGEDESCRIPTION` then says so.

    Raises:
        StorageError: it cannot be written.
    """
    height, width = mask.values.shape
    profile = {
        "driver": "GTiff",
        "width": width,
        "height": height,
        "count": 1,
        "dtype": "uint8",
        "nodata": 0,
        "compress": "deflate",
        "crs": mask.crs,
        "transform": mask.transform if mask.crs else None,
    }
    with warnings.catch_warnings(), MemoryFile() as memory:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(**profile) as out:
            out.write(mask.values, 1)
            out.update_tags(basis=mask.basis, values="0 unknown, 1 land, 2 water")
            if simulated:
                out.update_tags(TIFFTAG_IMAGEDESCRIPTION=SIMULATED_MARK)
        write_atomic(path, bytes(memory.getbuffer()))
