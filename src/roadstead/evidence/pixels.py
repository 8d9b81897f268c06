"""Vessels searched once more in the pixels that a bundle holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from roadstead.model import RasterError
from roadstead.pipeline import CaseSeas, FindStep, Gathered, SceneAtSite, Seams, Task, without_structures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.case import Case
    from roadstead.model import Detection, Rejected

BY_EYE = "by eye"
NEVER_MOVES = "never moves"
"""how the reason begins why a structure is rejected"""
APART_PX = 1.5
"""two searches of the same pixels put a vessel's middle no further apart"""
LENGTH_SHARE = 0.05
"""nor do their lengths differ by more"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A second search."""

    gathered: Gathered
    """the measurements, with what was found now where pixels are held"""
    sentence: str
    faults: tuple[tuple[str, str], ...]
    """(file, sentence) where the two searches differ"""


def from_pixels(case: Case, measured: Gathered, progress: Callable[[str, int, int], None]) -> Again | None:
    """Search every scene whose pixels are held, over the sites that the record says it shows; None where none is held.

    Ships marked by eye are taken as marked: no program draws them again. Where land and sea were told by a file that
    the bundle does not hold, the scene is not searched: another sea mask would find other ships.

    Args:
        case: the case; a stated file of land or sea is looked for in its folder.
        measured: from the bundle; paths of its scenes lie in the bundle, where they are held.
        progress: called with (item, done, total).
    """
    held = {s.id for s in measured.scenes.values() if s.path.is_file()}
    if not held:
        return None
    mine = [at for at in measured.at_sites if at.look.scene_id in held]
    found, faults, without_sea = _searched(case, measured, mine, progress)
    fresh, whole = _moving(measured, found), _whole(measured, found)

    def still(at: SceneAtSite) -> tuple[Rejected, ...]:
        return () if whole else tuple(r for r in at.rejected if r.reason.startswith(NEVER_MOVES))

    merged: list[SceneAtSite] = []
    n = 0
    for at in measured.at_sites:
        now = fresh.get(_key(at))
        if now is None:
            merged.append(at)
            continue
        by_eye = tuple(d for d in at.detections if d.method.startswith(BY_EYE))
        again = tuple(d for d in now.detections if not _same_ship(d, by_eye))
        before = tuple(d for d in at.detections if d not in by_eye)
        faults += [(_file(measured, at), s) for s in _unlike(before, _once(again, at, merged), still(at))]
        n += len(before)
        merged.append(replace(now, detections=(*_as_recorded(before, again), *by_eye)))
    left = f"; {without_sea} without the stated file of land and sea were not" if without_sea else ""
    scenes = f"{len(held)} of {len(measured.scenes)} scene(s) searched again{left}: {n} detection(s) of the record"
    text = f"{scenes}, {'all found again' if not faults else f'{len(faults)} difference(s)'}"
    return Again(gathered=_with(measured, merged), sentence=text, faults=tuple(faults))


def _searched(
    case: Case, measured: Gathered, mine: Sequence[SceneAtSite], progress: Callable[[str, int, int], None]
) -> tuple[dict[tuple[str, str], SceneAtSite], list[tuple[str, str]], int]:
    """What is found now, by scene and site; faults; and how many were left for want of the stated sea."""
    seams, seas = Seams(), CaseSeas(case)
    step = FindStep(seams.reader, seams.detectors)
    stated = case.sea is not None and bool(case.sea.file)
    found: dict[tuple[str, str], SceneAtSite] = {}
    faults: list[tuple[str, str]] = []
    without_sea = 0
    for number, at in enumerate(mine):
        progress(at.look.scene_id, number, len(mine))
        site = case.site(at.look.site_id)
        scene = seas.over(measured.scenes[at.look.scene_id], site)
        if stated and scene.footprint is not None and scene.sea is None:
            without_sea += 1
            continue
        try:
            now = step.run(Task(scene=scene, site=site, marks=()))
        except RasterError as error:
            faults.append((_file(measured, at), f"{at.look.scene_id} over {site.id} cannot be searched ({error})"))
            continue
        found[_key(at)] = now if at.look.searched else replace(now, detections=())
    return found, faults, without_sea


def _moving(measured: Gathered, found: dict[tuple[str, str], SceneAtSite]) -> dict[tuple[str, str], SceneAtSite]:
    """What is found now without what never moves, where every scene is held that tells so; see also `_unlike`."""
    if not _whole(measured, found):
        return found
    return {_key(at): at for at in without_structures(list(found.values()), measured.scenes)}


def _whole(measured: Gathered, found: dict[tuple[str, str], SceneAtSite]) -> bool:
    return all(_key(at) in found for at in measured.at_sites if at.look.searched)


def _once(again: Sequence[Detection], at: SceneAtSite, before: Sequence[SceneAtSite]) -> tuple[Detection, ...]:
    """Without ships that the same scene showed at an earlier site, which counts them."""
    taken = [d for b in before if b.look.scene_id == at.look.scene_id for d in b.detections]
    return tuple(d for d in again if not _same_ship(d, taken))


def _as_recorded(before: Sequence[Detection], again: Sequence[Detection]) -> tuple[Detection, ...]:
    """What is found now of what is recorded: verdicts are compared on that, and the rest is a fault already."""
    return tuple(d for d in again if any(_alike(b, d) for b in before))


def _key(at: SceneAtSite) -> tuple[str, str]:
    return at.look.scene_id, at.look.site_id


def _with(measured: Gathered, at_sites: list[SceneAtSite]) -> Gathered:
    return replace(measured, at_sites=at_sites)


def _file(measured: Gathered, at: SceneAtSite) -> str:
    path = measured.scenes[at.look.scene_id].path
    parts = path.parts
    return "/".join(parts[parts.index("data") :]) if "data" in parts else path.name


def _same_ship(one: Detection, others: Sequence[Detection]) -> bool:
    return any(one.outline is not None and o.outline is not None and one.outline.intersects(o.outline) for o in others)


def _unlike(before: Sequence[Detection], now: Sequence[Detection], rejected: Sequence[Rejected]) -> list[str]:
    """Detections of one search that the other does not have.

    What the record rejected since it never moves is none, where the scenes that show so are not all held.
    """
    left = list(now)
    out = []
    for d in before:
        match = next((x for x in left if _alike(d, x)), None)
        if match is None:
            out.append(f"detection {d.id} is not found again in its pixels")
        else:
            left.remove(match)
    return out + [
        f"a vessel at row {d.row_px:.0f}, column {d.col_px:.0f} is found that is not in the record"
        for d in left
        if not any(_near(d, r) for r in rejected)
    ]


def _near(a: Detection, b: Detection | Rejected) -> bool:
    return abs(a.row_px - b.row_px) <= APART_PX and abs(a.col_px - b.col_px) <= APART_PX


def _alike(a: Detection, b: Detection) -> bool:
    if not _near(a, b) or (a.length_m is None) != (b.length_m is None):
        return False
    if a.length_m is None or b.length_m is None:
        return True
    return abs(a.length_m.value - b.length_m.value) <= max(LENGTH_SHARE * a.length_m.value, 1.0)
