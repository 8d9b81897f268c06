"""Length, beam and heading of a hull in true ground metres, whatever the projection.

The outline is the sub-pixel half-level contour of the weights (marching squares, Lorensen and Cline 1987, SIGGRAPH
21, 163-169). The axis comes from the weighted second moments (Hu 1962, IRE Trans. Inf. Theory 8, 179-187); of stubby
shapes, where moments hardly tell the two axes apart, from the minimum-area rectangle (Freeman and Shapira 1975, CACM
18, 409-413). Extents along the axis are corrected for the pixel footprint with a blurred strip as model: half-level
widths are true for hulls much wider than a pixel and too wide for narrow ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtr
from scipy.stats import trim_mean
from shapely.geometry import LineString, MultiPoint, Polygon
from shapely.validation import explain_validity
from skimage.measure import find_contours

from roadstead.model import Estimate, InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from shapely.geometry.base import BaseGeometry

    from roadstead.geo import GroundFrame

_STUBBY = 1.6  # length to beam below which the minimum-area rectangle gives the axis
_SMOOTH_PX = 0.6  # staircases of hard masks become straight edges; their half level stays where it was
_EDGE_PX = 0.25  # one sigma of a half-level edge in pixels, for a sharp image
_BLUR_SHARE = 0.5  # part of the blur sigma by which an edge of unknown contrast may shift
_NO_AXIS_DEG = 180 / math.sqrt(12)  # sigma of a heading that could be anything
_TRIMMED = (0.0, 0.25)  # of the places along an end and along a side, at either end of their order
_SLENDEREST = 12.0  # length to beam that no seagoing ship exceeds
_USUAL_SLENDERNESS = 6.5  # length to beam of seagoing ships, roughly 4.5 to 9


@dataclass(frozen=True, slots=True, kw_only=True)
class OrientedBox:
    """The smallest box along a hull's axis."""

    col_px: float
    """column of its middle in the window; 0.5 is the first pixel's middle"""
    row_px: float
    """row of its middle in the window"""
    length_m: Estimate
    beam_m: Estimate
    heading_deg: Estimate
    """axis, degrees clockwise from true north, 0 <= value < 180; bow and stern are not told apart"""
    corners_px: tuple[tuple[float, float], ...]
    """four (column, row) corners in window pixels, in turn around the box"""


@dataclass(frozen=True, slots=True)
class _Local:
    """Linear map of pixels to metres around one place, and the turn of the plane's north there."""

    col: float
    row: float
    per_px: NDArray[np.float64]
    """2 x 2: east and north metres per column and row"""
    convergence_deg: float

    def metres(self, points_px: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) of (column, row) -> (n, 2) of (east, north) around the place."""
        return (points_px - (self.col, self.row)) @ self.per_px.T

    def pixels(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Inverse of `metres`."""
        inverse = np.asarray(np.linalg.inv(self.per_px), np.float64)
        return points_m @ inverse.T + (self.col, self.row)

    def footprint_m(self, axis: NDArray[np.float64]) -> float:
        """Root mean square half extent of one pixel along a unit vector, times sqrt(12): its size there."""
        return float(np.linalg.norm(axis @ self.per_px))


def oriented_box(
    cols: ArrayLike, rows: ArrayLike, weights: ArrayLike, frame: GroundFrame, blur_px: float = 0.4
) -> OrientedBox:
    """The oriented box of a group of pixels.

    Args:
        cols: integer columns in the window, shape (n,).
        rows: integer rows in the window, shape (n,).
        weights: how surely, or to what share, each pixel belongs, 0-1, shape (n,). The outline is where they
            fall to half their largest value.
        frame: ground metres of the window.
        blur_px: one sigma of the image's blur beyond the pixel itself, in pixels.

    Raises:
        InputError: there are no pixels, the three arrays differ in length, or all weights are 0.
    """
    sharp, col_off, row_off = _grid(cols, rows, weights)
    grid = ndimage.gaussian_filter(sharp, _SMOOTH_PX, mode="constant")
    level = 0.5 * float(grid.max())
    body = _main_body(grid, level)
    rings = find_contours(body, level)  # type: ignore[no-untyped-call]
    contour = max(rings, key=_enclosed)[:, ::-1] + (col_off + 0.5, row_off + 0.5)
    local = _local(frame, float(contour[:, 0].mean()), float(contour[:, 1].mean()))
    outline_m = local.metres(contour)
    row_i, col_i = np.nonzero(body)
    mass_m = local.metres(np.column_stack([col_i + col_off + 0.5, row_i + row_off + 0.5]))
    axis = _axis(mass_m, body[row_i, col_i], outline_m)
    return _box_along(axis, outline_m, local, blur_px)


def box_of_outline(
    outline: BaseGeometry, frame: GroundFrame, sigma_px: float = 1.0, *, lonlat: bool = False
) -> OrientedBox:
    """The oriented box of an outline drawn by eye.

    Args:
        outline: a polygon around the hull, or a line from end to end of it. A line says nothing about the beam:
            the box then has the beam usual for its length, with a sigma that says so.
        frame: ground metres of the window.
        sigma_px: how well each drawn end or side is placed, one sigma in pixels.
        lonlat: True where the outline is in WGS84 longitude and latitude, False where in (column, row).

    Raises:
        InputError: the outline is empty, no polygon or line, crosses itself, or has no length.
    """
    points = _vertices(outline)
    if lonlat:
        points = np.column_stack(frame.pixel(points[:, 0], points[:, 1]))
    local = _local(frame, float(points[:, 0].mean()), float(points[:, 1].mean()))
    points_m = local.metres(points)
    is_line = isinstance(outline, LineString)
    axis = _unit(points_m[-1] - points_m[0]) if is_line else _min_area_axis(points_m)
    low, high = _extents(points_m, axis)
    length_m, beam_m = high - low
    side_m = sigma_px * math.sqrt(2)
    length = Estimate(float(length_m), side_m * local.footprint_m(axis))
    across = np.array([-axis[1], axis[0]])
    if is_line:
        beam_m = length_m / _USUAL_SLENDERNESS
        beam = Estimate(float(beam_m), float(beam_m) / 4)
        low, high = _widened(low, high, np.array([length_m, beam_m]))
    else:
        beam = Estimate(float(beam_m), side_m * local.footprint_m(across))
    turn = _axis_sigma_deg(length.sigma / math.sqrt(2), length.value, 0.0 if is_line else beam.value)
    return _assemble(axis, low, high, local, (length, beam, turn))


def _grid(cols: ArrayLike, rows: ArrayLike, weights: ArrayLike) -> tuple[NDArray[np.float64], int, int]:
    """Weights on a small raster with a rim of four zero pixels, and its offsets."""
    col = np.asarray(cols, np.int64).ravel()
    row = np.asarray(rows, np.int64).ravel()
    weight = np.asarray(weights, np.float64).ravel()
    if not (len(col) == len(row) == len(weight) > 0) or not weight.max() > 0:
        raise InputError(
            f"a hull needs pixels with a weight above 0; got {len(col)} columns, {len(row)} rows, {len(weight)} weights"
        )
    col_off, row_off = int(col.min()) - 4, int(row.min()) - 4
    grid = np.zeros((int(row.max()) - row_off + 5, int(col.max()) - col_off + 5))
    grid[row - row_off, col - col_off] = weight
    return grid, col_off, row_off


def _main_body(grid: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """The largest connected part above the level with its soft rim; everything else 0."""
    eight = np.ones((3, 3), bool)
    labels, count = ndimage.label(grid >= level, eight)
    sums = ndimage.sum_labels(grid, labels, np.arange(1, count + 1))
    inside = ndimage.binary_dilation(labels == 1 + int(np.argmax(sums)), eight)
    return np.where(inside, grid, 0.0)


def _enclosed(contour: NDArray[np.float64]) -> float:
    return float(Polygon(contour).area)


def _local(frame: GroundFrame, col: float, row: float) -> _Local:
    """Linear map around a position, from finite differences over four pixels."""
    x, y = frame.metres([col, col - 2, col + 2, col, col], [row, row, row, row - 2, row + 2])
    per_px = np.array([[x[2] - x[1], x[4] - x[3]], [y[2] - y[1], y[4] - y[3]]]) / 4
    if frame.to_plane_t is None:
        return _Local(col, row, per_px, 0.0)
    lon, lat = frame.lonlat(col, row)
    east, north = frame.to_plane_t.transform(float(lon), float(lat) + 1e-3)
    return _Local(col, row, per_px, math.degrees(math.atan2(east - x[0], north - y[0])))


def _axis(
    mass_m: NDArray[np.float64], mass: NDArray[np.float64], outline_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Unit vector along the hull."""
    centred = mass_m - np.average(mass_m, axis=0, weights=mass)
    values, vectors = np.linalg.eigh((centred * mass[:, None]).T @ centred / mass.sum())
    if values[1] < _STUBBY**2 * values[0]:
        return _min_area_axis(outline_m)
    axis: NDArray[np.float64] = vectors[:, 1]
    return axis


def _min_area_axis(points_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Long side of the minimum-area rectangle; one side of it lies on the convex hull."""
    ring = np.asarray(MultiPoint(points_m).convex_hull.boundary.coords)
    best, best_area = np.array([1.0, 0.0]), math.inf
    for edge in np.diff(ring, axis=0):
        axis = _unit(edge)
        low, high = _extents(points_m, axis)
        size = high - low
        if size[0] * size[1] < best_area:
            best, best_area = axis if size[0] >= size[1] else np.array([-axis[1], axis[0]]), size[0] * size[1]
    return best


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    norm = float(np.hypot(*vector))
    if norm == 0:
        raise InputError("the outline has no length; draw it from one end of the hull to the other")
    return vector / norm


def _extents(points_m: NDArray[np.float64], axis: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Least and largest coordinates along and across the axis, each shape (2,)."""
    along = points_m @ np.column_stack([axis, [-axis[1], axis[0]]])
    return along.min(axis=0), along.max(axis=0)


def _box_along(axis: NDArray[np.float64], outline_m: NDArray[np.float64], local: _Local, blur_px: float) -> OrientedBox:
    """Ends and sides of an outline along an axis, corrected for the footprint, with sigmas."""
    across = np.array([-axis[1], axis[0]])
    low, high = _sides(outline_m, axis, (local.footprint_m(axis), local.footprint_m(across)))
    edge_px = math.hypot(_EDGE_PX, _BLUR_SHARE * blur_px)
    sizes = []
    for width, direction in zip(high - low, (axis, across), strict=True):
        pixel_m = local.footprint_m(direction)
        true_m = _unblurred(float(width), pixel_m * math.sqrt(1 / 12 + _SMOOTH_PX**2 + blur_px**2))
        # what the correction took away is a model's word, so half of it counts as doubt
        sigma_m = math.hypot(math.sqrt(2) * edge_px * pixel_m, (float(width) - true_m) / 2)
        sizes.append(Estimate(true_m, sigma_m))
    # No ship is thinner: below it the correction has eaten the beam, and the sigma says how little is known.
    least_m = max(size.value for size in sizes) / _SLENDEREST
    sizes = [size if size.value >= least_m else Estimate(least_m, max(size.sigma, least_m)) for size in sizes]
    low, high = _widened(low, high, np.array([size.value for size in sizes]))
    if sizes[1].value > sizes[0].value:
        sizes.reverse()
        axis, low, high = across, np.array([low[1], -high[0]]), np.array([high[1], -low[0]])
    turn = _axis_sigma_deg(sizes[0].sigma / math.sqrt(2), sizes[0].value, sizes[1].value)
    return _assemble(axis, low, high, local, (sizes[0], sizes[1], turn))


def _sides(
    outline_m: NDArray[np.float64], axis: NDArray[np.float64], pixel_m: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Low and high positions along and across the axis: ends where the middle third of the beam meets the outline.

    Sides are read over the middle half of the length. On every line a pixel apart the outermost meeting counts, so that
    a crane's boom, which makes the outline run inwards, takes nothing off the ends. Of the lines' extremes the mean
    stands where the edge is, where the furthest stands where the highest step of a staircase is; of the sides' a
    quarter is trimmed away at either end, which drops booms. Bows are pointed, so that ends need a narrower window.
    """
    along = outline_m @ np.column_stack([axis, [-axis[1], axis[0]]])
    low, high = along.min(axis=0), along.max(axis=0)
    for k in (1, 0):  # sides first: ends are read between them, not between the tips of booms
        middle, half = (low + high) / 2, (high - low) / 2
        window = (half[0] / 2, max(half[1] / 3, pixel_m[1] / 2))
        near = along[np.abs(along[:, 1 - k] - middle[1 - k]) < window[1 - k]]
        below, above = near[near[:, k] < middle[k]], near[near[:, k] > middle[k]]
        if len(below):
            low[k] = -_outermost(below[:, 1 - k], -below[:, k], pixel_m[1 - k], _TRIMMED[k])
        if len(above):
            high[k] = _outermost(above[:, 1 - k], above[:, k], pixel_m[1 - k], _TRIMMED[k])
    return low, high


def _outermost(beside: NDArray[np.float64], ahead: NDArray[np.float64], step: float, trimmed: float) -> float:
    """Trimmed mean of the largest values ahead on lines that lie a step apart."""
    lines = np.floor(beside / step)
    order = np.argsort(lines, kind="stable")
    starts = np.flatnonzero(np.diff(lines[order], prepend=-np.inf))
    return float(trim_mean(np.maximum.reduceat(ahead[order], starts), trimmed))


def _unblurred(width_m: float, smear_m: float) -> float:
    """True width of a strip whose half-level width is given, for a Gaussian smear of one sigma.

    A strip of width b shows the profile Phi((x + b/2)/s) - Phi((x - b/2)/s); its half-of-peak width tends to b
    for b >> s and to 2.355 s for b -> 0.
    """
    if smear_m == 0 or width_m > 6 * smear_m:
        return width_m
    return float(np.interp(width_m / smear_m, *_blurred())) * smear_m


@cache
def _blurred() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Half-of-peak widths of blurred strips and the true widths that they belong to, in sigmas, each shape (n,)."""
    true_s = np.linspace(0.05, 6.0, 120)
    at = np.linspace(0, 6.0, 601)[:, None]
    profile = ndtr(at + true_s / 2) - ndtr(at - true_s / 2)
    return 2 * at[np.argmin(np.abs(profile - profile[0] / 2), axis=0), 0], true_s


def _widened(
    low: NDArray[np.float64], high: NDArray[np.float64], size: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same middle with another size."""
    middle = (low + high) / 2
    return middle - size / 2, middle + size / 2


def _axis_sigma_deg(edge_sigma_m: float, length_m: float, beam_m: float) -> float:
    """One sigma of the axis: an edge error turns a hull of moments L^2 and B^2 by e L / (L^2 - B^2)."""
    spread = length_m**2 - beam_m**2
    turn = math.degrees(edge_sigma_m * length_m / spread) if spread > 0 else _NO_AXIS_DEG
    return min(_NO_AXIS_DEG, turn)


def _assemble(
    axis: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    local: _Local,
    found: tuple[Estimate, Estimate, float],
) -> OrientedBox:
    """The box from extents along and across an axis and its (length, beam, heading sigma)."""
    basis = np.stack([axis, [-axis[1], axis[0]]])
    ends = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
    corners = local.pixels(ends @ basis)
    middle = corners.mean(axis=0)
    heading = (math.degrees(math.atan2(axis[0], axis[1])) - local.convergence_deg) % 180
    return OrientedBox(
        col_px=float(middle[0]),
        row_px=float(middle[1]),
        length_m=found[0],
        beam_m=found[1],
        heading_deg=Estimate(heading % 180.0, found[2]),
        corners_px=tuple((float(c), float(r)) for c, r in corners),
    )


def _vertices(outline: BaseGeometry) -> NDArray[np.float64]:
    """Vertices of a polygon's ring or a line, (n, 2)."""
    if isinstance(outline, Polygon) and not outline.is_empty:
        if not outline.is_valid:
            raise InputError(
                f"the outline crosses itself or encloses nothing ({explain_validity(outline)}); "
                "draw it once around the hull, corner after corner"
            )
        return np.asarray(outline.exterior.coords)[:-1, :2]
    if isinstance(outline, LineString) and not outline.is_empty:
        return np.asarray(outline.coords)[:, :2]
    raise InputError(f"an outline is a polygon around the hull or a line along it; this is a {outline.geom_type}")
