"""What a run leaves in CASE/out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from roadstead.pipeline.images import detections_geojson
from roadstead.report import Contents, render_report
from roadstead.steps import to_plain, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.model import Range, Verdict, Weighing

SCHEMA_VERSION = 1


def write_outputs(contents: Contents, folder: Path) -> tuple[Path, Path]:
    """Write verdicts.json, detections.geojson and report.html; returns (report, verdicts)."""
    verdicts_file, report = folder / "verdicts.json", folder / "report.html"
    plain = [verdict_json(v, contents) for v in contents.verdicts]
    write_atomic(verdicts_file, json.dumps(plain, indent=1, ensure_ascii=False) + "\n")
    write_atomic(folder / "detections.geojson", detections_geojson([f.detection for f in contents.found]))
    write_atomic(report, render_report(contents))
    return report, verdicts_file


def verdict_json(verdict: Verdict, contents: Contents) -> dict[str, Any]:
    """One entry of verdicts.json."""
    claim = contents.case.claim(verdict.claim_id)
    own, reported = verdict.without_reports, verdict.with_reports
    return {
        "schema_version": SCHEMA_VERSION,
        "claim": claim.id,
        "text": claim.text,
        "kind": claim.kind.value,
        "source": claim.source_id,
        **_weighing_json(own),
        "with_reports": _weighing_json(reported),
        "elements": [to_plain(e) for e in verdict.elements],
        "hypotheses": [to_plain(h) for h in verdict.hypotheses],
        "coverage": to_plain(verdict.coverage),
        "assumptions_sha256": contents.frozen.sha256,
        "simulated": verdict.simulated,
    }


def _weighing_json(w: Weighing) -> dict[str, Any]:
    return {
        "verdict": w.call.value,
        "probability": _pair(w.probability),
        "prior": _pair(w.prior),
        "bayes_factor": _pair(w.bayes_factor) if w.bayes_factor else None,
        "effective_hits": round(w.effective_hits, 1),
        "words": w.words,
        "notes": list(w.notes),
    }


def _pair(r: Range) -> list[float]:
    return [round(r.low, 4), round(r.high, 4)]
