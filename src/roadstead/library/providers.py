"""Catalogues that can be asked which images exist: where they are, for which missions they speak, what they need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from roadstead.library._files import DATA, read_entry
from roadstead.library.missions import missions as known_missions
from roadstead.model import CaseError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCollection:
    """A collection of a catalogue."""

    id: str
    """as the catalogue writes it; `*`: everything that the catalogue holds"""
    missions: tuple[str, ...]
    """ids of the missions whose images it lists"""
    signing: str
    """what its images need before they can be read: see `Provider.signing`"""
    complete: bool = True
    """whether it holds every acquisition of these missions; of a derived product that is not made of all, it is not"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A catalogue, and what is needed to ask it and to read its images."""

    id: str
    name: str
    kind: str
    """`stac-api`, `stac-static` or `planet`"""
    url: str
    """landing page, root document or search address; for `stac-static` also the absolute path of a local file"""
    licence: str
    """of what it lists, where the mission's own licence is not known"""
    credit: str
    """credit line with `{year}`, where the mission's own is not known; empty: none"""
    signing: str
    """what its images need: `none`, `planetary-computer`, `copernicus`, `planet-key` or `requester-pays`"""
    key_variables: tuple[str, ...]
    """environment variables that hold keys; their values are never written or printed"""
    key_needed: bool
    """whether it answers no question without the key"""
    links_dated: bool
    """static catalogues: whether folders named by year, month or day hold nothing older or newer"""
    collections: tuple[ProviderCollection, ...]
    sources: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The host that is contacted; empty for a local file."""
        return urlsplit(self.url).netloc

    @property
    def missions(self) -> tuple[str, ...]:
        """Ids of all missions whose images it lists, sorted."""
        return tuple(sorted({m for c in self.collections for m in c.missions}))

    @property
    def speaks_for(self) -> tuple[str, ...]:
        """Ids of the missions of which it says, by not listing it, that an image was not taken; sorted."""
        return tuple(sorted({m for c in self.collections if c.complete for m in c.missions}))

    @property
    def learns_areas(self) -> bool:
        """Whether it is told the area; of a static catalogue only documents are read, a file tells nobody."""
        return self.kind != "stac-static"


def providers(more: Path | None = None) -> tuple[Provider, ...]:
    """All catalogues in file order, those of a user's file last; one of the same id replaces the shipped one.

    Args:
        more: a user's file of the same schema; need not exist. Local paths in it are relative to its folder.

    Raises:
        CaseError: a file is broken; it names file and key.
    """
    known = {p.id: p for p in _read(DATA / "providers.toml")}
    if more is not None and more.is_file():
        known |= {p.id: p for p in _read(more)}
    return tuple(known.values())


def _read(path: Path) -> tuple[Provider, ...]:
    from roadstead.library._schema import ProvidersFile  # noqa: PLC0415 - pydantic only when data are read

    missions, found = {m.id for m in known_missions()}, []
    for entry in read_entry(path, ProvidersFile).providers:
        named = {m for c in entry.collections for m in c.missions}
        if named - missions:
            known = ", ".join(sorted(missions))
            raise CaseError(path, None, "missions", f"{min(named - missions)!r} is no mission; known are {known}")
        collections = tuple(
            ProviderCollection(id=c.id, missions=c.missions, signing=c.signing or entry.signing, complete=c.complete)
            for c in entry.collections
        )
        local = not urlsplit(entry.url).scheme
        url = str((path.parent / Path(entry.url).expanduser()).resolve()) if local else entry.url
        plain = entry.model_dump(exclude={"collections", "url"})
        found.append(Provider(**plain, url=url.rstrip("/"), collections=collections))
    return tuple(found)
