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
from roadstead.evidence.measurements import case_json, measurements_json
from roadstead.evidence.provenance import provenance
from roadstead.evidence.readme import readme
from roadstead.evidence.results import DETECTIONS, VERDICTS
from roadstead.model import SIMULATED_MARK
from roadstead.pipeline import detectors
from roadstead.report.exports import Profile, Redactor
from roadstead.steps import read_lines, sha256_file, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.evidence.reporting import Telling
    from roadstead.evidence.results import Results

SCHEMA_VERSION = 1
RESULTS = "data/results"
CASE = "data/case.json"
MEASUREMENTS = "data/measurements.json"
INPUTS = "data/inputs.json"
REDACTIONS = "data/redactions.json"
ENVIRONMENT = "data/code/environment.json"
COLLECTION = "data/collection.jsonl"
REPORT = "report.html"
_WORDS = {
    CASE: "the case as it was resolved: places, sources, claims, alternatives, thresholds",
    MEASUREMENTS: "scenes, looks, detections with sigmas, marks: everything that verdicts rest on",
    INPUTS: "every file that the case was judged from, with hash, licence, and why it is or is not copied",
    REDACTIONS: "what was taken out, and what cannot be derived again because of it",
    "data/parameters.json": "frozen assumptions with their hashes, detectors and their versions",
    "data/provenance.jsonld": "steps, what they used and made, in W3C PROV terms",
    COLLECTION: "who brought what, when, from where, with hashes",
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
    inputs: tuple[InputFile, ...] = ()
    """as they may be told"""
    code: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    removed: dict[str, int] = field(default_factory=dict)


def payload_of(told: Telling) -> Payload:
    """Everything that a bundle of these results holds, but what `described` adds.

    Raises:
        InputError: a file cannot be read, or redaction.toml is wrong.
    """
    redactor = told.redactor
    found = input_files(told.full, redactor)
    inputs = _redacted(found, redactor)
    out = Payload(copies={f.bundle_path: path for f, path in found if f.copied}, inputs=tuple(inputs))
    places = {path.resolve(): f.bundle_path for f, path in found if f.copied}
    out.texts = {f"{RESULTS}/{name}": text for name, text in told.results.files.items()}
    if redactor.profile is Profile.FULL:
        out.texts[f"{RESULTS}/{REPORT}"] = told.html()
    else:
        redactor.note("the report, which is written for whoever may read the whole case")
    out.texts |= _records(told, inputs, places)
    out.code = code_facts()
    out.texts |= _code(out.code)
    made = [p.removeprefix("data/") for p in out.texts if p.startswith(f"{RESULTS}/")]
    out.texts["data/provenance.jsonld"] = _json(_provenance(told.full, found, made, out.code, redactor))
    out.left_out = tuple(f"{f.path}: {f.why_not}" for f in inputs if not f.copied)
    out.duties = tuple(sorted({f"{f.licence} ({f.credit or 'no credit line stated'}): {d}"
                               for f in inputs if f.copied for d in duties(f.licence)}))  # fmt: skip
    out.texts["data/README.txt"] = redactor.text(readme(told.results, out.left_out, out.duties, redactor.profile))
    return out


def described(told: Telling, out: Payload, lost: Sequence[str]) -> None:
    """Add what describes the rest: redactions, the crate, and the bag's own lines.

    Args:
        told: what the payload was made from.
        out: from `payload_of`.
        lost: what cannot be derived again from it, a sentence each.
    """
    redactions = {
        "schema_version": SCHEMA_VERSION,
        **told.redactor.log(),
        "files_left_out": list(out.left_out),
        "not_derivable_from_this_bundle": list(lost),
    }
    out.texts[REDACTIONS], out.removed = _json(redactions), redactions["removed"]
    _describe(out, told)


def _redacted(found: Sequence[tuple[InputFile, Path]], redactor: Redactor) -> list[InputFile]:
    return [InputFile(**redactor.value(to_plain(f))) for f, _ in found]


def _records(told: Telling, inputs: Sequence[InputFile], places: dict[Path, str]) -> dict[str, str]:
    full, redactor = told.full, told.redactor
    return {
        CASE: case_json(told.results.case),
        MEASUREMENTS: measurements_json(full.gathered, places, redactor),
        INPUTS: _json({"schema_version": SCHEMA_VERSION, "files": [to_plain(f) for f in inputs]}),
        "data/parameters.json": _json(_parameters(full, redactor)),
        COLLECTION: as_lines(collection_log(full, inputs, redactor)),
        "data/decisions.jsonl": as_lines(decisions(told.results, redactor)),
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
    cleaned: dict[str, Any] = redactor.value(value)
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


def _describe(out: Payload, told: Telling) -> None:
    results, redactor, inputs = told.results, told.redactor, out.inputs
    case = results.case
    of = {f.bundle_path: f for f in inputs if f.copied}
    contents = [_content(path, text.encode(errors="backslashreplace")) for path, text in out.texts.items()]
    contents += [
        Content(path=p.removeprefix("data/"), size_bytes=of[p].size_bytes, sha256=sha256_file(source),
                text=f"input: {of[p].role}", licence=of[p].licence, credit=of[p].credit)
        for p, source in out.copies.items()
    ]  # fmt: skip
    mark = "SIMULATED. " if results.simulated else ""
    date = redactor.time(told.full.at)
    made = crate(f"{mark}{case.title}", f"{mark}{case.summary}", date, contents=contents, inputs=inputs, code=out.code)
    if results.simulated:
        made["@graph"][1]["keywords"] = SIMULATED_MARK
    out.texts[CRATE_FILE] = _json(made)
    out.info = {
        "External-Identifier": case.id,
        "External-Description": f"{mark}{case.title}"[:400],
        "Roadstead-Version": str(out.code["version"]),
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


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
