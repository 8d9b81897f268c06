"""`case_coverage`: what could have been seen of a case's places, as a value and as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.case import Case, load_case
from roadstead.model import CaseCoverage, InputError, TimeSpan
from roadstead.pipeline.coverage_files import write_coverage
from roadstead.pipeline.find import quiet
from roadstead.pipeline.gathering import Seams, gather
from roadstead.pipeline.judge import is_simulated
from roadstead.pipeline.picture import Terms, periods_of, picture_of, usual_length_m
from roadstead.steps import RunLedger, StepCache, numeric_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageResult:
    """What `case_coverage` gives back."""

    case: Case
    spans: tuple[TimeSpan, ...]
    asked: Terms
    coverage: CaseCoverage
    losses: tuple[str, ...]
    """everything that could not be used, one sentence each"""
    simulated: bool
    """whether the case is an exercise or holds simulated images"""
    files: tuple[Path, ...]
    """what was written: JSON, CSV, iCalendar, SVG"""


def case_coverage(
    folder: Path | str,
    *,
    sites: Sequence[str] = (),
    span: TimeSpan | None = None,
    length_m: float | None = None,
    call_hours: float = 8.0,
    out: Path | None = None,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> CoverageResult:
    """What could have been seen of a case's places, what is known to have been taken, and what we looked at.

    Writes CASE/out/coverage.json, .csv, .ics and .svg. Contacts nobody.

    Args:
        folder: the case folder.
        sites: ids of some of its sites; all unless given.
        span: what is asked about; the windows of all claims unless given.
        length_m: ship length for P(detect), metres; the median of the case's vessels unless given.
        call_hours: length of a call for the chance of staying unseen.
        out: folder for the files; CASE/out unless given.
        seams: clock, reader, detectors, catalogues.
        progress: called with (item, done, total).

    Raises:
        InputError: no such case, site or file of elements, or a figure out of range.
        StorageError: the case folder cannot be written.
    """
    seams = seams or Seams()
    case = load_case(Path(folder))
    places = [case.site(s) for s in sites] or list(case.sites)
    asked = Terms(
        length_m=_checked(usual_length_m(case) if length_m is None else length_m, call_hours), call_hours=call_hours
    )
    spans = (span,) if span else periods_of(case)
    if not spans:
        raise InputError(f"{case.folder}: no claim states a window; give one with --from and --to")
    version = numeric_versions()["roadstead"]
    ledger = RunLedger(case.folder / "ledger" / "runs.sqlite", seams.clock, program=version, assumptions="")
    outcome = "stopped"
    try:
        gathered = gather(case, seams, StepCache(case.folder / ".cache", ledger), progress)
        found = picture_of(case, gathered, spans, asked, sites=places, catalogues=seams.catalogues)
        simulated = is_simulated(case, gathered)
        files = write_coverage(out or case.folder / "out", case, found, asked, spans, simulated=simulated)
        outcome = "done"
    finally:
        ledger.close(outcome)
    losses = (*case.mistakes, *gathered.losses, *found.losses)
    return CoverageResult(
        case=case, spans=spans, asked=asked, coverage=found, losses=losses, simulated=simulated, files=files
    )


def _checked(length_m: float, call_hours: float) -> float:
    if not 1 <= length_m <= 600:
        raise InputError(f"--ship-length {length_m:g} is no length of a ship; give metres from 1 to 600")
    if not 0.1 <= call_hours <= 24 * 60:
        raise InputError(f"--call-hours {call_hours:g} is out of range; give hours from 0.1 to 1440")
    return length_m
