"""Roadstead: verify claims about ship movements with satellite images, after the fact and for the public record.

    import roadstead
    result = roadstead.verify("cases/dunai-2024")
    found = roadstead.detect(["scene.tif"], out=Path("ships.geojson"))

Names are loaded when first used, so that importing the package is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roadstead.archive import IntakeFacts, add
    from roadstead.case import load_case, new_case
    from roadstead.evidence import audit, bundle, export
    from roadstead.model.errors import RoadsteadError
    from roadstead.pipeline import Seams, case_coverage, detect, explain, fetch, search, site_baseline, verify
    from roadstead.steps import Workers

_HOMES = {
    "IntakeFacts": "archive",
    "RoadsteadError": "model.errors",
    "Seams": "pipeline",
    "Workers": "steps",
    "add": "archive",
    "audit": "evidence",
    "bundle": "evidence",
    "case_coverage": "pipeline",
    "detect": "pipeline",
    "explain": "pipeline",
    "export": "evidence",
    "fetch": "pipeline",
    "load_case": "case",
    "new_case": "case",
    "search": "pipeline",
    "site_baseline": "pipeline",
    "verify": "pipeline",
}
__all__ = [
    "IntakeFacts",
    "RoadsteadError",
    "Seams",
    "Workers",
    "add",
    "audit",
    "bundle",
    "case_coverage",
    "detect",
    "explain",
    "export",
    "fetch",
    "load_case",
    "new_case",
    "search",
    "site_baseline",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'roadstead' has no attribute {name!r}")
    return getattr(import_module(f"roadstead.{_HOMES[name]}"), name)
