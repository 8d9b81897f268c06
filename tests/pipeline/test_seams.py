"""Every seam can be exchanged: a whole run without one file of pixels."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from fakes import AlwaysTrue, BrightBlockDetector, CountingStep, GivenListings
from shapely.geometry import box

from roadstead.case import new_case
from roadstead.imagery import MemoryReader
from roadstead.model import (
    BandRole,
    Catalogue,
    Clock,
    Detector,
    Listing,
    Modality,
    PixelReader,
    Pixels,
    Precision,
    Predicate,
    Scene,
    Step,
    TimeSpan,
)
from roadstead.pipeline import Seams, case_coverage, site_baseline, verify
from roadstead.pipeline.gathering import _same_acquisition
from roadstead.steps import FixedClock

NOON = datetime(2024, 10, 17, 2, 30, tzinfo=UTC)


def scene_with_ship(at: datetime, *, ship: bool) -> tuple[Scene, Pixels]:
    """A 3 m image over the template's `my-roads`, with a bright 111 x 15 m block or without."""
    values = np.full((1, 2700, 3000), 10.0, np.float32)
    if ship:
        values[0, 1200:1205, 900:937] = 200
    footprint = box(132.0, 42.79, 132.11, 42.865)
    transform = Affine(3.6e-5, 0, 132.0, 0, -2.7e-5, 42.862)
    scene = Scene(
        id=f"memory-{at:%d%H%M}", path=Path("none"), time=TimeSpan(at, at), modality=Modality.OPTICAL,
        bands=(BandRole.PAN,), footprint=footprint, sha256=f"{at:%d%H%M}{ship}",
    )  # fmt: skip
    return scene, Pixels(values=values, valid=np.ones(values.shape[1:], bool), transform=transform, crs="EPSG:4326")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    new_case(tmp_path / "c")
    path = tmp_path / "c" / "case.toml"
    text = (
        path.read_text("utf-8")
        .replace('site = "dunai"', 'site = "my-roads"')
        .replace('home = "my-roads"', 'home = "dunai"')
    )
    path.write_text(
        text.replace('calls_at = ["dunai"]', 'calls_at = ["my-roads"]').replace(
            "aoi = [[132.00, 42.80], [132.10, 42.80], [132.10, 42.86], [132.00, 42.86]]",
            "aoi = [[132.00, 42.80], [132.10, 42.80], [132.10, 42.86], [132.00, 42.86]]\n"
            'traffic = [0.01, 0.1]\ntraffic_reason = "a quiet place"',
        )
    )
    return path.parent


def run(case: Path, shown: list[tuple[Scene, Pixels]], fingerprint: str = "") -> tuple[dict, BrightBlockDetector]:
    detector = BrightBlockDetector(fingerprint=fingerprint)
    seams = Seams(
        clock=FixedClock(NOON),
        reader=MemoryReader({s.id: p for s, p in shown}),
        detectors={Modality.OPTICAL: detector},
        scenes=tuple(s for s, _ in shown),
    )
    result = verify(case, seams=seams)
    assert not result.losses
    return json.loads(result.verdicts_file.read_text("utf-8"))[0], detector


def test_each_fake_satisfies_its_seam() -> None:
    seams = (
        (CountingStep(), Step),
        (BrightBlockDetector(), Detector),
        (MemoryReader({}), PixelReader),
        (GivenListings(()), Catalogue),
        (AlwaysTrue(), Predicate),
        (FixedClock(NOON), Clock),
    )
    for fake, seam in seams:
        assert isinstance(fake, seam)


def test_a_ship_in_memory_goes_all_the_way_to_the_verdict(case: Path) -> None:
    with_ship, _ = run(case, [scene_with_ship(NOON, ship=True)])
    assert with_ship["coverage"]["usable_looks"] == 1
    assert with_ship["probability"][0] > with_ship["prior"][0] + 0.2
    who = {e["name"]: e["status"] for e in with_ship["elements"]}["who"]
    assert who == "consistent with"
    found = json.loads((case / "out" / "detections.geojson").read_text("utf-8"))["features"][0]["properties"]
    assert found["length_m"] == pytest.approx(109, abs=5)


def test_an_empty_sea_lowers_the_probability(case: Path) -> None:
    empty, _ = run(case, [scene_with_ship(NOON, ship=False)])
    # One look at one hour of the day, P(detect) 0.6, and half a chance of cloud: a little, no more.
    assert empty["prior"][1] - 0.1 < empty["probability"][1] < empty["prior"][1] - 0.01
    assert empty["probability"][0] < empty["prior"][0]


def test_adding_one_scene_costs_one_scene(case: Path) -> None:
    first = scene_with_ship(NOON, ship=True)
    second = scene_with_ship(NOON + timedelta(hours=2), ship=False)
    _, before = run(case, [first])
    _, after = run(case, [first, second])
    assert before.seen == [first[0].id]
    assert after.seen == [second[0].id]


def test_other_weights_or_settings_search_again(case: Path) -> None:
    shown = [scene_with_ship(NOON, ship=True)]
    seen = [run(case, shown, fingerprint)[1].seen for fingerprint in ("a", "a", "b")]
    assert seen == [[shown[0][0].id], [], [shown[0][0].id]]


def test_a_datatakes_span_and_the_exact_time_are_one_look(case: Path) -> None:
    (exact, pixels), (again, _) = (scene_with_ship(NOON + timedelta(minutes=m), ship=True) for m in (20, 21))
    exact = replace(exact, platform="sentinel-2b")
    coarse = replace(
        again, platform="sentinel-2b", time=TimeSpan(NOON, NOON + timedelta(minutes=37), Precision.INTERVAL)
    )
    shown = [(coarse, pixels), (exact, pixels)]
    seams = Seams(
        clock=FixedClock(NOON),
        reader=MemoryReader({s.id: p for s, p in shown}),
        detectors={Modality.OPTICAL: BrightBlockDetector()},
        scenes=tuple(s for s, _ in shown),
    )
    result = verify(case, seams=seams)
    assert any("shows the same acquisition as" in s for s in result.losses)
    (verdict, *_) = json.loads(result.verdicts_file.read_text("utf-8"))
    assert verdict["coverage"]["usable_looks"] == 1


@pytest.mark.parametrize(
    ("platforms", "minutes", "hours", "same"),
    [
        (("sentinel-2b", "sentinel-2b"), 20, 0.6, True),
        (("sentinel-2b", "sentinel-2b"), 37, 0.6, False),
        (("sentinel-2b", "sentinel-2b"), 50, 2, False),
        (("sentinel-2b", "sentinel-2a"), 20, 0.6, False),
        (("sentinel-2b", ""), 20, 0.6, False),
        (("", ""), 20, 0.6, False),
        (("sentinel-2b", ""), 0.02, 0.6, True),
        (("sentinel-2b", "sentinel-2b"), 5, 0, False),
    ],
)
def test_what_counts_as_one_acquisition(platforms: tuple[str, str], minutes: float, hours: float, same: bool) -> None:
    first, second = (replace(scene_with_ship(NOON, ship=True)[0], platform=p) for p in platforms)
    first = replace(first, time=TimeSpan(NOON, NOON + timedelta(hours=hours)))
    at = NOON + timedelta(minutes=minutes)
    second = replace(second, time=TimeSpan(at, at))
    assert _same_acquisition(first, second) is same
    assert _same_acquisition(second, first) is same


def test_a_baseline_counts_looks_outside_the_claimed_window_only(case: Path) -> None:
    shown = [scene_with_ship(NOON, ship=True), scene_with_ship(NOON - timedelta(days=60), ship=True)]
    seams = Seams(
        reader=MemoryReader({s.id: p for s, p in shown}),
        detectors={Modality.OPTICAL: BrightBlockDetector()},
        scenes=tuple(s for s, _ in shown),
    )
    found = site_baseline(case, "my-roads", length_m=109, seams=seams).baseline
    assert (found.whole.looks, found.whole.with_ships, found.last_year.looks) == (1, 1, 1)


def test_a_formula_from_a_catalogue_is_text_in_the_table(case: Path) -> None:
    listing = Listing(
        id="=cmd()", products=(), platform="umbra-08", modality=Modality.SAR, time=TimeSpan(NOON, NOON), footprint=None,
        catalogues=("c",), systematic=False,
    )  # fmt: skip
    case_coverage(case, sites=["my-roads"], seams=Seams(catalogues=(GivenListings((listing,)),)))
    rows = list(csv.DictReader((case / "out" / "coverage.csv").read_text("utf-8").splitlines()))
    assert [r["listing"] for r in rows if r["listing"]] == ["'=cmd()"]
