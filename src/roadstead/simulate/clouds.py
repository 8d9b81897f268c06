"""Cloud, its shadow and haze: fields on coarse nodes over a whole scene, read between the nodes.

Thick cloud covers exactly the share that the weather states (to one node). Shadows lie where the sun puts them for a
cloud of one height.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roadstead.simulate.noise import fractal, key_of

if TYPE_CHECKING:
    from roadstead.simulate.grid import Grid
    from roadstead.simulate.spec import SceneSpec

CLEAR = "clear"
"""sky over a place where nothing stands between it and the sensor"""
NODE_M, _NODE_PX = 20.0, 3.0
"""distance between nodes, at least so many metres and so many pixels"""
HEIGHT_M = 900.0
"""of cloud tops"""
_LONGEST_M = 1800.0
_EDGE = 0.28
"""rise of the cloud field from clear to thick"""
_THIN_MOST = 0.30
THICK, THIN, SHADOW = 0.45, 0.08, 0.35
"""least opacity that a mask calls cloud, thin cloud and shadow"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """Opacity on nodes; node (0, 0) lies at the scene's upper left corner."""

    fields: NDArray[np.float32]
    """shape (3, rows, columns): thick cloud, thin cloud, shadow; 0 clear to 1"""
    node_px: float
    """pixels between nodes"""

    @property
    def clear(self) -> bool:
        """Whether nothing stands in the sky."""
        return not self.fields.any()

    def over(self, row_px: float, col_px: float) -> str:
        """What stands between a place and the sensor: `cloud`, `thin cloud` or `CLEAR`."""
        place = (round(row_px - 0.5), round(col_px - 0.5))
        thick, thin, _ = sky_values(self.fields, self.node_px, place, (1, 1))[:, 0, 0]
        return "cloud" if thick > THICK else "thin cloud" if thin > THIN else CLEAR


def sky_of(spec: SceneSpec, grid: Grid, sun: tuple[float, float]) -> Sky:
    """Cloud of a scene; `sun` is its elevation and grid azimuth, degrees."""
    node_m = max(NODE_M, _NODE_PX * grid.pixel_m)
    rows = math.ceil(grid.height * grid.pixel_m / node_m) + 2
    cols = math.ceil(grid.width * grid.pixel_m / node_m) + 2
    fields = np.zeros((3, rows, cols), np.float32)
    reach_m = HEIGHT_M / math.tan(math.radians(max(sun[0], 5.0)))
    right_m, down_m = reach_m * math.sin(math.radians(sun[1])), -reach_m * math.cos(math.radians(sun[1]))
    x, y = node_m * np.arange(cols, dtype=np.float64), node_m * np.arange(rows, dtype=np.float64)
    key = key_of(spec.seed, spec.id, "cloud")
    if spec.weather.cloud_fraction > 0:
        base = _field(key, x, y)
        limit = float(np.quantile(base, 1 - min(spec.weather.cloud_fraction, 1.0)))
        fields[0] = _opacity(base, limit)
        # The shadow of a place is cast by the cloud that stands from there towards the sun.
        fields[2] = _opacity(_field(key, x + right_m, y + down_m), limit)
    if spec.weather.thin_cloud_fraction > 0:
        veil = _field(key + 50, x, y)
        limit = float(np.quantile(veil, 1 - min(spec.weather.thin_cloud_fraction, 1.0)))
        fields[1] = _THIN_MOST * np.clip((veil - limit) / 0.5 + 0.3, 0, 1) * (veil > limit - 0.15)
    return Sky(fields=fields, node_px=node_m / grid.pixel_m)


def _field(key: int, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(fractal(key, x, y, (_LONGEST_M, 6, 0.55)))


def _opacity(field: NDArray[np.float32], limit: float) -> NDArray[np.float32]:
    """Nothing well below the limit, THICK at the limit, 1 well above it."""
    return np.asarray(np.clip(THICK + (field - limit) / _EDGE * (1 - THICK), 0, 1), np.float32)


@njit(cache=True, nogil=True)
def sky_values(
    fields: NDArray[np.float32], node_px: float, place: tuple[int, int], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """The fields at the pixels of a tile whose first pixel is `place`, shape (fields, height, width)."""
    height, width = shape
    out = np.empty((fields.shape[0], height, width), np.float32)
    for n in range(fields.shape[0]):
        for r in range(height):
            y = min(max((place[0] + r + 0.5) / node_px, 0.0), fields.shape[1] - 1.001)
            i = int(y)
            p = np.float32(y - i)
            for c in range(width):
                x = min(max((place[1] + c + 0.5) / node_px, 0.0), fields.shape[2] - 1.001)
                j = int(x)
                q = np.float32(x - j)
                low = fields[n, i, j] * (1 - q) + fields[n, i, j + 1] * q
                out[n, r, c] = low * (1 - p) + (fields[n, i + 1, j] * (1 - q) + fields[n, i + 1, j + 1] * q) * p
    return out
