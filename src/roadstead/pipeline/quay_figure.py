"""A small figure of each quay looked at: the pixels, and the same with what was taken for a jib and for vehicles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from skimage.draw import line
from skimage.transform import resize

from roadstead.geo import ground_frame
from roadstead.imagery import stretch
from roadstead.model import InputError
from roadstead.report import png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roadstead.model import BerthView, Detection, PixelReader, Scene

SIDE_PX = 900
"""longer side of a half is at most about this"""
HULL, JIB, VEHICLE = (0, 230, 230), (255, 220, 0), (255, 0, 255)


def berth_png(view: BerthView, scene: Scene, vessel: Detection, reader: PixelReader) -> bytes | None:
    """Raw and marked side by side as PNG; None where the pixels cannot be had again.

    Colours: hull cyan, jib yellow, vehicles magenta. For display only.
    """
    if vessel.outline is None:
        return None
    area = vessel.outline.buffer(0.0006, cap_style="square").envelope
    try:
        pixels = reader.read(scene, area)
        frame = ground_frame(pixels.transform, pixels.crs, pixels.valid.shape)
    except InputError:
        return None
    grey_or_rgb = stretch(pixels, scene)
    raw = grey_or_rgb if grey_or_rgb.ndim == 3 else np.repeat(grey_or_rgb[:, :, None], 3, axis=2)
    times = max(1, math.floor(SIDE_PX / max(raw.shape[:2])))
    raw = np.repeat(np.repeat(raw, times, axis=0), times, axis=1)
    marked = raw.copy()

    def stroke(places: Sequence[tuple[float, float]], colour: tuple[int, int, int], *, closed: bool) -> None:
        lon, lat = zip(*places, strict=True)
        cols, rows = frame.pixel(lon, lat)
        points = list(zip((rows * times).astype(int).tolist(), (cols * times).astype(int).tolist(), strict=True))
        for a, b in zip(points, [*points[1:], *(points[:1] if closed else ())], strict=False):
            _draw(marked, a, b, colour)

    stroke([(x, y) for x, y in vessel.outline.exterior.coords], HULL, closed=True)
    for corners in view.boxes:
        stroke(corners, VEHICLE, closed=True)
    if view.line:
        stroke(view.line, JIB, closed=False)
    return png(np.concatenate([_bounded(raw), _bounded(marked)], axis=1))


def _draw(rgb: NDArray[np.uint8], a: tuple[int, int], b: tuple[int, int], colour: tuple[int, int, int]) -> None:
    draw: Any = line
    rows, cols = draw(*a, *b)
    inside = (rows >= 0) & (cols >= 0) & (rows < rgb.shape[0]) & (cols < rgb.shape[1])
    rgb[rows[inside], cols[inside]] = colour


def _bounded(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """At most twice SIDE_PX wide."""
    sized: Any = resize
    most = max(rgb.shape[:2])
    if most <= 2 * SIDE_PX:
        return rgb
    shape = tuple(round(n * 2 * SIDE_PX / most) for n in rgb.shape[:2])
    return np.asarray(sized(rgb, (*shape, 3), preserve_range=True, anti_aliasing=True), np.uint8)
