"""What the resolved distance allows to be said of a ship, and which library classes its size is consistent with.

The criteria are Johnson's (1958, Image Intensifier Symposium, Fort Belvoir), 50 %: 8 resolved pixels across the
critical dimension to recognise a class, 13 to identify a hull; the critical dimension of a ship is its beam.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead import library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.model import Detection, Participant, VesselClass

RECOGNISE_PIXELS, IDENTIFY_PIXELS = 8.0, 13.0
SIGMAS = 2.0
VAGUE = 0.2
"""relative sigma of length above which no class is listed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What may be said of one detection."""

    beam_pixels: float | None
    """resolved pixels across the beam; None where the beam was not measured"""
    may_recognise: bool
    may_identify: bool
    words: str


def gate(detection: Detection, resolved_m: float | None) -> Gate:
    """The statement that pixels allow.

    Args:
        detection: with its measured beam.
        resolved_m: worst of native, delivered and measured sharpness, metres; None where unknown.
    """
    if detection.length_m is not None and detection.beam_m is None:
        return Gate(
            beam_pixels=None,
            may_recognise=False,
            may_identify=False,
            words="The beam was not measured, so nothing can be said of class or hull. Length only.",
        )
    if detection.beam_m is None or not resolved_m:
        return Gate(
            beam_pixels=None,
            may_recognise=False,
            may_identify=False,
            words="No size can be given: the pixel size is not known. A vessel was seen, no more.",
        )
    pixels = detection.beam_m.value / resolved_m
    if pixels < RECOGNISE_PIXELS:
        words = (
            f"{pixels:.1f} resolved pixels across the beam: too few to recognise a class ({RECOGNISE_PIXELS:.0f}) "
            f"or identify a hull ({IDENTIFY_PIXELS:.0f}). Size only."
        )
    else:
        words = (
            f"{pixels:.1f} resolved pixels across the beam would allow a class to be compared; no comparison was made."
        )
    return Gate(
        beam_pixels=round(pixels, 2),
        may_recognise=pixels >= RECOGNISE_PIXELS,
        may_identify=pixels >= IDENTIFY_PIXELS,
        words=words,
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
