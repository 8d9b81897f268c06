"""One pass over the pixels of a strip: from raw values to sums over blocks, and pixels of a few blocks in full.

Everything that has to look at every pixel is here, compiled and without the interpreter lock. Sums run down columns
first, so that rows are worked through with vector instructions and the order of additions, hence every bit of the
result, depends neither on the processor nor on where strips begin.

Values become intensities: linear as they are, amplitudes squared, decibels raised; nodata, non-finite values and those
that no radar measures are invalid. Intensities are averaged in a square window of about 30 m, over its valid pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from roadstead.imagery import SAR_MOST
from roadstead.model import SarUnit

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINEAR, AMPLITUDE, DECIBEL = 0, 1, 2
MIN_FILL = 0.2
"""a block counts when at least this share of its pixels is usable"""
# values are cut 80 dB under one, so that 0 has a logarithm; single precision keeps compiled loops in vectors
_FLOOR, _FLOOR_AMPLITUDE, _FLOOR_DB = np.float32(1e-8), np.float32(1e-4), np.float32(-80)
_MOST, _MOST_AMPLITUDE, _MOST_DB = (np.float32(SAR_MOST[u]) for u in (SarUnit.LINEAR, SarUnit.AMPLITUDE, SarUnit.DB))
_NEPER_PER_DB, _DB_PER_NEPER = np.float32(np.log(10) / 10), np.float32(10 / np.log(10))
_LN2, _LN2_REST, _HALF_ROOT = np.float32(0.693359375), np.float32(-2.12194440e-4), np.float32(0.707106781)
_LOG = tuple(
    np.float32(c)
    for c in (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
              -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)
)  # fmt: skip
_MIXED_DB = np.float32(6)  # speckle and waves of one sea hardly lie farther from their mean


class Form(NamedTuple):
    """How raw values are to be read, and the sizes of windows and blocks; a tuple that compiled code takes."""

    unit: int
    nodata: float
    """value of pixels without data; NaN where none is declared"""
    window_px: int
    """side of the averaging window, odd"""
    block_px: int
    """side of a block, a multiple of the window"""
    height: int
    """rows of the whole image"""
    width: int


class Sums(NamedTuple):
    """What is kept of every block, each array of shape (block rows, block columns), float32."""

    counted: NDArray[np.float32]
    """number of valid pixels"""
    total: NDArray[np.float32]
    """sum of the smoothed intensity"""
    squares: NDArray[np.float32]
    peak: NDArray[np.float32]
    """greatest smoothed intensity"""
    log_mean: NDArray[np.float32]
    """typical decibels, by one pixel in each window; NaN without any"""
    roughness: NDArray[np.float32]
    """standard deviation of those decibels"""
    mean: NDArray[np.float32]
    """mean of the smoothed intensity; NaN where fewer than `MIN_FILL` of the pixels are valid"""
    cv2: NDArray[np.float32]
    """squared coefficient of variation of the smoothed intensity inside the block"""


def empty_sums(form: Form) -> Sums:
    """Room for the sums of an image of this form."""
    shape = (-(-form.height // form.block_px), -(-form.width // form.block_px))
    return Sums(*(np.zeros(shape, np.float32) for _ in range(8)))


@njit(cache=True, nogil=True)
def most(unit: int) -> np.float32:
    """Greatest raw value, without its sign, that counts as measured."""
    return _MOST_AMPLITUDE if unit == AMPLITUDE else _MOST_DB if unit == DECIBEL else _MOST


@njit(cache=True, nogil=True)
def convert(raw: NDArray[np.float32], form: Form, out: NDArray[np.float32]) -> int:
    """Intensities of a row of raw values, 0 where invalid; returns the number of invalid ones."""
    nodata, limit = np.float32(form.nodata), most(form.unit)
    bad = np.int32(0)
    for col in range(len(raw)):
        value = np.float32(raw[col])
        bad += np.int32((value == nodata) | (not (abs(value) <= limit)))
    if form.unit == AMPLITUDE:
        for col in range(len(raw)):
            value = np.float32(raw[col])
            value = max(_FLOOR_AMPLITUDE, value)
            out[col] = value * value
    elif form.unit == DECIBEL:
        for col in range(len(raw)):
            value = np.float32(raw[col])
            out[col] = np.exp((max(_FLOOR_DB, value)) * _NEPER_PER_DB)
    else:
        for col in range(len(raw)):
            value = np.float32(raw[col])
            out[col] = max(_FLOOR, value)
    if bad:
        for col in range(len(raw)):
            value = np.float32(raw[col])
            if (value == nodata) | (not (abs(value) <= limit)):
                out[col] = 0.0
    return int(bad)


@njit(cache=True, nogil=True)
def windowed(
    rows: NDArray[np.float32], first: int, window_px: int, upright: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Sums over the square windows whose top row is `first`: down first, then along."""
    width = len(out)
    if window_px == 3:
        a, b, c = rows[first], rows[first + 1], rows[first + 2]
        for col in range(width + 2):
            upright[col] = a[col] + b[col] + c[col]
        for col in range(width):
            out[col] = upright[col] + upright[col + 1] + upright[col + 2]
        return
    upright[:] = rows[first]
    for k in range(1, window_px):
        row = rows[first + k]
        for col in range(len(upright)):
            upright[col] += row[col]
    out[:] = upright[:width]
    for k in range(1, window_px):
        for col in range(width):
            out[col] += upright[col + k]


class _Columns(NamedTuple):
    """Sums down the rows of a row of blocks, each of shape (width,), and what the rows need on the way."""

    counted: NDArray[np.float32]
    total: NDArray[np.float32]
    squares: NDArray[np.float32]
    peak: NDArray[np.float32]
    smooth: NDArray[np.float32]
    """the row in work"""
    share: NDArray[np.float32]
    """number of valid pixels in each window of it"""
    inverse: NDArray[np.float32]
    """one over the number of pixels in a window of the image; columns at the sides have fewer"""


@njit(cache=True, nogil=True)
def _columns(form: Form) -> _Columns:
    window, width = form.window_px, form.width
    half = window // 2
    inverse = np.empty(width, np.float32)
    for col in range(width):
        inverse[col] = 1.0 / (window * (min(col + half, width - 1) - max(col - half, 0) + 1))
    counted, total, squares = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    peak, smooth, share = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    return _Columns(counted, total, squares, peak, smooth, share, inverse)


@njit(cache=True, nogil=True)
def add_rows(raw: NDArray[Any], raw_row: int, blocks: tuple[int, int], form: Form, sums: Sums) -> None:
    """Fill the sums of the block rows `blocks[0]` to `blocks[1]` (not included).

    Args:
        raw: raw values of some rows of the image, shape (rows, width), any real type. They hold the block rows and half
            a window around them, as far as the image goes.
        raw_row: row of the image that is first in `raw`.
        blocks: block rows to fill.
        form: how to read the values.
        sums: filled in place.
    """
    window, block = form.window_px, form.block_px
    half = window // 2
    rows = np.zeros((block + 2 * half, form.width + 2 * half), np.float32)
    usable, upright = np.zeros_like(rows), np.empty(form.width + 2 * half, np.float32)
    samples = np.empty((block // window, -(-form.width // window)), np.float32)
    decibels = np.empty_like(samples)
    columns = _columns(form)
    for i in range(blocks[0], blocks[1]):
        top, high = i * block, min(block, form.height - i * block)
        bad = 0
        for k in range(high + 2 * half):
            row = top - half + k
            if 0 <= row < form.height:
                bad += convert(raw[row - raw_row], form, rows[k, half : half + form.width])
            else:
                rows[k] = 0.0
                bad += form.width
        columns.total[:], columns.squares[:], columns.peak[:], samples[:] = 0.0, 0.0, 0.0, 0.0
        columns.counted[:] = 0 if bad else high
        if bad:
            mark_usable(rows, usable)
        for k in range(high):
            windowed(rows, k, window, upright, columns.smooth)
            if bad:
                windowed(usable, k, window, upright, columns.share)
                _add_partly(columns, usable[k + half, half:])
            else:
                _add_whole(columns)
            if (top + k) % window == half:
                line = samples[k // window]
                for n in range((form.width - half + window - 1) // window):
                    line[n] = columns.smooth[half + n * window]
        _reduce(i, block, columns, sums)
        for k in range(len(samples)):
            to_decibels(samples[k], decibels[k])
        _reduce_logs(i, (samples, decibels), sums)


@njit(cache=True, nogil=True)
def mark_usable(rows: NDArray[np.float32], usable: NDArray[np.float32]) -> None:
    """1 where there is an intensity, 0 where it is 0: invalid, or outside the image."""
    for k in range(rows.shape[0]):
        for col in range(rows.shape[1]):
            usable[k, col] = 1.0 if rows[k, col] > 0 else 0.0


@njit(cache=True, nogil=True)
def _add_whole(columns: _Columns) -> None:
    """Add a row of which, and around which, every pixel of the image is valid."""
    for col in range(len(columns.smooth)):
        value = columns.smooth[col] * columns.inverse[col]
        columns.smooth[col] = value
        columns.total[col] += value
        columns.squares[col] += value * value
        columns.peak[col] = max(columns.peak[col], value)


@njit(cache=True, nogil=True)
def _add_partly(columns: _Columns, own: NDArray[np.float32]) -> None:
    """Add a row with invalid pixels in or around it; `own` is 1 or 0 for its own pixels."""
    for col in range(len(columns.smooth)):
        share = columns.share[col] if columns.share[col] > 1 else np.float32(1)
        value = columns.smooth[col] / share * own[col]
        columns.smooth[col] = value
        columns.counted[col] += own[col]
        columns.total[col] += value
        columns.squares[col] += value * value
        columns.peak[col] = max(columns.peak[col], value)


@njit(cache=True, nogil=True)
def _reduce(i: int, block: int, columns: _Columns, sums: Sums) -> None:
    """Sums of columns to sums of blocks."""
    for j in range(sums.counted.shape[1]):
        n, s, q, m = 0.0, 0.0, 0.0, np.float32(0)
        for col in range(j * block, min((j + 1) * block, len(columns.counted))):
            n += columns.counted[col]
            s += columns.total[col]
            q += columns.squares[col]
            m = max(m, columns.peak[col])
        sums.counted[i, j], sums.total[i, j], sums.squares[i, j], sums.peak[i, j] = n, s, q, m
        sums.mean[i, j] = s / n if n >= MIN_FILL * block * block else np.nan
        sums.cv2[i, j] = max(q * n / (s * s) - 1, 0.0) if n else np.nan


@njit(cache=True, nogil=True)
def to_decibels(values: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Decibels of positive values, to the last digit but one; of others anything.

    The library's logarithm takes one value at a time, and another last digit on another machine. This one is that of
    the Cephes library (Moshier 1989, Methods and Programs for Mathematical Functions).
    """
    bits, parts = values.view(np.int32), out.view(np.int32)
    for k in range(len(values)):
        parts[k] = bits[k] & np.int32(0x007FFFFF) | np.int32(0x3F000000)
    for k in range(len(values)):
        power, part = np.float32((bits[k] >> np.int32(23)) - np.int32(126)), out[k]
        small = part < _HALF_ROOT
        power = power - np.float32(1) if small else power
        x = part + part - np.float32(1) if small else part - np.float32(1)
        y = _LOG[0]
        for n in range(1, len(_LOG)):
            y = y * x + _LOG[n]
        y = y * x * (x * x) + power * _LN2_REST - np.float32(0.5) * (x * x)
        out[k] = _DB_PER_NEPER * (x + y + power * _LN2)


@njit(cache=True, nogil=True)
def _reduce_logs(i: int, logs: tuple[NDArray[np.float32], NDArray[np.float32]], sums: Sums) -> None:
    """Typical decibels and their spread of each block, from samples, of which 0 is invalid, and their decibels.

    Typical is the mean, but the median where a block is mixed, so that a ship does not make its block look like land.
    """
    samples, decibels = logs
    side, width = samples.shape
    values = np.empty(side * side, np.float32)
    for j in range(sums.counted.shape[1]):
        n, s, q = 0, np.float32(0), np.float32(0)
        low, high = np.float32(1000), np.float32(-1000)
        for row in range(side):
            for col in range(j * side, min((j + 1) * side, width)):
                if samples[row, col] > 0:
                    value_db = decibels[row, col]
                    values[n] = value_db
                    n += 1
                    s += value_db
                    q += value_db * value_db
                    low, high = min(low, value_db), max(high, value_db)
        mean = s / n if n else np.float32(np.nan)
        sums.roughness[i, j] = np.sqrt(max(q / n - mean * mean, np.float32(0))) if n else np.float32(np.nan)
        mixed = n > 0 and (high - mean > _MIXED_DB or mean - low > _MIXED_DB)
        sums.log_mean[i, j] = np.sort(values[:n])[n // 2] if mixed else mean
