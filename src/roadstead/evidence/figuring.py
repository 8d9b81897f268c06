"""The figures of a verified case for print: SVG, PNG and PDF, with caption, credit and alt text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.evidence.basis import note_basis
from roadstead.evidence.fresh import fresh
from roadstead.evidence.reporting import Reported, Telling, read_telling
from roadstead.evidence.signing import MEDIA, Seal, seal_of, signed
from roadstead.model import InputError
from roadstead.pipeline import Seams, chip_of, class_sheets
from roadstead.report import NARROWEST_MM, WIDEST_MM, chosen, offers, plate_pdf, plate_png
from roadstead.report.exports import Profile, redacted
from roadstead.steps import StepCache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.report import Offer, Plate


class Picture(StrEnum):
    """How a figure is written."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """Which figures are wanted, and how."""

    names: tuple[str, ...] = ()
    """ids of detections, sites and claims, TIMELINE, MAP, COVERAGE, or names of files; none: the usual ones"""
    formats: tuple[str, ...] = ()
    """of `Picture`; none: SVG and PNG"""
    width_mm: float | None = None
    """at which they are printed; None: each its own"""
    c2pa: tuple[Path, Path] | None = None
    """PEM files of certificate and key that PNG and PDF are signed with; None: unsigned"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """How each figure is written."""

    kinds: tuple[Picture, ...]
    width_mm: float
    """0: its own"""
    seal: Seal | None


def figures(
    folder: Path | str,
    wanted: Print | None = None,
    *,
    out: Path | None = None,
    profile: Profile = Profile.FULL,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Reported:
    """Write figures of a verified case's report, with a comparison sheet of each ship past the class gate.

    Args:
        folder: the case folder.
        wanted: which, in which formats, how wide; every usual figure as SVG and PNG unless given. What is named is
            written beside the figures of earlier runs, else their place is taken.
        out: folder for the files; CASE/out/figures unless given, or CASE/out/figures-public.
        profile: `public` takes out names of analysts, hosts, paths, and what CASE/redaction.toml marks.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: a name, a format or a width cannot be had, the case was not verified, or its results are not those
            of the case as it is.
        StorageError: the folder cannot be written.
    """
    wanted = wanted or Print()
    kinds = _kinds(wanted)
    seal = seal_of(*wanted.c2pa) if wanted.c2pa else None
    told, target = read_telling(folder, "figures", out, profile, seams, progress)
    made = _chosen(told, wanted.names, seams or Seams())
    files: dict[str, bytes | str] = {}
    notes: list[str] = []
    for i, offer in enumerate(made):
        progress(offer.name, i, len(made))
        files |= _files(offer, _Job(kinds=kinds, width_mm=wanted.width_mm or 0.0, seal=seal), notes)
    with fresh(target, keep=bool(wanted.names)) as making:
        written = making.put_all(files)
    note_basis(told.full.case.folder, target, wholly=not making.stayed)
    return Reported(files=written, removed=told.redactor.log()["removed"], notes=tuple(notes))


def offered(
    folder: Path | str,
    *,
    profile: Profile = Profile.FULL,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> tuple[Offer, ...]:
    """The figures that `figures` can write of a verified case; nothing is written.

    Args:
        folder: the case folder.
        profile: as for `figures`.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: as `figures` does.
    """
    told, _ = read_telling(folder, "figures", None, profile, seams, progress)
    return _offers(told, seams or Seams())


def _kinds(wanted: Print) -> tuple[Picture, ...]:
    known = [p.value for p in Picture]
    for name in wanted.formats:
        if name not in known:
            raise InputError(f"--format {name}: is not known; write one of {', '.join(known)}")
    width = wanted.width_mm
    if width is not None and not NARROWEST_MM <= width <= WIDEST_MM:
        raise InputError(
            f"--width-mm {width:g}: is not between {NARROWEST_MM:g} and {WIDEST_MM:g}; narrower, words could not be "
            "read, and no page is wider; write the width of your columns"
        )
    kinds = tuple(Picture(n) for n in dict.fromkeys(wanted.formats)) or (Picture.SVG, Picture.PNG)
    if wanted.c2pa is not None and not set(kinds) & set(MEDIA):
        raise InputError("--c2pa: SVG is not signed; add --format png or --format pdf, or leave --c2pa out")
    return kinds


def _offers(told: Telling, seams: Seams) -> tuple[Offer, ...]:
    sheets = class_sheets(told.full.gathered, seams.reader, StepCache(told.full.case.folder / ".cache"))
    return offers(told.contents, redacted(sheets, told.redactor))


def _chosen(told: Telling, names: Sequence[str], seams: Seams) -> tuple[Offer, ...]:
    """The figures of these names; pixels of ships that the report shows in its table only are read now."""
    made = _offers(told, seams)
    picked = chosen(made, names)
    lacking = {o.key for o in picked if not o.has_pixels}
    if not lacking:
        return picked
    # Told and whole contents have the same ships in the same order; only the whole ones know where their images are.
    pairs = zip(told.contents.found, told.full.contents.found, strict=True)
    found = tuple(
        replace(f, chip=chip_of(whole.scene, whole.detection, seams.reader)) if f.detection.id in lacking else f
        for f, whole in pairs
    )
    told.contents = replace(told.contents, found=found)
    return chosen(_offers(told, seams), names)


def _files(offer: Offer, job: _Job, notes: list[str]) -> dict[str, bytes | str]:
    """File name -> content; nothing, and a note, where the figure cannot be drawn."""
    try:
        plate = offer.draw(job.width_mm)
    except InputError as error:
        notes.append(str(error))
        return {}
    texts = {".caption.txt": plate.caption, ".credit.txt": plate.credit, ".alt.txt": plate.alt}
    found: dict[str, bytes | str] = {ending: f"{words}\n" for ending, words in texts.items()}
    if plate.sheet is not None and job.width_mm:
        notes.append(f"{plate.name} keeps its own width of 279 mm, at which its words can be read")
    if Picture.SVG in job.kinds:
        found[".svg"] = plate.svg
    for kind, draw in ((Picture.PNG, plate_png), (Picture.PDF, plate_pdf)):
        if kind in job.kinds:
            found |= _dots(plate, kind, draw, notes)
    if job.seal is not None:
        for ending in (f".{kind}" for kind in MEDIA if f".{kind}" in found):
            data = found[ending]
            if isinstance(data, bytes):
                found[ending] = signed(data, ending[1:], plate, job.seal)
    return {f"{plate.name}{ending}": data for ending, data in found.items()}


def _dots(plate: Plate, kind: Picture, draw: Callable[[Plate], bytes], notes: list[str]) -> dict[str, bytes | str]:
    """One file; nothing, and once a note why, where libraries are missing."""
    why = f"no {kind.value.upper()} was made: "
    if plate.sheet is None and any(n.startswith(why) for n in notes):
        return {}
    try:
        return {f".{kind.value}": draw(plate)}
    except InputError as error:
        notes.append(f"{why}{error}")
        return {}
