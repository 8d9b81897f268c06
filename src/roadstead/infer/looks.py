"""The likelihood of a look under a history: detections carry no names, so associations are summed out exactly.

For the vessels of interest present S and N other vessels at the site, each detection is a vessel of interest, another
vessel, or clutter; every vessel gives at most one detection. The sum over all injective matchings is a dynamic
programme over the subset of S matched and the number of others matched. Scores p_i are taken as calibrated
under the look's own expected count: detection i has clutter intensity 1 - p_i and vessel intensity p_i / sum(p).
The measured length enters as its density under a named vessel's length over that of ships at large, what pixels say of
the class as its likelihood ratio against another ship of that size.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from roadstead.model import Detection, Look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.infer.histories import Grid, Histories
    from roadstead.model import Estimate, Participant

SHIPS_MEDIAN_M, SHIPS_LOG_SIGMA = 120.0, 0.6
"""lengths of ships at large, log-normal; assumed until measured"""
SCORE_FLOOR = 0.01
MOST_BY_DECK = 10.0
"""no more than this, or its inverse, for what one deck says of class and hull: `identify.CAP`"""
MAX_TIMES = 24
MAX_MATCHED, MAX_COUNTED = 300, 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One look with what was found in it and how surely each vessel would have been found."""

    look: Look
    detections: tuple[Detection, ...]
    p_detect: tuple[float, ...]
    """per vessel of interest, before the site effect"""
    p_detect_other: float
    p_blind: float = 0.0
    """probability that the look as a whole shows no ship, whatever is there"""


Sums = NDArray[np.float64]
"""log sums over matchings: rows are subsets of the vessels of interest, columns numbers of others matched"""


def matching_sums(observed: Observed, vessels: tuple[Participant, ...]) -> Sums:
    """Sums over matchings of a look's detections; they depend on no history, so they are made once.

    Of very many detections the surest are matched: 5,000, or 300 where vessels of interest are at stake.
    """
    most = MAX_MATCHED if vessels else MAX_COUNTED
    detections = sorted(observed.detections, key=lambda d: (-d.score, d.id))[:most]
    scores = np.clip([d.score for d in detections], SCORE_FLOOR, 1 - SCORE_FLOOR)
    expected = float(np.sum(scores)) or 1.0
    subsets, v = 1 << len(vessels), len(vessels)
    log_sums = np.full((subsets, len(detections) + 1), -np.inf)
    log_sums[0, 0] = 0.0
    for p, detection in zip(scores, detections, strict=True):
        as_ship, before = np.log(p / expected), log_sums
        log_sums = before + np.log1p(-p)
        log_sums[:, 1:] = np.logaddexp(log_sums[:, 1:], before[:, :-1] + as_ship)
        for i in range(v):
            with_i = np.nonzero(np.arange(subsets) >> i & 1)[0]
            ratio = _length_ratio(detection.length_m, vessels[i]) + _class_ratio(detection, vessels[i])
            log_sums[with_i] = np.logaddexp(log_sums[with_i], before[with_i ^ (1 << i)] + as_ship + ratio)
    return log_sums


def sharing_class(observed: Iterable[Observed]) -> tuple[Observed, ...]:
    """Looks at one site weigh on the class together as one does: it may be the same ship that lies there.

    Each ratio is raised to one over the number of looks at its site that carry any, which is their geometric mean.
    """
    every = tuple(observed)
    telling = Counter(o.look.site_id for o in every if any(d.class_ratios or d.hull_ratios for d in o.detections))
    return tuple(
        replace(o, detections=tuple(_shared(d, telling[o.look.site_id]) for d in o.detections))
        if telling[o.look.site_id] > 1
        else o
        for o in every
    )


def _shared(detection: Detection, looks: int) -> Detection:
    classes, hulls = (
        tuple((name, ratio ** (1 / looks)) for name, ratio in told)
        for told in (detection.class_ratios, detection.hull_ratios)
    )
    return replace(detection, class_ratios=classes, hull_ratios=hulls)


def drawn_lengths_m(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Lengths of ships at large, metres."""
    return rng.lognormal(np.log(SHIPS_MEDIAN_M), SHIPS_LOG_SIGMA, n)


def log_likelihood(observed: Observed, histories: Histories, sums: Sums) -> NDArray[np.float64]:
    """Natural logarithm of p(look | history) for each history, up to one constant; shape (n,).

    A look whose time is a span is averaged over the span; one whose time reaches beyond the histories' grid, or at a
    place they do not know, says nothing (0). With probability `p_blind` the look as a whole shows no ship (cloud,
    glint, a wrong file), whatever is there: one such image cannot decide a claim.
    """
    look = observed.look
    if look.site_id not in histories.sites:
        return np.zeros(histories.n)
    chosen = seen_at(look, histories.grid)
    if not chosen.size:
        return np.zeros(histories.n)
    logs = np.stack([_at_time(observed, histories, sums, int(t)) for t in chosen])
    mean = np.logaddexp.reduce(logs, axis=0) - np.log(len(chosen))
    if observed.p_blind <= 0:
        return np.asarray(mean)
    return np.asarray(np.logaddexp(np.log1p(-observed.p_blind) + mean, np.log(observed.p_blind) + sums[0, 0]))


def seen_at(look: Look, grid: Grid) -> NDArray[np.int64]:
    """Grid indices at which a look may have been taken, at most 24; none if its time reaches beyond the grid."""
    times = grid.indices(look.time) if look.time is not None and grid.holds(look.time) else np.arange(0)
    if not times.size:
        return times
    return np.asarray(times[np.unique(np.linspace(0, times.size - 1, min(MAX_TIMES, times.size)).astype(int))])


def _at_time(observed: Observed, histories: Histories, sums: Sums, t: int) -> NDArray[np.float64]:
    site = histories.sites.index(observed.look.site_id)
    bits = (1 << np.arange(len(histories.vessels))).astype(np.int64)
    present = ((histories.place[:, :, t] == site) * bits).sum(axis=1)
    others = histories.traffic[:, site, t].astype(np.int64)
    effect = histories.site_effect[:, site]
    states, where = np.unique(np.stack([present, others, np.round(effect * 1000)]), axis=1, return_inverse=True)
    value = np.array([_state(observed, sums, int(s), int(o), float(e) / 1000) for s, o, e in states.T])
    return np.asarray(value[where.reshape(-1)])


def _state(observed: Observed, sums: Sums, present: int, others: int, effect: float) -> float:
    """Logarithm of p(look | exactly these vessels of interest and so many others are there)."""
    seen, missed = log_seen_missed(np.array(observed.p_detect) * effect, observed.look)
    (seen_other,), (missed_other,) = log_seen_missed(np.array([observed.p_detect_other * effect]), observed.look)
    matched = np.arange(min(others, sums.shape[1] - 1) + 1)
    ways = gammaln(others + 1) - gammaln(others - matched + 1)
    ways = ways + matched * seen_other + (others - matched) * missed_other
    total, subset = -np.inf, present
    there = [v for v in range(len(seen)) if present >> v & 1]
    while True:
        log_p = sum(float(seen[v] if subset >> v & 1 else missed[v]) for v in there)
        total = np.logaddexp(total, log_p + np.logaddexp.reduce(sums[subset, : matched.size] + ways))
        if subset == 0:
            return float(total)
        subset = (subset - 1) & present


def log_seen_missed(p: NDArray[np.float64], look: Look) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithms of the probability that a ship there was found, and that it was not.

    In a look that nobody searched only what was marked speaks: a ship that was not marked costs nothing.
    """
    if not look.searched:
        return np.zeros(p.size), np.zeros(p.size)
    p = np.clip(p, 1e-6, 0.999)
    return np.log(p), np.log1p(-p)


def _class_ratio(detection: Detection, vessel: Participant) -> float:
    """Logarithm of the likelihood ratio of a vessel's class and of its own marks; 0 where nothing is said of them.

    Both rest on one deck in one image, so together they count for no more than either may alone.
    """
    ratio = dict(detection.class_ratios).get(vessel.class_id, 1.0)
    ratio *= dict(detection.hull_ratios).get(vessel.hull_id, 1.0)
    return float(np.log(np.clip(ratio, 1 / MOST_BY_DECK, MOST_BY_DECK)))


def _length_ratio(measured: Estimate | None, vessel: Participant) -> float:
    """Logarithm of the density of the measured length under this vessel over that under ships at large."""
    if measured is None:
        return 0.0
    own = max((vessel.length_m.high - vessel.length_m.low) / np.sqrt(12), 0.5)
    sigma = float(np.hypot(measured.sigma, own))
    named = -0.5 * ((measured.value - vessel.length_m.mid) / sigma) ** 2 - np.log(sigma)
    z = max(measured.value, 1.0)
    at_large_sigma = float(np.hypot(SHIPS_LOG_SIGMA, measured.sigma / z))
    at_large = -0.5 * (np.log(z / SHIPS_MEDIAN_M) / at_large_sigma) ** 2 - np.log(at_large_sigma * z)
    return float(named - at_large)
