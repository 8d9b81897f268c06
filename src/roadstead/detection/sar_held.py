"""Blocks of raw values that are kept while strips pass, so that measuring a hull reads nothing again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roadstead.detection.sar_blocks import Form
from roadstead.detection.sar_screen import HOLD


@njit(cache=True, nogil=True)
def cut_blocks(
    raw: NDArray[Any], raw_row: int, blocks: tuple[int, int], form: Form, wanted: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Number and raw values of the wanted blocks in some block rows; beyond the image the edge is repeated.

    Args:
        raw: raw values of some rows of the image, shape (rows, width).
        raw_row: row of the image that is first in `raw`.
        blocks: first block row, and the one behind the last.
        form: sizes.
        wanted: marks; blocks with `HOLD` are kept, shape (block rows, block columns).

    Returns:
        Block row times number of block columns plus block column, shape (n,); values, shape (n, block, block).
    """
    block, columns = form.block_px, wanted.shape[1]
    count = np.count_nonzero(wanted[blocks[0] : blocks[1]] == HOLD)
    index, values = np.empty(count, np.int64), np.empty((count, block, block), raw.dtype)
    n = 0
    for i in range(blocks[0], blocks[1]):
        for j in range(columns):
            if wanted[i, j] == HOLD:
                index[n] = i * columns + j
                for y in range(block):
                    row = min(i * block + y, form.height - 1) - raw_row
                    for x in range(block):
                        values[n, y, x] = raw[row, min(j * block + x, form.width - 1)]
                n += 1
    return index, values


@njit(cache=True, nogil=True)
def _paste(values: NDArray[Any], place: NDArray[np.int32], corner: tuple[int, int], out: NDArray[Any]) -> bool:
    """Fill a window, given by its first row and column, from blocks; False where one of them is not held."""
    block, (top, left), (height, width) = values.shape[1], corner, out.shape
    for i in range(top // block, (top + height - 1) // block + 1):
        for j in range(left // block, (left + width - 1) // block + 1):
            if place[i, j] < 0:
                return False
            held = values[place[i, j]]
            for y in range(max(top, i * block), min(top + height, (i + 1) * block)):
                for x in range(max(left, j * block), min(left + width, (j + 1) * block)):
                    out[y - top, x - left] = held[y - i * block, x - j * block]
    return True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldBlocks:
    """A band of which only some blocks are there."""

    form: Form
    values: NDArray[Any]
    """raw values of each block, shape (n, block, block)"""
    place: NDArray[np.int32]
    """place of each block of the band in `values`, or -1, shape (block rows, block columns)"""

    @classmethod
    def of(cls, form: Form, parts: list[tuple[NDArray[np.int64], NDArray[Any]]]) -> HeldBlocks:
        """All the blocks of these parts."""
        block = form.block_px
        place = np.full((-(-form.height // block), -(-form.width // block)), -1, np.int32)
        if not parts:
            return cls(form=form, values=np.empty((0, block, block), np.float32), place=place)
        place.ravel()[np.concatenate([index for index, _ in parts])] = np.arange(sum(len(v) for _, v in parts))
        return cls(form=form, values=np.concatenate([values for _, values in parts]), place=place)

    def window(self, top: int, left: int, height: int, width: int) -> NDArray[Any] | None:
        """Raw values of a window inside the image, shape (height, width); None where a block of it is not held."""
        out = np.empty((height, width), self.values.dtype)
        return out if _paste(self.values, self.place, (top, left), out) else None
