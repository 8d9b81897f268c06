"""Single fields of AIS made clean: text to numbers, sentinel values to None (ITU-R M.1371-5, tables 48, 52 and 55)."""

from __future__ import annotations

import math
import re

_FLOAT_MMSI = re.compile(r"\d+\.0*")
_GUARDED = re.compile(r'="([^"=]*)"')
"""a spreadsheet's way to keep digits as text: ="001234567\""""


_LINE_BREAK = re.compile(r"\s*[\r\n]+\s*")


class FormulaError(ValueError):
    """A cell holds a spreadsheet formula, which is never computed."""


def text_of(cell: object) -> str:
    """Text of a cell; raises FormulaError for a spreadsheet formula."""
    if cell is None:
        return ""
    text = cell if isinstance(cell, str) else repr(cell) if isinstance(cell, float) else str(cell)
    text = text.strip(" \t\r\n\x00\ufeff")
    if text[:1] == "=":
        guarded = _GUARDED.fullmatch(text)
        if guarded is None or not re.fullmatch(r"[\w .:-]*", guarded[1]):
            raise FormulaError(text)
        return guarded[1].strip()
    if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"}:
        return text[1:]
    return text


def label_of(cell: object) -> str:
    """A name, call sign or destination of a table."""
    return words_of(text_of(cell))


def words_of(text: str) -> str:
    """A text that a ship sent, without the padding of six-bit text; an export's `None` or `nan` is nothing."""
    words = _LINE_BREAK.sub(" ", text.split("@", 1)[0].strip())
    return "" if words.casefold() in {"nan", "null", "none", "unknown", "undefined", "[]"} else words


def number_of(cell: object) -> float | None:
    """A finite number, with a decimal point or comma; None for an empty cell or NaN; raises ValueError otherwise."""
    if isinstance(cell, str):
        try:
            value = float(cell)
        except ValueError:
            value = _odd_number(cell)
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        value = float(cell)
    elif cell is None:
        return None
    else:
        raise ValueError(cell)
    if math.isinf(value):
        raise ValueError(cell)
    return None if math.isnan(value) else value


def _odd_number(cell: str) -> float:
    """A number in the clothes of a spreadsheet; NaN for an empty cell."""
    text = text_of(cell)
    if not text or text.casefold() in {"nan", "null", "none", "na", "n/a"}:
        return math.nan
    return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)


def mmsi_of(cell: object) -> str:
    """Nine digits with leading zeros; raises ValueError for anything else."""
    text = str(cell) if isinstance(cell, int) else text_of(cell)
    if _FLOAT_MMSI.fullmatch(text):
        text = text.split(".", maxsplit=1)[0]
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(text)
    return text.zfill(9)


def imo_of(cell: object) -> str | None:
    """Digits of an IMO number; None for 0 and for what holds no digits."""
    text = label_of(cell).upper().removeprefix("IMO").strip(" :-")
    if _FLOAT_MMSI.fullmatch(text):
        text = text.split(".", maxsplit=1)[0]
    return text if text.isascii() and text.isdigit() and int(text) else None


def sog_of(value: float | None) -> float | None:
    """Knots; None for 102.3 and what no field of AIS can carry."""
    return value if value is not None and 0 <= value < 102.25 else None


def cog_of(value: float | None) -> float | None:
    """Degrees; None for 360 and beyond."""
    return value if value is not None and 0 <= value < 360 else None


heading_of = cog_of
"""degrees; None for 511 and whatever is no direction"""


def draught_of(value: float | None) -> float | None:
    """Metres; None for 0."""
    return value if value is not None and 0 < value <= 30 else None


def size_of(value: float | None) -> float | None:
    """Length or beam, metres; None for 0 and what no ship has."""
    return value if value is not None and 0 < value <= 1022 else None


def sizes_of(
    bow: float | None, stern: float | None, port: float | None, starboard: float | None
) -> tuple[tuple[float | None, float | None, float | None, float | None], float | None, float | None]:
    """The four distances from the antenna, length and beam, metres.

    All zero: nothing is known. Bow and port zero, the others not: by ITU-R M.1371-5 (figure 41) the antenna's place is
    unknown and the others are length and beam.
    """
    a, b, c, d = (v if v is not None and 0 <= v <= 511 else 0.0 for v in (bow, stern, port, starboard))
    length, beam = size_of(a + b), size_of(c + d)
    known = length is not None and beam is not None and (a > 0 or c > 0)
    return ((a, b, c, d) if known else (None, None, None, None)), length, beam
