"""How results came about, in W3C PROV-O terms as JSON-LD: steps as activities, inputs and results as entities.

A step's time is when it was first computed: a run that finds it done changes nothing, and so not a byte here.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from roadstead.model import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from roadstead.evidence.inputs import InputFile

CONTEXT = {
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sha256": "schema:sha256",
    "name": "rdfs:label",
    "used": {"@id": "prov:used", "@type": "@id"},
    "wasGeneratedBy": {"@id": "prov:wasGeneratedBy", "@type": "@id"},
    "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    "wasAssociatedWith": {"@id": "prov:wasAssociatedWith", "@type": "@id"},
    "endedAtTime": {"@id": "prov:endedAtTime", "@type": "xsd:dateTime"},
}
PROGRAM = "#program"
_STEPS = """
SELECT s.name, s.item, s.key, MIN(CASE WHEN s.cached = 0 THEN s.at END), run.program
FROM step s JOIN run ON run.id = s.run
WHERE (s.name, s.item, s.key) IN
  (SELECT name, item, key FROM step WHERE run = (SELECT MAX(id) FROM run WHERE outcome = 'done' AND assumptions != ''))
GROUP BY s.name, s.item, s.key
ORDER BY s.name, s.item, s.key
"""


def provenance(
    case_folder: Path,
    inputs: Sequence[InputFile],
    results: Sequence[str],
    code: dict[str, Any],
    files_of: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """The provenance of a case's results.

    Args:
        case_folder: the case; its run ledger says which steps the last run took.
        inputs: files of the case.
        results: bundle paths of what was written at the end.
        code: version and source hash of the program.
        files_of: scene id -> paths of its files among the inputs.

    Raises:
        InputError: there is no run ledger, or it cannot be read.
    """
    steps = _steps(case_folder / "ledger" / "runs.sqlite")
    agent = {"@id": PROGRAM, "@type": ["prov:SoftwareAgent", "prov:Agent"], "name": f"roadstead {code['version']}"}
    entities = [
        {"@id": _entity(f), "@type": "prov:Entity", "name": f.path, "sha256": f.sha256} for f in inputs
    ]  # fmt: skip
    activities, made = [], []
    for name, item, key, at, program in steps:
        activity = f"#step-{name}-{key[:16]}"
        activities.append(
            {
                "@id": activity,
                "@type": "prov:Activity",
                "name": f"{name}: {item}",
                "used": _used(name, item, inputs, steps, files_of),
                "wasAssociatedWith": PROGRAM,
                "schema:softwareVersion": program,
            }
            | ({"endedAtTime": at} if at else {})
        )
        made.append(
            {"@id": f"#result-{key[:16]}", "@type": "prov:Entity", "wasGeneratedBy": activity, "schema:identifier": key}
        )
    last = sorted(f"#result-{key[:16]}" for _, _, key, _, _ in steps)
    outputs = [{"@id": path, "@type": "prov:Entity", "wasDerivedFrom": last} for path in sorted(results)]
    return {
        "@context": CONTEXT,
        "@graph": [agent | {"sha256": code["source_sha256"]}, *entities, *activities, *made, *outputs],
    }


def _entity(file: InputFile) -> str:
    return file.bundle_path.removeprefix("data/") or f"urn:sha256:{file.sha256}"


def _used(
    name: str,
    item: str,
    inputs: Sequence[InputFile],
    steps: Sequence[Sequence[Any]],
    files_of: Mapping[str, Sequence[str]],
) -> list[str]:
    """What a step of that name works on, as far as its item tells; else the case's own records."""
    if name == "find":
        own = set(files_of.get(item.rpartition(" over ")[0], ()))
        return [_entity(f) for f in inputs if f.path in own]
    if name == "ais":
        return [_entity(f) for f in inputs if f.path.startswith("ais/")]
    found = sorted(f"#result-{key[:16]}" for step, _, key, _, _ in steps if step in {"find", "ais"})
    if name == "stamp":
        found += sorted(f"#result-{key[:16]}" for step, _, key, _, _ in steps if step == "assess")
    return [*(_entity(f) for f in inputs if f.role == "case file"), *found]


def _steps(path: Path) -> list[tuple[str, str, str, str | None, str]]:
    if not path.is_file():
        raise InputError(f"{path}: there is no run ledger, so nobody knows how the results came about; verify again")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return [tuple(row) for row in db.execute(_STEPS)]
    except sqlite3.Error as error:
        raise InputError(f"{path}: the run ledger cannot be read ({error}); verify again") from error
