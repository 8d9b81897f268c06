"""Blocks of plain Deflate GeoTIFFs, decoded past GDAL: decoding is most of what a search of a radar scene costs.

What a file says of itself is GDAL's word in all cases. Only the pixels of files that are stored in the plainest way are
decoded here, and only if one block of the file comes out the same both ways; the rest, and every block that cannot be
decoded, is left to GDAL, which also says what is wrong with it. Predictors are those of the TIFF technical note 3
(Adobe 2005): differences along rows, for floats those of their bytes, sorted by significance.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import deflate
import numpy as np
from numba import njit
from numpy.typing import NDArray
from rasterio.windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSIGNED: dict[str, np.dtype[Any]] = {"uint16": np.dtype("<u2"), "float32": np.dtype("<u4")}
_LEAST_PX = 2**14
"""pixels of a block; files of smaller ones gain nothing"""
_NONE, _ACROSS, _BYTES = 1, 2, 3
_BYTE, _LOW = np.uint64(0xFF), np.uint64(0x00FF00FF00FF00FF)
_LITTLE = (b"II*\0", b"II+\0")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeflatedBlocks:
    """Where the blocks of a band lie in a file, and how they are stored."""

    path: Path
    first_byte: NDArray[np.int64]
    """of each block, shape (block rows, block columns)"""
    bytes_held: NDArray[np.int64]
    """of each block, deflated, same shape"""
    rows: int
    """of a block"""
    cols: int
    """of a block"""
    predictor: int
    unsigned: np.dtype[Any]
    """integers as wide as a pixel"""

    def read(self, stream: BinaryIO, corner: tuple[int, int], cols: tuple[int, int], out: NDArray[Any]) -> bool:
        """Read some columns of a window; False, with anything in them, where a block of it cannot be decoded.

        Args:
            stream: the file, of this thread alone.
            corner: first row and column of the window in the file.
            cols: first column of the window to fill, and the one behind the last.
            out: the window, contiguous, of the band's type, shape (rows, columns).
        """
        (top, left), (first, last), height = corner, cols, len(out)
        whole = out.view(self.unsigned)
        for i in range(top // self.rows, (top + height - 1) // self.rows + 1):
            for j in range((left + first) // self.cols, (left + last - 1) // self.cols + 1):
                block = self._block(stream, i, j)
                if block is None:
                    return False
                rows = max(0, i * self.rows - top), min(height, (i + 1) * self.rows - top)
                part = max(first, j * self.cols - left), min(last, (j + 1) * self.cols - left)
                start = top + rows[0] - i * self.rows, left + part[0] - j * self.cols
                _UNDO[self.predictor](block, start, whole, rows, part)
        return True

    def _block(self, stream: BinaryIO, i: int, j: int) -> NDArray[Any] | None:
        """A block as it was deflated, shape (rows, columns); None where it is none."""
        size = int(self.bytes_held[i, j])
        whole = self.rows * self.cols * self.unsigned.itemsize
        try:
            stream.seek(int(self.first_byte[i, j]))
            inflated = deflate.zlib_decompress(stream.read(size), whole)
        except (deflate.DeflateError, OSError):
            return None
        if len(inflated) != whole:
            return None
        return np.frombuffer(inflated, self.unsigned).reshape(self.rows, self.cols)


def deflated_blocks(dataset: Any, number: int) -> DeflatedBlocks | None:
    """The blocks of a band that can be decoded here; None where GDAL is to do it.

    Args:
        dataset: open, of rasterio.
        number: of the band, from 1.
    """
    kind, (rows, cols) = dataset.dtypes[number - 1], dataset.block_shapes[number - 1]
    if dataset.driver != "GTiff" or sys.byteorder != "little" or kind not in _UNSIGNED or rows * cols < _LEAST_PX:
        return None
    stored = dataset.tags(ns="IMAGE_STRUCTURE") | dataset.tags(number, ns="IMAGE_STRUCTURE")
    predictor = int(stored.get("PREDICTOR", _NONE))
    if stored.get("COMPRESSION") != "DEFLATE" or stored.get("INTERLEAVE") != "BAND" or "NBITS" in stored:
        return None
    if predictor not in _UNDO or (predictor == _BYTES and kind != "float32"):
        return None
    table = _table(dataset, number)
    path = Path(dataset.name)
    if table is None or not path.is_file():
        return None
    blocks = DeflatedBlocks(
        path=path,
        first_byte=table[0],
        bytes_held=table[1],
        rows=rows,
        cols=cols,
        predictor=predictor,
        unsigned=_UNSIGNED[kind],
    )
    return blocks if _agrees(blocks, dataset, number) else None


def _table(dataset: Any, number: int) -> NDArray[np.int64] | None:
    """First byte and number of bytes of each block, shape (2, block rows, block columns); None where one is missing."""
    rows, cols = dataset.block_shapes[number - 1]
    shape = -(-dataset.height // rows), -(-dataset.width // cols)

    def tag(name: str) -> Iterator[int]:
        for i in range(shape[0]):
            for j in range(shape[1]):
                yield int(dataset.get_tag_item(f"{name}_{j}_{i}", "TIFF", bidx=number) or 0)

    table = np.array([list(tag("BLOCK_OFFSET")), list(tag("BLOCK_SIZE"))], np.int64).reshape(2, *shape)
    return table if table.all() else None


def _agrees(blocks: DeflatedBlocks, dataset: Any, number: int) -> bool:
    """Whether the block that holds most comes out the same here and by GDAL, bit by bit."""
    i, j = (int(k) for k in np.unravel_index(int(np.argmax(blocks.bytes_held)), blocks.bytes_held.shape))
    row, col = i * blocks.rows, j * blocks.cols
    height, width = min(blocks.rows, dataset.height - row), min(blocks.cols, dataset.width - col)
    own = np.empty((height, width), dataset.dtypes[number - 1])
    with blocks.path.open("rb", buffering=0) as stream:
        if stream.read(4) not in _LITTLE or not blocks.read(stream, (row, col), (0, width), own):
            return False
    other = dataset.read(number, window=Window(col, row, width, height))
    return bool(own.tobytes() == other.tobytes())


@njit(cache=True, nogil=True)
def _undo_none(  # noqa: D417 - of all three
    block: NDArray[Any], start: tuple[int, int], out: NDArray[Any], rows: tuple[int, int], cols: tuple[int, int]
) -> None:
    """Copy what has no predictor.

    Args:
        block: as it was deflated.
        start: row and column in the block from where on it is wanted.
        out: contiguous, of unsigned integers as wide; filled in `rows` and `cols`, the last of them not included.
    """
    for i in range(rows[0], rows[1]):
        line, held = out[i][cols[0] : cols[1]], block[start[0] + i - rows[0]][start[1] :]
        for col in range(len(line)):
            line[col] = held[col]


@njit(cache=True, nogil=True)
def _undo_across(
    block: NDArray[Any], start: tuple[int, int], out: NDArray[Any], rows: tuple[int, int], cols: tuple[int, int]
) -> None:
    """Sum up differences of neighbours in a row; two rows at a time, which do not wait for each other."""
    for i in range(rows[0], rows[1], 2):
        k = min(i + 1, rows[1] - 1)
        upper, lower = block[start[0] + i - rows[0]], block[start[0] + k - rows[0]]
        a, b = np.uint32(0), np.uint32(0)
        for col in range(start[1]):
            a, b = a + upper[col], b + lower[col]
        upper, lower = upper[start[1] :], lower[start[1] :]
        line, under = out[i][cols[0] : cols[1]], out[k][cols[0] : cols[1]]
        for col in range(len(line)):
            a, b = a + upper[col], b + lower[col]
            line[col], under[col] = a, b


@njit(cache=True, nogil=True)
def _undo_bytes(
    block: NDArray[Any], start: tuple[int, int], out: NDArray[Any], rows: tuple[int, int], cols: tuple[int, int]
) -> None:
    """Sum up differences of neighbouring bytes in a row, which holds first the highest byte of all its pixels.

    The four bytes of a pixel are summed side by side in 16 bits each, from 0; what the bytes of higher ones come to is
    added after that.
    """
    wide = block.shape[1]
    sums = np.empty(wide, np.uint64)
    for i in range(rows[0], rows[1]):
        held = block[start[0] + i - rows[0]].view(np.uint8)
        first, second, third, fourth = held[:wide], held[wide : 2 * wide], held[2 * wide : 3 * wide], held[3 * wide :]
        for col in range(wide):
            sums[col] = _lanes(first[col], second[col], third[col], fourth[col])
        last = _summed_up(sums)
        a, b, c = last >> np.uint64(48), last >> np.uint64(32), last >> np.uint64(16)
        before = _lanes(np.uint64(0), a & _BYTE, (a + b) & _BYTE, (a + b + c) & _BYTE)
        line, wanted = out[i][cols[0] : cols[1]], sums[start[1] :]
        for col in range(len(line)):
            value = (wanted[col] + before) & _LOW
            value = (value | value >> np.uint64(8)) & np.uint64(0x0000FFFF0000FFFF)
            line[col] = value | value >> np.uint64(16)


@njit(cache=True, nogil=True)
def _lanes(first: np.integer, second: np.integer, third: np.integer, fourth: np.integer) -> np.uint64:
    """Four bytes in 16 bits each."""
    upper = np.uint64(first) << np.uint64(48) | np.uint64(second) << np.uint64(32)
    return upper | np.uint64(third) << np.uint64(16) | np.uint64(fourth)


@njit(cache=True, nogil=True)
def _summed_up(lanes: NDArray[np.uint64]) -> np.uint64:
    """Replace values by the sums up to them, by lane, of which the low bytes count; returns those of the last one."""
    total = np.uint64(0)
    for first in range(0, len(lanes), 256):
        # so many bytes cannot overflow 16 bits
        part = lanes[first : first + 256]
        for k in range(len(part)):
            total += part[k]
            part[k] = total
        total &= _LOW
    return total


_UNDO = {_NONE: _undo_none, _ACROSS: _undo_across, _BYTES: _undo_bytes}
