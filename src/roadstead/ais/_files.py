"""Files, folders, gzip and zip as streams of lines or of spreadsheet rows; whatever is neither becomes a loss."""

from __future__ import annotations

import codecs
import gzip
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from roadstead.ais._losses import Losses

_HEAD = 4096
_LONGEST_LINE = 16_384
"""characters; no row of AIS comes near it"""
_MOST_UNPACKED = 4 * 1024**3
"""bytes of one spreadsheet; beyond it, it is no export of positions"""
_BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, UnicodeError)
"""what damage (zlib, zip, gz), encryption (RuntimeError), an unknown packing or a vanishing file raises"""
_AGAIN = "download or export it again"


def _latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("roadstead-latin-1", _latin_1)


@dataclass(frozen=True, slots=True)
class Text:
    """A text file; `lines` gives (1-based number, line without its end)."""

    name: str
    lines: Iterator[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a spreadsheet; `rows` gives (1-based number, cells)."""

    name: str
    rows: Iterator[tuple[int, tuple[Any, ...]]]


def sources(paths: Iterable[Path], losses: Losses) -> Iterator[Text | Sheet]:
    """Every text and sheet of files and folders, in order of name; each is to be read before the next is taken."""
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        if not files:
            losses.note(path.name or str(path), "is an empty folder", "give AIS files")
        for file in files:
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            name = name.encode("utf-8", "backslashreplace").decode()
            try:
                with file.open("rb") as stream:
                    yield from _opened(stream, name, losses)
            except _BROKEN as error:
                losses.note(
                    name, f"cannot be read ({_reason(error)})", "check that it exists, is whole and may be read"
                )


def _opened(stream: IO[bytes], name: str, losses: Losses) -> Iterator[Text | Sheet]:
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(stream) as unpacked:
            start = unpacked.read(_HEAD)
            unpacked.seek(0)
            yield from _text(cast("IO[bytes]", unpacked), start, name, losses)
    elif head.startswith(b"PK\x03\x04"):
        yield from _zipped(stream, name, losses)
    else:
        yield from _text(stream, head, name, losses)


def _zipped(stream: IO[bytes], name: str, losses: Losses) -> Iterator[Text | Sheet]:
    with zipfile.ZipFile(stream) as archive:
        if "xl/workbook.xml" in archive.namelist():
            if sum(info.file_size for info in archive.infolist()) > _MOST_UNPACKED:
                losses.note(name, "unpacks to more than 4 GiB", "export it as CSV")
                return
            yield from _sheets(stream, name, losses)
            return
        for info in sorted(archive.infolist(), key=lambda i: i.filename):
            if not info.is_dir():
                with archive.open(info) as member:
                    start = member.read(_HEAD)
                with archive.open(info) as member:
                    yield from _text(member, start, f"{name}/{info.filename}", losses)


def _sheets(stream: IO[bytes], name: str, losses: Losses) -> Iterator[Sheet]:
    import openpyxl  # noqa: PLC0415 - takes half a second, and few logs are spreadsheets

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(stream, read_only=True, data_only=False)
            for sheet in book.worksheets:
                yield Sheet(f"{name}[{sheet.title}]", _cells(sheet, name, losses))
            book.close()
    except Exception as error:  # noqa: BLE001 - a damaged spreadsheet raises whatever its XML leads to
        losses.note(name, f"is a damaged spreadsheet ({_reason(error)})", "save it again, or export it as CSV")


def _cells(sheet: Any, name: str, losses: Losses) -> Iterator[tuple[int, tuple[Any, ...]]]:
    try:
        yield from enumerate(sheet.iter_rows(values_only=True), 1)
    except Exception as error:  # noqa: BLE001 - rows are parsed lazily, so damage shows only here, as any error
        losses.note(name, f"is a damaged spreadsheet ({_reason(error)})", "save it again, or export it as CSV")


def _text(stream: IO[bytes], head: bytes, name: str, losses: Losses) -> Iterator[Text]:
    encoding = _encoding(head)
    if not head.strip(b" \t\r\n\x00"):
        losses.note(name, "is empty", _AGAIN)
    elif head.startswith(b"\x28\xb5\x2f\xfd"):
        losses.note(name, "is packed with Zstandard", "unpack it first")
    elif encoding is None:
        losses.note(name, "is a binary file, neither NMEA, CSV nor XLSX", "export it as CSV")
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        losses.note(name, "is a web page or XML, no AIS data", "save the CSV or NMEA itself")
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[{")):
        losses.note(name, "is JSON", "export it as CSV")
    else:
        reader = io.TextIOWrapper(
            stream, encoding, errors="roadstead-latin-1" if encoding == "utf-8-sig" else "replace"
        )
        yield Text(name, _lines(reader, name, losses))
        reader.detach()


def _encoding(head: bytes) -> str | None:
    """Encoding of a text by its first bytes; None for a binary file."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and not even:
        return "utf-16-le"
    if even > len(head) // 5 and not odd:
        return "utf-16-be"
    control = sum(head.count(bytes([c])) for c in range(32) if c not in b"\t\n\r\x0c\x1a")
    return "utf-8-sig" if control * 50 <= len(head) else None


def _lines(reader: io.TextIOWrapper, name: str, losses: Losses) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        while line := reader.readline(_LONGEST_LINE):
            number += 1
            if len(line) == _LONGEST_LINE and line[-1] != "\n":
                losses.note(name, "lines are too long for AIS data", _AGAIN, number, line)
                while (rest := reader.readline(_LONGEST_LINE)) and rest[-1] != "\n":
                    pass
            else:
                yield number, line.rstrip("\r\n")
    except _BROKEN as error:
        losses.note(name, f"breaks off ({_reason(error)}); what came before is read", _AGAIN, number)


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:80]
