"""The results of a case as they stand: what its last run wrote, and the measurements that it rests on.

Nothing is computed anew where the step cache holds it, and nothing is written into the ledger, so that looking at
results twice is the same as once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.archive import held_decisions
from roadstead.case import Case, assumptions_sha256, load_case
from roadstead.evidence.rederive import differences, verdicts_of
from roadstead.model import InputError
from roadstead.pipeline import Gathered, Seams, gather
from roadstead.report.exports import Profile, Redactor, analysts_of, read_rules, redactor_for
from roadstead.steps import StepCache, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable

OUT = "out"
VERDICTS = "verdicts.json"
DETECTIONS = "detections.geojson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A case with what was found and said."""

    case: Case
    gathered: Gathered
    assumptions_sha256: str
    verdicts: list[dict[str, Any]]
    """as in verdicts.json"""
    detections: dict[str, Any]
    """as in detections.geojson"""

    @property
    def simulated(self) -> bool:
        """Whether any scene of it is simulated."""
        scenes = any(s.simulated for s in self.gathered.scenes.values())
        return scenes or any(v.get("simulated") for v in self.verdicts)


def read_results(
    folder: Path | str, *, seams: Seams | None = None, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Results:
    """The results of a case that was verified.

    Args:
        folder: the case folder.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: the case cannot be read, was never verified, or its results are not those of the case as it is.
    """
    case = load_case(Path(folder))
    digest = assumptions_sha256(case)
    verdicts = _json(case.folder / OUT / VERDICTS, case)
    if not isinstance(verdicts, list) or not all(isinstance(v, dict) and "claim" in v for v in verdicts):
        raise InputError(f"{case.folder / OUT / VERDICTS}: holds no list of verdicts; run: roadstead verify {folder}")
    if any(v.get("assumptions_sha256") != digest for v in verdicts):
        raise _stale(case, "they rest on other assumptions than case.toml and reported.toml state now")
    detections = _json(case.folder / OUT / DETECTIONS, case)
    cache = StepCache(case.folder / ".cache")
    gathered = gather(case, seams or Seams(), cache, progress)
    found = differences(verdicts, verdicts_of(case, gathered, cache), tolerance=1e-3)
    found += _unlike(detections, gathered)
    if found:
        raise _stale(case, found[0])
    return Results(
        case=case, gathered=gathered, assumptions_sha256=digest, verdicts=verdicts, detections=detections
    )  # fmt: skip


def _unlike(detections: Any, gathered: Gathered) -> list[str]:
    """Where detections.geojson is not what the images give."""
    features = detections.get("features") if isinstance(detections, dict) else None
    said = [str(f.get("id")) for f in features or [] if isinstance(f, dict)]
    held = [d.id for at in gathered.at_sites for d in at.detections]
    return [] if sorted(said) == sorted(held) else [f"{len(said)} detection(s) written, {len(held)} in the images"]


def redactor_of(results: Results, profile: Profile) -> Redactor:
    """What is withheld of these results under a profile; raises CaseError where redaction.toml is wrong."""
    gathered, folder = results.gathered, results.case.folder
    methods = [d.method for at in gathered.at_sites for d in at.detections]
    recorded = [str(line.get("recorded_by") or "") for line in read_lines(folder / "exhibits.jsonl")]
    decided = [d.analyst for d in held_decisions(folder).decisions]
    named = analysts_of(gathered.exhibits, methods, [*(s.text for s in gathered.marked), *recorded, *decided])
    return redactor_for(results.case, read_rules(results.case), profile, named)


def had_at(results: Results) -> str:
    """When these verdicts were first called, ISO 8601, from the case's own ledger; no clock is asked.

    Raises:
        InputError: the ledger tells nothing of them.
    """
    calls = read_lines(results.case.folder / "ledger" / "calls.jsonl")
    at = [str(c.get("at")) for c in calls if c.get("sha256") == results.assumptions_sha256]
    if not at:
        raise _stale(results.case, "the ledger tells nothing of them")
    return at[-1]


def _stale(case: Case, why: str) -> InputError:
    return InputError(
        f"{case.folder / OUT}: its results are not those of the case as it is ({why}); "
        f"run again: roadstead verify {case.folder}"
    )


def _json(path: Path, case: Case) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: there is no such file, so the case was not verified; run first: roadstead verify {case.folder}"
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); run again: roadstead verify {case.folder}") from error
