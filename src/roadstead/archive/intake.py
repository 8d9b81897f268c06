"""Taking exhibits in: hashed, copied untouched, recorded; the same bytes twice are one exhibit."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.archive.bundle import Bundle, examine, offer_of, visible
from roadstead.archive.facts import FACTS, IntakeFacts
from roadstead.archive.ledger import Entry, append, entries
from roadstead.archive.pictures import MAX_PAGES, render_pages
from roadstead.archive.zips import unpack
from roadstead.model import DateBasis, Exhibit, ExhibitKind, IntakeError, RoadsteadError, Scene, StorageError
from roadstead.steps import sha256_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = "exhibits"
OWN = (FOLDER, "out", "ledger", ".cache")
"""folders of a case that only the program writes to"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file that was not taken, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeReport:
    """What became of the paths."""

    added: tuple[Exhibit, ...]
    already: tuple[Exhibit, ...]
    """held before; facts stated now are recorded with them"""
    refused: tuple[Refusal, ...]
    notices: tuple[str, ...] = ()
    """what is missing for later steps and how to add it"""


@dataclass(slots=True)
class _Desk:
    """The intake while it runs."""

    case_dir: Path
    facts: IntakeFacts
    held: dict[str, Entry]
    """by SHA-256 of the main file"""
    added: list[Exhibit] = field(default_factory=list)
    already: list[Exhibit] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def add(case_dir: Path, paths: Sequence[Path], facts: IntakeFacts) -> IntakeReport:
    """Take files, folders and zip archives in as exhibits of a case.

    Images with metadata (GeoTIFF, STAC items, Planet orders) become scenes; PNG, JPEG and PDF pictures; GeoJSON, KML
    and KMZ marks; anything else named directly a note. Each original is copied untouched to CASE/exhibits/ID/ and
    recorded in CASE/exhibits.jsonl. What cannot be taken is refused with the reason, and the rest is taken.

    Raises:
        IntakeError: the case's ledger is damaged.
        StorageError: the case's ledger cannot be read.
    """
    desk = _Desk(case_dir=case_dir, facts=facts, held={e.exhibit.sha256: e for e in entries(case_dir)})
    for path in paths:
        with _refusing(desk, path):
            if path.suffix.lower() == ".zip" and path.is_file():
                _take_zip(desk, path)
            else:
                _take_path(desk, path)
    return IntakeReport(
        added=tuple(desk.added),
        already=tuple(desk.already),
        refused=tuple(desk.refused),
        notices=tuple(desk.notices),
    )


@contextmanager
def _refusing(desk: _Desk, path: Path | str, hide: str = "") -> Iterator[None]:
    """Turn errors into refusals; `hide` is a temporary folder that means nothing to the user."""
    try:
        yield
    except RoadsteadError as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename or path}: {error.strerror or error}; check permissions and free space"
    else:
        return
    desk.refused.append(Refusal(path=str(path), reason=_without(reason, hide)))


def _without(text: str, hide: str) -> str:
    return text.replace(f"{hide}/", "").replace(hide, "the archive") if hide else text


def _take_zip(desk: _Desk, archive: Path) -> None:
    """Unpack beside the exhibits, so that the disk that will hold them must have the room, and take the files."""
    came_in = f"{visible(archive.name)} sha256 {sha256_file(archive)}"
    with (
        tempfile.TemporaryDirectory(dir=_folder(desk.case_dir), prefix=".unpacked-") as place,
        _refusing(desk, archive, hide=place),
    ):
        unpack(archive, Path(place))
        _take_path(desk, Path(place), came_in, hide=place)


def _folder(case_dir: Path) -> Path:
    folder = case_dir / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made ({error.strerror}); check the case's permissions") from error
    return folder


def _take_path(desk: _Desk, path: Path, came_in: str = "", hide: str = "") -> None:
    if not hide:
        _not_our_own(desk.case_dir, path)
    offer = offer_of(path)
    shown = came_in.split(" sha256 ", maxsplit=1)[0] or str(path)
    desk.refused += [Refusal(path=shown, reason=_without(reason, hide)) for reason in offer.refused]
    for bundle in offer.bundles:
        name = f"{shown}/{os.path.relpath(bundle.main, path)}" if path.is_dir() else str(path)
        with _refusing(desk, name, hide):
            if hide:
                _stay_inside(bundle, Path(hide).resolve())
            _take(desk, bundle, came_in)
    if offer.ignored:
        desk.notices.append(f"{shown}: {offer.ignored} files that are neither images nor marks were left out")


def _not_our_own(case_dir: Path, path: Path) -> None:
    """What a run wrote is no evidence; taken in, a detector's finding would come back as somebody's."""
    case, offered = case_dir.resolve(), path.resolve()
    if case.is_relative_to(offered):
        raise IntakeError(f"{path} holds the case itself; name the images")
    own = next((o for o in OWN if offered.is_relative_to(case / o)), "")
    if own:
        raise IntakeError(f"{path} lies in the case's own {own}/, which the program writes; name the original file")


def _stay_inside(bundle: Bundle, folder: Path) -> None:
    """An item from an archive must not bring a file of this machine into a case that will be published."""
    for path in bundle.files:
        if not path.resolve().is_relative_to(folder):
            raise IntakeError(f"{bundle.main.name}: the archive names {path}, outside itself; unpack it and look")


def _take(desk: _Desk, bundle: Bundle, came_in: str) -> None:
    bundle, scene = examine(bundle, desk.facts.for_scene())
    sha256 = sha256_file(bundle.main)
    before = desk.held.get(sha256)
    entry = (
        _first_entry(desk, bundle, scene, sha256, came_in) if before is None else _again(desk, bundle, scene, before)
    )
    anew = before is None or (entry.exhibit, entry.files) != (before.exhibit, before.files)
    if anew:
        append(desk.case_dir, entry)
        desk.notices += _missing(entry.exhibit)
    if before is None:
        desk.added.append(entry.exhibit)
    elif before.exhibit.id not in {e.id for e in (*desk.added, *desk.already)}:
        desk.already.append(entry.exhibit)
        desk.notices += _brought_before(desk.facts, entry.exhibit, recorded=anew)
    desk.held[sha256] = entry


def _first_entry(desk: _Desk, bundle: Bundle, scene: Scene | None, sha256: str, came_in: str) -> Entry:
    exhibit = _exhibit(bundle, scene, desk.facts, sha256)
    home = _folder(desk.case_dir) / exhibit.id
    try:
        exhibit, files = _copied(desk, bundle, exhibit)
    except (RoadsteadError, OSError):
        shutil.rmtree(home, ignore_errors=True)
        raise
    return _entry(desk.facts, exhibit, files, came_in)


def _again(desk: _Desk, bundle: Bundle, scene: Scene | None, before: Entry) -> Entry:
    """The same bytes once more: facts stated now, or metadata that was missing, are recorded with what is held."""
    exhibit, files = _amended(before.exhibit, desk.facts), before.files
    if bundle.metadata and not exhibit.metadata_path:
        found = _exhibit(bundle, scene, desk.facts, exhibit.sha256)
        known = {f: getattr(exhibit, f) for f in FACTS if getattr(exhibit, f) and not getattr(found, f)}
        exhibit = replace(found, **known, id=exhibit.id, added=exhibit.added, added_by=exhibit.added_by)
        exhibit, files = _copied(desk, bundle, exhibit)
    return _entry(desk.facts, exhibit, files, before.came_in)


def _brought_before(facts: IntakeFacts, exhibit: Exhibit, *, recorded: bool) -> list[str]:
    """That a name stated now is not written over the one of who really brought it in."""
    if not facts.by_stated or facts.added_by == exhibit.added_by:
        return []
    what = "is recorded as who stated the rest" if recorded else "is not recorded, for nothing else is stated anew"
    remedy = f"take it out with 'roadstead remove CASE {exhibit.id} --reason TEXT' and add it again"
    first = exhibit.added_by or "nobody named"
    said = f"was brought in by {first}, which stays; {facts.added_by} {what}; to correct who brought it in, {remedy}"
    return [f"{exhibit.original_name}: {said}"]


def _entry(facts: IntakeFacts, exhibit: Exhibit, files: dict[str, str], came_in: str) -> Entry:
    return Entry(recorded=facts.now, recorded_by=facts.added_by, exhibit=exhibit, files=files, came_in=came_in)


def _amended(exhibit: Exhibit, facts: IntakeFacts) -> Exhibit:
    """The exhibit with what is stated now; a new time or pixel size does not inherit the old one's basis."""
    if facts.captured not in {None, exhibit.captured}:
        exhibit = replace(exhibit, date_basis=DateBasis.UNKNOWN)
    if facts.gsd_m not in {None, exhibit.gsd_m}:
        exhibit = replace(exhibit, gsd_basis="")
    return replace(exhibit, **facts.stated())


def _exhibit(bundle: Bundle, scene: Scene | None, facts: IntakeFacts, sha256: str) -> Exhibit:
    """What is recorded: facts of the metadata, and before them those that were stated."""
    found = Exhibit(
        id=f"{sha256[:12]}-{safe_name(bundle.main.name)}",
        kind=bundle.kind,
        path="",
        sha256=sha256,
        size_bytes=bundle.main.stat().st_size,
        original_name=visible(bundle.main.name),
        added=facts.now,
        added_by=facts.added_by,
    )
    return _amended(_with_metadata(found, scene) if scene else found, facts)


def _with_metadata(exhibit: Exhibit, scene: Scene) -> Exhibit:
    return replace(
        exhibit,
        licence=scene.licence,
        credit=scene.credit,
        captured=scene.time,
        date_basis=scene.date_basis,
        platform=scene.platform,
        gsd_m=scene.gsd_m,
        gsd_basis=scene.gsd_basis if scene.gsd_m else "",
        resampled=scene.resampled,
    )


def safe_name(name: str) -> str:
    """A file name of at most 40 plain characters without its suffix."""
    return re.sub(r"[^A-Za-z0-9]+", "-", Path(name).stem).strip("-")[:40].strip("-").lower() or "file"


def _copied(desk: _Desk, bundle: Bundle, exhibit: Exhibit) -> tuple[Exhibit, dict[str, str]]:
    home = _folder(desk.case_dir) / exhibit.id
    places = {source: home / place for source, place in bundle.layout().items()}
    files = {}
    for source, target in places.items():
        files[_inside(desk.case_dir, target)] = copy_hashed(source, target)
    if files[_inside(desk.case_dir, places[bundle.main])] != exhibit.sha256:
        raise StorageError(f"{bundle.main} changed while it was copied; add it again when nothing writes to it")
    if bundle.main.suffix.lower() == ".pdf":
        pages, total = render_pages(bundle.main, home)
        files |= {_inside(desk.case_dir, page): sha256_file(page) for page in pages}
        if total > len(pages):
            desk.notices.append(f"{bundle.main.name}: only the first {MAX_PAGES} of {total} pages were made images")
    metadata = _inside(desk.case_dir, places[bundle.metadata]) if bundle.metadata else ""
    return replace(exhibit, path=_inside(desk.case_dir, places[bundle.main]), metadata_path=metadata), files


def _inside(case_dir: Path, path: Path) -> str:
    return path.relative_to(case_dir).as_posix()


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a file and return the SHA-256 of what was read; the target appears whole or not at all.

    Raises:
        StorageError: the disk refuses.
    """
    part = target.with_name(f".{target.name}.part")
    digest = hashlib.sha256()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as stream, part.open("wb") as out:
            while piece := stream.read(2**20):
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    except OSError as error:
        raise StorageError(
            f"{source.name} could not be copied to {target.parent} ({error.strerror}); check permissions and free space"
        ) from error
    return digest.hexdigest()


def _missing(exhibit: Exhibit) -> list[str]:
    notices = []
    if exhibit.kind is ExhibitKind.PICTURE and not exhibit.gsd_m:
        notices.append("its pixel size is not stated, so nothing can be measured in it; add --gsd M --gsd-basis TEXT")
    if exhibit.gsd_m and not exhibit.gsd_basis:
        notices.append("on what its pixel size rests is not stated; add --gsd-basis TEXT")
    if exhibit.kind in {ExhibitKind.SCENE, ExhibitKind.PICTURE} and exhibit.captured is None:
        notices.append(
            "when it was acquired is not stated, so it supports no date; add --captured TIME --date-basis TEXT"
        )
    elif exhibit.captured and exhibit.date_basis is DateBasis.UNKNOWN:
        notices.append("on what its time rests is not stated; add --date-basis caption or inferred")
    if exhibit.kind is ExhibitKind.MARKS:
        notices += [] if exhibit.analyst else ["who looked is not stated; add --analyst NAME"]
        notices += [] if exhibit.of_exhibit else ["the image that was looked at is not stated; add --of EXHIBIT"]
    return [f"{exhibit.original_name}: {notice}" for notice in notices]
