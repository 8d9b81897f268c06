"""What `explain` says that a run would use."""

import json
from pathlib import Path

from messy import changed, write_case

from roadstead.pipeline import explain

LAND = {"type": "Polygon", "coordinates": [[[131.9, 42.7], [132.0, 42.7], [132.0, 42.9], [131.9, 42.9], [131.9, 42.7]]]}


def test_a_stated_coastline_is_among_what_is_used(tmp_path: Path) -> None:
    stated = changed("[[sites]]", 'sea = { coastline = "coast/land.geojson" }\n[[sites]]')
    case = write_case(tmp_path / "case", stated)
    lost = explain(case)
    assert any("land.geojson" in p for p in lost.problems)
    (case / "coast").mkdir()
    features = [{"type": "Feature", "properties": {}, "geometry": LAND}]
    (case / "coast" / "land.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = explain(case)
    assert not any("land.geojson" in p for p in found.problems)
    assert any(r.startswith("coast/land.geojson (coastline: ") for r in found.reads)
