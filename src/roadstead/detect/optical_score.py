"""From what a candidate looks like to the probability that it is a vessel.

Two logistic regressions, one for groups off the shore and one for boxes along it, on standardised features and their
squares, with a ridge penalty. Fitted on twelve labelled scenes of eleven places: nine Sentinel-2 ports (sen2ships),
PlanetScope at Long Beach on two dates, RapidEye over San Francisco Bay. Penalty and reporting thresholds were chosen on
scores of places left out of the fit one by one; the coefficients kept are those of all scenes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from roadstead.detect.optical_weights import MOORED, OPEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detect.optical_clusters import Cluster, Shape
    from roadstead.detect.optical_moored import Box
    from roadstead.detect.water import WaterMask

Weights = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
_CLIP = 4.0


def open_features(cluster: Cluster, shape: Shape, shore_px: float, side_m: float) -> list[float]:
    """What a group off the shore looks like.

    Args:
        cluster: its pixels.
        shape: its form.
        shore_px: distance to the nearest land, pixels; infinite where there is none.
        side_m: ground size of a pixel, metres.
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
        math.log(side_m / 5),
    ]


def moored_features(box: Box, light: NDArray[np.float32], water: WaterMask, side_m: float) -> list[float]:
    """What a box along the shore looks like.

    Args:
        box: the box.
        light: visible brightness, 0 on the scene's water and about 1 on its land, shape (bands, height, width).
        water: where the sea is.
        side_m: ground size of a pixel, metres.
    """
    along = ((np.arange(14) + 0.5) / 14 - 0.5) * box.length
    across = ((np.arange(4) + 0.5) / 4 - 0.5) * box.beam
    gap = 1.2
    edges = [_sampled(water.dryness[None], box, along, [k * (box.beam / 2 + gap)]).mean() for k in (-1, 1)]
    wet = -1.0 if edges[0] < edges[1] else 1.0
    inside = _sampled(light, box, along, across)
    quay = _sampled(light, box, along, [-wet * (box.beam / 2 + k * gap) for k in (1, 2)])
    reach = [box.beam / 2 + far / side_m for far in (25, 50)]
    basin = _sampled(water.dryness[None], box, along, [wet * r for r in reach])
    behind = _sampled(water.dryness[None], box, along, [-wet * r for r in reach])
    beyond = [
        _sampled(water.dryness[None], box, [k * (box.length / 2 + far / side_m) for far in (20, 30)], across).mean()
        for k in (-1, 1)
    ]
    grey, colour = inside.mean(axis=0), inside.mean(axis=(1, 2))
    return [
        *map(float, box.cues),
        math.log(box.length * side_m / 150),
        math.log(box.beam * side_m / 28),
        math.log(box.length / box.beam / 5.5),
        float(colour.mean()),
        float(np.ptp(colour)),
        float(grey.std()),
        float(grey.mean(axis=1).std()),
        float(grey.mean(axis=0).std()),
        float(np.abs(colour - quay.mean(axis=(1, 2))).mean()),
        float(grey.mean() - quay.mean()),
        float(quay.mean(axis=0).std()),
        float(basin.mean()),
        float(behind.mean()),
        float(min(beyond)),
        float(max(beyond)),
        float(np.percentile(grey, 90)),
        float(np.percentile(grey, 10)),
        math.log(side_m / 5),
    ]


def open_score(features: list[float]) -> float:
    """Probability that a group off the shore is a vessel."""
    return logistic(np.array(features), OPEN)


def moored_score(features: list[float]) -> float:
    """Probability that a box along the shore is a vessel."""
    return logistic(np.array(features), MOORED)


def logistic(features: NDArray[np.float64], weights: Weights) -> float:
    """Probability from (means, scales, intercept with coefficients of features and of their squares less one)."""
    means, scales, coefficients = (np.array(w) for w in weights)
    z = np.clip((features - means) / scales, -_CLIP, _CLIP)
    return float(1 / (1 + np.exp(-(coefficients[0] + coefficients[1:] @ np.concatenate([z, z * z - 1])))))


def _sampled(
    planes: NDArray[np.float32],
    box: Box,
    along: NDArray[np.float64] | list[float],
    across: NDArray[np.float64] | list[float],
) -> NDArray[np.float64]:
    """Nearest pixels at box coordinates, clamped to the image: shape (planes, along, across)."""
    u, v = np.meshgrid(along, across, indexing="ij")
    c, s = math.cos(box.angle), math.sin(box.angle)
    rows = np.clip(np.floor(box.row + u * s + v * c).astype(int), 0, planes.shape[1] - 1)
    cols = np.clip(np.floor(box.col + u * c - v * s).astype(int), 0, planes.shape[2] - 1)
    return np.asarray(planes[:, rows, cols], np.float64)
