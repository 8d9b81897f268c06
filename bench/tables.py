"""Regenerate the accuracy and speed tables of the README: `make tables` (needs the real images beside the checkout).

Accuracy is what the shipped detectors give at their shipped threshold, scored by the scorer kept with the images.
Speed is the median of several runs of whole commands; a ratio stands beside a peer measured in the same run.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
DATA, SCORER, SEA = SHARED / "data", SHARED / "bench" / "score_vessels.py", SHARED / "bench" / "make_sar_scene.py"
PROGRAM = Path(sys.executable).with_name("roadstead")
RUNS = 5


def detect(image: Path, out: Path) -> Path:
    """GeoJSON of the vessels that the command line finds."""
    subprocess.run([PROGRAM, "detect", image, "--out", out, "--json"], check=True, stdout=subprocess.DEVNULL)
    return out


def score(pairs: list[tuple[Path, Path]], *options: str) -> dict[str, float]:
    """Pooled scores of prediction and label pairs."""
    files = [str(f) for pair in pairs for f in pair]
    done = subprocess.run([sys.executable, SCORER, *files, *options], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def accuracy(folder: Path) -> list[list[str]]:
    """Rows of the accuracy table."""
    ports = sorted((DATA / "sentinel2-ports").glob("*/*.tif"))
    planet = sorted((DATA / "planetscope").glob("*.tif"))
    sets = {
        "Sentinel-2, nine ports, ships >= 50 m": (
            [(p, p.parent / "vessels.geojson") for p in ports],
            ["--min-length-m", "50", "--buffer-m", "10"],
        ),
        "PlanetScope, Long Beach, two dates, ships >= 30 m": (
            [(p, p.with_name(f"{p.stem}.vessels.geojson")) for p in planet],
            ["--min-length-m", "30"],
        ),
        "RapidEye, San Francisco Bay, at anchor": (
            [(next((DATA / "rapideye-sf-bay").glob("*.tif")), DATA / "rapideye-sf-bay" / "vessels.geojson")],
            [],
        ),
        "Sentinel-1, Los Angeles, 30 m": (
            [(next((DATA / "sentinel1-los-angeles").glob("*.tif")), DATA / "sentinel1-los-angeles" / "vessels.geojson")],
            ["--buffer-m", "60"],
        ),
    }
    rows = []
    for name, (images, options) in sets.items():
        pairs = [(detect(image, folder / f"{image.stem}.geojson"), labels) for image, labels in images]
        rows.append(_accuracy_row(name, score(pairs, *options)))
    rows.append(_accuracy_row("simulated radar sea (seed 7, float32)", simulated_sea(folder)))
    return rows


def simulated_sea(folder: Path) -> dict[str, float]:
    """Scores on the simulated sea whose anchor is a published detector."""
    image, labels = folder / "sea.tif", folder / "sea.geojson"
    subprocess.run([sys.executable, SEA, image, labels, "--seed", "7"], check=True)
    return score([(detect(image, folder / "sea-found.geojson"), labels)])


def _accuracy_row(name: str, s: dict[str, float]) -> list[str]:
    print(name, s, file=sys.stderr)
    mae = "-" if s["length_mae_m"] is None else f"{s['length_mae_m']:.1f} m"
    figures = (f"{s[k]:.2f}" for k in ("precision", "recall", "f1"))
    return [name, str(s["labels"]), *figures, mae]


def seconds(command: list[str | Path]) -> float:
    """Median wall time of a command, after one run to warm up."""
    taken = []
    for _ in range(RUNS + 1):
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken[1:])


def speed(folder: Path) -> list[list[str]]:
    """Rows of the speed table."""
    image = folder / "sea.tif"
    decode = [sys.executable, "-c", f"import rasterio; rasterio.open({str(image)!r}).read()"]
    ours, peer = seconds([PROGRAM, "detect", image, "--json"]), seconds(decode)
    return [
        ["`roadstead --help`", f"{seconds([PROGRAM, '--help']):.2f} s", ""],
        ["`roadstead verify cases/dunai-2024`, second run", f"{seconds([PROGRAM, 'verify', ROOT / 'cases/dunai-2024']):.1f} s", ""],
        ["`roadstead detect`, 8000 x 8000 simulated radar sea", f"{ours:.1f} s", f"{ours / peer:.1f} x reading the file with rasterio"],
    ]  # fmt: skip


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Write both tables into the README."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            "accuracy": table(["images", "ships", "precision", "recall", "F1", "length MAE"], accuracy(folder)),
            "speed": table(["command", "median time", "beside"], speed(folder)),
        }
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    for key, body in parts.items():
        text = re.sub(f"(<!-- {key} -->\n).*?(\n<!-- /{key} -->)", rf"\g<1>{body}\g<2>", text, flags=re.DOTALL)
    readme.write_text(text, "utf-8")
    print("\n\n".join(parts.values()))


if __name__ == "__main__":
    main()
