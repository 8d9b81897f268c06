"""Telling a hull from the wake behind it.

A wake is dimmer than the hull all along and fades away from it; a dark deck is dim but does not fade. So a tail is cut
off where it is dimmer than half the hull throughout and its far half is dimmer than its near half.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.optical_clusters import Cluster

_HULL_PERCENTILE = 97  # a small craft is a few pixels before a wake of a hundred
_DIM = 0.45  # of the hull's brightness: least brightness of the hull's own pixels
_SHORTEST_TAIL = 0.25  # of the whole group's length; less is no wake worth a word
_FADING = 0.75  # far half over near half of the tail
_EIGHT = np.ones((3, 3), bool)


def without_wake(cluster: Cluster) -> tuple[Cluster, bool]:
    """The group without its wake, and whether it had one."""
    bright = float(np.percentile(cluster.amplitude, _HULL_PERCENTILE))
    core = _largest(cluster.rows_px, cluster.cols_px, cluster.amplitude >= _DIM * bright)
    if core.sum() < 3 or core.all():
        return cluster, False
    along = _along(cluster.rows_px, cluster.cols_px, core)
    low, high = along[core].min(), along[core].max()
    length = float(np.ptp(along)) + 1
    beyond = np.maximum(along - high, low - along)
    side = along > high if (along.max() - high) >= (low - along.min()) else along < low
    reach = float(beyond[side].max()) if side.any() else 0.0
    if reach < _SHORTEST_TAIL * length:
        return cluster, False
    near, far = (cluster.amplitude[side & part] for part in (beyond <= reach / 2, beyond > reach / 2))
    if not near.size or not far.size or far.mean() > _FADING * near.mean():
        return cluster, False
    kept = beyond <= 1
    return replace(
        cluster,
        rows_px=cluster.rows_px[kept],
        cols_px=cluster.cols_px[kept],
        weights=cluster.weights[kept],
        amplitude=cluster.amplitude[kept],
    ), True


def _largest(rows: NDArray[np.int64], cols: NDArray[np.int64], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those chosen pixels that form the largest connected group."""
    plane = np.zeros((int(np.ptp(rows)) + 1, int(np.ptp(cols)) + 1), bool)
    plane[rows[chosen] - rows.min(), cols[chosen] - cols.min()] = True
    labels, count = ndimage.label(plane, _EIGHT)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    mine = labels[rows - rows.min(), cols - cols.min()] == int(np.argmax(sizes))
    return np.asarray(mine & chosen, bool)


def _along(rows: NDArray[np.int64], cols: NDArray[np.int64], core: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Position along the axis from the core's middle, pixels; the axis is the whole group's."""
    points = np.column_stack([cols, rows]).astype(float)
    vectors = np.linalg.eigh(np.cov(points.T, bias=True))[1]
    return np.asarray((points - points[core].mean(axis=0)) @ vectors[:, 1], np.float64)
