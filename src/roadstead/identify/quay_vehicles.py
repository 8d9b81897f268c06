"""Vehicles beside a hull: different boxes, and how many vehicles they are.

Probabilities hold for berths like the simulated ones (`bench/quay_fit.py`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from roadstead.identify.quay_boxes import WIDTH_M, Box, boxes
from roadstead.identify.quay_model import SURE
from roadstead.identify.quay_planes import quay_planes
from roadstead.model import VehicleCount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.identify.quay_lines import Line
    from roadstead.identify.quay_network import VehicleNetwork
    from roadstead.identify.quay_strip import Strip

_SAME_M, _INSIDE_M = 3.0, 1.6
_FOOT_M = 4.0
_COUNTED = 0.05
"""boxes less probable than this do not count"""


def vehicles_in(network: VehicleNetwork, strip: Strip, jib: Line | None) -> tuple[Box, ...]:
    """Different things that may be vehicles, the most probable first; none inside or close to one before it.

    Args:
        network: that looks for them.
        strip: the berth.
        jib: what was taken for a jib over the hull's side; nothing along it is a vehicle. None: there is none.
    """
    kept: list[Box] = []
    for box in boxes(strip, network.maps(quay_planes(strip)), network.judgement.calibration, _COUNTED):
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


def _same(a: Box, b: Box) -> bool:
    along, inland = a.along_m - b.along_m, a.inland_m - b.inland_m
    if math.hypot(along, inland) < _SAME_M:
        return True
    for one in (a, b):
        angle = math.radians(one.angle_deg)
        ahead = abs(along * math.cos(angle) + inland * math.sin(angle))
        beside = abs(inland * math.cos(angle) - along * math.sin(angle))
        if ahead < one.length_m * 0.65 and beside < _INSIDE_M:
            return True
    return False


def vehicle_count(network: VehicleNetwork, kept: Sequence[Box], *, cover: bool) -> VehicleCount:
    """How many vehicles these are, with a 90 % interval.

    Args:
        network: that found them.
        kept: from `vehicles_in`.
        cover: whether the pixels show covers.
    """
    factor, low, high = network.judgement.count
    expected = factor * sum(box.probability for box in kept)
    best, spread = round(expected), math.sqrt(expected + 1)
    sure = [box for box in kept if box.probability >= SURE]
    covered = None
    if cover and best and sure:
        covered = min(round(best * sum(box.covered for box in sure) / len(sure)), best)
    return VehicleCount(
        best=best,
        low=min(max(0, math.ceil(expected + low * spread - 0.5)), best),
        high=max(math.floor(expected + high * spread + 0.5), best),
        covered=covered,
    )
