"""From weighted histories to the probability of a claim over the stated range of priors.

P(claim | evidence) is a ratio of two sums linear in the hypotheses' priors, so its extremes over a box of priors lie
at corners of the box; every corner is tried. Weights of reports are ranges too and double the corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from roadstead.infer import effective_sample_size
from roadstead.model import Call, Claim, ClaimKind, Hypothesis, HypothesisShare, Range, Thresholds, Weighing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from roadstead.infer import Weighted

AS_CLAIMED = "as-claimed"
NONE_OF_THESE = "none-of-these"
MAX_CORNERS = 4096
SURE = 0.01
"""ICD 203 has no words beyond 1 and 99 %, and our models are wrong in ways that no sample shows"""
MAX_BAYES_FACTOR = 1000.0
"""greater factors are printed as this: model error is then larger than what they say"""


@dataclass(frozen=True, slots=True)
class _Story:
    """One hypothesis against one weighting of the evidence."""

    evidence: float
    """p(evidence | hypothesis), up to a constant shared by all"""
    with_claim: float
    """the part of it in which the claim holds"""
    prior_claim: float
    """P(claim | hypothesis)"""


def weigh(
    claim: Claim,
    hypotheses: Sequence[Hypothesis],
    samples: Sequence[Weighted],
    report_weights: Sequence[tuple[float, float]],
    thresholds: Thresholds,
) -> tuple[Weighing, tuple[HypothesisShare, ...]]:
    """Weigh one claim.

    Args:
        claim: the claim.
        hypotheses: the alternatives to `as claimed`.
        samples: weighted histories by motion.
        report_weights: likelihood-ratio range of each weighed report; empty to leave reports out.
        thresholds: when a verdict may be called.
    """
    everything = (
        Hypothesis(id=AS_CLAIMED, text=claim.text, motion=AS_CLAIMED, weight=claim.prior, reason=""),
        *hypotheses,
    )
    if claim.kind is ClaimKind.STATEMENT:
        return _untestable(claim), ()
    by_motion = {s.motion: s for s in samples}
    corners = _prior_corners(claim.prior, hypotheses, thresholds.none_of_these_floor)
    pi = np.array(corners)
    before, after, shares = [], [], []
    effective = np.inf
    for ratios in _ratio_corners(report_weights):
        logs = {m: _log_weights(s, ratios) for m, s in by_motion.items()}
        shift = max(float(w.max()) for w in logs.values())
        stories = [_story(h, claim, by_motion, logs, shift) for h in everything]
        effective = min(effective, _effective_hits(claim, everything, by_motion, logs, pi[len(pi) // 2]))
        evidence = np.array([s.evidence for s in stories])
        held = pi @ np.array([s.with_claim for s in stories])
        total = np.maximum(pi @ evidence, np.finfo(float).tiny)
        before.append(pi @ np.array([s.prior_claim for s in stories]))
        after.append(held / total)
        shares.append(pi * evidence / total[:, None])
    prior, posterior = np.concatenate(before), np.concatenate(after)
    bayes = _bayes_range(prior, posterior) if effective >= thresholds.min_effective_hits else None
    probability = _sayable(posterior)
    weighing = Weighing(
        call=_call(probability, bayes, thresholds),
        prior=_sayable(prior),
        probability=probability,
        bayes_factor=bayes,
        effective_hits=float(min(effective, 1e9)),
        n_samples=sum(s.claimed.size for s in samples),
        words="",
        notes=_notes(effective, thresholds, posterior, samples),
    )
    return weighing, _shares(everything, corners, shares, by_motion, samples)


def _untestable(claim: Claim) -> Weighing:
    return Weighing(
        call=Call.NOT_DETERMINABLE,
        prior=claim.prior,
        probability=claim.prior,
        bayes_factor=None,
        effective_hits=0.0,
        n_samples=0,
        words="",
        notes=("images of ships cannot test this statement; its probability stays where it was assumed",),
    )


def _prior_corners(claimed: Range, hypotheses: Sequence[Hypothesis], floor: float) -> list[tuple[float, ...]]:
    """Prior vectors (as claimed, alternatives...) at the corners of the stated ranges; each sums to 1."""
    boxes = [(h.weight.low, h.weight.high) if h.weight.low < h.weight.high else (h.weight.low,) for h in hypotheses]
    corners = []
    for head in sorted({claimed.low, claimed.high}):
        for weights in _limited(product(*boxes)):
            total = sum(weights) or 1.0
            shares = [(1 - head) * w / total for w in weights]
            corners.append((head, *_with_floor(shares, [h.id for h in hypotheses], min(floor, 1 - head))))
    return corners


def _limited(items: Iterable[tuple[float, ...]]) -> list[tuple[float, ...]]:
    return [item for _, item in zip(range(MAX_CORNERS), items, strict=False)]


def _with_floor(shares: list[float], ids: list[str], floor: float) -> list[float]:
    """Raise `none of these` to its floor at the cost of the other alternatives."""
    if NONE_OF_THESE not in ids:
        return shares
    i, total = ids.index(NONE_OF_THESE), sum(shares)
    if shares[i] >= floor or total <= 0:
        return shares
    rest = total - shares[i]
    scale = (total - floor) / rest if rest > 0 else 0.0
    return [floor if k == i else s * scale for k, s in enumerate(shares)]


def _ratio_corners(weights: Sequence[tuple[float, float]]) -> list[tuple[float, ...]]:
    return _limited(product(*(sorted(set(w)) for w in weights))) if weights else [()]


def _log_weights(sample: Weighted, ratios: tuple[float, ...]) -> NDArray[np.float64]:
    out = sample.log_looks
    for ratio, true in zip(ratios, sample.reports, strict=False):
        out = out + np.where(true, np.log(ratio), 0.0)
    return np.asarray(out)


def _claimed(h: Hypothesis, claim: Claim, sample: Weighted) -> NDArray[np.bool_]:
    """Where the claim holds: what images cannot show (an activity, persons aboard) is true as claimed only."""
    hidden = claim.kind in (ClaimKind.ACTIVITY, ClaimKind.PERSONS)
    return np.zeros(sample.claimed.size, bool) if hidden and h.id != AS_CLAIMED else sample.claimed


def _weights(
    h: Hypothesis, claim: Claim, sample: Weighted, logs: NDArray[np.float64], shift: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Weights of a hypothesis' histories and where the claim holds; `as claimed` is conditioned on the claim."""
    claimed, w = _claimed(h, claim, sample), np.exp(logs - shift)
    if h.id == AS_CLAIMED:
        return w[claimed], claimed[claimed]
    return w, claimed


def _story(
    h: Hypothesis, claim: Claim, by_motion: dict[str, Weighted], logs: dict[str, NDArray[np.float64]], shift: float
) -> _Story:
    motion = h.motion if h.motion in by_motion else "routine"
    w, claimed = _weights(h, claim, by_motion[motion], logs[motion], shift)
    if not w.size:
        return _Story(0.0, 0.0, 0.0)
    return _Story(float(w.mean()), float((w * claimed).mean()), float(claimed.mean()))


def _effective_hits(
    claim: Claim, everything: Sequence[Hypothesis], by_motion: dict[str, Weighted],
    logs: dict[str, NDArray[np.float64]], priors: NDArray[np.float64],
) -> float:  # fmt: skip
    """Smaller of the effective sample sizes (Kong 1992) of the histories with and without the claim."""
    shift = max(float(w.max()) for w in logs.values())
    yes, no = [], []
    seen: set[str] = set()
    for p, h in zip(priors, everything, strict=True):
        motion = h.motion if h.motion in by_motion else "routine"
        w, claimed = _weights(h, claim, by_motion[motion], logs[motion], shift)
        if p <= 0 or not w.size or (h.id != AS_CLAIMED and motion in seen):
            continue
        seen.add(motion)
        yes.append(p * w[claimed] / w.size)
        no.append(p * w[~claimed] / w.size)
    return min(effective_sample_size(np.concatenate(yes)), effective_sample_size(np.concatenate(no))) if yes else 0.0


def _bayes_range(before: NDArray[np.float64], after: NDArray[np.float64]) -> Range | None:
    """Bayes factors of the claim against its negation over all corners; None where one side has no prior at all."""
    if before.min() <= 0 or before.max() >= 1:
        return None
    after = np.clip(after, 1e-12, 1 - 1e-12)
    factors = np.clip(after / (1 - after) * (1 - before) / before, 1 / MAX_BAYES_FACTOR, MAX_BAYES_FACTOR)
    return Range(float(factors.min()), float(factors.max()))


def _sayable(p: NDArray[np.float64]) -> Range:
    """A probability range, never closer to 0 or 1 than the words of ICD 203 go."""
    low, high = np.clip([p.min(), p.max()], SURE, 1 - SURE)
    return Range(float(low), float(high))


def _call(probability: Range, bayes: Range | None, t: Thresholds) -> Call:
    if bayes and probability.low >= t.supported_probability and bayes.low >= t.bayes_factor:
        return Call.SUPPORTED
    if bayes and probability.high <= t.contradicted_probability and bayes.high <= 1 / t.bayes_factor:
        return Call.CONTRADICTED
    return Call.NOT_DETERMINABLE


def _notes(
    effective: float, t: Thresholds, posterior: NDArray[np.float64], samples: Sequence[Weighted]
) -> tuple[str, ...]:
    notes = []
    if effective < t.min_effective_hits:
        notes.append(
            f"only {effective:.0f} effective histories on the thinner side (at least {t.min_effective_hits:.0f} are "
            "needed), so no Bayes factor is given and nothing is called"
        )
    n = min(s.claimed.size for s in samples)
    if posterior.max() == 0:
        notes.append(f"none of {n} drawn histories shows the claim: its probability is below {3 / n:.1g} (3/n)")
    return tuple(notes)


def _shares(
    everything: Sequence[Hypothesis], corners: Sequence[tuple[float, ...]], shares: Sequence[NDArray[np.float64]],
    by_motion: dict[str, Weighted], samples: Sequence[Weighted],
) -> tuple[HypothesisShare, ...]:  # fmt: skip
    priors, posteriors = np.array(corners), np.concatenate(shares)
    out = []
    for i, h in enumerate(everything):
        motion = h.motion if h.motion in by_motion else "routine"
        same = tuple(
            o.id for o in everything
            if o.id != h.id and AS_CLAIMED not in (o.id, h.id)
            and (o.motion if o.motion in by_motion else "routine") == motion
        )  # fmt: skip
        if all(not s.log_looks.any() for s in samples):
            same = tuple(o.id for o in everything if o.id != h.id)
        logs = by_motion[motion].log_looks
        out.append(
            HypothesisShare(
                id=h.id,
                text=h.text,
                prior=Range(float(priors[:, i].min()), float(priors[:, i].max())),
                posterior=Range(float(posteriors[:, i].min()), float(posteriors[:, i].max())),
                log_evidence=float(np.logaddexp.reduce(logs) - np.log(logs.size)),
                inseparable_from=same,
            )
        )
    return tuple(out)
