"""The results of a case as they stand: derived from its evidence, and compared with what its last run wrote.

Nothing is computed anew where the step cache holds it, and nothing is written into the ledger, so that looking at
results twice is the same as once. Whatever leaves is written from here, never copied from the files of the last run.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.archive import held_decisions
from roadstead.case import Case, assumptions_sha256, freeze, load_case, require_images
from roadstead.evidence.comparing import unlike
from roadstead.model import InputError
from roadstead.pipeline import (
    AisFacts,
    Gathered,
    Seams,
    Terms,
    data_files,
    evidence_sha256,
    gather,
    judged,
    periods_of,
    picture_of,
    usual_length_m,
)
from roadstead.report import Contents
from roadstead.report.exports import (
    Profile,
    Redactor,
    analysts_of,
    read_rules,
    redacted,
    redacted_contents,
    redactor_for,
    withheld_case,
)
from roadstead.steps import FixedClock, StepCache, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.model import CaseCoverage

OUT = "out"
VERDICTS = "verdicts.json"
DETECTIONS = "detections.geojson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A case with what was found and said; in full, or as a profile allows."""

    case: Case
    gathered: Gathered
    assumptions_sha256: str
    contents: Contents
    ais: AisFacts
    at: str
    """when these verdicts were first called, ISO 8601, from the case's own ledger"""
    files: dict[str, str]
    """name -> text of the results for other programs, as `data_files` gives them"""

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """As in verdicts.json."""
        found: list[dict[str, Any]] = json.loads(self.files[VERDICTS])
        return found

    @property
    def detections(self) -> dict[str, Any]:
        """As in detections.geojson."""
        found: dict[str, Any] = json.loads(self.files[DETECTIONS])
        return found

    @property
    def simulated(self) -> bool:
        """Whether any scene of it is simulated."""
        scenes = any(s.simulated for s in self.gathered.scenes.values())
        return scenes or any(v.simulated for v in self.contents.verdicts)


def read_results(
    folder: Path | str, *, seams: Seams | None = None, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Results:
    """The results of a case that was verified.

    Args:
        folder: the case folder.
        seams: as they were given to `verify`.
        progress: called with (item, done, total).

    Raises:
        InputError: the case cannot be read, is an exercise without images, was never verified, or its results are not
            those of the case as it is.
    """
    case = load_case(Path(folder))
    require_images(case)
    digest = assumptions_sha256(case)
    verdicts = _json(case.folder / OUT / VERDICTS, case)
    if not isinstance(verdicts, list) or not all(isinstance(v, dict) and "claim" in v for v in verdicts):
        raise InputError(f"{case.folder / OUT / VERDICTS}: holds no list of verdicts; run: roadstead verify {folder}")
    if any(v.get("assumptions_sha256") != digest for v in verdicts):
        raise _stale(case, "they rest on other assumptions than case.toml and reported.toml state now")
    detections = _json(case.folder / OUT / DETECTIONS, case)
    seams, cache = seams or Seams(), StepCache(case.folder / ".cache")
    gathered = gather(case, seams, cache, progress)
    at = _had_at(case, digest, evidence_sha256(gathered))
    clock = FixedClock(datetime.fromisoformat(at))
    made = judged(case, gathered, seams, cache, clock, lambda _: freeze(case, clock.now()))
    files = data_files(made.contents, gathered, made.ais)
    found = [*unlike(_keyed(verdicts), _keyed(json.loads(files[VERDICTS])), tolerance=1e-3)]
    found += unlike(detections, json.loads(files[DETECTIONS]), tolerance=1e-3)
    if found:
        raise _stale(case, found[0])
    return Results(
        case=case, gathered=gathered, assumptions_sha256=digest, contents=made.contents, ais=made.ais,
        at=at, files=files,
    )  # fmt: skip


def _keyed(verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"claim {v['claim']}:": v for v in verdicts}


def told(results: Results, redactor: Redactor, seams: Seams) -> Results:
    """The results as their profile allows them: what every output is written from.

    Args:
        results: in full.
        redactor: of the case and the profile; it counts what it takes out.
        seams: as they were given to `verify`.
    """
    contents = results.contents
    if redactor.rules.sources and redactor.profile is Profile.PUBLIC:
        contents = replace(contents, coverage=_coverage(results, redactor, seams))
    contents = redacted_contents(contents, redactor)
    gathered, ais = redacted(results.gathered, redactor), redacted(results.ais, redactor)
    return replace(
        results,
        case=contents.case,
        contents=contents,
        gathered=gathered,
        ais=ais,
        files=data_files(contents, gathered, ais),
    )


def _coverage(results: Results, redactor: Redactor, seams: Seams) -> CaseCoverage:
    """Coverage over the windows of those claims that are told."""
    left = withheld_case(results.case, replace(redactor, removed=Counter()))
    asked = Terms(length_m=usual_length_m(left))
    return picture_of(left, results.gathered, periods_of(left), asked, catalogues=seams.catalogues)


def redactor_of(results: Results, profile: Profile) -> Redactor:
    """What is withheld of these results under a profile; raises CaseError where redaction.toml is wrong."""
    gathered, folder = results.gathered, results.case.folder
    methods = [d.method for at in gathered.at_sites for d in at.detections]
    recorded = [n for line in read_lines(folder / "exhibits.jsonl") for n in _named_in(line)]
    decided = [d.analyst for d in held_decisions(folder).decisions]
    marks = [s.analyst for s in gathered.hull_signs]
    named = analysts_of(gathered.exhibits, methods, [*(s.text for s in gathered.marked), *marks, *recorded, *decided])
    redactor = redactor_for(results.case, read_rules(results.case), profile, named)
    left = withheld_case(results.case, replace(redactor, removed=Counter()))
    gone = sorted(_ids(results.case) - _ids(left))
    ids = {name: f"[withheld entry {number}]" for number, name in enumerate(gone, start=1)}
    return replace(redactor, names=ids | redactor.names)


def _named_in(line: dict[str, Any]) -> list[str]:
    """Persons whom a line of the exhibits' ledger names, of an exhibit that was taken out again too."""
    exhibit = line.get("exhibit")
    told = exhibit if isinstance(exhibit, dict) else {}
    return [str(name or "") for name in (line.get("recorded_by"), told.get("added_by"), told.get("analyst"))]


def _ids(case: Case) -> set[str]:
    return {c.id for c in case.claims} | {r.id for r in case.reported}


def _had_at(case: Case, assumed: str, evidence: str) -> str:
    """When verdicts from these assumptions and this evidence were first called; no clock is asked.

    Raises:
        InputError: the ledger tells nothing of them.
    """
    calls = read_lines(case.folder / "ledger" / "calls.jsonl")
    at = [
        str(c.get("at")) for c in calls
        if c.get("sha256") == assumed and c.get("evidence_sha256", evidence) == evidence
    ]  # fmt: skip
    if not at:
        raise _stale(case, "the ledger tells nothing of them")
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
