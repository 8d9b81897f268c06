"""Length, beam and heading of a hull in a SAR image, by the blurred rectangle that fits its amplitudes best.

Speckle makes a SAR hull a patchwork, a few scatterers outshine the rest, and focusing blurs both into pixels as coarse
as a beam. So amplitudes over the sea are clipped at a level well below the bright spots, and a rectangle with the
image's blur is fitted to them by least squares, from starts given by their second moments. Position, size and axis
change the fit smoothly, so that none of them snaps to the pixel grid. (Moments and region-based fits of ships in SAR
are compared in Stasolla and Greidanus 2016, IEEE GRSL 13, 1696-1700.)

What is bright over the side of a hull is mostly blur, layover and sidelobes, so the beam is weighed with what is usual
for the length; what the image shows beyond that counts as doubt about length and axis too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, label
from scipy.optimize import least_squares
from scipy.special import ndtr

from roadstead.imagery import sar_db
from roadstead.measure.box import OrientedBox
from roadstead.model import Estimate

if TYPE_CHECKING:
    from roadstead.geo import GroundFrame
    from roadstead.model import Candidate, Pixels, Scene

_MARGIN_M = 60.0
_CLIP_SHARE, _FAINT_SHARE = 0.3, 0.1  # of a hull's typical intensity; the second for a faint deck between bright ends
_CLIP_OVER_SEA = 20.0  # a faint hull is clipped at its full level, so that the sea's own texture stays well below
_LEAST_OVER_SEA = 4.0  # speckle alone reaches this
_BODY_WEIGHT, _HELD = 0.25, 0.8  # share of the pixels of at least this weight that a fit has to hold
_LONGEST_M = 460.0  # no ship was longer
_BLUR_PX = 0.4  # one sigma: the pixel itself (0.29) and the focusing
_LEAST_PX = 0.4  # sides shorter than this cannot be told from a point
_SLIMMEST = 9.0
_TURNS = (0.0, 0.3, -0.3)
_EDGE_PX, _EDGE_SLIM_PX = 0.25, 0.55  # one sigma of the length: of a broad hull, and more the fewer pixels it is broad
_TURN = 0.6  # tips err less sideways than lengthwise, where a length has the errors of both ends
_NO_AXIS_PX = 3.0
_NO_AXIS_DEG = 180 / math.sqrt(12)
_USUAL_SLOPE, _USUAL_BASE_M, _USUAL_SPREAD = 1 / 9, 6.0, 0.25


@dataclass(frozen=True, slots=True)
class _Part:
    """The pixels around a candidate."""

    clipped: NDArray[np.float64]
    """amplitude over the sea, 0 on the sea and 1 on the hull, shape (height, width)"""
    brightest: tuple[int, int]
    """row and column of the candidate's brightest pixel"""
    pixel_m: tuple[float, float]

    @property
    def side_m(self) -> float:
        return math.sqrt(self.pixel_m[0] * self.pixel_m[1])


def measure_sar(scene: Scene, pixels: Pixels, candidate: Candidate, frame: GroundFrame) -> OrientedBox:
    """Fit a rectangle to a candidate's hull.

    Args:
        scene: the acquisition; its unit says how to read the pixels.
        pixels: the window the candidate was found in.
        candidate: its pixels and how surely each belongs to it.
        frame: ground metres of that window.

    Returns:
        The box. Its beam is the measured one weighed with what is usual for the length. Where the hull is shorter
        than three pixels, the sigma of the heading says that it has none.

    Raises:
        BandsUnknown: the scene does not say what its pixels hold.
    """
    pixel_m = frame.pixel_m(float(candidate.cols_px.mean()), float(candidate.rows_px.mean()))
    pad = max(4, math.ceil(_MARGIN_M / min(pixel_m)))
    cut, row_off, col_off = _cut(pixels, candidate, pad)
    at = candidate.rows_px - row_off, candidate.cols_px - col_off
    db = np.where(cut.valid, sar_db(cut, scene), np.float32(np.nan))
    fitted = _fit(_part(db, at, pixel_m, _CLIP_SHARE))
    body = candidate.weights >= min(_BODY_WEIGHT, float(candidate.weights.max()))
    if _held(fitted, (at[0][body], at[1][body]), pixel_m) < _HELD:
        wider = _fit(_part(db, at, pixel_m, _FAINT_SHARE))
        fitted = wider if wider[2] <= _LONGEST_M else fitted
    return _box(fitted, (col_off, row_off), frame, pixel_m)


def _cut(pixels: Pixels, candidate: Candidate, pad: int) -> tuple[Pixels, int, int]:
    """The pixels around a candidate, and the first row and column of that part."""
    top, left = max(0, int(candidate.rows_px.min()) - pad), max(0, int(candidate.cols_px.min()) - pad)
    rows = slice(top, int(candidate.rows_px.max()) + pad + 1)
    cols = slice(left, int(candidate.cols_px.max()) + pad + 1)
    return replace(pixels, values=pixels.values[:, rows, cols], valid=pixels.valid[rows, cols]), top, left


def _part(
    db: NDArray[np.float32],
    at: tuple[NDArray[np.int64], NDArray[np.int64]],
    pixel_m: tuple[float, float],
    share: float,
) -> _Part:
    """Amplitudes over the sea, clipped at a share of the typical intensity of the candidate at these rows, columns."""
    near = np.zeros(db.shape, bool)
    near[at] = True
    outside = np.isfinite(db) & ~near
    sea_db = float(np.median(db[outside])) if outside.any() else float(np.nanmin(db))
    sea = 10 ** (sea_db / 10)
    intensity = np.power(10.0, np.nan_to_num(db, nan=sea_db).astype(np.float64) / 10)
    level = _level(intensity[at])
    top = max(share * level, min(level, _CLIP_OVER_SEA * sea), _LEAST_OVER_SEA * sea)
    clipped = np.clip((np.sqrt(intensity) - math.sqrt(sea)) / (math.sqrt(top) - math.sqrt(sea)), 0, 1)
    # what lies farther off is another ship or a sidelobe
    clipped[~binary_dilation(near, np.ones((3, 3)))] = 0
    row, col = np.unravel_index(int(np.argmax(np.where(near, intensity, 0))), db.shape)
    return _Part(clipped, (int(row), int(col)), pixel_m)


def _level(intensity: NDArray[np.float64]) -> float:
    """Typical intensity of a hull: mean of those pixels that hold nine tenths of its energy."""
    ordered = np.sort(intensity)[::-1]
    count = int(np.searchsorted(np.cumsum(ordered), 0.9 * ordered.sum())) + 1
    return float(ordered[:count].mean())


def _moments(weights: NDArray[np.float64], pixel_m: tuple[float, float]) -> NDArray[np.float64]:
    """Rectangle with the second moments of an image: middle x and y, length, beam in metres, angle in radians."""
    rows, cols = np.nonzero(weights)
    weight = weights[rows, cols]
    xy = np.column_stack([(cols + 0.5) * pixel_m[0], (rows + 0.5) * pixel_m[1]])
    middle = np.average(xy, axis=0, weights=weight)
    centred = xy - middle
    spread = (centred * weight[:, None]).T @ centred / weight.sum() + np.diag(np.square(pixel_m)) / 12
    values, vectors = np.linalg.eigh(spread)
    beam_m, length_m = np.sqrt(12 * values)
    return np.array([*middle, length_m, beam_m, math.atan2(vectors[1, 1], vectors[0, 1])])


def _fit(part: _Part) -> NDArray[np.float64]:
    """The rectangle that fits best: middle x and y, length, beam in metres, angle in radians."""
    whole = _moments(np.maximum(part.clipped, 1e-9), part.pixel_m)
    starts = [np.array([*whole[:4], whole[4] + turn]) for turn in _TURNS]
    spots = label(part.clipped > 0.5, np.ones((3, 3)))[0]
    if spot := spots[part.brightest]:
        starts.append(_moments(np.where(spots == spot, part.clipped, 0), part.pixel_m))
    best = min((_descend(part, start) for start in starts), key=lambda found: found[0])[1]
    if best[3] > best[2]:
        best[2], best[3], best[4] = best[3], best[2], best[4] + math.pi / 2
    return best


def _descend(part: _Part, start: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Least squares from a start: cost and rectangle. Parameters are searched in pixels, the angle by its tips."""
    side = part.side_m
    start = np.array([*start[:2], *np.maximum(start[2:4], side), start[4]])
    scale = np.array([side, side, side, side, side / start[2]])
    rows, cols = part.clipped.shape
    x = (np.arange(cols, dtype=np.float64) + 0.5)[None, :] * part.pixel_m[0]
    y = (np.arange(rows, dtype=np.float64) + 0.5)[:, None] * part.pixel_m[1]

    def misfit(scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        rectangle = scaled * scale
        shown = blurred(rectangle, x, y, _BLUR_PX * side)
        slim = max(0.0, max(rectangle[2:4]) / (_SLIMMEST * min(rectangle[2:4])) - 1)
        return np.append((shown - part.clipped).ravel(), slim)

    least = [-np.inf, -np.inf, _LEAST_PX, _LEAST_PX, -np.inf]
    found = least_squares(misfit, start / scale, bounds=(least, np.inf), max_nfev=40)
    return float(found.cost), np.asarray(found.x, np.float64) * scale


def blurred(
    rectangle: NDArray[np.float64], x_m: NDArray[np.float64], y_m: NDArray[np.float64], sigma_m: float
) -> NDArray[np.float64]:
    """A rectangle of height 1 under a Gaussian blur, at places x (1, width) and y (height, 1), all in metres.

    Args:
        rectangle: middle x and y, length, beam in metres, angle from x to y in radians.
        x_m: columns.
        y_m: rows.
        sigma_m: the blur.
    """
    x0, y0, length, beam, angle = rectangle
    along = (x_m - x0) * math.cos(angle) + (y_m - y0) * math.sin(angle)
    across = (y_m - y0) * math.cos(angle) - (x_m - x0) * math.sin(angle)
    sides = ((along, length / 2), (across, beam / 2))
    strips = [ndtr((u + half) / sigma_m) - ndtr((u - half) / sigma_m) for u, half in sides]
    return np.asarray(strips[0] * strips[1], np.float64)


def _held(
    rectangle: NDArray[np.float64], at: tuple[NDArray[np.int64], NDArray[np.int64]], pixel_m: tuple[float, float]
) -> float:
    """Share of the pixels at these rows and columns whose middles lie in a rectangle or within a pixel of it."""
    x0, y0, length, beam, angle = rectangle
    x, y = (at[1] + 0.5) * pixel_m[0] - x0, (at[0] + 0.5) * pixel_m[1] - y0
    along = np.abs(x * math.cos(angle) + y * math.sin(angle)) <= length / 2 + max(pixel_m)
    across = np.abs(y * math.cos(angle) - x * math.sin(angle)) <= beam / 2 + max(pixel_m)
    return float(np.mean(along & across))


def _sizes(shown_m: tuple[float, float], side_m: float) -> tuple[Estimate, Estimate, float]:
    """Length, beam and one sigma of the axis in degrees, of a hull that shows this length and beam.

    The beam usual for a length is a ninth of it and 6 m, within a quarter: slenderness 4.5 at 55 m, 7.6 at 300 m.
    What shows beyond that is blur and layover, which lie over the ends as well: up to a pixel of it is taken off the
    length, all of it is doubt, up to half the length.
    """
    beyond = max(0.0, shown_m[1] - (1 + _USUAL_SPREAD) * _usual_beam_m(shown_m[0]))
    length_m = shown_m[0] - min(beyond, side_m, shown_m[0] / 2)
    usual_m = _usual_beam_m(length_m)
    edge = side_m * min(1.0, _EDGE_PX + _EDGE_SLIM_PX * side_m / usual_m)
    sigma = math.hypot(edge, min(beyond, length_m / 2))
    parts = np.square([sigma, math.hypot(_USUAL_SPREAD * usual_m, _USUAL_SLOPE * sigma)])
    beam = float((shown_m[1] / parts[0] + usual_m / parts[1]) / (1 / parts).sum())
    spread = shown_m[0] ** 2 - shown_m[1] ** 2
    turn = math.degrees(_TURN * sigma * shown_m[0] / spread) if spread > 0 else _NO_AXIS_DEG
    turn = _NO_AXIS_DEG if shown_m[0] < _NO_AXIS_PX * side_m else min(_NO_AXIS_DEG, turn)
    return Estimate(length_m, sigma), Estimate(beam, float((1 / parts).sum() ** -0.5)), turn


def _usual_beam_m(length_m: float) -> float:
    return length_m * _USUAL_SLOPE + _USUAL_BASE_M


def _box(
    rectangle: NDArray[np.float64], offset: tuple[int, int], frame: GroundFrame, pixel_m: tuple[float, float]
) -> OrientedBox:
    """The rectangle in window pixels and true metres, with sigmas."""
    x0, y0, length_m, beam_m, angle = (float(v) for v in rectangle)
    length, beam, turn_deg = _sizes((length_m, beam_m), math.sqrt(pixel_m[0] * pixel_m[1]))
    ends = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * (length.value / 2, beam.value / 2)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    corners = (ends @ turn + (x0, y0)) / pixel_m + offset
    middle = corners.mean(axis=0)
    tips = np.array([corners[:2].mean(axis=0), corners[2:].mean(axis=0)])
    return OrientedBox(
        col_px=float(middle[0]),
        row_px=float(middle[1]),
        length_m=length,
        beam_m=beam,
        heading_deg=Estimate(_bearing_deg(tips, frame), turn_deg),
        corners_px=tuple((float(c), float(r)) for c, r in corners),
    )


def _bearing_deg(tips_px: NDArray[np.float64], frame: GroundFrame) -> float:
    """Axis through two (column, row) points, degrees clockwise from true north, 0-180."""
    east, north = frame.metres(tips_px[:, 0], tips_px[:, 1])
    return math.degrees(math.atan2(east[0] - east[1], north[0] - north[1])) % 180
