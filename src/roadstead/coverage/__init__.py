"""Coverage: what the images we hold could have shown, and how surely a ship would have been found."""

from roadstead.coverage.detectability import PROVISIONAL, p_blind, p_detect
from roadstead.coverage.looks import USABLE_AT_LEAST, look_at, site_mask, usable
from roadstead.coverage.summary import ALWAYS_UNKNOWN, coverage_of

__all__ = [
    "ALWAYS_UNKNOWN",
    "PROVISIONAL",
    "USABLE_AT_LEAST",
    "coverage_of",
    "look_at",
    "p_blind",
    "p_detect",
    "site_mask",
    "usable",
]
