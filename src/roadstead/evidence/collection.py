"""The collection log (who brought what, when, from where) and the decisions that analysts took, with their reasons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from roadstead.catalogues import kept_answers
from roadstead.evidence.inputs import OWN, SIMULATED
from roadstead.model import iso
from roadstead.steps import read_lines, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from roadstead.evidence.inputs import InputFile
    from roadstead.evidence.results import Results
    from roadstead.model import CatalogueAnswer
    from roadstead.report.exports import Redactor

FROZEN = "assumptions frozen"
REMOVED = "exhibit removed"
NO_RECORD = "laid into the folder by hand; nothing records where it came from"
_EXHIBIT = (
    "id", "kind", "original_name", "url", "publisher", "licence", "credit", "added", "added_by", "captured",
    "date_basis", "gsd_basis", "cropped", "annotated", "resampled", "of_exhibit", "analyst",
)  # fmt: skip


def collection_log(results: Results, inputs: Sequence[InputFile], redactor: Redactor) -> list[dict[str, Any]]:
    """One entry for every arrival: exhibits as recorded, windows as fetched, answers as kept, the rest as found.

    An exhibit that was removed keeps its entry, and has one that says who took it out, when and why.
    """
    folder = results.case.folder
    exhibits = [
        _exhibit(line) for line in read_lines(folder / "exhibits.jsonl") if isinstance(line.get("exhibit"), dict)
    ]
    told = {name for line in exhibits for name in line["files"]}
    answers = {a.file: a for a in kept_answers(folder).answers}
    others = [_other(folder, f, answers.get(f.path)) for f in inputs if f.path not in told]
    lines = [redactor.value(line) for line in (*exhibits, *others)]
    return [line | {k: redactor.time(v) for k, v in line.items() if k in {"when", "added"} and v} for line in lines]


def _exhibit(line: dict[str, Any]) -> dict[str, Any]:
    exhibit = line["exhibit"]
    files = line.get("files")
    return {
        "event": REMOVED if line.get("removed") else "exhibit",
        "when": line.get("recorded"),
        "who": line.get("recorded_by"),
        "from": exhibit.get("url") or line.get("came_in") or exhibit.get("original_name"),
        "files": files if isinstance(files, dict) else {},
        **({"why": line.get("why_removed")} if line.get("removed") else {}),
        **{k: exhibit.get(k) for k in _EXHIBIT},
    }


def _other(folder: Path, file: InputFile, answer: CatalogueAnswer | None) -> dict[str, Any]:
    base = {"files": {file.path: file.sha256}, "licence": file.licence}
    if answer is not None:
        asked = {"when": answer.asked_at.isoformat(), "who": None, "from": answer.name}
        return {"event": "catalogue answer", **asked, "state": answer.state.value, **base}
    fetched = _fetched(folder / file.path) if file.role == "image" else {}
    if fetched:
        return {"event": "window read", **fetched, **base}
    made = OWN if file.licence == OWN else file.licence if file.licence == SIMULATED else NO_RECORD
    return {"event": "file", "when": None, "who": None, "from": made, **base}


def _fetched(path: Path) -> dict[str, Any]:
    """From where a window was read, as its item says."""
    try:
        props = json.loads(path.with_suffix(".json").read_text("utf-8"))["properties"]
        sources = [s["href"] for s in props["roadstead:sources"]]
        return {"when": props["roadstead:read_at"], "who": None, "from": sources}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def decisions(results: Results, redactor: Redactor) -> list[dict[str, Any]]:
    """Whatever rests on a person's judgement rather than on pixels: ranges assumed, weights given, marks drawn.

    Args:
        results: as they may be told.
        redactor: for times.
    """
    case = results.case
    out: list[dict[str, Any]] = [
        *(_one("prior", c.id, to_plain(c.prior), c.prior_reason) for c in case.claims),
        *(_one("weight of an alternative", h.id, to_plain(h.weight), h.reason) for h in case.hypotheses),
        *(_one("usual traffic", t.site_id, to_plain(t.vessels), t.reason) for t in case.traffic),
        _one("routine: mean stay at home, days", case.id, to_plain(case.routine.home_days), case.routine.reason),
        _one("routine: mean stay elsewhere, days", case.id, to_plain(case.routine.away_days), case.routine.reason),
        _one("thresholds", case.id, to_plain(case.thresholds), ""),
        *(_one("grade of a source", s.id, s.grade, s.note) for s in case.sources),
        *(
            _one("weight of a report", s.id, list(s.likelihood_ratio), s.lr_reason)
            for s in case.reported
            if s.likelihood_ratio
        ),
        *(_mark(at.look.scene_id, d) for at in results.gathered.at_sites for d in at.detections if _by_eye(d.method)),
    ]  # fmt: skip
    out += [_change(line) for line in read_lines(case.folder / "ledger" / "assumptions.jsonl") if "sha256" in line]
    lines: list[dict[str, Any]] = redactor.value(out)
    return [line | {"value": redactor.time(line["value"])} if line["what"] == FROZEN else line for line in lines]


def _one(what: str, about: str, value: Any, reason: str) -> dict[str, Any]:
    return {"what": what, "about": about, "value": value, "reason": reason}


def _by_eye(method: str) -> bool:
    return method.startswith("by eye")


def _mark(scene_id: str, detection: Any) -> dict[str, Any]:
    return _one("ship marked by eye", detection.id, scene_id, detection.method) | {
        "when_imaged": iso(detection.time.start) if detection.time else None
    }


def _change(line: dict[str, Any]) -> dict[str, Any]:
    return _one(FROZEN, str(line["sha256"]), str(line.get("at", "")), "as stated in the case's files")


def as_lines(entries: Sequence[dict[str, Any]]) -> str:
    """JSON lines, UTF-8."""
    return "".join(json.dumps(e, ensure_ascii=False, sort_keys=True) + "\n" for e in entries)
