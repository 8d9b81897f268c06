"""Vessels in optical images of 0.5-10 m pixels: a small network on a common grid, near water only.

The image is cut into tiles; where neither water nor anything on it shows, a tile is skipped. What the network makes of
a tile becomes single hulls, each with a probability calibrated on ports that its training had not seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from roadstead.detection.optical_candidates import Form, features, form_of, objection, probability, weights_of
from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.detection.optical_instances import Instance, instances
from roadstead.detection.optical_network import network
from roadstead.detection.optical_planes import normaliser
from roadstead.detection.optical_shore import shore_plane
from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.model import Candidate, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.model import Pixels, Scene

_TILE, _MARGIN = 448, 64  # working pixels; a margin holds half the longest ship and what the network sees around it
_NEAR_WATER = -0.4  # of the shore plane; farther inland nothing is looked for
_NAMED = 0.1  # least probability of what is listed as rejected
_ALONGSIDE_NOTE = "touches land or a quay, where hulls are told from sheds, cranes and piers less surely"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDetector:
    """Finds vessels in one optical window (model.Detector)."""

    name: ClassVar[str] = "optical-network"
    version: ClassVar[int] = 4
    limits: ClassVar[str] = (
        "Optical images: hulls alongside quays are found less often than at anchor, and small craft below 30 m mostly "
        "not at 10 m pixels, so an empty berth on this list is no proof: look. Hulls darker than the water around them "
        "are often missed."
    )
    weights: Path | None = None
    """weights to use; the shipped ones but where training is judged"""
    threshold: float | None = None
    """least probability of a candidate; that kept with the weights if None"""

    def detect(self, scene: Scene, pixels: Pixels) -> tuple[list[Candidate], list[Rejected]]:
        """Find vessels.

        Args:
            scene: names the bands; at least one of blue, green, red, nir or pan is needed.
            pixels: the window, shape (bands, height, width).

        Returns:
            Candidates and rejected groups, each sorted by row, then column.

        Raises:
            RasterError: the scene has no band that shows hulls, or no georeference and no pixel size.
            InputError: the weights cannot be read.
        """
        judgement = network(self.weights).judgement
        threshold = judgement.threshold if self.threshold is None else self.threshold
        candidates, rejected = [], []
        for found in findings(scene, pixels, self.weights):
            score = probability(found.features, judgement.coefficients)
            why = objection(found.form) or (
                f"probability {score:.2f} below {threshold:.2f}" if score < threshold else ""
            )
            if not why:
                candidates.append(found.candidate(score))
            elif score >= _NAMED:
                rejected.append(Rejected(row_px=found.row_px, col_px=found.col_px, reason=why))
        return sorted(candidates, key=_place), sorted(rejected, key=lambda r: (r.row_px, r.col_px))


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
    """Everything that the network takes for a hull; arguments and errors as `NetworkDetector.detect`."""
    if not pixels.valid.any():
        return []
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
    pixel_m = frame.pixel_m(width / 2, height / 2)
    native_m = math.sqrt(pixel_m[0] * pixel_m[1])
    water = water_mask(scene, pixels, pixel_m)
    norm = normaliser(scene, pixels, water, native_m)
    shore = shore_plane(water, pixel_m)
    grid = WorkGrid(shape=(height, width), step_px=(WORK_M / pixel_m[1], WORK_M / pixel_m[0]))
    found = []
    for rows, cols in _tiles(grid.work_shape):
        seen = _seen(rows, cols, grid.work_shape)
        spans = grid.window(*seen)
        here = np.s_[spans[0][0] : spans[0][1], spans[1][0] : spans[1][1]]
        if not (pixels.valid[here] & (shore[here] > _NEAR_WATER)).any():
            continue
        planes = norm.planes(pixels, *spans)
        if norm.quiet(planes):
            continue
        near = grid.to_work(shore[here][None], *seen)[0]
        bands = grid.to_work(planes, *seen)
        seen_here = network(weights).seen(bands, near, norm.infrared, native_m)
        corner = (seen[0][0], seen[1][0])
        found += [
            _finding(instance, (seen_here.hull, near, bands), corner, grid, water.notes)
            for instance in instances(seen_here, near)
            if _within(instance, corner, rows, cols)
        ]
    return found


def _finding(
    instance: Instance,
    maps: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    corner: tuple[int, int],
    grid: WorkGrid,
    notes: tuple[str, ...],
) -> Finding:
    hull, near, bands = maps
    form = form_of(instance, near, bands)
    rows, cols, weights = weights_of(instance, hull, corner, grid)
    return Finding(
        rows_px=rows, cols_px=cols, weights=weights, form=form, features=features(instance, form), water_notes=notes
    )


def _tiles(shape: tuple[int, int]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Ranges of working rows and columns that cover the window once."""
    for top in range(0, shape[0], _TILE):
        for left in range(0, shape[1], _TILE):
            yield (top, min(top + _TILE, shape[0])), (left, min(left + _TILE, shape[1]))


def _seen(
    rows: tuple[int, int], cols: tuple[int, int], shape: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """A tile with its margin."""
    wide = [(max(0, a - _MARGIN), min(n, b + _MARGIN)) for (a, b), n in zip((rows, cols), shape, strict=True)]
    return wide[0], wide[1]


def _within(instance: Instance, corner: tuple[int, int], rows: tuple[int, int], cols: tuple[int, int]) -> bool:
    """Whether its middle lies in the tile itself, so that the next tile does not list it again."""
    row, col = (c + m for c, m in zip(corner, instance.centre, strict=True))
    return rows[0] <= row < rows[1] and cols[0] <= col < cols[1]


def _place(candidate: Candidate) -> tuple[float, float]:
    return float(candidate.rows_px.mean()), float(candidate.cols_px.mean())
