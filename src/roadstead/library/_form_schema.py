"""What a form file and the table of materials may hold: pydantic at the file edge. Imported only when data are read."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from roadstead.library._schema import Id, Strict, Text

Share = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[float, Field(ge=-0.5, le=0.5)]
Height = Annotated[float, Field(gt=0, le=100)]
Size = Annotated[float, Field(ge=1, le=500)]
Power = Annotated[float, Field(ge=1, le=10)]
Chance = Annotated[float, Field(ge=0, le=1)]


def _low_high(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError(f"{list(pair)} must be [low, high]")
    return pair


def _stretch(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] >= pair[1]:
        raise ValueError(f"{list(pair)} must be [nearer the bow, nearer the stern], as shares of the length")
    return pair


def _from_bow_to_stern(table: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    at = [point[0] for point in table]
    if at[0] != 0 or at[-1] != 1 or any(a >= b for a, b in pairwise(at)):
        raise ValueError(f"{at} must rise from 0 (bow) to 1 (stern)")
    return table


def _as_wide_as_the_beam(table: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    widest = max(point[1] for point in table)
    if widest != 1:
        raise ValueError(f"the widest place is {widest} of the beam; it must be 1")
    return table


Span = Annotated[tuple[Share, Share], AfterValidator(_stretch)]
Metres = Annotated[tuple[Size, Size], AfterValidator(_low_high)]
Tiers = Annotated[
    tuple[Annotated[int, Field(ge=0, le=12)], Annotated[int, Field(ge=1, le=12)]], AfterValidator(_low_high)
]
Profile = Annotated[tuple[tuple[Share, Height], ...], Field(min_length=2), AfterValidator(_from_bow_to_stern)]
Outline = Annotated[
    tuple[tuple[Share, Share], ...],
    Field(min_length=2),
    AfterValidator(_from_bow_to_stern),
    AfterValidator(_as_wide_as_the_beam),
]


class PlanEntry(Strict):
    """The hull seen from above: either bow, middle and stern, or an outline."""

    entry: Share = 0.2
    entry_power: Power = 2.0
    bow_width: Share = 0.0
    run: Share = 0.1
    run_power: Power = 2.0
    transom: Share = 0.8
    outline: Outline | None = None


class BlockEntry(Strict):
    """A box on the deck."""

    name: Text
    span: Span
    width: Share
    offset: Offset = 0.0
    mirrored: bool = False
    top_m: Height
    tone: Text


class PostEntry(Strict):
    """Something round and upright."""

    name: Text
    at: Share
    offset: Offset = 0.0
    mirrored: bool = False
    width_m: Height
    rise_m: Height
    tone: Text
    barrel_m: Annotated[float, Field(ge=0, le=15)] = 0.0
    aims: Literal["bow", "stern"] = "bow"


class CraneEntry(Strict):
    """A deck crane, stowed."""

    name: Text
    at: Share
    offset: Offset = 0.0
    width_m: Height
    rise_m: Height
    jib_m: Height
    stowed: Literal["bow", "stern"]
    tone: Text


class HatchEntry(Strict):
    """A cargo hatch with its cover."""

    name: Text
    span: Span
    width: Share
    offset: Offset = 0.0
    rise_m: Annotated[float, Field(ge=0, le=5)] = 1.0
    panels: Annotated[int, Field(ge=1, le=20)] = 1
    opens: bool = True
    tone: Text


class StowEntry(Strict):
    """An area on deck where containers may stand."""

    span: Span
    width: Share
    tiers: Tiers
    fill: Chance


class PaintEntry(Strict):
    """An area of another tone, without height."""

    name: Text
    span: Span
    width: Share
    tone: Text
    offset: Offset = 0.0
    circle: bool = False


class BulwarkEntry(Strict):
    """A wall along the edge of the deck."""

    span: Span
    rise_m: Height


class FormFile(Strict):
    """One ship form."""

    id: Id
    name: Text
    kind: Text
    class_id: str = ""
    traffic: bool = False
    length_m: Metres
    beam_m: Metres
    hull: Text
    deck: Text
    clutter: Annotated[float, Field(ge=0, le=10, description="small gear on a bare deck, pieces per 100 m2")] = 0.0
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    plan: PlanEntry
    deck_m: Profile
    bulwarks: tuple[BulwarkEntry, ...] = ()
    paints: tuple[PaintEntry, ...] = ()
    hatches: tuple[HatchEntry, ...] = ()
    blocks: tuple[BlockEntry, ...] = ()
    posts: tuple[PostEntry, ...] = ()
    cranes: tuple[CraneEntry, ...] = ()
    stows: tuple[StowEntry, ...] = ()


class MaterialEntry(Strict):
    """Reflectance of a surface per band role."""

    blue: Chance
    green: Chance
    red: Chance
    nir: Chance
    swir16: Chance


class MaterialsFile(Strict):
    """All surface materials."""

    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    materials: dict[str, MaterialEntry]
