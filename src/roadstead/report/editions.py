"""Which edition a report is, and what earlier ones said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.report.messages import text
from roadstead.report.numbers import moment

if TYPE_CHECKING:
    from roadstead.case import Case
    from roadstead.report.contents import Contents, Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionView:
    """One edition in the list of corrections."""

    heading: str
    changes: tuple[str, ...]


def edition_name(contents: Contents) -> str:
    """Which edition this is, or that it is none."""
    return _name(contents.editions[0]) if contents.editions else text("editions.none")


def embargo_words(case: Case) -> str:
    """Until when nothing of a case is to be published; empty without an embargo."""
    return text("embargo.banner", until=moment(case.embargo_until)) if case.embargo_until else ""


def corrections(contents: Contents) -> tuple[EditionView, ...]:
    """Every edition with what it changed, latest first; nothing in a first edition, which corrects none."""
    if len(contents.editions) < 2:
        return ()
    return tuple(_view(e) for e in contents.editions)


def _name(edition: Edition) -> str:
    return text("editions.edition", n=edition.number, time=moment(edition.at))


def _view(edition: Edition) -> EditionView:
    heading = text("editions.entry", n=edition.number, time=moment(edition.at), reason=edition.reason)
    return EditionView(heading=heading, changes=edition.changes)
