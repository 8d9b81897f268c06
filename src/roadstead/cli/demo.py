"""`roadstead demo`."""

from __future__ import annotations

import shutil
from pathlib import Path

from roadstead.cli import say
from roadstead.cli.exercise import run as run_exercise
from roadstead.cli.verify import run as run_verify
from roadstead.model import NotFound, StorageError

CASE = "dunai-2024"
EXERCISE = "null-islands-landing"


def run(folder: Path) -> int:
    """Make and verify a simulated operation; then copy the shipped case where it is not there yet, and verify it."""
    run_exercise(EXERCISE, folder / EXERCISE, pixels=True, workers=2, as_json=False)
    say.out.print()
    return _verify_case(folder / CASE)


def _verify_case(target: Path) -> int:
    if not (target / "case.toml").exists():
        try:
            shutil.copytree(shipped_case(CASE), target, ignore=shutil.ignore_patterns("out", "ledger", ".cache"))
        except OSError as error:
            raise StorageError(f"{target}: cannot be written ({error}); name another folder") from error
    return run_verify(target, as_json=False)


def shipped_case(name: str) -> Path:
    """The folder of a case that comes with the program: in the wheel, or in the source tree."""
    package = Path(__file__).resolve().parents[1]
    for place in (package / "cases" / name, package.parents[1] / "cases" / name):
        if (place / "case.toml").is_file():
            return place
    raise NotFound(f"the shipped case {name!r} is missing from this installation; install the package again")
