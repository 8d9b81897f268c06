"""Coverage of a whole case: passes, kept answers of catalogues and held looks joined, site by site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING

from roadstead.assess import places
from roadstead.catalogues import kept_answers
from roadstead.coverage import (
    CALL_HOURS,
    CYCLES_LATELY,
    USUAL_LENGTH_M,
    Known,
    SiteLook,
    elements_of,
    next_opportunities,
    opportunities,
    site_coverage,
    standing,
)
from roadstead.model import CaseCoverage, Listing, Site, SiteCoverage, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from roadstead.case import Case
    from roadstead.catalogues import KeptAnswers
    from roadstead.coverage import Predicted, Satellites
    from roadstead.model import Catalogue, CatalogueAnswer
    from roadstead.pipeline.gathering import Gathered

NEAR = timedelta(days=30)
"""windows of claims that lie no further apart are drawn and reckoned as one period"""
LONGEST_CYCLE = timedelta(days=16)
AROUND = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """For which ship and which call coverage is reckoned."""

    length_m: float
    call_hours: float = CALL_HOURS


def periods_of(case: Case) -> tuple[TimeSpan, ...]:
    """Windows of the claims that name places (of all claims where none does), near ones joined, in order of time."""
    joined: list[TimeSpan] = []
    for span in sorted(c.when for c in [c for c in case.claims if places(c)] or case.claims):
        if joined and span.start - joined[-1].end <= NEAR:
            joined[-1] = TimeSpan(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(TimeSpan(span.start, span.end))
    return tuple(joined)


def usual_length_m(case: Case) -> float:
    """Median length of the vessels of interest, metres."""
    return median([v.length_m.mid for v in case.vessels]) if case.vessels else USUAL_LENGTH_M


def picture_of(
    case: Case,
    gathered: Gathered,
    spans: Sequence[TimeSpan],
    asked: Terms,
    *,
    sites: Sequence[Site] | None = None,
    catalogues: Sequence[Catalogue] = (),
) -> CaseCoverage:
    """Coverage of sites over one or several spans; nobody is contacted.

    Args:
        case: the case; its folder holds kept answers and element sets.
        gathered: looks that we hold, with what was found.
        spans: what is asked about, in order of time.
        asked: ship length and length of a call.
        sites: some of the case's sites; None: all.
        catalogues: further listings besides the kept answers.
    """
    wanted = case.sites if sites is None else tuple(sites)
    kept = kept_answers(case.folder)
    satellites = elements_of(case.folder)
    parts = [_one_span(wanted, span, kept, catalogues, satellites, gathered, asked) for span in spans]
    predicted = [p for _, p in parts]
    return CaseCoverage(
        sites=tuple(chain.from_iterable(s for s, _ in parts)),
        answers=_about(kept.answers, wanted, spans),
        satellites=_once(
            chain.from_iterable(
                (*p.satellites, *(s for s in p.losses if s not in satellites.losses)) for p in predicted
            )
        ),
        losses=_once((*kept.losses, *satellites.losses)),
    )


def _about(
    answers: Iterable[CatalogueAnswer], sites: Sequence[Site], spans: Sequence[TimeSpan]
) -> tuple[CatalogueAnswer, ...]:
    """Standing answers about these sites and spans."""
    near = [a for a in answers if any(a.span.overlaps(s) for s in spans)]
    return standing(a for a in near if any(a.area.intersects(s.aoi) for s in sites))


def _once(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def _one_span(  # noqa: PLR0917 - what a span shares with the others, named one by one
    sites: Sequence[Site],
    span: TimeSpan,
    kept: KeptAnswers,
    catalogues: Sequence[Catalogue],
    satellites: Satellites,
    gathered: Gathered,
    asked: Terms,
) -> tuple[list[SiteCoverage], Predicted]:
    # A listing of minutes' length may begin before the pass that it belongs to.
    around = TimeSpan(span.start - AROUND, span.end + AROUND)
    near = opportunities(sites, around, satellites).opportunities
    predicted = opportunities(sites, span, satellites)
    following = next_opportunities(sites, span.end, satellites).opportunities
    found = []
    for site in sites:
        known = Known(
            opportunities=tuple(o for o in near if o.site_id == site.id),
            listings=_listings(site, span, (kept, *catalogues)),
            looks=_looks(site, gathered),
            covers=_covers(kept, site),
            missions={s.id: s.mission for s in satellites.satellites},
        )
        found.append(
            site_coverage(
                site, span, known, following, kept.answers, length_m=asked.length_m, call_hours=asked.call_hours
            )
        )
    return found, predicted


def _listings(site: Site, span: TimeSpan, catalogues: Iterable[Catalogue]) -> tuple[Listing, ...]:
    """Listings of the span and of the cycles before, by which a track's habit is known."""
    earlier = TimeSpan(span.start - CYCLES_LATELY * LONGEST_CYCLE, span.end)
    return tuple(chain.from_iterable(c.search(site.aoi, earlier) for c in catalogues))


def _looks(site: Site, gathered: Gathered) -> tuple[SiteLook, ...]:
    return tuple(
        SiteLook(look=at.look, platform=gathered.scenes[at.look.scene_id].platform, ships=len(at.detections))
        for at in gathered.at_sites
        if at.look.site_id == site.id
    )


def _covers(kept: KeptAnswers, site: Site) -> Callable[[str, datetime], bool]:
    def covers(mission_id: str, t_utc: datetime) -> bool:
        return bool(kept.covers(mission_id, site.aoi, t_utc))

    return covers
