"""Which results the folders made from a case rest on, so that those of earlier results can be named.

Kept in CASE/out and not in the folders themselves: what is handed to the public is not to carry a hash of what it
withholds, and a sealed bundle takes no further file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from roadstead.pipeline.outputs import BERTHS_FILE, DATA_FILES
from roadstead.steps import sha256_file, sha256_of, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

OUT = "out"
LIST = ".made-from.json"
SCHEMA_VERSION = 1


def results_sha256(case_folder: Path) -> str:
    """The hash of what the last run wrote for other programs, and of what is recorded of exhibits."""
    named = [case_folder / OUT / name for name in (*DATA_FILES, BERTHS_FILE)]
    held = [p for p in (*named, case_folder / "exhibits.jsonl") if p.is_file()]
    return sha256_of({p.name: sha256_file(p) for p in held})


def note_basis(case_folder: Path, made: Path, *, wholly: bool = True) -> None:
    """Record that a folder was made from the results as they are; of one outside CASE/out, nothing is recorded.

    Args:
        case_folder: of the verified case.
        made: the folder.
        wholly: False: it still holds files made before, whose record stays as it is.

    Raises:
        StorageError: the record cannot be written.
    """
    out = (case_folder / OUT).resolve()
    if not made.resolve().is_relative_to(out):
        return
    name = made.resolve().relative_to(out).as_posix()
    known = _known(case_folder)
    if wholly or name not in known:
        known[name] = results_sha256(case_folder)
        data = {"schema_version": SCHEMA_VERSION, "made_from": dict(sorted(known.items()))}
        write_atomic(out / LIST, json.dumps(data, indent=1) + "\n")


def older_than_results(case_folder: Path) -> tuple[str, ...]:
    """Folders in CASE/out, as paths inside the case, that were made from other results than stand there now."""
    now = results_sha256(case_folder)
    found = [name for name, digest in sorted(_known(case_folder).items()) if digest != now]
    return tuple(f"{OUT}/{name}" for name in found if (case_folder / OUT / name).is_dir())


def _known(case_folder: Path) -> dict[str, str]:
    try:
        held: Any = json.loads((case_folder / OUT / LIST).read_text("utf-8"))
        return {str(k): str(v) for k, v in held["made_from"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
