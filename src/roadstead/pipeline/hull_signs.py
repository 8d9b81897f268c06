"""What analysts say of marks of single hulls: features of marks' files that name a hull and one of its marks.

Such a feature is no ship of its own: it is drawn on a ship that is found or marked besides. Its properties are `hull`
(id in the library), `hull_mark` (id of one of its marks) and `seen` (yes or no; yes unless given).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead import library
from roadstead.model import CaseError, HullSign
from roadstead.pipeline.eye import drawn_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from roadstead.archive import Mark
    from roadstead.model import Detection, Exhibit, Hull, Scene
    from roadstead.pipeline.find import SceneAtSite

_YES, _NO = ("", "yes", "true", "1"), ("no", "false", "0")


def ships_and_signs(drawn: Iterable[Mark]) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Marks that mean ships, and those that mean marks of hulls."""
    every = tuple(drawn)
    return tuple(m for m in every if not _said(m, "hull_mark")), tuple(m for m in every if _said(m, "hull_mark"))


def hulls_of(folder: Path) -> Mapping[str, Hull]:
    """The library's hulls, those of a case's own too; where its own are broken, which is told elsewhere, without."""
    try:
        return library.hulls(folder / "library")
    except CaseError:
        return library.hulls()


def signs_of(
    marks: Sequence[Mark],
    at_sites: Sequence[SceneAtSite],
    scenes: Mapping[str, Scene],
    exhibits: Mapping[str, Exhibit],
    hulls: Mapping[str, Hull],
) -> tuple[tuple[HullSign, ...], tuple[str, ...]]:
    """Signs on detections, and a sentence for each mark that cannot be used."""
    signs, losses = [], []
    for mark in marks:
        images = {s.id for s in scenes.values() if drawn_on(mark, s, exhibits)}
        found = [d for at in at_sites for d in at.detections if d.scene_id in images]
        sign = _sign(mark, found, hulls)
        if isinstance(sign, HullSign):
            signs.append(sign)
        else:
            losses.append(f"mark {mark.id}: {sign}")
    return tuple(signs), tuple(losses)


def _sign(mark: Mark, found: Iterable[Detection], hulls: Mapping[str, Hull]) -> HullSign | str:
    """The sign, or why there is none."""
    hull_id, mark_id, seen = (_said(mark, k) for k in ("hull", "hull_mark", "seen"))
    hull = hulls.get(hull_id)
    if hull is None:
        return f"names a mark of hull {hull_id!r}, which the library does not hold; state `hull`"
    if mark_id not in {m.id for m in hull.marks}:
        known = ", ".join(m.id for m in hull.marks) or "none"
        return f"names {mark_id!r}, and the recorded marks of {hull_id} are: {known}"
    if seen.lower() not in (*_YES, *_NO):
        return f"says seen = {seen!r}; write yes or no"
    on = [d for d in found if d.outline is not None and d.outline.intersects(mark.geometry)]
    if len(on) != 1:
        return f"lies on {len(on)} ships of its image, so the mark of {hull_id} counts for none; draw it on the ship"
    return HullSign(
        detection_id=on[0].id, hull_id=hull_id, mark_id=mark_id, seen=seen.lower() in _YES, analyst=mark.analyst
    )


def _said(mark: Mark, key: str) -> str:
    return next((v for k, v in mark.properties.items() if k.lower() == key), "")
