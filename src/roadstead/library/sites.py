"""The gazetteer: places with names in several scripts and an area of interest drawn on the water."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from shapely.geometry import Polygon
from shapely.validation import explain_validity

from roadstead.library._files import DATA, read_folder
from roadstead.library._lookup import by_id, pick
from roadstead.model import CaseError, InputError, Name, Site, zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roadstead.library._schema import Position, SiteFile


def sites() -> Mapping[str, Site]:
    """All sites by id, sorted; raises CaseError when a data file is broken."""
    return load_sites(DATA / "sites")


def site(site_id: str) -> Site:
    """The site of that id; raises NotFound with close matches."""
    return pick(sites(), site_id, "site")


def find_site(text: str) -> Site | None:
    """The site that carries this name in any script, without regard to case, accents or hyphens."""
    return _names(DATA / "sites").get(_plain(text))


@cache
def load_sites(folder: Path) -> Mapping[str, Site]:
    """Read a folder of site files; raises CaseError naming file, key and what is allowed."""
    return by_id((path, entry.id, _site(path, entry)) for path, entry in _entries(folder))


@cache
def positions(folder: Path = DATA / "sites") -> Mapping[str, tuple[Position, ...]]:
    """Positions that sources give for each site: ports, settlements, points on the water; WGS84 degrees."""
    return by_id((path, entry.id, entry.positions) for path, entry in _entries(folder))


@cache
def _entries(folder: Path) -> list[tuple[Path, SiteFile]]:
    from roadstead.library._schema import SiteFile  # noqa: PLC0415 - pydantic only when data are read

    return read_folder(folder, SiteFile)


def _site(path: Path, entry: SiteFile) -> Site:
    try:
        zone(entry.timezone)
    except InputError as error:
        raise CaseError(path, None, "timezone", str(error)) from error
    return Site(
        id=entry.id,
        name=entry.name,
        names=tuple(Name(text=name.text, script=name.script) for name in entry.names),
        timezone=entry.timezone,
        aoi=_area(path, entry),
        country=entry.country,
        notes=entry.notes,
        sources=(*entry.sources, *(f"{p.kind} {p.lat}, {p.lon}: {p.source}" for p in entry.positions)),
    )


def _area(path: Path, entry: SiteFile) -> Polygon:
    area = Polygon(entry.aoi)
    if not area.is_valid or area.area == 0:
        why = explain_validity(area) if area.area else "no area"
        raise CaseError(
            path, None, "aoi", f"{why}; give [lon, lat] corners in order around the water, edges not crossing"
        )
    return area


@cache
def _names(folder: Path) -> Mapping[str, Site]:
    table: dict[str, Site] = {}
    for place in load_sites(folder).values():
        for text in (place.id, place.name, *(name.text for name in place.names)):
            other = table.setdefault(_plain(text), place)
            if other.id != place.id:
                message = f"{text!r} is a name of {other.id} too; a name must lead to one site"
                raise CaseError(folder / f"{place.id}.toml", None, "names", message)
    return table


def _plain(text: str) -> str:
    """Case, accents, apostrophes, hyphens and spaces do not tell names apart."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum())
