"""Marks of single hulls: what an analyst saw of them counts only where the pixels could show it.

The library records by which marks a hull differs from others of its class. Nothing looks for them by itself: an analyst
says of one mark on one ship whether it is there. That counts past the gate for hulls alone, and where the mark itself
spans three resolved pixels; else it is listed with the reason why it is not usable.

How often analysts are right about such marks was not measured. The chances below are assumed, so that one look is worth
little, several marks in one image count as the strongest of them, and nothing exceeds the cap of all that was not
calibrated on known ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.identify.gate import IDENTIFY_PIXELS, LAYOUT_PIXELS
from roadstead.model import HullSign

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.identify.gate import Gate
    from roadstead.model import Hull, HullMark

RIGHT, WRONG = 0.8, 0.1
"""chance that an analyst sees a mark on a ship that bears it, and on one that does not; assumed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignWeighed:
    """What one look for a mark is worth."""

    sign: HullSign
    text: str
    """the mark in words"""
    usable: bool
    why: str
    """why it may not count; empty where it may"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HullEvidence:
    """What marks say of which ship of a class a detection is."""

    signs: tuple[SignWeighed, ...]
    ratios: tuple[tuple[str, float], ...]
    """(hull id, p(what the analyst says | this hull) / p(it | a ship without the mark)), sorted; empty where nothing
    may count"""
    words: str


def hull_evidence(signs: Sequence[HullSign], gate: Gate, hulls: Mapping[str, Hull]) -> HullEvidence | None:
    """What an analyst's looks for marks of hulls are worth on one ship; None where there are none.

    Args:
        signs: of one detection; each names a hull of the library and one of its marks.
        gate: of that detection.
        hulls: of the library, by id.
    """
    if not signs:
        return None
    rows = tuple(_weighed(s, gate, hulls) for s in sorted(signs, key=lambda s: (s.hull_id, s.mark_id, s.analyst)))
    ratios = _ratios((r.sign for r in rows if r.usable), hulls)
    return HullEvidence(signs=rows, ratios=ratios, words=_words(rows, ratios, hulls))


def _weighed(sign: HullSign, gate: Gate, hulls: Mapping[str, Hull]) -> SignWeighed:
    mark = next(m for m in hulls[sign.hull_id].marks if m.id == sign.mark_id)
    why = _why_not(mark, gate)
    return SignWeighed(sign=sign, text=mark.text, usable=not why, why=why)


def _why_not(mark: HullMark, gate: Gate) -> str:
    """Why pixels could not show a mark; empty where they could."""
    if not gate.may_identify or not gate.resolved_m:
        across = "unknown" if gate.beam_pixels is None else f"{gate.beam_pixels:.1f}"
        native = gate.beam_pixels is not None and gate.beam_pixels >= IDENTIFY_PIXELS
        rest = ", and the image brings no metadata of its sensor" if native else ""
        return f"resolved pixels across the beam: {across}, a hull needs {IDENTIFY_PIXELS:.0f}{rest}"
    pixels = mark.size_m / gate.resolved_m
    if pixels < LAYOUT_PIXELS:
        return f"the mark of {mark.size_m:g} m spans {pixels:.1f} resolved pixels, it needs {LAYOUT_PIXELS:.0f}"
    return ""


def _ratios(signs: Iterable[HullSign], hulls: Mapping[str, Hull]) -> tuple[tuple[str, float], ...]:
    """The strongest sign for and against each hull that bears a mark: several eyes on one image are one."""
    found: dict[str, set[float]] = {}
    for sign in signs:
        ratio = RIGHT / WRONG if sign.seen else (1 - RIGHT) / (1 - WRONG)
        for hull in hulls.values():
            if any(m.id == sign.mark_id for m in hull.marks):
                found.setdefault(hull.id, {1.0}).add(ratio)
    return tuple((h, round(max(r) * min(r), 4)) for h, r in sorted(found.items()))


def _words(rows: Sequence[SignWeighed], ratios: Sequence[tuple[str, float]], hulls: Mapping[str, Hull]) -> str:
    said = [
        f"{r.sign.analyst or 'An unnamed analyst'} {'sees' if r.sign.seen else 'looked for and does not see'} a mark "
        f"of {hulls[r.sign.hull_id].name} ({r.text})"
        + (f": not usable at this resolution, since {r.why}" if r.why else "")
        for r in rows
    ]
    if ratios:
        worth = ", ".join(f"{hulls[h].name} {r:.2g}" for h, r in ratios)
        said.append(
            f"As likely as on a ship without the mark, times: {worth}; assumed, not measured, and no identification: "
            "ships whose marks nobody recorded may bear the same"
        )
    return ". ".join(said) + "."
