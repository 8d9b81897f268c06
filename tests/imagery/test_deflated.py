"""Blocks decoded past GDAL hold the very pixels that GDAL reads; what is not stored plainly is left to GDAL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.warp import transform_geom
from rasterio.windows import Window
from shapely.geometry import shape

from roadstead.imagery import open_band
from roadstead.imagery.deflated import deflated_blocks
from roadstead.model import BandRole, Modality, RasterError, SarUnit, Scene

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SHAPE = 391, 517
GRID = Affine(10, 0, 5e5, 0, -10, 5e6)
TILED = {"tiled": True, "blockxsize": 128, "blockysize": 144}
STRIPS = {"blockysize": 64}


def speckle(kind: str, count: int = 1) -> NDArray[np.generic]:
    values = np.random.default_rng(3).gamma(2, 900, (count, *SHAPE))
    values[:, 40:90, 100:180] = 0
    return values.astype(kind)


def written(path: Path, values: NDArray[np.generic], **profile: object) -> Scene:
    facts = {
        "driver": "GTiff", "count": len(values), "height": SHAPE[0], "width": SHAPE[1], "dtype": values.dtype,
        "compress": "deflate", "crs": "EPSG:32633", "transform": GRID,
    } | profile  # fmt: skip
    with rasterio.open(path, "w", **facts) as out:
        out.write(values)
    roles = (BandRole.VV, BandRole.VH)[: len(values)]
    return Scene(
        id="s", path=path, time=None, modality=Modality.SAR, bands=roles, sar_unit=SarUnit.LINEAR, footprint=None
    )


def in_strips(scene: Scene, strip_px: int = 512) -> tuple[NDArray[np.generic], bool]:
    """All rows of the band, and whether they were decoded past GDAL."""
    with open_band(scene, strip_px=strip_px) as band:
        rows = [
            s.values[-(s.last_px - max(0, s.first_px + (20 if s.first_px else 0))) :].copy() for s in band.strips(20)
        ]
        return np.concatenate(rows)[: SHAPE[0]], band.blocks is not None


@pytest.mark.parametrize("layout", [TILED, STRIPS | {"blockysize": 160}], ids=["tiles", "strips"])
@pytest.mark.parametrize(
    ("kind", "predictor"), [(k, p) for k in ("uint16", "float32") for p in (1, 2)] + [("float32", 3)]
)
def test_the_pixels_are_those_of_gdal(tmp_path: Path, layout: dict[str, int], kind: str, predictor: int) -> None:
    values = speckle(kind)
    if kind == "float32":
        values[0, 3, 5:9] = np.nan, np.inf, -np.inf, -0.0
    scene = written(tmp_path / "a.tif", values, predictor=predictor, **layout)
    read, past = in_strips(scene, 128)
    assert past
    assert read.tobytes() == values[0].tobytes()


def test_a_window_may_begin_and_end_anywhere(tmp_path: Path) -> None:
    values = speckle("float32")[0]
    for predictor in (1, 2, 3):
        scene = written(tmp_path / f"{predictor}.tif", values[None], predictor=predictor, **TILED)
        rng = np.random.default_rng(predictor)
        with open_band(scene) as band:
            for _ in range(20):
                top, left = int(rng.integers(0, 380)), int(rng.integers(0, 500))
                height, width = int(rng.integers(1, SHAPE[0] - top + 1)), int(rng.integers(1, SHAPE[1] - left + 1))
                part = values[top : top + height, left : left + width]
                assert np.array_equal(band.window(top, left, height, width), part)


def test_an_area_is_cut_out_of_its_blocks(tmp_path: Path) -> None:
    values = speckle("uint16")[0]
    scene = written(tmp_path / "a.tif", values[None], predictor=2, **TILED)
    with rasterio.open(scene.path) as dataset:
        ring = [dataset.transform @ at for at in ((60, 33), (402, 33), (402, 350), (60, 350), (60, 33))]
    aoi = shape(transform_geom("EPSG:32633", "EPSG:4326", {"type": "Polygon", "coordinates": [ring]}))
    with open_band(scene, aoi, strip_px=128) as band:
        top, left, (height, width) = band.box.row_off, band.box.col_off, band.shape
        assert band.blocks is not None
        rows = [s.values.copy() for s in band.strips(0)]
    assert np.array_equal(np.concatenate(rows), values[top : top + height, left : left + width])


@pytest.mark.parametrize(
    "profile",
    [
        {"compress": "lzw"},
        {"ENDIANNESS": "BIG"},
        {"NBITS": 12},
        {"SPARSE_OK": True},
        {"blockxsize": 16, "blockysize": 16},
    ],
    ids=str,
)
def test_what_is_not_stored_plainly_is_left_to_gdal(tmp_path: Path, profile: dict[str, object]) -> None:
    values = speckle("uint16") % 250
    values[:, :144] = 0
    scene = written(tmp_path / "a.tif", values, **TILED | profile)
    read, past = in_strips(scene, 144)
    assert not past
    assert np.array_equal(read, values[0])


@pytest.mark.parametrize(("kind", "count"), [("uint8", 1), ("int32", 1), ("uint16", 2)])
def test_other_types_and_bands_pixel_by_pixel_are_left_to_gdal(tmp_path: Path, kind: str, count: int) -> None:
    values = speckle(kind, count)
    scene = written(tmp_path / "a.tif", values, interleave="pixel", **TILED)
    read, past = in_strips(scene, 144)
    assert not past
    assert np.array_equal(read, values[0])


def test_bands_that_lie_one_behind_the_other_are_told_apart(tmp_path: Path) -> None:
    values = speckle("uint16", 2)
    scene = written(tmp_path / "a.tif", values, interleave="band", predictor=2, **TILED)
    read, past = in_strips(scene, 144)
    assert past
    assert np.array_equal(read, values[0])
    with rasterio.open(scene.path) as dataset:
        blocks = deflated_blocks(dataset, 2)
        assert blocks is not None
        out = np.zeros((50, 60), np.uint16)
        with scene.path.open("rb", buffering=0) as stream:
            assert blocks.read(stream, (120, 100), (10, 55), out)
        assert np.array_equal(out[:, 10:55], dataset.read(2, window=Window(110, 120, 45, 50)))
        assert not out[:, :10].any()
        assert not out[:, 55:].any()


def test_a_damaged_block_is_a_damaged_file(tmp_path: Path) -> None:
    scene = written(tmp_path / "a.tif", speckle("uint16"), predictor=2, **TILED)
    with rasterio.open(scene.path) as dataset:
        blocks = deflated_blocks(dataset, 1)
    assert blocks is not None
    data = bytearray(scene.path.read_bytes())
    place = np.unravel_index(int(np.argmin(blocks.bytes_held)), blocks.bytes_held.shape)
    first = int(blocks.first_byte[place])
    data[first : first + 40] = b"\xff" * 40
    scene.path.write_bytes(data)
    with pytest.raises(RasterError, match="truncated or damaged"):
        in_strips(scene)
