"""The step cache: results by the hash of everything that made them, never by file times."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from roadstead.model import StorageError
from roadstead.steps.codec import canonical_json, from_plain
from roadstead.steps.files import write_atomic
from roadstead.steps.hashing import sha256_of
from roadstead.steps.versions import numeric_versions
from roadstead.steps.workers import Failure, each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from roadstead.model import Step
    from roadstead.steps.ledger import RunLedger
    from roadstead.steps.workers import Workers

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
        key = _key(step, value)
        stored = self._find(step, key, kind, item)
        if stored is not None:
            return stored
        result: T = step.run(value)
        self._keep(step, key, result, item)
        return result

    def run_each(
        self, step: Step, values: Sequence[Any], kind: type[T], *, items: Sequence[str], workers: Workers
    ) -> Iterator[tuple[int, T | Failure]]:
        """The step's result for every value, by workers where it is not there yet.

        Yields the value's number with its result, or why there is none, as they come; each is kept at once. The step
        and its values are pickled where others than this process run it.

        Args:
            step: does the work, and says what fixes its result.
            values: what the step works on.
            kind: type of the result, for reading it back.
            items: names of the values, for the ledger.
            workers: where.

        Raises:
            InputError: the cluster cannot be used.
        """
        keys = [_key(step, value) for value in values]
        missing = []
        for number, key in enumerate(keys):
            stored = self._find(step, key, kind, items[number])
            if stored is None:
                missing.append(number)
            else:
                yield number, stored
        for place, outcome in each(step.run, [values[number] for number in missing], workers):
            number = missing[place]
            if not isinstance(outcome, Failure):
                self._keep(step, keys[number], outcome, items[number])
            yield number, outcome

    def _find(self, step: Step, key: str, kind: type[T], item: str) -> T | None:
        path = self._path(key)
        stored = _read(path, kind) if path else None
        if stored is not None:
            self.found += 1
            self._record(step, key, item, cached=True)
        return stored

    def _keep(self, step: Step, key: str, result: Any, item: str) -> None:
        path = self._path(key)
        if path:
            _write(path, result)
        self.done += 1
        self._record(step, key, item, cached=False)

    def _record(self, step: Step, key: str, item: str, *, cached: bool) -> None:
        if self._ledger:
            self._ledger.step(step.name, item, key, cached=cached)

    def _path(self, key: str) -> Path | None:
        return self._folder / key[:2] / f"{key}.json" if self._folder else None


def _key(step: Step, value: Any) -> str:
    return sha256_of(
        {"step": step.name, "version": step.version, "inputs": step.inputs(value), "libraries": numeric_versions()}
    )


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
