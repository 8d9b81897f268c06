"""What the network is to say of every working pixel: hull, core, and where nothing is known.

Outlines that came as masks are grown by a pixel or two, so hulls are their inner part, and the rim between teaches
nothing, but where it parts two ships. Cores, the inner half, never touch even where hulls do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy import ndimage
from shapely.geometry import shape

from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.model import InputError
from roadstead.train.examples import SHIP
from roadstead.train.paste import core_of

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from roadstead.geo import GroundFrame

_GROWN_M = 8.0  # by which outlines from masks stand off the hull
_GROWN_SHARE = 0.3  # of the outline's beam; small ships keep a hull
_POINT_M = 150.0  # around a vessel marked by a point: something is there, but not where it ends
_APART_PX = 3  # hulls nearer than twice this are told apart with more weight
_APART_WEIGHT = 2.0
_AROUND_PX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Truth of one image on the working grid."""

    hull: NDArray[np.float32]
    """1 on hulls, shape (height, width)"""
    core: NDArray[np.float32]
    """1 on their inner half, same shape"""
    weight: NDArray[np.float32]
    """0 where nothing is known, same shape"""
    ships: NDArray[np.float32]
    """shape (n, SHIP), see `examples.Example.ships`"""
    ids: NDArray[np.int16]
    """which ship a pixel of a hull belongs to, 1 for the first, shape (height, width)"""


def targets(labels: Path, frame: GroundFrame, grid: WorkGrid) -> Targets:
    """Truth from a GeoJSON file of labels (polygons in WGS84; property `label`: vessel, ignore, undecided).

    Raises:
        InputError: the file cannot be read as labels.
    """
    vessels, unknown = _read(labels, frame, grid)
    size = grid.work_shape
    hull, core, rim = np.zeros(size, bool), np.zeros(size, bool), np.zeros(size, bool)
    near = np.zeros(size, np.uint8)
    ids = np.zeros(size, np.int16)
    ships = []
    for number, (outline, facts) in enumerate(vessels, 1):
        inner = _inner(outline) if "mask_length_m" in facts else outline
        ships.append((*rectangle(inner), float(bool(facts.get("alongside")))))
        mine = _drawn([inner], size)
        mine = mine if mine.any() else _drawn([inner], size, touched=True)
        rows, cols = np.nonzero(mine)
        if not rows.size:
            continue
        box = tuple(slice(max(0, int(p.min()) - _AROUND_PX), int(p.max()) + 1 + _AROUND_PX) for p in (rows, cols))
        core[box] |= core_of(mine[box])
        near[box] += ndimage.binary_dilation(mine[box], iterations=_APART_PX)
        hull |= mine
        ids[mine] = number
        rim |= _drawn([outline], size, touched=True)
    weight = np.where(_drawn(unknown, size, touched=True) | rim, 0, 1).astype(np.float32)
    weight[near > 1] = _APART_WEIGHT
    weight[hull] = 1
    return Targets(
        hull=hull.astype(np.float32),
        core=core.astype(np.float32),
        weight=weight,
        ships=np.array(ships, np.float32).reshape(-1, SHIP),
        ids=ids,
    )


def _read(
    labels: Path, frame: GroundFrame, grid: WorkGrid
) -> tuple[list[tuple[BaseGeometry, dict[str, Any]]], list[BaseGeometry]]:
    """Vessels with their properties, and areas where nothing is known, in working pixels."""

    def working(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        cols, rows = frame.pixel(lon, lat)
        return cols / grid.step_px[1], rows / grid.step_px[0]

    vessels, unknown = [], []
    try:
        for feature in json.loads(labels.read_text("utf-8"))["features"]:
            area = shapely.transform(shape(feature["geometry"]), working, interleaved=False)
            kind = feature["properties"].get("label", "vessel")
            if kind == "vessel" and area.area:
                vessels.append((area, feature["properties"]))
            elif kind in {"vessel", "ignore", "undecided"}:
                unknown.append(area if area.area else area.buffer(_POINT_M / WORK_M))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{labels} cannot be read as labels ({error}); give a GeoJSON FeatureCollection of polygons in WGS84"
        ) from error
    return vessels, unknown


def rectangle(outline: BaseGeometry) -> tuple[float, float, float, float, float]:
    """Middle (row, column), length, beam and axis of the smallest rectangle around an outline."""
    corners = np.array(outline.minimum_rotated_rectangle.exterior.coords)
    sides = np.diff(corners[:3], axis=0)
    lengths = np.hypot(*sides.T)
    along = sides[int(np.argmax(lengths))]
    col, row = corners[:4].mean(axis=0)
    axis = float(np.arctan2(along[1], along[0]) % np.pi)
    return float(row), float(col), float(lengths.max()), float(lengths.min()), axis


def _inner(outline: BaseGeometry) -> BaseGeometry:
    """An outline without what it is grown by; itself where nothing would be left."""
    sides = np.diff(np.array(outline.minimum_rotated_rectangle.exterior.coords), axis=0)
    beam = float(np.hypot(*sides.T).min())
    shrunk = outline.buffer(-min(_GROWN_M / WORK_M, _GROWN_SHARE * beam))
    return outline if shrunk.is_empty else shrunk


def _drawn(shapes: list[BaseGeometry], size: tuple[int, int], *, touched: bool = False) -> NDArray[np.bool_]:
    if not shapes:
        return np.zeros(size, bool)
    return np.asarray(rasterize(shapes, size, all_touched=touched) > 0, bool)
