"""What a case says at one moment, as plain data: what editions are compared by."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from roadstead.case import assumptions
from roadstead.model import Claim
from roadstead.pipeline import ais_files
from roadstead.report.exports import WITHHELD, Profile, withheld_case
from roadstead.steps import from_plain, sha256_file, sha256_of, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.case import Case
    from roadstead.evidence.results import Results
    from roadstead.model import Detection, Look
    from roadstead.report.exports import Redactor

SCHEMA_VERSION = 2
_REPORT, _WEIGHTS, _SOURCE, _PRIOR = "report ", "report weights ", "sources ", "prior of "


def state_of(results: Results) -> dict[str, Any]:
    """Claims, numbers, evidence and assumptions of a case; no time and no version, which change nothing by themselves.

    Args:
        results: in full; `retold` gives what a profile allows of it.
    """
    case = results.case
    assumed = {k: v for k, v in assumptions(case).items() if not k.startswith("claims ")}
    return {
        "schema_version": SCHEMA_VERSION,
        "texts": {"title": case.title, "summary": case.summary},
        "claims": {c.id: _claim(c) for c in case.claims},
        "verdicts": {str(v["claim"]): _numbers(v) for v in results.verdicts},
        "evidence": _evidence(results),
        "assumptions": {name: _fingerprint(value) for name, value in sorted(assumed.items())}
        | {f"{_PRIOR}{c.id}": f"{c.prior.low:g} to {c.prior.high:g}: {c.prior_reason}" for c in case.claims},
        "reports": {r.id: r.source_id for r in case.reported},
    }


def retold(state: Mapping[str, Any], case: Case, redactor: Redactor) -> dict[str, Any]:
    """A state as today's rules allow it: an earlier edition may tell what is withheld now.

    Args:
        state: from `state_of`, of this or an earlier edition.
        case: as it is now, for its sources.
        redactor: of the case and the profile.
    """
    scrap = replace(redactor, removed=Counter())
    told: dict[str, Any] = dict(state)
    if redactor.profile is Profile.PUBLIC and redactor.rules.sources:
        told |= _less(state, case, scrap)
    plain: dict[str, Any] = scrap.value(told)
    return plain


def _less(state: Mapping[str, Any], case: Case, redactor: Redactor) -> dict[str, Any]:
    unstated = {"prior": {"low": 0.0, "high": 1.0}, "prior_reason": ""}
    claims = tuple(from_plain({**c, **unstated}, Claim) for c in state["claims"].values())
    left = {c.id: c for c in withheld_case(replace(case, claims=claims), redactor).claims}
    now = {r.id: r.source_id for r in case.reported}
    # An earlier version did not record whose a report is: what nobody knows is withheld.
    reports = {
        name: redactor.marked(source) if source else "drop"
        for name in {*_named(state["evidence"], _REPORT), *_named(state["assumptions"], _WEIGHTS)}
        for source in [state.get("reports", {}).get(name) or now.get(name, "")]
    }
    how = {f"{prefix}{name}": said for name, said in reports.items() for prefix in (_REPORT, _WEIGHTS)}
    how |= {f"{_SOURCE}{name}": said for name, said in redactor.rules.sources.items()}
    how |= {f"{_PRIOR}{name}": "" if name in left else "drop" for name in state["claims"]}
    coarse = {f"{_PRIOR}{c.id}" for c in left.values() if c.prior_reason == WITHHELD}
    assumed = {
        name: f"{str(value).partition(':')[0]}: {WITHHELD}" if name in coarse else value
        for name, value in _kept(state["assumptions"], how).items()
    }
    return {
        "claims": {name: _claim(c) for name, c in left.items()},
        "verdicts": {name: v for name, v in state["verdicts"].items() if name in left},
        "evidence": _kept(state["evidence"], how),
        "assumptions": assumed,
        "reports": {k: v for k, v in state.get("reports", {}).items() if reports.get(k) != "drop"},
    }


def _named(group: Mapping[str, Any], prefix: str) -> set[str]:
    return {name.removeprefix(prefix) for name in group if name.startswith(prefix)}


def _kept(group: Mapping[str, Any], how: Mapping[str, str]) -> dict[str, Any]:
    """Without what is dropped; of what is coarsened only that it is there."""
    return {name: WITHHELD if how.get(name) else value for name, value in group.items() if how.get(name) != "drop"}


def _claim(claim: Claim) -> dict[str, Any]:
    return {k: v for k, v in to_plain(claim).items() if k not in {"prior", "prior_reason"}}


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


def _evidence(results: Results) -> dict[str, str]:
    """What was brought in or read: a name that stays -> a hash or a description of what it holds."""
    case, gathered = results.case, results.gathered
    found = {f"exhibit {e.id}": e.sha256 for e in gathered.exhibits}
    found |= {f"scene {s.id}": s.sha256 or "without its file" for s in gathered.scenes.values()}
    found |= {f"look {_called(at.look)}": _seen(at.detections) for at in gathered.at_sites}
    found |= {f"{_REPORT}{r.id}": str(_fingerprint(to_plain(r))) for r in case.reported}
    found |= {f"AIS file {p.name}": sha256_file(p) for p in ais_files(case.folder)}
    if case.sea is not None and case.sea.file:
        sea = case.folder / case.sea.file
        found[f"sea {case.sea.file}"] = sha256_file(sea) if sea.is_file() else "without its file"
    found |= {f"way by water {' - '.join(w.site_ids)}": f"{w.km:.1f} km" for w in gathered.sea_ways}
    return dict(sorted(found.items()))


def _called(look: Look) -> str:
    return f"{look.scene_id} at {look.site_id}"


def _seen(detections: tuple[Detection, ...]) -> str:
    """How many, and which: a ship measured anew is other evidence."""
    said = f"{len(detections)} vessel(s) found"
    return f"{said} (sha256 {sha256_of(to_plain(detections))[:16]})" if detections else said


def _fingerprint(value: Any) -> Any:
    """Short values as they are, so that a difference can be told; longer ones by their hash."""
    if isinstance(value, int | float | str) and len(str(value)) <= 80:
        return value
    return f"sha256 {sha256_of(value)[:16]}"
