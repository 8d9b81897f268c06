"""What a case says at one moment, as plain data: what editions are compared by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from roadstead.case import assumptions
from roadstead.steps import sha256_of, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.report import Contents

SCHEMA_VERSION = 1
_SAID = ("text", "kind", "source", "when", "where", "who")


def state_of(contents: Contents, verdicts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Claims, numbers, evidence and assumptions of a case; no time and no version, which change nothing by themselves.

    Args:
        contents: of its report, redacted where that is for the public.
        verdicts: entries of verdicts.json of the same profile.
    """
    case = contents.case
    assumed = {k: v for k, v in assumptions(case).items() if not k.startswith("claims ")}
    return {
        "schema_version": SCHEMA_VERSION,
        "texts": {"title": case.title, "summary": case.summary},
        "claims": {c.id: _claim(to_plain(c)) for c in case.claims},
        "verdicts": {str(v["claim"]): _numbers(v) for v in verdicts},
        "evidence": _evidence(contents),
        "assumptions": {name: _fingerprint(value) for name, value in sorted(assumed.items())}
        | {f"prior of {c.id}": f"{c.prior.low:g} to {c.prior.high:g}: {c.prior_reason}" for c in case.claims},
    }


def _claim(plain: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in plain.items() if k not in {"prior", "prior_reason"}}


def _numbers(verdict: dict[str, Any]) -> dict[str, Any]:
    both = verdict["with_reports"]
    return {
        "verdict": verdict["verdict"],
        "probability": verdict["probability"],
        "prior": verdict["prior"],
        "bayes factor": verdict["bayes_factor"],
        "verdict with reports": both["verdict"],
        "probability with reports": both["probability"],
        "bayes factor with reports": both["bayes_factor"],
        "usable looks": verdict["coverage"]["usable_looks"],
        "elements": {e["name"]: [e["status_without_reports"], e["status"]] for e in verdict["elements"]},
    }


def _evidence(contents: Contents) -> dict[str, str]:
    """What was brought in or read: a name that stays -> a hash or a description of what it holds."""
    found = {f"exhibit {e.id}": e.sha256 for e in contents.exhibits}
    found |= {f"scene {s.id}": s.sha256 or "without its file" for s in contents.scenes}
    for look in contents.looks:
        here = sorted(f.detection.id for f in contents.found if _at(f.detection.scene_id, f.site_id, look))
        found[f"look {look.scene_id} at {look.site_id}"] = f"{len(here)} vessel(s) found"
    found |= {f"report {r.id}": _fingerprint(to_plain(r)) for r in contents.case.reported}
    return dict(sorted(found.items()))


def _at(scene_id: str, site_id: str, look: Any) -> bool:
    return (scene_id, site_id) == (look.scene_id, look.site_id)


def _fingerprint(value: Any) -> Any:
    """Short values as they are, so that a difference can be told; longer ones by their hash."""
    if isinstance(value, int | float | str) and len(str(value)) <= 80:
        return value
    return f"sha256 {sha256_of(value)[:16]}"
