"""Everything in an optical image that the network takes for a hull.

The image is cut into tiles; where neither water nor anything on it shows, a tile is skipped. What the network makes of
a tile becomes single hulls with their features; how probable they are, `optical` says.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from roadstead.detection.optical_candidates import Form, features, form_of, weights_of
from roadstead.detection.optical_edges import sharpened
from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.detection.optical_instances import Instance, instances
from roadstead.detection.optical_network import Network, Seen, network
from roadstead.detection.optical_planes import Normaliser, normaliser
from roadstead.detection.optical_shore import shore_plane
from roadstead.detection.optical_wakes import without_wakes
from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.model import Candidate, Pixels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roadstead.model import Scene

_TILE, _MARGIN = 704, 64  # working pixels; a margin holds half the longest ship and what the network sees around it
_THREADS = 2  # tiles at a time
_MANY = 3  # of fewer tiles one is often much larger: they are searched one after the other, each by all threads
_NEAR_WATER = -0.4  # of the shore plane; farther inland nothing is looked for
_ALONGSIDE_NOTE = "touches land or a quay, where hulls are told from sheds, cranes and piers less surely"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A hull of the network in the image's pixels, before it is said how probable it is."""

    rows_px: NDArray[np.int64]
    cols_px: NDArray[np.int64]
    weights: NDArray[np.float32]
    form: Form
    features: list[float]
    water_notes: tuple[str, ...]

    @property
    def row_px(self) -> float:
        """Row of its middle."""
        return float(np.average(self.rows_px, weights=self.weights)) + 0.5

    @property
    def col_px(self) -> float:
        """Column of its middle."""
        return float(np.average(self.cols_px, weights=self.weights)) + 0.5

    def candidate(self, score: float) -> Candidate:
        """It as a candidate of this probability."""
        notes = (*self.water_notes, *((_ALONGSIDE_NOTE,) if self.form.alongside else ()))
        return Candidate(
            rows_px=self.rows_px,
            cols_px=self.cols_px,
            weights=self.weights,
            score=score,
            alongside=self.form.alongside,
            notes=notes,
        )


def findings(scene: Scene, pixels: Pixels, weights: Path | None = None) -> list[Finding]:
    """Everything that the network takes for a hull; arguments and errors as `OpticalDetector.detect`."""
    if not pixels.valid.any():
        return []
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
    pixel_m = frame.pixel_m(width / 2, height / 2)
    native_m = math.sqrt(pixel_m[0] * pixel_m[1])
    water = water_mask(scene, pixels, pixel_m)
    with ThreadPoolExecutor(1) as pool:
        shore_later = pool.submit(shore_plane, water, pixel_m)
        norm = normaliser(scene, pixels, water, native_m)
        shore = shore_later.result()
    grid = WorkGrid(shape=(height, width), step_px=(WORK_M / pixel_m[1], WORK_M / pixel_m[0]))
    tiles = list(_tiles(grid.work_shape))
    search = _Search(
        pixels=pixels,
        norm=norm,
        shore=shore,
        grid=grid,
        net=network(weights),
        native_m=native_m,
        notes=water.notes,
        among=len(tiles) >= _MANY,
    )
    with ThreadPoolExecutor(_THREADS if search.among else 1) as pool:
        return [found for tile in pool.map(search.tile, tiles) for found in tile]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """An image ready to be searched tile by tile; tiles know nothing of each other, so any thread may do any of them.

    The network runs outside Python's lock, and what comes before and after it does so mostly.
    """

    pixels: Pixels
    norm: Normaliser
    shore: NDArray[np.float32]
    """shore plane of the whole image, shape (height, width)"""
    grid: WorkGrid
    net: Network
    native_m: float
    """ground size of the image's own pixel, metres"""
    notes: tuple[str, ...]
    """of the sea mask"""
    among: bool
    """whether several tiles are searched at a time, each then by one thread"""

    def tile(self, ranges: tuple[tuple[int, int], tuple[int, int]]) -> list[Finding]:
        """Hulls whose middle lies in a range of working rows and one of columns, in the order of their first pixel."""
        maps = self._maps(*ranges)
        if maps is None:
            return []
        found = without_wakes(instances(maps.seen, maps.near), maps.bands, maps.near, self.native_m)
        findings = (
            _finding(instance, maps, self.grid, self.notes)
            for instance in found
            if _within(instance, maps.corner, *ranges)
        )
        # In coarse pixels a faint speck of the working grid may leave nothing.
        return [f for f in findings if f.rows_px.size]

    def _maps(self, rows: tuple[int, int], cols: tuple[int, int]) -> _Maps | None:
        """What the network makes of a tile; None where neither water nor anything on it shows."""
        spans = self.grid.window(rows, cols)
        here = _slices(spans)
        wet = _around(self.pixels.valid[here] & (self.shore[here] > _NEAR_WATER), spans, self.grid)
        if wet is None:
            return None
        spans = self.grid.window(*wet)
        # Open water is quiet but for a few ships: the network looks around them only.
        loud = _around(self.norm.loud(self.norm.planes(self.pixels, *spans)), spans, self.grid)
        if loud is None:
            return None
        spans = self.grid.window(*loud)
        here, planes = _slices(spans), self.norm.planes(self.pixels, *spans)
        near = self.grid.to_work(self.shore[here][None], *loud)[0]
        bands = self.grid.to_work(planes, *loud)
        return _Maps(
            seen=self.net.seen(bands, near, self.norm.infrared, self.native_m, among=self.among),
            near=near,
            bands=bands,
            brightness=bands.max(axis=0),
            corner=(loud[0][0], loud[1][0]),
            native=planes[self.norm.present],
            shore=self.shore[here],
            first=(spans[0][0], spans[1][0]),
            native_m=self.native_m,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maps:
    """A tile on the working grid and in the image's own pixels."""

    seen: Seen
    near: NDArray[np.float32]
    """shore plane"""
    bands: NDArray[np.float32]
    brightness: NDArray[np.float32]
    """of the brightest band"""
    corner: tuple[int, int]
    """working row and column of the first pixel"""
    native: NDArray[np.float32]
    """the bands that the image has, above water, in its own pixels"""
    shore: NDArray[np.float32]
    first: tuple[int, int]
    """row and column of the first of these"""
    native_m: float


def _finding(instance: Instance, maps: _Maps, grid: WorkGrid, notes: tuple[str, ...]) -> Finding:
    form = form_of(instance, maps.near, maps.bands, maps.brightness)
    soft, first = weights_of(instance, maps.seen.hull, maps.corner, grid)
    offset = [a - b for a, b in zip(first, maps.first, strict=True)]
    here = np.s_[offset[0] : offset[0] + soft.shape[0], offset[1] : offset[1] + soft.shape[1]]
    plane = sharpened(soft, maps.native[(slice(None), *here)], maps.shore[here], maps.native_m)
    rows, cols = np.nonzero(plane)
    return Finding(
        rows_px=rows + first[0],
        cols_px=cols + first[1],
        weights=plane[rows, cols],
        form=form,
        features=features(instance, form, maps.native_m),
        water_notes=notes,
    )


def _tiles(shape: tuple[int, int]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Ranges of working rows and columns that cover the window once."""
    for top in range(0, shape[0], _TILE):
        for left in range(0, shape[1], _TILE):
            yield (top, min(top + _TILE, shape[0])), (left, min(left + _TILE, shape[1]))


def _slices(spans: tuple[tuple[int, int], tuple[int, int]]) -> tuple[slice, slice]:
    return slice(*spans[0]), slice(*spans[1])


def _around(
    mask: NDArray[np.bool_], spans: tuple[tuple[int, int], tuple[int, int]], grid: WorkGrid
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Working rows and columns around all pixels of a mask, with a margin; None where it has none.

    Args:
        mask: of the window pixels within the spans.
        spans: first and end, rows and columns.
        grid: from window pixels to working pixels.
    """
    if not mask.any():
        return None
    parts = []
    for axis, (span, step, size) in enumerate(zip(spans, grid.step_px, grid.work_shape, strict=True)):
        there = np.flatnonzero(mask.any(axis=1 - axis)) + span[0]
        first, end = int(there[0] / step) - _MARGIN, math.ceil((there[-1] + 1) / step) + _MARGIN
        parts.append((min(max(0, first), size - 1), max(1, min(size, end))))
    return parts[0], parts[1]


def _within(instance: Instance, corner: tuple[int, int], rows: tuple[int, int], cols: tuple[int, int]) -> bool:
    """Whether its middle lies in the tile itself, so that the next tile does not list it again."""
    row, col = (c + m for c, m in zip(corner, instance.centre, strict=True))
    return rows[0] <= row < rows[1] and cols[0] <= col < cols[1]
