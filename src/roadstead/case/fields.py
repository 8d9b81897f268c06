"""Kinds of values in case files, each with one sentence for what is wrong and what is allowed.

Nothing is coerced: `"0.5"` is no number and `20241017` no date, since a silent reading may not be what was meant.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

SCHEMA_VERSION = 1
SHOWN_CHARACTERS = 60


def shown(value: Any) -> str:
    """What was found, as TOML would write it, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value[: SHOWN_CHARACTERS + 1], ensure_ascii=False)[:SHOWN_CHARACTERS]
    if isinstance(value, (int, float, date)):
        return str(value)[:SHOWN_CHARACTERS]
    if isinstance(value, list):
        return f"[{', '.join(shown(v) for v in value[:4])}{', ...' if len(value) > 4 else ''}]"[:SHOWN_CHARACTERS]
    return "a table" if isinstance(value, dict) else f"a {type(value).__name__}"


def is_number(value: Any) -> bool:
    """Whether it is a finite number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < math.inf


@dataclass(frozen=True, slots=True)
class Between:
    """Checks a pair [low, high] of finite numbers within bounds."""

    least: float
    most: float
    unit: str = ""

    def __call__(self, value: Any) -> Any:
        """The pair; raises ValueError with what is allowed."""
        limits = f"from {self.least:g} to {self.most:.10g} {self.unit}".rstrip()
        if not isinstance(value, (list, tuple)) or len(value) != 2 or not all(is_number(v) for v in value):
            raise ValueError(f"found {shown(value)}; write [low, high], two numbers {limits}")
        if not all(self.least <= v <= self.most for v in value):
            raise ValueError(f"found {shown(list(value))}; both numbers must be {limits}")
        if value[0] > value[1]:
            raise ValueError(f"found {shown(list(value))}; the lower value stands first: [{value[1]:g}, {value[0]:g}]")
        return value


def _version(value: Any) -> int:
    if type(value) is not int or value != SCHEMA_VERSION:
        raise ValueError(f"found {shown(value)}; this version of Roadstead reads schema_version = {SCHEMA_VERSION}")
    return value


def _position(value: Any) -> tuple[float, float]:
    if not isinstance(value, (list, tuple)) or len(value) != 2 or not all(is_number(v) for v in value):
        raise ValueError(f"found {shown(value)}; write [longitude, latitude], two numbers in degrees")
    lon, lat = value
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"{shown([lon, lat])} is no [longitude, latitude] in degrees; longitude stands first")
    return float(lon), float(lat)


def _moment(value: Any) -> Any:
    if isinstance(value, (str, date)):
        return value
    raise ValueError(
        f'found {shown(value)}; write a date or time like "2024-10-17", or '
        '{ start = "2024-10-17", end = "2024-10-20" }'
    )


def _instant(value: Any) -> datetime:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"found {shown(value)}; write a time with its zone, like 2024-11-01T06:00:00Z") from error
    if at.tzinfo is None:
        raise ValueError(f"{shown(value)} states no zone; write a time with its zone, like 2024-11-01T06:00:00Z")
    return at.astimezone(UTC)


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"found {shown(value)}; write a date like 2024-10-18") from error


def _once(values: list[str]) -> list[str]:
    twice = next((v for i, v in enumerate(values) if v in values[:i]), None)
    if twice is not None:
        raise ValueError(f"{twice!r} stands twice; name each once")
    return values


def _path(value: str) -> str:
    if "\0" in value or not value.strip():
        raise ValueError(f"found {shown(value)}; write the name of a folder")
    return value


def _file(value: str) -> str:
    if "\0" in value or not value.strip():
        raise ValueError(f"found {shown(value)}; write the name of a file")
    return value


Version = Annotated[int, PlainValidator(_version)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Slugs = Annotated[list[Slug], AfterValidator(_once)]
FolderName = Annotated[str, AfterValidator(_path)]
FileName = Annotated[str, AfterValidator(_file)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Probability = Annotated[Number, Field(ge=0, le=1)]
Position = Annotated[tuple[float, float], PlainValidator(_position)]
Moment = Annotated[str | date | datetime, PlainValidator(_moment)]
Instant = Annotated[datetime, PlainValidator(_instant)]
Day = Annotated[date, PlainValidator(_day)]
Pair = tuple[float, float]
Probabilities = Annotated[Pair, BeforeValidator(Between(0, 1))]
Metres = Annotated[Pair, BeforeValidator(Between(1, 600, "metres"))]
Knots = Annotated[Pair, BeforeValidator(Between(0.1, 100, "knots"))]
Persons = Annotated[Pair, BeforeValidator(Between(0, 10_000_000, "persons"))]
Vessels = Annotated[Pair, BeforeValidator(Between(0, 2000, "vessels at once"))]
Hours = Annotated[Pair, BeforeValidator(Between(0.1, 100_000, "hours"))]
Days = Annotated[Pair, BeforeValidator(Between(0.01, 10_000, "days"))]
Weight = Annotated[Pair, BeforeValidator(Between(0.001, 1000))]
LikelihoodRatio = Annotated[Pair, BeforeValidator(Between(0.001, 1000))]
