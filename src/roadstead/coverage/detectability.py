"""P(detect | ship length, look, place): how surely a ship would have been found.

Provisional until it is fitted on more labelled images: a logistic curve in ship length over resolved distance, half
of its height at 2.5 resolved distances, scaled by what the shipped detectors found of labelled ships (`RATES`).

Away from anchorages nobody knows beforehand whether a ship lies alongside; the share of the Sentinel-2 ports is taken.
That silence of a detector at a quay must never read as absence is the point of it. The ranges are 90 % intervals of
the rates (Jeffreys: beta distribution with both parameters raised by one half; Brown, Cai and DasGupta 2001,
Statistical Science 16(2), 101-133) together with half a resolved distance either way of the curve's middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import betaincinv

from roadstead.imagery import ESTIMATED
from roadstead.model import Modality, Range

if TYPE_CHECKING:
    from roadstead.model import Look

PROVISIONAL = "provisional: fitted on few labelled images"
HALF_AT_PIXELS, SCALE_PIXELS = 2.5, 0.7
HALF_AT_RANGE = Range(2.0, 3.0)
SHARE_ALONGSIDE = 0.70
"""152 of 216 labelled ships in nine Sentinel-2 ports"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many labelled ships the shipped detector found."""

    found: int
    labelled: int
    """0: there are no labels, and `kept` is assumed"""
    kept: float
    """probability used in weighing, 0-1"""
    source: str

    @property
    def interval(self) -> Range:
        """90 % interval of the rate, `kept` always inside; from 0 to twice `kept` where nothing was labelled."""
        if not self.labelled:
            return Range(0.0, min(1.0, 2 * self.kept))
        low, high = jeffreys(self.found, self.labelled)
        return Range(min(low, self.kept), max(high, self.kept))


RATES = {
    (Modality.SAR, False): Rate(
        found=38, labelled=38, kept=0.95, source="Sentinel-1, roads of Los Angeles, 5 January 2021; a ceiling is kept"
    ),
    (Modality.SAR, True): Rate(found=0, labelled=0, kept=0.3, source="assumed: no radar labels alongside quays"),
    (Modality.OPTICAL, False): Rate(
        found=48, labelled=64, kept=0.6, source="nine Sentinel-2 ports; less is kept, the detector has seen them"
    ),
    (Modality.OPTICAL, True): Rate(
        found=0, labelled=152, kept=0.02, source="nine Sentinel-2 ports; the upper end of the interval is kept"
    ),
}
"""(kind of sensor, whether alongside) -> what was found; `bench/alongside.py` counts the optical ones again"""


def jeffreys(hits: int, trials: int, level: float = 0.9) -> tuple[float, float]:
    """Equal-tailed Jeffreys interval of a proportion; an end without hits or misses is 0 or 1."""
    tail = (1 - level) / 2
    a, b = hits + 0.5, trials - hits + 0.5
    low = 0.0 if hits == 0 else float(betaincinv(a, b, tail))
    high = 1.0 if hits == trials else float(betaincinv(a, b, 1 - tail))
    return low, high


def p_detect(look: Look, length_m: float, *, anchorage: bool = False) -> float:
    """Probability that a ship of that length somewhere in the site's area was found in this look.

    Args:
        look: the look.
        length_m: length overall, metres.
        anchorage: whether the site is open water where no ship lies alongside.
    """
    kept = {side: RATES[look.modality, side].kept for side in (False, True)}
    curve = _curve(length_m, look.resolved_m, HALF_AT_PIXELS)
    return look.usable_fraction * _mixed(kept, anchorage=anchorage) * curve


def p_detect_range(
    length_m: float, modality: Modality, resolved_m: float, *, usable_fraction: float = 1.0, anchorage: bool = False
) -> Range:
    """The same as a range over what is not known of the curve, for a look that was or could have been taken.

    Args:
        length_m: length overall, metres.
        modality: kind of sensor.
        resolved_m: resolved distance, metres.
        usable_fraction: share of the area that is seen, 0-1.
        anchorage: whether the site is open water where no ship lies alongside.
    """
    ends = {side: RATES[modality, side].interval for side in (False, True)}
    low = _mixed({s: r.low for s, r in ends.items()}, anchorage=anchorage)
    high = _mixed({s: r.high for s, r in ends.items()}, anchorage=anchorage)
    slow, fast = (_curve(length_m, resolved_m, half) for half in (HALF_AT_RANGE.high, HALF_AT_RANGE.low))
    return Range(round(usable_fraction * low * slow, 4), round(usable_fraction * high * fast, 4))


def _mixed(ceiling: dict[bool, float], *, anchorage: bool) -> float:
    alongside = 0.0 if anchorage else SHARE_ALONGSIDE
    return (1 - alongside) * ceiling[False] + alongside * ceiling[True]


def _curve(length_m: float, resolved_m: float, half_at_pixels: float) -> float:
    pixels = length_m / max(resolved_m, 0.1)
    return 1.0 / (1.0 + math.exp(-(pixels - half_at_pixels) / SCALE_PIXELS))


def p_blind(look: Look) -> float:
    """Probability that a look as a whole shows no ship, whatever is there; assumed, since nothing measured it.

    Radar fails seldom (wind, a wrong file), and a product's own cloud mask seldom; an estimate from pixels does not see
    an even veil or fog; an optical image whose cloud nobody measured may be cloud altogether.
    """
    if look.modality is Modality.OPTICAL and look.cloud_fraction is None:
        return 0.5
    return 0.2 if look.cloud_basis == ESTIMATED else 0.05
