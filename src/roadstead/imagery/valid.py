"""Which pixels count: nodata, masks, alpha, non-finite values, Planet's usable data mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.warp import reproject

from roadstead.archive import open_image
from roadstead.model import BandRole, RasterError

if TYPE_CHECKING:
    from pathlib import Path

    from affine import Affine
    from numpy.typing import NDArray
    from rasterio.windows import Window

# Planet UDM2 band 8 holds the bits of the unusable data mask: 0 blackfill, 1 cloud by the old coarse test,
# 2-7 missing or suspect data in an image band (docs.planet.com/data/imagery/udm).
_UDM2_UNUSABLE = 8


def valid_mask(
    dataset: Any, window: Window, values: NDArray[np.float32], roles: tuple[BandRole, ...]
) -> NDArray[np.bool_]:
    """Validity of a window, shape (height, width), True is valid; sets non-finite values to 0 in place.

    A pixel is nodata only where all bands are: 0 in one band of a dark colour is a measurement. GDAL labels the fourth
    band of 8-bit files alpha unless told otherwise; where its role is stated as a colour, it is no mask.
    """
    colours = tuple(dataset.colorinterp)
    alphas = {i for i, c in enumerate(colours) if c == ColorInterp.alpha and len(colours) > 1}
    real = {i for i in alphas if i >= len(roles) or roles[i] in {BandRole.ALPHA, BandRole.OTHER}}
    valid = np.zeros(values.shape[1:], np.bool_)
    for i, flags in enumerate(dataset.mask_flag_enums):
        if i in real:
            continue
        if MaskFlags.all_valid in flags or (MaskFlags.alpha in flags and not real):
            valid[:] = True
        elif not valid.all():
            valid |= dataset.read_masks(i + 1, window=window) > 0
    for plane in values:
        finite = np.isfinite(plane)
        if not finite.all():
            valid &= finite
            plane[~finite] = 0
    return valid


def udm2_usable(mask: Path, transform: Affine, crs: str | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where a UDM2 mask does not call a window unusable, shape (height, width); outside the mask is unusable.

    Args:
        mask: the UDM2 file.
        transform: (column, row) of the window -> coordinates of `crs`.
        crs: reference system of the image; None without georeference.
        shape: (height, width) of the window.

    Raises:
        RasterError: the mask has fewer than 8 bands or no georeference, or cannot be read.
    """
    with open_image(mask) as dataset:
        if dataset.count < _UDM2_UNUSABLE or dataset.crs is None or crs is None:
            raise RasterError(
                f"{mask} is no georeferenced UDM2 mask of 8 bands for this image; fetch it again or move it away"
            )
        flags = np.full(shape, 1, np.uint8)
        reproject(
            dataset.read(_UDM2_UNUSABLE),
            flags,
            src_transform=dataset.transform,
            src_crs=dataset.crs,
            dst_transform=transform,
            dst_crs=CRS.from_wkt(crs),
            resampling=Resampling.nearest,
            init_dest_nodata=False,
        )
    usable: NDArray[np.bool_] = flags == 0
    return usable
