"""The report of a verified case for a reader: HTML, and PDF with the results attached; in full or for the public."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.evidence.basis import note_basis
from roadstead.evidence.fresh import fresh
from roadstead.evidence.results import DETECTIONS, OUT, VERDICTS, Results, read_results, redactor_of, told
from roadstead.model import InputError
from roadstead.pipeline import Seams
from roadstead.report import (
    Attached,
    Contents,
    RunningHead,
    edition_name,
    embargo_words,
    render_editor,
    render_paper,
    render_pdf,
    render_report,
)
from roadstead.report.exports import Profile, Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

HTML, PDF, EDITOR = "report.html", "report.pdf", "editor.html"


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

    full: Results
    results: Results
    """as the profile allows"""
    contents: Contents
    redactor: Redactor

    @property
    def verdicts(self) -> str:
        """verdicts.json."""
        return self.results.files[VERDICTS]

    @property
    def detections(self) -> str:
        """detections.geojson."""
        return self.results.files[DETECTIONS]

    def html(self) -> str:
        """The report as one HTML page."""
        return render_report(self.contents)

    def editor(self) -> str:
        """The report as one HTML page in which an editor comments on passages."""
        return render_editor(self.contents)

    def pdf(self) -> bytes:
        """The report as PDF/A-3u; raises InputError as `render_pdf` does.

        Verdicts and detections are attached, and where tables leave rows out, the whole report.
        """
        head = RunningHead(
            case=self.contents.case.title,
            edition=edition_name(self.contents),
            simulated=self.results.simulated,
            embargo=embargo_words(self.contents.case),
        )
        paper = render_paper(self.contents)
        attached = [
            Attached(name=VERDICTS, data=self.verdicts.encode(), what="verdicts on every claim"),
            Attached(name=DETECTIONS, data=self.detections.encode(), what="vessels found"),
        ]
        if paper.shortened:
            attached.append(Attached(name=HTML, data=self.html().encode(), what="this report with every row"))
        return render_pdf(paper.html, head, attached, self.contents.made_at)


def write_report(
    folder: Path | str,
    *,
    out: Path | None = None,
    profile: Profile = Profile.FULL,
    pdf: bool = False,
    editor: bool = False,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Reported:
    """Write the report of a verified case.

    Args:
        folder: the case folder.
        out: folder for the files; CASE/out/report unless given, or CASE/out/report-public, or CASE/out/report-editor.
        profile: `public` takes out names of analysts, hosts, paths, and what CASE/redaction.toml marks.
        editor: whether the page is one for an editor, who comments on it offline; always as the public reads it.
        pdf: whether a PDF is wanted too; where its libraries are missing, the HTML is written and a note says so.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: the case was not verified, or its results are not those of the case as it is.
        StorageError: the folder cannot be written.
    """
    profile = Profile.PUBLIC if editor else profile
    found, target = read_telling(folder, "report", out, profile, seams, progress)
    if editor and out is None:
        target = target.with_name("report-editor")
    files: dict[str, str | bytes] = {EDITOR: found.editor()} if editor else {HTML: found.html()}
    notes: list[str] = []
    if pdf:
        made, note = try_pdf(found)
        files |= {PDF: made} if made else {}
        notes += [] if made else [note]
    with fresh(target) as making:
        written = making.put_all(files)
    note_basis(found.full.case.folder, target)
    return Reported(files=written, removed=found.redactor.log()["removed"], notes=tuple(notes))


def try_pdf(told: Telling) -> tuple[bytes | None, str]:
    """The PDF, or nothing and the reason why there is none."""
    try:
        return told.pdf(), ""
    except InputError as error:
        return None, f"no PDF was made: {error}"


def read_telling(  # noqa: PLR0917 - what every output is asked for with
    folder: Path | str,
    name: str,
    out: Path | None,
    profile: Profile,
    seams: Seams | None,
    progress: Callable[[str, int, int], None],
) -> tuple[Telling, Path]:
    """What an output of a verified case is told from, and its folder: CASE/out/NAME unless given, or NAME-public.

    Raises:
        InputError: the case was not verified, or its results are not those of the case as it is.
    """
    found = telling(read_results(folder, seams=seams, progress=progress), profile, seams or Seams())
    named = name if profile is Profile.FULL else f"{name}-{profile.value}"
    return found, out or found.full.case.folder / OUT / named


def telling(results: Results, profile: Profile, seams: Seams) -> Telling:
    """Put together what a report is told from; no clock is asked and nothing but the cache is written.

    Args:
        results: of the verified case.
        profile: for whom.
        seams: pixel reader and catalogues.
    """
    redactor = redactor_of(results, profile)
    left = told(results, redactor, seams)
    return Telling(full=results, results=left, contents=left.contents, redactor=redactor)


def as_json(value: Any) -> str:
    """Plain data as the text of a file."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
