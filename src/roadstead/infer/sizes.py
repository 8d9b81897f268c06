"""Ships of a claimed length among ships at large: traffic and detections, thinned to those of that length.

A claim that counts ships of a length is weighed on histories of such ships only. Traffic is thinned by the share of
ships at large with such a length, and the score of each detection by the chance that its ship has one, given what was
measured; what is then left of a detection counts as clutter. A length not measured is that of a ship at large.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from roadstead.infer.looks import SHIPS_LOG_SIGMA, SHIPS_MEDIAN_M, Observed
from roadstead.model import Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.case import SiteTraffic
    from roadstead.model import Detection

_EDGES_M = np.arange(1.0, 600.1, 0.25)  # chances are summed between them; lengths stated may lie anywhere
_LENGTHS_M = (_EDGES_M[1:] + _EDGES_M[:-1]) / 2


def share_at_large(length_m: Range) -> float:
    """Share of ships at large with such a length; 0-1."""
    low, high = _normal(length_m)
    return float(ndtr(high) - ndtr(low))


def usual_of_length_m(length_m: Range) -> float:
    """The median length, metres, of those ships at large whose length lies in the range."""
    low, high = _normal(length_m)
    return float(SHIPS_MEDIAN_M * np.exp(SHIPS_LOG_SIGMA * ndtri((ndtr(low) + ndtr(high)) / 2)))


def chance_of_length(detection: Detection, length_m: Range) -> float:
    """Probability that the ship of a detection has such a length, given its measured one; 0-1."""
    measured = detection.length_m
    if measured is None:
        return share_at_large(length_m)
    z = np.log(_LENGTHS_M / SHIPS_MEDIAN_M) / SHIPS_LOG_SIGMA
    logs = -0.5 * z**2 - np.log(_LENGTHS_M) - 0.5 * ((_LENGTHS_M - measured.value) / max(measured.sigma, 0.5)) ** 2
    below = np.concatenate([[0.0], np.cumsum(np.exp(logs - logs.max()))])
    ends = np.interp((length_m.low, length_m.high), _EDGES_M, below)
    return float((ends[1] - ends[0]) / below[-1])


def of_length(observed: Iterable[Observed], length_m: Range) -> tuple[Observed, ...]:
    """Looks in which each detection's score is the probability that it is a ship of such a length."""
    return tuple(
        replace(
            o,
            detections=tuple(replace(d, score=d.score * chance_of_length(d, length_m)) for d in o.detections),
        )
        for o in observed
    )


def traffic_of_length(assumed: SiteTraffic, length_m: Range) -> SiteTraffic:
    """The part of assumed traffic whose length lies in the range."""
    share = share_at_large(length_m)
    return replace(assumed, vessels=Range(assumed.vessels.low * share, assumed.vessels.high * share))


def _normal(length_m: Range) -> tuple[float, float]:
    """Both ends in standard deviations of ships at large."""
    low, high = (float(np.log(x / SHIPS_MEDIAN_M) / SHIPS_LOG_SIGMA) for x in (length_m.low, length_m.high))
    return low, high
