"""From what a group of pixels looks like to the probability that it is a vessel.

A logistic regression on standardised features and their squares, with a ridge penalty. Fitted on twelve labelled
scenes of eleven places: nine Sentinel-2 ports (sen2ships), PlanetScope at Long Beach on two dates, RapidEye over San
Francisco Bay. Penalty and reporting threshold were set by hand among a few values after looking at scores of places
left out of the fit one by one, so those scores flatter a little; the coefficients kept are those of all scenes.
`bench/fit_optical_score.py` in the source tree makes the coefficients and the scores.

Boxes laid along the shore to find hulls at quays were tried with 24 cues of form and colour and left out: on ports
not fitted, no fit put vessels clearly above sheds and pier heads (average precision 0.22 at best, base rate 0.12).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from roadstead.detection.optical_clusters import Cluster, Shape

Weights = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
"""means and scales of the features; intercept, coefficients of the features and of their squares less one"""
_CLIP = 4.0


def features_of(cluster: Cluster, shape: Shape, shore_px: float) -> list[float]:
    """What a group of pixels looks like, as thirteen numbers.

    Args:
        cluster: its pixels.
        shape: its form.
        shore_px: distance to the nearest land, pixels; infinite where there is none.
    """
    mean = float(cluster.lift.mean())
    return [
        math.log(cluster.peak),
        math.log(shape.length_m / 100),
        math.log(shape.beam_m / 20),
        math.log(shape.length_m / shape.beam_m),
        shape.solidity,
        shape.fill,
        min(shore_px, 10.0),
        float(shore_px < 2),
        math.log(len(cluster.rows_px)),
        float(cluster.lift.std()) / mean,
        math.log(mean),
        cluster.plateau,
        cluster.accord,
    ]


def terms(features: NDArray[np.float64], means: ArrayLike, scales: ArrayLike) -> NDArray[np.float64]:
    """Standardised features, and their squares less one: shape (..., k) to (..., 2 k)."""
    z = np.clip((features - np.asarray(means)) / np.asarray(scales), -_CLIP, _CLIP)
    return np.concatenate([z, z * z - 1], axis=-1)


def probability(features: list[float], weights: Weights) -> float:
    """Probability that a group of pixels is a vessel."""
    means, scales, coefficients = weights
    return float(1 / (1 + np.exp(-(coefficients[0] + terms(np.array(features), means, scales) @ coefficients[1:]))))
