"""`identify`: one ship of one image, with a sheet that shows what the answer rests on."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shapely.geometry import Point, box

from roadstead.archive import open_scene
from roadstead.identify import (
    Examined,
    brightness,
    circumstances,
    class_misfits,
    class_name,
    class_of,
    deck_strip,
    drawn_strip,
    examine,
    placement_of,
    profiles,
    shadow_side,
)
from roadstead.imagery import RasterioReader, resolved_distance_m
from roadstead.model import Detection, InputError, Modality, NotFound, Scene, shown_time
from roadstead.pipeline.chips import chip_of
from roadstead.pipeline.find import detectors, find_vessels
from roadstead.pipeline.identity import METRES_PER_DEGREE, around, examined
from roadstead.report import Chip, Sheet, SheetCandidate, pixel_credit, sheet_png
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry import Polygon

    from roadstead.identify import Placement
    from roadstead.model import BandRole, PixelReader, Pixels
    from roadstead.pipeline.gathering import Gathered
    from roadstead.steps import StepCache

AROUND_M = 500.0
"""half side of the window that is searched around a place"""
NEAR_M = 150.0
MOST_CANDIDATES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The outcome of `identify`."""

    detection: Detection
    scene: Scene
    examined: Examined
    sheet: Path | None


def identify(
    image: Path | str,
    *,
    at: tuple[float, float] | None = None,
    detection_id: str = "",
    out: Path | None = None,
    bands: tuple[BandRole, ...] | None = None,
) -> Identified:
    """Find one ship, say what its pixels allow, and write a sheet.

    Args:
        image: optical GeoTIFF, STAC item or Planet order folder.
        at: longitude and latitude on the ship, degrees WGS84.
        detection_id: or the id of a detection, as `detect` gives it, or as this gives it for a place: of a ship found
            by its place only the pixels around it are searched, so that its id is its place, never a number.
        out: PNG to write; None writes nothing.
        bands: role of each band, where the metadata does not state it.

    Raises:
        InputError: the image cannot be used, is radar, or neither or both of place and id are given.
        NotFound: there is no such ship.
        StorageError: the sheet cannot be written.
    """
    if (at is None) == (not detection_id):
        raise InputError("state which ship: --at LON,LAT or --detection ID, and only one of them")
    scene, reader = open_scene(Path(image), bands=bands), RasterioReader()
    if scene.modality is not Modality.OPTICAL:
        raise InputError(f"{scene.id} is no optical image; decks can only be compared in optical ones")
    found, pixels = _ship(scene, reader, at, detection_id)
    close = examine(found, scene, pixels, resolved_distance_m(scene, pixels))
    if out is not None:
        write_atomic(out, sheet_png(sheet_of(found, scene, pixels, close, reader)))
    return Identified(detection=found, scene=scene, examined=close, sheet=out)


def _ship(
    scene: Scene, reader: PixelReader, at: tuple[float, float] | None, detection_id: str
) -> tuple[Detection, Pixels]:
    detector = detectors()[scene.modality]
    at = at or _place_in(detection_id, scene)
    findings, pixels = find_vessels(scene, reader, detector, None if at is None else _window(at))
    if at is None:
        named = next((d for d in findings.detections if d.id == detection_id), None)
        if named is None:
            ids = [d.id for d in findings.detections]
            there = f"{ids[0]} to {ids[-1]}, {len(ids)} in all" if len(ids) > 1 else ", ".join(ids) or "none"
            raise NotFound(f"no ship {detection_id!r} is found in {scene.id}; there are: {there}")
        return named, pixels
    here = Point(at)
    placed = [(d.outline.distance(here), d) for d in findings.detections if d.outline is not None]
    nearest = min(placed, key=lambda row: row[0], default=None)
    if nearest is None or nearest[0] * METRES_PER_DEGREE > NEAR_M:
        raise NotFound(f"no ship is found within {NEAR_M:.0f} m of {at[0]:.5f}, {at[1]:.5f} in {scene.id}")
    return replace(nearest[1], id=_id_by_place(nearest[1], scene)), pixels


def _id_by_place(found: Detection, scene: Scene) -> str:
    """Detectors number what they find in the pixels they are given; a number from a part would mean another ship."""
    middle = found.outline.centroid if found.outline is not None else Point()
    return f"{scene.id}@{middle.x:.4f},{middle.y:.4f}"


def _place_in(detection_id: str, scene: Scene) -> tuple[float, float] | None:
    """Longitude and latitude of an id by place; None for one by number."""
    said = re.fullmatch(r"@(-?\d{1,3}\.\d{4}),(-?\d{1,2}\.\d{4})", detection_id.removeprefix(scene.id))
    return (float(said[1]), float(said[2])) if said else None


def _window(at: tuple[float, float]) -> Polygon:
    up = AROUND_M / METRES_PER_DEGREE
    aside = up / max(0.05, math.cos(math.radians(at[1])))
    return box(at[0] - aside, at[1] - up, at[0] + aside, at[1] + up)


def sheet_of(detection: Detection, scene: Scene, pixels: Pixels, close: Examined, reader: PixelReader) -> Sheet:
    """What the sheet of a detection shows.

    Raises:
        InputError: its outline was not measured whole, or its pixels cannot be had.
    """
    image, roles = brightness(pixels, scene)
    at = close.at or placement_of(detection, (pixels.row_off, pixels.col_off))
    bow = at.turned() if close.turned else at
    chip = chip_of(scene, detection, reader, half_lengths=0.7)
    if chip is None:
        raise InputError(f"the pixels around {detection.id} cannot be read")
    strip = deck_strip(image, pixels.valid, bow)
    candidates, side = _candidates(detection, scene, (image, pixels.valid), bow, (close, roles))
    time = shown_time(scene.time) if scene.time else "time unknown"
    return Sheet(
        title=f"{detection.id}, {time}",
        chip=chip,
        strip=strip,
        profiles=profiles(strip, side),
        gate=close.gate,
        evidence=close.evidence,
        candidates=candidates,
        simulated=scene.simulated,
        credit=f"{pixel_credit(scene)}.",
        compared=_corners(close.at, detection, pixels, chip) if close.at else (),
    )


def _corners(at: Placement, detection: Detection, pixels: Pixels, chip: Chip) -> tuple[tuple[float, float], ...]:
    """Corners (column, row) of a hull in a chip, whose place is known by the detection's own outline in it."""
    right, down = (chip.outline[0][k] - detection.outline_px[0][k] for k in (0, 1))
    out = []
    for ahead, aside in ((0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)):
        row, col = (
            middle + ahead * at.length_m * at.ahead_px[k] + aside * at.beam_m * at.starboard_px[k]
            for k, middle in enumerate((at.row_px + pixels.row_off, at.col_px + pixels.col_off))
        )
        out.append((col + right, row + down))
    return tuple(out)


def class_sheets(gathered: Gathered, reader: PixelReader, cache: StepCache) -> dict[str, Sheet]:
    """A comparison sheet of every ship of a case past the class gate whose deck was compared, by its id.

    Args:
        gathered: the evidence, as `verify` had it.
        reader: reads the pixels again; what cannot be read gets no sheet.
        cache: holds what was made of each ship.
    """
    close = examined(gathered.at_sites, gathered.scenes, reader, cache)
    sheets: dict[str, Sheet] = {}
    for at in gathered.at_sites:
        for d in at.detections:
            looked = close.get((at.look.site_id, d.id))
            if looked is None or not (looked.gate.may_recognise and looked.misfit):
                continue
            scene = gathered.scenes[d.scene_id]
            try:
                sheets[d.id] = sheet_of(d, scene, reader.read(scene, around(d)), looked, reader)
            except InputError:
                continue
    return sheets


def _candidates(
    detection: Detection,
    scene: Scene,
    seen: tuple[NDArray[np.float32], NDArray[np.bool_]],
    bow: Placement,
    made: tuple[Examined, tuple[BandRole, ...]],
) -> tuple[tuple[SheetCandidate, ...], int]:
    close, roles = made
    if not close.misfit or close.evidence is None:
        return (), 0
    around = circumstances(detection, scene, bow, seen, (close.gate.resolved_m or 1.0, roles))
    open_water = detection.alongside is not True
    side = shadow_side(around.sun_azimuth_deg, bow.heading_deg) if open_water else 0
    ratio = dict(close.evidence.ratios)
    misfit = dict(close.misfit)
    best = sorted(class_misfits(misfit).items(), key=lambda row: (-ratio.get(row[0], 0.0), row[1]))
    out = []
    for name, _ in best[:MOST_CANDIDATES]:
        form_id = min((f for f in misfit if class_of(f) == name), key=lambda f: misfit[f])
        strip = drawn_strip(form_id, 0, bow, replace(around, noise=0.0))
        out.append(
            SheetCandidate(name=class_name(name), strip=strip, profiles=profiles(strip, side), ratio=ratio.get(name))
        )
    return tuple(out), side
