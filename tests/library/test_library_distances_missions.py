"""Sea distances and missions."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from roadstead.geo import great_circle_km
from roadstead.library import mission, missions, sea_distance_km
from roadstead.library._files import DATA
from roadstead.library.distances import load_distances
from roadstead.library.missions import load_missions
from roadstead.library.sites import positions
from roadstead.model import CaseError, Modality, NotFound, span_between

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("a_id", "b_id", "km"),
    [
        ("chongjin", "vladivostok", 229),
        ("chongjin", "dunai", 254),
        ("musudan", "dunai", 322),
        ("hungnam", "dunai", 540),
        ("rajin", "dunai", 199),
    ],
)
def test_sourced_distances_hold_both_ways_and_exceed_the_great_circle(a_id: str, b_id: str, km: float) -> None:
    there, back = sea_distance_km(a_id, b_id), sea_distance_km(b_id, a_id)
    assert there is not None
    assert back is not None
    assert there.km == back.km == km
    assert (there.a_id, back.a_id) == (a_id, b_id)
    assert there.source
    a, b = positions()[a_id][0], positions()[b_id][0]
    assert there.km >= great_circle_km(a.lon, a.lat, b.lon, b.lat)


def test_a_pair_without_a_source_has_no_distance() -> None:
    assert sea_distance_km("dunai", "fokino") is None
    assert sea_distance_km("musudan", "vladivostok") is None
    with pytest.raises(NotFound, match="did you mean dunai"):
        sea_distance_km("chongjin", "dunaj")


@pytest.mark.parametrize(
    ("pair", "km", "says"),
    [
        ('["chongjin", "dunai"]', 80, r"distances\.0\.km: 80 is below the great circle; at least 2[34]\d km"),
        ('["chongjin", "danube"]', 254, r"distances\.0\.between: 'danube' is no site; allowed are chongjin"),
        ('["dunai", "dunai"]', 254, r"distances\.0\.between: needs two different sites"),
        ('["chongjin", "dunai"]', -1, r"distances\.0\.km: .*greater than 0; found -1"),
    ],
)
def test_a_distance_that_cannot_be_is_refused(tmp_path: Path, pair: str, km: float, says: str) -> None:
    path = tmp_path / "sea-distances.toml"
    path.write_text(f'[[distances]]\nbetween = {pair}\nkm = {km}\nsource = "x"\n', encoding="utf-8")
    with pytest.raises(CaseError, match=says):
        load_distances(path)


@pytest.mark.parametrize(
    ("platform", "mission_id"),
    [
        ("SENTINEL-1A", "sentinel-1a"),
        ("S2B", "sentinel-2b"),
        ("Sentinel 1C", "sentinel-1c"),
        ("sentinel-2", "sentinel-2"),
        ("landsat-8", "landsat-8"),
        ("LANDSAT_9", "landsat-9"),
        ("101c", "planetscope"),
        ("PSScene", "planetscope"),
        ("SS02", "skysat"),
        ("rapideye-3", "rapideye"),
        ("WorldView-3", "worldview-3"),
        ("Umbra-08", "umbra"),
        ("capella-14", "capella"),
        ("ICEYE-X7", "iceye"),
    ],
)
def test_platforms_are_known_as_catalogues_write_them(platform: str, mission_id: str) -> None:
    found = mission(platform)
    assert found is not None
    assert found.id == mission_id


def test_an_unknown_platform_is_unknown() -> None:
    assert mission("noaa-15") is None
    assert mission("") is None
    assert mission("sentinel-1d") is None


def test_every_mission_is_found_by_its_id_and_credits_somebody() -> None:
    for entry in missions():
        assert mission(entry.id) == entry
        assert "{" not in entry.credit_line("2024")
        assert entry.resolved_m >= entry.native_pixel_m
        assert entry.sources


def test_absence_counts_only_for_systematic_missions() -> None:
    counts = {entry.id for entry in missions() if entry.absence_counts}
    assert counts == {entry.id for entry in missions() if entry.id.startswith(("sentinel", "landsat"))}


def test_sentinels_of_october_2024() -> None:
    claimed = span_between("2024-10-08", "2024-10-13", "Asia/Vladivostok")
    serving = {entry.id for entry in missions() if entry.served(claimed)}
    assert {"sentinel-1a", "sentinel-2a", "sentinel-2b", "sentinel-2c"} <= serving
    assert not {"sentinel-1b", "sentinel-1c", "rapideye", "worldview-4"} & serving
    sar = mission("sentinel-1b")
    assert sar is not None
    assert sar.modality is Modality.SAR
    assert sar.served(span_between("2021-12-23", "2021-12-23"))
    assert not sar.served(span_between("2021-12-24", "2021-12-24"))


def test_a_broken_pattern_is_named(tmp_path: Path) -> None:
    text = (DATA / "missions.toml").read_text(encoding="utf-8").replace("match = 's(entinel-?)?1a'", "match = 's('", 1)
    (tmp_path / "missions.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"missions\.0\.match: is no regular expression"):
        load_missions(tmp_path / "missions.toml")


def test_importing_the_library_reads_no_data_and_loads_no_pydantic() -> None:
    code = "import sys, roadstead.library; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"
