"""What the workbench's API takes and gives; the same values are kept as the snapshot of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from roadstead.archive import DecisionLine
from roadstead.model import Modality

LonLat = tuple[float, float]
Box = tuple[float, float, float, float]
"""west, south, east, north, degrees"""
SceneKey = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
"""what the API calls a scene by; never a path"""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class SpanOut(_Value):
    """A stretch of time, UTC."""

    start: datetime
    end: datetime


class SiteOut(_Value):
    """A site of the case."""

    id: str
    name: str
    aoi: dict[str, Any]
    """GeoJSON geometry"""
    berths: list[list[LonLat]]
    middle: LonLat


class BandChoice(_Value):
    """A way to show a scene."""

    label: str
    bands: str
    """numbers of bands from 1, by commas"""


class SceneOut(_Value):
    """A scene of the case."""

    key: SceneKey
    id: str
    time: SpanOut | None
    modality: Modality
    platform: str
    choices: list[BandChoice]
    stretch: str
    """from which values to which it is shown, in words"""
    gsd_m: float | None
    box: Box | None
    """None: no georeference, so it is shown by itself"""
    to_decibels: bool
    """whether its values are shown as their logarithm"""
    maxzoom: int
    width_px: int
    height_px: int
    simulated: bool
    credit: str
    licence: str


class LookOut(_Value):
    """A scene over a site."""

    scene_id: str
    site_id: str
    time: SpanOut | None
    usable_fraction: float
    cloud_fraction: float | None
    resolved_m: float
    sun_elevation_deg: float | None
    searched: bool
    ships: int


class EstimateOut(_Value):
    """A measured value with one standard deviation."""

    value: float
    sigma: float


class DetectionOut(_Value):
    """A detection as it was before anybody reviewed it."""

    id: str
    scene_id: str
    site_id: str
    score: float
    row_px: float
    col_px: float
    outline: list[LonLat]
    outline_px: list[tuple[float, float]]
    length_m: EstimateOut | None
    beam_m: EstimateOut | None
    heading_deg: EstimateOut | None
    heading_ambiguous: bool
    method: str
    notes: list[str]
    pixels_say: str
    """what the resolved distance allows to be said"""
    fits: list[str]
    """library classes of agreeing size; size never names a class"""


class RejectedOut(_Value):
    """A candidate that was not taken for a vessel."""

    scene_id: str
    at: LonLat | None
    reason: str


class MomentOut(_Value):
    """A moment at which a site could be, or was, imaged."""

    time: SpanOut
    platform: str
    state: str
    scene_id: str
    cloud_fraction: float | None
    ships: int | None
    p_detect: tuple[float, float] | None


class RowOut(_Value):
    """A site's row of the timeline, over one stretch."""

    site_id: str
    span: SpanOut
    nights: list[SpanOut]
    windows: list[SpanOut]
    """stretches without a look known to us"""
    moments: list[MomentOut]


class CallOut(_Value):
    """A stay as a bracket from looks or reports, without a model."""

    site_id: str
    earliest: datetime | None
    first_with: SpanOut
    last_with: SpanOut
    latest: datetime | None
    at_least: int
    ours: bool


class TrackOut(_Value):
    """What was received under one MMSI about the sites; whether that was one ship, and true, is not known."""

    mmsi: str
    name: str
    """as last sent"""
    start: datetime
    end: datetime
    lines: list[list[LonLat]]
    """one for each stretch without a long silence"""


class GroundOut(_Value):
    """What lies under the ships on the map."""

    coast: list[list[LonLat]]
    """shores as the case states them"""
    tracks: list[TrackOut]


class Snapshot(_Value):
    """What the last verification of a case came to, as the page shows it."""

    schema_version: int
    made_at: datetime
    decisions_through: int
    """number of the last decision that went into it"""
    id: str
    title: str
    summary: str
    simulated: bool
    notes: list[str]
    """warnings, doubts and what could not be used"""
    sites: list[SiteOut]
    scenes: list[SceneOut]
    looks: list[LookOut]
    detections: list[DetectionOut]
    rejected: list[RejectedOut]
    rows: list[RowOut]
    calls: list[CallOut]
    ground: GroundOut
    verdicts: list[dict[str, Any]]
    """as in verdicts.json"""
    held: dict[str, dict[str, Any]]
    """scenes with their files, by key; never sent to a page"""


class JobOut(_Value):
    """What is being computed."""

    state: Annotated[str, Field(pattern="^(idle|running|failed)$")]
    step: str = ""
    done: int = 0
    total: int = 0
    since: datetime | None = None
    error: str = ""


class StateOut(_Value):
    """What the page asks for again and again."""

    snapshot: str
    """changes with every new snapshot; empty: there is none yet"""
    decisions: int
    """number of the last decision that this analyst may see"""
    stale: bool
    """whether decisions were taken since the verdicts were computed"""
    job: JobOut
    preparing: list[str]
    """ids of scenes whose tiles come when a copy with overviews is made"""


class CaseOut(_Value):
    """The case, without its long lists."""

    id: str
    title: str
    summary: str
    simulated: bool
    notes: list[str]
    analyst: str
    blind: bool
    made_at: datetime | None
    sites: list[SiteOut]


class DecisionOut(_Value):
    """A decision as the page shows it."""

    line: DecisionLine
    about: str
    """id of the detection that it means now; empty: none"""
    measured: MeasureOut | None
    """of a drawn ship"""
    withdrawn: bool


class DecisionsOut(_Value):
    """Decisions that this analyst may see."""

    decisions: list[DecisionOut]
    hidden: int
    """decisions of others that a blind review keeps back"""


class MeasureIn(BaseModel):
    """A line along a hull, or its outline."""

    model_config = ConfigDict(extra="forbid")

    scene: SceneKey
    outline: Annotated[
        list[tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]],
        Field(min_length=2, max_length=200),
    ]


class MeasureOut(_Value):
    """What was measured, and what the pixels allow."""

    length_m: EstimateOut | None
    beam_m: EstimateOut | None
    heading_deg: EstimateOut | None
    outline: list[LonLat]
    outline_px: list[tuple[float, float]]
    resolved_m: float | None
    pixels_say: str


class ClaimsOut(_Value):
    """Verdicts on all claims."""

    verdicts: list[dict[str, Any]]
    decisions_through: int
    why_not: str
    """why a blind review shows none yet; empty: they are shown"""


class ShipClass(_Value):
    """A class of the library that can be drawn."""

    id: str
    name: str
    length_m: float
    beam_m: float


class ShiftOut(_Value):
    """How far the second scene's content lies from the first's, metres; None where pixels support no shift."""

    east_m: float | None
    north_m: float | None
    sigma_m: float | None
    why_not: str


class TakenIn(_Value):
    """What became of a file that was dropped on the page."""

    added: list[str]
    already: list[str]
    refused: list[str]
    notices: list[str]


class PointIn(BaseModel):
    """A place in a picture and the same place on the ground."""

    model_config = ConfigDict(extra="forbid")

    col: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
    row: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)]


class PlacedOut(_Value):
    """What became of a picture that was placed on the map."""

    added: list[str]
    refused: list[str]
    off_m: float
    """the points from their best affine map, root mean square"""


class Problem(_Value):
    """Why a request was not served."""

    detail: str


DecisionOut.model_rebuild()
