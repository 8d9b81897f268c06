"""Identification by elimination: by context, not by pixels.

Of the known ships of a class, which were known to be elsewhere? What is left is a statement about the roster, as good
as the roster is complete; it never joins what the pixels say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead import library

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """One ship that could be the one seen."""

    hull_id: str
    name: str
    elsewhere: str = ""
    """where it was known to be at that time, in words; empty where it is not known to have been elsewhere"""
    basis: str = ""
    """on what that rests: AIS, a sighting, a source"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elimination:
    """What the roster leaves."""

    class_id: str
    roster: tuple[Whereabouts, ...]
    """sorted by name"""
    left: tuple[str, ...]
    """ids of the hulls that are not known to have been elsewhere, sorted"""
    words: str


def roster_of(class_id: str) -> tuple[Whereabouts, ...]:
    """The library's hulls of a class, none of them known to be elsewhere."""
    hulls = (h for h in library.hulls().values() if h.class_id == class_id)
    return tuple(Whereabouts(hull_id=h.id, name=h.name) for h in hulls)


def eliminate(class_id: str, roster: Iterable[Whereabouts]) -> Elimination:
    """What is left of a class's roster once those known to have been elsewhere are taken away.

    Args:
        class_id: the class of which a ship may have been seen.
        roster: all its hulls that are known, each once, with where it was at the time of the look.
    """
    rows = tuple(sorted(roster, key=lambda w: (w.name, w.hull_id)))
    left = tuple(sorted(w.hull_id for w in rows if not w.elsewhere))
    return Elimination(class_id=class_id, roster=rows, left=left, words=_words(rows))


def _words(rows: tuple[Whereabouts, ...]) -> str:
    if not rows:
        return "By context, not by pixels: no ship of this class is on the roster, so nothing can be eliminated."
    away = [f"{w.name} was {w.elsewhere}" + (f" ({w.basis})" if w.basis else "") for w in rows if w.elsewhere]
    free = [w.name for w in rows if not w.elsewhere]
    known = f"of {len(rows)} ships on the roster, {'; '.join(away) if away else 'none is known to have been elsewhere'}"
    if not free:
        rest = "None is left: the ship is none of them, or a position is wrong."
    elif len(free) == 1:
        rest = f"Only {free[0]} is left, if the roster is complete and the ship is of this class."
    else:
        rest = f"Left are {', '.join(free)}."
    return f"By context, not by pixels: {known}. {rest}"
