"""The API of the workbench, as OpenAPI describes it at /openapi.json."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi import Path as InPath
from fastapi.concurrency import run_in_threadpool

from roadstead.archive import DecisionMade, IntakeFacts, add
from roadstead.model import InputError
from roadstead.workbench.beside import ship_classes, view_of
from roadstead.workbench.copies import BeingMadeError
from roadstead.workbench.desk import Desk
from roadstead.workbench.labels import export, imported, labels_of
from roadstead.workbench.placing import place
from roadstead.workbench.schemas import (
    CallOut,
    CaseOut,
    ClaimsOut,
    DecisionOut,
    DecisionsOut,
    DetectionOut,
    GroundOut,
    JobOut,
    LookOut,
    MeasureIn,
    MeasureOut,
    PlacedOut,
    PointIn,
    Problem,
    RejectedOut,
    RowOut,
    SceneKey,
    SceneOut,
    ShiftOut,
    ShipClass,
    StateOut,
    TakenIn,
)
from roadstead.workbench.tiles import nothing

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = {"cache-control": "private, max-age=3600"}
PNG = "image/png"
NAME_BYTES = 120
"""of a file's name, the ending kept; file systems take 255, and the intake adds to it"""
_PROBLEMS: Mapping[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": words}
    for code, words in {
        400: "the body is no JSON",
        401: "no session",
        403: "the request comes from elsewhere",
        404: "there is no such thing",
        413: "too large",
        421: "not our own name",
        422: "it cannot be used as it is; `detail` says why",
    }.items()
}
router = APIRouter(prefix="/api", responses=dict(_PROBLEMS))


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _analyst(request: Request) -> str:
    analyst: str = request.state.analyst
    return analyst


TheDesk = Annotated[Desk, Depends(_desk)]
Analyst = Annotated[str, Depends(_analyst)]
Key = Annotated[SceneKey, InPath()]
Bands = Annotated[str, Query(pattern=r"^[1-9][0-9]{0,2}(,[1-9][0-9]{0,2}){0,2}$")]
Degrees = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Query(ge=-85, le=85, allow_inf_nan=False)]


@router.get("/state")
def get_state(desk: TheDesk, analyst: Analyst) -> StateOut:
    """What changed since the page asked last."""
    return desk.state(analyst)


@router.get("/case")
def get_case(desk: TheDesk, analyst: Analyst) -> CaseOut:
    """The case and its sites."""
    if not desk.has_snapshot:
        return CaseOut(id="", title=desk.folder.resolve().name, summary="", simulated=False, notes=[],
                       analyst=analyst, blind=desk.blind, made_at=None, sites=[])  # fmt: skip
    case = desk.snapshot
    return CaseOut(
        id=case.id,
        title=case.title,
        summary=case.summary,
        simulated=case.simulated,
        notes=[] if desk.blind else case.notes,
        analyst=analyst,
        blind=desk.blind,
        made_at=case.made_at,
        sites=case.sites,
    )


@router.get("/scenes", response_model=list[SceneOut])
def get_scenes(desk: TheDesk) -> Response:
    """Every scene of the case."""
    return Response(desk.written("scenes"), media_type="application/json")


@router.get("/looks", response_model=list[LookOut])
def get_looks(desk: TheDesk) -> Response:
    """Every scene over its sites."""
    return Response(desk.written("looks"), media_type="application/json")


@router.get("/timeline")
def get_timeline(desk: TheDesk) -> list[RowOut]:
    """Looks, passes, nights and windows without a known look, by site and stretch of time."""
    return desk.rows()


@router.get("/calls")
def get_calls(desk: TheDesk) -> list[CallOut]:
    """Stays of ships as brackets, without a model."""
    return [] if desk.blind else desk.snapshot.calls


@router.get("/ground", response_model=GroundOut)
def get_ground(desk: TheDesk) -> Response:
    """Coast and AIS tracks about the sites."""
    return Response(desk.written("ground"), media_type="application/json")


@router.get("/detections", response_model=list[DetectionOut])
def get_detections(desk: TheDesk) -> Response:
    """What was found, as it was before anybody reviewed it."""
    return Response(desk.written("detections"), media_type="application/json")


@router.get("/rejected")
def get_rejected(desk: TheDesk) -> list[RejectedOut]:
    """What detectors did not take for a vessel, with the reason."""
    return desk.snapshot.rejected


@router.get("/decisions")
def get_decisions(desk: TheDesk, analyst: Analyst) -> DecisionsOut:
    """Decisions that this analyst may see."""
    return desk.decisions(analyst)


@router.post("/decisions", status_code=201)
def post_decision(made: DecisionMade, desk: TheDesk, analyst: Analyst) -> DecisionOut:
    """Keep a decision; it is on the disk when this answers."""
    return desk.decide(made, analyst)


@router.get("/claims")
def get_claims(desk: TheDesk, analyst: Analyst) -> ClaimsOut:
    """Verdicts on all claims."""
    if desk.blind and not desk.finished(analyst):
        why = "blind review: verdicts are shown when you have judged every detection"
        return ClaimsOut(verdicts=[], decisions_through=0, why_not=why)
    case = desk.snapshot
    return ClaimsOut(verdicts=case.verdicts, decisions_through=case.decisions_through, why_not="")


@router.post("/job", status_code=202)
def post_job(desk: TheDesk) -> JobOut:
    """Verify the case again."""
    desk.job.start()
    return desk.job.state


@router.post("/measure")
def post_measure(asked: MeasureIn, desk: TheDesk) -> MeasureOut:
    """Length, beam and axis of what was drawn, as `verify` measures it."""
    return desk.ruler.measure(asked.scene, asked.outline)


@router.get("/scenes/{key}/tiles/{z}/{x}/{y}.png", response_class=Response, responses={200: {"content": {PNG: {}}}})
def get_tile(  # noqa: PLR0917 - a tile's address
    key: Key,
    z: Annotated[int, InPath(ge=0, le=24)],
    x: Annotated[int, InPath(ge=0, lt=2**24)],
    y: Annotated[int, InPath(ge=0, lt=2**24)],
    bands: Bands,
    desk: TheDesk,
) -> Response:
    """A map tile of a scene, 256 pixels, Web Mercator; empty while `preparing` names the scene."""
    try:
        return Response(desk.pictures.tile(key, (z, x, y), bands), media_type=PNG, headers=KEPT)
    except BeingMadeError:
        return Response(nothing(), media_type=PNG)


@router.get("/scenes/{key}/picture.png", response_class=Response, responses={200: {"content": {PNG: {}}}})
def get_picture(key: Key, bands: Bands, desk: TheDesk) -> Response:
    """A whole scene, for those without georeference."""
    return Response(desk.pictures.picture(key, bands), media_type=PNG, headers=KEPT)


@router.get("/scenes/{key}/shift")
def get_shift(key: Key, second: SceneKey, lon: Degrees, lat: Latitude, desk: TheDesk) -> ShiftOut:
    """How far another scene's content lies from this one's around a place."""
    return desk.ruler.shift(key, second, lon, lat)


@router.post("/scenes/{key}/points")
def post_points(
    key: Key, points: Annotated[list[PointIn], Body(max_length=60)], desk: TheDesk, analyst: Analyst
) -> PlacedOut:
    """Place a picture on the map by control points; it is taken in as an exhibit of its own."""
    report, off_m = place(desk.folder, desk.ruler.scene(key), points, analyst)
    if report.added:
        desk.job.start()
    refused = [r.reason for r in report.refused] + [f"{e.id} is held already" for e in report.already]
    return PlacedOut(added=[e.id for e in report.added], refused=refused, off_m=round(off_m, 2))


@router.get("/classes")
def get_classes() -> list[ShipClass]:
    """Ships of the library that can be drawn."""
    return ship_classes()


@router.get("/scenes/{key}/beside.png", response_class=Response, responses={200: {"content": {PNG: {}}}})
def get_beside(  # noqa: PLR0917 - what is drawn, and in which light
    key: Key,
    form: Annotated[str, Query(max_length=80)],
    heading: Annotated[float, Query(ge=-360, le=360, allow_inf_nan=False)],
    lon: Degrees,
    lat: Latitude,
    desk: TheDesk,
) -> Response:
    """A ship of the library at the scene's scale and sun."""
    return Response(view_of(form, desk.ruler.scene(key), heading, (lon, lat)), media_type=PNG, headers=KEPT)


@router.get("/labels", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}})
def get_labels(kind: Annotated[str, Query(max_length=40)], desk: TheDesk, analyst: Analyst) -> Response:
    """Reviewed detections for other programs: geojson, coco, cvat, training."""
    labels = labels_of(desk.snapshot, desk.decisions(analyst).decisions)
    data, media_type, name = export(kind, desk.snapshot, labels)
    return Response(data, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}


@router.post("/labels", openapi_extra=_BODY)
async def post_labels(request: Request, desk: TheDesk, analyst: Analyst) -> list[DecisionOut]:
    """Take labels of COCO or CVAT in, as ships drawn by this analyst."""
    data = await request.body()

    def take() -> list[DecisionOut]:
        return [desk.decide(one, analyst) for one in imported(data, desk.snapshot, desk.ruler.on_map)]

    return await run_in_threadpool(take)


@router.post("/exhibits", openapi_extra=_BODY)
async def post_exhibit(
    request: Request, name: Annotated[str, Query(min_length=1, max_length=200)], desk: TheDesk, analyst: Analyst
) -> TakenIn:
    """Take a file in as `roadstead add` does; only the last part of its name is used, and the ending."""
    data = await request.body()
    return await run_in_threadpool(_taken_in, data, _plain_name(name), desk, analyst)


def _taken_in(data: bytes, name: str, desk: Desk, analyst: str) -> TakenIn:
    with tempfile.TemporaryDirectory(prefix="roadstead-") as place:
        path = Path(place) / name
        path.write_bytes(data)
        report = add(desk.folder, [path], IntakeFacts(added_by=analyst, analyst=analyst))
        refused = [r.reason.replace(f"{place}/", "") for r in report.refused]
    if report.added:
        desk.job.start()
    return TakenIn(
        added=[e.id for e in report.added],
        already=[e.id for e in report.already],
        refused=refused,
        notices=[n.replace(f"{place}/", "") for n in report.notices],
    )


def _plain_name(name: str) -> str:
    """A file name without folders and without what a file system or a shell might take for more than a name."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c if c.isalnum() or c in "._- ()" else "_" for c in last)
    short = plain.encode()[-NAME_BYTES:].decode("utf-8", "ignore").strip(" .")
    if not short:
        raise InputError("the file has no name; give it one")
    return short
