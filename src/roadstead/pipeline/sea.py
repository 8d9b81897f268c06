"""What a case states of land and sea, scene by scene."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from roadstead.archive import SeaFile, open_sea_file
from roadstead.case import Case
from roadstead.model import InputError, Scene, SeaKind, StatedSea

if TYPE_CHECKING:
    from roadstead.model import Site

_WITHOUT = "until then the pixels tell sea from land"


def without_place(name: str) -> str:
    """Why what is stated is not used for an image without georeference."""
    return f"{name} was not used: the image has no georeference, so the pixels tell sea from land"


@dataclass(slots=True)
class CaseSeas:
    """Gives scenes what the case states, and keeps why it could not."""

    case: Case
    losses: list[str] = field(default_factory=list)
    """one sentence each"""
    _file: SeaFile | None = None

    def __post_init__(self) -> None:
        stated = self.case.sea
        if stated is None or not stated.file:
            return
        try:
            self._file = open_sea_file(self.case.folder / stated.file, stated.kind)
        except InputError as error:
            self.losses.append(f"sea.{_KEYS[stated.kind]}: {error}; {_WITHOUT}")

    def over(self, scene: Scene, site: Site) -> Scene:
        """The scene, with what the case states of land and sea around a site."""
        if self.case.sea is None:
            return scene
        if scene.footprint is None:
            self.losses.append(f"{scene.id}: {without_place(self.case.sea.file or 'the area of the site')}")
            return scene
        if self.case.sea.kind is SeaKind.SITE:
            return replace(scene, sea=StatedSea(kind=SeaKind.SITE, area=site.aoi, name=site.name))
        if self._file is None:
            return scene
        try:
            return replace(scene, sea=self._file.around(site.aoi.envelope))
        except InputError as error:
            sentence = f"sea over {site.name}: {error}; {_WITHOUT}"
            self.losses += [] if sentence in self.losses else [sentence]
            return scene


_KEYS = {SeaKind.COASTLINE: "coastline", SeaKind.SEA: "area", SeaKind.SITE: "sites"}
