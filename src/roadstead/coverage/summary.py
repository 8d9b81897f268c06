"""The denominator of a verdict: which looks there were, and what never can be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.coverage.looks import usable
from roadstead.model import Coverage, Look, TimeSpan, iso

if TYPE_CHECKING:
    from collections.abc import Sequence

ALWAYS_UNKNOWN = (
    "Tasked, embargoed and government images, and whatever commercial archives do not list, are unknown to us: "
    "that no look is known does not mean that nobody looked."
)


def coverage_of(window: TimeSpan, site_ids: Sequence[str], looks: Sequence[Look]) -> Coverage:
    """Coverage of a window at some sites by the looks we hold."""
    here = [k for k in looks if k.site_id in site_ids and k.time and k.time.overlaps(window)]
    good = sorted((k for k in here if usable(k)), key=lambda k: (k.time, k.scene_id))
    gap = max(_longest_gap_hours(window, [k for k in good if k.site_id == s]) for s in site_ids or ("",))
    return Coverage(
        looks_held=len(here),
        usable_looks=len(good),
        scenes=tuple(sorted({k.scene_id for k in good})),
        hours_of_window=round(window.hours(), 2),
        longest_gap_hours=round(gap, 2),
        catalogues_asked=(),
        statement=_statement(window, here, good, gap),
    )


def _longest_gap_hours(window: TimeSpan, good: Sequence[Look]) -> float:
    """Longest stretch without a look; a look known to the day only may have been at either end of it."""
    since, longest = window.start, 0.0
    for look in good:
        if look.time is not None:
            latest = min(look.time.end, window.end)
            longest = max(longest, (latest - since).total_seconds() / 3600)
            since = max(since, look.time.start)
    return max(longest, (window.end - since).total_seconds() / 3600)


def _statement(window: TimeSpan, here: Sequence[Look], good: Sequence[Look], gap: float) -> str:
    span = f"{iso(window.start)} to {iso(window.end)}"
    if not here:
        held = f"We hold no image of these places from {span}."
    elif not good:
        held = f"We hold {len(here)} image(s) of these places from {span}, none of them usable."
    else:
        held = (
            f"We hold {len(good)} usable look(s) from {span}; without one for up to {gap:.0f} h "
            f"of {window.hours():.0f} h."
        )
    return f"{held} No catalogue was asked in this run. {ALWAYS_UNKNOWN}"
