"""Cloud on the area itself: the product's own mask first, else the pixels, else unknown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.warp import transform as warp_points
from scipy import ndimage
from shapely.geometry import Polygon, box

from roadstead.archive import IntakeFacts, add, exhibit_scenes, held_scenes, open_scene
from roadstead.detection.water import water_mask
from roadstead.geo import ground_frame
from roadstead.imagery import RasterioReader
from roadstead.imagery.area import area_mask
from roadstead.imagery.cloud import estimate_cloud, surroundings
from roadstead.imagery.masks import large_only
from roadstead.model import BandRole, Modality, Pixels, RasterError, Scene, TimeSpan

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CORNER = Affine(10, 0, 500_000, 0, -10, 4_620_000)
NOW = datetime(2024, 10, 10, tzinfo=UTC)
ROLES = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR)
REAL = ("sentinel2-ports", "planetscope", "rapideye-sf-bay")


def write(path: Path, values: NDArray[Any], transform: Affine = CORNER, crs: str = "EPSG:32652", **more: Any) -> Path:
    shape = {"count": len(values), "height": values.shape[1], "width": values.shape[2], "dtype": values.dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=transform, **shape, **more) as out:
        out.write(values)
    return path


def image(folder: Path, size: int = 400) -> Path:
    folder.mkdir(exist_ok=True)
    values = np.random.default_rng(1).normal(300, 10, (4, size, size)).astype(np.uint16)
    return write(folder / "s.tif", values)


def scene(path: Path, **more: Any) -> Scene:
    return Scene(id="s", path=path, time=TimeSpan(NOW, NOW), modality=Modality.OPTICAL, bands=ROLES, **more)


def blank(shape: tuple[int, int] = (200, 200)) -> NDArray[np.uint8]:
    """A Sentinel-2 scene classification of 20 m: water."""
    return np.full(shape, 6, np.uint8)


def scl(folder: Path, classes: NDArray[np.uint8], name: str = "s_SCL.tif") -> Path:
    return write(folder / name, classes[None], CORNER @ Affine.scale(2))


def test_the_scene_classification_is_laid_on_the_pixels(tmp_path: Path) -> None:
    classes = blank()
    for row, value in enumerate((3, 8, 9, 10)):
        classes[10 + 30 * row : 30 + 30 * row, 20:60] = value
    classes[150:190, 100:140] = 0
    classes[150:190, 150:190] = 7
    pixels = RasterioReader().read(scene(image(tmp_path), cloud_mask=scl(tmp_path, classes)))
    cloudy = np.isin(classes, (3, 8, 9, 10)).repeat(2, axis=0).repeat(2, axis=1)
    assert pixels.cloud is not None
    np.testing.assert_array_equal(pixels.cloud, cloudy)
    np.testing.assert_array_equal(~pixels.valid, (classes == 0).repeat(2, axis=0).repeat(2, axis=1))
    assert pixels.cloud_basis == "scene classification"
    assert pixels.values[:, cloudy].min() > 0, "pixels under cloud are still there for detectors"


def test_a_mask_of_another_projection_is_laid_on_the_pixels(tmp_path: Path) -> None:
    frame = ground_frame(CORNER, "EPSG:32652", (400, 400))
    lon, lat = frame.lonlat([100, 300], [100, 300])
    classes = np.full((1, 600, 600), 6, np.uint8)
    west, north, step = lon.min() - 0.03, lat.max() + 0.03, 2e-4
    c, r = ((np.sort(lon) - west) / step).astype(int), ((north - np.sort(lat)[::-1]) / step).astype(int)
    classes[0, r[0] : r[1], c[0] : c[1]] = 9
    mask = write(tmp_path / "SCL.tif", classes, Affine(step, 0, west, 0, -step, north), "EPSG:4326")
    cloud = RasterioReader().read(scene(image(tmp_path), cloud_mask=mask)).cloud
    assert cloud is not None
    expected = np.zeros((400, 400), bool)
    expected[100:300, 100:300] = True
    assert (cloud != expected).mean() < 0.02


def test_ships_and_quays_called_cloud_are_none(tmp_path: Path) -> None:
    classes = blank()
    classes[20:22, 20:40] = 9  # 400 m x 40 m
    classes[60:66, 60:66] = 8  # three ships abreast, shorter
    classes[100:104, 20:120] = 9  # a quay: 80 m wide, 2 km long
    classes[150:153, 150:153] = 3
    classes[20:22, 100:120] = 1  # saturated: a ship that shines
    reader = RasterioReader()
    pixels = reader.read(scene(image(tmp_path), cloud_mask=scl(tmp_path, classes)))
    assert pixels.cloud is not None
    assert not pixels.cloud.any()
    assert pixels.valid.all()
    classes[60:90, 150:190] = 1
    assert not reader.read(scene(tmp_path / "s.tif", cloud_mask=scl(tmp_path, classes))).valid.all()


def test_a_cloud_keeps_its_size_at_the_edge_of_a_window(tmp_path: Path) -> None:
    classes = blank()
    classes[50:150, 98:160] = 9
    path, mask = image(tmp_path), scl(tmp_path, classes)
    frame = ground_frame(CORNER, "EPSG:32652", (400, 400))
    area = Polygon(np.column_stack(frame.lonlat([100.2, 199.8, 199.8, 100.2], [150.2, 150.2, 249.8, 249.8])))
    cloud = RasterioReader().read(scene(path, cloud_mask=mask), area).cloud
    assert cloud is not None
    # Only 40 m of it lie in the window, and they count.
    np.testing.assert_array_equal(np.nonzero(cloud.any(axis=0))[0], [96, 97, 98, 99])


def test_beyond_the_mask_nothing_is_known_to_be_usable(tmp_path: Path) -> None:
    pixels = RasterioReader().read(scene(image(tmp_path), cloud_mask=scl(tmp_path, blank((200, 100)))))
    assert pixels.valid[:, :200].all()
    assert not pixels.valid[:, 200:].any()


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (np.full((1, 50, 50), 40, np.uint8), "holds class 40"),
        (np.zeros((1, 50, 50), np.float32), "no mask we know"),
        (np.zeros((3, 50, 50), np.uint8), "no mask we know"),
    ],
)
def test_a_mask_that_is_none_is_one_sentence(tmp_path: Path, values: NDArray[Any], word: str) -> None:
    mask = write(tmp_path / "s_SCL.tif", values, CORNER @ Affine.scale(8))
    with pytest.raises(RasterError, match=word):
        RasterioReader().read(scene(image(tmp_path), cloud_mask=mask))
    far = write(tmp_path / "far.tif", blank()[None], Affine(20, 0, 700_000, 0, -20, 4_000_000))
    with pytest.raises(RasterError, match=r"far\.tif does not cover"):
        RasterioReader().read(scene(tmp_path / "s.tif", cloud_mask=far))


def test_planets_mask_tells_cloud_from_what_is_unusable(tmp_path: Path) -> None:
    flags = np.zeros((8, 400, 400), np.uint8)
    flags[0] = 1
    for i, band in enumerate((2, 4, 5)):  # shadow, heavy haze, cloud
        flags[band, 20 + 100 * i : 70 + 100 * i, 50:150] = 1
        flags[0, 20 + 100 * i : 70 + 100 * i, 50:150] = 0
    hidden = flags[0] == 0
    flags[3, 200:300, 250:350] = 1  # light haze: ships show through it
    flags[7, :50, 300:] = 1  # blackfill
    flags[7, 100:150, 300:] = 2  # the old coarse test for cloud
    flags[7, 350:, 300:] = 0b100  # missing in a band
    mask = write(tmp_path / "s_udm2.tif", flags)
    pixels = RasterioReader().read(scene(image(tmp_path), cloud_mask=mask))
    assert pixels.cloud is not None
    np.testing.assert_array_equal(pixels.cloud, hidden)
    np.testing.assert_array_equal(~pixels.valid, np.isin(flags[7], (1, 0b100)))
    assert pixels.cloud_basis == "UDM2"
    flags[:7] = 0
    write(mask, flags)
    silent = RasterioReader().read(scene(tmp_path / "s.tif", cloud_mask=mask))
    assert (silent.cloud, silent.cloud_basis) == (None, "")


def test_landsats_bits_are_read(tmp_path: Path) -> None:
    bits = np.full((1, 150, 150), 0b1_000_000, np.uint16)
    for i, bit in enumerate((2, 3, 4)):
        bits[0, 10 + 40 * i : 30 + 40 * i, 10:40] |= 1 << bit
    bits[0, 100:140, 60:90] = 1
    mask = write(tmp_path / "x_QA_PIXEL.tif", bits, CORNER @ Affine.scale(3))
    pixels = RasterioReader().read(scene(image(tmp_path), cloud_mask=mask))
    assert pixels.cloud is not None
    assert pixels.cloud.mean() == pytest.approx(3 * 60 * 90 / 400**2, rel=0.02)
    assert (~pixels.valid).sum() == pytest.approx(90 * 100, rel=0.02)


def test_masks_are_found_beside_their_image_and_are_no_scenes(tmp_path: Path) -> None:
    image(tmp_path)
    mask = scl(tmp_path, blank())
    (held,) = held_scenes([tmp_path]).scenes or [open_scene(tmp_path / "s.tif", bands=ROLES)]
    assert held.cloud_mask == mask
    assert len(held.cloud_mask_sha256) == 64
    # Of two images in a folder nobody knows whose a nameless mask is.
    mask.rename(tmp_path / "SCL.tif")
    assert open_scene(tmp_path / "s.tif", bands=ROLES).cloud_mask == tmp_path / "SCL.tif"
    image(tmp_path).rename(tmp_path / "t.tif")
    image(tmp_path)
    assert open_scene(tmp_path / "t.tif", bands=ROLES).cloud_mask is None


def test_a_mask_comes_into_the_case_with_its_image(tmp_path: Path) -> None:
    image(tmp_path / "from")
    scl(tmp_path / "from", blank(), "classes.tif")
    item = {
        "type": "Feature", "stac_version": "1.0.0", "id": "s2", "geometry": None, "links": [],
        "properties": {"datetime": "2024-10-10T02:03:04Z", "constellation": "sentinel-2", "view:off_nadir": -7.5},
        "assets": {
            "image": {"href": "s.tif", "type": "image/tiff", "bands": [{"name": r.value} for r in ROLES]},
            "scl": {"href": "classes.tif", "type": "image/tiff"},
        },
    }  # fmt: skip
    (tmp_path / "from" / "s2.json").write_text(json.dumps(item))
    (tmp_path / "case").mkdir()
    report = add(tmp_path / "case", [tmp_path / "from" / "s2.json"], IntakeFacts(now=NOW))
    assert not report.refused
    (held,) = exhibit_scenes(tmp_path / "case").scenes
    assert held.cloud_mask is not None
    assert held.cloud_mask.is_relative_to(tmp_path / "case" / "exhibits")
    assert held.off_nadir_deg == 7.5
    assert [s.id for s in held_scenes([tmp_path / "from"]).scenes] == ["s2"], "the mask is no scene of its own"


def test_what_is_larger_than_a_ship_is_kept_whole() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:60, 20:60] = True
    mask[40, 60:80] = True  # a thin arm belongs to it
    mask[80:83, 10:50] = True
    kept = large_only(mask, 10)
    np.testing.assert_array_equal(kept, mask & (np.arange(100)[:, None] < 70))
    assert not large_only(np.zeros((5, 5), bool), 10).any()
    assert large_only(np.ones((5, 5), bool), 100).all()


def real_scenes(shared: Path) -> list[Scene]:
    return [s for name in REAL for s in held_scenes([shared / "data" / name]).scenes]


def areas(pixels: Pixels, found: Scene, side_m: float = 1500) -> list[Polygon]:
    """Squares that hold hardly anything but water, some of each image."""
    height, width = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, (height, width))
    size_m = frame.pixel_m(width / 2, height / 2)
    water = water_mask(found, pixels, size_m).water
    side = min(round(side_m / size_m[0]), height // 2)
    squares = []
    for row in range(0, height - side + 1, side // 2):
        for col in range(0, width - side + 1, side // 2):
            if water[row : row + side, col : col + side].mean() > 0.85:
                c, r = [col, col + side, col + side, col], [row, row, row + side, row + side]
                squares.append(Polygon(np.column_stack(frame.lonlat(c, r))))
    return squares[:: max(1, len(squares) // 8)]


def test_cloudless_water_is_clear_or_unknown(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader, table, known = RasterioReader(), [], 0
    for found in real_scenes(shared):
        squares = areas(reader.read(found), found)
        shares = []
        for area in squares:
            pixels = reader.read(found, area)
            if pixels.cloud is not None:
                assert pixels.cloud_basis == "estimated from pixels"
                shares.append(pixels.cloud[area_mask(area, pixels)].mean())
        table.append(f"{found.id:24s} {len(shares):2d} of {len(squares):2d} told, cloud {np.sum(shares):.4f}")
        assert max(shares, default=0) < 0.001, found.id
        known += len(shares)
    with capsys.disabled():
        print("\n" + "\n".join(table))  # noqa: T201
    assert known > 20, "an answer that is always unknown helps nobody"


def pasted(pixels: Pixels, middle: tuple[float, float], radius_m: float, brightness: float) -> tuple[Pixels, Any]:
    """A soft, textured white cloud; returns the pixels and where it hides more than half."""
    rng = np.random.default_rng(int(radius_m))
    height, width = pixels.valid.shape
    size_m = ground_frame(pixels.transform, pixels.crs, (height, width)).pixel_m(width / 2, height / 2)[0]
    rows, cols = np.mgrid[:height, :width]
    texture = ndimage.gaussian_filter(rng.standard_normal((height, width)), 6)
    texture /= texture.std()
    distance = np.hypot(rows - middle[1], cols - middle[0]) * size_m / radius_m
    opacity = np.clip((1.15 - distance + 0.1 * texture) * 4, 0, 1)
    white = np.percentile(pixels.values[:, pixels.valid], 99.9, axis=1) * brightness
    cloud = white[:, None, None] * (1 + 0.06 * texture)
    values = (pixels.values * (1 - opacity) + opacity * cloud).astype(np.float32)
    return replace(pixels, values=np.minimum(values, 255) if pixels.values.max() <= 255 else values), opacity > 0.5


def test_clouds_over_water_are_found_or_said_to_be_unknown(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader, lines = RasterioReader(), []
    scenes = [s for s in real_scenes(shared) if s.id.split("-")[0] in {"athens", "marseille", "casablanca", "long"}]
    places = [(s, area) for s in scenes for area in areas(reader.read(s), s, 1000)[:2]]
    for radius_m in (300.0, 800.0, 2000.0):
        for brightness in (0.5, 1.0):
            found, unknown = [], 0
            for one, area in places:
                around = reader.read(one, surroundings(area))
                at = ground_frame(around.transform, around.crs, around.valid.shape).pixel(*area.centroid.coords[0])
                clouded, hidden = pasted(around, (float(at[0]), float(at[1])), radius_m, brightness)
                cloud, under = estimate_cloud(one, clouded, area), area_mask(area, around) & hidden
                unknown += cloud is None
                found += [] if cloud is None else [cloud[under].mean()]
                assert cloud is None or cloud[under].mean() > 0.8, (one.id, radius_m, brightness)
            lines.append(
                f"radius {radius_m:4.0f} m, {brightness} of white: found {np.mean(found or [0]):.3f} of it in "
                f"{len(found)} areas, unknown in {unknown}"
            )
            assert found
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201


def overcast(pixels: Pixels) -> Pixels:
    """The same image under a closed deck of cloud, stretched like a browser does."""
    rng = np.random.default_rng(7)
    deck = sum(ndimage.gaussian_filter(rng.standard_normal(pixels.valid.shape), s) * s for s in (5, 10, 20, 40))
    white = np.percentile(pixels.values[:, pixels.valid], 99.9, axis=1)[:, None, None]
    values = white * (0.7 + 0.12 * deck / deck.std() + 0.01 * rng.standard_normal(pixels.values.shape))
    low, high = np.percentile(values, (2, 98), axis=(1, 2), keepdims=True)
    return replace(pixels, values=(255 * np.clip((values - low) / (high - low), 0, 1)).astype(np.float32))


def test_an_overcast_sky_never_passes_for_clear_water(shared: Path) -> None:
    reader = RasterioReader()
    for found in real_scenes(shared):
        for area in areas(reader.read(found), found)[:1]:
            around = overcast(reader.read(found, surroundings(area)))
            cloud = estimate_cloud(found, around, area)
            assert cloud is None or cloud[area_mask(area, around)].mean() > 0.9, found.id


def test_what_lacks_colours_or_place_is_unknown(tmp_path: Path, shared: Path) -> None:
    found = next(s for s in real_scenes(shared) if s.id.startswith("athens"))
    pixels = RasterioReader().read(found)
    area = areas(pixels, found)[0]
    assert estimate_cloud(found, pixels, area) is not None
    grey = replace(found, bands=(BandRole.PAN, BandRole.OTHER, BandRole.OTHER, BandRole.OTHER, BandRole.OTHER))
    assert estimate_cloud(grey, pixels, area) is None
    assert estimate_cloud(found, replace(pixels, crs=None), area) is None
    assert estimate_cloud(found, replace(pixels, valid=np.zeros_like(pixels.valid)), area) is None
    flat = scene(image(tmp_path))
    lon, lat = warp_points("EPSG:32652", "EPSG:4326", [501_000, 503_000], [4_617_000, 4_619_000])
    assert RasterioReader().read(flat, box(lon[0], lat[0], lon[1], lat[1])).cloud is None
