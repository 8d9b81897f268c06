"""Jibs: slender lines, brighter or darker than both their sides, that run from the deck over the hull's edge.

A matched filter: along each line that crosses the hull's side at the quay, the mean of its contrast to both sides,
the weaker of the two and of one sign throughout; no single bright thing decides, since contrasts are capped. A jib's
shadow is such a line too, darker, at the place where the sun throws it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.identify.quay_strip import STEP_M, Strip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

ANGLES_DEG = tuple(range(36, 145, 9))
"""of a jib against the hull's axis"""
HALF_WIDTHS_PX = (1, 2)
"""lines of 1.5 and 2.5 m at the strip's spacing"""
REACHES_M = (3.0, 6.0, 10.0)
"""from the hull's edge over the deck, and over the quay"""
MOST = 0.35
"""contrasts are capped here, in units of the strip's range"""
_FLANK_PX = 2
_KEPT, _APART_M = 6, 4.0
FEATURES = (
    "score", "3 m both ways", "6 m both ways", "10 m both ways", "deck only", "quay only", "beyond the middle",
    "shadow", "bright", "towards the ends", "off square", "off square by score", "beam",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A slender line across the hull's edge."""

    along_m: float
    """where it crosses the edge, from the hull's middle"""
    angle_deg: float
    deck_m: float
    """how far it reaches over the deck"""
    quay_m: float
    """and beyond the hull's edge"""
    bright: bool
    score: float
    """mean capped contrast times the root of the length in metres"""
    features: tuple[float, ...]
    """in the order of `FEATURES`"""


def line_scores(strip: Strip) -> NDArray[np.float32]:
    """Scores of all lines, shape (2 signs, angles, deck reaches, quay reaches, places along the hull).

    Lines that are not seen whole score 0.
    """
    places = along_places(strip)
    out = np.zeros((2, len(ANGLES_DEG), len(REACHES_M), len(REACHES_M), len(places)), np.float32)
    for a, angle in enumerate(ANGLES_DEG):
        ridge, seen = _ridges(strip, angle, places)
        for k in (0, 1):
            for i, j, score in _segments(ridge[k], seen):
                out[k, a, i, j] = score
    return out


def along_places(strip: Strip) -> NDArray[np.float64]:
    """Where lines may cross the hull's edge, metres from its middle; the outermost twentieth is bow and stern."""
    half = 0.45 * strip.length_m
    return np.arange(-half, half, 2 * STEP_M)


def lines(strip: Strip) -> tuple[Line, ...]:
    """The strongest lines of both signs, each with its features, the strongest first."""
    scores = line_scores(strip)
    places = along_places(strip)
    found = []
    for k in (0, 1):
        best = scores[k].max(axis=(1, 2))
        for _ in range(_KEPT):
            a, n = np.unravel_index(int(best.argmax()), best.shape)
            if best[a, n] <= 0:
                break
            found.append(_line(strip, scores, places, (k, int(a), int(n))))
            best[:, np.abs(places - places[n]) < _APART_M] = 0
    return tuple(sorted(found, key=lambda f: (-f.score, f.along_m)))


def _line(strip: Strip, scores: NDArray[np.float32], places: NDArray[np.float64], at: tuple[int, int, int]) -> Line:
    k, a, n = at
    reaches = scores[k, a, :, :, n]
    i, j = np.unravel_index(int(reaches.argmax()), reaches.shape)
    angle, along = float(ANGLES_DEG[a]), float(places[n])
    square = abs(angle - 90) / 45
    features = (
        float(reaches.max()), float(reaches[0, 0]), float(reaches[1, 1]), float(reaches[2, 2]), float(reaches[2, 0]),
        float(reaches[0, 2]), _beyond(strip, k, angle, along), _shadow(strip, scores, places, (a, n)), 1.0 - k,
        abs(along) / strip.length_m * 2, square, square * float(reaches.max()), strip.beam_m / 20,
    )  # fmt: skip
    return Line(
        along_m=along,
        angle_deg=angle,
        deck_m=REACHES_M[i],
        quay_m=REACHES_M[j],
        bright=k == 0,
        score=float(reaches.max()),
        features=tuple(round(f, 5) for f in features),
    )


def _beyond(strip: Strip, sign: int, angle_deg: float, along_m: float) -> float:
    """Mean contrast of the line's continuation over the deck's far half: a bridge's wings go on there, a jib ends."""
    sin, cos = math.sin(math.radians(angle_deg)), math.cos(math.radians(angle_deg))
    ridge = _ridge_map(strip.grey, (cos, -sin))[sign]
    s = np.arange(-strip.beam_m / sin, -(strip.side_m + 2.0) / sin, STEP_M)
    rows = np.rint(strip.middle[0] + (strip.side_m + s * sin) / STEP_M).astype(int)
    cols = np.rint(strip.middle[1] + (along_m + s * cos) / STEP_M).astype(int)
    at = np.clip(rows, 0, ridge.shape[0] - 1), np.clip(cols, 0, ridge.shape[1] - 1)
    return float(ridge[at].mean()) if s.size else 0.0


def _shadow(strip: Strip, scores: NDArray[np.float32], places: NDArray[np.float64], at: tuple[int, int]) -> float:
    """The strongest dark line where the sun would throw this one's shadow, from 4 to 28 m above the ground; else 0."""
    if strip.sun is None:
        return 0.0
    a, n = at
    tangent = math.tan(math.radians(ANGLES_DEG[a]))
    dark = scores[1, max(a - 2, 0) : a + 3, 0].max(axis=(0, 1))
    shifts = [places[n] - h * strip.sun[0] + h * strip.sun[1] / tangent for h in np.arange(4.0, 29.0, 2.0)]
    near = [float(dark[np.abs(places - p) < 1.5].max(initial=0)) for p in shifts]
    return max(near)


def _ridges(
    strip: Strip, angle_deg: float, places: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Capped contrast to both sides along lines of one angle.

    Returns:
        Contrast, shape (2 signs, places, samples along the line), and whether each sample is seen.
    """
    sin, cos = math.sin(math.radians(angle_deg)), math.cos(math.radians(angle_deg))
    ridge = _ridge_map(strip.grey, (cos, -sin))
    s = np.arange(-REACHES_M[-1], REACHES_M[-1] + STEP_M / 2, STEP_M)
    height, width = strip.grey.shape
    rows = np.rint(strip.middle[0] + (strip.side_m + s * sin) / STEP_M).astype(int)
    cols = np.rint(strip.middle[1] + (places[:, None] + s * cos) / STEP_M).astype(int)
    inside = (rows >= 0) & (rows < height) & (cols >= 0) & (cols < width)
    at = np.clip(rows, 0, height - 1), np.clip(cols, 0, width - 1)
    return ridge[:, at[0], at[1]], inside & strip.seen[at]


def _ridge_map(grey: NDArray[np.float32], across: tuple[float, float]) -> NDArray[np.float32]:
    """Capped contrast of every sample to both sides, bright then dark, shape (2, rows, columns).

    Args:
        grey: of the strip.
        across: rows and columns per step across the line.
    """
    reach = max(HALF_WIDTHS_PX) + _FLANK_PX
    padded = np.pad(grey, reach, mode="edge")

    def moved(steps: float) -> NDArray[np.float32]:
        r, c = (reach + round(steps * part) for part in across)
        return padded[r : r + grey.shape[0], c : c + grey.shape[1]]

    best = np.full((2, *grey.shape), -MOST, np.float32)
    for half in HALF_WIDTHS_PX:
        core = sum(moved(k) for k in range(-half + 1, half)) / (2 * half - 1)
        left, right = ((moved(side * (half + 1)) + moved(side * (half + 2))) / 2 for side in (-1, 1))
        best[0] = np.maximum(best[0], np.minimum(core - left, core - right))
        best[1] = np.maximum(best[1], np.minimum(left - core, right - core))
    return np.clip(best, -MOST, MOST)


def _segments(ridge: NDArray[np.float32], seen: NDArray[np.bool_]) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    """Scores of the segments of every deck and quay reach."""
    total = np.concatenate([np.zeros((len(ridge), 1), np.float32), np.cumsum(ridge, axis=1)], axis=1)
    whole = np.concatenate([np.zeros((len(ridge), 1), int), np.cumsum(seen, axis=1)], axis=1)
    edge = ridge.shape[1] // 2
    for i, deck_m in enumerate(REACHES_M):
        for j, quay_m in enumerate(REACHES_M):
            first, last = edge - round(deck_m / STEP_M), edge + round(quay_m / STEP_M)
            n = last - first
            mean = (total[:, last] - total[:, first]) / n
            score = mean * math.sqrt(n * STEP_M)
            yield i, j, np.where(whole[:, last] - whole[:, first] == n, score, 0).astype(np.float32)
