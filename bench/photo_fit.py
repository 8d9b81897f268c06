"""Fits the numbers of `identify/data/photo.json` on simulated photographs.

    python bench/photo_fit.py --n 304 --seed 41

Every form in turn, clutter behind every other ship, the waterline marked, and again without any mark; each is compared
with all classes and, for "none of these", with its own class left out. Plain maximum likelihood of the shares that
`photo_match.shares` gives, apart for both ways of reading.
What a correlation with a satellite profile weighs is fitted by logistic regression on pairs of one form and of two.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from photo_cases import WAYS, Case, cases, shadow_and_deck
from roadstead import library
from roadstead.identify.photo_along import _best_correlation, _prepared
from roadstead.identify.photo_match import Constants, class_scores, match_photo, shares
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.identify.photo_values import AlongProfile

OUT = Path(__file__).parents[1] / "src" / "roadstead" / "identify" / "data" / "photo.json"
_NONE_WEIGHT = 0.25
"""weight of a case with its class left out against one with it: one in five ships is none of the library's"""
_BOUNDS = [(0, 20), (0, 20), (-5, 30)]
"""of the two powers, where a greater misfit must not speak for a class, and of the score of "none of these\""""


def _loss(values: np.ndarray, done: Sequence[Case]) -> float:
    numbers = Constants(plain=values[0], loose=values[1], none=values[2])
    total = 0.01 * float((values[:2] ** 2).sum()) / len(done)
    for case in done:
        names = [f.class_id for f in case.fits]
        total -= np.log(shares(class_scores(case.fits, numbers))[names.index(case.class_id)] + 1e-9) / len(done)
        others = [f for f in case.fits if f.class_id != case.class_id]
        total -= _NONE_WEIGHT * np.log(shares(class_scores(others, numbers))[-1] + 1e-9) / len(done)
    return float(total)


def _along(done: Sequence[Case], seed: int) -> dict[str, dict[str, float]]:
    """Start and slope of the logarithm of the ratio over the correlation, per kind."""
    rng = stream(seed, "photo", "along")
    names = sorted(library.forms())
    rows: dict[str, list[tuple[float, bool]]] = {"shadow": [], "deck": []}
    for i, case in enumerate(done):
        if case.class_id != case.fits[0].class_id:
            continue
        found = match_photo(case.profile)[0]
        others = [n for n in names if (library.form(n).class_id or n) != case.class_id]
        for form_id, same in ((case.form_id, True), (others[rng.integers(len(others))], False)):
            for other in shadow_and_deck(library.form(form_id), seed * 1000 + i):
                rows[other.kind].append((_correlation(found.fraction, found.height, other), same))
    return {kind: _logistic(pairs) for kind, pairs in rows.items()}


def _correlation(fraction: np.ndarray, height: np.ndarray, other: AlongProfile) -> float:
    seen = _prepared(fraction, height, other.kind)
    theirs = _prepared(other.fraction, other.value, other.kind)
    return max(_best_correlation(seen, theirs[::turn]) for turn in (1, -1))


def _logistic(pairs: Sequence[tuple[float, bool]]) -> dict[str, float]:
    x, same = (np.array(v, float) for v in zip(*pairs, strict=True))

    def loss(b: np.ndarray) -> float:
        return float(np.logaddexp(0, -(b[0] + b[1] * x) * (2 * same - 1)).mean() + 0.001 * b[1] ** 2 / len(x))

    b = minimize(loss, [0.0, 1.0], method="Nelder-Mead").x
    return {"start": round(float(b[0]), 4), "slope": round(float(b[1]), 4)}


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=304)
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--kept", type=Path, help="file of cases, gone on with where it is there")
    asked = parser.parse_args()
    done = [c for c in cases(asked.n, asked.seed, kept=asked.kept) if c.fits]
    written: dict[str, Any] = {}
    about: dict[str, Any] = {"seed": asked.seed, "script": "bench/photo_fit.py"}
    for name, way in (("marked", WAYS[0]), ("found", WAYS[1])):
        some = [c for c in done if c.way == way]
        best = minimize(_loss, [3.0, 2.0, 10.0], args=(some,), method="Nelder-Mead", bounds=_BOUNDS)
        written[name] = {k: round(float(v), 4) for k, v in zip(("plain", "loose", "none"), best.x, strict=True)}
        about[name] = {"photographs": len(some), "loss": round(best.fun, 4)}
        right = np.mean([c.fits[0].class_id == c.class_id for c in some])
        print(f"{name}: best fit is the right class in {right:.3f} of {len(some)}")
    written |= {"along": _along([c for c in done if c.way == WAYS[0]], asked.seed), "about": about}
    OUT.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", "utf-8")
    print(json.dumps(written, indent=1))


if __name__ == "__main__":
    main()
