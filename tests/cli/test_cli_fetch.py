"""Kept answers -> windows read by range -> a case that `verify` uses offline, all against a server on this machine."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import stac_rules
from affine import Affine
from pyproj import Transformer
from range_server import RangeServer, range_server
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning
from shapely.geometry import box, mapping

from roadstead.archive import held_scenes
from roadstead.case import load_case, new_case
from roadstead.catalogues import Access, RawAnswer, keep_answer
from roadstead.catalogues.keep import kept_provider
from roadstead.catalogues.question import RawPage
from roadstead.imagery import RasterioReader
from roadstead.library import providers
from roadstead.model import (
    AnswerState,
    BandRole,
    CatalogueAnswer,
    Modality,
    NotFound,
    Precision,
    SarUnit,
    Site,
    TimeSpan,
)
from roadstead.pipeline import FetchSeams, fetch, verify
from roadstead.pipeline.fetch_plan import windows
from roadstead.steps import FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.enable_socket
Cli = Callable[..., tuple[int, str, str]]
NOW = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
PASS = datetime(2024, 10, 10, 2, 4, 51, tzinfo=UTC)
SIZE = 1280
CORNER = Affine(10, 0, 253_000, 0, -10, 4_750_000)
SEEN = box(131.98, 42.76, 132.13, 42.87)
SEAMS = FetchSeams(access=lambda _: Access(timeout_s=3, tries=2, pause_s=0.01), clock=FixedClock(NOW))
ID = "S2B_53TKH_20241010_0_L2A"
SITE = Site(id="s", name="S", aoi=SEEN, timezone="UTC")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RangeServer]:
    (tmp_path / "www").mkdir()
    with range_server(tmp_path / "www") as running:
        yield running


@pytest.fixture
def case(tmp_path: Path) -> Path:
    new_case(tmp_path / "c")
    path = tmp_path / "c" / "case.toml"
    path.write_text(
        path.read_text("utf-8")
        .replace('site = "dunai"', 'site = "my-roads"')
        .replace('home = "my-roads"', 'home = "dunai"')
        .replace('calls_at = ["dunai"]', 'calls_at = ["my-roads"]')
    )
    return path.parent


def cog(path: Path, values: np.ndarray, pixel_m: float, nodata: float | None = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {"driver": "COG", "count": 1, "height": len(values), "width": len(values), "dtype": values.dtype}
    place = {"crs": "EPSG:32653", "transform": Affine(pixel_m, 0, CORNER.c, 0, -pixel_m, CORNER.f), "nodata": nodata}
    with rasterio.open(path, "w", **profile, **place, compress="deflate", blocksize=256) as out:
        out.write(values[None])


def sentinel2(server: RangeServer, item_id: str = ID, cloud: tuple[slice, slice] | None = None) -> dict[str, Any]:
    """An item like Earth Search's with its COGs: rough land in the west, dark water, and a mask with a cloud."""
    rng = np.random.default_rng(len(item_id))
    level = {"blue": 400, "green": 350, "red": 250, "nir": 150, "swir16": 100}
    assets: dict[str, Any] = {}
    for key, value in level.items():
        size = SIZE // 2 if key == "swir16" else SIZE
        values = rng.normal(value, 12, (size, size))
        values[:, : size // 8] = rng.normal(8 * value, 2 * value, (size, size // 8))
        cog(server.folder / item_id / f"{key}.tif", values.clip(1).astype(np.uint16), 10 * SIZE / size)
        assets[key] = {
            "href": f"{server.url}/{item_id}/{key}.tif", "type": "image/tiff; application=geotiff",
            "roles": ["data", "reflectance"], "eo:bands": [{"name": key, "common_name": key}],
        }  # fmt: skip
    classes = np.full((SIZE // 2, SIZE // 2), 6, np.uint8)
    if cloud is not None:
        classes[cloud] = 9
    cog(server.folder / item_id / "SCL.tif", classes, 20)
    assets["scl"] = {
        "href": f"{server.url}/{item_id}/SCL.tif",
        "type": "image/tiff; application=geotiff",
        "roles": ["data"],
    }
    assets["thumbnail"] = {"href": f"{server.url}/{item_id}/t.jpg", "type": "image/jpeg", "roles": ["thumbnail"]}
    return item(item_id, assets, constellation="sentinel-2", platform="sentinel-2b", **{"eo:cloud_cover": 60.0})


def item(item_id: str, assets: dict[str, Any], **props: Any) -> dict[str, Any]:
    at = props.pop("datetime", PASS)
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": item_id,
        "collection": props.pop("collection", "sentinel-2-l2a"),
        "geometry": mapping(SEEN), "bbox": list(SEEN.bounds), "assets": assets,
        "links": [{"rel": "self", "href": f"https://catalogue.example/{item_id}"}],
        "properties": {"datetime": at.isoformat().replace("+00:00", "Z"), **props},
    }  # fmt: skip


def keep(case: Path, *items: dict[str, Any]) -> None:
    """As `search` keeps an answer."""
    provider = next(p for p in providers() if p.id == "earth-search")
    page = json.dumps({"type": "FeatureCollection", "features": items})
    span = TimeSpan(PASS - timedelta(days=30), PASS + timedelta(days=30), Precision.INTERVAL)
    answer = CatalogueAnswer(
        catalogue=provider.id, name=provider.name, asked_at=NOW, area=SEEN, span=span, missions=provider.missions,
        state=AnswerState.COMPLETE, sentence=f"{len(items)} items.", products=len(items),
    )  # fmt: skip
    raw = RawPage(method="POST", url=f"{provider.url}/search", body={}, text=page)
    keep_answer(case, RawAnswer(answer=answer, provider=kept_provider(provider), pages=(raw,)))


def east_of(lon: float, lat: float) -> tuple[slice, slice]:
    """Rows and columns of the 20 m mask east of a place."""
    x, _ = Transformer.from_crs("EPSG:4326", "EPSG:32653", always_xy=True).transform(lon, lat)
    return slice(None), slice(int((x - CORNER.c) / 20), None)


def test_a_listed_image_becomes_a_look_of_the_case(
    server: RangeServer, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(case, sentinel2(server, cloud=east_of(132.05, 42.83)))
    found = fetch(case, [ID], seams=SEAMS)
    assert not found.losses
    (image,) = found.written
    assert image == case / "scenes" / ID / "my-roads.tif"
    whole = sum(p.stat().st_size for p in (server.folder / ID).iterdir())
    with capsys.disabled():
        print(f"\nread {server.sent() / 1e6:.2f} MB of {whole / 1e6:.2f} MB in {len(server.requests)} requests")  # noqa: T201
    assert not any("t.jpg" in r.path for r in server.requests)
    _as_the_original(image, server)
    (scene,) = held_scenes(load_case(case).images).scenes
    assert (scene.platform, scene.id, scene.gsd_m) == ("sentinel-2b", f"{ID}-my-roads", None)
    assert (scene.bands[0], scene.bands[-1], len(scene.bands)) == (BandRole.BLUE, BandRole.SWIR16, 5)
    assert scene.time is not None
    assert scene.time.start == PASS
    assert "Copernicus" in scene.credit
    assert scene.licence == "Copernicus Sentinel data terms (free, full and open)"
    asked = len(server.requests)
    result = verify(case)
    assert len(server.requests) == asked, "offline"
    assert not [s for s in result.losses if ID in s], result.losses
    (look,) = [at for at in _looks(case) if at["site_id"] == "my-roads"]
    assert look["cloud_basis"] == "scene classification"
    assert look["covered_fraction"] == pytest.approx(1, abs=0.001)
    assert look["cloud_fraction"] == pytest.approx(0.5, abs=0.02), "of the area, not the scene's 60 %"
    assert look["usable_fraction"] == pytest.approx(0.5, abs=0.02)


def _as_the_original(image: Path, server: RangeServer) -> None:
    with rasterio.open(image) as made, rasterio.open(server.folder / ID / "nir.tif") as original:
        window = original.window(*made.bounds)
        np.testing.assert_array_equal(made.read(4), original.read(1, window=window))
        assert made.profile["tiled"]
        assert made.nodata == 0
    said = json.loads(image.with_suffix(".json").read_text("utf-8"))["properties"]
    sources = {s["asset"]: s for s in said["roadstead:sources"]}
    assert set(sources) == {"blue", "green", "red", "nir", "swir16", "scl"}
    size = (server.folder / ID / "blue.tif").stat().st_size
    assert sources["blue"] == {
        "asset": "blue", "href": f"{server.url}/{ID}/blue.tif", "etag": f'"{size:x}-test"', "size_bytes": size,
    }  # fmt: skip
    assert (said["roadstead:product"], said["roadstead:read_at"]) == (ID, "2025-01-02T03:04:05Z")
    assert (said["license"], said["roadstead:licence"]) == (
        "other",
        "Copernicus Sentinel data terms (free, full and open)",
    )
    assert stac_rules.faults(json.loads(image.with_suffix(".json").read_text("utf-8"))) == []


def _looks(case: Path) -> list[dict[str, Any]]:
    found = []
    for path in (case / ".cache").rglob("*.json"):
        value = json.loads(path.read_text("utf-8"))["value"]
        if isinstance(value, dict) and "look" in value:
            found.append(value["look"])
    return found


def test_what_is_there_is_not_fetched_again_and_bytes_are_the_same(server: RangeServer, case: Path) -> None:
    keep(case, sentinel2(server))
    first = {p.name: p.read_bytes() for p in fetch(case, [ID], seams=SEAMS).written[0].parent.iterdir()}
    assert sorted(first) == ["my-roads.json", "my-roads.tif", "my-roads_SCL.tif"]
    asked = len(server.requests)
    again = fetch(case, everything=True, seams=SEAMS)
    assert (again.written, len(again.already), len(server.requests)) == ((), 1, asked)
    assert again.contacts == ()
    folder = case / "scenes" / ID
    (folder / "my-roads.tif").unlink()
    fetch(case, [ID], seams=SEAMS)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == first
    # A kill leaves parts behind that nobody takes for an image.
    (folder / "my-roads.json").unlink()
    assert len(fetch(case, [ID], seams=SEAMS).written) == 1


def test_a_failed_one_is_named_and_the_rest_goes_on(server: RangeServer, case: Path) -> None:
    other = sentinel2(server, "S2A_53TKH_20241012_0_L2A")
    other["properties"] |= {"datetime": "2024-10-12T02:14:51Z", "platform": "sentinel-2a"}
    keep(case, sentinel2(server), other)
    server.status[f"/{ID}/red.tif"] = [404]
    server.status["/S2A_53TKH_20241012_0_L2A/SCL.tif"] = [403]
    seen: list[str] = []
    found = fetch(case, everything=True, seams=SEAMS, progress=lambda name, _done, _total: seen.append(name))
    assert [p.parent.name for p in found.written] == ["S2A_53TKH_20241012_0_L2A"]
    assert seen == [ID, "S2A_53TKH_20241012_0_L2A", ""]
    gone, maskless = found.losses
    assert all(word in gone for word in (ID, "my-roads", "red.tif", "404"))
    assert "mask of cloud was not" in maskless
    server.status.clear()
    assert len(fetch(case, everything=True, seams=SEAMS).written) == 1


def test_nothing_is_asked_for_until_it_is_named(server: RangeServer, case: Path) -> None:
    keep(case, sentinel2(server))
    said: list[str] = []
    found = fetch(case, seams=SEAMS, announce=said.extend)
    assert [(f.listing.id, f.sites) for f in found.listed] == [(ID, ("my-roads",))]
    assert (server.requests, said, found.written) == ([], [], ())
    unknown = fetch(case, ["S2C_nowhere"], seams=SEAMS)
    assert "S2C_nowhere" in unknown.losses[0]
    assert "roadstead search" in unknown.losses[0]
    with pytest.raises(NotFound, match="atlantis"):
        fetch(case, [ID], ["atlantis"], seams=SEAMS)
    assert not fetch(case, [ID], ["dunai"], seams=SEAMS).listed


def test_who_learns_what_is_said_before_anybody_is_asked(server: RangeServer, case: Path) -> None:
    keep(case, sentinel2(server))
    said: list[str] = []

    def listen(sentences: Any) -> None:
        assert not server.requests
        said.extend(sentences)

    fetch(case, [ID], seams=SEAMS, announce=listen)
    (sentence,) = said
    host = server.url.removeprefix("http://")
    # 500 m around the area: 0.0061 degrees of longitude at 42.86 N, 0.0045 of latitude.
    assert sentence.startswith(f"{host} would learn that somebody looks at 131.994 to 132.106 E, 42.795 to 42.865 N")
    assert "my-roads" in sentence


def test_sites_whose_windows_overlap_share_one_file(server: RangeServer, case: Path) -> None:
    path = case / "case.toml"
    path.write_text(
        path.read_text("utf-8").replace(
            "[[vessels]]",
            '[[sites]]\nid = "inner"\nname = "Inner"\ntimezone = "Asia/Vladivostok"\n'
            "aoi = [[132.08, 42.82], [132.14, 42.82], [132.14, 42.84], [132.08, 42.84]]\n\n[[vessels]]",
            1,
        )
    )
    keep(case, sentinel2(server))
    (image,) = fetch(case, [ID], ["inner"], seams=SEAMS).written
    assert image.name == "inner+my-roads.tif"
    verify(case)
    assert sorted(k["site_id"] for k in _looks(case)) == ["inner", "my-roads"]


def test_ungeocoded_radar_is_placed_and_its_unit_known(server: RangeServer, case: Path) -> None:
    (server.folder / "s1").mkdir()
    west, south, east, north = SEEN.buffer(0.1).bounds
    for i, key in enumerate(("vh", "vv")):
        values = np.random.default_rng(i).rayleigh(60 + i, (1, 1500, 1500)).astype(np.uint16) + 1
        gcps = [
            GroundControlPoint(
                row=r, col=c, x=west + (east - west) * c / 1500 + 0.02 * r / 1500, y=north - (north - south) * r / 1500
            )
            for r in range(0, 1501, 300)
            for c in range(0, 1501, 150)
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            shape = {"count": 1, "height": 1500, "width": 1500, "dtype": "uint16"}
            with rasterio.open(server.folder / "s1" / f"{key}.tif", "w", driver="GTiff", tiled=True, **shape) as out:
                out.write(values)
                out.gcps = (gcps, CRS.from_epsg(4326))
    assets = {
        k: {"href": f"{server.url}/s1/{k}.tif", "type": "image/tiff; application=geotiff", "roles": ["data"]}
        for k in ("vv", "vh")
    }
    props = {
        "sar:polarizations": ["VV", "VH"],
        "sar:product_type": "GRD",
        "sar:instrument_mode": "IW",
        "constellation": "sentinel-1",
    }
    keep(case, item("S1A_IW_GRDH_X", assets, collection="sentinel-1-grd", platform="sentinel-1a", **props))
    found = fetch(case, ["S1A_IW_GRDH_X"], seams=SEAMS)
    assert not found.losses
    (scene,) = held_scenes(load_case(case).images).scenes
    assert (scene.modality, scene.sar_unit, scene.bands) == (
        Modality.SAR,
        SarUnit.AMPLITUDE,
        (BandRole.VV, BandRole.VH),
    )
    pixels = RasterioReader().read(scene)
    assert pixels.valid.all()
    assert pixels.values[0].mean() == pytest.approx(61 * np.sqrt(np.pi / 2) + 0.5, rel=0.02), "vv first"
    whole = sum(p.stat().st_size for p in (server.folder / "s1").iterdir())
    assert server.sent() < 0.7 * whole


def test_a_catalogue_elsewhere_cannot_make_us_read_files_of_this_computer(server: RangeServer, case: Path) -> None:
    product = sentinel2(server)
    product["assets"]["blue"]["href"] = (server.folder / ID / "blue.tif").as_uri()
    keep(case, product)
    found = fetch(case, [ID], seams=SEAMS)
    assert not found.written
    assert "files of this computer" in found.losses[0]
    assert not server.requests


def test_names_from_catalogues_stay_inside_the_case(server: RangeServer, case: Path) -> None:
    product = sentinel2(server)
    product["id"] = "../../../evil/\u202e/.x"
    keep(case, product)
    (image,) = fetch(case, everything=True, seams=SEAMS).written
    assert image.resolve().is_relative_to((case / "scenes").resolve())
    assert image.parent.parent == case / "scenes"


def test_the_command_lists_and_fetches(server: RangeServer, case: Path, cli: Cli) -> None:
    keep(case, sentinel2(server))
    code, out, _ = cli("fetch", case)
    assert (code, ID in out, "Nothing was fetched" in out) == (0, True, True)
    code, out, err = cli("fetch", case, ID, "--site", "my-roads")
    assert code == 0
    assert "would learn" in err
    assert "my-roads.tif" in out
    code, out, _ = cli("fetch", case, "--all", "--json")
    document = json.loads(out)
    assert code == 0
    assert [(k["id"], k["held"], k["sites"]) for k in document["listed"]] == [(ID, True, ["my-roads"])]
    assert len(document["already"]) == 1
    assert cli("fetch", case, "nonsense")[0] == 2
    assert cli("fetch", case / "nowhere")[0] == 2


def test_a_case_without_answers_says_how_to_get_them(case: Path, cli: Cli) -> None:
    code, out, _ = cli("fetch", case)
    assert code == 0
    assert "roadstead search" in out


def test_another_catalogues_name_for_it_is_no_second_image(server: RangeServer, case: Path) -> None:
    first = sentinel2(server)
    keep(case, first)
    (image,) = fetch(case, [ID], seams=SEAMS).written
    twin = {**sentinel2(server, "A_other_name"), "collection": "sentinel-2-l1c"}
    keep(case, twin)
    found = fetch(case, everything=True, seams=SEAMS)
    assert [f.listing.id for f in found.listed] == ["A_other_name"]
    assert (found.written, found.already, found.contacts) == ((), (image,), ())
    assert len(found.held) == 1
    # Read again where it lies, not beside it, when the window is another one.
    said = json.loads(image.with_suffix(".json").read_text("utf-8"))
    said["properties"]["roadstead:area"] = [0, 0, 1, 1]
    image.with_suffix(".json").write_text(json.dumps(said))
    assert fetch(case, everything=True, seams=SEAMS).written == (image,)
    assert len(held_scenes(load_case(case).images).scenes) == 1


def _days(case: Path) -> list[str]:
    """Of every item that lies beside its image."""
    items = [json.loads(p.read_text("utf-8")) for p in case.glob("scenes/*/*.json") if p.with_suffix(".tif").is_file()]
    return sorted(i["properties"]["datetime"][:10] for i in items)


@pytest.mark.parametrize("ids", [("北京1", "上海1"), ("a/b", "a-b"), ("x" * 130 + "1", "x" * 130 + "2"), (7, 8)])
def test_ids_that_look_alike_as_names_are_two_images(
    server: RangeServer, case: Path, ids: tuple[str | int, str | int]
) -> None:
    product = sentinel2(server)
    other = {**product, "properties": {**product["properties"], "datetime": "2024-10-12T02:04:51Z"}}
    keep(case, {**product, "id": ids[0]}, {**other, "id": ids[1]})
    assert len(fetch(case, [str(ids[0])], seams=SEAMS).written) == 1
    found = fetch(case, everything=True, seams=SEAMS)
    assert (len(found.already), len(found.written), len(found.held)) == (1, 1, 2)
    assert _days(case) == ["2024-10-10", "2024-10-12"]


def test_one_id_for_two_acquisitions_is_two_images(server: RangeServer, case: Path) -> None:
    product = sentinel2(server)
    later = {**product["properties"], "datetime": "2024-10-12T02:04:51Z"}
    keep(case, product, {**product, "collection": "sentinel-2-l1c", "properties": later})
    assert len(fetch(case, everything=True, seams=SEAMS).written) == 2
    again = fetch(case, everything=True, seams=SEAMS)
    assert (len(again.already), again.written) == (2, ())
    assert _days(case) == ["2024-10-10", "2024-10-12"]


def test_items_of_others_below_scenes_are_passed_over(server: RangeServer, case: Path) -> None:
    keep(case, sentinel2(server))
    folder = case / "scenes" / "odd"
    folder.mkdir(parents=True)
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"properties": null}'), ("d", "[" * 100_000)):
        (folder / f"{name}.json").write_text(text)
    assert len(fetch(case, [ID], seams=SEAMS).written) == 1


def test_whoever_gives_permissions_is_named_too(server: RangeServer, case: Path) -> None:
    keep(case, sentinel2(server))
    asks = Access(sign=lambda href: href, sign_host="permits.example", sign_key="A_KEY", tries=1)
    seams = FetchSeams(access=lambda _: asks, clock=FixedClock(NOW))
    found = fetch(case, [ID], seams=seams)
    assert found.listed[0].hosts == tuple(sorted(("permits.example", server.url.removeprefix("http://"))))
    assert found.contacts[0].startswith(f"{server.url.removeprefix('http://')} would learn that somebody looks at")
    assert found.contacts[1:] == (
        "permits.example would learn which files are read over my-roads in 1 image; your key in A_KEY is sent to it",
    )


@pytest.mark.parametrize(("west", "east"), [(179.9965, 179.9995), (-179.9995, -179.9965)])
def test_a_window_beside_the_180th_meridian_stays_beside_it(west: float, east: float) -> None:
    site = replace(SITE, aoi=box(west, 52, east, 52.002))
    ((_, area),) = windows([site])
    assert area.bounds == pytest.approx(
        (max(west - 0.00728, -180), 51.9955, min(east + 0.00728, 180), 52.0065), abs=1e-4
    )
