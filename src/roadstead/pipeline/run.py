"""`verify`: from a case folder to verdicts and a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.case import Case, Frozen, freeze, load_case, record_calls
from roadstead.coverage import usable
from roadstead.infer import brackets_from_looks, brackets_from_reports
from roadstead.model import PixelReader, PortCall, Verdict
from roadstead.pipeline.chips import found_vessels
from roadstead.pipeline.find import quiet
from roadstead.pipeline.gathering import Gathered, Seams, gather
from roadstead.pipeline.judge import AssessStep, Question, StampStep
from roadstead.pipeline.outputs import write_outputs
from roadstead.pipeline.picture import Terms, periods_of, picture_of, usual_length_m
from roadstead.pipeline.radio import AisFacts, ais_facts
from roadstead.report import Contents
from roadstead.steps import RunLedger, StepCache, numeric_versions, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What `verify` gives back."""

    case: Case
    verdicts: tuple[Verdict, ...]
    losses: tuple[str, ...]
    """everything that could not be used, one sentence each"""
    ais: AisFacts
    """what the case's AIS files say of the detections"""
    report: Path
    verdicts_file: Path
    steps_done: int
    steps_found: int
    """steps whose results were already there"""


def verify(
    folder: Path | str,
    *,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> Result:
    """Verify every claim of a case and write CASE/out/report.html and CASE/out/verdicts.json.

    Args:
        folder: the case folder.
        seams: clock, pixel reader, detectors and catalogues; the usual ones unless given.
        progress: called with (item, done, total).

    Raises:
        InputError: the case cannot be read at all. Anything less is left out and named in `Result.losses`.
        StorageError: the case folder cannot be written.
    """
    seams = seams or Seams()
    clock = seams.clock
    case = load_case(Path(folder))
    frozen = freeze(case, clock.now())
    version = numeric_versions()["roadstead"]
    ledger = RunLedger(case.folder / "ledger" / "runs.sqlite", clock, program=version, assumptions=frozen.sha256)
    outcome = "stopped"
    try:
        cache = StepCache(case.folder / ".cache", ledger)
        gathered = gather(case, seams, cache, progress)
        ais = ais_facts(case, gathered, cache)
        gathered.losses += ais.losses
        for sentence in (*case.mistakes, *gathered.losses):
            ledger.loss(sentence)
        picture = picture_of(
            case, gathered, periods_of(case), Terms(length_m=usual_length_m(case)), catalogues=seams.catalogues
        )
        questions = (Question(case=case, claim=claim, gathered=gathered, picture=picture) for claim in case.claims)
        verdicts = tuple(cache.run(AssessStep(), q, Verdict, item=q.claim.id) for q in questions)
        frozen = record_calls(case, frozen, _calls(verdicts), clock.now())
        contents = _contents(case, frozen, gathered, verdicts, seams.reader)
        contents = replace(contents, coverage=picture, losses=(*contents.losses, *picture.losses))
        results = {
            "verdicts": to_plain(verdicts),
            "losses": contents.losses,
            "frozen": to_plain(frozen),
            "ais": to_plain(ais),
        }
        made_at = cache.run(StampStep(clock), results, datetime, item=case.id)
        contents = replace(contents, made_at=made_at)
        report, verdicts_file = write_outputs(contents, gathered, ais, case.folder / "out")
        outcome = "done"
    finally:
        ledger.close(outcome)
    return Result(
        case=case,
        verdicts=verdicts,
        losses=contents.losses,
        report=report,
        verdicts_file=verdicts_file,
        ais=ais,
        steps_done=cache.done,
        steps_found=cache.found,
    )


def _calls(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    """Each claim's verdict with its probability range, as later changes are compared with."""
    return {v.claim_id: f"{v.without_reports.call.value} {v.without_reports.probability.percent}" for v in verdicts}


def _port_calls(case: Case, gathered: Gathered) -> tuple[PortCall, ...]:
    looks = [at.look for at in gathered.at_sites if usable(at.look)]
    counts: Counter[tuple[str, str]] = Counter()
    for at in gathered.at_sites:
        counts[at.look.scene_id, at.look.site_id] += len(at.detections)
    return (*brackets_from_looks(looks, counts), *brackets_from_reports(case.reported))


def _contents(
    case: Case, frozen: Frozen, gathered: Gathered, verdicts: tuple[Verdict, ...], reader: PixelReader
) -> Contents:
    versions = numeric_versions()
    return Contents(
        case=case,
        frozen=frozen,
        verdicts=verdicts,
        looks=tuple(at.look for at in gathered.at_sites),
        found=found_vessels(gathered, reader),
        scenes=tuple(gathered.scenes.values()),
        exhibits=gathered.exhibits,
        port_calls=_port_calls(case, gathered),
        losses=(*case.mistakes, *gathered.losses),
        made_at=datetime.max.replace(tzinfo=UTC),
        program_version=versions["roadstead"],
        versions=versions,
    )
