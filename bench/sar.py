"""The radar detector's accuracy and speed beside others: `python bench/sar.py [--peers PYTHON] [--size 8000]`.

Needs the maker of simulated seas beside the checkout. Peers run under another Python, which has their packages (grdl
with sarpy, opencv-python-headless, scipy, rasterio); without it, or where one is missing, the table says so. Every peer
is given the threshold that suits these labels best, the product runs as shipped. The global threshold needs no other
Python; like the product it runs on all seas.

Speed is the second run in one warm process, a ratio to decoding the same file with rasterio in two threads right before
and after it; on a busy machine both suffer, so medians of several pairs are printed. Peak memory is that of a fresh
process that runs the whole command.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.windows import Window

from roadstead import detect
from roadstead.pipeline import properties

SHARED = Path(__file__).resolve().parents[2] / "shared"
SEA = SHARED / "bench" / "make_sar_scene.py"
PROGRAM = Path(sys.executable).with_name("roadstead")
SCORER = SHARED / "bench" / "score_vessels.py"
GLOBAL = "global"
PEERS = {
    GLOBAL: ("5", "8", "12", "20", "40", "80", "160"),
    "two-parameter": ("5", "6", "8", "10", "14"),
    "grdl": ("1e-3", "1e-5", "1e-7", "1e-9"),
}
STRIP_PX, PAIRS = 512, 5
Z_90 = 1.6449


def make(folder: Path, size: int, *, seed: int, dtype: str, plain: bool = False) -> tuple[Path, Path]:
    """A simulated sea and its labels."""
    image = folder / f"{'plain' if plain else 'sea'}-{seed}-{dtype}.tif"
    labels = image.with_suffix(".geojson")
    args = [sys.executable, SEA, image, labels, "--seed", f"{seed}", "--dtype", dtype, "--size", f"{size}"]
    ships = ["--ships", f"{max(1, round(300 * (size / 8000) ** 2))}"]
    subprocess.run([*args, *ships, *(["--plain"] if plain else [])], check=True)
    return image, labels


def score(pairs: list[tuple[Path, Path]]) -> dict[str, float]:
    """Pooled scores."""
    args = [f"{path}" for pair in pairs for path in pair]
    out = subprocess.run([sys.executable, SCORER, *args], check=True, capture_output=True, text=True).stdout
    return dict(json.loads(out))


def decode_s(image: Path) -> float:
    """Seconds to decode a file with rasterio in two threads."""
    with rasterio.open(image) as dataset:
        height, width, dtype = *dataset.shape, dataset.dtypes[0]
    tops = iter(range(0, height, STRIP_PX))
    lock = threading.Lock()

    def work() -> None:
        buffer = np.empty((STRIP_PX, width), dtype)
        with rasterio.open(image) as dataset:
            while True:
                with lock:
                    top = next(tops, None)
                if top is None:
                    return
                rows = min(STRIP_PX, height - top)
                dataset.read(1, window=Window(0, top, width, rows), out=buffer[:rows])

    threads = [threading.Thread(target=work) for _ in range(2)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def speed(image: Path) -> list[str]:
    """A row of the speed table."""
    detect([image])
    times, ratios = [], []
    for _ in range(PAIRS):
        before, start = decode_s(image), time.perf_counter()
        detect([image])
        times.append(time.perf_counter() - start)
        ratios.append(times[-1] / ((before + decode_s(image)) / 2))
    start = time.perf_counter()
    process = subprocess.Popen([PROGRAM, "detect", image, "--json"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"roadstead detect {image} ended with status {status}; its message stands above")
    pixels = image_pixels(image)
    return [
        image.stem, f"{pixels / 1e6:.0f}", f"{statistics.median(times):.2f} s",
        f"{pixels / 1e6 / statistics.median(times):.0f} Mpx/s", f"{statistics.median(ratios):.2f}", f"{wall:.1f} s",
        f"{usage.ru_maxrss / 1024:.0f} MiB",
    ]  # fmt: skip


def image_pixels(image: Path) -> int:
    """Number of pixels."""
    with rasterio.open(image) as dataset:
        return int(dataset.width * dataset.height)


def own(image: Path) -> tuple[Path, list[dict[str, Any]]]:
    """What the product finds: a file for the scorer, and flat properties with the middle of each box."""
    out = image.with_suffix(".found.geojson")
    return out, [properties(d) for d in detect([image], out=out).detections]


def coverage(found: list[dict[str, Any]], labels: Path) -> dict[str, list[bool]]:
    """Whether the 90 % intervals of length, beam and axis hold the truth, for ships found within 50 m."""
    truth = [f["properties"] for f in json.loads(labels.read_text("utf-8"))["features"]]
    ships = [p for p in truth if p["label"] == "vessel"]
    held: dict[str, list[bool]] = {"length_m": [], "beam_m": [], "heading_deg": []}
    for d in found:
        ship = min(ships, key=lambda p: np.hypot(p["row_px"] + 0.5 - d["row_px"], p["col_px"] + 0.5 - d["col_px"]))
        if np.hypot(ship["row_px"] + 0.5 - d["row_px"], ship["col_px"] + 0.5 - d["col_px"]) > 5:
            continue
        for name, values in held.items():
            error = d[name] - ship[name]
            if name == "heading_deg":
                error = (error + 90) % 180 - 90
            values.append(abs(error) <= Z_90 * d[name.replace("_", "_sigma_")])
    return held


@dataclass(slots=True)
class Peer:
    """What another method finds, sea after sea, at each of its thresholds."""

    method: str
    python: Path
    found: dict[str, list[tuple[Path, Path]]] = field(default_factory=dict)
    """by threshold: files for the scorer, with labels"""
    cost: str = "-"
    """of one sea"""
    fault: str = ""

    def search(self, image: Path, labels: Path) -> Peer:
        """Run it on one more sea; gives itself back."""
        out = image.with_suffix(f".{self.method}.json")
        script = Path(__file__).with_name("sar_peers.py")
        words = [self.python, script, self.method, image, out, *PEERS[self.method]]
        run = subprocess.run(words, capture_output=True, text=True, check=False)
        if run.returncode:
            self.fault = (run.stderr.strip().splitlines() or [f"status {run.returncode}"])[-1]
            return self
        answer = json.loads(out.read_text("utf-8"))
        out.unlink()
        self.cost = f"{answer['seconds']:.1f} s, {answer['peak_mib']:.0f} MiB"
        for threshold, shapes in answer["found"].items():
            self.found.setdefault(threshold, []).append((on_earth(image, shapes, threshold), labels))
        return self

    def row(self, where: str) -> list[str]:
        """Of the accuracy table, at the one threshold that suits all these seas best."""
        if self.fault:
            return [self.method, f"not run: {self.fault}", "-", "-", "-", "-"]
        best, figures = max(((t, score(p)) for t, p in self.found.items()), key=lambda row: row[1]["f1"])
        return _row(f"{self.method}, best threshold {best}, {where}", figures, self.cost)


def _row(name: str, figures: dict[str, float], cost: str) -> list[str]:
    mae_m = figures["length_mae_m"]
    shares = [f"{figures[key]:.3f}" for key in ("f1", "precision", "recall")]
    return [name, *shares, f"{mae_m:.1f} m" if mae_m else "-", cost]


def on_earth(image: Path, shapes: list[list[list[float]]], threshold: str) -> Path:
    """Boxes in pixels as GeoJSON for the scorer."""
    with rasterio.open(image) as dataset:
        to_lonlat, grid = Transformer.from_crs(dataset.crs, "EPSG:4326", always_xy=True), dataset.transform
    features = []
    for corners in shapes:
        places = [grid * tuple(corner) for corner in corners]
        sides = [np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in pairwise(places)]
        ring = [list(to_lonlat.transform(*p)) for p in (*places, places[0])]
        properties_ = {"score": 1.0, "length_m": float(max(sides))}
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "geometry": shape, "properties": properties_})
    out = image.with_suffix(f".{threshold}.geojson")
    out.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return out


def table(heads: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
    print()


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peers", type=Path, help="Python interpreter that has the peers' packages")
    parser.add_argument("--size", type=int, default=8000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--big", type=Path, help="a further radar file whose speed and memory are shown")
    parser.add_argument("--no-speed", action="store_true", help="accuracy only")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        accuracy(folder, args.size, args.seeds, args.peers)
        if not args.no_speed:
            images = [make(folder, args.size, seed=7, dtype=d, plain=True)[0] for d in ("uint16", "float32")]
            rows = [speed(image) for image in (*images, *([args.big] if args.big else []))]
            heads = ["scene", "Mpx", "warm, file to detections", "rate", "x decoding", "whole command", "peak memory"]
            table(heads, rows)


def accuracy(folder: Path, size: int, seeds: list[int], python: Path | None) -> None:
    """Print the accuracy table, that of the peers on the first sea, and how often intervals hold the truth."""
    heads = ["method", "F1", "precision", "recall", "length MAE", "one scene"]
    rows, held = [], dict[str, list[bool]]()
    pooled = []
    first = None
    plain = Peer(GLOBAL, Path(sys.executable))
    for dtype in ("uint16", "float32"):
        for seed in seeds:
            image, labels = make(folder, size, seed=seed, dtype=dtype)
            out, found = own(image)
            pooled.append((out, labels))
            plain.search(image, labels)
            for key, values in coverage(found, labels).items():
                held.setdefault(key, []).extend(values)
            if first is None:
                first = (image, labels)
            else:
                image.unlink()
    seas = f"{len(seeds)} seas in two types"
    rows += [_row(f"Roadstead, {seas}", score(pooled), "see below"), plain.row(seas)]
    if first is not None:
        rows.append(_row(f"Roadstead, {first[0].stem}", score(pooled[:1]), "see below"))
        rows.append(Peer(GLOBAL, Path(sys.executable)).search(*first).row(first[0].stem))
        others = [m for m in PEERS if m != GLOBAL]
        if python is None:
            rows += [[m, "not run: no --peers given", "-", "-", "-", "-"] for m in others]
        else:
            rows += [Peer(m, python).search(*first).row(first[0].stem) for m in others]
    table(heads, rows)
    share = [[key, f"{100 * np.mean(values):.1f} %", f"{len(values)}"] for key, values in held.items()]
    table(["90 % interval of", "holds the truth", "ships"], share)


if __name__ == "__main__":
    main()
