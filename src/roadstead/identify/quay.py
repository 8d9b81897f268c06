"""What goes on at the quay beside one vessel, in one image, compared with another date where there is one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from shapely.geometry import LineString, Point

from roadstead.geo import ground_frame
from roadstead.identify.quay_boxes import WIDTH_M, Box
from roadstead.identify.quay_gate import quay_gate
from roadstead.identify.quay_model import MOST_SURE, SURE, jib_of, quay_model
from roadstead.identify.quay_network import vehicle_network
from roadstead.identify.quay_strip import STEP_M, HullFrame, Strip, hull_frame, strip_of
from roadstead.identify.quay_vehicles import vehicle_count, vehicles_in
from roadstead.imagery import coregister, on_grid_of
from roadstead.model import Activity, ActivityKind, BerthView, Pixels, RasterError, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from roadstead.geo import GroundFrame
    from roadstead.identify.quay_gate import QuayGate
    from roadstead.identify.quay_lines import Line
    from roadstead.model import Detection

METHOD = "quay 2"
LEAST_SEEN = 0.7
"""share of the quay beside the hull that must be seen; below it nothing is said"""
FEW_SEEN = 0.97
"""below it the share is said"""
MOST_SHIFT_SIGMA_PX = 1.0
GOODS_M2 = (12.0, 400.0)
_DIFFERS = 0.22
"""in the strip's units: what changed by less may be light"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Berth:
    """Where to look."""

    site_id: str
    number: int | None
    """of the quay line, from 1"""
    line: LineString | None
    """WGS84; None where no quay line is given"""
    land_side: Point | None = None
    """a place on land beside the vessel, where there is no line"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A scene with the window around a berth."""

    scene: Scene
    pixels: Pixels
    resolved_m: float
    """worst of native, delivered and measured sharpness"""


def view_berth(image: Image, vessel: Detection, berth: Berth, reference: Image | None = None) -> BerthView:
    """Crane, vehicles and goods beside a vessel, as far as the pixels allow.

    Probabilities come from simulated berths and are capped at 10 to 1. Nothing is computed that the gate forbids, and
    no direction of work is ever told: the same picture is loading and unloading.

    Args:
        image: the image to look at.
        vessel: found in it, with its outline on the map.
        berth: the quay.
        reference: the same place at another date; None: single image, then goods are not looked for.

    Raises:
        RasterError: the vessel has no outline on the map, does not lie at the quay, or the window has no georeference.
    """
    gate = quay_gate(image.resolved_m)
    view = BerthView(
        scene_id=image.scene.id,
        site_id=berth.site_id,
        berth=berth.number,
        detection_id=vessel.id,
        time=image.scene.time,
        resolved_m=image.resolved_m,
        gate=gate.words,
    )
    if not gate.anything or image.scene.time is None:
        return view
    if vessel.outline is None:
        raise RasterError(f"{vessel.id} has no place on the map, so its quay is not known")
    frame = ground_frame(image.pixels.transform, image.pixels.crs, image.pixels.valid.shape)
    hull = hull_frame(vessel.outline, berth.line, berth.land_side, frame)
    strip = strip_of(image.scene, image.pixels, hull)
    share = seen_share(strip)
    if share < LEAST_SEEN:
        return replace(view, notes=(_unseen_words(share),))
    notes = (*strip.notes, *((_unseen_words(share),) if share < FEW_SEEN else ()))
    view = replace(view, notes=notes)
    view = _with_crane(view, strip, hull, frame, gate)
    view = _with_vehicles(view, strip, hull, frame, gate)
    if not gate.goods or reference is None:
        note = (
            () if reference is not None else ("No image of another date was compared, so goods were not looked for.",)
        )
        return replace(view, notes=(*view.notes, *note))
    return _compared(view, image, reference, strip, hull, gate)


def seen_share(strip: Strip) -> float:
    """Share of the quay beside a hull, and of its deck, that is valid and free of cloud."""
    top, left = strip.at(-strip.length_m / 2, -strip.side_m)
    low, right = strip.at(strip.length_m / 2, strip.edge_m + 24.0)
    part = strip.seen[max(round(top), 0) : round(low), max(round(left), 0) : round(right)]
    return float(part.mean()) if part.size else 0.0


def _unseen_words(share: float) -> str:
    if share < LEAST_SEEN:
        return (
            f"{100 * share:.0f} % of deck and quay are in the image and free of cloud, less than "
            f"{100 * LEAST_SEEN:.0f} %; nothing is said of crane and vehicles."
        )
    return f"{100 * share:.0f} % of deck and quay are seen; what stands in the rest is not counted."


def _activity(view: BerthView, kind: ActivityKind, probability: float, gate: QuayGate, *fitted: str) -> Activity:
    """What was seen, told with the fitted files that it rests on."""
    if view.time is None:
        raise RasterError(f"{view.scene_id} has no time, so nothing at its quay can be dated")
    return Activity(
        id=f"{view.detection_id}/{kind.name.lower().replace('_', '-')}",
        site_id=view.site_id,
        berth=view.berth,
        scene_id=view.scene_id,
        detection_id=view.detection_id,
        time=view.time,
        kind=kind,
        probability=round(probability, 3),
        method="pixels",
        by=", ".join((METHOD, *fitted)),
        gate=gate.of(kind),
    )


def _with_crane(view: BerthView, strip: Strip, hull: HullFrame, frame: GroundFrame, gate: QuayGate) -> BerthView:
    if not gate.crane:
        return view
    model = quay_model()
    p, line = jib_of(model, strip)
    out = line is not None
    kind = ActivityKind.CRANE_OUT if out else ActivityKind.CRANE_STOWED
    found = _activity(view, kind, p if out else 1 - p, gate, model.fitted)
    drawn = _lonlat(line_ends(strip, line), hull, frame) if line is not None else ()
    return replace(view, activities=(*view.activities, found), line=drawn)


def line_ends(strip: Strip, line: Line) -> tuple[tuple[float, float], ...]:
    """Both ends of a line, metres along the hull and towards the quay."""
    angle = math.radians(line.angle_deg)
    return tuple(
        (line.along_m + s * math.cos(angle), strip.side_m + s * math.sin(angle)) for s in (-line.deck_m, line.quay_m)
    )


def box_corners(strip: Strip, box: Box) -> tuple[tuple[float, float], ...]:
    """Corners of a box, metres along the hull and towards the quay."""
    angle = math.radians(box.angle_deg)
    cos, sin, half, wide = math.cos(angle), math.sin(angle), box.length_m / 2, WIDTH_M / 2
    return tuple(
        (box.along_m + a * cos - b * sin, strip.edge_m + box.inland_m + a * sin + b * cos)
        for a, b in ((half, wide), (half, -wide), (-half, -wide), (-half, wide))
    )


def _with_vehicles(view: BerthView, strip: Strip, hull: HullFrame, frame: GroundFrame, gate: QuayGate) -> BerthView:
    if not gate.vehicles:
        return view
    network, model = vehicle_network(), quay_model()
    kept = vehicles_in(network, strip, jib_of(model, strip)[1])
    count = vehicle_count(network, kept, cover=gate.cover)
    some = 1 - math.prod(1 - box.probability for box in kept)
    p = min(max(some, 1 - MOST_SURE), MOST_SURE)
    said = _activity(view, ActivityKind.VEHICLES, p, gate, network.fitted, model.fitted)
    drawn = tuple(_lonlat(box_corners(strip, box), hull, frame) for box in kept if box.probability >= SURE)
    return replace(view, activities=(*view.activities, replace(said, vehicles=count)), boxes=drawn)


def _compared(  # noqa: PLR0917 - what a view is made of, one by one
    view: BerthView, image: Image, reference: Image, strip: Strip, hull: HullFrame, gate: QuayGate
) -> BerthView:
    """Goods that stand on the quay in this image only."""
    try:
        shift = coregister(image.pixels, reference.pixels)
        other = on_grid_of(image.pixels, reference.pixels, shift)
    except RasterError as error:
        return replace(view, notes=(*view.notes, f"Not compared with {reference.scene.id}: {error}."))
    if shift.sigma_px > MOST_SHIFT_SIGMA_PX:
        note = f"Not compared with {reference.scene.id}: its shift is known to {shift.sigma_px:.1f} px only."
        return replace(view, notes=(*view.notes, note))
    moved = math.hypot(shift.row_px, shift.col_px)
    note = f"Compared with {reference.scene.id}, moved by {moved:.1f} px (sigma {shift.sigma_px:.2f})."
    before = strip_of(reference.scene, other, hull)
    stacks = goods(strip, before)
    view = replace(view, reference_id=reference.scene.id, notes=(*view.notes, note))
    if not stacks:
        return view
    said = _activity(view, ActivityKind.GOODS, 0.5, gate)
    return replace(view, activities=(*view.activities, replace(said, text=f"{len(stacks)} place(s)")))


def goods(strip: Strip, before: Strip) -> tuple[tuple[float, float, float], ...]:
    """Places on the quay of the size of stacked goods that differ from another date: along, inland, square metres."""
    both = strip.seen & before.seen
    rows = np.arange(strip.grey.shape[0])[:, None]
    quay = both & ((rows - strip.middle[0]) * STEP_M > strip.edge_m + 1.0)
    if not quay.any():
        return ()
    differs = np.abs(_flat(strip.grey, quay) - _flat(before.grey, quay)) > _DIFFERS
    solid = ndimage.binary_opening(differs & quay, np.ones((5, 5), bool))
    labels, _ = ndimage.label(solid)
    out = []
    for number, place in enumerate(ndimage.find_objects(labels), 1):
        inside = labels[place] == number
        area, short = inside.sum() * STEP_M**2, min(inside.shape) * STEP_M
        if GOODS_M2[0] <= area <= GOODS_M2[1] and short >= WIDTH_M + 1.0:
            row, col = ndimage.center_of_mass(inside)
            along = (place[1].start + col - strip.middle[1]) * STEP_M
            out.append((along, (place[0].start + row - strip.middle[0]) * STEP_M - strip.edge_m, float(area)))
    return tuple(out)


def _flat(grey: NDArray[np.float32], quay: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Brightness relative to the quay's own median and spread."""
    low, middle, high = np.percentile(grey[quay], (10, 50, 90))
    return np.asarray((grey - middle) / max(high - low, 1e-6), np.float32)


def _lonlat(
    places: Sequence[tuple[float, float]], hull: HullFrame, frame: GroundFrame
) -> tuple[tuple[float, float], ...]:
    """Longitude and latitude of places in the hull's frame."""
    if frame.to_plane_t is None:
        return ()
    uv = np.array(places)
    east = hull.east_m + uv[:, 0] * hull.along[0] + uv[:, 1] * hull.towards[0]
    north = hull.north_m + uv[:, 0] * hull.along[1] + uv[:, 1] * hull.towards[1]
    lon, lat = frame.to_plane_t.transform(east, north, direction="INVERSE")
    return tuple((round(float(x), 7), round(float(y), 7)) for x, y in zip(lon, lat, strict=True))
