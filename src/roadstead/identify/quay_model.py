"""From lines to the probability of a crane: constants fitted on simulated berths (`bench/quay_fit.py`), kept as data.

Lines are weighed by a network of one hidden layer; the strongest of a berth speaks for it. Probabilities hold for
berths like the simulated ones, half of which had a crane out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from roadstead.identify.quay_boxes import share
from roadstead.identify.quay_lines import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.identify.quay_lines import Line
    from roadstead.identify.quay_strip import Strip

CONSTANTS = "quay.json"
"""name of the shipped constants"""
MOST_SURE = 10 / 11
"""likelihood ratios from renders are capped at 10, until they are measured on real images"""
FARTHEST = 6.0
"""features are cut at so many standard deviations"""
SURE = 0.5
"""from here on a line is taken for a jib, and a box drawn as a vehicle"""


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

    fitted: str
    """name and first digits of the SHA-256 of the file that they come from"""
    lines: Network
    line_calibration: tuple[float, float]
    """constant and slope of the strongest line's logit"""


def quay_model() -> QuayModel:
    """The shipped constants."""
    return load_model(files("roadstead.identify").joinpath("data", CONSTANTS).read_text("utf-8"))


@cache
def load_model(text: str) -> QuayModel:
    """Constants from JSON text."""
    told: dict[str, Any] = json.loads(text)
    lines = told["lines"]
    return QuayModel(
        fitted=f"{CONSTANTS} {sha256(text.encode()).hexdigest()[:8]}",
        lines=_network(lines),
        line_calibration=(lines["calibration"][0], lines["calibration"][1]),
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
    p = share(constant + slope * float(logits[best]))
    return min(max(p, 1 - MOST_SURE), MOST_SURE), found[best]


def jib_of(model: QuayModel, strip: Strip) -> tuple[float, Line | None]:
    """Probability that a jib reaches over the hull's side, and the jib where that is more probable than not."""
    p, line = p_crane_out(model, lines(strip))
    return p, line if p >= SURE else None
