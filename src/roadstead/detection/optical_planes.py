"""What the optical network sees: bands against the water around them, the distance to the shore, what is missing.

Files hold reflectance, stretched counts or JPEG colours. What stays is that water is there: every band is taken
relative to the local water and in units of what stands out from it (land, ships), so that neither the stretch nor
haze nor season nor sensor moves a ship far in these numbers.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.detection.optical_field import Background, background, calm
from roadstead.model import BandRole, RasterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.detection.water import WaterMask
    from roadstead.model import Pixels, Scene

ROLES = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.SWIR16)
"""the network's bands in their order"""
PLANES = 9
"""number of input planes: the bands, presence of the two infrared ones, shore, native pixel size"""
_VISIBLE = 3
_THREADS = 2  # bands at a time
SHORE_M = 150.0
"""the shore plane runs from -1, so far inland, to 1, so far out"""
_STANDS_OUT = 6.0  # sigmas of the water
_LEAST_SCALE, _SCALE_ALONE = 8.0, 12.0  # sigmas of the water: least unit, and the unit where only water shows
_LEAST_SAMPLES = 60
_THIN = 3  # every third pixel in each direction is enough for a median
_FARTHEST = (-1.0, 8.0)  # what is darker or brighter says no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Normaliser:
    """Turns windows of one image's pixels into units above the water."""

    sources: tuple[tuple[int, ...], ...]
    """for each of `ROLES` the file bands whose mean stands for it; empty where there is none"""
    fields: tuple[Background, ...]
    """local water, per file band used, in the order of `bands`"""
    scales: tuple[float, ...]
    bands: tuple[int, ...]
    """file bands used"""

    def planes(self, pixels: Pixels, rows: tuple[int, int], cols: tuple[int, int]) -> NDArray[np.float32]:
        """The five bands above water for a range of rows and columns, shape (5, h, w), 1 is as usual on land."""
        where = np.s_[rows[0] : rows[1], cols[0] : cols[1]]
        valid = pixels.valid[where]
        whole = valid.all()
        lifted = {}
        for band, field, scale in zip(self.bands, self.fields, self.scales, strict=True):
            above = field.above(pixels.values[band], rows, cols, scale)
            if not whole:
                above[~valid] = 0
            lifted[band] = np.clip(above, *_FARTHEST, out=above)
        out = np.zeros((len(ROLES), *valid.shape), np.float32)
        for k, bands in enumerate(self.sources):
            if bands:
                out[k] = lifted[bands[0]] if len(bands) == 1 else np.mean([lifted[b] for b in bands], axis=0)
        return out

    def loud(self, planes: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Where something brighter than the water's own noise shows in planes that it made, shape (h, w)."""
        limits = {b: _STANDS_OUT * f.sigma / s for b, f, s in zip(self.bands, self.fields, self.scales, strict=True)}
        out = np.zeros(planes.shape[1:], bool)
        for plane, bands in zip(planes, self.sources, strict=True):
            if bands:
                out |= plane > min(limits[b] for b in bands)
        return out

    @property
    def present(self) -> list[int]:
        """Indices of the planes that the image has a band for."""
        return [k for k, bands in enumerate(self.sources) if bands]

    @property
    def infrared(self) -> tuple[bool, bool]:
        """Whether near and short-wave infrared are there."""
        return bool(self.sources[3]), bool(self.sources[4])


def normaliser(scene: Scene, pixels: Pixels, water: WaterMask, pixel_m: float) -> Normaliser:
    """Learn the water and the unit of every band from the whole window.

    Raises:
        RasterError: the scene has no band that shows hulls.
    """
    visible = [i for i, role in enumerate(scene.bands) if role in {*ROLES[:_VISIBLE], BandRole.PAN}]
    sources = [tuple(i for i, role in enumerate(scene.bands) if role == wanted)[:1] for wanted in ROLES]
    sources[:_VISIBLE] = [own or tuple(visible) for own in sources[:_VISIBLE]]
    if not any(sources[: _VISIBLE + 1]):
        raise RasterError(
            f"scene {scene.id}: none of its bands ({', '.join(scene.bands) or 'none stated'}) shows hulls; "
            "state which are blue, green, red, nir or pan"
        )
    used = tuple(sorted({b for bands in sources for b in bands}))
    surface = calm(water.surface)

    def learnt(band: int) -> tuple[Background, float]:
        field = background(pixels.values[band], surface, pixel_m)
        return field, _scale(pixels.values[band], pixels.valid, field)

    with ThreadPoolExecutor(_THREADS) as pool:
        fields, scales = zip(*pool.map(learnt, used), strict=True)
    return Normaliser(sources=tuple(sources), fields=fields, scales=scales, bands=used)


def _scale(band: NDArray[np.float32], valid: NDArray[np.bool_], field: Background) -> float:
    """Usual brightness above water of what stands out from it."""
    thin = np.s_[::_THIN, ::_THIN]
    rows, cols = (0, band.shape[0]), (0, band.shape[1])
    above = (band[thin] - field.window(rows, cols, _THIN))[valid[thin]]
    out = above[above > _STANDS_OUT * field.sigma]
    usual = float(np.median(out)) if out.size >= _LEAST_SAMPLES else _SCALE_ALONE * field.sigma
    return max(usual, _LEAST_SCALE * field.sigma)


def compressed(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Brightness as the network takes it: linear near the water, logarithmic where it glares."""
    return np.asarray(np.arcsinh(2 * planes), np.float32)


def stacked(
    bands: NDArray[np.float32], shore: NDArray[np.float32], infrared: tuple[bool, bool], native_m: float, work_m: float
) -> NDArray[np.float32]:
    """All input planes, shape (PLANES, h, w); the last says how much coarser than they the image's own pixels are.

    Args:
        bands: the five bands above water, shape (5, h, w), not yet compressed.
        shore: signed distance to the shore over `SHORE_M`, -1 to 1, shape (h, w).
        infrared: whether near and short-wave infrared are there.
        native_m: ground size of the image's own pixel, metres.
        work_m: ground size of a pixel of these planes, metres.
    """
    out = np.empty((PLANES, *shore.shape), np.float32)
    out[:5] = compressed(bands)
    out[5], out[6] = infrared
    out[7] = shore
    out[8] = np.log2(max(native_m / work_m, 1.0))
    return out
