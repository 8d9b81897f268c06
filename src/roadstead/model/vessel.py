"""Reference entries: vessel classes and named hulls, conflicting sources kept as ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from roadstead.model.values import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselClass:
    """A class of vessels with what the sources say of it."""

    id: str
    name: str
    designation: str = ""
    """project number or type"""
    kind: str = ""
    """in words: landing ship, ferry, tug"""
    length_m: Range
    """length overall"""
    beam_m: Range
    draught_m: Range | None = None
    speed_kn: Range | None = None
    troops: Range | None = None
    """soldiers that one ship can carry"""
    cargo_t: Range | None = None
    layout: str = ""
    """bow to stern in words, as far as sources say"""
    superstructure: str = "unknown"
    """coarse layout group: forward, midships, aft, unknown"""
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """field -> what each source says, verbatim: {"troops": {"340": "encycloreader.org"}}"""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HullMark:
    """Something on deck by which a ship differs from others of its class."""

    id: str
    """ships that bear the same mark share its id"""
    text: str
    size_m: float
    """smallest extent seen from above, metres: what pixels must resolve"""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HullSign:
    """What an analyst says of a recorded mark on a ship seen."""

    detection_id: str
    hull_id: str
    mark_id: str
    seen: bool
    """False: looked for, and not there"""
    analyst: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hull:
    """One named ship."""

    id: str
    name: str
    names: tuple[str, ...] = ()
    """other spellings and earlier names"""
    class_id: str
    pennant: str = ""
    imo: str = ""
    mmsi: str = ""
    built: str = ""
    length_m: Range | None = None
    """where the hull's own length is known; otherwise the class's"""
    beam_m: Range | None = None
    home: str = ""
    """where it is based, as reported"""
    marks: tuple[HullMark, ...] = ()
    notes: str = ""
    sources: tuple[str, ...] = ()
