"""How often the deck of a drawn ship is told for what it is: the figures of the identity of ships, and its constants.

    python bench/identity.py fit      draws calibration ships and writes identify/data/calibration.json
    python bench/identity.py          draws test ships (other seeds), prints the table and draws docs/identity.png

Ships come from `identity_ships`, never from the likelihood's own drawings. Misfits are kept in a file of JSON lines
(--kept), so that a run that was stopped goes on; remove it when a form or the method changes. All forms are stretched
to the measured size of the ship at hand, so no answer is owed to size.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from identity_ships import Trial, seen
from roadstead import library
from roadstead.identify import (
    GROUPS,
    Constants,
    class_misfits,
    class_of,
    compare,
    constants,
    layout_shares,
    shares,
    superstructure,
)
from roadstead.model import NONE_OF_THESE
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "roadstead" / "identify" / "data" / "calibration.json"
FIT_SEED, TEST_SEED = 4107, 9203
FINE_M, COARSE_M = (0.5, 1.2), (2.6, 4.0)
TWELVE = 12
NEAR_M = 112.0
TWINS = 0.2
"""two classes of which one is taken for the other more often than this share of calibration ships are twins"""
BOOTSTRAPS = 2000
LEVELS = ((0.0, 0.0), (0.06, 0.4), (0.10, 0.6))
"""further jitters of the plot beside that of the table"""


def by_class() -> dict[str, list[str]]:
    """Form ids of each class."""
    out: dict[str, list[str]] = defaultdict(list)
    for form_id in library.forms():
        out[class_of(form_id)].append(form_id)
    return dict(out)


def twelve() -> list[str]:
    """The classes nearest in length to the landing ships."""
    forms = library.forms()

    def far(name: str) -> tuple[float, str]:
        return min(abs(forms[f].length_m.mid - NEAR_M) for f in by_class()[name]), name

    return sorted(by_class(), key=far)[:TWELVE]


def trials(group: str, seed: int, count: int, classes: Sequence[str], **how: Any) -> list[Trial]:
    """Ships of the classes in turn, their forms in turn."""
    forms = by_class()
    out = []
    for n in range(count):
        own = forms[classes[n % len(classes)]]
        form_id = own[(n // len(classes)) % len(own)]
        out.append(Trial(group=group, seed=seed, number=n, form_id=form_id, **how))
    return out


def measured(todo: Iterable[Trial], kept: Path) -> list[tuple[Trial, dict[str, float]]]:
    """Misfits of every trial by form; those in the file are taken from it."""
    held: dict[str, dict[str, float]] = {}
    if kept.is_file():
        held = dict(json.loads(line) for line in kept.read_text("utf-8").splitlines())
    out = []
    for trial in sorted(todo, key=lambda t: (t.form_id, t.number)):
        key = json.dumps(asdict(trial), sort_keys=True)
        if set(held.get(key, ())) != set(library.forms()):
            ship = seen(trial)
            valid = np.ones(ship.image.shape, bool)
            held[key] = dict(compare(ship.image, valid, ship.at, ship.scene, open_water=True).misfit)
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, held[key]]) + "\n")
        out.append((trial, held[key]))
    return out


def without(misfit: dict[str, float], left_out: Iterable[str]) -> dict[str, float]:
    """Misfits without the forms of some classes."""
    gone = set(left_out)
    return {f: d for f, d in misfit.items() if class_of(f) not in gone}


def twins_of(rows: Sequence[tuple[Trial, dict[str, float]]]) -> dict[str, set[str]]:
    """Each class with those that it is taken for, or that are taken for it, too often to be told apart."""
    taken: dict[tuple[str, str], int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for trial, misfit in rows:
        by = class_misfits(misfit)
        own = class_of(trial.form_id)
        count[own] += 1
        taken[own, min(by, key=lambda c: by[c])] += 1
    out = {c: {c} for c in by_class()}
    for (a, b), n in taken.items():
        if a != b and n > TWINS * count[a]:
            out[a].add(b)
            out[b].add(a)
    return out


def fit(rows: Sequence[tuple[Trial, dict[str, float]]], twins: dict[str, set[str]]) -> Constants:
    """Constants of greatest likelihood: each ship once with its class in the library, once with it left out."""
    cases = [(class_of(t.form_id), m) for t, m in rows]
    cases += [(NONE_OF_THESE, without(m, twins[class_of(t.form_id)])) for t, m in rows]

    def loss(x: np.ndarray[Any, Any]) -> float:
        tried = _constants(x)
        return -float(np.mean([np.log(max(shares(m, tried)[truth], 1e-9)) for truth, m in cases]))

    simplex = np.array([[2.0, 0.5, -1.0], [1.0, 0.5, -1.0], [2.0, -1.5, -1.0], [2.0, 0.5, 1.0]])
    found = minimize(loss, simplex[0], method="Nelder-Mead", options={"initial_simplex": simplex, "maxiter": 200})
    print(f"mean log loss {found.fun:.3f} over {len(cases)} answers")
    return _constants(found.x)


def _constants(x: np.ndarray[Any, Any]) -> Constants:
    return Constants(
        slope=round(float(np.exp(x[0])), 3), second=round(float(1 / (1 + np.exp(-x[1]))), 3), none=round(float(x[2]), 3)
    )


def fit_layout(rows: Sequence[tuple[Trial, dict[str, float]]]) -> Constants:
    """The slope with which groups of coarse images are weighed."""
    known = [(h.group, m) for t, m in rows if (h := superstructure(t.form_id)) is not None]

    def loss(slope: float) -> float:
        tried = Constants(slope=slope, second=0.0, none=0.0)
        return -float(np.mean([np.log(max(layout_shares(m, tried)[g], 1e-9)) for g, m in known]))

    slopes = np.geomspace(1, 40, 60)
    best = slopes[int(np.argmin([loss(float(s)) for s in slopes]))]
    return Constants(slope=round(float(best), 3), second=0.0, none=0.0)


def calibrate(kept: Path, counts: tuple[int, int]) -> None:
    """Fit the constants and write them."""
    fine = measured(trials("fine", FIT_SEED, counts[0], sorted(by_class()), pixel_m=FINE_M), kept)
    coarse = measured(trials("coarse", FIT_SEED, counts[1], sorted(by_class()), pixel_m=COARSE_M), kept)
    twins = twins_of(fine)
    found = {"fine": fit(fine, twins), "coarse": fit_layout(coarse)}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(
        json.dumps(
            {
                "schema_version": 1,
                "made_by": "bench/identity.py fit",
                "seed": FIT_SEED,
                "ships": {"fine": len(fine), "coarse": len(coarse)},
                "pixels_m": {"fine": FINE_M, "coarse": COARSE_M},
                "forms": sorted(library.forms()),
                "twins": {c: sorted(t - {c}) for c, t in sorted(twins.items()) if len(t) > 1},
                "constants": {k: asdict(v) for k, v in found.items()},
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
    print(TARGET.read_text("utf-8"))


def share_of(hits: Sequence[bool]) -> str:
    """A share with its 90 % interval (Wilson)."""
    n, p, z = len(hits), float(np.mean(hits)), 1.645
    middle, reach = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n)
    return f"{100 * p:5.1f} %  ({100 * low:.0f} to {100 * high:.0f} %, {n} ships)"


def top(values: dict[str, float], pick: Callable[..., str] = max) -> str:
    """The key of the greatest (or least) value."""
    return pick(values, key=lambda k: values[k])


def ece(rows: Sequence[tuple[float, bool]], bins: int = 5) -> float:
    """Expected calibration error: equal numbers in each bin."""
    ordered = sorted(rows)
    parts = np.array_split(np.array(ordered, np.float64), bins)
    return float(sum(len(p) * abs(p[:, 0].mean() - p[:, 1].mean()) for p in parts) / len(ordered))


def ece_limit(said: Sequence[float], name: str) -> float:
    """What a perfectly calibrated answer stays below in 95 of 100 such tables."""
    rng = stream(TEST_SEED, "bench", "identity", name)
    draws = [ece([(p, bool(rng.random() < p)) for p in said]) for _ in range(BOOTSTRAPS)]
    return float(np.quantile(draws, 0.95))


def report(kept: Path, counts: tuple[int, int]) -> None:
    """Draw the test ships and print the table."""
    fitted = constants("fine")
    twins = {c: {c, *t} for c, t in json.loads(TARGET.read_text("utf-8"))["twins"].items()}
    rows = measured(trials("fine", TEST_SEED, counts[0], twelve(), pixel_m=(0.5, 0.5)), kept)
    print(f"seeds: calibration {FIT_SEED}, test {TEST_SEED}; forms {len(library.forms())}; 0.5 m, all at one size")
    pair = measured(
        trials("pair", TEST_SEED, counts[1], [c for c in twelve() if c.startswith(("ropucha", "alligator"))],
               pixel_m=(0.5, 0.5)), kept
    )  # fmt: skip
    print("Ropucha (I or II) against Alligator:", share_of([_pair_right(t, m) for t, m in pair]))
    print("12-way, the first of the twelve:", share_of([_first(t, m, twelve()) for t, m in rows]))
    print("all classes of the library:", share_of([_first(t, m, list(by_class())) for t, m in rows]))
    _open_set(rows, twins, fitted)
    _coarse(kept, counts)
    _jitter(kept, counts, rows)


def _first(trial: Trial, misfit: dict[str, float], among: Sequence[str]) -> bool:
    by = {c: d for c, d in class_misfits(misfit).items() if c in among}
    return top(by, min) == class_of(trial.form_id)


def _pair_right(trial: Trial, misfit: dict[str, float]) -> bool:
    by = {c: d for c, d in class_misfits(misfit).items() if c.startswith(("ropucha", "alligator"))}
    return top(by, min)[:4] == class_of(trial.form_id)[:4]


def _open_set(rows: Sequence[tuple[Trial, dict[str, float]]], twins: dict[str, set[str]], fitted: Constants) -> None:
    said, lone, group, known = [], [], [], []
    for trial, misfit in rows:
        own = class_of(trial.form_id)
        in_library = shares(misfit, fitted)
        alone = shares(without(misfit, {own}), fitted)
        apart = shares(without(misfit, twins.get(own, {own})), fitted)
        known.append(top(in_library) == own)
        lone.append(top(alone) == NONE_OF_THESE)
        group.append(top(apart) == NONE_OF_THESE)
        said += [(max(in_library.values()), top(in_library) == own)]
        said += [(max(apart.values()), top(apart) == NONE_OF_THESE)]
    print("with 'none of these' among the answers, own class first:", share_of(known))
    print("class and its twins left out, 'none of these' first:", share_of(group))
    print("class left out, its twin not:", share_of(lone))
    limit = ece_limit([p for p, _ in said], "ece")
    print(f"calibration error {ece(said):.3f}, perfect: below {limit:.3f} in 95 of 100 ({len(said)} answers)")


def _coarse(kept: Path, counts: tuple[int, int]) -> None:
    rows = measured(trials("coarse", TEST_SEED, counts[1], sorted(by_class()), pixel_m=(3.0, 3.0)), kept)
    right = []
    for trial, misfit in rows:
        house = superstructure(trial.form_id)
        form = library.form(trial.form_id)
        if house is None or house.length * form.length_m.low < 3 * 3.0:
            continue
        right.append(top(layout_shares(misfit, constants("coarse"))) == house.group)
    print(f"3 m, layout group of {len(GROUPS)}, superstructure of 3 pixels or more:", share_of(right))


def _jitter(kept: Path, counts: tuple[int, int], rows: Sequence[tuple[Trial, dict[str, float]]]) -> None:
    curve = []
    for moved, raised in LEVELS:
        more = measured(
            trials("jitter", TEST_SEED, counts[1], twelve(), pixel_m=(0.5, 0.5), moved=moved, raised=raised), kept
        )
        curve.append((moved, [_first(t, m, twelve()) for t, m in more]))
    curve.append((0.03, [_first(t, m, twelve()) for t, m in rows]))
    curve.sort(key=lambda point: point[0])
    for moved, hits in curve:
        print(f"12-way at landmarks moved by up to {100 * moved:.0f} % of the length: {share_of(hits)}")
    _plot([(m, float(np.mean(h)), len(h)) for m, h in curve])


def _plot(curve: Sequence[tuple[float, float, int]]) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load

    figure = Figure(figsize=(6.0, 3.4), dpi=130, layout="constrained")
    axes = figure.subplots()
    moved, right, count = (np.array(x, float) for x in zip(*curve, strict=True))
    reach = 1.645 * np.sqrt(np.maximum(right * (1 - right), 0.01) / count)
    axes.errorbar(100 * moved, 100 * right, 100 * reach, color="#1f4e79", marker="o", capsize=3)
    axes.axhline(100 / TWELVE, color="#888888", linestyle=":")
    axes.text(100 * moved[-1], 100 / TWELVE + 1.5, "by chance", ha="right", color="#555555")
    axes.axvline(3, color="#b2182b", linestyle="--", linewidth=1)
    axes.text(3.1, 30, "landmarks as assumed", color="#b2182b")
    axes.set(
        xlabel="landmarks moved by up to, % of the length (heights: 7 times that)",
        ylabel="right class of twelve, %",
        ylim=(0, 103),
        title="SIMULATED ships at 0.5 m, all at one size; bars 90 %",
    )
    figure.savefig(ROOT / "docs" / "identity.png")


def main() -> None:
    """Fit or report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="report", choices=("fit", "report"))
    parser.add_argument("--kept", type=Path, default=Path("identity-misfits.jsonl"), help="file of misfits, kept")
    parser.add_argument("--fine", type=int, default=144, help="ships at fine pixels")
    parser.add_argument("--coarse", type=int, default=72, help="ships of each further set")
    said = parser.parse_args()
    run = calibrate if said.what == "fit" else report
    run(said.kept, (said.fine, said.coarse))


if __name__ == "__main__":
    main()
