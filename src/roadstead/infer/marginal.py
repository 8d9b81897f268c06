"""Looks weighed with other traffic and site effects summed out instead of drawn.

Ships of no special interest come and go at a site as an immigration-death process; given where the vessels of interest
are, their number is a hidden Markov chain, seen through the looks, and the forward recursion (Rabiner 1989, Proc. IEEE
77, 257-286) gives p(looks | vessels) exactly. Its mean and stay are known as ranges only: five and two nodes, equal
in the logarithm, stand for them; the number is followed to four standard deviations above the greatest mean. Drawing
the traffic as well (Casella and Robert 1996, Biometrika 83, 81-94, on Rao-Blackwell) would only add noise: with tens of
looks hardly a draw fits every count of ships.

Histories that agree on who is present at every look of a site share its recursion. A look whose time is a span takes
the traffic as constant over it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp, xlog1py, xlogy

from roadstead.infer.looks import log_seen_missed, seen_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.case import SiteTraffic
    from roadstead.infer.histories import Grid
    from roadstead.infer.looks import Observed, Sums
    from roadstead.model import Range

MEAN_NODES, STAY_NODES = 5, 2
SPARE = 4.0
"""so many standard deviations above its greatest mean the number of ships is followed"""
FEW = 64
"""numbers of ships up to which single precision is enough"""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLooks:
    """The looks at one site, ready to be weighed under any history."""

    site: int
    """index among the sites"""
    times: tuple[NDArray[np.int64], ...]
    """grid indices of each look, in order of time"""
    tables: tuple[Floats, ...]
    """per look log p(look | vessels present, others, effect); shape (subsets, effects, most + 1)"""
    blind: tuple[tuple[float, float], ...]
    """per look the probability that it shows nothing, and the log likelihood if so"""
    begin: Floats
    """P(number of others) at the first look for each node; shape (nodes, most + 1)"""
    steps: tuple[Floats, ...]
    """from each look to the next P(number | number before) for each node; shape (nodes, most + 1, most + 1)"""
    log_effect: Floats
    """log prior of each site effect"""
    known: dict[bytes, float] = field(default_factory=dict, compare=False, repr=False)
    """what was worked out already, by who was there at each look"""


def prepare(
    observed: Sequence[tuple[Observed, Sums]],
    sites: tuple[str, ...],
    grid: Grid,
    traffic: Mapping[str, SiteTraffic],
    effects: tuple[tuple[float, ...], tuple[float, ...]],
) -> tuple[SiteLooks, ...]:
    """Tables of every site that was looked at.

    Args:
        observed: looks with their matching sums.
        sites: site ids in the histories' order; looks elsewhere say nothing.
        grid: of the histories; looks whose time reaches beyond it say nothing.
        traffic: assumed traffic by site.
        effects: values of the site effect and their probabilities.
    """
    out = []
    for i, site in enumerate(sites):
        here = [(o, s) for o, s in observed if o.look.site_id == site and seen_at(o.look, grid).size]
        if here:
            # By the middle of a span: one that begins first may end last, and no step goes back in time.
            here.sort(key=lambda pair: (seen_at(pair[0].look, grid).mean(), pair[0].look.scene_id))
            out.append(_site(i, here, grid, traffic[site], effects))
    return tuple(out)


def _site(
    site: int,
    here: Sequence[tuple[Observed, Sums]],
    grid: Grid,
    assumed: SiteTraffic,
    effects: tuple[tuple[float, ...], tuple[float, ...]],
) -> SiteLooks:
    most = int(np.ceil(assumed.vessels.high + SPARE * np.sqrt(assumed.vessels.high) + SPARE))
    times = tuple(seen_at(o.look, grid) for o, _ in here)
    between_h = [float(b.mean() - a.mean()) * grid.step_h for a, b in pairwise(times)]
    nodes = [(m, s) for m in _nodes(assumed.vessels, MEAN_NODES) for s in _nodes(assumed.stay_hours, STAY_NODES)]
    return SiteLooks(
        site=site,
        times=times,
        tables=tuple(_table(o, s, most, effects[0]) for o, s in here),
        blind=tuple((o.p_blind, float(s[0, 0])) for o, s in here),
        begin=np.stack([_stationary(mean, most) for mean, _ in nodes]),
        steps=tuple(np.stack([_transition(m, float(np.exp(-h / s)), most) for m, s in nodes]) for h in between_h),
        log_effect=np.log(effects[1]),
    )


def _nodes(between: Range, count: int) -> list[float]:
    """Middles of equal parts of a range in its logarithm."""
    low, high = np.log(max(between.low, 1e-3)), np.log(max(between.high, 1e-3))
    return [float(np.exp(low + (k + 0.5) / count * (high - low))) for k in range(count)]


def _stationary(mean: float, most: int) -> Floats:
    p = _poisson(np.arange(most + 1), mean)
    return np.asarray(p / p.sum())


@lru_cache(maxsize=512)
def _transition(mean: float, keep: float, most: int) -> Floats:
    """Each ship stays with probability `keep`; Poisson newcomers hold the mean. Row: from, column: to."""
    numbers = np.arange(most + 1)
    stayed = _binomial(numbers[None, :], numbers[:, None], keep)
    came = _poisson(numbers, mean * (1 - keep))
    shifted = np.zeros((most + 1, most + 1))
    for k in numbers:
        shifted[k, k:] = came[: most + 1 - k]
    out = stayed @ shifted
    return np.asarray(out / out.sum(axis=1, keepdims=True))


def _table(observed: Observed, sums: Sums, most: int, effects: tuple[float, ...]) -> Floats:
    return np.stack([_for_effect(observed, sums, most, e) for e in effects], axis=1)


def _for_effect(observed: Observed, sums: Sums, most: int, effect: float) -> Floats:
    """Log p(look | subset present, others) for every subset and number; shape (subsets, most + 1)."""
    seen, missed = log_seen_missed(np.array(observed.p_detect) * effect, observed.look)
    (seen_other,), (missed_other,) = log_seen_missed(np.array([observed.p_detect_other * effect]), observed.look)
    others, matched = np.arange(most + 1)[None, :], np.arange(min(most, sums.shape[1] - 1) + 1)[:, None]
    left = others - matched
    ways = gammaln(others + 1) - gammaln(np.maximum(left, 0) + 1) + matched * seen_other + left * missed_other
    ways = np.where(left >= 0, ways, -np.inf)
    matchings = logsumexp(sums[:, : matched.size, None] + ways[None], axis=1)
    # Ship by ship: one that is there was seen (and its matching is in the sum) or missed.
    for v in range(len(seen)):
        there = np.nonzero(np.arange(matchings.shape[0]) >> v & 1)[0]
        matchings[there] = np.logaddexp(missed[v] + matchings[there ^ (1 << v)], seen[v] + matchings[there])
    return np.asarray(matchings)


def log_marginal(looks: Sequence[SiteLooks], place: NDArray[np.int8]) -> Floats:
    """Log p(looks | where the vessels of interest are), up to one constant.

    Args:
        looks: from `prepare`.
        place: shape (n, vessels, times).

    Returns:
        Shape (n,).
    """
    total = np.zeros(place.shape[0])
    for here in looks:
        total += _of_site(here, place)
    return total


def _of_site(here: SiteLooks, place: NDArray[np.int8]) -> Floats:
    """Histories that agree on who is there at every look share one value, and it is worked out once."""
    seen = np.concatenate(here.times)
    bits = (1 << np.arange(place.shape[1])).astype(np.int64)
    codes = np.zeros((place.shape[0], seen.size), np.int64)
    for v, bit in enumerate(bits):
        codes |= np.where(place[:, v][:, seen] == here.site, bit, 0)
    rows = np.ascontiguousarray(codes).view(np.dtype((np.void, codes.itemsize * seen.size))).reshape(-1)
    keys, first, group = np.unique(rows, return_index=True, return_inverse=True)
    names = [key.tobytes() for key in keys]
    new = [k for k, name in enumerate(names) if name not in here.known]
    if new:
        values = _worked_out(here, codes[first[new]])
        here.known.update(zip((names[k] for k in new), values.tolist(), strict=True))
    return np.array([here.known[name] for name in names])[group.reshape(-1)]


def _worked_out(here: SiteLooks, codes: NDArray[np.int64]) -> Floats:
    """Log p(looks at a site) for who is there at each time of each look; codes of shape (n, times of all looks)."""
    group = np.zeros(codes.shape[0], np.int64)
    parents, patterns, begin = [], [], 0
    for times in here.times:
        both, group = _grouped(np.column_stack([group, codes[:, begin : begin + times.size]]))
        parents.append(both[:, 0])
        patterns.append(both[:, 1:])
        begin += times.size
    emissions = [_emission(t, p, b) for t, p, b in zip(here.tables, patterns, here.blind, strict=True)]
    nodes = _forward(here, parents, emissions)
    return np.asarray((logsumexp(nodes, axis=0) - np.log(len(nodes)))[group])


def _grouped(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Different rows, and which of them each row is."""
    if keys.shape[1] == 2:
        width = int(keys[:, 1].max()) + 1
        one, group = np.unique(keys[:, 0] * width + keys[:, 1], return_inverse=True)
        return np.column_stack([one // width, one % width]), group.reshape(-1)
    both, group = np.unique(keys, axis=0, return_inverse=True)
    return both, group.reshape(-1)


def _emission(
    table: Floats, pattern: NDArray[np.int64], blind: tuple[float, float]
) -> tuple[Floats, NDArray[np.int64]]:
    """Log p(look | who is there, effect, others), averaged over the look's times.

    Returns:
        (one for each different pattern, shape (patterns, effects, most + 1); the pattern of each group).
    """
    if pattern.shape[1] == 1:
        alike, which = np.unique(pattern[:, 0], return_inverse=True)
        mean = table[alike]
    else:
        both, which = np.unique(pattern, axis=0, return_inverse=True)
        mean = reduce(np.logaddexp, (table[codes] for codes in both.T)) - np.log(pattern.shape[1])
    if blind[0] > 0:
        mean = np.logaddexp(np.log1p(-blind[0]) + mean, np.log(blind[0]) + blind[1])
    return np.asarray(mean), which.reshape(-1)


def _forward(
    here: SiteLooks, parents: Sequence[NDArray[np.int64]], emissions: Sequence[tuple[Floats, NDArray[np.int64]]]
) -> Floats:
    """Forward recursion; log likelihood of each last group under each node of the traffic, shape (nodes, groups).

    Numbers are normalised at every look, so single precision loses a part in a million a look, and halves the time.
    Where there may be very many ships, the range of double precision is needed.
    """
    (nodes, most), effects = here.begin.shape, here.log_effect.size
    number = np.float32 if most <= FEW else np.float64
    tiny = number(np.finfo(number).tiny)
    alpha = np.ascontiguousarray(np.broadcast_to(here.begin.astype(number)[:, None, None], (nodes, 1, effects, most)))
    log_scale = np.broadcast_to(here.log_effect, (nodes, 1, effects))
    for k, (parent, (emission, which)) in enumerate(zip(parents, emissions, strict=True)):
        if k:
            # One product a node: many small ones take several times as long.
            alpha = (alpha.reshape(nodes, -1, most) @ here.steps[k - 1].astype(number)).reshape(alpha.shape)
        top = emission.max(axis=2)
        alpha, total = _seen(alpha, parent, np.exp(emission - top[..., None]).astype(number), which, tiny)
        log_scale = log_scale[:, parent] + top[which] + np.log(total.astype(np.float64))
    return np.asarray(logsumexp(log_scale, axis=2))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _seen(
    alpha: NDArray[Any], parent: NDArray[np.int64], likely: NDArray[Any], which: NDArray[np.int64], tiny: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Let a look in: numbers of each group, shape (nodes, groups, effects, most + 1), and what they summed to."""
    nodes, _, effects, most = alpha.shape
    out = np.empty((nodes, parent.size, effects, most), alpha.dtype)
    total = np.empty((nodes, parent.size, effects), alpha.dtype)
    for n in range(nodes):
        for g in range(parent.size):
            for e in range(effects):
                before, factor, row = alpha[n, parent[g], e], likely[which[g], e], out[n, g, e]
                here = tiny * 0
                for m in range(most):
                    # Never 0, or many ships where few were assumed would leave nothing.
                    row[m] = max(before[m], tiny) * factor[m]
                    here += row[m]
                here = max(here, tiny)
                total[n, g, e] = here
                for m in range(most):
                    row[m] /= here
    return out, total


def _poisson(k: NDArray[np.int64], mean: float) -> NDArray[np.float64]:
    """Poisson probabilities; scipy.stats has them too, but takes a second to be imported."""
    return np.asarray(np.exp(xlogy(k, mean) - mean - gammaln(k + 1)))


def _binomial(k: NDArray[np.int64], n: NDArray[np.int64], p: float) -> NDArray[np.float64]:
    """Binomial probabilities, broadcast; 0 where k exceeds n."""
    rest = np.maximum(n - k, 0)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(rest + 1)
    return np.where(k <= n, np.exp(ways + xlogy(k, p) + xlog1py(rest, -p)), 0.0)
