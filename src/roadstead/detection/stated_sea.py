"""Land and sea as somebody states them, on the pixels of an image, and how well the pixels agree.

How they combine. By a coastline land is what the coastline calls land more than two pixels inland, and also what the
pixels show as land: quays are younger than coastlines, and tides and old surveys move a shore, so along the shore the
pixels decide; in radar images, whose land is told in blocks of 150 m, the coastline decides within two blocks of it.
By a sea polygon or a site's area, sea is what lies inside, whatever the pixels show, and nothing outside is searched.
Where one calls land what the other calls water, the share is measured and told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from scipy import fft, ndimage
from shapely.geometry import Point

from roadstead.model import Rejected, SeaKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.geo import GroundFrame
    from roadstead.model import Candidate, StatedSea

SHORE_PX = 2.0
"""so near to a stated shore the pixels decide"""
DISPLACED_PX = 3.0
"""a coastline that fits better so far away is displaced"""
_DISPLACED_M = 2000.0  # farther displacements are no displacement but another place
_LEAST_GAIN, _LEAST_FIT = 0.02, 0.7  # of the agreement by moving, and the agreement then; else it is another coast
_LEAST_AGREEMENT, _LEAST_KM2 = 0.8, 0.1  # what is worse, or larger than a ship's berth, is told
_LEAST_LAND = 0.002  # of the image; less is rocks and ships, with which nothing can be compared
_SIDE = 1024
_SUB = 4
_EDGE_DEG = 0.005
LAND_BLOCK, SHORE_BLOCK = 0.75, 0.05
"""share of stated land in a radar block that makes it land, and that puts it beside land"""


def stated_land(sea: StatedSea, frame: GroundFrame, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Where it says that no sea is, shape (height, width).

    Args:
        sea: what is stated.
        frame: of the image, with georeference.
        shape: (height, width), pixels.
    """
    inside = _raster(_in_pixels(sea.area, frame), shape)
    return inside if sea.kind is SeaKind.COASTLINE else ~inside


def stated_share(sea: StatedSea, frame: GroundFrame, shape: tuple[int, int], block_px: int) -> NDArray[np.float32]:
    """Share of stated land in blocks of pixels, shape (block rows, block columns)."""
    rows, cols = (-(-n // block_px) for n in shape)
    fine = shapely.transform(_in_pixels(sea.area, frame), lambda c: c * _SUB / block_px)
    inside = _raster(fine, (rows * _SUB, cols * _SUB))
    share = inside.reshape(rows, _SUB, cols, _SUB).mean(axis=(1, 3), dtype=np.float32)
    return np.asarray(share if sea.kind is SeaKind.COASTLINE else 1 - share, np.float32)


def inland(land: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Stated land farther from its shore than `SHORE_PX`; beyond the edge of the image it goes on."""
    if land.all() or not land.any():
        return land
    return np.asarray(land & (ndimage.distance_transform_edt(land) > SHORE_PX), bool)


def _in_pixels(area: BaseGeometry, frame: GroundFrame) -> BaseGeometry:
    """A WGS84 area in columns and rows; edges are cut up, for they are bent there."""

    def pixels(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(frame.pixel(lonlat[:, 0], lonlat[:, 1]))

    return shapely.transform(shapely.segmentize(area, _EDGE_DEG), pixels)


def _raster(area: BaseGeometry, shape: tuple[int, int]) -> NDArray[np.bool_]:
    if area.is_empty:
        return np.zeros(shape, bool)
    return np.asarray(rasterize([area], shape, transform=Affine.identity(), dtype=np.uint8), bool)


def off_land(
    sea: StatedSea | None, frame: GroundFrame, candidates: Sequence[Candidate]
) -> tuple[list[Candidate], list[Rejected]]:
    """Candidates without those whose middle lies on stated land, off the shore's own uncertainty; and those.

    Args:
        sea: what is stated; None keeps all.
        frame: of the window that holds the candidates.
        candidates: of a detector, in its order.
    """
    if sea is None or not frame.georeferenced or not candidates:
        return list(candidates), []
    area = _in_pixels(sea.area, frame)
    shore = area.boundary
    shapely.prepare(area)
    kept, rejected = [], []
    for c in candidates:
        weights = c.weights if c.weights.any() else np.ones_like(c.weights)
        row, col = (float(np.average(axis, weights=weights)) + 0.5 for axis in (c.rows_px, c.cols_px))
        middle = Point(col, row)
        on_land = bool(area.contains(middle)) == (sea.kind is SeaKind.COASTLINE)
        if on_land and (shore.is_empty or shore.distance(middle) > SHORE_PX):
            where = "on land" if sea.kind is SeaKind.COASTLINE else "outside the sea"
            rejected.append(Rejected(row_px=row, col_px=col, reason=f"{where} by the {sea.words}"))
        else:
            kept.append(c)
    return kept, rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well stated land lies on the land that the pixels show."""

    share: float
    """of the land in either, that is land in both, 0-1"""
    stated_only_km2: float
    """land as stated, water in the pixels that is joined to the stated sea; without slivers along the shore"""
    pixels_only_km2: float
    """land in the pixels, sea as stated; without slivers along the shore"""
    moved_share: float
    """the same share once the stated land is moved to where it fits best"""
    moved_px: tuple[float, float]
    """that way, right and down, pixels"""
    moved_m: float
    cell_px: int
    """pixels along the side of a cell in which it was measured"""


def agreement(
    stated: NDArray[np.bool_],
    shown: NDArray[np.bool_],
    valid: NDArray[np.bool_],
    pixel_m: tuple[float, float],
    block_px: int = 1,
) -> Agreement | None:
    """Compare stated land with the pixels' own; None where either has too little land or sea to compare.

    The best place is that of the greatest correlation of the two masks within 2 km, by Fourier transforms of cells.

    Args:
        stated: land as stated, shape (height, width).
        shown: land as the pixels show it, same shape.
        valid: where there are pixels, same shape.
        pixel_m: ground size of a pixel along its row and along its column, metres.
        block_px: pixels along the side of a pixel of these masks.
    """
    cell = max(1, math.ceil(max(valid.shape) / _SIDE))
    known = valid[::cell, ::cell]
    a, b = stated[::cell, ::cell] & known, shown[::cell, ::cell] & known
    if not known.any() or not all(_LEAST_LAND < x[known].mean() < 1 - _LEAST_LAND for x in (a, b)):
        return None
    cell_m = (pixel_m[0] * cell, pixel_m[1] * cell)
    down, right = _best_shift(a, b, known, cell_m)
    moved = np.roll(a, (down, right), (0, 1))
    free = known.copy()
    for axis, by in enumerate((down, right)):
        rim: list[slice] = [slice(None), slice(None)]
        rim[axis] = slice(0, by) if by > 0 else slice(known.shape[axis] + by, None) if by < 0 else slice(0, 0)
        free[tuple(rim)] = False
    cell_km2 = cell_m[0] * cell_m[1] / 1e6
    sliver = np.ones((2 * math.ceil(DISPLACED_PX / (cell * block_px)) + 1,) * 2, bool)
    stated_only, pixels_only = (ndimage.binary_opening(x, sliver) for x in (a & _joined(known & ~b, ~a), b & ~a))
    return Agreement(
        share=_overlap(a, b),
        stated_only_km2=int(np.count_nonzero(stated_only)) * cell_km2,
        pixels_only_km2=int(np.count_nonzero(pixels_only)) * cell_km2,
        moved_share=_overlap(moved & free, b & free),
        moved_px=(float(right * cell), float(down * cell)),
        moved_m=math.hypot(right * cell_m[0], down * cell_m[1]),
        cell_px=cell,
    )


def _joined(water: NDArray[np.bool_], sea: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Water that hangs together with some in the sea, so no lake."""
    labels, count = ndimage.label(water)
    at_sea = np.zeros(count + 1, bool)
    at_sea[labels[sea]] = True
    at_sea[0] = False
    return np.asarray(at_sea[labels])


def _overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    either = int(np.count_nonzero(a | b))
    return int(np.count_nonzero(a & b)) / max(1, either)


def _best_shift(
    a: NDArray[np.bool_], b: NDArray[np.bool_], known: NDArray[np.bool_], cell_m: tuple[float, float]
) -> tuple[int, int]:
    """Cells down and right by which `a` fits `b` best; of equal fits the nearest."""
    reach = [min(int(_DISPLACED_M / m), n // 4) for m, n in zip((cell_m[1], cell_m[0]), a.shape, strict=True)]
    size = [fft.next_fast_len(n + r, real=True) for n, r in zip(a.shape, reach, strict=True)]

    def spectrum(plane: NDArray[np.bool_] | NDArray[np.float32]) -> NDArray[np.complex64]:
        return np.asarray(fft.rfft2(plane.astype(np.float32), size))

    signed = [np.where(known, np.where(x, np.float32(1), np.float32(-1)), np.float32(0)) for x in (a, b)]
    fits = fft.irfft2(np.conj(spectrum(signed[0])) * spectrum(signed[1]), size)
    seen = fft.irfft2(np.abs(spectrum(known)) ** 2, size)
    share = fits / np.maximum(seen, 1)
    downs, rights = (np.arange(-r, r + 1) for r in reach)
    within = share[np.ix_(downs, rights)]
    far = np.hypot(downs[:, None] * cell_m[1], rights[None, :] * cell_m[0])
    best = np.where(within >= within.max() - 1e-4, far, np.inf)
    i, j = np.unravel_index(int(np.argmin(best)), best.shape)
    return int(downs[i]), int(rights[j])


def stated_note(words: str) -> str:
    """What a candidate is given along where land and sea are stated so."""
    return f"land and sea by the {words}"


def doubts(sea: StatedSea, found: Agreement | None, block_px: int = 1) -> tuple[str, ...]:
    """What is to be said of a stated sea beside the image, one sentence each.

    Args:
        sea: what is stated.
        found: what came of the comparison.
        block_px: pixels along the side of what was compared.
    """
    said = list(sea.notes)
    if sea.kind is not SeaKind.COASTLINE:
        # What lies outside was left out on purpose; land inside was hardly meant.
        if found is not None and found.pixels_only_km2 > _LEAST_KM2:
            said.append(
                f"{found.pixels_only_km2:.1f} km2 of the {sea.words} look like land to the pixels: check that it lies "
                "where it should, and what was found there"
            )
        return tuple(said)
    if found is None:
        return (*said, f"the {sea.words} could not be compared with the pixels: they show no clear land and sea of it")
    far, (right, down) = math.hypot(*found.moved_px), (block_px * v for v in found.moved_px)
    better = found.moved_share > max(_LEAST_FIT, found.share + _LEAST_GAIN)
    if better and far > max(DISPLACED_PX / block_px, found.cell_px):
        said.append(
            f"the {sea.words} seems displaced: {100 * found.share:.0f} % of the land agrees with the pixels' own, "
            f"{100 * found.moved_share:.0f} % would {found.moved_m:.0f} m away ({right:+.0f} pixels right, "
            f"{down:+.0f} down); ships near the shore may be lost"
        )
    elif max(found.stated_only_km2, found.pixels_only_km2) > _LEAST_KM2 or found.share < _LEAST_AGREEMENT:
        said.append(
            f"the {sea.words} and the pixels agree on {100 * found.share:.0f} % of the land: "
            f"{found.stated_only_km2:.1f} km2 of its land look like water joined to the sea and were not searched, "
            f"{found.pixels_only_km2:.1f} km2 of its sea look like land and were not either"
        )
    return tuple(said)
