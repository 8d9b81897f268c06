"""Fit the coefficients of the optical score, and measure the detector on places that its fit has not seen.

    python bench/fit_optical_score.py              writes src/roadstead/detection/optical_weights.py
    python bench/fit_optical_score.py --left-out   prints one JSON object and writes nothing

Needs the labelled images beside the checkout: RapidEye over San Francisco Bay, nine Sentinel-2 ports, PlanetScope over
Long Beach on two dates. Groups of pixels and their features come from the product's own code. The logistic regression
with a ridge penalty (le Cessie and van Houwelingen 1992, Applied Statistics 41, 191-201) is solved by Newton's method
until it no longer moves, so that the four digits kept do not hang on where an optimiser happened to stop.

Left out means: each place is searched with coefficients fitted on the other places; both dates of Long Beach are one
place. Features, rules, penalty and threshold were chosen by people who had seen all places, so these scores still
flatter a little.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import shapely
from shapely.geometry import shape

from roadstead.archive import open_scene
from roadstead.detection.optical_contrast import LENGTH_M, ContrastDetector, groups
from roadstead.detection.optical_score import Weights, probability, terms
from roadstead.imagery import RasterioReader
from roadstead.measure import frame_of, measure
from roadstead.pipeline import find_vessels
from roadstead.pipeline.images import detections_geojson

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.geo import GroundFrame

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
DATA, SCORER = SHARED / "data", SHARED / "bench" / "score_vessels.py"
WEIGHTS = ROOT / "src" / "roadstead" / "detection" / "optical_weights.py"
DOCSTRING = '"""Coefficients of `optical_score` (see `Weights` there), written by `bench/fit_optical_score.py`."""'

PENALTY = 3.0  # times half the sum of squared coefficients, without the intercept
MOST_STEPS, TOLERANCE = 50, 1e-10  # of Newton's method; it settles in about ten
LEAST_IOU, BUFFER_M, POINT_RADIUS_M = 0.3, 10.0, 120.0  # the scorer's
NEAR_IOU = 0.08  # a box that overlaps a ship so much is no clear example of anything else
VESSEL, OTHER, UNCLEAR = 1, 0, -1
SETS = {
    "sentinel2": ("sentinel2-ports/*/*.tif", ("--min-length-m", "50", "--buffer-m", "10")),
    "planetscope": ("planetscope/*.tif", ("--min-length-m", "30")),
}
"""what is scored with its place left out: images, and options of the scorer"""
FITTED = ("rapideye-sf-bay/*.tif", *(images for images, _ in SETS.values()))
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.85, 1.0)  # of the calibration table


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One group of pixels in a labelled image."""

    features: list[float]
    by_scorer: int
    """what the scorer would say of it: VESSEL a hit, OTHER a false alarm, UNCLEAR in an area that does not count"""
    for_fit: int
    """what the fit is told; UNCLEAR is left out of it"""
    objection: str
    """the rule that rejects it whatever its score; empty where none does"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A labelled image and the groups in it."""

    image: Path
    examples: list[Example]

    @property
    def place(self) -> str:
        """Images of one folder show one place."""
        return self.image.parent.name


def score(pairs: list[tuple[Path, Path]], *options: str) -> dict[str, float]:
    """Pooled scores of prediction and label pairs."""
    files = [str(f) for pair in pairs for f in pair]
    done = subprocess.run([sys.executable, SCORER, *files, *options], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def labels_of(image: Path) -> Path:
    """The labels beside an image."""
    own = image.with_name(f"{image.stem}.vessels.geojson")
    return own if own.exists() else image.with_name("vessels.geojson")


def labelled(image: Path) -> Labelled:
    """Read an image, find what stands out from its water, and compare that with the labels.

    Groups too short or too long for a ship are no examples: most are single waves, and a rule rejects them anyway.
    """
    scene = open_scene(image)
    pixels = RasterioReader().read(scene)
    frame = frame_of(scene, pixels)
    vessels, aside = _areas(labels_of(image), frame)
    examples = []
    for group in groups(scene, pixels):
        if LENGTH_M[0] <= group.shape.length_m <= LENGTH_M[1]:
            found = measure(scene, pixels, group.candidate(1.0), number=0, method="")
            by_scorer, for_fit = _judged(_metric(found.outline, frame), vessels, aside)
            examples.append(
                Example(features=group.features(), by_scorer=by_scorer, for_fit=for_fit, objection=group.objection())
            )
    return Labelled(image=image, examples=examples)


def all_labelled() -> list[Labelled]:
    """The labelled images, by kind and in the order of their paths."""
    if not DATA.is_dir():
        raise SystemExit(f"the labelled images are not here: {DATA}; put the folder `shared` beside the checkout")
    return [labelled(image) for pattern in FITTED for image in sorted(DATA.glob(pattern))]


def _areas(labels: Path, frame: GroundFrame) -> tuple[list[BaseGeometry], BaseGeometry]:
    """Vessels, and the union of the areas that do not count, in metres on the image's plane."""
    kinds: dict[str, list[BaseGeometry]] = {}
    for feature in json.loads(labels.read_text("utf-8"))["features"]:
        area = _metric(shape(feature["geometry"]), frame)
        kind = feature["properties"].get("label", "vessel")
        kinds.setdefault(kind, []).append(area if area.area else area.buffer(POINT_RADIUS_M))
    return kinds["vessel"], shapely.union_all([*kinds.get("ignore", []), *kinds.get("undecided", [])])


def _metric(lonlat: BaseGeometry, frame: GroundFrame) -> BaseGeometry:
    """From WGS84 to metres on the image's plane."""
    return shapely.transform(lonlat, lambda lon, lat: frame.metres(*frame.pixel(lon, lat)), interleaved=False)


def _judged(box: BaseGeometry, vessels: list[BaseGeometry], ignored: BaseGeometry) -> tuple[int, int]:
    """The scorer's rule, and the same with doubtful hits and near misses set aside for the fit.

    A box whose centre lies in a ship's outline may still be a wake, a deckhouse or two ships rafted: as a clear
    example it must also share a third of the smaller area and have half the ship's size.
    """
    hit = clear = near = False
    for vessel in vessels:
        shared_m2 = box.intersection(vessel).area
        iou = shared_m2 / box.union(vessel).area
        inside = vessel.buffer(BUFFER_M).contains(box.centroid)
        as_large = shared_m2 > LEAST_IOU * min(box.area, vessel.area) and box.length > vessel.length / 2
        hit |= iou >= LEAST_IOU or inside
        clear |= iou >= LEAST_IOU or (inside and as_large)
        near |= iou > NEAR_IOU or inside
    aside = ignored.contains(box.centroid)
    by_scorer = VESSEL if hit else UNCLEAR if aside else OTHER
    return by_scorer, VESSEL if clear else UNCLEAR if near or aside else OTHER


def fitted(examples: list[Example]) -> Weights:
    """Coefficients of the score, rounded as they are kept."""
    chosen = [e for e in examples if e.for_fit != UNCLEAR]
    features = np.array([e.features for e in chosen])
    means, scales = features.mean(axis=0), features.std(axis=0)
    design = np.column_stack([np.ones(len(chosen)), terms(features, means, scales)])
    coefficients = _ridge(design, np.array([float(e.for_fit == VESSEL) for e in chosen]))
    return _kept(means), _kept(scales), _kept(coefficients)


def _ridge(design: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method; design (n, k) with the intercept first, truth (n,) of 0 and 1."""
    penalty = PENALTY * np.diag([0.0, *np.ones(design.shape[1] - 1)])
    coefficients = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        chance = 1 / (1 + np.exp(-(design @ coefficients)))
        slope = design.T @ (chance - truth) + penalty @ coefficients
        step = np.linalg.solve((design.T * (chance * (1 - chance))) @ design + penalty, slope)
        coefficients -= step
        if np.abs(step).max() < TOLERANCE:
            return coefficients
    raise SystemExit(f"the fit has not settled after {MOST_STEPS} steps; raise PENALTY, or look for a constant feature")


def _kept(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(f"{v:.4g}") for v in values)


def written(weights: Weights) -> str:
    """The module of the coefficients, formatted as the project's formatter does."""
    formatter = Path(sys.executable).with_name("ruff")
    source = f"{DOCSTRING}\n\nOPEN = {weights!r}\n"
    command: list[str | Path] = [formatter, "format", "--stdin-filename", WEIGHTS, "-"]
    done = subprocess.run(command, input=source, check=True, capture_output=True, text=True)
    return str(done.stdout)


def elsewhere(scenes: list[Labelled], place: str) -> Weights:
    """Coefficients fitted on all places but one."""
    return fitted([e for s in scenes if s.place != place for e in s.examples])


def left_out_scores(scenes: list[Labelled], folder: Path) -> dict[str, dict[str, float]]:
    """Scores of the shipped detector with coefficients that have not seen the place; predictions go to a folder."""
    scores = {}
    for name, (pattern, options) in SETS.items():
        pairs = []
        for image in sorted(DATA.glob(pattern)):
            detector = ContrastDetector(weights=elsewhere(scenes, image.parent.name))
            findings, _ = find_vessels(open_scene(image), RasterioReader(), detector)
            out = folder / f"{image.stem}-left-out.geojson"
            out.write_text(detections_geojson(findings.detections, simulated=()), "utf-8")
            pairs.append((out, labels_of(image)))
        scores[name] = score(pairs, *options)
    return scores


class Bin(TypedDict):
    """One row of the calibration table."""

    probability_from: float
    probability_to: float
    groups: int
    mean_probability: float | None
    share_of_vessels: float | None


def calibration(scenes: list[Labelled]) -> list[Bin]:
    """How often groups are vessels, by the probability given to them with their place left out.

    Over all groups that no rule rejects, also those too improbable to be reported. Vessels are what the scorer calls
    hits at any length; unlike it, every piece of a ship counts as one. Groups in areas that do not count are left out.
    """
    pairs = []
    for scene in scenes:
        weights = elsewhere(scenes, scene.place)
        judged = [e for e in scene.examples if not e.objection and e.by_scorer != UNCLEAR]
        pairs += [(probability(e.features, weights), e.by_scorer == VESSEL) for e in judged]
    given, truth = np.array([p for p, _ in pairs]), np.array([v for _, v in pairs])
    rows = np.digitize(given, BINS[1:-1])
    return [_bin(k, given[rows == k], truth[rows == k]) for k in range(len(BINS) - 1)]


def _bin(k: int, given: NDArray[np.float64], truth: NDArray[np.bool_]) -> Bin:
    return {
        "probability_from": BINS[k],
        "probability_to": BINS[k + 1],
        "groups": len(given),
        "mean_probability": round(float(given.mean()), 3) if len(given) else None,
        "share_of_vessels": round(float(truth.mean()), 3) if len(given) else None,
    }


def main() -> None:
    """Write the coefficients, or print how good they are on places left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--left-out", action="store_true", help="print scores on places left out of the fit")
    wanted = parser.parse_args()
    scenes = all_labelled()
    if wanted.left_out:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps({**left_out_scores(scenes, Path(folder)), "calibration": calibration(scenes)}, indent=1))
        return
    WEIGHTS.write_text(written(fitted([e for s in scenes for e in s.examples])), "utf-8")
    print(f"{WEIGHTS.relative_to(ROOT)}: fitted on {len(scenes)} images of {len({s.place for s in scenes})} places")


if __name__ == "__main__":
    main()
