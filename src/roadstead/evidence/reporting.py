"""The report of a verified case for a reader: HTML, and PDF with the results attached; in full or for the public."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.case import freeze
from roadstead.evidence.measurements import without_folder
from roadstead.evidence.results import OUT, Results, had_at, read_results, redactor_of
from roadstead.model import InputError
from roadstead.pipeline import Judged, Seams, judged
from roadstead.report import Attached, Contents, RunningHead, edition_name, render_pdf, render_report
from roadstead.report.exports import Profile, Redactor, redacted_contents
from roadstead.report.exports import withheld_verdict as withheld
from roadstead.steps import FixedClock, StepCache, write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable

HTML, PDF = "report.html", "report.pdf"
VERDICTS, DETECTIONS = "verdicts.json", "detections.geojson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What was written."""

    files: tuple[Path, ...]
    removed: dict[str, int]
    """what redaction took out, how often"""
    notes: tuple[str, ...]
    """what could not be made, one sentence each"""


@dataclass(slots=True, kw_only=True)
class Telling:
    """Everything that a report is told from, as its profile allows."""

    results: Results
    contents: Contents
    redactor: Redactor
    verdicts: str
    """verdicts.json"""
    detections: str
    """detections.geojson"""

    def html(self) -> str:
        """The report as one HTML page."""
        return render_report(self.contents)

    def pdf(self) -> bytes:
        """The report as PDF/A-3u with verdicts and detections attached; raises InputError as `render_pdf` does."""
        head = RunningHead(
            case=self.contents.case.title, edition=edition_name(self.contents), simulated=self.results.simulated
        )
        attached = (
            Attached(name=VERDICTS, data=self.verdicts.encode(), what="verdicts on every claim"),
            Attached(name=DETECTIONS, data=self.detections.encode(), what="vessels found"),
        )
        return render_pdf(self.html(), head, attached, self.contents.made_at)


def write_report(
    folder: Path | str,
    *,
    out: Path | None = None,
    profile: Profile = Profile.FULL,
    pdf: bool = False,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Reported:
    """Write the report of a verified case.

    Args:
        folder: the case folder.
        out: folder for the files; CASE/out/report unless given, or CASE/out/report-public.
        profile: `public` takes out names of analysts, hosts, paths, and what CASE/redaction.toml marks.
        pdf: whether a PDF is wanted too; where its libraries are missing, the HTML is written and a note says so.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: the case was not verified, or its results are not those of the case as it is.
        StorageError: the folder cannot be written.
    """
    told = telling(read_results(folder, seams=seams, progress=progress), profile, seams or Seams())
    name = "report" if profile is Profile.FULL else f"report-{profile.value}"
    target = out or told.results.case.folder / OUT / name
    files, notes = [target / HTML], []
    write_atomic(target / HTML, told.html())
    if pdf:
        made, note = try_pdf(told)
        if made is None:
            notes.append(note)
        else:
            write_atomic(target / PDF, made)
            files.append(target / PDF)
    return Reported(files=tuple(files), removed=told.redactor.log()["removed"], notes=tuple(notes))


def try_pdf(told: Telling) -> tuple[bytes | None, str]:
    """The PDF, or nothing and the reason why there is none."""
    try:
        return told.pdf(), ""
    except InputError as error:
        return None, f"no PDF was made: {error}"


def telling(results: Results, profile: Profile, seams: Seams) -> Telling:
    """Put together what a report is told from; no clock is asked and nothing but the cache is written.

    Args:
        results: of the verified case.
        profile: for whom.
        seams: pixel reader and catalogues.
    """
    redactor = redactor_of(results, profile)
    contents = redacted_contents(_judged(results, seams).contents, redactor)
    folder = results.case.folder
    verdicts = [withheld(v, redactor) for v in results.verdicts]
    return Telling(
        results=results,
        contents=contents,
        redactor=redactor,
        verdicts=as_json(redactor.value(without_folder(verdicts, folder))),
        detections=as_json(redactor.value(without_folder(results.detections, folder))),
    )


def as_json(value: Any) -> str:
    """Plain data as the text of a file."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _judged(results: Results, seams: Seams) -> Judged:
    clock = FixedClock(datetime.fromisoformat(had_at(results)))
    case, cache = results.case, StepCache(results.case.folder / ".cache")
    return judged(case, results.gathered, seams, cache, clock, lambda _: freeze(case, clock.now()))
