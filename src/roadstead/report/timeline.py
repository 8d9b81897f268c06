"""The timeline: one row a site, one panel a stretch of time; claimed, seen and reported never look alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.report import svg
from roadstead.report.events import NOWHERE, Event, Mark, Panel
from roadstead.report.lanes import (
    AXIS,
    FONT,
    GAP,
    LANE,
    MARGIN,
    NAME,
    TITLE,
    Scale,
    axis,
    beyond,
    claim_bar,
    hatch,
    headed,
    label,
    label_at,
    levels,
)
from roadstead.report.markup import shortened
from roadstead.report.messages import text
from roadstead.report.numbers import day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup

WIDE_LOOK = 6.0
"""looks drawn wider than this, whose hour is unknown, are dashed outlines: they lasted but a moment of that time"""


def timeline(panel: Panel, names: Mapping[str, str], *, uid: str, width: float, simulated: str) -> Markup:
    """One panel.

    Args:
        panel: the stretch of time and its events.
        names: site id -> name; also gives the order of the rows.
        uid: unique in the page.
        width: of the drawing, in units of its text (12 high).
        simulated: the mark of simulated pixels, or nothing.
    """
    scale = Scale(panel.start, panel.end, width)
    order = {site_id: i for i, site_id in enumerate(names)}
    rows = sorted({e.site_id for e in panel.events}, key=lambda s: (s == NOWHERE, order.get(s, len(order)), s))
    title = text("timeline.panel_title", start=day(panel.start), end=day(panel.end))
    parts, y = [hatch(uid)], TITLE
    for site_id in rows:
        here = [e for e in panel.events if e.site_id == site_id]
        name = names.get(site_id, site_id) or text("timeline.nowhere")
        drawn, height = _row(here, shortened(name, int(width // 11)), scale, uid, y)
        parts.append(drawn)
        y += height
    parts.insert(1, axis(scale, y))
    whole, height = headed(width, y + AXIS, title, simulated, *parts)
    description = text(
        "timeline.panel_desc", sites=", ".join(names.get(s, s) or text("timeline.nowhere") for s in rows)
    )
    return svg.picture(uid, (width, height), title, description, whole)


def _row(here: Sequence[Event], name: str, scale: Scale, uid: str, y: float) -> tuple[Markup, float]:
    """The row of one site and its height: name, claims, our looks, reports."""
    parts = [svg.line(MARGIN, y, scale.width - MARGIN, y, "s-rule"), svg.words(MARGIN, y + 14, name, "s-name")]
    lane = y + NAME + 2
    for kind, draw in ((Mark.CLAIM, claim_bar), (Mark.REPORT, _report)):
        for level in levels([e for e in here if e.mark is kind], scale):
            parts += [draw(e, scale, lane, uid) for e in level]
            lane += LANE
        if kind is Mark.CLAIM:
            own = list(_own([e for e in here if e.mark not in (Mark.CLAIM, Mark.REPORT)], scale, lane))
            parts += own
            lane += LANE if own else 0
    return svg.group(*parts), lane - y + GAP


def _report(event: Event, scale: Scale, y: float, uid: str) -> Markup:
    left, right = scale.ends(event, 8.0)
    at, anchor = label_at(event, scale)
    return svg.group(
        svg.rect((left, y + 1, right, y + 12), "s-report", svg.tip(event.words), fill=f"url(#{uid}-h)"),
        *beyond(event, scale, y + 6.5),
        svg.words(at, y + 10.5, label(event, scale), "s-label s-onhatch", anchor=anchor),
    )


def _own(here: Sequence[Event], scale: Scale, y: float) -> Iterator[Markup]:
    """Our looks, stays and finds, in this order from back to front."""
    middle = y + 7.0
    for event in (e for e in here if e.mark is Mark.STAY):
        ends = (scale.x(event.span.start), scale.x(event.span.end))
        yield svg.line(ends[0], middle, ends[1], middle, "s-bracket", svg.tip(event.words))
        if event.sure is not None:
            left, right = scale.ends(replace(event, span=event.sure))
            yield svg.rect((left, middle - 3.5, right, middle + 3.5), "s-stay", svg.tip(event.words))
    for event in (e for e in here if e.mark in (Mark.LOOK, Mark.BAD_LOOK)):
        left, right = scale.ends(event, 1.5)
        vague = "vague-" if right - left > WIDE_LOOK else ""
        yield svg.rect((left, y, right, y + 14), f"s-{vague}{event.mark.value}", svg.tip(event.words))
    taken = -1.0
    for event in sorted((e for e in here if e.mark is Mark.FOUND), key=lambda e: e.span.middle):
        x = sum(scale.ends(event)) / 2
        yield svg.tag("circle", svg.tip(event.words), cx=x, cy=middle, r=4, class_="s-found")
        width = svg.text_width(event.labels[0], FONT)
        if x + 6 > taken and x + 6 + width < scale.width:
            yield svg.words(x + 6, y + 11, event.labels[0], "s-count")
            taken = x + 6 + width
