"""From weighted histories to the probability of a claim over the stated range of priors.

P(claim | evidence) is a ratio of two sums linear in the hypotheses' priors, so its extremes over a box of priors lie
at corners of the box; every corner is tried. Weights of reports are ranges too and multiply the corners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.assess.composed import unseen_parts
from roadstead.assess.priors import AS_CLAIMED, alternatives_to, prior_corners
from roadstead.infer import HIDDEN, Weighted, WorkSeen, effective_sample_size, says_more
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A hypothesis with its histories."""

    hypothesis: Hypothesis
    sample: Weighted
    claimed: NDArray[np.bool_]
    """where the claim holds under it"""
    conditioned: bool
    """True: only histories where the claim holds belong to it"""
    before: float
    """share of its motion's prior in which the claim holds under it"""

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
        return 1.0 if self.conditioned else self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """The outcome for one choice of report weights, over all corners of the priors."""

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    shares: NDArray[np.float64]
    """posterior of each hypothesis, shape (corners, hypotheses)"""
    log_evidence: NDArray[np.float64]
    effective: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A claim weighed at every corner of the priors and of the weights of reports."""

    before: NDArray[np.float64]
    """P(claim) before evidence; shape (corners,)"""
    after: NDArray[np.float64]
    effective: float = math.inf
    """effective histories on the thinner side of the claim"""
    log_evidence: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """natural log of p(evidence | hypothesis), reports at their first weights; shape (hypotheses,)"""
    shares: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    """posterior of each hypothesis; shape (corners, hypotheses)"""


def weigh(
    claim: Claim,
    hypotheses: Sequence[Hypothesis],
    samples: Sequence[Weighted],
    report_weights: Sequence[tuple[float, float]],
    thresholds: Thresholds,
    *,
    work: Sequence[WorkSeen] = (),
) -> tuple[Weighing, tuple[HypothesisShare, ...]]:
    """Weigh one claim.

    Args:
        claim: the claim.
        hypotheses: the alternatives to `as claimed`.
        samples: weighted histories by motion; none for a statement.
        report_weights: likelihood-ratio range of each weighed report; empty to leave reports out.
        thresholds: when a verdict may be called.
        work: what was seen of the claimed activity, in the order of `Weighted.working`.
    """
    if claim.kind is ClaimKind.STATEMENT:
        return _unweighed(claim, "images of ships cannot test this statement"), ()
    result = outcome(claim, hypotheses, samples, report_weights, thresholds, work=work)
    if result is None:
        return _unweighed(claim, _never(claim, samples)), ()
    everything = alternatives_to(claim, hypotheses)
    bayes = bayes_range(result) if result.effective >= thresholds.min_effective_hits else None
    probability = sayable(result.after)
    weighing = Weighing(
        call=call_of(claim, probability, bayes, thresholds, shown=shown_in(claim, work)),
        prior=sayable(result.before),
        probability=probability,
        bayes_factor=bayes,
        effective_hits=float(min(result.effective, 1e9)),
        n_samples=sum(s.claimed.size for s in stories_of(claim, hypotheses, samples)),
        evidence_error=max(_evidence_error(s) for s in stories_of(claim, hypotheses, samples)),
        words="",
        notes=_notes(result.effective, thresholds, result.after, samples),
    )
    return weighing, _shares(everything, priors_of(claim, everything, thresholds), result)


def priors_of(claim: Claim, everything: Sequence[Hypothesis], thresholds: Thresholds) -> NDArray[np.float64]:
    """Prior vectors at the corners of the stated ranges, shape (corners, hypotheses)."""
    return np.array(prior_corners(claim.prior, everything[1:], thresholds.none_of_these_floor))


def stories_of(claim: Claim, hypotheses: Sequence[Hypothesis], samples: Sequence[Weighted]) -> list[Story]:
    """`As claimed` and its alternatives with their histories."""
    return [_story(h, claim, samples) for h in alternatives_to(claim, hypotheses)]


def outcome(
    claim: Claim,
    hypotheses: Sequence[Hypothesis],
    samples: Sequence[Weighted],
    report_weights: Sequence[tuple[float, float]],
    thresholds: Thresholds,
    *,
    work: Sequence[WorkSeen] = (),
) -> Outcome | None:
    """What `weigh` weighs, corner by corner; None where no drawn history fits the claim."""
    everything = alternatives_to(claim, hypotheses)
    stories = stories_of(claim, hypotheses, samples)
    if not stories[0].claimed.any() or not stories[0].share > 0:
        return None
    priors = priors_of(claim, everything, thresholds)
    # All moments share the same assumed rates, so their weights are low together or high together.
    works = sorted({tuple(w.ratio.low for w in work), tuple(w.ratio.high for w in work)})
    results = [
        _result(stories, priors, ratios, done)
        for ratios in product(*(sorted(set(w)) for w in report_weights))
        for done in works
    ]
    return Outcome(
        before=np.concatenate([r.before for r in results]),
        after=np.concatenate([r.after for r in results]),
        effective=min(r.effective for r in results),
        log_evidence=results[0].log_evidence,
        shares=np.concatenate([r.shares for r in results]),
    )


def _never(claim: Claim, samples: Sequence[Weighted]) -> str:
    if claim.composed is None:
        return "no voyage of these ships fits the claimed places and times, as far as drawn"
    n = min(s.claimed.size for s in samples)
    return f"none of {n} histories drawn shows all of it together: before any look it is less probable than {3 / n:.1g}"


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


def _story(hypothesis: Hypothesis, claim: Claim, samples: Sequence[Weighted]) -> Story:
    sample = next((s for s in samples if s.motion == hypothesis.motion), samples[-1])
    as_claimed = hypothesis.id == AS_CLAIMED
    claimed, before = sample.claimed, sample.holds_before
    if claim.kind in HIDDEN and not as_claimed:
        # It lacks the part of the claim that no image shows, so that the claim never holds under it.
        claimed, before = np.zeros(sample.claimed.size, bool), 0.0
    elif sample.seen is not None and not as_claimed:
        claimed, before = sample.seen, sample.seen_holds_before
    return Story(hypothesis=hypothesis, sample=sample, claimed=claimed, conditioned=as_claimed, before=before)


def _result(
    stories: Sequence[Story], priors: NDArray[np.float64], ratios: tuple[float, ...], work: tuple[float, ...]
) -> _Result:
    logs = [_log_weights(s.sample, ratios) + _log_work(s, work) for s in stories]
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


def _evidence_error(story: Story) -> float:
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


def _log_work(story: Story, work: tuple[float, ...]) -> NDArray[np.float64]:
    """What activities seen add to each history: only as claimed, and only where a claimed vessel was there."""
    out = np.zeros(story.claimed.size)
    if story.conditioned:
        for ratio, there in zip(work, story.sample.working, strict=True):
            out += np.where(there, np.log(ratio), 0.0)
    return out


def _effective_hits(
    stories: Sequence[Story], weights: Sequence[NDArray[np.float64]], prior: NDArray[np.float64]
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


def bayes_range(result: Outcome) -> Range | None:
    """Bayes factors of the claim against its negation over all corners; None where one side has no prior at all."""
    factors = bayes_factors(result.before, result.after)
    return None if factors is None else Range(float(factors.min()), float(factors.max()))


def bayes_factors(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The same corner by corner."""
    if before.min() <= 0 or before.max() >= 1:
        return None
    after = np.clip(after, 1e-12, 1 - 1e-12)
    factors = np.clip(after / (1 - after) * (1 - before) / before, 1 / MAX_BAYES_FACTOR, MAX_BAYES_FACTOR)
    return np.asarray(np.where(np.abs(factors - 1) < NO_CHANGE, 1.0, factors))


def sayable(p: NDArray[np.float64]) -> Range:
    """A probability range, never closer to 0 or 1 than the words of ICD 203 go."""
    low, high = np.clip([p.min(), p.max()], SURE, 1 - SURE)
    return Range(float(low), float(high))


def shown_in(claim: Claim, work: Sequence[WorkSeen]) -> bool:
    """Whether the activity of a claim itself was seen: a crane or vehicles, and no word on what or which way."""
    return any(w.speaks_for for w in work) and not says_more(claim)


def call_of(claim: Claim, probability: Range, bayes: Range | None, t: Thresholds, *, shown: bool = False) -> Call:
    """What may be said, by the thresholds.

    What images cannot show is never called supported, and its denial never contradicted; an activity that was `shown`
    is no such thing.
    """
    asserts, denies = unseen_parts(claim)
    asserts = asserts and not shown
    if bayes and probability.low >= t.supported_probability and bayes.low >= t.bayes_factor:
        return Call.NOT_DETERMINABLE if asserts else Call.SUPPORTED
    if bayes and probability.high <= t.contradicted_probability and bayes.high <= 1 / t.bayes_factor:
        return Call.NOT_DETERMINABLE if denies else Call.CONTRADICTED
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
    everything: Sequence[Hypothesis], priors: NDArray[np.float64], result: Outcome
) -> tuple[HypothesisShare, ...]:
    posteriors, evidence = result.shares, result.log_evidence
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
