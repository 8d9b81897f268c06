"""One spec to files: image, mask, STAC item, truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.model import InputError
from roadstead.simulate import masks
from roadstead.simulate.files import Layer, write_json, write_layers
from roadstead.simulate.item import item_of
from roadstead.simulate.optical import OpticalScene, optical_scene, optical_tile
from roadstead.simulate.radar import RadarScene, radar_scene, radar_tile
from roadstead.simulate.sensors import OpticalSensor, sensor_of
from roadstead.simulate.truth import truth_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from roadstead.simulate.grid import Tile
    from roadstead.simulate.spec import SceneSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The files of a simulated scene."""

    image: Path
    item: Path
    mask: Path | None
    """scene classification or UDM2; None for radar"""
    truth: Path


def prepare(spec: SceneSpec) -> OpticalScene | RadarScene:
    """Everything a scene's tiles need, without making any.

    Raises:
        InputError: the platform is not simulated, the id is no file name, an optical scene by night, or a ship's
            size does not fit its form.
        NotFound: a form that the library lacks.
    """
    if not spec.id or set(spec.id) & set("/\\\0"):
        raise InputError(f"scene id {spec.id!r} cannot be a file name; use letters, digits and hyphens")
    sensor = sensor_of(spec.platform)
    return optical_scene(spec, sensor) if isinstance(sensor, OpticalSensor) else radar_scene(spec, sensor)


def make_scene(spec: SceneSpec, folder: Path, *, truth_folder: Path | None = None) -> Made:
    """Simulate one acquisition and write its files into a folder.

    The same spec gives the same bytes, whatever the tiling and the number of threads.

    Args:
        spec: what to simulate.
        folder: where files go; made if it is not there.
        truth_folder: where the truth goes, which is written last of all: a scene with a truth is complete. The same
            folder unless given.

    Raises:
        InputError: see `prepare`.
        StorageError: a file cannot be written.
    """
    scene = prepare(spec)
    if isinstance(scene, OpticalScene):
        image, mask = write_optical(scene, folder)
    else:
        image, mask = write_radar(scene, folder), None
    item, truth = folder / f"{spec.id}.json", (truth_folder or folder) / f"{spec.id}.truth.geojson"
    write_json(item, item_of(scene, image.name, mask.name if mask else None))
    write_json(truth, truth_of(scene))
    return Made(image=image, item=item, mask=mask, truth=truth)


def write_optical(scene: OpticalScene, folder: Path) -> tuple[Path, Path]:
    """Image and mask of an optical scene; raises StorageError."""
    sensor, scl = scene.sensor, scene.sensor.mask == "scl"
    names = tuple(
        f"{role.value} {name}" if role.value != name else name
        for role, name in zip(sensor.bands, sensor.band_names, strict=True)
    )
    stem = scene.spec.id if scl else f"{scene.spec.id}_3B_AnalyticMS_SR"
    image = folder / f"{stem}.tif"
    mask = folder / (f"{scene.spec.id}_SCL_20m.tif" if scl else f"{scene.spec.id}_3B_udm2.tif")
    picture = Layer(path=image, count=len(sensor.bands), dtype="uint16", names=names, nodata=0)
    classes = masks.SCL_LAYER if scl else masks.UDM2_LAYER
    second = Layer(
        path=mask,
        count=len(classes.names),
        dtype="uint8",
        names=classes.names,
        nodata=classes.nodata,
        step=classes.step,
    )

    def tile_of(tile: Tile) -> tuple[NDArray[Any], NDArray[Any]]:
        pixels, sky = optical_tile(scene, tile)
        return pixels, masks.scl(scene, tile, pixels, sky) if scl else masks.udm2(pixels, sky)

    write_layers((picture, second), scene.grid, tile_of)
    return image, mask


def write_radar(scene: RadarScene, folder: Path) -> Path:
    """Image of a radar scene; raises StorageError."""
    image = folder / f"{scene.spec.id}.tif"
    layer = Layer(path=image, count=1, dtype="uint16", names=("vv amplitude",), nodata=0)

    def tile_of(tile: Tile) -> tuple[NDArray[Any]]:
        return (radar_tile(scene, tile)[np.newaxis],)

    write_layers((layer,), scene.grid, tile_of)
    return image
