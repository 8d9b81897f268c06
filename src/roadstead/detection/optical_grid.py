"""The working grid of the optical network: one pixel size on the ground for every image.

A network that sees every ship at the same scale needs fewer examples and fewer layers. Enlarging is linear, reducing
averages with a triangle as broad as the new pixel, so that nothing aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORK_M = 5.0
"""ground size of a pixel of the working grid, metres: a hull of 30 m by 8 m still has six by two of them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkGrid:
    """The working grid over an image window; both share the first pixel's upper left corner."""

    shape: tuple[int, int]
    """(height, width) of the window, pixels"""
    step_px: tuple[float, float]
    """window pixels per working pixel, along rows and along columns"""

    @property
    def work_shape(self) -> tuple[int, int]:
        """(height, width) in working pixels."""
        height, width = (max(1, round(n / s)) for n, s in zip(self.shape, self.step_px, strict=True))
        return height, width

    def window(self, rows: tuple[int, int], cols: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """Window pixels that a range of working rows and columns needs: (first, end) of each."""
        spans = []
        for (first, end), step, size in zip((rows, cols), self.step_px, self.shape, strict=True):
            reach = max(1.0, step)
            low = int(np.clip(np.floor((first + 0.5) * step - reach - 0.5), 0, size - 1))
            spans.append((low, int(np.clip(np.ceil((end - 0.5) * step + reach + 0.5), low + 1, size))))
        return spans[0], spans[1]

    def to_work(self, planes: NDArray[np.float32], rows: tuple[int, int], cols: tuple[int, int]) -> NDArray[np.float32]:
        """Planes cut to `window(rows, cols)`, shape (n, h, w), on those working pixels."""
        spans = self.window(rows, cols)
        matrices = [
            _matrix((np.arange(*wanted) + 0.5) * step, span, max(1.0, step))
            for wanted, span, step in zip((rows, cols), spans, self.step_px, strict=True)
        ]
        return _resampled(planes, matrices)

    def to_window(
        self, planes: NDArray[np.float32], corner: tuple[int, int], rows: tuple[int, int], cols: tuple[int, int]
    ) -> NDArray[np.float32]:
        """Planes of working pixels, shape (n, h, w), the first at `corner`, on a range of window rows and columns."""
        matrices = [
            _matrix((np.arange(*wanted) + 0.5) / step, (first, first + size), max(1.0, 1 / step))
            for wanted, first, size, step in zip((rows, cols), corner, planes.shape[1:], self.step_px, strict=True)
        ]
        return _resampled(planes, matrices)


def _matrix(centres: NDArray[np.floating], span: tuple[int, int], reach: float) -> csr_array:
    """Weights (wanted, given) of a triangle of half width `reach` around each centre; the rim's pixel stands beyond.

    Only the few that are above 0 are kept: a dense matrix of a window 100,000 pixels wide takes gigabytes.
    """
    first, end = span
    inside = np.clip(centres, first + 0.5, end - 0.5)
    near = np.arange(int(np.ceil(2 * reach)) + 1)
    given = np.floor(inside - reach - 0.5).astype(np.int64)[:, None] + 1 + near[None, :]
    weights = np.clip(1 - np.abs(inside[:, None] - (given + 0.5)) / reach, 0, None)
    weights[(given < first) | (given >= end)] = 0
    rows, places = np.nonzero(weights)
    shares = (weights / weights.sum(axis=1, keepdims=True))[rows, places].astype(np.float32)
    return csr_array((shares, (rows, given[rows, places] - first)), shape=(len(centres), end - first))


def _resampled(planes: NDArray[np.float32], matrices: list[csr_array]) -> NDArray[np.float32]:
    down, across = matrices
    count, height, width = planes.shape
    tall = down @ planes.transpose(1, 0, 2).reshape(height, count * width)
    wide = across @ tall.reshape(len(tall) * count, width).T
    return np.ascontiguousarray(wide.T.reshape(len(tall), count, -1).transpose(1, 0, 2), np.float32)
