"""Stretches of time for which no look is known to us.

"No look known" is a statement about our knowledge: tasked, embargoed and government images are not in it, and an
archive that lists only what it sells never makes a stretch blind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.model import KNOWN_STATES, BlindWindow, LookState, TimeSpan, iso

PRECISE_HOURS = 1.0
"""a moment known no worse than this divides time; a vaguer one may have been anywhere inside"""

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.model import Moment


def gaps(span: TimeSpan, times: Iterable[TimeSpan]) -> tuple[TimeSpan, ...]:
    """Stretches of a span between moments.

    A moment known to the day only may have been at either end of it: the stretch before reaches to its end, the
    stretch after begins at its start, both cut at the moments known to the hour. Stretches may therefore overlap.
    """
    inside = sorted(t for t in times if t.overlaps(span))
    stretches = _between(span, [t for t in inside if t.hours() <= PRECISE_HOURS])
    for vague in (t for t in inside if t.hours() > PRECISE_HOURS):
        stretches = [part for s in stretches for part in _around(s, vague)]
    unique = sorted(set(stretches))
    return tuple(s for s in unique if not any(s != o and s.within(o) for o in unique))


def _between(span: TimeSpan, times: Sequence[TimeSpan]) -> list[TimeSpan]:
    since, found = span.start, []
    for time in times:
        if time.start > since:
            found.append(TimeSpan(since, time.start))
        since = max(since, time.end)
    return [*found, TimeSpan(since, span.end)] if span.end > since else found


def _around(stretch: TimeSpan, vague: TimeSpan) -> list[TimeSpan]:
    """A stretch before and after a moment of unknown hour; whole where the moment may lie anywhere in or outside it."""
    if not vague.overlaps(stretch) or stretch.within(vague):
        return [stretch]
    ends = (stretch.start, min(vague.end, stretch.end)), (max(vague.start, stretch.start), stretch.end)
    return [TimeSpan(a, b) for a, b in ends if b > a]


def blind_windows(
    site_id: str, span: TimeSpan, moments: Sequence[Moment], nights: Sequence[TimeSpan]
) -> tuple[BlindWindow, ...]:
    """Windows of a span in which no look at a site is known to us, in order of time.

    Args:
        site_id: the site.
        span: what is asked about.
        moments: everything known of the site.
        nights: when the sun is below the horizon there.
    """
    here = [m for m in moments if m.site_id == site_id]
    known = [m.time for m in here if m.state in KNOWN_STATES]
    return tuple(_window(site_id, gap, here, nights) for gap in gaps(span, known))


def _window(site_id: str, span: TimeSpan, moments: Sequence[Moment], nights: Sequence[TimeSpan]) -> BlindWindow:
    inside = [m for m in moments if m.time.overlaps(span) and m.state not in KNOWN_STATES]
    return BlindWindow(
        site_id=site_id,
        span=span,
        night_hours=round(sum(shared_hours(span, night) for night in nights), 2),
        passes=tuple(f"{m.platform} {iso(m.opportunity.t_utc)}" for m in inside if m.opportunity),
        unusable=tuple(m.look.scene_id for m in inside if m.look and m.state is LookState.UNUSABLE),
    )


def shared_hours(a: TimeSpan, b: TimeSpan) -> float:
    """Hours that two spans share."""
    return max(0.0, (min(a.end, b.end) - max(a.start, b.start)).total_seconds() / 3600)
