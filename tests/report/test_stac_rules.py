"""The rules by which our STAC items are judged find what is wrong."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import stac_rules

GOOD: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "stac_extensions": [f"{stac_rules.HOME}/view/v1.0.0/schema.json", f"{stac_rules.HOME}/eo/v2.0.0/schema.json"],
    "id": "a",
    "geometry": {"type": "Point", "coordinates": [0.0, 0.0]},
    "bbox": [0.0, 0.0, 0.0, 0.0],
    "properties": {"datetime": "2024-05-01T06:00:00Z", "view:off_nadir": 3.5},
    "links": [],
    "assets": {"image": {"href": "./a.tif", "bands": [{"name": "red", "eo:common_name": "red"}]}},
}


def test_a_good_item_has_no_fault() -> None:
    assert stac_rules.faults(GOOD) == []


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("license", "free for all", "license"),
        ("datetime", None, "datetime"),
        ("view:off_nadir", 200, "view:off_nadir 200"),
        ("sat:orbit_state", "ascending", "sat: used and not declared"),
        ("sar:frequency_band", "Q", "sar:frequency_band"),
        ("proj:shape", [0, 5], "proj:shape"),
        ("processing:software", {"Roadstead": 1}, "processing:software"),
    ],
)
def test_each_fault_is_told(key: str, value: Any, told: str) -> None:
    item = deepcopy(GOOD)
    item["properties"][key] = value
    assert any(told in fault for fault in stac_rules.faults(item))


def test_a_declared_extension_that_nothing_uses_and_an_unknown_one_are_told() -> None:
    for url, told in (
        (f"{stac_rules.HOME}/sat/v1.0.0/schema.json", "sat: declared and not used"),
        (f"{stac_rules.HOME}/datacube/v2.2.0/schema.json", "not known"),
    ):
        item = {**GOOD, "stac_extensions": [*GOOD["stac_extensions"], url]}
        assert any(told in fault for fault in stac_rules.faults(item))
