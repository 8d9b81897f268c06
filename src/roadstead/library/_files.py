"""Read the data files of the library, and say exactly what is wrong with a broken one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from roadstead.model import CaseError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    Entry = TypeVar("Entry", bound=BaseModel)

DATA = Path(__file__).parent / "data"
"""The data files shipped in the package."""
MAX_BYTES = 2**20
"""of a data file; the shipped ones have a few kilobytes"""


def read_table(path: Path) -> dict[str, Any]:
    """Read one TOML file.

    Raises:
        CaseError: the file is absent, too large or no TOML.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CaseError(path, None, "", f"is larger than {MAX_BYTES // 2**20} MiB: no file of the library")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CaseError(path, None, "", f"cannot be read ({error.strerror}); reinstall or restore the file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CaseError(path, None, "", f"is no TOML file in UTF-8: {error}") from error


def read_entry(path: Path, schema: type[Entry]) -> Entry:
    """Read one TOML file into its schema.

    Raises:
        CaseError: the file is absent, no TOML, or breaks the schema; it names file, key and what is allowed.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - only when data are read: keeps start-up light

    try:
        return schema.model_validate(read_table(path))
    except ValidationError as error:
        raise first_mistake(path, error) from error


def first_mistake(path: Path | str, error: ValidationError, within: str = "") -> CaseError:
    """What a schema refuses first, with file and key; `within` is the key of the entry that was checked."""
    first = error.errors(include_url=False)[0]
    key = ".".join([*([within] if within else []), *(str(part) for part in first["loc"])])
    message = first["msg"].removeprefix("Value error, ")
    found = "" if first["type"] in {"value_error", "missing"} else f"; found {first['input']!r}"
    return CaseError(path, None, key, f"{message}{found}")


def read_folder(folder: Path, schema: type[Entry]) -> list[tuple[Path, Entry]]:
    """Read every TOML file of a folder, sorted by name; raises CaseError as `read_entry` does."""
    return [(path, read_entry(path, schema)) for path in sorted(folder.glob("*.toml"))]
