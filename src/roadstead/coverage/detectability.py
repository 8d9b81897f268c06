"""P(detect | ship length, look): how surely a ship would have been found.

Provisional until fitted on labelled images: a logistic curve in ship length over resolved distance, with its middle
where published Sentinel-1 and -2 detectors find half of the ships (length about 2.5 resolved distances: Paolo et
al. 2024, Nature 625, 85-91, extended data, > 90 % at 50 m on 10-20 m pixels), times the usable share of the area.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.model import Look

PROVISIONAL = "provisional: not yet fitted on labelled images"
HALF_AT_PIXELS, SCALE_PIXELS, CEILING = 2.5, 0.7, 0.95


def p_detect(look: Look, length_m: float) -> float:
    """Probability that a ship of that length somewhere in the site's area was found in this look."""
    pixels = length_m / max(look.resolved_m, 0.1)
    curve = CEILING / (1.0 + math.exp(-(pixels - HALF_AT_PIXELS) / SCALE_PIXELS))
    return look.usable_fraction * curve
