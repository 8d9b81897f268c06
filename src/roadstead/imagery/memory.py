"""A reader of pixels that are already in memory: for tests and for simulated scenes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from affine import Affine

from roadstead.archive import box_of
from roadstead.model import NotFound, Pixels

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from roadstead.model import Scene


@dataclass(frozen=True, slots=True)
class MemoryReader:
    """Returns windows of given pixels, by the same rules as a reader of files."""

    pixels: Mapping[str, Pixels]
    """scene id -> the whole scene"""

    def read(self, scene: Scene, aoi: BaseGeometry | None = None) -> Pixels:
        """The window around an area (WGS84), or everything.

        Raises:
            NotFound: no pixels are held for the scene.
            RasterError: the area lies elsewhere, or the pixels have no georeference.
        """
        if scene.id not in self.pixels:
            raise NotFound(f"no pixels are held for scene {scene.id}; give them to the reader")
        whole = self.pixels[scene.id]
        if aoi is None:
            return whole
        box = box_of(aoi, whole.transform, whole.crs, whole.valid.shape, scene.id)
        rows = slice(box.row_off, box.row_off + box.height)
        cols = slice(box.col_off, box.col_off + box.width)
        return Pixels(
            values=whole.values[:, rows, cols],
            valid=whole.valid[rows, cols],
            transform=whole.transform @ Affine.translation(box.col_off, box.row_off),
            crs=whole.crs,
            row_off=whole.row_off + box.row_off,
            col_off=whole.col_off + box.col_off,
            cloud=whole.cloud[rows, cols] if whole.cloud is not None else None,
            cloud_basis=whole.cloud_basis,
        )
