"""Measurements as a file: everything that was seen and measured, with paths inside the bundle instead of on a disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from roadstead.case import Case
from roadstead.model import InputError
from roadstead.pipeline import Gathered
from roadstead.steps import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.report.exports import Redactor

SCHEMA_VERSION = 1
NOT_HELD = Path("not-in-the-bundle")
MAX_BYTES = 512 * 2**20


def measurements_json(gathered: Gathered, places: Mapping[Path, str], redactor: Redactor) -> str:
    """What was gathered, as JSON text.

    Args:
        gathered: scenes, looks, detections, marks and losses, in full: paths are those of this disk.
        places: file on this disk -> path in the bundle, for those that were copied.
        redactor: applied to every text.
    """
    scenes = {k: replace(s, path=_placed(s.path, places), cloud_mask=_mask(s.cloud_mask, places))
              for k, s in gathered.scenes.items()}  # fmt: skip
    value = redactor.value(to_plain(replace(gathered, scenes=scenes)))
    for exhibit in value["exhibits"]:
        exhibit["added"] = redactor.time(exhibit["added"])
    return _text({"schema_version": SCHEMA_VERSION, "gathered": value})


def _placed(path: Path, places: Mapping[Path, str]) -> Path:
    place = places.get(path.resolve())
    return Path(place) if place else NOT_HELD


def _mask(path: Path | None, places: Mapping[Path, str]) -> Path | None:
    return None if path is None else _placed(path, places)


def case_json(case: Case) -> str:
    """The case as it was resolved and may be told, as JSON text."""
    plain = to_plain(replace(case, folder=Path(), images=()))
    return _text({"schema_version": SCHEMA_VERSION, "case": plain})


def read_measurements(path: Path, root: Path) -> Gathered:
    """Measurements of a bundle; scenes whose pixels lie in it point to them.

    Raises:
        InputError: the file is missing, damaged, or names pixels outside the bundle.
    """
    gathered: Gathered = _structured(path, "gathered", Gathered)
    gathered.scenes = {k: replace(s, path=_found(s.path, root), cloud_mask=_found_mask(s.cloud_mask, root))
                       for k, s in gathered.scenes.items()}  # fmt: skip
    unknown = {at.look.scene_id for at in gathered.at_sites} - gathered.scenes.keys()
    if unknown:
        raise InputError(f"{path.name}: looks name scenes that it does not hold ({', '.join(sorted(unknown)[:3])})")
    return gathered


def read_case(path: Path) -> Case:
    """The resolved case of a bundle; raises InputError where it is missing or damaged."""
    case: Case = _structured(path, "case", Case)
    sites, sources = {s.id for s in case.sites}, {s.id for s in case.sources}
    if any(c.source_id not in sources for c in case.claims) or any(r.site_id not in sites for r in case.reported):
        raise InputError(f"{path.name}: claims or reports name a source or site that it does not hold")
    return case


def _found(path: Path, root: Path) -> Path:
    if path == NOT_HELD:
        return path
    name = PurePosixPath(path.as_posix())
    if name.is_absolute() or ".." in name.parts or name.parts[:1] != ("data",):
        raise InputError(f"measurements.json names pixels outside the bundle ({str(path)[:80]!r})")
    return root / path


def _found_mask(path: Path | None, root: Path) -> Path | None:
    return None if path in {None, NOT_HELD} or path is None else _found(path, root)


def _structured(path: Path, key: str, kind: type[Any]) -> Any:
    try:
        whole = not path.is_symlink() and path.stat().st_size <= MAX_BYTES
        document = json.loads(path.read_text("utf-8")) if whole else {}
        version = document.get("schema_version")
        value = from_plain(document[key], kind) if version == SCHEMA_VERSION else None
    except Exception as error:  # a hostile file can break any converter, and cattrs raises groups of anything
        raise InputError(f"{path.name}: cannot be read ({type(error).__name__})") from error
    if not whole:
        raise InputError(f"{path.name}: is a link or larger than {MAX_BYTES // 2**20} MiB")
    if value is None:
        raise InputError(f"{path.name}: is of another version of Roadstead (schema {version!r:.40})")
    return value


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
