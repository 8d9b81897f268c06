"""Finding an entry by its id, with help when the id is wrong."""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from roadstead.model import CaseError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Value = TypeVar("Value")


def pick(table: Mapping[str, Value], key: str, what: str) -> Value:
    """The entry of that id; raises NotFound with the ids that come close."""
    if key in table:
        return table[key]
    close = get_close_matches(key.casefold(), table, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(table)}"
    raise NotFound(f"the library has no {what} {key!r}; {hint}")


def with_own(shipped: Mapping[str, Value], own: Iterable[tuple[Path, str, Value]]) -> Mapping[str, Value]:
    """The shipped entries and a user's own, sorted by id; raises CaseError where an own one takes a shipped id."""
    entries = list(own)
    for path, key, _ in entries:
        if key in shipped:
            raise CaseError(path, None, "id", f"{key!r} is shipped with Roadstead; give yours another id")
    return MappingProxyType(dict(sorted({**shipped, **by_id(entries)}.items())))


def by_id(entries: Iterable[tuple[Path, str, Value]]) -> Mapping[str, Value]:
    """A read-only table sorted by id; raises CaseError where two files carry the same id."""
    table: dict[str, Value] = {}
    for path, key, value in entries:
        if key in table:
            raise CaseError(path, None, "id", f"{key!r} is the id of another file too; ids must be unique")
        table[key] = value
    return MappingProxyType(dict(sorted(table.items())))
