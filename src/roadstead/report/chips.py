"""Chip figures: the raw pixels beside the annotated ones, at one scale; for display, nothing is measured here."""

from __future__ import annotations

import math
import struct
import zlib
from base64 import b64encode
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


def chip_figure(chip: Chip, uid: str, title: str, description: str, simulated: str) -> Markup:
    """Raw beside annotated: outline, scale bar, north arrow.

    Args:
        chip: with at least one pixel.
        uid: unique in the page.
        title: what it is.
        description: what it shows, in words.
        simulated: the mark of simulated pixels, or nothing.
    """
    times = enlargement(chip)
    big = chip.rgb.repeat(times, axis=0).repeat(times, axis=1)
    height, width = float(big.shape[0]), float(big.shape[1])
    data = f"data:image/png;base64,{b64encode(png(np.ascontiguousarray(big))).decode()}"
    image = svg.tag("image", id=f"{uid}-i", href=data, width=width, height=height)
    annotated = svg.group(
        svg.tag("use", href=f"#{uid}-i"),
        *_outline(chip, times),
        *_scale(chip, times, width, height),
        *_north(chip, width),
        transform=f"translate({svg.number(width + GAP)} 0)",
    )
    marks = _stamps(simulated, width, height) if simulated else ()
    return svg.picture(uid, (2 * width + GAP, height), title, description, image, annotated, *marks)


def _outline(chip: Chip, times: int) -> list[Markup]:
    if len(chip.outline) < 3:
        return []
    points = [(c * times, r * times) for c, r in chip.outline]
    return [svg.polygon(points, "s-halo"), svg.polygon(points, "s-outline")]


def _scale(chip: Chip, times: int, width: float, height: float) -> list[Markup]:
    if not chip.metres_per_pixel > 0:
        return [_on_image(8, height - 10, text("chip.no_scale"))]
    metres = round_length(width / times * chip.metres_per_pixel * 0.45)
    long = metres / chip.metres_per_pixel * times
    y = height - 12
    return [
        svg.rect((7, y - 1, 9 + long, y + 5), "s-barhalo"),
        svg.rect((8, y, 8 + long, y + 4), "s-imagebar"),
        _on_image(8, y - 6, text("chip.metres", n=f"{metres:g}")),
    ]


def _north(chip: Chip, width: float) -> list[Markup]:
    if not math.isfinite(chip.north_deg):
        return []
    arrow = [(0, -15), (5, 6), (0, 2), (-5, 6)]
    turned = svg.group(
        svg.polygon(arrow, "s-barhalo"),
        svg.polygon(arrow, "s-imagebar"),
        transform=f"translate({svg.number(width - 22)} 24) rotate({svg.number(chip.north_deg)})",
    )
    return [turned, _on_image(width - 22, 54, text("chip.north"), anchor="middle")]


def _stamps(simulated: str, width: float, height: float) -> list[Markup]:
    return [_on_image(x, height / 2, simulated, anchor="middle") for x in (width / 2, width * 1.5 + GAP)]


def _on_image(x: float, y: float, content: str, *, anchor: str = "start") -> Markup:
    return svg.words(x, y, content, "s-onimage", anchor=anchor)
