"""What the AIS of a case's vessels leaves of its roster for a ship seen: in report, detections and verdicts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from roads_case import LAT, LON, NOON, ais_file, image, verified
from shapely.geometry import box

from roadstead.case import new_case
from roadstead.model import Pixels, Scene

FAR_KM = 300.0
"""from the roads, further than a landing ship sails in the hours around an image"""
ROSTER = """
[[vessels]]
id = "one"
name = "One"
class = "ropucha-ii"
mmsi = "273000001"
[[vessels]]
id = "two"
name = "Two"
class = "ropucha-ii"
mmsi = "273000002"
[[vessels]]
id = "long"
name = "Long"
length_m = [300, 310]
speed_kn = [10, 15]
"""


@pytest.fixture(scope="module", autouse=True)
def few_histories() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.infer.sampler.MAX_BATCHES", 1)
        patch.setattr("roadstead.infer.sampler.MAX_TRAFFIC_BATCHES", 1)
        yield


@pytest.fixture
def case(tmp_path: Path) -> Path:
    new_case(tmp_path / "c")
    file = tmp_path / "c" / "case.toml"
    text = file.read_text("utf-8").replace("[[sources]]", f"{ROSTER}\n[[sources]]", 1)
    claim = """
[[claims]]
id = "in-the-roads"
source = "ministry"
text = "One of the two lay in the roads."
kind = "presence"
who = ["one", "two"]
site = "my-roads"
when = "2024-10-17"
prior = [0.2, 0.8]
prior_reason = "test"

[[hypotheses]]
"""
    file.write_text(text.replace("[[hypotheses]]", claim, 1), "utf-8")
    return tmp_path / "c"


def said(case: Path, name: str = "detections.geojson") -> list[dict[str, Any]]:
    document = json.loads((case / "out" / name).read_text("utf-8"))
    return [f["properties"] for f in document["features"]] if name.endswith("geojson") else document


def test_a_vessel_that_reported_far_away_leaves_the_other_over(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT + FAR_KM / 111.2))
    verified(case, image(NOON))
    (ship,) = said(case)
    assert ship["roster_left"] == ["nikolay-vilkov", "two"]
    assert "One was 300 km away" in ship["roster_words"]
    assert "1 of another" in ship["roster_words"], "the long one is not of this size"
    assert "identified" not in ship["roster_words"]
    page = (case / "out" / "report.html").read_text("utf-8")
    assert "By elimination" in page
    assert "Left over of the roster that the case names: Nikolay Vilkov, Two" in page
    verdicts = {v["claim"]: v for v in said(case, "verdicts.json")}
    (row,) = verdicts["in-the-roads"]["roster"]
    assert row["detection"] == ship["id"]
    assert row["roster_left"] == ship["roster_left"]
    assert "roster" not in verdicts["at-dunai"], "the ship lies elsewhere"


def test_elimination_is_told_beside_the_verdict_and_never_joins_it(case: Path) -> None:
    ais_file(case, ("273000009", LON, LAT + FAR_KM / 111.2))
    nobody = verified(case, image(NOON)).contents
    assert all(f.roster is not None and len(f.roster.left) == 3 for f in nobody.found)
    assert all(not f.detection.class_ratios for f in nobody.found)


def test_a_vessel_in_reach_is_left_and_its_own_number_here_is_told_apart(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT), ("273000002", LON + 0.1, LAT))
    verified(case, image(NOON))
    (ship,) = said(case)
    assert "one" in ship["roster_left"]
    assert "Told apart, eliminating nothing: One, AIS under its number fits this ship" in ship["roster_words"]
    assert "two" not in ship["roster_left"], "8 km away, 6 minutes before and after"


def test_a_ship_outside_the_roster_whose_ais_fits_is_said(case: Path) -> None:
    ais_file(case, ("273000009", LON, LAT))
    verified(case, image(NOON))
    (ship,) = said(case)
    assert "AIS of VESSEL 9 (MMSI 273000009) fits this ship, which the case does not name" in ship["roster_words"]
    assert len(ship["roster_left"]) == 3


def test_an_image_known_to_more_than_a_day_eliminates_nobody(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT + FAR_KM / 111.2))
    verified(case, image(NOON, known_to=timedelta(hours=30)))
    assert all("roster_left" not in p for p in said(case))


def test_what_was_read_of_the_roster_is_kept(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT + FAR_KM / 111.2))
    first = verified(case, image(NOON))
    again = verified(case, image(NOON))
    assert again.steps_done == 0
    assert again.contents.found[0].roster == first.contents.found[0].roster


def two_sites(case: Path) -> tuple[Scene, Pixels]:
    """The image with a ship in each half of what was one site."""
    file = case / "case.toml"
    text = file.read_text("utf-8").replace(
        "aoi = [[132.00, 42.80], [132.10, 42.80], [132.10, 42.86], [132.00, 42.86]]",
        "aoi = [[132.00, 42.80], [132.05, 42.80], [132.05, 42.86], [132.00, 42.86]]", 1,
    )  # fmt: skip
    other = """
[[sites]]
id = "east"
name = "East"
timezone = "Asia/Vladivostok"
aoi = [[132.05, 42.80], [132.10, 42.80], [132.10, 42.86], [132.05, 42.86]]
anchorage = true

[[vessels]]"""
    file.write_text(text.replace("[[vessels]]", other, 1), "utf-8")
    scene, pixels = image(NOON)
    values = np.array(pixels.values)
    values[0, 1200:1205, 2200:2237] = 200
    return replace(scene, footprint=box(132.0, 42.79, 132.11, 42.865)), replace(pixels, values=values)


def test_ships_of_one_image_at_two_sites_are_not_mixed_up(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT))
    verified(case, two_sites(case))
    ships = said(case)
    assert len({p["id"] for p in ships}) == len(ships) == 2
    heard = {p["col_px"] > 2000: p["ais_mmsi"] for p in ships}
    assert heard == {False: "273000001", True: None}


def test_a_vessel_whose_ais_fits_another_ship_of_the_image_is_not_this_one(case: Path) -> None:
    ais_file(case, ("273000001", LON, LAT))
    verified(case, two_sites(case))
    hers, other = sorted(said(case), key=lambda p: p["col_px"])
    assert f"One was another ship of this image, {hers['id']}" in other["roster_words"]
    assert "one" not in other["roster_left"]
    assert "one" in hers["roster_left"]
