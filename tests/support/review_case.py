"""A small simulated case to review: two radar dates, a ship too faint for the detector, a bright thing that is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine

from roadstead.simulate import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SIDE_PX, PIXEL_M = 400, 10.0
EAST_M, NORTH_M = 166021.44, 4000.0
FIRST, SECOND = "roads-01", "roads-02"
BRIGHT = ((120, 150), (250, 260))
"""row and column of the corner of ships that a detector finds on the first date"""
FAINT = (310, 100)
"""of one that it misses"""
FALSE = (200, 200)
"""of what it finds on the second date, and is no ship"""
LENGTH_PX, BEAM_PX = 18, 4
SHIP, HARDLY = 40.0, 1.35
"""times as bright as the sea"""
CASE = """
schema_version = 1
id = "review"
title = "Null Roads"
summary = "Simulated roads on which nothing happened."
seed = 7
simulated = true

[[sites]]
id = "roads"
name = "Null Roads"
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

[[claims]]
id = "three-ships"
source = "desk"
text = "On 1 May three ships lay in the roads."
kind = "count"
site = "roads"
when = { start = "2024-05-01", end = "2024-05-01" }
at_least = 3
prior = [0.3, 0.5]
prior_reason = "assumed"

[[claims]]
id = "nobody"
source = "desk"
text = "On 2 May nobody was there."
kind = "count"
site = "roads"
when = { start = "2024-05-02", end = "2024-05-02" }
at_most = 0
prior = [0.3, 0.5]
prior_reason = "assumed"
"""


def review_case(folder: Path) -> Path:
    """Write the case with its two images, not verified; returns its folder."""
    case = folder / "case"
    (case / "scenes").mkdir(parents=True)
    (case / "case.toml").write_text(CASE, "utf-8")
    sea = np.random.default_rng(3)
    found = [(place, SHIP) for place in BRIGHT]
    _radar(case / "scenes", FIRST, "2024-05-01T06:00:00Z", sea, [*found, (FAINT, HARDLY)])
    _radar(case / "scenes", SECOND, "2024-05-02T06:00:00Z", sea, [(FALSE, SHIP)])
    return case


def lonlat(row_px: float, col_px: float) -> tuple[float, float]:
    """Longitude and latitude of a place in either image, degrees."""
    from rasterio.warp import transform  # noqa: PLC0415 - only where a place is asked for

    x, y = EAST_M + col_px * PIXEL_M, NORTH_M - row_px * PIXEL_M
    (lon,), (lat,) = transform("EPSG:32631", "EPSG:4326", [x], [y])
    return lon, lat


def _radar(
    folder: Path,
    name: str,
    when: str,
    sea: np.random.Generator,
    ships: Sequence[tuple[tuple[int, int], float]],
) -> None:
    values = sea.gamma(4.0, 25.0, (SIDE_PX, SIDE_PX))
    for (row, col), bright in ships:
        values[row : row + BEAM_PX, col : col + LENGTH_PX] *= bright
    grid = Affine(PIXEL_M, 0, EAST_M, 0, -PIXEL_M, NORTH_M)
    profile = {"driver": "GTiff", "height": SIDE_PX, "width": SIDE_PX, "count": 1, "dtype": "uint16",
               "crs": "EPSG:32631", "transform": grid, "nodata": 0}  # fmt: skip
    with rasterio.open(folder / f"{name}.tif", "w", **profile) as out:
        out.write(np.clip(values, 1, 65535).astype("uint16"), 1)
    props = {"datetime": when, "platform": "testsat-1", "license": "CC0-1.0", "gsd": 10, MARK: True}
    ring = [[0.0, 0.0], [0.036, 0.0], [0.036, 0.036], [0.0, 0.036], [0.0, 0.0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    bands = [{"name": "vv", "description": "amplitude"}]
    item = {"type": "Feature", "stac_version": "1.1.0", "id": name, "geometry": area, "bbox": [0.0, 0.0, 0.036, 0.036],
            "properties": props, "links": [],
            "assets": {"image": {"href": f"./{name}.tif", "roles": ["data"], "bands": bands}}}  # fmt: skip
    (folder / f"{name}.json").write_text(json.dumps(item), "utf-8")
