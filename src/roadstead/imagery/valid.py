"""Which pixels count: nodata, masks, alpha, non-finite values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rasterio.enums import ColorInterp, MaskFlags

from roadstead.model import BandRole

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rasterio.windows import Window


_MOST = 1e15


def valid_mask(
    dataset: Any, window: Window, values: NDArray[np.float32], roles: tuple[BandRole, ...]
) -> NDArray[np.bool_]:
    """Validity of a window, shape (height, width), True is valid; sets values that nothing measures to 0 in place.

    Those are non-finite ones, and ones like 3.4e38, which are nodata that no one declared and overflow when squared.

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
        finite = np.abs(plane) < _MOST
        if not finite.all():
            valid &= finite
            plane[~finite] = 0
    return valid
