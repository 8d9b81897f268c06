"""P(detect | ship length, look, place): how surely a ship would have been found.

For each kind of sensor, in open water and alongside, a logistic curve in ship length over resolved distance, up to the
share of large labelled ships that the detectors found (`RATES`); for optical images by networks that had not seen the
port (`bench/detectability.py` fits it). Provisional: from few labelled images.

Away from anchorages nobody knows beforehand whether a ship lies alongside; the share of the Sentinel-2 ports is taken.
Silence of a detector at a quay speaks against a large ship somewhat, and hardly against a short one. The ranges are
90 % intervals of the rates (Jeffreys: beta distribution with both parameters raised by one half; Brown, Cai and
DasGupta 2001, Statistical Science 16(2), 101-133) together with a fifth either way of the curve's middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import betaincinv, expit

from roadstead.imagery import ESTIMATED
from roadstead.model import Modality, Range

if TYPE_CHECKING:
    from roadstead.model import Look

PROVISIONAL = "provisional: fitted on few labelled images"
MIDDLE_UNKNOWN = 0.2
"""share by which the middle of a curve may lie off, either way; assumed"""
SHARE_ALONGSIDE = 0.70
"""152 of 216 labelled ships in nine Sentinel-2 ports"""
USUAL_LENGTH_M = 120.0
"""of ships that nobody asks for: the median of ships at large"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How surely the shipped detector finds ships."""

    found: int
    """of large labelled ships"""
    labelled: int
    """0: there are no labels, and all is assumed"""
    kept: float
    """probability for the largest ships, used in weighing, 0-1"""
    middle_px: float
    """length over resolved distance at which it is half of that"""
    scale_px: float
    """the logistic curve's unit"""
    finest_m: float = 0.0
    """finer resolved distances help no more, metres"""
    source: str

    @property
    def interval(self) -> Range:
        """90 % interval of the rate, `kept` always inside; from 0 to twice `kept` where nothing was labelled."""
        if not self.labelled:
            return Range(0.0, min(1.0, 2 * self.kept))
        low, high = jeffreys(self.found, self.labelled)
        return Range(min(low, self.kept), max(high, self.kept))

    def curve(self, length_m: float, resolved_m: float, middle: float = 1.0) -> float:
        """Share of the largest ships' probability that a ship of that length has; `middle` moves the curve's."""
        pixels = length_m / max(resolved_m, self.finest_m, 0.1)
        return float(expit((pixels - middle * self.middle_px) / self.scale_px))


RATES = {
    (Modality.SAR, False): Rate(
        found=38, labelled=38, kept=0.95, middle_px=2.5, scale_px=0.7,
        source="Sentinel-1, roads of Los Angeles, 5 January 2021; a ceiling is kept, the curve is assumed",
    ),
    (Modality.SAR, True): Rate(
        found=0, labelled=0, kept=0.3, middle_px=2.5, scale_px=0.7, source="assumed: no radar labels alongside quays"
    ),
    (Modality.OPTICAL, False): Rate(
        found=34, labelled=36, kept=0.94, middle_px=6.5, scale_px=2.2, finest_m=5.0,
        source="nine Sentinel-2 ports left out, ships from 100 m; steeper than fitted: none below 50 m are labelled",
    ),
    (Modality.OPTICAL, True): Rate(
        found=47, labelled=51, kept=0.87, middle_px=10.9, scale_px=3.1, finest_m=10.0,
        source="nine Sentinel-2 ports left out, ships from 200 m; less is kept, since PlanetScope shows fewer, and the "
        "middle is later than fitted (10.3), so that silence says less of short ships, of which 28 were labelled",
    ),
}  # fmt: skip
"""(kind of sensor, whether alongside) -> what was found"""


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
    sides = {side: RATES[look.modality, side] for side in (False, True)}
    found = {side: rate.kept * rate.curve(length_m, look.resolved_m) for side, rate in sides.items()}
    return look.usable_fraction * _mixed(found, SHARE_ALONGSIDE if not anchorage else 0.0)


def p_detect_range(
    length_m: float,
    modality: Modality,
    resolved_m: float,
    *,
    usable_fraction: float = 1.0,
    anchorage: bool = False,
    alongside: bool | None = None,
) -> Range:
    """The same as a range over what is not known of the curve, for a look that was or could have been taken.

    Args:
        length_m: length overall, metres.
        modality: kind of sensor.
        resolved_m: resolved distance, metres.
        usable_fraction: share of the area that is seen, 0-1.
        anchorage: whether the site is open water where no ship lies alongside.
        alongside: whether the ship does, where that is known.
    """
    share = float(alongside) if alongside is not None else SHARE_ALONGSIDE
    low, high = {}, {}
    for side in (False, True):
        rate = RATES[modality, side]
        low[side] = rate.interval.low * rate.curve(length_m, resolved_m, 1 + MIDDLE_UNKNOWN)
        high[side] = rate.interval.high * rate.curve(length_m, resolved_m, 1 - MIDDLE_UNKNOWN)
    ends = (usable_fraction * _mixed(end, 0.0 if anchorage else share) for end in (low, high))
    return Range(*(round(end, 4) for end in ends))


def _mixed(found: dict[bool, float], share_alongside: float) -> float:
    return (1 - share_alongside) * found[False] + share_alongside * found[True]


def p_blind(look: Look) -> float:
    """Probability that a look as a whole shows no ship, whatever is there; assumed, since nothing measured it.

    Radar fails seldom (wind, a wrong file), and a product's own cloud mask seldom; an estimate from pixels does not see
    an even veil or fog; an optical image whose cloud nobody measured may be cloud altogether.
    """
    if look.modality is Modality.OPTICAL and look.cloud_fraction is None:
        return 0.5
    return 0.2 if look.cloud_basis == ESTIMATED else 0.05
