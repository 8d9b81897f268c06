"""Exercises from scenario to score, and studies."""

from __future__ import annotations

import gzip
import itertools
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from roadstead.ais import read_ais
from roadstead.case import load_case
from roadstead.cli.app import app
from roadstead.coverage import p_detect_range
from roadstead.evidence.results import read_results
from roadstead.exercise import (
    Exercise,
    acquisitions,
    happen,
    paired,
    power_of,
    reliability_svg,
    run_exercise,
    scenario_toml,
    shipped_scenario,
    sightings,
    study,
)
from roadstead.exercise.sightings import chance
from roadstead.model import Call, InputError, Look, Modality, TimeSpan
from roadstead.pipeline import explain, verify
from roadstead.simulate import ShipAt
from roadstead.steps import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SHIPPED = shipped_scenario()


@pytest.fixture(scope="module", autouse=True)
def few_histories() -> Iterator[None]:
    """One batch of histories for each claim: these tests are about exercises, not about the precision of weighing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.infer.sampler.MAX_BATCHES", 1)
        yield


@pytest.fixture(scope="module")
def done(few_histories: None, tmp_path_factory: pytest.TempPathFactory) -> Exercise:  # noqa: ARG001 - comes first
    return run_exercise(SHIPPED, tmp_path_factory.mktemp("exercise"), pixels=False)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_an_exercise_is_never_written_over_a_case_of_somebody_s(tmp_path: Path) -> None:
    mine = tmp_path / "case" / "case.toml"
    mine.parent.mkdir()
    mine.write_text('id = "mine"\n', "utf-8")
    with pytest.raises(InputError, match="holds a case that is no exercise"):
        run_exercise(SHIPPED, tmp_path, pixels=False)
    assert mine.read_text("utf-8") == 'id = "mine"\n'


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(done: Exercise, tmp_path: Path) -> None:
    again = run_exercise(SHIPPED, tmp_path / "again", pixels=False)
    assert _files(done.folder) == _files(again.folder)
    one, other = (sightings(s, happen(s), acquisitions(s)) for s in (SHIPPED, replace(SHIPPED, seed=SHIPPED.seed + 1)))
    assert one.at_sites != other.at_sites


@pytest.mark.parametrize("refuses", [verify, explain, read_results, power_of])
def test_an_exercise_without_images_is_refused_before_anything_is_written(
    done: Exercise, refuses: Callable[[Path], object]
) -> None:
    before = _files(done.case.folder)
    with pytest.raises(InputError, match=r"sightings.json: the looks .* drawn sightings without pixels.*run the exer"):
        refuses(done.case.folder)
    assert _files(done.case.folder) == before


def test_every_file_and_verdict_is_marked_as_simulated(done: Exercise) -> None:
    for name, written in _files(done.folder).items():
        content = gzip.decompress(written) if name.endswith(".gz") else written
        assert b"roadstead:simulated" in content or b"SIMULATED" in content, name
    assert all(v.simulated for v in done.verdicts)
    assert all(s.simulated for s in done.gathered.scenes.values())
    assert done.case.title.startswith("[simulated]")


def test_nothing_of_the_truth_lies_in_the_case(done: Exercise) -> None:
    case = done.folder / "case"
    names = [p.name for p in case.rglob("*")]
    assert not [n for n in names if "truth" in n or "scenario" in n]
    text = (case / "case.toml").read_text("utf-8")
    assert "voyages" not in text
    assert "depart" not in text
    assert load_case(case).mistakes == ()


def test_ais_shows_silence_and_a_false_place(done: Exercise) -> None:
    read = read_ais([done.folder / "case" / "ais" / "ais.nmea"])
    tracks = {t.name: t for t in read.tracks}
    assert read.simulated
    assert "CORMORANT" not in tracks  # never sends
    booby = [p for p in tracks["BOOBY"].positions if p.t_utc.day == 10]
    assert booby
    assert all(abs(p.lon_deg - 0.16) < 0.01 and abs(p.lat_deg + 0.06) < 0.01 for p in booby)
    auk = [p.t_utc for p in tracks["AUK"].positions]
    assert max(b - a for a, b in itertools.pairwise(auk)) > timedelta(days=4)


def test_scores_add_up(done: Exercise) -> None:
    pairs = [p for at in done.gathered.at_sites for p in paired(done.truth, at)]
    found = [p for p in pairs if p.ship and p.detection]
    assert found
    assert sum(p.detection is not None for p in pairs) == sum(len(at.detections) for at in done.gathered.at_sites)
    assert done.score.lengths is not None
    assert 0.4 < done.score.lengths.within_one_sigma < 0.9
    assert abs(done.score.lengths.bias_m) < 5
    assert {c.claim_id: c.true for c in done.score.claims} == {"landing": True, "soldiers": True, "dunlin-too": False}
    assert all(not (c.hidden and c.call is Call.SUPPORTED) for c in done.score.claims)


def test_the_true_rate_lies_in_the_stated_range_and_a_quay_hides_ships() -> None:
    look = Look(
        scene_id="x", site_id="port-null", time=TimeSpan(SHIPPED.start, SHIPPED.start), usable_fraction=1.0,
        cloud_fraction=0.0, resolved_m=3.7, sun_elevation_deg=50.0, modality=Modality.OPTICAL,
    )  # fmt: skip
    ship = ShipAt(
        vessel_id="a", form_id="ropucha-i", length_m=112.5, beam_m=15.0, lon_deg=0.1, lat_deg=0.1, heading_deg=0.0
    )
    for alongside in (False, True):
        here = replace(ship, alongside=alongside)
        ends = [chance(look, here, q, anchorage=False) for q in (0.0, 1.0)]
        stated = p_detect_range(112.5, Modality.OPTICAL, 3.7, alongside=alongside)
        assert ends == pytest.approx([stated.low, stated.high])
    assert chance(look, replace(ship, alongside=True), 0.5, anchorage=False) < chance(look, ship, 0.5, anchorage=False)
    assert chance(look, replace(ship, alongside=True), 0.5, anchorage=True) == chance(look, ship, 0.5, anchorage=True)


def test_a_study_of_four_is_quick_resumes_and_repeats(tmp_path: Path) -> None:
    first = study(4, 3, tmp_path / "a", workers=Workers())
    assert [o.family.value for o in first.outcomes] == ["as-claimed", "detail-wrong", "routine", "other-cargo"]
    assert first.settled.claims == first.hidden.claims == 4
    assert first.settled.supported_when_true.trials + first.settled.false_supported.trials == 4
    assert first.hidden.false_supported.hits == first.hidden.supported_when_true.hits == 0
    files = _files(tmp_path / "a")
    assert len(files) == 4
    (tmp_path / "a" / sorted(files)[2]).write_text("{", "utf-8")  # torn by a kill
    seen: list[str] = []
    again = study(4, 3, tmp_path / "a", workers=Workers(), progress=lambda item, _d, _n: seen.append(item))
    assert again == first
    assert [s for s in seen if s] == ["exercise 2"]
    assert _files(tmp_path / "a") == files
    svg = reliability_svg(first)
    assert svg == reliability_svg(again)
    assert "SIMULATED" in svg
    assert "roadstead:simulated" in svg


def test_the_commands_answer_in_json(tmp_path: Path) -> None:
    runner = CliRunner()
    (tmp_path / "s.toml").write_text(scenario_toml(SHIPPED), "utf-8")
    ran = runner.invoke(
        app, ["exercise", "run", str(tmp_path / "s.toml"), "--out", str(tmp_path / "x"), "--sightings-only", "--json"]
    )
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["roadstead:simulated"] is True
    wanted = ["exercise", "study", "-n", "1", "--seed", "2", "--out", str(tmp_path / "st"), "--json"]
    told = json.loads(runner.invoke(app, wanted).stdout)
    for name in ("false_supported_rate", "supported_when_true", "expected_calibration_error", "ece_limit_95"):
        assert name in told
    assert told["roadstead:simulated"] is True
    assert (tmp_path / "st" / "reliability-1.svg").is_file()
