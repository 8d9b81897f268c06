"""What the data files may hold: pydantic at the file edge. Imported only when data are read."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Positive = Annotated[float, Field(gt=0)]
Angle = Annotated[float, Field(ge=0, le=90)]
Signing = Literal["none", "planetary-computer", "copernicus", "planet-key", "requester-pays"]


def _regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return pattern


Regex = Annotated[Text, AfterValidator(_regex)]


class Strict(BaseModel):
    """Refuses unknown keys, and says which are allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        unknown = sorted(set(data) - set(cls.model_fields)) if isinstance(data, dict) else []
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}; allowed are {', '.join(cls.model_fields)}")
        return data


class NumberSaid(Strict):
    """One source's number or range for a field."""

    value: Annotated[tuple[float, float], Field(description="low, high")]
    source: Text
    text: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> NumberSaid:
        if not 0 < self.value[0] <= self.value[1] < math.inf:
            raise ValueError(f"value {list(self.value)} must be [low, high], both above 0 and finite")
        return self

    @property
    def words(self) -> str:
        """The statement as the source words it, or its figures."""
        low, high = self.value
        return self.text or (f"{low:g}" if low == high else f"{low:g}-{high:g}")


class TextSaid(Strict):
    """One source's words for a field."""

    text: Text
    source: Text


class Numbers(Strict):
    """Everything said of a numeric field."""

    said: Annotated[tuple[NumberSaid, ...], Field(min_length=1)]


class Texts(Strict):
    """Everything said of a field in words."""

    said: Annotated[tuple[TextSaid, ...], Field(min_length=1)]


class Superstructure(Strict):
    """Where the superstructure stands, coarsely."""

    group: Literal["forward", "midships", "aft", "unknown"]
    source: Text


class ClassFile(Strict):
    """One vessel class."""

    id: Id
    name: Text
    designation: str = ""
    kind: Text
    length_m: Numbers
    beam_m: Numbers
    draught_m: Numbers | None = None
    speed_kn: Numbers | None = None
    troops: Numbers | None = None
    cargo_t: Numbers | None = None
    layout: Texts
    superstructure: Superstructure


class MarkEntry(Strict):
    """Something on deck by which a ship differs from others of its class; those that bear it share its id."""

    id: Id
    text: Text
    size_m: Annotated[float, Field(ge=0.2, le=100, description="smallest extent from above, metres")]
    source: Text


class HullFile(Strict):
    """One named ship."""

    id: Id
    name: Text
    class_id: Text
    notes: str = ""
    names: tuple[TextSaid, ...] = ()
    pennant: Texts | None = None
    imo: Texts | None = None
    mmsi: Texts | None = None
    built: Texts | None = None
    length_m: Numbers | None = None
    beam_m: Numbers | None = None
    dwt_t: Numbers | None = None
    gross_tonnage: Numbers | None = None
    home: Texts | None = None
    flag: Texts | None = None
    owner: Texts | None = None
    type: Texts | None = None
    layout: Texts | None = None
    differences: Texts | None = None
    marks: tuple[MarkEntry, ...] = ()
    photographs: Texts | None = None


class NameEntry(Strict):
    """A place name in one script (ISO 15924)."""

    text: Text
    script: Annotated[str, Field(pattern=r"^[A-Z][a-z]{3}$")]


class Position(Strict):
    """A position that a source gives for a site."""

    kind: Literal["port", "settlement", "water"]
    lon: Longitude
    lat: Latitude
    source: Text


class SiteFile(Strict):
    """One site."""

    id: Text
    name: Text
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    timezone: Text
    notes: str = ""
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    names: Annotated[tuple[NameEntry, ...], Field(min_length=1)]
    aoi: Annotated[tuple[tuple[Longitude, Latitude], ...], Field(min_length=3)]
    positions: Annotated[tuple[Position, ...], Field(min_length=1)]


class DistanceEntry(Strict):
    """A sourced distance by water between two sites."""

    between: tuple[Text, Text]
    km: Positive
    source: Text


class DistancesFile(Strict):
    """All sourced distances."""

    distances: tuple[DistanceEntry, ...]


class SwathEntry(Strict):
    """What a sensor can image to the side of its ground track."""

    side: Literal["left", "right", "both"]
    incidence_deg: Annotated[tuple[Angle, Angle] | None, Field(description="low, high, from the vertical")] = None
    off_nadir_max_deg: Annotated[Angle | None, Field(description="at the satellite")] = None
    daylight_only: bool = False

    @model_validator(mode="after")
    def _one_bound(self) -> SwathEntry:
        if (self.incidence_deg is None) == (self.off_nadir_max_deg is None):
            raise ValueError("give either incidence_deg = [low, high] or off_nadir_max_deg")
        if self.incidence_deg and self.incidence_deg[0] > self.incidence_deg[1]:
            raise ValueError(f"incidence_deg {list(self.incidence_deg)} must be [low, high]")
        return self


class OrbitEntry(Strict):
    """How a satellite flies, and what it can see."""

    norad_id: Annotated[int, Field(gt=0)]
    inclination_deg: Annotated[float, Field(ge=0, le=180)]
    node_local_h: Annotated[float | None, Field(ge=0, lt=24, description="mean solar time of ascending node")] = None
    repeat_days: Annotated[int | None, Field(gt=0, le=60)] = None
    repeat_orbits: Annotated[int | None, Field(gt=0)] = None
    track_start: date
    track_end: date | None = None
    swath: SwathEntry

    @model_validator(mode="after")
    def _whole_cycle(self) -> OrbitEntry:
        if (self.repeat_days is None) != (self.repeat_orbits is None):
            raise ValueError("give both repeat_days and repeat_orbits, or neither")
        if self.track_end is not None and self.track_end < self.track_start:
            raise ValueError(f"track_end {self.track_end} lies before track_start {self.track_start}; swap the two")
        return self


class MissionEntry(Strict):
    """A satellite or constellation."""

    id: Text
    name: Text
    match: Regex
    modality: Literal["sar", "optical"]
    native_pixel_m: Positive
    resolved_m: Positive
    acquisition: Literal["systematic", "daily, archive incomplete", "tasked"]
    operator: Text
    credit: Text
    licence: Text
    start: date
    end: date | None = None
    note: str = ""
    orbit: OrbitEntry | None = None
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]


class MissionsFile(Strict):
    """All missions."""

    missions: tuple[MissionEntry, ...]


class CollectionEntry(Strict):
    """One collection of a catalogue, and the missions whose images it lists: all of them, where it is complete."""

    id: Text
    missions: Annotated[tuple[Text, ...], Field(min_length=1)]
    signing: Signing | None = None
    complete: bool = True


class ProviderEntry(Strict):
    """A catalogue that can be asked which images exist."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Text
    kind: Literal["stac-api", "stac-static", "planet"]
    url: Text
    licence: Text
    credit: str = ""
    signing: Signing = "none"
    key_variables: tuple[Text, ...] = ()
    key_needed: bool = False
    links_dated: bool = False
    collections: Annotated[tuple[CollectionEntry, ...], Field(min_length=1)]
    sources: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _reachable(self) -> ProviderEntry:
        scheme = urlsplit(self.url).scheme
        if scheme not in {"http", "https"} and (scheme or self.kind != "stac-static"):
            raise ValueError(f"url {self.url!r} must begin with https://, or for stac-static be the path of a file")
        if self.key_needed and not self.key_variables:
            raise ValueError("key_needed, but key_variables names no environment variable that holds the key")
        return self


class ProvidersFile(Strict):
    """All catalogues."""

    providers: tuple[ProviderEntry, ...]


class TrapEntry(Strict):
    """A trap of language."""

    id: Text
    pattern: Regex
    context: Regex | None = None
    near: tuple[Text, ...] = ()
    warning: Text
    source: Text


class PartsOfMonth(Strict):
    """How the thirds of a month are written."""

    early: Regex
    mid: Regex
    late: Regex


class TrapsFile(Strict):
    """Traps of language, and how dates are written."""

    traps: tuple[TrapEntry, ...]
    months_need_context: tuple[int, ...] = ()
    months: dict[Annotated[int, Field(ge=1, le=12)], Regex]
    parts: PartsOfMonth
