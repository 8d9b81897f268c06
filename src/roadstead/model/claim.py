"""Statements by sources in testable form, the hypotheses that compete, and what is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from roadstead.model.time import TimeSpan
from roadstead.model.values import Range


class ClaimKind(StrEnum):
    """The typed claims."""

    PRESENCE = "presence"
    TRANSIT = "transit"
    COUNT = "count"
    ACTIVITY = "activity"
    PERSONS = "persons"
    COMPOSED = "composed"
    """other claims joined by `all`, `any`, `not` or `at_least`, true or false in one and the same history"""
    STATEMENT = "statement"
    """recorded for completeness; no image of ships can test it"""


class ElementName(StrEnum):
    """The questions that a claim is split into."""

    WHO = "who"
    WHERE = "where"
    WHEN = "when"
    HOW_MANY = "how many"
    WHAT = "what"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who says it; Admiralty grades are shown, never turned into numbers."""

    id: str
    name: str
    origin: str
    """where the information comes from: two outlets quoting one briefing share one origin"""
    reliability: str
    """Admiralty reliability, A-F"""
    credibility: str
    """Admiralty credibility, 1-6"""
    published: date | None = None
    url: str = ""
    note: str = ""

    @property
    def grade(self) -> str:
        """The Admiralty grade, for example C3."""
        return f"{self.reliability}{self.credibility}"

    @property
    def weighs_nothing(self) -> bool:
        """F (cannot be judged) and 6 (cannot be judged) give no weight."""
        return self.reliability == "F" or self.credibility == "6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A vessel of interest in a case."""

    id: str
    name: str
    class_id: str = ""
    hull_id: str = ""
    mmsi: str = ""
    """nine digits by which AIS positions are known to be its own; empty: not known"""
    length_m: Range
    """range of lengths that this vessel may have"""
    speed_kn: Range
    troops: Range | None = None
    home: str = ""
    """site id of its routine base; empty: elsewhere"""
    calls_at: tuple[str, ...] = ()
    """other sites of the case where it routinely calls"""


class Junction(StrEnum):
    """How the parts of a composed claim are joined."""

    ALL = "all"
    ANY = "any"
    NOT = "not"
    AT_LEAST = "at least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """Claims joined into one."""

    junction: Junction
    parts: tuple[Claim | Composition, ...]
    """claims about ships, never composed ones: these stand here as what they are composed of; one part for `not`"""
    at_least: int = 0
    """so many of the parts, for `at least`"""

    def claims(self, *, negated: bool = False) -> tuple[tuple[Claim, bool], ...]:
        """Every claim in it, in order, and whether it stands under an odd number of `not`."""
        flipped = negated is not (self.junction is Junction.NOT)
        out: list[tuple[Claim, bool]] = []
        for part in self.parts:
            out += part.claims(negated=flipped) if isinstance(part, Composition) else [(part, flipped)]
        return tuple(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of one source in testable form."""

    id: str
    source_id: str
    text: str
    """as the source says it, in words"""
    kind: ClaimKind
    when: TimeSpan
    """UTC; dates in the file are local to the site unless said otherwise"""
    when_text: str
    who: tuple[str, ...] = ()
    """participant ids; empty: any vessel"""
    sites: tuple[str, ...] = ()
    """where, for presence, count and activity"""
    origins: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    length_m: Range | None = None
    """of the ships counted; None: of any length. Only claims about ships of any name have one"""
    activity: str = ""
    persons: Range | None = None
    trips: int = 1
    """laden passages of each vessel, for transit"""
    composed: Composition | None = None
    """what a composed claim is composed of; its vessels, places and window are then those of all its parts"""
    prior: Range
    """prior probability that things happened as claimed, low and high"""
    prior_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """An alternative story, and how ships move if it is true."""

    id: str
    text: str
    motion: str
    """how ships move under it: `as-claimed`, `wrong-port`, `wrong-date` or `routine`"""
    weight: Range
    """share of what the claim's prior leaves over, before normalising"""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a verdict may be called; the one place where they live."""

    supported_probability: float = 0.80
    contradicted_probability: float = 0.20
    bayes_factor: float = 10.0
    """supported needs at least this, contradicted at most its inverse, over the whole prior range"""
    min_effective_hits: float = 100.0
    """no Bayes factor from fewer effective samples on either side"""
    none_of_these_floor: float = 0.05
    """least prior share of `none of these`"""
