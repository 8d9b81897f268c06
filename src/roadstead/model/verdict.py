"""What may be said: statuses of elements, verdicts of claims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from roadstead.model.assessment import AchTable, DistinctShips, Ledger, MissingLook
from roadstead.model.claim import ElementName
from roadstead.model.coverage import BlindWindow
from roadstead.model.values import Range


class Status(StrEnum):
    """What may be said of one element of a claim."""

    SEEN = "seen by us"
    CONSISTENT = "consistent with"
    REPORTED = "reported, not verified by us"
    CONTRADICTED = "contradicted"
    NOT_DETERMINABLE = "not determinable"


class Call(StrEnum):
    """What may be said of a whole claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_DETERMINABLE = "not determinable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of a claim with its status, first without anybody's reports, then with them."""

    name: ElementName
    statement: str
    status: Status
    """with reports"""
    status_without_reports: Status
    why: str
    evidence: tuple[str, ...] = ()
    """scene ids and source ids it rests on"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The whole claim weighed once: by our own looks alone, or with reports."""

    call: Call
    prior: Range
    """P(claim) before any evidence, over the stated range"""
    probability: Range
    """P(claim | evidence) over the stated prior range"""
    bayes_factor: Range | None
    """None: too few effective samples, or no evidence"""
    effective_hits: float
    """smaller of the effective sample sizes with and without the claim"""
    n_samples: int
    evidence_error: float = 0.0
    """greatest relative standard error of p(looks) under a hypothesis, from the spread of the histories' weights"""
    words: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HypothesisShare:
    """How one hypothesis fares."""

    id: str
    text: str
    prior: Range
    posterior: Range
    log_evidence: float
    """natural log of p(evidence | hypothesis), looks only"""
    inseparable_from: tuple[str, ...] = ()
    """hypotheses with the same likelihood: images cannot separate these"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The denominator of a verdict."""

    looks_held: int
    usable_looks: int
    scenes: tuple[str, ...]
    hours_of_window: float
    longest_gap_hours: float
    """longest stretch of the window in which some place of the claim has no usable look of ours"""
    also_weighed: tuple[str, ...] = ()
    """scenes outside the claim's places and window that the weighing used too: ships are elsewhere before and after"""
    catalogues_asked: tuple[str, ...]
    """names of catalogues that answered about these places and this time, wholly or in part"""
    passes: int = 0
    """opportunities of the satellites computed; says nothing about acquisition"""
    listed: int | None = None
    """acquisitions that catalogues list and we do not hold; None: no catalogue answered, so nobody knows"""
    windows: tuple[BlindWindow, ...] = ()
    """stretches of the window without a look known to us, by place and time"""
    statement: str
    """in words: what is known to have been looked at, and what never can be known"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict on one claim."""

    claim_id: str
    without_reports: Weighing
    with_reports: Weighing
    elements: tuple[Element, ...]
    hypotheses: tuple[HypothesisShare, ...]
    coverage: Coverage
    simulated: bool = False
    ships: DistinctShips | None = None
    """counted before anything is weighed; None: the claim is about no ships"""
    ledger: Ledger | None = None
    """None: nothing was weighed"""
    ach: AchTable | None = None
    """evidence against hypotheses; None: nothing was weighed"""
    missing: tuple[MissingLook, ...] = ()
    """what would change this: the most valuable looks that we have not got, the best first"""
