"""A case as the rest of the program sees it: validated, resolved against the library, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from roadstead.model import (
    Claim,
    Hypothesis,
    InputError,
    NotFound,
    Participant,
    Range,
    SeaKind,
    SeaWay,
    Sighting,
    Site,
    Source,
    Thresholds,
)

_T = TypeVar("_T")
SIGHTINGS = "sightings.json"
"""of an exercise run without pixels: the looks that its verdicts rest on, drawn and not found in images"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """How vessels of interest move when nothing special happens; an assumption, printed as such."""

    home_days: Range
    """mean stay at the home site"""
    away_days: Range
    """mean stay anywhere else"""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTraffic:
    """Ships of no special interest that are usually at a site at once; an assumption until measured."""

    site_id: str
    vessels: Range
    """mean number at once, low and high; the mean is taken log-uniform between them"""
    stay_hours: Range
    """mean stay"""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSea:
    """What tells sea from land besides the pixels."""

    kind: SeaKind
    file: str = ""
    """of land or sea, relative to the case folder; empty: the sites' own areas"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The unit of work."""

    id: str
    title: str
    summary: str
    folder: Path
    seed: int
    sites: tuple[Site, ...]
    traffic: tuple[SiteTraffic, ...]
    vessels: tuple[Participant, ...]
    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]
    hypotheses: tuple[Hypothesis, ...]
    """the alternatives; `as-claimed` is added for every claim from its own prior"""
    routine: Routine
    thresholds: Thresholds
    images: tuple[Path, ...]
    """folders with scenes"""
    sea: CaseSea | None = None
    """None: the pixels tell"""
    sea_ways: tuple[SeaWay, ...] = ()
    """along the stated coastline, where no source gives a distance; found when evidence is gathered"""
    reported: tuple[Sighting, ...]
    """what others reported, from reported.toml"""
    simulated: bool = False
    """True: an exercise; nothing in the case happened"""
    embargo_until: datetime | None = None
    """UTC; nothing of the case is to be published before. None: no embargo"""
    warnings: tuple[str, ...] = ()
    """language traps and the like, found in the texts"""
    mistakes: tuple[str, ...] = ()
    """entries that had to be left out, one sentence each with file, line and key"""

    def site(self, site_id: str) -> Site:
        """The site of that id; raises NotFound."""
        return _by_id(self.sites, site_id, "site", self.id)

    def source(self, source_id: str) -> Source:
        """The source of that id; raises NotFound."""
        return _by_id(self.sources, source_id, "source", self.id)

    def vessel(self, vessel_id: str) -> Participant:
        """The vessel of interest of that id; raises NotFound."""
        return _by_id(self.vessels, vessel_id, "vessel", self.id)

    def claim(self, claim_id: str) -> Claim:
        """The claim of that id; raises NotFound."""
        return _by_id(self.claims, claim_id, "claim", self.id)

    def traffic_at(self, site_id: str) -> SiteTraffic:
        """Assumed traffic at a site; a wide default where the case says nothing."""
        for item in self.traffic:
            if item.site_id == site_id:
                return item
        return SiteTraffic(
            site_id=site_id,
            vessels=Range(0.2, 5.0),
            stay_hours=Range(12.0, 96.0),
            reason="assumed: nothing stated, wide default",
        )


def _by_id(items: tuple[_T, ...], wanted: str, what: str, case_id: str) -> _T:
    for item in items:
        if getattr(item, "id", None) == wanted:
            return item
    raise NotFound(f"case {case_id} has no {what} {wanted!r}; it has {', '.join(getattr(i, 'id', '') for i in items)}")


def require_folder(folder: Path) -> Path:
    """The case folder, checked; raises InputError with the remedy."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: a file; a case is the folder that holds case.toml: name {folder.parent}"
            if folder.is_file()
            else f"{folder}: no such folder; a case is a folder that holds case.toml ('roadstead new {folder}')"
        )
    if not (folder / "case.toml").is_file():
        raise InputError(f"{folder}: holds no case.toml; 'roadstead new DIR' writes a commented one")
    return folder


def require_images(case: Case) -> None:
    """Refuse an exercise whose looks were drawn instead of images: what reads images would find no look in it.

    Raises:
        InputError: the case is one, with the remedy.
    """
    if case.simulated and (case.folder / SIGHTINGS).is_file():
        raise InputError(
            f"{case.folder / SIGHTINGS}: the looks of this exercise are drawn sightings without pixels, so there is no "
            "image to verify it from, and its verdicts in out/ stand as the exercise gave them; for a case that can be "
            "verified, run the exercise with images, in another folder: roadstead exercise run SCENARIO --out DIR, "
            "without --sightings-only"
        )
