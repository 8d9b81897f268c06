"""Case files: reading, checking, resolving, freezing the assumptions, writing a template."""

from roadstead.case.case import SIGHTINGS, Case, CaseSea, Routine, SiteTraffic, require_folder, require_images
from roadstead.case.freeze import Frozen, assumptions, assumptions_sha256, freeze, record_calls
from roadstead.case.load import load_case
from roadstead.case.template import new_case

__all__ = [
    "SIGHTINGS",
    "Case",
    "CaseSea",
    "Frozen",
    "Routine",
    "SiteTraffic",
    "assumptions",
    "assumptions_sha256",
    "freeze",
    "load_case",
    "new_case",
    "record_calls",
    "require_folder",
    "require_images",
]
