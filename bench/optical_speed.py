"""How fast optical images are searched, file to detections: `python bench/optical_speed.py`.

Open sea is a made image of 4000 x 4000 pixels of 10 m in four bands: noise with a few bright rectangles on it. Harbours
are the Sentinel-2 ports beside the checkout. Second run in one warm process; medians in millions of pixels a second.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

from roadstead import detect
from roadstead.steps import stream

PORTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "sentinel2-ports"
SIDE, SHIPS, RUNS = 4000, 12, 3
BANDS, LEVELS = ("blue", "green", "red", "nir"), (900, 700, 500, 350)


def open_sea(folder: Path) -> Path:
    """Water with a few ships, digital numbers as Sentinel-2 has them."""
    rng = stream(1, "bench", "open sea")
    sea = np.array(LEVELS)[:, None, None] + rng.normal(0, 12, (len(LEVELS), SIDE, SIDE))
    for row, col in rng.integers(100, SIDE - 100, (SHIPS, 2)):
        sea[:, row : row + 3, col : col + 18] = 2500
    path = folder / "sea.tif"
    shape = {"width": SIDE, "height": SIDE, "count": len(LEVELS), "dtype": "uint16"}
    place = {"crs": "EPSG:32631", "transform": from_origin(500_000, 4_500_000, 10, 10)}
    with rasterio.open(path, "w", driver="GTiff", tiled=True, compress="deflate", **shape, **place) as out:
        out.write(sea.astype(np.uint16))
        out.descriptions = BANDS
    return path


def seconds(image: Path) -> tuple[float, int]:
    """Median time of a search after a first one, and how many ships it finds."""
    first, times = detect([image]), []
    if first.failures:
        raise SystemExit(first.failures[0])
    for _ in range(RUNS):
        start = time.perf_counter()
        detect([image])
        times.append(time.perf_counter() - start)
    return statistics.median(times), len(first.detections)


def main() -> None:
    """Print a line for the open sea, one for each port and one for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        took, found = seconds(open_sea(Path(folder)))
    print(f"open sea    {SIDE * SIDE / 1e6 / took:6.2f} Mpx/s, {found} found", flush=True)
    pixels = whole = 0.0
    for image in sorted(PORTS.rglob("*.tif")):
        with rasterio.open(image) as raster:
            size = raster.width * raster.height / 1e6
        took, found = seconds(image)
        pixels, whole = pixels + size, whole + took
        print(f"{image.parent.name:11} {size / took:6.2f} Mpx/s, {found} found", flush=True)
    if whole:
        print(f"all ports   {pixels / whole:6.2f} Mpx/s")


if __name__ == "__main__":
    main()
