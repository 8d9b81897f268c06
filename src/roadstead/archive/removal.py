"""Taking an exhibit out of a case again: it counts for nothing any more, the ledger says who did it, when and why."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from roadstead.archive.intake import FOLDER
from roadstead.archive.ledger import append, entries
from roadstead.model import Exhibit, InputError, NotFound, StorageError

ASIDE = ".removed"
"""folder of a case for the files of exhibits that were taken out; hidden, so that nothing reads or bundles them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Why an exhibit is taken out."""

    reason: str
    by: str
    now: datetime
    """UTC"""
    delete: bool = False
    """True: its files are deleted instead of kept aside"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What became of an exhibit that was taken out."""

    exhibit: Exhibit
    kept_at: Path | None
    """folder that now holds its files; None where they were deleted or had been lost before"""
    orphans: tuple[str, ...]
    """ids of the files of marks, still in the case, that were drawn on it"""


def remove(case_dir: Path, exhibit_id: str, removal: Removal) -> Removed:
    """Take one exhibit out of a case.

    Its files go to CASE/.removed/ID/, from where they can be added again, or are deleted. Its lines in the ledger stay,
    and one more says that it was taken out, by whom, when and why. A call that was broken off is finished by the next.

    Raises:
        NotFound: the case holds no such exhibit.
        InputError: no reason is given.
        IntakeError: the ledger is damaged.
        StorageError: the disk refuses.
    """
    if not removal.reason.strip():
        raise InputError(
            "why it is taken out is not stated; say it with --reason TEXT, it stands in the collection log"
        )
    held = {e.exhibit.id: e for e in entries(case_dir)}
    if exhibit_id not in held:
        raise NotFound(f"the case holds no exhibit {exhibit_id!r}; held: {', '.join(held) or 'none'}")
    kept_at = _set_aside(case_dir, exhibit_id, delete=removal.delete)
    line = replace(
        held[exhibit_id], recorded=removal.now, recorded_by=removal.by, removed=True, why_removed=removal.reason.strip()
    )
    append(case_dir, line)
    orphans = tuple(i for i, e in held.items() if e.exhibit.of_exhibit == exhibit_id)
    return Removed(exhibit=line.exhibit, kept_at=kept_at, orphans=orphans)


def _set_aside(case_dir: Path, exhibit_id: str, *, delete: bool) -> Path | None:
    """Move or delete the folder of an exhibit; None where there is nothing left of it."""
    home, aside = case_dir / FOLDER / exhibit_id, case_dir / ASIDE / exhibit_id
    try:
        if not home.exists():
            return aside if aside.exists() and not delete else None
        if delete:
            shutil.rmtree(home)
            return None
        aside = _free(aside)
        aside.parent.mkdir(exist_ok=True)
        home.rename(aside)
    except OSError as error:
        raise StorageError(
            f"{home} cannot be taken away ({error.strerror}); check permissions, then give the same command again"
        ) from error
    return aside


def _free(folder: Path) -> Path:
    """The folder, or where it was taken by an earlier removal, the next that is free."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.name}-{number}")
    return free
