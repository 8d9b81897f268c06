"""Reading a report back: what it says of each claim, so that an audit can hold it against verdicts.json.

Three places are read, those by which a claim is quoted: its key finding, its row among the verdicts, and the words of
its own part. Whatever else a page says is not looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from roadstead.model import Call, ClaimKind, Range
from roadstead.report.claims import anchor
from roadstead.report.markup import visible
from roadstead.report.messages import text
from roadstead.report.numbers import percents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FINDING, ROW, WORDS = "key finding", "row of the table of verdicts", "words"
_FRONT = anchor("")
_NUMBER = re.compile(r"\d+")
_SHOWN = 120


def misstatements(page: str, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where a report does not say of a claim what verdicts.json has, a sentence each.

    Args:
        page: a report, as `render_report` gives it or as somebody changed it.
        entries: of verdicts.json, in the form of its schema.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    held = {str(e["claim"]): e for e in entries}
    told = {claim for claim, _ in reader.said}
    out = [f"claim {c}: the report tells of it, verdicts.json does not" for c in sorted(told - held.keys())]
    for claim, entry in sorted(held.items()):
        said = {place: [_flat(words) for words in reader.said[claim, place]] for place in (FINDING, ROW, WORDS)}
        out += [f"claim {claim}: the report's {place} is not what verdicts.json has: {str(said[place])[:_SHOWN]}"
                for place in _wrong(said, entry)]  # fmt: skip
    return out


def _flat(words: str) -> str:
    return " ".join(words.split())


def _wrong(said: Mapping[str, Sequence[str]], entry: Mapping[str, Any]) -> Iterator[str]:
    own, both = entry, entry["with_reports"]
    calls = own["verdict"], both["verdict"]
    chances = [percents(Range(*w["probability"])) for w in (own, both)]
    untestable = entry["kind"] == ClaimKind.STATEMENT.value
    finding = " ".join(said[FINDING])
    named = {c.value for c in Call if c.value in finding.casefold()}
    known = [*chances, percents(Range(*own["prior"]))]
    if len(said[FINDING]) != 1 or named != (set() if untestable else set(calls)) or not _within(finding, known):
        yield FINDING
    cells = said[ROW][1:]
    if len(cells) != 4 or tuple(cells[::2]) != calls or not all(map(_near, cells[1::2], chances)):
        yield ROW
    words = f"{text('claim.without')}. {own['words']} {text('claim.with')}. {both['words']}"
    if list(said[WORDS]) != [_flat(visible(words))]:
        yield WORDS


def _near(said: str, chance: str) -> bool:
    """The same numbers but for the last place: verdicts.json is rounded before the report is."""
    a, b = ([int(n) for n in _NUMBER.findall(words.partition("%")[0])] for words in (said, chance))
    return len(a) == len(b) and all(abs(x - y) <= 1 for x, y in zip(a, b, strict=True))


def _within(said: str, chances: Sequence[str]) -> bool:
    known = [int(n) for chance in chances for n in _NUMBER.findall(chance)]
    return all(any(abs(int(n) - k) <= 1 for k in known) for n in _NUMBER.findall(said))


class _Reader(HTMLParser):
    """Words of a page by claim and place."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._section = self._claim = self._place = self._until = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Where a claim, or one of its places, begins."""
        of = {k: v or "" for k, v in attrs}
        css = of.get("class", "").split()
        if tag == "section":
            self._section = of.get("id", "")
        if tag == "article" and of.get("id", "").startswith(_FRONT):
            self._claim = of["id"].removeprefix(_FRONT)
        if tag == "a" and self._section in {"findings", "verdicts"} and of.get("href", "").startswith(f"#{_FRONT}"):
            self._claim = of["href"].removeprefix(f"#{_FRONT}")
        if tag == "p" and "weighed" in css:
            self._begin(FINDING, tag)
        elif tag == "td" and self._section == "verdicts":
            self._begin(ROW, tag)
        elif tag == "div" and "verdict" in css:
            self._begin(WORDS, tag)

    def _begin(self, place: str, until: str) -> None:
        self._place, self._until = place, until
        self.said[self._claim, place].append("")

    def handle_endtag(self, tag: str) -> None:
        """Where a place ends."""
        if tag == self._until:
            self._place = self._until = ""

    def handle_data(self, data: str) -> None:
        """Words of a place."""
        if self._place:
            self.said[self._claim, self._place][-1] += data
