"""An exercise with pixels, end to end: what the demo does, with two images instead of forty."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from roadstead.case import SIGHTINGS
from roadstead.cli.app import app
from roadstead.exercise import acquisitions, happen, run_exercise, shipped_scenario
from roadstead.exercise.pixels import write_scenes
from roadstead.exercise.scenario import Sensor

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.exercise import Exercise

SHIPPED = shipped_scenario()
MORNING = SHIPPED.start + timedelta(hours=9, minutes=30)
SMALL = replace(
    SHIPPED,
    sensors=(
        Sensor(platform="planetscope", places=("port-null",), times=(MORNING,)),
        Sensor(platform="sentinel-1a", places=("port-null",), times=(MORNING + timedelta(hours=7),)),
    ),
)


@pytest.fixture(scope="module", autouse=True)
def few_histories() -> object:
    """One batch of histories for each claim: these tests are about images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.infer.sampler.MAX_BATCHES", 1)
        yield patch


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    return run_exercise(SMALL, tmp_path_factory.mktemp("pixels"))


def _scenes(folder: Path) -> dict[str, bytes]:
    held = sorted(p for name in ("case/scenes", "truth/scenes") for p in (folder / name).rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): p.read_bytes() for p in held}


def test_ships_are_found_in_the_images_that_were_made(done: Exercise) -> None:
    assert len(done.images) == 2
    assert done.score.detections > 0
    assert sum(f.found for f in done.score.found) > 0
    assert all(v.simulated for v in done.verdicts)


def test_the_report_says_that_it_is_simulated(done: Exercise) -> None:
    assert "SIMULATED" in (done.folder / "case" / "out" / "report.html").read_text("utf-8")


def test_a_scene_lost_is_made_again_with_the_same_bytes(done: Exercise) -> None:
    before = _scenes(done.folder)
    (done.folder / "truth" / "scenes" / f"{done.images[0].id}.truth.geojson").unlink()
    (done.case.folder / SIGHTINGS).write_text("{}")  # as an earlier run without images left it
    run_exercise(SMALL, done.folder)
    assert _scenes(done.folder) == before


def test_a_changed_exercise_keeps_no_scene_of_the_old_one(done: Exercise, tmp_path: Path) -> None:
    place = tmp_path / "again"
    shutil.copytree(done.folder, place)
    later = replace(SMALL.sensors[0], times=(MORNING + timedelta(minutes=20),))
    gone = tuple(replace(v, starts_at="elsewhere") if v.id == "dunlin" else v for v in SMALL.vessels)
    changed = replace(SMALL, sensors=(later, SMALL.sensors[1]), vessels=gone, voyages=(), works=())
    folders = place / "case" / "scenes", place / "truth" / "scenes"
    write_scenes(changed, happen(changed), acquisitions(changed), folders, lambda *_: None)
    before, after = _scenes(done.folder), _scenes(place)
    assert len([k for k in after if k.endswith(".truth.geojson")]) == 2
    assert len([k for k in before.keys() - after.keys() if k.endswith("_SR.tif")]) == 1
    radar = next(k for k in after if "sentinel-1a" in k and k.endswith(".truth.geojson"))
    assert b"dunlin" in before[radar]
    assert b"dunlin" not in after[radar]


def test_another_seed_gives_other_pixels(done: Exercise, tmp_path: Path) -> None:
    run_exercise(replace(SMALL, seed=SMALL.seed + 1), tmp_path)
    ours, theirs = _scenes(done.folder), _scenes(tmp_path)
    assert ours.keys() == theirs.keys()
    images = [k for k in ours if k.endswith(".tif")]
    assert images
    assert not [k for k in images if ours[k] == theirs[k] and "valid" not in k]


def test_the_demo_runs_an_exercise_and_then_the_dunai_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []
    monkeypatch.setattr("roadstead.cli.demo.run_exercise", lambda _name, folder, **_: asked.append(folder))
    ran = CliRunner().invoke(app, ["demo", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    assert asked == [tmp_path / "null-islands-landing"]
    assert json.loads((tmp_path / "dunai-2024" / "out" / "verdicts.json").read_text("utf-8"))
