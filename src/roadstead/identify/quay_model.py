"""From features to probabilities: constants fitted on simulated berths (`bench/quay_fit.py`), kept as data.

Lines and supposed vehicles are weighed by networks of one hidden layer each; the strongest line of a berth speaks for
it. Probabilities hold for berths like the simulated ones, half of which had a crane out.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from roadstead.identify.quay_boxes import LENGTH_M, WIDTH_M, Box, boxes
from roadstead.identify.quay_lines import lines
from roadstead.model import VehicleCount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.identify.quay_lines import Line
    from roadstead.identify.quay_strip import Strip

MOST_SURE = 10 / 11
"""likelihood ratios from renders are capped at 10, until they are measured on real images"""
_SAME_M, _INSIDE_M = 3.0, 1.6
_FOOT_M = 4.0
FARTHEST = 6.0
"""features are cut at so many standard deviations"""
_COUNTED = 0.05
"""candidates less probable than this do not count"""
SURE = 0.5
"""from here on a candidate is drawn as a vehicle"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network of one hidden layer; arrays are not written to."""

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    hidden: tuple[NDArray[np.float32], NDArray[np.float32]]
    """weights, shape (features, units), and constants"""
    out: tuple[NDArray[np.float32], NDArray[np.float32]]

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log odds of every row of features, shape (rows,)."""
        x = np.clip((features - self.mean) / self.scale, -FARTHEST, FARTHEST)
        return np.asarray(
            (np.tanh(x @ self.hidden[0] + self.hidden[1]) @ self.out[0] + self.out[1]).ravel(), np.float64
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuayModel:
    """The fitted constants; arrays are not written to."""

    version: str
    lines: Network
    line_calibration: tuple[float, float]
    """constant and slope of the strongest line's logit"""
    boxes: Network
    box_calibration: tuple[float, float]
    """constant and slope of the network's logit, over things that are kept as different ones"""
    count: tuple[float, float, float]
    """truth by sum of probabilities; lower and upper quantile of the error in roots of the count"""
    cover: tuple[float, float]
    """constant and slope of the logit of being covered, by unevenness"""


def quay_model() -> QuayModel:
    """The shipped constants."""
    return load_model(files("roadstead.identify").joinpath("data/quay.json").read_text("utf-8"))


@cache
def load_model(text: str) -> QuayModel:
    """Constants from JSON text."""
    told: dict[str, Any] = json.loads(text)
    lines, boxes = told["lines"], told["boxes"]
    return QuayModel(
        version=str(told["version"]),
        lines=_network(lines),
        line_calibration=(lines["calibration"][0], lines["calibration"][1]),
        boxes=_network(boxes),
        box_calibration=tuple(boxes["calibration"]),
        count=tuple(told["count"]),
        cover=tuple(told["cover"]),
    )


def _network(told: dict[str, Any]) -> Network:
    def array(value: Any) -> NDArray[np.float32]:
        return np.array(value, np.float32)

    hidden, out = ((array(k["weights"]), array(k["bias"])) for k in told["layers"])
    return Network(mean=array(told["mean"]), scale=array(told["scale"]), hidden=hidden, out=out)


def p_crane_out(model: QuayModel, found: Sequence[Line]) -> tuple[float, Line | None]:
    """Probability that a jib reaches over the hull's side, and the line that it rests on."""
    if not found:
        return 1 - MOST_SURE, None
    logits = model.lines.logits(np.array([line.features for line in found], np.float32))
    best = int(logits.argmax())
    constant, slope = model.line_calibration
    p = _share(constant + slope * float(logits[best]))
    return min(max(p, 1 - MOST_SURE), MOST_SURE), found[best]


def box_probabilities(model: QuayModel, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """How probably a vehicle stands at each supposed place, shape (places,)."""
    constant, slope = model.box_calibration
    logits = constant + slope * model.boxes.logits(features)
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float64)


def vehicles_in(model: QuayModel, strip: Strip, jib: Line | None) -> tuple[Box, ...]:
    """Different things that may be vehicles, the most probable first; none inside or close to one before it.

    Args:
        model: the constants.
        strip: the berth.
        jib: what was taken for a jib over the hull's side; nothing along it is a vehicle. None: there is none.
    """
    kept: list[Box] = []
    for box in boxes(strip, partial(box_probabilities, model), _COUNTED):
        under = jib is not None and _along(strip, jib, box)
        if not under and not any(_same(box, other) for other in kept):
            kept.append(box)
    return tuple(kept)


def _along(strip: Strip, jib: Line, box: Box) -> bool:
    """Whether a box lies along a jib or its foot."""
    angle = math.radians(jib.angle_deg)
    along, inland = box.along_m - jib.along_m, box.inland_m + strip.edge_m - strip.side_m
    ahead = along * math.cos(angle) + inland * math.sin(angle)
    beside = abs(inland * math.cos(angle) - along * math.sin(angle))
    return -jib.deck_m < ahead < jib.quay_m + _FOOT_M and beside < _INSIDE_M + WIDTH_M / 2


def jib_of(model: QuayModel, strip: Strip) -> tuple[float, Line | None]:
    """Probability that a jib reaches over the hull's side, and the jib where that is more probable than not."""
    p, line = p_crane_out(model, lines(strip))
    return p, line if p >= SURE else None


def _same(a: Box, b: Box) -> bool:
    along, inland = a.along_m - b.along_m, a.inland_m - b.inland_m
    if math.hypot(along, inland) < _SAME_M:
        return True
    for one in (a, b):
        angle = math.radians(one.angle_deg)
        ahead = abs(along * math.cos(angle) + inland * math.sin(angle))
        beside = abs(inland * math.cos(angle) - along * math.sin(angle))
        if ahead < LENGTH_M * 0.65 and beside < _INSIDE_M:
            return True
    return False


def vehicle_count(model: QuayModel, kept: Sequence[Box], *, cover: bool) -> VehicleCount:
    """How many vehicles these are, with a 90 % interval.

    Args:
        model: the constants.
        kept: from `vehicles_in`.
        cover: whether the pixels show covers.
    """
    factor, low, high = model.count
    expected = factor * sum(box.probability for box in kept)
    best, spread = round(expected), math.sqrt(expected + 1)
    sure = [box for box in kept if box.probability >= SURE]
    covered = None
    if cover and best and sure:
        covered = min(round(best * sum(p_covered(model, box) for box in sure) / len(sure)), best)
    return VehicleCount(
        best=best,
        low=min(max(0, math.ceil(expected + low * spread - 0.5)), best),
        high=max(math.floor(expected + high * spread + 0.5), best),
        covered=covered,
    )


def p_covered(model: QuayModel, box: Box) -> float:
    """Probability that a vehicle's bed is covered."""
    return _share(model.cover[0] + model.cover[1] * box.uneven)


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))
