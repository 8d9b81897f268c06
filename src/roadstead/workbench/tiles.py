"""Pictures of scenes: map tiles and whole previews, stretched for display; nothing is measured in them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rasterio.errors import RasterioError
from rio_tiler.errors import RioTilerError, TileOutsideBounds
from rio_tiler.models import ImageData

from roadstead.model import InputError, Modality, NotFound, RasterError
from roadstead.workbench.copies import Copies
from roadstead.workbench.readers import Readers
from roadstead.workbench.schemas import SceneOut, Snapshot

if TYPE_CHECKING:
    from numpy.typing import NDArray


TILE_PX = 256
PREVIEW_PX = 2048
SAMPLE_PX = 1024
"""longest side of the sample that the stretch is taken from"""
LOW_PERCENT, HIGH_PERCENT = 2.0, 98.0
RADAR_ROOM = 1.9
"""radar is shown up to so many times the span of its middle 96 %: the sea's noise stays dark and ships stand out"""


@dataclass(slots=True)
class Pictures:
    """Pictures of the scenes of one snapshot."""

    snapshot: Snapshot
    copies: Copies
    _scenes: dict[str, SceneOut] = field(init=False)
    _stretches: dict[tuple[str, str], tuple[tuple[float, float], ...]] = field(default_factory=dict)
    _locks: dict[tuple[str, str], threading.Lock] = field(default_factory=dict)
    _readers: Readers = field(default_factory=Readers)

    def __post_init__(self) -> None:
        self._scenes = {s.key: s for s in self.snapshot.scenes}

    def scene(self, key: str) -> SceneOut:
        """The scene of that key; raises NotFound."""
        if key not in self._scenes:
            raise NotFound(f"the case holds no scene {key}; reload the page")
        return self._scenes[key]

    def tile(self, key: str, place: tuple[int, int, int], bands: str) -> bytes:
        """A map tile as PNG.

        Args:
            key: of the scene.
            place: zoom, x, y of Web Mercator.
            bands: numbers of bands from 1, by commas: one or three.

        Raises:
            NotFound: no such scene or tile.
            InputError: the scene lacks such bands or a georeference, or cannot be read.
            BeingMadeError: its copy with overviews is being made.
        """
        scene, indexes = self.scene(key), self._indexes(key, bands)
        if scene.box is None:
            raise InputError(f"{scene.id} has no georeference; ask for its picture")
        z, x, y = place
        if not (0 <= z <= 24 and 0 <= x < 2**z and 0 <= y < 2**z):
            raise NotFound(f"there is no tile {z}/{x}/{y}")
        try:
            with self._readers.lent(self._path(scene), on_map=True) as image:
                found = image.tile(x, y, z, tilesize=TILE_PX, indexes=indexes)
        except TileOutsideBounds:
            # A map asks for every tile that touches the scene's box, also where the scene itself does not reach.
            return nothing()
        except (RasterioError, RioTilerError, RasterError) as error:
            raise self._unreadable(scene, error) from error
        return self._png(scene, found, bands)

    def picture(self, key: str, bands: str) -> bytes:
        """The whole scene as PNG, its longer side at most 2048 pixels; raises as `tile` does."""
        scene = self.scene(key)
        return self._png(scene, self._whole(key, self._indexes(key, bands), PREVIEW_PX), bands)

    @property
    def preparing(self) -> list[str]:
        """Ids of scenes whose copies are being made."""
        making = self.copies.making
        return [s.id for s in self._scenes.values() if str(self.snapshot.held[s.key]["path"]) in making]

    def _path(self, scene: SceneOut) -> str:
        path = str(self.snapshot.held[scene.key]["path"])
        return self.copies.readable(path) if scene.box is not None else path

    def _unreadable(self, scene: SceneOut, error: Exception) -> RasterError:
        folder = str(Path(self.snapshot.held[scene.key]["path"]).parent)
        said = str(error).replace(folder, "").replace(str(self.copies.case), "")
        return RasterError(f"{scene.id} cannot be read ({said}); check the file")

    def _indexes(self, key: str, bands: str) -> tuple[int, ...]:
        scene = self.scene(key)
        held = {c.bands for c in scene.choices}
        if bands not in held:
            offered = "; ".join(f"{c.bands} ({c.label})" for c in scene.choices)
            raise InputError(f"{scene.id} is not shown as bands {bands!r}; there are: {offered}")
        return tuple(int(b) for b in bands.split(","))

    def _whole(self, key: str, indexes: tuple[int, ...], most_px: int) -> ImageData:
        scene = self.scene(key)
        try:
            with self._readers.lent(self._path(scene), on_map=scene.box is not None) as image:
                found: ImageData = image.preview(max_size=most_px, indexes=indexes)
        except (RasterioError, RioTilerError, RasterError) as error:
            raise self._unreadable(scene, error) from error
        return found

    def _stretch(self, scene: SceneOut, bands: str) -> tuple[tuple[float, float], ...]:
        """Low and high of each band, from a sample of the whole scene, so that tiles fit together."""
        place = (scene.key, bands)
        with self._locks.setdefault(
            place, threading.Lock()
        ):  # the first tiles come all at once: one of them samples, the others wait for it
            if place not in self._stretches:
                sample = self._whole(scene.key, self._indexes(scene.key, bands), SAMPLE_PX)
                self._stretches[place] = tuple(_limits(scene, band) for band in sample.array)
            return self._stretches[place]

    def _png(self, scene: SceneOut, image: ImageData, bands: str) -> bytes:
        limits = self._stretch(scene, bands)
        shown = [_eight_bits(_shown(scene, b.data), *limit) for b, limit in zip(image.array, limits, strict=True)]
        valid = ~np.ma.getmaskarray(image.array).any(axis=0) & np.isfinite(image.array.data).all(axis=0)
        picture = ImageData(
            np.ma.MaskedArray(np.stack(shown), mask=np.broadcast_to(~valid, (len(shown), *valid.shape)))
        )
        return bytes(picture.render(img_format="PNG", zlevel=1, add_mask=not valid.all()))


def nothing() -> bytes:
    """A tile through which one sees everything."""
    empty = np.ma.MaskedArray(np.zeros((1, TILE_PX, TILE_PX), np.uint8), mask=True)
    return bytes(ImageData(empty).render(img_format="PNG"))


def _shown(scene: SceneOut, values: NDArray[np.generic]) -> NDArray[np.float32]:
    """Values as they are shown: radar in decibels, up to factor and offset."""
    plain = np.asarray(values, np.float32)
    return np.log10(np.maximum(plain, np.float32(1e-6))) if scene.to_decibels else plain


def _limits(scene: SceneOut, band: np.ma.MaskedArray) -> tuple[float, float]:
    values = _shown(scene, band.data)
    good = values[~np.ma.getmaskarray(band) & np.isfinite(values)]
    if not good.size:
        return 0.0, 1.0
    low, high = np.percentile(good, (LOW_PERCENT, HIGH_PERCENT))
    span = float(high - low) * (RADAR_ROOM if scene.modality is Modality.SAR else 1.0)
    return float(low), float(low) + (span if span > 0 else 1.0)


def _eight_bits(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    scaled = np.nan_to_num((values - low) * (255 / (high - low)))
    eight: NDArray[np.uint8] = np.clip(scaled, 0, 255).astype(np.uint8)
    return eight
