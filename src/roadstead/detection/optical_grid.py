"""The working grid of the optical network: one pixel size on the ground for every image.

A network that sees every ship at the same scale needs fewer examples and fewer layers. Enlarging is linear, reducing
averages with a triangle as broad as the new pixel, so that nothing aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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


def _matrix(centres: NDArray[np.floating], span: tuple[int, int], reach: float) -> NDArray[np.float32]:
    """Weights (wanted, given) of a triangle of half width `reach` around each centre; the rim's pixel stands beyond."""
    given = np.arange(*span) + 0.5
    inside = np.clip(centres, given[0], given[-1])
    weights = np.clip(1 - np.abs(inside[:, None] - given[None, :]) / reach, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _resampled(planes: NDArray[np.float32], matrices: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    down, across = matrices
    return np.asarray(np.matmul(np.matmul(down, planes), across.T), np.float32)
