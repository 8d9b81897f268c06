"""Files of a scene: cloud-optimised GeoTIFF written tile by tile, the STAC item, the truth. Each carries the mark."""

from __future__ import annotations

import json
import math
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

from roadstead.model import StorageError
from roadstead.simulate.spec import MARK
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from roadstead.simulate.grid import Grid, Tile

THREADS = 2
_BLOCK_PX = 256
_CACHE_MB = 64
TIFF_MARK = "ROADSTEAD_SIMULATED"
"""the mark as a TIFF tag: GDAL allows no colon in their names"""
WARNING = "SIMULATED by Roadstead: no satellite took this image, and the place does not exist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One file of a scene."""

    path: Path
    count: int
    dtype: str
    names: tuple[str, ...]
    """description of each band"""
    nodata: float | None
    step: int = 1
    """pixels of the scene per pixel of the file"""


def write_layers(layers: Sequence[Layer], grid: Grid, tile_of: Callable[[Tile], Sequence[NDArray[Any]]]) -> None:
    """Compute tiles on two threads and write them; what is held is a few tiles.

    Args:
        layers: the files.
        grid: of the first one.
        tile_of: pixels of a tile for each layer, shape (bands, height, width).

    Raises:
        StorageError: a file cannot be written.
    """
    folder = layers[0].path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            rasterio.Env(GDAL_CACHEMAX=_CACHE_MB, GDAL_NUM_THREADS=THREADS, GDAL_TIFF_OVR_BLOCKSIZE=_BLOCK_PX),
            tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as making,
        ):
            raw = [Path(making) / layer.path.name for layer in layers]
            _fill(layers, raw, grid, tile_of)
            for layer, path in zip(layers, raw, strict=True):
                _cloud_optimised(path, layer)
    except (OSError, RasterioError) as error:
        raise StorageError(f"{folder}: a scene cannot be written ({error}); check permissions and space") from error


def _fill(
    layers: Sequence[Layer], raw: Sequence[Path], grid: Grid, tile_of: Callable[[Tile], Sequence[NDArray[Any]]]
) -> None:
    with _opened(layers, raw, grid) as files, ThreadPoolExecutor(THREADS) as pool:
        waiting: list[tuple[Tile, Any]] = []
        for tile in grid.tiles():
            waiting.append((tile, pool.submit(tile_of, tile)))
            if len(waiting) > THREADS:
                _write(files, layers, *waiting.pop(0))
        for done in waiting:
            _write(files, layers, *done)


def _write(files: Sequence[Any], layers: Sequence[Layer], tile: Tile, future: Any) -> None:
    for file, layer, pixels in zip(files, layers, future.result(), strict=True):
        row, col = tile.row_off // layer.step, tile.col_off // layer.step
        file.write(pixels, window=Window(col, row, pixels.shape[2], pixels.shape[1]))


@contextmanager
def _opened(layers: Sequence[Layer], raw: Sequence[Path], grid: Grid) -> Iterator[list[Any]]:
    files: list[Any] = []
    try:
        files += [_new(path, layer, grid) for path, layer in zip(raw, layers, strict=True)]
        yield files
    finally:
        for file in files:
            file.close()


def _new(path: Path, layer: Layer, grid: Grid) -> Any:
    file = rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=-(-grid.height // layer.step),
        width=-(-grid.width // layer.step),
        count=layer.count,
        dtype=layer.dtype,
        crs=grid.crs,
        transform=grid.transform @ rasterio.Affine.scale(layer.step),
        nodata=layer.nodata,
        tiled=True,
        blockxsize=_BLOCK_PX,
        blockysize=_BLOCK_PX,
        interleave="pixel" if layer.count > 1 else "band",
        photometric="minisblack",
    )
    file.update_tags(**{TIFF_MARK: "true", "TIFFTAG_IMAGEDESCRIPTION": f"{MARK}: {WARNING}"})
    for i, name in enumerate(layer.names):
        file.set_band_description(i + 1, name)
    return file


def _cloud_optimised(raw: Path, layer: Layer) -> None:
    """Copy a plain file to its place as a COG, at once or not at all.

    Overviews are made in the plain file first: left to GDAL's COG driver they go through a second, compressed file,
    which took longer than all the rest.
    """
    _with_overviews(raw, layer)
    made = raw.with_suffix(".cog.tif")
    copy_raster(
        raw,
        made,
        driver="COG",
        compress="DEFLATE",
        level=1,
        predictor="YES",
        blocksize=_BLOCK_PX,
        overviews="FORCE_USE_EXISTING",
        num_threads=THREADS,
        bigtiff="IF_SAFER",
    )
    raw.unlink()
    made.chmod(0o644)
    made.replace(layer.path)


def _with_overviews(raw: Path, layer: Layer) -> None:
    """Add halvings until one fits a block."""
    with rasterio.open(raw, "r+") as file:
        halvings = max(0, math.ceil(math.log2(max(file.shape) / _BLOCK_PX)))
        if halvings:
            resampling = Resampling.nearest if layer.dtype == "uint8" else Resampling.average
            file.build_overviews([2 ** (k + 1) for k in range(halvings)], resampling)


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a document with sorted keys; raises StorageError."""
    write_atomic(path, json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
