"""What is noteworthy about a track, in sentences that say what the data show and never why.

A gap is a time without a received position: a receiver out of reach, a crowded channel or a satellite elsewhere leave
gaps too. Jumps and double places also come from two ships that share a number, and from errors of clocks and receivers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

from roadstead.ais.mmsi import mmsi_problem
from roadstead.ais.patterns import pattern_flags
from roadstead.ais.values import Flag, FlagKind
from roadstead.model import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from roadstead.ais.values import AisPosition, AisStatic, Track

NOT_SILENCE = "no receiver coverage is not silence, silence is not intent"
_MOST_FLAGS = 20
"""of one kind for one track; what comes beyond is counted"""
_KNOT_M_S = 1852 / 3600
_LEAST_JUMP_M = 1000.0
"""shorter hops are noise of positions and of times to the second"""
_MOST_CHAINS = 6
_ORDERED = 0.9
"""share of a file's steps that go one way in time before a step the other way counts as noteworthy"""
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on something is flagged."""

    gap_h: float = 6.0
    """hours without a received position"""
    max_speed_kn: float = 60.0
    """speed over ground between two reports that no merchant or naval ship reaches"""
    clock_step_h: float = 1.0
    """hours by which a file's times step against their own order"""


def check_track(track: Track, limits: Limits | None = None) -> tuple[Flag, ...]:
    """Everything noteworthy about one track, in order of kind and time; a bounded number."""
    limits = limits or Limits()
    found = [
        _number(track),
        _imo(track.statics),
        _gaps(track.positions, limits.gap_h),
        _places(track.positions, limits.max_speed_kn),
        _null_place(track.positions),
        _clocks(track.positions, limits.clock_step_h),
        _changes(track.statics),
        pattern_flags(track.positions),
    ]
    return tuple(flag for flags in found for flag in _bounded(flags))


def _bounded(flags: Sequence[Flag]) -> list[Flag]:
    out: list[Flag] = []
    for kind in dict.fromkeys(flag.kind for flag in flags):
        same = [flag for flag in flags if flag.kind is kind]
        out += same[:_MOST_FLAGS]
        if len(same) > _MOST_FLAGS:
            rest = same[_MOST_FLAGS:]
            sentence = f"and {len(rest)} more of this kind: {kind}"
            out.append(Flag(kind=kind, sentence=sentence, start_utc=rest[0].start_utc, end_utc=rest[-1].end_utc))
    return out


def _number(track: Track) -> list[Flag]:
    problem = mmsi_problem(track.mmsi)
    return [Flag(kind=FlagKind.MMSI, sentence=problem)] if problem else []


def _imo(statics: Iterable[AisStatic]) -> list[Flag]:
    wrong = sorted({s.imo for s in statics if s.imo and not s.imo_valid})
    text = "was sent as IMO number, but has not seven digits with the right check digit; crews type it by hand"
    return [Flag(kind=FlagKind.IMO, sentence=f"{number} {text}") for number in wrong]


def _gaps(positions: Sequence[AisPosition], gap_h: float) -> list[Flag]:
    flags = []
    for a, b in pairwise(positions):
        hours = (b.t_utc - a.t_utc).total_seconds() / 3600
        if hours > gap_h:
            when = f"from {iso(a.t_utc)} to {iso(b.t_utc)}"
            sentence = f"no position received for {_hours(hours)}, {when}; {NOT_SILENCE}"
            flags.append(Flag(kind=FlagKind.GAP, sentence=sentence, start_utc=a.t_utc, end_utc=b.t_utc))
    return flags


def _hours(hours: float) -> str:
    return f"{hours:.0f} h" if hours >= 10 else f"{hours:.1f} h"


def steps(positions: Sequence[AisPosition]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds and geodesic metres between successive positions, shape (n - 1,) each."""
    t = np.array([p.t_utc.timestamp() for p in positions])
    lon, lat = (np.array([getattr(p, k) for p in positions]) for k in ("lon_deg", "lat_deg"))
    metres = np.asarray(_GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2], np.float64)
    return np.diff(t), metres


def _too_fast(metres: float, seconds: float, limit_kn: float) -> bool:
    """Whether a hop needs more than the limit; a second is added for times that are whole seconds."""
    return metres > _LEAST_JUMP_M and metres > limit_kn * _KNOT_M_S * (seconds + 1.0)


def _places(positions: Sequence[AisPosition], limit_kn: float) -> list[Flag]:
    """Jumps, and two places at once: positions fall into chains, each of which one ship could have sailed."""
    if len(positions) < 2:
        return []
    seconds, metres = steps(positions)
    if not ((metres > _LEAST_JUMP_M) & (metres > limit_kn * _KNOT_M_S * (seconds + 1.0))).any():
        return []
    chains = _chains(positions, limit_kn)
    flags = _double(chains)
    twice = [(f.start_utc, f.end_utc) for f in flags]
    for a, b, dt, m in zip(positions, positions[1:], seconds, metres, strict=False):
        if _too_fast(m, dt, limit_kn) and not any(s and e and s <= b.t_utc and a.t_utc <= e for s, e in twice):
            flags.append(_jump(a, b, m))
    return flags


def _jump(a: AisPosition, b: AisPosition, metres: float) -> Flag:
    seconds = (b.t_utc - a.t_utc).total_seconds()
    speed = f"a speed of {metres / seconds / _KNOT_M_S:,.0f} kn" if seconds else "no time at all"
    sentence = (
        f"positions {metres / 1000:,.1f} km apart, at {iso(a.t_utc)} and {iso(b.t_utc)}, would need {speed}; "
        "at least one of the two positions or times is wrong, or two transmitters use the number"
    )
    return Flag(kind=FlagKind.JUMP, sentence=sentence, start_utc=a.t_utc, end_utc=b.t_utc)


def _chains(positions: Sequence[AisPosition], limit_kn: float) -> list[list[AisPosition]]:
    chains: list[list[AisPosition]] = []
    for p in positions:
        best, nearest = None, np.inf
        for chain in chains:
            q = chain[-1]
            metres = _GEOD.inv(q.lon_deg, q.lat_deg, p.lon_deg, p.lat_deg)[2]
            if metres < nearest and not _too_fast(metres, (p.t_utc - q.t_utc).total_seconds(), limit_kn):
                best, nearest = chain, metres
        if best is not None:
            best.append(p)
        elif len(chains) < _MOST_CHAINS:
            chains.append([p])
    return chains


def _double(chains: Sequence[Sequence[AisPosition]]) -> list[Flag]:
    flags = []
    for i, one in enumerate(chains):
        for other in chains[i + 1 :]:
            start, end = max(one[0].t_utc, other[0].t_utc), min(one[-1].t_utc, other[-1].t_utc)
            a, b = ([p for p in chain if start <= p.t_utc <= end] for chain in (one, other))
            if len(a) < 2 or len(b) < 2:
                continue
            apart = _GEOD.inv(a[0].lon_deg, a[0].lat_deg, b[0].lon_deg, b[0].lat_deg)[2] / 1000
            sentence = (
                f"between {iso(start)} and {iso(end)} reports alternate between two places {apart:,.1f} km apart; "
                "two transmitters use the number, or one of the places is wrong: the data do not tell which"
            )
            flags.append(Flag(kind=FlagKind.TWO_PLACES, sentence=sentence, start_utc=start, end_utc=end))
    return flags


def _null_place(positions: Sequence[AisPosition]) -> list[Flag]:
    null = [p for p in positions if p.lon_deg == 0 and p.lat_deg == 0]
    if not null:
        return []
    sentence = (
        f"{_reports(len(null))} at exactly 0 N 0 E, first at {iso(null[0].t_utc)}; "
        "equipment without a position may send that, so these are not places of the ship"
    )
    return [Flag(kind=FlagKind.NULL_PLACE, sentence=sentence, start_utc=null[0].t_utc, end_utc=null[-1].t_utc)]


def _reports(n: int) -> str:
    return "1 report" if n == 1 else f"{n:,} reports"


def _clocks(positions: Sequence[AisPosition], step_h: float) -> list[Flag]:
    flags = []
    for file in sorted({p.file for p in positions}):
        rows = sorted((p for p in positions if p.file == file and p.line), key=lambda p: p.line)
        back = np.diff([p.t_utc.timestamp() for p in rows]) if len(rows) > 9 else np.empty(0)
        moves = back[back != 0]
        if not moves.size or max((moves > 0).mean(), (moves < 0).mean()) < _ORDERED:
            continue
        against = back * (1 if (moves > 0).mean() >= _ORDERED else -1) < -step_h * 3600
        for i in np.flatnonzero(against):
            a, b = rows[i], rows[i + 1]
            hours = _hours(abs(float(back[i])) / 3600)
            sentence = (
                f"times step by {hours} against their order at {file}:{b.line}, from {iso(a.t_utc)} to {iso(b.t_utc)}; "
                "a clock was set, or parts of a log were put together out of order"
            )
            first, last = sorted((a.t_utc, b.t_utc))
            flags.append(Flag(kind=FlagKind.CLOCK, sentence=sentence, start_utc=first, end_utc=last))
    return flags


def _changes(statics: Sequence[AisStatic]) -> list[Flag]:
    flags = []
    for key, what in (("name", "name"), ("imo", "IMO number"), ("callsign", "call sign"), ("length_m", "length")):
        said = [s for s in statics if getattr(s, key)]
        for a, b in pairwise(said):
            was, now = getattr(a, key), getattr(b, key)
            if was != now:
                unit = " m" if key.endswith("_m") else ""
                was, now = (f"{v:g}{unit}" if isinstance(v, float) else v for v in (was, now))
                sentence = (
                    f"{what} sent changed from {was} to {now} at {iso(b.t_utc)}; "
                    "a sale, a correction, a shared or a wrongly set number look alike"
                )
                flags.append(Flag(kind=FlagKind.STATIC_CHANGE, sentence=sentence, start_utc=a.t_utc, end_utc=b.t_utc))
    return flags
