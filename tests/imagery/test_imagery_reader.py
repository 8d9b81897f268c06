"""Reading windows: places, validity, limits, bad files. rasterio's own reading is the oracle."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning
from shapely.geometry import Point, box

from roadstead.archive import held_scenes
from roadstead.geo import ground_frame
from roadstead.imagery import MemoryReader, RasterioReader
from roadstead.model import (
    BandRole,
    Modality,
    NotFound,
    PixelReader,
    RasterError,
    Scene,
    TimeSpan,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NORTH_UP = Affine(10, 0, 500_000, 0, -10, 4_620_000)
RGB = (BandRole.RED, BandRole.GREEN, BandRole.BLUE)
NOW = datetime(2024, 10, 10, tzinfo=UTC)


def _scene(path: Path, bands: tuple[BandRole, ...] = RGB, **more: Any) -> Scene:
    more = {"modality": Modality.OPTICAL, **more}
    return Scene(id=path.stem, path=path, time=TimeSpan(NOW, NOW), bands=bands, **more)


def _write(path: Path, values: NDArray[Any], *, transform: Affine | None = NORTH_UP, **profile: Any) -> Path:
    colours = profile.pop("colours", None)
    colormap = profile.pop("colormap", None)
    place = {"crs": "EPSG:32652", "transform": transform} if transform else {}
    shape = {"count": len(values), "height": values.shape[1], "width": values.shape[2], "dtype": values.dtype}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", **{"driver": "GTiff", **place, **shape, **profile}) as out:
            out.write(values)
            if colours:
                out.colorinterp = colours
            if colormap:
                out.write_colormap(1, colormap)
    return path


def _values(count: int = 3, height: int = 60, width: int = 80, dtype: str = "uint16") -> NDArray[Any]:
    return np.random.default_rng(3).integers(1, 250, (count, height, width)).astype(dtype)


def _area(transform: Affine, cols: tuple[float, float], rows: tuple[float, float]) -> Any:
    """A WGS84 polygon over given pixels."""
    frame = ground_frame(transform, "EPSG:32652", (60, 80))
    c, r = [cols[0], cols[1], cols[1], cols[0]], [rows[0], rows[0], rows[1], rows[1]]
    return shapely.Polygon(np.column_stack(frame.lonlat(c, r)))


def test_every_real_image_reads(shared: Path) -> None:
    reader = RasterioReader()
    assert isinstance(reader, PixelReader)
    for scene in held_scenes([shared / "data"]).scenes:
        pixels = reader.read(scene)
        assert pixels.values.shape[0] == len(scene.bands), scene.id
        assert pixels.values.dtype == np.float32
        assert pixels.valid.mean() > 0.95, scene.id
        part = reader.read(scene, scene.footprint.centroid.buffer(0.005))
        assert part.valid.size < pixels.valid.size
        rows = slice(part.row_off, part.row_off + part.valid.shape[0])
        cols = slice(part.col_off, part.col_off + part.valid.shape[1])
        np.testing.assert_array_equal(part.values, pixels.values[:, rows, cols])


def test_the_radar_edge_of_nodata_is_invalid(shared: Path) -> None:
    (scene,) = held_scenes([shared / "data" / "sentinel1-los-angeles"]).scenes
    pixels = RasterioReader().read(scene)
    np.testing.assert_array_equal(pixels.valid, pixels.values[0] != 0)
    assert not pixels.valid[:300, -1].any()
    assert pixels.valid[:, : pixels.valid.shape[1] // 2].all()


@pytest.mark.parametrize(
    "transform", [NORTH_UP, NORTH_UP @ Affine.rotation(30), Affine(10, 0, 500_000, 0, 10, 4_620_000)]
)
def test_an_area_gives_its_window_in_any_orientation(tmp_path: Path, transform: Affine) -> None:
    values = _values()
    path = _write(tmp_path / "s.tif", values, transform=transform)
    part = RasterioReader().read(_scene(path), _area(transform, (10.3, 29.7), (5.3, 15.7)))
    assert (part.col_off, part.row_off, part.valid.shape) == (10, 5, (11, 20))
    np.testing.assert_array_equal(part.values, values[:, 5:16, 10:30])
    assert part.transform @ (0, 0) == pytest.approx(transform @ (10, 5))
    assert part.crs is not None


def test_an_area_over_the_edge_is_cut_there(tmp_path: Path) -> None:
    scene = _scene(_write(tmp_path / "s.tif", _values()))
    part = RasterioReader().read(scene, _area(NORTH_UP, (-20, 4.7), (50.2, 100)))
    assert (part.col_off, part.row_off, part.valid.shape) == (0, 50, (10, 5))


def test_an_area_elsewhere_names_the_scene(tmp_path: Path) -> None:
    scene = _scene(_write(tmp_path / "s.tif", _values()))
    for elsewhere in (Point(10, 50).buffer(0.1), box(-60, -80, -50, -70), Point(41.7, 129.0).buffer(0.01)):
        with pytest.raises(RasterError, match="s does not cover the area"):
            RasterioReader().read(scene, elsewhere)


def test_nodata_counts_only_where_all_bands_have_it(tmp_path: Path) -> None:
    values = _values()
    values[:, 0, 0] = 0
    values[0, 1, 1] = 0
    declared = RasterioReader().read(_scene(_write(tmp_path / "a.tif", values, nodata=0)))
    assert not declared.valid[0, 0]
    assert declared.valid.sum() == declared.valid.size - 1
    # Missing nodata means unknown, not 0.
    assert RasterioReader().read(_scene(_write(tmp_path / "b.tif", values))).valid.all()


def test_values_that_are_not_finite_are_invalid_and_do_not_spread(tmp_path: Path) -> None:
    values = _values(1, dtype="float64")
    values[0, 0, :3] = (np.nan, np.inf, -np.inf)
    pixels = RasterioReader().read(_scene(_write(tmp_path / "s.tif", values), (BandRole.VV,)))
    assert not pixels.valid[0, :3].any()
    assert pixels.valid.sum() == pixels.valid.size - 3
    assert np.isfinite(pixels.values).all()


@pytest.mark.parametrize("driver", ["GTiff", "PNG"])
def test_transparent_pixels_are_invalid(tmp_path: Path, driver: str) -> None:
    values = _values(4, dtype="uint8")
    values[3] = 255
    values[3, :10] = 0
    alpha = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
    more = {"colours": alpha} if driver == "GTiff" else {"transform": None}
    path = _write(tmp_path / "s.img", values, driver=driver, **more)
    for roles in ((*RGB, BandRole.ALPHA), (*RGB, BandRole.OTHER)):
        pixels = RasterioReader().read(_scene(path, roles))
        assert not pixels.valid[:10].any()
        assert pixels.valid[10:].all()


def test_a_colour_mislabelled_as_transparency_is_no_mask(tmp_path: Path) -> None:
    values = _values(4, dtype="uint8")
    values[3, :10] = 0
    alpha = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
    path = _write(tmp_path / "s.tif", values, colours=alpha)
    assert RasterioReader().read(_scene(path, (*RGB, BandRole.NIR))).valid.all()


def test_an_image_of_nothing_is_all_invalid(tmp_path: Path) -> None:
    path = _write(tmp_path / "s.tif", np.zeros((3, 20, 20), np.uint8), nodata=0)
    pixels = RasterioReader().read(_scene(path))
    assert not pixels.valid.any()


def test_a_colour_table_is_expanded(tmp_path: Path) -> None:
    indices = np.array([[[0, 1], [2, 1]]], np.uint8)
    table = {0: (10, 20, 30, 255), 1: (40, 50, 60, 255), 2: (0, 0, 0, 0)}
    path = _write(tmp_path / "s.png", indices, transform=None, driver="PNG", colormap=table)
    pixels = RasterioReader().read(_scene(path))
    np.testing.assert_array_equal(pixels.values[:, 0, 1], [40, 50, 60])
    np.testing.assert_array_equal(pixels.valid, [[True, True], [False, True]])


def test_a_picture_without_georeference_reads_whole_only(tmp_path: Path) -> None:
    path = _write(tmp_path / "s.png", _values(dtype="uint8"), transform=None, driver="PNG")
    pixels = RasterioReader().read(_scene(path))
    assert pixels.crs is None
    assert pixels.transform == Affine.identity()
    with pytest.raises(RasterError, match="no georeference"):
        RasterioReader().read(_scene(path), Point(129, 41).buffer(0.1))


def test_a_truncated_image_is_one_sentence(tmp_path: Path) -> None:
    path = _write(tmp_path / "s.tif", _values(3, 512, 512))
    path.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(RasterError, match="truncated") as caught:
        RasterioReader().read(_scene(path))
    assert "\n" not in str(caught.value)


def test_a_huge_declared_size_is_refused_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "s.tif"
    profile = {"driver": "GTiff", "count": 3, "height": 60_000, "width": 60_000, "dtype": "float32"}
    sparse = {"sparse_ok": True, "tiled": True, "crs": "EPSG:32652", "transform": NORTH_UP}
    with rasterio.open(path, "w", **profile, **sparse):
        pass
    with pytest.raises(RasterError, match="over the limit of 537"):
        RasterioReader().read(_scene(path))
    assert RasterioReader().read(_scene(path), _area(NORTH_UP, (0, 9), (0, 9))).values.shape == (3, 9, 9)


def test_complex_radar_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = _write(tmp_path / "s.tif", np.ones((1, 8, 8), np.complex64))
    with pytest.raises(RasterError, match="detected product"):
        RasterioReader().read(_scene(path, (BandRole.VV,), modality=Modality.SAR))


def test_what_planet_calls_unusable_is_invalid(tmp_path: Path) -> None:
    order = "20241010_015101_12_24b7_3B"
    path = _write(tmp_path / f"{order}_AnalyticMS_SR_clip.tif", _values(4))
    mask = np.zeros((8, 60, 80), np.uint8)
    mask[7, :5] = 1
    mask[7, 20, 30] = 4
    udm2 = _write(tmp_path / f"{order}_udm2_clip.tif", mask)
    scene = _scene(path, (*RGB, BandRole.NIR))
    pixels = RasterioReader().read(scene)
    np.testing.assert_array_equal(pixels.valid, mask[7] == 0)
    part = RasterioReader().read(scene, _area(NORTH_UP, (25.5, 40), (15.5, 30)))
    np.testing.assert_array_equal(part.valid, (mask[7] == 0)[15:30, 25:40])
    # Beyond the mask nothing is known to be usable.
    _write(udm2, mask[:, :, :40])
    assert not RasterioReader().read(scene).valid[:, 40:].any()
    _write(udm2, mask[:1])
    with pytest.raises(RasterError, match="no georeferenced UDM2"):
        RasterioReader().read(scene)


def test_pixels_in_memory_follow_the_same_rules(tmp_path: Path) -> None:
    path = _write(tmp_path / "s.tif", _values())
    scene, area = _scene(path), _area(NORTH_UP, (10.3, 29.7), (5.3, 15.7))
    files = RasterioReader()
    memory = MemoryReader({"s": files.read(scene)})
    assert isinstance(memory, PixelReader)
    one, other = memory.read(scene, area), files.read(scene, area)
    np.testing.assert_array_equal(one.values, other.values)
    assert (one.transform, one.row_off, one.col_off) == (other.transform, other.row_off, other.col_off)
    with pytest.raises(RasterError, match="does not cover"):
        memory.read(scene, Point(10, 50).buffer(0.1))
    with pytest.raises(NotFound, match="absent"):
        memory.read(_scene(tmp_path / "absent.tif"))
