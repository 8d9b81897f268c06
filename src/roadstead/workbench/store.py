"""The store of decisions: CASE/review.sqlite, only ever appended to, and written out as CASE/decisions.jsonl.

A decision is on the disk before it is acknowledged (write-ahead log, synchronous=FULL: SQLite, "Atomic Commit"). Rows
can be neither changed nor deleted, and each carries a SHA-256 over the row before and itself, so that a row changed by
other means is found. Several servers may share one store.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from roadstead.archive import DECISIONS, DecisionLine, DecisionMade, check_made, line_of
from roadstead.model import Clock, DecisionKind, InputError, StorageError
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "review.sqlite"
SCHEMA_VERSION = 1
WAIT_S = 20.0
"""for another server that is just writing"""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (schema_version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS decision (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, analyst TEXT NOT NULL, kind TEXT NOT NULL, line TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS never_changed BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER IF NOT EXISTS never_deleted BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'append only'); END;
"""


class DecisionStore:
    """The decisions of one case.

    Args:
        folder: the case folder.
        clock: says when a decision was taken.

    Raises:
        StorageError: the store cannot be written, is not ours, or a row was changed.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path, self._lines_path, self._clock = folder / FILE, folder / DECISIONS, clock
        self._lock = threading.Lock()
        self._lines: list[DecisionLine] = []
        with self._told():
            self._db = sqlite3.connect(self._path, isolation_level=None, timeout=WAIT_S, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self._check_version()
        with self._lock, self._told(), self._writing():
            self._refresh()
            self._take_back()
            if self._lines:
                self._keep_lines()

    def _take_back(self) -> None:
        """Decisions that only the lines hold, as in a case that came without its store, or with an older one."""
        try:
            texts = self._lines_path.read_text("utf-8").splitlines() if self._lines_path.exists() else []
            written = [DecisionLine.model_validate_json(text) for text in texts]
        except (OSError, ValueError) as error:
            raise self._at_odds(f"cannot be read ({type(error).__name__})") from error
        if any(a != b for a, b in zip(self._lines, written, strict=False)):
            raise self._at_odds("says something else than the store")
        last = self._lines[-1].sha256 if self._lines else ""
        for number, line in enumerate(written[len(self._lines) :], len(self._lines) + 1):
            chained = _chained(last, line)
            if line.number != number or line.sha256 not in {"", chained}:  # "": written by hand, elsewhere
                raise self._at_odds(f"has a line {number} that does not follow from those before")
            self._insert(line.model_copy(update={"sha256": chained}))
            last = chained
        self._refresh()

    def _at_odds(self, why: str) -> StorageError:
        return StorageError(
            f"{self._lines_path} {why}, and {FILE} beside it would replace it; nothing was changed. Restore the right "
            "one of them from a copy, and move the other away"
        )

    def _insert(self, line: DecisionLine) -> None:
        values = (line.number, line.id, line.analyst, line.kind.value, line.model_dump_json())
        self._db.execute("INSERT INTO decision VALUES (?, ?, ?, ?, ?)", values)

    def _check_version(self) -> None:
        with self._writing():
            row = self._db.execute("SELECT schema_version FROM meta").fetchone()
            if row is None:
                self._db.execute("INSERT INTO meta VALUES (?)", (SCHEMA_VERSION,))
            elif row[0] > SCHEMA_VERSION:
                raise StorageError(f"{self._path}: written by a newer Roadstead (schema {row[0]}); update Roadstead")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(
                f"{self._path}: decisions cannot be kept ({error}); check permissions and free space, or, "
                "where it is no file of Roadstead, move it away"
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Alone with the store, also against other processes; everything or nothing of it is kept."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add(self, made: DecisionMade, analyst: str) -> DecisionLine:
        """Keep a decision; the same one sent twice is kept once.

        Args:
            made: what was decided.
            analyst: who decided it.

        Raises:
            InputError: it lacks what its kind needs, its id is taken, or it withdraws what is not this analyst's.
            StorageError: the disk refuses; then nothing was kept.
        """
        check_made(made)
        with self._lock, self._told():
            with self._writing():
                self._refresh()
                before = next((d for d in self._lines if d.id == made.id), None)
                if before is not None:
                    return _same(before, made, analyst)
                self._check_undo(made, analyst)
                line = self._line(made, analyst)
                self._insert(line)
            with self._writing():
                self._refresh()
                self._keep_lines()
        return line

    def _line(self, made: DecisionMade, analyst: str) -> DecisionLine:
        last = self._lines[-1] if self._lines else None
        bare = line_of(made, len(self._lines) + 1, self._clock.now(), analyst)
        return bare.model_copy(update={"sha256": _chained(last.sha256 if last else "", bare)})

    def _check_undo(self, made: DecisionMade, analyst: str) -> None:
        if made.kind is not DecisionKind.UNDO:
            return
        meant = next((d for d in self._lines if d.id == made.withdraws), None)
        if meant is None or meant.analyst != analyst or meant.kind is DecisionKind.UNDO:
            raise InputError(f"there is no decision {made.withdraws} of yours that could be undone")
        if any(d.withdraws == made.withdraws for d in self._lines):
            raise InputError(f"decision {meant.number} is undone already")

    def all(self) -> tuple[DecisionLine, ...]:
        """Every decision, those of other servers too, in order; raises StorageError."""
        with self._lock, self._told():
            self._refresh()
            return tuple(self._lines)

    def _refresh(self) -> None:
        rows = self._db.execute(
            "SELECT number, line FROM decision WHERE number > ? ORDER BY number", (len(self._lines),)
        ).fetchall()
        for number, text in rows:
            try:
                line = DecisionLine.model_validate_json(text)
            except ValueError as error:
                raise StorageError(f"{self._path}: row {number} is damaged; restore the file from a copy") from error
            last = self._lines[-1].sha256 if self._lines else ""
            if line.number != len(self._lines) + 1 or line.sha256 != _chained(last, line):
                raise StorageError(f"{self._path}: row {number} was changed after it was kept; restore the file")
            self._lines.append(line)

    def _keep_lines(self) -> None:
        write_atomic(self._lines_path, "".join(f"{d.model_dump_json()}\n" for d in self._lines))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def _chained(before: str, line: DecisionLine) -> str:
    bare = line.model_copy(update={"sha256": ""}).model_dump_json()
    return hashlib.sha256(f"{before}\n{bare}".encode()).hexdigest()


def _same(before: DecisionLine, made: DecisionMade, analyst: str) -> DecisionLine:
    if before.analyst == analyst and DecisionMade(**before.model_dump(include=set(DecisionMade.model_fields))) == made:
        return before
    raise InputError(f"another decision carries the id {made.id}; send a new id")
