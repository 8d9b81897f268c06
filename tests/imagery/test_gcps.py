"""Sentinel-1 GRD as delivered, placed by control points only: against an analytic swath and rasterio's own warp."""

from __future__ import annotations

import time
import tracemalloc
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.warp import reproject
from rasterio.windows import Window
from shapely.geometry import Point, Polygon, box

from roadstead.archive import open_image, open_scene
from roadstead.coverage import look_at
from roadstead.geo import ground_frame
from roadstead.imagery import RasterioReader
from roadstead.model import BandRole, Modality, RasterError, SarUnit, Scene, Site, TimeSpan

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2024, 10, 10, 9, 0, 3, tzinfo=UTC)
GEOD = Geod(ellps="WGS84")
Array = NDArray[np.float64]


def swath(cols: Array, rows: Array, spacing_m: float = 10) -> tuple[Array, Array]:
    """Longitude and latitude in a descending swath: along a geodesic, then to its right, as a radar sees it."""
    count = np.ones(rows.size)
    lon, lat, back = GEOD.fwd(132.5 * count, 43.8 * count, 192.0 * count, rows.ravel() * spacing_m)
    # The azimuth of the track at each row, so that the swath turns with the meridians.
    lon, lat, _ = GEOD.fwd(lon, lat, np.asarray(back) + 180 + 90, cols.ravel() * spacing_m)
    return np.asarray(lon).reshape(rows.shape), np.asarray(lat).reshape(rows.shape)


def points(width: int, height: int, spacing_m: float = 10) -> list[GroundControlPoint]:
    """The 21 x 10 grid of a GRD product."""
    cols, rows = np.meshgrid(np.linspace(0, width, 21), np.linspace(0, height, 10))
    lon, lat = swath(cols, rows, spacing_m)
    table = np.stack([rows, cols, lon, lat], axis=-1).reshape(-1, 4)
    return [GroundControlPoint(row=r, col=c, x=x, y=y, z=0) for r, c, x, y in table]


def write(path: Path, values: NDArray[np.generic], gcps: list[GroundControlPoint], crs: CRS | None = None) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        shape = {"count": len(values), "height": values.shape[1], "width": values.shape[2], "dtype": values.dtype}
        with rasterio.open(path, "w", driver="GTiff", **shape) as out:
            out.write(values)
            out.gcps = (gcps, crs or CRS.from_epsg(4326))
    return path


def scene(path: Path, **more: object) -> Scene:
    facts = {"bands": (BandRole.VV,), "sar_unit": SarUnit.AMPLITUDE, "modality": Modality.SAR} | more
    return Scene(id=path.stem, path=path, time=TimeSpan(NOW, NOW), **facts)  # type: ignore[arg-type]


def big(path: Path, aoi: Polygon) -> Path:
    """A whole scene of 25,000 x 16,000 pixels, written only around an area: each pixel holds its own place."""
    cols, rows = np.meshgrid(np.arange(0, 25_001, 100.0), np.arange(0, 16_001, 100.0))
    lon, lat = swath(cols, rows)
    west, south, east, north = aoi.bounds
    near = (lon > west - 0.05) & (lon < east + 0.05) & (lat > south - 0.05) & (lat < north + 0.05)
    c0, c1, r0, r1 = (int(f(v[near])) for v in (cols, rows) for f in (np.min, np.max))
    shape = {"count": 2, "height": 16_000, "width": 25_000, "dtype": "float64"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", tiled=True, sparse_ok=True, **shape) as out:
            c, r = np.meshgrid(np.arange(c0, c1) + 0.5, np.arange(r0, r1) + 0.5)
            out.write(np.stack(swath(c, r)), window=Window(c0, r0, c1 - c0, r1 - r0))
            out.gcps = (points(25_000, 16_000), CRS.from_epsg(4326))
    return path


def residual_px(pixels_lon: Array, pixels_lat: Array, lon: Array, lat: Array, spacing_m: float) -> Array:
    return np.asarray(GEOD.inv(pixels_lon, pixels_lat, lon, lat)[2]) / spacing_m


def test_every_pixel_lies_within_one_of_its_true_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    worst = []
    for i, at in enumerate([(400, 500), (12_345, 8_123), (23_900, 15_300)]):
        lon, lat = swath(np.array([float(at[0])]), np.array([float(at[1])]))
        aoi = Point(lon[0], lat[0]).buffer(0.02)
        path = big(tmp_path / f"big{i}.tif", aoi)
        tracemalloc.start()
        began = time.perf_counter()
        with open_image(path) as dataset:
            window = rasterio.windows.from_bounds(
                *rasterio.warp.transform_bounds("EPSG:4326", dataset.crs, *aoi.bounds), dataset.transform
            )
            window = Window(*(round(v) for v in (window.col_off, window.row_off, window.width, window.height)))
            values = dataset.read(window=window)
            moved = dataset.transform @ Affine.translation(window.col_off, window.row_off)
            crs = dataset.crs.to_wkt()
            assert dataset.res == pytest.approx((10, 10), abs=0.05)
        took, peak = time.perf_counter() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        frame = ground_frame(moved, crs, values.shape[1:])
        c, r = np.meshgrid(np.arange(values.shape[2]) + 0.5, np.arange(values.shape[1]) + 0.5)
        worst.append(residual_px(values[0], values[1], *frame.lonlat(c, r), 10))
        assert (took < 5, peak < 200e6) == (True, True), "only the window is computed"
    every = np.concatenate([w.ravel() for w in worst])
    with capsys.disabled():
        print(  # noqa: T201
            f"\nagainst the true place: median {np.median(every):.2f}, 99 % {np.percentile(every, 99):.2f}, "
            f"largest {every.max():.2f} px; last window in {took:.2f} s, {peak / 1e6:.0f} MB"
        )
    assert every.max() < 1
    # Half a pixel is what nearest neighbour costs: on average 0.38.
    assert np.median(every) < 0.5


def test_it_agrees_with_a_warp_of_the_whole_by_rasterio(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    height, width = 800, 1250
    values = np.stack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
    path = write(tmp_path / "s.tif", values, points(width, height, 200))
    part = RasterioReader().read(
        scene(path, bands=(BandRole.VV, BandRole.VH)),
        Point(*(float(v[0]) for v in swath(np.array([640.0]), np.array([390.0]), 200))).buffer(0.3),
    )
    expected = np.full(part.values.shape, -1, np.float32)
    with rasterio.open(path) as dataset:
        reproject(
            values, expected, gcps=dataset.gcps[0], src_crs=dataset.gcps[1], dst_transform=part.transform,
            dst_crs=CRS.from_wkt(part.crs), resampling=Resampling.nearest, SRC_METHOD="GCP_TPS", tolerance=0.0,
        )  # fmt: skip
    both = part.valid & (expected[0] >= 0)
    apart = np.hypot(*(part.values - expected))[both]
    with capsys.disabled():
        print(f"\nagainst rasterio's own warp: mean {apart.mean():.3f}, largest {apart.max():.2f} source px")  # noqa: T201
    assert both.mean() > 0.99
    assert apart.max() <= 1.5
    assert apart.mean() < 0.1


def test_amplitudes_are_those_of_the_sensor(tmp_path: Path) -> None:
    speckle = np.random.default_rng(5).rayleigh(80, (1, 800, 1250)).astype(np.uint16) + 1
    path = write(tmp_path / "s.tif", speckle, points(1250, 800, 200))
    pixels = RasterioReader().read(scene(path))
    seen = pixels.values[0][pixels.valid]
    assert set(np.unique(seen)) <= set(np.unique(speckle).astype(np.float32))
    assert seen.mean() == pytest.approx(speckle.mean(), rel=0.01)
    assert seen.std() == pytest.approx(speckle.std(), rel=0.01), "speckle keeps its looks"
    assert not pixels.valid[0, 0], "beside the swath nothing was measured"
    assert pixels.valid.mean() < 0.95


def test_the_footprint_is_the_swath_and_looks_are_shares_of_the_area(tmp_path: Path) -> None:
    path = write(tmp_path / "s.tif", np.full((1, 800, 1250), 90, np.uint16), points(1250, 800, 200))
    found = open_scene(path, bands=[BandRole.VV], sar_unit=SarUnit.AMPLITUDE)
    assert found.footprint is not None
    corners = Polygon(np.column_stack(swath(np.array([0.0, 1250, 1250, 0]), np.array([0.0, 0, 800, 800]), 200)))
    assert found.footprint.symmetric_difference(corners).area < 0.02 * corners.area
    assert found.footprint.area < 0.9 * box(*found.footprint.bounds).area
    lon, lat = swath(np.array([0.0, 600.0]), np.array([400.0, 400.0]), 200)
    shares = []
    for x, y in zip(lon, lat, strict=True):
        site = Site(id="x", name="X", timezone="UTC", aoi=Point(x, y).buffer(0.05))
        look = look_at(found, site, RasterioReader().read(found, site.aoi))
        shares.append(look.usable_fraction)
    assert shares == [pytest.approx(0.5, abs=0.02), pytest.approx(1, abs=0.001)]


def test_a_scene_beyond_the_utm_zones_and_in_the_south_is_placed(tmp_path: Path) -> None:
    for lat0, code in ((-33.0, 32734), (86.0, 5041)):
        gcps = [
            GroundControlPoint(row=r, col=c, x=18 + c / 1000, y=lat0 - r / 10_000)
            for r in (0, 50, 100)
            for c in (0, 50, 100)
        ]
        path = write(tmp_path / f"{code}.tif", np.ones((1, 100, 100), np.uint16), gcps)
        with open_image(path) as dataset:
            assert dataset.crs.to_epsg() == code
            x, y = Transformer.from_crs("EPSG:4326", code, always_xy=True).transform(18.05, lat0 - 0.005)
            col, row = ~dataset.transform @ (x, y)
            assert dataset.read(1)[int(row), int(col)] == 1


NOWHERE = [GroundControlPoint(row=r, col=c, x=float("nan"), y=43.0) for r in (0, 9) for c in (0, 9)]


@pytest.mark.parametrize(
    ("gcps", "word"),
    [
        (points(100, 100)[:3], "fewer than 4"),
        (points(100, 100)[:21], "one line"),
        (NOWHERE, "no coordinates"),
        ([GroundControlPoint(row=p.row, col=p.col, x=p.x, y=p.y + 60) for p in points(100, 100)], "no coordinates"),
        ([GroundControlPoint(row=p.row, col=p.col, x=132.0, y=43.0) for p in points(100, 100)], "one line"),
        (
            [
                GroundControlPoint(row=p.row, col=p.col, x=q.x, y=q.y)
                for p, q in zip(points(100, 100), np.random.default_rng(1).permutation(points(100, 100)), strict=True)  # type: ignore[call-overload]
            ],
            "contradict",
        ),
        (
            [GroundControlPoint(row=r, col=c, x=179.9 - 3.6 * c, y=60 - r) for r in (0, 9) for c in (0, 99)],
            "antimeridian",
        ),
    ],
)
def test_broken_control_points_are_one_sentence(tmp_path: Path, gcps: list[GroundControlPoint], word: str) -> None:
    path = write(tmp_path / "s.tif", np.ones((1, 100, 100), np.uint16), gcps)
    with pytest.raises(RasterError, match="ground control points only") as error:
        open_scene(path, bands=[BandRole.VV], sar_unit=SarUnit.AMPLITUDE)
    assert word in str(error.value)
    assert "\n" not in str(error.value)
