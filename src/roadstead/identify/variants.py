"""Ships of one form as they may differ from the form: landmarks moved, heights and paint changed, a hatch open."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead import library
from roadstead.library import Solid
from roadstead.model import Range
from roadstead.steps import stream

if TYPE_CHECKING:
    from roadstead.library import ShipForm

MOVED, RAISED, PAINTED = 0.017, 0.11, 0.18
"""standard deviations: of a landmark's place as a share of the length, of the logarithms of its height and of a
material's reflectance. Assumed, from how far descriptions of one class differ."""
_OPEN = 0.2
"""share of ships with open hatches"""
_PLACED = ("blocks", "hatches", "paints", "stows")
_STANDING = ("posts", "cranes")


@lru_cache(maxsize=1024)
def variant(form_id: str, length_m: float, beam_m: float, number: int) -> Solid:
    """A ship of a form stretched to a size, with landmarks, heights and paint drawn by its number.

    Args:
        form_id: a form of the library; its own range of sizes does not bind.
        length_m: length overall.
        beam_m: beam.
        number: equal numbers give equal ships; 0 is the form as it stands.
    """
    rng = stream(number, "identify", "variant", form_id)
    form = sized(library.form(form_id), length_m, beam_m)
    cell = 1.0 if length_m > 60 else 0.5
    if number == 0:
        return library.solid_of(form, length_m, beam_m, seed=0, cell_m=cell)
    drawn = library.solid_of(
        _jittered(form, rng), length_m, beam_m, seed=number, hatch_open=bool(rng.random() < _OPEN), cell_m=cell
    )
    paint = np.exp(PAINTED * rng.standard_normal(len(library.materials()) + 1)).astype(np.float32)
    return replace(drawn, texture=drawn.texture * paint[drawn.material])


def sized(form: ShipForm, length_m: float, beam_m: float) -> ShipForm:
    """A form that may have this size; masts, cranes and guns keep their metres."""
    return replace(form, length_m=Range(length_m, length_m), beam_m=Range(beam_m, beam_m))


def _jittered(form: ShipForm, rng: np.random.Generator) -> ShipForm:
    deck = float(np.mean([height for _, height in form.deck_m]))
    changed: dict[str, Any] = {}
    for name in _PLACED:
        changed[name] = tuple(_raised(_shifted(part, rng), deck, rng) for part in getattr(form, name))
    for name in _STANDING:
        changed[name] = tuple(
            replace(
                part,
                at=float(np.clip(part.at + MOVED * rng.standard_normal(), 0, 1)),
                rise_m=part.rise_m * float(np.exp(RAISED * rng.standard_normal())),
            )
            for part in getattr(form, name)
        )
    return replace(form, **changed)


def _shifted(part: Any, rng: np.random.Generator) -> Any:
    low, high = part.span
    way = float(np.clip(MOVED * rng.standard_normal(), -low, 1 - high))
    return replace(part, span=(low + way, high + way))


def _raised(part: Any, deck_m: float, rng: np.random.Generator) -> Any:
    factor = float(np.exp(RAISED * rng.standard_normal()))
    if hasattr(part, "top_m"):
        return replace(part, top_m=max(1.0, deck_m + (part.top_m - deck_m) * factor))
    return part
