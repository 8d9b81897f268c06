"""Coverage: what could have been seen of a place, what is known to have been taken, and what our images could show."""

from roadstead.coverage.answers import anybody, standing
from roadstead.coverage.detectability import (
    PROVISIONAL,
    RATES,
    USUAL_LENGTH_M,
    jeffreys,
    p_blind,
    p_detect,
    p_detect_range,
)
from roadstead.coverage.looks import USABLE_AT_LEAST, look_at, site_mask, usable
from roadstead.coverage.moments import CYCLES_LATELY, Known, SiteLook, moments_of
from roadstead.coverage.opportunities import Predicted, next_opportunities, opportunities
from roadstead.coverage.picture import CALL_HOURS, site_coverage
from roadstead.coverage.satellites import Satellite, Satellites, elements_of
from roadstead.coverage.summary import ALWAYS_UNKNOWN, coverage_of
from roadstead.coverage.unseen import best_further_look, missed_range, p_missed, starts_of, widest
from roadstead.coverage.windows import PRECISE_HOURS, blind_windows, gaps

__all__ = [
    "ALWAYS_UNKNOWN",
    "CALL_HOURS",
    "CYCLES_LATELY",
    "PRECISE_HOURS",
    "PROVISIONAL",
    "RATES",
    "USABLE_AT_LEAST",
    "USUAL_LENGTH_M",
    "Known",
    "Predicted",
    "Satellite",
    "Satellites",
    "SiteLook",
    "anybody",
    "best_further_look",
    "blind_windows",
    "coverage_of",
    "elements_of",
    "gaps",
    "jeffreys",
    "look_at",
    "missed_range",
    "moments_of",
    "next_opportunities",
    "opportunities",
    "p_blind",
    "p_detect",
    "p_detect_range",
    "p_missed",
    "site_coverage",
    "site_mask",
    "standing",
    "starts_of",
    "usable",
    "widest",
]
