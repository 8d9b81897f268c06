"""Identification by elimination: by context, not by pixels.

Of the vessels that a case names and whose size agrees, which were known to be elsewhere? What is left over is a
statement about the roster, as good as the roster is complete; it never joins what the pixels say, and names no ship.

A report of AIS excludes a vessel from a place where the vessel could not have come from one to the other in the time
between, at its greatest speed and on the shortest way over the globe, which is never longer than the way by water.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from roadstead.ais import FlagKind
from roadstead.geo import great_circle_km

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.ais import AisPosition, Track
    from roadstead.model import TimeSpan

WITHIN_H = 48.0
"""hours; reports further from the image's time exclude nobody"""
SLACK_KM = 2.0
"""granted to both places: antenna, image, clocks, and a radar's shift of a moving ship; assumed"""
FASTER = 1.2
"""times the greatest speed that sources give, for currents and for sources that err; assumed"""
LEAST_REPORTS = 2
"""so many reports must exclude a vessel: one alone may be garbled"""
_KM_H = 1.852
_DOUBTFUL = (FlagKind.MMSI, FlagKind.TWO_PLACES, FlagKind.JUMP, FlagKind.NULL_PLACE, FlagKind.CLOCK, FlagKind.CIRCLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """One vessel of the roster that could be the one seen."""

    vessel_id: str
    name: str
    elsewhere: str = ""
    """where it was known to be, in words; empty where it is not known to have been elsewhere"""
    basis: str = ""
    """on what that rests"""
    apart: tuple[str, ...] = ()
    """what is told apart and eliminates nothing, one clause each: marks by analysts, AIS that is in doubt"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """What keeps a vessel from having been at a place."""

    elsewhere: str
    """where it was, in words"""
    basis: str
    doubt: str = ""
    """why it excludes nobody all the same; empty where nothing speaks against it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elimination:
    """What a case's roster leaves of one ship seen."""

    roster: tuple[Whereabouts, ...]
    """the vessels of agreeing size, sorted by name"""
    left: tuple[str, ...]
    """ids of those not known to have been elsewhere, sorted"""
    words: str


def excluded(track: Track, lon_deg: float, lat_deg: float, time: TimeSpan, fastest_kn: float) -> Absence | None:
    """Whether its AIS keeps a vessel from having been at a place; None where it does not.

    A track that shows two places at once, jumps, a wrong number or odd clocks near that time, or that places the vessel
    here too, excludes nobody: then the absence is in doubt.

    Args:
        track: what was received under the vessel's own number.
        lon_deg: of the place, WGS84.
        lat_deg: of the place.
        time: of the image; anything in it may be its moment.
        fastest_kn: the vessel's greatest speed by its sources.
    """
    near = [p for p in track.positions if _hours(p, time) <= WITHIN_H + time.hours()]
    rows = [(_surplus_km(p, lon_deg, lat_deg, time, fastest_kn), p) for p in near]
    out = sorted((row for row in rows if row[0] > 0), key=lambda row: (-row[0], row[1].t_utc))
    if len(out) < LEAST_REPORTS:
        return None
    best = out[0][1]
    km = great_circle_km(best.lon_deg, best.lat_deg, lon_deg, lat_deg)
    return Absence(
        elsewhere=f"{km:.0f} km away {_apart(best, time)}, too far for {fastest_kn:.0f} kn",
        basis=f"AIS, which can be false: {len(out)} reports of MMSI {track.mmsi}",
        doubt=_doubt(track, time) or _also_here(near, lon_deg, lat_deg, time),
    )


def _also_here(near: Iterable[AisPosition], lon_deg: float, lat_deg: float, time: TimeSpan) -> str:
    here = [p for p in near if great_circle_km(p.lon_deg, p.lat_deg, lon_deg, lat_deg) <= SLACK_KM]
    return "other reports place it here" if any(_hours(p, time) <= 1 + time.hours() for p in here) else ""


def _hours(p: AisPosition, time: TimeSpan) -> float:
    """The longest time that may lie between a report and the image."""
    return max(abs((p.t_utc - end).total_seconds()) for end in (time.start, time.end)) / 3600


def _surplus_km(p: AisPosition, lon_deg: float, lat_deg: float, time: TimeSpan, fastest_kn: float) -> float:
    """By how much a place lies beyond what the vessel could have covered."""
    km = great_circle_km(p.lon_deg, p.lat_deg, lon_deg, lat_deg)
    return km - SLACK_KM - FASTER * max(fastest_kn, p.sog_kn or 0.0) * _KM_H * _hours(p, time)


def _apart(p: AisPosition, time: TimeSpan) -> str:
    hours = (p.t_utc - time.middle).total_seconds() / 3600
    if abs(hours) < 1 / 60:
        return "at that time"
    size = f"{abs(hours):.1f} h" if abs(hours) >= 1 else f"{60 * abs(hours):.0f} min"
    return f"{size} {'later' if hours > 0 else 'earlier'}"


def _doubt(track: Track, time: TimeSpan) -> str:
    """What is noteworthy about a track around a time, in one word or two; empty for nothing."""
    first, last = time.start - timedelta(hours=WITHIN_H), time.end + timedelta(hours=WITHIN_H)
    kinds = [
        f.kind.value
        for f in track.flags
        if f.kind in _DOUBTFUL
        and (f.start_utc is None or f.start_utc <= last)
        and (f.end_utc is None or f.end_utc >= first)
    ]
    return ", ".join(dict.fromkeys(kinds))


def eliminate(roster: Iterable[Whereabouts], *, others: int = 0, foreign: str = "") -> Elimination:
    """What is left of a roster once those known to have been elsewhere are taken away.

    Args:
        roster: the vessels that a case names and whose size agrees, each once, with where it was.
        others: how many more the case names whose size does not agree.
        foreign: a ship outside the roster whose AIS fits the one seen, in words; empty: none.
    """
    rows = tuple(sorted(roster, key=lambda w: (w.name, w.vessel_id)))
    left = tuple(sorted(w.vessel_id for w in rows if not w.elsewhere))
    return Elimination(roster=rows, left=left, words=_words(rows, others, foreign))


def _words(rows: tuple[Whereabouts, ...], others: int, foreign: str) -> str:
    if not rows:
        return "By context, not by pixels: no vessel of this size is on the roster, so nothing can be eliminated."
    away = [f"{w.name} was {w.elsewhere}" + (f" ({w.basis})" if w.basis else "") for w in rows if w.elsewhere]
    free = ", ".join(w.name for w in rows if not w.elsewhere)
    size = f"{len(rows)} vessel(s) of this size" + (f", {others} of another" if others else "")
    said = [f"By context, not by pixels: the case names {size}"]
    said.append("; ".join(away) if away else "nothing that we hold places any of them elsewhere")
    if not free:
        said.append("None of them is left over: the ship is none of them, or a position is wrong")
    elif away:
        said.append(f"Left over of the roster that the case names: {free}")
    if free:
        said.append("That names no ship: others that the case does not name may lie here")
    said += [f"{foreign}, which the case does not name"] if foreign else []
    said += [f"Told apart, eliminating nothing: {w.name}, {clause}" for w in rows for clause in w.apart]
    return ". ".join(said) + "."
