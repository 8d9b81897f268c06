"""Everything in an optical image that the network takes for a hull.

The image is cut into cells around what shows on water and near it (`optical_cells`); the rest is passed by. What the
network makes of a cell becomes single hulls with their features; how probable they are, `optical` says.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from roadstead.detection.optical_candidates import Form, features, form_of, weights_of
from roadstead.detection.optical_cells import BLOCK_PX, Cell, Span, cells, in_blocks
from roadstead.detection.optical_edges import sharpened
from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.detection.optical_instances import Instance, instances
from roadstead.detection.optical_network import Network, Seen, looks, network
from roadstead.detection.optical_planes import Normaliser, normaliser
from roadstead.detection.optical_shore import shore_plane
from roadstead.detection.optical_wakes import without_wakes
from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.model import Candidate, Pixels

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.model import Scene

_STRIP = 44  # blocks along a side of what is looked over at a time
_MARGIN_PX = 64  # around what shows, for each look that is twice as coarse
_BORDER_PX, _SAME_PX = 3.0, 6.0  # two cells see a hull's middle so far apart at most; nearer to each other it is one
_THREADS = 2  # cells at a time
_MANY = 3  # of fewer cells one is often much larger: they are searched one after the other, each by all threads
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


_Placed = tuple[tuple[float, float], Finding]
"""with its middle, working row and column"""


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
    view = _View(pixels=pixels, norm=norm, shore=shore, grid=grid)
    found = cells(view.there(), grid.work_shape, _MARGIN_PX * looks(native_m))
    search = _Search(view=view, net=network(weights), native_m=native_m, notes=water.notes, among=len(found) >= _MANY)
    with ThreadPoolExecutor(_THREADS if search.among else 1) as pool:
        later = {cell: pool.submit(search.cell, cell) for cell in sorted(found, key=lambda c: c.pixels, reverse=True)}
        return _once([later[cell].result() for cell in found])


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """An image with what is known of its water."""

    pixels: Pixels
    norm: Normaliser
    shore: NDArray[np.float32]
    """shore plane of the whole image, shape (height, width)"""
    grid: WorkGrid

    def there(self) -> NDArray[np.bool_]:
        """Blocks with anything brighter than water on it or near it; open water is quiet but for a few ships."""
        height, width = (math.ceil(n / BLOCK_PX) for n in self.grid.work_shape)
        there = np.zeros((height, width), bool)
        corners = [(row, col) for row in range(0, height, _STRIP) for col in range(0, width, _STRIP)]
        with ThreadPoolExecutor(_THREADS) as pool:
            for blocks in pool.map(self._loud, corners):
                there[blocks] = True
        return there

    def _loud(self, corner: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of the blocks of a strip with something."""
        rows, cols = (
            (c * BLOCK_PX, min(size, (c + _STRIP) * BLOCK_PX))
            for c, size in zip(corner, self.grid.work_shape, strict=True)
        )
        spans = self.grid.window(rows, cols)
        spans = _inner(self._near(spans), spans)
        near = self._near(spans)
        loud = near & self.norm.loud(self.norm.planes(self.pixels, *spans)) if near.any() else near
        return in_blocks(loud, spans, self.grid)

    def _near(self, spans: tuple[Span, Span]) -> NDArray[np.bool_]:
        """Where something may lie afloat."""
        return self.pixels.valid[_slices(spans)] & (self.shore[_slices(spans)] > _NEAR_WATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """An image ready to be searched cell by cell; cells know nothing of each other, so any thread may do any of them.

    The network runs outside Python's lock, and what comes before and after it does so mostly.
    """

    view: _View
    net: Network
    native_m: float
    """ground size of the image's own pixel, metres"""
    notes: tuple[str, ...]
    """of the sea mask"""
    among: bool
    """whether several cells are searched at a time, each then by one thread"""

    def cell(self, cell: Cell) -> list[_Placed]:
        """Hulls whose middle lies in a cell, or just beyond, in the order of their first pixel."""
        maps = self._maps(cell)
        found = without_wakes(instances(maps.seen, maps.near), maps.bands, maps.near, self.native_m)
        placed = [((maps.corner[0] + i.centre[0], maps.corner[1] + i.centre[1]), i) for i in found]
        findings = [
            (at, _finding(instance, maps, self.view.grid, self.notes)) for at, instance in placed if _within(at, cell)
        ]
        # In coarse pixels a faint speck of the working grid may leave nothing.
        return [(at, f) for at, f in findings if f.rows_px.size]

    def _maps(self, cell: Cell) -> _Maps:
        """What the network makes of a cell's window."""
        view = self.view
        spans = view.grid.window(*cell.window)
        here, planes = _slices(spans), view.norm.planes(view.pixels, *spans)
        near = view.grid.to_work(view.shore[here][None], *cell.window)[0]
        bands = view.grid.to_work(planes, *cell.window)
        return _Maps(
            seen=self.net.seen(bands, near, view.norm.infrared, self.native_m, among=self.among),
            near=near,
            bands=bands,
            brightness=bands.max(axis=0),
            corner=(cell.window[0][0], cell.window[1][0]),
            native=planes[view.norm.present],
            shore=view.shore[here],
            first=(spans[0][0], spans[1][0]),
            native_m=self.native_m,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maps:
    """A cell's window on the working grid and in the image's own pixels."""

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


def _slices(spans: tuple[Span, Span]) -> tuple[slice, slice]:
    return slice(*spans[0]), slice(*spans[1])


def _inner(mask: NDArray[np.bool_], spans: tuple[Span, Span]) -> tuple[Span, Span]:
    """The part of spans that holds all of a mask of them; nothing where it is empty."""
    there = [np.flatnonzero(mask.any(axis=1 - axis)) for axis in (0, 1)]
    rows, cols = (
        (first + int(t[0]), first + int(t[-1]) + 1) if t.size else (first, first)
        for (first, _), t in zip(spans, there, strict=True)
    )
    return rows, cols


def _within(at: tuple[float, float], cell: Cell) -> bool:
    """Whether a middle lies in a cell, or so near to it that another cell may see it there."""
    spans = zip(at, (cell.rows, cell.cols), strict=True)
    return all(first - _BORDER_PX <= place < end + _BORDER_PX for place, (first, end) in spans)


def _once(by_cell: list[list[_Placed]]) -> list[Finding]:
    """Hulls of all cells; what two cells saw at their border counts as the first one saw it."""
    told = [(k, at, finding) for k, cell in enumerate(by_cell) for at, finding in cell]
    again: set[int] = set()
    pairs = KDTree([at for _, at, _ in told]).query_pairs(_SAME_PX) if told else set()
    for first, second in sorted(pairs):
        if first not in again and told[first][0] != told[second][0]:
            again.add(second)
    return [finding for n, (_, _, finding) in enumerate(told) if n not in again]
