"""Opening image files safely, and what a file says of itself."""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rasterio
import shapely
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from roadstead.archive.gcps import has_points_only, placed, swath_outline
from roadstead.model import RasterError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# Formats that hold their own pixels, by their first bytes. VRT and its kin are left out: they name other files, even
# remote ones, so neither the hash of the file nor its folder would bound what is read.
_SIGNATURES = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0+": "GTiff",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\0\0\0\x0cjP  ": "JP2OpenJPEG",
}
_EDGE_POINTS = 16
# Decoders of PNG and JPEG fill up what is missing without a word.
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
MAX_PICTURE_PX = 400_000_000
"""most pixels of a PNG, JPEG or JPEG 2000 that is decoded to see whether it is whole"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What an image file states about itself, without reading its pixels."""

    driver: str
    count: int
    """bands in the file"""
    palette: bool
    """one band of indices into a colour table"""
    georeferenced: bool
    footprint: BaseGeometry | None
    """outline of the raster, WGS84; None without georeference"""
    colours: tuple[str, ...]
    """colour interpretation of each band, GDAL's names in lower case"""
    words: tuple[str, ...]
    """description and unit of each band, one text per band"""
    tags: tuple[str, ...]
    """texts in which the file may state its unit"""


@contextmanager
def open_image(path: Path) -> Iterator[Any]:
    """Open a local image with rasterio; only formats that hold their own pixels.

    An image with ground control points and no georeference, like Sentinel-1 GRD, is seen through its virtual warp
    into UTM; see `archive.gcps`.

    Raises:
        RasterError: it cannot be opened or, inside the block, read.
    """
    with _as_it_lies(path) as dataset, placed(dataset) as view:
        yield view


@contextmanager
def _as_it_lies(path: Path) -> Iterator[Any]:
    """Open a local image with its own rows and columns; raises RasterError."""
    driver = image_kind(path)
    try:
        with warnings.catch_warnings():
            # Pictures have no georeference; `FileFacts.georeferenced` says so, a warning would say it again.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(path, driver=driver)
        with dataset:
            yield dataset
    except RasterioError as error:
        raise RasterError(
            f"{path} cannot be read as {driver}; it may be truncated or damaged, so fetch it again ({_short(error)})"
        ) from error


def image_kind(path: Path) -> str:
    """GDAL's name of the format, by the file's first bytes.

    Raises:
        RasterError: no file, empty, or of another kind.
    """
    if not path.is_file():
        raise RasterError(f"{path} is not there or is no file; name an image file")
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        raise RasterError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    if not head:
        raise RasterError(f"{path} is empty (0 bytes); fetch it again")
    if any("\ud800" <= letter <= "\udfff" for letter in str(path)):
        raise RasterError(f"{path} has a name that is no UTF-8; rename it")
    kind = kind_of_bytes(head)
    if kind is None:
        what = (
            "holds HTML or XML (often a login page, or a VRT)" if head.lstrip()[:1] == b"<" else "is no image we read"
        )
        raise RasterError(f"{path} {what}; give GeoTIFF, PNG, JPEG or JPEG 2000")
    return kind


def kind_of_bytes(head: bytes) -> str | None:
    """GDAL's name of the format that a file of these first bytes has; None where it is none we read."""
    return next((driver for start, driver in _SIGNATURES.items() if head.startswith(start)), None)


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__


def file_facts(path: Path) -> FileFacts:
    """What the file states about itself.

    Raises:
        RasterError: it cannot be opened.
    """
    with _as_it_lies(path) as dataset:
        count = int(dataset.count)
        units = dataset.units or (None,) * count
        tags = [dict(dataset.tags()), *(dict(dataset.tags(i)) for i in range(1, count + 1))]
        return FileFacts(
            driver=dataset.driver,
            count=count,
            palette=count == 1 and dataset.colorinterp[0] == ColorInterp.palette,
            georeferenced=dataset.crs is not None or has_points_only(dataset),
            footprint=_footprint(dataset),
            colours=tuple(c.name for c in dataset.colorinterp),
            words=tuple(f"{d or ''} {u or ''}".strip() for d, u in zip(dataset.descriptions, units, strict=True)),
            tags=tuple(f"{key} {value}" for group in tags for key, value in sorted(group.items())),
        )


def _footprint(dataset: Any) -> BaseGeometry | None:
    if has_points_only(dataset):
        return swath_outline(dataset)
    if dataset.crs is None:
        return None
    height, width = dataset.shape
    corners = [dataset.transform @ corner for corner in ((0, 0), (width, 0), (width, height), (0, height))]
    outline = Polygon(corners)
    if not (math.isfinite(outline.area) and outline.area > 0):
        raise RasterError(
            f"{dataset.name} has a broken georeference (pixels without a size); correct or fetch it again"
        )
    dense = shapely.segmentize(outline, outline.length / (4 * _EDGE_POINTS))
    to_lonlat = Transformer.from_crs(dataset.crs.to_wkt(), "EPSG:4326", always_xy=True)
    turned = shapely.transform(dense, to_lonlat.transform, interleaved=False)
    return turned if all(math.isfinite(v) for v in turned.bounds) else None


def check_whole(path: Path) -> None:
    """Make sure that a file holds all the pixels it declares.

    For TIFF the place of every block is compared with the file's length, which costs no decoding; other formats
    are small and are decoded.

    Raises:
        RasterError: something is missing.
    """
    with _as_it_lies(path) as dataset:
        if dataset.driver == "GTiff":
            _check_blocks(dataset, path)
        else:
            _decode(dataset, path)
    end = _ENDS.get(dataset.driver)
    if end is not None and end not in _tail(path):
        raise RasterError(f"{path} is truncated: it has no end-of-image mark; fetch it again")


def _decode(dataset: Any, path: Path) -> None:
    if dataset.width * dataset.height > MAX_PICTURE_PX:
        raise RasterError(
            f"{path} declares {dataset.width} x {dataset.height} pixels, over the limit of "
            f"{MAX_PICTURE_PX / 1e6:.0f} million for pictures; cut it, or convert it to GeoTIFF"
        )
    for row in range(0, dataset.height, 256):
        dataset.read(window=Window(0, row, dataset.width, min(256, dataset.height - row)))


def _tail(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 65536))
        return stream.read()


def _check_blocks(dataset: Any, path: Path) -> None:
    size = path.stat().st_size
    rows, cols = dataset.block_shapes[0]
    for j in range(math.ceil(dataset.height / rows)):
        for i in range(math.ceil(dataset.width / cols)):
            start = dataset.get_tag_item(f"BLOCK_OFFSET_{i}_{j}", "TIFF", bidx=dataset.count)
            length = dataset.get_tag_item(f"BLOCK_SIZE_{i}_{j}", "TIFF", bidx=dataset.count)
            if start and length and int(start) + int(length) > size:
                raise RasterError(
                    f"{path} is truncated: a block of pixels ends at byte {int(start) + int(length)}, "
                    f"the file at {size}; fetch it again"
                )
