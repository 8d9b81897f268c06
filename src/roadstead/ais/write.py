"""Writing AIS: NMEA with tag blocks, and CSV in the layout of a publisher; the same values give the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyais import encode_dict
from pyais.util import compute_checksum

from roadstead.ais._codes import status_number
from roadstead.ais.columns import preset as _preset
from roadstead.ais.values import AisPosition, AisStatic, Track
from roadstead.model import InputError, as_text_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.ais.columns import ColumnMap

_STATIC_FIRST = 0
_SIXBIT = frozenset(chr(c) for c in range(32, 96)) - {"@"}
"""characters that AIS text can carry; @ ends it"""
_DMY = "%d/%m/%Y %H:%M:%S"


def write_nmea(positions: Iterable[AisPosition], statics: Iterable[AisStatic] = (), remark: str = "") -> bytes:
    r"""AIVDM sentences in order of time, each with a tag block `\c:UNIX*hh\` that holds its time.

    Positions become message 1, static data message 5 at their first and last time. Times are kept to the millisecond,
    places to a ten-thousandth of a minute (0.2 m), speed and course to a tenth, sizes to the metre: what AIS carries.

    Args:
        positions: of any ships.
        statics: of any ships.
        remark: first line, after a `#`; exercises write their mark there.

    Raises:
        InputError: a value that AIS cannot carry.
    """
    entries: list[tuple[datetime, str, int, dict[str, Any]]] = [
        (p.t_utc, p.mmsi, 1, _position_fields(p)) for p in positions
    ]
    for s in statics:
        entries += [(t, s.mmsi, _STATIC_FIRST, _static_fields(s)) for t in sorted({s.t_utc, s.last_utc})]
    lines = [f"# {_one_line(remark)}"] if remark else []
    entries.sort(key=lambda e: (e[0], e[1], e[2], sorted((k, str(v)) for k, v in e[3].items())))
    for n, (t, _, _, fields) in enumerate(entries):
        tag = f"c:{_unix(t)}"
        block = f"\\{tag}*{_checksum(tag)}\\"
        sentences = encode_dict(fields, talker_id="AI", sentence_type="VDM", seq_id=n % 10)
        lines += [block + sentence for sentence in sentences]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _unix(t: datetime) -> str:
    millis = round(t.astimezone(UTC).timestamp() * 1000)
    return f"{millis // 1000:010d}" if millis % 1000 == 0 else f"{millis:013d}"


def _checksum(tag: str) -> str:
    return f"{compute_checksum('!' + tag):02X}"


def _position_fields(p: AisPosition) -> dict[str, Any]:
    if not (-180 <= p.lon_deg <= 180 and -90 <= p.lat_deg <= 90):
        raise InputError(
            f"MMSI {p.mmsi}: longitude {p.lon_deg}, latitude {p.lat_deg} is no place; give degrees of WGS84"
        )
    return {
        "type": 1,
        "mmsi": p.mmsi,
        "status": status_number(p.nav_status),
        "lon": p.lon_deg,
        "lat": p.lat_deg,
        "speed": 102.3 if p.sog_kn is None else min(p.sog_kn, 102.2),
        "course": 360.0 if p.cog_deg is None else round(p.cog_deg, 1) % 360,
        "heading": 511 if p.heading_deg is None else round(p.heading_deg) % 360,
        "second": p.t_utc.second,
    }


def _static_fields(s: AisStatic) -> dict[str, Any]:
    if s.to_bow_m is None:
        sides = (0.0, s.stated_length_m or 0.0, 0.0, s.stated_beam_m or 0.0)
    else:
        sides = (s.to_bow_m, s.to_stern_m or 0.0, s.to_port_m or 0.0, s.to_starboard_m or 0.0)
    names = ("to_bow", "to_stern", "to_port", "to_starboard")
    limits = (511, 511, 63, 63)
    return {
        "type": 5,
        "mmsi": s.mmsi,
        "imo": int(s.imo) if s.imo and int(s.imo) < 2**30 else 0,
        "callsign": _sixbit(s.callsign, 7),
        "shipname": _sixbit(s.name, 20),
        "ship_type": s.ship_type_code or 0,
        "draught": min(s.draught_m or 0.0, 25.5),
        "destination": _sixbit(s.destination, 20),
        **{n: min(round(v), top) for n, v, top in zip(names, sides, limits, strict=True)},
    }


def _sixbit(text: str, most: int) -> str:
    return "".join(c if c in _SIXBIT else "?" for c in text.upper())[:most]


def _one_line(text: str) -> str:
    return " ".join(text.split()).encode("ascii", "replace").decode("ascii")


def write_csv(
    positions: Iterable[AisPosition],
    statics: Iterable[AisStatic] = (),
    preset: str = "marinecadastre",
    remark: str = "",
) -> bytes:
    """A CSV in a publisher's layout, one row a position in order of time, with the static data then in force.

    Values that are not known are empty cells. A text that a spreadsheet would take for a formula gets an apostrophe,
    which `read_ais` takes off again.

    Args:
        positions: of any ships.
        statics: of any ships.
        preset: id of a shipped layout, see `presets`.
        remark: first line, after a `#`; exercises write their mark there.

    Raises:
        NotFound: no such layout.
        InputError: the layout names no ship, and positions of several are given.
    """
    layout = _preset(preset)
    order = sorted(positions, key=lambda p: (p.t_utc, p.mmsi, p.lon_deg, p.lat_deg, p.file, p.line))
    ships = {p.mmsi for p in order}
    if len(ships) > 1 and not any(ours == "mmsi" for _, ours in layout.columns):
        raise InputError(
            f"layout {preset} names no ship, so it cannot hold {len(ships)} of them; write one file for each"
        )
    said = _tracks(statics)
    lines = [f"# {_one_line(remark)}"] if remark else []
    lines.append(",".join(_quoted(header) for header, _ in layout.columns))
    for p in order:
        track = said.get(p.mmsi)
        values = _values(p, track.static_at(p.t_utc) if track else None, layout)
        lines.append(",".join(_quoted(values.get(ours, "")) for _, ours in layout.columns))
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _tracks(statics: Iterable[AisStatic]) -> Mapping[str, Track]:
    by_ship: dict[str, list[AisStatic]] = {}
    for s in sorted(statics, key=lambda s: (s.t_utc, s.last_utc)):
        by_ship.setdefault(s.mmsi, []).append(s)
    return {mmsi: Track(mmsi=mmsi, positions=(), statics=tuple(group)) for mmsi, group in by_ship.items()}


def _values(p: AisPosition, s: AisStatic | None, layout: ColumnMap) -> dict[str, str]:
    values = {
        "mmsi": p.mmsi,
        "t_utc": _time(p.t_utc, day_first=layout.date_order is not None),
        "lon_deg": f"{p.lon_deg:.6f}",
        "lat_deg": f"{p.lat_deg:.6f}",
        "nav_status": str(status_number(p.nav_status)) if layout.date_order is None else as_text_cell(p.nav_status),
    }
    numbers: dict[str, float | None] = {k: getattr(p, k) for k in ("sog_kn", "cog_deg", "heading_deg")}
    if s is not None:
        sides = ("to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m")
        numbers |= {k: getattr(s, k) for k in (*sides, "length_m", "beam_m", "draught_m")}
        values |= {k: as_text_cell(getattr(s, k)) for k in ("name", "callsign", "destination")}
        values["imo"] = s.imo or ""
        in_words = layout.date_order is not None or not s.ship_type_code
        values["ship_type"] = as_text_cell(s.ship_type) if in_words else str(s.ship_type_code)
    for key, value in numbers.items():
        values[key] = "" if value is None else f"{round(value / layout.scale.get(key, 1.0), 3):g}"
    return values


def _time(t: datetime, *, day_first: bool) -> str:
    text = t.astimezone(UTC).strftime(_DMY if day_first else "%Y-%m-%dT%H:%M:%S")
    return f"{text}.{t.microsecond // 1000:03d}" if t.microsecond else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text
