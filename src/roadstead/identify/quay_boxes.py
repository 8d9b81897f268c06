"""Vehicles: boxes of 6-12 by 2.5 m on a quay, each looked at in its own frame with the sun always on the same side.

A filter in the manner of a matched one, but with its template fitted (`bench/quay_fit.py`): at every metre of the quay
and every 15 degrees the brightness and colour around are read on a small grid that is turned along the supposed
vehicle and flipped so that its shadow falls downwards; a network of one hidden layer says how probably one stands
there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.identify.quay_strip import STEP_M

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from roadstead.identify.quay_strip import Strip

ANGLES_DEG = tuple(range(0, 180, 15))
ALONG_M = (-8.0, -6.5, -5.2, -4.0, -3.0, -1.8, -0.6, 0.6, 1.8, 3.0, 4.0, 5.2, 6.5, 8.0)
ACROSS_M = (-4.5, -3.2, -2.2, -1.5, -0.8, 0.0, 0.8, 1.5, 2.2, 3.2, 4.5)
"""the grid around a supposed vehicle; positive across is where its shadow falls"""
WIDTH_M, LENGTH_M = 2.5, 8.5
SEARCHED_M = (1.5, 25.0)
"""from the quay's edge, on land"""
BESIDE_M = 2.0
"""beyond bow and stern"""
EVERY = 2
"""samples between supposed vehicles: one metre"""
N_FEATURES = 2 * len(ALONG_M) * len(ACROSS_M) + 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Something that may be a vehicle."""

    along_m: float
    """from the hull's middle"""
    inland_m: float
    """from the quay's edge"""
    angle_deg: float
    """against the hull's axis, 0-180"""
    probability: float
    uneven: float
    """standard deviation of brightness along its middle, without its more uneven third"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What is seen at supposed vehicles of one direction."""

    angle_deg: float
    features: NDArray[np.float32]
    """shape (places, N_FEATURES)"""
    along_m: NDArray[np.float64]
    inland_m: NDArray[np.float64]
    seen: NDArray[np.bool_]
    """whether the whole vehicle is seen, shape (places,)"""


def supposed(strip: Strip) -> Iterator[Supposed]:
    """Everything that a vehicle might be, direction by direction."""
    rows, cols = _grid(strip)
    if not rows.size or not cols.size:
        return
    planes = [_Padded(ndimage.uniform_filter(p, 2, mode="nearest"), rows, cols) for p in (strip.grey, strip.warm)]
    whole = _Padded(strip.seen, rows, cols)
    inland = (rows - strip.middle[0]) * STEP_M - strip.edge_m
    along = (cols - strip.middle[1]) * STEP_M
    v, u = (a.ravel() for a in np.meshgrid(inland, along, indexing="ij"))
    grid = [(a, b) for b in ACROSS_M for a in ALONG_M]
    for angle in ANGLES_DEG:
        long, across, sun = _axes(strip, math.radians(angle))
        x = np.empty((N_FEATURES, u.size), np.float32)
        for k, plane in enumerate(planes):
            part = x[k * len(grid) : (k + 1) * len(grid)]
            for row, (a, b) in zip(part, grid, strict=True):
                row[:] = plane.at(_offset(long, across, a, b))
            # Only differences count: what the ground's own brightness is says nothing.
            part -= part.mean(axis=0)
        x[-4], x[-3], x[-2], x[-1] = sun[0], sun[1], abs(long[1]), v / 10
        seen = np.all([whole.at(_offset(long, across, a, 0.0)) for a in (-4.5, 0.0, 4.5)], axis=0)
        yield Supposed(angle_deg=float(angle), features=x.T, along_m=u, inland_m=v, seen=seen)


def boxes(strip: Strip, probability: Callable[[NDArray[np.float32]], NDArray[np.float64]], least: float) -> list[Box]:
    """Supposed vehicles of at least some probability, the most probable first.

    Args:
        strip: the berth.
        probability: of features, shape (places, N_FEATURES) to (places,).
        least: probability below which nothing is listed.
    """
    out = []
    for at in supposed(strip):
        p = np.where(at.seen, probability(at.features), 0.0)
        out += [
            Box(
                along_m=float(at.along_m[k]),
                inland_m=float(at.inland_m[k]),
                angle_deg=at.angle_deg,
                probability=float(p[k]),
                uneven=uneven(at.features[k]),
            )
            for k in np.flatnonzero(p >= least)
        ]
    return sorted(out, key=lambda b: (-b.probability, b.along_m, b.inland_m, b.angle_deg))


def uneven(features: NDArray[np.float32]) -> float:
    """Spread of brightness along a vehicle's middle; the cab's end, whichever it is, is left out."""
    plane = features[: len(ALONG_M) * len(ACROSS_M)].reshape(len(ACROSS_M), len(ALONG_M))
    middle = plane[len(ACROSS_M) // 2, 4:-4]
    return float(min(middle[: len(middle) * 2 // 3].std(), middle[len(middle) // 3 :].std()))


def _grid(strip: Strip) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of supposed vehicles' middles."""
    top, left = strip.at(-strip.length_m / 2 - BESIDE_M, strip.edge_m + SEARCHED_M[0])
    low, right = strip.at(strip.length_m / 2 + BESIDE_M, strip.edge_m + SEARCHED_M[1])
    height, width = strip.grey.shape
    rows = np.arange(max(round(top), 0), min(round(low), height), EVERY)
    return rows, np.arange(max(round(left), 0), min(round(right), width), EVERY)


def _axes(strip: Strip, angle: float) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Along and across a vehicle as (rows, columns), shadow side positive, and its shadow's length across and along."""
    long, across = (math.sin(angle), math.cos(angle)), (math.cos(angle), -math.sin(angle))
    if strip.sun is None:
        return long, across, (0.0, 0.0)
    thrown = -(strip.sun[1] * across[0] + strip.sun[0] * across[1])
    if thrown < 0:
        across, thrown = (-across[0], -across[1]), -thrown
    on = -(strip.sun[1] * long[0] + strip.sun[0] * long[1])
    if on < 0:
        long, on = (-long[0], -long[1]), -on
    return long, across, (min(thrown, 4.0), min(on, 4.0))


def _offset(long: tuple[float, float], across: tuple[float, float], along_m: float, across_m: float) -> tuple[int, int]:
    return (
        round((along_m * long[0] + across_m * across[0]) / STEP_M),
        round((along_m * long[1] + across_m * across[1]) / STEP_M),
    )


class _Padded:
    """A plane that is read on a grid of places, moved; the outermost samples stand for what lies beyond."""

    def __init__(self, plane: NDArray[Any], rows: NDArray[np.int64], cols: NDArray[np.int64]) -> None:
        self._pad = math.ceil(math.hypot(max(ALONG_M), max(ACROSS_M)) / STEP_M) + 1
        self._plane = np.pad(plane, self._pad, mode="edge")
        self._first, self._last = (rows[0], cols[0]), (rows[-1] + 1, cols[-1] + 1)

    def at(self, offset: tuple[int, int]) -> NDArray[Any]:
        """Values so many samples away from each place, shape (places,)."""
        rows, cols = (
            slice(first + self._pad + d, last + self._pad + d, EVERY)
            for first, last, d in zip(self._first, self._last, offset, strict=True)
        )
        return self._plane[rows, cols].ravel()
