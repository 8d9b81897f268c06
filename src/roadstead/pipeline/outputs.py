"""What a run leaves in CASE/out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from roadstead.pipeline.images import detections_geojson
from roadstead.pipeline.layers import RejectedIn, mark_if, rejected_geojson
from roadstead.pipeline.quay_figure import berth_png
from roadstead.report import Contents, render_report
from roadstead.steps import to_plain, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.model import PixelReader, Range, Verdict, Weighing
    from roadstead.pipeline.gathering import Gathered
    from roadstead.pipeline.radio import AisFacts

SCHEMA_VERSION = 1


def write_outputs(
    contents: Contents, gathered: Gathered, ais: AisFacts, folder: Path, reader: PixelReader
) -> tuple[Path, Path]:
    """Write verdicts.json, detections.geojson, rejected.geojson and report.html; returns (report, verdicts)."""
    verdicts_file, report = folder / "verdicts.json", folder / "report.html"
    plain = [verdict_json(v, contents) for v in contents.verdicts]
    write_atomic(verdicts_file, json.dumps(plain, indent=1, ensure_ascii=False) + "\n")
    sea = {d.id: {"sea": at.sea} for at in gathered.at_sites for d in at.detections}
    heard = {f.detection.id: ais_json(ais, f.detection.id) for f in contents.found} if ais.at_sites else {}
    said = {f.detection.id: sea.get(f.detection.id, {}) | heard.get(f.detection.id, {}) for f in contents.found}
    exercise = contents.case.simulated
    simulated = {s.id for s in gathered.scenes.values() if s.simulated or exercise}
    found = detections_geojson([f.detection for f in contents.found], simulated, said, exercise=exercise)
    write_atomic(folder / "detections.geojson", found)
    rejected = rejected_geojson(_rejected(gathered), simulated, exercise=exercise)
    write_atomic(folder / "rejected.geojson", rejected)
    if ais.at_sites:
        write_atomic(folder / "ais.json", json.dumps(_ais_json(ais), indent=1, ensure_ascii=False) + "\n")
    if gathered.berth_views:
        write_atomic(folder / "berths.json", json.dumps(_berths_json(gathered), indent=1, ensure_ascii=False) + "\n")
        _write_berths(gathered, reader, folder / "berths")
    write_atomic(report, render_report(contents))
    return report, verdicts_file


def ais_json(ais: AisFacts, detection_id: str) -> dict[str, Any]:
    """What AIS says of a detection, as properties of its feature."""
    fact = ais.of(detection_id)
    if fact is None:
        return {"ais": None}
    return {
        "ais": fact.state.value,
        "ais_mmsi": fact.mmsi or None,
        "ais_name": fact.name or None,
        "ais_likelihood_ratio": fact.likelihood_ratio,
        "ais_why": fact.sentence,
    }


def _ais_json(ais: AisFacts) -> dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, **to_plain(ais)}


def _write_berths(gathered: Gathered, reader: PixelReader, folder: Path) -> None:
    """A figure of each quay at which something was looked for."""
    vessels = {d.id: d for at in gathered.at_sites for d in at.detections}
    shown = [v for v in gathered.berth_views if v.activities]
    for number, view in enumerate(shown, 1):
        picture = berth_png(view, gathered.scenes[view.scene_id], vessels[view.detection_id], reader)
        if picture is not None:
            write_atomic(folder / f"{number:03d}.png", picture)


def _berths_json(gathered: Gathered) -> dict[str, Any]:
    simulated = any(gathered.scenes[v.scene_id].simulated for v in gathered.berth_views)
    return {
        "schema_version": SCHEMA_VERSION,
        **mark_if(simulated),
        "views": [to_plain(v) for v in gathered.berth_views],
        "activities": [to_plain(a) for a in gathered.activities],
    }


def _rejected(gathered: Gathered) -> list[RejectedIn]:
    return [
        RejectedIn(scene_id=at.look.scene_id, site_id=at.look.site_id, rejected=r)
        for at in gathered.at_sites
        for r in at.rejected
    ]


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
        "ships": to_plain(verdict.ships),
        "ledger": to_plain(verdict.ledger),
        "ach": to_plain(verdict.ach),
        "missing": to_plain(verdict.missing),
        "assumptions_sha256": contents.frozen.sha256,
        "simulated": verdict.simulated,
        **mark_if(verdict.simulated),
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
