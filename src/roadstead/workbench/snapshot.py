"""The snapshot of a case: what its last verification came to, so that the page opens without computing anything."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import rasterio
from pydantic import ValidationError
from rasterio.errors import RasterioIOError
from shapely.geometry import mapping

from roadstead.identify import consistent_classes, gate, resolved_at
from roadstead.model import BandRole, Modality, SarUnit
from roadstead.pipeline import is_simulated, verdict_json
from roadstead.steps import to_plain, write_atomic
from roadstead.workbench.ground import coast_of, tracks_of
from roadstead.workbench.schemas import (
    BandChoice,
    CallOut,
    DetectionOut,
    EstimateOut,
    GroundOut,
    LookOut,
    MomentOut,
    RejectedOut,
    RowOut,
    SceneOut,
    SiteOut,
    Snapshot,
    SpanOut,
)

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.model import Detection, Estimate, Look, PortCall, Range, Scene, Site, SiteCoverage, TimeSpan
    from roadstead.pipeline import Result, SceneAtSite

FILE = ".cache/workbench.json"
SCHEMA_VERSION = 2
EARTH_M_PER_PIXEL = 156_543.03392804097
"""Web Mercator at the equator, zoom 0, tiles of 256 pixels"""
FINER = 1
"""zoom levels beyond the image's own pixels that are still asked for"""
_PRESETS = (
    ("true colour", (BandRole.RED, BandRole.GREEN, BandRole.BLUE)),
    ("near infrared", (BandRole.NIR, BandRole.RED, BandRole.GREEN)),
)


def key_of(scene_id: str) -> str:
    """What the API calls a scene by: 12 hex digits, whatever its id holds."""
    return hashlib.sha256(scene_id.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def read_snapshot(folder: Path) -> Snapshot | None:
    """The snapshot of a case folder; None where there is none, or it is of another version or damaged."""
    try:
        found = Snapshot.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    return found if found.schema_version == SCHEMA_VERSION else None


def write_snapshot(folder: Path, snapshot: Snapshot) -> None:
    """Keep a snapshot; raises StorageError."""
    write_atomic(folder / FILE, snapshot.model_dump_json())


def snapshot_of(result: Result, decisions_through: int) -> Snapshot:
    """The snapshot of a case that was just verified.

    Args:
        result: of `verify`.
        decisions_through: number of the last decision that went into it.
    """
    case, gathered, contents = result.case, result.gathered, result.contents
    scenes = [s for s in gathered.scenes.values() if s.bands]
    coverage = contents.coverage
    return Snapshot(
        schema_version=SCHEMA_VERSION,
        made_at=contents.made_at,
        decisions_through=decisions_through,
        id=case.id,
        title=case.title,
        summary=case.summary,
        simulated=is_simulated(case, gathered),
        notes=[*case.warnings, *result.losses],
        sites=[_site(s) for s in case.sites],
        scenes=[_scene(s) for s in scenes],
        looks=[_look(at) for at in gathered.unreviewed],
        detections=[
            _detection(d, at.look, gathered.scenes[d.scene_id]) for at in gathered.unreviewed for d in at.detections
        ],
        rejected=[_rejected(at, r) for at in gathered.unreviewed for r in at.rejected],
        rows=[_row(c) for c in coverage.sites] if coverage else [],
        calls=[_call(c) for c in contents.port_calls],
        ground=GroundOut(coast=coast_of(case), tracks=tracks_of(case)),
        verdicts=[verdict_json(v, case.claim(v.claim_id), contents.frozen.sha256) for v in contents.verdicts],
        held={key_of(s.id): to_plain(replace(s, path=s.path.absolute())) for s in scenes},
    )


def stretch_words(modality: Modality) -> str:
    """How scenes of a kind are shown, as decisions keep it."""
    return "decibels, noise in the lower half" if modality is Modality.SAR else "2nd to 98th percentile of the scene"


def _span(t: TimeSpan) -> SpanOut:
    return SpanOut(start=t.start, end=t.end)


def _site(site: Site) -> SiteOut:
    return SiteOut(
        id=site.id,
        name=site.name,
        aoi=mapping(site.aoi),
        berths=[[(x, y) for x, y, *_ in line.coords] for line in site.berths],
        middle=(site.lon_deg, site.lat_deg),
    )


def _scene(scene: Scene) -> SceneOut:
    box = tuple(float(v) for v in scene.footprint.bounds) if scene.footprint is not None else None
    width, height, pixel_m = _grid(scene)
    return SceneOut(
        key=key_of(scene.id),
        id=scene.id,
        time=_span(scene.time) if scene.time else None,
        modality=scene.modality,
        platform=scene.platform,
        choices=_choices(scene),
        stretch=stretch_words(scene.modality),
        gsd_m=scene.gsd_m or pixel_m,
        box=box,  # type: ignore[arg-type]
        to_decibels=scene.sar_unit in {SarUnit.AMPLITUDE, SarUnit.LINEAR},
        maxzoom=_maxzoom(pixel_m, box[1] if box else 0.0),
        width_px=width,
        height_px=height,
        simulated=scene.simulated,
        credit=scene.credit,
        licence=scene.licence,
    )


def _grid(scene: Scene) -> tuple[int, int, float | None]:
    """Width and height in pixels, and the pixel's size on the ground, metres, as far as a zoom level needs it."""
    try:
        with rasterio.open(scene.path) as dataset:
            width, height = dataset.width, dataset.height
    except RasterioIOError:
        return 1, 1, None
    if scene.footprint is None:
        return width, height, scene.gsd_m
    west, south, east, north = scene.footprint.bounds
    across_m = math.hypot((east - west) * math.cos(math.radians((south + north) / 2)), north - south) * 111_195
    return width, height, round(across_m / math.hypot(width, height), 3)


def _maxzoom(pixel_m: float | None, lat_deg: float) -> int:
    if not pixel_m:
        return 18
    at_lat = EARTH_M_PER_PIXEL * math.cos(math.radians(lat_deg))
    return max(1, min(22, math.ceil(math.log2(at_lat / pixel_m)) + FINER))


def _choices(scene: Scene) -> list[BandChoice]:
    places = {role: i for i, role in reversed(list(enumerate(scene.bands, 1)))}
    found = [
        BandChoice(label=label, bands=",".join(str(places[r]) for r in roles))
        for label, roles in _PRESETS
        if all(r in places for r in roles)
    ]
    shown = [i for i, role in enumerate(scene.bands, 1) if role is not BandRole.ALPHA]
    if not found and len(shown) >= 3 and scene.modality is Modality.OPTICAL:
        found = [BandChoice(label="first three bands", bands=",".join(map(str, shown[:3])))]
    singles = [BandChoice(label=_label(scene, i), bands=str(i)) for i in shown]
    return [*found, *singles]


def _label(scene: Scene, number: int) -> str:
    role = scene.bands[number - 1]
    return f"band {number}" if role is BandRole.OTHER else role.value


def _look(at: SceneAtSite) -> LookOut:
    look = at.look
    return LookOut(
        scene_id=look.scene_id,
        site_id=look.site_id,
        time=_span(look.time) if look.time else None,
        usable_fraction=look.usable_fraction,
        cloud_fraction=look.cloud_fraction,
        resolved_m=look.resolved_m,
        sun_elevation_deg=look.sun_elevation_deg,
        searched=look.searched,
        ships=len(at.detections),
    )


def estimate_out(e: Estimate | None) -> EstimateOut | None:
    """A measured value for the page."""
    return EstimateOut(value=round(e.value, 2), sigma=round(e.sigma, 2)) if e else None


def ring_of(d: Detection) -> list[tuple[float, float]]:
    """Corners of a detection on the map, not closed; empty without georeference."""
    return [(round(x, 7), round(y, 7)) for x, y in d.outline.exterior.coords[:-1]] if d.outline is not None else []


def _detection(d: Detection, look: Look, scene: Scene) -> DetectionOut:
    return DetectionOut(
        id=d.id,
        scene_id=d.scene_id,
        site_id=look.site_id,
        score=d.score,
        row_px=d.row_px,
        col_px=d.col_px,
        outline=ring_of(d),
        outline_px=[(round(c, 3), round(r, 3)) for c, r in d.outline_px],
        length_m=estimate_out(d.length_m),
        beam_m=estimate_out(d.beam_m),
        heading_deg=estimate_out(d.heading_deg),
        heading_ambiguous=d.heading_ambiguous,
        method=d.method,
        notes=list(d.notes),
        pixels_say=gate(d, resolved_at(look.resolved_m, scene, None)).words,
        fits=list(consistent_classes(d)),
    )


def _rejected(at: SceneAtSite, r: Any) -> RejectedOut:
    where = (r.lon_deg, r.lat_deg) if r.lon_deg is not None else None
    return RejectedOut(scene_id=at.look.scene_id, at=where, reason=r.reason)


def _row(c: SiteCoverage) -> RowOut:
    return RowOut(
        site_id=c.site_id,
        span=_span(c.span),
        nights=[_span(n) for n in c.nights],
        windows=[_span(w.span) for w in c.windows],
        moments=[
            MomentOut(
                time=_span(m.time),
                platform=m.platform,
                state=m.state.value,
                scene_id=m.look.scene_id if m.look else "",
                cloud_fraction=m.look.cloud_fraction if m.look else None,
                ships=m.ships,
                p_detect=_pair(m.p_detect),
            )
            for m in c.moments
        ],
    )


def _pair(r: Range | None) -> tuple[float, float] | None:
    return (r.low, r.high) if r else None


def _call(c: PortCall) -> CallOut:
    return CallOut(
        site_id=c.site_id,
        earliest=c.last_without.end if c.last_without else None,
        first_with=_span(c.first_with),
        last_with=_span(c.last_with),
        latest=c.first_without.start if c.first_without else None,
        at_least=c.min_vessels,
        ours=c.ours,
    )
