"""What came and what went between two co-registered images: water at one date, a hull at the other.

A ship alongside is hard to tell from its quay in one image; where the quay is empty at another date it stands out. A
change is taken for a ship's only where one of the dates shows the water's surface itself, so that goods, cranes and
shadows on land play no part. How much two pixels must differ grows with the noise of water (median absolute deviation
of the differences there) and, at edges, with what is not known of the shift between the images.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.model import RasterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.detection.water import WaterMask
    from roadstead.model import BandRole, Pixels, Scene

LENGTH_M = (25.0, 450.0)
BEAM_M = (6.0, 90.0)
_DIFFERS = 5.0  # in sigmas of the difference over water
_SUBPIXEL_PX = 0.3  # sampling of an edge differs between images even without any shift
_LEAST_FILL = 0.35  # of the box around it: a ship fills most, a seam of the shore little
_LEAST_WATER = 0.2  # share of a berth that must be water at one of the dates
_TAKEN = 0.4  # share of that water that must have changed: a ship is rarely as broad as the berth is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A region of ship size that is water at one date and something else at the other."""

    rows_px: NDArray[np.int64]
    """in the first window, shape (n,)"""
    cols_px: NDArray[np.int64]
    came: bool
    """True: there at the second date only; False: there at the first only"""
    length_m: float
    beam_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMap:
    """Pixels that changed between water and something else."""

    came: NDArray[np.bool_]
    """shape (height, width); water at the first date, not at the second"""
    went: NDArray[np.bool_]
    """shape (height, width); water at the second date, not at the first"""
    water: NDArray[np.bool_]
    """shape (height, width); True where at least one date shows the water's surface"""
    compared: NDArray[np.bool_]
    """shape (height, width); True where both images are valid"""
    pixel_m: tuple[float, float]


def change_map(scenes: tuple[Scene, Scene], images: tuple[Pixels, Pixels], sigma_px: float) -> ChangeMap:
    """Compare two images on one grid.

    Args:
        scenes: they name the bands; those that both have are compared.
        images: on one grid, the second one resampled (`imagery.on_grid_of`).
        sigma_px: of the shift between them (`imagery.coregister`).

    Raises:
        RasterError: the grids differ, no band is in both images, or they share no valid pixel.
    """
    first, second = images
    if first.valid.shape != second.valid.shape:
        raise RasterError("the two images lie on different grids; resample one to the other first")
    both = first.valid & second.valid
    bands = [r for r in scenes[0].bands if r in scenes[1].bands]
    if not bands or not both.any():
        raise RasterError("the two images share no band or no valid pixel, so nothing can be compared")
    pixel_m = _pixel_m(scenes[0], first)
    a, b = (_of_bands(s, p, bands) for s, p in zip(scenes, images, strict=True))
    surfaces = [_surface(water_mask(s, p, pixel_m), x) & both for s, p, x in zip(scenes, images, (a, b), strict=True)]
    differs = _difference(a, b, both, surfaces[0] & surfaces[1], math.hypot(sigma_px, _SUBPIXEL_PX)) > _DIFFERS
    return ChangeMap(
        came=both & differs & surfaces[0] & ~surfaces[1],
        went=both & differs & surfaces[1] & ~surfaces[0],
        water=surfaces[0] | surfaces[1],
        compared=both,
        pixel_m=pixel_m,
    )


def changes(found: ChangeMap) -> tuple[Change, ...]:
    """Changes of ship size, sorted by their first row, then column."""
    listed = [*_regions(found.came, found.pixel_m, came=True), *_regions(found.went, found.pixel_m, came=False)]
    return tuple(sorted(listed, key=lambda c: (int(c.rows_px[0]), int(c.cols_px[0]), c.came)))


def berth_change(found: ChangeMap, berth: NDArray[np.bool_]) -> str:
    """What happened at a berth: `came`, `went`, `same`, or `unknown` where it is not in both images.

    Args:
        found: the comparison.
        berth: the water of the berth, shape (height, width); True is inside.
    """
    if not berth.any() or found.compared[berth].mean() < 0.5:
        return "unknown"
    # What is water at neither date (quay, piers, a ship that stayed) can show no change.
    open_to_it = berth & found.water
    if open_to_it.sum() < _LEAST_WATER * berth.sum():
        return "same"
    came, went = float(found.came[open_to_it].mean()), float(found.went[open_to_it].mean())
    if max(came, went) < _TAKEN:
        return "same"
    return "came" if came > went else "went"


def _surface(mask: WaterMask, values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the water itself shows; a mask that knows of no land takes ships for water too."""
    if mask.confidence > 0 or not mask.surface.any():
        return mask.surface
    out = mask.surface.copy()
    for plane in values:
        middle = float(np.median(plane[mask.surface]))
        noise = 1.4826 * float(np.median(np.abs(plane[mask.surface] - middle))) + 1e-3
        out &= np.abs(plane - middle) < _DIFFERS * noise
    return out


def _pixel_m(scene: Scene, pixels: Pixels) -> tuple[float, float]:
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width), scene.gsd_m)
    return frame.pixel_m(width / 2, height / 2)


def _of_bands(scene: Scene, pixels: Pixels, bands: Sequence[BandRole]) -> NDArray[np.float32]:
    return pixels.values[[scene.bands.index(r) for r in bands]]


def _difference(
    a: NDArray[np.float32],
    b: NDArray[np.float32],
    both: NDArray[np.bool_],
    water: NDArray[np.bool_],
    shift_px: float,
) -> NDArray[np.float32]:
    """How far the dates differ, in sigmas; the greatest of the bands, shape (height, width)."""
    calm = water if water.sum() > 100 else both
    out = np.zeros(both.shape, np.float32)
    for one, other in zip(a, b, strict=True):
        d = one - other
        d -= np.float32(np.median(d[calm]))
        noise = 1.4826 * float(np.median(np.abs(d[calm]))) + 1e-3
        slope = np.minimum(*(ndimage.gaussian_gradient_magnitude(x, 1.0) for x in (one, other)))
        out = np.maximum(out, np.abs(d) / np.hypot(noise, shift_px * slope))
    return np.where(both, out, 0).astype(np.float32)


def _regions(changed: NDArray[np.bool_], pixel_m: tuple[float, float], *, came: bool) -> list[Change]:
    side_m = math.sqrt(pixel_m[0] * pixel_m[1])
    # Seams along the shore are a pixel or two broad; no ship of 6 m or more is at 3 m.
    solid = ndimage.binary_opening(changed, np.ones((2, 2), bool)) if side_m < BEAM_M[0] / 2 + 0.5 else changed
    joined = ndimage.binary_closing(solid, ndimage.generate_binary_structure(2, 2))
    labels, _ = ndimage.label(joined, np.ones((3, 3), bool))
    out = []
    for number, place in enumerate(ndimage.find_objects(labels), 1):
        rows, cols = np.nonzero(labels[place] == number)
        length, beam = _box_m(rows, cols, pixel_m)
        fill = len(rows) * side_m**2 / max(length * beam, 1e-6)
        if LENGTH_M[0] <= length <= LENGTH_M[1] and BEAM_M[0] <= beam <= BEAM_M[1] and fill >= _LEAST_FILL:
            at = rows + place[0].start, cols + place[1].start
            out.append(Change(rows_px=at[0], cols_px=at[1], came=came, length_m=length, beam_m=beam))
    return out


def _box_m(rows: NDArray[np.int64], cols: NDArray[np.int64], pixel_m: tuple[float, float]) -> tuple[float, float]:
    """Length and breadth along the principal axes, metres, from the spread of a filled rectangle."""
    x, y = cols * pixel_m[0], rows * pixel_m[1]
    if len(rows) < 3:
        return float(np.ptp(x) + pixel_m[0]), float(np.ptp(y) + pixel_m[1])
    values = np.linalg.eigvalsh(np.cov(np.stack([x, y])))
    long, broad = (math.sqrt(max(12 * float(v), 0.0) + pixel_m[0] * pixel_m[1]) for v in values[::-1])
    return long, broad
