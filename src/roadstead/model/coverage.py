"""What could have been seen of a place, what is known to have been taken, and what was looked at: kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from roadstead.model.imaging import Look, Modality
from roadstead.model.time import TimeSpan
from roadstead.model.values import Range


class Direction(StrEnum):
    """Way of a satellite over the ground."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A predicted overpass that could have imaged a site; says nothing about acquisition."""

    site_id: str
    platform: str
    """satellite as STAC writes it, `sentinel-1a`"""
    modality: Modality
    t_utc: datetime
    """closest approach to the middle of the site in the Earth-fixed frame (zero Doppler), UTC"""
    incidence_deg: float
    """angle between the vertical at the site and the direction to the satellite"""
    off_nadir_deg: float
    """look angle at the satellite, from its nadir"""
    satellite_azimuth_deg: float
    """direction from the site to the satellite, clockwise from true north"""
    direction: Direction
    sun_elevation_deg: float
    """of the sun's centre above the horizon at the site, without refraction; negative by night"""
    swath_fraction: float
    """share of the area of interest inside the swath, 0-1; below 1 at a swath edge"""
    elements_epoch: datetime
    """epoch of the element set that it was computed from"""
    cycles_shifted: int
    """whole repeat cycles between that epoch and this pass; 0: propagated directly"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An acquisition that at least one catalogue lists; says nothing about what it shows.

    The same acquisition in several collections or catalogues is one listing.
    """

    id: str
    """product id, first in the alphabet of those that name it"""
    products: tuple[str, ...]
    """every product of this acquisition, `catalogue/collection/id`, sorted"""
    platform: str
    modality: Modality
    time: TimeSpan
    footprint: BaseGeometry | None
    """WGS84 lon/lat, of all products together"""
    catalogues: tuple[str, ...]
    """ids of the catalogues that list it, sorted"""
    systematic: bool
    """whether an image of this mission missing from a complete catalogue means that none was taken"""
    gsd_m: float | None = None
    credit: str = ""
    licence: str = ""


class AnswerState(StrEnum):
    """How far a catalogue answered."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """some pages came, then it failed or a limit was reached"""
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueAnswer:
    """One question put to one catalogue, and how it was answered; the raw answer is kept beside."""

    catalogue: str
    """id of the provider, `earth-search`"""
    name: str
    """as it is printed"""
    asked_at: datetime
    area: BaseGeometry
    """WGS84 polygon that was asked for"""
    span: TimeSpan
    missions: tuple[str, ...]
    """ids of the missions that were asked for, as in the library"""
    state: AnswerState
    sentence: str
    """what came, or why nothing came"""
    products: int
    """items in the answer, before the same acquisition is counted once"""
    file: str = ""
    """name of the kept raw answer in the case folder"""


class LookState(StrEnum):
    """What is known of one moment at which a site could be, or was, imaged. Each is less than the next."""

    POSSIBLE = "could be imaged"
    """a pass; no catalogue that covers this mission, place and time has answered: whether it was taken is unknown"""
    NOT_LISTED = "not listed"
    """a pass; a catalogue that covers it answered and lists nothing"""
    LISTED = "listed"
    """a catalogue lists it; we do not hold it"""
    UNUSABLE = "held, not usable"
    """nodata, cloud or night leave too little of the area"""
    UNSEARCHED = "held, not searched"
    """no detector went over it"""
    NOTHING_FOUND = "looked at, nothing found"
    FOUND = "looked at, ships found"


KNOWN_STATES = frozenset(
    {LookState.NOTHING_FOUND, LookState.FOUND, LookState.LISTED, LookState.UNSEARCHED},
)
"""states of a moment that end a window without a known look"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment at which a site could be, or was, imaged: a pass, a listing and a look of the same acquisition."""

    site_id: str
    time: TimeSpan
    platform: str
    modality: Modality
    state: LookState
    opportunity: Opportunity | None = None
    listing: Listing | None = None
    look: Look | None = None
    usable: bool = False
    """whether presence and absence may be read from a look that we hold"""
    ships: int | None = None
    """detections in the area; None where nothing was searched"""
    p_detect: Range | None = None
    """chance that a ship of the asked length is found: by this look, or by a clear look of this mission; provisional"""
    p_if_clear: Range | None = None
    """the same by a clear look of this pass, whatever we hold of it; None: no pass, or the mission is not known"""
    acquired_lately: tuple[int, int] | None = None
    """(taken, passes) of the same track in earlier repeat cycles, where a catalogue tells"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindWindow:
    """A stretch of time for which no look is known to us, held or listed. That nobody looked does not follow."""

    site_id: str
    span: TimeSpan
    night_hours: float
    """hours of it with the sun below the horizon at the site"""
    passes: tuple[str, ...]
    """`platform time` of the opportunities inside it, in order of time"""
    unusable: tuple[str, ...]
    """scene ids of images that we hold from inside it, but that show too little of the area"""

    @property
    def hours(self) -> float:
        """Length in hours."""
        return self.span.hours()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Probability that a call of a given length at a site falls between looks."""

    site_id: str
    span: TimeSpan
    """the call lies inside it"""
    call_hours: float
    night_only: bool
    """whether the call lies within the dark; where nights are shorter, around their middle"""
    platforms: tuple[str, ...]
    """satellites whose passes were counted"""
    between_passes: float
    """P(no pass of these during the call): the best they could ever have done"""
    undetected: Range
    """P(no detection), had every pass been acquired under a clear sky, by provisional P(detect)"""
    between_looks: float
    """P(no usable look that we hold during the call)"""
    best_tasked_at: datetime | None
    """when one further image would have closed most"""
    between_looks_with_it: float | None
    """`between_looks` with that image"""
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCoverage:
    """Everything known of the looks at one site in one span."""

    site_id: str
    span: TimeSpan
    nights: tuple[TimeSpan, ...]
    """sun below the horizon (centre at -0.833 degrees), cut at the span"""
    moments: tuple[Moment, ...]
    """in order of time, then platform"""
    windows: tuple[BlindWindow, ...]
    """stretches of the span without a look known to us, in order of time"""
    unseen: tuple[Unseen, ...]
    next_passes: tuple[Opportunity, ...]
    """first opportunity of each satellite after the span"""
    answers: tuple[CatalogueAnswer, ...] = ()
    """what catalogues were asked about this site and span"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCoverage:
    """Coverage of all sites of a case, with what was asked of whom."""

    sites: tuple[SiteCoverage, ...]
    answers: tuple[CatalogueAnswer, ...]
    satellites: tuple[str, ...]
    """a sentence per satellite: from which elements its passes were computed, or when they were not and why"""
    losses: tuple[str, ...]
    """files and answers that could not be used, one sentence each"""
