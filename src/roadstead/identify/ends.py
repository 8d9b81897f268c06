"""A hull's ends and sides found again in fine pixels, where a detector's outline stops at dark decks.

From the middle outwards the hull goes on as long as it is brighter than the water beside it; holds, shadows and dark
paint may interrupt it for a while. Only for ships in open water: beside a quay nothing tells where the hull ends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.identify.strip import ALONG, deck_strip
from roadstead.model import Estimate, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.strip import Placement

_SEARCH = 1.7
"""times the length that is searched"""
_NOISES, _SHARE = 4.0, 0.25
"""how much brighter than water counts as hull: standard deviations of the water, share of the hull's contrast"""
_GAP = 0.12
"""share of the length that holds and shadows may interrupt"""
_CENTRAL = 0.3
"""share of the beam around the axis by which ends are found"""
_LEAST, _MOST = 0.8, 1.5
"""times the length or beam given within which what is found is believed"""
_END_PX, _SHARE_SIGMA = 1.5, 0.02
"""standard deviation of a size: pixels, and share of it for overhangs and foam"""


def found_again(image: NDArray[np.float32], valid: NDArray[np.bool_], at: Placement) -> Placement:
    """The placement with its ends and sides where the pixels show them; as given where they do not.

    Args:
        image: brightness, shape (height, width).
        valid: True where a pixel is valid, same shape.
        at: as measured, good to about a third of the length.
    """
    try:
        wide = deck_strip(image, valid, replace(at, length_m=_SEARCH * at.length_m))
    except InputError:
        return at
    beside = (np.arange(len(wide.brightness)) - len(wide.brightness) // 2) * wide.step_m
    level, noise = wide.water
    own = wide.brightness[np.abs(beside) < _CENTRAL * at.beam_m]
    middle = own[:, ALONG // 3 : -ALONG // 3]
    if not (np.isfinite(level) and np.isfinite(middle).any()):
        return at
    least = max(_NOISES * noise, _SHARE * (float(np.nanmedian(middle)) - level))
    bright = np.nan_to_num(wide.brightness - level, nan=0.0) > least
    ends = _run(bright[np.abs(beside) < _CENTRAL * at.beam_m].mean(axis=0) > 0.35, ALONG // 2, _GAP * ALONG / _SEARCH)
    if ends is None:
        return at
    sides = _run(
        bright[:, ends[0] : ends[1]][:, _quarters(ends)].mean(axis=1) > 0.35, len(bright) // 2, 2.0 / wide.step_m
    )
    return _moved(at, wide.step_m, ends, sides, len(bright))


def _quarters(ends: tuple[int, int]) -> slice:
    quarter = (ends[1] - ends[0]) // 4
    return slice(quarter, ends[1] - ends[0] - quarter or None)


def _run(hull: NDArray[np.bool_], start: int, gap: float) -> tuple[int, int] | None:
    """First place and first place after the run of hull around a start, gaps up to a length bridged."""
    places = np.flatnonzero(hull)
    if not places.size:
        return None
    breaks = np.flatnonzero(np.diff(places) > max(1.0, gap) + 1)
    groups = np.split(places, breaks + 1)
    group = min(groups, key=lambda g: float(np.abs(g - start).min()))
    return int(group[0]), int(group[-1]) + 1


def _moved(at: Placement, step_m: float, ends: tuple[int, int], sides: tuple[int, int] | None, rows: int) -> Placement:
    """The placement between new ends and sides; what is beyond belief stays as it was."""
    length, ahead = (ends[1] - ends[0]) * step_m, (ALONG / 2 - (ends[0] + ends[1]) / 2) * step_m
    if not _LEAST <= length / at.length_m <= _MOST:
        length, ahead = at.length_m, 0.0
    beam, right = at.beam_m, 0.0
    if sides is not None and _LEAST <= (sides[1] - sides[0]) * step_m / at.beam_m <= _MOST:
        beam, right = (sides[1] - sides[0]) * step_m, ((sides[0] + sides[1]) / 2 - rows / 2) * step_m
    return replace(
        at,
        row_px=at.row_px + ahead * at.ahead_px[0] + right * at.starboard_px[0],
        col_px=at.col_px + ahead * at.ahead_px[1] + right * at.starboard_px[1],
        length_m=length,
        beam_m=beam,
    )


def size_of(at: Placement) -> tuple[Estimate, Estimate]:
    """Length and beam of ends and sides found again, with what is known of their errors."""
    edge = _END_PX * at.pixel_m()
    length, beam = (Estimate(v, float(np.hypot(edge, _SHARE_SIGMA * v))) for v in (at.length_m, at.beam_m))
    return length, beam
