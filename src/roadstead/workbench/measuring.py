"""The ruler: what an analyst draws is measured as `verify` will measure it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely.geometry import box

from roadstead.archive import open_image, shape_drawn
from roadstead.geo import great_circle_km, ground_frame
from roadstead.identify import gate, resolved_at
from roadstead.imagery import RasterioReader, coregister, resolved_distance_m
from roadstead.measure import frame_of, measure_by_eye
from roadstead.model import InputError, NotFound, RasterError, Scene
from roadstead.steps import from_plain
from roadstead.workbench.schemas import MeasureOut, ShiftOut, Snapshot
from roadstead.workbench.snapshot import estimate_out, ring_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry


LONGEST_M = 600.0
"""no ship is longer; what is larger was not drawn along a hull"""
MARGIN_DEG = 0.002
AROUND_DEG = 0.02
"""half side of the window in which two dates are compared"""


@dataclass(frozen=True, slots=True)
class Ruler:
    """Measures in the scenes of one snapshot."""

    snapshot: Snapshot

    def scene(self, key: str) -> Scene:
        """The scene of that key; raises NotFound."""
        if key not in self.snapshot.held:
            raise NotFound(f"the case holds no scene {key}; reload the page")
        return from_plain(self.snapshot.held[key], Scene)

    def measure(self, key: str, outline: Sequence[tuple[float, float]]) -> MeasureOut:
        """Length, beam and axis of an outline or a line along a hull, WGS84, with sigmas.

        Raises:
            NotFound: no such scene.
            InputError: it crosses itself, is larger than any ship, or lies where the scene has no pixels.
        """
        scene, shape = self.scene(key), shape_drawn(outline)
        if shape is None or len(outline) < 2:
            raise InputError("a point has no size; draw a line along the hull, or its outline")
        size_m = 1000 * great_circle_km(*shape.bounds)
        if size_m > LONGEST_M:
            raise InputError(f"that is {size_m:.0f} m across, and no ship is longer than {LONGEST_M:.0f} m")
        if scene.footprint is None:
            raise InputError(f"{scene.id} has no georeference, so nothing can be measured on the map")
        pixels = RasterioReader().read(scene, _around(shape, MARGIN_DEG))
        found = measure_by_eye(scene, pixels, shape, number=0, analyst="")
        resolved_m = resolved_distance_m(scene, pixels)
        return MeasureOut(
            length_m=estimate_out(found.length_m),
            beam_m=estimate_out(found.beam_m),
            heading_deg=estimate_out(found.heading_deg),
            outline=ring_of(found),
            outline_px=[(round(c, 3), round(r, 3)) for c, r in found.outline_px],
            resolved_m=round(resolved_m, 2),
            pixels_say=gate(found, resolved_at(resolved_m, scene, None)).words,
        )

    def on_map(self, key: str, corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Corners in a scene's pixels as longitude and latitude; raises RasterError without georeference."""
        with open_image(self.scene(key).path) as dataset:
            crs = dataset.crs.to_wkt() if dataset.crs else None
            frame = ground_frame(dataset.transform, crs, dataset.shape, None)
        cols, rows = zip(*corners, strict=True)
        return list(zip(*(axis.tolist() for axis in frame.lonlat(cols, rows)), strict=True))

    def shift(self, first: str, second: str, lon_deg: float, lat_deg: float) -> ShiftOut:
        """How far the second scene's content lies from the first's around a place; raises NotFound."""
        a, b = self.scene(first), self.scene(second)
        window = box(lon_deg - AROUND_DEG, lat_deg - AROUND_DEG, lon_deg + AROUND_DEG, lat_deg + AROUND_DEG)
        try:
            one = RasterioReader().read(a, window)
            found = coregister(one, RasterioReader().read(b, window))
            across_m, down_m = frame_of(a, one).pixel_m(one.valid.shape[1] / 2, one.valid.shape[0] / 2)
        except RasterError as error:
            return ShiftOut(east_m=None, north_m=None, sigma_m=None, why_not=str(error))
        return ShiftOut(
            east_m=round(found.col_px * across_m, 2),
            north_m=round(-found.row_px * down_m, 2),
            sigma_m=round(found.sigma_px * max(across_m, down_m), 2),
            why_not="",
        )


def _around(shape: BaseGeometry, margin_deg: float) -> BaseGeometry:
    west, south, east, north = shape.bounds
    return box(west - margin_deg, south - margin_deg, east + margin_deg, north + margin_deg)
