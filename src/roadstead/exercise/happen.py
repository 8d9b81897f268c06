"""From a scenario to the truth: voyages sailed, berths found, other traffic drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shapely.geometry import Polygon

from roadstead.exercise.berths import lie, middle_of
from roadstead.exercise.scenario import ELSEWHERE, Harbour, Scenario, Vessel, Voyage
from roadstead.exercise.truth import OPEN_SEA, Activity, Passage, Ship, Stay, Truth
from roadstead.geo import great_circle_km
from roadstead.library import form, traffic_forms
from roadstead.model import InputError, Range, TimeSpan, iso
from roadstead.simulate import null_island
from roadstead.steps import stream

if TYPE_CHECKING:
    import numpy as np

ALONGSIDE = 0.7
"""share of calls at places with quays that lie alongside, where a scenario does not say"""
KN_KMH = 1.852
WARSHIPS = ("alligator", "ropucha", "corvette", "destroyer")
TRADE_SPEED_KN = Range(9.0, 16.0)
"""of other traffic; assumed"""
_MMSI_OF_INTEREST, _MMSI_OF_TRAFFIC = 999_000_100, 998_000_000
"""country codes 998 and 999 are given to nobody (ITU maritime identification digits)"""


@dataclass(slots=True)
class _Making:
    scenario: Scenario
    ships: list[Ship] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    hulls: list[tuple[str, TimeSpan, Polygon]] = field(default_factory=list)


def happen(scenario: Scenario) -> Truth:
    """The true history of a scenario; the same scenario gives the same history.

    Raises:
        InputError: a voyage begins before the one before it has ended.
    """
    making = _Making(scenario)
    for number, vessel in enumerate(scenario.vessels):
        _sail(making, vessel, number)
    for place in scenario.places:
        _trade(making, place)
    activities = (
        Activity(ship_id=w.vessel, kind=w.kind, span=TimeSpan(w.start, w.end), only_at_night=w.only_at_night)
        for w in scenario.works
    )
    return Truth(
        span=scenario.span,
        family=scenario.family,
        ships=tuple(making.ships),
        stays=tuple(sorted(making.stays, key=lambda s: (s.ship_id, s.span))),
        passages=_between_berths(making),
        activities=tuple(sorted(activities, key=lambda a: (a.ship_id, a.span, a.kind))),
    )


def passage_hours(origin: str, target: str, speed_kn: float) -> float:
    """Hours of a straight passage between two places of the Null Islands, or to or from elsewhere."""
    a, b = _point(origin), _point(target)
    return max(great_circle_km(*a, *b) / (speed_kn * KN_KMH), 0.25)


def _point(place_id: str) -> tuple[float, float]:
    return OPEN_SEA if place_id == ELSEWHERE else middle_of(null_island(place_id))


def _sail(making: _Making, vessel: Vessel, number: int) -> None:
    s = making.scenario
    beam = _beam_m(vessel.form, vessel.length_m)
    ship = Ship(
        id=vessel.id, name=vessel.name, form_id=vessel.form, length_m=vessel.length_m, beam_m=beam,
        mmsi=str(_MMSI_OF_INTEREST + number), of_interest=vessel.in_case,
    )  # fmt: skip
    making.ships.append(ship)
    rng = stream(s.seed, "exercise", "berth", vessel.id)
    here, since, lies = vessel.starts_at or vessel.home, s.start, vessel.lies
    for voyage in sorted((y for y in s.voyages if y.vessel == vessel.id), key=lambda y: y.depart):
        if voyage.depart < since:
            raise InputError(
                f"{vessel.id} cannot leave for {voyage.to} at {iso(voyage.depart)}: it arrives at {here} at "
                f"{iso(since)} only; move the departure"
            )
        if voyage.to == here:
            raise InputError(f"{vessel.id} is at {here} already at {iso(voyage.depart)}; take that voyage out")
        _stay(making, rng, ship, (here, lies), TimeSpan(since, voyage.depart))
        arrives = _passage(making, ship, vessel, voyage, here)
        here, since, lies = voyage.to, min(arrives, s.end), voyage.lies
    _stay(making, rng, ship, (here, lies), TimeSpan(since, s.end))


def _passage(making: _Making, ship: Ship, vessel: Vessel, voyage: Voyage, origin: str) -> datetime:
    hours = passage_hours(origin, voyage.to, voyage.speed_kn or vessel.speed_kn)
    arrives = voyage.depart + timedelta(seconds=round(hours * 3600))
    leg = Passage(
        ship_id=ship.id, origin=origin, target=voyage.to, span=TimeSpan(voyage.depart, arrives),
        way=(_point(origin), _point(voyage.to)), persons=voyage.persons,
    )  # fmt: skip
    making.passages.append(leg)
    return arrives


def _between_berths(making: _Making) -> tuple[Passage, ...]:
    """Passages that begin and end where the ship lies, by the middle of each place's water."""
    left = {(s.ship_id, s.span.end): (s.lon_deg, s.lat_deg) for s in making.stays}
    reached = {(s.ship_id, s.span.start): (s.lon_deg, s.lat_deg) for s in making.stays}
    out = []
    for p in making.passages:
        berths = left.get((p.ship_id, p.span.start)), reached.get((p.ship_id, p.span.end))
        way = tuple(at for at in (berths[0], *p.way, berths[1]) if at)
        out.append(replace(p, way=way))
    return tuple(sorted(out, key=lambda p: (p.ship_id, p.span)))


def _stay(making: _Making, rng: np.random.Generator, ship: Ship, where: tuple[str, str], span: TimeSpan) -> None:
    """Find room for a ship at a place; `where` is the place and how it is to lie."""
    place_id, lies = where
    if place_id == ELSEWHERE or span.duration <= timedelta(0):
        return
    alongside = bool(rng.random() < ALONGSIDE) if not lies else lies == "alongside"
    taken = [hull for where, other, hull in making.hulls if where == place_id and other.overlaps(span)]
    found = lie(rng, place_id, (ship.length_m, ship.beam_m), taken, alongside=alongside)
    making.hulls.append((place_id, span, found.hull))
    making.stays.append(
        Stay(
            ship_id=ship.id, place_id=place_id, span=span, lon_deg=found.lon_deg, lat_deg=found.lat_deg,
            heading_deg=found.heading_deg, alongside=found.alongside,
        )
    )  # fmt: skip


def _trade(making: _Making, place: Harbour) -> None:
    """Other traffic: ships come as a Poisson process and stay for a time of two equal phases, as in `infer.motion`."""
    s = making.scenario
    rng = stream(s.seed, "exercise", "traffic", place.id)
    if place.traffic <= 0:
        return
    warm_up_h = 8 * place.stay_hours
    hours = s.span.hours() + warm_up_h
    arrivals = sorted(rng.uniform(-warm_up_h, s.span.hours(), rng.poisson(place.traffic / place.stay_hours * hours)))
    kinds = place.forms or _merchants()
    for number, at_h in enumerate(arrivals):
        stay_h, kind = rng.gamma(2.0, place.stay_hours / 2.0), kinds[int(rng.integers(len(kinds)))]
        start, end = (s.start + timedelta(minutes=round(60 * h)) for h in (at_h, at_h + stay_h))
        length = _drawn(rng, form(kind).length_m)
        if end <= s.start:
            continue
        ship = Ship(
            id=f"{place.id}-{number:03d}", name=f"SIM {place.id.upper()} {number}", form_id=kind, length_m=length,
            beam_m=_beam_m(kind, length), mmsi=str(_MMSI_OF_TRAFFIC + len(making.ships)), of_interest=False,
        )  # fmt: skip
        making.ships.append(ship)
        _stay(making, rng, ship, (place.id, ""), TimeSpan(max(start, s.start), min(end, s.end)))
        _come_and_go(making, ship, place.id, (start, end), _drawn(rng, TRADE_SPEED_KN))


def _come_and_go(
    making: _Making, ship: Ship, place_id: str, stay: tuple[datetime, datetime], speed_kn: float
) -> None:  # fmt: skip
    """Passages from and to elsewhere of a ship of the other traffic, where they end or begin inside the exercise."""
    sail = timedelta(seconds=round(3600 * passage_hours(ELSEWHERE, place_id, speed_kn)))
    outside, inside, span = _point(ELSEWHERE), _point(place_id), making.scenario.span
    for origin, target, begin, way in (
        (ELSEWHERE, place_id, stay[0] - sail, (outside, inside)),
        (place_id, ELSEWHERE, stay[1], (inside, outside)),
    ):
        if span.start < begin + sail and begin < span.end:
            leg = Passage(
                ship_id=ship.id, origin=origin, target=target, span=TimeSpan(begin, begin + sail), way=way, persons=0
            )
            making.passages.append(leg)


def _merchants() -> tuple[str, ...]:
    return tuple(f for f in traffic_forms() if not f.startswith(WARSHIPS))


def _drawn(rng: np.random.Generator, between: Range) -> float:
    return round(float(rng.uniform(between.low, between.high)), 1)


def _beam_m(form_id: str, length_m: float) -> float:
    """Beam of a form at a length, along its own range."""
    known = form(form_id)
    low, high = known.length_m.low, known.length_m.high
    share = min(max((length_m - low) / (high - low), 0.0), 1.0) if high > low else 0.5
    return round(known.beam_m.low + share * (known.beam_m.high - known.beam_m.low), 1)
