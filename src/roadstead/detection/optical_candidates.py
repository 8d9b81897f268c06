"""What an instance of the network amounts to in metres, how probable it is, and why it may be no vessel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.detection.optical_planes import SHORE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.optical_boxes import Boxes
    from roadstead.detection.optical_instances import Instance

FEATURES = 8
"""how many numbers a score is made of"""
LENGTH_M = (20.0, 450.0)
"""shortest and longest group that can be a vessel, metres"""
_BROADEST_M = 90.0  # the broadest ship has 75 m; two small ones rafted stay below
_TOUCH_M = 20.0  # nearer to land than this, it lies alongside: fender, mixed pixels, half a pixel of error
_LEAST_ACCORD = 0.1  # push-broom parallax shows aircraft once per band, so that bands exclude each other
_MIXED_M = 50.0  # nearer to land than this, colours mix with the shore's and say nothing of speed
_AROUND_PX = 8
_RIM_PX = 2
_LEAST = 1e-3
_FAINT = 0.05  # weights below say nothing
_USUAL_PX, _MOST_PX = 10.0, 45.0  # of a ship's length
_WATERY = 0.3  # brightness above water, where 1 is usual on land
_BESIDE_PX = (2.0, 3.0, 4.0)  # beyond a long side: what lies next to it, the mixed pixels left out
_BEYOND_PX = (3.0, 5.0, 7.0)  # beyond an end, where water is left of a ship at a quay, and none of a row of sheds
_ACROSS = (-0.6, -0.3, 0.0, 0.3, 0.6)  # of half the beam: lines along the deck
_FAINTEST = 0.1  # brightness that is added before a ratio is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Size and place of an instance."""

    length_m: float
    beam_m: float
    shore_m: float
    """distance of its nearest pixel to land, metres; 0 where it touches, `SHORE_M` and more count as that"""
    accord: float
    """least correlation between two bands over it and some water around; 1 for a single band"""
    afloat: float
    """share of what lies just around it that is as dark as water, 0-1"""
    contrast: float
    """its median brightness against that beside its darker long side, as a natural logarithm"""
    open_end: float
    """share of water 15-35 m beyond one of its ends, the clearer one, 0-1"""

    @property
    def alongside(self) -> bool:
        """Whether it touches land or a quay."""
        return self.shore_m < _TOUCH_M


def form_of(
    instance: Instance, shore: NDArray[np.float32], bands: NDArray[np.float32], brightness: NDArray[np.float32]
) -> Form:
    """Size and place of a hull.

    Args:
        instance: the hull in a map.
        shore: the map's shore plane, shape (h, w).
        bands: the map's bands above water, shape (5, h, w); 0 where there is none.
        brightness: the largest of these, shape (h, w); made once for all hulls of a map.
    """
    nearest = float(shore[instance.rows, instance.cols].min())
    return Form(
        length_m=float(instance.box.length) * WORK_M,
        beam_m=float(instance.box.beam) * WORK_M,
        shore_m=max(0.0, nearest) * SHORE_M,
        accord=_accord(instance, bands),
        afloat=_afloat(instance, brightness),
        contrast=_contrast(instance.box, brightness),
        open_end=_open_end(instance.box, brightness),
    )


def _accord(instance: Instance, bands: NDArray[np.float32]) -> float:
    """Least correlation of two visible bands in a box around a hull; 1 where no two differ."""
    box = tuple(
        slice(max(0, int(p.min()) - _AROUND_PX), int(p.max()) + 1 + _AROUND_PX) for p in (instance.rows, instance.cols)
    )
    flat = bands[(slice(0, 3), *box)].reshape(3, -1)
    varied = flat[flat.std(axis=1) > 0]
    return float(np.corrcoef(varied).min()) if len(varied) > 1 else 1.0


def _afloat(instance: Instance, brightness: NDArray[np.float32]) -> float:
    """Share of the rim that is as dark as water: three sides of a ship at a quay, but one of a shed on it."""
    first = [max(0, int(p.min()) - _RIM_PX - 1) for p in (instance.rows, instance.cols)]
    part = brightness[
        first[0] : int(instance.rows.max()) + _RIM_PX + 2, first[1] : int(instance.cols.max()) + _RIM_PX + 2
    ]
    mine = np.zeros(part.shape, bool)
    mine[instance.rows - first[0], instance.cols - first[1]] = True
    near = ndimage.binary_dilation(mine)
    rim = part[ndimage.binary_dilation(near, iterations=_RIM_PX - 1) & ~near]
    return float((rim < _WATERY).mean()) if rim.size else 1.0


def _contrast(box: Boxes, brightness: NDArray[np.float32]) -> float:
    along = np.linspace(-0.45, 0.45, max(4, int(box.length))) * box.length
    deck = _along(box, brightness, along, np.array(_ACROSS) * box.beam / 2)
    sides = [_along(box, brightness, along, way * (box.beam / 2 + np.array(_BESIDE_PX))) for way in (1, -1)]
    darker = min(float(np.median(side)) for side in sides)
    return math.log((max(float(np.median(deck)), 0) + _FAINTEST) / (max(darker, 0) + _FAINTEST))


def _open_end(box: Boxes, brightness: NDArray[np.float32]) -> float:
    across = np.linspace(-0.5, 0.5, max(3, int(box.beam))) * box.beam
    ends = [_along(box, brightness, way * (box.length / 2 + np.array(_BEYOND_PX)), across) for way in (1, -1)]
    return max(float((end < _WATERY).mean()) for end in ends)


def _along(
    box: Boxes, plane: NDArray[np.float32], ahead_px: NDArray[np.float64], aside_px: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Values of a plane at places given along a box's axis and across it, shape (ahead, aside)."""
    ahead, aside = np.meshgrid(ahead_px, aside_px, indexing="ij")
    cos, sin = math.cos(float(box.axis)), math.sin(float(box.axis))
    places = np.stack([box.row + ahead * sin + aside * cos, box.col + ahead * cos - aside * sin])
    return np.asarray(ndimage.map_coordinates(plane, places, order=1, mode="nearest"), np.float64)


def features(instance: Instance, form: Form, native_m: float) -> list[float]:
    """What the score is made of: `FEATURES` numbers, logarithms and shares.

    A length counts in pixels that the network resolves, not in metres: what five of them leave in doubt, ten show. More
    than the longest ship has in Sentinel-2 (10 m), which scores are fitted to, say no more.

    Args:
        instance: the hull in a map.
        form: its size and place.
        native_m: ground size of the image's own pixel, metres.
    """
    core = min(max(instance.core, _LEAST), 1 - _LEAST)
    return [
        math.log(core / (1 - core)),
        instance.fill,
        math.log(min(form.length_m / max(native_m, WORK_M), _MOST_PX) / _USUAL_PX),
        math.log(form.length_m / form.beam_m),
        form.afloat,
        instance.agreement,
        form.contrast,
        form.open_end,
    ]


def probability(given: list[float], coefficients: tuple[float, ...]) -> float:
    """Logistic regression: intercept first, then one coefficient a feature."""
    return 1 / (1 + math.exp(-(coefficients[0] + float(np.dot(coefficients[1:], given)))))


def objection(form: Form) -> str:
    """The rule by which it is no vessel, whatever its score; empty where none holds."""
    if form.length_m < LENGTH_M[0]:
        return f"{form.length_m:.1f} m long, shorter than {LENGTH_M[0]:.0f} m"
    if form.length_m > LENGTH_M[1]:
        return f"{form.length_m:.0f} m long, longer than any ship"
    if form.beam_m > _BROADEST_M:
        return f"{form.beam_m:.0f} m broad, broader than any ship: cloud, foam or a structure"
    if form.accord < _LEAST_ACCORD and form.shore_m > _MIXED_M:
        return "its colours lie beside each other: an aircraft, or something as fast"
    return ""


def weights_of(
    instance: Instance, hull: NDArray[np.float32], corner: tuple[int, int], grid: WorkGrid
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Weights of a hull in the image's pixels, shape (h, w), and the row and column of the first of them.

    Args:
        instance: the hull in a map.
        hull: the map's probabilities, shape (height, width).
        corner: working row and column of the map's first pixel.
        grid: from working pixels to the image's.
    """
    low = [max(0, int(p.min()) - _RIM_PX) for p in (instance.rows, instance.cols)]
    high = [min(n, int(p.max()) + 1 + _RIM_PX) for p, n in zip((instance.rows, instance.cols), hull.shape, strict=True)]
    mine = np.zeros((high[0] - low[0], high[1] - low[1]), bool)
    mine[instance.rows - low[0], instance.cols - low[1]] = True
    soft = np.where(ndimage.binary_dilation(mine), hull[low[0] : high[0], low[1] : high[1]], 0).astype(np.float32)
    soft[instance.rows - low[0], instance.cols - low[1]] = instance.hull
    first = [corner[k] + low[k] for k in (0, 1)]
    spans = [
        (max(0, int(f * s)), min(size, max(int(f * s) + 1, math.ceil((f + n) * s))))
        for f, s, n, size in zip(first, grid.step_px, soft.shape, grid.shape, strict=True)
    ]
    plane = grid.to_window(soft[None], (first[0], first[1]), spans[0], spans[1])[0]
    return np.where(plane > _FAINT, plane, np.float32(0)), (spans[0][0], spans[1][0])
