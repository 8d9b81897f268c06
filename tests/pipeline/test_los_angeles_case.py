"""A case on real pixels: one radar image of the roads of Los Angeles, brought in as an exhibit."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from fakes import BrightBlockDetector
from shapely.geometry import box

from roadstead import IntakeFacts, Seams, add, verify
from roadstead.imagery import MemoryReader
from roadstead.model import BandRole, Modality, Pixels, Scene, TimeSpan
from roadstead.steps import FixedClock

CASES = Path(__file__).resolve().parents[2] / "cases"
NOON = Seams(clock=FixedClock(datetime(2026, 1, 1, 12, tzinfo=UTC)))
IMAGE = "data/sentinel1-los-angeles/los-angeles-2021-01-05.tif"


@pytest.fixture(scope="module")
def verdicts(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("la") / "case"
    shutil.copytree(CASES / "los-angeles-2021", folder, ignore=shutil.ignore_patterns("out", "ledger", ".cache"))
    taken = add(folder, [shared / IMAGE], IntakeFacts(now=NOON.clock.now(), added_by="test"))
    assert len(taken.added) == 1
    result = verify(folder, seams=NOON)
    assert not result.losses
    return {v["claim"]: v for v in json.loads(result.verdicts_file.read_text("utf-8"))}


def test_at_least_twenty_vessels_is_supported(verdicts: dict[str, Any]) -> None:
    v = verdicts["at-least-20"]
    assert v["verdict"] == "supported"
    assert v["probability"][0] >= 0.8
    assert v["bayes_factor"][0] >= 10
    assert {e["name"]: e["status"] for e in v["elements"]}["how many"] == "seen by us"


def test_fewer_than_ten_is_contradicted(verdicts: dict[str, Any]) -> None:
    v = verdicts["fewer-than-10"]
    assert v["verdict"] == "contradicted"
    assert v["probability"][1] <= 0.2
    assert v["bayes_factor"][1] <= 0.1


def test_one_look_cannot_tell_an_anchored_ship(verdicts: dict[str, Any]) -> None:
    v = verdicts["at-anchor"]
    assert v["verdict"] == "not determinable"
    what = {e["name"]: e for e in v["elements"]}["what"]
    assert what["status_without_reports"] == "not determinable"
    assert "one look" in what["why"].lower()


def test_the_look_is_the_denominator(verdicts: dict[str, Any]) -> None:
    coverage = verdicts["at-least-20"]["coverage"]
    assert coverage["usable_looks"] == 1
    assert "los-angeles-2021-01-05" in coverage["scenes"][0]


def test_without_the_image_nothing_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(
        CASES / "los-angeles-2021", folder, ignore=shutil.ignore_patterns("out", "ledger", ".cache", "exhibits*")
    )
    found = json.loads(verify(folder, seams=NOON).verdicts_file.read_text("utf-8"))
    assert {v["verdict"] for v in found} == {"not determinable"}


def test_one_optical_image_that_may_be_all_cloud_decides_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(
        CASES / "los-angeles-2021", folder, ignore=shutil.ignore_patterns("out", "ledger", ".cache", "exhibits*")
    )
    noon = datetime(2021, 1, 5, 19, tzinfo=UTC)
    blank = Scene(
        id="blank", path=Path("none"), time=TimeSpan(noon, noon), modality=Modality.OPTICAL, bands=(BandRole.PAN,),
        footprint=box(-118.4, 33.6, -118.0, 33.8), sha256="blank",
    )  # fmt: skip
    values = np.full((1, 1000, 2000), 10.0, np.float32)
    pixels = Pixels(
        values=values,
        valid=np.ones(values.shape[1:], bool),
        transform=Affine(2e-4, 0, -118.4, 0, -2e-4, 33.8),
        crs="EPSG:4326",
    )
    seams = Seams(
        clock=NOON.clock,
        reader=MemoryReader({"blank": pixels}),
        detectors={Modality.OPTICAL: BrightBlockDetector()},
        scenes=(blank,),
    )
    found = json.loads(verify(folder, seams=seams).verdicts_file.read_text("utf-8"))
    assert [v["coverage"]["usable_looks"] for v in found] == [1, 1, 1]
    assert {v["verdict"] for v in found} == {"not determinable"}
