"""A library folder of the user's own: where a case keeps it, and taking files into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from roadstead.library._files import read_table
from roadstead.library.checks import form_mistakes
from roadstead.library.forms import forms, read_form
from roadstead.library.vessels import classes, hulls, read_class, read_hull
from roadstead.model import CaseError, InputError
from roadstead.steps import write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A library file that was taken in."""

    folder: str
    """classes, forms or hulls"""
    id: str
    path: Path
    was_there: bool
    """the same bytes were there before; nothing was written"""


def own_library(case: Path) -> Path:
    """The library folder of a case; need not exist yet.

    Raises:
        InputError: the folder is no case.
    """
    if not (case / "case.toml").is_file():
        raise InputError(f"{case} is no case: it holds no case.toml; make one with `roadstead new`")
    return case / "library"


def add_entry(file: Path, own: Path) -> Added:
    """Take a class, hull or form file into a library folder, as it is, under the name of its id.

    Args:
        file: a TOML file in the schema of the shipped ones.
        own: the library folder, made where it is not there.

    Raises:
        CaseError: the file is broken, names a class that is not there, or does not fit its class.
        InputError: an entry of that id is there already.
        StorageError: the folder cannot be written.
    """
    folder, entry_id, shipped = _checked(file, own)
    target = own / folder / f"{entry_id}.toml"
    data = file.read_bytes()
    if target.is_file():
        if target.read_bytes() != data:
            raise InputError(f"{target} is there already with another content; change that file or take another id")
        return Added(folder=folder, id=entry_id, path=target, was_there=True)
    if shipped:
        raise CaseError(file, None, "id", f"{entry_id!r} is an id of the library already; give yours another id")
    write_atomic(target, data)
    return Added(folder=folder, id=entry_id, path=target, was_there=False)


def _checked(file: Path, own: Path) -> tuple[str, str, bool]:
    """Folder and id of a file's entry, and whether the library knows that id."""
    folder = _folder_of(file)
    if folder == "classes":
        entry_id = read_class(file).id
        return folder, entry_id, entry_id in classes(own)
    if folder == "hulls":
        entry_id = read_hull(file, classes(own)).id
        return folder, entry_id, entry_id in hulls(own)
    form = read_form(file, classes(own))
    for mistake in form_mistakes(form, classes(own)):
        raise CaseError(file, None, "", mistake)
    return folder, form.id, form.id in forms(own)


def _folder_of(file: Path) -> str:
    """What a file is, by keys that only one kind has."""
    keys = read_table(file).keys()
    if {"plan", "deck_m"} & keys:
        return "forms"
    if "superstructure" in keys:
        return "classes"
    if "class_id" in keys:
        return "hulls"
    raise CaseError(
        file, None, "", "is neither a class (`superstructure`), nor a form (`plan`, `deck_m`), nor a hull (`class_id`)"
    )
