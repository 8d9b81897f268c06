"""Traps of language: a port that reads like a river, and dates that do not fit the claim. Rules live as data."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from roadstead.library._files import DATA, read_entry
from roadstead.model import zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from roadstead.library._schema import TrapsFile
    from roadstead.model import Site, TimeSpan

_FILE = DATA / "traps.toml"
_THIRDS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}
_DAYS = r"(?P<{0}>\d{{1,2}})(?:st|nd|rd|th|\.|er)?(?:\s*[-–—]\s*(?P<{1}>\d{{1,2}})(?:st|nd|rd|th|\.)?)?(?!\d)"
_YEAR = r"(?:19|20)\d{2}"
_NUMERIC = (
    # 2024-08-15
    rf"(?<!\d)(?P<year>{_YEAR})-(?P<month>\d{{2}})-(?P<first>\d{{2}})(?!\d)",
    # 2024년 8월 중순, 8月15日
    (
        rf"(?:(?P<year>{_YEAR})\s*[년年]\s*)?(?<!\d)(?P<month>\d{{1,2}})\s*[월月]"
        r"\s*(?:(?P<early>초|상순|上旬)|(?P<mid>중순|中旬)|(?P<late>말|하순|下旬)"
        r"|(?P<first>\d{1,2})(?:\s*[-~∼〜]\s*(?P<last>\d{1,2}))?\s*[일日])?"
    ),
)
_PREPOSITION = r"(?:(?P<preposition>in|of|since|until|during|by|im|seit|en|depuis|в)\s+)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    """A date named in a text."""

    at: int
    text: str
    month: int
    first: int
    last: int
    year: int | None

    def span(self, year: int) -> tuple[date, date]:
        longest = monthrange(year, self.month)[1]
        return date(year, self.month, min(self.first, longest)), date(year, self.month, min(self.last, longest))


def place_warnings(text: str, near: Site | None = None) -> tuple[str, ...]:
    """What a reader may misunderstand about places, ships and names in a text.

    Args:
        text: the words of a source, in any language.
        near: the site that the text is about, where known; some traps fire only there or in a matching context.

    Returns:
        One sentence a trap, in the order of the data file: the words found, what is meant, who fell into it.
    """
    found: list[str] = []
    for trap in _traps(_FILE).traps:
        hit = re.search(trap.pattern, text, re.IGNORECASE)
        fits = trap.context is None or (near is not None and near.id in trap.near)
        if hit and (fits or re.search(trap.context or "", text, re.IGNORECASE)):
            found.append(f"“{hit.group().strip()}”: {trap.warning} ({trap.source})")
    return tuple(found)


def date_warnings(text: str, window: TimeSpan, tz: str = "UTC") -> tuple[str, ...]:
    """Dates named in a text that lie wholly outside a claim's window.

    Days, months, thirds of a month ("mid-August") and ISO dates are read in the languages of the data file. A date
    without a year is taken in the years of the window.

    Args:
        text: the words of a source.
        window: when the claim says it happened.
        tz: IANA zone in which the text counts days.

    Raises:
        InputError: an unknown time zone.
    """
    place = zone(tz)
    start = window.start.astimezone(place).date()
    end = max(start, (window.end.astimezone(place) - timedelta(microseconds=1)).date())
    warnings: dict[str, None] = {}
    for mention in _mentions(text):
        years = [mention.year] if mention.year else range(start.year, end.year + 1)
        spans = [mention.span(year) for year in years]
        if not any(first <= end and start <= last for first, last in spans):
            first, last = spans[0]
            dates = f"{first}" if first == last else f"{first} to {last}"
            warnings[f"“{mention.text}” ({dates}) lies outside the claimed window {start} to {end}"] = None
    return tuple(warnings)


def _mentions(text: str) -> list[_Mention]:
    found: list[_Mention] = []
    rules = _traps(_FILE)
    for month, pattern in _date_patterns(_FILE):
        for hit in re.finditer(pattern, text, re.IGNORECASE):
            parts = hit.groupdict()
            if month not in rules.months_need_context or any(parts.values()):
                found.extend(_mention(hit, month, parts))
    return sorted(found, key=lambda mention: (mention.at, mention.text))


def _mention(hit: re.Match[str], month: int | None, parts: dict[str, str | None]) -> Iterator[_Mention]:
    """Nothing where the figures are no date, for example month 13 or day 45."""
    number = month or int(parts["month"] or 0)
    from_day, to_day = next((days for name, days in _THIRDS.items() if parts.get(name)), (1, 31))
    day = parts.get("first") or parts.get("first_after")
    first = int(day or from_day)
    last = int(parts.get("last") or parts.get("last_after") or day or to_day)
    text = hit.group().removeprefix(parts.get("preposition") or "").strip(" ,.-")
    if 1 <= number <= 12 and 1 <= first <= last <= 31:
        yield _Mention(
            at=hit.start(), text=text, month=number, first=first, last=last, year=int(parts.get("year") or 0) or None
        )


@cache
def _date_patterns(path: Path) -> tuple[tuple[int | None, str], ...]:
    rules = _traps(path)
    parts = "|".join(f"(?P<{name}>{getattr(rules.parts, name)})" for name in _THIRDS)
    before, after = _DAYS.format("first", "last"), _DAYS.format("first_after", "last_after")
    start = rf"\b{_PREPOSITION}(?:(?:{parts})[\s-]*(?:of\s+)?)?(?:(?<!\d){before}\s*(?:of\s+)?)?"
    end = rf"(?!\w)(?:\s+{after})?(?:,?\s+(?P<year>{_YEAR})(?!\d))?"
    named = [(month, rf"{start}\b(?:{words}){end}") for month, words in sorted(rules.months.items())]
    return (*named, *((None, pattern) for pattern in _NUMERIC))


@cache
def _traps(path: Path) -> TrapsFile:
    from roadstead.library._schema import TrapsFile  # noqa: PLC0415 - pydantic only when data are read

    return read_entry(path, TrapsFile)
