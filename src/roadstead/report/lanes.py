"""Rows over a UTC axis: its scale and ticks, bars spread over lanes, claimed windows; shared by the large figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from roadstead.report import svg
from roadstead.report.axis import time_ticks
from roadstead.report.events import Event, Mark
from roadstead.report.markup import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

MARGIN, TITLE, NAME, LANE, GAP, AXIS = 10.0, 22.0, 17.0, 17.0, 9.0, 26.0
FONT = 12.0
TICK_ROOM = 64.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Time across a drawing."""

    start: datetime
    end: datetime
    width: float

    def x(self, t: datetime) -> float:
        """Position of a moment; moments outside fall on the nearer edge."""
        share = (t - self.start) / (self.end - self.start)
        return MARGIN + min(max(share, 0.0), 1.0) * (self.width - 2 * MARGIN)

    def ends(self, event: Event, least: float = 2.0) -> tuple[float, float]:
        """Left and right end of a mark, at least so wide."""
        left, right = self.x(event.span.start), self.x(event.span.end)
        middle = (left + right) / 2
        return (left, right) if right - left >= least else (middle - least / 2, middle + least / 2)


def hatch(uid: str) -> Markup:
    """The pattern of what others report, `UID-h`."""
    stripe = svg.line(0, 0, 0, 5, "s-hatch")
    pattern = {"width": 4, "height": 5, "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return svg.tag("defs", svg.tag("pattern", stripe, id=f"{uid}-h", **pattern))


def axis(scale: Scale, bottom: float) -> Markup:
    """Grid lines down from the title, and their labels below `bottom`."""
    most = max(2, int((scale.width - 2 * MARGIN) // TICK_ROOM))
    parts = []
    for t, name in time_ticks(scale.start, scale.end, most):
        x = scale.x(t)
        parts.append(svg.line(x, TITLE, x, bottom + 4, "s-grid"))
        half = svg.text_width(name, FONT) / 2
        parts.append(svg.words(min(max(x, half), scale.width - half), bottom + 18, name, "s-tick", anchor="middle"))
    parts.append(svg.line(MARGIN, bottom + 4, scale.width - MARGIN, bottom + 4, "s-axis"))
    return svg.group(*parts)


def levels(here: Sequence[Event], scale: Scale) -> list[list[Event]]:
    """Events spread over as few lanes as keep bars and labels apart."""
    made: list[tuple[float, list[Event]]] = []
    for event in sorted(here, key=lambda e: (e.span.start, e.span.end, e.labels)):
        left, right = _reach(event, scale)
        free = next((i for i, (end, _) in enumerate(made) if end + 4 < left), None)
        if free is None:
            made.append((right, [event]))
        else:
            made[free] = (right, [*made[free][1], event])
    return [level for _, level in made]


def _reach(event: Event, scale: Scale) -> tuple[float, float]:
    left, right = scale.ends(event, 8.0)
    place, anchor = label_at(event, scale)
    width = svg.text_width(label(event, scale), FONT)
    edges = {"start": (place, place + width), "end": (place - width, place)}[anchor]
    return min(left, edges[0]), max(right, edges[1])


def label(event: Event, scale: Scale) -> str:
    """The names of a bar, as many as a reader takes in; the rest as a number."""
    most = int(scale.width // 16)
    for n in range(len(event.labels), 1, -1):
        rest = f" +{len(event.labels) - n}" if n < len(event.labels) else ""
        if len(together := ", ".join(event.labels[:n]) + rest) <= most:
            return together
    more = f" +{len(event.labels) - 1}" if len(event.labels) > 1 else ""
    return shortened(event.labels[0], most - len(more)) + more


def label_at(event: Event, scale: Scale) -> tuple[float, str]:
    """In a hollow bar where it fits, else to the right, else to the left, else upon the bar."""
    left, right = scale.ends(event, 8.0)
    width = svg.text_width(label(event, scale), FONT)
    if right - left > width + 10 and event.mark is Mark.CLAIM:
        return left + 5, "start"
    if right + 5 + width < scale.width:
        return right + 5, "start"
    return (left - 5, "end") if left - 5 - width > 0 else (left + 5, "start")


def claim_bar(event: Event, scale: Scale, y: float, _uid: str) -> Markup:
    """A claimed window with the ids of its claims."""
    left, right = scale.ends(event, 4.0)
    at, anchor = label_at(event, scale)
    return svg.group(
        svg.rect((left, y, right, y + 13), "s-claim", svg.tip(event.words)),
        *beyond(event, scale, y + 6.5),
        svg.words(at, y + 10.5, label(event, scale), "s-label", anchor=anchor),
    )


def beyond(event: Event, scale: Scale, y: float) -> Iterator[Markup]:
    """Arrows where a bar reaches beyond the panel."""
    if event.span.start < scale.start:
        yield svg.polygon([(MARGIN + 1, y - 5), (MARGIN - 6, y), (MARGIN + 1, y + 5)], "s-beyond")
    if event.span.end > scale.end:
        right = scale.width - MARGIN
        yield svg.polygon([(right - 1, y - 5), (right + 6, y), (right - 1, y + 5)], "s-beyond")


def headed(width: float, height: float, title: str, simulated: str, *drawn: Markup) -> tuple[Markup, float]:
    """A drawing with its period above and the mark of simulated pixels beside it, or above it where there is no room.

    Args:
        width: of the drawing.
        height: of the drawing, whose first rows are kept free for its head.
        title: the period.
        simulated: the mark, or nothing.
        drawn: the rest.

    Returns:
        The whole and its height.
    """
    head = svg.words(MARGIN, TITLE - 6, title, "s-period")
    if not simulated:
        return svg.group(head, *drawn), height
    mark = svg.words(width - MARGIN, TITLE - 6, simulated, "s-sim", anchor="end")
    if svg.text_width(title, 13) + svg.text_width(simulated, 13) + 3 * MARGIN <= width:
        return svg.group(head, mark, *drawn), height
    return svg.group(mark, svg.group(head, *drawn, transform=f"translate(0 {svg.number(NAME)})")), height + NAME
