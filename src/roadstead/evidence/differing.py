"""What changed between two editions: in words, and as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHORT = 160


class Kind(StrEnum):
    """What a difference is about."""

    VERDICT = "verdict"
    CLAIM = "claim"
    EVIDENCE = "evidence"
    ASSUMPTION = "assumption"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that an edition says otherwise than another."""

    kind: Kind
    id: str
    """what it is about: a claim's id, the name of a piece of evidence or of an assumption"""
    sentence: str
    before: Any
    """plain data; None where there was none"""
    after: Any


def differences_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Everything that differs between two states, as `state_of` gives them: verdicts first, then what may be why.

    Args:
        before: the earlier state.
        after: the later one.
    """
    why = [
        *_keyed(Kind.CLAIM, "claims", "claim", before, after),
        *_keyed(Kind.EVIDENCE, "evidence", "", before, after),
        *_keyed(Kind.ASSUMPTION, "assumptions", "assumption:", before, after),
    ]
    texts = _keyed(Kind.TEXT, "texts", "the case's", before, after)
    return (*_verdicts(before["verdicts"], after["verdicts"], why), *why, *texts)


def _verdicts(old: Mapping[str, Any], new: Mapping[str, Any], why: list[Difference]) -> Iterator[Difference]:
    for claim in sorted(old.keys() | new.keys()):
        a, b = old.get(claim), new.get(claim)
        if a == b:
            continue
        if a is None or b is None:
            said = f"claim {claim}: {'has a verdict now: ' + _called(b) if b else 'has no verdict any more'}"
        else:
            moved = "; ".join(_moves(a, b))
            said = f"claim {claim}: {moved}. {_reason(claim, why)}"
        yield Difference(kind=Kind.VERDICT, id=claim, sentence=said, before=a, after=b)


def _called(verdict: Any) -> str:
    return f"{verdict['verdict']}, {_pair(verdict['probability'])}" if verdict else ""


_WORDS = {"prior": "before evidence"}  # the analyst's own prior is an assumption, told apart


def _moves(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    for name in [n for n in b if n != "elements"]:
        if a.get(name) != b[name]:
            yield f"{_WORDS.get(name, name)} {_move(a.get(name), b[name])}"
    old, new = a.get("elements", {}), b.get("elements", {})
    for element in [e for e in new if old.get(e) != new[e]]:
        yield f"{element}: {_move(old.get(element), new[element])}"


def _reason(claim: str, why: list[Difference]) -> str:
    """What else changed, since that is where a changed verdict comes from."""
    parts = []
    if any(d.kind is Kind.CLAIM and d.id == claim for d in why):
        parts.append("the claim is stated otherwise")
    for kind, words in ((Kind.EVIDENCE, "piece(s) of evidence"), (Kind.ASSUMPTION, "assumption(s)")):
        changed = [d.id for d in why if d.kind is kind]
        if changed:
            parts.append(f"{len(changed)} {words} changed ({_some(changed)})")
    if not parts:
        return "Neither claim, evidence nor assumptions changed: the program weighs otherwise."
    return f"Since then {', '.join(parts)}."


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", \u2026" if len(names) > 3 else "")


def _keyed(
    kind: Kind, part: str, word: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    old, new = before[part], after[part]
    for name in sorted(old.keys() | new.keys()):
        a, b = old.get(name), new.get(name)
        if a == b:
            continue
        called = f"{word} {name}".strip()
        if a is None:
            said = f"{called} is new"
        elif b is None:
            said = f"{called} is gone"
        elif isinstance(a, dict) and isinstance(b, dict):
            keys = [k for k in sorted(a.keys() | b.keys()) if a.get(k) != b.get(k)]
            said = f"{called}: {'; '.join(f'{k} {_move(a.get(k), b.get(k))}' for k in keys)}"
        else:
            said = f"{called}: {_move(a, b)}"
        yield Difference(kind=kind, id=name, sentence=said, before=a, after=b)


def _move(before: Any, after: Any) -> str:
    return f"{_shown(before)} \u2192 {_shown(after)}"


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return (
            _pair(value)
            if len(value) == 2 and all(isinstance(v, int | float) for v in value)
            else " / ".join(map(str, value))
        )
    text = str(value)
    return text if len(text) <= SHORT else f"{text[:SHORT]}\u2026"


def _pair(pair: list[float]) -> str:
    return f"{pair[0]:g}\u2013{pair[1]:g}"
