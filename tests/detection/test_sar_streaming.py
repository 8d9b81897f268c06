"""Radar scenes worked through in strips: the same result however they are cut, and files that are not as hoped."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp
from scipy.ndimage import gaussian_filter

from roadstead.detection import SarDetector, SarFindings
from roadstead.detection.sar_scan import BLOCK_M
from roadstead.imagery import MAX_WIDTH_PX, RasterioReader, band_of, open_band
from roadstead.measure import measure, measure_in
from roadstead.model import BandRole, BandsUnknown, Detection, Modality, RasterError, SarUnit, Scene
from roadstead.pipeline import detect

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SEA = 0.02
GRID = Affine(10, 0, 500000, 0, -10, 5000000)


def sea() -> NDArray[np.float32]:
    """A sea with land, a wedge without data, ships on strip borders, one of them very bright with a cross."""
    rng = np.random.default_rng(4)
    height, width = 900, 700
    waves = np.stack([gaussian_filter(rng.standard_normal((height, width)), 2.4) for _ in range(8)])
    image = SEA * np.mean(np.square(waves / waves.std()), axis=0) * rng.gamma(4.4, 1 / 4.4, (height, width))
    image[:, :90] *= 40 * rng.gamma(0.8, 1.25, (height, 90))
    for row, col, level in ((128, 300, 30), (255, 420, 60), (384, 250, 25), (500, 480, 3000), (640, 330, 40)):
        image[row - 2 : row + 2, col - 8 : col + 9] += SEA * level * rng.gamma(3, 1 / 3, (4, 17))
    arm = np.arange(1, 100)
    for sign in (-1, 1):
        image[500 + sign * arm, 480] += 3000 * SEA * 10**-1.7 / (1 + (arm / 4) ** 1.7)
    rows, cols = np.mgrid[:height, :width]
    image[cols > width - 20 - rows // 20] = 0
    return image.astype(np.float32)


def written(path: Path, image: NDArray[np.generic], **profile: object) -> Scene:
    """A tiled GeoTIFF and its scene; amplitudes in uint16, else linear intensity."""
    bands = image if image.ndim == 3 else image[None]
    facts = {
        "driver": "GTiff", "width": bands.shape[2], "height": bands.shape[1], "count": len(bands),
        "dtype": bands.dtype, "crs": "EPSG:32633", "transform": GRID, "nodata": 0,
    } | profile  # fmt: skip
    if min(bands.shape[1:]) >= 64:
        facts |= {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}
    with rasterio.open(path, "w", **facts) as out:
        out.write(bands)
    return Scene(
        id=path.stem, path=path, time=None, modality=Modality.SAR, simulated=True,
        bands=(BandRole.VV,) if len(bands) == 1 else (BandRole.VH, BandRole.VV),
        sar_unit=SarUnit.AMPLITUDE if bands.dtype.kind == "u" else SarUnit.LINEAR,
    )  # fmt: skip


def amplitude(image: NDArray[np.float32]) -> NDArray[np.uint16]:
    return np.round(1000 * np.sqrt(image)).astype(np.uint16)


def found(scene: Scene, strip_px: int) -> tuple[SarFindings, tuple[Detection, ...]]:
    with open_band(scene, strip_px=strip_px) as band:
        result = SarDetector().detect_in(scene, band)
        return result, measure_in(scene, band, result, method="sar")


@pytest.mark.parametrize("dtype", ["float32", "uint16"])
def test_strips_of_any_height_give_the_same_result(tmp_path: Path, dtype: str) -> None:
    image = sea() if dtype == "float32" else amplitude(sea())
    scene = written(tmp_path / "sea.tif", image)
    whole, detections = found(scene, 2048)
    assert [round(d.row_px) for d in detections] == pytest.approx([128, 255, 384, 500, 640], abs=2)
    for strip_px in (64, 192, 512):
        again, same = found(scene, strip_px)
        assert same == detections
        assert again.rejected == whole.rejected
        for one, other in zip(again.candidates, whole.candidates, strict=True):
            assert np.array_equal(one.rows_px, other.rows_px)
            assert np.array_equal(one.weights, other.weights)


def test_a_file_in_strips_gives_what_its_pixels_in_memory_give(tmp_path: Path) -> None:
    scene = written(tmp_path / "sea.tif", sea())
    _, detections = found(scene, 64)
    pixels = RasterioReader().read(scene)
    candidates, rejected = SarDetector().detect(scene, pixels)
    in_memory = tuple(measure(scene, pixels, c, number=i, method="sar") for i, c in enumerate(candidates, 1))
    assert in_memory == detections
    assert tuple(rejected) == found(scene, 64)[0].rejected


def test_a_strip_holds_few_rows_whatever_the_height(tmp_path: Path) -> None:
    scene = written(tmp_path / "tall.tif", np.full((6400, 64), 5, np.uint16))
    with open_band(scene, strip_px=128) as band:
        rows = [(len(s.values), s.first_px, s.last_px) for s in band.strips(30)]
    assert max(n for n, _, _ in rows) == 158
    assert rows[-1][2] == 6400
    assert all(first == before - 30 for (_, first, _), (_, _, before) in zip(rows[1:], rows, strict=False))


def test_measuring_reads_windows_only_where_blocks_were_not_kept(tmp_path: Path) -> None:
    scene = written(tmp_path / "sea.tif", sea())
    with open_band(scene) as band:
        result = SarDetector().detect_in(scene, band)
        kept = measure_in(scene, band, result, method="sar")
        assert 0 < len(result.held.values) < (900 * 700 / (BLOCK_M / 10) ** 2) / 4
        bare = replace(result, held=replace(result.held, place=np.full_like(result.held.place, -1)))
        assert measure_in(scene, band, bare, method="sar") == kept


def test_counts_and_intensities_of_one_sea_show_the_same_ships(tmp_path: Path) -> None:
    linear = found(written(tmp_path / "linear.tif", sea()), 512)[1]
    counts = found(written(tmp_path / "counts.tif", amplitude(sea())), 512)[1]
    assert [(d.row_px, d.col_px) for d in counts] == [
        (pytest.approx(d.row_px, abs=0.2), pytest.approx(d.col_px, abs=0.2)) for d in linear
    ]


def test_not_a_number_and_infinity_count_as_no_data(tmp_path: Path) -> None:
    image = sea()
    image[200:210, 200:210] = np.nan
    image[300, 300] = np.inf
    image[320, 300] = -np.inf
    scene = written(tmp_path / "holes.tif", image, nodata=None)
    result, detections = found(scene, 64)
    assert [round(d.row_px) for d in detections] == pytest.approx([128, 255, 384, 500, 640], abs=2)
    assert not any(abs(r.row_px - 205) < 20 and abs(r.col_px - 205) < 20 for r in result.rejected)


def test_a_mask_beside_the_values_is_kept_to(tmp_path: Path) -> None:
    image = amplitude(sea())
    scene = written(tmp_path / "masked.tif", image, nodata=None)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(scene.path, "r+") as out:
        mask = np.full(image.shape, 255, np.uint8)
        mask[450:550] = 0
        out.write_mask(mask)
    _, detections = found(scene, 64)
    assert [round(d.row_px) for d in detections] == pytest.approx([128, 255, 384, 640], abs=2)


def test_the_copolarised_band_is_used_whatever_its_place(tmp_path: Path) -> None:
    noise = np.full(sea().shape, SEA, np.float32)
    scene = written(tmp_path / "two.tif", np.stack([noise, sea()]))
    assert len(found(scene, 512)[1]) == 5


def test_a_rotated_image_is_measured_on_the_ground(tmp_path: Path) -> None:
    straight = found(written(tmp_path / "straight.tif", sea()), 512)[1]
    turned = found(written(tmp_path / "turned.tif", sea(), transform=GRID @ Affine.rotation(30)), 512)[1]
    for a, b in zip(straight, turned, strict=True):
        assert a.length_m is not None and b.length_m is not None  # noqa: PT018 - for the type checker
        assert b.length_m.value == pytest.approx(a.length_m.value, rel=0.01)
        assert a.heading_deg is not None and b.heading_deg is not None  # noqa: PT018 - for the type checker
        # rows point down, so a positive turn is clockwise
        assert abs((b.heading_deg.value - a.heading_deg.value - 30 + 90) % 180 - 90) < 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (3, 5)])
def test_tiny_images_give_nothing_and_no_error(tmp_path: Path, shape: tuple[int, int]) -> None:
    scene = written(tmp_path / "tiny.tif", np.full(shape, SEA, np.float32))
    result, detections = found(scene, 512)
    assert detections == ()
    assert result.any_valid


def test_nothing_but_nodata_is_said_so(tmp_path: Path) -> None:
    scene = written(tmp_path / "void.tif", np.zeros((128, 128), np.uint16))
    assert not found(scene, 512)[0].any_valid
    outcome = detect([scene.path], sar_unit=SarUnit.AMPLITUDE)
    assert outcome.failures == (f"{scene.path} holds no valid pixel, only nodata; fetch another image",)


def test_a_colour_table_holds_no_radar_values(tmp_path: Path) -> None:
    scene = written(tmp_path / "picture.tif", np.ones((64, 64), np.uint8))
    with rasterio.open(scene.path, "r+") as out:
        out.write_colormap(1, {1: (10, 20, 30, 255)})
        out.colorinterp = [ColorInterp.palette]
    with ExitStack() as stack, pytest.raises(RasterError, match="colour table"):
        stack.enter_context(open_band(scene))


def test_complex_values_are_refused_with_what_to_give(tmp_path: Path) -> None:
    scene = written(tmp_path / "slc.tif", np.ones((64, 64), np.complex64), nodata=None)
    with ExitStack() as stack, pytest.raises(RasterError, match=r"complex.*GRD"):
        stack.enter_context(open_band(scene))


def test_a_huge_declared_size_is_refused_by_a_stated_limit(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    profile = {"driver": "GTiff", "width": 200_000, "height": 200_000, "count": 1, "dtype": "uint16", "tiled": True}
    with rasterio.open(path, "w", **profile, crs="EPSG:32633", transform=GRID, BIGTIFF="YES", SPARSE_OK=True):
        pass
    scene = written(tmp_path / "small.tif", np.ones((64, 64), np.uint16))
    with ExitStack() as stack, pytest.raises(RasterError, match=rf"200000 x 200000 .* {MAX_WIDTH_PX} columns"):
        stack.enter_context(open_band(replace(scene, path=path)))


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    scene = written(tmp_path / "cut.tif", sea())
    data = scene.path.read_bytes()
    scene.path.write_bytes(data[: len(data) // 2])
    with pytest.raises(RasterError, match="truncated or damaged"):
        found(scene, 64)


def test_an_unknown_unit_is_asked_for(tmp_path: Path) -> None:
    scene = replace(written(tmp_path / "sea.tif", sea()), sar_unit=None)
    with ExitStack() as stack, pytest.raises(BandsUnknown, match="--sar-unit"):
        stack.enter_context(open_band(scene))
    with pytest.raises(BandsUnknown, match="--sar-unit"):
        band_of(scene, RasterioReader().read(scene))
