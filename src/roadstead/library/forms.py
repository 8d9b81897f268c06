"""Ship forms: one description of a ship from which every view is drawn.

Places along the hull are shares of the length from the bow (0) to the stern (1); places and widths across are shares
of the beam, starboard positive; heights are metres above the waterline. A form is not a class: it says how a ship of
that kind looks, within a range of lengths and beams, and on what each detail rests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from roadstead.library._files import DATA, read_entry
from roadstead.library._lookup import by_id, pick, with_own
from roadstead.library.materials import materials
from roadstead.library.vessels import check_class, classes
from roadstead.model import CaseError, Range

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
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
    offset: float
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
    traffic: bool = False
    """one of `traffic_forms`"""
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


def forms(own: Path | None = None) -> Mapping[str, ShipForm]:
    """All ship forms by id, sorted.

    Args:
        own: a library folder of the user's own, whose `forms/` are added; need not exist.

    Raises:
        CaseError: a data file is broken, or an own form takes the id of a shipped one.
    """
    shipped = load_forms(DATA / "forms")
    return with_own(shipped, read_forms(own / "forms", classes(own))) if own else shipped


def form(form_id: str) -> ShipForm:
    """The form of that id; raises NotFound with close matches."""
    return pick(forms(), form_id, "ship form")


def traffic_forms() -> Mapping[str, ShipForm]:
    """The shipped forms that exercises, training and benchmarks draw from where nobody names one.

    What is drawn from a seed rests on this set and its order, so a new form does not join it.
    """
    return MappingProxyType({key: entry for key, entry in forms().items() if entry.traffic})


@cache
def load_forms(folder: Path) -> Mapping[str, ShipForm]:
    """Read a folder of form files; raises CaseError naming file, key and what is allowed."""
    return by_id(read_forms(folder, classes()))


def read_forms(folder: Path, known: Collection[str]) -> Iterator[tuple[Path, str, ShipForm]]:
    """File, id and form of every form file of a folder; raises CaseError as `read_form` does."""
    for path in sorted(folder.glob("*.toml")):
        found = read_form(path, known)
        yield path, found.id, found


def read_form(path: Path, known: Collection[str]) -> ShipForm:
    """Read a form file whose class, if any, is one of the known ids.

    Raises:
        CaseError: the file is broken; it names file, key and what is allowed.
    """
    from roadstead.library._form_schema import FormFile  # noqa: PLC0415 - pydantic only when data are read

    entry = read_entry(path, FormFile)
    _check_names(path, entry, known)
    return _form(entry)


def _form(entry: FormFile) -> ShipForm:
    words = ("id", "name", "kind", "class_id", "traffic", "hull", "deck", "clutter", "sources", "deck_m")
    parts: dict[str, Any] = {name: getattr(entry, name) for name in words}
    parts |= {name: tuple(make(**part.model_dump()) for part in getattr(entry, name)) for name, make in _PARTS.items()}
    return ShipForm(
        **parts,
        length_m=Range(*entry.length_m),
        beam_m=Range(*entry.beam_m),
        plan=Plan(**entry.plan.model_dump()),
    )


def _check_names(path: Path, entry: FormFile, known: Collection[str]) -> None:
    if entry.class_id:
        check_class(path, entry.class_id, known)
    for key, tone in _tones(entry):
        if tone not in materials():
            allowed = ", ".join(materials())
            raise CaseError(path, None, key, f"{tone!r} is no material; allowed are {allowed}")


def _tones(entry: FormFile) -> Iterator[tuple[str, str]]:
    yield from (("hull", entry.hull), ("deck", entry.deck))
    for name in _PARTS:
        for i, part in enumerate(getattr(entry, name)):
            if hasattr(part, "tone"):
                yield f"{name}.{i}.tone", part.tone
