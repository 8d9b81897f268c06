"""`verify`: from a case folder to verdicts and a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.assess import ASSESS_VERSION, assess
from roadstead.case import Case, Frozen, freeze, load_case
from roadstead.coverage import p_detect, usable
from roadstead.imagery import RasterioReader
from roadstead.infer import Observed, brackets_from_looks, brackets_from_reports
from roadstead.model import Claim, Clock, PixelReader, PortCall, Verdict
from roadstead.pipeline.chips import found_vessels
from roadstead.pipeline.gather import Gathered, gather
from roadstead.pipeline.outputs import write_outputs
from roadstead.report import Contents
from roadstead.steps import RunLedger, StepCache, SystemClock, numeric_versions, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable

TYPICAL_LENGTH_M = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What `verify` gives back."""

    case: Case
    verdicts: tuple[Verdict, ...]
    losses: tuple[str, ...]
    """everything that could not be used, one sentence each"""
    report: Path
    verdicts_file: Path
    steps_done: int
    steps_found: int
    """steps whose results were already there"""


def _quiet(_item: str, _done: int, _total: int) -> None:
    return


def verify(
    folder: Path | str,
    *,
    clock: Clock | None = None,
    reader: PixelReader | None = None,
    progress: Callable[[str, int, int], None] = _quiet,
) -> Result:
    """Verify every claim of a case and write CASE/out/report.html and CASE/out/verdicts.json.

    Args:
        folder: the case folder.
        clock: tells the time; the system's clock unless given.
        reader: reads pixels; local files through rasterio unless given.
        progress: called with (item, done, total).

    Raises:
        InputError: the case cannot be read at all. Anything less is left out and named in `Result.losses`.
        StorageError: the case folder cannot be written.
    """
    clock = clock or SystemClock()
    case = load_case(Path(folder))
    frozen = freeze(case, clock.now())
    version = numeric_versions()["roadstead"]
    ledger = RunLedger(case.folder / "ledger" / "runs.sqlite", clock, program=version, assumptions=frozen.sha256)
    outcome = "stopped"
    try:
        cache = StepCache(case.folder / ".cache", ledger)
        gathered = gather(case, reader or RasterioReader(), cache, progress)
        verdicts = tuple(_verdict(case, claim, gathered, cache) for claim in case.claims)
        contents = _contents(case, frozen, gathered, verdicts, reader or RasterioReader())
        # The time of a report is the time when its results were first had, so that a re-run gives the same bytes.
        made = {"verdicts": to_plain(verdicts), "losses": contents.losses, "frozen": to_plain(frozen)}
        contents = replace(contents, made_at=cache.get("report", 1, made, datetime, clock.now, item=case.id))
        report, verdicts_file = write_outputs(contents, case.folder / "out")
        outcome = "done"
    finally:
        ledger.close(outcome)
    return Result(
        case=case,
        verdicts=verdicts,
        losses=contents.losses,
        report=report,
        verdicts_file=verdicts_file,
        steps_done=cache.done,
        steps_found=cache.found,
    )


def _verdict(case: Case, claim: Claim, gathered: Gathered, cache: StepCache) -> Verdict:
    vessels = [case.vessel(v) for v in claim.who]
    observed = tuple(
        Observed(
            look=at.look,
            detections=at.detections,
            p_detect=tuple(p_detect(at.look, v.length_m.mid) for v in vessels),
            p_detect_other=p_detect(at.look, TYPICAL_LENGTH_M),
        )
        for at in gathered.at_sites
        if usable(at.look)
    )
    simulated = any(s.simulated for s in gathered.scenes.values())
    inputs = {
        "case": _plain_case(case),
        "claim": to_plain(claim),
        "observed": to_plain(observed),
        "marked": to_plain(tuple(gathered.marked)),
        "simulated": simulated,
    }
    return cache.get(
        "assess",
        ASSESS_VERSION,
        inputs,
        Verdict,
        lambda: assess(case, claim, observed, gathered.marked, simulated=simulated),
        item=claim.id,
    )


def _plain_case(case: Case) -> dict[str, Any]:
    """Everything of a case that a verdict may depend on; other claims and the folder's place are not among it."""
    plain = to_plain(case)
    return {k: v for k, v in plain.items() if k not in ("folder", "images", "claims", "mistakes", "warnings")}


def _port_calls(case: Case, gathered: Gathered) -> tuple[PortCall, ...]:
    looks = [at.look for at in gathered.at_sites if usable(at.look)]
    counts: Counter[tuple[str, str]] = Counter()
    for at in gathered.at_sites:
        counts[at.look.scene_id, at.look.site_id] += len(at.detections)
    return (*brackets_from_looks(looks, counts), *brackets_from_reports(case.reported))


def _contents(
    case: Case, frozen: Frozen, gathered: Gathered, verdicts: tuple[Verdict, ...], reader: PixelReader
) -> Contents:
    versions = numeric_versions()
    return Contents(
        case=case,
        frozen=frozen,
        verdicts=verdicts,
        looks=tuple(at.look for at in gathered.at_sites),
        found=found_vessels(gathered, reader),
        scenes=tuple(gathered.scenes.values()),
        exhibits=gathered.exhibits,
        port_calls=_port_calls(case, gathered),
        losses=(*case.mistakes, *gathered.losses),
        made_at=datetime.max.replace(tzinfo=UTC),
        program_version=versions["roadstead"],
        versions=versions,
    )
