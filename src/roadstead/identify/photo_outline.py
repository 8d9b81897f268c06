"""The top of a ship in a levelled strip of a photograph, column by column.

The ship is taken to be all that lies between the waterline and one height in each column. The colours of the ship are
Gaussian mixtures around a k-means palette, learnt from the hull's lowest part and then anew from the result (in the
manner of Rother, Kolmogorov and Blake 2004, ACM TOG 23, 309-314, without their graph cut); what is behind it is known
from the strip's margins and top, by nearest neighbours in colour and row. Because a column holds one boundary, the best
heights under a truncated linear price for jumps follow exactly from dynamic programming (Felzenszwalb and Huttenlocher
2006, IJCV 70, 41-54).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.spatial import cKDTree

_TONES = 6
_SPREAD = 0.032
"""least standard deviation of a tone, 0-1"""
_NEW_ABOARD = (0.5, 0.3)
"""share of the ship that may have colours not yet learnt, in each round: the hull says little of the house above it"""
_NEW_BEHIND = 0.01
"""density of colours behind the ship that were not seen beside it"""
_NEAR, _FAR, _ROW_WEIGHT = 8, 0.6, 1.2
"""neighbours, and the greatest distance, in a space of colours 0-1 and rows 0-1.2"""
_MOST = 4.0
"""most that one pixel may say, natural logarithm"""
_DOUBT = 0.25
"""what could be either counts against the ship"""
_SLOPE, _JUMP = 0.6, 16.0
"""price of a step of one row, and of any jump at most"""
_EDGE = 10.0
"""reward of an edge as strong as the strip's strongest"""
_LOW_HULL = 0.02
"""share of the ship's width above the waterline that surely is hull"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A stretch of a photograph, level, the waterline in it nearly flat."""

    rgb: NDArray[np.float32]
    """shape (rows from the top, columns, 3)"""
    foot: NDArray[np.float64]
    """row of the waterline in each column"""
    first: int
    """first and last column that may hold the ship"""
    last: int
    seen: NDArray[np.bool_]
    """False outside the photograph; shape (rows, columns)"""


def top_of_ship(strip: Strip) -> tuple[NDArray[np.float64], float]:
    """Row of the ship's top in each column, the waterline's where there is none, and how clear it stands out.

    Returns:
        Rows, shape (columns,), and the median contrast across the outline as a share of the colours' spread outside.
    """
    features = _features(strip.rgb)
    inside, outside = _first_guess(strip)
    if not inside.any() or not outside.any():
        return strip.foot.copy(), 0.0
    edge, behind = _edges(features), _behind(features, outside)
    top = strip.foot.copy()
    for new in _NEW_ABOARD:
        says = np.log(_likelihood(features.reshape(-1, 3), features[inside], new) / behind)
        says = np.clip(says - _DOUBT, -_MOST, _MOST).reshape(features.shape[:2]) * strip.seen
        top = _best_tops(says, edge, strip)
        inside |= _aboard(strip, top)
    return top, _clearness(features, strip, top)


def _features(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """Brightness and two differences of colours, which haze and shade move less."""
    r, g, b = np.moveaxis(rgb, -1, 0)
    return np.stack([(r + g + b) / 3, 1.5 * (r - b), 1.5 * (g - (r + b) / 2)], axis=-1)


def _first_guess(strip: Strip) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    rows = np.arange(strip.rgb.shape[0])[:, None]
    cols = np.arange(strip.rgb.shape[1])[None, :]
    wide = strip.last - strip.first
    within = (cols > strip.first + 0.06 * wide) & (cols < strip.last - 0.06 * wide)
    low = (rows < strip.foot - 1) & (rows > strip.foot - 1 - max(3.0, _LOW_HULL * wide))
    aside = (cols < strip.first - 0.01 * wide) | (cols > strip.last + 0.01 * wide)
    outside = (rows < strip.foot - 1) & (aside | (rows < 0.08 * rows.size))
    return within & low & strip.seen, outside & strip.seen


def _aboard(strip: Strip, top: NDArray[np.float64]) -> NDArray[np.bool_]:
    rows = np.arange(strip.rgb.shape[0])[:, None]
    aboard: NDArray[np.bool_] = (rows < strip.foot - 1) & (rows > top + 1) & strip.seen
    return aboard


def _likelihood(points: NDArray[np.float32], sample: NDArray[np.float32], new: float) -> NDArray[np.float64]:
    """Density of a palette's mixture, with a share of colours of which nothing is known."""
    unknown = 1.0 / max(float(np.prod(np.ptp(points, axis=0) + 4 * _SPREAD)), 1e-6)
    if len(sample) < 8:
        return np.full(len(points), unknown)
    thin = sample[:: max(1, len(sample) // 4000)].astype(np.float64)
    with warnings.catch_warnings():
        # fewer colours than tones, as in an even sky, are no fault
        warnings.simplefilter("ignore", UserWarning)
        tones, which = kmeans2(thin, min(_TONES, len(thin)), minit="++", rng=np.random.default_rng(0), iter=12)
    density = np.zeros(len(points))
    for k, tone in enumerate(tones):
        mine = thin[which == k]
        if len(mine):
            spread = np.maximum(mine.std(axis=0), _SPREAD)
            away = (((points - tone) / spread) ** 2).sum(axis=1)
            density += len(mine) / len(thin) * np.exp(-away / 2) / (np.prod(spread) * (2 * np.pi) ** 1.5)
    mixed: NDArray[np.float64] = (1 - new) * density + new * unknown
    return mixed


def _behind(features: NDArray[np.float32], outside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Density of what is behind the ship at each pixel's row, shape (pixels,): hills and shore go on behind it.

    From the distance to the eighth nearest of the colours beside and above the ship, in a space in which rows count too
    (Loftsgaarden and Quesenberry 1965, Annals of Mathematical Statistics 36, 1049-1051); learnt there only, else what
    was once missed of the ship would be taken for background for good.
    """
    rows, cols = features.shape[:2]
    level = np.broadcast_to((_ROW_WEIGHT * np.arange(rows) / rows)[:, None, None], (rows, cols, 1))
    space = np.concatenate([features, level], axis=-1).astype(np.float32)
    sample = space[outside]
    sample = sample[:: max(1, len(sample) // 6000)]
    near = min(_NEAR, len(sample))
    away, _ = cKDTree(sample).query(space[:, ::2].reshape(-1, 4), k=[near], eps=0.3, distance_upper_bound=_FAR)
    reach = np.clip(away[:, 0], _SPREAD, _FAR).reshape(rows, -1)
    ball = np.pi**2 / 2 * reach**4
    density = _ROW_WEIGHT * near / (len(sample) * ball) + _NEW_BEHIND
    return np.repeat(density, 2, axis=1)[:, :cols].ravel()


def _edges(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Strength of the edge above each row, 0-1: difference of the two rows above and below."""
    padded = np.pad(features, ((2, 2), (0, 0), (0, 0)), mode="edge").astype(np.float64)
    lower, upper = padded[2:-2] + padded[3:-1], padded[1:-3] + padded[:-4]
    strength = np.sqrt(((lower - upper) ** 2).sum(axis=-1))
    strongest = np.percentile(strength, 99)
    scaled: NDArray[np.float64] = np.clip(strength / max(float(strongest), 1e-6), 0, 1)
    return scaled


def _best_tops(says: NDArray[np.float64], edge: NDArray[np.float64], strip: Strip) -> NDArray[np.float64]:
    """The heights that say most, by dynamic programming over columns."""
    rows, cols = says.shape
    level = np.arange(rows)
    foot = np.clip(np.round(strip.foot).astype(int), 1, rows - 1)
    below = level[:, None] < foot[None, :]
    gain = np.cumsum((says * below)[::-1], axis=0)[::-1] + _EDGE * edge
    gain[~below] = -1e9
    gain[foot, np.arange(cols)] = 0.0
    outside = (np.arange(cols) < strip.first) | (np.arange(cols) > strip.last)
    gain[:, outside] = np.where(level[:, None] == foot[None, outside], 0.0, -1e9)
    return np.asarray(np.minimum(best_path(gain, slope=_SLOPE, most=_JUMP), foot), np.float64)


def best_path(gain: NDArray[np.float64], *, slope: float, most: float) -> NDArray[np.int64]:
    """One row in each column so that the sum of gains is greatest.

    Args:
        gain: shape (rows, columns).
        slope: price of a step of one row between columns.
        most: what any jump costs at most.
    """
    rows, cols = gain.shape
    level = np.arange(rows)
    best = gain[:, 0].copy()
    came = np.zeros((rows, cols), np.int32)
    for col in range(1, cols):
        above, above_at = _running_max(best + slope * level)
        below, below_at = _running_max((best - slope * level)[::-1])
        from_above, from_below = above - slope * level, below[::-1] + slope * level
        step = np.maximum(from_above, from_below)
        at = np.where(from_above >= from_below, above_at, rows - 1 - below_at[::-1])
        far = int(np.argmax(best))
        jump = best[far] - most > step
        came[:, col] = np.where(jump, far, at)
        best = np.where(jump, best[far] - most, step) + gain[:, col]
    path = np.empty(cols, np.int64)
    path[-1] = int(np.argmax(best))
    for col in range(cols - 1, 0, -1):
        path[col - 1] = came[path[col], col]
    return path


def _running_max(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The greatest so far, and where it stood."""
    most = np.maximum.accumulate(values)
    at = np.maximum.accumulate(np.where(values >= most, np.arange(len(values)), 0))
    return most, at


def _clearness(features: NDArray[np.float32], strip: Strip, top: NDArray[np.float64]) -> float:
    """Median difference of colour across the outline, over that within the ground outside."""
    cols = np.flatnonzero(top < strip.foot - 2)
    if len(cols) < 8:
        return 0.0
    row = np.clip(top[cols].astype(int), 4, features.shape[0] - 5)
    across = np.linalg.norm(features[row + 2, cols] - features[row - 3, cols], axis=-1)
    ground = np.linalg.norm(features[row - 2, cols] - features[np.maximum(row - 6, 0), cols], axis=-1)
    return float(np.median(across) / (np.median(ground) + 0.01))
