"""Identity: what pixels allow to be said, which classes a size is consistent with, and whose AIS fits."""

from roadstead.identify.ais_expected import LONGEST_SPAN_S, Expected, RadarView, expected_in
from roadstead.identify.ais_match import AisFact, AisState, AisUndetected, match_ais, undetected
from roadstead.identify.gate import Gate, consistent_classes, gate, size_agrees
from roadstead.identify.photo_values import (
    NONE_OF_THESE,
    AlongMatch,
    AlongProfile,
    Marks,
    PhotoEvidence,
    Photograph,
    SideProfile,
)

__all__ = [
    "LONGEST_SPAN_S",
    "NONE_OF_THESE",
    "AisFact",
    "AisState",
    "AisUndetected",
    "AlongMatch",
    "AlongProfile",
    "Expected",
    "Gate",
    "Marks",
    "PhotoEvidence",
    "Photograph",
    "RadarView",
    "SideProfile",
    "consistent_classes",
    "expected_in",
    "gate",
    "match_ais",
    "size_agrees",
    "undetected",
]
