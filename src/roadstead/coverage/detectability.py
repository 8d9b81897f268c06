"""P(detect | ship length, look, place): how surely a ship would have been found.

Provisional until it is fitted on more labelled images: a logistic curve in ship length over resolved distance, half
of its height at 2.5 resolved distances, scaled by what the shipped detectors found of labelled ships:

- Sentinel-1, Los Angeles roads: 38 of 38 in open water; a ceiling of 0.95 is kept. Alongside: no labels, 0.3 assumed.
- Sentinel-2 ports (`bench/alongside.py`): 48 of 64 in open water, 0.6 kept since the coefficients have seen those
  ports; alongside none of 152: 0.02, the upper end of the 95 % interval.

Away from anchorages nobody knows beforehand whether a ship lies alongside; the share of the Sentinel-2 ports is taken.
That silence of a detector at a quay must never read as absence is the point of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from roadstead.model import Modality

if TYPE_CHECKING:
    from roadstead.model import Look

PROVISIONAL = "provisional: fitted on few labelled images"
HALF_AT_PIXELS, SCALE_PIXELS = 2.5, 0.7
OPEN_WATER = {Modality.SAR: 0.95, Modality.OPTICAL: 0.6}
ALONGSIDE = {Modality.SAR: 0.3, Modality.OPTICAL: 0.02}
SHARE_ALONGSIDE = 0.70
"""152 of 216 labelled ships in nine Sentinel-2 ports"""


def p_detect(look: Look, length_m: float, *, anchorage: bool = False) -> float:
    """Probability that a ship of that length somewhere in the site's area was found in this look.

    Args:
        look: the look.
        length_m: length overall, metres.
        anchorage: whether the site is open water where no ship lies alongside.
    """
    pixels = length_m / max(look.resolved_m, 0.1)
    curve = 1.0 / (1.0 + math.exp(-(pixels - HALF_AT_PIXELS) / SCALE_PIXELS))
    alongside = 0.0 if anchorage else SHARE_ALONGSIDE
    ceiling = (1 - alongside) * OPEN_WATER[look.modality] + alongside * ALONGSIDE[look.modality]
    return look.usable_fraction * ceiling * curve


def p_blind(look: Look) -> float:
    """Probability that a look as a whole shows no ship, whatever is there; assumed, since nothing measured it.

    Radar fails seldom (wind, a wrong file); an optical image whose cloud nobody measured may be cloud altogether.
    """
    if look.modality is Modality.SAR or look.cloud_fraction is not None:
        return 0.05
    return 0.5
