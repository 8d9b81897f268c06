"""What may stand in case.toml and reported.toml (pydantic, at the file edge only)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from roadstead.model import ClaimKind

SCHEMA_VERSION = 1

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="lower-case letters, digits and hyphens")]
Probability = Annotated[float, Field(ge=0, le=1)]
When = str | date | datetime


class Entry(BaseModel):
    """Base: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _ordered(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and len(value) == 2 and value[0] > value[1]:
        raise ValueError(f"the lower value stands first: [{value[1]}, {value[0]}]")
    return value


class WhenTable(Entry):
    """A span of local dates or times."""

    start: When
    end: When
    timezone: str | None = None


class SiteEntry(Entry):
    """A site: an id from the library, or a definition of its own."""

    id: Slug
    name: str | None = None
    names: dict[str, str] = {}
    timezone: str | None = None
    aoi: list[tuple[float, float]] | None = None
    berths: list[list[tuple[float, float]]] = []
    country: str = ""
    notes: str = ""
    sources: list[str] = []
    traffic: tuple[float, float] | None = None
    traffic_stay_hours: tuple[float, float] = (12, 96)
    traffic_reason: str = ""

    _order = field_validator("traffic", "traffic_stay_hours")(_ordered)

    @field_validator("aoi")
    @classmethod
    def _ring(cls, value: list[tuple[float, float]] | None) -> list[tuple[float, float]] | None:
        if value is None:
            return None
        if len(value) < 3:
            raise ValueError("an area of interest needs at least three [longitude, latitude] corners")
        for lon, lat in value:
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise ValueError(f"[{lon}, {lat}] is no [longitude, latitude] in degrees; longitude stands first")
        return value


class VesselEntry(Entry):
    """A vessel of interest: a hull or class of the library, or figures of its own."""

    id: Slug
    name: str | None = None
    hull: str | None = None
    vessel_class: str | None = Field(None, alias="class")
    length_m: tuple[float, float] | None = None
    speed_kn: tuple[float, float] | None = None
    troops: tuple[float, float] | None = None
    home: Slug | None = None
    calls_at: list[Slug] = []

    _order = field_validator("length_m", "speed_kn", "troops")(_ordered)


class SourceEntry(Entry):
    """Who says it."""

    id: Slug
    name: str
    origin: Slug
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    credibility: Literal["1", "2", "3", "4", "5", "6"]
    published: date | None = None
    url: str = ""
    note: str = ""


class ClaimEntry(Entry):
    """A statement in testable form."""

    id: Slug
    source: Slug
    text: str
    kind: ClaimKind
    when: When | WhenTable
    who: list[Slug] = []
    site: Slug | None = None
    sites: list[Slug] = []
    origins: list[Slug] = []
    destinations: list[Slug] = []
    at_least: Annotated[int, Field(ge=1)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None
    activity: str = ""
    persons: tuple[float, float] | None = None
    trips: Annotated[int, Field(ge=1, le=50)] = 1
    prior: tuple[Probability, Probability]
    prior_reason: str

    _order = field_validator("prior", "persons")(_ordered)

    @model_validator(mode="after")
    def _needs(self) -> ClaimEntry:
        problem = _missing_for_kind(self)
        if problem:
            raise ValueError(problem)
        return self


def _missing_for_kind(c: ClaimEntry) -> str:
    places = bool(c.site or c.sites)
    if c.kind is ClaimKind.TRANSIT and not (c.origins and c.destinations):
        return "a transit needs `origins` and `destinations` (lists of site ids, any of each)"
    if c.kind in (ClaimKind.PRESENCE, ClaimKind.COUNT, ClaimKind.ACTIVITY) and not places:
        return f"a {c.kind} claim needs `site` or `sites`"
    if c.kind is ClaimKind.COUNT and c.at_least is None and c.at_most is None:
        return "a count needs `at_least` or `at_most`"
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
    weight: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]
    reason: str

    _order = field_validator("weight")(_ordered)


class RoutineEntry(Entry):
    """Routine motion."""

    home_days: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (4, 30)
    away_days: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (0.5, 6)
    reason: str = "assumed: no baseline has been measured"

    _order = field_validator("home_days", "away_days")(_ordered)


class ThresholdsEntry(Entry):
    """Overrides of the verdict thresholds."""

    supported_probability: Probability = 0.80
    contradicted_probability: Probability = 0.20
    bayes_factor: Annotated[float, Field(ge=1)] = 10.0
    min_effective_hits: Annotated[float, Field(ge=1)] = 100.0
    none_of_these_floor: Probability = 0.05


class CaseFile(Entry):
    """The head of case.toml; the lists are checked entry by entry, so that one mistake does not lose the rest."""

    schema_version: Literal[1]
    id: Slug
    title: str
    summary: str = ""
    seed: Annotated[int, Field(ge=0)] = 0
    timezone: str = "UTC"
    images: list[str] = []
    sites: list[dict[str, Any]] = []
    vessels: list[dict[str, Any]] = []
    sources: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    hypotheses: list[dict[str, Any]] = []
    routine: RoutineEntry = RoutineEntry()
    thresholds: ThresholdsEntry = ThresholdsEntry()


class SightingEntry(Entry):
    """Something a source reports to have seen."""

    id: Slug
    source: Slug
    site: Slug
    when: When | WhenTable
    text: str
    vessels: list[Slug] = []
    vessel_class: str = Field("", alias="class")
    at_least: Annotated[int, Field(ge=1)] = 1
    activity: str = ""
    likelihood_ratio: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] | None = None
    lr_reason: str = ""

    _order = field_validator("likelihood_ratio")(_ordered)

    @model_validator(mode="after")
    def _reasoned(self) -> SightingEntry:
        if self.likelihood_ratio and not self.lr_reason:
            raise ValueError("a likelihood_ratio needs `lr_reason`: say why this report weighs so much")
        return self


class ReportedFile(Entry):
    """The head of reported.toml."""

    schema_version: Literal[1]
    sightings: list[dict[str, Any]] = []
