"""Orbital elements from files: TLE in two or three lines, and OMM in JSON.

Formats: Hoots and Roehrich 1980, Spacetrack Report 3 (TLE); CCSDS 502.0-B-3, Orbit Mean-Elements Message (OMM), with
the JSON keys of CelesTrak and Space-Track. Mean elements are those of SGP4 and serve no other propagator.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from roadstead.model import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SENTENCES = 8
"""of one file; what is wrong beyond that is counted"""
_LINE_LENGTH = 69
_FIRST_YEAR, _LAST_YEAR = 1957, 2100
"""of satellites"""
_ALPHA5 = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""catalogue numbers from 100,000 begin with a letter; I and O are left out"""
_LINE_1 = re.compile(
    r"1 (?P<norad>[A-HJ-NP-Z\d ][\d ]{3}\d)[A-Z ] .{8} (?P<year>\d\d)(?P<day>[\d ]{3}\.\d{8}) "
    r"(?P<dot>[ +-]\.\d{8}) (?P<ddot>[ +-]\d{5}[+-]\d) (?P<bstar>[ +-]\d{5}[+-]\d) [\d ] [\d ]{4}\d"
)
_LINE_2 = re.compile(
    r"2 (?P<norad>[A-HJ-NP-Z\d ][\d ]{3}\d) (?P<inclination>[\d ]{3}\.\d{4}) (?P<raan>[\d ]{3}\.\d{4}) "
    r"(?P<eccentricity>\d{7}) (?P<perigee>[\d ]{3}\.\d{4}) (?P<anomaly>[\d ]{3}\.\d{4}) "
    r"(?P<motion>[\d ]{2}\.\d{8})[\d ]{5}\d"
)
_OMM_KEYS = {
    "inclination_deg": "INCLINATION",
    "raan_deg": "RA_OF_ASC_NODE",
    "eccentricity": "ECCENTRICITY",
    "perigee_argument_deg": "ARG_OF_PERICENTER",
    "mean_anomaly_deg": "MEAN_ANOMALY",
    "mean_motion_rev_day": "MEAN_MOTION",
}
_OMM_OPTIONAL = {"bstar": "BSTAR", "mean_motion_dot": "MEAN_MOTION_DOT", "mean_motion_ddot": "MEAN_MOTION_DDOT"}
_OMM_FIXED = {
    "MEAN_ELEMENT_THEORY": {"SGP4", "SGP/SGP4"},
    "TIME_SYSTEM": {"UTC"},
    "REF_FRAME": {"TEME"},
    "CENTER_NAME": {"EARTH"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementSet:
    """Mean elements of one satellite at one epoch, for SGP4."""

    name: str
    """as the file writes it; empty where it writes none"""
    norad_id: int
    epoch: datetime
    """UTC"""
    inclination_deg: float
    raan_deg: float
    """right ascension of the ascending node, true equator and mean equinox of the epoch"""
    eccentricity: float
    perigee_argument_deg: float
    mean_anomaly_deg: float
    mean_motion_rev_day: float
    """as printed in a TLE (Kozai)"""
    bstar: float = 0.0
    """drag term, 1 / Earth radii"""
    mean_motion_dot: float = 0.0
    """half the first derivative as printed, rev/day^2; SGP4 does not use it"""
    mean_motion_ddot: float = 0.0
    """a sixth of the second derivative as printed, rev/day^3; SGP4 does not use it"""
    where: str = ""
    """file and line, for messages"""

    def __post_init__(self) -> None:
        if not _FIRST_YEAR <= self.epoch.year <= _LAST_YEAR:
            raise InputError(
                f"epoch {self.epoch:%Y-%m-%d} lies outside {_FIRST_YEAR} to {_LAST_YEAR}; download the elements again"
            )
        limits = {
            "inclination_deg": (0.0, 180.0),
            "raan_deg": (0.0, 360.0),
            "eccentricity": (0.0, 0.999),
            "perigee_argument_deg": (0.0, 360.0),
            "mean_anomaly_deg": (0.0, 360.0),
            "mean_motion_rev_day": (0.01, 18.0),
            "bstar": (-1.0, 1.0),
        }
        for key, (low, high) in limits.items():
            value = getattr(self, key)
            if not (math.isfinite(value) and low <= value <= high):
                raise InputError(f"{key} {value:g} lies outside {low:g} to {high:g}; download the elements again")


def read_elements(text: str, where: str) -> tuple[tuple[ElementSet, ...], tuple[str, ...]]:
    """Every element set that a file holds, in file order, and one sentence for each thing that is none.

    Args:
        text: TLE in two or three lines a set, or OMM JSON (one object or a list of them).
        where: name of the file, for messages.

    Returns:
        Element sets, and what could not be read with its line and the remedy; the rest is read all the same.
    """
    found: list[ElementSet] = []
    losses: list[str] = []
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start == "<":
        losses.append(f"{where}: is a web page or XML, no element sets; save the TLE or JSON text itself")
    elif start in {"[", "{"}:
        _sort(_from_json(text.lstrip("\ufeff"), where), found, losses)
    else:
        _sort(_from_lines(text.lstrip("\ufeff"), where), found, losses)
    if not found and not losses:
        losses.append(f"{where}: holds no element set; give TLE lines or OMM JSON")
    if len(losses) > MOST_SENTENCES:
        losses[MOST_SENTENCES:] = [f"{where}: and {len(losses) - MOST_SENTENCES} more entries that cannot be read"]
    return tuple(found), tuple(losses)


def _sort(mixed: Iterator[ElementSet | str], found: list[ElementSet], losses: list[str]) -> None:
    for thing in mixed:
        if isinstance(thing, str):
            losses.append(thing)
        else:
            found.append(thing)


def _from_lines(text: str, where: str) -> Iterator[ElementSet | str]:
    """Walk over lines; a line that is no element line is the name of the set that follows it."""
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1)]
    lines = [(n, line) for n, line in lines if line and not line.startswith("#")]
    name, i = "", 0
    while i < len(lines):
        number, line = lines[i]
        place = f"{where}:{number}"
        follower = lines[i + 1][1] if i + 1 < len(lines) else ""
        i += 1
        if line.startswith("1 ") and follower.startswith("2 "):
            yield _checked(line, follower, name, place)
            name, i = "", i + 1
        elif line.startswith(("1 ", "2 ")):
            other = 2 if line[0] == "1" else 1
            yield f"{place}: element line {line[0]} stands without its line {other}; restore the pair of lines"
            name = ""
        else:
            if not follower.startswith(("1 ", "2 ")):
                yield f"{place}: {_short(line)} is neither an element line nor the name before one; remove it"
            name = line.removeprefix("0 ").strip()


def _short(line: str) -> str:
    return repr(line if len(line) <= 40 else f"{line[:37]}...")


def _checked(line_1: str, line_2: str, name: str, place: str) -> ElementSet | str:
    """The set of two lines, or the sentence that says what is wrong with them."""
    who = f"{place}: {name or 'unnamed set'}"
    remedy = "download the elements again"
    for number, line in ((1, line_1), (2, line_2)):
        if len(line) != _LINE_LENGTH:
            return f"{who}: element line {number} has {len(line)} characters instead of {_LINE_LENGTH}; {remedy}"
    first, second = _LINE_1.fullmatch(line_1), _LINE_2.fullmatch(line_2)
    if first is None or second is None:
        return f"{who}: element line {1 if first is None else 2} is garbled; {remedy}"
    for number, line in ((1, line_1), (2, line_2)):
        if _checksum(line) != int(line[-1]):
            return f"{who}: checksum of line {number} is {line[-1]}, its digits give {_checksum(line)}; {remedy}"
    if first["norad"] != second["norad"]:
        return f"{who}: lines of two satellites, {first['norad']} and {second['norad']}; {remedy}"
    try:
        return _from_fields(first, second, name, place)
    except (InputError, ValueError, OverflowError) as error:
        return f"{who}: {error}"


def _checksum(line: str) -> int:
    return sum(int(c) if c.isdigit() else c == "-" for c in line[:-1]) % 10


def _from_fields(first: re.Match[str], second: re.Match[str], name: str, place: str) -> ElementSet:
    year, day = int(first["year"]), float(first["day"])
    if not 1 <= day < 367:
        raise InputError(f"day {day:g} of the year is none; download the elements again")
    return ElementSet(
        name=name,
        norad_id=_norad(first["norad"]),
        epoch=datetime(year + (1900 if year >= 57 else 2000), 1, 1, tzinfo=UTC) + timedelta(days=day - 1),
        inclination_deg=float(second["inclination"]),
        raan_deg=float(second["raan"]),
        eccentricity=float(f"0.{second['eccentricity']}"),
        perigee_argument_deg=float(second["perigee"]),
        mean_anomaly_deg=float(second["anomaly"]),
        mean_motion_rev_day=float(second["motion"]),
        bstar=_with_exponent(first["bstar"]),
        mean_motion_dot=float(first["dot"].strip()),
        mean_motion_ddot=_with_exponent(first["ddot"]),
        where=place,
    )


def _norad(text: str) -> int:
    text = text.strip()
    return (10 + _ALPHA5.index(text[0])) * 10_000 + int(text[1:]) if text[0].isalpha() else int(text)


def _with_exponent(text: str) -> float:
    """` 56871-4` is 0.56871e-4."""
    return float(f"{text[0].strip()}.{text[1:6]}e{text[6:]}")


def _from_json(text: str, where: str) -> Iterator[ElementSet | str]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        yield f"{where}{line}: begins like JSON but is broken; download the elements again"
        return
    for number, entry in enumerate(data if isinstance(data, list) else [data], 1):
        yield _omm(entry, f"{where}, entry {number}")


def _omm(entry: Any, place: str) -> ElementSet | str:
    if not isinstance(entry, dict):
        return f"{place}: is no object with OMM keys; give OMM JSON as CelesTrak or Space-Track serve it"
    try:
        _for_sgp4(entry)
        numbers = {ours: _number(entry, key) for ours, key in _OMM_KEYS.items()}
        optional = {ours: _number(entry, key) for ours, key in _OMM_OPTIONAL.items() if entry.get(key) is not None}
        return ElementSet(
            name=str(entry.get("OBJECT_NAME") or ""),
            norad_id=_whole(entry),
            epoch=_epoch(entry),
            where=place,
            **numbers,
            **optional,
        )
    except InputError as error:
        return f"{place}: {error}"


def _for_sgp4(entry: dict[str, Any]) -> None:
    for key, allowed in _OMM_FIXED.items():
        if str(entry.get(key) or next(iter(allowed))).upper() not in allowed:
            found = str(entry[key])[:40]
            raise InputError(f"{key} {found!r} is not {' or '.join(sorted(allowed))}; give mean elements for SGP4")


def _number(entry: dict[str, Any], key: str) -> float:
    value = entry.get(key)
    if value is None or isinstance(value, bool):
        raise InputError(f"{key} is missing; give complete OMM elements")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{key} {str(value)[:40]!r} is no number; download the elements again") from error


def _whole(entry: dict[str, Any]) -> int:
    number = _number(entry, "NORAD_CAT_ID")
    if not (0 < number < 1e9 and number == int(number)):
        raise InputError(f"NORAD_CAT_ID {number:g} is no catalogue number; download the elements again")
    return int(number)


def _epoch(entry: dict[str, Any]) -> datetime:
    text = str(entry.get("EPOCH") or "")
    try:
        epoch = datetime.fromisoformat(text)
        return (epoch if epoch.tzinfo else epoch.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(f"EPOCH {text[:40]!r} is no ISO time; download the elements again") from error
