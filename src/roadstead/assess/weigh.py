"""From weighted histories to the probability of a claim over the stated range of priors.

P(claim | evidence) is a ratio of two sums linear in the hypotheses' priors, so its extremes over a box of priors lie
at corners of the box; every corner is tried. Weights of reports are ranges too and multiply the corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.assess.priors import AS_CLAIMED, alternatives_to, prior_corners
from roadstead.infer import Weighted, effective_sample_size
from roadstead.model import Call, Claim, ClaimKind, Hypothesis, HypothesisShare, Range, Thresholds, Weighing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SURE = 0.01
"""ICD 203 has no words beyond 1 and 99 %, and our models are wrong in ways that no sample shows"""
MAX_BAYES_FACTOR = 1000.0
"""greater factors are printed as this: model error is then larger than what they say"""
SAME_LOG_EVIDENCE = 0.05
"""hypotheses whose log evidence differs by less are printed as inseparable by images"""
NO_CHANGE = 1e-9
HIDDEN = (ClaimKind.ACTIVITY, ClaimKind.PERSONS)
"""kinds with a part that no image of ours shows: looks may contradict them, never support them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """A hypothesis with its histories."""

    hypothesis: Hypothesis
    sample: Weighted
    claimed: NDArray[np.bool_]
    """where the claim holds under it"""
    conditioned: bool
    """True: only histories where the claim holds belong to it"""
    visible: bool
    """False: it lacks the part of the claim that no image shows, so that the claim never holds under it"""

    @property
    def used(self) -> NDArray[np.bool_]:
        """Which histories belong to the hypothesis."""
        return self.claimed if self.conditioned else np.ones(self.claimed.size, bool)

    @property
    def share(self) -> float:
        """Share of its motion's prior that belongs to the hypothesis."""
        return self.sample.holds_before if self.conditioned else 1.0

    @property
    def holds_before(self) -> float:
        """Prior probability that the claim holds under it."""
        return 1.0 if self.conditioned else self.sample.holds_before if self.visible else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """The outcome for one choice of report weights, over all corners of the priors."""

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    shares: NDArray[np.float64]
    """posterior of each hypothesis, shape (corners, hypotheses)"""
    log_evidence: NDArray[np.float64]
    effective: float


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
        samples: weighted histories by motion; none for a statement.
        report_weights: likelihood-ratio range of each weighed report; empty to leave reports out.
        thresholds: when a verdict may be called.
    """
    if claim.kind is ClaimKind.STATEMENT:
        return _unweighed(claim, "images of ships cannot test this statement"), ()
    everything = alternatives_to(claim, hypotheses)
    stories = [_story(h, claim, samples) for h in everything]
    if not stories[0].claimed.any() or not stories[0].share > 0:
        return _unweighed(claim, "no voyage of these ships fits the claimed places and times, as far as drawn"), ()
    priors = np.array(prior_corners(claim.prior, everything[1:], thresholds.none_of_these_floor))
    results = [_result(stories, priors, ratios) for ratios in product(*(sorted(set(w)) for w in report_weights))]
    effective = min(r.effective for r in results)
    before, after = (np.concatenate([getattr(r, name) for r in results]) for name in ("before", "after"))
    bayes = _bayes_range(before, after) if effective >= thresholds.min_effective_hits else None
    probability = _sayable(after)
    weighing = Weighing(
        call=_call(claim, probability, bayes, thresholds),
        prior=_sayable(before),
        probability=probability,
        bayes_factor=bayes,
        effective_hits=float(min(effective, 1e9)),
        n_samples=sum(s.claimed.size for s in samples),
        evidence_error=max(_evidence_error(s) for s in stories),
        words="",
        notes=_notes(effective, thresholds, after, samples),
    )
    return weighing, _shares(everything, priors, results)


def _unweighed(claim: Claim, why: str) -> Weighing:
    return Weighing(
        call=Call.NOT_DETERMINABLE,
        prior=claim.prior,
        probability=claim.prior,
        bayes_factor=None,
        effective_hits=0.0,
        n_samples=0,
        words="",
        notes=(f"{why}; its probability stays where it was assumed",),
    )


def _story(hypothesis: Hypothesis, claim: Claim, samples: Sequence[Weighted]) -> _Story:
    sample = next((s for s in samples if s.motion == hypothesis.motion), samples[-1])
    as_claimed = hypothesis.id == AS_CLAIMED
    hidden = claim.kind in HIDDEN and not as_claimed
    claimed = np.zeros(sample.claimed.size, bool) if hidden else sample.claimed
    return _Story(hypothesis=hypothesis, sample=sample, claimed=claimed, conditioned=as_claimed, visible=not hidden)


def _result(stories: Sequence[_Story], priors: NDArray[np.float64], ratios: tuple[float, ...]) -> _Result:
    logs = [_log_weights(s.sample, ratios) for s in stories]
    shift = max(float(w.max()) for w in logs)
    weights = [np.exp(w - shift) for w in logs]
    evidence = np.array([(w * s.used).mean() / s.share for s, w in zip(stories, weights, strict=True)])
    held = np.array([(w * s.claimed).mean() / s.share for s, w in zip(stories, weights, strict=True)])
    holds_before = np.array([s.holds_before for s in stories])
    total = np.maximum(priors @ evidence, np.finfo(float).tiny)
    some = priors[[0, len(priors) // 2, -1]]
    return _Result(
        before=priors @ holds_before,
        after=priors @ held / total,
        shares=priors * evidence / total[:, None],
        log_evidence=np.log(np.maximum(evidence, np.finfo(float).tiny)) + shift,
        effective=min(_effective_hits(stories, weights, prior) for prior in some),
    )


def _evidence_error(story: _Story) -> float:
    """Relative standard error of p(looks) under a hypothesis."""
    weights = np.exp(story.sample.log_looks - story.sample.log_looks.max()) * story.used
    hits = effective_sample_size(weights)
    own = max(1 / hits - 1 / weights.size, 0.0) if hits > 0 else 0.0
    return float(np.sqrt(own + story.sample.lost))


def _log_weights(sample: Weighted, ratios: tuple[float, ...]) -> NDArray[np.float64]:
    out = sample.log_looks
    for ratio, true in zip(ratios, sample.reports, strict=False):
        out = out + np.where(true, np.log(ratio), 0.0)
    return np.asarray(out)


def _effective_hits(
    stories: Sequence[_Story], weights: Sequence[NDArray[np.float64]], prior: NDArray[np.float64]
) -> float:
    """Smaller of the effective sample sizes of the histories with and without the claim.

    Hypotheses that share histories share them here too: a history counts once, with the sum of its weights.
    """
    yes: dict[str, NDArray[np.float64]] = {}
    no: dict[str, NDArray[np.float64]] = {}
    for p, story, w in zip(prior, stories, weights, strict=True):
        share = p * w * story.used / max(int(story.used.sum()), 1)
        for side, inside in ((yes, story.claimed), (no, ~story.claimed)):
            side[story.sample.motion] = side.get(story.sample.motion, np.zeros(w.size)) + share * inside
    lost = {s.sample.motion: s.sample.lost for s in stories}
    return min(_hits({motion: (w, lost[motion]) for motion, w in side.items()}) for side in (yes, no))


def _hits(side: Mapping[str, tuple[NDArray[np.float64], float]]) -> float:
    """Effective sample size of one side, with the variance that resampling added to each motion's share of it."""
    weights = np.concatenate([w for w, _ in side.values()])
    hits, total = effective_sample_size(weights), float(weights.sum())
    if not hits > 0:
        return 0.0
    return 1 / (1 / hits + sum((float(w.sum()) / total) ** 2 * lost for w, lost in side.values()))


def _bayes_range(before: NDArray[np.float64], after: NDArray[np.float64]) -> Range | None:
    """Bayes factors of the claim against its negation over all corners; None where one side has no prior at all."""
    if before.min() <= 0 or before.max() >= 1:
        return None
    after = np.clip(after, 1e-12, 1 - 1e-12)
    factors = np.clip(after / (1 - after) * (1 - before) / before, 1 / MAX_BAYES_FACTOR, MAX_BAYES_FACTOR)
    factors = np.where(np.abs(factors - 1) < NO_CHANGE, 1.0, factors)
    return Range(float(factors.min()), float(factors.max()))


def _sayable(p: NDArray[np.float64]) -> Range:
    """A probability range, never closer to 0 or 1 than the words of ICD 203 go."""
    low, high = np.clip([p.min(), p.max()], SURE, 1 - SURE)
    return Range(float(low), float(high))


def _call(claim: Claim, probability: Range, bayes: Range | None, t: Thresholds) -> Call:
    if bayes and probability.low >= t.supported_probability and bayes.low >= t.bayes_factor:
        return Call.NOT_DETERMINABLE if claim.kind in HIDDEN else Call.SUPPORTED
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
    everything: Sequence[Hypothesis], priors: NDArray[np.float64], results: Sequence[_Result]
) -> tuple[HypothesisShare, ...]:
    posteriors = np.concatenate([r.shares for r in results])
    evidence = results[0].log_evidence
    return tuple(
        HypothesisShare(
            id=h.id,
            text=h.text,
            prior=Range(float(priors[:, i].min()), float(priors[:, i].max())),
            posterior=Range(float(posteriors[:, i].min()), float(posteriors[:, i].max())),
            log_evidence=float(evidence[i]),
            inseparable_from=tuple(
                o.id for k, o in enumerate(everything) if k != i and abs(evidence[k] - evidence[i]) < SAME_LOG_EVIDENCE
            ),
        )
        for i, h in enumerate(everything)
    )
