"""From what the network finds in images that it was not trained on to probabilities and a threshold.

A logistic regression with a ridge penalty (le Cessie and van Houwelingen 1992, Applied Statistics 41, 191-201), solved
by Newton's method until it no longer moves. What is at least half as probable as the best F1 is reported: so much is
optimal for calibrated probabilities (Lipton et al. 2014, ECML PKDD, 225-239), and few ports suffice to tell it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import shape

from roadstead.archive import open_scene
from roadstead.detection.optical_candidates import FEATURES, objection, probability
from roadstead.detection.optical_hulls import findings
from roadstead.geo import local_plane
from roadstead.imagery import RasterioReader
from roadstead.measure import frame_of, measure
from roadstead.model import Detection, InputError
from roadstead.train.datasets import labels_of
from roadstead.train.targets import rectangle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.geo import GroundFrame

_PENALTY = 8.0  # times half the sum of squared coefficients, without the intercept; by likelihood in ports left out
_MOST_STEPS, _TOLERANCE = 100, 1e-10  # of Newton's method; it settles in about ten
_LEAST_IOU, _BUFFER_M, _POINT_M = 0.3, 10.0, 120.0  # what counts as a hit
_NEAR_IOU = 0.08  # a box that overlaps a ship so much is no clear example of anything else
_THRESHOLDS = np.round(np.arange(0.1, 0.91, 0.02), 2)
VESSEL, OTHER, UNCLEAR = 1, 0, -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Something that the network found, beside the labels."""

    features: tuple[float, ...]
    hit: int
    """VESSEL or OTHER by the rule of hits, UNCLEAR where labels do not say"""
    clear: int
    """the same with doubtful cases UNCLEAR: what the regression is told"""
    detection: Detection
    """measured; its score is not yet a probability"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How scores are made."""

    coefficients: tuple[float, ...]
    """intercept first"""
    threshold: float

    @classmethod
    def plain(cls) -> Judging:
        """The core's own probability, for weights that are still to be judged."""
        return cls(coefficients=(0.0, 1.0, *(0.0,) * (FEATURES - 1)), threshold=0.5)

    def probability(self, found: Judged) -> float:
        """Probability that it is a vessel, four digits, as detections carry it."""
        return round(probability(list(found.features), self.coefficients), 4)

    def scored(self, found: Sequence[Judged]) -> list[Detection]:
        """Detections with their probability, without those below the threshold."""
        scored = [replace(j.detection, score=self.probability(j)) for j in found]
        return [d for d in scored if d.score >= self.threshold]


def shortest_m(images: Iterable[Path]) -> float:
    """Length of the shortest ship with an outline in the labels of some images, metres; 0 where there is none."""
    lengths = []
    for image in images:
        for feature in json.loads(labels_of(image).read_text("utf-8"))["features"]:
            outline = shape(feature["geometry"])
            if feature["properties"].get("label", "vessel") == "vessel" and outline.area:
                plane = local_plane(outline.centroid.x, outline.centroid.y)
                lengths.append(rectangle(shapely.transform(outline, plane.transform, interleaved=False))[2])
    return min(lengths, default=0.0)


def judged(image: Path, weights: Path, *, complete_m: float) -> list[Judged]:
    """What a network finds in a labelled image and no rule rejects, compared with the labels.

    Args:
        image: its labels lie beside it.
        weights: of the network.
        complete_m: length from which on every ship is labelled, metres. What is shorter and has no label may be a ship.

    Raises:
        InputError: the image, its labels or the weights cannot be read.
    """
    scene = open_scene(image)
    pixels = RasterioReader().read(scene)
    frame = frame_of(scene, pixels)
    vessels, aside = _areas(labels_of(image), frame)
    out: list[Judged] = []
    for found in findings(scene, pixels, weights):
        if objection(found.form):
            continue
        detection = measure(scene, pixels, found.candidate(0.0), number=len(out) + 1, method="")
        listed = detection.length_m is None or detection.length_m.value >= complete_m
        hit, clear = compared(_metric(detection.outline, frame), vessels, aside, listed=listed)
        out.append(Judged(features=tuple(found.features), hit=hit, clear=clear, detection=detection))
    return out


def compared(box: BaseGeometry, vessels: list[BaseGeometry], aside: BaseGeometry, *, listed: bool) -> tuple[int, int]:
    """The rule of hits, and the same with doubtful hits and near misses set aside.

    Args:
        box: what was found, metres.
        vessels: labelled outlines, metres.
        aside: areas that do not count, metres.
        listed: whether ships as long as that are all labelled.
    """
    hit = clear = near = False
    for vessel in vessels:
        shared_m2 = box.intersection(vessel).area
        iou = shared_m2 / box.union(vessel).area
        inside = vessel.buffer(_BUFFER_M).contains(box.centroid)
        as_large = shared_m2 > _LEAST_IOU * min(box.area, vessel.area) and box.length > vessel.length / 2
        hit |= iou >= _LEAST_IOU or inside
        clear |= iou >= _LEAST_IOU or (inside and as_large)
        near |= iou > _NEAR_IOU or inside
    ignored = not listed or aside.contains(box.centroid)
    by_rule = VESSEL if hit else UNCLEAR if ignored else OTHER
    return by_rule, VESSEL if clear else UNCLEAR if near or ignored else OTHER


def judging(examples: Sequence[Judged], missed: int) -> Judging:
    """Fit scores and threshold.

    Args:
        examples: from images that the network was not trained on.
        missed: labelled ships that none of them hits.

    Raises:
        InputError: they do not hold both ships and other things.
    """
    known = [e for e in examples if e.clear != UNCLEAR]
    ships = sum(e.clear == VESSEL for e in known)
    if ships in {0, len(known)}:
        raise InputError(
            f"on places left out of training the networks found {ships} ship(s) and {len(known) - ships} other "
            "thing(s), and scores need both; train longer, or label more places"
        )
    design = np.array([(1.0, *e.features) for e in known])
    coefficients = _ridge(design, np.array([float(e.clear == VESSEL) for e in known]))
    counted = [e for e in examples if e.hit != UNCLEAR]
    given = np.array([probability(list(e.features), coefficients) for e in counted])
    hits = np.array([e.hit == VESSEL for e in counted])
    best = max(_f1(given >= t, hits, missed) for t in _THRESHOLDS)
    return Judging(coefficients=coefficients, threshold=round(best / 2, 2))


def ships_in(labels: Path) -> int:
    """How many ships are labelled."""
    features = json.loads(labels.read_text("utf-8"))["features"]
    return sum(f["properties"].get("label", "vessel") == "vessel" for f in features)


def _f1(reported: NDArray[np.bool_], hits: NDArray[np.bool_], missed: int) -> float:
    right, told, there = (int(np.count_nonzero(a)) for a in (reported & hits, reported, hits))
    return 2 * right / max(1, told + there + missed)


def _ridge(design: NDArray[np.float64], truth: NDArray[np.float64]) -> tuple[float, ...]:
    """Logistic regression; design (n, k) with the intercept first, truth (n,) of 0 and 1."""
    penalty = _PENALTY * np.diag([0.0, *np.ones(design.shape[1] - 1)])
    coefficients = np.zeros(design.shape[1])
    for _ in range(_MOST_STEPS):
        chance = 1 / (1 + np.exp(-(design @ coefficients)))
        slope = design.T @ (chance - truth) + penalty @ coefficients
        step = np.linalg.solve((design.T * (chance * (1 - chance))) @ design + penalty, slope)
        coefficients = coefficients - step
        if np.abs(step).max() < _TOLERANCE:
            break
    return tuple(float(f"{c:.5g}") for c in coefficients)


def _areas(labels: Path, frame: GroundFrame) -> tuple[list[BaseGeometry], BaseGeometry]:
    """Vessels, and the union of the areas that do not count, in metres on the image's plane."""
    kinds: dict[str, list[BaseGeometry]] = {}
    for feature in json.loads(labels.read_text("utf-8"))["features"]:
        area = _metric(shape(feature["geometry"]), frame)
        kind = feature["properties"].get("label", "vessel")
        kinds.setdefault(kind, []).append(area if area.area else area.buffer(_POINT_M))
    return kinds.get("vessel", []), shapely.union_all([*kinds.get("ignore", []), *kinds.get("undecided", [])])


def _metric(lonlat: BaseGeometry | None, frame: GroundFrame) -> BaseGeometry:
    """From WGS84 to metres on the image's plane."""
    return shapely.transform(lonlat, lambda lon, lat: frame.metres(*frame.pixel(lon, lat)), interleaved=False)
