"""One detection looked at closely: what its pixels allow, and what its deck is then worth as evidence of class."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from roadstead import library
from roadstead.geo import sun_position_deg
from roadstead.identify.drawn import Circumstances
from roadstead.identify.ends import found_again, size_of
from roadstead.identify.gate import Gate, Level, gate, resolved_at
from roadstead.identify.layouts import class_of, fitting
from roadstead.identify.likeness import (
    CAP,
    capped,
    compare,
    constants,
    layout_shares,
    posterior,
    ratios,
    shares,
)
from roadstead.identify.sharpness import edge_sharpness
from roadstead.identify.strip import Placement, deck_strip, placement_of
from roadstead.model import BandRole, ClassEvidence, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from roadstead.identify.likeness import Likeness
    from roadstead.model import Detection, Estimate, Pixels, Scene

_VISIBLE = (BandRole.BLUE, BandRole.GREEN, BandRole.RED)
_LEAST_SUN_DEG = 10.0
_MOST_HOURS = 1.0
"""a time known worse leaves the sun's direction open by 15 degrees and more"""
_BEYOND_PX = 1.5
"""pixels beyond a hull's ends that must be there, for it to be known as whole"""
_MOST_SLANT_DEG = 10.0
"""a view this slanting displaces what is high by a fifth of its height, in a direction that scenes do not state"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was made of one detection."""

    gate: Gate
    evidence: ClassEvidence | None
    """None where the gate allows no comparison"""
    turned: bool = False
    """whether the bow is more likely at the other end than the heading says"""
    misfit: tuple[tuple[str, float], ...] = ()
    """(form id, misfit), sorted by id; none where nothing was compared"""
    at: Placement | None = None
    """the hull as it was compared, bow as measured; None where nothing was compared"""
    sharpness_m: float | None = None
    """10-90 % rise of the hull's sides; None where it could not be measured"""


def brightness(pixels: Pixels, scene: Scene) -> tuple[NDArray[np.float32], tuple[BandRole, ...]]:
    """The mean of the visible bands, or the panchromatic one, shape (height, width), with their roles.

    Raises:
        InputError: the scene has no such bands, or their roles are not stated.
    """
    roles = [r for r in scene.bands if r in _VISIBLE] or [r for r in scene.bands if r is BandRole.PAN]
    if not roles or len(scene.bands) != len(pixels.values):
        raise InputError(f"{scene.id} has no bands of visible light whose roles are stated; state them with --bands")
    picked = [pixels.values[scene.bands.index(role)] for role in roles]
    return np.mean(picked, axis=0, dtype=np.float32), tuple(roles)


def examine(detection: Detection, scene: Scene, pixels: Pixels, known_m: float | None) -> Examined:
    """Measure sharpness at a ship, say what may be said, and compare its deck where that is allowed.

    Args:
        detection: measured, in an optical scene.
        scene: its scene.
        pixels: a window around the whole ship with some water.
        known_m: the worse of native and delivered pixels, metres; None where unknown.
    """
    try:
        image, roles = brightness(pixels, scene)
        at = placement_of(detection, (pixels.row_off, pixels.col_off))
    except InputError:
        return Examined(gate=gate(detection, resolved_at(known_m, scene, None)), evidence=None)
    at = at if detection.alongside is True else found_again(image, pixels.valid, at)
    sharp = edge_sharpness(image, pixels.valid, at)
    allowed = gate(detection, resolved_at(known_m, scene, sharp))
    rise = None if sharp is None else round(sharp.rise_m, 2)
    if allowed.level in (Level.VESSEL, Level.SIZE):
        return Examined(gate=allowed, evidence=None, sharpness_m=rise)
    try:
        _whole(at, pixels)
        around = circumstances(detection, scene, at, (image, pixels.valid), (allowed.resolved_m or 1.0, roles))
        found = compare(image, pixels.valid, at, around, open_water=detection.alongside is not True)
    except InputError as error:
        held = ClassEvidence(
            detection_id=detection.id, ratios=(), posterior=(), layout=(), gate=allowed.level.value,
            words=f"No deck was compared: {error}.",
        )  # fmt: skip
        return Examined(gate=allowed, evidence=held, sharpness_m=rise)
    return Examined(
        gate=allowed,
        evidence=_with_view(evidence_of(detection, found, allowed.level, sizes(detection, at)), scene),
        at=at,
        turned=found.turned,
        misfit=found.misfit,
        sharpness_m=rise,
    )


def _whole(at: Placement, pixels: Pixels) -> None:
    """Raise InputError unless there are pixels beyond both ends of a hull: where they cut it, its size is not known."""
    beyond = at.length_m / 2 + _BEYOND_PX * at.pixel_m()
    for ahead in (-beyond, beyond):
        for right in (-at.beam_m / 2, 0.0, at.beam_m / 2):
            row = math.floor(at.row_px + ahead * at.ahead_px[0] + right * at.starboard_px[0])
            col = math.floor(at.col_px + ahead * at.ahead_px[1] + right * at.starboard_px[1])
            height, width = pixels.valid.shape
            if not (0 <= row < height and 0 <= col < width and pixels.valid[row, col]):
                raise InputError("the ship reaches the edge of the pixels, which may cut it")


def _with_view(evidence: ClassEvidence, scene: Scene) -> ClassEvidence:
    """What the drawn ships assume of the view, beside what they say."""
    stated = scene.off_nadir_deg
    seen = "the image states no angle of view" if stated is None else f"the image states {stated:.0f} degrees off it"
    return replace(evidence, words=f"{evidence.words} Drawn as seen from straight above; {seen}.")


def circumstances(
    detection: Detection,
    scene: Scene,
    at: Placement,
    seen: tuple[NDArray[np.float32], NDArray[np.bool_]],
    resolved: tuple[float, tuple[BandRole, ...]],
) -> Circumstances:
    """What a scene does to the ships in it.

    Args:
        detection: for its place.
        scene: for its time and view.
        at: how the hull lies in the window.
        seen: brightness and validity of the window.
        resolved: resolved distance in metres, and the roles of the bands.

    Raises:
        InputError: time, place or a slanting view's direction are not known well enough, or the sun is too low.
    """
    if scene.time is None or scene.time.hours() > _MOST_HOURS or detection.outline is None:
        raise InputError("time and place must be known to the hour, to draw ships under the same sun")
    if (scene.off_nadir_deg or 0.0) > _MOST_SLANT_DEG:
        raise InputError(f"the view slants by {scene.off_nadir_deg:.0f} degrees and its direction is not stated")
    here = detection.outline.centroid
    elevation, azimuth = sun_position_deg(scene.time.middle, here.x, here.y)
    if elevation < _LEAST_SUN_DEG:
        raise InputError(f"the sun stood at {elevation:.0f} degrees, too low to draw ships as they looked")
    level, spread = deck_strip(*seen, at).water
    noise = min(1.0, spread / level) if level > 0 and np.isfinite(spread) else 0.1
    return Circumstances(
        sun_elevation_deg=elevation,
        sun_azimuth_deg=azimuth,
        off_nadir_deg=0.0,
        view_azimuth_deg=0.0,
        resolved_m=resolved[0],
        noise=noise,
        bands=resolved[1],
    )


def sizes(detection: Detection, at: Placement) -> tuple[Estimate, Estimate]:
    """Length and beam by which classes are named: as found again in open water, else as measured."""
    if detection.alongside is True and detection.length_m is not None and detection.beam_m is not None:
        return detection.length_m, detection.beam_m
    return size_of(at)


def evidence_of(detection: Detection, found: Likeness, level: Level, size: tuple[Estimate, Estimate]) -> ClassEvidence:
    """A comparison as evidence, held back to what the gate allows."""
    misfit = dict(found.misfit)
    fine = level in (Level.CLASS, Level.HULL)
    layout = layout_shares(misfit, constants("fine" if fine else "coarse"))
    if not fine:
        return ClassEvidence(
            detection_id=detection.id, ratios=(), posterior=(), layout=_rows(layout), gate=level.value,
            words=_layout_words(layout, len(misfit)),
        )  # fmt: skip
    share = shares(misfit, constants("fine"))
    named = sorted({class_of(f) for f in fitting(*size)})
    whole = {c: r for c, r in ratios(share).items() if c in named}
    said = {c: capped(r) for c, r in whole.items()}
    belief = posterior(share, named)
    return ClassEvidence(
        detection_id=detection.id,
        ratios=_rows(said),
        posterior=_rows(belief),
        layout=_rows(layout),
        gate=level.value,
        words=" ".join((_class_words(said, belief, len(misfit)), _layout_words(layout, len(misfit)))),
        capped=any(said[c] != whole[c] for c in said),
    )


def _rows(values: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple((name, round(value, 4)) for name, value in sorted(values.items()))


def class_name(class_id: str) -> str:
    """Name of a class, or of a form without one, for people."""
    known = library.classes().get(class_id)
    return known.name if known else library.form(class_id).name


@cache
def twins() -> Mapping[str, Sequence[str]]:
    """Classes whose drawn decks are too alike to be told apart, by class id."""
    text = resources.files("roadstead.identify").joinpath("data/calibration.json").read_text("utf-8")
    held: Mapping[str, Sequence[str]] = json.loads(text)["twins"]
    out: dict[str, set[str]] = {}
    for name, others in held.items():
        out.setdefault(_class_id(name), set()).update(map(_class_id, others))
    return {name: tuple(sorted(others - {name})) for name, others in sorted(out.items())}


def _class_id(name: str) -> str:
    """The table may name forms whose class the library gained since it was made."""
    return class_of(name) if name in library.forms() else name


def _class_words(said: Mapping[str, float], belief: Mapping[str, float], count: int) -> str:
    if not said:
        return f"Deck compared with {count} drawn ships of its size; no class of the library has that size."
    ranked = sorted(said, key=lambda c: (-said[c], c))
    listed = ", ".join(f"{class_name(c)} {_ratio(said[c])}" for c in ranked)
    most = max(belief, key=lambda c: belief[c])
    alike = sorted({most, *(t for t in twins().get(most, ()) if t in said)}) if most in said else [most]
    names = " or ".join(class_name(c) if c in said else c for c in alike)
    doubt = ", which their decks do not tell apart," if len(alike) > 1 else ","
    return (
        f"Deck compared with {count} drawn ships, all stretched to its size. As likely as under another ship of that "
        f"size, times: {listed}. Largest share: {names}{doubt} {100 * sum(belief[c] for c in alike):.0f} %. The ratios "
        f"rest on drawn ships, not on images of known ones, and are cut at {CAP:.0f} and 1/{CAP:.0f}."
    )


def _ratio(value: float) -> str:
    return f"{value:.2g}" if value >= 1 else f"1/{1 / value:.2g}"


def _layout_words(layout: Mapping[str, float], count: int) -> str:
    most = max(layout, key=lambda g: layout[g])
    return f"Superstructure {most}: {100 * layout[most]:.0f} % by likeness to {count} drawn ships."
