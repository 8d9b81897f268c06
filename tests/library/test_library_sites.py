"""The gazetteer: areas on the water, names in any script, broken files."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from shapely.geometry import Point

from roadstead.geo import area_km2, great_circle_km
from roadstead.library import find_site, site, sites
from roadstead.library._files import DATA
from roadstead.library.sites import load_sites, positions
from roadstead.model import CaseError, NotFound, zone

if TYPE_CHECKING:
    from pathlib import Path

WANTED = ["chongjin", "dunai", "fokino", "hungnam", "musudan", "rajin", "slavyanka", "vladivostok", "vostochny"]
ON_THE_WATER = {
    "dunai": (132.3494, 42.9047),  # Chazhma Bay, globalsecurity.org
    "fokino": (132.405, 42.935),
    "vladivostok": (131.89, 43.11),
    "slavyanka": (131.40, 42.885),
    "chongjin": (129.82, 41.77),
    "hungnam": (127.63, 39.82),
    "musudan": (129.70, 40.84),
    "rajin": (130.30, 42.23),
    "vostochny": (133.065, 42.752),
}


def test_every_site_is_there_with_sources_and_a_real_time_zone() -> None:
    assert list(sites()) == WANTED
    for place in sites().values():
        assert place.sources
        assert zone(place.timezone)
        assert {name.script for name in place.names} >= {"Latn", "Cyrl", "Hang"}


@pytest.mark.parametrize("site_id", WANTED)
def test_the_area_is_as_large_as_a_disc_of_three_kilometres_and_holds_the_harbour(site_id: str) -> None:
    area = site(site_id).aoi
    assert area.is_valid
    assert math.sqrt(area_km2(area) / math.pi) >= 3.0
    assert area.contains(Point(ON_THE_WATER[site_id]))


def test_no_area_holds_a_settlement() -> None:
    settlements = [p for said in positions().values() for p in said if p.kind == "settlement"]
    assert len(settlements) == 2
    for town in settlements:
        assert not any(place.aoi.contains(Point(town.lon, town.lat)) for place in sites().values())


def test_no_two_areas_touch() -> None:
    for one, other in combinations(sites().values(), 2):
        assert not one.aoi.intersects(other.aoi), (one.id, other.id)


def test_the_areas_are_mostly_water(shared: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    wkb = pytest.importorskip("shapely").from_wkb
    land = wkb(pyogrio.raw.read(shared / "data" / "coast" / "land-sea-of-japan.gpkg")[2][0])
    for place in sites().values():
        dry = area_km2(place.aoi.intersection(land)) / area_km2(place.aoi)
        assert dry < 0.3, place.id


def test_chazhma_bay_fits_nine_kilometres_from_fokino_better_than_the_settlement() -> None:
    fokino = next(p for p in positions()["fokino"] if p.kind == "settlement")
    off = {p.kind: great_circle_km(p.lon, p.lat, fokino.lon, fokino.lat) for p in positions()["dunai"]}
    assert off["water"] == pytest.approx(9, abs=0.2)
    assert off["settlement"] > 11


@pytest.mark.parametrize(
    ("text", "site_id"),
    [
        ("두나이", "dunai"),
        ("ДУНАЙ", "dunai"),
        ("dunay", "dunai"),
        ("나진", "rajin"),
        ("라진", "rajin"),
        ("Наджин", "rajin"),
        ("함흥", "hungnam"),
        ("Hamhŭng", "hungnam"),
        ("ch'ongjin", "chongjin"),
        ("블라디보스토크", "vladivostok"),
        ("海参崴", "vladivostok"),
    ],
)
def test_a_site_is_found_by_any_of_its_names(text: str, site_id: str) -> None:
    found = find_site(text)
    assert found is not None
    assert found.id == site_id


def test_the_river_is_no_site() -> None:
    assert find_site("Danube") is None
    assert find_site("") is None


def test_a_wrong_id_offers_the_right_one() -> None:
    with pytest.raises(NotFound, match="did you mean dunai"):
        site("dunia")
    with pytest.raises(NotFound, match="known are chongjin"):
        site("zzzzz")


def _broken(tmp_path: Path, old: str, new: str) -> Path:
    text = (DATA / "sites" / "dunai.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "dunai.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('country = "RU"', 'countrry = "RU"', r"dunai\.toml: unknown key 'countrry'; allowed are id, name, country"),
        ("lon = 132.3354", "lon = 1323.354", r"positions\.0\.lon: .*less than or equal to 180; found 1323\.354"),
        ('script = "Latn"', 'script = "latin"', r"names\.0\.script: .*found 'latin'"),
        ('"Asia/Vladivostok"', '"Asia/Dunai"', r"timezone: .*'Asia/Dunai' is not an IANA name"),
        ("[132.3006, 42.8796]", "[132.3975, 42.8576]", r"aoi: Ring Self-intersection.*edges not crossing"),
        ('id = "dunai"', 'id = "dunai', r"dunai\.toml: is no TOML file"),
    ],
)
def test_a_broken_file_names_file_key_and_what_is_allowed(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(CaseError, match=says):
        load_sites(_broken(tmp_path, old, new))


def test_one_id_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = _broken(tmp_path, "Dunai", "Dunai")
    (folder / "other.toml").write_text((folder / "dunai.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CaseError, match=r"other\.toml: id: 'dunai' is the id of another file"):
        load_sites(folder)
