"""Histories: complete possible stories on an hourly grid, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.model import TimeSpan

UNDER_WAY = -1
ELSEWHERE = -2
PAD_HOURS = 168.0
"""margin on both sides of a window: ships come from somewhere, and looks just outside it tell of it too"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Regular instants over a claim's window and a margin on both sides."""

    start: datetime
    """UTC"""
    step_h: float
    n: int

    def indices(self, span: TimeSpan) -> NDArray[np.int64]:
        """Grid indices inside a span; an instant gives the nearest one; outside the grid gives none."""
        first = (span.start - self.start).total_seconds() / 3600 / self.step_h
        last = (span.end - self.start).total_seconds() / 3600 / self.step_h
        if last - first < 1:
            nearest = round((first + last) / 2)
            return np.arange(nearest, nearest + 1) if 0 <= nearest < self.n else np.arange(0)
        return np.arange(max(0, int(np.ceil(first))), min(self.n, int(np.ceil(last))))

    def holds(self, span: TimeSpan) -> bool:
        """Whether the whole span lies on the grid; a vaguer time says too little to be weighed."""
        return self.start <= span.start and span.end <= self.start + timedelta(hours=self.step_h * self.n)

    def hours(self, t: datetime) -> float:
        """Hours from the grid's start."""
        return (t - self.start).total_seconds() / 3600


def grid_for(window: TimeSpan, pad_h: float = PAD_HOURS) -> Grid:
    """A grid over a window and its margin: hourly up to 45 days, coarser for longer windows."""
    pad = timedelta(hours=max(pad_h, window.hours() / 4))
    hours = window.hours() + 2 * pad.total_seconds() / 3600
    step_h = 1.0 if hours <= 45 * 24 else 3.0 if hours <= 200 * 24 else 6.0
    return Grid(start=window.start - pad, step_h=step_h, n=int(np.ceil(hours / step_h)) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """n histories side by side."""

    grid: Grid
    sites: tuple[str, ...]
    vessels: tuple[str, ...]
    place: NDArray[np.int8]
    """site index, UNDER_WAY or ELSEWHERE; shape (n, vessels, times)"""
    traffic: NDArray[np.int16]
    """vessels of no special interest; shape (n, sites, times)"""
    site_effect: NDArray[np.float32]
    """factor on the probability of detection that all looks at a site share; shape (n, sites)"""

    @property
    def n(self) -> int:
        """Number of histories."""
        return int(self.place.shape[0])

    def at(
        self,
        site_ids: tuple[str, ...],
        vessels: Sequence[int] | None = None,
        times: NDArray[np.int64] | None = None,
    ) -> NDArray[np.bool_]:
        """Whether each vessel is at any of the sites.

        Args:
            site_ids: the sites.
            vessels: indices; None: all.
            times: grid indices in unbroken order; None: all.

        Returns:
            Shape (n, vessels, times).
        """
        place = self.place if vessels is None else self.place[:, list(vessels)]
        if times is not None:
            place = place[:, :, times[0] : times[-1] + 1] if times.size else place[:, :, :0]
        out = np.zeros(place.shape, bool)
        for site in site_ids:
            out |= place == self.sites.index(site)
        return out
