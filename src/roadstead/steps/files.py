"""Writing that survives a kill: whole files by rename, logs by appended lines."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.model import StorageError
from roadstead.steps.codec import canonical_json, utf8

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _storage(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path}: cannot be written ({error.strerror}); check permissions and space, or copy the case elsewhere"
        ) from error


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write a file so that a reader sees the old or the new content, never half of it."""
    with _storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as f:
                f.write(utf8(data) if isinstance(data, str) else data)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def check_writable(folder: Path) -> None:
    """Make sure that files can be written into a folder, before anything is done that cannot be undone.

    Raises:
        StorageError: they cannot.
    """
    with _storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def append_line(path: Path, value: Any, *, durable: bool = True) -> None:
    """Append one JSON line, forced to disk where it must survive a power cut."""
    with _storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = _ends_mid_line(path)
        with path.open("ab") as f:
            f.write((b"\n" if torn else b"") + utf8(canonical_json(value)) + b"\n")
            f.flush()
            if durable:
                os.fsync(f.fileno())


def _ends_mid_line(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as f:
        f.seek(-1, os.SEEK_END)
        return f.read() != b"\n"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The JSON lines of a log; a line torn by a kill is passed over."""
    if not path.is_file():
        return []
    lines: list[dict[str, Any]] = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            lines.append(value)
    return lines
