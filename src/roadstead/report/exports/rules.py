"""CASE/redaction.toml: what a case wants withheld from the public. It is no assumption, so it changes no verdict."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from roadstead.model import CaseError

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.case import Case

FILE = "redaction.toml"


class Rules(BaseModel):
    """What is withheld under `--profile public`, beyond names of analysts, hosts and paths."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    sources: dict[str, Literal["drop", "coarsen"]] = {}
    """source id -> `drop`: all that it says goes; `coarsen`: its name, address and words go, its times become days"""
    times: Literal["exact", "hour", "day"] = "exact"
    """how finely times of collection and of reports may be told"""
    names: list[str] = Field(default=[], max_length=1000)
    """further words to withhold: persons, places, ships"""


def read_rules(case: Case) -> Rules:
    """The rules of a case; none where it has no redaction.toml.

    Raises:
        CaseError: the file cannot be read, or names a source that the case does not have.
    """
    path = case.folder / FILE
    if not path.is_file():
        return Rules()
    try:
        rules = Rules.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CaseError(path, None, key, f"{first['msg']}; see 'Withhold names' in docs/howto.md") from error
    except (OSError, ValueError) as error:
        raise CaseError(path, None, "", f"cannot be read as TOML ({error}); correct it") from error
    _check(rules, case, path)
    return rules


def _check(rules: Rules, case: Case, path: Path) -> None:
    known = {s.id for s in case.sources}
    for name in sorted(rules.sources.keys() - known):
        raise CaseError(
            path, None, f"sources.{name}", f"the case has no such source; it has {', '.join(sorted(known))}"
        )
