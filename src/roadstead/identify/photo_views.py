"""How the ships of the library would look from the side: outlines through a pinhole, for every bow angle.

The model of the matcher: height and beam of a `Solid`, seen level from the water at a bow angle and a distance in
lengths of the ship. Heights and places come out as shares of the visible width, as `SideProfile` has them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roadstead import library
from roadstead.identify.photo_values import PLACES

if TYPE_CHECKING:
    from roadstead.library import ShipForm, Solid

ANGLES_DEG = (
    20.0,
    25.0,
    30.0,
    36.0,
    43.0,
    51.0,
    60.0,
    70.0,
    80.0,
    90.0,
    100.0,
    110.0,
    120.0,
    130.0,
    140.0,
    150.0,
    160.0,
)
"""bow angles that are tried; above 90 the ship is seen from astern"""
NEARNESS = (0.06, 0.2, 0.36)
"""ship's length over distance; the first is nearly a parallel view"""
_CELL_M = 1.0
_SPANS = (0.15, 0.85)
"""lengths that are tried within a form's range, besides its middle"""
_WIDE_RANGE = 0.04
"""a range of lengths narrower than this share is tried at its middle only"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """Outlines of the library's ships, bow to the left; equal first axes."""

    class_id: tuple[str, ...]
    """class of each outline; the form's id where it has no class"""
    form_id: tuple[str, ...]
    length_m: NDArray[np.float64]
    beam_share: NDArray[np.float64]
    """beam over length"""
    angle_deg: NDArray[np.float64]
    nearness: NDArray[np.float64]
    height: NDArray[np.float64]
    """as a share of the visible width, shape (outlines, places)"""


def class_of(form: ShipForm) -> str:
    """What a form is compared as: its class, or itself where the library has no class for it."""
    return form.class_id or form.id


def views(left_out: frozenset[str] = frozenset(), length_m: float | None = None) -> Views:
    """Outlines of all forms at all angles and distances.

    Args:
        left_out: classes that are not compared.
        length_m: of the ship, where it is known; forms that cannot be as long are left out.
    """
    parts: list[Views] = []
    for form in library.forms().values():
        lengths = _lengths(form) if length_m is None else _fitting(form, length_m)
        if class_of(form) not in left_out:
            parts.extend(_views_of(form.id, length, k) for k, length in enumerate(lengths))
    return Views(
        class_id=tuple(name for part in parts for name in part.class_id),
        form_id=tuple(name for part in parts for name in part.form_id),
        length_m=np.concatenate([p.length_m for p in parts] or [np.empty(0)]),
        beam_share=np.concatenate([p.beam_share for p in parts] or [np.empty(0)]),
        angle_deg=np.concatenate([p.angle_deg for p in parts] or [np.empty(0)]),
        nearness=np.concatenate([p.nearness for p in parts] or [np.empty(0)]),
        height=np.concatenate([p.height for p in parts] or [np.empty((0, PLACES))]),
    )


def _lengths(form: ShipForm) -> tuple[float, ...]:
    low, high = form.length_m.low, form.length_m.high
    if high - low < _WIDE_RANGE * high:
        return (form.length_m.mid,)
    return (form.length_m.mid, *(low + share * (high - low) for share in _SPANS))


def _fitting(form: ShipForm, length_m: float) -> tuple[float, ...]:
    slack = 0.03 * length_m
    low, high = form.length_m.low, form.length_m.high
    return (min(max(length_m, low), high),) if low - slack <= length_m <= high + slack else ()


@lru_cache(maxsize=256)
def _views_of(form_id: str, length_m: float, seed: int) -> Views:
    form = library.form(form_id)
    share = (length_m - form.length_m.low) / max(form.length_m.high - form.length_m.low, 1e-9)
    beam_m = form.beam_m.low + min(max(share, 0.0), 1.0) * (form.beam_m.high - form.beam_m.low)
    solid = library.solid_of(form, length_m, beam_m, seed=seed, cell_m=_CELL_M if length_m > 60 else 0.5)
    poses = [(angle, near) for angle in ANGLES_DEG for near in NEARNESS]
    count = len(poses)
    return Views(
        class_id=(class_of(form),) * count,
        form_id=(form.id,) * count,
        length_m=np.full(count, length_m),
        beam_share=np.full(count, beam_m / length_m),
        angle_deg=np.array([angle for angle, _ in poses]),
        nearness=np.array([near for _, near in poses]),
        height=np.stack([side_view(solid, angle, near) for angle, near in poses]),
    )


def side_view(solid: Solid, bow_angle_deg: float, nearness: float) -> NDArray[np.float64]:
    """Outline of a ship seen with its bow to the left, shape (places,), shares of the visible width."""
    return _outline(solid.height_m, solid.spacing_m, math.radians(bow_angle_deg), solid.length_m / nearness, PLACES)


@njit(cache=True)
def _outline(
    height_m: NDArray[np.float32],
    spacing_m: tuple[float, float],
    angle: float,
    distance_m: float,
    places: int,
) -> NDArray[np.float64]:
    """The highest point over each place of the visible hull; what hangs free, as jibs do, is left out."""
    rows, cols = height_m.shape
    sin, cos = math.sin(angle), math.cos(angle)
    half = 0.5 * (abs(sin) * spacing_m[0] + abs(cos) * spacing_m[1])
    left, right = 1e9, -1e9
    for i in range(rows):
        for j in range(cols):
            if height_m[i, j] > 0:
                along, across = (i + 0.5 - rows / 2) * spacing_m[0], (j + 0.5 - cols / 2) * spacing_m[1]
                depth = distance_m + along * cos + across * sin
                x = along * sin - across * cos
                left, right = min(left, (x - half) / depth), max(right, (x + half) / depth)
    scale = places / (right - left)
    top = np.zeros(places)
    for i in range(rows):
        for j in range(cols):
            if height_m[i, j] > 0:
                along, across = (i + 0.5 - rows / 2) * spacing_m[0], (j + 0.5 - cols / 2) * spacing_m[1]
                depth = distance_m + along * cos + across * sin
                x = along * sin - across * cos
                first = max(0, int(((x - half) / depth - left) * scale))
                last = min(places - 1, int(((x + half) / depth - left) * scale - 1e-9))
                for k in range(first, last + 1):
                    top[k] = max(top[k], height_m[i, j] / depth)
    return top / (right - left)


def along_hull(
    place: NDArray[np.float64], angle_deg: float, nearness: float, beam_share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What a place of the visible width (bow to the left) means on the hull's centre line.

    Returns:
        Share of the length from the bow, which leaves 0-1 near the ends of a ship seen slantwise, and the factor that
        turns a height as a share of the visible width into one of the length; shape of `place` each.
    """
    angle, distance = math.radians(angle_deg), 1 / nearness
    sin, cos = math.sin(angle), math.cos(angle)
    wide = 0.5 * beam_share * 0.8 * abs(cos)
    left = (-0.5 * sin - (wide if cos < 0 else 0.35 * wide)) / (distance - 0.5 * cos)
    right = (0.5 * sin + wide) / (distance + 0.5 * cos)
    slope = left + place * (right - left)
    along = slope * distance / (sin - slope * cos)
    depth = distance + along * cos
    return along + 0.5, depth * (right - left)
