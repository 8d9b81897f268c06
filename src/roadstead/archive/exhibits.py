"""Exhibits of a case as they are used: checked against their recorded hashes, as scenes and as marks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from roadstead.archive.credit import without_claims
from roadstead.archive.held import HeldScenes
from roadstead.archive.ledger import Entry, entries
from roadstead.archive.marks import Mark, read_marks
from roadstead.archive.scene import Stated, build
from roadstead.model import Exhibit, ExhibitAltered, ExhibitKind, IntakeError, RoadsteadError, Scene
from roadstead.steps import sha256_file

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMarks:
    """Marks held, and what could not be used."""

    marks: tuple[Mark, ...]
    losses: tuple[str, ...]
    """one sentence for each file of marks that is held and cannot be used"""
    altered: tuple[str, ...] = ()
    """those of `losses` that say that an exhibit is no longer what was added"""


def exhibits(case_dir: Path) -> tuple[Exhibit, ...]:
    """Every exhibit of a case in order of arrival, with the facts recorded last.

    Raises:
        IntakeError: the ledger is damaged.
        StorageError: the ledger cannot be read.
    """
    return tuple(entry.exhibit for entry in entries(case_dir))


def exhibit_scenes(case_dir: Path) -> HeldScenes:
    """The exhibits of kinds scene and picture as scenes, sorted by id.

    A picture's scene carries the exhibit's id, a PDF gives one scene per page (`ID-p001`); a scene keeps the id of
    its item. An exhibit whose files changed since intake is left out and named in `losses`.

    Raises:
        IntakeError: the ledger is damaged.
        StorageError: the ledger cannot be read.
    """
    scenes: dict[str, Scene] = {}
    losses: list[str] = []
    altered: list[str] = []
    for entry in entries(case_dir):
        if entry.exhibit.kind not in {ExhibitKind.SCENE, ExhibitKind.PICTURE}:
            continue
        try:
            verify(case_dir, entry)
            for scene in _scenes(case_dir, entry):
                if scene.id in scenes:
                    raise IntakeError(f"exhibit {entry.exhibit.id} is scene {scene.id} again; the first is used")
                scenes[scene.id] = scene
        except (RoadsteadError, OSError) as error:
            losses.append(str(error))
            altered += [str(error)] if isinstance(error, ExhibitAltered) else []
    return HeldScenes(scenes=tuple(scenes[k] for k in sorted(scenes)), losses=tuple(losses), altered=tuple(altered))


def altered_notes(case_dir: Path) -> tuple[str, ...]:
    """One sentence for each exhibit of kind note that is no longer what was added.

    Raises:
        IntakeError: the ledger is damaged.
        StorageError: the ledger cannot be read.
    """
    altered: list[str] = []
    for entry in entries(case_dir):
        if entry.exhibit.kind is ExhibitKind.NOTE:
            try:
                verify(case_dir, entry)
            except (RoadsteadError, OSError) as error:
                altered.append(str(error))
    return tuple(altered)


def verify(case_dir: Path, entry: Entry) -> None:
    """Compare every file of an exhibit with its recorded SHA-256.

    Raises:
        ExhibitAltered: a file is missing or changed.
    """
    remedy = (
        f"it is left out; put the original back, or take it out with 'roadstead remove CASE {entry.exhibit.id} "
        "--reason TEXT'"
    )
    for name, recorded in sorted(entry.files.items()):
        path = case_dir / name
        if not path.is_file():
            raise ExhibitAltered(f"exhibit {entry.exhibit.id}: {name} is missing: {remedy}")
        found = sha256_file(path)
        if found != recorded:
            raise ExhibitAltered(
                f"exhibit {entry.exhibit.id}: {name} changed since intake (SHA-256 {recorded[:12]}..., now "
                f"{found[:12]}...): {remedy}"
            )


def _scenes(case_dir: Path, entry: Entry) -> Iterator[Scene]:
    exhibit = entry.exhibit
    main = case_dir / exhibit.path
    if main.suffix.lower() != ".pdf":
        yield _scene(main, case_dir, exhibit, exhibit.id if exhibit.kind is ExhibitKind.PICTURE else "")
        return
    for name in sorted(entry.files):
        page = PurePosixPath(name)
        if page.suffix == ".png":
            yield _scene(case_dir / name, case_dir, exhibit, f"{exhibit.id}-p{page.stem.removeprefix('page-')}")


def _scene(image: Path, case_dir: Path, exhibit: Exhibit, scene_id: str) -> Scene:
    metadata = case_dir / exhibit.metadata_path if exhibit.metadata_path else None
    stated = Stated(bands=exhibit.bands or None, sar_unit=exhibit.sar_unit, gsd_m=exhibit.gsd_m, time=exhibit.captured)
    scene = build(image, metadata, stated, lenient=exhibit.kind is ExhibitKind.PICTURE)
    made = replace(
        scene,
        id=scene_id or scene.id,
        date_basis=exhibit.date_basis,
        gsd_basis=exhibit.gsd_basis,
        platform=exhibit.platform or scene.platform,
        credit=exhibit.credit or scene.credit,
        licence=exhibit.licence or scene.licence,
        resampled=exhibit.resampled or scene.resampled,
        cropped=exhibit.cropped,
        annotated=exhibit.annotated,
    )
    return without_claims(made)


def marks(case_dir: Path) -> tuple[Mark, ...]:
    """Every mark of a case, in order of arrival.

    Raises:
        IntakeError: the ledger is damaged, or a file of marks changed since intake.
        StorageError: the ledger cannot be read.
    """
    return tuple(m for entry in _of_marks(case_dir) for m in _marks(case_dir, entry))


def held_marks(case_dir: Path) -> HeldMarks:
    """As `marks`, but a file of marks that changed since intake is left out and named in `losses`.

    Raises:
        IntakeError: the ledger is damaged.
        StorageError: the ledger cannot be read.
    """
    found: list[Mark] = []
    losses: list[str] = []
    altered: list[str] = []
    for entry in _of_marks(case_dir):
        try:
            found += _marks(case_dir, entry)
        except (RoadsteadError, OSError) as error:
            losses.append(str(error))
            altered += [str(error)] if isinstance(error, ExhibitAltered) else []
    return HeldMarks(marks=tuple(found), losses=tuple(losses), altered=tuple(altered))


def _of_marks(case_dir: Path) -> list[Entry]:
    return [entry for entry in entries(case_dir) if entry.exhibit.kind is ExhibitKind.MARKS]


def _marks(case_dir: Path, entry: Entry) -> tuple[Mark, ...]:
    verify(case_dir, entry)
    return read_marks(case_dir / entry.exhibit.path, entry.exhibit)
