"""What the STAC extensions that we use ask of an item, in our own words.

No package that we found carries their JSON Schemas (`pystac` has those of the core, `pystac-ext-*` none, `rustac` two
old ones), and validators fetch them; so the rules of the versions that we name are told here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema
import referencing
from pystac.validation.local_validator import get_local_schema_cache

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOME = "https://stac-extensions.github.io"
VERSIONS = {
    "proj": "projection/v2.0.0", "sar": "sar/v1.0.0", "sat": "sat/v1.0.0", "view": "view/v1.0.0", "eo": "eo/v2.0.0",
    "file": "file/v2.1.0", "processing": "processing/v1.2.0", "mlm": "mlm/v1.",
}  # fmt: skip
_NEEDED = {
    "sar": ("sar:instrument_mode", "sar:frequency_band", "sar:polarizations", "sar:product_type"),
    "mlm": ("mlm:name", "mlm:architecture", "mlm:tasks", "mlm:input", "mlm:output"),
}
_NUMBERS = {
    "view:off_nadir": (0, 90), "view:incidence_angle": (0, 90), "view:azimuth": (0, 360), "view:sun_azimuth": (0, 360),
    "view:sun_elevation": (-90, 90), "eo:cloud_cover": (0, 100), "eo:snow_cover": (0, 100),
    "sar:center_frequency": (0, 1e9), "sar:resolution_range": (0, 1e9), "sar:resolution_azimuth": (0, 1e9),
    "sar:pixel_spacing_range": (0, 1e9), "sar:pixel_spacing_azimuth": (0, 1e9), "sar:looks_range": (0, 1e9),
    "sar:looks_azimuth": (0, 1e9), "sar:looks_equivalent_number": (0, 1e9), "file:size": (0, 1e18),
    "sat:relative_orbit": (1, 1e9), "sat:absolute_orbit": (1, 1e9), "mlm:batch_size_suggestion": (0, 1e9),
}  # fmt: skip
_WORDS = {
    "sar:frequency_band": {"P", "L", "S", "C", "X", "Ku", "K", "Ka"},
    "sar:observation_direction": {"left", "right"},
    "sat:orbit_state": {"ascending", "descending", "geostationary"},
    "eo:common_name": {
        "pan", "coastal", "blue", "green", "green05", "yellow", "red", "rededge", "rededge071", "rededge075",
        "rededge078", "nir", "nir08", "nir09", "cirrus", "swir16", "swir22", "lwir", "lwir11", "lwir12",
    },
}  # fmt: skip
_TASKS = {
    "regression", "classification", "scene-classification", "detection", "object-detection", "segmentation",
    "semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "similarity-search", "generative",
    "image-captioning", "super-resolution",
}  # fmt: skip
_TEXTS = {
    "proj:code": r"[A-Za-z]+:\S+", "file:checksum": r"1220[0-9a-f]{64}", "sar:instrument_mode": r".+",
    "sar:product_type": r".+", "mlm:name": r"[a-zA-Z][a-zA-Z0-9_.-]+[a-zA-Z0-9]",
    "mlm:architecture": r".+", "mlm:framework": r".+",
    "mlm:artifact_type": r".+",
}  # fmt: skip


def core_validator(name: str) -> jsonschema.Draft7Validator:
    """The validator of `item`, `catalog` or `collection` of STAC 1.1.0, with the schemas that pystac carries."""
    held = get_local_schema_cache()
    pairs = [(uri, referencing.Resource.from_contents(s)) for uri, s in held.items()]
    registry = referencing.Registry().with_resources(pairs)
    uri = f"https://schemas.stacspec.org/v1.1.0/{name}-spec/json-schema/{name}.json"
    return jsonschema.Draft7Validator(held[uri], registry=registry)


def faults(item: Mapping[str, Any]) -> list[str]:
    """What an item says against the core and against its extensions, a sentence each."""
    core = [f"{e.json_path}: {e.message[:200]}" for e in core_validator("item").iter_errors(item)]
    return core + extension_faults(item)


def extension_faults(item: Mapping[str, Any]) -> list[str]:
    """What an item says against its extensions alone."""
    held = list(_fields(item))
    used = {key.partition(":")[0] for _, key, _ in held} & VERSIONS.keys()
    declared = {p for p, v in VERSIONS.items() if any(u.startswith(f"{HOME}/{v}") for u in item["stac_extensions"])}
    found = [f"{p}: used and not declared" for p in sorted(used - declared)]
    found += [f"{p}: declared and not used" for p in sorted(declared - used)]
    found += [f"{u}: not known" for u in item["stac_extensions"] if not _known(u)]
    found += [f"{key}: missing" for p in sorted(used) for key in _NEEDED.get(p, ()) if key not in item["properties"]]
    found += [f"{where}: {key} {value!r}" for where, key, value in held if not _allowed(key, value)]
    models = [k for k, a in item["assets"].items() if "mlm:model" in a.get("roles", ())]
    if "mlm" in used and not any("mlm:artifact_type" in item["assets"][k] for k in models):
        found.append("mlm: no asset is a model of a stated type")
    return found


def _known(url: str) -> bool:
    return any(url.startswith(f"{HOME}/{v}") and url.endswith("/schema.json") for v in VERSIONS.values())


def _fields(item: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    yield from (("properties", k, v) for k, v in item["properties"].items())
    for name, asset in item["assets"].items():
        yield from ((f"asset {name}", k, v) for k, v in asset.items())
        for band in asset.get("bands", ()):
            yield from ((f"band of {name}", k, v) for k, v in band.items())


def _allowed(key: str, value: Any) -> bool:
    if key in _NUMBERS:
        low, high = _NUMBERS[key]
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    if key in _WORDS:
        return value in _WORDS[key]
    if key in _TEXTS:
        return isinstance(value, str) and re.fullmatch(_TEXTS[key], value) is not None
    return _LISTS[key](value) if key in _LISTS else True


_LISTS = {
    "proj:shape": lambda v: len(v) == 2 and all(isinstance(n, int) and n > 0 for n in v),
    "proj:transform": lambda v: len(v) in (6, 9) and all(isinstance(n, int | float) for n in v),
    "proj:bbox": lambda v: len(v) in (4, 6),
    "sar:polarizations": lambda v: bool(v) and set(v) <= {"HH", "VV", "HV", "VH"} and len(set(v)) == len(v),
    "processing:software": lambda v: isinstance(v, dict) and all(isinstance(t, str) for t in v.values()),
    "mlm:tasks": lambda v: bool(v) and set(v) <= _TASKS and len(set(v)) == len(v),
    "mlm:input": lambda v: bool(v) and all({"name", "bands", "input"} <= x.keys() for x in v),
    "mlm:output": lambda v: bool(v) and all({"name", "tasks", "result"} <= x.keys() for x in v),
}
