"""What each look says of the vessels of interest alone: the factors that histories are drawn with.

The exact likelihood couples the looks at a site, through ships of no interest that stay and through its detectability
(marginal.py). Drawing needs one factor for each look and each set of vessels present: its likelihood averaged over what
the other looks at the site say of traffic and detectability, the vessels taken to be there as often as in earlier draws
(the cavity of expectation propagation: Minka 2001, UAI, 362-369). Any positive factors would do: what they lack is made
up for by weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.infer.marginal import SiteLooks

Floats = NDArray[np.float64]
SELDOM = 0.02
"""share of presence that every set of vessels is given at least, so that no look rules out what was not drawn yet"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """All looks in order of time."""

    time: NDArray[np.int64]
    """grid index, middle of a span; shape (looks,)"""
    site: NDArray[np.int8]
    """shape (looks,)"""
    where: tuple[tuple[int, int], ...]
    """(index of the site's looks, index of the look there)"""


def along(looks: Sequence[SiteLooks]) -> Along:
    """The looks of all sites."""
    every = [(int(t[t.size // 2]), s, k) for s, here in enumerate(looks) for k, t in enumerate(here.times)]
    every.sort()
    time = np.array([t for t, _, _ in every], np.int64)
    site = np.array([looks[s].site for _, s, _ in every], np.int8)
    return Along(time=time, site=site, where=tuple((s, k) for _, s, k in every))


def factors(looks: Sequence[SiteLooks], order: Along, codes: NDArray[np.int64], weights: Floats) -> Floats:
    """Log factor of each look under each set of vessels present.

    Args:
        looks: from `prepare`.
        order: the same along the grid.
        codes: the set present at each look in earlier draws, shape (n, looks).
        weights: of these draws, shape (n,).

    Returns:
        Shape (looks, sets).
    """
    sets = looks[0].tables[0].shape[0] if looks else 1
    out = np.zeros((len(order.where), sets))
    column = {place: k for k, place in enumerate(order.where)}
    for s, here in enumerate(looks):
        columns = [column[s, k] for k in range(len(here.times))]
        present = [_shares(codes[:, c], weights, sets) for c in columns]
        out[columns] = _of_site(here, present)
    return out


def _shares(codes: NDArray[np.int64], weights: Floats, sets: int) -> Floats:
    share = np.bincount(codes, weights, minlength=sets) / weights.sum()
    return np.asarray((1 - SELDOM) * share + SELDOM / sets)


def _of_site(here: SiteLooks, present: Sequence[Floats]) -> Floats:
    tables = [_with_blind(t, b) for t, b in zip(here.tables, here.blind, strict=True)]
    tops = [t.max() for t in tables]
    likely = [np.exp(t - top) for t, top in zip(tables, tops, strict=True)]
    mean = [np.einsum("s,sen->en", p, x) for p, x in zip(present, likely, strict=True)]
    out = np.empty((len(tables), tables[0].shape[0]))
    for k, (x, cavity) in enumerate(zip(likely, _cavities(here, mean), strict=True)):
        out[k] = np.log(np.maximum(np.einsum("en,sen->s", cavity, x), np.finfo(float).tiny)) + tops[k]
    return out


def _with_blind(table: Floats, blind: tuple[float, float]) -> Floats:
    if blind[0] <= 0:
        return table
    return np.asarray(np.logaddexp(np.log1p(-blind[0]) + table, np.log(blind[0]) + blind[1]))


def _cavities(here: SiteLooks, mean: Sequence[Floats]) -> list[Floats]:
    """P(effect, number of others | other looks) at each look, shape (effects, most + 1) each."""
    tiny = np.finfo(float).tiny
    nodes = here.begin.shape[0]
    effects = np.exp(here.log_effect - logsumexp(here.log_effect))[None, :, None]
    ahead, log_z = [effects * here.begin[:, None, :]], np.zeros(nodes)
    for step, x in zip((*here.steps, None), mean, strict=True):
        joint = ahead[-1] * x
        total = np.maximum(joint.sum(axis=(1, 2)), tiny)
        log_z += np.log(total)
        if step is not None:
            ahead.append(joint / total[:, None, None] @ step)
    back = [np.ones((nodes, *mean[0].shape))]
    for step, x in zip(reversed(here.steps), reversed(mean), strict=False):
        message = (back[-1] * x) @ step.transpose(0, 2, 1)
        back.append(message / np.maximum(message.max(axis=(1, 2), keepdims=True), tiny))
    share = np.exp(log_z - log_z.max())[:, None, None]
    out = []
    for a, b in zip(ahead, reversed(back), strict=True):
        both = a * b
        cavity = (share * both / np.maximum(both.sum(axis=(1, 2), keepdims=True), tiny)).sum(axis=0)
        out.append(cavity / cavity.sum())
    return out


def codes_at(place: NDArray[np.int8], order: Along) -> NDArray[np.int64]:
    """The set of vessels present at each look; place of shape (n, vessels, steps), result (n, looks)."""
    there = place[:, :, order.time] == order.site[None, None, :]
    return np.asarray((there * (1 << np.arange(place.shape[1]))[None, :, None]).sum(axis=1))
