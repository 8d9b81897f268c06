"""What an image file says besides its pixels: tags in which people, programs and disks leave their names.

Only names of tags are read, by the file's own structure; pixels are not decoded and nothing is changed.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = frozenset({".tif", ".tiff", ".png", ".jpg", ".jpeg"})
"""endings of files that are understood here"""
UNREADABLE = "a structure that cannot be read"
_TIFF = {
    269: "DocumentName", 270: "ImageDescription", 285: "PageName", 315: "Artist", 316: "HostComputer", 700: "XMP",
    33432: "Copyright", 33723: "IPTC", 34377: "Photoshop", 34665: "EXIF", 34853: "GPS", 37724: "ImageSourceData",
    40092: "XPComment", 40093: "XPAuthor", 42112: "GDAL_METADATA",
}  # fmt: skip
_SUB_IFDS = 330
_PNG = {b"tEXt": "text", b"zTXt": "text", b"iTXt": "text", b"eXIf": "EXIF", b"tIME": "time"}
_JPEG = {0xE1: "EXIF or XMP", 0xED: "IPTC", 0xFE: "comment", **{n: f"APP{n - 0xE0}" for n in range(0xE3, 0xED)}}
_MAX_IFDS, _MAX_TAGS = 10_000, 4096


def telling_tags(path: Path) -> tuple[str, ...]:
    """Names of the tags that may tell of persons, programs or disks, sorted; `UNREADABLE` among them where it is so."""
    try:
        data = path.read_bytes()
        readers = {b"II": _tiff, b"MM": _tiff, b"\x89P": _png, b"\xff\xd8": _jpeg}
        reader = readers.get(data[:2])
        return tuple(sorted(set(reader(data)))) if reader else (UNREADABLE,)
    except (OSError, struct.error, IndexError, KeyError, ValueError):
        return (UNREADABLE,)


def _tiff(data: bytes) -> Iterator[str]:
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
    count, size, word = ("Q", 20, "Q") if big else ("H", 12, "I")
    todo = [struct.unpack_from(f"{order}{word}", data, 8 if big else 4)[0]]
    seen: set[int] = set()
    while todo:
        at = todo.pop()
        if at == 0 or at in seen:
            continue
        seen.add(at)
        n = struct.unpack_from(f"{order}{count}", data, at)[0]
        if n > _MAX_TAGS or len(seen) > _MAX_IFDS:
            raise ValueError(n)
        first = at + struct.calcsize(f"{order}{count}")
        for entry in range(first, first + n * size, size):
            tag = struct.unpack_from(f"{order}H", data, entry)[0]
            if tag in _TIFF:
                yield _TIFF[tag]
            if tag == _SUB_IFDS:
                todo += _offsets(data, entry, order, big=big)
        todo.append(struct.unpack_from(f"{order}{word}", data, first + n * size)[0])


def _offsets(data: bytes, entry: int, order: str, *, big: bool) -> list[int]:
    """Where the sub-images of an entry begin."""
    kind = struct.unpack_from(f"{order}H", data, entry + 2)[0]
    form = {4: "I", 13: "I", 16: "Q", 18: "Q"}[kind]
    n = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, entry + 4)[0]
    value = entry + (12 if big else 8)
    if n > _MAX_IFDS:
        raise ValueError(n)
    if n * struct.calcsize(form) > (8 if big else 4):
        value = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, value)[0]
    return list(struct.unpack_from(f"{order}{n}{form}", data, value))


def _png(data: bytes) -> Iterator[str]:
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if kind in _PNG:
            yield _PNG[kind]
        if kind == b"IEND":
            break
    if at != len(data):
        yield "bytes after its end"


def _jpeg(data: bytes) -> Iterator[str]:
    at = 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        if data[at + 1] in _JPEG:
            yield _JPEG[data[at + 1]]
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    if not data.rstrip(b"\0").endswith(b"\xff\xd9") or data.count(b"\xff\xd8\xff", 2):
        yield "bytes after its end"
