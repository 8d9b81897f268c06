"""A ship in fine pixels: looked at closely by `verify`'s step and by `roadstead identify`, all marked as simulated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from close_scene import LAT, LON, landing_ship
from PIL import Image

from roadstead.archive import open_scene
from roadstead.cli.identify import run
from roadstead.identify import Level
from roadstead.imagery import RasterioReader, resolved_distance_m
from roadstead.model import InputError, NotFound
from roadstead.pipeline.find import detectors, find_vessels
from roadstead.pipeline.identity import Close, ExamineStep, evidence_json
from roadstead.pipeline.ship_sheet import identify
from roadstead.steps import StepCache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One landing ship on open water, at 0.8 m."""
    return landing_ship(tmp_path_factory.mktemp("close"))


def test_the_step_gives_evidence_once_and_keeps_it(image: Path, tmp_path: Path) -> None:
    scene = open_scene(image)
    findings, pixels = find_vessels(scene, RasterioReader(), detectors()[scene.modality])
    close = Close(detection=findings.detections[0], scene=scene, known_m=resolved_distance_m(scene, pixels))
    cache = StepCache(tmp_path / "cache")
    from roadstead.identify import Examined  # noqa: PLC0415 - beside its use as a kind

    first, again = (cache.run(ExamineStep(RasterioReader()), close, Examined) for _ in range(2))
    assert first == again
    assert (cache.done, cache.found) == (1, 1)
    assert first.gate.level in (Level.CLASS, Level.HULL)
    told = evidence_json(first.evidence)
    assert told["class_basis"] == "rendered"
    assert told["class_ratios"]["alligator"] > 1 > told["class_ratios"]["ropucha-ii"]
    assert max(told["class_posterior"], key=told["class_posterior"].get) == "alligator"
    json.dumps(told, allow_nan=False)


def test_a_sheet_is_drawn_the_same_twice_and_says_that_it_is_simulated(image: Path, tmp_path: Path) -> None:
    first = identify(image, at=(LON, LAT), out=tmp_path / "a.png")
    identify(image, detection_id=first.detection.id, out=tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as held:
        sheet = np.asarray(held.convert("RGB")).astype(int)
    assert sheet.shape[1] > 800
    top = sheet[: len(sheet) // 20]
    assert (top[..., 0] - top[..., 1] > 100).sum() > 200, "SIMULATED stands in red at the top"


def test_a_ship_found_by_its_place_has_no_number_of_the_window(image: Path) -> None:
    found = identify(image, at=(LON, LAT))
    name, _, place = found.detection.id.rpartition("@")
    assert name == found.scene.id
    assert [float(x) for x in place.split(",")] == pytest.approx([LON, LAT], abs=0.002)
    assert identify(image, detection_id=found.detection.id).detection == found.detection


def test_the_command_prints_the_gate_and_json(image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sheet.png"
    assert run(image, at=f"{LON},{LAT}", detection="", out=out, bands="", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["gate"]["beam_pixels"] > 8
    assert told["roadstead:simulated"] is True
    assert out.is_file()


def test_which_ship_is_meant_must_be_said_and_be_there(image: Path) -> None:
    with pytest.raises(InputError, match="--at"):
        identify(image)
    with pytest.raises(NotFound, match="within 150 m"):
        identify(image, at=(LON + 0.0012, LAT + 0.0012))
    with pytest.raises(NotFound, match="no ship 'nothing'"):
        identify(image, detection_id="nothing")
