"""Where a form's superstructure stands, and which forms have a size that fits.

The superstructure is every block at least 3 m above the deck and 0.4 of the beam wide; its place is their middle,
weighted by volume and height. Forward is before 0.4 of the length, aft behind 0.6, midships between.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from roadstead import library

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.library import ShipForm
    from roadstead.model import Detection, Estimate, Range

GROUPS = ("forward", "midships", "aft")
_FORWARD, _AFT = 0.4, 0.6
_RISE_M, _WIDE = 3.0, 0.4
SIGMAS = 2.0
FEWEST_FORMS = 3
"""forms of like size from which the least length of a superstructure is told"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Superstructure:
    """The main deckhouse of a form."""

    group: str
    """forward, midships or aft"""
    middle: float
    """share of the length from the bow"""
    length: float
    """of the blocks around its highest part, share of the length"""


@cache
def superstructure(form_id: str) -> Superstructure | None:
    """Where a form's superstructure stands; None for a form without one.

    What the library's class says of the group counts before what follows from the form's blocks.
    """
    form = library.form(form_id)
    blocks = [(b.span, b.width, _rise(form, b.span, b.top_m)) for b in form.blocks]
    high = [(span, width, rise) for span, width, rise in blocks if rise >= _RISE_M and width >= _WIDE]
    if not high:
        return None
    weights = [(span[1] - span[0]) * width * rise**2 for span, width, rise in high]
    middle = float(np.average([sum(span) / 2 for span, _, _ in high], weights=weights))
    low, top = max(high, key=lambda block: block[2])[0]
    for span, _, _ in sorted(high, key=lambda block: -block[2]):
        if span[0] <= top and span[1] >= low:
            low, top = min(low, span[0]), max(top, span[1])
    said = library.vessel_class(form.class_id).superstructure if form.class_id else ""
    group = said if said in GROUPS else _group(middle)
    return Superstructure(group=group, middle=middle, length=top - low)


def _rise(form: ShipForm, span: tuple[float, float], top_m: float) -> float:
    return top_m - float(np.interp(sum(span) / 2, *np.transpose(form.deck_m)))


def _group(middle: float) -> str:
    return "forward" if middle < _FORWARD else "aft" if middle > _AFT else "midships"


def class_of(form_id: str) -> str:
    """The class that a form draws; its own id where the library has no class for it."""
    return library.form(form_id).class_id or form_id


def fitting(length: Estimate | None, beam: Estimate | None, sigmas: float = SIGMAS) -> tuple[str, ...]:
    """Ids of forms whose length and beam agree with the measured ones within two sigma, sorted; none where unknown.

    Args:
        length: as measured.
        beam: as measured.
        sigmas: how far off they may be, where not two.
    """
    if length is None or beam is None:
        return ()
    forms = library.forms().values()
    return tuple(f.id for f in forms if _agrees(length, f.length_m, sigmas) and _agrees(beam, f.beam_m, sigmas))


def _agrees(measured: Estimate, allowed: Range, sigmas: float) -> bool:
    reach = sigmas * measured.sigma
    return allowed.low - reach <= measured.value <= allowed.high + reach


def shortest_superstructure(detection: Detection) -> float:
    """Least length of a superstructure, share of the length, among forms of like size, or else among all.

    One or two forms do not say how short a deckhouse of that size can be: where fewer than three fit whose
    superstructure is known, those count that fit within four sigma, and where these are too few too, all forms.
    """
    for sigmas in (SIGMAS, 2 * SIGMAS):
        known = _houses(fitting(detection.length_m, detection.beam_m, sigmas))
        if len(known) >= FEWEST_FORMS:
            return min(known)
    return min(_houses(library.forms()))


def _houses(form_ids: Iterable[str]) -> list[float]:
    """Known lengths of the superstructures of forms, shares of the length."""
    return [house.length for f in form_ids if (house := superstructure(f)) is not None]
