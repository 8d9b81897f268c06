"""`explain`: what a run would read and compute, and who would learn of it, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.archive import altered_notes, exhibit_scenes, exhibits, held_marks, held_scenes
from roadstead.case import Case, load_case, require_images
from roadstead.catalogues import kept_answers
from roadstead.coverage import elements_of
from roadstead.model import InputError, SeaKind
from roadstead.pipeline.place import sites_of, why_nowhere
from roadstead.pipeline.radio import ais_files, ais_problems
from roadstead.pipeline.sea import CaseSeas
from roadstead.pipeline.searching import plan_search

if TYPE_CHECKING:
    from roadstead.coverage import Satellites


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What `verify` would do with a case."""

    case_id: str
    reads: tuple[str, ...]
    """image files, with the sites they would be read over, and whatever else is used"""
    computes: tuple[str, ...]
    hosts: tuple[str, ...]
    """hosts that would be contacted, with the area that each would learn; empty: none"""
    search_hosts: tuple[str, ...]
    """what `search` would tell whom, one sentence per catalogue"""
    problems: tuple[str, ...]
    """what would be left out, and why"""


def explain(folder: Path | str) -> Explanation:
    """List what `verify` would read and compute; reads metadata and AIS files, no pixels, and contacts nobody.

    Raises:
        InputError: the case cannot be read at all, or is an exercise without images.
    """
    case = load_case(Path(folder))
    require_images(case)
    held, brought = held_scenes(case.images), exhibit_scenes(case.folder)
    scenes = sorted({s.sha256: s for s in (*brought.scenes, *held.scenes)}.values(), key=lambda s: s.id)
    brought_in, drawn = exhibits(case.folder), held_marks(case.folder)
    reads, nowhere = [], []
    for scene in scenes:
        over = [s.name for s in sites_of(scene, case, brought_in)]
        nowhere += [] if over else [why_nowhere(scene, case)]
        where = f"over {', '.join(over)}" if over else "over no site of the case"
        reads.append(f"{scene.path.name} ({scene.modality.value}, {scene.time or 'time unknown'}): {where}")
    land_and_sea = CaseSeas(case)
    reads += _land_and_sea(case)
    hosts, unplanned = _search_hosts(case.folder)
    satellites, kept = elements_of(case.folder), kept_answers(case.folder)
    reads += [f"{len(kept.answers)} kept answer(s) of catalogues"] if kept.answers else []
    reads += [f"{path.name} (AIS)" for path in ais_files(case.folder)]
    shown = {s.sha256 for s in scenes}
    reads += [f"{e.original_name} (exhibit {e.id}, {e.kind.value})" for e in brought_in if e.sha256 not in shown]
    return Explanation(
        case_id=case.id,
        reads=tuple(reads),
        computes=(*_computes(case, len(scenes), len(drawn.marks)), _passes(satellites, len(case.sites))),
        hosts=(),
        search_hosts=hosts,
        problems=(
            *case.mistakes,
            *unplanned,
            *held.losses,
            *brought.losses,
            *drawn.losses,
            *ais_problems(case),
            *altered_notes(case.folder),
            *land_and_sea.losses,
            *nowhere,
            *satellites.losses,
            *kept.losses,
        ),
    )


def _land_and_sea(case: Case) -> list[str]:
    """What the case states of land and sea, which every image is searched with."""
    if case.sea is None:
        return []
    words = {
        SeaKind.COASTLINE: "coastline: tells land from sea beside the pixels, and gives ways by water between sites",
        SeaKind.SEA: "sea polygons: nothing outside them is searched",
        SeaKind.SITE: "the sites' own areas: nothing outside them is sea",
    }
    return [f"{case.sea.file} ({words[case.sea.kind]})" if case.sea.file else words[case.sea.kind]]


def _passes(satellites: Satellites, sites: int) -> str:
    flown = [s.name for s in satellites.satellites if s.own_sets or s.shipped_sets]
    return f"passes: {', '.join(flown) or 'of no satellite'} over {sites} site(s)"


def _search_hosts(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who would learn what by `search`; or why it could ask nobody."""
    try:
        return plan_search(folder).hosts, ()
    except InputError as error:
        return (), (str(error),)


def _computes(case: Case, scenes: int, drawn: int) -> tuple[str, ...]:
    return (
        f"looks and detections: {scenes} scene(s) against {len(case.sites)} site(s)",
        f"sightings by eye: {drawn} mark(s)",
        f"verdicts: {len(case.claims)} claim(s), each without and with {len(case.reported)} reported sighting(s)",
        "report: out/report.html, out/verdicts.json, out/detections.geojson",
    )
