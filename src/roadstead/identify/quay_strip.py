"""A berth turned upright: hull along the rows, quay below, at one fixed spacing whatever the image's own pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import LineString, Point

from roadstead.geo import ground_frame, sun_position_deg
from roadstead.model import BandRole, RasterError

if TYPE_CHECKING:
    from shapely.geometry import Polygon

    from roadstead.geo import GroundFrame
    from roadstead.model import Pixels, Scene

STEP_M = 0.5
"""spacing of the samples; finer pixels are averaged to it, so that an enlarged image gains nothing"""
BEYOND_M, QUAY_M, SEAWARD_M = 12.0, 30.0, 6.0
"""what is cut out around a hull: beyond bow and stern, from its side over the quay, and beyond its other side"""
USUAL_GAP_M = 1.5
"""between hull and quay's edge where no quay line is given: fenders"""
FARTHEST_M = 30.0
"""a quay line farther from the hull's side is not the one that it lies at"""
_VISIBLE = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.PAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A berth in the hull's own frame: columns along the hull, rows from the seaward side over the hull to the quay."""

    grey: NDArray[np.float32]
    """brightness, 0 at the strip's median and 1 between its 5th and 95th percentile, shape (rows, columns)"""
    warm: NDArray[np.float32]
    """red less blue in the same units; 0 where the bands are not known, same shape"""
    seen: NDArray[np.bool_]
    """valid and free of cloud, same shape"""
    length_m: float
    beam_m: float
    edge_m: float
    """from the hull's axis to the quay's edge"""
    along_deg: float
    """direction of the columns, clockwise from true north"""
    hand: float
    """1 where the quay lies to the right of that direction, else -1"""
    middle: tuple[float, float]
    """row and column of the hull's middle"""
    sun: tuple[float, float] | None
    """towards the sun along columns and rows per metre of height, metres; None where the sun does not help"""
    notes: tuple[str, ...] = ()

    def at(self, along_m: float, across_m: float) -> tuple[float, float]:
        """Row and column of a place: metres along the hull and towards the quay from the hull's middle."""
        return self.middle[0] + across_m / STEP_M, self.middle[1] + along_m / STEP_M

    @property
    def side_m(self) -> float:
        """From the axis to the hull's side at the quay."""
        return self.beam_m / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HullFrame:
    """Where a hull lies on the plane of a window: middle, axis, size, and on which side its quay is."""

    east_m: float
    north_m: float
    along: tuple[float, float]
    """unit vector along the hull, east and north"""
    towards: tuple[float, float]
    """unit vector to the quay"""
    length_m: float
    beam_m: float
    edge_m: float


def hull_frame(hull: Polygon, quay: LineString | None, land_side: Point | None, frame: GroundFrame) -> HullFrame:
    """The frame of a hull's box (WGS84) at a quay.

    Args:
        hull: its oriented box.
        quay: the quay line; None where nobody gave one.
        land_side: a place on land beside the hull, where there is no quay line.
        frame: of the window.

    Raises:
        RasterError: neither a quay line nor land says on which side the quay is, or the line is too far.
    """
    box = np.array(_plane(hull.minimum_rotated_rectangle.exterior.coords[:4], frame))
    sides = box[1] - box[0], box[2] - box[1]
    long, short = sorted(sides, key=lambda s: -float(np.hypot(*s)))
    length, beam = float(np.hypot(*long)), float(np.hypot(*short))
    middle, along = box.mean(axis=0), long / length
    across = np.array([-along[1], along[0]])
    if quay is not None:
        line = LineString(_plane(quay.coords, frame))
        foot = line.interpolate(line.project(Point(*middle)))
        away = float(np.dot(np.array([foot.x, foot.y]) - middle, across))
        edge = abs(away)
        if edge - beam / 2 > FARTHEST_M or line.distance(Point(*middle)) > length / 2 + beam + FARTHEST_M:
            raise RasterError(
                f"the quay line lies {line.distance(Point(*middle)) - beam / 2:.0f} m from the hull's side, more than "
                f"{FARTHEST_M:.0f} m: the vessel does not lie at it"
            )
    elif land_side is not None:
        away = float(np.dot(np.array(_plane([(land_side.x, land_side.y)], frame)[0]) - middle, across))
        edge = beam / 2 + USUAL_GAP_M
    else:
        raise RasterError("no quay line is given and no land touches the vessel, so there is no quay to look at")
    towards = across if away >= 0 else -across
    return HullFrame(
        east_m=float(middle[0]),
        north_m=float(middle[1]),
        along=(float(along[0]), float(along[1])),
        towards=(float(towards[0]), float(towards[1])),
        length_m=length,
        beam_m=beam,
        edge_m=max(edge, beam / 2),
    )


def strip_of(scene: Scene, pixels: Pixels, hull: HullFrame) -> Strip:
    """Cut a berth out of a window, upright.

    Args:
        scene: names the bands, and says when the image was taken.
        pixels: the window.
        hull: from `hull_frame` of the same window.

    Raises:
        RasterError: the window has no georeference.
    """
    shape = pixels.valid.shape
    frame = ground_frame(pixels.transform, pixels.crs, shape)
    along = np.arange(-hull.length_m / 2 - BEYOND_M, hull.length_m / 2 + BEYOND_M, STEP_M)
    across = np.arange(-hull.beam_m / 2 - SEAWARD_M, hull.edge_m + QUAY_M, STEP_M)
    u, v = np.meshgrid(along, across)
    east = hull.east_m + u * hull.along[0] + v * hull.towards[0]
    north = hull.north_m + u * hull.along[1] + v * hull.towards[1]
    cols, rows = _pixels_of(east, north, frame)
    own_m = sum(frame.pixel_m(shape[1] / 2, shape[0] / 2)) / 2
    places = np.stack([rows - 0.5, cols - 0.5])
    usable = pixels.valid & ~pixels.cloud if pixels.cloud is not None else pixels.valid
    seen = ndimage.map_coordinates(usable.astype(np.float32), places, order=1, cval=0.0) > 0.99

    def sampled(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        # Averaging by what a sample covers keeps an enlarged image from looking different.
        if own_m < STEP_M:
            plane = ndimage.uniform_filter(plane, max(1, round(STEP_M / own_m)), mode="nearest")
        return np.asarray(ndimage.map_coordinates(plane, places, order=1, mode="nearest"), np.float32)

    grey, warm = _scaled(sampled(_grey(scene, pixels)), sampled(_warm(scene, pixels)), seen)
    sun, notes = _sun(scene, frame, hull)
    right = hull.along[1] * hull.towards[0] - hull.along[0] * hull.towards[1]
    return Strip(
        grey=grey,
        warm=warm,
        seen=seen,
        length_m=hull.length_m,
        beam_m=hull.beam_m,
        edge_m=hull.edge_m,
        along_deg=math.degrees(math.atan2(hull.along[0], hull.along[1])) % 360,
        hand=1.0 if right > 0 else -1.0,
        middle=(-float(across[0]) / STEP_M, -float(along[0]) / STEP_M),
        sun=sun,
        notes=notes,
    )


def _plane(lonlat: object, frame: GroundFrame) -> list[tuple[float, float]]:
    """East and north, metres, of WGS84 places."""
    if frame.to_plane_t is None:
        raise RasterError("the image has no georeference, so no berth can be found in it")
    lon, lat = np.asarray(lonlat, np.float64)[:, :2].T
    east, north = frame.to_plane_t.transform(lon, lat)
    return list(zip(east.tolist(), north.tolist(), strict=True))


def _pixels_of(
    east: NDArray[np.float64], north: NDArray[np.float64], frame: GroundFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if frame.to_plane_t is None:
        raise RasterError("the image has no georeference, so no berth can be found in it")
    lon, lat = frame.to_plane_t.transform(east, north, direction="INVERSE")
    return frame.pixel(lon, lat)


def _grey(scene: Scene, pixels: Pixels) -> NDArray[np.float32]:
    """Mean of the visible bands; where no band's role is known, of all."""
    known = [i for i, role in enumerate(scene.bands) if role in _VISIBLE and i < len(pixels.values)]
    return np.asarray(pixels.values[known or slice(None)].mean(axis=0), np.float32)


def _warm(scene: Scene, pixels: Pixels) -> NDArray[np.float32]:
    """Red less blue; 0 where one of them is missing."""
    if not {BandRole.RED, BandRole.BLUE} <= set(scene.bands[: len(pixels.values)]):
        return np.zeros(pixels.valid.shape, np.float32)
    red, blue = (pixels.values[scene.bands.index(role)] for role in (BandRole.RED, BandRole.BLUE))
    return np.asarray(red - blue, np.float32)


def _scaled(
    grey: NDArray[np.float32], warm: NDArray[np.float32], seen: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both by the range of brightness, each less its own median; 0 where nothing is seen."""
    if not seen.any():
        return np.zeros_like(grey), np.zeros_like(warm)
    low, high = np.percentile(grey[seen], (5, 95))
    out = [np.where(seen, (p - np.median(p[seen])) / max(high - low, 1e-6), 0) for p in (grey, warm)]
    return out[0].astype(np.float32), out[1].astype(np.float32)


def _sun(scene: Scene, frame: GroundFrame, hull: HullFrame) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """The sun in the strip's frame, and what is wrong with it."""
    if scene.time is None:
        return None, ("The image has no time, so shadows cannot be told from dark things.",)
    lon, lat = _lonlat(hull, frame)
    elevation, azimuth = sun_position_deg(scene.time.middle, lon, lat)
    if elevation < LEAST_SUN_DEG:
        words = (
            f"By its time the sun stood at {elevation:.0f} degrees, which lights no such image: time or place is "
            "wrong, and shadows were left out."
        )
        return None, (words,)
    per_m = 1 / math.tan(math.radians(elevation))
    east, north = math.sin(math.radians(azimuth)) * per_m, math.cos(math.radians(azimuth)) * per_m
    return (
        east * hull.along[0] + north * hull.along[1],
        east * hull.towards[0] + north * hull.towards[1],
    ), ()


LEAST_SUN_DEG = 5.0
"""lower suns light no image that optical satellites deliver"""


def _lonlat(hull: HullFrame, frame: GroundFrame) -> tuple[float, float]:
    if frame.to_plane_t is None:
        raise RasterError("the image has no georeference, so no berth can be found in it")
    lon, lat = frame.to_plane_t.transform(hull.east_m, hull.north_m, direction="INVERSE")
    return float(lon), float(lat)
