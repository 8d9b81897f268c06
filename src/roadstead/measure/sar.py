"""Length, beam and heading of a hull in a SAR image, by the rectangle that fits its pixels best.

Speckle makes a SAR hull a patchwork: a contour of it is ragged, moments follow the brightest spot. So the whole
rectangle is fitted at once. Each pixel votes for being hull or sea by the logarithm of its intensity over a level
between the two, bounded so that no single scatterer decides; the rectangle with the largest sum of votes wins, pixels
on its rim counting by the share covered. (A bounded log-likelihood ratio; region-based fits of ships in SAR are
compared in Stasolla and Greidanus 2016, IEEE GRSL 13, 1696-1700.)
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.ndimage import binary_dilation, label
from scipy.optimize import minimize

from roadstead.imagery import sar_db
from roadstead.measure.box import OrientedBox
from roadstead.model import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.geo import GroundFrame
    from roadstead.model import Candidate, Pixels, Scene

_MARGIN_M = 60.0
_DECK_SHARE, _RIM_SHARE = 0.05, 0.15
_SEA_TIMES = 3.0
_FULL_VOTE_DB = 5.0
_TURN = 0.35
_NO_AXIS_DEG = 180 / math.sqrt(12)


def measure_sar(scene: Scene, pixels: Pixels, candidate: Candidate, frame: GroundFrame) -> OrientedBox:
    """Fit a rectangle to a candidate's hull.

    Args:
        scene: the acquisition; its unit says how to read the pixels.
        pixels: the window the candidate was found in.
        candidate: its pixels; weights of at least one half are its body.
        frame: ground metres of that window.

    Raises:
        BandsUnknown: the scene does not say what its pixels hold.
    """
    pixel_m = frame.pixel_m(float(candidate.cols_px.mean()), float(candidate.rows_px.mean()))
    pad = max(4, math.ceil(_MARGIN_M / min(pixel_m)))
    part, row_off, col_off = _part(pixels, candidate, pad)
    rows = candidate.rows_px - row_off
    cols = candidate.cols_px - col_off
    db = np.where(part.valid, sar_db(part, scene), np.float32(np.nan))
    start = _from_moments(cols, rows, candidate.weights, pixel_m)
    fitted, votes = _fit(db, (rows, cols), start, pixel_m)
    return _box(fitted, votes, (col_off, row_off), frame, pixel_m)


def _part(pixels: Pixels, candidate: Candidate, pad: int) -> tuple[Pixels, int, int]:
    """The pixels around a candidate, and the first row and column of that part."""
    top, left = max(0, int(candidate.rows_px.min()) - pad), max(0, int(candidate.cols_px.min()) - pad)
    rows = slice(top, int(candidate.rows_px.max()) + pad + 1)
    cols = slice(left, int(candidate.cols_px.max()) + pad + 1)
    return replace(pixels, values=pixels.values[:, rows, cols], valid=pixels.valid[rows, cols]), top, left


def _from_moments(
    cols: NDArray[np.int64], rows: NDArray[np.int64], weights: NDArray[np.float32], pixel_m: tuple[float, float]
) -> NDArray[np.float64]:
    """Rectangle with the second moments of a candidate: middle x and y, length, beam in metres, angle in radians."""
    weight = np.maximum(weights.astype(np.float64), 1e-3)
    xy = np.column_stack([(cols + 0.5) * pixel_m[0], (rows + 0.5) * pixel_m[1]])
    middle = np.average(xy, axis=0, weights=weight)
    centred = xy - middle
    spread = (centred * weight[:, None]).T @ centred / weight.sum() + np.diag(np.square(pixel_m)) / 12
    values, vectors = np.linalg.eigh(spread)
    beam_m, length_m = np.sqrt(12 * values)
    return np.array([*middle, length_m, beam_m, math.atan2(vectors[1, 1], vectors[0, 1])])


def _fit(
    db: NDArray[np.float32],
    body: tuple[NDArray[np.int64], NDArray[np.int64]],
    start: NDArray[np.float64],
    pixel_m: tuple[float, float],
) -> tuple[NDArray[np.float64], float]:
    """The best rectangle, and the mean vote inside it. `body` holds the candidate's rows and columns."""
    outside = np.isfinite(db)
    outside[body] = False
    sea_db = float(np.median(db[outside])) if outside.any() else float(np.nanmin(db))
    sea = 10 ** (sea_db / 10)
    intensity = np.power(10.0, np.nan_to_num(db, nan=sea_db) / 10)
    level = _level(intensity[body])
    near = np.zeros(db.shape, bool)
    near[body] = True
    # decks are up to 13 dB darker than the brightest spots; sidelobes are too, but are not in the body
    share_of_level = np.where(near, _DECK_SHARE, _RIM_SHARE)
    cut = np.maximum(share_of_level * level, min(_SEA_TIMES * sea, 0.5 * level))
    votes = np.clip(10 * np.log10(intensity / cut) / _FULL_VOTE_DB, -1, 1)
    votes[~binary_dilation(near, np.ones((3, 3)))] = -1
    spots = label(votes > 0, np.ones((3, 3)))[0]
    spot = np.nonzero(spots == spots[np.unravel_index(int(np.argmax(np.where(near, intensity, 0))), db.shape)])
    starts = [np.array([*start[:4], start[4] + turn]) for turn in (0.0, 0.3, -0.3)]
    starts.append(_from_moments(spot[1], spot[0], np.ones(len(spot[0]), np.float32), pixel_m))
    best = max((_search(votes, s, pixel_m) for s in starts), key=lambda r: rectangle_sum(votes, r, *pixel_m))
    share = covered(votes.shape, best, *pixel_m)
    return best, float((share * votes).sum() / max(share.sum(), 1e-6))


def _level(intensity: NDArray[np.float64]) -> float:
    """Typical intensity of a hull: mean of those pixels that hold nine tenths of its energy."""
    ordered = np.sort(intensity)[::-1]
    count = int(np.searchsorted(np.cumsum(ordered), 0.9 * ordered.sum())) + 1
    return float(ordered[:count].mean())


def _search(
    votes: NDArray[np.float64], start: NDArray[np.float64], pixel_m: tuple[float, float]
) -> NDArray[np.float64]:
    """Nelder-Mead from the start; length and beam are searched as logarithms and stay above a pixel."""
    side = math.sqrt(pixel_m[0] * pixel_m[1])

    def unpack(x: NDArray[np.float64]) -> NDArray[np.float64]:
        size = side * np.exp(np.maximum(x[2:4], 0.0))
        return np.array([x[0] * side, x[1] * side, size[0], size[1], x[4]])

    x0 = np.array([*(start[:2] / side), *np.log(np.maximum(start[2:4], side) / side), start[4]])
    simplex = np.vstack([x0, x0 + np.diag([1.0, 1.0, -0.25, -0.25, 0.2])])
    found = minimize(
        lambda x: -rectangle_sum(votes, unpack(x), *pixel_m),
        x0,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 0.02, "fatol": 0.02, "maxfev": 400},
    )
    best = unpack(np.asarray(found.x))
    if best[3] > best[2]:
        best[2], best[3], best[4] = best[3], best[2], best[4] + math.pi / 2
    return best


@njit(cache=True)
def rectangle_sum(votes: NDArray[np.float64], rectangle: NDArray[np.float64], wide_m: float, high_m: float) -> float:
    """Sum of votes over a rectangle (middle x, y, length, beam in metres, angle), rim pixels by the share covered."""
    x0, y0, length, beam, angle = rectangle
    side = math.sqrt(wide_m * high_m)
    cosine, sine = math.cos(angle), math.sin(angle)
    total = 0.0
    for row in range(votes.shape[0]):
        y = (row + 0.5) * high_m - y0
        for col in range(votes.shape[1]):
            x = (col + 0.5) * wide_m - x0
            along = (length / 2 - abs(x * cosine + y * sine)) / side + 0.5
            across = (beam / 2 - abs(y * cosine - x * sine)) / side + 0.5
            if along > 0 and across > 0:
                total += votes[row, col] * min(along, length / side, 1.0) * min(across, beam / side, 1.0)
    return total


def covered(
    shape: tuple[int, ...], rectangle: NDArray[np.float64], wide_m: float, high_m: float
) -> NDArray[np.float64]:
    """Share of each pixel that a rectangle covers, shape as given."""
    x0, y0, length, beam, angle = rectangle
    side = math.sqrt(wide_m * high_m)
    x = (np.arange(shape[1]) + 0.5)[None, :] * wide_m - x0
    y = (np.arange(shape[0]) + 0.5)[:, None] * high_m - y0
    along = (length / 2 - np.abs(x * math.cos(angle) + y * math.sin(angle))) / side + 0.5
    across = (beam / 2 - np.abs(y * math.cos(angle) - x * math.sin(angle))) / side + 0.5
    return np.asarray(np.clip(along, 0, min(1, length / side)) * np.clip(across, 0, min(1, beam / side)))


def _box(
    rectangle: NDArray[np.float64],
    votes: float,
    offset: tuple[int, int],
    frame: GroundFrame,
    pixel_m: tuple[float, float],
) -> OrientedBox:
    """The rectangle in window pixels and true metres, with sigmas."""
    x0, y0, length, beam, angle = rectangle
    ends = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * (length / 2, beam / 2)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    corners = (ends @ turn + (x0, y0)) / pixel_m + offset
    side = math.sqrt(pixel_m[0] * pixel_m[1])
    middle = corners.mean(axis=0)
    tips = np.array([corners[:2].mean(axis=0), corners[2:].mean(axis=0)])
    edge = float(side * (0.2 + 0.5 * side / beam) / max(votes, 0.2))
    turn = _TURN * side / length * math.sqrt(12 * side / length) / max(votes, 0.2)
    return OrientedBox(
        col_px=float(middle[0]),
        row_px=float(middle[1]),
        length_m=Estimate(float(length), edge),
        beam_m=Estimate(float(beam), edge),
        heading_deg=Estimate(_bearing_deg(tips, frame), min(_NO_AXIS_DEG, math.degrees(turn))),
        corners_px=tuple((float(c), float(r)) for c, r in corners),
    )


def _bearing_deg(tips_px: NDArray[np.float64], frame: GroundFrame) -> float:
    """Axis through two (column, row) points, degrees clockwise from true north, 0-180."""
    east, north = frame.metres(tips_px[:, 0], tips_px[:, 1])
    return math.degrees(math.atan2(east[0] - east[1], north[0] - north[1])) % 180
