"""The exhibits ledger of a case: CASE/exhibits.jsonl, one JSON line per fact recorded, only ever appended to.

A later line with the same exhibit id replaces the earlier one, so that what was known when stays readable; a line
that says `removed` takes the exhibit out of the case, and one after it brings it back.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter, ValidationError

from roadstead.model import Exhibit, IntakeError, StorageError

LEDGER = "exhibits.jsonl"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger."""

    schema_version: int = SCHEMA_VERSION
    recorded: datetime
    """when this line was written, UTC"""
    recorded_by: str
    exhibit: Exhibit
    files: dict[str, str]
    """every file held for the exhibit: POSIX path inside the case -> SHA-256"""
    came_in: str = ""
    """the zip archive it was taken from: name and SHA-256"""
    removed: bool = False
    """True: from this line on the case does not hold it"""
    why_removed: str = ""


_LINE = TypeAdapter(Entry)


def entries(case_dir: Path) -> tuple[Entry, ...]:
    """What is held now, the last line of each exhibit, in order of first arrival; without those that were removed.

    A torn last line (the machine stopped while writing) is passed over.

    Raises:
        IntakeError: a line is damaged, of a newer version, or names files outside the case.
        StorageError: the ledger cannot be read.
    """
    path = case_dir / LEDGER
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    last: dict[str, Entry] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = _LINE.validate_json(line)
        except ValidationError as error:
            if number == len(lines):
                break
            raise IntakeError(f"{path}:{number}: damaged line ({_first(error)}); restore the ledger") from error
        _check(entry, path, number)
        last[entry.exhibit.id] = entry
    return tuple(entry for entry in last.values() if not entry.removed)


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    return f"{'.'.join(str(p) for p in problem['loc'])}: {problem['msg']}".removeprefix(": ")


def _check(entry: Entry, path: Path, number: int) -> None:
    if entry.schema_version > SCHEMA_VERSION:
        raise IntakeError(
            f"{path}:{number}: written by a newer Roadstead (schema {entry.schema_version}, this one reads up to "
            f"{SCHEMA_VERSION}); update Roadstead"
        )
    for name in (entry.exhibit.path, entry.exhibit.metadata_path, *entry.files):
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name:
            raise IntakeError(f"{path}:{number}: {name!r} lies outside the case; restore the ledger")


def append(case_dir: Path, entry: Entry) -> None:
    """Write one line and make sure that it is on the disk.

    Raises:
        StorageError: the disk refuses.
    """
    path = case_dir / LEDGER
    try:
        start = _whole_end(path)
        with path.open("r+b" if path.exists() else "xb") as stream:
            stream.truncate(start)
            stream.seek(start)
            stream.write(_LINE.dump_json(entry) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}); check permissions and free space") from error


def _whole_end(path: Path) -> int:
    """Length of the ledger without a torn last line; a whole last line gets its line end."""
    if not path.exists():
        return 0
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    tail = data[end:]
    if not tail.strip():
        return end
    try:
        _LINE.validate_json(tail)
    except ValidationError:
        return end
    with path.open("ab") as stream:
        stream.write(b"\n")
    return len(data) + 1
