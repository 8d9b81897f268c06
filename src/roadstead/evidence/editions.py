"""Editions: published states of a case, numbered and never changed again.

An edition is a folder CASE/editions/NNN: report, verdicts, detections, the state that editions are compared by, and
`edition.json` with the hash of each file and of the edition before, so that whoever alters one breaks the chain.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.evidence.differing import Difference, differences_of
from roadstead.evidence.reporting import HTML, PDF, Telling, as_json, telling, try_pdf
from roadstead.evidence.results import DETECTIONS, VERDICTS, read_results
from roadstead.evidence.states import retold, state_of
from roadstead.model import InputError, NotFound, StorageError, iso
from roadstead.pipeline import Seams
from roadstead.report import Edition
from roadstead.report.exports import Profile
from roadstead.steps import from_plain, sha256_file, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from roadstead.case import Case

FOLDER, RECORD, STATE = "editions", "edition.json", "state.json"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRecord:
    """What edition.json says."""

    schema_version: int
    number: int
    at: str
    """UTC, ISO 8601"""
    reason: str
    profile: str
    assumptions_sha256: str
    files: dict[str, str]
    """name -> SHA-256"""
    previous_sha256: str
    """of the edition.json before; empty for the first"""
    changes: tuple[str, ...]
    """against the edition before, a sentence each"""
    notes: tuple[str, ...]
    """what could not be made"""
    told_sha256: str = ""
    """of the report without its list of editions; empty: made before this was recorded"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An edition that was just made."""

    folder: Path
    record: EditionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two editions side by side."""

    before: int
    after: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    """what is to be borne in mind, one sentence each"""


def publish(
    folder: Path | str,
    reason: str,
    *,
    at: datetime | None = None,
    profile: Profile = Profile.FULL,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Published:
    """Freeze the results of a verified case as its next edition.

    Args:
        folder: the case folder.
        reason: why it is published, or why anew; stands in the report.
        at: time of the edition, UTC; when its verdicts were first called, unless given.
        profile: `public` takes out names of analysts, hosts, paths, and what CASE/redaction.toml marks.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: there is no reason, the case is under embargo, nothing changed since the last edition, an earlier
            edition was altered, the time lies before that of the last one, or the case was not verified.
        StorageError: the folder cannot be written.
    """
    if not reason.strip():
        raise InputError("--reason is empty; say in a sentence why this edition is published")
    results = read_results(folder, seams=seams, progress=progress)
    case = results.case
    _not_before(case, seams or Seams())
    held = read_editions(case.folder)
    when = _time(at, results.at, held)
    told = telling(results, profile, seams or Seams())
    state = retold(state_of(results), case, told.redactor)
    page_sha256 = hashlib.sha256(told.html().encode()).hexdigest()
    changes = _changes(case.folder, held, state, told, page_sha256)
    this = Edition(number=len(held) + 1, at=when, reason=told.redactor.text(reason.strip()), changes=changes)
    earlier = (_as_edition(r, told) for r in reversed(held))
    told.contents = replace(told.contents, editions=(this, *earlier))
    return _written(case.folder, told, this, state, held, page_sha256)


def _not_before(case: Case, seams: Seams) -> None:
    """Raise InputError while the case's embargo lasts."""
    if case.embargo_until is not None and seams.clock.now() < case.embargo_until:
        raise InputError(
            f"{case.id}: under embargo until {iso(case.embargo_until)}; publish then, or change `embargo_until` in "
            "case.toml"
        )


def diff(folder: Path | str, before: int, after: int) -> Compared:
    """What one edition of a case says otherwise than another.

    Raises:
        NotFound: there is no such edition.
        InputError: an edition was altered.
    """
    held = {r.number: r for r in read_editions(Path(folder))}
    for number in (before, after):
        if number not in held:
            known = ", ".join(str(n) for n in held) or "none; make one with: roadstead publish CASE --reason '...'"
            raise NotFound(f"{folder}: has no edition {number}; it has {known}")
    found = differences_of(_state(Path(folder), before), _state(Path(folder), after))
    a, b = held[before].profile, held[after].profile
    notes = (f"edition {before} is {a}, edition {after} is {b}: some texts differ for that alone",) if a != b else ()
    return Compared(before=before, after=after, differences=found, notes=notes)


def read_editions(case_folder: Path) -> tuple[EditionRecord, ...]:
    """The editions of a case in order, each checked against its hashes.

    Raises:
        InputError: one cannot be read, is missing or was altered.
    """
    folder = case_folder / FOLDER
    found = sorted(p for p in folder.glob("[0-9]*") if p.is_dir()) if folder.is_dir() else []
    held: list[EditionRecord] = []
    before = ""
    for number, path in enumerate(found, start=1):
        record = _record(path)
        if path.name != _name(number) or record.number != number:
            raise InputError(f"{folder}: edition {number} is missing; put its folder back from a copy")
        if record.previous_sha256 != before:
            raise _altered(folder / _name(number - 1) / RECORD if number > 1 else path / RECORD)
        for name, digest in record.files.items():
            if not (path / name).is_file() or sha256_file(path / name) != digest:
                raise _altered(path / name)
        before = sha256_file(path / RECORD)
        held.append(record)
    return tuple(held)


def _record(path: Path) -> EditionRecord:
    try:
        return from_plain(json.loads((path / RECORD).read_text("utf-8")), EditionRecord)
    except Exception as error:
        raise InputError(f"{path / RECORD}: cannot be read ({error}); put it back from a copy") from error


def _altered(path: Path) -> InputError:
    return InputError(f"{path}: was altered or lost after it was published; put it back from a copy")


def _name(number: int) -> str:
    return f"{number:03d}"


def _state(case_folder: Path, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((case_folder / FOLDER / _name(number) / STATE).read_text("utf-8"))
    return found


def _time(at: datetime | None, called: str, held: tuple[EditionRecord, ...]) -> datetime:
    when = (at or datetime.fromisoformat(called)).astimezone(UTC).replace(microsecond=0)
    if held and when < datetime.fromisoformat(held[-1].at):
        raise InputError(
            f"{iso(when)} lies before edition {held[-1].number} ({held[-1].at}); give a later time with --at"
        )
    return when


def _changes(
    case_folder: Path, held: tuple[EditionRecord, ...], state: Mapping[str, Any], told: Telling, page_sha256: str
) -> tuple[str, ...]:
    if not held:
        return ()
    last = held[-1]
    found = _sentences(_state(case_folder, last.number), state, told)
    if found:
        return found
    if last.profile != told.redactor.profile.value:
        return (f"Now for another readership: {told.redactor.profile.value}.",)
    if told.redactor.profile is Profile.PUBLIC and last.told_sha256 not in {"", page_sha256}:
        return ("What is withheld changed; nothing else did.",)
    raise InputError(
        f"{case_folder}: nothing changed since edition {last.number}: same claims, numbers, evidence and "
        "assumptions, so there is nothing to publish"
    )


def _sentences(before: Mapping[str, Any], after: Mapping[str, Any], told: Telling) -> tuple[str, ...]:
    """What changed, in words that today's rules allow, whatever those of the earlier editions were."""
    case, redactor = told.full.case, told.redactor
    found = differences_of(retold(before, case, redactor), retold(after, case, redactor))
    return tuple(redactor.text(d.sentence) for d in found)


def _as_edition(record: EditionRecord, told: Telling) -> Edition:
    """An earlier edition as this one may name it: what was told in full then may be withheld now."""
    words, folder = told.redactor.text, told.full.case.folder
    changes = tuple(words(c) for c in record.changes)
    if told.redactor.profile is Profile.PUBLIC and record.number > 1:
        before, after = _state(folder, record.number - 1), _state(folder, record.number)
        changes = _sentences(before, after, told) or ("Nothing that is told here.",)
    return Edition(
        number=record.number, at=datetime.fromisoformat(record.at), reason=words(record.reason), changes=changes
    )


def _written(  # noqa: PLR0917 - what an edition consists of
    case_folder: Path,
    told: Telling,
    this: Edition,
    state: Mapping[str, Any],
    held: tuple[EditionRecord, ...],
    page_sha256: str,
) -> Published:
    pdf, note = try_pdf(told)
    files: dict[str, bytes] = {
        HTML: told.html().encode(),
        VERDICTS: told.verdicts.encode(),
        DETECTIONS: told.detections.encode(),
        STATE: as_json(state).encode(),
    } | ({PDF: pdf} if pdf else {})
    last = case_folder / FOLDER / _name(this.number - 1) / RECORD
    try:
        folder = case_folder / FOLDER
        folder.mkdir(exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder, prefix=".writing-"))
        try:
            for name, data in files.items():
                (part / name).write_bytes(data)
            record = EditionRecord(
                schema_version=SCHEMA_VERSION,
                number=this.number,
                at=iso(this.at),
                reason=this.reason,
                profile=told.redactor.profile.value,
                assumptions_sha256=told.results.assumptions_sha256,
                files={name: sha256_file(part / name) for name in sorted(files)},
                previous_sha256=sha256_file(last) if held else "",
                changes=this.changes,
                notes=(note,) if note else (),
                told_sha256=page_sha256,
            )
            (part / RECORD).write_text(as_json(to_plain(record)), "utf-8")
            for path in part.iterdir():
                path.chmod(0o444)
            part.chmod(0o755)
            part.rename(folder / _name(this.number))
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise StorageError(
            f"{case_folder / FOLDER}: the edition cannot be written ({error.strerror}); check permissions and space"
        ) from error
    return Published(folder=folder / _name(this.number), record=record)
