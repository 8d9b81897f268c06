"""What a claim is weighed against, and the weighted histories that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from roadstead.case import SiteTraffic
from roadstead.infer.fixes import Fix
from roadstead.infer.looks import Observed
from roadstead.infer.motion import World
from roadstead.model import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Histories of one motion with their weights."""

    motion: str
    claimed: NDArray[np.bool_]
    """whether the claim holds, were its unseen part (persons, activity) true; shape (n,)"""
    log_looks: NDArray[np.float64]
    """log p(looks | history), times the weight of a history that was drawn given the looks; shape (n,)"""
    reports: NDArray[np.bool_]
    """whether each weighed report is true; shape (reports, n)"""
    before: float | None = None
    """share of the prior in which the claim holds; None: histories are drawn from the prior itself"""
    lost: float = 0.0
    """variance of the normaliser that resampling added, relative"""
    seen: NDArray[np.bool_] | None = None
    """of a composed claim with unseen parts: whether it holds were these against it; shape (n,)"""
    seen_before: float | None = None
    """share of the prior in which that is so; None: as `before`"""
    only: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    """log p(one group of looks | history) less that of all looks: what turns the weight of all into that of the group;
    shape (groups, n)"""
    without: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    """the same of all looks but the group's"""
    present: NDArray[np.int16] = field(default_factory=lambda: np.zeros((0, 0), np.int16))
    """vessels that could be taken for the claim's at each probe; of a claim about ships of any name all ships; shape
    (probes, n)"""

    working: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), np.bool_))
    """whether a claimed vessel is at the place of each `Evidence.work` at its time; shape (work, n)"""

    @property
    def holds_before(self) -> float:
        """Share of the prior in which the claim holds."""
        return float(self.claimed.mean()) if self.before is None else self.before

    @property
    def seen_holds_before(self) -> float:
        """Share of the prior in which the claim holds though its unseen parts are against it."""
        if self.seen is None:
            return self.holds_before
        return float(self.seen.mean()) if self.seen_before is None else self.seen_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one claim is weighed against."""

    world: World
    """sites, the claim's vessels, distances, routine"""
    traffic: Mapping[str, SiteTraffic]
    """assumed other vessels by site"""
    observed: tuple[Observed, ...]
    """looks with detections"""
    reports: tuple[Sighting, ...]
    """the reports that are weighed in the second computation; of a claim about named vessels, such as name vessels"""
    fixes: tuple[Fix, ...] = ()
    """AIS positions of the vessels"""
    probes: tuple[tuple[str, datetime], ...] = ()
    """places and times at which it is asked how many vessels are there; times lie on the grid"""
    work: tuple[tuple[str, datetime], ...] = ()
    """places and times at which the claimed activity was looked for beside a ship"""
