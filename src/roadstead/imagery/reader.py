"""Windows of local images, read with rasterio."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from roadstead.archive import Box, box_of, open_image, udm2_beside
from roadstead.imagery.cloud import ESTIMATED, estimate_cloud, surroundings
from roadstead.imagery.masks import read_mask
from roadstead.imagery.valid import valid_mask
from roadstead.model import BandRole, Modality, Pixels, RasterError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Scene

MAX_VALUES = 2**29
"""most values (bands x height x width) that one read may return: 2 GiB of float32"""


@dataclass(frozen=True, slots=True)
class RasterioReader:
    """Reads windows of local GeoTIFF, PNG, JPEG and JPEG 2000."""

    max_values: int = MAX_VALUES
    """most values that one read may return"""

    def read(self, scene: Scene, aoi: BaseGeometry | None = None) -> Pixels:
        """Read the window around an area, or everything.

        Values are float32 in file units, non-finite ones become 0 and invalid, so that filters do not spread them.
        A pixel is invalid where every band is nodata (as the file declares it; without a declaration no value is),
        where the alpha band or mask is 0, where a value is not finite, or where the product's mask calls it nodata or
        defective. A colour table is expanded to red, green, blue.

        Cloud lies apart, so that detectors still see what is under it: from the product's own mask, else estimated
        from the pixels where that can be done (`imagery.cloud`), else unknown. Radar has none.

        Args:
            scene: what to read; `scene.path` is the image.
            aoi: WGS84 polygon; the window is its bounding box in the raster, cut at the edges.

        Raises:
            RasterError: the image cannot be read, lies elsewhere, has no georeference while an area is asked, or
                the window is over the limit.
        """
        pixels = self._window(scene, aoi)
        if scene.modality is Modality.SAR:
            return pixels
        mask = scene.cloud_mask or udm2_beside(scene.path)
        if mask is not None:
            return _with_mask(pixels, mask)
        return pixels if aoi is None or pixels.crs is None else self._with_estimate(scene, pixels, aoi)

    def _window(self, scene: Scene, aoi: BaseGeometry | None) -> Pixels:
        """The window as the file holds it, without any word on cloud."""
        with open_image(scene.path) as dataset:
            crs = dataset.crs.to_wkt() if dataset.crs else None
            transform = dataset.transform if crs else Affine.identity()
            box = (
                box_of(aoi, transform, crs, dataset.shape, scene.id)
                if aoi is not None
                else Box(row_off=0, col_off=0, height=dataset.height, width=dataset.width)
            )
            self._check(scene, dataset, box)
            window = Window(box.col_off, box.row_off, box.width, box.height)
            values, valid = _read(scene, dataset, window)
            moved = transform @ Affine.translation(box.col_off, box.row_off)
        return Pixels(values=values, valid=valid, transform=moved, crs=crs, row_off=box.row_off, col_off=box.col_off)

    def _with_estimate(self, scene: Scene, pixels: Pixels, aoi: BaseGeometry) -> Pixels:
        """Cloud by the pixels of the area and its surroundings; unknown where these are too large to be read."""
        try:
            around = self._window(scene, surroundings(aoi))
        except RasterError:
            return pixels
        cloud = estimate_cloud(scene, around, aoi)
        if cloud is None:
            return pixels
        top, left = pixels.row_off - around.row_off, pixels.col_off - around.col_off
        height, width = pixels.valid.shape
        return replace(pixels, cloud=cloud[top : top + height, left : left + width], cloud_basis=ESTIMATED)

    def _check(self, scene: Scene, dataset: Any, box: Box) -> None:
        if any(np.issubdtype(np.dtype(t), np.complexfloating) for t in dataset.dtypes if "complex" in t):
            raise RasterError(f"{scene.id} holds complex radar values (SLC); give a detected product, like GRD")
        wanted = (3 if _is_palette(dataset) else dataset.count) * box.height * box.width
        if wanted > self.max_values:
            raise RasterError(
                f"{scene.id}: {box.width} x {box.height} pixels in {dataset.count} bands are "
                f"{wanted / 1e6:.0f} million values, over the limit of {self.max_values / 1e6:.0f}; "
                "name a site or a smaller area"
            )


def _with_mask(pixels: Pixels, mask: Path) -> Pixels:
    height, width = pixels.valid.shape
    product = read_mask(mask, pixels.transform, pixels.crs, (height, width))
    basis = product.basis if product.cloud is not None else ""
    return replace(pixels, valid=pixels.valid & product.usable, cloud=product.cloud, cloud_basis=basis)


def _is_palette(dataset: Any) -> bool:
    return bool(dataset.count == 1 and dataset.colorinterp[0] == ColorInterp.palette)


def _read(scene: Scene, dataset: Any, window: Window) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    if _is_palette(dataset):
        return _expanded(dataset, window)
    values = dataset.read(window=window, out_dtype="float32")
    valid = valid_mask(dataset, window, values, scene.bands)
    alpha = [i for i, role in enumerate(scene.bands) if role is BandRole.ALPHA and i < len(values)]
    for i in alpha:
        valid &= values[i] > 0
    return values, valid


def _expanded(dataset: Any, window: Window) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    indices = dataset.read(1, window=window)
    table = np.zeros((max(256, int(indices.max(initial=0)) + 1), 4), np.float32)
    for index, colour in dataset.colormap(1).items():
        if index < len(table):
            table[index] = colour
    colours = table[indices]
    valid = (colours[..., 3] > 0) & (dataset.read_masks(1, window=window) > 0)
    return np.ascontiguousarray(np.moveaxis(colours[..., :3], -1, 0)), valid
