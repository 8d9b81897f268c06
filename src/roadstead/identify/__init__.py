"""Identity: what pixels allow to be said, which classes a size is consistent with, and whose AIS fits."""

from roadstead.identify.ais_expected import LONGEST_SPAN_S, Expected, RadarView, expected_in
from roadstead.identify.ais_match import AisFact, AisState, AisUndetected, match_ais, undetected
from roadstead.identify.gate import Gate, consistent_classes, gate, size_agrees
from roadstead.identify.quay import Berth, Image, view_berth
from roadstead.identify.quay_gate import QuayGate, quay_gate

__all__ = [
    "LONGEST_SPAN_S",
    "AisFact",
    "AisState",
    "AisUndetected",
    "Berth",
    "Expected",
    "Gate",
    "Image",
    "QuayGate",
    "RadarView",
    "consistent_classes",
    "expected_in",
    "gate",
    "match_ais",
    "quay_gate",
    "size_agrees",
    "undetected",
    "view_berth",
]
