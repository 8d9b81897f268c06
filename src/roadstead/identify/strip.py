"""The rectified deck strip: a hull from bow to stern at constant metres per pixel, and profiles along it.

One coordinate, the share of the hull's length from the bow (0) to the stern (1), serves rendered ships, images and
photographs alike. Rows of a strip run from port to starboard and reach over the hull's sides to the water beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.model import InputError

if TYPE_CHECKING:
    from roadstead.model import Detection

ALONG = 128
"""pixels of a strip from bow to stern"""
BINS = 32
"""places along the hull at which profiles are given"""
LANES = 5
"""lengthwise lanes of equal width in which brightness is averaged"""
MARGIN_M = 12.0
"""water beside the hull that a strip shows on each side"""
_LEAST_SIDE = 0.3
"""sine of the angle between sun and hull below which no side counts as the shadow's"""
_SHADOW_DEPTH = 0.5
"""share of the water's brightness that a full shadow takes away"""
_RIM = 0.85
"""share of the half beam within which lanes lie: the rim mixes hull and water"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How a hull lies in a window of pixels, with a bow chosen."""

    row_px: float
    """of its middle; 0.5 is the first pixel's middle"""
    col_px: float
    ahead_px: tuple[float, float]
    """rows and columns per metre towards the bow"""
    starboard_px: tuple[float, float]
    """rows and columns per metre to starboard"""
    length_m: float
    beam_m: float
    heading_deg: float
    """of the bow, clockwise from true north"""

    def turned(self) -> Placement:
        """Bow and stern exchanged."""
        return replace(
            self,
            ahead_px=(-self.ahead_px[0], -self.ahead_px[1]),
            starboard_px=(-self.starboard_px[0], -self.starboard_px[1]),
            heading_deg=(self.heading_deg + 180) % 360,
        )

    def moved(self, stretch: float, shift: float) -> Placement:
        """With another length (a factor), moved ahead by a share of the length."""
        way = shift * self.length_m
        return replace(
            self,
            row_px=self.row_px + way * self.ahead_px[0],
            col_px=self.col_px + way * self.ahead_px[1],
            length_m=self.length_m * stretch,
        )

    def pixel_m(self) -> float:
        """Ground size of a pixel, the mean of both axes of the hull."""
        return (1 / math.hypot(*self.ahead_px) + 1 / math.hypot(*self.starboard_px)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckStrip:
    """A hull and the water beside it, bow to the left, port above."""

    brightness: NDArray[np.float32]
    """in file units, shape (across, ALONG); NaN where there is no valid pixel"""
    step_m: float
    """metres per pixel, along and across"""
    length_m: float
    beam_m: float
    heading_deg: float
    water: tuple[float, float]
    """median and robust standard deviation of the water beside the hull, file units"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """What a strip shows along the hull, at `BINS` places from bow to stern."""

    lanes: NDArray[np.float32]
    """brightness less its mean over the hull, in standard deviations of it, shape (LANES, BINS), port first"""
    edges: NDArray[np.float32]
    """mean absolute step along the hull, mean 0 and standard deviation 1, shape (BINS,)"""
    shadow_m: NDArray[np.float32]
    """length of the shadow on the water across the hull's side, shape (BINS,); 0 with the sun ahead or astern"""


def placement_of(detection: Detection, offset_px: tuple[int, int] = (0, 0)) -> Placement:
    """How a measured hull lies in a window.

    Args:
        detection: measured, with length, beam and heading.
        offset_px: first row and column of the window in the scene.

    Raises:
        InputError: length, beam or heading was not measured.
    """
    length, beam, heading = detection.length_m, detection.beam_m, detection.heading_deg
    if length is None or beam is None or heading is None:
        raise InputError(f"{detection.id}: length, beam and heading must be measured before its deck can be laid out")
    corners = np.array([(row, col) for col, row in detection.outline_px], np.float64)
    sides = corners[1] - corners[0], corners[2] - corners[1]
    along, across = sides if math.hypot(*sides[0]) >= math.hypot(*sides[1]) else sides[::-1]
    ahead = _towards(along, heading.value) / length.value
    right = np.array([ahead[1], -ahead[0]])
    beside = across / (beam.value or 1.0)
    beside = beside if float(beside @ right) >= 0 else -beside
    return Placement(
        row_px=detection.row_px - offset_px[0],
        col_px=detection.col_px - offset_px[1],
        ahead_px=(float(ahead[0]), float(ahead[1])),
        starboard_px=(float(beside[0]), float(beside[1])),
        length_m=length.value,
        beam_m=beam.value,
        heading_deg=heading.value,
    )


def _towards(along: NDArray[np.float64], heading_deg: float) -> NDArray[np.float64]:
    """The long side turned to where the heading points on a map with north up."""
    turn = math.radians(heading_deg)
    return along if along[0] * -math.cos(turn) + along[1] * math.sin(turn) >= 0 else -along


def deck_strip(image: NDArray[np.float32], valid: NDArray[np.bool_], at: Placement) -> DeckStrip:
    """Rectify a hull.

    Args:
        image: brightness, shape (height, width).
        valid: True where a pixel is valid, same shape.
        at: how the hull lies in it.

    Raises:
        InputError: less than half of the hull lies on valid pixels of the window.
    """
    step = at.length_m / ALONG
    half = math.ceil((at.beam_m / 2 + MARGIN_M) / step)
    ahead = (ALONG / 2 - np.arange(ALONG) - 0.5) * step
    beside = np.arange(-half, half + 1) * step
    rows = at.row_px + ahead[None, :] * at.ahead_px[0] + beside[:, None] * at.starboard_px[0] - 0.5
    cols = at.col_px + ahead[None, :] * at.ahead_px[1] + beside[:, None] * at.starboard_px[1] - 0.5
    smooth = _no_finer(image, valid, step / at.pixel_m())
    values = ndimage.map_coordinates(smooth, [rows, cols], order=1, mode="constant", cval=np.nan)
    known = (valid & np.isfinite(image)).astype(np.float32)
    inside = ndimage.map_coordinates(known, [rows, cols], order=1, mode="constant", cval=0.0) > 0.99
    values = np.where(inside, values, np.nan).astype(np.float32)
    hull = np.abs(beside) <= at.beam_m / 2
    if np.isfinite(values[hull]).mean() < 0.5:
        raise InputError("less than half of the hull lies on valid pixels, so its deck cannot be laid out")
    return DeckStrip(
        brightness=values,
        step_m=step,
        length_m=at.length_m,
        beam_m=at.beam_m,
        heading_deg=at.heading_deg,
        water=_water(values[np.abs(beside) > at.beam_m / 2 + 2.0]),
    )


def _no_finer(image: NDArray[np.float32], valid: NDArray[np.bool_], step_px: float) -> NDArray[np.float32]:
    """The image without detail that a coarser sampling would alias; what stands for no data joins no pixel."""
    sigma = 0.4 * math.sqrt(max(0.0, step_px**2 - 1))
    known = valid & np.isfinite(image)
    held = np.where(known, image, np.float32(0))
    if sigma <= 0.3:
        return held
    if known.all():
        return np.asarray(ndimage.gaussian_filter(held, sigma), np.float32)
    share = ndimage.gaussian_filter(known.astype(np.float32), sigma)
    return np.asarray(ndimage.gaussian_filter(held, sigma) / np.maximum(share, 1e-3), np.float32)


def _water(beside: NDArray[np.float32]) -> tuple[float, float]:
    """Level and spread of the water; shadow and foam are the rarer part of it."""
    known = beside[np.isfinite(beside)]
    if not known.size:
        return math.nan, math.nan
    level = float(np.percentile(known, 60))
    return level, float(1.4826 * np.median(np.abs(known - level)))


def shadow_side(sun_azimuth_deg: float, heading_deg: float) -> int:
    """Side on which the shadow falls: 1 starboard, -1 port, 0 where the sun stands too nearly ahead or astern."""
    right = math.sin(math.radians(sun_azimuth_deg - heading_deg))
    return 0 if abs(right) < _LEAST_SIDE else (-1 if right > 0 else 1)


def profiles(strip: DeckStrip, side: int) -> Profiles:
    """Profiles along a strip.

    Args:
        strip: the deck.
        side: of the shadow, as `shadow_side` gives it; 0 also where the water beside the hull cannot be seen.
    """
    beside = (np.arange(len(strip.brightness)) - len(strip.brightness) // 2) * strip.step_m
    half = strip.beam_m / 2
    inner = strip.brightness[np.abs(beside) <= _RIM * half]
    at = beside[np.abs(beside) <= _RIM * half]
    lane = np.clip(((at / (_RIM * half) + 1) / 2 * LANES).astype(int), 0, LANES - 1)
    lanes: NDArray[np.float32] = np.stack(
        [_binned(_mean(inner[lane == k])) if (lane == k).any() else np.zeros(BINS, np.float32) for k in range(LANES)]
    )
    steps = np.abs(np.diff(inner, axis=1, prepend=inner[:, :1]))
    return Profiles(
        lanes=_standard(lanes),
        edges=_standard(_binned(_mean(steps))),
        shadow_m=_shadow_m(strip, beside, side),
    )


def _shadow_m(strip: DeckStrip, beside: NDArray[np.floating], side: int) -> NDArray[np.float32]:
    level = strip.water[0]
    if side == 0 or not level > 0:
        return np.zeros(BINS, np.float32)
    out = strip.brightness[(side * beside > strip.beam_m / 2) & (side * beside <= strip.beam_m / 2 + MARGIN_M)]
    dark = np.clip((level - out) / (_SHADOW_DEPTH * level), 0, 1)
    return np.asarray(_binned(np.nansum(dark, axis=0) * strip.step_m), np.float32)


def _mean(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean over the valid rows, shape (ALONG,); what no row knows gets the mean of what is known."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    total = np.where(known, rows, 0).sum(axis=0)
    whole = float(total.sum() / max(count.sum(), 1))
    return np.where(count > 0, total / np.maximum(count, 1), whole).astype(np.float32)


def _binned(line: NDArray[np.float32]) -> NDArray[np.float32]:
    binned: NDArray[np.float32] = line.reshape(BINS, -1).mean(axis=1)
    return binned


def _standard(values: NDArray[np.floating]) -> NDArray[np.float32]:
    spread = float(values.std())
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0), np.float32)
