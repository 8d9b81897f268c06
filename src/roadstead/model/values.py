"""Small quantities: ranges that keep conflicting sources, estimates with their sigma."""

from __future__ import annotations

import math
from dataclasses import dataclass

from roadstead.model.errors import InputError

LICENCE_WORDS = "roadstead:licence"
"""property of STAC items with the words of a licence that has no SPDX name"""
SIMULATED_MARK = "roadstead:simulated"
"""key, tag or remark that everything carries which was made from simulated images or positions"""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text_cell(text: str) -> str:
    """A text for a table: one that a spreadsheet would run as a formula gets an apostrophe before it (OWASP)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


@dataclass(frozen=True, slots=True)
class Range:
    """A closed interval [low, high]; what several sources say, or what an analyst is ready to assume."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise InputError(f"range [{self.low}, {self.high}] must be two finite numbers, the lower one first")

    @property
    def mid(self) -> float:
        """Middle of the interval."""
        return (self.low + self.high) / 2

    @property
    def percent(self) -> str:
        """A range of probabilities in whole per cent: `20–45 %`."""
        low, high = f"{100 * self.low:.0f}", f"{100 * self.high:.0f}"
        return f"{low} %" if low == high else f"{low}–{high} %"

    def widened(self, other: Range) -> Range:
        """The smallest range holding both."""
        return Range(min(self.low, other.low), max(self.high, other.high))

    def __str__(self) -> str:
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g}-{self.high:g}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value with one standard deviation, both in the unit of the field that holds it."""

    value: float
    sigma: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.sigma >= 0):
            raise InputError(f"estimate {self.value} +- {self.sigma} needs a finite value and a sigma >= 0")
