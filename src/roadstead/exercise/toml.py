"""Plain tables as TOML text: what an exercise writes, people read."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from roadstead.model import SIMULATED_MARK, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")
COMMENT = f"# {SIMULATED_MARK} - written by `roadstead exercise`; nothing in it happened.\n"


def toml_text(tables: Mapping[str, Any]) -> str:
    """TOML of a mapping: values, then tables, then lists of tables, each in the order given; starts with the mark."""
    lines = [COMMENT]
    lists = {k: v for k, v in tables.items() if isinstance(v, list) and v and isinstance(v[0], dict)}
    inner = {k: v for k, v in tables.items() if isinstance(v, dict)}
    lines += [f"{_key(k)} = {_value(v)}\n" for k, v in tables.items() if k not in lists and k not in inner]
    for name, table in inner.items():
        lines += [f"\n[{_key(name)}]\n", *(f"{_key(k)} = {_value(v)}\n" for k, v in table.items())]
    for name, rows in lists.items():
        for row in rows:
            lines += [f"\n[[{_key(name)}]]\n", *(f"{_key(k)} = {_value(v)}\n" for k, v in row.items())]
    return "".join(lines)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return repr(value)
