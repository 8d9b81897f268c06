"""The mark of simulated cases and images, in everything that is made from them, and in nothing else."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import rasterio
from messy import CASE, write_case
from shapely.geometry import box
from typer.testing import CliRunner

from roadstead.case import load_case
from roadstead.cli.app import app
from roadstead.imagery import Coregistration
from roadstead.model import Modality, Scene
from roadstead.pipeline import case_coverage, verify
from roadstead.pipeline.compare import Compared, changes_geojson
from roadstead.simulate import MARK, Place, SceneSpec, ShipAt, Weather, make_scene

if TYPE_CHECKING:
    from pathlib import Path

EXERCISE = CASE.replace("[[sites]]", "simulated = true\n[[sites]]", 1)
COVERAGE_FILES = ("coverage.json", "coverage.csv", "coverage.ics", "coverage.svg")


def test_the_mark_of_a_case_without_images_reaches_every_verdict_and_file(tmp_path: Path) -> None:
    folder = write_case(tmp_path, EXERCISE)
    (folder / "images").mkdir(exist_ok=True)
    result = verify(folder)
    assert all(v.simulated for v in result.verdicts)
    told = json.loads((folder / "out" / "verdicts.json").read_text("utf-8"))
    assert told
    assert all(v["simulated"] is v[MARK] is True for v in told)
    assert "SIMULATED" in (folder / "out" / "report.html").read_text("utf-8")
    for name in ("detections.geojson", "rejected.geojson"):
        assert json.loads((folder / "out" / name).read_text("utf-8"))[MARK] is True
    assert case_coverage(folder).simulated
    for name in COVERAGE_FILES:
        text = (folder / "out" / name).read_text("utf-8")
        assert MARK in text or "SIMULATED" in text, name
    with (folder / "out" / "coverage.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row[MARK] == "True" for row in rows)
    assert json.loads((folder / "out" / "coverage.json").read_text("utf-8"))[MARK] is True


def test_a_real_case_carries_no_mark(tmp_path: Path) -> None:
    folder = write_case(tmp_path, CASE)
    (folder / "images").mkdir(exist_ok=True)
    verify(folder)
    case_coverage(folder)
    assert not load_case(folder).simulated
    for name in ("verdicts.json", "detections.geojson", "rejected.geojson", *COVERAGE_FILES):
        text = (folder / "out" / name).read_text("utf-8")
        assert MARK not in text, name
        assert "SIMULATED" not in text, name


def test_the_key_is_true_or_false(tmp_path: Path) -> None:
    (mistake,) = load_case(write_case(tmp_path, EXERCISE.replace("simulated = true", 'simulated = "yes"'))).mistakes
    assert "simulated" in mistake


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated radar image of a ship at anchor, without its STAC item beside it."""
    place = Place(
        id="sea", name="Sea", timezone="Etc/GMT", aoi=box(132.0, 42.8, 132.02, 42.815),
        land=box(132.2, 42.8, 132.21, 42.81), quays=(), anchorage=True,
    )  # fmt: skip
    ship = ShipAt(
        vessel_id="a",
        form_id="ropucha-i",
        length_m=112.5,
        beam_m=15.0,
        lon_deg=132.01,
        lat_deg=42.807,
        heading_deg=60.0,
    )
    spec = SceneSpec(
        id="sea-1", platform="sentinel-1a", t_utc=datetime(2024, 10, 17, 9, tzinfo=UTC), place=place, ships=(ship,),
        weather=Weather(), seed=5,
    )  # fmt: skip
    made = make_scene(spec, tmp_path_factory.mktemp("scene"))
    made.item.unlink()
    return made.image


def test_detections_in_a_simulated_image_are_marked(image: Path, tmp_path: Path) -> None:
    out, table, masks = tmp_path / "ships.geojson", tmp_path / "ships.csv", tmp_path / "masks"
    ran = CliRunner().invoke(app, ["detect", str(image), "--out", str(out), "--masks", str(masks)])
    assert ran.exit_code == 0, ran.output
    assert "SIMULATED" in ran.stdout
    for path in (out, tmp_path / "ships.rejected.geojson"):
        collection = json.loads(path.read_text("utf-8"))
        assert collection[MARK] is True
        assert all(f["properties"][MARK] is True for f in collection["features"])
    assert json.loads(out.read_text("utf-8"))["features"]
    with rasterio.open(next(masks.iterdir())) as mask:
        assert MARK in mask.tags()["TIFFTAG_IMAGEDESCRIPTION"]
    ran = CliRunner().invoke(app, ["detect", str(image), "--out", str(table), "--json"])
    assert all(d[MARK] is True for d in json.loads(ran.stdout))
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row[MARK] == "True" for row in rows)


def test_changes_between_simulated_images_are_marked(tmp_path: Path) -> None:
    real = Scene(id="r", path=tmp_path / "r.tif", time=None, modality=Modality.OPTICAL, bands=())
    shift = Coregistration(row_px=0.0, col_px=0.0, sigma_px=0.1, tiles=4)
    for other, marked in ((real, False), (replace(real, simulated=True), True)):
        found = Compared(scenes=(real, other), shift=shift, changes=(), berths=())
        assert json.loads(changes_geojson(found)).get(MARK, False) is marked


def test_a_real_case_that_holds_a_simulated_image_is_marked(image: Path, tmp_path: Path) -> None:
    folder = write_case(tmp_path, CASE)
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / image.name).write_bytes(image.read_bytes())
    result = verify(folder)
    assert all(v.simulated for v in result.verdicts)
    for name in ("detections.geojson", "rejected.geojson"):
        assert json.loads((folder / "out" / name).read_text("utf-8"))[MARK] is True
    assert not load_case(folder).simulated
