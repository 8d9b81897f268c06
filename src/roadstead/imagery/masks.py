"""The product's own mask on the grid of a window: Sentinel-2 SCL, Planet UDM2, Landsat QA_PIXEL.

What counts as cloud (cloud, haze that hides, or shadow of either):

- Sentinel-2 scene classification (ESA, Sen2Cor; one uint8 band): 3 cloud shadow, 8 and 9 cloud, 10 thin cirrus;
  0 nodata and 1 saturated or defective are invalid.
- Planet UDM2 (docs.planet.com, 8 bands): 3 shadow, 5 heavy haze, 6 cloud; through light haze (4) ships can be seen.
  Band 8 holds the bits of the old mask: 0 blackfill and 2-7 missing or suspect data are invalid; bit 1, the old coarse
  test for cloud, is passed over, since bands 1-6 replace it. Where these say nothing at all, cloud is unknown.
- Landsat Collection 2 QA_PIXEL (USGS, one uint16 band): bits 2 cirrus, 3 cloud, 4 cloud shadow; bit 0 fill is invalid.

All three call bright ships, quays and roofs cloud. What is smaller than the largest ship, 400 m x 60 m, or so narrow
that no disc of 120 m (two such ships abreast) fits into it, is therefore no cloud here (an opening by reconstruction,
Vincent 1993, IEEE TIP 2, 176-201): what is kept is kept in its whole shape. So a cloud of less than about 150 m is
passed over, and a quarter of bright roofs beside the water may stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.warp import reproject
from rasterio.windows import Window
from scipy import ndimage
from shapely.geometry import Polygon

from roadstead.archive import Box, box_of, open_image
from roadstead.geo import ground_frame
from roadstead.model import RasterError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_SHIP_M = (400.0, 60.0)
"""length and beam of the largest ships; what is smaller is no cloud"""
_SHIPS_ABREAST = 2
_MARGIN_M = 1000.0
"""so far beyond the window the mask is read, so that a cloud cut by the window's edge keeps its size"""
_SCL_CLOUD, _SCL_INVALID, _SCL_LAST = (3, 8, 9, 10), (0, 1), 11
_UDM2_CLOUD, _UDM2_CLASSES, _UDM2_OLD = (3, 5, 6), (1, 2, 3, 4, 5, 6), 8
_OLD_CLOUD_BIT = 0b10
_QA_CLOUD, _QA_FILL = 0b11100, 0b1
_CLEAR, _CLOUD, _INVALID, _UNKNOWN = 0, 1, 2, 3
_MOST_UNKNOWN = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskOfProduct:
    """A product's mask on the grid of a window."""

    usable: NDArray[np.bool_]
    """shape (height, width); False is nodata or defective, and whatever lies beyond the mask"""
    cloud: NDArray[np.bool_] | None
    """shape (height, width); True is cloud or shadow; None: the mask does not say"""
    basis: str
    """name of the mask"""


def read_mask(mask: Path, transform: Affine, crs: str | None, shape: tuple[int, int]) -> MaskOfProduct:
    """Read the part of a mask that lies under a window, resampled by nearest neighbour.

    Args:
        mask: the mask; any reference system and pixel size.
        transform: (column, row) of the window -> coordinates of `crs`.
        crs: reference system of the window, WKT; None without georeference.
        shape: (height, width) of the window.

    Raises:
        RasterError: it cannot be read, is of no kind that is known, or lies elsewhere.
    """
    with open_image(mask) as dataset:
        kind, words = _kind(mask, dataset)
        if dataset.crs is None or crs is None:
            raise RasterError(f"{mask} is no georeferenced {words} for this image; fetch it again or move it away")
        box = _box_under(dataset, transform, crs, shape, mask.name)
        window = Window(box.col_off, box.row_off, box.width, box.height)
        moved = dataset.transform @ Affine.translation(box.col_off, box.row_off)
        states = _READERS[kind](mask, dataset, window)
        sizes = ground_frame(moved, dataset.crs.to_wkt(), states.shape).pixel_m(box.width / 2, box.height / 2)
        large = large_only(states == _CLOUD, max(sizes))
        bad = large_only(states == _INVALID, max(sizes)) if kind == "scene classification" else states == _INVALID
        states = np.where(bad, _INVALID, np.where(large, _CLOUD, np.where(states == _UNKNOWN, _UNKNOWN, _CLEAR)))
        onto = np.full(shape, _INVALID, np.uint8)
        reproject(
            states.astype(np.uint8), onto, src_transform=moved, src_crs=dataset.crs, dst_transform=transform,
            dst_crs=CRS.from_wkt(crs), resampling=Resampling.nearest, init_dest_nodata=False,
        )  # fmt: skip
    usable = onto != _INVALID
    known = (onto == _UNKNOWN).sum() <= _MOST_UNKNOWN * max(int(usable.sum()), 1)
    return MaskOfProduct(usable=usable, cloud=onto == _CLOUD if known else None, basis=kind)


def large_only(mask: NDArray[np.bool_], pixel_m: float) -> NDArray[np.bool_]:
    """The connected parts of a mask that are larger than the largest ship, in their whole shape.

    A part at the edge may go on beyond it: there only its width is asked for.

    Args:
        mask: shape (height, width).
        pixel_m: ground size of a pixel, metres.
    """
    length_m, beam_m = LARGEST_SHIP_M
    if not mask.any():
        return mask
    parts, count = ndimage.label(mask, structure=np.ones((3, 3), np.int8))
    areas_m2 = np.bincount(parts.ravel(), minlength=count + 1) * pixel_m**2
    radius_px = _SHIPS_ABREAST * beam_m / 2 / pixel_m
    # The array's edge is no background to a distance, so a cloud cut by it is as wide as it looks.
    inner = ndimage.distance_transform_edt(mask) > radius_px if not mask.all() else mask
    wide = np.zeros(count + 1, bool)
    wide[np.unique(parts[inner])] = True
    cut = np.zeros(count + 1, bool)
    cut[np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))] = True
    kept = wide & (cut | (areas_m2 > length_m * beam_m))
    kept[0] = False
    found: NDArray[np.bool_] = kept[parts]
    return found


def _kind(mask: Path, dataset: Any) -> tuple[str, str]:
    """Which product it is, and how that is written in an error."""
    if dataset.count >= _UDM2_OLD or "udm2" in mask.name.lower():
        words = "UDM2 mask of 8 bands"
        if dataset.count < _UDM2_OLD:
            raise RasterError(f"{mask} is no georeferenced {words} for this image; fetch it again or move it away")
        return "UDM2", words
    if dataset.count == 1 and dataset.dtypes[0] == "uint8":
        return "scene classification", "scene classification"
    if dataset.count == 1 and dataset.dtypes[0] == "uint16":
        return "QA_PIXEL", "QA_PIXEL mask"
    raise RasterError(
        f"{mask} is no mask we know ({dataset.count} bands of {dataset.dtypes[0]}); give Sentinel-2 SCL, Planet UDM2 "
        "or Landsat QA_PIXEL, or move it away"
    )


def _box_under(dataset: Any, transform: Affine, crs: str, shape: tuple[int, int], name: str) -> Box:
    """The part of the mask under the window, with a margin."""
    frame = ground_frame(transform, crs, shape)
    height, width = shape
    lon, lat = frame.lonlat([0, width, width, 0], [0, 0, height, height])
    if not np.isfinite(np.concatenate([lon, lat])).all():
        raise RasterError(f"the window over which {name} is asked lies outside its projection; name a smaller area")
    wkt = dataset.crs.to_wkt()
    box = box_of(Polygon(np.column_stack([lon, lat])), dataset.transform, wkt, dataset.shape, name)
    pixel_m = min(ground_frame(dataset.transform, wkt, dataset.shape).pixel_m(dataset.width / 2, dataset.height / 2))
    extra = int(np.ceil(_MARGIN_M / pixel_m))
    top, left = max(0, box.row_off - extra), max(0, box.col_off - extra)
    bottom = min(dataset.height, box.row_off + box.height + extra)
    right = min(dataset.width, box.col_off + box.width + extra)
    return Box(row_off=top, col_off=left, height=bottom - top, width=right - left)


def _scl(mask: Path, dataset: Any, window: Window) -> NDArray[np.uint8]:
    classes = dataset.read(1, window=window)
    if classes.max(initial=0) > _SCL_LAST:
        raise RasterError(
            f"{mask} holds class {int(classes.max())}, so it is no scene classification (0-{_SCL_LAST}); fetch it "
            "again or move it away"
        )
    cloud = np.isin(classes, _SCL_CLOUD)
    return np.where(np.isin(classes, _SCL_INVALID), _INVALID, np.where(cloud, _CLOUD, _CLEAR)).astype(np.uint8)


def _udm2(_mask: Path, dataset: Any, window: Window) -> NDArray[np.uint8]:
    cloud = (dataset.read(_UDM2_CLOUD, window=window) > 0).any(axis=0)
    said = (dataset.read(_UDM2_CLASSES, window=window) > 0).any(axis=0)
    old = dataset.read(_UDM2_OLD, window=window) & ~np.uint8(_OLD_CLOUD_BIT)
    state = np.where(cloud, _CLOUD, np.where(said, _CLEAR, _UNKNOWN))
    return np.where(old != 0, _INVALID, state).astype(np.uint8)


def _qa_pixel(_mask: Path, dataset: Any, window: Window) -> NDArray[np.uint8]:
    bits = dataset.read(1, window=window)
    state = np.where(bits & _QA_CLOUD, _CLOUD, _CLEAR)
    return np.where(bits & _QA_FILL, _INVALID, state).astype(np.uint8)


_READERS = {"scene classification": _scl, "UDM2": _udm2, "QA_PIXEL": _qa_pixel}
