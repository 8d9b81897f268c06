"""Inline SVG from small functions: escaped, deterministic, coloured by the page's style sheet."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from roadstead.report.markup import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Box = tuple[float, float, float, float]
"""left, top, right, bottom"""


def number(value: float) -> str:
    """A coordinate with at most two decimals, the same on every machine."""
    words = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if words in ("-0", "") else words


def tag(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """One element; `class_` becomes class and underscores become hyphens; attributes that are None are left out."""
    words = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value))
        for key, value in attributes.items()
        if value is not None
    )
    body = Markup("").join(c if isinstance(c, Markup) else escape(visible(c)) for c in children)
    return Markup(f"<{name}{words}>{body}</{name}>" if body else f"<{name}{words}/>")  # noqa: S704 - parts are escaped


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else visible(str(value))


def group(*children: Markup, **attributes: object) -> Markup:
    """A group of elements."""
    return tag("g", *children, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str, *children: Markup) -> Markup:
    """A straight line."""
    return tag("line", *children, x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def rect(box: Box, class_: str, *children: Markup, **more: object) -> Markup:
    """An upright rectangle."""
    left, top, right, bottom = (float(v) for v in box)
    return tag("rect", *children, x=left, y=top, width=right - left, height=bottom - top, class_=class_, **more)


def polygon(points: Iterable[Sequence[float]], class_: str, *children: Markup) -> Markup:
    """A closed outline."""
    return tag("polygon", *children, points=" ".join(f"{number(p[0])},{number(p[1])}" for p in points), class_=class_)


def words(x: float, y: float, content: str, class_: str, *, anchor: str = "start") -> Markup:
    """Text whose baseline starts, centres or ends at a point."""
    return tag("text", content, x=float(x), y=float(y), class_=class_, text_anchor=anchor)


def tip(content: str) -> Markup:
    """The title of an element, read aloud and shown on hover."""
    return tag("title", content)


def picture(
    uid: str, size: tuple[float, float], title: str, description: str, *children: Markup, **more: object
) -> Markup:
    """A whole figure, scaled to the width of its column.

    Args:
        uid: unique in the page; names the title and the description.
        size: width and height of the drawing.
        title: what it is.
        description: what it shows, for those who cannot see it.
        children: the drawing.
        more: further attributes, for a picture that stands alone.
    """
    return tag(
        "svg",
        tag("title", title, id=f"{uid}-t"),
        tag("desc", description, id=f"{uid}-d"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(size[0])} {number(size[1])}",
        role="img",
        aria_labelledby=f"{uid}-t {uid}-d",
        class_="drawing",
        **more,
    )


def text_width(content: str, size: float) -> float:
    """Width that a text may take at a font size, on the generous side; wide scripts count whole ems."""
    return size * sum(_advance(c) for c in content)


def _advance(c: str) -> float:
    if unicodedata.combining(c) or unicodedata.category(c) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(c) in "WF":
        return 1.02
    return 0.38 if c in " .,:;'ijlI|!()·" else 0.86 if c in "mwMW@%&<>=+" else 0.78 if c.isupper() else 0.64


def wrapped(content: str, width: float, size: float) -> list[str]:
    """A text in lines that fit a width at a font size; a longer word stands alone in its line."""
    lines, line = [], ""
    for word in content.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share any area."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
