"""Labelled images of a folder, brought to the working grid."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.archive import open_scene
from roadstead.detection.optical_grid import WORK_M, WorkGrid
from roadstead.detection.optical_planes import normaliser
from roadstead.detection.optical_shore import shore_plane
from roadstead.detection.water import water_mask
from roadstead.imagery import RasterioReader
from roadstead.measure import frame_of
from roadstead.model import BandRole, InputError, Modality
from roadstead.train.examples import Example
from roadstead.train.targets import targets

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.model import Pixels, Scene

_VISIBLE = {BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.PAN}


def labelled_images(folder: Path) -> list[Path]:
    """Optical GeoTIFFs in a folder and below that have labels beside them, sorted.

    Labels are `NAME.vessels.geojson`, or `vessels.geojson` where a folder holds one image. Radar images are passed by.

    Raises:
        InputError: there is none.
    """
    images = [p for p in sorted(folder.rglob("*.tif")) if labels_of(p).exists()]
    optical = [p for p in images if open_scene(p).modality is Modality.OPTICAL]
    if not optical:
        raise InputError(f"{folder} holds no optical image (.tif) with labels (.vessels.geojson) beside it")
    return optical


def labels_of(image: Path) -> Path:
    """The labels beside an image, whether there or not."""
    own = image.with_name(f"{image.stem}.vessels.geojson")
    return own if own.exists() else image.with_name("vessels.geojson")


def example_of(image: Path) -> Example:
    """An image and its labels on the working grid. Images of one folder count as one place.

    Raises:
        InputError: image or labels cannot be read.
    """
    scene = open_scene(image)
    pixels = RasterioReader().read(scene)
    frame = frame_of(scene, pixels)
    height, width = pixels.valid.shape
    pixel_m = frame.pixel_m(width / 2, height / 2)
    native_m = math.sqrt(pixel_m[0] * pixel_m[1])
    grid = WorkGrid(shape=(height, width), step_px=(WORK_M / pixel_m[1], WORK_M / pixel_m[0]))
    water = water_mask(scene, pixels, pixel_m)
    norm = normaliser(scene, pixels, water, native_m)
    plain = water_mask(*_visible(scene, pixels), pixel_m)
    rows, cols = grid.work_shape
    known = pixels.valid[None].astype(np.float32)
    given = [norm.planes(pixels, (0, height), (0, width))]
    given += [shore_plane(mask, pixel_m)[None] for mask in (water, plain)]
    work = grid.to_work(np.concatenate([*given, known]), (0, rows), (0, cols))
    truth = targets(labels_of(image), frame, grid)
    weight = truth.weight * (work[-1] > 0.99)
    layers = np.stack([*work[:-1], truth.hull, truth.core, weight], axis=2)
    return Example(
        name=scene.id,
        place=image.parent.name,
        layers=np.ascontiguousarray(layers, np.float32),
        infrared=norm.infrared,
        native_m=native_m,
        ships=truth.ships,
        ids=truth.ids,
    )


def _visible(scene: Scene, pixels: Pixels) -> tuple[Scene, Pixels]:
    """The same without infrared, whose sea mask finer sensors lack; all of it where nothing is visible."""
    kept = [i for i, role in enumerate(scene.bands) if role in _VISIBLE] or list(range(len(scene.bands)))
    return replace(scene, bands=tuple(scene.bands[i] for i in kept)), replace(pixels, values=pixels.values[kept])
