"""Whether two detections may be one ship: length, and in optical images beam, against those of ships at large.

The ratio of two probabilities: that one ship, drawn from ships at large, is measured as both are, and that two ships
drawn one by one are. Errors are taken as normal with the stated sigmas. Size names no ship: of any length many sail, so
what speaks for one ship is capped, and a layout seen in finer pixels is not compared yet.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from roadstead.infer.distinct import FASTEST_KN, KMH_PER_KN, LEAST_SIGMA_M
from roadstead.infer.looks import SHIPS_LOG_SIGMA, SHIPS_MEDIAN_M
from roadstead.model import Modality, SamePair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from roadstead.infer.looks import Observed
    from roadstead.model import Detection, Estimate

MOST_DB = 10.0
"""the most that sizes may say for one ship, in decibels"""
LEAST_DB = -30.0
SLENDERNESS, SLENDERNESS_LOG_SIGMA = 6.5, 0.18
"""length to beam of seagoing ships, roughly 4.5 to 9"""
MOST_PAIRS = 12
LIKELY = 0.5
"""score from which a detection is spoken of as a vessel"""
COMPARED = 60
"""detections of a look that are compared one by one with those of another"""
_LENGTHS = np.linspace(math.log(8), math.log(500), 300)
_SLENDER = np.linspace(-3, 3, 21)


def same_ship_db(a: Detection, b: Detection, *, beams: bool) -> float | None:
    """How much the sizes of two detections speak for one ship, decibels; None where a length was not measured.

    Args:
        a: one detection.
        b: another, of another time.
        beams: whether both beams were measured by themselves, not inferred from the length.
    """
    if a.length_m is None or b.length_m is None:
        return None
    own = [_density(d, beams=beams) for d in (a, b)]
    prior = np.exp(-0.5 * ((_LENGTHS - math.log(SHIPS_MEDIAN_M)) / SHIPS_LOG_SIGMA) ** 2)[:, None]
    prior = prior * np.exp(-0.5 * _SLENDER**2)[None]
    prior /= prior.sum()
    both, single = (prior * own[0] * own[1]).sum(), [(prior * o).sum() for o in own]
    tiny = np.finfo(float).tiny
    db = 10 * math.log10(max(both, tiny) / max(single[0] * single[1], tiny))
    return float(np.clip(db, LEAST_DB, MOST_DB))


def _density(d: Detection, *, beams: bool) -> NDArray[np.float64]:
    """Density of what was measured of each possible ship, up to one factor; shape (lengths, slendernesses)."""
    length = np.exp(_LENGTHS)[:, None]
    out = np.repeat(_normal(d.length_m, length), _SLENDER.size, axis=1)
    if beams:
        out *= _normal(d.beam_m, length / SLENDERNESS * np.exp(SLENDERNESS_LOG_SIGMA * _SLENDER)[None])
    return out


def _normal(measured: Estimate | None, true: NDArray[np.float64]) -> NDArray[np.float64]:
    if measured is None:
        return np.ones_like(true)
    sigma = max(measured.sigma, LEAST_SIGMA_M)
    return np.asarray(np.exp(-0.5 * ((measured.value - true) / sigma) ** 2) + 1e-12)


def same_pairs(
    observed: Sequence[Observed], is_ship: Callable[[Detection], bool], km: Callable[[str, str], float]
) -> tuple[SamePair, ...]:
    """Detections of successive looks that may be one ship, each in one pair with one look; the likeliest first.

    A look is paired with the next one of each site. All likely ships of both are paired, so that the choice of a size
    does not speak for one ship; only pairs that count are listed.

    Args:
        observed: looks; those whose times overlap have no order and are not paired.
        is_ship: which detections count: one of each pair listed at least.
        km: distance between two sites that no way at sea is shorter than.
    """
    dated = [(o, o.look.time) for o in observed if o.look.time and any(d.score >= LIKELY for d in o.detections)]
    dated.sort(key=lambda x: (x[1].middle, x[0].look.site_id, x[0].look.scene_id))
    out: list[SamePair] = []
    for n, (a, when) in enumerate(dated):
        later: dict[str, Observed] = {}
        for b, then in dated[n + 1 :]:
            if then.start > when.end and b.look.scene_id != a.look.scene_id:
                later.setdefault(b.look.site_id, b)
        out += [p for b in later.values() if _reachable(a, b, km) for p in _matched(a, b, is_ship)]
    return tuple(sorted(out, key=lambda p: (-p.db, p.first, p.second))[:MOST_PAIRS])


def _reachable(a: Observed, b: Observed, km: Callable[[str, str], float]) -> bool:
    if a.look.time is None or b.look.time is None:
        return False
    hours = (b.look.time.end - a.look.time.start).total_seconds() / 3600
    return a.look.site_id == b.look.site_id or km(a.look.site_id, b.look.site_id) <= hours * FASTEST_KN * KMH_PER_KN


def _matched(a: Observed, b: Observed, is_ship: Callable[[Detection], bool]) -> list[SamePair]:
    """The pairing of two looks' ships that speaks most for the same ships; only pairs for which something speaks."""
    beams = a.look.modality is b.look.modality is Modality.OPTICAL
    rows, cols = ([d for d in o.detections if d.score >= LIKELY and d.length_m] for o in (a, b))
    rows, cols = rows[:COMPARED], cols[:COMPARED]
    if not rows or not cols or a.look.time is None or b.look.time is None:
        return []
    table = np.array([[same_ship_db(x, y, beams=beams) or 0.0 for y in cols] for x in rows])
    hours = (b.look.time.middle - a.look.time.middle).total_seconds() / 3600
    return [
        SamePair(first=rows[i].id, second=cols[k].id, hours=round(hours, 1), db=round(float(table[i, k]), 1))
        for i, k in zip(*linear_sum_assignment(-np.clip(table, 0, None)), strict=True)
        if table[i, k] > 0 and (is_ship(rows[i]) or is_ship(cols[k]))
    ]
