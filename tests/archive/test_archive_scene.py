"""Opening scenes: what metadata state, what they leave open, what cannot be used."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from rasterio.enums import ColorInterp

from roadstead.archive import held_scenes, licence_for, open_scene, scene_from_item, year_of
from roadstead.model import (
    BandRole,
    BandsUnknown,
    CatalogueError,
    DateBasis,
    Modality,
    Precision,
    RasterError,
    SarUnit,
    TimeSpan,
    parse_span,
    span_between,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RGB = (BandRole.RED, BandRole.GREEN, BandRole.BLUE)


def _named(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text())
    return document[0] if isinstance(document, list) else document


def test_real_images_open_with_their_metadata(shared: Path) -> None:
    held = held_scenes([shared / "data"])
    scenes = {s.id: s for s in held.scenes}
    assert len(scenes) == 14
    busan = scenes["busan-2022-05-14"]
    assert [b.value for b in busan.bands] == ["blue", "green", "red", "nir", "swir16"]
    assert busan.time is not None
    assert busan.time.precision is Precision.DAY
    assert busan.time.end == datetime(2022, 5, 15, tzinfo=UTC)
    assert busan.credit == "Contains modified Copernicus Sentinel data 2022"
    assert scenes["los-angeles-2021-01-05"].sar_unit is SarUnit.DB
    assert scenes["mumbai-offshore"].sar_unit is SarUnit.AMPLITUDE
    assert scenes["mumbai-offshore"].modality is Modality.SAR
    assert scenes["mumbai-offshore"].credit.endswith("2014-2020")
    assert scenes["sf-bay-2017-03-08"].bands == (*RGB, BandRole.ALPHA)
    assert scenes["long-beach-a"].time.precision is Precision.INTERVAL
    # Two real Planet items whose images are not held.
    assert [("planet-psscene" in x, "planet-skysat" in x) for x in held.losses] == [(True, False), (False, True)]


def test_a_bare_tiff_finds_its_item(shared: Path) -> None:
    folder = shared / "data" / "rapideye-sf-bay"
    by_item = open_scene(folder / "sf-bay-2017-03-08.json")
    assert open_scene(folder / "sf-bay-2017-03-08.tif") == by_item
    assert len(by_item.sha256) == 64


def test_an_item_with_only_remote_images_is_refused(shared: Path) -> None:
    for name in ("sentinel-1-rtc-pc.json", "earth-search-two.json"):
        document = _named(shared / "data" / "stac" / name)
        item = document["features"][0] if "features" in document else document
        with pytest.raises(CatalogueError, match="only local files are read"):
            scene_from_item(item, shared / "data" / "stac" / name)


def test_an_item_with_only_a_thumbnail_is_refused(shared: Path) -> None:
    path = shared / "data" / "stac" / "umbra-sar.json"
    with pytest.raises(CatalogueError, match="names no image"):
        scene_from_item(_named(path), path)


def test_a_beta_item_gives_satellite_time_and_pixel_size(shared: Path, tmp_path: Path) -> None:
    item = _named(shared / "data" / "stac" / "planet-psscene.json")
    (tmp_path / "20170831_172754_101c_3B_AnalyticMS.tif").touch()
    scene = scene_from_item(item, tmp_path / "item.json")
    assert scene.path.name == "20170831_172754_101c_3B_AnalyticMS.tif"
    assert (scene.platform, scene.gsd_m) == ("101c", 2.6)
    assert scene.time is not None
    assert scene.time.start == datetime(2017, 8, 31, 17, 27, 54, 960530, tzinfo=UTC)
    assert scene.footprint is not None


def test_bands_of_older_items_come_from_common_names(tmp_path: Path, image: Callable[..., Path]) -> None:
    image(tmp_path / "x.tif", count=3, dtype="uint16")
    bands = [{"name": "B04", "common_name": "red"}, {"name": "B03"}, {"name": "B8A", "common_name": "rededge"}]
    item = {
        "type": "Feature",
        "id": "../../x",
        "stac_version": "1.0.0",
        "properties": {"datetime": "2024-01-02T03:04:05Z", "constellation": "Sentinel-2"},
        "assets": {"a": {"href": "x.tif", "type": "image/tiff", "eo:bands": bands}},
    }
    scene = scene_from_item(item, tmp_path / "item.json")
    assert scene.bands == (BandRole.RED, BandRole.GREEN, BandRole.OTHER)
    assert scene.path == tmp_path / "x.tif"


def test_radar_items_take_polarisations_and_unit(tmp_path: Path, image: Callable[..., Path]) -> None:
    image(tmp_path / "x.tif", count=2, dtype="float32")
    asset = {"href": "./x.tif", "type": "image/tiff", "raster:bands": [{"unit": "dB"}, {"unit": "dB"}]}
    item = {
        "type": "Feature",
        "id": "x",
        "properties": {
            "datetime": None,
            "start_datetime": "2024-09-10T03:32:23Z",
            "end_datetime": "2024-09-10T03:32:32.9Z",
            "sar:polarizations": ["VV", "VH"],
        },
        "assets": {"a": asset},
    }
    (tmp_path / "x.json").write_text(json.dumps(item))
    scene = open_scene(tmp_path / "x.tif")
    assert scene.bands == (BandRole.VV, BandRole.VH)
    assert (scene.modality, scene.sar_unit) == (Modality.SAR, SarUnit.DB)
    assert scene.time is not None
    assert scene.time.precision is Precision.SECOND


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"<!DOCTYPE html><html>log in</html>", "HTML"),
        (b'{"type": "Feature", "assets"', "broken JSON"),
        (b"", "empty"),
        (b"[1, 2]", "no STAC item"),
        (b'{"type": "Feature", "assets": {}, "properties": null}', "no properties|no image"),
    ],
)
def test_what_is_no_item_is_named(tmp_path: Path, text: bytes, words: str) -> None:
    path = tmp_path / "item.json"
    path.write_bytes(text)
    with pytest.raises(CatalogueError, match=words):
        open_scene(path)


def test_unknown_bands_are_asked_for_not_guessed(tmp_path: Path, image: Callable[..., Path]) -> None:
    path = image(tmp_path / "x.tif", count=4, dtype="uint16", colours=(ColorInterp.undefined,) * 4)
    with pytest.raises(BandsUnknown, match="--bands"):
        open_scene(path)
    stated = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR)
    assert open_scene(path, bands=stated).bands == stated
    with pytest.raises(BandsUnknown, match="holds 4 bands, --bands states 3"):
        open_scene(path, bands=RGB)


def test_unknown_radar_unit_is_asked_for(tmp_path: Path, image: Callable[..., Path]) -> None:
    path = image(tmp_path / "x.tif", dtype="float32", names=("VV",))
    with pytest.raises(BandsUnknown, match="--sar-unit"):
        open_scene(path)
    scene = open_scene(path, sar_unit=SarUnit.LINEAR)
    assert (scene.bands, scene.sar_unit, scene.modality) == ((BandRole.VV,), SarUnit.LINEAR, Modality.SAR)
    assert scene.date_basis is DateBasis.UNKNOWN


def test_colours_in_the_file_count_as_stated(tmp_path: Path, image: Callable[..., Path]) -> None:
    assert open_scene(image(tmp_path / "x.png", count=3, driver="PNG", crs=None)).bands == RGB
    alpha = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
    assert open_scene(image(tmp_path / "y.tif", count=4, colours=alpha)).bands == (*RGB, BandRole.ALPHA)


def test_a_planet_order_opens_as_a_folder(tmp_path: Path, order: Callable[..., Path]) -> None:
    path = order(tmp_path / "PSScene")
    scene = open_scene(tmp_path)
    assert scene.path == path
    assert scene.id == "20241010_015101_12_24b7"
    assert scene.bands == (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR)
    assert (scene.platform, scene.gsd_m) == ("planetscope", 3.9)
    assert scene.credit == "© 2024 Planet Labs PBC"
    order(tmp_path / "PSScene", "20241011_020202_99_2500")
    with pytest.raises(RasterError, match="2 scenes"):
        open_scene(tmp_path)


def test_a_browser_export_is_dated_by_its_name(tmp_path: Path, image: Callable[..., Path]) -> None:
    name = "2024-10-10-00:00_2024-10-10-23:59_Sentinel-2_L2A_True_color.jpg"
    scene = open_scene(image(tmp_path / name, count=3, driver="JPEG", crs=None))
    assert scene.time is not None
    assert str(scene.time) == "2024-10-10 (day)"
    assert scene.date_basis is DateBasis.INFERRED
    assert (scene.platform, scene.resampled, scene.footprint) == ("sentinel-2", True, None)
    assert scene.credit == "Contains modified Copernicus Sentinel data 2024"


@pytest.mark.parametrize("content", [b"", b"<html>", b"no image at all", b"II*\x00\x08\x00\x00"])
def test_a_file_that_is_no_image_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tif"
    path.write_bytes(content)
    with pytest.raises(RasterError, match=r"x\.tif"):
        open_scene(path)


def test_a_vrt_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    path.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    with pytest.raises(RasterError, match="VRT"):
        open_scene(path)


def test_held_scenes_names_the_broken_and_returns_the_rest(
    tmp_path: Path, image: Callable[..., Path], item: Callable[..., Path], order: Callable[..., Path]
) -> None:
    image(tmp_path / "a.tif", count=3)
    item(tmp_path / "a.json", "./a.tif", bands=("red", "green", "blue"))
    order(tmp_path / "order")
    image(tmp_path / "z" / "bare.tif", count=2, dtype="uint16", seed=5)
    (tmp_path / "page.json").write_text("<html></html>")
    (tmp_path / "labels.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (tmp_path / "manifest.json").write_text('{"files": []}')
    (tmp_path / "cut.tif").write_bytes(b"")
    held = held_scenes([tmp_path, tmp_path / "z", tmp_path / "absent"])
    assert [s.id for s in held.scenes] == ["20241010_015101_12_24b7", "a"]
    assert sorted(x.split("/")[-1].split(" ")[0] for x in held.losses if "--bands" not in x) == [
        "absent",
        "cut.tif",
        "page.json",
    ]
    assert sum("bare.tif" in x and "--bands" in x for x in held.losses) == 1


def test_one_id_for_two_images_is_a_loss(tmp_path: Path, image: Callable[..., Path], item: Callable[..., Path]) -> None:
    for i, folder in enumerate(("a", "b")):
        image(tmp_path / folder / "s.tif", count=3, seed=i)
        item(tmp_path / folder / "s.json", "s.tif", bands=("red", "green", "blue"))
    held = held_scenes([tmp_path])
    assert len(held.scenes) == 1
    assert "different images with one id s" in held.losses[0]


def test_the_same_image_kept_twice_is_one_scene_and_no_loss(
    tmp_path: Path, image: Callable[..., Path], item: Callable[..., Path]
) -> None:
    for folder in ("a", "b"):
        image(tmp_path / folder / "s.tif", count=3)
        item(tmp_path / folder / "s.json", "s.tif", bands=("red", "green", "blue"))
    held = held_scenes([tmp_path])
    assert [s.id for s in held.scenes] == ["s"]
    assert not held.losses


@pytest.mark.parametrize("t", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_means_unknown_is_refused_and_the_rest_is_used(
    tmp_path: Path, image: Callable[..., Path], item: Callable[..., Path], t: str
) -> None:
    for name, when in (("odd", t), ("good", "2024-10-10T02:03:04Z")):
        image(tmp_path / f"{name}.tif", seed=len(name))
        item(tmp_path / f"{name}.json", f"{name}.tif", bands=("nir",), datetime=when)
    held = held_scenes([tmp_path])
    assert [s.id for s in held.scenes] == ["good"]
    (loss,) = held.losses
    assert "odd.json: the item's time" in loss
    assert "lies outside 1957 to 2200" in loss


def test_a_credit_line_is_made_of_any_time() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert [year_of(TimeSpan(t, t)) for t in (first, last)] == ["1", "9999"]
    assert year_of(parse_span("2024")) == "2024"
    assert year_of(span_between("2023", "2024")) == "2023-2024"


@pytest.mark.parametrize(
    "stated", [{}, {"attribution": "contains modified Copernicus Sentinel data [2024], processed by A"}]
)
def test_a_simulated_image_credits_no_mission_and_carries_no_missions_licence(
    tmp_path: Path, image: Callable[..., Path], item: Callable[..., Path], stated: dict[str, str]
) -> None:
    image(tmp_path / "a.tif", count=3)
    item(tmp_path / "a.json", "a.tif", bands=("red", "green", "blue"), **{"roadstead:simulated": True}, **stated)
    scene = open_scene(tmp_path / "a.tif")
    assert scene.simulated
    assert (scene.credit, scene.licence) == ("SIMULATED: no satellite took this image", "")
    item(tmp_path / "a.json", "a.tif", bands=("red", "green", "blue"), **stated)
    real = open_scene(tmp_path / "a.tif")
    assert "opernicus Sentinel data" in real.credit
    assert real.licence == licence_for("sentinel-2")


def test_simulated_pixels_keep_the_credit_that_says_on_what_they_are_modelled(
    tmp_path: Path, image: Callable[..., Path], item: Callable[..., Path]
) -> None:
    said = {"roadstead:simulated": True, "attribution": "SIMULATED by A (modelled on Sentinel-2)", "license": "CC0-1.0"}
    image(tmp_path / "a.tif", count=3)
    item(tmp_path / "a.json", "a.tif", bands=("red", "green", "blue"), **said)
    scene = open_scene(tmp_path / "a.tif")
    assert (scene.credit, scene.licence) == (said["attribution"], said["license"])
