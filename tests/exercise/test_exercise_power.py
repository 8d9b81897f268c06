"""The power of a case: what is drawn, what is counted, and the table that a user reads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from roadstead.case import load_case
from roadstead.cli import exercise as command
from roadstead.cli.app import app
from roadstead.exercise import Power, PowerRow, power_of, shipped_scenario
from roadstead.exercise import power as power_module
from roadstead.exercise.case_files import write_case
from roadstead.exercise.power_draws import drawn_histories, shown
from roadstead.model import Look, Modality, Range, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roadstead.case import Case

MOTIONS = {"as-claimed", "wrong-port", "wrong-date", "routine"}


@pytest.fixture(scope="module", autouse=True)
def few_histories() -> Iterator[None]:
    """One batch of histories for each claim: these tests are not about the precision of weighing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roadstead.infer.sampler.MAX_BATCHES", 1)
        yield


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return write_case(shipped_scenario(), tmp_path_factory.mktemp("power") / "case")


@pytest.fixture(scope="module")
def found(few_histories: None, case: Case) -> Power:  # noqa: ARG001 - comes first
    return power_of(case.folder, claims=["landing"], n=2)


def test_without_looks_nothing_is_drawn_and_no_share_is_given(found: Power) -> None:
    held = [r for r in found.rows if r.looks_are == "looks held"]
    assert {r.motion for r in held} == MOTIONS
    for r in held:
        assert (r.looks, r.draws) == (0, 0)
        assert "no usable image" in r.why
        assert r.supported is r.contradicted is r.not_determinable is r.probability is None
        assert r.supported_interval is r.contradicted_interval is None


def test_passes_are_counted_and_shares_sum_to_one(found: Power) -> None:
    possible = [r for r in found.rows if r.looks_are != "looks held"]
    assert {r.motion for r in possible} == MOTIONS
    for r in possible:
        assert r.looks > 0
        assert (r.draws, r.why) == (2, "")
        assert r.supported is not None
        assert r.contradicted is not None
        assert r.not_determinable is not None
        assert r.supported_interval is not None
        assert r.supported + r.contradicted + r.not_determinable == pytest.approx(1)
        assert r.supported_interval[0] <= r.supported <= r.supported_interval[1]


def test_a_ship_has_one_length_in_every_look_of_a_history(case: Case) -> None:
    claim = case.claim("landing")
    ship = claim.who[0]
    unsure = replace(case, vessels=tuple(replace(v, length_m=Range(60.0, 180.0)) for v in case.vessels))
    lengths = [d.lengths_m[ship] for d in drawn_histories(unsure, claim, "as-claimed", n=30, seed=1)]
    assert max(lengths) - min(lengths) > 60
    (one,) = drawn_histories(unsure, claim, "as-claimed", n=1, seed=1)
    home = np.zeros_like(one.history.place)
    alone = replace(one, history=replace(one.history, place=home, traffic=np.zeros_like(one.history.traffic)))
    quiet = replace(unsure, traffic=tuple(replace(t, vessels=Range(0.0, 0.0)) for t in unsure.traffic))
    look = Look(
        scene_id="x", site_id=alone.history.sites[0], time=TimeSpan(claim.when.start, claim.when.start),
        usable_fraction=1.0, cloud_fraction=0.0, resolved_m=0.5, sun_elevation_deg=50.0, modality=Modality.SAR,
    )  # fmt: skip
    rng = np.random.default_rng(3)
    seen = [d.length_m.value for _ in range(60) for d in shown(rng, quiet, alone, look).detections if d.length_m]
    true = np.array(sorted(alone.lengths_m[v] for v in alone.history.vessels))
    assert len(seen) > 30
    assert max(np.abs(true - x).min() for x in seen) < 2.0


def test_a_claim_that_is_hardly_ever_true_is_said_and_not_called(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = case.claim("landing")
    monkeypatch.setattr("roadstead.exercise.power_draws.DRAWN_AT_ONCE", 40)
    rare = {"holds": 0}

    def holds_once(_self: object, _histories: object) -> np.ndarray:
        rare["holds"] += 1
        out = np.zeros(40, bool)
        out[7] = rare["holds"] == 3
        return out

    monkeypatch.setattr("roadstead.exercise.power_draws.ClaimPredicate.holds", holds_once)
    assert len(drawn_histories(case, claim, "as-claimed", n=2, seed=0)) == 1  # the third batch holds the only one
    assert rare["holds"] == 10
    monkeypatch.setattr("roadstead.exercise.power_draws.ClaimPredicate.holds", lambda _, h: np.zeros(h.n, bool))
    found = power_module.power_of(case.folder, claims=["landing"], n=1)
    (row,) = [r for r in found.rows if r.looks and r.motion == "as-claimed"]
    assert (row.draws, row.not_determinable) == (0, None)
    assert "true in none of" in row.why


def _printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: Power) -> str:
    monkeypatch.setattr(command, "power_of", lambda *_, **__: found)
    monkeypatch.setattr(command.say.out, "width", 160)
    assert command.power(None, [], 1, 0, as_json=False) == 0  # type: ignore[arg-type]  # the case is not read
    return capsys.readouterr().out


def _row(claim_id: str, **values: object) -> PowerRow:
    nothing: dict[str, object] = {
        "supported": None, "contradicted": None, "not_determinable": None, "supported_interval": None,
        "contradicted_interval": None, "not_determinable_interval": None, "probability": None, "looks": 0, "draws": 0,
        "why": "", "looks_are": "looks held", "motion": "routine", "claim_id": claim_id,
    }  # fmt: skip
    return PowerRow(**(nothing | values))  # type: ignore[arg-type]  # named as the fields are


DRAWN = _row(
    "caught", draws=20, looks=7, supported=0.5, supported_interval=(0.32, 0.68), contradicted=0.0,
    contradicted_interval=(0.0, 0.09), not_determinable=0.5, not_determinable_interval=(0.32, 0.68), probability=0.73,
)  # fmt: skip
NOTHING = _row("unseen", why="no satellite of known orbit passed over its places in its window")


def test_the_table_tells_measured_from_not_drawn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    power = Power(case_id="c", simulated=False, rows=(DRAWN, NOTHING), left_out=())
    lines = _printed(monkeypatch, capsys, power).splitlines()
    cells = {r[0]: r[1:] for line in lines if len(r := re.split(r"\s{2,}", line.strip())) == 8}
    assert cells["Claim"] == ["looks", "ships moved", "draws", "supported", "contradicted", "neither", "mean P"]
    assert cells["caught"] == [
        "looks held (7)", "routine", "20", "50 % (32-68)", "0 % (0-9)", "50 % (32-68)", "73 %"
    ]  # fmt: skip
    assert cells["unseen"] == ["looks held (0)", "routine", "0", "-", "-", "-", "-"]
    assert f"Claim unseen, looks held: {NOTHING.why}; so nothing was drawn." in lines
    assert "Intervals are wide, up to 36 points: draw more with -n." in lines
    assert not any("SIMULATED" in line for line in lines)


def test_the_power_of_an_exercise_is_marked(
    case: Case, found: Power, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_case(case.folder).simulated
    assert found.simulated
    assert _printed(monkeypatch, capsys, found).startswith("SIMULATED")


def test_the_command_answers_in_json(found: Power, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for marked in (True, False):
        answer = replace(found, simulated=marked)
        monkeypatch.setattr(command, "power_of", lambda *_, answer=answer, **__: answer)
        told = json.loads(CliRunner().invoke(app, ["exercise", "power", str(tmp_path), "--json"]).stdout)
        assert told.get("roadstead:simulated", False) is marked
        assert told["rows"][0]["draws"] == 0
        assert told["rows"][0]["supported"] is None


def test_the_draws_made_unless_told_otherwise_keep_intervals_below_forty_points() -> None:
    shares = [power_module._share(hits, power_module.DRAWS)[1] for hits in range(power_module.DRAWS + 1)]
    assert max(b - a for a, b in filter(None, shares)) < 0.4
