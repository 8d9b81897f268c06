"""The large figures, each drawn twice: for wide columns and print, and for narrow screens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.model import ClaimKind
from roadstead.report.events import NOWHERE, Mark, events, panels
from roadstead.report.geography import site_groups
from roadstead.report.map import site_map, unplaced
from roadstead.report.messages import text
from roadstead.report.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.report.contents import Contents

WIDE, NARROW = 760.0, 360.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Panels of one figure and the words under them."""

    panels: tuple[tuple[Markup, Markup], ...]
    """each panel wide and narrow"""
    legend: tuple[tuple[str, str], ...]
    """CSS class of a mark and its meaning"""
    caption: tuple[str, ...]


def timeline_figure(contents: Contents, wide: float = WIDE) -> Figure:
    """The timeline of the whole case.

    Args:
        contents: of the report.
        wide: width of its wide drawing, in units of a text 12 high.
    """
    made = events(contents)
    names = {s.id: s.name for s in contents.case.sites}
    mark = text("simulated.mark") if simulated(contents) else ""
    parts = panels(made)
    drawn = tuple(_both(partial(timeline, p, names, simulated=mark), f"time-{i}", wide) for i, p in enumerate(parts))
    used = {e.mark for e in made}
    legend = tuple((m.value, text(f"legend.{m.value}")) for m in Mark if m in used)
    caption = [text("timeline.caption")]
    if len(parts) > 1:
        caption.append(text("timeline.split", n=len(parts)))
    if any(e.span.start < p.start or e.span.end > p.end for p in parts for e in p.events):
        caption.append(text("timeline.clipped"))
    untestable = sum(c.kind is ClaimKind.STATEMENT for c in contents.case.claims)
    if untestable:
        caption.append(text("timeline.untestable", n=untestable))
    untimed = sum(k.time is None for k in contents.looks)
    if untimed:
        caption.append(text("timeline.untimed", n=untimed))
    quiet = [n for s, n in names.items() if s != NOWHERE and s not in {e.site_id for e in made}]
    if quiet:
        caption.append(text("timeline.quiet", sites=", ".join(quiet)))
    return Figure(panels=drawn, legend=legend, caption=tuple(caption))


def map_figure(contents: Contents, wide: float = WIDE, only: str = "") -> Figure:
    """The map of the whole case, with closer panels where sites lie close together, or of one site.

    Args:
        contents: of the report.
        wide: width of its wide drawing, in units of a text 12 high.
        only: id of the site that is shown; empty: all.
    """
    claims = contents.case.claims
    mark = text("simulated.mark") if simulated(contents) else ""
    found = sorted(
        (f.site_id, f.detection.outline.centroid.x, f.detection.outline.centroid.y)
        for f in contents.found
        if f.detection.outline is not None
    )
    groups = site_groups([s for s in contents.case.sites if only in ("", s.id)])
    drawn = tuple(
        _both(partial(site_map, g, claims, found, simulated=mark), f"map-{i}", wide) for i, g in enumerate(groups)
    )
    kinds = [("aoi", "map.aoi"), ("site", "map.site")]
    if not only and any(c.origins and c.destinations for c in claims):
        kinds.append(("route", "map.claimed"))
    caption = [text("map.caption")]
    if found:
        kinds.append(("vessel", "map.vessel"))
        caption.append(text("map.vessels"))
    left = dict.fromkeys(n for g in groups for w in (wide, NARROW) for n in unplaced(g, claims, w))
    if left:
        caption.append(text("map.unnamed", names=", ".join(left)))
    return Figure(panels=drawn, legend=tuple((k, text(m)) for k, m in kinds), caption=tuple(caption))


def _both(draw: Callable[..., Markup], uid: str, wide: float) -> tuple[Markup, Markup]:
    return draw(uid=uid, width=wide), draw(uid=f"{uid}-n", width=NARROW)


def simulated(contents: Contents) -> bool:
    """Whether the case is an exercise, or any image or verdict is simulated."""
    pixels = any(v.simulated for v in contents.verdicts) or any(s.simulated for s in contents.scenes)
    return contents.case.simulated or pixels
