"""Times inside a text, as finely as they may be told: what looks like a time of day loses its minutes, or goes."""

from __future__ import annotations

import re

WITHHELD_TIME = "[time withheld]"
_MERIDIEM = r"[ap]\.?\s?m\b\.?"
_FORM = re.compile(
    # 2024-05-01T21:22:05Z
    r"\b(?P<date>\d{4}-\d{2}-\d{2})(?:T|\s)(?P<h0>\d{2}):?\d{2}(?::?\d{2}(?:[.,]\d+)?)?"
    r"(?:\s?(?:Z|UTC|GMT)\b|[+-]\d{2}:?\d{2})?"
    # 21:22, T21:22:05Z, 9:22 pm, 21h22
    rf"|(?<![A-Za-z\d:.])T?(?P<h1>[01]?\d|2[0-4])(?:[:h\u6642\u65f6\uc2dc]\s?[0-5]\d)(?::[0-5]\d(?:[.,]\d+)?)?(?![\d:])"
    rf"(?P<z1>(?:\s?(?:{_MERIDIEM}|(?:Z|UTC|GMT)\b|[+-]\d{{2}}:?\d{{2}}\b))?)"
    # 2122Z, 012122ZMAY24, 2122 hours
    r"|(?<![A-Za-z\d:.])(?P<d2>[0-3]\d)?(?P<h2>[01]\d|2[0-4])[0-5]\d"
    r"(?P<z2>Z(?=\b|[A-Z]{3})|\s?(?:Z|UTC|GMT|LT|hrs?|hours|local|Uhr)\b)"
    # 9 pm, 9.22 pm, 21 Uhr, 9 o'clock
    rf"|(?<![A-Za-z\d:.])(?P<h3>[01]?\d|2[0-4])(?P<m3>\.[0-5]\d)?"
    rf"(?P<z3>\s?(?:{_MERIDIEM}|o['\u2019]clock\b|Uhr\b|UTC\b|GMT\b|Z\b))",
    re.IGNORECASE,
)


def coarse_times(text: str, fineness: str) -> tuple[str, int]:
    """The text with its times of day made coarse, and how many there were.

    Args:
        text: any text.
        fineness: `exact` leaves it as it is, `hour` takes the minutes, `day` the time of day.
    """
    if fineness == "exact":
        return text, 0
    return _FORM.subn(_by_day if fineness == "day" else _by_hour, text)


def _by_day(found: re.Match[str]) -> str:
    return found["date"] or WITHHELD_TIME


def _by_hour(found: re.Match[str]) -> str:
    if found["date"]:
        return f"{found['date']}T{found['h0']}:00:00Z"
    if found["h1"]:
        return f"{found['h1']}:00{found['z1']}"
    if found["h2"]:
        return f"{found['d2'] or ''}{found['h2']}00{found['z2']}"
    return f"{found['h3']}{found['z3']}"
