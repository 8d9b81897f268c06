"""Identification by elimination: by context, not by pixels.

Of the vessels that a case names and whose size agrees, which were known to be elsewhere? What is left over is a
statement about the roster, as good as the roster is complete; it never joins what the pixels say, and names no ship.

A report of AIS excludes a vessel from a place where the vessel could not have come from one to the other in the time
between, at its greatest speed and on the shortest way over the globe, which is never longer than the way by water.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.ais import Flag, FlagKind
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
"""so many of them must exclude a vessel: one alone may be garbled"""
EVERY_S = 60
"""seconds for which one report stands"""
_KM_H = 1.852
_LEAST_RADIUS_KM = 6335.0
"""of curvature: north and south at the equator, WGS84"""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """A vessel's AIS as arrays, one report a minute at most, in order of time."""

    mmsi: str
    flags: tuple[Flag, ...]
    t_s: NDArray[np.float64]
    """seconds since 1970, UTC; shape (n,), as all below"""
    lon_deg: NDArray[np.float64]
    lat_deg: NDArray[np.float64]
    sog_kn: NDArray[np.float64]
    """0 where not sent"""

    @classmethod
    def of(cls, track: Track) -> Reports:
        """The reports of a track."""
        kept: dict[int, AisPosition] = {}
        for p in track.positions:
            kept.setdefault(int(p.t_utc.timestamp() // EVERY_S), p)
        rows = [kept[k] for k in sorted(kept)]
        return cls(
            mmsi=track.mmsi,
            flags=track.flags,
            t_s=np.array([p.t_utc.timestamp() for p in rows], np.float64),
            lon_deg=np.array([p.lon_deg for p in rows], np.float64),
            lat_deg=np.array([p.lat_deg for p in rows], np.float64),
            sog_kn=np.array([p.sog_kn or 0.0 for p in rows], np.float64),
        )


def excluded(reports: Reports, lon_deg: float, lat_deg: float, time: TimeSpan, fastest_kn: float) -> Absence | None:
    """Whether its AIS keeps a vessel from having been at a place; None where it does not.

    A track that shows two places at once, jumps, a wrong number or odd clocks near that time, or that places the vessel
    here too, excludes nobody: then the absence is in doubt.

    Args:
        reports: received under the vessel's own number.
        lon_deg: of the place, WGS84.
        lat_deg: of the place.
        time: of the image; anything in it may be its moment.
        fastest_kn: the vessel's greatest speed by its sources.
    """
    start_s, end_s = time.start.timestamp(), time.end.timestamp()
    first, last = np.searchsorted(reports.t_s, (end_s - WITHIN_H * 3600, start_s + WITHIN_H * 3600))
    near = slice(int(first), int(last))
    t_s = reports.t_s[near]
    hours = np.maximum(np.abs(t_s - start_s), np.abs(t_s - end_s)) / 3600
    km = _least_km(reports.lon_deg[near], reports.lat_deg[near], lon_deg, lat_deg)
    surplus = km - SLACK_KM - FASTER * np.maximum(fastest_kn, reports.sog_kn[near]) * _KM_H * hours
    count = int((surplus > 0).sum())
    if count < LEAST_REPORTS:
        return None
    best = int(surplus.argmax())
    here = bool(((km <= SLACK_KM) & (hours <= 1 + time.hours())).any())
    far_km = great_circle_km(float(reports.lon_deg[near][best]), float(reports.lat_deg[near][best]), lon_deg, lat_deg)
    when = _apart(float(t_s[best]) - time.middle.timestamp())
    return Absence(
        elsewhere=f"{far_km:.0f} km away {when}, too far for {fastest_kn:.0f} kn",
        basis=f"AIS, which can be false: {count} minutes with reports of MMSI {reports.mmsi}",
        doubt=_doubt(reports, time) or ("other reports place it here" if here else ""),
    )


def _least_km(
    lons_deg: NDArray[np.float64], lats_deg: NDArray[np.float64], lon_deg: float, lat_deg: float
) -> NDArray[np.float64]:
    """Distances from many places to one on a sphere of the ellipsoid's least radius: never longer than they are."""
    lon, lat, lon0, lat0 = np.radians(lons_deg), np.radians(lats_deg), math.radians(lon_deg), math.radians(lat_deg)
    half = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * math.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    return np.asarray(2 * _LEAST_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))), np.float64)


def _apart(seconds: float) -> str:
    if abs(seconds) < 60:
        return "at that time"
    size = f"{abs(seconds) / 3600:.1f} h" if abs(seconds) >= 3600 else f"{abs(seconds) / 60:.0f} min"
    return f"{size} {'later' if seconds > 0 else 'earlier'}"


def _doubt(reports: Reports, time: TimeSpan) -> str:
    """What is noteworthy about a track around a time, in one word or two; empty for nothing."""
    first, last = time.start - timedelta(hours=WITHIN_H), time.end + timedelta(hours=WITHIN_H)
    kinds = [
        f.kind.value
        for f in reports.flags
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
