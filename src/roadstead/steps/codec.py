"""Values to plain JSON data and back, by their type annotations (cattrs)."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path, PurePath
from typing import Any, TypeVar

from cattrs import Converter
from shapely import from_wkt, to_wkt
from shapely.geometry.base import BaseGeometry

T = TypeVar("T")


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook_func(_is_geometry, lambda g: to_wkt(g, rounding_precision=9))
    converter.register_structure_hook_func(_is_geometry, lambda text, _: from_wkt(text))
    for kind in (date, datetime):
        converter.register_unstructure_hook(kind, lambda t: t.isoformat())
        converter.register_structure_hook(kind, lambda text, cls: cls.fromisoformat(text))
    converter.register_unstructure_hook_func(_is_path, lambda p: p.as_posix())
    converter.register_structure_hook(Path, lambda text, _: Path(text))
    return converter


def _is_geometry(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseGeometry)


def _is_path(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, PurePath)


def to_plain(value: Any) -> Any:
    """Dataclasses, enums, times, geometries (WKT) and paths as plain JSON data."""
    return _converter().unstructure(value)


def from_plain(data: Any, kind: type[T]) -> T:
    """The value of type `kind` that `to_plain` made `data` of."""
    return _converter().structure(data, kind)


def utf8(text: str) -> bytes:
    """Bytes of a text; what is no letter (half of a surrogate pair, from a file name or a catalogue) as an escape."""
    return text.encode("utf-8", errors="backslashreplace")


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
