"""What may stand in case.toml and reported.toml (pydantic, at the file edge only)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from roadstead.case.fields import (
    Count,
    Day,
    Days,
    FileName,
    FolderName,
    Hours,
    Instant,
    Knots,
    LikelihoodRatio,
    Metres,
    Moment,
    Number,
    Persons,
    Position,
    Probabilities,
    Probability,
    Slug,
    Slugs,
    Version,
    Vessels,
    Weight,
)
from roadstead.model import ClaimKind

MAX_WHO, MAX_ALTERNATIVES = 8, 11
"""every subset of the vessels of a claim is matched with detections, so their number must stay small"""
MAX_SITES = 100
LEAST_SPAN_M = 2.0
AS_CLAIMED = "as-claimed"
"""id of the hypothesis that the program adds for every claim"""


class Entry(BaseModel):
    """Base: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class WhenTable(Entry):
    """A span of local dates or times."""

    start: Moment
    end: Moment
    timezone: str | None = None


def _kind_of_when(value: Any) -> str:
    return "table" if isinstance(value, (dict, WhenTable)) else "moment"


When = Annotated[
    Annotated[WhenTable, Tag("table")] | Annotated[Moment, Tag("moment")],
    Discriminator(_kind_of_when),
]


class SiteEntry(Entry):
    """A site: an id from the library, or a definition of its own."""

    id: Slug
    name: str | None = None
    names: dict[str, str] = {}
    timezone: str | None = None
    aoi: list[Position] | None = None
    berths: list[list[Position]] = []
    anchorage: bool = False
    country: str = ""
    notes: str = ""
    sources: list[str] = []
    traffic: Vessels | None = None
    traffic_stay_hours: Hours = (12, 96)
    traffic_reason: str = ""

    @field_validator("aoi")
    @classmethod
    def _ring(cls, value: list[Position] | None) -> list[Position] | None:
        if value is None:
            return None
        if len(value) < 3:
            raise ValueError("an area of interest needs at least three [longitude, latitude] corners")
        west, east = min(lon for lon, _ in value), max(lon for lon, _ in value)
        if east - west > 180:
            raise ValueError(
                f"the area reaches from {west:g} to {east:g} degrees of longitude, over half the Earth; an area across "
                "the 180th meridian must be cut there into two sites"
            )
        return value


class VesselEntry(Entry):
    """A vessel of interest: a hull or class of the library, or figures of its own."""

    id: Slug
    name: str | None = None
    hull: str | None = None
    vessel_class: str | None = Field(None, alias="class")
    mmsi: Annotated[str, Field(pattern=r"^[0-9]{9}$")] | None = None
    length_m: Metres | None = None
    speed_kn: Knots | None = None
    troops: Persons | None = None
    home: Slug | None = None
    calls_at: Slugs = []


class SourceEntry(Entry):
    """Who says it."""

    id: Slug
    name: str
    origin: Slug
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    credibility: Literal["1", "2", "3", "4", "5", "6"]
    published: Day | None = None
    url: str = ""
    note: str = ""


class ClaimEntry(Entry):
    """A statement in testable form."""

    id: Slug
    source: Slug
    text: str
    kind: ClaimKind
    when: When
    who: Annotated[Slugs, Field(max_length=MAX_WHO)] = []
    site: Slug | None = None
    sites: Slugs = []
    origins: Slugs = []
    destinations: Slugs = []
    at_least: Annotated[Count, Field(ge=1)] | None = None
    at_most: Count | None = None
    length_m: Metres | None = None
    activity: str = ""
    persons: Persons | None = None
    trips: Annotated[Count, Field(ge=1, le=50)] = 1
    prior: Probabilities
    prior_reason: str

    @model_validator(mode="after")
    def _needs(self) -> ClaimEntry:
        problem = _missing_for_kind(self)
        if problem:
            raise ValueError(problem)
        return self


class ComposedEntry(Entry):
    """Other claims joined into one; its parts are read in compose.py."""

    id: Slug
    source: Slug
    text: str
    kind: Literal["composed"]
    all_of: Any = Field(None, alias="all")
    any_of: Any = Field(None, alias="any")
    not_so: Any = Field(None, alias="not")
    at_least: Any = None
    of: Any = None
    prior: Probabilities
    prior_reason: str

    @property
    def joined(self) -> dict[str, Any]:
        """How it is joined, by the keys of the file."""
        return {
            "all": self.all_of,
            "any": self.any_of,
            "not": self.not_so,
            "at_least": self.at_least,
            "of": self.of,
        }


def _count_problem(c: ClaimEntry) -> str:
    if c.kind is ClaimKind.COUNT and c.at_least is None and c.at_most is None:
        return "a count needs `at_least` or `at_most`"
    if c.length_m is not None and (c.kind is not ClaimKind.COUNT or c.who):
        return (
            "only a count of ships of any name has a `length_m` of its own; that of a named vessel stands under "
            "[[vessels]]"
        )
    if c.length_m is not None and c.length_m[1] - c.length_m[0] < LEAST_SPAN_M:
        return (
            f"`length_m` of a count spans {c.length_m[1] - c.length_m[0]:g} m; give a span of at least "
            f"{LEAST_SPAN_M:g} m, since no image measures a ship more finely"
        )
    return ""


def _missing_for_kind(c: ClaimEntry) -> str:
    places = bool(c.site or c.sites)
    if c.kind is ClaimKind.TRANSIT and not (c.origins and c.destinations):
        return "a transit needs `origins` and `destinations` (lists of site ids, any of each)"
    both = sorted(set(c.origins) & set(c.destinations))
    if both:
        return f"{both[0]!r} is origin and destination at once; a passage needs two places"
    if c.kind in (ClaimKind.PRESENCE, ClaimKind.COUNT, ClaimKind.ACTIVITY) and not places:
        return f"a {c.kind} claim needs `site` or `sites`"
    counted = _count_problem(c)
    if counted:
        return counted
    if c.kind is ClaimKind.ACTIVITY and not c.activity:
        return 'an activity claim needs `activity`, for example "crane over the deck"'
    if c.kind is ClaimKind.PERSONS and (c.persons is None or not (c.origins and c.destinations)):
        return "a persons claim needs `persons = [low, high]`, `origins` and `destinations`"
    if c.kind in (ClaimKind.PRESENCE, ClaimKind.TRANSIT, ClaimKind.PERSONS) and not c.who:
        return f'a {c.kind} claim needs `who` (ids of vessels); for ships of any name use kind = "count"'
    if c.at_least is not None and c.at_most is not None and c.at_least > c.at_most:
        return f"at_least ({c.at_least}) is above at_most ({c.at_most})"
    return ""


class HypothesisEntry(Entry):
    """An alternative."""

    id: Slug
    text: str
    motion: Literal["as-claimed", "wrong-port", "wrong-date", "routine"]
    weight: Weight
    reason: str

    @field_validator("id")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value == AS_CLAIMED:
            raise ValueError(f"{AS_CLAIMED!r} is the program's own name for the claim itself; choose another id")
        return value


class RoutineEntry(Entry):
    """Routine motion."""

    home_days: Days = (4, 30)
    away_days: Days = (0.5, 6)
    reason: str = "assumed: no baseline has been measured"


class ThresholdsEntry(Entry):
    """Overrides of the verdict thresholds."""

    supported_probability: Probability = 0.80
    contradicted_probability: Probability = 0.20
    bayes_factor: Annotated[Number, Field(ge=1)] = 10.0
    min_effective_hits: Annotated[Number, Field(ge=1)] = 100.0
    none_of_these_floor: Probability = 0.05

    @model_validator(mode="after")
    def _apart(self) -> ThresholdsEntry:
        if self.contradicted_probability >= self.supported_probability:
            raise ValueError(
                f"contradicted_probability ({self.contradicted_probability:g}) must be below supported_probability "
                f"({self.supported_probability:g})"
            )
        return self


class SeaEntry(Entry):
    """What tells sea from land besides the pixels: one of the three."""

    coastline: FileName | None = None
    """land polygons or closed coastlines"""
    area: FileName | None = None
    """sea polygons"""
    sites: Annotated[bool, Field(strict=True)] = False
    """true: the sites' own areas are drawn along the shore"""

    @model_validator(mode="after")
    def _one(self) -> SeaEntry:
        if sum((self.coastline is not None, self.area is not None, self.sites)) != 1:
            raise ValueError("give one of `coastline` (a file of land), `area` (a file of sea) and `sites = true`")
        return self


class CaseFile(Entry):
    """The head of case.toml; the lists are checked entry by entry, so that one mistake does not lose the rest."""

    schema_version: Version
    id: Slug
    title: str
    summary: str = ""
    seed: Annotated[int, Field(ge=0, strict=True)] = 0
    timezone: str = "UTC"
    simulated: Annotated[bool, Field(strict=True)] = False
    """true: an exercise; its verdicts and report say so"""
    embargo_until: Instant | None = None
    """stamped on every output; `publish` waits for it"""
    window: When | None = None
    """for claims that state no `when`"""
    images: list[FolderName] = []
    sea: SeaEntry | None = None
    """without it the pixels tell sea from land"""
    sites: Annotated[list[dict[str, Any]], Field(max_length=MAX_SITES)] = []
    vessels: list[dict[str, Any]] = []
    sources: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    hypotheses: Annotated[list[dict[str, Any]], Field(max_length=MAX_ALTERNATIVES)] = []
    routine: RoutineEntry = RoutineEntry()
    thresholds: ThresholdsEntry = ThresholdsEntry()


class SightingEntry(Entry):
    """Something a source reports to have seen."""

    id: Slug
    source: Slug
    site: Slug
    when: When
    text: str
    vessels: Slugs = []
    vessel_class: str = Field("", alias="class")
    at_least: Annotated[Count, Field(ge=1)] = 1
    activity: str = ""
    likelihood_ratio: LikelihoodRatio | None = None
    lr_reason: str = ""

    @model_validator(mode="after")
    def _reasoned(self) -> SightingEntry:
        if self.likelihood_ratio and not self.lr_reason:
            raise ValueError("a likelihood_ratio needs `lr_reason`: say why this report weighs so much")
        return self


class ReportedFile(Entry):
    """The head of reported.toml."""

    schema_version: Version
    sightings: list[dict[str, Any]] = []
