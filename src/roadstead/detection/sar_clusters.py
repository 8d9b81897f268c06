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
    for k in range(1, n):
        if rows_px[k] == rows_px[k - 1] and cols_px[k] - cols_px[k - 1] <= reach:
            parent[k] = parent[k - 1]
    for dy in range(1, reach + 1):
        wide = int(np.sqrt(reach_px * reach_px - dy * dy))
        for row in range(len(starts) - 1 - dy):
            if starts[row] < starts[row + 1] and starts[row + dy] < starts[row + dy + 1]:
                _join(
                    cols_px,
                    (starts[row], starts[row + 1]),
                    (starts[row + dy], starts[row + dy + 1]),
                    wide,
                    reach,
                    parent,
                )
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
def _join(  # noqa: PLR0917 - compiled code takes plain values
    cols_px: NDArray[np.int64],
    upper: tuple[int, int],
    lower: tuple[int, int],
    wide: int,
    reach: int,
    parent: NDArray[np.int64],
) -> None:
    """Join pixels of two rows, each given by its first pixel and the one behind its last, not `wide` columns apart.

    Pixels of a row within `reach` of each other are together already, so each run of them looks at a pixel only once.
    """
    first, m, near = lower[0], lower[0], False
    for k in range(upper[0], upper[1]):
        col = cols_px[k]
        while first < lower[1] and cols_px[first] < col - wide:
            first += 1
        if k == upper[0] or col - cols_px[k - 1] > reach or m < first:
            m, near = first, False
        while m < lower[1] and cols_px[m] <= col + wide:
            if not near or cols_px[m] - cols_px[m - 1] > reach:
                a, b = _root(parent, k), _root(parent, m)
                parent[max(a, b)] = min(a, b)
            near = True
            m += 1


@njit(cache=True, nogil=True)
def _root(parent: NDArray[np.int64], k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


def members(group: NDArray[np.int64], wanted: NDArray[np.bool_] | None = None) -> list[NDArray[np.int64]]:
    """Indices of each group's pixels, ascending, in order of the group number.

    Args:
        group: number of each pixel's group, shape (n,).
        wanted: by group number, which to give; None: all.
    """
    if not len(group):
        return []
    order, ends = by_group(group)
    numbers = range(len(ends)) if wanted is None else np.flatnonzero(wanted).tolist()
    return [order[ends[g - 1] if g else 0 : ends[g]] for g in numbers]


@njit(cache=True, nogil=True)
def by_group(group: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of pixels in order of their groups, ascending in each, shape (n,); and where the indices of each end."""
    ends = np.zeros(group.max() + 1, np.int64)
    for g in group:
        ends[g] += 1
    ends = np.cumsum(ends)
    order, free = np.empty(len(group), np.int64), ends.copy()
    for k in range(len(group) - 1, -1, -1):
        free[group[k]] -= 1
        order[free[group[k]]] = k
    return order, ends
