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
    from roadstead.evidence import audit, bundle, diff, export, figures, publish, write_report
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
    "diff": "evidence",
    "explain": "pipeline",
    "export": "evidence",
    "figures": "evidence",
    "fetch": "pipeline",
    "load_case": "case",
    "new_case": "case",
    "publish": "evidence",
    "write_report": "evidence",
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
    "diff",
    "explain",
    "export",
    "fetch",
    "figures",
    "load_case",
    "new_case",
    "publish",
    "search",
    "site_baseline",
    "verify",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'roadstead' has no attribute {name!r}")
    return getattr(import_module(f"roadstead.{_HOMES[name]}"), name)
