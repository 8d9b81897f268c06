"""JSON Schemas of our own files, shipped in the package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

NAMES = ("detections", "verdicts")
MAX_FAULTS = 20


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of `verdicts` (verdicts.json) or `detections` (detections.geojson)."""
    text = files("roadstead.report.exports").joinpath("schemas", f"{name}.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def schema_faults(value: Any, name: str) -> list[str]:
    """What is wrong with a value, a sentence each with its place, at most 20.

    Args:
        value: plain JSON data.
        name: of the schema.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only audits and tests validate

    found = []
    for error in Draft202012Validator(schema(name)).iter_errors(value):
        found.append(f"{error.json_path}: {error.message[:200]}")
        if len(found) == MAX_FAULTS:
            break
    return sorted(found)
