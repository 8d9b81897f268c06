"""Side views matched to classes, on simulated photographs that the fit did not see.

    python bench/photo.py --n 102 --seed 43 [--plot docs/photo.png]

Every form in turn, bow angles of 20-90 degrees, clutter behind the ship in every other round; each photograph read with
its waterline marked by a careful hand and without any mark. Landmarks of the ships are moved by up to 3 % of the length
and 20 % of their height against the library. Printed: share right by bow angle and clutter, of those read without marks
how many were refused, "none of these" for ships whose class is left out, calibration error of the posteriors against
what chance alone would give, and how often the bow's side and the interval of the bow angle hold.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from photo_cases import WAYS, Case, cases
from roadstead.exercise.metrics import calibration_error, calibration_limit, reliability
from roadstead.identify.photo_match import match_photo
from roadstead.model import NONE_OF_THESE
from roadstead.simulate.photograph_draws import JITTER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BINS = ((20, 30), (30, 45), (45, 60), (60, 75), (75, 90))
_FAMILY = {"ropucha-i": "ropucha", "ropucha-ii": "ropucha"}
"""Ropucha I and II differ by their guns only, by less than the landmarks are moved"""


class Row:
    """One photograph that was compared: what came out with its class in the library and without it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.evidence = match_photo(case.profile)[0]
        self.without = match_photo(case.profile, left_out=frozenset({case.class_id}))[0]
        self.best = self.evidence.ratios[0][0]
        self.right = self.best == case.class_id
        self.family = _FAMILY.get(self.best, self.best) == _FAMILY.get(case.class_id, case.class_id)
        self.none_first = self.without.posterior[0][0] == NONE_OF_THESE


def share(rows: Sequence[Row], said: Callable[[Row], bool]) -> str:
    """How many of how many."""
    hits = sum(said(r) for r in rows)
    return f"{hits:3d} of {len(rows):3d} ({100 * hits / max(len(rows), 1):3.0f} %)"


def table(way: str, tried: Sequence[Case], rows: Sequence[Row]) -> None:
    """Print what happened to photographs that were read in one way."""
    print(f"\n{way}: {len(tried)} photographs, compared {len(rows)}, refused or unsure {len(tried) - len(rows)}")
    for clutter in (False, True):
        some = [r for r in rows if r.case.clutter == clutter]
        asked = sum(c.clutter == clutter for c in tried)
        words = "clutter behind" if clutter else "open sea      "
        print(f"  {words} compared {len(some)} of {asked}; right {share(some, lambda r: r.right)}, "
              f"Ropucha I and II as one {share(some, lambda r: r.family)}")  # fmt: skip
    for low, high in BINS:
        some = [r for r in rows if low <= r.case.bow_angle_deg < high or (high == 90 and r.case.bow_angle_deg == high)]
        print(f"  bow angle {low:2d}-{high:2d}  right {share(some, lambda r: r.right)}, "
              f"as one {share(some, lambda r: r.family)}")  # fmt: skip
    print(f"  'none of these' first with its class left out {share(rows, lambda r: r.none_first)}")
    print(f"  'none of these' first with its class there     "
          f"{share(rows, lambda r: r.evidence.posterior[0][0] == NONE_OF_THESE)}")  # fmt: skip
    print(f"  right side of the bow {share(rows, _side)}, bow angle in its 90 % interval {share(rows, _angle)}")
    given, true = called(rows)
    print(f"  calibration error {calibration_error(given, true):.3f}, limit {calibration_limit(given, seed=1):.3f} "
          f"({len(given)} calls, one in five with the class left out)")  # fmt: skip


def _side(row: Row) -> bool:
    return (row.evidence.bow_side == "left") == row.case.bow_left


def _angle(row: Row) -> bool:
    low, high = row.evidence.bow_angle_interval_deg
    return low <= row.case.bow_angle_deg <= high


def called(rows: Sequence[Row]) -> tuple[list[float], list[bool]]:
    """Probability of the first call and whether it is right; in every fifth the class is left out."""
    given, true = [], []
    for i, row in enumerate(rows):
        said = row.without if i % 5 == 4 else row.evidence
        name, p = said.posterior[0]
        given.append(p)
        true.append(name == (NONE_OF_THESE if i % 5 == 4 else row.case.class_id))
    return given, true


def plot(rows: dict[str, list[Row]], path: Path, title: str) -> None:
    """Share right by bow angle, and the reliability of the posteriors."""
    with mpl.rc_context({"font.size": 9, "svg.hashsalt": "roadstead"}):
        figure = Figure(figsize=(8.2, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        for way, colour, mark in zip(WAYS, ("#0b5394", "#b45f06"), ("o", "s"), strict=True):
            at = [(a + b) / 2 for a, b in BINS]
            some = [[r for r in rows[way] if a <= r.case.bow_angle_deg <= b] for a, b in BINS]
            left.plot(at, [np.mean([r.family for r in s]) if s else np.nan for s in some], mark + "-", color=colour,
                      label=f"waterline {way}" if way == "marked" else "nothing marked, where sure")  # fmt: skip
            bins = reliability(*called(rows[way]))
            right.plot([b.mean_p for b in bins], [b.share_true for b in bins], mark, color=colour)
        left.axhline(0.9, color="#8a8a8a", linewidth=0.8, linestyle="--")
        left.set(
            xlabel="bow angle, degrees (90: abeam)", ylabel="share right (Ropucha I and II as one)", ylim=(0, 1.03)
        )
        left.legend(loc="lower right", frameon=False)
        right.plot([0, 1], [0, 1], color="#8a8a8a", linewidth=0.8, linestyle="--")
        right.set(xlabel="probability of the first call", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.03))
        figure.suptitle(title, fontsize=9)
        figure.savefig(path, dpi=110)


def main() -> None:
    """Print the tables and draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=102)
    parser.add_argument("--seed", type=int, default=43)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--kept", type=Path, help="file of cases, gone on with where it is there")
    parser.add_argument("--as-drawn", action="store_true", help="landmarks where the library has them")
    asked = parser.parse_args()
    jitter = (0.0, 0.0) if asked.as_drawn else JITTER
    tried = list(cases(asked.n, asked.seed, kept=asked.kept, jitter=jitter))
    rows = {way: [Row(c) for c in tried if c.way == way and c.fits] for way in WAYS}
    for way in WAYS:
        table(way, [c for c in tried if c.way == way], rows[way])
    wrong = [(r.case.class_id, r.best) for r in rows["marked"] if not r.right]
    print("\nmistaken with marks:", ", ".join(sorted(f"{a} for {b}" for a, b in wrong)) or "none")
    if asked.plot:
        plot(rows, asked.plot, f"{asked.n} simulated photographs, seed {asked.seed}")


if __name__ == "__main__":
    main()
