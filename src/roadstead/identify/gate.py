"""What the resolved distance allows to be said of a ship, and which library classes its size is consistent with.

The criteria are Johnson's (1958, Image Intensifier Symposium, Fort Belvoir), 50 %: 8 resolved pixels across the
critical dimension to recognise a class, 13 to identify a hull; the critical dimension of a ship is its beam. Where the
superstructure stands is a coarser statement; its feature is the superstructure itself, which must span 3 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from roadstead import library
from roadstead.identify.layouts import shortest_superstructure
from roadstead.model import Modality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.identify.sharpness import Sharpness
    from roadstead.model import Detection, Participant, Scene, VesselClass

RECOGNISE_PIXELS, IDENTIFY_PIXELS = 8.0, 13.0
LAYOUT_PIXELS = 3.0
SIGMAS = 2.0
VAGUE = 0.2
"""relative sigma of length above which no class is listed"""


class Level(StrEnum):
    """The finest statement that pixels allow."""

    VESSEL = "vessel"
    SIZE = "size"
    LAYOUT = "layout"
    CLASS = "class"
    HULL = "hull"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Resolved distance at one ship, and on what it rests."""

    known_m: float | None
    """the worse of native and delivered pixels; None where unknown"""
    optical: bool = True
    """False for radar: how many pixels it takes to tell classes was measured for pictures in light"""
    native_known: bool = True
    """whether the image brings metadata of its sensor; a third party's picture does not"""
    measured_m: float | None = None
    """by the sharpness of the ship's own sides; None where it could not be measured"""

    @property
    def metres(self) -> float | None:
        """The worst of all; None where the pixel size is unknown."""
        return None if not self.known_m else max(self.known_m, self.measured_m or 0.0)

    @property
    def source(self) -> str:
        """What sets it, in words."""
        if not self.known_m:
            return "the pixel size is not known"
        if self.measured_m is not None and self.measured_m > self.known_m:
            return "sharpness measured at the ship's sides, worse than the pixels"
        measured = "" if self.measured_m is None else "; the ship's sides are as sharp"
        return ("native and delivered pixels" if self.native_known else "delivered pixels") + measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One kind of statement, its feature, and whether the pixels allow it."""

    level: Level
    feature: str
    feature_m: float
    pixels: float
    """resolved pixels across the feature"""
    needed: float
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What may be said of one detection."""

    beam_pixels: float | None
    """resolved pixels across the beam; None where the beam was not measured"""
    may_recognise: bool
    may_identify: bool
    words: str
    may_layout: bool = False
    level: Level = Level.SIZE
    resolved_m: float | None = None
    source: str = ""
    """what sets the resolved distance, in words"""
    statements: tuple[Statement, ...] = ()
    """from coarse to fine; none where the beam or the pixel size is unknown"""


def gate(detection: Detection, resolved: Resolved | float | None) -> Gate:
    """The statement that pixels allow.

    Args:
        detection: with its measured beam.
        resolved: worst of native, delivered and measured sharpness, with what it rests on; or metres; None where
            unknown.
    """
    what = resolved if isinstance(resolved, Resolved) else Resolved(known_m=resolved)
    metres = what.metres
    if detection.length_m is not None and detection.beam_m is None:
        return _closed(
            what, Level.SIZE, "The beam was not measured, so nothing can be said of class or hull. Length only."
        )
    if detection.beam_m is None or detection.length_m is None or not metres:
        return _closed(
            what, Level.VESSEL, "No size can be given: the pixel size is not known. A vessel was seen, no more."
        )
    statements = _statements(detection, metres, what)
    allowed = {s.level: s.allowed for s in statements}
    level = next((k for k in (Level.HULL, Level.CLASS, Level.LAYOUT) if allowed[k]), Level.SIZE)
    return Gate(
        beam_pixels=round(statements[1].pixels, 2),
        may_recognise=allowed[Level.CLASS],
        may_identify=allowed[Level.HULL],
        may_layout=allowed[Level.LAYOUT],
        words=_words(statements, what),
        level=level,
        resolved_m=round(metres, 2),
        source=what.source,
        statements=statements,
    )


def native_known(scene: Scene) -> bool:
    """Whether a scene's native pixels are known from its own metadata, and not from who passed it on."""
    stated = scene.gsd_m is not None and scene.gsd_basis == "metadata"
    return not scene.resampled and (stated or library.mission(scene.platform) is not None)


def _closed(what: Resolved, level: Level, words: str) -> Gate:
    return Gate(
        beam_pixels=None,
        may_recognise=False,
        may_identify=False,
        words=words,
        level=level,
        resolved_m=what.metres,
        source=what.source,
    )


def _statements(detection: Detection, resolved_m: float, what: Resolved) -> tuple[Statement, ...]:
    length_m, beam_m = (e.value if e else 0.0 for e in (detection.length_m, detection.beam_m))
    house_m = shortest_superstructure(detection) * length_m
    trusted = what.optical and (what.native_known or what.measured_m is not None)
    named = what.optical and what.native_known
    rows = (
        (Level.LAYOUT, "superstructure along the hull", house_m, LAYOUT_PIXELS, trusted),
        (Level.CLASS, "beam", beam_m, RECOGNISE_PIXELS, named),
        (Level.HULL, "beam", beam_m, IDENTIFY_PIXELS, named),
    )
    return tuple(
        Statement(
            level=level,
            feature=feature,
            feature_m=round(size, 1),
            pixels=round(size / resolved_m, 2),
            needed=needed,
            allowed=open_ and size / resolved_m >= needed,
        )
        for level, feature, size, needed, open_ in rows
    )


def _words(statements: tuple[Statement, ...], what: Resolved) -> str:
    layout, recognise, identify = statements
    pixels = f"{recognise.pixels:.1f} resolved pixels of {what.metres:.2g} m across the beam ({what.source}): "
    house = f"the superstructure's place may be told, it spans {layout.pixels:.1f} pixels or more"
    if identify.allowed:
        return f"{pixels}enough to compare classes and, where marks of hulls are known, hulls."
    if recognise.allowed:
        return f"{pixels}enough to compare classes, too few to identify a hull ({IDENTIFY_PIXELS:.0f})."
    if recognise.pixels >= RECOGNISE_PIXELS and not what.optical:
        return f"{pixels}a radar image, for which nobody measured what it takes to tell classes. Size only."
    if recognise.pixels >= RECOGNISE_PIXELS:
        rest = f"; {house}." if layout.allowed else ". Size only."
        return f"{pixels}the image brings no metadata of its sensor, so no class is recognised at any size{rest}"
    few = f"too few to recognise a class ({RECOGNISE_PIXELS:.0f}) or identify a hull ({IDENTIFY_PIXELS:.0f})"
    return f"{pixels}{few}; {house}." if layout.allowed else f"{pixels}{few}. Size only."


def resolved_at(known_m: float | None, scene: Scene, sharpness: Sharpness | None) -> Resolved:
    """The resolved distance at a ship from what its scene states and what its sides show."""
    return Resolved(
        known_m=known_m,
        optical=scene.modality is Modality.OPTICAL,
        native_known=native_known(scene),
        measured_m=None if sharpness is None else round(sharpness.resolved_m, 2),
    )


def consistent_classes(detection: Detection, classes: Mapping[str, VesselClass] | None = None) -> tuple[str, ...]:
    """Library classes whose length and beam agree with the measured ones; size never names a class.

    A length that is known worse than a fifth agrees with too much to be worth a list: then it is empty.

    Args:
        detection: with what was measured.
        classes: those of a case's own library too; the shipped ones if not said.
    """
    if detection.length_m is None or detection.length_m.sigma > VAGUE * detection.length_m.value:
        return ()
    found = []
    for entry in (library.classes() if classes is None else classes).values():
        length, beam = detection.length_m, detection.beam_m
        long_enough = length.value + SIGMAS * length.sigma >= entry.length_m.low
        short_enough = length.value - SIGMAS * length.sigma <= entry.length_m.high
        wide = beam is None or (
            beam.value + SIGMAS * beam.sigma >= entry.beam_m.low
            and beam.value - SIGMAS * beam.sigma <= entry.beam_m.high
        )
        if long_enough and short_enough and wide:
            found.append(entry.name)
    return tuple(sorted(found))


def size_agrees(detection: Detection, vessel: Participant) -> bool:
    """Whether the measured length agrees with a vessel of interest within two sigma; unknown length agrees."""
    if detection.length_m is None:
        return True
    reach = SIGMAS * detection.length_m.sigma
    return vessel.length_m.low - reach <= detection.length_m.value <= vessel.length_m.high + reach
