"""Redaction: one pass over everything that leaves, which replaces what is withheld and counts it.

`full` takes out keys and signed addresses only. `public` also takes out paths of a disk, names of analysts, this
machine's name, and what CASE/redaction.toml marks. The same word becomes the same placeholder everywhere, so that what
belongs together still does. What a whole value loses (a claim, a report, a verdict) is said in `withheld` alone.
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

from roadstead.report.exports.hours import coarse_times
from roadstead.report.exports.names import NameMatcher
from roadstead.report.exports.paths import without_paths
from roadstead.report.exports.rules import Rules
from roadstead.report.exports.secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.case import Case
    from roadstead.model import Exhibit

WITHHELD = "[withheld]"


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
        folder: of the case, whose place on the disk is no business of any reader's.
    """

    profile: Profile
    rules: Rules
    names: dict[str, str]
    folder: Path | None = None
    removed: Counter[str] = field(default_factory=Counter)
    _matcher: NameMatcher = field(init=False)
    _places: tuple[tuple[re.Pattern[str], str], ...] = field(init=False)
    """where the folder's place may stand in a text, and what stands there instead"""

    def __post_init__(self) -> None:
        self._matcher = NameMatcher(self.names)
        places = {str(self.folder.resolve()), str(self.folder)} - {"", ".", "/"} if self.folder else set[str]()
        self._places = tuple(p for place in sorted(places, key=lambda p: (-len(p), p)) for p in _patterns(place))

    def text(self, text: str) -> str:
        """A text without what is withheld."""
        for place, instead in self._places:
            text = place.sub(instead, text)
        text, secrets = without_secrets(text)
        self._count("keys and signed addresses", secrets)
        if self.profile is Profile.FULL:
            return text
        # Paths first: a name found inside one would leave the rest of it standing.
        text, n = without_paths(text)
        self._count("paths of a disk", n)
        text, n = self._matcher.replaced(text)
        self._count("names", n)
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

    def time(self, text: str, *, fineness: str = "") -> str:
        """A text with its times as finely as the rules allow, or as `fineness` (`hour`, `day`) says."""
        if self.profile is Profile.FULL:
            return text
        coarse, n = coarse_times(text, fineness or self.rules.times)
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


def _patterns(place: str) -> list[tuple[re.Pattern[str], str]]:
    """A folder's place in a text: before a file of it, and by itself.

    A folder named from where the program runs may be called as any word is, or as a part of one.
    """
    word = re.escape(place)
    if Path(place).is_absolute():
        return [(re.compile(f"{word}/"), ""), (re.compile(word), "the case folder")]
    before = rf"(?<![\w./-]){word}"
    alone = [(re.compile(rf"{before}(?![\w-])"), "the case folder")] if "/" in place else []
    return [(re.compile(f"{before}/"), ""), *alone]


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
    further = sorted({n.strip() for n in rules.names} - {""})
    marked = {name: f"[withheld {number}]" for number, name in enumerate(further, start=1)}
    # A nine-digit MMSI names a ship as surely as its name does.
    told = NameMatcher(marked)
    names |= marked | {v.mmsi: WITHHELD for v in case.vessels if v.mmsi and told.replaced(v.name)[1]}
    return Redactor(profile=profile, rules=rules, names=names, folder=case.folder)


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
    found = {platform.node(): "[host removed]"}
    user = os.environ.get("USER") or os.environ.get("USERNAME") or ""
    # Names that half the machines of this world carry would be found in ordinary sentences.
    return {k: v for k, v in found.items() if k not in {"", "localhost"}} | (
        {user: "[user removed]"} if user not in {"", "root", "user", "admin", "ubuntu"} else {}
    )
