"""Every detection looked at closely where its pixels allow it: sharpness, gate, evidence of class."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shapely.geometry import box

from roadstead import library
from roadstead.identify import (
    Examined,
    HullEvidence,
    Level,
    constants,
    examine,
    gate,
    hull_evidence,
    resolved_at,
)
from roadstead.model import ClassEvidence, Detection, InputError, Modality, PixelReader, Scene
from roadstead.steps import Workers, sha256_of, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry import Polygon

    from roadstead.model import Hull, HullSign
    from roadstead.pipeline.find import SceneAtSite
    from roadstead.steps import StepCache

AROUND_M = 60.0
"""water beside a ship that is read with it"""
METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """One detection with its scene."""

    detection: Detection
    scene: Scene
    known_m: float | None
    """the worse of native and delivered pixels"""


@dataclass(frozen=True, slots=True)
class ExamineStep:
    """The `Step` that looks closely at one detection."""

    reader: PixelReader
    name: str = "examine"
    version: int = 3

    def inputs(self, value: Close) -> dict[str, Any]:
        """Scene (by content, not path), detection, resolved distance, forms and constants of the comparison."""
        return {
            "scene": {k: v for k, v in to_plain(value.scene).items() if k not in {"path", "cloud_mask"}},
            "detection": to_plain(replace(value.detection, class_ratios=(), hull_ratios=())),
            "known_m": value.known_m,
            "forms": sha256_of(to_plain(dict(library.forms()))),
            "constants": [to_plain(constants(kind)) for kind in ("fine", "coarse")],
        }

    def run(self, value: Close) -> Examined:
        """Pixels that cannot be read again leave the gate as the metadata set it."""
        detection, scene = value.detection, value.scene
        try:
            pixels = self.reader.read(scene, around(detection))
        except InputError:
            return by_metadata(value)
        return examine(detection, scene, pixels, value.known_m)


def examined(
    at_sites: Iterable[SceneAtSite],
    scenes: Mapping[str, Scene],
    reader: PixelReader,
    cache: StepCache,
    workers: Workers | None = None,
) -> dict[tuple[str, str], Examined]:
    """What was made of every detection, by its site and its own id; only those are read again that may pass a gate.

    Args:
        at_sites: looks with their detections.
        scenes: by id; detections of others are left out.
        reader: of pixels.
        cache: of results.
        workers: where decks are compared; in this process unless given.
    """
    out: dict[tuple[str, str], Examined] = {}
    fine: dict[tuple[str, str], Close] = {}
    for at in at_sites:
        for detection in at.detections:
            if detection.scene_id not in scenes:
                continue
            close = Close(detection=detection, scene=scenes[detection.scene_id], known_m=at.look.resolved_m)
            key = at.look.site_id, detection.id
            out[key] = by_metadata(close)
            if out[key].gate.level not in (Level.VESSEL, Level.SIZE) and close.scene.modality is Modality.OPTICAL:
                fine[key] = close
    keys, items = list(fine), [detection_id for _, detection_id in fine]
    step = ExamineStep(reader)
    for number, looked in cache.run_each(
        step, list(fine.values()), Examined, items=items, workers=workers or Workers()
    ):
        key = keys[number]
        out[key] = looked if isinstance(looked, Examined) else _not_compared(out[key], key[1], looked.sentence)
    return out


def _not_compared(first: Examined, detection_id: str, why: str) -> Examined:
    """What the metadata allow, with the reason why no deck was compared."""
    held = ClassEvidence(
        detection_id=detection_id, ratios=(), posterior=(), layout=(), gate=first.gate.level.value,
        words=f"No deck was compared: {why}.",
    )  # fmt: skip
    return replace(first, evidence=held)


def marks_weighed(
    signs: Iterable[HullSign], close: Mapping[tuple[str, str], Examined], hulls: Mapping[str, Hull]
) -> dict[str, HullEvidence]:
    """What analysts' looks for marks of hulls are worth, by the id of the ship."""
    gates = {detection_id: looked.gate for (_, detection_id), looked in close.items()}
    on: dict[str, list[HullSign]] = {}
    for sign in signs:
        on.setdefault(sign.detection_id, []).append(sign)
    found = {d: hull_evidence(said, gates[d], hulls) for d, said in on.items() if d in gates}
    return {d: evidence for d, evidence in found.items() if evidence is not None}


def with_ratios(
    at_sites: Iterable[SceneAtSite],
    close: Mapping[tuple[str, str], Examined],
    marked: Mapping[str, HullEvidence],
) -> list[SceneAtSite]:
    """The detections with what decks and marks say of class and hull, for the weighing; what is known already stays."""

    def told(site_id: str, detection: Detection) -> Detection:
        looked = close.get((site_id, detection.id))
        if looked and looked.evidence:
            detection = replace(detection, class_ratios=looked.evidence.ratios)
        return replace(detection, hull_ratios=marked[detection.id].ratios) if detection.id in marked else detection

    return [
        replace(at, detections=tuple(told(at.look.site_id, detection) for detection in at.detections))
        for at in at_sites
    ]


def by_metadata(close: Close) -> Examined:
    """The gate without a look at the pixels."""
    return Examined(gate=gate(close.detection, resolved_at(close.known_m, close.scene, None)), evidence=None)


def evidence_json(evidence: ClassEvidence | None) -> dict[str, Any]:
    """Evidence of class as properties of a detection's feature; nothing where nothing was compared."""
    if evidence is None:
        return {}
    return {
        "class_gate": evidence.gate,
        "class_ratios": dict(evidence.ratios),
        "class_posterior": dict(evidence.posterior),
        "class_layout": dict(evidence.layout),
        "class_basis": evidence.provenance,
        "class_capped": evidence.capped,
        "class_words": evidence.words,
    }


def hulls_json(evidence: HullEvidence | None) -> dict[str, Any]:
    """What marks of hulls say, as properties of a detection's feature; nothing where nobody looked for any."""
    if evidence is None:
        return {}
    signs = [
        {"hull": w.sign.hull_id, "mark": w.sign.mark_id, "seen": w.sign.seen, "by": w.sign.analyst,
         "usable": w.usable, "why_not": w.why}
        for w in evidence.signs
    ]  # fmt: skip
    return {"hull_marks": signs, "hull_ratios": dict(evidence.ratios), "hull_words": evidence.words}


def around(detection: Detection) -> Polygon | None:
    """The window that is read around a ship, WGS84; None for one without a place, whose image is read whole."""
    if detection.outline is None:
        return None
    west, south, east, north = detection.outline.bounds
    up = AROUND_M / METRES_PER_DEGREE
    aside = up / max(0.05, math.cos(math.radians((south + north) / 2)))
    return box(west - aside, south - up, east + aside, north + up)
