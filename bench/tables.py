"""Regenerate the tables of the README: `make tables` (needs the real images beside the checkout).

    python bench/tables.py [--only accuracy|speed|study]

Accuracy is what the detectors give at their shipped threshold, scored by the scorer kept with the images. Rows `left
out` come from weights made on other places, as `optical_folds.py` kept them; all others come from the detectors as
shipped.
Speed is the median of several runs of whole commands; a ratio stands beside a peer measured in the same run.
The study is `roadstead exercise study -n 50 --seed 1`: six minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from optical_folds import DATA, FIGURES, ROOT, SHARED, score

SEA = SHARED / "bench" / "make_sar_scene.py"
PROGRAM = Path(sys.executable).with_name("roadstead")
RUNS = 5


def detect(image: Path, out: Path) -> Path:
    """GeoJSON of the vessels that the command line finds."""
    subprocess.run([PROGRAM, "detect", image, "--out", out, "--json"], check=True, stdout=subprocess.DEVNULL)
    return out


def accuracy(folder: Path) -> list[list[str]]:
    """Rows of the accuracy table."""
    network = json.loads(FIGURES.read_text("utf-8"))
    rows = [
        _accuracy_row("Sentinel-2, nine ports, ships >= 50 m", "left out", network["sentinel2"]),
        _accuracy_row("the same, threshold from eight other ports", "left out", network["sentinel2_by_eight"]),
        _accuracy_row("PlanetScope, Long Beach, two dates, ships >= 30 m", "left out", network["planetscope"]),
    ]
    sets = {
        "RapidEye, San Francisco Bay, at anchor": ("rapideye-sf-bay", ()),
        "Sentinel-1, Los Angeles, 30 m": ("sentinel1-los-angeles", ("--buffer-m", "60")),
    }
    for name, (place, options) in sets.items():
        image = next((DATA / place).glob("*.tif"))
        pair = (detect(image, folder / f"{image.stem}.geojson"), image.with_name("vessels.geojson"))
        rows.append(_accuracy_row(name, "shipped detector", score([pair], *options)))
    rows.append(_accuracy_row("simulated radar sea (seed 7, float32)", "shipped detector", simulated_sea(folder)))
    return rows


def simulated_sea(folder: Path) -> dict[str, float]:
    """Scores on the simulated sea whose anchor is a published detector."""
    image, labels = sea_of(folder)
    return score([(detect(image, folder / "sea-found.geojson"), labels)])


def sea_of(folder: Path) -> tuple[Path, Path]:
    """The sea and its labels, made where they are not there yet."""
    image, labels = folder / "sea.tif", folder / "sea.geojson"
    if not labels.exists():
        subprocess.run([sys.executable, SEA, image, labels, "--seed", "7"], check=True)
    return image, labels


def _accuracy_row(name: str, how: str, s: dict[str, float]) -> list[str]:
    print(name, how, s, file=sys.stderr)
    mae = "-" if s["length_mae_m"] is None else f"{s['length_mae_m']:.1f} m"
    figures = (f"{s[k]:.2f}" for k in ("precision", "recall", "f1"))
    return [name, how, str(s["labels"]), *figures, mae]


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
    image, _ = sea_of(folder)
    decode = [sys.executable, "-c", f"import rasterio; rasterio.open({str(image)!r}).read()"]
    ours, peer = seconds([PROGRAM, "detect", image, "--json"]), seconds(decode)
    start, again = seconds([PROGRAM, "--help"]), seconds([PROGRAM, "verify", ROOT / "cases" / "dunai-2024"])
    beside = f"{ours / peer:.1f} x reading the file with rasterio"
    passes = json.loads(subprocess.check_output([sys.executable, Path(__file__).with_name("opportunities.py")]))
    faster = f"{passes['ratio']:.0f} x faster than skyfield's events, {passes['peak_mib']:.0f} MiB"
    return [
        ["`roadstead --help`", f"{start:.2f} s", ""],
        ["`roadstead verify cases/dunai-2024`, second run", f"{again:.1f} s", ""],
        ["passes of four satellites over 200 sites, one year", f"{passes['seconds']:.1f} s", faster],
        ["`roadstead detect`, 8000 x 8000 simulated radar sea", f"{ours:.1f} s", beside],
    ]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def study() -> list[list[str]]:
    """Rows of the table of verdicts."""
    command = [PROGRAM, "exercise", "study", "-n", "50", "--seed", "1", "--json"]
    with tempfile.TemporaryDirectory() as out:
        told = json.loads(subprocess.check_output([*command, "--out", out]))
    names = {
        "false_supported_rate": "false ones called supported",
        "supported_when_true": "true ones called supported",
        "false_contradicted_rate": "true ones called contradicted",
        "contradicted_when_false": "false ones called contradicted",
    }
    rows = []
    for key, words in names.items():
        low, high = (f"{100 * x:.0f}" for x in told[f"{key}_interval_90"])
        rows.append([words, str(told[f"{key}_of"][1]), f"{100 * told[key]:.0f} %", f"{low} to {high} %"])
    error, limit = (f"{told[key]:.3f}" for key in ("expected_calibration_error", "ece_limit_95"))
    return [
        *rows,
        ["calibration error", str(told["claims"]), error, f"perfect: below {limit} in 95 of 100 studies"],
        ["Brier skill over the priors", str(told["claims"]), f"{told['brier_skill']:+.2f}", ""],
    ]


def parts(only: str | None) -> dict[str, str]:
    """The wanted tables by the name of their place in the README."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = {
            "accuracy": lambda: table(
                ["images", "how", "ships", "precision", "recall", "F1", "length MAE"], accuracy(folder)
            ),
            "speed": lambda: table(["command", "median time", "beside"], speed(folder)),
            "study": lambda: table(["claims that images of ships can settle", "of", "share", "90 % interval"], study()),
        }
        return {key: make() for key, make in made.items() if only in (None, key)}


def main() -> None:
    """Write the tables into the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("accuracy", "speed", "study"))
    made = parts(parser.parse_args().only)
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    for key, body in made.items():
        text = re.sub(f"(<!-- {key} -->\n).*?(<!-- /{key} -->)", rf"\g<1>{body}\n\g<2>", text, flags=re.DOTALL)
    readme.write_text(text, "utf-8")
    print("\n\n".join(made.values()))


if __name__ == "__main__":
    main()
