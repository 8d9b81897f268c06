"""The whole picture of one site: nights, moments, windows, chances of staying unseen."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from roadstead.coverage.answers import standing
from roadstead.coverage.moments import Known, moments_of
from roadstead.coverage.unseen import Starts, best_further_look, missed_range, p_missed, starts_of
from roadstead.coverage.windows import blind_windows
from roadstead.geo import nights
from roadstead.model import Range, SiteCoverage, TimeSpan, Unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.model import CatalogueAnswer, Moment, Opportunity, Site

CALL_HOURS = 8.0
"""length of a call for which the chance of staying unseen is printed, unless another is asked"""
_DAY = timedelta(days=1)
METHOD = (
    "start of the call uniform over the span, call inside it (by night: inside one night); a call is unseen between "
    "passes where none falls into it; undetected weighs each pass with P(detect) of a clear look, looks independent"
)


def site_coverage(
    site: Site,
    span: TimeSpan,
    known: Known,
    following: Sequence[Opportunity],
    answers: Sequence[CatalogueAnswer] = (),
    *,
    length_m: float,
    call_hours: float = CALL_HOURS,
) -> SiteCoverage:
    """Everything known of the looks at one site in one span.

    Args:
        site: the place.
        span: what is asked about.
        known: passes, listings and looks of the site.
        following: first pass of each satellite after the span.
        answers: everything that catalogues were asked.
        length_m: ship length for P(detect), metres.
        call_hours: length of a call for the chance of staying unseen.
    """
    around = TimeSpan(span.start - _DAY, span.end + _DAY)
    whole_nights = [n for n in nights(site.lon_deg, site.lat_deg, around) if n.overlaps(span)]
    dark = tuple(TimeSpan(max(n.start, span.start), min(n.end, span.end)) for n in whole_nights)
    moments = moments_of(site, known, length_m, span)
    return SiteCoverage(
        site_id=site.id,
        span=span,
        nights=dark,
        moments=moments,
        windows=blind_windows(site.id, span, moments, dark),
        unseen=_unseen(site, span, whole_nights, moments, call_hours),
        next_passes=tuple(o for o in following if o.site_id == site.id),
        answers=standing(a for a in answers if a.span.overlaps(span) and a.area.intersects(site.aoi)),
    )


def _unseen(
    site: Site, span: TimeSpan, dark: Sequence[TimeSpan], moments: Sequence[Moment], call_hours: float
) -> tuple[Unseen, ...]:
    """By day and night and by night only, for all satellites together and for each constellation apart."""
    passes = [m for m in moments if m.opportunity is not None]
    families: dict[str, list[Moment]] = defaultdict(list)
    for moment in passes:
        families[re.sub(r"(?<=\d)[a-z]$", "", moment.platform)].append(moment)
    groups = [passes, *(families[f] for f in sorted(families))] if len(families) > 1 else [passes]
    looks = [m.time.middle.timestamp() for m in moments if m.usable and m.time.hours() <= 1]
    answers = []
    for night_only in (False, True):
        starts = starts_of(span, call_hours, dark if night_only else None)
        if starts.measure_s > 0:
            answers += [_of_group(site.id, span, starts, looks, g) for g in groups]
    return tuple(answers)


def _of_group(site_id: str, span: TimeSpan, starts: Starts, looks: Sequence[float], passes: Sequence[Moment]) -> Unseen:
    times = [m.opportunity.t_utc.timestamp() for m in passes if m.opportunity]
    best = best_further_look(starts, looks)
    return Unseen(
        site_id=site_id,
        span=span,
        call_hours=starts.call_s / 3600,
        night_only=starts.night_only,
        platforms=tuple(sorted({m.platform for m in passes})),
        between_passes=round(p_missed(starts, times, [1.0] * len(times)), 4),
        undetected=missed_range(starts, times, [m.p_if_clear or Range(0.0, 1.0) for m in passes]),
        between_looks=round(p_missed(starts, looks, [1.0] * len(looks)), 4),
        best_tasked_at=best[0] if best else None,
        between_looks_with_it=round(best[1], 4) if best else None,
        method=METHOD,
    )
