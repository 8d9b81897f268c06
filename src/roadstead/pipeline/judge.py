"""The step from gathered evidence to a verdict, and the time stamp that a re-run keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from roadstead.assess import ASSESS_VERSION, assess, candidates_of, places
from roadstead.case import Case
from roadstead.coverage import USUAL_LENGTH_M, coverage_of, p_blind, p_detect, usable
from roadstead.infer import Observed, usual_of_length_m
from roadstead.model import CaseCoverage, Claim, Clock, Coverage, Verdict
from roadstead.pipeline.gathering import Gathered
from roadstead.steps import sha256_of, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from roadstead.assess import Candidate
    from roadstead.model import Detection
    from roadstead.pipeline.find import SceneAtSite


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One claim, put to the evidence of its case."""

    case: Case
    claim: Claim
    gathered: Gathered
    picture: CaseCoverage
    """passes, listings and windows of its places"""


@dataclass(frozen=True, slots=True)
class AssessStep:
    """The `Step` that weighs one claim."""

    name: str = "assess"
    version: int = ASSESS_VERSION
    beside: bool = True
    """False: the bare verdict, without ledger, ACH table and missing looks"""

    def inputs(self, value: Question) -> dict[str, Any]:
        """Everything of the case but other claims and its place on the disk; every look and mark."""
        plain = to_plain(_case(value))
        left_out = ("folder", "images", "claims", "mistakes", "warnings")
        return {
            "case": {k: v for k, v in plain.items() if k not in left_out},
            "claim": to_plain(value.claim),
            "observed": to_plain(_observed(value)),
            "coverage": to_plain(_coverage(value)),
            "fixes": to_plain(tuple(value.gathered.fixes)),
            "candidates": to_plain(_candidates(value)),
            "marked": to_plain(tuple(value.gathered.marked)),
            "activities": to_plain(value.gathered.activities),
            "simulated": is_simulated(value.case, value.gathered),
            "beside": self.beside,
        }

    def run(self, value: Question) -> Verdict:
        """The verdict, without and with reports."""
        return assess(
            _case(value),
            value.claim,
            _observed(value),
            value.gathered.marked,
            _coverage(value),
            fixes=value.gathered.fixes,
            candidates=_candidates(value) if self.beside else None,
            activities=value.gathered.activities,
            simulated=is_simulated(value.case, value.gathered),
        )


def _case(question: Question) -> Case:
    """The case with the ways by water that were found for it."""
    return replace(question.case, sea_ways=question.gathered.sea_ways)


def _candidates(question: Question) -> tuple[Candidate, ...]:
    return candidates_of(question.case, question.claim, question.picture)


def _coverage(question: Question) -> Coverage:
    looks = [at.look for at in question.gathered.at_sites]
    return coverage_of(question.claim.when, places(question.claim), looks, question.picture)


def is_simulated(case: Case, gathered: Gathered) -> bool:
    """Whether a case is an exercise, or holds any simulated image."""
    return case.simulated or any(s.simulated for s in gathered.scenes.values())


def evidence_sha256(gathered: Gathered) -> str:
    """The hash of all evidence that verdicts rest on besides the case's own words; no paths and no times of reading."""
    return sha256_of(
        {
            "scenes": {k: s.sha256 for k, s in sorted(gathered.scenes.items())},
            "exhibits": sorted(e.sha256 for e in gathered.exhibits),
            "found": [to_plain((at.look, tuple(map(_bare, at.detections)))) for at in gathered.at_sites],
            "signs": to_plain(gathered.hull_signs),
            "fixes": to_plain(tuple(gathered.fixes)),
            "marked": to_plain(tuple(gathered.marked)),
            "ways": to_plain(tuple(gathered.sea_ways)),
        }
    )


def _bare(detection: Detection) -> Detection:
    """As it was found: what is then made of its deck follows from the pixels, before or after the weighing."""
    return replace(detection, class_ratios=(), hull_ratios=())


def _observed(question: Question) -> tuple[Observed, ...]:
    """Usable looks, each with P(detect) for the vessels of this claim."""
    claim = question.claim
    lengths_m = [question.case.vessel(v).length_m.mid for v in claim.who]
    usual_m = usual_of_length_m(claim.length_m) if claim.length_m else USUAL_LENGTH_M
    return tuple(
        _with_p_detect(at, lengths_m, usual_m, anchorage=question.case.site(at.look.site_id).anchorage)
        for at in question.gathered.at_sites
        if usable(at.look) or at.detections
    )


def _with_p_detect(at: SceneAtSite, lengths_m: Sequence[float], usual_m: float, *, anchorage: bool) -> Observed:
    return Observed(
        look=at.look,
        detections=at.detections,
        p_detect=tuple(p_detect(at.look, length, anchorage=anchorage) for length in lengths_m),
        p_detect_other=p_detect(at.look, usual_m, anchorage=anchorage),
        p_blind=p_blind(at.look) if at.look.searched else 0.0,
    )


@dataclass(frozen=True, slots=True)
class StampStep:
    """The `Step` that remembers when results were first had, so that a re-run gives the same bytes."""

    clock: Clock
    name: str = "stamp"
    version: int = 1

    def inputs(self, value: Any) -> Any:
        """The results themselves."""
        return value

    def run(self, value: Any) -> datetime:  # noqa: ARG002 - the results fix the stamp through `inputs`
        """The time now."""
        return self.clock.now()
