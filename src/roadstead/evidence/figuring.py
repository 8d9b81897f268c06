"""The figures of a verified case for print: SVG and PNG, with caption, credit and alt text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.evidence.fresh import fresh
from roadstead.evidence.reporting import Reported, read_telling
from roadstead.model import InputError
from roadstead.pipeline import Seams, class_sheets
from roadstead.report import Plate, plate_png, plates
from roadstead.report.exports import Profile, redacted
from roadstead.steps import StepCache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def figures(
    folder: Path | str,
    *,
    out: Path | None = None,
    profile: Profile = Profile.FULL,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Reported:
    """Write every figure of a verified case's report, with a comparison sheet of each ship past the class gate.

    Args:
        folder: the case folder.
        out: folder for the files; CASE/out/figures unless given, or CASE/out/figures-public.
        profile: `public` takes out names of analysts, hosts, paths, and what CASE/redaction.toml marks.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: the case was not verified, or its results are not those of the case as it is.
        StorageError: the folder cannot be written.
    """
    told, target = read_telling(folder, "figures", out, profile, seams, progress)
    notes: list[str] = []
    seams = seams or Seams()
    case = told.full.case
    sheets = class_sheets(told.full.gathered, seams.reader, StepCache(case.folder / ".cache"))
    made = plates(told.contents, redacted(sheets, told.redactor))
    files: dict[str, bytes | str] = {}
    for i, plate in enumerate(made):
        progress(plate.name, i, len(made))
        files |= {f"{plate.name}{ending}": data for ending, data in _files(plate, notes).items()}
    with fresh(target) as making:
        written = making.put_all(files)
    return Reported(files=written, removed=told.redactor.log()["removed"], notes=tuple(notes))


def _files(plate: Plate, notes: list[str]) -> dict[str, bytes | str]:
    """File ending -> content; without PNG, once said why, where libraries are missing."""
    texts = {".caption.txt": plate.caption, ".credit.txt": plate.credit, ".alt.txt": plate.alt}
    found: dict[str, bytes | str] = {".svg": plate.svg, **{k: f"{v}\n" for k, v in texts.items()}}
    if plate.png or not notes:
        try:
            found[".png"] = plate_png(plate)
        except InputError as error:
            notes.append(f"no PNG was made: {error}")
    return found
