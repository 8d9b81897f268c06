"""Scenarios: what is to happen in an exercise, who looks, what sources say of it; read from TOML.

Tables `sources`, `claims`, `reports`, `hypotheses` and `routine` are those of a case file and are handed on to it; its
reader checks them. Everything else is checked here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from roadstead.coverage import elements_of
from roadstead.exercise.light import lit
from roadstead.exercise.toml import toml_text
from roadstead.library import form, forms, mission
from roadstead.model import CaseError, Modality, NotFound, TimeSpan, iso
from roadstead.simulate import null_islands

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA_VERSION = 1
MAX_SPAN = timedelta(days=92)
SHORTEST, LONGEST = 0.8, 1.2
"""of the lengths that a form is known with"""
ELSEWHERE = "elsewhere"
"""where a ship is that is at no place of the exercise; no place may be called so"""
_STRICT: dict[str, Any] = {"extra": "forbid", "arbitrary_types_allowed": True}


def _utc(t: datetime) -> datetime:
    if t.tzinfo is None:
        raise ValueError("a time needs a zone; write it in UTC with a Z")
    return t.astimezone(UTC)


Utc = Annotated[datetime, AfterValidator(_utc)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
Lies = Literal["alongside", "anchored", ""]
"""how a ship lies; empty: drawn"""
Table = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Harbour:
    """A place of the Null Islands as this exercise uses it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    id: str
    traffic: Annotated[float, Field(ge=0, le=60)] = 0.0
    """mean number of other ships there at once"""
    stay_hours: Positive = 30.0
    """their mean stay"""
    forms: tuple[str, ...] = ()
    """forms of the library that they are drawn from; empty: all merchant forms"""
    stated_traffic: tuple[Positive, Positive] | None = None
    """what the case assumes of their number, [low, high]; None: half to twice the true mean"""
    stated_stay_hours: tuple[Positive, Positive] | None = None
    """what the case assumes of their stay, [low, high]; None: half to twice the true mean"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vessel:
    """A vessel of interest."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    id: Slug
    name: str
    form: str
    length_m: Annotated[float, Field(ge=15, le=400)]
    home: str
    speed_kn: Annotated[float, Field(gt=1, le=40)] = 14.0
    calls_at: tuple[str, ...] = ()
    """where it routinely calls, as the case states it"""
    starts_at: str = ""
    """where it is when the exercise begins; empty: at home"""
    lies: Lies = ""
    """how it lies there"""
    in_case: bool = True
    """False: the case knows nothing of it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voyage:
    """A passage of a vessel of interest; it stays where it arrives until its next one."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    vessel: str
    to: str
    """a place, or `elsewhere`"""
    depart: Utc
    speed_kn: Annotated[float, Field(gt=1, le=40)] | None = None
    """None: the vessel's usual speed"""
    lies: Lies = ""
    """how it lies on arrival"""
    persons: Annotated[int, Field(ge=0)] = 0
    """passengers carried; no image shows them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something done with a vessel in port that images may show."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    vessel: str
    kind: Literal["crane", "trucks"]
    start: Utc
    end: Utc
    only_at_night: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoof:
    """A false position sent for a time."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    start: Utc
    end: Utc
    lon_deg: Annotated[float, Field(ge=-180, le=180)]
    lat_deg: Annotated[float, Field(ge=-90, le=90)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    start: Utc
    end: Utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmitter:
    """How a vessel of interest uses its AIS; those not named send always."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    vessel: str
    off: tuple[Window, ...] = ()
    spoofed: tuple[Spoof, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A satellite that looks: by its orbit, daily at an hour, or at stated times."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    platform: str
    places: tuple[str, ...] = ()
    """places it acquires; empty: all"""
    share: Share = 1.0
    """share of its passes or days that are acquired"""
    hour_utc: Annotated[float, Field(ge=0, lt=24)] | None = None
    """daily at about this hour"""
    times: tuple[Utc, ...] = ()
    """tasked at these times"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch for which no image of a platform is to be had, whether or not catalogues list what was taken."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    platform: str
    start: Utc
    end: Utc
    listed: bool = True
    """whether catalogues list the images of that time all the same"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole exercise as it is written down."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    schema_version: Literal[1]
    id: Slug
    title: str
    seed: Annotated[int, Field(ge=0, strict=True)]
    start: Utc
    end: Utc
    cloud: Share = 0.4
    """mean share of the sky under cloud"""
    wind_m_s: Annotated[float, Field(ge=0, le=30)] = 5.0
    family: str = ""
    """of a random exercise: which kind of truth was drawn; part of the truth, never of the case"""
    places: tuple[Harbour, ...]
    vessels: tuple[Vessel, ...]
    voyages: tuple[Voyage, ...] = ()
    works: tuple[Work, ...] = ()
    ais: tuple[Transmitter, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    gaps: tuple[Gap, ...] = ()
    sources: tuple[Table, ...] = ()
    claims: tuple[Table, ...] = ()
    reports: tuple[Table, ...] = ()
    hypotheses: tuple[Table, ...] = ()
    routine: Table | None = None

    @property
    def span(self) -> TimeSpan:
        """The time of the exercise."""
        return TimeSpan(self.start, self.end)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        CaseError: it cannot be read, or an entry is wrong; names file and key.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CaseError(path, None, "", f"cannot be read ({error.strerror}); name a scenario file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(path, None, "", f"is no valid TOML in UTF-8: {error}") from error
    return scenario_of(data, path)


def shipped_scenario() -> Scenario:
    """The scenario that comes with the program: a landing operation at the Null Islands."""
    text = files("roadstead.exercise").joinpath("data/null-islands-landing.toml").read_text("utf-8")
    return scenario_of(tomllib.loads(text), Path("null-islands-landing.toml"))


def scenario_of(data: Mapping[str, Any], where: Path) -> Scenario:
    """A scenario from plain tables; raises CaseError naming the key."""
    try:
        scenario = _adapter().validate_python(dict(data))
    except ValidationError as error:
        # A misspelt key also leaves its right spelling missing: the misspelling is what helps.
        first = min(error.errors(include_url=False), key=lambda e: e["type"] != "unexpected_keyword_argument")
        key = ".".join(str(part) for part in first["loc"])
        raise CaseError(where, None, key, _sentence(first)) from error
    for key, problem in _problems(scenario):
        raise CaseError(where, None, key, problem)
    return scenario


def scenario_toml(scenario: Scenario) -> str:
    """The scenario as it could be read again."""
    return toml_text(_plain(scenario))


@cache
def _adapter() -> TypeAdapter[Scenario]:
    return TypeAdapter(Scenario)


def _plain(value: Any) -> Any:
    """Dataclasses as tables, without what is at its default."""
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if not hasattr(value, "__dataclass_fields__"):
        return value
    pairs = ((f, getattr(value, f.name)) for f in fields(value))
    return {f.name: _plain(v) for f, v in pairs if v is not None and v not in (f.default, ())}


def _sentence(item: Any) -> str:
    found, said = item["input"], item["msg"].removeprefix("Value error, ")
    if item["type"] == "missing":
        return "is missing; add it"
    if item["type"] == "unexpected_keyword_argument":
        return "is no key of a scenario; remove it or correct its spelling"
    return f"found {str(found)[:60]!r}; {said[0].lower()}{said[1:]}"


def _problems(s: Scenario) -> list[tuple[str, str]]:
    """What is wrong between entries, in the order of the file."""
    if not s.start < s.end <= s.start + MAX_SPAN:
        return [("end", f"an exercise ends after its start, within {MAX_SPAN.days} days of it; correct `end`")]
    return [*_wrong_names(s), *_wrong_ships(s), *_wrong_sensors(s), *_wrong_times(s)]


def _wrong_names(s: Scenario) -> list[tuple[str, str]]:
    islands = [p.id for p in null_islands()]
    here, ships = [p.id for p in s.places], [v.id for v in s.vessels]
    wanted: list[tuple[str, str, list[str], str]] = []
    for i, p in enumerate(s.places):
        wanted.append((f"places.{i}.id", p.id, islands, "place of the Null Islands"))
        wanted += [(f"places.{i}.forms", f, sorted(forms()), "ship form") for f in p.forms]
    for i, v in enumerate(s.vessels):
        wanted += [(f"vessels.{i}.home", v.home, here, "place of the scenario")]
        wanted += [(f"vessels.{i}.form", v.form, sorted(forms()), "ship form")]
        wanted += [(f"vessels.{i}.calls_at", c, here, "place of the scenario") for c in v.calls_at]
        if v.starts_at:
            wanted.append((f"vessels.{i}.starts_at", v.starts_at, [*here, ELSEWHERE], "place of the scenario"))
    for i, y in enumerate(s.voyages):
        wanted.append((f"voyages.{i}.vessel", y.vessel, ships, "vessel of the scenario"))
        wanted.append((f"voyages.{i}.to", y.to, [*here, ELSEWHERE], "place of the scenario"))
    wanted += [(f"works.{i}.vessel", w.vessel, ships, "vessel of the scenario") for i, w in enumerate(s.works)]
    wanted += [(f"ais.{i}.vessel", a.vessel, ships, "vessel of the scenario") for i, a in enumerate(s.ais)]
    for i, e in enumerate(s.sensors):
        wanted += [(f"sensors.{i}.places", p, here, "place of the scenario") for p in e.places]
    out = [
        (key, f"{name!r} is no {what}; write one of {', '.join(allowed)}")
        for key, name, allowed, what in wanted
        if name not in allowed
    ]
    for key, ids in (("places", here), ("vessels", ships)):
        out += [(f"{key}.{i}.id", f"{n!r} stands twice; ids must differ") for i, n in enumerate(ids) if n in ids[:i]]
    return out


def _wrong_ships(s: Scenario) -> list[tuple[str, str]]:
    """Vessels of impossible size, and ids that ships of the other traffic bear."""
    out = []
    for i, v in enumerate(s.vessels):
        fits = form(v.form).length_m
        if not SHORTEST * fits.low <= v.length_m <= LONGEST * fits.high:
            said = f"{v.length_m:g} m is no length of a {v.form} ({fits.low:g} to {fits.high:g} m)"
            out.append((f"vessels.{i}.length_m", f"{said}; correct the length or the form"))
        if any(v.id.startswith(f"{p.id}-") for p in s.places):
            out.append((f"vessels.{i}.id", f"{v.id!r} begins as the ids of other traffic do; choose another id"))
    return out


def _wrong_sensors(s: Scenario) -> list[tuple[str, str]]:
    """Satellites that do not exist, cannot look, or would look by night, and gaps of nobody."""
    out: list[tuple[str, str]] = []
    flying = {e.id for e in elements_of(None).satellites if e.own_sets or e.shipped_sets}
    for i, e in enumerate(s.sensors):
        known = mission(e.platform)
        if known is None:
            said = f"{e.platform!r} is no satellite of the library; write for example sentinel-1a"
            out.append((f"sensors.{i}.platform", said))
        elif e.hour_utc is None and not e.times and e.platform not in flying:
            said = f"no orbit of {e.platform} is shipped, so it would never look; give `hour_utc` or `times`"
            out.append((f"sensors.{i}.platform", said))
        elif known.modality is not Modality.SAR:
            where = e.places or tuple(p.id for p in s.places)
            dark = [t for t in e.times if not all(lit(p, t) for p in where)]
            if dark:
                out.append((f"sensors.{i}.times", f"the sun is down at {iso(dark[0])}; name a time by day"))
    used = sorted({e.platform for e in s.sensors})
    out += [
        (f"gaps.{i}.platform", f"no sensor here is {g.platform!r}; write one of {', '.join(used)}")
        for i, g in enumerate(s.gaps)
        if g.platform not in used
    ]
    return out


def _wrong_times(s: Scenario) -> list[tuple[str, str]]:
    spans = [(f"works.{i}", w.start, w.end) for i, w in enumerate(s.works)]
    spans += [(f"gaps.{i}", g.start, g.end) for i, g in enumerate(s.gaps)]
    for i, a in enumerate(s.ais):
        spans += [(f"ais.{i}.off", w.start, w.end) for w in a.off]
        spans += [(f"ais.{i}.spoofed", w.start, w.end) for w in a.spoofed]
    out = [(f"{key}.end", "ends before it starts; swap the two") for key, start, end in spans if end <= start]
    return out + [
        (f"voyages.{i}.depart", "lies outside the time of the exercise; move it inside")
        for i, y in enumerate(s.voyages)
        if not s.start <= y.depart < s.end
    ]


def open_scenario(name: str) -> Scenario:
    """A scenario file, or the shipped one by its id; raises InputError."""
    if name == shipped_scenario().id:
        return shipped_scenario()
    path = Path(name)
    if not path.is_file():
        raise NotFound(f"{name}: no such file; name a scenario file, or {shipped_scenario().id} for the shipped one")
    return read_scenario(path)
