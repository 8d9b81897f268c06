"""Listed pixels grouped into what may be one object each; never a labelled image (union-find, Tarjan 1975)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def groups(rows_px: NDArray[np.int64], cols_px: NDArray[np.int64], reach_px: float) -> NDArray[np.int64]:
    """Group number of each pixel; pixels not farther apart than `reach_px` belong together, shape (n,).

    Args:
        rows_px: rows, ascending, shape (n,).
        cols_px: columns, ascending within a row.
        reach_px: greatest distance between the middles of two pixels of a group that need no other between them.
    """
    n, reach = len(rows_px), int(reach_px)
    parent = np.arange(n)
    starts = np.searchsorted(rows_px, np.arange(rows_px[0], rows_px[n - 1] + 2)) if n else np.zeros(1, np.int64)
    for k in range(n):
        for dy in range(reach + 1):
            row = rows_px[k] + dy - rows_px[0]
            if row >= len(starts) - 1:
                break
            wide = int(np.sqrt(reach_px * reach_px - dy * dy))
            low, high = starts[row], starts[row + 1]
            m = low + np.searchsorted(cols_px[low:high], cols_px[k] - wide if dy else cols_px[k] + 1)
            while m < high and cols_px[m] <= cols_px[k] + wide:
                a, b = _root(parent, k), _root(parent, m)
                parent[max(a, b)] = min(a, b)
                m += 1
    out, number = np.empty(n, np.int64), 0
    for k in range(n):
        root = _root(parent, k)
        if root == k:
            out[k] = number
            number += 1
        else:
            out[k] = out[root]
    return out


@njit(cache=True, nogil=True)
def _root(parent: NDArray[np.int64], k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


def members(group: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Indices of each group's pixels, in order of the group number."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(group) else []
