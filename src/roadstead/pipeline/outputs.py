"""What a run leaves in CASE/out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from roadstead.assess import fits, places
from roadstead.model import iso
from roadstead.pipeline.identity import evidence_json, hulls_json
from roadstead.pipeline.images import detections_geojson
from roadstead.pipeline.layers import RejectedIn, mark_if, rejected_geojson
from roadstead.pipeline.quay_figure import berth_png
from roadstead.report import Contents, Found, render_report
from roadstead.steps import to_plain, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.case import Case
    from roadstead.model import Claim, PixelReader, Range, Verdict, Weighing
    from roadstead.pipeline.gathering import Gathered
    from roadstead.pipeline.radio import AisFacts

SCHEMA_VERSION = 1
VERDICTS, DETECTIONS, REJECTED, AIS = "verdicts.json", "detections.geojson", "rejected.geojson", "ais.json"
BERTHS_FILE = "berths.json"
DATA_FILES = (VERDICTS, DETECTIONS, REJECTED, AIS)
REPORT, BERTHS = "report.html", "berths"


def write_outputs(
    contents: Contents, gathered: Gathered, ais: AisFacts, folder: Path, reader: PixelReader
) -> tuple[Path, Path]:
    """Write the data files, quays and report.html; returns (report, verdicts). What is of an earlier run goes."""
    report = folder / REPORT
    made = data_files(contents, gathered, ais) | _quay_files(gathered)
    for name in (*DATA_FILES, BERTHS_FILE):
        if name in made:
            write_atomic(folder / name, made[name])
        else:
            (folder / name).unlink(missing_ok=True)
    _write_berths(gathered, reader, folder / BERTHS)
    write_atomic(report, render_report(contents))
    return report, folder / VERDICTS


def data_files(contents: Contents, gathered: Gathered, ais: AisFacts) -> dict[str, str]:
    """File name -> text of the results for other programs; ais.json only where the case holds AIS.

    Args:
        contents: of the report.
        gathered: the evidence.
        ais: what AIS files say of the detections.
    """
    digest = contents.frozen.sha256
    plain = [
        verdict_json(v, contents.case.claim(v.claim_id), digest)
        | roster_json(contents, contents.case.claim(v.claim_id))
        | _embargo_json(contents.case)
        for v in contents.verdicts
    ]
    sea = {d.id: {"sea": at.sea} for at in gathered.at_sites for d in at.detections}
    heard = {f.detection.id: ais_json(ais, f.detection.id) for f in contents.found} if ais.at_sites else {}
    said = {
        f.detection.id: sea.get(f.detection.id, {})
        | heard.get(f.detection.id, {})
        | evidence_json(f.evidence)
        | hulls_json(f.marks)
        | left_json(f)
        for f in contents.found
    }
    exercise = contents.case.simulated
    simulated = {s.id for s in gathered.scenes.values() if s.simulated or exercise}
    made = {
        VERDICTS: json.dumps(plain, indent=1, ensure_ascii=False) + "\n",
        DETECTIONS: detections_geojson([f.detection for f in contents.found], simulated, said, exercise=exercise),
        REJECTED: rejected_geojson(_rejected(gathered), simulated, exercise=exercise),
    }
    return made | ({AIS: json.dumps(_ais_json(ais), indent=1, ensure_ascii=False) + "\n"} if ais.at_sites else {})


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


def left_json(found: Found) -> dict[str, Any]:
    """What is left over of the case's roster for a ship seen, as properties of its feature; by context alone."""
    if found.roster is None:
        return {}
    return {
        "roster_left": list(found.roster.left),
        "roster_basis": "elimination among the vessels that the case names",
        "roster_words": found.roster.words,
    }


def roster_json(contents: Contents, claim: Claim) -> dict[str, Any]:
    """The same for the ships at a claim's places in its window, where the claim names vessels of that size.

    It stands beside the verdict and weighs nothing in it: AIS is weighed as positions of the vessels.
    """
    case = contents.case
    rows = [
        {"detection": f.detection.id, **left_json(f)}
        for f in contents.found
        if f.roster and f.site_id in places(claim) and f.detection.time and f.detection.time.overlaps(claim.when)
        if claim.who and fits(case, claim, f.detection)
    ]
    return {"roster": rows} if rows else {}


def _ais_json(ais: AisFacts) -> dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, **to_plain(ais)}


def _rejected(gathered: Gathered) -> list[RejectedIn]:
    return [
        RejectedIn(scene_id=at.look.scene_id, site_id=at.look.site_id, rejected=r)
        for at in gathered.at_sites
        for r in at.rejected
    ]


def _embargo_json(case: Case) -> dict[str, str]:
    return {"embargo_until": iso(case.embargo_until)} if case.embargo_until else {}


def verdict_json(verdict: Verdict, claim: Claim, assumptions_sha256: str) -> dict[str, Any]:
    """One entry of verdicts.json: plain data, as JSON gives it back."""
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
        "assumptions_sha256": assumptions_sha256,
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


def _write_berths(gathered: Gathered, reader: PixelReader, folder: Path) -> None:
    """A figure of each quay at which something was looked for; those of an earlier run go."""
    for old in folder.glob("[0-9][0-9][0-9].png"):
        old.unlink()
    vessels = {d.id: d for at in gathered.at_sites for d in at.detections}
    shown = [v for v in gathered.berth_views if v.activities]
    for number, view in enumerate(shown, 1):
        picture = berth_png(view, gathered.scenes[view.scene_id], vessels[view.detection_id], reader)
        if picture is not None:
            write_atomic(folder / f"{number:03d}.png", picture)


def _quay_files(gathered: Gathered) -> dict[str, str]:
    if not gathered.berth_views:
        return {}
    return {BERTHS_FILE: json.dumps(_berths_json(gathered), indent=1, ensure_ascii=False) + "\n"}


def _berths_json(gathered: Gathered) -> dict[str, Any]:
    simulated = any(gathered.scenes[v.scene_id].simulated for v in gathered.berth_views)
    return {
        "schema_version": SCHEMA_VERSION,
        **mark_if(simulated),
        "views": [to_plain(v) for v in gathered.berth_views],
        "activities": [to_plain(a) for a in gathered.activities],
    }
