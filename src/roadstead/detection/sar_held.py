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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldBlocks:
    """A band of which only some blocks are there."""

    form: Form
    at: dict[int, NDArray[Any]]
    """block number -> its raw values, shape (block, block)"""

    @classmethod
    def of(cls, form: Form, parts: list[tuple[NDArray[np.int64], NDArray[Any]]]) -> HeldBlocks:
        """All the blocks of these parts."""
        return cls(form=form, at={int(n): v for index, values in parts for n, v in zip(index, values, strict=True)})

    def window(self, top: int, left: int, height: int, width: int) -> NDArray[Any] | None:
        """Raw values of a window inside the image, shape (height, width); None where a block of it is not held."""
        block, columns = self.form.block_px, -(-self.form.width // self.form.block_px)
        rows = range(top // block, (top + height - 1) // block + 1)
        cols = range(left // block, (left + width - 1) // block + 1)
        parts = [[self.at.get(i * columns + j) for j in cols] for i in rows]
        held = [[part for part in line if part is not None] for line in parts]
        if any(len(line) < len(cols) for line in held):
            return None
        whole = np.concatenate([np.concatenate(line, axis=1) for line in held])
        y, x = top - rows[0] * block, left - cols[0] * block
        return np.asarray(whole[y : y + height, x : x + width])
