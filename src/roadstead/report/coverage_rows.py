"""One row of the coverage figure: claimed windows, nights, images and passes, stretches without a look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from roadstead.coverage import anybody
from roadstead.model import LookState, Modality, TimeSpan
from roadstead.report import svg
from roadstead.report.coverage_marks import RADIUS, columns, hour_unknown, mark, partial, strip
from roadstead.report.coverage_panels import Panel
from roadstead.report.coverage_panels import columns as binned
from roadstead.report.lanes import FONT, GAP, LANE, MARGIN, NAME, Scale, claim_bar, levels
from roadstead.report.markup import shortened
from roadstead.report.messages import text
from roadstead.report.numbers import moment, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from roadstead.model import Moment, Opportunity, SiteCoverage
    from roadstead.report.coverage_panels import Column
    from roadstead.report.events import Event

MARK_LANE = 16.0
BAND = 7.0
TALLEST_COLUMN, PIECE = 26.0, 8.0
"""units of the tallest column, and of one image or pass where columns stay short"""
GAP_AT_LOOK = 1.2
BROAD = 12.0
"""times less certain than this many units get a dashed line as long as they are uncertain"""
MOSTLY = 0.9
"""an image that shows less of the area than this is marked as showing a part"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the rows of one panel share."""

    panel: Panel
    scale: Scale
    uid: str
    most: int
    """images and passes in the tallest column of all panels alike"""


def row(site: SiteCoverage, title: str, windows: Sequence[Event], frame: Frame) -> tuple[Markup, float]:
    """The row of one site, drawn from 0 down, and its height.

    Args:
        site: with its moments and windows.
        title: name of the site.
        windows: claimed windows that concern it.
        frame: of the panel.
    """
    scale = frame.scale
    parts = [svg.line(MARGIN, 0, scale.width - MARGIN, 0, "s-rule"), *_heading(site, title, frame)]
    lane = NAME + 2
    for level in levels(windows, scale):
        parts += [claim_bar(e, scale, lane, frame.uid) for e in level]
        lane += LANE
    here = _inside(site, frame.panel)
    drawn, height = _columns(site, frame, lane) if frame.panel.bin_days else _marks(here, frame, lane)
    left, right = scale.x(site.span.start), scale.x(site.span.end)
    parts.append(svg.rect((left, lane, right, lane + height), "s-lane"))
    if not frame.panel.bin_days:
        parts.append(strip(_boxes(site.nights, frame, lane, lane + height), "s-night"))
    parts += drawn
    # A look is an instant: without the gap beside it the stretches would run into one another.
    blind = (
        (left + GAP_AT_LOOK, top, right - GAP_AT_LOOK, bottom)
        for left, top, right, bottom in _boxes(_blind(site, frame.panel), frame, lane + height, lane + height + BAND)
        if right - left > 3 * GAP_AT_LOOK
    )
    parts.append(strip(blind, "s-band", f"url(#{frame.uid}-blind)"))
    return svg.group(*parts), lane + height + BAND + GAP


def _blind(site: SiteCoverage, panel: Panel) -> list[TimeSpan]:
    """Stretches without a known look; among columns those at least as long as one."""
    return [w.span for w in site.windows if w.hours >= 24 * panel.bin_days]


def _heading(site: SiteCoverage, title: str, frame: Frame) -> Iterator[Markup]:
    width = frame.scale.width
    name = shortened(title, int(width // 11))
    yield svg.words(MARGIN, 14, name, "s-name")
    here = _inside(site, frame.panel)
    counts = {
        "passes": sum(m.opportunity is not None for m in here),
        "listed": sum(m.listing is not None for m in here),
        "usable": sum(m.usable for m in here),
    }
    words = text("cover.row" if anybody(site.answers) else "cover.row_unasked", **counts)
    if MARGIN + svg.text_width(name, FONT * 1.1) + svg.text_width(words, 11) + 10 < width - MARGIN:
        yield svg.words(width - MARGIN, 14, words, "s-tick", anchor="end")


def _inside(site: SiteCoverage, panel: Panel) -> list[Moment]:
    return [m for m in site.moments if panel.start <= m.time.middle < panel.end]


def _boxes(spans: Sequence[TimeSpan], frame: Frame, top: float, bottom: float) -> Iterator[svg.Box]:
    for span in spans:
        if span.start < frame.panel.end and frame.panel.start < span.end:
            yield frame.scale.x(span.start), top, frame.scale.x(span.end), bottom


def _marks(here: Sequence[Moment], frame: Frame, top: float) -> tuple[list[Markup], float]:
    """Single marks, radar above optical, and the height that they take; none meet."""
    parts: list[Markup] = []
    y = top + MARK_LANE / 2
    for modality in Modality:
        for level in _apart([m for m in here if m.modality is modality], frame.scale):
            at = [frame.scale.x(m.time.middle) for m in level]
            for m, before, after in zip(level, [-MARGIN, *at], [*at[1:], frame.scale.width + MARGIN], strict=False):
                parts.append(svg.group(*_drawn(m, frame.scale, y, (before + RADIUS, after - RADIUS))))
            y += MARK_LANE
    return parts, max(y - MARK_LANE / 2 - top, MARK_LANE)


def _apart(here: Sequence[Moment], scale: Scale) -> list[list[Moment]]:
    made: list[list[Moment]] = []
    for m in sorted(here, key=lambda m: (m.time.middle, m.platform, m.state.value)):
        x = scale.x(m.time.middle) - 2 * RADIUS - 1
        free = next((level for level in made if scale.x(level[-1].time.middle) <= x), None)
        if free is None:
            made.append([m])
        else:
            free.append(m)
    return made


def _drawn(m: Moment, scale: Scale, y: float, free: tuple[float, float]) -> Iterator[Markup]:
    yield svg.tip(tip(m))
    x = scale.x(m.time.middle)
    if broad(m, scale):
        yield from hour_unknown(scale.x(m.time.start), scale.x(m.time.end), y)
    yield from mark(m.state, m.modality, x, y)
    if in_part(m):
        yield partial(x, y)
    if m.ships:
        yield from _count(str(m.ships), x, y, free)


def broad(m: Moment, scale: Scale) -> bool:
    """Whether its hour is so uncertain that it is drawn."""
    return scale.x(m.time.end) - scale.x(m.time.start) > BROAD


def in_part(m: Moment) -> bool:
    """Whether a part of the area only lies in the swath, or is seen in the image that we hold (cloud, nodata)."""
    outside = m.opportunity is not None and m.opportunity.swath_fraction < 1
    return outside or (m.usable and m.look is not None and m.look.usable_fraction < MOSTLY)


def _count(words: str, x: float, y: float, free: tuple[float, float]) -> Iterator[Markup]:
    """A number to the right of a mark, else to its left, else none."""
    room = RADIUS + 2 + svg.text_width(words, FONT)
    if x + room < free[1]:
        yield svg.words(x + RADIUS + 2, y + 4, words, "s-count")
    elif x - room > free[0]:
        yield svg.words(x - RADIUS - 2, y + 4, words, "s-count", anchor="end")


def tip(m: Moment) -> str:
    """A moment in words."""
    words = [moment(m.time.middle) if m.time.duration < timedelta(hours=1) else str(m.time), m.platform, m.state.value]
    if m.opportunity:
        words.append(geometry(m.opportunity))
    if m.look is not None:
        words.append(text("cover.seen", p=percent(m.look.usable_fraction)))
    return ", ".join(w for w in words if w)


def geometry(o: Opportunity) -> str:
    """From where a pass looks, in words."""
    words = text("cover.geometry", direction=o.direction.value, incidence=f"{o.incidence_deg:.0f}")
    return words if o.swath_fraction >= 1 else f"{words}, {text('cover.part', p=percent(o.swath_fraction))}"


def _columns(site: SiteCoverage, frame: Frame, top: float) -> tuple[list[Markup], float]:
    """Columns of radar upwards and of optical downwards from a common foot, and the height that they take."""
    made = binned(site, frame.panel)
    piece = min(PIECE, TALLEST_COLUMN / max(frame.most, 1))
    up = max([c.total for c in made if c.modality is Modality.SAR] or [0]) * piece
    down = max([c.total for c in made if c.modality is Modality.OPTICAL] or [0]) * piece
    foot = top + up + 3
    boxes: dict[LookState, list[svg.Box]] = {}
    for column in made:
        for state, box in _pieces(column, frame, foot, piece):
            boxes.setdefault(state, []).append(box)
    parts = [columns(frame.uid, s, boxes[s]) for s in LookState if s in boxes]
    parts.append(svg.line(MARGIN, foot, frame.scale.width - MARGIN, foot, "s-foot"))
    return parts, max(up + down + 6, MARK_LANE)


def _pieces(column: Column, frame: Frame, foot: float, piece: float) -> Iterator[tuple[LookState, svg.Box]]:
    left = frame.scale.x(column.start)
    right = frame.scale.x(column.start + timedelta(days=frame.panel.bin_days))
    gap, y = min(1.0, (right - left) / 8), foot
    sign = -1.0 if column.modality is Modality.SAR else 1.0
    for state, n in column.counts:
        ends = sorted((y, y + sign * n * piece))
        yield state, (left + gap, ends[0], right - gap, ends[1])
        y += sign * n * piece
