"""The edge of the swath: on one side of a slanting line there are no data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.steps import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.simulate.grid import Grid, Tile
    from roadstead.simulate.spec import SceneSpec

_TRACK_DEG = 12.0
"""angle between the ground track of a polar orbiter and north near the equator"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A half-plane of pixels without data: those whose place along the line's normal lies beyond `limit_px`."""

    row: float
    col: float
    limit_px: float


def track_deg(*, ascending: bool) -> float:
    """Direction of flight near the equator, clockwise from north."""
    return 360 - _TRACK_DEG if ascending else 180 + _TRACK_DEG


def edge_of(spec: SceneSpec, grid: Grid) -> Edge:
    """The swath's edge in a scene, at the side that its seed draws."""
    along = math.radians(track_deg(ascending=spec.ascending))
    side = 1.0 if stream(spec.seed, spec.id, "edge").random() < 0.5 else -1.0
    row, col = side * math.sin(along), side * math.cos(along)
    if spec.swath_edge <= 0:
        return Edge(row=row, col=col, limit_px=math.inf)
    rows, cols = np.linspace(0, grid.height, 200), np.linspace(0, grid.width, 200)
    values = row * rows[:, None] + col * cols[None, :]
    return Edge(row=row, col=col, limit_px=float(np.quantile(values, 1 - min(spec.swath_edge, 1.0))))


def seen(edge: Edge, tile: Tile) -> NDArray[np.bool_]:
    """Where a tile holds data."""
    rows = edge.row * (tile.row_off + 0.5 + np.arange(tile.height))
    cols = edge.col * (tile.col_off + 0.5 + np.arange(tile.width))
    return np.asarray(rows[:, None] + cols[None, :] <= edge.limit_px)
