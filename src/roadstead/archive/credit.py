"""Credit lines and licences of known missions, where an image brings none of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from roadstead import library

if TYPE_CHECKING:
    from roadstead.library import Mission
    from roadstead.model import Scene, TimeSpan

NO_SATELLITE = "SIMULATED: no satellite took this image"
"""credit of simulated pixels that bring none of their own"""


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


def without_claims(scene: Scene) -> Scene:
    """A simulated scene that credits no mission and carries no mission's licence; others as they are.

    What is modelled on a satellite holds none of its data, so the mission's line printed beside it would be false.
    """
    if not scene.simulated:
        return scene
    known = library.missions()
    credit = NO_SATELLITE if not scene.credit or any(_holds(scene.credit, m) for m in known) else scene.credit
    return replace(scene, credit=credit, licence="" if scene.licence in {m.licence for m in known} else scene.licence)


def _holds(credit: str, mission: Mission) -> bool:
    """Whether a text holds the words of a mission's line, whatever the year."""
    words = max(mission.credit.split("{year}"), key=len).strip()
    return words.casefold() in credit.casefold()
