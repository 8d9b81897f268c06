"""The RO-Crate 1.1 description of a bundle: what each file is, whose it is, and which run made what from what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from roadstead.evidence.licences import duties

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.evidence.inputs import InputFile

FILE = "data/ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROCESS = "https://w3id.org/ro/wfrun/process/0.5"
PROGRAM = "urn:roadstead:program"
_TYPES = {
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".jsonl": "application/jsonl",
    ".geojson": "application/geo+json",
    ".html": "text/html",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".toml": "application/toml",
    ".lock": "application/toml",
    ".tif": "image/tiff; application=geotiff",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
    ".gz": "application/gzip",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One payload file as the crate describes it."""

    path: str
    """inside data/"""
    size_bytes: int
    sha256: str
    text: str
    """what it is, in words"""
    licence: str = ""
    credit: str = ""
    result: bool = False
    """made by the run, rather than an input or a record"""


def crate(
    title: str,
    summary: str,
    date: str,
    *,
    contents: Sequence[Content],
    inputs: Sequence[InputFile],
    code: Mapping[str, Any],
) -> dict[str, Any]:
    """ro-crate-metadata.json as plain data.

    Args:
        title: of the case.
        summary: of the case.
        date: when its verdicts were had, ISO 8601; no clock is asked.
        contents: every payload file but the crate itself.
        inputs: files of the case, with their licences.
        code: version and source hash of the program.
    """
    files = [_file(c) for c in sorted(contents, key=lambda c: c.path)]
    licences = {_licence_id(c.licence): c.licence for c in contents if c.licence}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": title or "untitled case",
        "description": summary or title or "evidence bundle of Roadstead",
        "datePublished": date,
        "license": {"@id": "#licences"},
        "conformsTo": {"@id": PROCESS},
        "hasPart": [{"@id": f["@id"]} for f in files],
        "mentions": {"@id": "#verify"},
    }
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    graph = [descriptor, root, *files, _action(contents, date), _program(code), _licence_note(inputs)]
    graph += [{"@id": PROCESS, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}]
    graph += [{"@id": k, "@type": "CreativeWork", "name": v} for k, v in sorted(licences.items())]
    return {"@context": CONTEXT, "@graph": graph}


def _file(content: Content) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "@id": _uri(content.path),
        "@type": "File",
        "name": PurePosixPath(content.path).name,
        "description": content.text,
        "contentSize": str(content.size_bytes),
        "sha256": content.sha256,
        "encodingFormat": _TYPES.get(PurePosixPath(content.path).suffix.lower(), "application/octet-stream"),
    }
    if content.licence:
        entity["license"] = {"@id": _licence_id(content.licence)}
    if content.credit:
        entity["creditText"] = content.credit
    return entity


def _licence_id(licence: str) -> str:
    return f"#licence-{quote(licence[:120], safe='')}"


def _uri(path: str) -> str:
    return quote(path)


def _action(contents: Sequence[Content], date: str) -> dict[str, Any]:
    return {
        "@id": "#verify",
        "@type": "CreateAction",
        "name": "roadstead verify",
        "description": "verdicts on the claims of the case, from images, marks and reports",
        "endTime": date,
        "instrument": {"@id": PROGRAM},
        "object": [{"@id": _uri(c.path)} for c in contents if not c.result],
        "result": [{"@id": _uri(c.path)} for c in contents if c.result],
    }


def _program(code: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@id": PROGRAM,
        "@type": "SoftwareApplication",
        "name": "Roadstead",
        "softwareVersion": code["version"],
        "identifier": f"sha256:{code['source_sha256']}",
    }


def _licence_note(inputs: Sequence[InputFile]) -> dict[str, Any]:
    asked = sorted({f"{f.licence}: {d}" for f in inputs for d in duties(f.licence)})
    return {
        "@id": "#licences",
        "@type": "CreativeWork",
        "name": "each file carries the licence stated beside it",
        "description": "; ".join(asked) or "no licence of an input asks for credit or share-alike",
    }
