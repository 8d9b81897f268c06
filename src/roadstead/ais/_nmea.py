r"""Reports from NMEA 0183 sentences (IEC 61162-1, AIVDM and AIVDO), with the time that a receiver wrote beside them.

AIS messages carry the second of the minute and no more, so a line without a receiver's time cannot be placed in time.
Times are read from tag blocks (`\c:UNIX*hh\`), from what stands before a sentence (seconds since 1970 or ISO),
from the end of a sentence as coast guards write it, and from Gatehouse wrappers (`$PGHP`).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pyais.exceptions import AISBaseException
from pyais.messages import AISSentence, NMEASentenceFactory

from roadstead.ais import _fields
from roadstead.ais._codes import NAV_STATUS, type_words
from roadstead.ais._times import AmbiguousTimeError, TimeReader
from roadstead.ais.values import GNSS_SIGMA_M, AisPosition, AisStatic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.ais._gather import Gatherer

SENTENCE = re.compile(r"!(?:[A-Z]{2})VD[MO],\d,\d,\d?,[^,*]?,[^,*\s]*,\d\*[0-9A-Fa-f]{2}")
_LOOKS_LIKE = re.compile(r"![A-Z]{2}VD[MO],")
_TAG_TIME = re.compile(r"(?:^|[\\,])c:(\d{9,13})(?=[,*\\])")
_TAG_TEXT = re.compile(r"(?:^|[\\,])t:([^,*\\]+)")
_GATEHOUSE = re.compile(r"\$PGHP,\d+,(\d{4}),(\d+),(\d+),(\d+),(\d+),(\d+),(\d+),")
_TAIL_TIME = re.compile(r",(\d{9,13})$")
_MOST_PENDING = 512
"""multipart messages waiting for their other parts"""
_POSITION_TYPES = {1, 2, 3, 18, 19, 27}
_COARSE_SIGMA_M = 53.0
"""of message 27: tenths of a minute, 185 m, over the root of 12"""


@dataclass(slots=True)
class _Parts:
    time: datetime | None
    sentences: dict[int, AISSentence] = field(default_factory=dict)


def is_nmea(line: str) -> bool:
    """Whether a line holds, or tries to hold, an AIS sentence."""
    return _LOOKS_LIKE.search(line) is not None


def read_nmea(name: str, lines: Iterator[tuple[int, str]], into: Gatherer) -> None:
    """Read sentences; what cannot be read becomes losses."""
    reader = _Sentences(name, into)
    for number, line in lines:
        into.rows += 1
        reader.take(number, line)
    reader.finish()


class _Sentences:
    """Reads the sentences of one file."""

    def __init__(self, name: str, into: Gatherer) -> None:
        self._name, self._into = name, into
        self._times = TimeReader()
        self._pending: OrderedDict[tuple[Any, ...], _Parts] = OrderedDict()
        self._wrapper: datetime | None = None
        self._partial: dict[str, dict[str, Any]] = {}

    def take(self, number: int, line: str) -> None:
        """Keep what one line reports, or hold it until its other parts come."""
        match = SENTENCE.search(line)
        if match is None:
            self._without(number, line)
            return
        time = self._time(line[: match.start()], line[match.end() :], number)
        time, self._wrapper = time or self._wrapper, None
        try:
            sentence = NMEASentenceFactory.produce(match[0].encode("ascii", "replace"))
        except (AISBaseException, ValueError, IndexError):
            self._lose("sentences are garbled", number, line)
            return
        if not isinstance(sentence, AISSentence) or not sentence.is_valid:
            self._lose("sentences have a wrong checksum", number, line)
        elif sentence.frag_cnt == 1:
            self._decode(sentence, time, number)
        else:
            self._part(sentence, time, number, line[: match.start()])

    def finish(self) -> None:
        """Count the messages whose parts never came."""
        for _ in range(len(self._pending)):
            self._drop_oldest()

    def _without(self, number: int, line: str) -> None:
        wrapper = _GATEHOUSE.search(line)
        if wrapper is not None:
            year, month, day, *clock = wrapper.groups()
            hour, minute, second, thousandth = (int(c) for c in clock)
            text = f"{year}-{month:0>2}-{day:0>2}T{hour:02}:{minute:02}:{second:02}.{thousandth:03}"
            self._wrapper = self._read_time(text, number)
        elif line.startswith("#"):
            self._into.remark(line.lstrip("# ").strip())
        elif is_nmea(line):
            self._lose("sentences are garbled", number, line)
        elif line.strip() and not line.lstrip().startswith(("$", "!", "\\")):
            self._lose("lines are no NMEA sentences", number, line)

    def _time(self, before: str, after: str, number: int) -> datetime | None:
        tag = _TAG_TIME.search(before)
        if tag is not None:
            return self._read_time(tag[1], number)
        text = _TAG_TEXT.search(before)
        if text is not None:
            self._into.remark(text[1])
        stamp = before.rsplit("\\", 1)[-1].strip(" ,;:\t[]|")
        if stamp:
            return self._read_time(stamp, number)
        tail = _TAIL_TIME.search(after)
        return self._read_time(tail[1], number) if tail is not None else None

    def _read_time(self, text: str, number: int) -> datetime | None:
        try:
            return self._times.read(text)
        except AmbiguousTimeError:
            self._lose("times could be day-month or month-day", number, text, "write ISO times before the sentences")
        except (ValueError, OverflowError):
            self._lose("times before sentences cannot be read", number, text, "write ISO times before the sentences")
        return None

    def _part(self, sentence: AISSentence, time: datetime | None, number: int, before: str) -> None:
        station = re.search(r"s:([^,*\\]+)", before)
        key = (sentence.seq_id, sentence.channel, sentence.frag_cnt, station[1] if station else "")
        parts = self._pending.get(key)
        if parts is not None and sentence.frag_num in parts.sentences:
            self._lose("multipart messages are incomplete", number, "")
            del self._pending[key]
            parts = None
        if parts is None:
            parts = self._pending[key] = _Parts(time)
        parts.time = parts.time or time
        parts.sentences[sentence.frag_num] = sentence
        if len(parts.sentences) == sentence.frag_cnt:
            del self._pending[key]
            whole = AISSentence.assemble_from_iterable([parts.sentences[i] for i in sorted(parts.sentences)])
            whole.ais_id = whole.bv.get(0, 6)
            self._decode(whole, parts.time, number)
        elif len(self._pending) > _MOST_PENDING:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._pending.popitem(last=False)
        self._lose("multipart messages are incomplete", 0, "")

    def _decode(self, sentence: AISSentence, time: datetime | None, number: int) -> None:
        if sentence.ais_id not in _POSITION_TYPES and sentence.ais_id not in {5, 24}:
            return
        if time is None:
            remedy = "use a log with the receiver's times: AIS messages carry only the second of the minute"
            self._lose("messages have no date and hour", number, "", remedy)
            return
        try:
            message: Any = sentence.decode()
            mmsi = _fields.mmsi_of(int(message.mmsi))
            if self._into.wants(mmsi, time):
                self._keep(message, mmsi, time, number)
        except (AISBaseException, ValueError, TypeError, AttributeError, IndexError):
            self._lose("messages cannot be decoded", number, sentence.raw.decode("ascii", "replace"))

    def _keep(self, message: Any, mmsi: str, time: datetime, number: int) -> None:
        kind = int(message.msg_type)
        if kind in _POSITION_TYPES:
            self._position(message, kind, mmsi, time, number)
        if kind in {5, 19, 24}:
            self._static(message, mmsi, time, number)

    def _position(self, message: Any, kind: int, mmsi: str, time: datetime, number: int) -> None:
        lon, lat = message.lon, message.lat
        if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
            self._lose("reports carry no position", number, "", "nothing to do: the ship sent none")
        elif self._into.place(float(lon), float(lat)):
            status = getattr(message, "status", None)
            sog = None if kind == 27 and message.speed == 63 else _fields.sog_of(message.speed)
            self._into.add(
                AisPosition(
                    mmsi=mmsi,
                    t_utc=time,
                    lon_deg=float(lon),
                    lat_deg=float(lat),
                    sog_kn=None if sog is None else float(sog),
                    cog_deg=_fields.cog_of(_float(message.course)),
                    heading_deg=_fields.heading_of(_float(getattr(message, "heading", None))),
                    nav_status="" if status is None else NAV_STATUS[int(status)],
                    file=self._name,
                    line=number,
                    sigma_m=_COARSE_SIGMA_M if kind == 27 else GNSS_SIGMA_M,
                )
            )

    def _static(self, message: Any, mmsi: str, time: datetime, number: int) -> None:
        """Message 24 comes in two halves, each of which says part; both are joined to what was said before."""
        said = self._partial.setdefault(mmsi, {}) if int(message.msg_type) != 5 else {}
        for ours, theirs in (("name", "shipname"), ("callsign", "callsign"), ("destination", "destination")):
            if hasattr(message, theirs):
                said[ours] = _fields.words_of(getattr(message, theirs) or "")
        if hasattr(message, "ship_type"):
            code = int(message.ship_type or 0)
            said["ship_type_code"], said["ship_type"] = (code, type_words(code)) if 0 < code < 100 else (None, "")
        if hasattr(message, "imo"):
            said["imo"] = _fields.imo_of(message.imo)
        if hasattr(message, "draught"):
            said["draught_m"] = _fields.draught_of(message.draught)
        if hasattr(message, "to_bow"):
            names = ("to_bow", "to_stern", "to_port", "to_starboard")
            sides, length, beam = _fields.sizes_of(*(_float(getattr(message, name)) for name in names))
            said |= {f"{name}_m": side for name, side in zip(names, sides, strict=True)}
            said["stated_length_m"] = None if sides[0] is not None else length
            said["stated_beam_m"] = None if sides[0] is not None else beam
        self._into.say(AisStatic(mmsi=mmsi, t_utc=time, last_utc=time, file=self._name, line=number, **said))

    def _lose(self, what: str, number: int, example: object, remedy: str = "see the original log") -> None:
        self._into.losses.note(self._name, what, remedy, number, example)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
