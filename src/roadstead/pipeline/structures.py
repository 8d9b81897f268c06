"""Over the dates of a case: detections that never move are structures, and join what was rejected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.coverage import usable
from roadstead.detection import SearchedImage, static_structures
from roadstead.model import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.model import Detection, Scene
    from roadstead.pipeline.find import SceneAtSite

BY_EYE = "by eye"
"""how the method of a detection begins that an analyst marked"""


def without_structures(at_sites: Sequence[SceneAtSite], scenes: Mapping[str, Scene]) -> Iterator[SceneAtSite]:
    """Every scene over its site with what never moved among the rejected, in the same order.

    Places are compared site by site and sensor by sensor; marks by eye stay, whatever they mark.

    Args:
        at_sites: what was found.
        scenes: by id.
    """
    groups: dict[tuple[str, str], list[SearchedImage]] = {}
    for at in at_sites:
        if usable(at.look) and at.look.searched:
            key = at.look.site_id, at.look.modality.value
            groups.setdefault(key, []).append(_searched(at, scenes[at.look.scene_id]))
    reasons: dict[str, str] = {}
    for images in groups.values():
        reasons |= static_structures(images)
    for at in at_sites:
        moved = tuple(d for d in at.detections if d.id not in reasons)
        still = tuple(_rejected(d, reasons[d.id]) for d in at.detections if d.id in reasons)
        order = sorted((*at.rejected, *still), key=lambda r: (r.row_px, r.col_px))
        yield replace(at, detections=moved, rejected=tuple(order)) if still else at


def _searched(at: SceneAtSite, scene: Scene) -> SearchedImage:
    return SearchedImage(
        time=at.look.time,
        shown=scene.footprint,
        resolved_m=at.look.resolved_m,
        detections=tuple(d for d in at.detections if not d.method.startswith(BY_EYE)),
    )


def _rejected(d: Detection, reason: str) -> Rejected:
    at = d.outline.centroid if d.outline is not None else None
    return Rejected(
        row_px=d.row_px, col_px=d.col_px, reason=reason, lon_deg=at.x if at else None, lat_deg=at.y if at else None
    )
