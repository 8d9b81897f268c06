"""The step cache: results by the hash of everything that made them, never by file times."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from roadstead.model import StorageError
from roadstead.steps.codec import canonical_json, from_plain
from roadstead.steps.files import write_atomic
from roadstead.steps.hashing import sha256_of
from roadstead.steps.versions import numeric_versions

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.model import Step
    from roadstead.steps.ledger import RunLedger

T = TypeVar("T")
SCHEMA_VERSION = 1


class StepCache:
    """Results of steps in a folder, one JSON file each, so that a killed run goes on where it stopped.

    Args:
        folder: where results are kept; None keeps nothing.
        ledger: told of every step, done or found.
    """

    def __init__(self, folder: Path | None, ledger: RunLedger | None = None) -> None:
        self._folder, self._ledger = folder, ledger
        self.done = 0
        self.found = 0

    def run(self, step: Step, value: Any, kind: type[T], *, item: str = "") -> T:
        """The step's result, taken from the cache when its name, version, inputs and the libraries are the same.

        Args:
            step: does the work, and says what fixes its result.
            value: what the step works on.
            kind: type of the result, for reading it back.
            item: name of the value, for the ledger.
        """
        inputs = step.inputs(value)
        key = sha256_of({"step": step.name, "version": step.version, "inputs": inputs, "libraries": numeric_versions()})
        path = self._folder / key[:2] / f"{key}.json" if self._folder else None
        stored = _read(path, kind) if path else None
        result: T = step.run(value) if stored is None else stored
        if stored is None and path:
            _write(path, result)
        self.done += stored is None
        self.found += stored is not None
        if self._ledger:
            self._ledger.step(step.name, item, key, cached=stored is not None)
        return result


def _read(path: Path, kind: type[T]) -> T | None:
    """The stored value, or None when there is none or it was damaged (then it is computed again)."""
    try:
        stored = json.loads(path.read_text("utf-8"))
        if stored["schema_version"] != SCHEMA_VERSION:
            return None
        return from_plain(stored["value"], kind)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    except Exception as error:
        if type(error).__module__.startswith("cattrs"):
            return None
        raise


def _write(path: Path, value: Any) -> None:
    try:
        write_atomic(path, f'{{"schema_version":{SCHEMA_VERSION},"value":{canonical_json(value)}}}')
    except StorageError:
        # A cache that cannot be written costs time, not the result; the outputs report the disk's refusal.
        return
