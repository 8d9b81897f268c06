"""What pixels say of a ship's class: likelihood ratios with what they rest on."""

from __future__ import annotations

from dataclasses import dataclass

OTHER_TYPE, NONE_OF_THESE = "another type of that size", "none of these"
"""always compete with the classes of the library"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEvidence:
    """How the deck of one detection compares with the library's ships, drawn under the scene's own sun."""

    detection_id: str
    ratios: tuple[tuple[str, float], ...]
    """(class id, p(pixels | class) / p(pixels | another ship of that size)), within 1/10 to 10, sorted by id; a form
    without a class stands under its own id. Empty where the gate holds classes back"""
    posterior: tuple[tuple[str, float], ...]
    """shares that sum to 1: the classes above, `OTHER_TYPE` and `NONE_OF_THESE`, from the capped ratios and equal
    priors; empty where there are no ratios"""
    layout: tuple[tuple[str, float], ...]
    """(where the superstructure stands: forward, midships, aft; share), sorted; empty where the gate holds it back"""
    gate: str
    """finest statement that the pixels allow: vessel, size, layout, class or hull"""
    words: str
    provenance: str = "rendered"
    """on what the ratios rest: calibrated on drawn ships only, hence capped"""
    capped: bool = False
    """whether any ratio was cut to its limit"""

    @property
    def best(self) -> str:
        """The class, `OTHER_TYPE` or `NONE_OF_THESE` with the greatest share; empty where nothing was compared."""
        return max(self.posterior, key=lambda row: row[1])[0] if self.posterior else ""
