"""STAC 1.1 items of the scenes, in a catalogue with relative links: what other catalogues can take in.

What the scene's own item says under proj, sar, sat, view and eo is kept; what it does not say is not made up.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shapely.geometry import mapping

from roadstead.archive import open_image
from roadstead.model import LICENCE_WORDS, SIMULATED_MARK, BandRole, Modality, RasterError, iso

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roadstead.model import Scene
    from roadstead.report.exports.layers import Handover
    from roadstead.report.exports.redaction import Redactor

STAC_VERSION = "1.1.0"
_BASE = "https://stac-extensions.github.io"
EXTENSIONS = {
    "proj:": f"{_BASE}/projection/v2.0.0/schema.json",
    "sar:": f"{_BASE}/sar/v1.0.0/schema.json",
    "sat:": f"{_BASE}/sat/v1.0.0/schema.json",
    "view:": f"{_BASE}/view/v1.0.0/schema.json",
    "eo:": f"{_BASE}/eo/v2.0.0/schema.json",
    "file:": f"{_BASE}/file/v2.1.0/schema.json",
    "processing:": f"{_BASE}/processing/v1.2.0/schema.json",
}
_KEPT = ("sar:", "sat:", "view:", "eo:")
_SAR_NEEDED = frozenset({"sar:instrument_mode", "sar:frequency_band", "sar:polarizations", "sar:product_type"})
_RANGES = {
    "view:off_nadir": (0, 90),
    "view:incidence_angle": (0, 90),
    "view:azimuth": (0, 360),
    "view:sun_azimuth": (0, 360),
    "view:sun_elevation": (-90, 90),
    "eo:cloud_cover": (0, 100),
    "eo:snow_cover": (0, 100),
}
"""what the extensions' schemas allow, degrees and per cent"""
_COMMON = frozenset({BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.SWIR16, BandRole.PAN})
_SHA256 = "1220"
"""multihash: SHA-256, 32 bytes"""


def stac_texts(held: Handover, redactor: Redactor) -> dict[str, str]:
    """File name -> text: catalog.json, and ITEM.json for each scene with a place and a time."""
    scenes = [held.scenes[k] for k in sorted(held.scenes)]
    items = {_file_name(s.id): _item(s, held) for s in scenes if s.footprint is not None and s.time is not None}
    links = [{"rel": "root", "href": "./catalog.json", "type": "application/json"}]
    links += [{"rel": "item", "href": f"./{name}", "type": "application/geo+json"} for name in items]
    catalog = {
        "type": "Catalog",
        "stac_version": STAC_VERSION,
        "id": held.case.id,
        "title": held.case.title,
        "description": held.case.summary or held.case.title or "scenes of a case",
        SIMULATED_MARK: held.simulated,
        "links": links,
    }
    documents = items | {"catalog.json": catalog}
    return {name: json.dumps(redactor.value(d), indent=1, ensure_ascii=False) + "\n" for name, d in documents.items()}


def _file_name(scene_id: str) -> str:
    """A name for every system; ids of catalogues hold letters, digits and a few signs."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in scene_id)
    return f"{safe.strip('.')[:120] or 'scene'}.json"


def _item(scene: Scene, held: Handover) -> dict[str, Any]:
    image = held.images.get(scene.id, scene.path)
    kept = _from_own_item(image)
    props: dict[str, Any] = {
        **_time(scene),
        "description": "SIMULATED by Roadstead; nothing in it happened" if scene.simulated else "scene of a case",
        SIMULATED_MARK: scene.simulated,
        **kept,
        **({"platform": scene.platform} if scene.platform else {}),
        **({"gsd": scene.gsd_m} if scene.gsd_m else {}),
        **({"license": "other"} if scene.licence else {}),
        **({LICENCE_WORDS: scene.licence} if scene.licence else {}),
        **({"roadstead:credit": scene.credit} if scene.credit else {}),
        **({"view:off_nadir": scene.off_nadir_deg} if scene.off_nadir_deg is not None else {}),
        **_grid(image),
        "processing:software": {"Roadstead": held.program_version},
        "roadstead:date_basis": scene.date_basis.value,
    }
    if "sar:" in {k[:4] for k in props} and not props.keys() >= _SAR_NEEDED:
        props = {k: v for k, v in props.items() if not k.startswith("sar:")}
    asset = _asset(scene)
    of_bands = {key for band in asset.get("bands", ()) for key in band}
    used = {p for p in EXTENSIONS if any(k.startswith(p) for k in (*props, *asset, *of_bands))}
    footprint = scene.footprint
    return {
        "type": "Feature",
        "stac_version": STAC_VERSION,
        "stac_extensions": [EXTENSIONS[p] for p in sorted(used)],
        "id": scene.id,
        "geometry": mapping(footprint) if footprint is not None else None,
        "bbox": list(footprint.bounds) if footprint is not None else [],
        "properties": props,
        "links": [{"rel": "root", "href": "./catalog.json", "type": "application/json"}],
        "assets": {"image": asset},
    }


def _time(scene: Scene) -> dict[str, Any]:
    if scene.time is None:
        return {"datetime": None}
    start, end = iso(scene.time.start), iso(scene.time.end)
    return {"datetime": start} if start == end else {"datetime": None, "start_datetime": start, "end_datetime": end}


def _from_own_item(image: Path) -> dict[str, Any]:
    """What the item beside the image says of geometry and sensor."""
    try:
        props: Mapping[str, Any] = json.loads(image.with_suffix(".json").read_text("utf-8"))["properties"]
        return {
            k: v for k, v in sorted(props.items()) if k.startswith(_KEPT) and k != "eo:bands" and _by_the_rules(k, v)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _by_the_rules(key: str, value: Any) -> bool:
    """Whether the schema of the key's extension takes the value: what an item says wrongly is not handed on."""
    if key not in _RANGES:
        return True
    low, high = _RANGES[key]
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _grid(image: Path) -> dict[str, Any]:
    """Projection and shape, from the image where it is held."""
    try:
        with open_image(image) as held:
            if held.crs is None or held.crs.to_epsg() is None:
                return {}
            transform = [float(v) for v in list(held.transform)[:6]]
            return {"proj:code": f"EPSG:{held.crs.to_epsg()}", "proj:shape": [held.height, held.width],
                    "proj:transform": transform}  # fmt: skip
    except (OSError, RasterError):
        return {}


def _asset(scene: Scene) -> dict[str, Any]:
    asset: dict[str, Any] = {
        "href": f"./{scene.path.name}",
        "roles": ["data"],
        "title": "the image; not part of this export",
    }
    if scene.path.suffix.lower() in {".tif", ".tiff"}:
        asset["type"] = "image/tiff; application=geotiff"
    if scene.modality is Modality.OPTICAL:
        asset["bands"] = [
            {"name": b.value} | ({"eo:common_name": b.value} if b in _COMMON else {}) for b in scene.bands
        ]
    else:
        asset["bands"] = [{"name": b.value} for b in scene.bands]
    if not set(scene.bands) - {BandRole.OTHER}:
        del asset["bands"]
    return asset | ({"file:checksum": f"{_SHA256}{scene.sha256}"} if scene.sha256 else {})
