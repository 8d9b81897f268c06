"""Frozen assumptions: what was assumed is hashed before the first verdict, and later changes are listed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from roadstead.steps import append_line, canonical_json, read_lines, sha256_of, to_plain

if TYPE_CHECKING:
    from datetime import datetime

    from roadstead.case.case import Case

LOG = "assumptions.jsonl"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The state of the assumptions at a run."""

    sha256: str
    first: str
    """hash at the first verdict of this case"""
    changes: tuple[str, ...]
    """each later change: when, which parts"""


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
        f"{group} {getattr(item, 'id', None) or getattr(item, 'site_id', '')}": to_plain(item)
        for group, items in groups.items()
        for item in items
    }
    return parts | {
        "routine": to_plain(case.routine),
        "thresholds": to_plain(case.thresholds),
        "seed": case.seed,
    }


def freeze(case: Case, now: datetime) -> Frozen:
    """Hash the assumptions; append to CASE/ledger/assumptions.jsonl when they are new or have changed."""
    parts = {name: sha256_of(value) for name, value in assumptions(case).items()}
    digest = sha256_of(parts)
    path = case.folder / "ledger" / LOG
    log = read_lines(path)
    if not log or log[-1]["sha256"] != digest:
        line = {"schema_version": SCHEMA_VERSION, "at": now.isoformat(), "sha256": digest, "parts": parts}
        append_line(path, line)
        log.append(json.loads(canonical_json(line)))
    changes = tuple(_change(a, b) for a, b in pairwise(log))
    return Frozen(sha256=digest, first=str(log[0]["sha256"]), changes=changes)


def _change(before: dict[str, Any], after: dict[str, Any]) -> str:
    old, new = before["parts"], after["parts"]
    words = [
        *(f"{name} changed" for name in sorted(old.keys() & new.keys()) if old[name] != new[name]),
        *(f"{name} added" for name in sorted(new.keys() - old.keys())),
        *(f"{name} removed" for name in sorted(old.keys() - new.keys())),
    ]
    return f"{after['at']}: {', '.join(words)}"
