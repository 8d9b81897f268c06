"""`verify`: from a case folder to verdicts and a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.case import Case, freeze, load_case, record_calls, require_images
from roadstead.model import Verdict
from roadstead.pipeline.contents import judged
from roadstead.pipeline.find import quiet
from roadstead.pipeline.gathering import Gathered, Seams, gather
from roadstead.pipeline.judge import evidence_sha256
from roadstead.pipeline.outputs import write_outputs
from roadstead.pipeline.radio import AisFacts
from roadstead.report import Contents
from roadstead.steps import RunLedger, StepCache, numeric_versions

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
    gathered: Gathered
    """the evidence that the verdicts rest on"""
    contents: Contents
    """everything that the report shows"""


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
        InputError: the case cannot be read at all, or is an exercise without images. Anything less is left out and
            named in `Result.losses`.
        StorageError: the case folder cannot be written.
    """
    seams = seams or Seams()
    clock = seams.clock
    case = load_case(Path(folder))
    require_images(case)
    frozen = freeze(case, clock.now())
    version = numeric_versions()["roadstead"]
    ledger = RunLedger(case.folder / "ledger" / "runs.sqlite", clock, program=version, assumptions=frozen.sha256)
    outcome = "stopped"
    try:
        cache = StepCache(case.folder / ".cache", ledger)
        gathered = gather(case, seams, cache, progress)
        made = judged(
            case, gathered, seams, cache, clock,
            lambda said: record_calls(case, frozen, _calls(said), clock.now(), evidence_sha256(gathered)),
        )  # fmt: skip
        for sentence in (*case.mistakes, *gathered.losses):
            ledger.loss(sentence)
        contents, ais = made.contents, made.ais
        report, verdicts_file = write_outputs(contents, gathered, ais, case.folder / "out", seams.reader)
        outcome = "done"
    finally:
        ledger.close(outcome)
    return Result(
        case=contents.case,
        verdicts=contents.verdicts,
        losses=contents.losses,
        report=report,
        verdicts_file=verdicts_file,
        ais=ais,
        steps_done=cache.done,
        steps_found=cache.found,
        gathered=gathered,
        contents=contents,
    )


def _calls(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    """Each claim's verdict with its probability range, as later changes are compared with."""
    return {v.claim_id: f"{v.without_reports.call.value} {v.without_reports.probability.percent}" for v in verdicts}
