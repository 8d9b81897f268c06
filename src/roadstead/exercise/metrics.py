"""How good probabilities are: Brier score, skill, reliability, calibration error and what chance alone would give.

Brier 1950, Monthly Weather Review 78, 1-3; expected calibration error: Naeini, Cooper and Hauskrecht 2015, AAAI 29,
2901-2907; its quantile under perfect calibration by parametric bootstrap: Broecker and Smith 2007, Weather and
Forecasting 22, 651-661.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.coverage import jeffreys
from roadstead.steps import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BINS = 10
BOOTSTRAPS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One row of a reliability table."""

    low: float
    high: float
    n: int
    mean_p: float
    """mean of the probabilities given"""
    share_true: float
    interval: tuple[float, float]
    """90 % interval of the share (Jeffreys)"""


def brier(p: Sequence[float], true: Sequence[bool]) -> float:
    """Mean squared difference of probability and truth; 0 is best."""
    return float(np.mean((np.asarray(p, float) - np.asarray(true, float)) ** 2))


def brier_skill(p: Sequence[float], reference: Sequence[float], true: Sequence[bool]) -> float:
    """1 minus the Brier score over that of reference probabilities; 0 where those are perfect already."""
    worst = brier(reference, true)
    return 1 - brier(p, true) / worst if worst > 0 else 0.0


def reliability(p: Sequence[float], true: Sequence[bool], bins: int = BINS) -> tuple[Bin, ...]:
    """Rows of bins of equal width that hold anything."""
    given, truth = np.asarray(p, float), np.asarray(true, bool)
    which = _bin(given, bins)
    out = []
    for i in range(bins):
        inside = which == i
        n, hits = int(inside.sum()), int(truth[inside].sum())
        if n:
            out.append(
                Bin(
                    low=i / bins, high=(i + 1) / bins, n=n, mean_p=float(given[inside].mean()), share_true=hits / n,
                    interval=jeffreys(hits, n),
                )
            )  # fmt: skip
    return tuple(out)


def calibration_error(p: Sequence[float], true: Sequence[bool], bins: int = BINS) -> float:
    """Expected calibration error: mean over bins, by their numbers, of |mean probability - share true|."""
    given = np.asarray(p, float)
    return float(_errors(given, np.asarray(true, float)[None, :], bins)[0]) if given.size else 0.0


def calibration_limit(p: Sequence[float], *, seed: int, level: float = 0.95, bins: int = BINS) -> float:
    """Quantile of the calibration error that perfectly calibrated probabilities would show, being as few as these."""
    given = np.asarray(p, float)
    if not given.size:
        return 0.0
    drawn = stream(seed, "exercise", "ece").random((BOOTSTRAPS, given.size)) < given
    return float(np.quantile(_errors(given, drawn.astype(float), bins), level))


def _bin(p: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    return np.minimum((p * bins).astype(np.int64), bins - 1)


def _errors(p: NDArray[np.float64], true: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Calibration error of each row of outcomes, shape (rows,)."""
    which = _bin(p, bins)
    total = np.zeros(true.shape[0])
    for i in range(bins):
        inside = which == i
        if inside.any():
            total += np.abs((true[:, inside] - p[inside]).sum(axis=1))
    return total / p.size
