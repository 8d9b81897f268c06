"""Unpacking zip archives of unknown origin within stated limits."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from roadstead.model import IntakeError

if TYPE_CHECKING:
    from pathlib import Path

MAX_MEMBERS = 10_000
MAX_BYTES = 4 * 2**30
"""most bytes that one archive may unpack to"""
MAX_RATIO = 200
"""most bytes out per byte in, for archives that unpack to more than 100 MiB"""
_RATIO_COUNTS_FROM = 100 * 2**20
_PIECE = 2**20


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip into a folder after checking every member.

    Raises:
        IntakeError: no zip, damaged, encrypted, over a limit, or with a member whose name leaves the folder or that
            is a link; names the member.
    """
    try:
        with zipfile.ZipFile(archive) as held:
            members = checked_members(held, archive)
            left = MAX_BYTES
            for member in members:
                left -= _unpack_one(held, member, folder, left, archive)
    # RuntimeError: encrypted; NotImplementedError: a packing that Python lacks; the others: damage.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        raise IntakeError(f"{archive.name} is no zip archive or damaged ({error}); fetch it again") from error


def checked_members(held: zipfile.ZipFile, archive: Path) -> list[zipfile.ZipInfo]:
    """The files of an open archive, in its order; raises IntakeError where one is unsafe."""
    members = held.infolist()
    if len(members) > MAX_MEMBERS:
        raise IntakeError(
            f"{archive.name} has {len(members)} members, over the limit of {MAX_MEMBERS}; unpack it yourself"
        )
    for member in members:
        reason = _unsafe(member)
        if reason:
            raise IntakeError(f"{archive.name}: member {member.filename!r} {reason}; nothing of it was taken")
    total = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members)
    if total > MAX_BYTES or (total > _RATIO_COUNTS_FROM and total > MAX_RATIO * packed):
        largest = max(members, key=lambda m: m.file_size)
        raise IntakeError(
            f"{archive.name} would unpack to {total / 2**20:.0f} MiB from {packed / 2**20:.1f} (largest member "
            f"{largest.filename!r}), over the limit of {MAX_BYTES / 2**20:.0f} MiB or {MAX_RATIO} times; unpack it "
            "yourself and add the files"
        )
    return [m for m in members if not m.is_dir()]


def _unsafe(member: zipfile.ZipInfo) -> str:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts or "\0" in member.orig_filename:
        return "has a path that leaves the folder"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a symbolic link"
    return "is encrypted" if member.flag_bits & 1 else ""


def _unpack_one(held: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, left: int, archive: Path) -> int:
    target = folder / PurePosixPath(member.filename.replace("\\", "/"))
    if target.exists():
        raise IntakeError(f"{archive.name}: member {member.filename!r} comes twice; nothing of it was taken")
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with held.open(member) as source, target.open("xb") as out:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > left:
                raise IntakeError(
                    f"{archive.name}: member {member.filename!r} unpacks to more than it declares, over the limit of "
                    f"{MAX_BYTES / 2**20:.0f} MiB; nothing of it was taken"
                )
            out.write(piece)
    return written
