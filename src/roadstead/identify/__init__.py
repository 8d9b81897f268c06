"""Identity: what pixels allow to be said, which classes fit, whose AIS fits; shadows against a claimed time."""

from roadstead.identify.ais_expected import LONGEST_SPAN_S, Expected, RadarView, expected_in
from roadstead.identify.ais_match import AisFact, AisState, AisUndetected, match_ais, undetected
from roadstead.identify.drawn import Circumstances, drawn_strip
from roadstead.identify.gate import (
    Gate,
    Level,
    Resolved,
    Statement,
    consistent_classes,
    gate,
    native_known,
    resolved_at,
    size_agrees,
)
from roadstead.identify.layouts import GROUPS, class_of, fitting, superstructure
from roadstead.identify.likeness import (
    CAP,
    Constants,
    Likeness,
    class_misfits,
    compare,
    constants,
    layout_shares,
    posterior,
    ratios,
    shares,
)
from roadstead.identify.shadow import Measured, ShadowAt, ShadowCheck, check_shadow, shadow_at
from roadstead.identify.sharpness import Sharpness, edge_sharpness
from roadstead.identify.strip import DeckStrip, Placement, Profiles, deck_strip, placement_of, profiles, shadow_side

__all__ = [
    "CAP",
    "GROUPS",
    "LONGEST_SPAN_S",
    "AisFact",
    "AisState",
    "AisUndetected",
    "Circumstances",
    "Constants",
    "DeckStrip",
    "Expected",
    "Gate",
    "Level",
    "Likeness",
    "Measured",
    "Placement",
    "Profiles",
    "RadarView",
    "Resolved",
    "ShadowAt",
    "ShadowCheck",
    "Sharpness",
    "Statement",
    "check_shadow",
    "class_misfits",
    "class_of",
    "compare",
    "consistent_classes",
    "constants",
    "deck_strip",
    "drawn_strip",
    "edge_sharpness",
    "expected_in",
    "fitting",
    "gate",
    "layout_shares",
    "match_ais",
    "native_known",
    "placement_of",
    "posterior",
    "profiles",
    "ratios",
    "resolved_at",
    "shadow_at",
    "shadow_side",
    "shares",
    "size_agrees",
    "superstructure",
    "undetected",
]
