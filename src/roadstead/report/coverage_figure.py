"""The figure of what could have been seen: one row a site, drawn for the report and as a file of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

from markupsafe import Markup

from roadstead.coverage import anybody
from roadstead.report import svg
from roadstead.report.coverage_marks import (
    BEST_FIRST,
    KEY_HEIGHT,
    KEY_WIDTH,
    Sign,
    key,
    meaning,
    patterns,
)
from roadstead.report.coverage_panels import columns, panels
from roadstead.report.coverage_rows import Frame, broad, in_part, row
from roadstead.report.events import claim_windows
from roadstead.report.figures import NARROW, WIDE, Figure
from roadstead.report.ink import drawing_rules
from roadstead.report.lanes import AXIS, FONT, MARGIN, TITLE, Scale, axis, headed
from roadstead.report.messages import text
from roadstead.report.numbers import day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.model import CaseCoverage, Claim, LookState, Site
    from roadstead.report.coverage_panels import Panel
    from roadstead.report.events import Event

PAGE = 1000.0
"""height from which a panel of the report goes on in another one, so that a printed page holds it"""
HEAD, LINE, PRINT_MM = 34.0, 17.0, 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plate:
    """One drawing and what it is."""

    drawn: Markup
    height: float
    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How the drawings of one figure are made."""

    uid: str
    """unique in the page; names the patterns"""
    width: float
    tallest: float
    """height of the rows from which a panel goes on in another one"""
    simulated: bool


def coverage_svg(
    coverage: CaseCoverage,
    sites: Sequence[Site],
    claims: Sequence[Claim] = (),
    *,
    simulated: bool = False,
    width: float = WIDE,
    print_mm: float = PRINT_MM,
    foot: Sequence[str] = (),
) -> str:
    """The figure as an SVG document that stands alone: legend and words are in it; it fetches and runs nothing.

    Args:
        coverage: what could have been seen, per site.
        sites: give the names and the order of the rows; sites without coverage get none.
        claims: whose windows are drawn above the sites that they name.
        simulated: whether pixels of the case are simulated.
        width: of the drawing, in units of a text 12 high.
        print_mm: width at which it is printed, millimetres.
        foot: further sentences below the drawing, such as its credit.
    """
    look = _Look(uid="cover", width=width, tallest=math.inf, simulated=simulated)
    plates = _plates(coverage, sites, claims, look)
    head = svg.wrapped(text("cover.title"), width - 2 * MARGIN, 17)
    parts = [svg.words(MARGIN, 22 + 21 * i, line, "s-title") for i, line in enumerate(head)]
    y = HEAD + 21 * (len(head) - 1)
    for plate in plates:
        parts.append(svg.group(plate.drawn, transform=f"translate(0 {svg.number(y)})"))
        y += plate.height + 12
    if not plates:
        parts.append(svg.words(MARGIN, y + 14, text("cover.empty"), "s-label"))
        y += 24
    legend, y = _drawn_legend(coverage, claims, width, y)
    said, y = _drawn_words((*_caption(coverage), *foot), width, y + 6)
    size = {"width": f"{print_mm:g}mm", "height": f"{svg.number(print_mm * y / width)}mm"}
    described = " ".join(p.description for p in plates) or text("cover.empty")
    ink = Markup(drawing_rules())  # noqa: S704 - our own file
    parts = [svg.tag("style", ink), svg.rect((0, 0, width, y), "s-paper"), *parts, *legend, *said]
    whole = svg.picture("cover-all", (width, y), text("cover.title"), described, *parts, **size)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'


def coverage_figure(
    coverage: CaseCoverage, sites: Sequence[Site], claims: Sequence[Claim], *, simulated: bool
) -> Figure:
    """The figure as a part of the report, for wide columns and for narrow screens."""
    wide, narrow = (
        [
            svg.picture(f"{uid}-{i}", (width, p.height), p.title, p.description, p.drawn)
            for i, p in enumerate(
                _plates(coverage, sites, claims, _Look(uid=uid, width=width, tallest=PAGE, simulated=simulated))
            )
        ]
        for width, uid in ((WIDE, "cover"), (NARROW, "cover-n"))
    )
    pairs = tuple(zip_longest(wide, narrow, fillvalue=Markup("")))
    ways = _ways(coverage)
    keys = ((_key(k, f"cover-k{i}", ways), meaning(k)) for i, k in enumerate(_kinds(coverage, claims)))
    return Figure(panels=pairs, legend=tuple(keys), caption=_caption(coverage))


def _ways(coverage: CaseCoverage) -> frozenset[bool]:
    """Whether single marks are drawn, and whether columns are."""
    return frozenset(bool(p.bin_days) for p in panels(coverage, WIDE - 2 * MARGIN))


def _plates(coverage: CaseCoverage, sites: Sequence[Site], claims: Sequence[Claim], look: _Look) -> tuple[_Plate, ...]:
    names = {s.id: s.name for s in sites}
    windows = claim_windows(claims)
    made = panels(coverage, look.width - 2 * MARGIN)
    most = _most(made)
    out: list[_Plate] = []
    for panel in made:
        frame = Frame(
            panel=panel,
            scale=Scale(panel.start, panel.end, look.width),
            uid=look.uid,
            most=most.get(panel.bin_days, 1),
        )
        for rows in _sheets(tuple(_rows(frame, names, windows)), look.tallest):
            out.append(_plate(frame, rows, first=not out, simulated=look.simulated))
    return tuple(out)


def _most(made: Sequence[Panel]) -> dict[int, int]:
    """Images and passes in the tallest column, for each length of columns."""
    most: dict[int, int] = {}
    for panel in (p for p in made if p.bin_days):
        tallest = max([c.total for s in panel.sites for c in columns(s, panel)] or [1])
        most[panel.bin_days] = max(tallest, most.get(panel.bin_days, 1))
    return most


Row = tuple[Markup, float, str]
"""a drawn row, its height, and the name of its site"""


def _rows(frame: Frame, names: Mapping[str, str], windows: Sequence[Event]) -> Iterator[Row]:
    order = {site_id: i for i, site_id in enumerate(names)}
    for site in sorted(frame.panel.sites, key=lambda s: (order.get(s.site_id, len(order)), s.site_id)):
        here = [e for e in windows if e.site_id == site.site_id and e.span.overlaps(frame.panel.span)]
        name = names.get(site.site_id, site.site_id)
        drawn, height = row(site, name, here, frame)
        yield drawn, height, name


def _sheets(rows: Sequence[Row], tallest: float) -> Iterator[Sequence[Row]]:
    """Rows shared out evenly over as few drawings as keep each below a height."""
    whole = sum(height for _, height, _ in rows)
    share = whole / max(1, math.ceil(whole / tallest))
    start, full = 0, 0.0
    for i, (_, height, _) in enumerate(rows):
        if i > start and full + height / 2 > share:
            yield rows[start:i]
            start, full = i, 0.0
        full += height
    if rows:
        yield rows[start:]


def _plate(frame: Frame, rows: Sequence[Row], *, first: bool, simulated: bool) -> _Plate:
    """One drawing; the patterns that all of them use stand in the first."""
    panel, y, drawn = frame.panel, TITLE, []
    for made, height, _ in rows:
        drawn.append(svg.group(made, transform=f"translate(0 {svg.number(y)})"))
        y += height
    first_day, last_day = day(panel.start), day(panel.end - timedelta(microseconds=1))
    same = first_day == last_day
    title = (
        text("cover.one_day", day=first_day) if same else text("timeline.panel_title", start=first_day, end=last_day)
    )
    height = y + AXIS
    if panel.bin_days:
        each = text("cover.day") if panel.bin_days == 1 else text("cover.days", n=panel.bin_days)
        drawn.append(svg.words(MARGIN, height + 8, text("cover.columns", each=each, n=frame.most), "s-tick"))
        height += LINE
    mark = text("simulated.mark") if simulated else ""
    parts = [*([patterns(frame.uid)] if first else []), axis(frame.scale, y), *drawn]
    whole, height = headed(frame.scale.width, height, title, mark, *parts)
    return _Plate(
        drawn=whole,
        height=height,
        title=f"{text('cover.title')}: {title}",
        description=text("cover.description", sites=", ".join(name for _, _, name in rows)),
    )


def _kinds(coverage: CaseCoverage, claims: Sequence[Claim]) -> Iterator[LookState | Sign]:
    """What the figure shows, in the order of its legend."""
    made = panels(coverage, WIDE - 2 * MARGIN)
    used = {m.state for s in coverage.sites for m in s.moments}
    yield from (s for s in BEST_FIRST if s in used)
    single = [p for p in made if not p.bin_days]
    if any(in_part(m) for p in single for s in p.sites for m in s.moments):
        yield Sign.PARTIAL
    scales = [(p, Scale(p.start, p.end, WIDE)) for p in single]
    if any(broad(m, scale) for p, scale in scales for s in p.sites for m in s.moments):
        yield Sign.HOUR
    if any(s.nights for p in single for s in p.sites):
        yield Sign.NIGHT
    if any(s.windows for s in coverage.sites):
        yield Sign.BLIND
    if any(e.site_id == s.site_id and e.span.overlaps(s.span) for e in claim_windows(claims) for s in coverage.sites):
        yield Sign.CLAIM


def _key(kind: LookState | Sign, uid: str, ways: frozenset[bool]) -> Markup:
    box = f"0 0 {KEY_WIDTH:g} {KEY_HEIGHT:g}"
    return svg.tag("svg", key(kind, uid, ways), class_="key", viewBox=box, aria_hidden="true", focusable="false")


def _caption(coverage: CaseCoverage) -> tuple[str, ...]:
    ways = _ways(coverage)
    lines = [text("cover.caption")]
    if False in ways:
        lines.append(text("cover.caption_marks"))
    if any(s.nights for p in panels(coverage, WIDE - 2 * MARGIN) if not p.bin_days for s in p.sites):
        lines.append(text("cover.caption_night"))
    if True in ways:
        lines.append(text("cover.caption_columns"))
    if not anybody(coverage.answers):
        lines.append(text("cover.unanswered" if coverage.answers else "cover.unasked"))
    return tuple(lines)


def _drawn_legend(
    coverage: CaseCoverage, claims: Sequence[Claim], width: float, y: float
) -> tuple[list[Markup], float]:
    """The legend in two columns where there is room, and the height that it reaches."""
    ways = _ways(coverage)
    items = [(kind, meaning(kind)) for kind in _kinds(coverage, claims)]
    widest = max([svg.text_width(words, FONT) for _, words in items] or [0]) + KEY_WIDTH + 20
    n_columns = 2 if 2 * widest < width - 2 * MARGIN else 1
    n_rows, room = -(-len(items) // n_columns), width / n_columns - 2 * MARGIN - KEY_WIDTH - 6
    parts, top, lowest = [], y, y
    for i, (kind, words) in enumerate(items):
        top = y if i % n_rows == 0 else top
        x = MARGIN + i // n_rows * (width - 2 * MARGIN) / n_columns
        drawn = key(kind, f"cover-k{i}", ways)
        parts.append(svg.group(drawn, transform=f"translate({svg.number(x)} {svg.number(top)})"))
        lines = svg.wrapped(words, room, FONT)
        parts += [svg.words(x + KEY_WIDTH + 6, top + 12 + 15 * k, line, "s-label") for k, line in enumerate(lines)]
        top += KEY_HEIGHT + 4 + 15 * (len(lines) - 1)
        lowest = max(lowest, top)
    return parts, lowest


def _drawn_words(sentences: Sequence[str], width: float, y: float) -> tuple[list[Markup], float]:
    """Sentences broken into lines, and the height that they reach."""
    parts = []
    for sentence in sentences:
        for line in svg.wrapped(sentence, width - 2 * MARGIN, 11):
            y += LINE
            parts.append(svg.words(MARGIN, y, line, "s-tick"))
    return parts, y + LINE
