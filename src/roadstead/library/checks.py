"""Checking library files: what a schema cannot see, and how much of an entry rests on no source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.library._files import DATA
from roadstead.library.forms import ShipForm, read_form
from roadstead.library.solid_parts import half_width
from roadstead.library.vessels import read_class, read_hull
from roadstead.model import CaseError, Hull, InputError, VesselClass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Entry = VesselClass | Hull | ShipForm
    Read = Callable[[Path], Entry]

UNSOURCED = "unsourced"
"""what a source says where none was found"""
FOLDERS = ("classes", "forms", "hulls")
INSIDE_AT_LEAST = 0.5
"""share of a landmark's area that must lie within the hull"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many statements of an entry rest on a named source, and how many on none."""

    sourced: int
    unsourced: int

    @property
    def words(self) -> str:
        """`5 of 12 unsourced`."""
        return f"{self.unsourced} of {self.sourced + self.unsourced} unsourced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of library files found."""

    files: int
    problems: tuple[str, ...]
    """one sentence each: what is wrong, where, what is allowed"""
    tallies: Mapping[str, Tally]
    """by folder and id, as in `classes/ropucha-i`"""
    formless: tuple[str, ...]
    """classes that no form shows, so that nothing can be drawn of them"""


def tally(entry: Entry) -> Tally:
    """Count the statements of a class or hull, or the source lines of a form."""
    if isinstance(entry, VesselClass):
        lines = [source for field in entry.said.values() for source in field.values()]
    else:
        lines = list(entry.sources)
    bare = sum(UNSOURCED in line for line in lines)
    return Tally(sourced=len(lines) - bare, unsourced=bare)


def check(own: Path | None = None) -> Checked:
    """Check every shipped library file and those of a user's folder; goes on after a mistake.

    Args:
        own: a library folder of the user's own (`classes/`, `forms/`, `hulls/`).

    Raises:
        InputError: the folder is none.
    """
    if own is not None and not any((own / name).is_dir() for name in FOLDERS):
        raise InputError(f"{own} holds no {', '.join(f'{name}/' for name in FOLDERS)}; name a library folder")
    found = _Found({}, {}, {}, [])
    files = 0
    for base in (DATA, own) if own else (DATA,):
        readers: dict[str, tuple[dict[str, Any], Read]] = {
            "classes": (found.classes, read_class),
            "forms": (found.forms, lambda path: read_form(path, found.classes)),
            "hulls": (found.hulls, lambda path: read_hull(path, found.classes)),
        }
        for folder, (table, read) in readers.items():
            for path in sorted((base / folder).glob("*.toml")):
                files += 1
                found.take(path, table, read)
    shown = {form.class_id for form in found.forms.values()}
    return Checked(
        files=files,
        problems=tuple(found.problems),
        tallies={f"{name}/{key}": tally(entry) for name in FOLDERS for key, entry in getattr(found, name).items()},
        formless=tuple(key for key in found.classes if key not in shown),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """Entries read so far, and what was wrong with the others."""

    classes: dict[str, VesselClass]
    forms: dict[str, ShipForm]
    hulls: dict[str, Hull]
    problems: list[str]

    def take(self, path: Path, table: dict[str, Any], read: Read) -> None:
        try:
            entry = read(path)
        except CaseError as error:
            self.problems.append(str(error))
            return
        if entry.id in table:
            self.problems.append(f"{path}: id: {entry.id!r} is the id of another file too; ids must be unique")
            return
        table[entry.id] = entry
        if isinstance(entry, ShipForm):
            self.problems.extend(f"{path}: {words}" for words in form_mistakes(entry, self.classes))


def form_mistakes(form: ShipForm, classes: Mapping[str, VesselClass]) -> Iterator[str]:
    """What is wrong with a form beyond its schema: its size against its class's, landmarks outside the hull."""
    known = classes.get(form.class_id)
    for key in ("length_m", "beam_m") if known else ():
        mine, allowed = getattr(form, key), getattr(known, key)
        if mine.low < allowed.low or mine.high > allowed.high:
            yield f"{key}: {mine} m is outside the {allowed} m of class {form.class_id!r}"
    for key in ("hatches", "blocks", "paints", "stows"):
        for i, part in enumerate(getattr(form, key)):
            share = _inside(form, part)
            if share < INSIDE_AT_LEAST:
                name = getattr(part, "name", "area")
                yield f"{key}.{i}: {name!r} lies inside the hull with {share:.0%} of its area; at least half is wanted"
    for key in ("posts", "cranes"):
        for i, part in enumerate(getattr(form, key)):
            if abs(part.offset) > _half(form, np.array([part.at]))[0]:
                yield f"{key}.{i}: {part.name!r} stands outside the hull; move it or change `offset`"


def _half(form: ShipForm, at: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Half the hull's width at places along it, as a share of the beam."""
    return half_width(form.plan, at) / 2


def _inside(form: ShipForm, part: Any) -> float:
    """Share of a rectangle's area that lies within the hull."""
    at = np.linspace(part.span[0], part.span[1], 41)
    half, offset = _half(form, at), getattr(part, "offset", 0.0)
    left, right = np.maximum(offset - part.width / 2, -half), np.minimum(offset + part.width / 2, half)
    return float(np.clip(right - left, 0, None).mean() / part.width) if part.width else 0.0
