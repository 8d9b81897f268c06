"""What would change this: what looks that we have not got would tell of a claim, if we had them.

A look is taken to give one number, how many ships of fitting size it shows. From the weighted histories follows how
many vessels of the claim's size are there with and without the claim; each is found by the look's P(detect), other
traffic of that size adds to them. The expected information on the claim is then the mutual information of the two
(Lindley 1956, Ann. Math. Statist. 27, 986-1005), at the mean of the stated priors; and for each number the verdict is
worked out over all corners of the priors as it would be called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlog1py, xlogy

from roadstead.assess.priors import alternatives_to
from roadstead.assess.weigh import Outcome, bayes_range, call_of, priors_of, sayable, stories_of
from roadstead.infer import SITE_EFFECT_P, SITE_EFFECTS, Weighted
from roadstead.model import Availability, Call, Claim, Hypothesis, MissingLook, Range, Thresholds

if TYPE_CHECKING:
    from roadstead.assess.candidates import Candidate
    from roadstead.assess.weigh import Story

BEST = 3
"""missing looks that are named for a claim; the best hypothetical one is named as well"""
LEAST_BITS = 1e-3
"""less is not worth naming"""
TRAFFIC_NODES = 4
MOST_SHIPS = 400
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A claim, as far as missing looks are valued for it."""

    claim: Claim
    hypotheses: Sequence[Hypothesis]
    samples: Sequence[Weighted]
    """with the presence at each candidate"""
    thresholds: Thresholds
    traffic: Callable[[str], Range]
    """mean number of other ships of fitting size at a site"""
    most: int
    """ships of fitting size found at once as it is"""


def missing_looks(sought: Sought, candidates: Sequence[Candidate]) -> tuple[MissingLook, ...]:
    """The most valuable missing looks, by the information to be expected with the chance to have them."""
    if not (candidates and sought.samples):
        return ()
    everything = alternatives_to(sought.claim, sought.hypotheses)
    stories = stories_of(sought.claim, sought.hypotheses, sought.samples)
    if not stories[0].claimed.any() or not stories[0].share > 0:
        return ()
    priors = priors_of(sought.claim, everything, sought.thresholds)
    every, held = _numbers(stories, len(candidates))
    usual = priors.mean(axis=0)
    tables = [_found(c.p_detect, sought.traffic(c.site_id), every.shape[2]) for c in candidates]
    bits = [_bits(usual @ e @ t, usual @ h @ t) for e, h, t in zip(_by(every), _by(held), tables, strict=True)]
    order = sorted(range(len(candidates)), key=lambda k: (-round(bits[k] * candidates[k].chance, 9), k))
    worth = [k for k in order if bits[k] >= LEAST_BITS]
    real = [k for k in worth if candidates[k].availability is not Availability.HYPOTHETICAL][:BEST]
    other = [k for k in worth if candidates[k].availability is Availability.HYPOTHETICAL][:1]
    before = priors @ np.array([s.holds_before for s in stories])
    out = []
    for k in (k for k in worth if k in {*real, *other}):
        after = priors @ (every[:, k] @ tables[k]), priors @ (held[:, k] @ tables[k])
        out.append(_look(candidates[k], bits[k], _p_called(sought, before, *after)))
    return tuple(out)


def _look(c: Candidate, bits: float, p_called: float) -> MissingLook:
    return MissingLook(
        site_id=c.site_id, time=c.time, modality=c.modality, platform=c.platform, availability=c.availability,
        p_detect=round(c.p_detect, 4), chance=round(c.chance, 4), bits=round(bits, 4), p_called=round(p_called, 4),
    )  # fmt: skip


def _by(numbers: Floats) -> Floats:
    """Candidates first: shape (candidates, stories, numbers)."""
    return numbers.transpose(1, 0, 2)


def _numbers(stories: Sequence[Story], probes: int) -> tuple[Floats, Floats]:
    """Joint weight of each number of vessels there with the evidence, and the same where the claim holds.

    Both of shape (stories, probes, numbers), for each hypothesis.
    """
    most = max(int(s.sample.present.max(initial=0)) for s in stories)
    shift = max(float(s.sample.log_looks.max()) for s in stories)
    every, held = (np.zeros((len(stories), probes, min(most, MOST_SHIPS) + 1)) for _ in range(2))
    known: dict[tuple[str, bool, int], tuple[Floats, Floats]] = {}
    for i, story in enumerate(stories):
        key = story.sample.motion, story.conditioned, id(story.claimed)
        if key not in known:
            present = np.minimum(story.sample.present, MOST_SHIPS)
            w = np.exp(story.sample.log_looks - shift) / story.sample.log_looks.size
            yes = w * story.claimed
            both = [np.stack([(present == n) @ v for n in range(every.shape[2])], axis=1) for v in (w, yes)]
            known[key] = both[0], both[1]
        with_all, with_claim = known[key]
        every[i] = (with_claim if story.conditioned else with_all) / story.share
        held[i] = with_claim / story.share if story.claimed.any() else 0.0
    return every, held


@lru_cache(maxsize=256)
def _found(p_detect: float, traffic: Range, numbers: int) -> Floats:
    """P(so many are found | so many are there); shape (numbers, numbers found)."""
    more = int(np.ceil(traffic.high + 4 * np.sqrt(traffic.high))) + 1 if traffic.high > 0 else 0
    out = np.zeros((numbers, numbers + more))
    means = _nodes(traffic)
    for effect, share in zip(SITE_EFFECTS, SITE_EFFECT_P, strict=True):
        p = min(p_detect * effect, 0.999)
        for mean in means:
            for n in range(numbers):
                own, others = _binomial(n, p), _poisson(mean * p, more)
                both = np.convolve(own, others)
                out[n, : both.size] += share / len(means) * both
    return np.asarray(out / out.sum(axis=1, keepdims=True))


def _nodes(traffic: Range) -> Floats:
    if traffic.high <= 0:
        return np.zeros(1)
    low, high = np.log(max(traffic.low, 1e-4)), np.log(max(traffic.high, 1e-4))
    return np.asarray(np.exp(low + (np.arange(TRAFFIC_NODES) + 0.5) / TRAFFIC_NODES * (high - low)))


def _binomial(n: int, p: float) -> Floats:
    k = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlog1py(n - k, -p)))


def _poisson(mean: float, most: int) -> Floats:
    k = np.arange(most + 1)
    return np.asarray(np.exp(xlogy(k, mean) - mean - gammaln(k + 1)))


def _bits(every: Floats, held: Floats) -> float:
    """Mutual information of the claim and what is found, in bits; both of shape (numbers found,), joint weights."""
    total = every.sum()
    if not total > 0:
        return 0.0
    joint = np.stack([held, np.maximum(every - held, 0.0)]) / total
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    ratio = np.divide(joint, apart, out=np.ones_like(joint), where=(joint > 0) & (apart > 0))
    return float(max((joint * np.log2(ratio)).sum(), 0.0))


def _p_called(sought: Sought, before: Floats, every: Floats, held: Floats) -> float:
    """Chance that the thresholds would call otherwise than without the look; shapes (corners, numbers found).

    What else withholds a call (few effective histories, parts without a look) is left out on both sides: a look that
    tells nothing changes nothing.
    """
    chance = every.mean(axis=0) / every.mean(axis=0).sum()
    now = _called(sought, before, held.sum(axis=1), every.sum(axis=1), sought.most)
    calls = (
        (k, _called(sought, before, held[:, k], every[:, k], max(sought.most, k)))
        for k in np.nonzero(chance > 1e-6)[0].tolist()
    )
    return sum((float(chance[k]) for k, call in calls if call is not now), 0.0)


def _called(sought: Sought, before: Floats, held: Floats, every: Floats, most: int) -> Call:
    """The call by the thresholds where so many ships were found at once; weights of shape (corners,)."""
    after = np.clip(held / np.maximum(every, np.finfo(float).tiny), 0.0, 1.0)
    bayes = bayes_range(Outcome(before=before, after=after))
    call = call_of(sought.claim, sayable(after), bayes, sought.thresholds)
    fewer = call is Call.SUPPORTED and (sought.claim.at_least or 0) > most
    return Call.NOT_DETERMINABLE if fewer else call
