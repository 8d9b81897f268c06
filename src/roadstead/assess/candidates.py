"""Looks that we have not got: passes, listings and images of the case's coverage, and looks of satellites unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from roadstead.assess.elements import places
from roadstead.coverage import USUAL_LENGTH_M, p_detect_range
from roadstead.infer import usual_of_length_m
from roadstead.model import Availability, ClaimKind, LookState, Modality, TimeSpan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from roadstead.case import Case
    from roadstead.model import CaseCoverage, Claim, Moment, Site

WANTED = {
    LookState.UNSEARCHED: Availability.UNSEARCHED,
    LookState.LISTED: Availability.LISTED,
    LookState.POSSIBLE: Availability.POSSIBLE,
    LookState.NOT_LISTED: Availability.NOT_LISTED,
    LookState.UNUSABLE: Availability.UNUSABLE,
}
"""states of a moment of which we have no detection yet"""
TO_BE_HAD = {
    Availability.UNSEARCHED: 1.0,
    Availability.LISTED: 1.0,
    Availability.POSSIBLE: 0.5,
    Availability.NOT_LISTED: 0.02,
    Availability.UNUSABLE: 0.02,
    Availability.HYPOTHETICAL: 0.02,
}
"""chance that there is an image and that it can be had; assumed. Of a pass it is what its track was lately taken, if
that is known. What no catalogue lists, and what cloud hid, only another satellite could have seen at that time"""
CLEAR = {Modality.SAR: 0.95, Modality.OPTICAL: 0.45}
"""chance that an image shows the water: over land 55 % is cloud (King et al. 2013, IEEE TGRS 51, 3826-3852)"""
BY_EYE = 0.9
"""chance that a ship is seen in an image of a metre or less; assumed"""
MOST_DAYS = 31
"""hypothetical looks for each place, over a longer window evenly spread"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A look that we have not got."""

    site_id: str
    time: TimeSpan
    modality: Modality
    platform: str
    availability: Availability
    p_detect: float
    chance: float

    @property
    def t_utc(self) -> datetime:
        """Middle of its time."""
        return self.time.middle


def candidates_of(case: Case, claim: Claim, picture: CaseCoverage) -> tuple[Candidate, ...]:
    """Every look that is missing at the places of a claim in its window, in order of place and time.

    Args:
        case: the case.
        claim: the claim; a statement has none.
        picture: coverage of the case; without any there are no candidates, since nobody asked for one.
    """
    here = [] if claim.kind is ClaimKind.STATEMENT else places(claim)
    lengths_m = [case.vessel(v).length_m.mid for v in claim.who]
    usual_m = usual_of_length_m(claim.length_m) if claim.length_m else USUAL_LENGTH_M
    length_m = median(lengths_m) if lengths_m else usual_m
    out: list[Candidate] = []
    for site_id in here:
        covers = [c for c in picture.sites if c.site_id == site_id and c.span.overlaps(claim.when)]
        moments = {(m.time, m.platform): m for c in covers for m in c.moments}
        site = case.site(site_id)
        inside = [m for m in moments.values() if m.time.overlaps(claim.when)]
        out += [c for m in inside if (c := _of_moment(m, site, length_m))]
        out += _hypothetical(site, claim.when) if covers else ()
    return tuple(sorted(out, key=lambda c: (c.site_id, c.time, c.platform, c.availability.value)))


def _of_moment(moment: Moment, site: Site, length_m: float) -> Candidate | None:
    availability = WANTED.get(moment.state)
    p, look = moment.p_if_clear or moment.p_detect, moment.look
    if look is not None and moment.p_if_clear is None:
        # What it showed is none of the question: a clear look as sharp as this one is.
        p = p_detect_range(length_m, look.modality, look.resolved_m, anchorage=site.anchorage)
    if availability is None or p is None:
        return None
    chance = TO_BE_HAD[availability]
    if availability is Availability.POSSIBLE and moment.acquired_lately:
        taken, passes = moment.acquired_lately
        chance = (taken + 1) / (passes + 2)
    return Candidate(
        site_id=moment.site_id,
        time=moment.time,
        modality=moment.modality,
        platform=moment.platform,
        availability=availability,
        p_detect=p.mid,
        chance=chance * CLEAR[moment.modality],
    )


def _hypothetical(site: Site, window: TimeSpan) -> Iterator[Candidate]:
    """An optical image at noon by the sun, day by day."""
    noon = window.start.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(hours=site.lon_deg / 15)
    days = [noon + timedelta(days=d) for d in range(-1, int(window.hours() / 24) + 2)]
    inside = [d for d in days if window.start <= d <= window.end]
    few = inside if len(inside) <= MOST_DAYS else [inside[k * len(inside) // MOST_DAYS] for k in range(MOST_DAYS)]
    for t in few:
        yield Candidate(
            site_id=site.id,
            time=TimeSpan(t, t),
            modality=Modality.OPTICAL,
            platform="",
            availability=Availability.HYPOTHETICAL,
            p_detect=BY_EYE,
            chance=TO_BE_HAD[Availability.HYPOTHETICAL] * CLEAR[Modality.OPTICAL],
        )
