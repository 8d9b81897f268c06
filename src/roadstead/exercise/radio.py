"""AIS of an exercise: what receivers would have logged of every ship, with silences and false positions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from roadstead.ais import AisPosition, AisStatic, write_csv, write_nmea
from roadstead.model import SIMULATED_MARK
from roadstead.steps import stream, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

    from roadstead.exercise.scenario import Scenario, Spoof
    from roadstead.exercise.truth import Passage, Ship, Stay, Truth
    from roadstead.model import TimeSpan

LYING_EVERY, SAILING_EVERY = timedelta(minutes=60), timedelta(minutes=10)
"""thinned to what archives keep"""
JITTER_DEG = 3e-5
CARGO_CODE, MILITARY_CODE = 70, 35
"""ship types of ITU-R M.1371"""
ANTENNA_FROM_STERN = 0.15
"""share of the length"""


def write_ais(scenario: Scenario, truth: Truth, folder: Path) -> tuple[Path, Path]:
    """Write the log of all ships as NMEA and as CSV, both with the mark; returns both paths."""
    positions = [p for ship in truth.ships for p in _positions(scenario, truth, ship)]
    sent = {p.mmsi for p in positions}
    statics = [_static(scenario, s) for s in truth.ships if s.mmsi in sent]
    nmea, table = folder / "ais.nmea", folder / "ais.csv"
    write_atomic(nmea, write_nmea(positions, statics, SIMULATED_MARK))
    write_atomic(table, write_csv(positions, statics, remark=SIMULATED_MARK))
    return nmea, table


def _static(scenario: Scenario, ship: Ship) -> AisStatic:
    aft = ANTENNA_FROM_STERN * ship.length_m
    return AisStatic(
        mmsi=ship.mmsi, t_utc=scenario.start, last_utc=scenario.end, name=ship.name.upper(),
        ship_type_code=MILITARY_CODE if any(v.id == ship.id for v in scenario.vessels) else CARGO_CODE,
        to_bow_m=ship.length_m - aft, to_stern_m=aft, to_port_m=ship.beam_m / 2, to_starboard_m=ship.beam_m / 2,
    )  # fmt: skip


def _positions(scenario: Scenario, truth: Truth, ship: Ship) -> Iterator[AisPosition]:
    used = next((a for a in scenario.ais if a.vessel == ship.id), None)
    rng = stream(scenario.seed, "exercise", "ais", ship.id)
    silent, false = (used.off, used.spoofed) if used else ((), ())
    for t, true in _true_positions(truth, ship, rng):
        if any(w.start <= t < w.end for w in silent):
            continue
        spoof = next((w for w in false if w.start <= t < w.end), None)
        yield _spoofed(true, spoof, rng) if spoof else true


def _spoofed(true: AisPosition, spoof: Spoof, rng: np.random.Generator) -> AisPosition:
    return AisPosition(
        mmsi=true.mmsi, t_utc=true.t_utc, lon_deg=spoof.lon_deg + float(rng.normal(0, JITTER_DEG)),
        lat_deg=spoof.lat_deg + float(rng.normal(0, JITTER_DEG)), sog_kn=0.0, cog_deg=None,
        heading_deg=true.heading_deg, nav_status="moored",
    )  # fmt: skip


def _true_positions(truth: Truth, ship: Ship, rng: np.random.Generator) -> Iterator[tuple[datetime, AisPosition]]:
    for stay in (s for s in truth.stays if s.ship_id == ship.id):
        for t in _instants(stay.span, LYING_EVERY, truth.span.end):
            yield t, _lying(ship, stay, t, rng)
    for leg in (p for p in truth.passages if p.ship_id == ship.id):
        for t in _instants(leg.span, SAILING_EVERY, truth.span.end):
            yield t, _sailing(ship, leg, t, rng)


def _instants(span: TimeSpan, every: timedelta, end: datetime) -> Iterator[datetime]:
    """Regular moments of a span, none after the exercise has ended."""
    t = span.start
    while t < min(span.end, end):
        yield t
        t += every


def _lying(ship: Ship, stay: Stay, t: datetime, rng: np.random.Generator) -> AisPosition:
    return AisPosition(
        mmsi=ship.mmsi, t_utc=t, lon_deg=stay.lon_deg + float(rng.normal(0, JITTER_DEG)),
        lat_deg=stay.lat_deg + float(rng.normal(0, JITTER_DEG)), sog_kn=0.0, heading_deg=stay.heading_deg,
        nav_status="moored" if stay.alongside else "at anchor",
    )  # fmt: skip


def _sailing(ship: Ship, leg: Passage, t: datetime, rng: np.random.Generator) -> AisPosition:
    x, y = leg.at(t)
    return AisPosition(
        mmsi=ship.mmsi, t_utc=t, lon_deg=x + float(rng.normal(0, JITTER_DEG)),
        lat_deg=y + float(rng.normal(0, JITTER_DEG)), sog_kn=round(leg.speed_kn, 1),
        cog_deg=round(leg.heading_deg(t), 1) % 360, heading_deg=round(leg.heading_deg(t)) % 360,
        nav_status="under way using engine",
    )  # fmt: skip
