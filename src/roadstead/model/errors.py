"""The whole exception tree.

    RoadsteadError            anything we raise on purpose; its text is written for the user
    ├── InputError            the input is wrong: exit code 2
    │   ├── CaseError         a case file: carries file, line and key
    │   ├── RasterError       an image cannot be read, or lacks what is needed
    │   │   └── BandsUnknown  band roles or pixel units are not stated; ask, never guess
    │   ├── CatalogueError    a STAC item or catalogue answer cannot be used
    │   ├── IntakeError       a file offered as an exhibit cannot be taken in
    │   │   └── ExhibitAltered  a file of an exhibit is not what was taken in
    │   └── NotFound          a name that nothing carries (site, class, scene, case)
    ├── StorageError          the disk refuses: permission, space
    └── DefectError           our own fault: exit code 1

Every message says what was found, where, and what to do about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class RoadsteadError(Exception):
    """Base of every error that Roadstead raises on purpose."""

    exit_code = 1


class InputError(RoadsteadError):
    """The user's input cannot be used as it is."""

    exit_code = 2


class CaseError(InputError):
    """A mistake in a case file, with its place.

    Args:
        file: the file that holds the mistake.
        line: 1-based line, or None where no line can be named.
        key: dotted key, for example `claims[2].when.end`.
        message: what was found and what is allowed.
    """

    def __init__(self, file: Path | str, line: int | None, key: str, message: str) -> None:
        self.file, self.line, self.key, self.message = str(file), line, key, message
        where = f"{file}:{line}" if line else f"{file}"
        super().__init__(f"{where}: {key}: {message}" if key else f"{where}: {message}")


class RasterError(InputError):
    """An image cannot be read, or lacks what the step needs."""


class BandsUnknown(RasterError):  # noqa: N818 - reads as the state it names
    """Band roles or pixel units are not in the metadata and were not stated."""


class CatalogueError(InputError):
    """A STAC item or a catalogue's answer cannot be used."""


class IntakeError(InputError):
    """A file offered as an exhibit cannot be taken in."""


class ExhibitAltered(IntakeError):  # noqa: N818 - reads as the state it names
    """A file of an exhibit is missing, or its bytes are not those that were recorded."""


class NotFound(InputError):  # noqa: N818 - reads as the state it names
    """A name that nothing carries."""


class StorageError(RoadsteadError):
    """The disk refuses: no permission, no space, read-only."""

    exit_code = 2


class DefectError(RoadsteadError):
    """Something that must not happen; the fault is ours."""
