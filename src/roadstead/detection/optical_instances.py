"""From the network's maps to single hulls: cores as seeds, grown back to the hull by watershed.

Cores that touch at a low level but part at a higher one may be several ships: the levels are climbed, and a seed is
split wherever at least two parts of it live on (component trees: Najman and Couprie 2006, IEEE Trans. Image Proc. 15,
3531). Parts with no dip of the hull between them are joined again, if the whole has a hull's shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import MultiPoint
from skimage.segmentation import watershed

_HULL = 0.35  # least probability of a hull's pixels
_LEVELS = (0.25, 0.4, 0.55, 0.7, 0.85)  # of the core's probability
_LEAST_CORE_PX = 3  # working pixels; a part smaller than this is no ship of its own
_SMOOTH_PX = 0.7
_INLAND = -0.4  # of the shore plane; no ship lies so far inland
_BEST = 0.25  # share of a core that speaks for it
_DIP = {True: 0.6, False: 0.9}  # joined above this share of the fainter part's hull: end to end, side by side
_SOLID = 0.8  # least share of its convex hull that a joined hull fills; with less, rows of moored ships became one
_EIGHT = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One hull as the network sees it, in working pixels."""

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    """its pixels in the map, shape (n,)"""
    hull: NDArray[np.float32]
    """probability of the hull at them, shape (n,)"""
    core: float
    """mean probability of the core's best pixels"""

    @property
    def centre(self) -> tuple[float, float]:
        """Row and column of its middle; 0.5 is the first pixel's middle."""
        return float(np.average(self.rows, weights=self.hull)) + 0.5, float(
            np.average(self.cols, weights=self.hull)
        ) + 0.5


class Part(NamedTuple):
    """Pixels of a region and what the maps say there, each shape (n,)."""

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    hull: NDArray[np.float32]
    core: NDArray[np.float32]


def instances(hull: NDArray[np.float32], core: NDArray[np.float32], shore: NDArray[np.float32]) -> list[Instance]:
    """Single hulls in the network's maps.

    Args:
        hull: probability of hull, shape (height, width).
        core: probability of core, same shape.
        shore: the shore plane, same shape.

    Returns:
        Hulls in the order of their first pixel.
    """
    afloat = shore > _INLAND
    smooth = ndimage.gaussian_filter(core, _SMOOTH_PX)
    seeds = _seeds(np.where(afloat, smooth, np.float32(0)))
    if not seeds.any():
        return []
    regions = watershed(-hull, seeds, mask=(afloat & (hull > _HULL)) | (seeds > 0))  # type: ignore[no-untyped-call]  # scikit-image has no types
    parts = {}
    for label, box in enumerate(ndimage.find_objects(regions), 1):
        if box is not None:
            rows, cols = np.nonzero(regions[box] == label)
            rows, cols = rows + box[0].start, cols + box[1].start
            parts[label] = Part(rows, cols, hull[rows, cols], smooth[rows, cols])
    found = [_instance(part) for part in _joined(parts, _borders(regions, hull))]
    return sorted(found, key=lambda i: (int(i.rows[0]), int(i.cols[0])))


def _instance(part: Part) -> Instance:
    best = np.sort(part.core)[-max(_LEAST_CORE_PX, int(_BEST * len(part.core))) :]
    order = np.lexsort((part.cols, part.rows))
    return Instance(rows=part.rows[order], cols=part.cols[order], hull=part.hull[order], core=float(best.mean()))


def _joined(parts: dict[int, Part], borders: dict[tuple[int, int], list[float]]) -> list[Part]:
    """Regions with those united that no dip of the hull parts, the least parted first."""
    ties = {pair: _tie(parts[pair[0]], parts[pair[1]], values) for pair, values in borders.items()}
    while ties and max(ties.values()) > 0:
        keep, gone = min(ties, key=lambda pair: (-ties[pair], pair))
        parts[keep] = _united(parts[keep], parts.pop(gone))
        del ties[keep, gone], borders[keep, gone]
        for pair in [p for p in borders if gone in p or keep in p]:
            values, _ = borders.pop(pair), ties.pop(pair)
            other = next(label for label in pair if label not in {keep, gone})
            now = (min(keep, other), max(keep, other))
            borders[now] = borders.get(now, []) + values
            ties[now] = _tie(parts[now[0]], parts[now[1]], borders[now])
    return list(parts.values())


def _united(one: Part, other: Part) -> Part:
    return Part(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.cols, other.cols]),
        np.concatenate([one.hull, other.hull]),
        np.concatenate([one.core, other.core]),
    )


def _borders(regions: NDArray[np.int32], hull: NDArray[np.float32]) -> dict[tuple[int, int], list[float]]:
    """Hull probabilities along the border between each two regions that touch, the lower of both sides."""
    found: dict[tuple[int, int], list[float]] = {}
    sides = (np.s_[1:, :], np.s_[:-1, :]), (np.s_[:, 1:], np.s_[:, :-1])
    for here, there in sides:
        a, b = regions[here], regions[there]
        rows, cols = np.nonzero((a != b) & (a > 0) & (b > 0))
        lower = np.minimum(hull[here][rows, cols], hull[there][rows, cols])
        for one, other, value in zip(a[rows, cols].tolist(), b[rows, cols].tolist(), lower.tolist(), strict=True):
            found.setdefault((min(one, other), max(one, other)), []).append(value)
    return found


def _tie(one: Part, other: Part, border: list[float]) -> float:
    """How strongly two regions belong together, above 0; 0 where they are two hulls."""
    share = float(np.mean(border)) / min(float(np.median(part.hull)) for part in (one, other))
    places = [np.column_stack([part.rows, part.cols]) for part in (one, other)]
    whole = np.concatenate(places)
    in_line = _slenderness(whole) > max(_slenderness(part) for part in places)
    if share < _DIP[in_line] or solidity(whole) < _SOLID:
        return 0.0
    return share


def _slenderness(places: NDArray[np.int64]) -> float:
    """Length over beam from the second moments."""
    beam, length = np.linalg.eigvalsh(np.cov(places.T, bias=True) + np.eye(2) / 12) if len(places) > 1 else (1.0, 1.0)
    return float(np.sqrt(length / beam))


def solidity(places: NDArray[np.int64]) -> float:
    """Share of its convex hull that a group of pixels fills, 0-1; places are rows and columns, shape (n, 2)."""
    corners = np.concatenate([places + off for off in ((0, 0), (0, 1), (1, 0), (1, 1))])
    return len(places) / float(MultiPoint(corners).convex_hull.area)


def _seeds(core: NDArray[np.float32]) -> NDArray[np.int32]:
    """Labelled seeds, 0 elsewhere: each part of a core that no higher level splits further."""
    seeds, count = ndimage.label(core > _LEVELS[0], _EIGHT)
    for level in _LEVELS[1:]:
        parts, _ = ndimage.label(core > level, _EIGHT)
        sizes = np.bincount(parts.ravel())
        parts[(sizes < _LEAST_CORE_PX)[parts]] = 0
        parents = _parents(seeds, parts)
        children = np.bincount(list(parents.values()), minlength=count + 1)
        split = {part: parent for part, parent in parents.items() if children[parent] > 1}
        if split:
            seeds[np.isin(seeds, sorted(set(split.values())))] = 0
            for part in split:
                count += 1
                seeds[parts == part] = count
    return np.asarray(seeds, np.int32)


def _parents(seeds: NDArray[np.int32], parts: NDArray[np.int32]) -> dict[int, int]:
    """For each part the seed that it lies in."""
    rows, cols = np.nonzero(parts)
    labels, first = np.unique(parts[rows, cols], return_index=True)
    return {
        int(part): int(seeds[rows[k], cols[k]])
        for part, k in zip(labels, first, strict=True)
        if seeds[rows[k], cols[k]] > 0
    }
