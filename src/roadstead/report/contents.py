"""What a report is made from: values only, so that the same contents give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from roadstead.case import Case, Frozen
from roadstead.identify import AisFact, Elimination, Gate, HullEvidence
from roadstead.model import (
    Activity,
    BerthView,
    CaseCoverage,
    ClassEvidence,
    Detection,
    Exhibit,
    Look,
    PortCall,
    Scene,
    Verdict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A small window around a detection, as shown."""

    rgb: NDArray[np.uint8]
    """shape (height, width, 3); stretched for display only"""
    metres_per_pixel: float
    """true ground metres; 0 where unknown"""
    north_deg: float
    """direction of true north in the chip, degrees clockwise from up; NaN without georeference"""
    outline: tuple[tuple[float, float], ...]
    """corners (column, row) of the detection in chip pixels"""
    stretch: str
    """what was done to the pixels, in words"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One vessel found, with all that the report says of it."""

    detection: Detection
    scene: Scene
    site_id: str
    resolved_m: float | None
    gate: Gate
    consistent_with: tuple[str, ...]
    """names of library classes whose size agrees"""
    chip: Chip | None
    evidence: ClassEvidence | None = None
    """what its deck says of its class; None where nothing was compared"""
    marks: HullEvidence | None = None
    """what analysts say of marks of single hulls; None where nobody looked for any"""
    roster: Elimination | None = None
    """what the vessels that the case names leave, by context; None where none of them has its size"""
    ais: AisFact | None = None
    """what AIS files of the case say of it; None where the case holds none"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One published state of a case, as its report names it."""

    number: int
    """from 1"""
    at: datetime
    """UTC"""
    reason: str
    """why it was published, in the publisher's words"""
    changes: tuple[str, ...]
    """what it changed against the edition before, a sentence each; none for the first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything a report shows."""

    case: Case
    frozen: Frozen
    verdicts: tuple[Verdict, ...]
    looks: tuple[Look, ...]
    found: tuple[Found, ...]
    scenes: tuple[Scene, ...]
    exhibits: tuple[Exhibit, ...]
    port_calls: tuple[PortCall, ...]
    losses: tuple[str, ...]
    """what could not be used, one sentence each"""
    made_at: datetime
    program_version: str
    versions: dict[str, str]
    coverage: CaseCoverage | None = None
    """what could have been seen; None where it was not computed"""
    berth_views: tuple[BerthView, ...] = ()
    """quays looked at"""
    activities: tuple[Activity, ...] = ()
    """what goes on at quays, by pixels and by analysts"""
    editions: tuple[Edition, ...] = ()
    """this edition, then the earlier ones, latest first; none: this is no edition"""
