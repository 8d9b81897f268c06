"""What really happens in an exercise: every ship at every moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.geo import sun_elevation_deg
from roadstead.infer import ELSEWHERE as NOWHERE
from roadstead.infer import UNDER_WAY, Grid, Histories
from roadstead.model import TimeSpan
from roadstead.simulate import ShipAt

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from roadstead.simulate import Place

OPEN_SEA = (1.4, 0.9)
"""longitude and latitude towards which ships go that leave for elsewhere"""
NEAR_DEG = 0.02
"""so far outside the box around a place's water a ship under way is still drawn"""
TRUCKS = 4
"""vehicles beside a ship while trucks are at work"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship:
    """One ship of the exercise."""

    id: str
    name: str
    form_id: str
    length_m: float
    beam_m: float
    mmsi: str
    of_interest: bool
    """whether the case knows it by name"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A ship lying at a place."""

    ship_id: str
    place_id: str
    span: TimeSpan
    lon_deg: float
    lat_deg: float
    heading_deg: float
    alongside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A ship under way between two places, by straight courses from its berth over open water to its next berth."""

    ship_id: str
    origin: str
    target: str
    span: TimeSpan
    way: tuple[tuple[float, float], ...]
    """longitude and latitude, degrees, of the turning points with both ends; at the equator degrees are straight"""
    persons: int
    """passengers carried"""

    def at(self, t: datetime) -> tuple[float, float]:
        """Longitude and latitude at a moment."""
        run = (t - self.span.start) / self.span.duration * self._run_deg[-1]
        xs, ys = zip(*self.way, strict=True)
        return float(np.interp(run, self._run_deg, xs)), float(np.interp(run, self._run_deg, ys))

    def heading_deg(self, t: datetime) -> float:
        """Course at a moment, clockwise from true north."""
        run = (t - self.span.start) / self.span.duration * self._run_deg[-1]
        leg = int(np.clip(np.searchsorted(self._run_deg, run, side="right"), 1, len(self.way) - 1))
        (x0, y0), (x1, y1) = self.way[leg - 1], self.way[leg]
        return float(np.degrees(np.arctan2(x1 - x0, y1 - y0)) % 360)

    @property
    def speed_kn(self) -> float:
        """Mean speed, knots."""
        return 60.0 * float(self._run_deg[-1]) / max(self.span.hours(), 1e-6)

    @property
    def _run_deg(self) -> NDArray[np.float64]:
        """Degrees sailed up to each turning point."""
        return np.concatenate([[0.0], np.hypot(*np.diff(np.array(self.way), axis=0).T).cumsum()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Work done with a ship in port."""

    ship_id: str
    kind: str
    """crane or trucks"""
    span: TimeSpan
    only_at_night: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The whole true history."""

    span: TimeSpan
    family: str
    ships: tuple[Ship, ...]
    stays: tuple[Stay, ...]
    """in order of ship and time"""
    passages: tuple[Passage, ...]
    activities: tuple[Activity, ...]

    def ship(self, ship_id: str) -> Ship:
        """The ship of that id."""
        return next(s for s in self.ships if s.id == ship_id)

    def stays_at(self, place_id: str, t: datetime) -> tuple[Stay, ...]:
        """Who lies at a place at a moment."""
        return tuple(s for s in self.stays if s.place_id == place_id and s.span.start <= t < s.span.end)

    def works(self, ship_id: str, kind: str, t: datetime, lonlat: tuple[float, float]) -> bool:
        """Whether a kind of work is done with a ship at a moment."""
        here = (a for a in self.activities if a.ship_id == ship_id and a.kind == kind)
        return any(a.span.start <= t < a.span.end and (not a.only_at_night or _dark(t, lonlat)) for a in here)

    def ships_at(self, place: Place, t: datetime) -> tuple[ShipAt, ...]:
        """Every ship on a place's water or close to it, as a scene needs it, sorted by id."""
        west, south, east, north = place.aoi.bounds
        out = [self._lying(stay, t) for stay in self.stays_at(place.id, t)]
        for leg in self.passages:
            if leg.span.start <= t < leg.span.end:
                x, y = leg.at(t)
                if west - NEAR_DEG < x < east + NEAR_DEG and south - NEAR_DEG < y < north + NEAR_DEG:
                    out.append(self._under_way(leg, t, (x, y)))
        return tuple(sorted(out, key=lambda s: s.vessel_id))

    def _lying(self, stay: Stay, t: datetime) -> ShipAt:
        ship, at = self.ship(stay.ship_id), (stay.lon_deg, stay.lat_deg)
        return ShipAt(
            vessel_id=ship.id, form_id=ship.form_id, length_m=ship.length_m, beam_m=ship.beam_m,
            lon_deg=at[0], lat_deg=at[1], heading_deg=stay.heading_deg, alongside=stay.alongside,
            crane_out=self.works(ship.id, "crane", t, at),
            trucks=TRUCKS if stay.alongside and self.works(ship.id, "trucks", t, at) else 0,
        )  # fmt: skip

    def _under_way(self, leg: Passage, t: datetime, at: tuple[float, float]) -> ShipAt:
        ship = self.ship(leg.ship_id)
        return ShipAt(
            vessel_id=ship.id, form_id=ship.form_id, length_m=ship.length_m, beam_m=ship.beam_m,
            lon_deg=at[0], lat_deg=at[1], heading_deg=leg.heading_deg(t), speed_kn=leg.speed_kn,
        )  # fmt: skip


def _dark(t: datetime, lonlat: tuple[float, float]) -> bool:
    return float(sun_elevation_deg(t.timestamp(), *lonlat)) < 0


def true_histories(truth: Truth, grid: Grid, sites: tuple[str, ...], vessels: tuple[str, ...]) -> Histories:
    """The truth as the one history of a claim's grid, so that a claim means the same of it as of drawn ones.

    Args:
        truth: the exercise.
        grid: instants.
        sites: place ids, in the case's order.
        vessels: the claim's vessels; every other ship is traffic.
    """
    place = np.full((1, len(vessels), grid.n), NOWHERE, np.int8)
    traffic = np.zeros((1, len(sites), grid.n), np.int16)
    for leg in truth.passages:
        if leg.ship_id in vessels:
            place[0, vessels.index(leg.ship_id), _covered(grid, leg.span)] = UNDER_WAY
    for stay in truth.stays:
        if stay.place_id not in sites:
            continue
        site, times = sites.index(stay.place_id), _covered(grid, stay.span)
        if stay.ship_id in vessels:
            place[0, vessels.index(stay.ship_id), times] = site
        else:
            traffic[0, site, times] += 1
    effect = np.ones((1, len(sites)), np.float32)
    return Histories(grid=grid, sites=sites, vessels=vessels, place=place, traffic=traffic, site_effect=effect)


def _covered(grid: Grid, span: TimeSpan) -> NDArray[np.int64]:
    """Instants of a grid inside a span; none for a span between two instants."""
    times = np.arange(grid.n) * grid.step_h
    inside = (times >= grid.hours(span.start)) & (times < grid.hours(span.end))
    return np.nonzero(inside)[0]
