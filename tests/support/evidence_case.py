"""A small verified case to bundle and export: one radar image with two ships, hostile texts, an analyst with a name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine

from roadstead.archive import IntakeFacts, add
from roadstead.pipeline import Seams, verify
from roadstead.steps import FixedClock

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ANALYST = "Zoë Analystova"
KEY = "PLAK0123456789abcdef0123456789abcdef"
SIGNED = "https://files.example.org/a.tif?sv=2024&sig=Sup3rS3cretS1gnature%3D&se=2026"
HOSTILE = "<script>alert(1)</script> \"q\" 'p' & \u202egnp.exe\u202c \U0001f6a2 " + "x" * 10_000
FORMULA = "=cmd|' /C calc'!A0"
CASE = """
schema_version = 1
id = "small"
title = {title}
summary = {hostile}
seed = 7

[[sites]]
id = "roads"
name = {formula}
timezone = "UTC"
anchorage = true
aoi = [[0.002, 0.002], [0.034, 0.002], [0.034, 0.034], [0.002, 0.034]]
traffic = [0.2, 3]
traffic_reason = "assumed"

[[sources]]
id = "desk"
name = "The Desk"
origin = "desk"
reliability = "B"
credibility = "2"
url = {url}
note = {hostile}

[[sources]]
id = "informer"
name = "Ivan the Informer"
origin = "informer"
reliability = "C"
credibility = "3"
note = "called Zoe from the pier"

[[claims]]
id = "two-ships"
source = "desk"
text = {hostile}
kind = "count"
site = "roads"
when = {{ start = "2024-05-01", end = "2024-05-01" }}
at_least = 2
prior = [0.2, 0.6]
prior_reason = {hostile}

[[claims]]
id = "nobody-there"
source = "informer"
text = "On 1 May nobody was there, I saw it from my window."
kind = "count"
site = "roads"
when = {{ start = "2024-05-01", end = "2024-05-01" }}
at_most = 0
prior = [0.2, 0.6]
prior_reason = "told by Ivan the Informer"
"""
REPORTED = """
schema_version = 1

[[sightings]]
id = "from-the-pier"
source = "informer"
site = "roads"
when = "2024-05-01T09:30Z"
text = {formula}
at_least = 1
likelihood_ratio = [2, 4]
lr_reason = "Ivan the Informer stood there"
"""


def small_case(folder: Path, *, licence: str = "CC-BY-SA-4.0", simulated: bool = False, url: str = "") -> Path:
    """Write, fill and verify the case; returns its folder."""
    case = written_case(folder, url=url)
    image = radar_image(folder / "radar.tif", licence=licence, simulated=simulated)
    add(case, [image], IntakeFacts(added_by=ANALYST, url="https://files.example.org/a.tif", now=NOW))
    marks = folder / "marks.geojson"
    marks.write_text(json.dumps(_marks()), "utf-8")
    add(case, [marks], IntakeFacts(added_by=ANALYST, analyst=ANALYST, now=NOW))
    verify(case, seams=Seams(clock=FixedClock(NOW)))
    return case


def written_case(folder: Path, *, url: str = "", more: str = "") -> Path:
    """Write the case's own files, with more entries after those of case.toml; returns its folder."""
    case = folder / "case"
    case.mkdir(parents=True)
    words = {"title": _toml(HOSTILE[:200]), "hostile": _toml(HOSTILE), "formula": _toml(FORMULA), "url": _toml(url)}
    (case / "case.toml").write_text(CASE.format(**words) + more, "utf-8")
    (case / "reported.toml").write_text(REPORTED.format(**words), "utf-8")
    return case


def radar_image(path: Path, *, licence: str, simulated: bool = False) -> Path:
    """A 400 x 400 radar image of 10 m at the equator with two ships, and its STAC item."""
    rng = np.random.default_rng(3)
    values = rng.gamma(4.0, 25.0, (400, 400))
    for row, col in ((120, 150), (250, 260)):
        values[row : row + 4, col : col + 18] = 4000
    grid = Affine(10, 0, 166021.44, 0, -10, 4000)
    profile = {"driver": "GTiff", "height": 400, "width": 400, "count": 1, "dtype": "uint16", "crs": "EPSG:32631",
               "transform": grid, "nodata": 0}  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        out.write(np.clip(values, 1, 65535).astype("uint16"), 1)
    props = {"datetime": "2024-05-01T06:00:00Z", "platform": "testsat-1", "license": licence, "gsd": 10,
             "credit": "Test Space Agency 2024"}  # fmt: skip
    props |= {"roadstead:simulated": True} if simulated else {}
    ring = [[0.0, 0.0], [0.036, 0.0], [0.036, 0.036], [0.0, 0.036], [0.0, 0.0]]
    bands = [{"name": "vv", "description": "amplitude"}]
    area = {"type": "Polygon", "coordinates": [ring]}
    item = {"type": "Feature", "stac_version": "1.1.0", "id": "radar-1", "geometry": area,
            "bbox": [0.0, 0.0, 0.036, 0.036], "properties": props, "links": [],
            "assets": {"image": {"href": f"./{path.name}", "roles": ["data"], "bands": bands}}}  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(item), "utf-8")
    return path


def _marks() -> dict[str, object]:
    place = {"type": "Point", "coordinates": [0.02, 0.02]}
    props = {"name": FORMULA, "time": "2024-05-01T06:00:00Z", "activity": "at anchor", "note": HOSTILE[:300]}
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": place, "properties": props}]}


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
