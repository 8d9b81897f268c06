"""What is wrong with a value of a case file and what is allowed, in words of TOML instead of pydantic's."""

from __future__ import annotations

import difflib
from typing import Any, get_args

from pydantic import BaseModel

from roadstead.case.fields import shown


def near(wanted: str, names: list[str]) -> str:
    """The name that was probably meant, and all that are known."""
    close = difflib.get_close_matches(wanted, names, n=1)
    listed = ", ".join(sorted(names)) or "none"
    return f"did you mean {close[0]!r}? Known: {listed}" if close else f"known: {listed}"


def sentence(item: Any, model: type[BaseModel]) -> str:
    """One sentence for one error of pydantic.

    Args:
        item: an entry of `ValidationError.errors()`.
        model: the model of the whole value, to list the keys it knows.
    """
    kind, found = item["type"], item.get("input")
    if kind == "extra_forbidden":
        return f"unknown key; {near(str(item['loc'][-1]), _names(_model_at(model, item['loc'])))}"
    if kind == "missing":
        return "is missing and must be given"
    if kind == "value_error":
        return str(item["ctx"]["error"])
    return f"found {shown(found)}; {_allowed(kind, found, item)}"


def _allowed(kind: str, found: Any, item: Any) -> str:
    limits = item.get("ctx", {})
    if kind == "list_type" and isinstance(found, dict):
        return f"begin each entry with [[{item['loc'][-1]}]] in double brackets"
    if kind in ("literal_error", "enum"):
        return f"allowed: {str(limits['expected']).replace(chr(39), chr(34))}"
    if kind in _WORDS:
        return _WORDS[kind].format(**limits)
    return str(item["msg"])


_WORDS = {
    "string_pattern_mismatch": "allowed: lower-case letters, digits and hyphens, beginning with a letter or digit",
    "string_type": "write text in quotes",
    "list_type": "write a list in brackets, like [...]",
    "dict_type": "write a table, like {{ ... }}",
    "model_type": "write a table, like {{ ... }}",
    "int_type": "write a whole number",
    "float_type": "write a number",
    "finite_number": "write a finite number",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "too_long": "at most {max_length} entries can be computed with",
}


def _names(model: type[BaseModel]) -> list[str]:
    return [f.alias or n for n, f in model.model_fields.items()]


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The table in which the last key of a location stands."""
    for part in loc[:-1]:
        field = model.model_fields.get(str(part))
        model = (_model_in(field.annotation) if field else None) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a))), None)
