"""What goes on at a berth, as one image shows it or as somebody saw it in one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from roadstead.model.errors import InputError
from roadstead.model.time import TimeSpan

MOTION_WORDS = ("anchor", "moored", "under way", "underway", "drift", "sailing", "stopped")
"""by which a text speaks of a ship at rest or under way, not of what is done at a quay"""


class ActivityKind(StrEnum):
    """What can be seen at a berth. None of these tells loading from unloading."""

    CRANE_OUT = "crane over the deck"
    CRANE_STOWED = "crane stowed"
    """no jib crosses the hull's side at the quay: stowed, or none there"""
    VEHICLES = "vehicles alongside"
    GOODS = "goods stacked"
    """something of the size of stacked goods stands on the quay that was not there at the date of comparison"""
    MARKED = "as marked"
    """in an analyst's own words, which are none of the above"""

    @classmethod
    def named_in(cls, text: str) -> ActivityKind | None:
        """What a text speaks of, a crane or vehicles; None for all else."""
        words = text.lower()
        if any(w in words for w in ("crane", "jib", "derrick")):
            return cls.CRANE_OUT
        return cls.VEHICLES if any(w in words for w in ("vehicle", "truck", "lorr")) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleCount:
    """How many vehicles stand beside a vessel."""

    best: int
    low: int
    """90 % interval, from simulated berths"""
    high: int
    covered: int | None = None
    """how many of the best count are covered; None where the pixels do not show it"""

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.best <= self.high:
            raise InputError(
                f"vehicle count {self.best} must lie within its interval {self.low} to {self.high}, from 0 on"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something seen at a berth at one moment."""

    id: str
    site_id: str
    berth: int | None = None
    """number of the site's quay line in the case file, from 1; None where no line is given"""
    scene_id: str = ""
    detection_id: str = ""
    """the vessel beside which it was seen"""
    time: TimeSpan
    kind: ActivityKind
    text: str = ""
    """an analyst's own words"""
    probability: float
    """that it is so, 0-1; by pixels from simulated berths of which half had it, by eye an assumption"""
    vehicles: VehicleCount | None = None
    method: str
    """`pixels` or `analyst`"""
    by: str
    """program and version, or the analyst's name"""
    gate: str = ""
    """what the pixel size allowed to be said"""
    vessel_ids: tuple[str, ...] = ()
    """vessels of interest that the analyst names"""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.probability) and 0 <= self.probability <= 1):
            raise InputError(f"probability {self.probability} of an activity must lie between 0 and 1")
        if self.method not in {"pixels", "analyst"}:
            raise InputError(f"method {self.method!r} of an activity must be `pixels` or `analyst`")


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthView:
    """What one image shows at the quay beside one vessel, and what it cannot show."""

    scene_id: str
    site_id: str
    berth: int | None
    detection_id: str
    time: TimeSpan | None
    resolved_m: float
    gate: tuple[str, ...]
    """what the pixel size allows, one sentence a feature"""
    activities: tuple[Activity, ...] = ()
    notes: tuple[str, ...] = ()
    """what else keeps it from being sure"""
    reference_id: str = ""
    """the image of another date that it was compared with; empty: none"""
    line: tuple[tuple[float, float], ...] = ()
    """(longitude, latitude) of both ends of the line taken for a jib"""
    boxes: tuple[tuple[tuple[float, float], ...], ...] = ()
    """four (longitude, latitude) corners of each box taken for a vehicle"""
