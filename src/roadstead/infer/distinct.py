"""The least number of different ships that looks show, without any model of where ships go.

Two detections cannot be one ship if they stand in one look, if no ship could sail from the one place to the other in
the time between them, or if their lengths differ by more than their errors allow. Detections of which no two can be one
ship are as many ships. Finding the largest such set is hard in general; every such set is a true lower bound, so sets
are grown from each look in turn, and any two looks are matched exactly (Koenig: what no matching pairs up is distinct).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from roadstead.model import Detection, DistinctShips, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from roadstead.infer.looks import Observed

FASTEST_KN = 50.0
"""no ship at sea with cargo or soldiers sails faster; a faster one would make the number too large"""
KMH_PER_KN = 1.852
APART_SIGMAS = 4.0
"""lengths that differ by more than so many standard deviations are of two ships"""
LEAST_SIGMA_M = 3.0
"""a measured length is never trusted more than this"""
COMPARED = 400
"""detections of a look that are compared one by one with those of another; more only count in their own look"""
PAIRS = 40
"""looks, those with most ships first, of which every two are matched"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The ships of one look."""

    site_id: str
    scene_id: str
    time: TimeSpan
    ships: tuple[Detection, ...]


def distinct_ships(
    observed: Sequence[Observed],
    is_ship: Callable[[Detection], bool],
    km: Callable[[str, str], float],
    name: Callable[[str], str],
) -> DistinctShips:
    """How many different ships the looks show at least, and why.

    Args:
        observed: looks of known time.
        is_ship: which detections count.
        km: distance between two sites that no way at sea is shorter than.
        name: of a site, to be printed.
    """
    shown = sorted(
        (
            _Shown(site_id=o.look.site_id, scene_id=o.look.scene_id, time=o.look.time, ships=ships)
            for o in observed
            if o.look.time and (ships := tuple(d for d in o.detections if is_ship(d)))
        ),
        key=lambda s: (s.time, s.site_id, s.scene_id),
    )
    if not shown:
        looks = len(observed)
        return DistinctShips(at_least=0, why=f"No ship was found in {looks} look(s)." if looks else "No look of ours.")
    crowded = max(shown, key=lambda s: len(s.ships))
    best = DistinctShips(
        at_least=len(crowded.ships),
        why=f"{len(crowded.ships)} in one look, {_where(crowded, name)}.",
        scenes=(crowded.scene_id,),
    )
    for other in (_matched(shown, km, name), _grown(shown, km, name)):
        if other.at_least > best.at_least:
            best = other
    return best


def _where(s: _Shown, name: Callable[[str], str]) -> str:
    when = f"{s.time.middle:%Y-%m-%d %H:%M}" if s.time.hours() <= 1 else f"{s.time.middle:%Y-%m-%d}"
    return f"at {name(s.site_id)}, {when} UTC"


def _too_far(a: _Shown, b: _Shown, km: Callable[[str, str], float]) -> bool:
    """Whether no ship could be in both looks, however their times lie inside their spans."""
    if a.site_id == b.site_id:
        return False
    most = max(a.time.end, b.time.end) - min(a.time.start, b.time.start)
    return km(a.site_id, b.site_id) > most.total_seconds() / 3600 * FASTEST_KN * KMH_PER_KN


def _other_size(a: Sequence[Detection], b: Sequence[Detection]) -> NDArray[np.bool_]:
    """Which ships are surely of another length; shape (ships of a, ships of b). A length not measured fits any."""
    (x, sx), (y, sy) = _lengths(a), _lengths(b)
    return np.asarray(np.abs(x[:, None] - y[None]) > APART_SIGMAS * np.hypot(sx[:, None], sy[None]))


def _lengths(ships: Sequence[Detection]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pairs = [(d.length_m.value, max(d.length_m.sigma, LEAST_SIGMA_M)) if d.length_m else (0.0, np.inf) for d in ships]
    both = np.array(pairs, np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _matched(shown: Sequence[_Shown], km: Callable[[str, str], float], name: Callable[[str], str]) -> DistinctShips:
    """The best of any two looks."""
    best = DistinctShips(at_least=0, why="")
    fullest = sorted(shown, key=lambda s: (-len(s.ships), s.time, s.site_id, s.scene_id))[:PAIRS]
    for a, b in combinations(sorted(fullest, key=lambda s: (s.time, s.site_id, s.scene_id)), 2):
        far = _too_far(a, b, km)
        if not far and max(len(a.ships), len(b.ships)) > COMPARED:
            continue
        same = 0 if far else int((maximum_bipartite_matching(csr_matrix(~_other_size(a.ships, b.ships))) >= 0).sum())
        count = len(a.ships) + len(b.ships) - same
        if count > best.at_least:
            because = (
                f"too far apart for one ship at {FASTEST_KN:.0f} kn"
                if far
                else f"of their lengths only {same} can be of the same ships"
            )
            why = f"{len(a.ships)} {_where(a, name)}, and {len(b.ships)} {_where(b, name)}: {because}."
            best = DistinctShips(at_least=count, why=why, scenes=(a.scene_id, b.scene_id))
    return best


def _grown(shown: Sequence[_Shown], km: Callable[[str, str], float], name: Callable[[str], str]) -> DistinctShips:
    """The best set that grows from one look by ships that can be none of those in it."""
    best = DistinctShips(at_least=0, why="")
    fullest = sorted(shown, key=lambda s: (-len(s.ships), s.time, s.site_id, s.scene_id))[:PAIRS]
    for seed in fullest:
        chosen = [(seed, s) for s in seed.ships]
        for other in fullest:
            near = [s for look, s in chosen if not _too_far(look, other, km)]
            if other is not seed and len(near) <= COMPARED:
                fits = np.all(_other_size(near, other.ships[:COMPARED]), axis=0).tolist()
                chosen += [(other, s) for s, fit in zip(other.ships, fits, strict=False) if fit]
        if len(chosen) > best.at_least:
            used = sorted({c.scene_id: c for c, _ in chosen}.values(), key=lambda c: (c.time, c.scene_id))
            parts = [f"{sum(c is u for c, _ in chosen)} {_where(u, name)}" for u in used]
            why = f"{'; '.join(parts)}: no two of them can be one ship, by distance and time or by length."
            best = DistinctShips(at_least=len(chosen), why=why, scenes=tuple(u.scene_id for u in used))
    return best
