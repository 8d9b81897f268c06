"""Where an image is searched: rectangles around what may be a hull, with little else in them.

A network takes rectangles, and every pixel of them costs the same. So the image is halved, and each half again, either
way, as long as the rectangles around what is left in the parts, margins included, are smaller together than the one
before.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.optical_grid import WorkGrid

BLOCK_PX = 16
"""side of a block, working pixels"""
_PHASE_PX = 2 * BLOCK_PX  # windows begin and end at multiples: a coarse look reduces as much, and sees all alike
_LARGEST_PX = 832  # side of a window: a larger one fills the memory
_LEAST = 6  # blocks along a side: what is smaller is mostly margin
_CALL_PX = 5000  # what a call costs beside its pixels, in pixels

Span = tuple[int, int]
"""first and end"""


class Cell(NamedTuple):
    """A part of the image; every hull belongs to the cell that its middle lies in."""

    rows: Span
    """working pixels"""
    cols: Span
    window: tuple[Span, Span]
    """rows and columns that have to be seen"""

    @property
    def pixels(self) -> int:
        """How many have to be seen."""
        return math.prod(end - first for first, end in self.window)


def in_blocks(
    mask: NDArray[np.bool_], spans: tuple[Span, Span], grid: WorkGrid
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the blocks that hold anything of a mask of an image's own pixels, each shape (n,).

    Args:
        mask: of the pixels within the spans, shape (h, w).
        spans: rows and columns of the image.
        grid: from its pixels to working pixels.
    """
    found = mask
    numbers = []
    for axis, (span, step, size) in enumerate(zip(spans, grid.step_px, grid.work_shape, strict=True)):
        block = np.minimum(((np.arange(*span) + 0.5) / step).astype(np.int64), size - 1) // BLOCK_PX
        first = np.flatnonzero(np.diff(block, prepend=-1))
        found = np.logical_or.reduceat(found, first, axis=axis) if first.size else found
        numbers.append(block[first])
    rows, cols = np.nonzero(found)
    return numbers[0][rows], numbers[1][cols]


def cells(there: NDArray[np.bool_], shape: tuple[int, int], margin_px: int) -> list[Cell]:
    """Cells of an image around what shows in it.

    Args:
        there: blocks of `BLOCK_PX` with something that may belong to a hull, shape (rows, columns).
        shape: (height, width) of the image, working pixels.
        margin_px: how far beyond what shows has to be seen, working pixels, a block or more.

    Returns:
        Cells in the order of their rows, then columns; they do not overlap, their windows do.
    """
    wide = np.asarray(ndimage.binary_dilation(there, np.ones((3, 3), bool)), bool)
    image = _Image(there=wide, shape=shape, beyond_px=margin_px - BLOCK_PX)
    return sorted(_parts(image, ((0, wide.shape[0]), (0, wide.shape[1]))))


class _Image(NamedTuple):
    """What `cells` is given."""

    there: NDArray[np.bool_]
    shape: tuple[int, int]
    beyond_px: int
    """margin around the blocks, which hold a block around everything"""


def _parts(image: _Image, blocks: tuple[Span, Span]) -> list[Cell]:
    """Cells of a range of rows and columns of blocks."""
    part = image.there[slice(*blocks[0]), slice(*blocks[1])]
    if not part.any():
        return []
    rows, cols = (
        (first + int(some[0]), first + int(some[-1]) + 1)
        for (first, _), some in ((blocks[axis], np.flatnonzero(part.any(axis=1 - axis))) for axis in (0, 1))
    )
    long = [rows[1] - rows[0], cols[1] - cols[0]]
    if max(long) * BLOCK_PX > _LARGEST_PX - 2 * image.beyond_px:
        return _halves(image, blocks, (rows, cols), int(np.argmax(long)))
    ways = [[_cell(image, blocks, (rows, cols))]]
    ways += [_halves(image, blocks, (rows, cols), axis) for axis in (0, 1) if long[axis] >= 2 * _LEAST]
    return min(ways, key=lambda way: sum(cell.pixels + _CALL_PX for cell in way))


def _halves(image: _Image, blocks: tuple[Span, Span], taken: tuple[Span, Span], axis: int) -> list[Cell]:
    """Cells of both sides of the middle of what is taken, along an axis."""
    at = sum(taken[axis]) // 2
    spans = [(blocks[axis][0], at), (at, blocks[axis][1])]
    both = [(span, blocks[1]) if axis == 0 else (blocks[0], span) for span in spans]
    return [cell for half in both for cell in _parts(image, half)]


def _cell(image: _Image, blocks: tuple[Span, Span], taken: tuple[Span, Span]) -> Cell:
    """Blocks that belong to it, and what is seen around those that are taken, as pixels."""
    rows, cols = (
        (first * BLOCK_PX, min(n, end * BLOCK_PX)) for (first, end), n in zip(blocks, image.shape, strict=True)
    )
    more = image.beyond_px
    seen = [
        (
            max(0, (first * BLOCK_PX - more) // _PHASE_PX * _PHASE_PX),
            min(n, -((-end * BLOCK_PX - more) // _PHASE_PX) * _PHASE_PX),
        )
        for (first, end), n in zip(taken, image.shape, strict=True)
    ]
    return Cell(rows=rows, cols=cols, window=(seen[0], seen[1]))
