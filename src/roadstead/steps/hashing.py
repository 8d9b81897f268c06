"""Content hashes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from roadstead.model import InputError
from roadstead.steps.codec import canonical_json, utf8

if TYPE_CHECKING:
    from pathlib import Path


def sha256_of(value: Any) -> str:
    """SHA-256 of a value's canonical JSON, hex."""
    return hashlib.sha256(utf8(canonical_json(value))).hexdigest()


def sha256_file(path: Path) -> str:
    """SHA-256 of a file, hex, streamed; raises InputError when it cannot be read."""
    try:
        with path.open("rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error
