"""What stands beside a verdict: what each group of evidence weighs, how alternatives fare, what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from roadstead.model.imaging import Modality
from roadstead.model.time import TimeSpan
from roadstead.model.values import Range


class GroupKind(StrEnum):
    """Where a group of evidence comes from."""

    LOOKS = "looks"
    """our own looks at one site by one kind of sensor"""
    AIS = "ais"
    """positions that ships gave of themselves; they can be false"""
    REPORTS = "reports"
    """what the sources of one origin report"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWeight:
    """One line of the ledger, in decibels: ten times the decimal logarithm of a Bayes factor; above 0 for the claim."""

    id: str
    kind: GroupKind
    text: str
    """in words: `3 looks at Dunai by radar`"""
    evidence: tuple[str, ...]
    """ids of scenes, vessels or reports, sorted"""
    alone_db: Range | None
    """of this group alone against the prior, over the stated priors; None: not to be had, see `why`"""
    adds_db: Range | None
    """what is lost when only this group is left out; None: not to be had, see `why`"""
    why: str = ""
    """what a missing figure is missing for"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The weight of evidence of one claim by groups."""

    own_db: Range | None
    """of our own looks and AIS together"""
    all_db: Range | None
    """with reports"""
    groups: tuple[GroupWeight, ...]
    conflicts: tuple[str, ...] = ()
    """groups that speak against each other, a sentence each"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamePair:
    """Two detections that may be one ship, by their size."""

    first: str
    """id of the earlier detection"""
    second: str
    hours: float
    """between them"""
    db: float
    """for one ship against two ships at large, decibels; never more than 10, since size names no ship"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctShips:
    """How many different ships our looks show at least, by counting alone."""

    at_least: int
    why: str
    scenes: tuple[str, ...] = ()
    """the looks that show it, in order of time"""
    pairs: tuple[SamePair, ...] = ()
    """detections of successive looks that may be one ship, the likeliest first"""


class Availability(StrEnum):
    """What is known of a look that we have not got."""

    UNSEARCHED = "held, not searched"
    LISTED = "listed, not held"
    POSSIBLE = "a pass; whether an image was taken is unknown"
    NOT_LISTED = "a pass; the catalogues list no image"
    UNUSABLE = "held, shows too little"
    HYPOTHETICAL = "no pass known to us; any satellite that looked then"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLook:
    """A look that we have not got, and what it would be worth to one claim."""

    site_id: str
    time: TimeSpan
    modality: Modality
    platform: str
    """as STAC writes it; empty for a hypothetical look"""
    availability: Availability
    p_detect: float
    """chance that it would have shown a ship of the claim's size, were one there and nothing in the way"""
    chance: float
    """assumed chance that the look can be had and shows the water"""
    bits: float
    """expected information on whether the claim holds, if it can be had"""
    p_called: float
    """chance that our own looks would then call what they do not call now, if it can be had"""

    @property
    def expected_bits(self) -> float:
        """Expected information, with the chance to have it."""
        return self.chance * self.bits


class Consistency(StrEnum):
    """How an item of evidence sits with a hypothesis, against the hypothesis that explains the item best."""

    CONSISTENT = "consistent"
    NEUTRAL = "neutral"
    INCONSISTENT = "inconsistent"
    NOT_TO_BE_HAD = "not to be had"
    """too few drawn histories speak of it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AchRow:
    """One item of evidence against all hypotheses."""

    group_id: str
    text: str
    marks: tuple[Consistency, ...]
    """one for each hypothesis of the table, in its order"""
    below_best_db: tuple[float, ...]
    """how much less likely the item is than under the hypothesis that explains it best; empty: not to be had"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AchTable:
    """Analysis of competing hypotheses (Heuer 1999, Psychology of Intelligence Analysis, ch. 8)."""

    hypotheses: tuple[str, ...]
    """ids, the least inconsistent with the evidence first"""
    inconsistency_db: tuple[float, ...]
    """sum over inconsistent items of how much less likely they are; shape as `hypotheses`"""
    rows: tuple[AchRow, ...]
