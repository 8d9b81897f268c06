"""Ships of one form as they may differ from the form: landmarks moved, heights and paint changed, a hatch open.

Moves and changes are normal here, while the ships that `bench/identity.py` draws as truth have even ones of their own.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead import library
from roadstead.steps import stream

if TYPE_CHECKING:
    from roadstead.library import ShipForm, Solid

MOVED, RAISED, PAINTED = 0.017, 0.11, 0.18
"""standard deviations: of a landmark's place as a share of the length, of the logarithms of its height and of a
material's reflectance. Assumed, from how far descriptions of one class differ."""
_OPEN = 0.2
"""share of ships with open hatches"""
_COARSE_FROM_M = 60.0
"""ships from this length on are drawn in cells of 1 m"""
_PLACED = ("blocks", "hatches", "paints", "stows")
_STANDING = ("posts", "cranes")


@lru_cache(maxsize=1024)
def variant(form_id: str, number: int) -> Solid:
    """A ship of a form at its middle size, with landmarks, heights and paint drawn by its number.

    Args:
        form_id: a form of the library.
        number: equal numbers give equal ships; 0 is the form as it stands.
    """
    form = library.form(form_id)
    cell = 1.0 if form.length_m.mid > _COARSE_FROM_M else 0.5
    if number == 0:
        return library.solid_of(form, seed=0, cell_m=cell)
    rng = stream(number, "identify", "variant", form_id)
    opened = bool(rng.random() < _OPEN)
    drawn = library.solid_of(_jittered(form, rng), seed=number, hatch_open=opened, cell_m=cell)
    paint = np.exp(PAINTED * rng.standard_normal(len(library.materials()) + 1)).astype(np.float32)
    return replace(drawn, texture=drawn.texture * paint[drawn.material])


def stretched(solid: Solid, length_m: float, beam_m: float) -> Solid:
    """A ship at another size: places stay the same shares; heights grow with the root of the length."""
    along, across = length_m / solid.length_m, beam_m / solid.beam_m
    up = math.sqrt(along)

    def moved(point: tuple[float, float, float]) -> tuple[float, float, float]:
        return point[0] * along, point[1] * across, point[2] * up

    return replace(
        solid,
        length_m=length_m,
        beam_m=beam_m,
        height_m=solid.height_m * np.float32(up),
        deck_m=solid.deck_m * np.float32(up),
        spars=tuple(replace(spar, start_m=moved(spar.start_m), end_m=moved(spar.end_m)) for spar in solid.spars),
    )


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
