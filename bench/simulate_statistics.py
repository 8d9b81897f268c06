"""Statistics of simulated pixels beside real ones, for `bench/simulate.py --against`.

Radar: standard deviation of log intensity in squares of 50 pixels of open sea, 30 m pixels. The Los Angeles product is
taken as Earth Engine makes it: a pyramid of means of decibels (2 x 2), then the nearest 30 m sample; its neighbours'
correlation of 0.2 bears this out, a mean of nine pixels would be smoother. The plain mean of nine is printed too.

Optical: in squares of water, around quays and around ships, mean gradient over standard deviation, and the slope of the
power spectrum over frequency (log-log); both are free of the images' unknown stretch. Real images are web-mercator
resamplings at about 8 m of 10 m pixels, so simulated ones are resampled likewise (cubic).
"""

from __future__ import annotations

import json
import math
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.warp import reproject, transform_geom
from scipy import ndimage
from shapely.geometry import shape

from roadstead import library
from roadstead.geo import local_plane
from roadstead.simulate import SceneSpec, ShipAt, Weather, make_scene, null_island
from roadstead.simulate.grid import moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

GREEN, RED, NIR = 1, 2, 3
WATER_PX, SHIP_PX = 32, 24
SEA_SQUARES = ((480, 60), (480, 200), (430, 100), (500, 300), (330, 100), (300, 640), (500, 680))
"""upper left corners of squares without ships in the Los Angeles scene"""
PORTS_COS = math.cos(math.radians(36))
SEEDS = range(3)


def gradient_and_slope(square: NDArray[np.float64]) -> tuple[float, float]:
    """Mean gradient per pixel over standard deviation, and log-log slope of the power spectrum."""
    side = len(square)
    flat = square - square.mean()
    rows, cols = np.gradient(flat)
    window = np.hanning(side)[:, None] * np.hanning(side)
    power = np.abs(np.fft.fft2(flat * window)) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    bins = np.digitize(frequency, np.geomspace(1.5 / side, 0.5, 9))
    points = [(frequency[bins == k].mean(), power[bins == k].mean()) for k in range(1, 9) if (bins == k).sum() > 3]
    x, y = np.log(np.array(points) + 1e-12).T
    return float(np.hypot(rows, cols).mean() / max(flat.std(), 1e-9)), float(np.polyfit(x, y, 1)[0])


def measured(image: NDArray[np.float64], kind: str, squares: list[tuple[int, int]]) -> dict[str, NDArray[np.float64]]:
    """Medians over squares (upper left corners) of both statistics, mean of green, red and near infrared."""
    side = WATER_PX if kind == "water" else SHIP_PX
    rows = [[gradient_and_slope(image[b, r : r + side, c : c + side]) for b in (GREEN, RED, NIR)] for r, c in squares]
    return {kind: np.median(np.array(rows), axis=0).mean(axis=0)} if rows else {}


def squares_of(
    image: NDArray[np.float64], labels: list[tuple[Any, bool]], to_pixel: Any
) -> dict[str, list[tuple[int, int]]]:
    """Squares of open water, around ships alongside (quay) and around others (ship)."""
    height, width = image.shape[1:]
    out: dict[str, list[tuple[int, int]]] = {"water": [], "quay": [], "ship": []}
    busy = np.zeros((height, width), bool)
    for place, alongside in labels:
        col, row = (int(v) for v in to_pixel(place.centroid.x, place.centroid.y))
        busy[max(row - 12, 0) : row + 12, max(col - 12, 0) : col + 12] = True
        top, left = row - SHIP_PX // 2, col - SHIP_PX // 2
        if 0 <= top < height - SHIP_PX and 0 <= left < width - SHIP_PX:
            out["quay" if alongside else "ship"].append((top, left))
    nir = image[NIR]
    low, middle = np.percentile(nir, 8), np.percentile(nir, 60)
    calm = ndimage.gaussian_filter(nir, 1) < low + max(0.08 * (middle - low), 0.35 * low)
    for row in range(0, height - WATER_PX, WATER_PX):
        for col in range(0, width - WATER_PX, WATER_PX):
            part = (slice(row, row + WATER_PX), slice(col, col + WATER_PX))
            if calm[part].mean() > 0.995 and not busy[part].any():
                out["water"].append((row, col))
    return out


def real_ports(folder: Path) -> Iterator[dict[str, NDArray[np.float64]]]:
    """Statistics of each real port."""
    for path in sorted(folder.glob("*/*.tif")):
        labels = json.loads(path.with_name("vessels.geojson").read_text("utf-8"))["features"]
        with rasterio.open(path) as data:
            image, inverse, crs = data.read().astype(np.float64), ~data.transform, data.crs
        ships = [
            (shape(transform_geom("EPSG:4326", crs, f["geometry"])), bool(f["properties"]["alongside"]))
            for f in labels
            if "alongside" in f["properties"]
        ]
        squares = squares_of(image, ships, lambda x, y, inverse=inverse: inverse @ (x, y))
        yield {k: v for kind in squares for k, v in measured(image, kind, squares[kind]).items()}


def ships_of(place_id: str) -> tuple[ShipAt, ...]:
    """Ships alongside every quay and some at sea, of the library's forms in turn."""
    place = null_island(place_id)
    plane = local_plane(place.aoi.centroid.x, place.aoi.centroid.y)
    forms = [f for f in library.traffic_forms().values() if f.length_m.mid > 60]
    land = moved(place.land, plane)
    found = []
    for quay in place.quays:
        line = moved(quay, plane)
        (x0, y0), (x1, y1) = line.coords[0][:2], line.coords[-1][:2]
        form = forms[len(found) % len(forms)]
        if line.length < form.length_m.mid + 20:
            continue
        away = form.beam_m.mid / 2 + 2
        for side in (1, -1):
            x = (x0 + x1) / 2 - side * (y1 - y0) / line.length * away
            y = (y0 + y1) / 2 + side * (x1 - x0) / line.length * away
            ship = (x, y, math.degrees(math.atan2(x1 - x0, y1 - y0)), form, True)
            if not land.contains(shape({"type": "Point", "coordinates": (x, y)})):
                found.append(ship)
                break
    west, south, east, north = moved(place.aoi, plane).bounds
    for i in range(6):
        x, y = west + (0.1 + 0.15 * i) * (east - west), south + (0.15 + 0.1 * (i % 3)) * (north - south)
        if not land.buffer(250).contains(shape({"type": "Point", "coordinates": (x, y)})):
            found.append((x, y, 37.0 * i, forms[(3 * i + 1) % len(forms)], False))
    return tuple(
        ShipAt(
            vessel_id=f"v{i}",
            form_id=form.id,
            length_m=form.length_m.mid,
            beam_m=form.beam_m.mid,
            **dict(zip(("lon_deg", "lat_deg"), plane.transform(x, y, direction="INVERSE"), strict=True)),
            heading_deg=heading,
            alongside=alongside,
        )
        for i, (x, y, heading, form, alongside) in enumerate(found)
    )


def simulated_port(place_id: str, seed: int, folder: Path) -> dict[str, NDArray[np.float64]]:
    """Statistics of one simulated Sentinel-2 scene, resampled as the real ones were."""
    hour = (9, 10, 11)[seed % 3]
    spec = SceneSpec(
        id=f"{place_id}-{seed}",
        platform="sentinel-2b",
        t_utc=datetime(2024, 1 + 3 * (seed % 4), 10, hour, 30, tzinfo=UTC),
        place=null_island(place_id),
        ships=ships_of(place_id),
        weather=Weather(wind_m_s=3.0 + 2 * (seed % 3)),
        seed=seed,
    )
    made = make_scene(spec, folder)
    truth = json.loads(made.truth.read_text("utf-8"))["features"]
    with rasterio.open(made.image) as data:
        scaled = data.transform @ rasterio.Affine.scale(PORTS_COS)
        size = [int(n / PORTS_COS) for n in (data.height, data.width)]
        image = np.zeros((data.count, *size), np.float64)
        reproject(
            data.read().astype(np.float64),
            image,
            src_transform=data.transform,
            src_crs=data.crs,
            dst_transform=scaled,
            dst_crs=data.crs,
            resampling=Resampling.cubic,
        )
        ships = [
            (shape(transform_geom("EPSG:4326", data.crs, f["geometry"])), bool(f["properties"]["alongside"]))
            for f in truth
            if f["properties"]["label"] == "vessel"
        ]
    squares = squares_of(image, ships, lambda x, y: ~scaled @ (x, y))
    return {k: v for kind in squares for k, v in measured(image, kind, squares[kind]).items()}


def sea_std_db(pixels_db: NDArray[np.float64], corners: Any) -> float:
    """Median of the standard deviations of squares of 50 pixels."""
    return float(np.median([pixels_db[r : r + 50, c : c + 50].std() for r, c in corners]))


def simulated_sea(folder: Path) -> tuple[float, float]:
    """Standard deviation of the simulated sea at 30 m: as the real product is, and as means of nine pixels."""
    likewise, nine = [], []
    for seed in SEEDS:
        spec = SceneSpec(
            id=f"sea-{seed}",
            platform="sentinel-1a",
            t_utc=datetime(2024, 1, 10, 5, 40, tzinfo=UTC),
            place=null_island("equator-roads"),
            ships=(),
            weather=Weather(wind_m_s=4.0 + seed),
            seed=seed,
        )
        with rasterio.open(make_scene(spec, folder).image) as data:
            power = (data.read(1).astype(np.float64)[200:] / 1000) ** 2
        pairs = _means(10 * np.log10(power), 2)
        rows, cols = (np.floor(np.arange(0, n - 2, 1.5)).astype(int) for n in pairs.shape)
        coarse = pairs[np.ix_(rows, cols)]
        corners = [(r, c) for r in range(0, coarse.shape[0] - 50, 50) for c in range(0, coarse.shape[1] - 50, 50)]
        likewise.append(sea_std_db(coarse, corners))
        nine.append(sea_std_db(10 * np.log10(_means(power, 3)), corners))
    return float(np.median(likewise)), float(np.median(nine))


def _means(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    rows, cols = values.shape[0] // side, values.shape[1] // side
    return values[: rows * side, : cols * side].reshape(rows, side, cols, side).mean(axis=(1, 3))


def compare(shared: Path) -> None:
    """Print both tables."""
    with rasterio.open(next((shared / "data" / "sentinel1-los-angeles").glob("*.tif"))) as data:
        real_sea = sea_std_db(data.read(1).astype(np.float64), SEA_SQUARES)
    with tempfile.TemporaryDirectory() as name:
        likewise, nine = simulated_sea(Path(name))
        print("| radar, log intensity of open sea at 30 m | dB |\n|---|---|")
        print(f"| Los Angeles, real | {real_sea:.2f} |")
        print(f"| simulated, 2 x 2 means of dB then nearest | {likewise:.2f} ({likewise - real_sea:+.2f}) |")
        print(f"| simulated, means of nine pixels | {nine:.2f} ({nine - real_sea:+.2f}) |\n")
        real = list(real_ports(shared / "data" / "sentinel2-ports"))
        places = ("port-null", "meridian-harbour", "farhaven")
        ours = [simulated_port(place, seed, Path(name)) for place in places for seed in SEEDS]
    print("| optical, 10 m | real: median (range of ports) | simulated | ratio |\n|---|---|---|---|")
    for kind in ("water", "quay", "ship"):
        for i, what in enumerate(("gradient / standard deviation", "spectrum slope")):
            a, b = ([row[kind][i] for row in rows if kind in row] for rows in (real, ours))
            middle, got = np.median(a), np.median(b)
            spread = f"({min(a):.2f} to {max(a):.2f})"
            print(f"| {kind}: {what} | {middle:.2f} {spread} | {got:.2f} | {got / middle:.2f} |")
