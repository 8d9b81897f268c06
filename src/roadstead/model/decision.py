"""Decisions of analysts in review: evidence like any other, so never changed, only withdrawn by a later one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shapely.geometry.base import BaseGeometry


class DecisionKind(StrEnum):
    """What an analyst decided."""

    ACCEPT = "accept"
    """the detection is a vessel"""
    REJECT = "reject"
    """it is none; the reason is stated"""
    DRAW = "draw"
    """a vessel that was missed, as an outline, a line along the hull, or a point"""
    CRANE = "crane"
    VEHICLES = "vehicles"
    SMOKE = "smoke"
    CLASS = "class"
    """the class that the analyst sees in it; what pixels allow is said beside"""
    NOTE = "note"
    UNDO = "undo"
    """an earlier decision of the same analyst is withdrawn"""


ACTIVITIES = {
    DecisionKind.CRANE: "crane over the deck",
    DecisionKind.VEHICLES: "vehicles alongside",
    DecisionKind.SMOKE: "smoke from the funnel",
}
"""kinds that mark something seen at a berth, in words"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAs:
    """What was on the screen when a decision was taken."""

    bands: str = ""
    stretch: str = ""
    """percentiles, brightness and contrast, in words"""
    zoom: float | None = None
    """of the map, levels of Web Mercator"""
    beside: str = ""
    """the other scene, where two dates were compared"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of one analyst."""

    id: str
    number: int
    """its place in the store, from 1"""
    at: datetime
    """UTC"""
    analyst: str
    kind: DecisionKind
    scene_id: str = ""
    detection_id: str = ""
    """as it was called then; which detection is meant is told by the place"""
    place: BaseGeometry | None = None
    """WGS84 lon/lat: a point, a line along the hull, or the outline"""
    place_px: tuple[tuple[float, float], ...] = ()
    """(column, row) in the scene's pixels"""
    text: str = ""
    """reason, note or class"""
    seen: SeenAs = field(default_factory=SeenAs)
    withdraws: str = ""
    """id of the decision that is undone"""
