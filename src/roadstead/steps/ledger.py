"""The run ledger: which run did which step and what it found done already (SQLite), beside a log of JSON lines."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from roadstead.model import Clock, StorageError, iso
from roadstead.steps.codec import utf8
from roadstead.steps.files import append_line

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (schema_version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, program TEXT NOT NULL,
    assumptions TEXT NOT NULL, outcome TEXT);
CREATE TABLE IF NOT EXISTS step (
    run INTEGER NOT NULL REFERENCES run, name TEXT NOT NULL, item TEXT NOT NULL, key TEXT NOT NULL,
    cached INTEGER NOT NULL, at TEXT NOT NULL);
"""
SCHEMA_VERSION = 1


class RunLedger:
    """Writes one run; each step is committed as it ends, so a kill loses no record.

    Raises:
        StorageError: the ledger cannot be written or is not ours.
    """

    def __init__(self, path: Path, clock: Clock, *, program: str, assumptions: str) -> None:
        self._clock = clock
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.executescript(SCHEMA)
            if not self._db.execute("SELECT 1 FROM meta").fetchone():
                self._db.execute("INSERT INTO meta VALUES (?)", (SCHEMA_VERSION,))
            row = self._db.execute(
                "INSERT INTO run (started, program, assumptions) VALUES (?, ?, ?) RETURNING id",
                (iso(clock.now()), program, assumptions),
            ).fetchone()
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"{path}: the run ledger cannot be written ({error}); check permissions, or move it away"
            ) from error
        self._run = int(row[0])
        self._log_path = path.with_name("log.jsonl")
        self._log("start", program=program, assumptions=assumptions)

    def step(self, name: str, item: str, key: str, *, cached: bool) -> None:
        """Record one step."""
        self._log("step", name=name, item=item, key=key, cached=cached)
        self._db.execute(
            "INSERT INTO step VALUES (?, ?, ?, ?, ?, ?)",
            (self._run, name, utf8(item).decode(), key, int(cached), iso(self._clock.now())),
        )

    def loss(self, sentence: str) -> None:
        """Record something that could not be used."""
        self._log("loss", sentence=sentence)

    def _log(self, event: str, **fields: object) -> None:
        line = {"schema_version": SCHEMA_VERSION, "at": iso(self._clock.now()), "run": self._run, "event": event}
        append_line(self._log_path, line | fields, durable=False)

    def close(self, outcome: str) -> None:
        """End the run."""
        self._log("end", outcome=outcome)
        with closing(self._db):
            self._db.execute(
                "UPDATE run SET ended = ?, outcome = ? WHERE id = ?", (iso(self._clock.now()), outcome, self._run)
            )
