"""Marks of the coverage figure: shape tells the sensor, filling tells the state; no meaning hangs on colour."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from roadstead.model import LookState, Modality
from roadstead.report import svg
from roadstead.report.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markupsafe import Markup

RADIUS = 4.6
"""half the size of a mark"""
KEY_WIDTH, KEY_HEIGHT = 26.0, 16.0
BEST_FIRST = tuple(reversed(LookState))
"""columns are built in this order from their foot"""


class Sign(StrEnum):
    """What the figure shows beside images."""

    NIGHT = "night"
    BLIND = "blind"
    CLAIM = "claim"
    PARTIAL = "partial"
    HOUR = "hour"


def name(state: LookState) -> str:
    """A state as messages, classes and patterns are called: `not-listed`."""
    return state.name.lower().replace("_", "-")


def mark(state: LookState, modality: Modality, x: float, y: float) -> Iterator[Markup]:
    """One image or pass: a square for radar, a disc for optical.

    Args:
        state: hollow where nothing is known, struck out where a catalogue lists nothing, half full where listed,
            crossed out where not usable, dotted where not searched, a thick ring where nothing was found, else full.
        modality: of the sensor.
        x: centre.
        y: centre.
    """
    r = RADIUS
    looked = state in (LookState.NOTHING_FOUND, LookState.FOUND)
    yield _shape(modality, x, y, r, "s-full" if looked else "s-open")
    if state is LookState.NOT_LISTED:
        yield svg.line(x - r - 2, y, x + r + 2, y, "s-stroke")
    elif state is LookState.LISTED:
        yield _lower_half(modality, x, y)
    elif state is LookState.UNUSABLE:
        d = r * (0.71 if modality is Modality.OPTICAL else 0.9)
        yield svg.line(x - d, y - d, x + d, y + d, "s-stroke")
        yield svg.line(x - d, y + d, x + d, y - d, "s-stroke")
    elif state is LookState.UNSEARCHED:
        yield svg.tag("circle", cx=x, cy=y, r=1.7, class_="s-dot")
    elif state is LookState.NOTHING_FOUND:
        yield _shape(modality, x, y, r * 0.45, "s-hole")


def _shape(modality: Modality, x: float, y: float, r: float, class_: str) -> Markup:
    if modality is Modality.OPTICAL:
        return svg.tag("circle", cx=x, cy=y, r=r, class_=class_)
    side = r * 0.92
    return svg.rect((x - side, y - side, x + side, y + side), class_)


def _lower_half(modality: Modality, x: float, y: float) -> Markup:
    if modality is Modality.OPTICAL:
        left, right, r = svg.number(x - RADIUS), svg.number(x + RADIUS), svg.number(RADIUS)
        return svg.tag("path", d=f"M{left} {svg.number(y)}A{r} {r} 0 0 0 {right} {svg.number(y)}Z", class_="s-half")
    side = RADIUS * 0.92
    return svg.rect((x - side, y, x + side, y + side), "s-half")


def partial(x: float, y: float) -> Markup:
    """The line under a mark whose swath holds only part of the area."""
    return svg.line(x - RADIUS, y + RADIUS + 2.4, x + RADIUS, y + RADIUS + 2.4, "s-partial")


def hour_unknown(left: float, right: float, y: float) -> Iterator[Markup]:
    """The line under a mark of unknown hour: from the earliest moment at which it may have been taken to the latest."""
    yield svg.line(left, y, right, y, "s-vague")
    for x in (left, right):
        yield svg.line(x, y - RADIUS, x, y + RADIUS, "s-stroke")


def patterns(uid: str, states: Iterable[LookState] = LookState) -> Markup:
    """Fillings of columns `UID-STATE` and of stretches without a look `UID-blind`."""
    made = [_pattern(f"{uid}-{name(s)}", 4.0, *_filling(s)) for s in states]
    blind = _pattern(f"{uid}-blind", 5.0, svg.line(-1, 6, 6, -1, "s-blind"), svg.line(-1, 1, 1, -1, "s-blind"),
                     svg.line(4, 6, 6, 4, "s-blind"))  # fmt: skip
    return svg.tag("defs", *made, blind)


def _pattern(key: str, size: float, *children: Markup) -> Markup:
    return svg.tag("pattern", *children, id=key, width=size, height=size, patternUnits="userSpaceOnUse")


def _filling(state: LookState) -> list[Markup]:
    ground = svg.rect((0, 0, 4, 4), "s-full" if state is LookState.FOUND else "s-ground")
    lines = {
        LookState.NOT_LISTED: [svg.tag("circle", cx=2.0, cy=2.0, r=0.6, class_="s-dot")],
        LookState.LISTED: [svg.rect((0, 2, 4, 4), "s-half")],
        LookState.UNUSABLE: [svg.line(0, 0, 4, 4, "s-cross"), svg.line(0, 4, 4, 0, "s-cross")],
        LookState.UNSEARCHED: [svg.line(2, 0, 2, 4, "s-cross")],
        LookState.NOTHING_FOUND: [
            svg.rect((0, 0, 4, 4), "s-full"),
            svg.tag("circle", cx=2.0, cy=2.0, r=1.0, class_="s-hole"),
        ],
    }
    return [ground, *lines.get(state, [])]


def columns(uid: str, state: LookState, boxes: Iterable[svg.Box]) -> Markup:
    """All pieces of columns of one state as one outline."""
    return svg.tag("path", d=_outline(boxes), class_="s-column", fill=f"url(#{uid}-{name(state)})")


def strip(boxes: Iterable[svg.Box], class_: str, fill: str | None = None) -> Markup:
    """Many rectangles as one outline."""
    return svg.tag("path", d=_outline(boxes), class_=class_, fill=fill)


def _outline(boxes: Iterable[svg.Box]) -> str:
    n = svg.number
    return "".join(f"M{n(a)} {n(b)}H{n(c)}V{n(d)}H{n(a)}Z" for a, b, c, d in boxes)


def key(kind: LookState | Sign, uid: str, ways: frozenset[bool]) -> Markup:
    """The sample of a legend, 26 wide and 16 high.

    Args:
        kind: what it explains.
        uid: unique in the page.
        ways: False where the figure draws single marks, True where it draws columns.
    """
    middle = KEY_HEIGHT / 2
    box = (2.0, 2.0, KEY_WIDTH - 2, KEY_HEIGHT - 2)
    if isinstance(kind, LookState):
        left = KEY_WIDTH - 11 if False in ways else KEY_WIDTH / 2 - 4.5
        marks = [*mark(kind, Modality.SAR, 7, middle), *mark(kind, Modality.OPTICAL, 20, middle)]
        piece = [patterns(uid, (kind,)), columns(uid, kind, [(left, 2, left + 9, KEY_HEIGHT - 2)])]
        both = [*mark(kind, Modality.OPTICAL, 7, middle), *piece]
        return svg.group(*(both if len(ways) > 1 else piece if True in ways else marks))
    if kind is Sign.BLIND:
        return svg.group(patterns(uid, ()), svg.rect((2, 5, KEY_WIDTH - 2, 11), "s-band", fill=f"url(#{uid}-blind)"))
    if kind is Sign.PARTIAL:
        x = KEY_WIDTH / 2
        return svg.group(*mark(LookState.POSSIBLE, Modality.OPTICAL, x, middle - 1), partial(x, middle - 1))
    if kind is Sign.HOUR:
        x = KEY_WIDTH / 2
        return svg.group(
            *hour_unknown(2, KEY_WIDTH - 2, middle), *mark(LookState.POSSIBLE, Modality.OPTICAL, x, middle)
        )
    return svg.rect(box, f"s-{kind.value}")


def meaning(kind: LookState | Sign) -> str:
    """What a mark says, in plain words."""
    return text(f"cover.legend.{name(kind) if isinstance(kind, LookState) else kind.value}")
