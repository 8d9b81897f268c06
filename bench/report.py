"""What a report of a large case costs: time, peak memory and size of `roadstead report`, HTML and PDF.

    python bench/report.py [--scenes 400] [--ships 5] [--pdf] [--keep FOLDER]

The case is made here: four roadsteads at the equator, radar images with bright hulls, each with its STAC item, and
claims over windows of days. It is verified by the product, which is not what is measured; then the report is written
in a process of its own, as a user would, with the step cache as `verify` left it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine

from roadstead.model import iso
from roadstead.pipeline import verify
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Iterator

SITES = ("north-roads", "east-roads", "south-roads", "west-roads")
CLAIMS = 6
SIDE_PX, PIXEL_M, APART_M = 200, 10, 40_000
HULL_PX = (4, 18)
"""rows and columns of a hull"""
BEGIN = datetime(2024, 1, 1, 6, tzinfo=UTC)
STEP = timedelta(hours=7)
MOST_S, MOST_BYTES, MOST_HTML = 30.0, 1.5 * 2**30, 15 * 2**20
HEAD = """schema_version = 1
id = "bench"
title = "A case of many scenes"
summary = "Made by bench/report.py to see what its report costs."
seed = 7

[[sources]]
id = "desk"
name = "The Desk"
origin = "desk"
reliability = "B"
credibility = "2"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command took."""

    seconds: float
    peak_bytes: int


def corner(number: int) -> tuple[float, float]:
    """UTM easting and northing (m, zone 31) of the upper left corner of a site's images."""
    return 500_000.0 + APART_M * number, 40_000.0


def degrees(easting_m: float, northing_m: float) -> tuple[float, float]:
    """Longitude and latitude of a place in UTM zone 31."""
    ((lon,), (lat,)) = rasterio.warp.transform("EPSG:32631", "EPSG:4326", [easting_m], [northing_m])[:2]
    return round(lon, 6), round(lat, 6)


def ring(number: int, margin_m: float) -> list[tuple[float, float]]:
    """The area of a site, so much inside its images."""
    west, north = corner(number)
    side = SIDE_PX * PIXEL_M
    near, far = margin_m, side - margin_m
    return [degrees(west + x, north - y) for x, y in ((near, far), (far, far), (far, near), (near, near))]


def site(number: int, name: str) -> str:
    """A site as its case file states it."""
    area = json.dumps(ring(number, 150.0))
    return (
        f'\n[[sites]]\nid = "{name}"\nname = "{name}"\ntimezone = "UTC"\nanchorage = true\naoi = {area}\n'
        'traffic = [1, 8]\ntraffic_reason = "assumed"\n'
    )


def claim(number: int, name: str, at_least: int) -> str:
    """A count at a site over two days."""
    start = BEGIN + timedelta(days=3 * number)
    window = f'{{ start = "{start:%Y-%m-%d}", end = "{start + timedelta(days=1):%Y-%m-%d}" }}'
    return (
        f'\n[[claims]]\nid = "claim-{number}"\nsource = "desk"\ntext = "At least {at_least} ships lay at {name}."\n'
        f'kind = "count"\nsite = "{name}"\nwhen = {window}\nat_least = {at_least}\nprior = [0.2, 0.6]\n'
        'prior_reason = "assumed"\n'
    )


def image(folder: Path, number: int, ships: int) -> None:
    """One radar image with its item."""
    west, north = corner(number % len(SITES))
    draw = stream(7, "bench", str(number))
    values = draw.gamma(4.0, 25.0, (SIDE_PX, SIDE_PX))
    for row in np.linspace(25, SIDE_PX - 30, ships).astype(int):
        col = int(draw.integers(25, SIDE_PX - 50))
        values[row : row + HULL_PX[0], col : col + HULL_PX[1]] = 4000
    path = folder / f"scene-{number:03d}.tif"
    grid = Affine(PIXEL_M, 0, west, 0, -PIXEL_M, north)
    profile = {"driver": "GTiff", "height": SIDE_PX, "width": SIDE_PX, "count": 1, "dtype": "uint16", "nodata": 0,
               "crs": "EPSG:32631", "transform": grid}  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        out.write(np.clip(values, 1, 65535).astype(np.uint16), 1)
    path.with_suffix(".json").write_text(json.dumps(item(path, number)), "utf-8")


def item(path: Path, number: int) -> dict[str, object]:
    """What is known of the image, as a STAC item."""
    area = ring(number % len(SITES), 0.0)
    lon, lat = [p[0] for p in area], [p[1] for p in area]
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": path.stem, "links": [],
        "geometry": {"type": "Polygon", "coordinates": [[*area, area[0]]]},
        "bbox": [min(lon), min(lat), max(lon), max(lat)],
        "properties": {"datetime": iso(BEGIN + number * STEP), "platform": "bench-1", "gsd": PIXEL_M,
                       "license": "CC-BY-4.0", "credit": "made by bench/report.py"},
        "assets": {"image": {"href": f"./{path.name}", "roles": ["data"],
                             "bands": [{"name": "vv", "description": "amplitude"}]}},
    }  # fmt: skip


def case(folder: Path, scenes: int, ships: int) -> Path:
    """Write a case folder with its images."""
    made = folder / "case"
    (made / "scenes").mkdir(parents=True)
    asked = [(n, SITES[n % len(SITES)], 2 + n % 5) for n in range(CLAIMS)]
    texts = [HEAD, *(site(n, s) for n, s in enumerate(SITES)), *(claim(*a) for a in asked)]
    (made / "case.toml").write_text("".join(texts), "utf-8")
    for number in range(scenes):
        image(made / "scenes", number, ships)
    return made


def cost(words: list[str]) -> Cost:
    """Run the product and measure it; the peak is that of all children so far, so the larger run goes last."""
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", "from roadstead.cli import main; main()", *words], check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Cost(seconds=time.monotonic() - begun, peak_bytes=peak)


def measured(made: Path, *, pdf: bool) -> Iterator[tuple[str, Cost, int]]:
    """Name, cost and size in bytes of each form of the report."""
    html = made / "out" / "report" / "report.html"
    spent = cost(["report", str(made)])
    yield "HTML", spent, html.stat().st_size
    if pdf:
        spent = cost(["report", str(made), "--pdf"])
        yield "HTML and PDF", spent, html.with_suffix(".pdf").stat().st_size


def main() -> int:
    """Print what the report cost; 1 where the HTML misses its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=400)
    parser.add_argument("--ships", type=int, default=5, help="in each scene")
    parser.add_argument("--pdf", action="store_true")
    parser.add_argument("--keep", type=Path, help="make the case here, or use the one that is here")
    asked = parser.parse_args()
    with TemporaryDirectory() as scrap:
        root = asked.keep or Path(scrap)
        made = root / "case"
        if not (made / "out" / "verdicts.json").is_file():
            begun = time.monotonic()
            verify(case(root, asked.scenes, asked.ships))
            print(f"verified in {time.monotonic() - begun:.0f} s")
        found = json.loads((made / "out" / "detections.geojson").read_text("utf-8"))["features"]
        print(f"{asked.scenes} scenes, {len(found)} detections")
        missed = False
        for name, spent, size in measured(made, pdf=asked.pdf):
            print(f"{name}: {spent.seconds:.1f} s, peak {spent.peak_bytes / 2**20:.0f} MiB, {size / 2**20:.2f} MiB")
            over = spent.seconds > MOST_S or spent.peak_bytes > MOST_BYTES
            missed |= name == "HTML" and (over or size > MOST_HTML)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
