"""`roadstead publish` and `roadstead diff`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roadstead.cli import say
from roadstead.cli.codes import DONE
from roadstead.evidence import diff as diff_editions
from roadstead.evidence import publish as publish_case
from roadstead.model import InputError
from roadstead.report.exports import Profile
from roadstead.steps import to_plain

if TYPE_CHECKING:
    from pathlib import Path


def run(case: Path, *, reason: str, at: str, public: bool, as_json: bool) -> int:
    """Freeze an edition and say where it is and what it changes."""
    profile = Profile.PUBLIC if public else Profile.FULL
    with say.progress("reading") as progress:
        made = publish_case(case, reason, at=_time(at), profile=profile, progress=progress)
    if as_json:
        say.print_json(to_plain(made))
        return DONE
    say.out.print(f"Edition {made.record.number} of {made.record.at}: {say.shown(str(made.folder))}", soft_wrap=True)
    for name, digest in made.record.files.items():
        say.out.print(f"  {name}  SHA-256 {digest}", soft_wrap=True)
    for sentence in made.record.changes:
        say.out.print(f"[yellow]changed:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    for sentence in made.record.notes:
        say.err.print(f"[yellow]note:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    return DONE


def run_diff(case: Path, before: int, after: int, *, as_json: bool) -> int:
    """Say what changed between two editions."""
    found = diff_editions(case, before, after)
    if as_json:
        say.print_json(to_plain(found))
        return DONE
    for d in found.differences:
        say.out.print(f"[yellow]{d.kind.value}:[/yellow] {say.shown(d.sentence)}", soft_wrap=True)
    for sentence in found.notes:
        say.out.print(f"[yellow]note:[/yellow] {say.shown(sentence)}", soft_wrap=True)
    if not found.differences:
        say.out.print(f"Nothing differs between editions {before} and {after}.")
    return DONE


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--at {text}: is no time; write it like 2025-03-01T09:30Z") from error
    if when.tzinfo is None:
        raise InputError(f"--at {text}: says no zone; write UTC with a Z, like 2025-03-01T09:30Z")
    return when.astimezone(UTC)
