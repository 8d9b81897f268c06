"""Satellites: what they resolve, how they acquire, when they served, whom to credit."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from roadstead.library._files import DATA, first_mistake, read_entry
from roadstead.library.orbits import Orbit, orbit_of
from roadstead.model import Modality, TimeSpan

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.library._schema import MissionEntry

_SYSTEMATIC = "systematic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """A satellite, or a constellation whose satellites are alike."""

    id: str
    name: str
    modality: Modality
    native_pixel_m: float
    """pixel size as acquired, metres"""
    resolved_m: float
    """best resolved distance of the usual product, metres; a delivered file may be worse, never better"""
    acquisition: str
    """`systematic`, `daily, archive incomplete` or `tasked`"""
    operator: str
    credit: str
    """credit line with `{year}` for the year of the image"""
    licence: str
    start: date
    """launch: no image is older"""
    end: date | None
    """last day with data; None: in service as far as this file knows"""
    note: str
    sources: tuple[str, ...]
    orbit: Orbit | None = None
    """how it flies; None: its passes cannot be predicted (tasked, or many satellites)"""

    @property
    def absence_counts(self) -> bool:
        """Whether an image missing from a catalogue means that none was taken; never for tasked or partial archives."""
        return self.acquisition == _SYSTEMATIC

    def credit_line(self, year: str) -> str:
        """The credit that a published image must carry; `year` may be empty where it is not known."""
        return " ".join(self.credit.format(year=year).split())

    def served(self, when: TimeSpan) -> bool:
        """Whether the satellite was in space for some of that time (UTC dates)."""
        return self.start <= when.end.date() and (self.end is None or when.start.date() <= self.end)


def missions() -> tuple[Mission, ...]:
    """All missions in file order; raises CaseError when the data file is broken."""
    return tuple(found for _, found in load_missions(DATA / "missions.toml"))


def mission(platform: str) -> Mission | None:
    """The mission of a platform name as catalogues and file names write it; None where it is not known.

    A constellation's name without the satellite ("sentinel-1") gives the entry whose satellite is not stated.
    """
    name = re.sub(r"[\s_]+", "-", platform.strip().lower())
    return next((found for match, found in load_missions(DATA / "missions.toml") if match.fullmatch(name)), None)


def platform_name(platform: str) -> str:
    """Name of a satellite for people; the platform itself where it is not known."""
    found = mission(platform)
    return found.name if found else platform


@cache
def load_missions(path: Path) -> tuple[tuple[re.Pattern[str], Mission], ...]:
    """Read a file of missions with the patterns of their names; raises CaseError naming file and key."""
    from roadstead.library._schema import MissionsFile  # noqa: PLC0415 - pydantic only when data are read

    return tuple((re.compile(entry.match), _mission(entry)) for entry in read_entry(path, MissionsFile).missions)


def read_missions(path: Path, where: str) -> tuple[tuple[Mission, ...], tuple[str, ...]]:
    """Missions of a user's file; an entry with a mistake is left out and named, the rest is read.

    Args:
        path: TOML file with the entries of `missions.toml`, `[[missions]]` each.
        where: name of the file, for messages.

    Returns:
        Missions in file order, and one sentence per entry that cannot be used.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - pydantic only when data are read

    from roadstead.library._schema import MissionEntry  # noqa: PLC0415 - as above

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return (), (f"{where}: cannot be read ({error.strerror}); check the file and its permissions",)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return (), (f"{where}: is no TOML file in UTF-8: {error}",)
    entries = data.get("missions")
    if set(data) != {"missions"} or not isinstance(entries, list):
        return (), (f"{where}: holds {', '.join(data) or 'nothing'}; write one [[missions]] table per satellite",)
    found: list[Mission] = []
    losses: list[str] = []
    for number, entry in enumerate(entries):
        try:
            found.append(_mission(MissionEntry.model_validate(entry)))
        except ValidationError as error:
            losses.append(str(first_mistake(where, error, f"missions.{number}")))
    return tuple(found), tuple(losses)


def _mission(entry: MissionEntry) -> Mission:
    plain = entry.model_dump(exclude={"match", "modality", "orbit"})
    orbit = None if entry.orbit is None else orbit_of(entry.orbit)
    return Mission(**plain, modality=Modality(entry.modality), orbit=orbit)
