"""The Dunai case as shipped: no pixels held, so nothing may be called."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from roadstead.pipeline import Seams, verify
from roadstead.report.exports import schema_faults
from roadstead.steps import FixedClock

CASES = Path(__file__).resolve().parents[2] / "cases"
NOON = Seams(clock=FixedClock(datetime(2026, 1, 1, 12, tzinfo=UTC)))
OPEN = {"reported, not verified by us", "not determinable"}


def copy_case(tmp_path: Path, name: str = "dunai-2024") -> Path:
    target = tmp_path / name
    shutil.copytree(CASES / name, target, ignore=shutil.ignore_patterns("out", "ledger", ".cache"))
    return target


def verdicts_of(case: Path) -> dict[str, Any]:
    result = verify(case, seams=NOON)
    return {v["claim"]: v for v in json.loads(result.verdicts_file.read_text("utf-8"))}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_case(tmp_path_factory.mktemp("dunai"))
    verify(folder, seams=NOON)
    return folder


def test_every_element_is_reported_or_not_determinable(case: Path) -> None:
    verdicts = verdicts_of(case)
    assert len(verdicts) >= 25
    for v in verdicts.values():
        assert v["verdict"] == v["with_reports"]["verdict"] == "not determinable"
        assert v["elements"]
        for e in v["elements"]:
            assert e["status"] in OPEN
            assert e["status_without_reports"] == "not determinable"
            assert e["why"]


def test_vladivostok_and_dunai_keep_separate_verdicts(case: Path) -> None:
    verdicts = verdicts_of(case)
    nis, cns = verdicts["nis-first-lift"], verdicts["cns-crane-17-oct"]
    assert (nis["source"], cns["source"]) == ("nis", "cns")
    where = {e["name"]: e["statement"] for e in nis["elements"]}
    assert "Vladivostok" in where["where"]
    assert "Dunai" not in where["where"]


def test_deleting_the_reports_returns_the_prior_and_regrading_changes_nothing(case: Path, tmp_path: Path) -> None:
    before = verdicts_of(case)
    moved = any(v["with_reports"]["probability"] != v["prior"] for v in before.values())
    assert moved, "some report must weigh, or this test shows nothing"
    folder = copy_case(tmp_path)
    (folder / "reported.toml").unlink()
    text = (folder / "case.toml").read_text("utf-8")
    nis = text.index('id = "nis"\n')
    (folder / "case.toml").write_text(
        text[:nis]
        + text[nis:].replace('reliability = "B"\ncredibility = "2"', 'reliability = "F"\ncredibility = "6"', 1)
    )
    after = verdicts_of(folder)
    for name, v in after.items():
        assert v["with_reports"]["probability"] == pytest.approx(v["prior"], abs=1e-3)
        assert v["probability"] == before[name]["probability"]
        assert v["verdict"] == before[name]["verdict"]


def test_danube_and_mid_august_are_flagged(case: Path) -> None:
    warnings = verify(case, seams=NOON).case.warnings
    assert any("Danube" in w and "Dunai" in w for w in warnings)
    assert any("mid-August" in w for w in warnings)
    report = (case / "out" / "report.html").read_text("utf-8")
    assert "mid-August" in report
    assert "Danube" in report


def test_a_second_run_does_no_work_and_gives_the_same_bytes(case: Path) -> None:
    first = (case / "out" / "report.html").read_bytes(), (case / "out" / "verdicts.json").read_bytes()
    again = verify(case, seams=Seams(clock=FixedClock(datetime(2027, 6, 1, tzinfo=UTC))))
    assert again.steps_done == 0
    assert ((case / "out" / "report.html").read_bytes(), (case / "out" / "verdicts.json").read_bytes()) == first


def test_a_run_killed_half_way_goes_on(tmp_path: Path) -> None:
    folder = copy_case(tmp_path)

    class Killed(BaseException):
        pass

    class DyingClock:
        calls = 0

        def now(self) -> datetime:
            self.calls += 1
            if self.calls > 12:
                raise Killed
            return NOON.clock.now()

    with pytest.raises(Killed):
        verify(folder, seams=Seams(clock=DyingClock()))
    resumed = verify(folder, seams=NOON)
    assert 5 <= resumed.steps_found < resumed.steps_found + resumed.steps_done


def test_changed_assumptions_are_listed(tmp_path: Path) -> None:
    folder = copy_case(tmp_path)
    first = json.loads(verify(folder, seams=NOON).verdicts_file.read_text("utf-8"))[0]["assumptions_sha256"]
    path = folder / "case.toml"
    path.write_text(path.read_text("utf-8").replace("prior = [0.1, 0.7]", "prior = [0.9, 0.95]", 1))
    second = json.loads(verify(folder, seams=NOON).verdicts_file.read_text("utf-8"))[0]["assumptions_sha256"]
    assert first != second
    report = (folder / "out" / "report.html").read_text("utf-8")
    assert "claims nis-first-lift changed. Verdicts that differ since: nis-first-lift: not determinable" in report
    assert first in report


def test_the_most_valuable_missing_look_is_named_by_place_time_and_sensor(case: Path) -> None:
    """For the crane of 17 October: Sentinel-1 went over Dunai on the morning of that day, local time."""
    first = verdicts_of(case)["cns-crane-17-oct"]["missing"][0]
    assert (first["site_id"], first["modality"], first["platform"]) == ("dunai", "sar", "sentinel-1a")
    assert first["time"]["start"].startswith("2024-10-16T21:22")
    assert first["bits"] > 0.02
    report = (case / "out" / "report.html").read_text("utf-8")
    assert "What would change this" in report
    assert re.search(r"2024-10-16\W21:22", report)


def test_ships_are_counted_before_any_probability_and_reports_weigh_in_the_ledger(case: Path) -> None:
    verdicts = verdicts_of(case)
    assert {v["ships"]["at_least"] for v in verdicts.values() if v["ships"]} == {0}
    assert verdicts["cns-secluded"]["ships"] is None
    (row,) = verdicts["nis-first-lift"]["ledger"]["groups"]
    assert row["kind"] == "reports"
    assert row["evidence"] == ["cns-dunai-17-oct"]
    page = (case / "out" / "report.html").read_text("utf-8")
    claim = page[page.index('id="claim-nis-first-lift"') :]
    assert claim.index("No ship of fitting size counted") < claim.index("Without reports.")
    assert "Weight of evidence on nis-first-lift" in claim


def test_the_verdicts_follow_their_schema(case: Path) -> None:
    found = json.loads((case / "out" / "verdicts.json").read_text("utf-8"))
    assert schema_faults(found, "verdicts") == []
