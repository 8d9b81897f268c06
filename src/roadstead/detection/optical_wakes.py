"""Wakes that the network took for a part of a ship, or for one.

A hull ends; a wake fades, and goes on fading beyond the outline. Where the brightness falls evenly from one end to the
other (its logarithm along a line) and does not stop there, only the bright head can be a vessel. If a ship lies before
that head, in line, it is that ship's wake. In pixels coarser than the working grid shade and foam are not told apart,
and nothing is said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from roadstead.detection.optical_grid import WORK_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.optical_boxes import Floats
    from roadstead.detection.optical_instances import Instance

_OPEN = 0.3  # of the shore plane: nearer to land light has other ends
_LEAST_PX = 6  # working pixels of length
_EVENLY = 0.65  # share of the variance of log brightness that a straight line explains
_FALLS = 2.0  # first quarter over last
_GOES_ON = 0.3  # brightness beyond the end over that just before it
_BEYOND_PX = (2.0, 3.0, 4.0)
_HEAD = 0.7  # of the highest brightness: so far reaches the head
_DARK = 0.02


class _Fading(NamedTuple):
    """Brightness along a hull that fades like a wake."""

    along: NDArray[np.float64]
    """place of its pixels from the box's middle towards the bright end, working pixels, shape (n,)"""
    head_px: float
    """where the head ends, on that line; pixels reach half a pixel to either side of their places"""
    way: float
    """1 where the bright end is that to which the box's axis points, else -1"""


def without_wakes(
    found: list[Instance], bands: NDArray[np.float32], shore: NDArray[np.float32], native_m: float
) -> list[Instance]:
    """Hulls without what is only their wake, in the same order.

    Args:
        found: hulls in a map.
        bands: the map's bands above water, shape (5, h, w).
        shore: its shore plane, shape (h, w).
        native_m: ground size of the image's own pixel, metres.
    """
    if native_m > WORK_M:
        return found
    light = bands[:3].mean(axis=0)
    kept = []
    for instance in found:
        open_ = shore[instance.rows, instance.cols].min() > _OPEN
        fading = _fading(instance, light) if open_ else None
        if fading is None:
            kept.append(instance)
        elif not any(_ahead(other, instance, fading) for other in found if other.core > instance.core):
            kept.append(_head(instance, fading))
    return kept


def _fading(instance: Instance, light: NDArray[np.float32]) -> _Fading | None:
    """How a hull's brightness fades; None where it does not, or where it ends."""
    along, aside = _placed(instance, instance.rows, instance.cols)
    middle = np.abs(aside) <= max(1.0, float(instance.box.beam) / 4)
    brightness = light[instance.rows, instance.cols]
    if np.count_nonzero(middle) < _LEAST_PX or np.ptp(along[middle]) == 0 or brightness[middle].std() == 0:
        return None
    way = 1.0 if np.corrcoef(along[middle], brightness[middle])[0, 1] > 0 else -1.0
    along = way * along
    behind = (along.max() - along[middle]).astype(np.int64)
    count = np.bincount(behind)
    places = np.flatnonzero(count)
    profile = np.bincount(behind, brightness[middle])[places] / count[places]
    if profile.size < _LEAST_PX:
        return None
    logs = np.log(np.maximum(profile, _DARK))
    if logs.std() == 0 or float(np.corrcoef(places, logs)[0, 1]) ** 2 < _EVENLY:
        return None
    quarter = profile.size // 4
    if profile[:quarter].mean() < _FALLS * max(float(profile[-quarter:].mean()), _DARK):
        return None
    beyond = np.mean([_at(instance, light, way * (float(along.min()) - off)) for off in _BEYOND_PX])
    if beyond < _GOES_ON * profile[-2:].mean():
        return None
    peak = int(np.argmax(profile))
    faint = np.flatnonzero(profile[peak:] < _HEAD * profile[peak])
    if not faint.size:  # brightest where it should have faded: something else lies at that end
        return None
    return _Fading(along, float(along.max() - places[peak + faint[0]]) + 0.5, way)


def _ahead(other: Instance, instance: Instance, fading: _Fading) -> bool:
    """Whether another hull lies in line before the bright end, no farther off than both are long."""
    along, aside = _placed(instance, np.atleast_1d(other.box.row), np.atleast_1d(other.box.col))
    off = fading.way * float(along[0]) - float(fading.along.max()) - float(other.box.length) / 2
    return abs(float(aside[0])) < float(other.box.beam) and abs(off) < float(instance.box.length + other.box.length)


def _head(instance: Instance, fading: _Fading) -> Instance:
    """The bright end of a hull that fades."""
    mine = fading.along > fading.head_px
    first, last = fading.head_px, float(fading.along.max()) + 0.5
    box, off = instance.box, fading.way * (first + last) / 2
    shorter = box._replace(
        row=box.row + off * np.sin(box.axis),
        col=box.col + off * np.cos(box.axis),
        length=np.asarray(max(last - first, float(box.beam))),
    )
    hull = instance.hull[mine]
    fill = min(1.0, float(hull.sum() / (shorter.length * shorter.beam)))
    return replace(instance, rows=instance.rows[mine], cols=instance.cols[mine], hull=hull, box=shorter, fill=fill)


def _placed(
    instance: Instance, rows: NDArray[np.int64] | Floats, cols: NDArray[np.int64] | Floats
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places along a hull's axis and across it, from its middle, working pixels."""
    box = instance.box
    down, across = rows - float(box.row), cols - float(box.col)
    cos, sin = float(np.cos(box.axis)), float(np.sin(box.axis))
    return across * cos + down * sin, down * cos - across * sin


def _at(instance: Instance, light: NDArray[np.float32], along: float) -> float:
    """Brightness on a hull's axis, the map's rim beyond the map."""
    box = instance.box
    row = int(np.clip(round(float(box.row + along * np.sin(box.axis))), 0, light.shape[0] - 1))
    col = int(np.clip(round(float(box.col + along * np.cos(box.axis))), 0, light.shape[1] - 1))
    return float(light[row, col])
