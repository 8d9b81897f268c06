"""The words of the report, kept in `messages.toml`; a translation is another such file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from roadstead.model import DefectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = "messages.toml"


@cache
def _catalogue() -> Mapping[str, str]:
    return dict(_flat("", tomllib.loads(files(__package__).joinpath(FILE).read_text("utf-8"))))


def _flat(prefix: str, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in node.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", str(value)


def text(key: str, **values: object) -> str:
    """The message of that key with its `{placeholders}` filled; plain text, to be escaped by whoever prints it.

    Raises:
        DefectError: the catalogue has no such message.
    """
    try:
        return _catalogue()[key].format(**values)
    except KeyError as error:
        raise DefectError(f"{FILE}: message {key!r} or a value for it is missing ({error}); add it") from error


def under(section: str) -> tuple[tuple[str, str], ...]:
    """All (name, message) pairs of a section, in the order of the file."""
    start = f"{section}."
    return tuple((k.removeprefix(start), v) for k, v in _catalogue().items() if k.startswith(start))
