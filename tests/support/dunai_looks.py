"""Looks at Dunai and one ship that is there as often as is said, for ledgers whose figures arithmetic gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.assess import assess, places
from roadstead.coverage import coverage_of
from roadstead.infer import Observed
from roadstead.model import Detection, Estimate, Hypothesis, Look, Modality, Range, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.case import Case
    from roadstead.model import Verdict

CASES = Path(__file__).resolve().parents[2] / "cases"
ROUTINE = (
    Hypothesis(id="routine", text="", motion="routine", weight=Range(1, 1), reason=""),
    Hypothesis(id="none-of-these", text="", motion="routine", weight=Range(0.5, 0.5), reason=""),
)


def look(t: datetime, lengths: Sequence[float], modality: Modality = Modality.OPTICAL, site: str = "dunai") -> Observed:
    name = f"{site}-{modality.value}-{t:%m%dT%H}"
    ships = tuple(
        Detection(
            id=f"{name}-{i}", scene_id=name, time=None, outline_px=(), outline=None, row_px=0, col_px=0, score=0.97,
            length_m=Estimate(m, 3.0), beam_m=None, heading_deg=None, method="test",
        )
        for i, m in enumerate(lengths)
    )  # fmt: skip
    seen = Look(
        scene_id=name, site_id=site, time=TimeSpan(t, t), usable_fraction=1, cloud_fraction=0, resolved_m=3,
        sun_elevation_deg=30, modality=modality,
    )  # fmt: skip
    return Observed(look=seen, detections=ships, p_detect=(0.95,), p_detect_other=0.95)


def lives_there(case: Case, share: float) -> Case:
    """One ship of 112.5 m that routinely is at Dunai for that share of its time, and hardly any other ship."""
    ship = replace(case.vessel("oslyabya"), length_m=Range(112, 113))
    day, out = 20.0, 2.0
    if share > 0.5:
        ship, home, away = replace(ship, home="dunai", calls_at=()), day, day * (1 - share) / share - 1.1
    else:
        ship, home, away = replace(ship, home="", calls_at=("dunai",)), out * (1 - share) / share - 1.1, out
    quiet = replace(case.traffic_at("dunai"), vessels=Range(0.002, 0.004))
    routine = replace(case.routine, home_days=Range(home, home), away_days=Range(away, away))
    window = TimeSpan(datetime(2024, 10, 15, tzinfo=UTC), datetime(2024, 10, 17, tzinfo=UTC))
    claim = replace(
        case.claim("cns-transfer-to-dunai"), id="lift", who=("oslyabya",), origins=("chongjin",), at_least=None,
        when=window, prior=Range(0.3, 0.3),
    )  # fmt: skip
    return replace(
        case, claims=(claim,), vessels=(ship,), traffic=(quiet,), routine=routine, hypotheses=ROUTINE, reported=()
    )


def judged(case: Case, observed: Sequence[Observed]) -> Verdict:
    claim = case.claims[0]
    return assess(case, claim, observed, [], coverage_of(claim.when, places(claim), [o.look for o in observed]))
