"""The timeline: one row a site, one panel a stretch of time; claimed, seen and reported never look alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from roadstead.report import svg
from roadstead.report.axis import time_ticks
from roadstead.report.events import NOWHERE, Event, Mark, Panel
from roadstead.report.markup import shortened
from roadstead.report.messages import text
from roadstead.report.numbers import day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup

MARGIN, TITLE, NAME, LANE, GAP, AXIS = 10.0, 22.0, 17.0, 17.0, 9.0, 26.0
FONT = 12.0
TICK_ROOM = 64.0
WIDE_LOOK = 6.0
"""looks drawn wider than this are pale, so that what was found in them stays readable"""


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime
    width: float

    def x(self, t: datetime) -> float:
        share = (t - self.start) / (self.end - self.start)
        return MARGIN + min(max(share, 0.0), 1.0) * (self.width - 2 * MARGIN)

    def ends(self, event: Event, least: float = 2.0) -> tuple[float, float]:
        left, right = self.x(event.span.start), self.x(event.span.end)
        middle = (left + right) / 2
        return (left, right) if right - left >= least else (middle - least / 2, middle + least / 2)


def timeline(panel: Panel, names: Mapping[str, str], *, uid: str, width: float, simulated: str) -> Markup:
    """One panel.

    Args:
        panel: the stretch of time and its events.
        names: site id -> name; also gives the order of the rows.
        uid: unique in the page.
        width: of the drawing, in units of its text (12 high).
        simulated: the mark of simulated pixels, or nothing.
    """
    scale = _Scale(panel.start, panel.end, width)
    order = {site_id: i for i, site_id in enumerate(names)}
    rows = sorted({e.site_id for e in panel.events}, key=lambda s: (s == NOWHERE, order.get(s, len(order)), s))
    title = text("timeline.panel_title", start=day(panel.start), end=day(panel.end))
    parts, y = [_hatch(uid), svg.words(MARGIN, TITLE - 6, title, "s-period")], TITLE
    for site_id in rows:
        here = [e for e in panel.events if e.site_id == site_id]
        name = names.get(site_id, site_id) or text("timeline.nowhere")
        drawn, height = _row(here, shortened(name, int(width // 11)), scale, uid, y)
        parts.append(drawn)
        y += height
    parts.insert(1, _axis(scale, y))
    if simulated:
        parts.append(svg.words(width - MARGIN, TITLE - 6, simulated, "s-sim", anchor="end"))
    description = text(
        "timeline.panel_desc", sites=", ".join(names.get(s, s) or text("timeline.nowhere") for s in rows)
    )
    return svg.picture(uid, (width, y + AXIS), title, description, *parts)


def _hatch(uid: str) -> Markup:
    stripe = svg.line(0, 0, 0, 5, "s-hatch")
    pattern = {"width": 4, "height": 5, "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return svg.tag("defs", svg.tag("pattern", stripe, id=f"{uid}-h", **pattern))


def _axis(scale: _Scale, bottom: float) -> Markup:
    most = max(2, int((scale.width - 2 * MARGIN) // TICK_ROOM))
    parts = []
    for t, label in time_ticks(scale.start, scale.end, most):
        x = scale.x(t)
        parts.append(svg.line(x, TITLE, x, bottom + 4, "s-grid"))
        half = svg.text_width(label, FONT) / 2
        parts.append(svg.words(min(max(x, half), scale.width - half), bottom + 18, label, "s-tick", anchor="middle"))
    parts.append(svg.line(MARGIN, bottom + 4, scale.width - MARGIN, bottom + 4, "s-axis"))
    return svg.group(*parts)


def _row(here: Sequence[Event], name: str, scale: _Scale, uid: str, y: float) -> tuple[Markup, float]:
    """The row of one site and its height: name, claims, our looks, reports."""
    parts = [svg.line(MARGIN, y, scale.width - MARGIN, y, "s-rule"), svg.words(MARGIN, y + 14, name, "s-name")]
    lane = y + NAME + 2
    for kind, draw in ((Mark.CLAIM, _claim), (Mark.REPORT, _report)):
        for level in _levels([e for e in here if e.mark is kind], scale):
            parts += [draw(e, scale, lane, uid) for e in level]
            lane += LANE
        if kind is Mark.CLAIM:
            own = list(_own([e for e in here if e.mark not in (Mark.CLAIM, Mark.REPORT)], scale, lane))
            parts += own
            lane += LANE if own else 0
    return svg.group(*parts), lane - y + GAP


def _levels(here: Sequence[Event], scale: _Scale) -> list[list[Event]]:
    """Events spread over as few lanes as keep bars and labels apart."""
    levels: list[tuple[float, list[Event]]] = []
    for event in sorted(here, key=lambda e: (e.span.start, e.span.end, e.labels)):
        left, right = _reach(event, scale)
        free = next((i for i, (end, _) in enumerate(levels) if end + 4 < left), None)
        if free is None:
            levels.append((right, [event]))
        else:
            levels[free] = (right, [*levels[free][1], event])
    return [level for _, level in levels]


def _reach(event: Event, scale: _Scale) -> tuple[float, float]:
    left, right = scale.ends(event, 8.0)
    place, anchor = _label_at(event, scale)
    width = svg.text_width(_label(event, scale), FONT)
    edges = {"start": (place, place + width), "end": (place - width, place)}[anchor]
    return min(left, edges[0]), max(right, edges[1])


def _label(event: Event, scale: _Scale) -> str:
    """The names of a bar, as many as a reader takes in; the rest as a number."""
    most = int(scale.width // 16)
    for n in range(len(event.labels), 1, -1):
        rest = f" +{len(event.labels) - n}" if n < len(event.labels) else ""
        if len(together := ", ".join(event.labels[:n]) + rest) <= most:
            return together
    more = f" +{len(event.labels) - 1}" if len(event.labels) > 1 else ""
    return shortened(event.labels[0], most - len(more)) + more


def _label_at(event: Event, scale: _Scale) -> tuple[float, str]:
    """In a hollow bar where it fits, else to the right, else to the left, else upon the bar."""
    left, right = scale.ends(event, 8.0)
    width = svg.text_width(_label(event, scale), FONT)
    if right - left > width + 10 and event.mark is Mark.CLAIM:
        return left + 5, "start"
    if right + 5 + width < scale.width:
        return right + 5, "start"
    return (left - 5, "end") if left - 5 - width > 0 else (left + 5, "start")


def _claim(event: Event, scale: _Scale, y: float, _uid: str) -> Markup:
    left, right = scale.ends(event, 4.0)
    at, anchor = _label_at(event, scale)
    return svg.group(
        svg.rect((left, y, right, y + 13), "s-claim", svg.tip(event.words)),
        *_beyond(event, scale, y + 6.5),
        svg.words(at, y + 10.5, _label(event, scale), "s-label", anchor=anchor),
    )


def _beyond(event: Event, scale: _Scale, y: float) -> Iterator[Markup]:
    """Arrows where a bar reaches beyond the panel."""
    if event.span.start < scale.start:
        yield svg.polygon([(MARGIN + 1, y - 5), (MARGIN - 6, y), (MARGIN + 1, y + 5)], "s-beyond")
    if event.span.end > scale.end:
        right = scale.width - MARGIN
        yield svg.polygon([(right - 1, y - 5), (right + 6, y), (right - 1, y + 5)], "s-beyond")


def _report(event: Event, scale: _Scale, y: float, uid: str) -> Markup:
    left, right = scale.ends(event, 8.0)
    at, anchor = _label_at(event, scale)
    return svg.group(
        svg.rect((left, y + 1, right, y + 12), "s-report", svg.tip(event.words), fill=f"url(#{uid}-h)"),
        *_beyond(event, scale, y + 6.5),
        svg.words(at, y + 10.5, _label(event, scale), "s-label s-onhatch", anchor=anchor),
    )


def _own(here: Sequence[Event], scale: _Scale, y: float) -> Iterator[Markup]:
    """Our looks, stays and finds, in this order from back to front."""
    middle = y + 7.0
    for event in (e for e in here if e.mark is Mark.STAY):
        left, right = scale.ends(event)
        outer = event.outer or event.span
        yield svg.line(scale.x(outer.start), middle, scale.x(outer.end), middle, "s-bracket")
        yield svg.rect((left, middle - 3.5, right, middle + 3.5), "s-stay", svg.tip(event.words))
    for event in (e for e in here if e.mark in (Mark.LOOK, Mark.BAD_LOOK)):
        left, right = scale.ends(event, 1.5)
        wide = " s-wide" if right - left > WIDE_LOOK else ""
        yield svg.rect((left, y, right, y + 14), f"s-{event.mark.value}{wide}", svg.tip(event.words))
    taken = -1.0
    for event in sorted((e for e in here if e.mark is Mark.FOUND), key=lambda e: e.span.middle):
        x = sum(scale.ends(event)) / 2
        yield svg.tag("circle", svg.tip(event.words), cx=x, cy=middle, r=4, class_="s-found")
        width = svg.text_width(event.labels[0], FONT)
        if x + 6 > taken and x + 6 + width < scale.width:
            yield svg.words(x + 6, y + 11, event.labels[0], "s-count")
            taken = x + 6 + width
