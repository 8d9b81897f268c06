"""The payload of a bundle, file by file, before anything is written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.case import assumptions
from roadstead.evidence.collection import as_lines, collection_log, decisions
from roadstead.evidence.crate import FILE as CRATE_FILE
from roadstead.evidence.crate import Content, crate
from roadstead.evidence.environment import code_facts, lock_file, requirements
from roadstead.evidence.inputs import InputFile, input_files
from roadstead.evidence.licences import duties
from roadstead.evidence.measurements import case_json, measurements_json, read_case_text, without_folder
from roadstead.evidence.provenance import provenance
from roadstead.evidence.readme import readme
from roadstead.evidence.rederive import differences, verdicts_of
from roadstead.evidence.results import DETECTIONS, OUT, VERDICTS, Results, had_at, redactor_of
from roadstead.model import InputError
from roadstead.pipeline import detectors
from roadstead.report.exports import Profile, Redactor
from roadstead.report.exports import withheld_verdict as withheld
from roadstead.steps import read_lines, sha256_file, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA_VERSION = 1
RESULTS = "data/results"
CASE = "data/case.json"
MEASUREMENTS = "data/measurements.json"
INPUTS = "data/inputs.json"
REDACTIONS = "data/redactions.json"
ENVIRONMENT = "data/code/environment.json"
FURTHER = ("rejected.geojson", "ais.json")
REPORT = "report.html"
_WORDS = {
    CASE: "the case as it was resolved: places, sources, claims, alternatives, thresholds",
    MEASUREMENTS: "scenes, looks, detections with sigmas, marks: everything that verdicts rest on",
    INPUTS: "every file that the case was judged from, with hash, licence, and why it is or is not copied",
    REDACTIONS: "what was taken out, and what cannot be derived again because of it",
    "data/parameters.json": "frozen assumptions with their hashes, detectors and their versions",
    "data/provenance.jsonld": "steps, what they used and made, in W3C PROV terms",
    "data/collection.jsonl": "who brought what, when, from where, with hashes",
    "data/decisions.jsonl": "what rests on an analyst's judgement, with the reason given",
    ENVIRONMENT: "version of the program, hash of its source, kind of machine",
    "data/code/requirements.txt": "every package that the program needed, with its version",
    "data/code/uv.lock": "lock file of the checkout that the program ran from",
    "data/README.txt": "what this is and how to check it",
    f"{RESULTS}/{VERDICTS}": "verdicts on every claim",
    f"{RESULTS}/{DETECTIONS}": "vessels found",
    f"{RESULTS}/rejected.geojson": "candidates that were not taken for vessels, with the reason",
    f"{RESULTS}/ais.json": "what AIS files say of the detections",
    f"{RESULTS}/{REPORT}": "the report",
}


@dataclass(slots=True, kw_only=True)
class Payload:
    """What goes into a bundle."""

    texts: dict[str, str] = field(default_factory=dict)
    """path in the bundle -> text"""
    copies: dict[str, Path] = field(default_factory=dict)
    """path in the bundle -> file on this disk"""
    info: dict[str, str] = field(default_factory=dict)
    """lines of bag-info.txt"""
    left_out: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    removed: dict[str, int] = field(default_factory=dict)


def payload_of(results: Results, profile: Profile) -> Payload:
    """Everything that a bundle of these results holds.

    Raises:
        InputError: a file cannot be read, or redaction.toml is wrong.
    """
    redactor = redactor_of(results, profile)
    found = input_files(results, profile)
    inputs = _redacted(found, redactor)
    out = Payload(copies={f.bundle_path: path for f, path in found if f.copied})
    places = {path.resolve(): f.bundle_path for f, path in found if f.copied}
    out.texts = _results(results, redactor)
    out.texts |= _records(results, inputs, places, redactor)
    code = code_facts()
    out.texts |= _code(code)
    made = [p.removeprefix("data/") for p in out.texts if p.startswith(f"{RESULTS}/")]
    out.texts["data/provenance.jsonld"] = _json(_provenance(results, found, made, code, redactor))
    out.left_out = tuple(f"{f.path}: {f.why_not}" for f in inputs if not f.copied)
    out.duties = tuple(sorted({f"{f.licence} ({f.credit or 'no credit line stated'}): {d}"
                               for f in inputs if f.copied for d in duties(f.licence)}))  # fmt: skip
    redactions = _redactions(results, out, redactor)
    out.texts[REDACTIONS], out.removed = _json(redactions), redactions["removed"]
    out.texts["data/README.txt"] = redactor.text(readme(results, out.left_out, out.duties, profile))
    _describe(out, results, inputs, code, redactor)
    return out


def _redacted(found: Sequence[tuple[InputFile, Path]], redactor: Redactor) -> list[InputFile]:
    return [InputFile(**redactor.value(to_plain(f))) for f, _ in found]


def _results(results: Results, redactor: Redactor) -> dict[str, str]:
    folder = results.case.folder
    verdicts = [withheld(v, redactor) for v in results.verdicts]
    texts = {
        f"{RESULTS}/{VERDICTS}": _json(redactor.value(without_folder(verdicts, folder)), keep_order=True),
        f"{RESULTS}/{DETECTIONS}": _json(redactor.value(without_folder(results.detections, folder)), keep_order=True),
    }
    for name in FURTHER:
        path = folder / OUT / name
        if path.is_file():
            texts[f"{RESULTS}/{name}"] = _json(
                redactor.value(without_folder(_read_json(path), folder)), keep_order=True
            )
    report = folder / OUT / REPORT
    if report.is_file() and redactor.profile is Profile.FULL:
        texts[f"{RESULTS}/{REPORT}"] = redactor.text(without_folder(report.read_text("utf-8"), folder))
    elif report.is_file():
        redactor.note("the report, which is written for whoever may read the whole case")
    return texts


def _records(
    results: Results, inputs: Sequence[InputFile], places: dict[Path, str], redactor: Redactor
) -> dict[str, str]:
    case, folder = results.case, results.case.folder
    return {
        CASE: case_json(case, redactor),
        MEASUREMENTS: measurements_json(results.gathered, places, redactor, folder),
        INPUTS: _json({"schema_version": SCHEMA_VERSION, "files": [to_plain(f) for f in inputs]}),
        "data/parameters.json": _json(_parameters(results, redactor)),
        "data/collection.jsonl": as_lines(without_folder(collection_log(results, inputs, redactor), folder)),
        "data/decisions.jsonl": as_lines(without_folder(decisions(results, redactor), folder)),
    }


def _parameters(results: Results, redactor: Redactor) -> dict[str, Any]:
    """What was assumed and set; values of the public's bundle are those of its case.json."""
    log = read_lines(results.case.folder / "ledger" / "assumptions.jsonl")
    frozen = [{"at": line.get("at"), "sha256": line.get("sha256")} for line in log]
    public = redactor.profile is Profile.PUBLIC
    value = {
        "schema_version": SCHEMA_VERSION,
        "assumptions_sha256": results.assumptions_sha256,
        "frozen": [] if public else frozen,
        "values": {} if public else assumptions(results.case),
        "detectors": sorted([m.value, d.name, str(d.version)] for m, d in detectors().items()),
        "seed": results.case.seed,
        "thresholds": to_plain(results.case.thresholds),
    }
    cleaned: dict[str, Any] = redactor.value(without_folder(value, results.case.folder))
    return cleaned


def _code(code: dict[str, Any]) -> dict[str, str]:
    lock = lock_file()
    texts = {ENVIRONMENT: _json(code), "data/code/requirements.txt": requirements()}
    return texts | ({"data/code/uv.lock": lock.read_text("utf-8")} if lock else {})


def _provenance(
    results: Results,
    found: Sequence[tuple[InputFile, Path]],
    made: Sequence[str],
    code: dict[str, Any],
    redactor: Redactor,
) -> dict[str, Any]:
    names = {path.resolve(): file.path for file, path in found}
    files_of = {
        s.id: [names[p] for p in (q.resolve() for q in (s.path, s.cloud_mask) if q is not None) if p in names]
        for s in results.gathered.scenes.values()
    }
    document = provenance(results.case.folder, [f for f, _ in found], made, code, files_of)
    if redactor.rules.times != "exact" and redactor.profile is Profile.PUBLIC:
        for entry in document["@graph"]:
            entry.pop("endedAtTime", None)
        redactor.note("times of steps")
    cleaned: dict[str, Any] = redactor.value(document)
    return cleaned


def _redactions(results: Results, out: Payload, redactor: Redactor) -> dict[str, Any]:
    """What was taken out; and, derived once more from what is left, which verdicts do not come out the same."""
    lost: list[str] = []
    if redactor.profile is Profile.PUBLIC:
        case, gathered = read_case_text(out.texts[CASE]), results.gathered
        lost = differences(json.loads(out.texts[f"{RESULTS}/{VERDICTS}"]), verdicts_of(case, gathered))
    return {
        "schema_version": SCHEMA_VERSION,
        **redactor.log(),
        "files_left_out": list(out.left_out),
        "not_derivable_from_this_bundle": lost,
    }


def _describe(
    out: Payload, results: Results, inputs: Sequence[InputFile], code: dict[str, Any], redactor: Redactor
) -> None:
    case = results.case
    of = {f.bundle_path: f for f in inputs if f.copied}
    contents = [_content(path, text.encode(errors="backslashreplace")) for path, text in out.texts.items()]
    contents += [
        Content(path=p.removeprefix("data/"), size_bytes=of[p].size_bytes, sha256=sha256_file(source),
                text=f"input: {of[p].role}", licence=of[p].licence, credit=of[p].credit)
        for p, source in out.copies.items()
    ]  # fmt: skip
    mark = "SIMULATED. " if results.simulated else ""
    title, summary = redactor.text(case.title), redactor.text(case.summary)
    redactor.time(had_at(results))
    described = crate(
        f"{mark}{title}",
        f"{mark}{summary}",
        redactor.time(had_at(results)),
        contents=contents,
        inputs=inputs,
        code=code,
    )
    if results.simulated:
        described["@graph"][1]["keywords"] = "roadstead:simulated"
    out.texts[CRATE_FILE] = _json(described)
    out.info = {
        "External-Identifier": case.id,
        "External-Description": f"{mark}{title}"[:400],
        "Roadstead-Version": str(code["version"]),
        "Roadstead-Profile": redactor.profile.value,
        "Roadstead-Schema-Version": str(SCHEMA_VERSION),
        "Roadstead-Simulated": str(results.simulated).lower(),
    }


def _content(path: str, data: bytes) -> Content:
    return Content(
        path=path.removeprefix("data/"),
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        text=_WORDS.get(path, "record"),
        result=path.startswith(f"{RESULTS}/"),
    )


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); run again: roadstead verify") from error


def _json(value: Any, *, keep_order: bool = False) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=not keep_order) + "\n"
