"""Vessels searched once more in the pixels that a bundle holds."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.pipeline import Gathered, SceneAtSite, Seams, gather
from roadstead.steps import StepCache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.case import Case
    from roadstead.model import Detection

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
    """Search every scene whose pixels are held, and compare with what was measured; None where none is held.

    Ships marked by eye are taken as marked: no program draws them again.

    Args:
        case: the case.
        measured: from the bundle; paths of its scenes lie in the bundle, where they are held.
        progress: called with (item, done, total).
    """
    held = tuple(s for s in measured.scenes.values() if s.path.is_file())
    if not held:
        return None
    with tempfile.TemporaryDirectory() as nowhere:
        alone = replace(case, folder=Path(nowhere), images=())
        found = gather(alone, Seams(scenes=held), StepCache(None), progress)
    now = {(at.look.scene_id, at.look.site_id): at for at in found.at_sites}
    ids = {s.id for s in held}
    faults: list[tuple[str, str]] = []
    merged: list[SceneAtSite] = []
    n = 0
    for at in measured.at_sites:
        key = (at.look.scene_id, at.look.site_id)
        if at.look.scene_id not in ids:
            merged.append(at)
            continue
        if key not in now:
            faults.append((_file(measured, at), f"{key[0]} over {key[1]} gives no look any more"))
            continue
        by_eye = tuple(d for d in at.detections if d.method.startswith("by eye"))
        fresh = tuple(d for d in now[key].detections if not _same_ship(d, by_eye))
        before = tuple(d for d in at.detections if d not in by_eye)
        faults += [(_file(measured, at), s) for s in _unlike(before, fresh)]
        n += len(before)
        merged.append(replace(now[key], detections=(*fresh, *by_eye)))
    scenes = f"{len(held)} of {len(measured.scenes)} scene(s) searched again: {n} detection(s) of the record"
    text = f"{scenes}, {'all found again' if not faults else f'{len(faults)} difference(s)'}"
    return Again(gathered=_with(measured, merged), sentence=text, faults=tuple(faults))


def _with(measured: Gathered, at_sites: list[SceneAtSite]) -> Gathered:
    return replace(measured, at_sites=at_sites)


def _file(measured: Gathered, at: SceneAtSite) -> str:
    path = measured.scenes[at.look.scene_id].path
    parts = path.parts
    return "/".join(parts[parts.index("data") :]) if "data" in parts else path.name


def _same_ship(one: Detection, others: Sequence[Detection]) -> bool:
    return any(one.outline is not None and o.outline is not None and one.outline.intersects(o.outline) for o in others)


def _unlike(before: Sequence[Detection], now: Sequence[Detection]) -> list[str]:
    """Detections of one search that the other does not have."""
    left = list(now)
    out = []
    for d in before:
        match = next((x for x in left if _alike(d, x)), None)
        if match is None:
            out.append(f"detection {d.id} is not found again in its pixels")
        else:
            left.remove(match)
    return out + [
        f"a vessel at row {d.row_px:.0f}, column {d.col_px:.0f} is found that is not in the record" for d in left
    ]


def _alike(a: Detection, b: Detection) -> bool:
    near = abs(a.row_px - b.row_px) <= APART_PX and abs(a.col_px - b.col_px) <= APART_PX
    if not near or (a.length_m is None) != (b.length_m is None):
        return False
    if a.length_m is None or b.length_m is None:
        return True
    return abs(a.length_m.value - b.length_m.value) <= max(LENGTH_SHARE * a.length_m.value, 1.0)
