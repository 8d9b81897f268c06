"""Composed claims: `all`, `any`, `not` and `at_least` over other claims of the case, by id or written in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from roadstead.case import build
from roadstead.case.problems import TomlFile
from roadstead.case.schema import MAX_WHO, ClaimEntry, ComposedEntry
from roadstead.model import Claim, ClaimKind, Composition, Junction, Range, TimeSpan

if TYPE_CHECKING:
    from roadstead.case.locate import Path

OWN_KEYS = ("id", "source", "text", "prior", "prior_reason")
"""keys that a part takes from the composed claim"""
NESTED = 6
KEYS = {"all": Junction.ALL, "any": Junction.ANY, "not": Junction.NOT, "at_least": Junction.AT_LEAST}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """What the parts of one composed claim are read with."""

    entry: ComposedEntry
    file: TomlFile
    known: build.Known
    claims: Mapping[str, Claim]
    """those that parts may name: all simple ones, and composed ones that stand above"""
    window: Any
    """of the case, for parts that state no `when`"""


def composed_claim(  # noqa: PLR0917 - as every builder of an entry
    entry: ComposedEntry, file: TomlFile, path: Path, known: build.Known, claims: Mapping[str, Claim], window: Any
) -> Claim | None:
    """The claim, or None with every mistake recorded at its line."""
    good = file.known((*path, "source"), entry.source, known.sources, "source")
    where = _Where(entry=entry, file=file, known=known, claims=claims, window=window)
    stated = {k: v for k, v in entry.joined.items() if v is not None}
    composition = _composition(stated, where, path, 0)
    if not good or composition is None:
        return None
    parts = [claim for claim, _ in composition.claims()]
    problem = _cannot_be_joined(parts)
    if problem:
        file.problem(path, problem)
        return None
    sites = dict.fromkeys(s for c in parts for s in (*c.origins, *c.destinations, *c.sites))
    return Claim(
        id=entry.id,
        source_id=entry.source,
        text=entry.text,
        kind=ClaimKind.COMPOSED,
        when=TimeSpan(min(c.when.start for c in parts), max(c.when.end for c in parts)),
        when_text="; ".join(dict.fromkeys(c.when_text for c in parts)),
        who=tuple(dict.fromkeys(v for c in parts for v in c.who)),
        sites=tuple(sites),
        length_m=parts[0].length_m,
        composed=composition,
        prior=Range(*entry.prior),
        prior_reason=entry.prior_reason,
    )


def _composition(stated: Mapping[str, Any], where: _Where, path: Path, depth: int) -> Composition | None:
    """One junction with its parts."""
    given = [k for k in ("all", "any", "not", "of") if k in stated]
    at_least = stated.get("at_least")
    complete = ("at_least" in stated) == ("of" in stated)
    if len(given) != 1 or not complete or depth > NESTED:
        what = "give one of `all = [...]`, `any = [...]`, `not = ...`, or `at_least = N` with `of = [...]`"
        where.file.problem(path, f"nested more than {NESTED} deep; flatten it" if depth > NESTED else what)
        return None
    key = given[0]
    values = stated[key] if key != "not" else [stated[key]]
    if not isinstance(values, list) or not values:
        where.file.problem((*path, key), "write a list in brackets of ids of claims, or claims written in place")
        return None
    wanted = isinstance(at_least, int) and not isinstance(at_least, bool) and 1 <= at_least <= len(values)
    if key == "of" and not wanted:
        where.file.problem((*path, "at_least"), f"write a whole number from 1 to {len(values)}, the parts in `of`")
        return None
    parts = [_part(v, where, (*path, key) if key == "not" else (*path, key, i), depth) for i, v in enumerate(values)]
    found = tuple(p for p in parts if p is not None)
    if len(found) < len(parts):
        return None
    junction = Junction.AT_LEAST if key == "of" else KEYS[key]
    return Composition(junction=junction, parts=found, at_least=int(at_least or 0) if key == "of" else 0)


def _part(value: Any, where: _Where, path: Path, depth: int) -> Claim | Composition | None:
    """A claim by its id, a junction, or a claim written in place."""
    if isinstance(value, str):
        named = where.claims.get(value) if where.file.known(path, value, where.claims, "claim") else None
        # Without its words: who may not read a source's claim must not find it in another.
        return (named.composed or replace(named, text="", prior_reason="")) if named else None
    if not isinstance(value, dict):
        where.file.problem(path, "write the id of a claim in quotes, or a table like { not = ... } or { kind = ... }")
        return None
    if value.get("kind") == ClaimKind.COMPOSED.value:
        where.file.problem((*path, "kind"), "a part that is composed itself is written without `kind`: { all = [...] }")
        return None
    if "kind" not in value:
        known = {"all", "any", "not", "at_least", "of"}
        for key in value.keys() - known:
            where.file.problem((*path, key), f"unknown key; a part without `kind` knows {', '.join(sorted(known))}")
        return None if value.keys() - known else _composition(value, where, path, depth + 1)
    for key in (k for k in OWN_KEYS if k in value):
        where.file.problem((*path, key), f"a part of a composed claim has no `{key}` of its own; leave it out")
    if any(k in value for k in OWN_KEYS):
        return None
    return _in_place(value, where, path)


def _in_place(value: dict[str, Any], where: _Where, path: Path) -> Claim | None:
    own = where.entry
    window = {} if where.window is None else {"when": where.window}
    taken = {"id": own.id, "source": own.source, "text": "", "prior": list(own.prior), "prior_reason": ""}
    entry = where.file.check(ClaimEntry, window | value | taken, path)
    return None if entry is None else build.claim(entry, where.file, path, where.known)


def _cannot_be_joined(parts: list[Claim]) -> str:
    """Why these claims cannot be asked of one history; empty where they can."""
    stated = next((c.id for c in parts if c.kind is ClaimKind.STATEMENT), None)
    if stated is not None:
        return f"{stated!r} is a statement, which no image of ships can test; leave it out"
    if len({bool(c.who) for c in parts}) > 1:
        return (
            "claims about named vessels and about ships of any name are weighed on different histories; name vessels "
            "in all parts, or in none"
        )
    if len({c.length_m for c in parts}) > 1:
        return (
            "counts of ships of different lengths are weighed on different histories; give every part the same "
            "`length_m`, or none"
        )
    names = {v for c in parts for v in c.who}
    if len(names) > MAX_WHO:
        return f"its parts name {len(names)} vessels together; at most {MAX_WHO} can be computed with"
    span = max(c.when.end for c in parts) - min(c.when.start for c in parts)
    if span > build.MAX_WINDOW:
        return (
            f"its parts lie {span.days} days apart, more than the {build.MAX_WINDOW.days} that can be weighed; split it"
        )
    return ""
