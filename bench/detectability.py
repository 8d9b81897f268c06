"""Fit P(detect) of optical images by length to ports that the networks had not seen, and draw it with all curves.

    python bench/detectability.py    prints what to put into coverage/detectability.py, writes docs/detectability.png

The counts by length come from bench/figures/optical_folds.json; each bin stands at the mean of its ends, the last at
`LONGEST_M`. A logistic curve in length over resolved distance (10 m) up to a ceiling, by maximum likelihood.
"""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

mpl.use("Agg")
from matplotlib import pyplot as plt

from roadstead.coverage import PROVISIONAL, RATES, p_detect_range
from roadstead.model import Modality

ROOT = Path(__file__).resolve().parents[1]
FIGURES, OUT = ROOT / "bench" / "figures" / "optical_folds.json", ROOT / "docs" / "detectability.png"
RESOLVED_M, LONGEST_M = 10.0, 270.0
SENSORS = (("Sentinel-1 (22 m)", Modality.SAR, 22.0), ("Sentinel-2 (10 m)", Modality.OPTICAL, RESOLVED_M))
PLACES = {False: "open water", True: "alongside"}
Counts = list[tuple[float, int, int]]


def counts() -> dict[bool, Counts]:
    """Length, hits and ships of each bin of labelled ships, by whether they lie alongside."""
    out: dict[bool, Counts] = {False: [], True: []}
    for name, found in json.loads(FIGURES.read_text("utf-8"))["sentinel2_recall_by_length"].items():
        span, where = name.split(" m, ")
        low, high = (float(x) for x in span.split("-"))
        middle = min((low + high) / 2, LONGEST_M)
        out[where == PLACES[True]].append((middle, int(found["hits"]), int(found["labels"])))
    return out


def fitted(given: Counts) -> tuple[float, float, float]:
    """Ceiling, middle and scale (in resolved distances) of greatest likelihood; half a hit is added to either side."""
    pixels, hits, ships = (np.array(x) for x in zip(*given, strict=True))
    pixels = pixels / RESOLVED_M

    def loss(x: np.ndarray) -> float:
        p = np.clip(expit(x[0]) * expit((pixels - x[1]) / np.exp(x[2])), 1e-6, 1 - 1e-6)
        return float(-((hits + 0.5) * np.log(p) + (ships - hits + 0.5) * np.log(1 - p)).sum())

    best = minimize(loss, np.array([2.0, 10.0, 0.7]), method="Nelder-Mead", options={"maxiter": 4000}).x
    return float(expit(best[0])), float(best[1]), float(np.exp(best[2]))


def main() -> None:
    """Print the fits; two panels, one a sensor."""
    found = counts()
    for alongside, given in found.items():
        ceiling, middle, scale = fitted(given)
        print(f"{PLACES[alongside]}: {given} -> ceiling {ceiling:.2f}, middle {middle:.1f} px, scale {scale:.1f} px")
    lengths = np.linspace(10, 300, 121)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    for axis, (name, modality, resolved_m) in zip(axes, SENSORS, strict=True):
        for k, (alongside, words) in enumerate(PLACES.items()):
            ranges = [p_detect_range(float(n), modality, resolved_m, alongside=alongside) for n in lengths]
            low, high = [r.low for r in ranges], [r.high for r in ranges]
            assumed = "" if RATES[modality, alongside].labelled else " (assumed)"
            axis.fill_between(lengths, low, high, alpha=0.35, color=f"C{k}", hatch="///" * k, label=words + assumed)
            if modality is Modality.OPTICAL:
                for length, hits, ships in found[alongside]:
                    axis.plot(length, hits / max(ships, 1), "os"[k], color=f"C{k}", markersize=3 + ships / 8)
        axis.set(title=name, xlabel="length of the ship, m", ylim=(0, 1.02))
        axis.legend(loc="lower right")
    axes[0].set_ylabel("P(detect), clear look")
    figure.suptitle(f"{PROVISIONAL[0].upper()}{PROVISIONAL[1:]}; marks: share found of ships in ports left out")
    figure.savefig(OUT, dpi=130, metadata={"Software": None})
    print(f"wrote {OUT.name}")


if __name__ == "__main__":
    main()
