"""Values of AIS: what a ship sent, track by track, and what is noteworthy about it in neutral words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from roadstead.library import valid_imo
from roadstead.model import SIMULATED_MARK

GNSS_SIGMA_M = 10.0
"""one standard deviation of a transmitted position: the limit of the accuracy flag (ITU-R M.1371-5, table 48)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AisPosition:
    """One position report; what was not available is None, never its sentinel value."""

    mmsi: str
    """nine digits, leading zeros kept"""
    t_utc: datetime
    """when it was received or sent, as the file says it, UTC"""
    lon_deg: float
    """WGS84, of the antenna, not of the hull's middle"""
    lat_deg: float
    sog_kn: float | None = None
    """speed over ground"""
    cog_deg: float | None = None
    """course over ground, clockwise from true north"""
    heading_deg: float | None = None
    """true heading of the bow"""
    nav_status: str = ""
    """as the crew set it, in the words of ITU-R M.1371; empty: not given"""
    file: str = ""
    """name of the file that it was read from"""
    line: int = 0
    """1-based line (for a multipart message its last one) or row in that file"""
    sigma_m: float = GNSS_SIGMA_M
    """one standard deviation of the position as transmitted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AisStatic:
    """What a ship said about itself, unchanged from `t_utc` to `last_utc`; None and empty: not given."""

    mmsi: str
    t_utc: datetime
    """first received so, UTC"""
    last_utc: datetime
    """last received so, UTC"""
    imo: str | None = None
    """digits as sent; see `imo_valid`"""
    name: str = ""
    callsign: str = ""
    ship_type: str = ""
    """kind of ship in words"""
    ship_type_code: int | None = None
    """ITU-R M.1371 table 53, where the file gives the number"""
    to_bow_m: float | None = None
    """from the antenna; all four known or none; one of a pair may be 0, both never"""
    to_stern_m: float | None = None
    to_port_m: float | None = None
    to_starboard_m: float | None = None
    stated_length_m: float | None = None
    """where only the length is known, not the place of the antenna"""
    stated_beam_m: float | None = None
    draught_m: float | None = None
    destination: str = ""
    file: str = ""
    line: int = 0

    @property
    def imo_valid(self) -> bool | None:
        """Whether the IMO number has seven digits and the right check digit; None without a number."""
        return None if self.imo is None else valid_imo(self.imo)

    @property
    def length_m(self) -> float | None:
        """Length overall as transmitted, metres."""
        if self.to_bow_m is None or self.to_stern_m is None:
            return self.stated_length_m
        return self.to_bow_m + self.to_stern_m

    @property
    def beam_m(self) -> float | None:
        """Beam as transmitted, metres."""
        if self.to_port_m is None or self.to_starboard_m is None:
            return self.stated_beam_m
        return self.to_port_m + self.to_starboard_m


class FlagKind(StrEnum):
    """What is noteworthy about a track."""

    MMSI = "mmsi"
    IMO = "imo"
    GAP = "gap"
    JUMP = "jump"
    TWO_PLACES = "two places at once"
    NULL_PLACE = "fixed coordinates"
    CLOCK = "clock"
    STATIC_CHANGE = "static data changed"
    CONSTANT = "constant values"
    CIRCLE = "circle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something noteworthy in one neutral sentence; it says what the data show, never why."""

    kind: FlagKind
    sentence: str
    start_utc: datetime | None = None
    end_utc: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Everything received under one MMSI; whether that was one ship is not known."""

    mmsi: str
    positions: tuple[AisPosition, ...]
    """in order of time; the same report received twice stands once"""
    statics: tuple[AisStatic, ...] = ()
    """changes only, in order of time"""
    flags: tuple[Flag, ...] = ()

    def static_at(self, t_utc: datetime) -> AisStatic | None:
        """What the ship said about itself: the newest in force at that time, else the last before, else the first."""
        said = [s for s in self.statics if s.t_utc <= t_utc]
        if not said:
            return self.statics[0] if self.statics else None
        return max(said, key=lambda s: (s.last_utc >= t_utc, s.t_utc if s.last_utc >= t_utc else s.last_utc))

    @property
    def name(self) -> str:
        """The name last sent; empty: none."""
        return next((s.name for s in reversed(self.statics) if s.name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AisRead:
    """What came of reading files."""

    tracks: tuple[Track, ...]
    """sorted by MMSI"""
    losses: tuple[str, ...]
    """what could not be used, one sentence each, with file, line and remedy"""
    remarks: tuple[str, ...] = ()
    """comment lines of the files, each once"""
    rows: int = 0
    """lines and rows read"""

    @property
    def simulated(self) -> bool:
        """Whether a file says that it was made by an exercise."""
        return any(SIMULATED_MARK in remark for remark in self.remarks)
