"""One radar band as it lies in the file: strip after strip for whole scenes, and small windows.

Two threads decode ahead, both on the same strip, each through its own handle and past GDAL's block cache, which would
otherwise keep what is never read again; blocks of plain Deflate files past GDAL as a whole (`imagery.deflated`).
Values keep the file's type where that is uint16 or float32 and become float32 elsewhere; where a mask or an alpha band
tells nodata, masked values become NaN. So "no data" can be read off the value alone, and a pass over the strips needs
no second array.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from roadstead.archive import Box, box_of, open_image
from roadstead.imagery.bands import radar_band
from roadstead.imagery.deflated import DeflatedBlocks, deflated_blocks
from roadstead.model import RasterError, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Pixels

MAX_PIXELS = 2**32
"""most pixels of a scene that is worked through in strips"""
MAX_WIDTH_PX = 2**16
"""most columns of such a scene: a strip of them has to fit into memory"""
_READERS = 2
_PARTS = 4
"""of a strip, each read at once by one of the readers"""
_STRIP_PX = 512
_CACHE_BYTES, _SMALL_BYTES = 8 * 2**20, 32 * 2**20
_NATIVE = ("uint16", "float32")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Some rows of a band."""

    values: NDArray[Any]
    """raw values, shape (rows, width); only valid until the next strip is asked for"""
    first_px: int
    """row of the band that is first in `values`"""
    last_px: int
    """row behind the last one"""


class Band(Protocol):
    """One radar band of a scene or of a window of it."""

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        ...

    @property
    def nodata(self) -> float:
        """Value of pixels without data; NaN where only NaN says so."""
        ...

    @property
    def transform(self) -> Affine:
        """(column, row) -> coordinates of `crs`."""
        ...

    @property
    def crs(self) -> str | None:
        """WKT or authority code; None without georeference."""
        ...

    def strips(self, carry_px: int) -> Iterator[Strip]:
        """All rows from the top; each strip but the first begins `carry_px` rows before the last one ended."""
        ...

    def window(self, top: int, left: int, height: int, width: int) -> NDArray[Any]:
        """Raw values of a window that lies inside, shape (height, width)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBand:
    """A radar band that is already in memory."""

    values: NDArray[np.float32]
    """raw values, NaN where invalid, shape (height, width)"""
    transform: Affine
    crs: str | None
    strip_px: int = 2048
    nodata: float = math.nan

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        height, width = self.values.shape
        return height, width

    def strips(self, carry_px: int) -> Iterator[Strip]:
        """All rows, as views."""
        for top in range(0, self.shape[0], self.strip_px):
            first, last = max(0, top - carry_px), min(self.shape[0], top + self.strip_px)
            yield Strip(values=self.values[first:last], first_px=first, last_px=last)

    def window(self, top: int, left: int, height: int, width: int) -> NDArray[np.float32]:
        """A view of a window."""
        return self.values[top : top + height, left : left + width]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What one thread reads a file through."""

    dataset: Any
    """open, of rasterio"""
    stream: BinaryIO | None = None
    """the file itself, where its blocks are decoded past GDAL"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBand:
    """A radar band in a local file, open while its context lasts."""

    scene: Scene
    number: int
    """of the band in the file, from 1"""
    dtype: np.dtype[Any]
    masked: bool
    """whether the file tells nodata by a mask, not by a value"""
    box: Box
    """the part of the file that counts as the band"""
    transform: Affine
    crs: str | None
    nodata: float
    strip_px: int
    block_px: tuple[int, int]
    """rows and columns of a block of the file"""
    readers: tuple[Reader, ...]
    """one for each thread"""
    blocks: DeflatedBlocks | None = None
    """where they are decoded past GDAL"""
    read_through: Callable[[], object] | None = None
    """called once the last strip is decoded"""

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.box.height, self.box.width

    def window(self, top: int, left: int, height: int, width: int) -> NDArray[Any]:
        """Read a window; raises RasterError where the file is damaged there."""
        out = np.empty((height, width), self.dtype)
        self._read(self.readers[0], (top, left), (0, width), out)
        return out

    def strips(self, carry_px: int) -> Iterator[Strip]:
        """All rows from the top, decoded ahead in two threads.

        Raises:
            RasterError: the file is damaged.
        """
        tops = self._tops()
        shape = carry_px + self.strip_px, self.box.width
        # one strip in work and two on their way; of wide images, where memory counts, one
        ahead = min(2 if math.prod(shape) * self.dtype.itemsize <= _SMALL_BYTES else 1, len(tops))
        buffers = [np.empty(shape, self.dtype) for _ in range(ahead + 1)]
        free: SimpleQueue[Reader] = SimpleQueue()
        for reader in self.readers:
            free.put(reader)
        with ThreadPoolExecutor(len(self.readers)) as pool:

            def ask(k: int) -> list[Future[None]]:
                top, rows = tops[k]
                whole = buffers[k % len(buffers)][carry_px : carry_px + rows]
                return [
                    pool.submit(self._read_part, free, (top + part[0], 0), cols, whole[part[0] : part[1]])
                    for part, cols in self._parts(top, rows)
                ]

            coming = [ask(k) for k in range(ahead)]
            for k, (top, rows) in enumerate(tops):
                for part in coming.pop(0):
                    part.result()
                now = buffers[k % len(buffers)]
                carried = min(carry_px, top)
                if carried:
                    before, end = buffers[(k - 1) % len(buffers)], carry_px + tops[k - 1][1]
                    now[carry_px - carried : carry_px] = before[end - carried : end]
                if k + ahead < len(tops):
                    coming.append(ask(k + ahead))
                if k + 1 == len(tops) and self.read_through is not None:
                    self.read_through()
                yield Strip(
                    values=now[carry_px - carried : carry_px + rows], first_px=top - carried, last_px=top + rows
                )

    def _tops(self) -> list[tuple[int, int]]:
        """First row and number of rows of each strip, along the blocks of the file."""
        first = self.box.row_off // self.strip_px * self.strip_px - self.box.row_off
        edges = [max(0, first), *range(first + self.strip_px, self.box.height, self.strip_px), self.box.height]
        return [(a, b - a) for a, b in pairwise(edges)]

    def _parts(self, top: int, rows: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """Rows and columns of the parts of a strip, the first and the one behind the last, cut where blocks begin."""
        high, wide = self.block_px
        if wide < self.box.col_off + self.box.width:
            cols = _divided(self.box.col_off, self.box.width, wide)
            return [((0, rows), part) for part in cols]
        return [(part, (0, self.box.width)) for part in _divided(self.box.row_off + top, rows, high)]

    def _read_part(
        self, free: SimpleQueue[Reader], corner: tuple[int, int], cols: tuple[int, int], out: NDArray[Any]
    ) -> None:
        reader = free.get()
        try:
            self._read(reader, corner, cols, out)
        finally:
            free.put(reader)

    def _read(self, reader: Reader, corner: tuple[int, int], cols: tuple[int, int], out: NDArray[Any]) -> None:
        """Read the columns `cols` of a window whose first row and column are `corner`."""
        top, left = corner[0] + self.box.row_off, corner[1] + self.box.col_off
        if self.blocks and reader.stream and self.blocks.read(reader.stream, (top, left), cols, out):
            return
        part, window = out[:, slice(*cols)], Window(left + cols[0], top, cols[1] - cols[0], len(out))
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES):
            reader.dataset.read(self.number, window=window, out=part)
            if self.masked:
                part[reader.dataset.read_masks(self.number, window=window) == 0] = np.nan


def _divided(first: int, count: int, block: int) -> list[tuple[int, int]]:
    """About `_PARTS` parts of `count` rows or columns, cut where blocks begin, counted from 0.

    Args:
        first: place of the first one in the file.
        count: how many there are.
        block: rows or columns of a block of the file.
    """
    blocks = (first + count - 1) // block - first // block + 1
    step = -(-blocks // _PARTS) * block
    edges = [0, *range(first // block * block + step - first, count, step), count]
    return list(pairwise(edges))


@contextmanager
def open_band(
    scene: Scene,
    aoi: BaseGeometry | None = None,
    *,
    strip_px: int = _STRIP_PX,
    read_through: Callable[[], object] | None = None,
) -> Iterator[FileBand]:
    """The radar band of a scene that detectors work on, or the window of it around an area.

    Args:
        scene: a radar scene whose unit is known.
        aoi: WGS84 polygon; the window is its bounding box in the raster, cut at the edges.
        strip_px: rows of a strip; rounded up to the blocks of the file.
        read_through: called once the last strip is decoded.

    Raises:
        BandsUnknown: no radar scene, or its unit is unknown.
        RasterError: the image cannot be read, holds complex values or a colour table, lies elsewhere, or is too large.
    """
    number = radar_band(scene) + 1
    with ExitStack() as stack:
        datasets = [stack.enter_context(open_image(scene.path)) for _ in range(_READERS)]
        dataset = datasets[0]
        crs = dataset.crs.to_wkt() if dataset.crs else None
        transform = dataset.transform if crs else Affine.identity()
        whole = Box(row_off=0, col_off=0, height=dataset.height, width=dataset.width)
        box = whole if aoi is None else box_of(aoi, transform, crs, dataset.shape, scene.id)
        _check(scene, dataset, number, box)
        flags = dataset.mask_flag_enums[number - 1]
        masked = MaskFlags.all_valid not in flags and flags != [MaskFlags.nodata]
        kind = dataset.dtypes[number - 1]
        native = kind in _NATIVE and not (masked and kind == "uint16")
        nodata = dataset.nodatavals[number - 1] if flags == [MaskFlags.nodata] else None
        high, wide = dataset.block_shapes[number - 1]
        blocks = deflated_blocks(dataset, number) if native and not masked else None
        streams = [stack.enter_context(scene.path.open("rb", buffering=0)) if blocks else None for _ in datasets]
        step_px = min(high, 2 * _STRIP_PX)
        yield FileBand(
            scene=scene,
            number=number,
            dtype=np.dtype(kind if native else "float32"),
            masked=masked,
            box=box,
            transform=transform @ Affine.translation(box.col_off, box.row_off),
            crs=crs,
            nodata=math.nan if nodata is None else float(nodata),
            strip_px=-(-strip_px // step_px) * step_px,
            block_px=(high, wide),
            readers=tuple(Reader(dataset=d, stream=s) for d, s in zip(datasets, streams, strict=True)),
            blocks=blocks,
            read_through=read_through,
        )


def band_of(scene: Scene, pixels: Pixels) -> MemoryBand:
    """The radar band of a window in memory; raises BandsUnknown as `open_band`."""
    number = radar_band(scene, len(pixels.values))
    values = np.where(pixels.valid, pixels.values[number], np.float32(np.nan))
    return MemoryBand(values=values, transform=pixels.transform, crs=pixels.crs)


def _check(scene: Scene, dataset: Any, number: int, box: Box) -> None:
    if "complex" in dataset.dtypes[number - 1]:
        raise RasterError(f"{scene.id} holds complex radar values (SLC); give a detected product, like GRD")
    if dataset.colorinterp[number - 1] == ColorInterp.palette:
        raise RasterError(f"{scene.id} holds indices into a colour table, no radar values; give the measurements")
    if box.width * box.height > MAX_PIXELS or box.width > MAX_WIDTH_PX:
        raise RasterError(
            f"{scene.id}: {box.width} x {box.height} pixels are over the limit of {MAX_PIXELS / 1e6:.0f} million "
            f"pixels and {MAX_WIDTH_PX} columns; name a site or a smaller area"
        )
