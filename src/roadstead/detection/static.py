"""What never moves over several dates is no ship: the same place, size and axis in image after image.

Platforms, buoys, beacons, oil islands and moored pontoons are as bright as ships in every single image. What tells
them is that they are found again, at the same spot, whenever somebody looks. A ship may do that too: she lies at her
anchor or berth for days, and at her own berth again and again. So dates of one week say nothing, an object must have
been missing from hardly any image, and beside a quay, where ships come back to the same bollards, more is asked.
What is marked so stays listed, with the reason; it is left out of the ships.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shapely.geometry.base import BaseGeometry

from roadstead.geo import local_plane
from roadstead.model import Detection, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from roadstead.model import Estimate

PLACE_M = 15.0
"""how far places of one thing may lie apart, besides a pixel and a half: products are placed no better"""
PLACE_PX = 1.5
SPREAD = 2.5
"""sigmas by which sizes and axes of one thing may differ"""
AXIS_DEG = 12.0
"""and axes besides that: a round thing has none"""
LONGEST_DAY = timedelta(days=2)
"""images whose day is not known are not compared"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How often and how long something must have been seen to count as never moving."""

    dates: int
    days: float
    """between the first and the last image that shows it"""
    share: float
    """of all usable images of the place"""


OPEN_WATER = Persistence(dates=2, days=7.0, share=0.75)
"""a ship at anchor swings and does not come back to within 15 m"""
ALONGSIDE = Persistence(dates=6, days=120.0, share=0.95)
"""a ship may well come back to her own berth; also where nothing tells whether it is one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedImage:
    """One usable image of a place that was searched for ships."""

    time: TimeSpan | None
    shown: BaseGeometry | None
    """what of the Earth it shows, WGS84"""
    resolved_m: float
    detections: tuple[Detection, ...]
    """those that a detector found; marks by eye are left to the analyst"""


def static_structures(images: Sequence[SearchedImage]) -> dict[str, str]:
    """Detections that never moved, with the reason in a sentence, by id.

    Args:
        images: of one place by one kind of sensor, in any order; those of one day count as one date.
    """
    dated = [(i.time.middle, i) for i in images if i.time is not None and i.time.duration <= LONGEST_DAY]
    found: dict[str, str] = {}
    for _, image in dated:
        for d in image.detections:
            reason = _reason(d, image, dated)
            if reason:
                found[d.id] = reason
    return found


def _reason(d: Detection, own: SearchedImage, images: Sequence[tuple[datetime, SearchedImage]]) -> str:
    if d.outline is None:
        return ""
    looking = [(t, i) for t, i in images if i.shown is None or i.shown.contains(d.outline.centroid)]
    days = sorted(t for t, i in looking if i is own or any(_same(d, other, own, i) for other in i.detections))
    wanted = OPEN_WATER if d.alongside is False else ALONGSIDE
    dates, all_dates = len({t.date() for t in days}), len({t.date() for t, _ in looking})
    if not days:
        return ""
    apart = (days[-1] - days[0]).total_seconds() / 86_400
    if dates < wanted.dates or apart < wanted.days or dates < wanted.share * all_dates:
        return ""
    return (
        f"never moves: at the same place, of the same size and axis, on {dates} of {all_dates} dates from "
        f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}; a structure, or a ship that was not moved"
    )


def _same(a: Detection, b: Detection, of_a: SearchedImage, of_b: SearchedImage) -> bool:
    if a.outline is None or b.outline is None:
        return False
    at = a.outline.centroid
    x, y = local_plane(at.x, at.y).transform(b.outline.centroid.x, b.outline.centroid.y)
    reach_m = PLACE_M + PLACE_PX * max(of_a.resolved_m, of_b.resolved_m)
    return math.hypot(x, y) <= reach_m and _agree(a.length_m, b.length_m) and _same_axis(a, b)


def _agree(a: Estimate | None, b: Estimate | None) -> bool:
    return a is None or b is None or abs(a.value - b.value) <= SPREAD * math.hypot(a.sigma, b.sigma)


def _same_axis(a: Detection, b: Detection) -> bool:
    if a.heading_deg is None or b.heading_deg is None:
        return True
    off = abs((a.heading_deg.value - b.heading_deg.value + 90) % 180 - 90)
    return off <= AXIS_DEG + SPREAD * math.hypot(a.heading_deg.sigma, b.heading_deg.sigma)
