"""Labels that meet neither each other nor what they name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.report.svg import Box, overlap, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RINGS = (4.0, 11.0, 21.0, 35.0, 53.0, 75.0, 105.0, 140.0)
"""distances from the edge of what is named"""
DIRECTIONS = (0, 180, 45, 315, 135, 225, 90, 270, 20, 160, 340, 200)
MISLEADING = 30.0
"""so much farther off a label goes rather than stand nearer to another point than to its own"""
CROSSING = 24.0
"""so much farther off a label goes rather than cross a line"""
LEADER_FROM = 16.0
"""labels farther off than this get a line to it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Lines of text that name a point of the drawing."""

    x: float
    y: float
    clear: float
    """radius around the point that the label keeps free"""
    lines: tuple[str, ...]
    sizes: tuple[float, ...]
    """font size of each line"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a label stands."""

    label: Label
    box: Box
    leader: tuple[float, float] | None
    """point of the box that a line joins to the named point; None where it stands close"""


def place(
    labels: Sequence[Label], taken: Sequence[Box], crossed: Sequence[Box], size: tuple[float, float]
) -> tuple[Placed | None, ...]:
    """Place labels one after another at the nearest free position; None where a label finds no room.

    Args:
        labels: in order of importance.
        taken: boxes that no label may cover.
        crossed: boxes that a label covers only where it would stand far off otherwise.
        size: width and height of the drawing.
    """
    full, out = list(taken), []
    for label in labels:
        free = [(cost, p) for cost, p in _positions(label) if _fits(p.box, full, size)]
        costs = [
            cost
            + (CROSSING if any(overlap(p.box, c) for c in crossed) else 0.0)
            + (MISLEADING if any(_distance(p.box, o) < _distance(p.box, label) for o in labels) else 0.0)
            for cost, p in free
        ]
        found = free[costs.index(min(costs))][1] if free else None
        if found:
            full.append(found.box)
        out.append(found)
    return tuple(out)


def _positions(label: Label) -> Iterator[tuple[float, Placed]]:
    width = max(text_width(words, font) for words, font in zip(label.lines, label.sizes, strict=True)) + 2
    height = sum(label.sizes) * 1.25
    for ring in RINGS:
        for direction in DIRECTIONS:
            dx, dy = math.cos(math.radians(direction)), math.sin(math.radians(direction))
            x, y = label.x + dx * (label.clear + ring), label.y + dy * (label.clear + ring)
            left = x if dx > 0.1 else x - width if dx < -0.1 else x - width / 2
            top = y if dy > 0.9 else y - height if dy < -0.9 else y - height / 2
            box = (left, top, left + width, top + height)
            yield ring, Placed(label=label, box=box, leader=_nearest(box, label) if ring > LEADER_FROM else None)


def _nearest(box: Box, label: Label) -> tuple[float, float]:
    """The point of a box that lies nearest to what a label names."""
    return min(max(label.x, box[0]), box[2]), min(max(label.y, box[1]), box[3])


def _distance(box: Box, label: Label) -> float:
    x, y = _nearest(box, label)
    return math.hypot(x - label.x, y - label.y)


def _fits(box: Box, full: Sequence[Box], size: tuple[float, float]) -> bool:
    within = box[0] >= 2 and box[1] >= 2 and box[2] <= size[0] - 2 and box[3] <= size[1] - 2
    return within and not any(overlap(box, other) for other in full)
