"""Frozen assumptions: what was assumed is hashed before the first verdict, and later changes are listed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from roadstead.model import Claim, iso
from roadstead.steps import append_line, read_lines, sha256_of, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from roadstead.case.case import Case

LOG = "assumptions.jsonl"
CALLS_LOG = "calls.jsonl"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The state of the assumptions at a run."""

    sha256: str
    first: str
    """hash at the first verdict of this case"""
    changes: tuple[str, ...]
    """each later change: when, which parts, what it did to the verdicts"""


def assumptions(case: Case) -> dict[str, Any]:
    """Everything that is assumed rather than observed, as plain data, keyed by part and id."""
    groups = {
        "claims": case.claims,
        "hypotheses": case.hypotheses,
        "vessels": case.vessels,
        "traffic": case.traffic,
        "sites": case.sites,
        "report weights": case.reported,
        "sources": case.sources,
    }
    parts = {
        f"{group} {getattr(item, 'id', None) or getattr(item, 'site_id', '')}": _stated(item)
        for group, items in groups.items()
        for item in items
    }
    if case.sea is not None:
        parts["sea"] = to_plain(case.sea)
    return parts | {
        "routine": to_plain(case.routine),
        "thresholds": to_plain(case.thresholds),
        "seed": case.seed,
    }


def _stated(item: object) -> Any:
    """Plain data of an entry; a length that a claim does not state is no assumption, and changes no hash."""
    plain = to_plain(item)
    return {k: v for k, v in plain.items() if not (isinstance(item, Claim) and k == "length_m" and v is None)}


def assumptions_sha256(case: Case) -> str:
    """The hash of a case's assumptions; nothing is written."""
    return sha256_of(_hashed(case))


def _hashed(case: Case) -> dict[str, str]:
    return {name: sha256_of(value) for name, value in assumptions(case).items()}


def freeze(case: Case, now: datetime) -> Frozen:
    """Hash the assumptions; append to CASE/ledger/assumptions.jsonl when they are new or have changed."""
    parts = _hashed(case)
    digest = sha256_of(parts)
    path = case.folder / "ledger" / LOG
    log = _whole(read_lines(path), "at", "sha256", "parts")
    if not log or log[-1]["sha256"] != digest:
        line = {"schema_version": SCHEMA_VERSION, "at": iso(now), "sha256": digest, "parts": parts}
        append_line(path, line)
        log.append(line)
    return Frozen(sha256=digest, first=str(log[0]["sha256"]), changes=_changes(case, log))


def record_calls(
    case: Case, frozen: Frozen, calls: Mapping[str, str], now: datetime, evidence_sha256: str = ""
) -> Frozen:
    """Keep what was called from these assumptions and this evidence, so that a later change tells what it did.

    Args:
        case: the case.
        frozen: its assumptions, from `freeze`.
        calls: claim id -> verdict in words.
        now: the time, UTC.
        evidence_sha256: hash of the evidence, which may change while assumptions and calls stay.
    """
    path = case.folder / "ledger" / CALLS_LOG
    held = _whole(read_lines(path), "sha256", "calls")
    state = {"sha256": frozen.sha256, "evidence_sha256": evidence_sha256, "calls": dict(calls)}
    if not held or any(held[-1].get(k) != v for k, v in state.items()):
        append_line(path, {"schema_version": SCHEMA_VERSION, "at": iso(now), **state})
    log = _whole(read_lines(case.folder / "ledger" / LOG), "at", "sha256", "parts")
    return replace(frozen, changes=_changes(case, log))


def _whole(lines: list[dict[str, Any]], *keys: str) -> list[dict[str, Any]]:
    """Lines that hold every key; a damaged line is passed over."""
    return [line for line in lines if all(k in line for k in keys)]


def _changes(case: Case, log: list[dict[str, Any]]) -> tuple[str, ...]:
    """Each change with the last call before it and the first one after it: later calls may rest on other evidence."""
    called = _whole(read_lines(case.folder / "ledger" / CALLS_LOG), "at", "sha256", "calls")
    out = []
    for number, (a, b) in enumerate(pairwise(log), start=2):
        until = str(log[number]["at"]) if number < len(log) else "9"
        before = [c for c in called if c["sha256"] == a["sha256"] and str(c["at"]) <= str(b["at"])]
        after = [c for c in called if c["sha256"] == b["sha256"] and str(b["at"]) <= str(c["at"]) <= until]
        out.append(f"{_change(a, b)}. {_effect(before[-1] if before else None, after[0] if after else None)}")
    return tuple(out)


def _change(before: dict[str, Any], after: dict[str, Any]) -> str:
    old, new = before["parts"], after["parts"]
    words = [
        *(f"{name} changed" for name in sorted(old.keys() & new.keys()) if old[name] != new[name]),
        *(f"{name} added" for name in sorted(new.keys() - old.keys())),
        *(f"{name} removed" for name in sorted(old.keys() - new.keys())),
    ]
    return f"{after['at']}: {', '.join(words)}"


def _effect(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    if before is None or after is None:
        return "No verdicts were recorded on one side of this change."
    old, new = before["calls"], after["calls"]
    both = sorted(old.keys() & new.keys())
    moved = [f"{name}: {old[name]} -> {new[name]}" for name in both if old[name] != new[name]]
    said = f"Verdicts that differ since: {'; '.join(moved)}." if moved else "No verdict differs since."
    digests = {before.get("evidence_sha256"), after.get("evidence_sha256")} - {None, ""}
    also = " The evidence changed with it, so not all of that is for this." if moved and len(digests) > 1 else ""
    return f"{said}{also}"
