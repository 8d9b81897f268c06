"""A study: many random exercises, and how often verdicts are right.

What is counted are the claims that images of ships can settle (where which ships were). Claims with a part that no such
image shows (persons, an activity) can never be called supported; they are counted apart, so that they neither thin out
the rate of false support nor hide that it is nought for them by rule.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from roadstead.assess import ASSESS_VERSION
from roadstead.coverage import RATES, jeffreys
from roadstead.exercise.acquire import acquisitions
from roadstead.exercise.case_files import write_case
from roadstead.exercise.families import Family, random_scenario
from roadstead.exercise.happen import happen
from roadstead.exercise.metrics import Bin, brier, brier_skill, calibration_error, calibration_limit, reliability
from roadstead.exercise.pixels import SCENE_VERSION
from roadstead.exercise.run import judged, quiet, run_exercise
from roadstead.exercise.score import ClaimScore, claim_scores
from roadstead.exercise.sightings import sightings
from roadstead.model import Call, DefectError, InputError
from roadstead.pipeline import detectors
from roadstead.steps import Failure, Workers, each, from_plain, numeric_versions, sha256_of, to_plain, write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STUDY_VERSION = 2
"""raised whenever the same exercise may be drawn or scored otherwise"""
MAX_N = 10_000
PIXEL_IMAGES = 12
"""images of an exercise of a study with pixels"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One exercise of a study."""

    number: int
    family: Family
    images: int
    claims: tuple[ClaimScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with its 90 % interval (Jeffreys); nothing without trials."""

    hits: int
    trials: int

    @property
    def value(self) -> float | None:
        """The share."""
        return self.hits / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its interval."""
        return jeffreys(self.hits, self.trials) if self.trials else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How good the verdicts of one group of claims are."""

    claims: int
    true: int
    brier: float
    brier_prior: float
    """of the middles of the stated priors"""
    brier_skill: float
    """against these"""
    expected_calibration_error: float
    ece_limit_95: float
    """what perfectly calibrated probabilities stay below in 95 of 100 such studies"""
    false_supported: Rate
    """false claims called supported"""
    supported_when_true: Rate
    false_contradicted: Rate
    """true claims called contradicted"""
    contradicted_when_false: Rate
    without_bayes_factor: int
    """claims with too few effective histories for any call"""
    reliability: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The outcome of a study."""

    n: int
    seed: int
    pixels: bool
    settled: Figures
    """claims that images of ships can settle, by looks alone"""
    with_reports: Figures
    """the same claims, weighed with what a second source reports"""
    hidden: Figures
    """claims with a part that no image of ships shows"""
    outcomes: tuple[Outcome, ...]


def study(
    n: int,
    seed: int,
    folder: Path,
    *,
    pixels: bool = False,
    workers: Workers | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> Study:
    """Run n random exercises, the families in turn, and sum up; what is in the folder already is not done again.

    Args:
        n: how many.
        seed: of the study; exercise i of a seed is the same in every study that holds it.
        folder: results go here, one file for each exercise.
        pixels: True: with images, thinned to a dozen for each exercise.
        workers: where exercises are run; two local processes unless given.
        progress: called with (item, done, total).

    Raises:
        InputError: n is not between 1 and 10,000, or the cluster cannot be used.
        DefectError: an exercise failed; the others are done and kept.
        StorageError: the folder cannot be written.
    """
    if not 1 <= n <= MAX_N:
        raise InputError(f"-n {n}: a study has between 1 and {MAX_N} exercises")
    files = {i: folder / f"{_key(seed, i, pixels=pixels)}.json" for i in range(n)}
    done = {i: found for i, file in files.items() if (found := _read(file)) is not None}
    wanted = [i for i in files if i not in done]
    progress("", len(done), n)
    failed: dict[int, str] = {}
    for place, outcome in each(_Carry(seed=seed, pixels=pixels), wanted, workers or Workers(count=2)):
        i = wanted[place]
        if isinstance(outcome, Failure):
            failed[i] = outcome.sentence
            continue
        done[i] = outcome
        write_atomic(files[i], json.dumps(to_plain(outcome), indent=1) + "\n")
        progress(f"exercise {i}", len(done), n)
    if failed:
        told = "; ".join(f"exercise {i}: {failed[i]}" for i in sorted(failed))
        raise DefectError(f"{told}. The other {len(done)} exercises are kept; run the same command again")
    outcomes = tuple(done[i] for i in sorted(done))
    claims = [c for o in outcomes for c in o.claims]
    return Study(
        n=n, seed=seed, pixels=pixels, outcomes=outcomes,
        settled=figures([c for c in claims if not c.hidden], seed),
        with_reports=figures([_told(c) for c in claims if not c.hidden], seed),
        hidden=figures([c for c in claims if c.hidden], seed),
    )  # fmt: skip


def family_of(number: int) -> Family:
    """The families take turns, so that they are balanced in a study of any length."""
    families = tuple(Family)
    return families[number % len(families)]


def exercise_outcome(seed: int, number: int, *, pixels: bool) -> Outcome:
    """One exercise of a study: made, judged, scored."""
    scenario = random_scenario(seed, number, family_of(number))
    with TemporaryDirectory(prefix="roadstead-exercise-") as place:
        folder = Path(place)
        if pixels:
            done = run_exercise(scenario, folder, most_images=PIXEL_IMAGES)
            claims, images = done.score.claims, len(done.images)
        else:
            truth, taken = happen(scenario), acquisitions(scenario)
            case = write_case(scenario, folder)
            claims = claim_scores(truth, case, judged(case, sightings(scenario, truth, taken), beside=False))
            images = len(taken)
    return Outcome(number=number, family=family_of(number), images=images, claims=claims)


def figures(claims: Sequence[ClaimScore], seed: int) -> Figures:
    """Sum up claims; the probability of a claim is the middle of its range."""
    p, prior, true = [c.p for c in claims], [c.prior.mid for c in claims], [c.true for c in claims]
    some = bool(claims)
    return Figures(
        claims=len(claims),
        true=sum(true),
        brier=brier(p, true) if some else 0.0,
        brier_prior=brier(prior, true) if some else 0.0,
        brier_skill=brier_skill(p, prior, true) if some else 0.0,
        expected_calibration_error=calibration_error(p, true),
        ece_limit_95=calibration_limit(p, seed=seed),
        false_supported=_rate(claims, Call.SUPPORTED, true=False),
        supported_when_true=_rate(claims, Call.SUPPORTED, true=True),
        false_contradicted=_rate(claims, Call.CONTRADICTED, true=True),
        contradicted_when_false=_rate(claims, Call.CONTRADICTED, true=False),
        without_bayes_factor=sum(c.effective_hits < 100 for c in claims),
        reliability=reliability(p, true),
    )


def _told(c: ClaimScore) -> ClaimScore:
    """A claim as it was weighed with reports."""
    return replace(c, call=c.call_with_reports, probability=c.probability_with_reports)


def _rate(claims: Sequence[ClaimScore], call: Call, *, true: bool) -> Rate:
    chosen = [c for c in claims if c.true is true]
    return Rate(hits=sum(c.call is call for c in chosen), trials=len(chosen))


def _key(seed: int, number: int, *, pixels: bool) -> str:
    """A name that changes with whatever may change the outcome."""
    found_by = sorted(f"{d.name} {d.version}" for d in detectors().values())
    made_of = {
        "seed": seed, "number": number, "pixels": pixels, "study": STUDY_VERSION, "assess": ASSESS_VERSION,
        "rates": {f"{m.value} {alongside}": to_plain(rate) for (m, alongside), rate in RATES.items()},
        "found by": found_by if pixels else (), "scenes": SCENE_VERSION if pixels else 0,
        "libraries": numeric_versions(),
    }  # fmt: skip
    return f"{number:05d}-{sha256_of(made_of)[:12]}"


def _read(file: Path) -> Outcome | None:
    try:
        return from_plain(json.loads(file.read_text("utf-8")), Outcome)
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carry:
    """What a worker does with the number of an exercise."""

    seed: int
    pixels: bool

    def __call__(self, number: int) -> Outcome:
        return exercise_outcome(self.seed, number, pixels=self.pixels)
