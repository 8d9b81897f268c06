"""Vehicles: boxes of 6-12 by 2.5 m on a quay, read from what the network says of every square metre."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.identify.quay_planes import place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.quay_strip import Strip

WIDTH_M, LENGTH_M = 2.5, 8.5
"""of a usual vehicle"""
SHORTEST_M, LONGEST_M = 5.0, 14.0
SEARCHED_M = (1.5, 25.0)
"""from the quay's edge, on land"""
BESIDE_M = 2.0
"""beyond bow and stern"""
MAPS = ("vehicle", "down", "right", "cosine", "sine", "length", "covered")
"""what the network says of a cell: log odds that a vehicle's middle lies there; cells down and right to that middle;
direction, twice its angle against the hull's axis; logarithm of the length by the usual one; log odds of a cover"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Something that may be a vehicle."""

    along_m: float
    """from the hull's middle"""
    inland_m: float
    """from the quay's edge"""
    angle_deg: float
    """against the hull's axis, 0-180"""
    length_m: float
    probability: float
    covered: float
    """probability that its bed is covered"""


def boxes(strip: Strip, maps: NDArray[np.float32], calibration: tuple[float, float], least: float) -> list[Box]:
    """Supposed vehicles of at least some probability, the most probable first.

    Args:
        strip: the berth.
        maps: of its planes, in the order of `MAPS`, shape (7, rows, columns) of cells.
        calibration: constant and slope that make log odds of the network's.
        least: probability below which nothing is listed.
    """
    highest = maps[0] >= ndimage.maximum_filter(maps[0], 3, mode="nearest")
    odds = calibration[0] + calibration[1] * maps[0]
    found = []
    for row, col in np.argwhere(highest & (odds >= math.log(least / (1 - least)))).tolist():
        _, down, right, cosine, sine, length, covered = (float(v) for v in maps[:, row, col])
        # A decimetre is finer than the network knows, and coarser than what processors differ in.
        along, inland = (round(m, 1) for m in place(strip, row + down, col + right))
        box = Box(
            along_m=along,
            inland_m=inland,
            angle_deg=float(round(math.degrees(math.atan2(sine, cosine)) / 2)) % 180,
            length_m=round(min(max(LENGTH_M * math.exp(length), SHORTEST_M), LONGEST_M), 1),
            probability=share(float(odds[row, col])),
            covered=share(covered),
        )
        if _searched(strip, box) and _whole(strip, box):
            found.append(box)
    return sorted(found, key=lambda b: (-b.probability, b.along_m, b.inland_m, b.angle_deg))


def share(log_odds: float) -> float:
    """Probability of log odds."""
    return 1 / (1 + math.exp(-max(min(log_odds, 30.0), -30.0)))


def _searched(strip: Strip, box: Box) -> bool:
    return abs(box.along_m) <= strip.length_m / 2 + BESIDE_M and SEARCHED_M[0] <= box.inland_m <= SEARCHED_M[1]


def _whole(strip: Strip, box: Box) -> bool:
    """Whether middle and ends are seen."""
    angle = math.radians(box.angle_deg)
    for ahead in (-box.length_m / 2, 0.0, box.length_m / 2):
        across = strip.edge_m + box.inland_m + ahead * math.sin(angle)
        row, col = (round(k) for k in strip.at(box.along_m + ahead * math.cos(angle), across))
        inside = 0 <= row < strip.seen.shape[0] and 0 <= col < strip.seen.shape[1]
        if not (inside and strip.seen[row, col]):
            return False
    return True
