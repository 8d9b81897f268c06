"""Figures that stand alone: a drawing at print size, with its legend, credit, caption and alt text.

Text is 8 points high wherever it is printed at the stated size, and never below 6. Marks differ by form and hatching
as well as by colour, so a figure keeps its meaning in grey.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from roadstead.model import DefectError
from roadstead.report import svg
from roadstead.report.chips import png
from roadstead.report.editions import embargo_words
from roadstead.report.figures import simulated
from roadstead.report.ink import drawing_rules, haloed
from roadstead.report.markup import visible
from roadstead.report.messages import text
from roadstead.report.pdf import drawing_pdf
from roadstead.report.sheet import Sheet, sheet_pdf, sheet_png

if TYPE_CHECKING:
    from roadstead.model import Scene
    from roadstead.report.contents import Contents

DPI = 300
MM_PER_UNIT = 180.0 / 760.0
"""drawings are 760 units wide where they fill a page's 180 mm"""
NARROWEST_MM, WIDEST_MM = 50.0, 400.0
"""a newspaper's column, and a page of the largest newspapers"""
LEAST_UNITS = 259.0
"""narrower drawings are scaled down from this width: at 50 mm their smallest words are 6 points high"""
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
    sheet: Sheet | None = None
    """what it is drawn from, where that is not the SVG"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What stands with a drawing."""

    caption: str
    credit: str
    legend: Sequence[tuple[str, str]] = ()
    """kind of a mark and its meaning"""


def plate_png(plate: Plate) -> bytes:
    """The figure as PNG at 300 dots an inch; raises InputError where WeasyPrint or its libraries are missing."""
    if plate.sheet is not None:
        return sheet_png(plate.sheet, DPI)
    document = import_module("pypdfium2").PdfDocument(drawing_pdf(plate.svg))
    try:
        rgb = document[0].render(scale=DPI / 72).to_numpy()[:, :, 2::-1]
    finally:
        document.close()
    return png(np.ascontiguousarray(rgb), dpi=DPI)


def plate_pdf(plate: Plate) -> bytes:
    """The figure as a PDF page of its size; raises InputError where WeasyPrint or its libraries are missing."""
    return sheet_pdf(plate.sheet) if plate.sheet is not None else drawing_pdf(plate.svg)


def units(width_mm: float) -> float:
    """Units across a drawing that is printed so wide; 0 for 0."""
    return max(width_mm / MM_PER_UNIT, LEAST_UNITS) if width_mm else 0.0


def framed(contents: Contents, name: str, drawn: Markup, words: Words, width_mm: float = 0.0) -> Plate:
    """A drawing of the report as a figure that stands alone.

    Args:
        contents: of the report.
        name: file name without ending.
        drawn: the drawing.
        words: that stand with it.
        width_mm: at which it is printed; 0: that at which its text is 8 points high.

    Raises:
        DefectError: the drawing states no size.
    """
    head = _HEAD.match(drawn)
    if head is None:
        raise DefectError(f"figure {name}: the drawing states no size")
    width, height = float(head[1]), float(head[2])
    inner = Markup(haloed(drawn[head.end() :].removesuffix("</svg>")))  # noqa: S704 - drawn by us, escaped there
    keys, y = _drawn_legend(words.legend, width, height + LINE)
    lines = svg.wrapped(visible(" ".join(foot(contents, words.credit))), width - 2 * PAD, 11)
    said = [svg.words(PAD, y + 14 * (i + 1), line, "s-tick") for i, line in enumerate(lines)]
    y += 14 * len(said) + PAD
    scale = width_mm / width if width_mm else MM_PER_UNIT
    size = {"width": f"{svg.number(width * scale)}mm", "height": f"{svg.number(y * scale)}mm"}
    ink = Markup(drawing_rules())  # noqa: S704 - our own file
    whole = svg.picture(
        f"{name}-all", (width, y), plain_of(_found(_TITLE, drawn)), plain_of(_found(_WORDS, drawn)),
        svg.tag("style", ink), svg.rect((0, 0, width, y), "s-paper"), svg.group(inner), *keys, *said, **size,
    )  # fmt: skip
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'
    return Plate(
        name=name, svg=document, caption=visible(words.caption), credit=visible(words.credit), alt=alt_of(drawn)
    )


def foot(contents: Contents, credit: str) -> tuple[str, ...]:
    """Sentences at the foot of a figure: that it is simulated, until when it is embargoed, its credit."""
    mark = f"{text('simulated.mark')}." if simulated(contents) else ""
    return tuple(words for words in (mark, embargo_words(contents.case), credit) if words)


def own_credit(contents: Contents) -> str:
    """The credit of what is drawn from data alone."""
    return text("figure.credit", version=contents.program_version)


def pixel_credit(scene: Scene) -> str:
    """Credit line and licence of a scene's pixels, exactly as they are stated."""
    licence = scene.licence or text("image.no_licence")
    return f"{text('image.credit')}: {scene.credit or text('image.no_credit')} ({licence})"


def alt_of(drawn: str) -> str:
    """Title and description of a drawing of ours, as plain text."""
    return f"{plain_of(_found(_TITLE, drawn))}. {plain_of(_found(_WORDS, drawn))}"


def _drawn_legend(legend: Sequence[tuple[str, str]], width: float, y: float) -> tuple[list[Markup], float]:
    """Keys and their meaning in rows, and where the rows end."""
    parts, x = [], PAD
    for kind, words in legend:
        lines = svg.wrapped(words, width - 2 * PAD - KEY, 12)
        room = KEY + max(svg.text_width(line, 12) for line in lines) + 14
        if x > PAD and x + room > width - PAD:
            x, y = PAD, y + LINE
        parts.append(svg.group(*_key(kind), transform=f"translate({svg.number(x)} {svg.number(y - 12)})"))
        parts += [svg.words(x + KEY, y + 15 * i, line, "s-label") for i, line in enumerate(lines)]
        x, y = x + room, y + 15 * (len(lines) - 1)
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


def _found(pattern: re.Pattern[str], drawn: str) -> str:
    found = pattern.search(drawn)
    return found[1] if found else ""


def plain_of(markup: str) -> str:
    """Text of markup that we made."""
    return Markup(_TAGS.sub("", markup)).unescape()  # noqa: S704 - only to be read as text
