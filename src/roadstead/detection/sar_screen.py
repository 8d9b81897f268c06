"""Which blocks can hold anything bright, and the bright pixels of those, while the strips pass.

Blocks are looked at in cells of four by four. The blocks of a cell and of the two rows around it say how bright the
sea is there: its lower quartile, so that coast, ships and fronts on one side do not raise it. A block whose peak stays
below the threshold that such a sea would have is never looked at again; of the others and their neighbours the bright
pixels are listed, and around clear peaks the raw values are kept for measurement. What decides is a finite
neighbourhood, so it can be known a few block rows behind the pixels that are being decoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from roadstead.detection.sar_blocks import convert, mark_usable, most, windowed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.sar_blocks import Form, Sums

CELL = 4
"""blocks along the side of a cell"""
AROUND = 2
"""blocks around a cell that count for its level"""
MIN_BLOCKS = 4
"""fewer usable blocks than this, of every other one, make no background"""
CENSOR = 4.0
"""pixels this many times as bright as the sea are no part of it"""
FILLED = 4.0
"""what is so much brighter than the sea near by over 5 x 5 blocks is no group of ships"""
CLEAR = 1.3
"""peaks so far above the trigger are likely objects, which will be measured"""
LIST, HOLD = 1, 2
"""marks of blocks: bright pixels are listed; also their raw values are kept"""


class Levels(NamedTuple):
    """The sea by cells, each array of shape (cell rows, cell columns), float32; NaN where too few blocks are usable."""

    low: NDArray[np.float32]
    """lower quartile of the block means"""
    middle: NDArray[np.float32]
    """median of the block means"""
    spread: NDArray[np.float32]
    """median of the squared coefficients of variation inside blocks"""


class Listed(NamedTuple):
    """Bright pixels, each array of shape (n,)."""

    rows_px: NDArray[np.int32]
    cols_px: NDArray[np.int32]
    level: NDArray[np.float32]
    """smoothed intensity"""
    at_edge: NDArray[np.bool_]
    """whether a pixel without data lies within the stated reach, inside the image"""


@njit(cache=True, nogil=True)
def cell_levels(
    mean: NDArray[np.float32], cv2: NDArray[np.float32], cells: tuple[int, int], fewest: int, out: Levels
) -> None:
    """Fill the levels of the cell rows `cells[0]` to `cells[1]` (not included).

    Args:
        mean: mean of each block, NaN where it does not count, shape (block rows, block columns).
        cv2: squared coefficient of variation inside each block, same shape.
        cells: cell rows to fill.
        fewest: fewer usable blocks than this leave NaN.
        out: filled in place.
    """
    height, width = mean.shape
    values, spreads = np.empty((CELL + 2 * AROUND) ** 2, np.float32), np.empty((CELL + 2 * AROUND) ** 2, np.float32)
    for a in range(cells[0], cells[1]):
        for b in range(out.low.shape[1]):
            n = 0
            for i in range(max(0, a * CELL - AROUND), min(height, (a + 1) * CELL + AROUND)):
                # every other block, like the fields of one colour on a chessboard: neighbours are alike
                first = max(0, b * CELL - AROUND)
                for j in range(first + (first + i) % 2, min(width, (b + 1) * CELL + AROUND), 2):
                    if not np.isnan(mean[i, j]):
                        values[n], spreads[n] = mean[i, j], cv2[i, j]
                        n += 1
            if n >= fewest:
                out.low[a, b], out.middle[a, b] = ranked(values, n, n // 4, n // 2)
                out.spread[a, b] = ranked(spreads, n, n // 2, n // 2)[0]
            else:
                out.low[a, b] = out.middle[a, b] = out.spread[a, b] = np.nan


@njit(cache=True, nogil=True)
def ranked(values: NDArray[np.float32], n: int, lower: int, upper: int) -> tuple[np.float32, np.float32]:
    """Two of the first `n` values, a few dozen, by their ranks from 0; for each it is counted how many are below it."""
    found = values[0], values[0]
    for k in range(n):
        value, below, same = values[k], np.int32(0), np.int32(0)
        for m in range(n):
            below += np.int32(values[m] < value)
            same += np.int32(values[m] == value)
        low = value if below <= lower < below + same else found[0]
        found = low, value if below <= upper < below + same else found[1]
    return found


@njit(cache=True, nogil=True)
def _sort(values: NDArray[np.float32], n: int) -> None:
    """Sort the first `n`, a few dozen, in place by insertion."""
    for k in range(1, n):
        value, m = values[k], k - 1
        while m >= 0 and values[m] > value:
            values[m + 1] = values[m]
            m -= 1
        values[m + 1] = value


@njit(cache=True, nogil=True)
def block_limits(
    mean: NDArray[np.float32], cells: tuple[int, int], by_cell: tuple[NDArray[np.float32], NDArray[np.float32]],
    out: NDArray[np.float32],
) -> None:  # fmt: skip
    """Intensity from where on pixels are listed, for the blocks of the cell rows `cells[0]` to `cells[1]` - 1.

    It is that of the cell, but where a block and most of those two blocks away are far above the sea, like on land, it
    is their level: no group of ships fills so much, and the plain pixels of land need no list.

    Args:
        mean: mean of each block, shape (block rows, block columns).
        cells: cell rows to fill.
        by_cell: limits and levels of the sea, of these cell rows, shape (cell rows, cell columns).
        out: filled in place, shape of `mean`.
    """
    height, width = mean.shape
    five = np.empty(5, np.float32)
    for i in range(cells[0] * CELL, min(height, cells[1] * CELL)):
        for j in range(width):
            limit, sea = by_cell[0][i // CELL - cells[0], j // CELL], by_cell[1][i // CELL - cells[0], j // CELL]
            if mean[i, j] > FILLED * sea:
                five[0], five[1], five[2] = mean[i, j], mean[max(i - 2, 0), j], mean[min(i + 2, height - 1), j]
                five[3], five[4] = mean[i, max(j - 2, 0)], mean[i, min(j + 2, width - 1)]
                for k in range(5):
                    five[k] = 0.0 if np.isnan(five[k]) else five[k]
                _sort(five, 5)
                limit = max(limit, five[2]) if five[2] > FILLED * sea else limit
            out[i, j] = limit


@njit(cache=True, nogil=True)
def mark_bright(peak: NDArray[np.float32], trigger: NDArray[np.float32], first: int, out: NDArray[np.uint8]) -> None:
    """Mark the blocks with a peak above their cell's trigger and those around them.

    Args:
        peak: greatest value of each block, shape (block rows, block columns).
        trigger: by cell, of the cell rows from `first` on, shape (cell rows, cell columns); NaN: no block of the cell.
        first: first cell row of `trigger`.
        out: `LIST` for them and beside any of them, `HOLD` for and beside clear ones; shape of `peak`, marks only grow.
    """
    height, width = peak.shape
    for i in range(first * CELL, min(height, (first + len(trigger)) * CELL)):
        for j in range(width):
            limit = trigger[i // CELL - first, j // CELL]
            if peak[i, j] > limit:
                mark = HOLD if peak[i, j] > CLEAR * limit else LIST
                for y in range(max(0, i - 1), min(height, i + 2)):
                    for x in range(max(0, j - 1), min(width, j + 2)):
                        out[y, x] = max(out[y, x], np.uint8(mark))


class Scratch(NamedTuple):
    """Room for one window, so that compiled loops need not allocate."""

    rows: NDArray[np.float32]
    usable: NDArray[np.float32]
    upright: NDArray[np.float32]
    share: NDArray[np.float32]
    smooth: NDArray[np.float32]
    """result, shape (height, width); 0 where invalid or outside the image"""


@njit(cache=True, nogil=True)
def scratch(height: int, width: int, window_px: int) -> Scratch:
    """Room for windows of this size."""
    more = window_px - 1
    rows = np.zeros((height + more, width + more), np.float32)
    upright, share = np.empty(width + more, np.float32), np.empty(width, np.float32)
    return Scratch(rows, np.zeros_like(rows), upright, share, np.empty((height, width), np.float32))


@njit(cache=True, nogil=True)
def smooth_window(
    raw: NDArray[np.float32], raw_row: int, corner: tuple[int, int], form: Form, room: Scratch
) -> NDArray[np.float32]:
    """Smoothed intensity of a window, 0 where invalid or outside the image; the result lies in `room.smooth`.

    The same arithmetic as in the pass over all pixels, so that the same pixels give the same result.

    Args:
        raw: raw values of some rows of the image, shape (rows, width).
        raw_row: row of the image that is first in `raw`.
        corner: top row and left column of the window.
        form: how to read the values.
        room: of the window's size.
    """
    height, width = room.smooth.shape
    half, (top, left) = form.window_px // 2, corner
    first, last = max(0, left - half), min(form.width, left + width + half)
    at, end = first - (left - half), last - (left - half)
    inside = top >= half and left >= half and top + height + half <= form.height and left + width + half <= form.width
    bad = 0 if inside else 1
    for k in range(height + 2 * half):
        row = top - half + k
        if not inside:
            room.rows[k] = 0.0
        if 0 <= row < form.height and first < last:
            bad += convert(raw[row - raw_row, first:last], form, room.rows[k, at:end])
    if bad:
        mark_usable(room.rows, room.usable)
    whole = np.float32(1) / np.float32(form.window_px**2)
    for k in range(height):
        line = room.smooth[k]
        windowed(room.rows, k, form.window_px, room.upright, line)
        if bad:
            windowed(room.usable, k, form.window_px, room.upright, room.share)
            for col in range(width):
                line[col] = line[col] / max(room.share[col], np.float32(1)) * room.usable[k + half, col + half]
        else:
            for col in range(width):
                line[col] *= whole
    return room.smooth


@njit(cache=True, nogil=True)
def list_bright(  # noqa: PLR0917 - compiled code takes plain values
    raw: NDArray[np.float32],
    raw_row: int,
    blocks: tuple[int, int],
    form: Form,
    wanted: NDArray[np.uint8],
    limits: tuple[NDArray[np.float32], NDArray[np.float32]],
    sums: Sums,
    reach_px: int,
) -> Listed:
    """Bright pixels of the wanted blocks in the block rows `blocks[0]` to `blocks[1]` (not included), in row order.

    Args:
        raw: raw values of some rows of the image, shape (rows, width).
        raw_row: row of the image that is first in `raw`.
        blocks: block rows.
        form: how to read the values.
        wanted: marks of the blocks; the pixels of all marked ones are listed, shape (block rows, block columns).
        limits: intensities from where on pixels are listed, by block, and up to where they are sea, by cell.
        sums: count, total and squares of these blocks become those of the pixels up to that second limit.
        reach_px: how far from pixels without data `at_edge` holds.
    """
    block = form.block_px
    total = block * block * (1 + np.count_nonzero(wanted[blocks[0] : blocks[1]]))
    rows, cols = np.empty(total, np.int32), np.empty(total, np.int32)
    level, at_edge = np.empty(total, np.float32), np.zeros(total, np.bool_)
    room = scratch(block, block, form.window_px)
    listed = 0
    for i in range(blocks[0], blocks[1]):
        for j in range(wanted.shape[1]):
            if wanted[i, j] == 0:
                continue
            limit, top_of_sea = limits[0][i, j], limits[1][i // CELL, j // CELL]
            smooth = smooth_window(raw, raw_row, (i * block, j * block), form, room)
            n, s, q = 0.0, 0.0, 0.0
            for y in range(block):
                for x in range(block):
                    value = smooth[y, x]
                    if value == 0:
                        continue
                    if value <= top_of_sea:
                        n, s, q = n + 1, s + value, q + value * value
                    if value > limit:
                        rows[listed], cols[listed], level[listed] = i * block + y, j * block + x, value
                        listed += 1
            sums.counted[i, j], sums.total[i, j], sums.squares[i, j] = n, s, q
    for k in range(listed):
        at_edge[k] = _near_missing(raw, raw_row, rows[k], cols[k], reach_px, form)
    return Listed(rows[:listed].copy(), cols[:listed].copy(), level[:listed].copy(), at_edge[:listed].copy())


@njit(cache=True, nogil=True)
def _near_missing(  # noqa: PLR0917 - compiled code takes plain values
    raw: NDArray[np.float32], raw_row: int, row: int, col: int, reach_px: int, form: Form
) -> bool:
    """Whether the data end within reach; holes up to so wide and high, like dead pixels on a ship, are no end."""
    for y in range(max(0, row - reach_px), min(form.height, row + reach_px + 1)):
        for x in range(max(0, col - reach_px), min(form.width, col + reach_px + 1)):
            if _missing(raw[y - raw_row, x], form) and not _in_hole(raw, raw_row, y, x, reach_px, form):
                return True
    return False


@njit(cache=True, nogil=True)
def _missing(raw: float, form: Form) -> bool:
    value = np.float32(raw)
    return value == np.float32(form.nodata) or not abs(value) <= most(form.unit)


@njit(cache=True, nogil=True)
def _in_hole(  # noqa: PLR0917 - compiled code takes plain values
    raw: NDArray[np.float32], raw_row: int, row: int, col: int, most_px: int, form: Form
) -> bool:
    """Whether a missing pixel's row and column hold data again within so many pixels."""
    across, down = 1, 1
    for way in (-1, 1):
        x = col + way
        while 0 <= x < form.width and across <= most_px and _missing(raw[row - raw_row, x], form):
            across, x = across + 1, x + way
        y = row + way
        while 0 <= y < form.height and down <= most_px and _missing(raw[y - raw_row, col], form):
            down, y = down + 1, y + way
    return across <= most_px and down <= most_px
