"""Mistakes in case files: collected with file, line and key, so that one does not hide or lose the rest."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from roadstead.case.locate import TomlLines
from roadstead.case.sentences import near, sentence
from roadstead.model import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path as FilePath

    from roadstead.case.locate import Path

Model = TypeVar("Model", bound=BaseModel)
MAX_FILE_BYTES = 8 * 1024 * 1024


class TomlFile:
    """A TOML file with its mistakes."""

    def __init__(self, path: FilePath) -> None:
        self.path = path
        self.text = _read(path)
        self.data = _parse(path, self.text)
        self.problems: list[CaseError] = []
        self.lost: dict[str, set[str]] = {}
        """kind of entry -> ids that stand in the file but were left out for mistakes"""
        self._lines: TomlLines | None = None

    def problem(self, path: Path, message: str) -> None:
        """Record one mistake at a key path."""
        self._lines = self._lines or TomlLines(self.text)
        self.problems.append(CaseError(self.path, self._lines.line(path), _dotted(path), message))

    def check(self, model: type[Model], value: Any, path: Path) -> Model | None:
        """The value as `model`, or None with every mistake recorded."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self._record(error, model, value, path)
            return None

    def _record(self, error: ValidationError, model: type[BaseModel], value: Any, path: Path) -> None:
        for item in error.errors(include_url=False):
            self.problem((*path, *_real_location(item["loc"], value)), sentence(item, model))

    def check_leniently(self, model: type[Model], value: dict[str, Any]) -> Model | None:
        """As `check`, but mistakes in optional keys cost only those keys; their defaults stand."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self._record(error, model, value, ())
            broken = {item["loc"][0] for item in error.errors(include_url=False) if item["loc"]}
        try:
            return model.model_validate({k: v for k, v in value.items() if k not in broken})
        except ValidationError:
            return None

    def left_out(self, kind: str, values: Iterable[Any], kept: Iterable[str]) -> None:
        """Note the ids of entries that were not kept, so that whatever refers to them can say why."""
        ids = {v["id"] for v in values if isinstance(v, dict) and isinstance(v.get("id"), str)}
        self.lost[kind] = ids - set(kept)

    def entries(
        self, model: type[Model], key: str, values: Iterable[Any], kinds: Mapping[str, type[Model]] | None = None
    ) -> list[tuple[Path, Model]]:
        """The good entries of a list of tables with their paths; double ids are mistakes.

        Args:
            model: of the entries.
            key: of the list in the file.
            values: the entries.
            kinds: other models for entries whose `kind` is so called.
        """
        good: list[tuple[Path, Model]] = []
        seen: dict[str, int] = {}
        for i, value in enumerate(values):
            kind = value.get("kind") if isinstance(value, dict) else None
            own = kinds.get(kind, model) if kinds and isinstance(kind, str) else model
            entry = self.check(own, value, (key, i))
            if entry is None:
                continue
            ident = str(getattr(entry, "id", i))
            if ident in seen:
                self.problem((key, i, "id"), f"{ident!r} is already the id of {key}[{seen[ident]}]; ids must differ")
                continue
            seen[ident] = i
            good.append(((key, i), entry))
        return good

    def known(self, path: Path, wanted: str, allowed: Iterable[str], what: str) -> bool:
        """Whether `wanted` is one of `allowed`; if not, the mistake is recorded with near names."""
        names = list(allowed)
        if wanted in names:
            return True
        if wanted in self.lost.get(what, ()):
            self.problem(path, f"{what} {wanted!r} was left out for a mistake of its own; correct that first")
        else:
            self.problem(path, f"unknown {what} {wanted!r}; {near(wanted, names)}")
        return False


def _read(path: FilePath) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CaseError(
                path, None, "", f"is larger than {MAX_FILE_BYTES // 2**20} MiB; a case file holds text only"
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(path, None, "", f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise CaseError(path, None, "", f"cannot be read: {error.strerror}") from error


def _parse(path: FilePath, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        line = int(place.split()[1].rstrip(",")) if place.startswith("line") else len(text.splitlines())
        raise CaseError(path, line, "", f"is no valid TOML: {what}; correct that line") from error
    except RecursionError as error:
        raise CaseError(path, None, "", "is nested too deeply to be read; flatten its lists") from error
    except ValueError as error:
        raise CaseError(path, None, "", f"holds a number that no computer reads ({error}); correct it") from error


def _dotted(path: Path) -> str:
    out = ""
    for part in path:
        word = part if isinstance(part, int) or _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False)
        out += f"[{word}]" if isinstance(part, int) else f".{word}" if out else str(word)
    return out


_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def _real_location(loc: tuple[int | str, ...], value: Any) -> Path:
    """Drop the parts that pydantic adds for union members; they stand in no file."""
    out: list[int | str] = []
    for i, part in enumerate(loc):
        if isinstance(value, dict):
            if part not in value and i + 1 < len(loc):
                continue
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            continue
        out.append(part)
    return tuple(out)
