"""Figures that stand alone: each drawing of the report at print size, with legend, credit, caption and alt text.

Text is 8 points high wherever it is printed at the stated size. Marks differ by form and hatching as well as by
colour, so a figure keeps its meaning in grey.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from roadstead.model import ClaimKind, DefectError
from roadstead.report import svg
from roadstead.report.bars import probability_bar
from roadstead.report.chips import png
from roadstead.report.coverage_figure import coverage_svg
from roadstead.report.editions import embargo_words
from roadstead.report.figures import map_figure, simulated, timeline_figure
from roadstead.report.ink import drawing_rules, haloed
from roadstead.report.markup import visible
from roadstead.report.messages import text
from roadstead.report.pdf import drawing_pdf
from roadstead.report.sheet import sheet_alt, sheet_png, sheet_svg, sheet_words
from roadstead.report.vessels import ordered, vessel_views

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.report.contents import Contents
    from roadstead.report.figures import Figure
    from roadstead.report.sheet import Sheet

DPI = 300
MM_PER_UNIT = 180.0 / 760.0
"""drawings are 760 units wide where they fill a page's 180 mm"""
KEY, LINE, PAD = 34.0, 20.0, 8.0
_HEAD = re.compile(r'<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
_WORDS = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """One figure, ready to be printed."""

    name: str
    """file name without ending"""
    svg: str
    """an SVG document that stands alone: it fetches and runs nothing"""
    caption: str
    credit: str
    alt: str
    """what it shows, for those who cannot see it"""
    png: bytes = b""
    """at print size, where it is not drawn from the SVG"""


def plates(contents: Contents, sheets: Mapping[str, Sheet] = MappingProxyType({})) -> tuple[Plate, ...]:
    """Every figure of a report; names begin with `simulated-` where anything in the case is simulated.

    Args:
        contents: of the report.
        sheets: comparison sheets by the id of the ship; numbered as the vessels of the report are.
    """
    prefix = "simulated-" if simulated(contents) else ""
    made = (*_large(contents), *_coverage(contents), *_bars(contents), *_vessels(contents), *_sheets(contents, sheets))
    embargo = embargo_words(contents.case)
    return tuple(replace(p, name=f"{prefix}{p.name}", caption=f"{embargo} {p.caption}".strip()) for p in made)


def plate_png(plate: Plate) -> bytes:
    """The figure as PNG at 300 dots an inch; raises InputError where WeasyPrint or its libraries are missing."""
    if plate.png:
        return plate.png
    document = import_module("pypdfium2").PdfDocument(drawing_pdf(plate.svg))
    try:
        rgb = document[0].render(scale=DPI / 72).to_numpy()[:, :, 2::-1]
    finally:
        document.close()
    return png(np.ascontiguousarray(rgb), dpi=DPI)


def _large(contents: Contents) -> Iterator[Plate]:
    for name, figure in (("timeline", timeline_figure(contents)), ("map", map_figure(contents))):
        for i, (wide, _) in enumerate(figure.panels, start=1):
            yield _plate(contents, f"{name}-{i}", wide, " ".join(figure.caption), _own(contents), _legend(figure))


def _coverage(contents: Contents) -> Iterator[Plate]:
    if contents.coverage is None:
        return
    case, mark = contents.case, simulated(contents)
    whole = coverage_svg(contents.coverage, case.sites, case.claims, simulated=mark)
    yield Plate(
        name="coverage", svg=haloed(whole), caption=text("cover.caption"), credit=_own(contents), alt=_alt(whole)
    )


def _bars(contents: Contents) -> Iterator[Plate]:
    case = contents.case
    for number, verdict in enumerate(contents.verdicts, start=1):
        claim = case.claim(verdict.claim_id)
        if claim.kind is not ClaimKind.STATEMENT:
            drawn = probability_bar(verdict, case.thresholds, f"bar-{number}")
            caption = f"{claim.id}: {claim.text} {text('claim.bar_caption')}"
            yield _plate(contents, f"claim-{number}", drawn, caption, _own(contents))


def _vessels(contents: Contents) -> Iterator[Plate]:
    for number, view in enumerate(vessel_views(contents), start=1):
        if view.figure:
            facts = {str(name): _plain(value) for name, value in view.image}
            credit = f"{text('image.credit')}: {facts.pop(text('image.credit'))} ({facts.pop(text('image.licence'))})"
            caption = f"{view.heading}. " + " ".join(f"{k}: {v}." for k, v in facts.items())
            yield _plate(contents, f"vessel-{number}", view.figure, caption, credit)


def _sheets(contents: Contents, sheets: Mapping[str, Sheet]) -> Iterator[Plate]:
    for number, found in enumerate(ordered(contents), start=1):
        sheet = sheets.get(found.detection.id)
        if sheet is not None:
            scene = found.scene
            licence = scene.licence or text("image.no_licence")
            yield Plate(
                name=f"vessel-{number}-classes",
                svg=sheet_svg(sheet),
                caption=visible(text("sheet.caption", n=number, id=sheet.title, words=" ".join(sheet_words(sheet)))),
                credit=visible(f"{scene.credit or text('image.no_credit')} ({licence}). {_own(contents)}"),
                alt=visible(sheet_alt(sheet)),
                png=sheet_png(sheet, DPI),
            )


def _plate(  # noqa: PLR0917 - the parts of a figure in the order in which they stand
    contents: Contents, name: str, drawn: Markup, caption: str, credit: str, legend: Sequence[tuple[str, str]] = ()
) -> Plate:
    head = _HEAD.match(drawn)
    if head is None:
        raise DefectError(f"figure {name}: the drawing states no size")
    width, height = float(head[1]), float(head[2])
    inner = Markup(haloed(drawn[head.end() :].removesuffix("</svg>")))  # noqa: S704 - drawn by us, escaped there
    keys, y = _drawn_legend(legend, width, height + LINE)
    mark = text("simulated.mark") if simulated(contents) else ""
    embargo = embargo_words(contents.case)
    foot = [f"{mark}. " if mark else "", f"{embargo} " if embargo else "", credit]
    said, y = _drawn_foot("".join(foot), width, y)
    ink = Markup(drawing_rules())  # noqa: S704 - our own file
    size = {f: f"{svg.number(v * MM_PER_UNIT)}mm" for f, v in (("width", width), ("height", y))}
    whole = svg.picture(
        f"{name}-all", (width, y), _plain(_found(_TITLE, drawn)), _plain(_found(_WORDS, drawn)),
        svg.tag("style", ink), svg.rect((0, 0, width, y), "s-paper"), svg.group(inner), *keys, *said, **size,
    )  # fmt: skip
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'
    return Plate(name=name, svg=document, caption=visible(caption), credit=visible(credit), alt=_alt(drawn))


def _legend(figure: Figure) -> Sequence[tuple[str, str]]:
    return [(str(kind), words) for kind, words in figure.legend]


def _drawn_legend(legend: Sequence[tuple[str, str]], width: float, y: float) -> tuple[list[Markup], float]:
    """Keys and their meaning in rows, and where the rows end."""
    parts, x = [], PAD
    for kind, words in legend:
        room = KEY + svg.text_width(words, 12) + 14
        if x > PAD and x + room > width - PAD:
            x, y = PAD, y + LINE
        parts.append(svg.group(*_key(kind), transform=f"translate({svg.number(x)} {svg.number(y - 12)})"))
        parts.append(svg.words(x + KEY, y, words, "s-label"))
        x += room
    return parts, y + LINE if legend else y - LINE + PAD


def _key(kind: str) -> list[Markup]:
    """A mark as it stands in the drawing, in a box 26 by 16."""
    if kind in {"look", "bad-look"}:
        return [svg.rect((12, 1, 14, 15), f"s-{kind}")]
    if kind in {"found", "site", "vessel"}:
        return [svg.tag("circle", cx=13.0, cy=8.0, r=2.5 if kind == "vessel" else 4.0, class_=f"s-{kind}")]
    if kind == "stay":
        return [svg.line(1, 8, 25, 8, "s-bracket"), svg.rect((7, 4.5, 19, 11.5), "s-stay")]
    if kind == "route":
        return [svg.line(1, 8, 25, 8, "s-route")]
    hatched = [svg.line(x, 13, x + 8, 3, "s-hatch") for x in (3.0, 9.0, 15.0)] if kind == "report" else []
    return [*hatched, svg.rect((2, 2, 24, 14), f"s-{kind}", fill="none")]


def _drawn_foot(words: str, width: float, y: float) -> tuple[list[Markup], float]:
    """The credit in lines that fit, and the height of the whole."""
    lines, line = [], ""
    for word in visible(words).split():
        longer = f"{line} {word}".strip()
        if line and svg.text_width(longer, 11) > width - 2 * PAD:
            lines.append(line)
            longer = word
        line = longer
    lines.append(line)
    made = [svg.words(PAD, y + 14 * (i + 1), said, "s-tick") for i, said in enumerate(lines)]
    return made, y + 14 * len(lines) + PAD


def _own(contents: Contents) -> str:
    return text("figure.credit", version=contents.program_version)


def _alt(drawn: str) -> str:
    return f"{_plain(_found(_TITLE, drawn))}. {_plain(_found(_WORDS, drawn))}"


def _found(pattern: re.Pattern[str], drawn: str) -> str:
    found = pattern.search(drawn)
    return found[1] if found else ""


def _plain(markup: str) -> str:
    """Text of markup that we made."""
    return Markup(_TAGS.sub("", markup)).unescape()  # noqa: S704 - only to be read as text
