"""Redaction: one pass over everything that leaves, which replaces what is withheld and counts it.

`full` takes out keys and signed addresses only. `public` also takes out names of analysts, this machine's name, paths
of its disk, and what CASE/redaction.toml marks. The same word becomes the same placeholder everywhere, so that what
belongs together still does.
"""

from __future__ import annotations

import os
import platform
import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roadstead.report.exports.rules import Rules
from roadstead.report.exports.secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.case import Case
    from roadstead.model import Exhibit

WITHHELD = "[withheld]"
_PATHS = re.compile(
    r"(?:file://[^\s\"'<>]+|(?<![\w/.:~-])~?/(?:home|root|Users|tmp|var|mnt|media|srv|opt|work|data|private|Volumes)"
    r"/[^\s\"'<>,;]+|\b[A-Za-z]:\\[^\s\"'<>,;]+|\\\\[\w.-]+\\[^\s\"'<>,;]+)"
)
_TIME = re.compile(r"\b(\d{4}-\d{2}-\d{2})T(\d{2})(?::\d{2}){1,2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?")
_SHORT = 3
"""a name of fewer letters is replaced only where it stands alone: inside a text it would be found by chance"""


class Profile(StrEnum):
    """For whom an output is."""

    FULL = "full"
    PUBLIC = "public"


@dataclass(slots=True)
class Redactor:
    """Replaces what is withheld, and counts it by kind.

    Args:
        profile: for whom.
        rules: what the case marks.
        names: words to withhold, in any case of letters -> placeholder.
    """

    profile: Profile
    rules: Rules
    names: dict[str, str]
    removed: Counter[str] = field(default_factory=Counter)
    _inside: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        self.names = {name.casefold(): put for name, put in self.names.items()}
        words = sorted((n for n in self.names if len(n) >= _SHORT), key=lambda n: (-len(n), n))
        if words:
            self._inside = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)

    def text(self, text: str) -> str:
        """A text without what is withheld."""
        text, secrets = without_secrets(text)
        self._count("keys and signed addresses", secrets)
        if self.profile is Profile.FULL:
            return text
        if text.casefold() in self.names:
            self._count("names", 1)
            return self.names[text.casefold()]
        if self._inside:
            text, n = self._inside.subn(lambda found: self.names.get(found[0].casefold(), WITHHELD), text)
            self._count("names", n)
        text, n = _PATHS.subn("[path removed]", text)
        self._count("paths of a disk", n)
        return text

    def value(self, value: Any) -> Any:
        """Plain JSON data, every text and key of it as `text` gives it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(k): self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(v) for v in value]
        return value

    def time(self, text: str) -> str:
        """An ISO time as finely as the rules allow."""
        if self.profile is Profile.FULL or self.rules.times == "exact":
            return text
        pattern = r"\1" if self.rules.times == "day" else r"\1T\2:00:00Z"
        coarse, n = _TIME.subn(pattern, text)
        self._count("exact times", n)
        return coarse

    def note(self, what: str) -> None:
        """Count something that was left out altogether."""
        self._count(what, 1)

    def marked(self, source_id: str) -> str:
        """`drop`, `coarsen`, or nothing, for a source under this profile."""
        return self.rules.sources.get(source_id, "") if self.profile is Profile.PUBLIC else ""

    def log(self) -> dict[str, Any]:
        """What was removed, how often, for the reader; never what it was."""
        return {"profile": self.profile.value, "removed": dict(sorted(self.removed.items()))}

    def _count(self, what: str, n: int) -> None:
        if n:
            self.removed[what] += n


def withheld_verdict(verdict: dict[str, Any], redactor: Redactor) -> dict[str, Any]:
    """An entry of verdicts.json without the words of a marked source."""
    if not redactor.marked(str(verdict.get("source"))):
        return verdict
    redactor.note("texts of claims")
    said = verdict.get("text")
    elements = [e | {"statement": WITHHELD, "why": WITHHELD} for e in verdict.get("elements", [])]
    shares = [h | {"text": WITHHELD} if h.get("text") == said else h for h in verdict.get("hypotheses", [])]
    return verdict | {"text": WITHHELD, "elements": elements, "hypotheses": shares}


def redactor_for(case: Case, rules: Rules, profile: Profile, analysts: Iterable[str]) -> Redactor:
    """The redactor of a case.

    Args:
        case: the case, for its sources.
        rules: of the case.
        profile: for whom.
        analysts: names of those who worked on it.
    """
    names = _machine()
    for number, name in enumerate(sorted({a.strip() for a in analysts} - {""}), start=1):
        names[name] = f"analyst {number}"
    for number, source in enumerate((s for s in case.sources if s.id in rules.sources), start=1):
        names |= {t: f"withheld-{number}" for t in (source.id, source.origin) if t}
        names |= {t: WITHHELD for t in (source.name, source.url, source.note) if t}
    names |= dict.fromkeys((n for n in rules.names if n.strip()), WITHHELD)
    return Redactor(profile=profile, rules=rules, names=names)


def analysts_of(exhibits: Sequence[Exhibit], methods: Iterable[str], marked_by: Iterable[str] = ()) -> set[str]:
    """Names of everyone who brought something in or looked at it.

    Args:
        exhibits: of the case.
        methods: of detections; `by eye: NAME` names a person.
        marked_by: analysts named by marks.
    """
    by_eye = {m.removeprefix("by eye:").strip() for m in methods if m.startswith("by eye:")}
    return {n for e in exhibits for n in (e.added_by, e.analyst)} | by_eye | set(marked_by)


def _machine() -> dict[str, str]:
    found = {platform.node(): "[host removed]", str(Path.home()): "[path removed]"}
    user = os.environ.get("USER") or os.environ.get("USERNAME") or ""
    # Names that half the machines of this world carry would be found in ordinary sentences.
    return {k: v for k, v in found.items() if k not in {"", "/", "localhost"}} | (
        {user: "[user removed]"} if user not in {"", "root", "user", "admin", "ubuntu"} else {}
    )
