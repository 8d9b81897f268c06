"""Vessel classes and named hulls. Each figure keeps every source's statement; a range is computed, never typed."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, reduce
from typing import TYPE_CHECKING

from roadstead.library._files import DATA, read_entry
from roadstead.library._lookup import by_id, pick, with_own
from roadstead.model import CaseError, Hull, HullMark, Range, VesselClass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from roadstead.library._schema import ClassFile, HullFile, Numbers, NumberSaid, Texts, TextSaid

_CLASS_NUMBERS = ("length_m", "beam_m", "draught_m", "speed_kn", "troops", "cargo_t")
_IDENTIFIERS = ("pennant", "imo", "mmsi")
_IMO_WEIGHTS = range(7, 1, -1)


def classes(own: Path | None = None) -> Mapping[str, VesselClass]:
    """All vessel classes by id, sorted.

    Args:
        own: a library folder of the user's own, whose `classes/` are added; need not exist.

    Raises:
        CaseError: a data file is broken, or an own class takes the id of a shipped one.
    """
    shipped = load_classes(DATA / "classes")
    return with_own(shipped, read_classes(own / "classes")) if own else shipped


def vessel_class(class_id: str) -> VesselClass:
    """The class of that id; raises NotFound with close matches."""
    return pick(classes(), class_id, "vessel class")


def hulls(own: Path | None = None) -> Mapping[str, Hull]:
    """All named hulls by id, sorted; `own` and errors as for `classes`."""
    shipped = load_hulls(DATA / "hulls")
    return with_own(shipped, read_hulls(own / "hulls", classes(own))) if own else shipped


def hull(hull_id: str) -> Hull:
    """The hull of that id; raises NotFound with close matches."""
    return pick(hulls(), hull_id, "hull")


def valid_imo(number: str) -> bool:
    """Whether seven digits end in the right check digit (IMO Resolution A.1117(30), annex)."""
    if not re.fullmatch(r"[0-9]{7}", number):
        return False
    return sum(int(digit) * weight for digit, weight in zip(number, _IMO_WEIGHTS, strict=False)) % 10 == int(number[6])


@cache
def load_classes(folder: Path) -> Mapping[str, VesselClass]:
    """Read a folder of class files; raises CaseError naming file, key and what is allowed."""
    return by_id(read_classes(folder))


@cache
def load_hulls(folder: Path) -> Mapping[str, Hull]:
    """Read a folder of hull files; raises CaseError naming file, key and what is allowed."""
    return by_id(read_hulls(folder, classes()))


def read_classes(folder: Path) -> Iterator[tuple[Path, str, VesselClass]]:
    """File, id and class of every class file of a folder; raises CaseError as `read_class` does."""
    for path in sorted(folder.glob("*.toml")):
        found = read_class(path)
        yield path, found.id, found


def read_hulls(folder: Path, known: Collection[str]) -> Iterator[tuple[Path, str, Hull]]:
    """File, id and hull of every hull file of a folder; raises CaseError as `read_hull` does."""
    for path in sorted(folder.glob("*.toml")):
        found = read_hull(path, known)
        yield path, found.id, found


def read_class(path: Path) -> VesselClass:
    """Read a class file; raises CaseError naming file, key and what is allowed."""
    from roadstead.library._schema import ClassFile  # noqa: PLC0415 - pydantic only when data are read

    return _class(read_entry(path, ClassFile))


def read_hull(path: Path, known: Collection[str]) -> Hull:
    """Read a hull file whose class is one of the known ids; raises CaseError naming file, key and what is allowed."""
    from roadstead.library._schema import HullFile  # noqa: PLC0415 - pydantic only when data are read

    return _hull(path, read_entry(path, HullFile), known)


def _class(entry: ClassFile) -> VesselClass:
    numbers: dict[str, Numbers | None] = {name: getattr(entry, name) for name in _CLASS_NUMBERS}
    said = {name: _said(field.said) for name, field in numbers.items() if field}
    said["layout"] = _said(entry.layout.said)
    said["superstructure"] = {entry.superstructure.group: entry.superstructure.source}
    return VesselClass(
        id=entry.id,
        name=entry.name,
        designation=entry.designation,
        kind=entry.kind,
        length_m=_spanned(entry.length_m),
        beam_m=_spanned(entry.beam_m),
        draught_m=_span(entry.draught_m),
        speed_kn=_span(entry.speed_kn),
        troops=_span(entry.troops),
        cargo_t=_span(entry.cargo_t),
        layout="; ".join(said["layout"]),
        superstructure=entry.superstructure.group,
        said=said,
        sources=tuple(sorted({source for field in said.values() for source in field.values()})),
    )


def _hull(path: Path, entry: HullFile, known: Collection[str]) -> Hull:
    marks = {name: _one(path, name, getattr(entry, name)) for name in _IDENTIFIERS}
    _check_numbers(path, marks)
    check_class(path, entry.class_id, known)
    twice = [m for m, n in Counter(mark.id for mark in entry.marks).items() if n > 1]
    if twice:
        raise CaseError(path, None, "marks", f"{twice[0]!r} stands twice; give each mark of a hull an id of its own")
    return Hull(
        id=entry.id,
        name=entry.name,
        names=tuple(name.text for name in entry.names),
        class_id=entry.class_id,
        pennant=marks["pennant"],
        imo=marks["imo"],
        mmsi=marks["mmsi"],
        built=_joined(entry.built),
        length_m=_span(entry.length_m),
        beam_m=_span(entry.beam_m),
        home=_joined(entry.home),
        marks=tuple(HullMark(**mark.model_dump()) for mark in entry.marks),
        notes=entry.notes,
        sources=tuple(_statements(entry)),
    )


def _check_numbers(path: Path, marks: Mapping[str, str]) -> None:
    if marks["imo"] and not valid_imo(marks["imo"]):
        raise CaseError(path, None, "imo", f"{marks['imo']!r} is no IMO number: seven digits, the last a check digit")
    if marks["mmsi"] and not re.fullmatch(r"[0-9]{9}", marks["mmsi"]):
        raise CaseError(path, None, "mmsi", f"{marks['mmsi']!r} is no MMSI: nine digits")


def check_class(path: Path, class_id: str, known: Collection[str]) -> None:
    """Raise CaseError unless a file's class is one of the known ids."""
    if class_id not in known:
        raise CaseError(path, None, "class_id", f"{class_id!r} is no vessel class; allowed are {', '.join(known)}")


def _one(path: Path, key: str, field: Texts | None) -> str:
    """An identifier has no range: sources must agree on it."""
    said = sorted({statement.text for statement in field.said}) if field else [""]
    if len(said) > 1:
        raise CaseError(
            path, None, key, f"sources disagree ({', '.join(said)}); keep one here and tell the rest in notes"
        )
    return said[0]


def _statements(entry: HullFile) -> Iterable[str]:
    """What each source gives: 'field: words (source)'."""
    yield from (f"name: {name.text} ({name.source})" for name in entry.names)
    yield from (f"marks: {mark.id}, {mark.text}, {mark.size_m:g} m ({mark.source})" for mark in entry.marks)
    for key in sorted(type(entry).model_fields):
        for statement in getattr(getattr(entry, key), "said", ()):
            yield f"{key}: {_words(statement)} ({statement.source})"


def _said(statements: Iterable[NumberSaid | TextSaid]) -> dict[str, str]:
    """Words -> source; several sources saying the same are joined."""
    table: dict[str, str] = {}
    for statement in statements:
        words = _words(statement)
        table[words] = f"{table[words]}; {statement.source}" if words in table else statement.source
    return table


def _words(statement: NumberSaid | TextSaid) -> str:
    return getattr(statement, "words", "") or statement.text


def _span(field: Numbers | None) -> Range | None:
    return _spanned(field) if field else None


def _spanned(field: Numbers) -> Range:
    """The smallest range that holds every statement."""
    return reduce(Range.widened, (Range(*statement.value) for statement in field.said))


def _joined(field: Texts | None) -> str:
    return " / ".join(dict.fromkeys(statement.text for statement in field.said)) if field else ""
