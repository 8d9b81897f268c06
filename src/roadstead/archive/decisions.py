"""Decisions of analysts in a case folder: CASE/decisions.jsonl, one JSON line each, in the order they were taken.

The workbench writes it from its store; who reviews elsewhere may write it by hand. Nothing in it is ever changed: what
was wrong is withdrawn by a later line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from shapely.geometry import LineString, Point, Polygon

from roadstead.model import Decision, DecisionKind, InputError, SeenAs, StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

DECISIONS = "decisions.jsonl"
SCHEMA_VERSION = 1
MOST_CORNERS = 200
MOST_TEXT = 2000
_JUDGES = (DecisionKind.ACCEPT, DecisionKind.REJECT)


def _printable(text: str) -> str:
    if any(ord(c) < 32 and c not in "\n\t" for c in text) or "\x7f" in text:
        raise ValueError("holds control characters; write plain text")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("holds half a character; write it again")
    return text


Words = Annotated[str, Field(max_length=MOST_TEXT), AfterValidator(_printable)]
Name = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Number = Annotated[float, Field(allow_inf_nan=False)]
LonLat = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
Pixel = tuple[Annotated[float, Field(ge=-1e7, le=1e7)], Annotated[float, Field(ge=-1e7, le=1e7)]]


class SeenLine(BaseModel):
    """What was on the screen."""

    model_config = ConfigDict(extra="forbid")

    bands: Name = ""
    stretch: Name = ""
    zoom: Number | None = None
    beside: Name = ""


class DecisionMade(BaseModel):
    """A decision as an analyst takes it; who and when are added by whoever keeps it."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    """given by the page, so that the same decision sent twice counts once"""
    kind: DecisionKind
    scene_id: Name = ""
    detection_id: Name = ""
    outline: Annotated[list[LonLat], Field(max_length=MOST_CORNERS)] = []
    """one corner: a point; two: a line along the hull; more: the outline, not closed"""
    outline_px: Annotated[list[Pixel], Field(max_length=MOST_CORNERS)] = []
    text: Words = ""
    seen: SeenLine = SeenLine()
    withdraws: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{8,64})?$")] = ""


class DecisionLine(DecisionMade):
    """One line of the file."""

    schema_version: int = SCHEMA_VERSION
    number: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    analyst: Annotated[Name, Field(min_length=1)]
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    """over the line before and this one, as the workbench keeps them; empty: written by hand"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDecisions:
    """Decisions held, and what could not be used."""

    decisions: tuple[Decision, ...]
    losses: tuple[str, ...]


def held_decisions(case_dir: Path) -> HeldDecisions:
    """The decisions of a case, in order; a line that cannot be used is named in `losses`.

    A torn last line (the machine stopped while writing) is passed over: the workbench writes it again.

    Raises:
        StorageError: the file cannot be read.
    """
    path = case_dir / DECISIONS
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return HeldDecisions(decisions=(), losses=())
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    found: dict[str, Decision] = {}
    losses: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            decision = decision_of(DecisionLine.model_validate_json(line))
        except (ValidationError, InputError) as error:
            if number < len(lines):
                losses.append(f"{path}:{number}: this decision cannot be used ({_first(error)}); correct the line")
            continue
        found.setdefault(decision.id, decision)
    return HeldDecisions(decisions=tuple(sorted(found.values(), key=lambda d: d.number)), losses=tuple(losses))


def _first(error: ValidationError | InputError) -> str:
    if isinstance(error, InputError):
        return str(error)
    problem = error.errors()[0]
    return f"{'.'.join(str(p) for p in problem['loc'])}: {problem['msg']}".removeprefix(": ")


def decision_of(line: DecisionLine) -> Decision:
    """The decision that a line holds.

    Raises:
        InputError: a field that its kind needs is missing, or the outline is none.
    """
    if line.schema_version > SCHEMA_VERSION:
        raise InputError(f"written by a newer Roadstead (schema {line.schema_version}); update Roadstead")
    check_made(line)
    return Decision(
        id=line.id,
        number=line.number,
        at=line.at.astimezone(UTC),
        analyst=line.analyst,
        kind=line.kind,
        scene_id=line.scene_id,
        detection_id=line.detection_id,
        place=shape_drawn(line.outline),
        place_px=tuple(line.outline_px),
        text=line.text,
        seen=SeenAs(**line.seen.model_dump()),
        withdraws=line.withdraws,
    )


def check_made(made: DecisionMade) -> None:
    """Whether a decision says what its kind needs; raises InputError with what is missing."""
    kind = made.kind
    if (kind is DecisionKind.UNDO) != bool(made.withdraws):
        raise InputError("only an undo names the decision that it withdraws, and it must; give `withdraws`")
    if kind in {DecisionKind.UNDO, DecisionKind.NOTE}:
        return
    if not made.scene_id:
        raise InputError(f"a decision of kind {kind.value} needs the scene that was looked at; give `scene_id`")
    if kind is DecisionKind.REJECT and not made.text.strip():
        raise InputError("a rejection needs its reason, which the report prints; give `text`")
    if kind is DecisionKind.CLASS and not made.text.strip():
        raise InputError("the class is missing; give `text`")
    if kind in {*_JUDGES, DecisionKind.CLASS} and not made.outline_px:
        raise InputError("which detection is meant is told by its outline in the scene's pixels; give `outline_px`")
    if kind not in {*_JUDGES, DecisionKind.CLASS} and not made.outline:
        raise InputError(f"a decision of kind {kind.value} needs a place on the map; give `outline`")
    shape_drawn(made.outline)


def shape_drawn(corners: Sequence[tuple[float, float]]) -> BaseGeometry | None:
    """Point, line or polygon of the corners that were drawn, WGS84; None without corners.

    Raises:
        InputError: the outline crosses itself or has no extent.
    """
    if not corners:
        return None
    if len(corners) == 1:
        return Point(corners[0])
    shape = LineString(corners) if len(corners) == 2 else Polygon(corners)
    if not (shape.is_valid and shape.length > 0 and math.isfinite(shape.length)):
        raise InputError("the outline crosses itself or has no extent; draw it again")
    return shape


def line_of(made: DecisionMade, number: int, at: datetime, analyst: str, sha256: str = "") -> DecisionLine:
    """The line that keeps a decision."""
    return DecisionLine(**made.model_dump(), number=number, at=at, analyst=analyst, sha256=sha256)
