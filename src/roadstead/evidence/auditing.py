"""Auditing a bundle on any machine, offline: whole, timestamped, well-formed, and do the verdicts follow from it?

Nothing is written into the bundle, no link is followed, no name in it leads outside. What a hostile bundle breaks is a
finding, never a traceback.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.case import assumptions_sha256
from roadstead.evidence.bag import Damage, check_bag, manifest_name
from roadstead.evidence.collection import REMOVED
from roadstead.evidence.comparing import unlike
from roadstead.evidence.contents import CASE, COLLECTION, ENVIRONMENT, INPUTS, MEASUREMENTS, REDACTIONS, REPORT, RESULTS
from roadstead.evidence.deriving import CASE_FOLDER, held_case
from roadstead.evidence.measurements import read_case, read_measurements
from roadstead.evidence.pixels import from_pixels
from roadstead.evidence.rederive import DERIVED, TOLERANCE, differences, entries_of
from roadstead.evidence.results import DETECTIONS, VERDICTS
from roadstead.evidence.timestamps import STATUS, verify_stamp
from roadstead.model import InputError, RoadsteadError
from roadstead.pipeline import properties
from roadstead.report import misstatements
from roadstead.report.exports import schema_faults
from roadstead.steps import from_plain, numeric_versions, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.case import Case
    from roadstead.pipeline import Gathered

MAX_JSON_BYTES = 512 * 2**20


class Stage(StrEnum):
    """What was looked at."""

    HASHES = "hashes"
    EXHIBITS = "exhibits"
    TIMESTAMPS = "timestamps"
    SCHEMAS = "schemas"
    REPORT = "report"
    MEASUREMENTS = "from measurements"
    PIXELS = "from pixels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that does not hold."""

    stage: Stage
    file: str
    """path in the bundle"""
    sentence: str


@dataclass(slots=True, kw_only=True)
class Audit:
    """What an audit found."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    """what was checked and held, and what could not be checked, one sentence each"""

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return not self.faults

    def fault(self, stage: Stage, file: str, sentence: str) -> None:
        """Record something that does not hold."""
        self.faults.append(Fault(stage=stage, file=file, sentence=sentence))


def audit(
    folder: Path | str,
    *,
    certificate: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Audit:
    """Check a bundle and derive its verdicts again.

    Args:
        folder: of the bundle; it may be read-only.
        certificate: PEM file with authorities' root certificates to trust instead of those in the bundle.
        progress: called with (item, done, total).

    Raises:
        InputError: the folder is no bundle.
    """
    root = Path(folder)
    out = Audit(folder=root)
    damage = check_bag(root)
    out.faults += [Fault(stage=Stage.HASHES, file=d.file, sentence=d.sentence) for d in damage]
    if not damage:
        out.facts.append("every file has its recorded hashes, none is missing or added")
    elif _linked(root, damage):
        out.facts.append("it holds links, so nothing further in it was read")
        return out
    _check_stamps(out, certificate)
    _check_exhibits(out)
    _compare_versions(out)
    verdicts = _check_forms(out)
    if verdicts is None:
        out.facts.append("without readable results nothing could be derived again")
        return out
    _check_report(out, verdicts, _derive(out, verdicts, progress))
    return out


def _linked(root: Path, damage: list[Damage]) -> bool:
    return any((root / d.file).is_symlink() for d in damage)


def _check_stamps(out: Audit, certificate: Path | None) -> None:
    status = _json(out, STATUS, Stage.TIMESTAMPS)
    stamps = status.get("stamps") if isinstance(status, dict) else None
    if not isinstance(stamps, list):
        if status is not None:
            out.fault(Stage.TIMESTAMPS, STATUS, "does not say which timestamps there are")
        return
    stamped = [s for s in stamps if isinstance(s, dict) and s.get("state") == "stamped"]
    for stamp in stamped:
        _check_stamp(out, stamp, certificate)
    if not stamped:
        reasons = [str(s.get("reason")) for s in stamps if isinstance(s, dict)]
        out.facts.append("; ".join(reasons) or str(status.get("reason") or "untimestamped"))
    known = {str(s.get("response")) for s in stamped}
    for path in sorted((out.folder / "timestamps").glob("*.tsr")):
        name = f"timestamps/{path.name}"
        if name not in known:
            out.fault(Stage.TIMESTAMPS, name, "is a timestamp that status.json does not name")


def _check_stamp(out: Audit, stamp: dict[str, Any], certificate: Path | None) -> None:
    name, authority = str(stamp.get("response")), str(stamp.get("authority"))[:200]
    try:
        answer = _bytes(out.folder, name)
        roots = certificate.read_bytes() if certificate else _bytes(out.folder, str(stamp.get("certificate")))
        manifest = _bytes(out.folder, manifest_name("manifest", "sha256"))
        out.facts.append(f"{authority}: {verify_stamp(answer, manifest, roots)}")
    except (InputError, OSError) as error:
        out.fault(Stage.TIMESTAMPS, name, f"{error}; the bundle cannot be shown to have existed when it says")


def _check_exhibits(out: Audit) -> None:
    """Every exhibit's files are those that were recorded when it was added; exhibits taken out again have none."""
    inputs = _json(out, INPUTS, Stage.SCHEMAS)
    try:
        held = {str(f["path"]): str(f["sha256"]) for f in inputs["files"]} if inputs is not None else {}
        lines = [json.loads(line) for line in _bytes(out.folder, COLLECTION).decode("utf-8").splitlines()]
        exhibits = {str(x["id"]): x for x in lines if str(x["event"]).startswith("exhibit")}
        recorded = [f for x in exhibits.values() if x["event"] != REMOVED for f in x["files"].items()]
    except (InputError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        out.fault(Stage.SCHEMAS, COLLECTION, f"cannot be compared with {INPUTS} ({type(error).__name__})")
        return
    wrong = [(name, held.get(name)) for name, sha256 in sorted(recorded) if held.get(name) != sha256]
    for name, found in wrong:
        was = "was altered after it was added to the case" if found else "was lost after it was added to the case"
        out.fault(Stage.EXHIBITS, name, f"{was}; whoever made the bundle must put the original back, verify and bundle")
    if recorded and not wrong:
        out.facts.append(f"{len(recorded)} file(s) of exhibits are what was recorded when they were added")


def _compare_versions(out: Audit) -> None:
    code = _json(out, ENVIRONMENT, Stage.SCHEMAS)
    made, here = (code.get("version") if isinstance(code, dict) else None), numeric_versions()["roadstead"]
    if made != here:
        out.facts.append(f"made by Roadstead {str(made)[:40]}, audited by {here}: differences may come from that")


def _check_forms(out: Audit) -> list[dict[str, Any]] | None:
    """Verdicts and detections against their schemas; the verdicts, where they can be read."""
    verdicts: list[dict[str, Any]] | None = None
    for name, schema in ((VERDICTS, "verdicts"), (DETECTIONS, "detections")):
        path = f"{RESULTS}/{name}"
        value = _json(out, path, Stage.SCHEMAS)
        if value is None:
            continue
        faults = schema_faults(value, schema)
        for sentence in faults:
            out.fault(Stage.SCHEMAS, path, sentence)
        if not faults:
            out.facts.append(f"{path} has the form of its schema")
        if schema == "verdicts" and isinstance(value, list) and all(isinstance(v, dict) for v in value):
            verdicts = value
    for path in (INPUTS, REDACTIONS, "data/ro-crate-metadata.json"):
        _json(out, path, Stage.SCHEMAS)
    return verdicts


def _check_report(out: Audit, verdicts: list[dict[str, Any]], derived: list[dict[str, Any]]) -> None:
    """The report, where the bundle holds one, says of each claim what verdicts.json has.

    Where it says what was derived instead, verdicts.json was changed and not the report, which is told already.
    """
    path = f"{RESULTS}/{REPORT}"
    if not (out.folder / path).exists():
        return
    try:
        page = _bytes(out.folder, path).decode("utf-8")
        found = misstatements(page, verdicts)
        honest = set(found) - set(misstatements(page, derived)) if found and derived else set()
        found = [s for s in found if s not in honest]
    except (InputError, ValueError, KeyError, TypeError, AttributeError) as error:
        found = [f"cannot be compared with verdicts.json ({type(error).__name__}: {error})"[:400]]
    for sentence in found[:20]:
        out.fault(Stage.REPORT, path, sentence)
    if not found:
        out.facts.append(
            f"{path} says of each claim what verdicts.json has, in key finding, table and words; its pictures and "
            "other tables are held by their hashes only"
        )


def _derive(
    out: Audit, verdicts: list[dict[str, Any]], progress: Callable[[str, int, int], None]
) -> list[dict[str, Any]]:
    """Verdicts once more, compared; returns them, none where they cannot be derived."""
    try:
        case, gathered = _case(out), read_measurements(out.folder / MEASUREMENTS, out.folder)
        derived = entries_of(case, gathered)
    except RoadsteadError as error:
        out.fault(Stage.MEASUREMENTS, MEASUREMENTS, f"verdicts cannot be derived: {error}")
        return []
    except Exception as error:  # noqa: BLE001 - values that no run writes can break any formula; that is a finding
        out.fault(Stage.MEASUREMENTS, MEASUREMENTS, f"verdicts cannot be derived ({type(error).__name__}: {error})")
        return []
    _compare(out, Stage.MEASUREMENTS, verdicts, differences(verdicts, derived), len(derived))
    _compare_detections(out, gathered)
    out.facts.append("ais.json and rejected.geojson are held by their hashes only, not derived again")
    _from_pixels(out, case, gathered, verdicts, progress)
    return derived


def _compare(out: Audit, stage: Stage, verdicts: list[dict[str, Any]], found: list[str], n: int) -> None:
    """Differences that redaction foretold are facts, all others faults."""
    told = _foretold(out)
    claims = {d.partition(":")[0] for d in told}
    # What is recorded must be what it was when the difference was foretold: only the derivation may move.
    recorded = {d.partition(DERIVED)[0] for d in told}
    new = [d for d in found if d.partition(DERIVED)[0] not in recorded]
    for sentence in new:
        out.fault(stage, f"{RESULTS}/{VERDICTS}", sentence)
    if not new:
        out.facts.append(
            f"{n - len(claims)} of {len(verdicts)} verdict(s) derived again {stage.value}: the same entries, numbers "
            "within 0.01 or 1 %"
        )
    if claims:
        out.facts.append(
            f"the bundle does not hold all that {len(claims)} verdict(s) rest on ({', '.join(sorted(claims))}): its "
            f"maker foretold {len(told)} difference(s) in redactions.json; who holds the case can derive them"
        )


def _foretold(out: Audit) -> list[str]:
    value = _json(out, REDACTIONS, Stage.MEASUREMENTS)
    told = value.get("not_derivable_from_this_bundle") if isinstance(value, dict) else None
    return [str(t) for t in told] if isinstance(told, list) else []


def _compare_detections(out: Audit, gathered: Gathered) -> None:
    """detections.geojson tells what measurements.json holds, no more, no less and not otherwise."""
    path = f"{RESULTS}/{DETECTIONS}"
    value = _json(out, path, Stage.MEASUREMENTS)
    features = value.get("features") if isinstance(value, dict) else None
    said = {str(f.get("id")): f.get("properties") for f in features or [] if isinstance(f, dict)}
    held = {d.id: d for at in gathered.at_sites for d in at.detections}
    for name in sorted(said.keys() ^ held.keys())[:20]:
        where = "detections.geojson" if name in said else "measurements.json"
        out.fault(Stage.MEASUREMENTS, path, f"detection {name[:200]} is in {where} only")
    simulated = {s.id for s in gathered.scenes.values() if s.simulated}
    for name in sorted(said.keys() & held.keys()):
        measured = json.loads(json.dumps(properties(held[name], simulated)))
        stated = {k: v for k, v in (said[name] or {}).items() if k in measured}
        for sentence in [*unlike(stated, measured, tolerance=TOLERANCE, at=f"detection {name[:200]}:")][:5]:
            out.fault(Stage.MEASUREMENTS, path, sentence)


def _from_pixels(
    out: Audit,
    case: Case,
    gathered: Gathered,
    verdicts: list[dict[str, Any]],
    progress: Callable[[str, int, int], None],
) -> None:
    try:
        again = from_pixels(case, gathered, progress)
    except Exception as error:  # noqa: BLE001 - as above: hostile pixels
        out.fault(Stage.PIXELS, MEASUREMENTS, f"pixels cannot be searched again ({type(error).__name__}: {error})")
        return
    if again is None:
        out.facts.append("no pixels are in the bundle, so nothing was searched again; who holds them can")
        return
    out.facts.append(again.sentence)
    for file, sentence in again.faults:
        out.fault(Stage.PIXELS, file, sentence)
    _compare(out, Stage.PIXELS, verdicts, differences(verdicts, entries_of(case, again.gathered)), len(verdicts))


def _case(out: Audit) -> Case:
    """The case, read from its own files where they are in the bundle, which must give what case.json holds."""
    held = held_case(out.folder)
    if not (out.folder / CASE_FOLDER / "case.toml").is_file():
        return held
    # Written and read once, numbers have one form: 4 and 4.0 are the same assumption.
    if assumptions_sha256(from_plain(to_plain(held), type(held))) != assumptions_sha256(read_case(out.folder / CASE)):
        out.fault(Stage.MEASUREMENTS, CASE, "is not what data/case/case.toml and reported.toml state")
    stated = {str(v.get("assumptions_sha256")) for v in _json(out, f"{RESULTS}/{VERDICTS}", Stage.MEASUREMENTS) or []}
    if stated - {assumptions_sha256(held)}:
        out.fault(Stage.MEASUREMENTS, f"{RESULTS}/{VERDICTS}", "rests on other assumptions than the case states")
    return held


def _bytes(root: Path, name: str) -> bytes:
    parts = Path(name).parts
    if Path(name).is_absolute() or ".." in parts or (root / name).is_symlink():
        raise InputError(f"{name[:80]!r} lies outside the bundle")
    path = root / name
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise InputError(f"{name}: is larger than {MAX_JSON_BYTES // 2**20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{name[:80]}: cannot be read ({error.strerror})") from error


def _json(out: Audit, name: str, stage: Stage) -> Any:
    """A JSON file of the bundle, or None with the fault recorded once."""
    try:
        value = json.loads(_bytes(out.folder, name).decode("utf-8"))
        why = "it is empty" if value is None else ""
    except (InputError, ValueError, RecursionError) as error:
        value, why = None, str(error)
    if why:
        fault = Fault(stage=stage, file=name, sentence=f"cannot be read ({why})"[:400])
        if not any(f.file == name and f.sentence == fault.sentence for f in out.faults):
            out.faults.append(fault)
    return value
