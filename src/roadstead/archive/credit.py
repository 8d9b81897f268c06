"""Credit lines and licences of known missions, where an image brings none of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from roadstead import library

if TYPE_CHECKING:
    from roadstead.model import TimeSpan


def year_of(time: TimeSpan | None) -> str:
    """Year or years of a time span for a credit line; empty where unknown."""
    if time is None:
        return ""
    long = time.duration > timedelta(seconds=1)
    first, last = time.start.year, (time.end - timedelta(seconds=1) if long else time.start).year
    return f"{first}" if first == last else f"{first}-{last}"


def credit_for(platform: str, time: TimeSpan | None) -> str:
    """The credit line of a known mission; empty for others."""
    found = library.mission(platform)
    return found.credit_line(year_of(time)) if found else ""


def licence_for(platform: str) -> str:
    """The licence of a mission whose data are free for all; empty for others, whose licence depends on the order."""
    found = library.mission(platform)
    return found.licence if found and found.absence_counts else ""
