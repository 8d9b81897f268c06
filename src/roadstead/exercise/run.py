"""One exercise from scenario to score: make it, verify it, compare it with its truth."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from roadstead.case import SIGHTINGS, Case
from roadstead.exercise.acquire import Acquisition, acquisitions
from roadstead.exercise.ais_score import AisScore, ais_score
from roadstead.exercise.case_files import write_case
from roadstead.exercise.happen import happen
from roadstead.exercise.listed import write_catalogue
from roadstead.exercise.naming import Naming, naming
from roadstead.exercise.pixels import check_drawable, skies_over, write_scenes
from roadstead.exercise.radio import write_ais
from roadstead.exercise.scenario import Scenario, scenario_toml
from roadstead.exercise.score import Score, score_of
from roadstead.exercise.sightings import sightings
from roadstead.exercise.truth import Truth
from roadstead.model import CaseCoverage, Verdict
from roadstead.pipeline import AssessStep, Gathered, Question, Seams, ais_facts, ais_files, gather, verify
from roadstead.simulate import MARK
from roadstead.steps import StepCache, Workers, to_plain, write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


SCHEMA_VERSION = 1
NO_PICTURE = CaseCoverage(sites=(), answers=(), satellites=(), losses=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """An exercise that was run."""

    scenario: Scenario
    truth: Truth
    case: Case
    images: tuple[Acquisition, ...]
    gathered: Gathered
    verdicts: tuple[Verdict, ...]
    score: Score
    naming: Naming | None
    """which ship is which; None without detections of fitting size"""
    ais: AisScore | None
    """AIS positions matched with detections; None without AIS"""
    folder: Path


def quiet(_item: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def run_exercise(
    scenario: Scenario,
    folder: Path,
    *,
    pixels: bool = True,
    most_images: int | None = None,
    workers: Workers | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> Exercise:
    """Make an exercise, verify it and score it.

    Written are FOLDER/case (what an investigator would hold, with its results), FOLDER/truth (which nothing that
    verifies ever reads) and FOLDER/score.json.

    Args:
        scenario: what is to happen.
        folder: where it goes.
        pixels: False: looks and detections are drawn instead of images.
        most_images: where more were acquired, only so many are held, evenly over time; None: all.
        workers: where images are searched; in this process unless given. The result is the same.
        progress: called with (item, done, total).

    Raises:
        InputError: the scenario cannot happen, or what it hands to the case is wrong.
        StorageError: the folder cannot be written.
    """
    if pixels:
        check_drawable(scenario)
    truth, images = happen(scenario), thinned(acquisitions(scenario), most_images)
    case = write_case(scenario, folder / "case")
    _write_truth(scenario, truth, images, folder / "truth")
    write_ais(scenario, truth, folder / "case" / "ais")
    write_catalogue(scenario, folder / "case")
    if pixels:
        (case.folder / SIGHTINGS).unlink(missing_ok=True)  # of an earlier run in this folder
        write_scenes(scenario, truth, images, (folder / "case" / "scenes", folder / "truth" / "scenes"), progress)
        result = verify(folder / "case", seams=Seams(workers=workers or Workers()), progress=progress)
        case, verdicts, heard = result.case, result.verdicts, result.ais
        gathered = gather(case, Seams(), StepCache(case.folder / ".cache"), quiet)
    else:
        gathered = sightings(scenario, truth, images)
        verdicts = judged(case, gathered, progress)
        with TemporaryDirectory() as apart:
            heard = ais_facts(case, gathered, StepCache(Path(apart)))
        _write_sightings(gathered, verdicts, folder / "case")
    score = score_of(truth, case, gathered, verdicts, skies_over(folder / "truth" / "scenes") if pixels else None)
    named = naming(truth, case, gathered)
    ais = ais_score(truth, ais_files(case.folder), gathered, heard)
    _write(folder / "score.json", {"score": to_plain(score), "naming": to_plain(named), "ais": to_plain(ais)})
    return Exercise(
        scenario=scenario, truth=truth, case=case, images=images, gathered=gathered, verdicts=verdicts, score=score,
        naming=named, ais=ais, folder=folder,
    )  # fmt: skip


def thinned(images: tuple[Acquisition, ...], most: int | None) -> tuple[Acquisition, ...]:
    """At most so many images, evenly over their order."""
    if most is None or len(images) <= most:
        return images
    return tuple(images[round(k * (len(images) - 1) / max(most - 1, 1))] for k in range(most))


def judged(
    case: Case,
    gathered: Gathered,
    progress: Callable[[str, int, int], None] = quiet,
    *,
    beside: bool = True,
) -> tuple[Verdict, ...]:
    """The verdict on every claim, as `verify` would give it on the same looks; bare unless `beside`."""
    step, out = AssessStep(beside=beside), []
    for i, claim in enumerate(case.claims):
        progress(claim.id, i, len(case.claims))
        out.append(step.run(Question(case=case, claim=claim, gathered=gathered, picture=NO_PICTURE)))
    return tuple(out)


def _write(path: Path, value: dict[str, Any]) -> None:
    marked = {"schema_version": SCHEMA_VERSION, MARK: True, **value}
    write_atomic(path, json.dumps(marked, indent=1, ensure_ascii=False) + "\n")


def _write_truth(scenario: Scenario, truth: Truth, images: Sequence[Acquisition], folder: Path) -> None:
    write_atomic(folder / "scenario.toml", scenario_toml(scenario))
    _write(folder / "truth.json", {"truth": to_plain(truth), "images": to_plain(list(images))})


def _write_sightings(gathered: Gathered, verdicts: Sequence[Verdict], folder: Path) -> None:
    _write(folder / SIGHTINGS, {"at_sites": [to_plain(at) for at in gathered.at_sites]})
    _write(folder / "out" / "verdicts.json", {"verdicts": [to_plain(v) for v in verdicts]})
