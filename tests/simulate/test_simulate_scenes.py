"""Whole simulated scenes: files, marks, truth, physics that a user can check on the pixels."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import stac_rules
from rasterio.features import rasterize
from rasterio.warp import transform_geom
from shapely.affinity import translate
from shapely.geometry import LineString, Point, box, mapping, shape

from roadstead import detect, library
from roadstead.archive import held_scenes, open_scene
from roadstead.detection import OpticalDetector, SarDetector
from roadstead.geo import sun_position_deg
from roadstead.imagery import RasterioReader, area_mask
from roadstead.model import BandRole, InputError, Modality, SarUnit, Scene
from roadstead.simulate import MARK, TIFF_MARK, Made, Place, SceneSpec, ShipAt, Weather, make_scene
from roadstead.simulate.grid import Tile
from roadstead.simulate.optical import OpticalScene, optical_tile
from roadstead.simulate.radar import RadarScene, radar_tile
from roadstead.simulate.scene import prepare

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

DAY = datetime(2024, 6, 10, 9, 30, tzinfo=UTC)
NIGHT = datetime(2024, 6, 10, 1, 30, tzinfo=UTC)
DEG = 1 / 111_195
LON, LAT = 1.5, 0.3


def _at(east_m: float, north_m: float) -> tuple[float, float]:
    return LON + east_m * DEG, LAT + north_m * DEG


def _box(west_m: float, south_m: float, east_m: float, north_m: float) -> Any:
    return box(*_at(west_m, south_m), *_at(east_m, north_m))


COVE = Place(
    id="cove",
    name="Cove",
    timezone="Etc/GMT",
    aoi=_box(-900, -900, 900, 500),
    land=_box(-3000, 500, 3000, 2500),
    quays=(LineString([_at(-400, 500), _at(400, 500)]),),
    breakwaters=(LineString([_at(600, 490), _at(600, 100)]),),
    cranes=(Point(*_at(0, 520)),),
)
OPEN_SEA = Place(
    id="sea", name="Sea", timezone="Etc/GMT", aoi=_box(-2500, -2500, 2500, 2500),
    land=_box(-9000, 9000, -8000, 9500), quays=(), anchorage=True,
)  # fmt: skip


def _ship(
    name: str, form_id: str, east_m: float, north_m: float, *, heading_deg: float, speed_kn: float = 0.0
) -> ShipAt:
    form = library.form(form_id)
    lon, lat = _at(east_m, north_m)
    return ShipAt(
        vessel_id=name, form_id=form_id, length_m=form.length_m.mid, beam_m=form.beam_m.mid, lon_deg=lon, lat_deg=lat,
        heading_deg=heading_deg, speed_kn=speed_kn, alongside=north_m > 400,
    )  # fmt: skip


AT_ANCHOR = _ship("anchored", "ropucha-i", -300, -300, heading_deg=60)
ALONGSIDE = _ship("berthed", "cargo-engines-aft", -150, 488, heading_deg=90)
SPEC = SceneSpec(
    id="cove-1", platform="sentinel-2b", t_utc=DAY, place=COVE, ships=(AT_ANCHOR, ALONGSIDE), weather=Weather(), seed=5
)
PLATFORMS = ("sentinel-2b", "planetscope", "skysat", "sentinel-1a")


def _spec(platform: str, **changes: Any) -> SceneSpec:
    return replace(SPEC, platform=platform, **{"id": f"cove-{platform}", **changes})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """One scene of each sensor, each in a folder of its own."""
    return {p: make_scene(_spec(p), tmp_path_factory.mktemp(p)) for p in PLATFORMS}


def _scene(files: Made) -> Scene:
    held = held_scenes([files.image.parent])
    assert held.losses == ()
    assert len(held.scenes) == 1
    return held.scenes[0]


def _bytes(files: Made) -> list[bytes]:
    paths = [files.image, files.item, files.truth, *([files.mask] if files.mask else [])]
    return [p.read_bytes() for p in paths]


def _pixel(data: Any, east_m: float, north_m: float) -> tuple[int, int]:
    point = {"type": "Point", "coordinates": _at(east_m, north_m)}
    row, col = data.index(*transform_geom("EPSG:4326", data.crs, point)["coordinates"])
    return int(row), int(col)


def _truth_mask(files: Made, label: str = "vessel") -> NDArray[np.bool_]:
    features = json.loads(files.truth.read_text("utf-8"))["features"]
    with rasterio.open(files.image) as data:
        shapes = [
            transform_geom("EPSG:4326", data.crs, f["geometry"]) for f in features if f["properties"]["label"] == label
        ]
        return rasterize(shapes, data.shape, transform=data.transform, all_touched=True).astype(bool)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_spec_gives_the_same_bytes_and_another_seed_others(
    platform: str, made: dict[str, Made], tmp_path: Path
) -> None:
    again = make_scene(_spec(platform), tmp_path / "again")
    other = make_scene(_spec(platform, seed=6), tmp_path / "other")
    assert _bytes(again) == _bytes(made[platform])
    assert other.image.read_bytes() != again.image.read_bytes()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_made_folder_is_an_ordinary_scene(platform: str, made: dict[str, Made]) -> None:
    scene = _scene(made[platform])
    assert scene.simulated
    assert scene.id == f"cove-{platform}"
    assert scene.platform == platform
    assert scene.time is not None
    assert scene.time.start == DAY
    radar = platform.startswith("sentinel-1")
    assert scene.modality is (Modality.SAR if radar else Modality.OPTICAL)
    assert scene.sar_unit is (SarUnit.AMPLITUDE if radar else None)
    assert (scene.cloud_mask is None) == radar
    assert BandRole.VV in scene.bands if radar else {BandRole.BLUE, BandRole.NIR} <= set(scene.bands)
    assert scene.footprint is not None
    assert scene.footprint.contains(COVE.aoi)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_its_item_is_valid_with_every_extension_that_it_uses(platform: str, made: dict[str, Made]) -> None:
    assert stac_rules.faults(json.loads(made[platform].item.read_text("utf-8"))) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_file_carries_the_mark(platform: str, made: dict[str, Made]) -> None:
    files = made[platform]
    assert json.loads(files.item.read_text("utf-8"))["properties"][MARK] is True
    assert json.loads(files.truth.read_text("utf-8"))["properties"][MARK] is True
    for path in (files.image, files.mask):
        if path is not None:
            with rasterio.open(path) as data:
                assert data.tags()[TIFF_MARK] == "true"
                assert data.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith(MARK)
                assert data.crs.to_epsg() == 32631
                assert data.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_overviews_are_the_image_made_smaller(platform: str, made: dict[str, Made]) -> None:
    with rasterio.open(made[platform].image) as data:
        factors = data.overviews(1)
        full = data.read(1).astype(np.float64)
    assert factors[0] == 2
    assert max(full.shape) / factors[-1] <= 256
    with rasterio.open(made[platform].image, overview_level=0) as half:
        small = half.read(1).astype(np.float64)
    # In the corner: where a side is odd, pixels of the overview slide by less than one along the whole of it.
    means = full[:128, :128].reshape(64, 2, 64, 2).mean(axis=(1, 3))
    assert np.corrcoef(small[:64, :64].ravel(), means.ravel())[0, 1] > 0.95
    assert small.mean() == pytest.approx(full.mean(), rel=0.005)


def test_sea_at_quays_is_not_ringed(tmp_path: Path) -> None:
    """Silt belongs to natural coasts: away from a quay the water gets neither brighter nor darker in bands."""
    wide = replace(COVE, quays=(LineString([_at(-3000, 500), _at(3000, 500)]),), breakwaters=(), cranes=())
    with rasterio.open(make_scene(_spec("sentinel-2b", place=wide, ships=()), tmp_path).image) as data:
        row, col = _pixel(data, 0, 500)
        bands = data.read(3, window=((row + 2, row + 62), (col - 60, col + 60))).astype(np.float64) - 1000
    profile = np.median(bands, axis=1)
    assert np.ptp(profile) < 0.25 * profile.mean()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_truth_lies_on_bright_pixels(platform: str, made: dict[str, Made]) -> None:
    files = made[platform]
    hulls = _truth_mask(files)
    with rasterio.open(files.image) as data:
        picture = data.read(1 if platform == "sentinel-1a" else 3).astype(np.float64)
        row, col = _pixel(data, -300, -300)
        reach = int(150 / data.res[0])
    part = (slice(int(row) - reach, int(row) + reach), slice(int(col) - reach, int(col) + reach))
    ship, sea = picture[part][hulls[part]], picture[part][~hulls[part]]
    assert np.median(ship) > np.percentile(sea, 90)
    assert ship.mean() > sea.mean() + 3 * sea.std()


def test_an_image_without_its_item_is_still_known_as_simulated(made: dict[str, Made], tmp_path: Path) -> None:
    bare = tmp_path / "found-on-a-disk.tif"
    bare.write_bytes(made["sentinel-2b"].image.read_bytes())
    assert open_scene(bare, bands=(BandRole.OTHER,) * 5).simulated


def test_the_truth_says_what_was_put_in(made: dict[str, Made]) -> None:
    features = json.loads(made["planetscope"].truth.read_text("utf-8"))["features"]
    first = features[0]["properties"]
    assert (first["vessel_id"], first["form"], first["heading_deg"]) == ("anchored", "ropucha-i", 60)
    outline = shape(features[0]["geometry"])
    turned = outline.minimum_rotated_rectangle
    ring = np.array(turned.exterior.coords) / DEG
    sides = np.hypot(*np.diff(ring, axis=0).T)
    assert sides.max() == pytest.approx(AT_ANCHOR.length_m, rel=0.02)
    assert sides.min() == pytest.approx(AT_ANCHOR.beam_m, rel=0.06)


def test_shadows_fall_away_from_the_sun(made: dict[str, Made]) -> None:
    files = made["skysat"]
    elevation, azimuth = sun_position_deg(DAY, LON, LAT)
    with rasterio.open(files.image) as data:
        blue = data.read(1).astype(np.float64)
        outline = shape(
            transform_geom("EPSG:4326", data.crs, json.loads(files.truth.read_text("utf-8"))["features"][0]["geometry"])
        )
        way = 6.0 / math.tan(math.radians(elevation))
        east, north = math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))
        dark, light = (
            rasterize(
                [translate(outline, s * east * way, s * north * way).difference(outline.buffer(1.0))],
                data.shape,
                transform=data.transform,
            ).astype(bool)
            for s in (-1, 1)
        )
    assert blue[dark].mean() < 0.8 * blue[light].mean()


def test_a_ship_moving_away_is_shown_behind_itself(tmp_path: Path) -> None:
    """Ascending, right-looking: away from the radar is 78 degrees; 10 kn at 38 degrees of incidence recede 3.17 m/s."""
    moving = _ship("moving", "ropucha-i", -300, -300, heading_deg=78, speed_kn=10)
    still = replace(moving, speed_kn=0.0)
    places = []
    for ship in (still, moving):
        # One id for both: the same points of the ship shine.
        spec = _spec("sentinel-1a", ships=(ship,), place=OPEN_SEA)
        with rasterio.open(make_scene(spec, tmp_path / f"{ship.speed_kn:.0f}").image) as data:
            power = data.read(1).astype(np.float64) ** 2
        power[power < 0.2 * power.max()] = 0
        rows, cols = np.indices(power.shape)
        places.append(((rows * power).sum() / power.sum(), (cols * power).sum() / power.sum()))
    shift_px = 115 * 10 * 0.514444 * math.sin(math.radians(38)) / 10
    assert places[1][0] - places[0][0] == pytest.approx(shift_px * math.cos(math.radians(12)), abs=1.5)
    assert places[1][1] - places[0][1] == pytest.approx(shift_px * math.sin(math.radians(12)), abs=1.5)


@pytest.mark.parametrize(("incidence_deg", "range_over_speed_s"), [(29.0, 104.0), (46.0, 126.5)])
def test_the_shift_grows_over_the_swath(incidence_deg: float, range_over_speed_s: float, tmp_path: Path) -> None:
    """Slant range over speed of Sentinel-1 at both ends of its swath, from an orbit 693 km high."""
    rows = []
    for speed_kn in (0.0, 20.0):
        ship = _ship("moving", "ropucha-i", -300, -300, heading_deg=78, speed_kn=speed_kn)
        spec = _spec("sentinel-1a", ships=(ship,), place=OPEN_SEA, id=f"s{speed_kn:.0f}", incidence_deg=incidence_deg)
        with rasterio.open(make_scene(spec, tmp_path).image) as data:
            strength = data.read(1).astype(np.float64) ** 2
        strength[strength < 0.2 * strength.max()] = 0
        rows.append((np.indices(strength.shape)[0] * strength).sum() / strength.sum())
    shift_px = range_over_speed_s * 20 * 0.514444 * math.sin(math.radians(incidence_deg)) / 10
    assert rows[1] - rows[0] == pytest.approx(shift_px * math.cos(math.radians(12)), abs=1.5)


def test_the_truth_goes_elsewhere_and_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = _spec("sentinel-1a", ships=(), id="apart")

    def killed(path: Path, _: object) -> None:
        raise KeyboardInterrupt(path.name)

    with monkeypatch.context() as patch:
        patch.setattr("roadstead.simulate.scene.write_json", killed)
        with pytest.raises(KeyboardInterrupt, match=r"apart\.json"):
            make_scene(spec, tmp_path / "scene", truth_folder=tmp_path / "truth")
    assert not (tmp_path / "truth").exists()
    files = make_scene(spec, tmp_path / "scene", truth_folder=tmp_path / "truth")
    assert files.truth == tmp_path / "truth" / "apart.truth.geojson"
    assert sorted(p.name for p in (tmp_path / "scene").iterdir()) == ["apart.json", "apart.tif"]
    assert [p.name for p in (tmp_path / "truth").iterdir()] == ["apart.truth.geojson"]


def test_an_empty_sea_gives_no_detections(tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        spec = _spec("sentinel-1a", ships=(), place=OPEN_SEA, id=f"empty-{seed}", seed=seed)
        scene = _scene(make_scene(spec, tmp_path / str(seed)))
        candidates, _ = SarDetector().detect(scene, RasterioReader().read(scene))
        assert candidates == []


@pytest.mark.parametrize("platform", ["sentinel-1a", "planetscope", "sentinel-2b"])
def test_the_detectors_find_a_ship_at_anchor(platform: str, made: dict[str, Made]) -> None:
    scene = _scene(made[platform])
    pixels = RasterioReader().read(scene, COVE.aoi)
    detector = SarDetector() if platform == "sentinel-1a" else OpticalDetector()
    candidates, _ = detector.detect(scene, pixels)
    hulls = _truth_mask(made[platform])
    found = [c for c in candidates if hulls[c.rows_px + pixels.row_off, c.cols_px + pixels.col_off].any()]
    assert found


@pytest.mark.parametrize("platform", ["sentinel-2b", "planetscope"])
def test_masks_agree_with_the_drawn_cloud(platform: str, tmp_path: Path) -> None:
    weather = Weather(cloud_fraction=0.35)
    cloudy = _spec(platform, weather=weather, place=OPEN_SEA, ships=())
    files = make_scene(cloudy, tmp_path / "cloudy")
    clear = make_scene(replace(cloudy, weather=Weather()), tmp_path / "clear")
    with rasterio.open(files.image) as a, rasterio.open(clear.image) as b:
        change = a.read(3).astype(float) - b.read(3)
    scene = _scene(files)
    pixels = RasterioReader().read(scene)
    assert pixels.cloud is not None
    assert pixels.cloud_basis == ("scene classification" if platform == "sentinel-2b" else "UDM2")
    white, same = change > 2000, np.abs(change) < 150
    assert 0.25 < white.mean() < 0.45
    assert pixels.cloud[white].mean() > 0.95
    # Where a thin edge and a shadow lie over each other, the change may vanish under cloud.
    assert pixels.cloud[same].mean() < 0.1
    shadow = change < -150
    assert shadow.any()
    assert pixels.cloud[shadow].mean() > 0.8


def test_the_truth_says_what_stood_over_a_ship(tmp_path: Path) -> None:
    places = [(x, y) for x in (-1500, 0, 1500) for y in (-1500, 0, 1500)]
    ships = tuple(_ship(f"s{k}", "ropucha-i", x, y, heading_deg=60) for k, (x, y) in enumerate(places))
    weather = Weather(cloud_fraction=0.5)
    files = make_scene(_spec("planetscope", weather=weather, place=OPEN_SEA, ships=ships), tmp_path)
    pixels = RasterioReader().read(_scene(files))
    assert pixels.cloud is not None
    skies = set()
    for feature in json.loads(files.truth.read_text("utf-8"))["features"][: len(ships)]:
        middle = shape(feature["geometry"]).centroid
        with rasterio.open(files.image) as data:
            point = transform_geom("EPSG:4326", data.crs, mapping(middle))["coordinates"]
            row, col = data.index(*point)
        sky = feature["properties"]["sky"]
        skies.add(sky)
        if sky == "cloud":
            assert pixels.cloud[row, col]
    assert "cloud" in skies
    assert "clear" in skies


def test_a_radar_ship_is_bright_from_bow_to_stern(tmp_path: Path) -> None:
    """Its bright pixels reach along the hull; all on the deck house would make a short ship of a long one."""
    ship = replace(_ship("long", "tanker", 0, 0, heading_deg=30), length_m=180.0, beam_m=28.0)
    files = make_scene(_spec("sentinel-1a", ships=(ship,), place=OPEN_SEA), tmp_path)
    (found,) = detect([files.image]).detections
    assert found.length_m is not None
    assert found.length_m.value == pytest.approx(180, abs=2 * found.length_m.sigma)
    assert found.length_m.sigma < 30


def test_a_clear_scene_has_no_cloud(made: dict[str, Made]) -> None:
    for platform in ("sentinel-2b", "planetscope"):
        pixels = RasterioReader().read(_scene(made[platform]), COVE.aoi)
        assert pixels.cloud is not None
        assert not pixels.cloud[area_mask(COVE.aoi, pixels)].any()


@pytest.mark.parametrize("platform", ["sentinel-2b", "sentinel-1a"])
def test_beyond_the_swath_there_are_no_data(platform: str, tmp_path: Path, made: dict[str, Made]) -> None:
    files = make_scene(_spec(platform, swath_edge=0.3), tmp_path)
    pixels = RasterioReader().read(_scene(files))
    assert 0.27 < (~pixels.valid).mean() < 0.33
    assert RasterioReader().read(_scene(made[platform])).valid.all()


def test_optical_scenes_by_night_are_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sun stands -\d+ degrees.*choose a time by day") as caught:
        make_scene(_spec("planetscope", t_utc=NIGHT), tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
    assert make_scene(_spec("sentinel-1a", t_utc=NIGHT), tmp_path).image.is_file()


def test_an_unknown_platform_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="write sentinel-1a"):
        make_scene(_spec("landsat-8"), tmp_path)


@pytest.mark.parametrize("platform", ["sentinel-2b", "planetscope", "sentinel-1a"])
def test_tiles_change_nothing(platform: str) -> None:
    ships = (*SPEC.ships, _ship("under way", "ferry", 250, -500, heading_deg=300, speed_kn=15))
    weather = Weather(cloud_fraction=0.1, haze=0.2, wind_m_s=8)
    scene = prepare(_spec(platform, ships=ships, weather=weather, swath_edge=0.05))

    def pixels(row: int, col: int, height: int, width: int) -> NDArray[np.uint16]:
        tile = Tile(row_off=row, col_off=col, height=height, width=width)
        if isinstance(scene, OpticalScene):
            return optical_tile(scene, tile)[0]
        assert isinstance(scene, RadarScene)
        return radar_tile(scene, tile)[np.newaxis]

    side = min(scene.grid.height, scene.grid.width, 400)
    whole = pixels(0, 0, side, side)
    cut = side // 3 + 1
    rows = [
        np.concatenate([pixels(r, 0, n, cut), pixels(r, cut, n, side - cut)], axis=2)
        for r, n in ((0, cut), (cut, side - cut))
    ]
    assert np.array_equal(np.concatenate(rows, axis=1), whole)


def test_land_stays_the_same_between_scenes(made: dict[str, Made], tmp_path: Path) -> None:
    """Another day, another seed: only noise differs on the quay, so that a change there means something."""
    other = make_scene(_spec("sentinel-2b", seed=77, id="later"), tmp_path)
    with rasterio.open(made["sentinel-2b"].image) as a, rasterio.open(other.image) as b:
        first, second = a.read(3).astype(float), b.read(3).astype(float)
        mask = rasterize(
            [transform_geom("EPSG:4326", a.crs, _box(-800, 600, 800, 1400).__geo_interface__)],
            a.shape,
            transform=a.transform,
        ).astype(bool)
    assert np.abs(first - second)[mask].max() < 0.05 * np.ptp(first[mask])


def test_blue_and_red_see_a_moving_ship_apart(tmp_path: Path) -> None:
    """Red is 1.0 s behind blue; at 20 kn a ship has gone on 10 m, one pixel of Sentinel-2."""
    fast = _ship("fast", "ferry", 0, -400, heading_deg=90, speed_kn=20)
    with rasterio.open(make_scene(_spec("sentinel-2b", ships=(fast,)), tmp_path).image) as data:
        picture = data.read().astype(float)
        row, col = _pixel(data, 0, -400)
    part = picture[:, row - 3 : row + 4, col - 12 : col + 20]
    sea = np.median(picture[:, row - 40 : row - 20, col - 20 : col + 20], axis=(1, 2))
    profiles = np.clip(part - sea[:, None, None], 0, None).sum(axis=1)
    # Where the bow's edge falls to half of the ship's typical brightness, columns.
    edges = [
        float(np.interp(0.5, (p / np.median(p[2:18]))[:17:-1], np.arange(18, len(p))[::-1])) for p in profiles[[0, 2]]
    ]
    assert 0.5 < edges[1] - edges[0] < 1.6
