"""Ship forms: one description of a ship from which every view is drawn.

Places along the hull are shares of the length from the bow (0) to the stern (1); places and widths across are shares
of the beam, starboard positive; heights are metres above the waterline. A form is not a class: it says how a ship of
that kind looks, within a range of lengths and beams, and on what each detail rests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from roadstead.library._files import DATA, read_folder
from roadstead.library._lookup import by_id, pick
from roadstead.library.materials import materials
from roadstead.library.vessels import classes
from roadstead.model import CaseError, Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from roadstead.library._form_schema import FormFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The hull seen from above, widths as shares of the beam."""

    entry: float
    """share of the length over which the bow widens"""
    entry_power: float
    """1 for a straight wedge, higher for a fuller bow"""
    bow_width: float
    """width at the stem"""
    run: float
    """share of the length over which the stern narrows"""
    run_power: float
    transom: float
    """width at the stern"""
    outline: tuple[tuple[float, float], ...] | None
    """(place, width) from bow to stern, which then replaces all above"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A box: superstructure, funnel, boat, ramp."""

    name: str
    span: tuple[float, float]
    width: float
    offset: float
    mirrored: bool
    """stands on the other side too"""
    top_m: float
    """height above the waterline"""
    tone: str
    """a material"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something round and upright: mast, gun, radome, kingpost."""

    name: str
    at: float
    offset: float
    mirrored: bool
    width_m: float
    rise_m: float
    """height above what it stands on"""
    tone: str
    barrel_m: float
    """length of a gun's barrel; 0 for none"""
    aims: str
    """where the barrel points when at rest: bow or stern"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crane:
    """A deck crane with its jib stowed along the hull."""

    name: str
    at: float
    offset: float
    width_m: float
    rise_m: float
    """height of the pedestal above what it stands on"""
    jib_m: float
    stowed: str
    """where the stowed jib points: bow or stern"""
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hatch:
    """A cargo hatch with its cover."""

    name: str
    span: tuple[float, float]
    width: float
    offset: float
    rise_m: float
    """height of the coaming with its cover above the deck"""
    panels: int
    """pieces of the cover, one behind the other"""
    opens: bool
    """whether it is open when the ship works cargo"""
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stow:
    """An area on deck where containers may stand; which ones stand there is drawn by seed."""

    span: tuple[float, float]
    width: float
    tiers: tuple[int, int]
    fill: float
    """probability that a place is taken"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """An area of another tone, without height: a helicopter deck, a red deck."""

    name: str
    span: tuple[float, float]
    width: float
    tone: str
    circle: bool
    """a white landing circle"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulwark:
    """A wall along the edge of the deck."""

    span: tuple[float, float]
    rise_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipForm:
    """How a ship of one kind looks."""

    id: str
    name: str
    kind: str
    """in words: landing ship, ferry, tug"""
    class_id: str
    """vessel class of the library; empty where it has none"""
    length_m: Range
    beam_m: Range
    hull: str
    """material of the hull's sides"""
    deck: str
    """material of the bare deck"""
    clutter: float
    """small gear on the bare deck, pieces per 100 m2"""
    sources: tuple[str, ...]
    plan: Plan
    deck_m: tuple[tuple[float, float], ...]
    """(place, height of the deck above the waterline) from bow to stern"""
    bulwarks: tuple[Bulwark, ...] = ()
    paints: tuple[Paint, ...] = ()
    hatches: tuple[Hatch, ...] = ()
    blocks: tuple[Block, ...] = ()
    posts: tuple[Post, ...] = ()
    cranes: tuple[Crane, ...] = ()
    stows: tuple[Stow, ...] = ()


_PARTS: Mapping[str, Any] = {
    "bulwarks": Bulwark,
    "paints": Paint,
    "hatches": Hatch,
    "blocks": Block,
    "posts": Post,
    "cranes": Crane,
    "stows": Stow,
}


def forms() -> Mapping[str, ShipForm]:
    """All ship forms by id, sorted; raises CaseError when a data file is broken."""
    return load_forms(DATA / "forms")


def form(form_id: str) -> ShipForm:
    """The form of that id; raises NotFound with close matches."""
    return pick(forms(), form_id, "ship form")


@cache
def load_forms(folder: Path) -> Mapping[str, ShipForm]:
    """Read a folder of form files; raises CaseError naming file, key and what is allowed."""
    from roadstead.library._form_schema import FormFile  # noqa: PLC0415 - pydantic only when data are read

    return by_id((path, entry.id, _form(path, entry)) for path, entry in read_folder(folder, FormFile))


def _form(path: Path, entry: FormFile) -> ShipForm:
    _check_names(path, entry)
    words = ("id", "name", "kind", "class_id", "hull", "deck", "clutter", "sources", "deck_m")
    parts: dict[str, Any] = {name: getattr(entry, name) for name in words}
    parts |= {name: tuple(make(**part.model_dump()) for part in getattr(entry, name)) for name, make in _PARTS.items()}
    return ShipForm(
        **parts,
        length_m=Range(*entry.length_m),
        beam_m=Range(*entry.beam_m),
        plan=Plan(**entry.plan.model_dump()),
    )


def _check_names(path: Path, entry: FormFile) -> None:
    if entry.class_id and entry.class_id not in classes():
        known = ", ".join(classes())
        raise CaseError(path, None, "class_id", f"{entry.class_id!r} is no vessel class; allowed are {known}, or none")
    for key, tone in _tones(entry):
        if tone not in materials():
            known = ", ".join(materials())
            raise CaseError(path, None, key, f"{tone!r} is no material; allowed are {known}")


def _tones(entry: FormFile) -> Iterator[tuple[str, str]]:
    yield from (("hull", entry.hull), ("deck", entry.deck))
    for name in _PARTS:
        for i, part in enumerate(getattr(entry, name)):
            if hasattr(part, "tone"):
                yield f"{name}.{i}.tone", part.tone
