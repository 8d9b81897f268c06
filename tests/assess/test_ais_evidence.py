"""AIS in the product: it weighs, stands in the ledger, and never decides by itself."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dunai_looks import CASES, judged, lives_there, look

from roadstead.assess import assess, places
from roadstead.case import Case, load_case
from roadstead.coverage import coverage_of
from roadstead.infer import Fix, Observed
from roadstead.model import Call, GroupKind, Thresholds, Verdict
from roadstead.pipeline import Seams, verify
from roadstead.steps import FixedClock

T = datetime(2024, 10, 16, 22, tzinfo=UTC)
NOON = Seams(clock=FixedClock(datetime(2026, 1, 1, 12, tzinfo=UTC)))


@pytest.fixture(scope="module")
def dunai() -> Case:
    return load_case(CASES / "dunai-2024")


def fixes(*hours: float, km: float = 0.0) -> tuple[Fix, ...]:
    near = {"dunai": km} if km < 50 else {}
    return tuple(
        Fix(vessel_id="oslyabya", t_utc=T + timedelta(hours=h), distance_km=near, sigma_km=0.5, p_false=0.05)
        for h in hours
    )


def heard(case: Case, observed: Sequence[Observed], said: Sequence[Fix]) -> Verdict:
    claim = case.claims[0]
    coverage = coverage_of(claim.when, places(claim), [o.look for o in observed])
    return assess(case, claim, observed, [], coverage, fixes=said)


def test_positions_weigh_and_stand_in_the_ledger_beside_looks(dunai: Case) -> None:
    case = lives_there(dunai, 0.05)
    both = heard(case, (look(T, [112.5]),), fixes(-1, 1))
    assert both.ledger
    rows = {g.kind: g for g in both.ledger.groups}
    ais, looks = rows[GroupKind.AIS], rows[GroupKind.LOOKS]
    assert "taken to be false with 5 %" in ais.text
    assert ais.alone_db
    assert 5 < ais.alone_db.low <= 13.1  # never above 1 / 0.05
    assert looks.alone_db
    assert looks.adds_db
    assert looks.adds_db.high < looks.alone_db.high - 2  # both say the same


def test_a_position_far_away_against_a_ship_seen_is_a_conflict(dunai: Case) -> None:
    found = heard(lives_there(dunai, 0.4), (look(T, [112.5]),), fixes(-12, -6, 0, 6, km=300)).ledger
    assert found
    assert any("AIS positions" in c and "against it" in c for c in found.conflicts)


def test_ais_alone_never_decides(dunai: Case) -> None:
    """A look that hardly weighs gives no cover for what only AIS says."""
    easy = Thresholds(supported_probability=0.5, contradicted_probability=0.1, bayes_factor=2.0)
    case = replace(lives_there(dunai, 0.05), thresholds=easy)
    blind = replace(look(T, []), p_detect=(0.02,), p_detect_other=0.02)
    own = heard(case, (blind,), fixes(-2, -1, 1)).without_reports
    assert own.probability.low >= easy.supported_probability
    assert own.call is Call.NOT_DETERMINABLE
    assert any("AIS alone never decides" in n for n in own.notes)
    assert heard(case, (look(T, [112.5]),), fixes(-2, -1, 1)).without_reports.call is Call.SUPPORTED


def test_positions_of_ships_that_the_claim_does_not_know_change_nothing(dunai: Case) -> None:
    case, shown = lives_there(dunai, 0.4), (look(T, [112.5]),)
    other = tuple(replace(f, vessel_id="lady-r") for f in fixes(0))
    assert heard(case, shown, other).without_reports == judged(case, shown).without_reports


def verdict_of(folder: Path, claim: str) -> dict[str, Any]:
    found = json.loads(verify(folder, seams=NOON).verdicts_file.read_text("utf-8"))
    return next(v for v in found if v["claim"] == claim)


def test_verify_weighs_the_files_in_the_ais_folder(tmp_path: Path) -> None:
    folder = tmp_path / "dunai-2024"
    shutil.copytree(CASES / "dunai-2024", folder, ignore=shutil.ignore_patterns("out", "ledger", ".cache"))
    text = (folder / "case.toml").read_text("utf-8")
    first = text.index("[[claims]]")
    keep = text.index('[[claims]]\nid = "nis-chongjin-12-oct"')
    after = text.index("[[claims]]", keep + 5)
    text = text[:first] + text[keep:after] + text[text.index("[[hypotheses]]") :]
    (folder / "case.toml").write_text(
        text.replace('id = "oslyabya"\n', 'id = "oslyabya"\nmmsi = "273333333"\n', 1), "utf-8"
    )
    before = verdict_of(folder, "nis-chongjin-12-oct")
    (folder / "ais").mkdir()
    at = load_case(folder).site("chongjin")
    rows = [f"273333333,2024-10-12T0{h}:00:00,{at.lat_deg:.5f},{at.lon_deg:.5f},0.1,10.0,10" for h in range(1, 8)]
    (folder / "ais" / "export.csv").write_text("\n".join(["MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading", *rows]) + "\n")
    after_ais = verdict_of(folder, "nis-chongjin-12-oct")
    assert after_ais["probability"][0] > before["probability"][0] + 0.2
    assert after_ais["verdict"] == "not determinable"  # no look of ours
    assert [g["kind"] for g in after_ais["ledger"]["groups"]] == ["ais", "reports"]
    assert "AIS positions of 1 vessel(s), which can be false" in after_ais["words"]
    page = (folder / "out" / "report.html").read_text("utf-8")
    assert "AIS positions of Oslyabya" in page
