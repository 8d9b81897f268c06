"""Windows of images elsewhere: by byte range, with every refusal in one sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from range_server import RangeServer, range_server
from shapely.geometry import Polygon

from roadstead.catalogues import Access, access_for, host_of, read_window, wanted_of
from roadstead.geo import ground_frame
from roadstead.model import BandRole, CatalogueError, RasterError, SarUnit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.enable_socket
CORNER = Affine(10, 0, 500_000, 0, -10, 4_620_000)
QUICK = Access(timeout_s=2, tries=2, pause_s=0.01)


def write_cog(path: Path, size: int = 2048, *, pixel_m: float = 10, seed: int = 1, count: int = 1) -> np.ndarray:
    values = np.random.default_rng(seed).integers(0, 10_000, (count, size, size)).astype(np.uint16)
    profile = {"driver": "COG", "count": count, "height": size, "width": size, "dtype": "uint16", "nodata": 0}
    place = {"crs": "EPSG:32652", "transform": Affine(pixel_m, 0, 500_000, 0, -pixel_m, 4_620_000)}
    with rasterio.open(path, "w", **profile, **place, compress="deflate", blocksize=256) as out:
        out.write(values)
    return values


def area(cols: tuple[float, float], rows: tuple[float, float]) -> Polygon:
    frame = ground_frame(CORNER, "EPSG:32652", (2048, 2048))
    c, r = [cols[0], cols[1], cols[1], cols[0]], [rows[0], rows[0], rows[1], rows[1]]
    return Polygon(np.column_stack(frame.lonlat(c, r)))


SPOT = area((700.2, 799.8), (900.2, 979.8))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RangeServer]:
    with range_server(tmp_path) as running:
        yield running


def test_only_a_small_part_of_a_big_image_is_read(server: RangeServer, capsys: pytest.CaptureFixture[str]) -> None:
    values = write_cog(server.folder / "big.tif")
    size = (server.folder / "big.tif").stat().st_size
    window = read_window(f"{server.url}/big.tif", SPOT, access=QUICK)
    np.testing.assert_array_equal(window.values, values[:, 900:980, 700:800])
    assert window.grid.transform @ (0, 0) == CORNER @ (700, 900)
    assert (window.file.size_bytes, window.file.etag) == (size, f'"{size:x}-test"')
    assert window.nodata == 0
    with capsys.disabled():
        print(f"\nread {server.sent() / 1e3:.0f} kB of {size / 1e3:.0f} kB in {len(server.requests)} requests")  # noqa: T201
    assert server.sent() < 0.15 * size
    assert all(r.path == "/big.tif" for r in server.requests), "no listing, no side files"
    assert all(r.start is not None for r in server.requests if r.method == "GET")


def test_a_coarser_band_lies_on_the_first_ones_pixels(server: RangeServer) -> None:
    write_cog(server.folder / "b02.tif")
    coarse = write_cog(server.folder / "b11.tif", 1024, pixel_m=20, seed=2)
    base = read_window(f"{server.url}/b02.tif", SPOT, access=QUICK)
    other = read_window(f"{server.url}/b11.tif", SPOT, onto=base.grid, access=QUICK)
    twice = np.repeat(np.repeat(coarse[:, 450:490, 350:400], 2, axis=1), 2, axis=2)
    np.testing.assert_array_equal(other.values, twice)


def test_local_files_are_read_by_the_same_call(tmp_path: Path) -> None:
    values = write_cog(tmp_path / "a b.tif")
    for href in (str(tmp_path / "a b.tif"), (tmp_path / "a b.tif").as_uri()):
        window = read_window(href, SPOT)
        np.testing.assert_array_equal(window.values, values[:, 900:980, 700:800])
        assert (window.file.host, host_of(href)) == ("", "")


def _one_sentence(error: pytest.ExceptionInfo[RasterError], *words: str) -> None:
    text = str(error.value)
    assert "\n" not in text
    assert all(w in text for w in words), text


@pytest.mark.parametrize(("status", "word"), [(404, "is not there"), (403, "needs an account"), (503, "answers 503")])
def test_refusals_are_one_sentence(server: RangeServer, status: int, word: str) -> None:
    write_cog(server.folder / "x.tif", 256)
    server.status["/x.tif"] = [status]
    with pytest.raises(RasterError) as error:
        read_window(f"{server.url}/x.tif?token=secret", SPOT, access=QUICK)
    _one_sentence(error, "x.tif", word)
    assert "secret" not in str(error.value)
    assert len(server.requests) == (2 if status == 503 else 1)


def test_a_busy_server_is_asked_again(server: RangeServer) -> None:
    values = write_cog(server.folder / "x.tif")
    server.status["/x.tif"] = [429, 200]
    window = read_window(f"{server.url}/x.tif", SPOT, access=QUICK)
    np.testing.assert_array_equal(window.values, values[:, 900:980, 700:800])


def test_what_is_no_image_is_said(server: RangeServer) -> None:
    (server.folder / "login.tif").write_text("<!DOCTYPE html><title>Log in</title>")
    (server.folder / "far.vrt").write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    (server.folder / "junk.tif").write_bytes(b"MZ" + bytes(100))
    (server.folder / "empty.tif").write_bytes(b"")
    for name, word in (("login.tif", "web page"), ("far.vrt", "VRT"), ("junk.tif", "no image"), ("empty.tif", "416")):
        with pytest.raises(RasterError) as error:
            read_window(f"{server.url}/{name}", SPOT, access=QUICK)
        _one_sentence(error, name, word)


def test_a_server_without_ranges_is_not_asked_for_everything(server: RangeServer) -> None:
    write_cog(server.folder / "x.tif")
    server.ranges = False
    with pytest.raises(RasterError) as error:
        read_window(f"{server.url}/x.tif", SPOT, access=QUICK)
    _one_sentence(error, "whole or not at all", "roadstead add")


def test_a_silent_server_is_given_up(server: RangeServer) -> None:
    write_cog(server.folder / "x.tif", 256)
    server.delay_s = 0.6
    with pytest.raises(RasterError) as error:
        read_window(f"{server.url}/x.tif", SPOT, access=Access(timeout_s=0.2, tries=2, pause_s=0.01))
    _one_sentence(error, "did not answer within 0.2 s")


def test_nobody_there_is_one_sentence(tmp_path: Path) -> None:
    with range_server(tmp_path) as gone:
        pass
    with pytest.raises(RasterError) as error:
        read_window(f"{gone.url}/x.tif", SPOT, access=QUICK)
    _one_sentence(error, "cannot be reached")


def test_redirects_lead_only_to_the_web(server: RangeServer, tmp_path: Path) -> None:
    values = write_cog(server.folder / "x.tif")
    server.redirects = {"/old.tif": f"{server.url}/x.tif", "/trap.tif": (tmp_path / "x.tif").as_uri(), "/o": "/o"}
    window = read_window(f"{server.url}/old.tif", SPOT, access=QUICK)
    np.testing.assert_array_equal(window.values, values[:, 900:980, 700:800])
    with pytest.raises(RasterError, match="no web address"):
        read_window(f"{server.url}/trap.tif", SPOT, access=QUICK)
    with pytest.raises(RasterError, match="sends on more than"):
        read_window(f"{server.url}/o", SPOT, access=QUICK)
    with pytest.raises(RasterError, match="ftp:// is none of"):
        read_window("ftp://127.0.0.1/x.tif", SPOT)


def test_an_area_elsewhere_and_a_cut_off_file_are_said(server: RangeServer) -> None:
    write_cog(server.folder / "x.tif")
    with pytest.raises(RasterError, match="does not cover"):
        read_window(f"{server.url}/x.tif", Polygon([(10, 50), (10.1, 50), (10.1, 50.1)]), access=QUICK)
    whole = (server.folder / "x.tif").read_bytes()
    (server.folder / "x.tif").write_bytes(whole[: len(whole) // 4])
    with pytest.raises(RasterError) as error:
        read_window(f"{server.url}/x.tif", area((1900, 2000), (1900, 2000)), access=QUICK)
    _one_sentence(error, "x.tif")


def test_a_permission_is_used_and_never_kept(server: RangeServer) -> None:
    write_cog(server.folder / "x.tif")
    access = Access(sign=lambda href: f"{href}?sig=secret", timeout_s=2, tries=1)
    window = read_window(f"{server.url}/x.tif", SPOT, access=access)
    assert all(r.path.endswith("sig=secret") for r in server.requests)
    assert "secret" not in repr(window.file)


def test_public_buckets_are_read_openly(server: RangeServer) -> None:
    (server.folder / "bucket").mkdir()
    values = write_cog(server.folder / "bucket" / "x.tif")
    window = read_window("s3://bucket/x.tif", SPOT, access=Access(s3_endpoint=server.url, tries=1))
    np.testing.assert_array_equal(window.values, values[:, 900:980, 700:800])
    assert window.file.href == "s3://bucket/x.tif"
    assert window.file.etag
    assert not any("Authorization" in r.headers for r in server.requests)
    assert host_of("s3://sentinel-cogs/a/b.tif") == "sentinel-cogs.s3.amazonaws.com"
    assert host_of("s3://dotted.name/a/b.tif") == "s3.amazonaws.com"


def test_buckets_whose_reader_pays_are_signed(server: RangeServer) -> None:
    (server.folder / "bucket").mkdir()
    values = write_cog(server.folder / "bucket" / "x.tif")
    access = Access(
        s3_signed=True, requester_pays=True, s3_endpoint=server.url, s3_keys=("AKEY", "very-secret"), tries=1
    )
    window = read_window("s3://bucket/x.tif", SPOT, access=access)
    np.testing.assert_array_equal(window.values, values[:, 900:980, 700:800])
    assert all(r.headers.get("x-amz-request-payer") == "requester" for r in server.requests)
    assert all("AKEY" in r.headers["Authorization"] for r in server.requests)
    assert "very-secret" not in repr(access) + repr(server.requests)
    server.status["/bucket/x.tif"] = [403]
    with pytest.raises(RasterError) as error:
        read_window("s3://bucket/x.tif", SPOT, access=access)
    _one_sentence(error, "x.tif")
    assert "very-secret" not in str(error.value)


def test_keys_that_are_missing_are_named() -> None:
    for word, variable in (("copernicus", "CDSE_S3_ACCESS_KEY"), ("requester-pays", "AWS_ACCESS_KEY_ID")):
        with pytest.raises(CatalogueError, match=variable):
            access_for(word, {})
    with pytest.raises(CatalogueError, match="ordered"):
        access_for("planet-key", {"PL_API_KEY": "k"})
    assert access_for("copernicus", {"CDSE_S3_ACCESS_KEY": "a", "CDSE_S3_SECRET_KEY": "b"}).s3_signed


def _items(shared: Path, name: str) -> list[dict[str, Any]]:
    document = json.loads((shared / "data" / "stac" / name).read_text("utf-8"))
    return document if isinstance(document, list) else document.get("features", [document])


def test_the_bands_that_detectors_need_are_found_in_real_items(shared: Path) -> None:
    two = [i for i in _items(shared, "earth-search-two.json") if i["properties"].get("constellation") == "sentinel-2"]
    wanted = wanted_of(two[0])
    colours = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.SWIR16)
    assert tuple(p.roles for p in wanted.images) == tuple((r,) for r in colours)
    assert [p.key for p in wanted.images] == ["blue", "green", "red", "nir", "swir16"]
    assert wanted.mask is not None
    assert wanted.mask.href.endswith("SCL.tif")
    radar = wanted_of(_items(shared, "sentinel-1-rtc-pc.json")[0])
    assert [p.key for p in radar.images] == ["vv", "vh"]
    assert (radar.sar_unit, radar.mask) == (SarUnit.LINEAR, None)
    grd = next(i for i in _items(shared, "earth-search-page-1.json") if i["collection"] == "sentinel-1-grd")
    assert [r for p in wanted_of(grd).images for r in p.roles] == [BandRole.HH]
    assert wanted_of(grd).sar_unit is SarUnit.AMPLITUDE


def test_a_file_moved_to_another_host_is_not_read_there(server: RangeServer, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with range_server(tmp_path / "other") as other:
        write_cog(other.folder / "x.tif", 256)
        server.redirects = {"/x.tif": f"{other.url}/x.tif?sig=secret"}
        with pytest.raises(RasterError) as error:
            read_window(f"{server.url}/x.tif", SPOT, access=QUICK)
        host = other.url.removeprefix("http://")
        _one_sentence(error, "x.tif", f"sends on to {host}, a host that was not named before asking", "roadstead add")
        assert "secret" not in str(error.value)
        assert other.requests == []


def test_the_host_that_gives_permissions_is_named_with_the_key_that_it_gets() -> None:
    access = access_for("planetary-computer", {"PC_SDK_SUBSCRIPTION_KEY": "very-secret"})
    assert (access.sign_host, access.sign_key) == ("planetarycomputer.microsoft.com", "PC_SDK_SUBSCRIPTION_KEY")
    assert "very-secret" not in repr(access)
    assert access_for("planetary-computer", {}).sign_key == ""
    assert access_for("none", {}).sign_host == ""
