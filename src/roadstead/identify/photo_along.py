"""A photograph's profile beside profiles of a satellite detection, all over the fraction of the hull's length.

Compared is how far heights and shadow lengths, or steps of height and of the deck's brightness, rise and fall together:
Pearson's correlation of profiles smoothed over 3 % of the length, with either end of the detection as the bow and moved
by up to 3 %. What a correlation weighs was fitted on renders of ships of one form and of two (`bench/photo_fit.py`).
"""

from __future__ import annotations

import json
import math
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.identify.photo_values import MOST_RATIO, AlongMatch
from roadstead.model import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.identify.photo_values import AlongProfile

PLACES = 120
_SMOOTH, _SHIFT = 0.03, 0.03


def compare_along(fraction: NDArray[np.float64], height: NDArray[np.float64], other: AlongProfile) -> AlongMatch:
    """How a profile of a detection agrees with a photograph's.

    Args:
        fraction: share of the hull's length from the bow, rising.
        height: of the photograph there.
        other: of the detection; either of its ends may be the bow.

    Raises:
        InputError: a profile that is not made of at least eight finite numbers over rising fractions in 0-1.
    """
    check_along(other)
    seen = _prepared(fraction, height, other.kind)
    theirs = _prepared(other.fraction, other.value, other.kind)
    ways = [(_best_correlation(seen, theirs[::turn]), turn == -1) for turn in (1, -1)]
    correlation, turned = max(ways)
    numbers = json.loads(files(__package__).joinpath("data/photo.json").read_text("utf-8"))["along"][other.kind]
    ratio = math.exp(numbers["start"] + numbers["slope"] * correlation)
    return AlongMatch(
        kind=other.kind,
        correlation=round(correlation, 3),
        reversed=turned,
        ratio=round(min(max(ratio, 1 / MOST_RATIO), MOST_RATIO), 3),
    )


def check_along(profile: AlongProfile) -> None:
    """Raise InputError where a profile cannot be used."""
    f, v = profile.fraction, profile.value
    usable = f.ndim == 1 and f.shape == v.shape and len(f) >= 8 and np.isfinite(f).all() and np.isfinite(v).all()
    if not usable or (np.diff(f) <= 0).any() or f[0] < 0 or f[-1] > 1:
        raise InputError(
            f"the {profile.kind} profile must hold at least 8 finite numbers over fractions that rise within 0 to 1"
        )


def _prepared(fraction: NDArray[np.float64], value: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    """On a common grid, smoothed; for a deck the size of the steps, as bright and dark say nothing of height."""
    place = (np.arange(PLACES) + 0.5) / PLACES
    smooth = ndimage.gaussian_filter1d(np.interp(place, fraction, value), _SMOOTH * PLACES / 2)
    made: NDArray[np.float64] = np.abs(np.gradient(smooth)) if kind == "deck" else smooth
    return made


def _best_correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    reach = round(_SHIFT * PLACES)
    found = [0.0]
    for shift in range(-reach, reach + 1):
        x, y = a[max(0, shift) : len(a) + min(0, shift)], b[max(0, -shift) : len(b) - max(0, shift)]
        if x.std() > 0 and y.std() > 0:
            found.append(float(np.corrcoef(x, y)[0, 1]))
    return max(found[1:], default=0.0)
