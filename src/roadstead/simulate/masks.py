"""The products' own masks of a simulated scene: Sentinel-2 scene classification, Planet UDM2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.model import BandRole
from roadstead.simulate.clouds import SHADOW, THICK, THIN
from roadstead.simulate.surroundings import kinds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.simulate.grid import Tile
    from roadstead.simulate.optical import OpticalScene

_SURE = 0.8
_VEGETATION_INDEX = 0.4
# Values of ESA's scene classification.
_NODATA, _SHADOW, _VEGETATION, _BARE, _WATER, _CLOUD, _SURE_CLOUD, _CIRRUS = 0, 3, 4, 5, 6, 8, 9, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskLayer:
    """How a mask is stored."""

    names: tuple[str, ...]
    nodata: int | None
    step: int


SCL_LAYER = MaskLayer(names=("SCL",), nodata=0, step=2)
UDM2_LAYER = MaskLayer(
    names=("clear", "snow", "shadow", "haze_light", "haze_heavy", "cloud", "confidence", "unusable"),
    nodata=None,
    step=1,
)


def scl(scene: OpticalScene, tile: Tile, pixels: NDArray[np.uint16], sky: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scene classification of a tile at 20 m, shape (1, height / 2, width / 2) rounded up."""
    rows, cols = slice(None, None, SCL_LAYER.step), slice(None, None, SCL_LAYER.step)
    dn = pixels[:, rows, cols].astype(np.float32)
    red, nir = (dn[scene.sensor.bands.index(b)] for b in (BandRole.RED, BandRole.NIR))
    base = -scene.sensor.offset / scene.sensor.scale
    green_share = (nir - red) / np.maximum(nir + red - 2 * base, 1)
    land = kinds(scene.still, scene.grid, tile, 1)[rows, cols] > 0
    thick, thin, dark = sky[:, rows, cols]
    out = np.where(land, np.where(green_share > _VEGETATION_INDEX, _VEGETATION, _BARE), _WATER)
    out = np.where(dark > SHADOW, _SHADOW, out)
    out = np.where(thin > THIN, _CIRRUS, out)
    out = np.where(thick > THICK, np.where(thick > _SURE, _SURE_CLOUD, _CLOUD), out)
    return np.where((dn == 0).all(axis=0), _NODATA, out).astype(np.uint8)[np.newaxis]


def udm2(pixels: NDArray[np.uint16], sky: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Usable data mask of a tile, shape (8, height, width): 0 or 1, confidence in per cent, bits of the old mask."""
    empty = (pixels == 0).all(axis=0)
    cloud = (sky[0] > THICK) & ~empty
    haze = (sky[1] > THIN) & ~cloud & ~empty
    shadow = (sky[2] > SHADOW) & ~cloud & ~haze & ~empty
    clear = ~(cloud | haze | shadow | empty)
    none = np.zeros_like(clear)
    confidence = np.where(empty, 0, 90)
    return np.stack([clear, none, shadow, haze, none, cloud, confidence, empty]).astype(np.uint8)
