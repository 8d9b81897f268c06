"""Writing a folder anew: what an earlier run left there and this one does not make goes, what a user put there stays.

A list of the files that we made, with their hashes, lies in the folder. A listed file that was changed since is the
user's now, and stays.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from roadstead.model import StorageError
from roadstead.steps import check_writable, sha256_file, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIST = ".made-by-roadstead.json"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """A folder in the making."""

    folder: Path
    """where files are written until all are there"""
    target: Path
    keep: bool = False
    """whether what an earlier run made there stays"""
    stayed: list[str] = field(default_factory=list)
    """files of an earlier run that stayed, known once the folder is in its place"""

    def put_all(self, files: Mapping[str, str | bytes]) -> tuple[Path, ...]:
        """Write files by their names; returns where they will stand."""
        for name, data in files.items():
            write_atomic(self.folder / name, data)
        return tuple(self.target / name for name in files)

    def placed(self, path: Path) -> Path:
        """Where a file of the making will stand."""
        return self.target / path.relative_to(self.folder)


@contextmanager
def fresh(target: Path, *, keep: bool = False) -> Iterator[Making]:
    """A new folder to write into, whose files take the place of those that we made in `target` before.

    Args:
        target: where the files will stand.
        keep: whether files of an earlier run stay beside them; those of the same name never do.

    Raises:
        StorageError: the folder cannot be written.
    """
    check_writable(target.parent)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".writing-") as made:
            making = Making(folder=Path(made), target=target, keep=keep)
            yield making
            _swap(making)
    except OSError as error:
        raise StorageError(f"{target}: cannot be written ({error.strerror}); check permissions and space") from error


def _swap(making: Making) -> None:
    new = {p.relative_to(making.folder).as_posix(): p for p in sorted(making.folder.rglob("*")) if p.is_file()}
    digests = {name: sha256_file(p) for name, p in new.items()}
    stay: dict[str, str] = {}
    for name, digest in _made_before(making.target).items():
        old = making.target / name
        if name in new or not old.is_file() or old.is_symlink() or sha256_file(old) != digest:
            continue
        if making.keep:
            stay[name] = digest
        else:
            old.unlink()
    making.stayed.extend(stay)
    for name, path in new.items():
        (making.target / name).parent.mkdir(parents=True, exist_ok=True)
        path.replace(making.target / name)
    write_atomic(
        making.target / LIST,
        json.dumps({"schema_version": SCHEMA_VERSION, "files": dict(sorted({**stay, **digests}.items()))}, indent=1)
        + "\n",
    )


def _made_before(target: Path) -> dict[str, str]:
    """Files of the list, inside the folder only."""
    try:
        held: Any = json.loads((target / LIST).read_text("utf-8"))
        files = held["files"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {str(k): str(v) for k, v in files if _inside(PurePosixPath(str(k)))}


def _inside(name: PurePosixPath) -> bool:
    return ".." not in name.parts and not name.is_absolute()
