"""Collects reports ship by ship, within limits of place, time, ship and number, so that memory stays bounded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shapely import contains_xy, prepare
from shapely.geometry.base import BaseGeometry

from roadstead.ais._losses import Losses
from roadstead.ais.values import AisPosition, AisStatic
from roadstead.model import TimeSpan

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class Gatherer:
    """What was read so far."""

    losses: Losses
    most_positions: int
    area: BaseGeometry | None = None
    span: TimeSpan | None = None
    mmsis: frozenset[str] = frozenset()
    positions: dict[str, list[AisPosition]] = field(default_factory=dict)
    statics: dict[str, list[AisStatic]] = field(default_factory=dict)
    kept: int = 0
    rows: int = 0
    passed_over: int = 0
    """reports of another ship, time or place than asked for"""
    remarks: dict[str, None] = field(default_factory=dict)
    _said: int = 0
    _bounds: tuple[float, float, float, float] = (-180.0, -90.0, 180.0, 90.0)

    def __post_init__(self) -> None:
        if self.area is not None:
            prepare(self.area)
            self._bounds = self.area.bounds

    def wants(self, mmsi: str, t_utc: datetime) -> bool:
        """Whether a ship and time are asked for."""
        wanted = (not self.mmsis or mmsi in self.mmsis) and (
            self.span is None or self.span.start <= t_utc <= self.span.end
        )
        self.passed_over += not wanted
        return wanted

    def place(self, lon_deg: float, lat_deg: float) -> bool:
        """Whether a place is asked for."""
        if self.area is None:
            return True
        west, south, east, north = self._bounds
        inside = west <= lon_deg <= east and south <= lat_deg <= north
        inside = inside and bool(contains_xy(self.area, lon_deg, lat_deg))
        self.passed_over += not inside
        return inside

    def add(self, position: AisPosition) -> None:
        """Keep a position, while there is room."""
        if self.kept >= self.most_positions:
            self.losses.note(
                position.file,
                f"positions beyond the first {self.most_positions:,} are not kept",
                "state the area, the time or the ships that you need",
                position.line,
            )
            return
        self.kept += 1
        self.positions.setdefault(position.mmsi, []).append(position)

    def say(self, static: AisStatic) -> None:
        """Keep static data where they differ from what the same file said of the ship before."""
        said = self.statics.setdefault(static.mmsi, [])
        mine = next((i for i in range(len(said) - 1, -1, -1) if said[i].file == static.file), None)
        if mine is not None and same_words(said[mine], static):
            first = min(said[mine].t_utc, static.t_utc)
            said[mine] = replace(said[mine], t_utc=first, last_utc=max(said[mine].last_utc, static.last_utc))
        elif self._said < self.most_positions:
            self._said += 1
            said.append(static)
        else:
            self.losses.note(
                static.file, "static data beyond the limit are not kept", "state the time or the ships", static.line
            )

    def remark(self, text: str) -> None:
        """Keep a comment line once, a bounded number of them."""
        if text and len(self.remarks) < 50:
            self.remarks.setdefault(text[:200])


_WORDS = (
    *("imo", "name", "callsign", "ship_type", "ship_type_code", "to_bow_m", "to_stern_m", "to_port_m"),
    *("to_starboard_m", "stated_length_m", "stated_beam_m", "draught_m", "destination"),
)


def same_words(a: AisStatic, b: AisStatic) -> bool:
    """Whether two reports of static data say the same, whenever and wherever."""
    return all(getattr(a, word) == getattr(b, word) for word in _WORDS)
