"""ICD 203 probability words (Intelligence Community Directive 203, 2015, section D.6.e.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.model import Range

BANDS = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.01, "almost certain"),
)


def probability_word(p: float) -> str:
    """The ICD 203 word for a probability."""
    return next(word for upper, word in BANDS if p < upper)


def probability_words(p: Range) -> str:
    """The word, or both words of a range."""
    low, high = probability_word(p.low), probability_word(p.high)
    return low if low == high else f"{low} to {high}"
