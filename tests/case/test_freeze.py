"""What a change of assumptions did to the verdicts, told by time, and not blamed for what other evidence did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evidence_case import written_case

from roadstead.case import CaseSea, assumptions, assumptions_sha256, freeze, load_case, record_calls
from roadstead.model import Range, SeaKind
from roadstead.steps import read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.case import Case, Frozen


def _at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def _run(case: Case, day: int, call: str, evidence: str) -> Frozen:
    return record_calls(case, freeze(case, _at(day)), {"two-ships": call}, _at(day), evidence)


def test_a_change_is_not_blamed_for_what_later_evidence_did(tmp_path: Path) -> None:
    first = load_case(written_case(tmp_path))
    second = replace(first, claims=(replace(first.claims[0], prior=Range(0.1, 0.2)), *first.claims[1:]))
    _run(first, 1, "not determinable", "a")
    _run(second, 2, "not determinable", "a")
    changes = _run(first, 5, "supported", "b").changes
    assert changes[0].endswith("No verdict differs since.")
    assert "two-ships: not determinable -> supported" in changes[1]
    assert "The evidence changed with it" in changes[1]


def test_other_evidence_with_the_same_calls_is_recorded_with_its_time(tmp_path: Path) -> None:
    case = load_case(written_case(tmp_path))
    _run(case, 1, "supported", "a")
    _run(case, 2, "supported", "a")
    _run(case, 3, "supported", "b")
    lines = read_lines(case.folder / "ledger" / "calls.jsonl")
    assert [(line["at"][:10], line["evidence_sha256"]) for line in lines] == [("2026-01-01", "a"), ("2026-01-03", "b")]


def test_a_ledger_of_an_earlier_version_blames_no_evidence(tmp_path: Path) -> None:
    case = load_case(written_case(tmp_path))
    record_calls(case, freeze(case, _at(1)), {"two-ships": "supported"}, _at(1))
    other = replace(case, seed=case.seed + 1)
    changes = _run(other, 2, "contradicted", "b").changes
    assert "supported -> contradicted" in changes[0]
    assert "The evidence changed" not in changes[0]


def test_what_tells_sea_from_land_is_an_assumption(tmp_path: Path) -> None:
    case = load_case(written_case(tmp_path))
    stated = replace(case, sea=CaseSea(kind=SeaKind.COASTLINE, file="coast.gpkg"))
    assert assumptions_sha256(case) != assumptions_sha256(stated)


def test_a_length_counted_is_an_assumption_and_none_stated_is_none(tmp_path: Path) -> None:
    case = load_case(written_case(tmp_path))
    plain = assumptions(case)
    assert "length_m" not in plain[f"claims {case.claims[1].id}"]
    long = replace(case, claims=(case.claims[0], replace(case.claims[1], length_m=Range(100.0, 600.0))))
    assert assumptions(long)[f"claims {case.claims[1].id}"]["length_m"] == {"low": 100.0, "high": 600.0}
    assert assumptions_sha256(long) != assumptions_sha256(case)
