"""How good the optical network is on places it has not seen: nested leave-one-port-out, and PlanetScope left out.

    python bench/optical_folds.py [--work FOLDER]     trains (hours on two cores), scores, writes bench/figures

Nested: every Sentinel-2 port is found by networks trained on all others. Scores and threshold of that port come from
two others, as networks find them that saw none of the three, before their last stage: no weight and no constant of
the rule was made with the port that is scored. (What was chosen on all nine stands in docs/methods.md.)
Beside it, the same with scores and threshold from all eight other ports, each found by networks that never saw it, as
those that are shipped come from all nine: closer to what is shipped, but the networks that found the eight were trained
on the port that is scored. Recall by length, which P(detect) is fitted to, is this second one.
PlanetScope: one network trained on the Sentinel-2 ports only; scores and threshold from all ports left out in turn.
Trainings go on where they were killed. Prints the figures as JSON; `tables.py` reads them from bench/figures.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from roadstead.archive import open_scene
from roadstead.pipeline.images import detections_geojson
from roadstead.steps import stream, write_atomic
from roadstead.train import (
    FOLD_STEPS,
    Judged,
    Judging,
    judged,
    judging,
    labels_of,
    ships_in,
    shortest_m,
    workshop,
)

if TYPE_CHECKING:
    from roadstead.train.network import OpticalNet

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
DATA, SCORER = SHARED / "data", SHARED / "bench" / "score_vessels.py"
FIGURES = Path(__file__).with_name("figures") / "optical_folds.json"
SEED = 1
PORTS = ("--min-length-m", "50", "--buffer-m", "10")
PLANET = ("--min-length-m", "30")
DRAWS = 2000  # of the bootstrap by port
BINS = 10
LEAST_IOU, Z_90 = 0.3, 1.6449
LENGTHS_M = (50, 100, 150, 200, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What a network found in an image that it never saw, and the rule made without that image."""

    image: Path
    found: list[Judged]
    rule: Judging


def score(pairs: list[tuple[Path, Path]], *options: str) -> dict[str, float]:
    """Pooled scores of prediction and label pairs by the independent scorer."""
    files = [str(f) for pair in pairs for f in pair]
    done = subprocess.run([sys.executable, SCORER, *files, *options], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


class Study:
    """The trainings, their findings and the scores."""

    def __init__(self, work: Path) -> None:
        self.shop, images = workshop(DATA, work, SEED, _told)
        self.images = {
            place: [i for i in images if i.parent.name == place] for place in {i.parent.name for i in images}
        }
        self.groups = self.shop.groups
        self.work = work
        self.complete_m = shortest_m(image for group in self.groups for place in group for image in self.images[place])
        self.alone: dict[str, list[Judged]] = {}

    def nested(self) -> list[Tested]:
        """Every Sentinel-2 port, found by networks that never saw it; no network that the rule rests on did either."""
        tested = []
        for k, group in enumerate(self.groups):
            begun = self._weights(f"begun-{k + 1}", [t.mean for t in self.shop.begun("", FOLD_STEPS, group)])
            inner = {place: self._found_at(place, begun) for place in group}
            for port in group:
                (image,) = self.images[port]
                self.alone[port] = self._found_at(port, self._trained(f"without-{port}", port))
                others = {place: inner[place] for place in group if place != port}
                tested.append(Tested(image=image, found=self.alone[port], rule=self._rule(others)))
        return sorted(tested, key=lambda t: t.image)

    def by_eight(self) -> list[Tested]:
        """As `nested`, with scores and threshold from all other ports; after `nested`."""
        tested = []
        for port, found in sorted(self.alone.items()):
            (image,) = self.images[port]
            others = {place: told for place, told in self.alone.items() if place != port}
            tested.append(Tested(image=image, found=found, rule=self._rule(others)))
        return tested

    def planet(self) -> list[Tested]:
        """Both PlanetScope dates, found by a network that saw Sentinel-2 ports only; after `nested`."""
        rule, weights = self._rule(self.alone), self._trained("without-planetscope", "planetscope")
        return [
            Tested(image=image, found=self._found(image, weights), rule=rule) for image in self.images["planetscope"]
        ]

    def _found_at(self, place: str, weights: Path) -> list[Judged]:
        return [j for image in self.images[place] for j in self._found(image, weights)]

    def _found(self, image: Path, weights: Path) -> list[Judged]:
        return judged(image, weights, complete_m=self.complete_m)

    def _trained(self, name: str, without: str) -> Path:
        return self._weights(name, self.shop.trained(name, FOLD_STEPS, (without,))[0])

    def _weights(self, name: str, nets: list[OpticalNet]) -> Path:
        from roadstead.train.export import onnx_bytes  # noqa: PLC0415 - torch

        path = self.work / "checkpoints" / f"{name}.onnx"
        write_atomic(path, onnx_bytes(nets, Judging.plain()))
        return path

    def _rule(self, found: dict[str, list[Judged]]) -> Judging:
        """Scores and threshold from what was found at some places."""
        told = [j for place in sorted(found) for j in found[place]]
        ships = sum(ships_in(labels_of(image)) for place in found for image in self.images[place])
        return judging(told, max(0, ships - sum(j.hit == 1 for j in told)))


def scores(
    tested: list[Tested], *options: str, folder: Path, labels: dict[Path, Path] | None = None
) -> dict[str, float]:
    """Pooled scores at the thresholds that the rules came with."""
    pairs = []
    for t in tested:
        out = folder / f"{t.image.stem}.geojson"
        out.write_text(detections_geojson(t.rule.scored(t.found), simulated=()), "utf-8")
        pairs.append((out, (labels or {}).get(t.image, labels_of(t.image))))
    return score(pairs, *options)


def apart(
    tested: list[Tested], folder: Path, *, alongside: bool, lengths_m: tuple[float, float] = (0, np.inf)
) -> dict[str, float]:
    """Recall of ships alongside, or in open water, of some lengths: the others are areas that do not count."""
    labels = {}
    for t in tested:
        told = json.loads(labels_of(t.image).read_text("utf-8"))
        for feature in told["features"]:
            facts = feature["properties"]
            fits = lengths_m[0] <= facts.get("mask_length_m", 0) < lengths_m[1]
            if facts.get("label", "vessel") == "vessel" and not (fits and bool(facts.get("alongside")) == alongside):
                facts["label"] = "ignore"
        labels[t.image] = folder / f"{t.image.stem}-{alongside}-{lengths_m[0]:.0f}.geojson"
        labels[t.image].write_text(json.dumps(told), "utf-8")
    return scores(tested, *PORTS, folder=folder, labels=labels)


def by_length(tested: list[Tested], folder: Path) -> dict[str, dict[str, float]]:
    """Ships and hits by length, in open water and alongside."""
    answer = {}
    for low, high in itertools.pairwise(LENGTHS_M):
        for beside, word in ((False, "open water"), (True, "alongside")):
            found = apart(tested, folder, alongside=beside, lengths_m=(low, high))
            answer[f"{low}-{high} m, {word}"] = {key: found[key] for key in ("labels", "hits")}
    return answer


def by_overlap(tested: list[Tested], folder: Path) -> dict[str, dict[str, float]]:
    """Scores inside and outside the area that both dates show; only detections and ships there count."""
    shared = shapely.intersection_all([open_scene(t.image).footprint for t in tested])
    answer = {}
    for t in tested:
        whole = open_scene(t.image).footprint
        for word, area in (("overlap", shared), ("elsewhere", shapely.difference(whole, shared))):
            told = json.loads(labels_of(t.image).read_text("utf-8"))
            kept = [f for f in told["features"] if area.intersects(shape(f["geometry"]).centroid)]
            roi = {"type": "Feature", "geometry": mapping(area), "properties": {"label": "roi"}}
            labels = folder / f"{t.image.stem}-{word}.geojson"
            labels.write_text(json.dumps({**told, "features": [*kept, roi]}), "utf-8")
            answer[f"{t.image.stem}, {word}"] = scores([t], *PLANET, folder=folder, labels={t.image: labels})
    return answer


def sizes(tested: list[Tested]) -> dict[str, dict[str, float]]:
    """How right lengths and beams of ships of 30 m and more are, by whether they were found alongside.

    A ship is measured by the detection that overlaps it most, by 0.3 or more. Printed: how many, how many of whose 90 %
    intervals hold what the annotators measured, and the median of measured over true.
    """
    kept: dict[str, list[tuple[bool, float]]] = {}
    for t in tested:
        found = [(d, d.outline) for d in t.rule.scored(t.found) if d.outline is not None]
        for feature in json.loads(labels_of(t.image).read_text("utf-8"))["features"]:
            facts, ship = feature["properties"], shape(feature["geometry"])
            if facts["label"] != "vessel" or facts["length_m"] < float(PLANET[1]):
                continue
            overlaps = [outline.intersection(ship).area / outline.union(ship).area for _, outline in found]
            if max(overlaps, default=0) < LEAST_IOU:
                continue
            best, _ = found[int(np.argmax(overlaps))]
            where = "alongside" if best.alongside else "open water"
            for name, told in (("length", best.length_m), ("beam", best.beam_m)):
                if told is not None:
                    true = facts[f"{name}_m"]
                    held = abs(told.value - true) <= Z_90 * told.sigma
                    kept.setdefault(f"{name}, {where}", []).append((held, told.value / true))
    return {
        name: {
            "ships": len(pairs),
            "held": sum(held for held, _ in pairs),
            "median_share": round(float(np.median([share for _, share in pairs])), 3),
        }
        for name, pairs in sorted(kept.items())
    }


def interval(each: list[dict[str, float]]) -> tuple[float, float]:
    """90 % of the pooled F1 when ports are drawn anew."""
    counts = np.array([(s["hits"], s["false_alarms"], s["labels"]) for s in each])
    drawn = counts[stream(SEED, "bench", "bootstrap").integers(len(each), size=(DRAWS, len(each)))].sum(axis=1)
    f1 = 2 * drawn[:, 0] / np.maximum(1, drawn.sum(axis=1))
    return round(float(np.quantile(f1, 0.05)), 3), round(float(np.quantile(f1, 0.95)), 3)


def calibration(tested: list[Tested]) -> dict[str, float]:
    """Expected calibration error over ten bins, and what chance alone would give at the 95th percentile."""
    judged_ones = [(t.rule.probability(j), j.hit == 1) for t in tested for j in t.found if j.hit >= 0]
    given, truth = np.array([p for p, _ in judged_ones]), np.array([h for _, h in judged_ones], float)
    rng = stream(SEED, "bench", "calibration")
    by_chance = [_error(given, (rng.random(len(given)) < given).astype(float)) for _ in range(DRAWS)]
    return {
        "groups": len(given),
        "error": round(_error(given, truth), 4),
        "chance_95": round(float(np.quantile(by_chance, 0.95)), 4),
    }


def _error(given: np.ndarray, truth: np.ndarray) -> float:
    row = np.minimum((given * BINS).astype(int), BINS - 1)
    off = np.bincount(row, given - truth, BINS)
    return float(np.abs(off).sum() / len(given))


def _told(name: str, step: int, steps: int, loss: float) -> None:
    if step % 100 == 0:
        print(f"{name}: step {step} of {steps}, loss {loss:.2f}", file=sys.stderr)


def figures(study: Study) -> dict[str, object]:
    """All figures."""
    ports, eight, planet = study.nested(), study.by_eight(), study.planet()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        each = {t.image.parent.name: scores([t], *PORTS, folder=folder) for t in ports}
        return {
            "sentinel2": scores(ports, *PORTS, folder=folder),
            "sentinel2_interval_90": interval(list(each.values())),
            "sentinel2_by_port": each,
            "sentinel2_open_water": apart(ports, folder, alongside=False),
            "sentinel2_alongside": apart(ports, folder, alongside=True),
            "sentinel2_calibration": calibration(ports),
            "sentinel2_by_eight": scores(eight, *PORTS, folder=folder),
            "sentinel2_by_eight_calibration": calibration(eight),
            "sentinel2_recall_by_length": by_length(eight, folder),
            "planetscope": scores(planet, *PLANET, folder=folder),
            "planetscope_by_date": {t.image.stem: scores([t], *PLANET, folder=folder) for t in planet},
            "planetscope_by_overlap": by_overlap(planet, folder),
            "planetscope_sizes": sizes(planet),
        }


def main() -> None:
    """Train, score, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=ROOT / ".optical-folds", help="folder of checkpoints")
    found = figures(Study(parser.parse_args().work))
    FIGURES.parent.mkdir(exist_ok=True)
    write_atomic(FIGURES, json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
