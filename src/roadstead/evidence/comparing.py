"""Two pieces of plain data side by side: what was recorded, and what a derivation gives; with room for rounding."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SHOWN = 80


def unlike(recorded: Any, derived: Any, *, tolerance: float, at: str = "") -> Iterator[str]:
    """Where two pieces of plain data differ, a sentence each: `PLACE recorded as A, derived as B`.

    Numbers may differ by `tolerance`, or by that share of them; so may numbers inside a text, or by one in their last
    place, since they are rounded there.

    Args:
        recorded: from a file.
        derived: of the same form.
        tolerance: of numbers.
        at: where the two stand, for the sentence.
    """
    if isinstance(recorded, dict) and isinstance(derived, dict):
        for key in sorted(recorded.keys() | derived.keys()):
            yield from unlike(
                recorded.get(key), derived.get(key), tolerance=tolerance, at=f"{at} {key}".strip().replace("_", " ")
            )
    elif _both_listed(recorded, derived) and not all(map(_plain, (*recorded, *derived))):
        for number, (a, b) in enumerate(zip(recorded, derived, strict=True), start=1):
            yield from unlike(a, b, tolerance=tolerance, at=f"{at} {_name(a, number)}".strip())
    elif not _same(recorded, derived, tolerance):
        yield f"{at} recorded as {_shown(recorded)}, derived as {_shown(derived)}"


def _name(item: Any, number: int) -> str:
    """How an entry of a list is called: by its own name, where it has one."""
    own = next((item[k] for k in ("name", "id", "group_id") if k in item), None) if isinstance(item, dict) else None
    return repr(own)[:_SHOWN] if own is not None else str(number)


def _both_listed(a: Any, b: Any) -> bool:
    return isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b)


def _plain(value: Any) -> bool:
    """Whether it is one number or text: a list of such is shown whole."""
    return not isinstance(value, dict | list | tuple)


def _same(a: Any, b: Any, tolerance: float) -> bool:
    if _both_listed(a, b):
        return all(_same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return _near(a, b, tolerance)
    if isinstance(a, str) and isinstance(b, str):
        return a == b or _same_words(a, b, tolerance)
    return bool(a == b)


def _near(a: float, b: float, tolerance: float) -> bool:
    # verdicts.json is rounded to four places.
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= max(tolerance, tolerance * abs(b)) + 1e-4


def _same_words(a: str, b: str, tolerance: float) -> bool:
    """The same words around numbers that are near."""
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    pairs = zip(NUMBER.findall(a), NUMBER.findall(b), strict=True)
    return all(_near(_value(x), _value(y), tolerance) or abs(_value(x) - _value(y)) <= _last_place(x) for x, y in pairs)


def _value(text: str) -> float:
    return float(text.replace(",", ""))


def _last_place(text: str) -> float:
    return 10.0 ** -len(text.partition(".")[2]) * 1.001


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\u2026"
