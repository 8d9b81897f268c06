"""Chip figures: the raw pixels beside the annotated ones, at one scale; for display, nothing is measured here."""

from __future__ import annotations

import math
import struct
import zlib
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.report import svg
from roadstead.report.axis import round_length
from roadstead.report.messages import text

if TYPE_CHECKING:
    from markupsafe import Markup
    from numpy.typing import NDArray

    from roadstead.report.contents import Chip

SIDE_PX = 256
"""enlarged chips are at most about this wide"""
GAP = 10.0
STACKED = 340.0
"""in narrower drawings one picture stands below the other"""
STAMP = 15.0
ARROW = ((0.0, -15.0), (5.0, 6.0), (0.0, 2.0), (-5.0, 6.0))
"""a north arrow around its own middle, pointing up"""


def png(rgb: NDArray[np.uint8], *, dpi: int = 0) -> bytes:
    """An 8-bit RGB picture as PNG, each row stored as its difference from the one above.

    Written here because an image library would stamp its own settings and version into the bytes.

    Args:
        rgb: shape (height, width, 3).
        dpi: dots an inch at which it is to be printed; 0: not stated.
    """
    height, width, _ = rgb.shape
    above = np.vstack([np.zeros((1, width, 3), np.uint8), rgb[:-1]])
    rows = np.full((height, 1 + 3 * width), 2, np.uint8)
    rows[:, 1:] = (rgb - above).reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", header),
            *_density(dpi),
            (b"IDAT", zlib.compress(rows.tobytes(), 9)),
            (b"IEND", b""),
        )
    )


def _density(dpi: int) -> tuple[tuple[bytes, bytes], ...]:
    per_metre = round(dpi / 0.0254)
    return ((b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),) if dpi else ()


def enlargement(chip: Chip) -> int:
    """By how much a chip is enlarged: a whole number, so that every pixel keeps its shape."""
    longest: int = max(chip.rgb.shape[:2])
    return max(1, SIDE_PX // longest)


def own_width(chip: Chip) -> float:
    """Width of a chip's figure in which every pixel of the enlarged chip is a unit."""
    columns: int = chip.rgb.shape[1]
    return 2.0 * columns * enlargement(chip) + GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """How large a chip stands in the drawing."""

    width: float
    height: float
    scale: float
    """units of the drawing for a pixel of the chip"""


def chip_figure(chip: Chip, uid: str, title: str, description: str, simulated: str, *, width: float = 0.0) -> Markup:
    """Raw beside annotated: outline, scale bar, north arrow; one below the other where the drawing is narrow.

    Args:
        chip: with at least one pixel.
        uid: unique in the page.
        title: what it is.
        description: what it shows, in words.
        simulated: the mark of simulated pixels, or nothing; it stands in a corner, clear of the ship.
        width: of the drawing, in units of its text; 0: every pixel of the enlarged chip is a unit.
    """
    times = enlargement(chip)
    big = chip.rgb.repeat(times, axis=0).repeat(times, axis=1)
    beside = not width or width >= STACKED
    frame = _frame(chip, float(times), (width - GAP) / 2 if beside else width) if width else _frame(chip, float(times))
    data = f"data:image/png;base64,{b64encode(png(np.ascontiguousarray(big))).decode()}"
    image = svg.tag("image", id=f"{uid}-i", href=data, width=frame.width, height=frame.height)
    right, down = (frame.width + GAP, 0.0) if beside else (0.0, frame.height + GAP)
    annotated = svg.group(
        svg.tag("use", href=f"#{uid}-i"),
        *_outline(chip, frame.scale),
        *_scale(chip, frame),
        *_north(chip, frame.width),
        transform=f"translate({svg.number(right)} {svg.number(down)})",
    )
    marks = _stamps(chip, simulated, frame, (right, down)) if simulated else ()
    size = (frame.width + right, frame.height + down)
    return svg.picture(uid, size, title, description, image, annotated, *marks)


def _frame(chip: Chip, times: float, width: float = 0.0) -> _Frame:
    rows, columns = chip.rgb.shape[:2]
    scale = width / columns if width else times
    return _Frame(width=columns * scale, height=rows * scale, scale=scale)


def _outline(chip: Chip, scale: float) -> list[Markup]:
    if len(chip.outline) < 3:
        return []
    points = [(c * scale, r * scale) for c, r in chip.outline]
    return [svg.polygon(points, "s-halo"), svg.polygon(points, "s-outline")]


def _scale(chip: Chip, frame: _Frame) -> list[Markup]:
    if not chip.metres_per_pixel > 0:
        return [_on_image(8, frame.height - 10, text("chip.no_scale"))]
    metres = scale_m(chip)
    long = metres / chip.metres_per_pixel * frame.scale
    y = frame.height - 12
    return [
        svg.rect((7, y - 1, 9 + long, y + 5), "s-barhalo"),
        svg.rect((8, y, 8 + long, y + 4), "s-imagebar"),
        _on_image(8, y - 6, text("chip.metres", n=f"{metres:g}")),
    ]


def scale_m(chip: Chip) -> float:
    """Length of the scale bar of a chip, metres: round, and less than half of its width."""
    return round_length(chip.rgb.shape[1] * chip.metres_per_pixel * 0.45)


def _north(chip: Chip, width: float) -> list[Markup]:
    if not math.isfinite(chip.north_deg):
        return [_on_image(width - 8, 20, text("chip.no_north"), anchor="end")]
    turned = svg.group(
        svg.polygon(ARROW, "s-barhalo"),
        svg.polygon(ARROW, "s-imagebar"),
        transform=f"translate({svg.number(width - 22)} 24) rotate({svg.number(chip.north_deg)})",
    )
    return [turned, _on_image(width - 22, 54, text("chip.north"), anchor="middle")]


def _stamps(chip: Chip, simulated: str, frame: _Frame, shift: tuple[float, float]) -> list[Markup]:
    """The mark on both pictures, in the corner that hides least of the ship: top left, or bottom right."""
    wide = svg.text_width(simulated, STAMP)
    corners = [(8.0, 6.0 + STAMP), (frame.width - 8 - wide, frame.height - 8)]
    x, y = min(corners, key=lambda c: _hidden(chip, frame, (c[0], c[1] - STAMP, c[0] + wide, c[1] + 4)))
    return [_on_image(x, y, simulated), _on_image(x + shift[0], y + shift[1], simulated)]


def _hidden(chip: Chip, frame: _Frame, mark: svg.Box) -> float:
    """Area of the box around the ship that a mark covers, square units."""
    if not chip.outline:
        return 0.0
    columns, rows = ([p[i] * frame.scale for p in chip.outline] for i in (0, 1))
    over_x = min(mark[2], max(columns)) - max(mark[0], min(columns))
    over_y = min(mark[3], max(rows)) - max(mark[1], min(rows))
    return max(over_x, 0.0) * max(over_y, 0.0)


def _on_image(x: float, y: float, content: str, *, anchor: str = "start") -> Markup:
    return svg.words(x, y, content, "s-onimage", anchor=anchor)
