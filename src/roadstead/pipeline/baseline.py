"""`site_baseline`: how often ships of like size lie at a place when nothing is claimed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.assess import places
from roadstead.case import Case, SiteTraffic, load_case
from roadstead.coverage import usable
from roadstead.infer import Baseline, baseline
from roadstead.model import InputError
from roadstead.pipeline.find import quiet
from roadstead.pipeline.gathering import Seams, gather
from roadstead.pipeline.picture import usual_length_m
from roadstead.steps import RunLedger, StepCache, numeric_versions

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineResult:
    """What `site_baseline` gives back."""

    case: Case
    baseline: Baseline
    assumed: SiteTraffic
    """the rate that the case states or the program assumes; printed as assumed beside what was counted"""
    losses: tuple[str, ...]


def site_baseline(
    folder: Path | str,
    site_id: str,
    *,
    length_m: float | None = None,
    seams: Seams | None = None,
    progress: Callable[[str, int, int], None] = quiet,
) -> BaselineResult:
    """Count ships of like size at a site in every usable look outside the claims' windows.

    Args:
        folder: the case folder; looks are those of its scenes and exhibits.
        site_id: one of its sites.
        length_m: length of the ships in question, metres; the median of the case's vessels unless given.
        seams: clock, reader, detectors, further scenes.
        progress: called with (item, done, total).

    Raises:
        InputError: no such case or site, or an impossible length.
        StorageError: the case folder cannot be written.
    """
    seams = seams or Seams()
    case = load_case(Path(folder))
    site = case.site(site_id)
    length = length_m if length_m is not None else usual_length_m(case)
    if not 1 <= length <= 600:
        raise InputError(f"--ship-length {length:g} is no length of a ship; give metres from 1 to 600")
    ledger = RunLedger(
        case.folder / "ledger" / "runs.sqlite", seams.clock, program=numeric_versions()["roadstead"], assumptions=""
    )
    outcome = "stopped"
    try:
        gathered = gather(case, seams, StepCache(case.folder / ".cache", ledger), progress)
        outcome = "done"
    finally:
        ledger.close(outcome)
    looks = [(at.look, at.detections) for at in gathered.at_sites if at.look.site_id == site.id and usable(at.look)]
    windows = [c.when for c in case.claims if site.id in places(c)]
    return BaselineResult(
        case=case,
        baseline=baseline(site, looks, windows, length),
        assumed=case.traffic_at(site.id),
        losses=(*case.mistakes, *gathered.losses),
    )
