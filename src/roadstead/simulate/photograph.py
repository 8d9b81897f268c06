"""Photographs of a ship from a low camera, with known truth: for tests and studies of `identify`'s photographs.

A pinhole camera that looks at a height field over sea, before a sky and what stands on the far shore. What the matcher
does not know is here on purpose: a raked bow, rigging, windows, light, haze, waves, a reflection, blur, noise, JPEG.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from roadstead.library.materials import reflectances
from roadstead.model import BandRole, InputError
from roadstead.simulate.photograph_kernels import END, draw_walls
from roadstead.simulate.photograph_scenery import Canvas, behind, sea, sky
from roadstead.steps import stream

if TYPE_CHECKING:
    from roadstead.library import Solid

_FINE = 2
"""drawn so many times finer than delivered"""
_RGB = (BandRole.RED, BandRole.GREEN, BandRole.BLUE)
_WHITE = 0.62
_GAMMA = 2.2
_TALLEST = 0.5
"""most of the picture's height that the ship takes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Where a photograph is taken from, and how."""

    bow_angle_deg: float
    """at the ship, between the bow and the camera: 90 abeam, less where the bow is nearer"""
    bow_left: bool
    distance_m: float
    """to the ship's middle"""
    eye_m: float
    """height of the camera above the water"""
    filled: float = 0.7
    """share of the picture's width that the ship takes"""
    aside: float = 0.0
    """where the ship's middle stands, as a share of the width from the picture's middle"""
    roll_deg: float = 0.0
    """the horizon falls to the right by this angle"""
    blur_px: float = 0.6
    noise: float = 0.01
    """standard deviation of noise, as a share of white"""
    quality: int = 85
    """of JPEG"""
    size_px: tuple[int, int] = (540, 960)
    """rows, columns"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """What stands around the ship."""

    hills: bool = False
    houses: bool = False
    cranes: bool = False
    clouds: bool = False
    haze: float = 0.35
    """share of the far shore's colour that is air"""
    rake: float = 0.03
    """share of the length over which the bow overhangs"""
    rigging: int = 4
    """thin wires and aerials that no library knows"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photographed:
    """A picture and what is true of it, all in its own pixels."""

    rgb: NDArray[np.uint8]
    """shape (rows, columns, 3)"""
    ship: NDArray[np.bool_]
    """True where the ship is seen"""
    walls: NDArray[np.float32]
    """share of each pixel that the ship takes, without what hangs free: jibs and rigging"""
    waterline: tuple[float, float, float, float]
    """x, y of the left and of the right end of the ship at the water"""
    horizon: tuple[float, float, float, float]
    """x, y at the left and the right edge of the picture"""
    bow_x: float
    stern_x: float
    """columns of the ends of the ship"""


def photograph(solid: Solid, camera: Camera, scenery: Scenery | None = None, *, seed: int = 0) -> Photographed:
    """Take a picture of a ship.

    Args:
        solid: the ship.
        camera: from where, and how.
        scenery: what is around; open sea and a clear sky if not said.
        seed: draws light, sky, sea, shore, rigging and noise.

    Raises:
        InputError: a camera that stands in the ship or has no pixels.
    """
    around = scenery or Scenery()
    if camera.distance_m < solid.length_m or min(camera.size_px) < 8:
        raise InputError(
            f"a camera {camera.distance_m:.0f} m from a ship of {solid.length_m:.0f} m with {camera.size_px} pixels "
            "sees no whole ship; take at least a ship's length and 8 pixels"
        )
    canvas, bow = _canvas(solid, camera, stream(seed, "photograph", "scenery"))
    sky(canvas, clouds=around.clouds)
    sea(canvas)
    behind(canvas, hills=around.hills, houses=around.houses, cranes=around.cranes, haze=around.haze)
    drawn = _draw_ship(canvas, solid, bow, around)
    return _delivered(canvas, drawn, camera, stream(seed, "photograph", "sensor"))


def _canvas(solid: Solid, camera: Camera, rng: np.random.Generator) -> tuple[Canvas, tuple[float, float]]:
    """The empty picture with its geometry, so that the ship's hull takes the share that is asked for."""
    angle = math.radians(camera.bow_angle_deg)
    bow = (-math.sin(angle) if camera.bow_left else math.sin(angle), -math.cos(angle))
    ends = _tangents(solid, bow, camera.distance_m)
    rows, cols = (n * _FINE for n in camera.size_px)
    focal = min(
        camera.filled * cols / (ends[1] - ends[0]), _TALLEST * rows * camera.distance_m / max(solid.top_m, 1e-6)
    )
    mid = (0.5 + camera.aside) * cols - focal * (ends[0] + ends[1]) / 2
    foot = focal * camera.eye_m / camera.distance_m
    horizon = float(np.clip(rows * rng.uniform(0.6, 0.72) - foot, 0.3 * rows, 0.8 * rows))
    return Canvas(
        rgb=np.zeros((rows, cols, 3), np.float32),
        focal_px=focal,
        distance_m=camera.distance_m,
        eye_m=camera.eye_m,
        middle_px=mid,
        horizon_px=horizon,
        top_px=focal * solid.top_m / camera.distance_m,
        rng=rng,
    ), bow


def _tangents(solid: Solid, bow: tuple[float, float], distance_m: float) -> tuple[float, float]:
    """Least and greatest sideways slope of a sight to the hull."""
    x, d = _plan(solid, bow, distance_m)
    slopes = x / d
    return float(slopes.min()), float(slopes.max())


def _plan(solid: Solid, bow: tuple[float, float], distance_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sideways and away, metres, of every cell of the hull, in the order of the grid's True cells."""
    rows, cols = np.nonzero(solid.height_m > 0)
    along = (rows + 0.5 - solid.height_m.shape[0] / 2) * solid.spacing_m[0]
    across = (cols + 0.5 - solid.height_m.shape[1] / 2) * solid.spacing_m[1]
    x = -along * bow[0] + across * bow[1]
    return x, distance_m - along * bow[1] - across * bow[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """What is true of a drawing, in its own (fine) pixels."""

    ship: NDArray[np.bool_]
    walls: NDArray[np.bool_]
    waterline: tuple[float, float, float, float]
    tips: tuple[float, float]
    """columns of bow and stern"""


def _draw_ship(canvas: Canvas, solid: Solid, bow: tuple[float, float], scenery: Scenery) -> _Drawn:
    """Paint the ship."""
    at = (np.arange(len(solid.deck_m)) + 0.5) / len(solid.deck_m)
    foot = solid.deck_m * np.clip(1 - at / max(scenery.rake, 1e-6), 0, 0.9)
    view = (canvas.focal_px, canvas.distance_m, canvas.eye_m, canvas.middle_px, canvas.horizon_px)
    cell, face, level = draw_walls(
        solid.height_m, foot.astype(np.float32), solid.spacing_m, bow, view, canvas.rgb.shape[:2]
    )
    ship = cell >= 0
    colour = _wall_colours(canvas, solid, cell[ship], face[ship], level[ship])
    canvas.rgb[ship] = colour
    _reflect(canvas, ship)
    walls = ship.copy()
    tone = np.full(3, canvas.rng.uniform(0.15, 0.6), np.float32)
    for width, points in [*_spars(solid), *_rigging(canvas, solid, scenery.rigging)]:
        _line(canvas, bow, points, width, tone, ship)
    x, d = _plan(solid, bow, canvas.distance_m)
    px = canvas.middle_px + canvas.focal_px * x / d
    ends = int(np.argmin(px)), int(np.argmax(px))
    y = canvas.horizon_px + canvas.focal_px * canvas.eye_m / d
    waterline = (float(px[ends[0]]), float(y[ends[0]]), float(px[ends[1]]), float(y[ends[1]]))
    tips = (waterline[0], waterline[2]) if bow[0] < 0 else (waterline[2], waterline[0])
    return _Drawn(ship=ship, walls=walls, waterline=waterline, tips=tips)


def _wall_colours(
    canvas: Canvas, solid: Solid, cell: NDArray[np.int32], face: NDArray[np.int8], level_m: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Colours of pixels of the ship, 0-1 as a camera delivers them, shape (pixels, 3)."""
    rng, cols = canvas.rng, solid.height_m.shape[1]
    row = cell // cols
    above = level_m - solid.deck_m[row]
    material = np.where(above < 0, solid.hull_material, solid.material.ravel()[cell])
    side, end = sorted(rng.uniform(0.5, 1.25, 2), reverse=rng.random() < 0.7)
    light = np.where(face == END, end, side) * rng.uniform(0.8, 1.15)
    along = row * solid.spacing_m[0]
    panes = (above > 0.8) & (np.mod(above, 2.7) > 1.2) & (np.mod(above, 2.7) < 2.0) & (np.mod(along, 2.0) < 1.1)
    streak = 1 + 0.03 * np.sin(along * 1.7) * np.cos(along * 0.6 + 1) - 0.1 * (level_m < 1.2)
    shade = light * streak * np.sqrt(solid.texture.ravel()[cell]) * np.where(panes & (rng.random() < 0.8), 0.45, 1)
    linear = reflectances(_RGB)[material] / _WHITE * shade[:, None].astype(np.float32)
    return np.asarray(np.clip(linear, 0.003, 1) ** (1 / _GAMMA), np.float32)


def _reflect(canvas: Canvas, ship: NDArray[np.bool_]) -> None:
    """A broken reflection of the ship below it."""
    rows = np.arange(ship.shape[0])[:, None]
    foot = np.where(ship.any(axis=0), ship.shape[0] - 1 - ship[::-1].argmax(axis=0), -1)
    mirrored = np.asarray(np.clip(2 * foot - rows, 0, ship.shape[0] - 1), np.int64)
    shown = (rows > foot) & (foot >= 0) & np.take_along_axis(ship, mirrored, axis=0)
    strength = canvas.rng.uniform(0.05, 0.35) * canvas.rng.uniform(0.3, 1, size=(ship.shape[0], 1))
    fade = np.exp(-(rows - foot) / max(4.0, 0.5 * canvas.top_px))
    share = np.asarray(strength * fade * shown, np.float32)[..., None]
    seen = np.take_along_axis(canvas.rgb, mirrored[..., None], axis=0)
    canvas.rgb[:] += share * (0.8 * seen - canvas.rgb)


Beam = tuple[float, tuple[tuple[float, float, float], tuple[float, float, float]]]


def _spars(solid: Solid) -> list[Beam]:
    return [(spar.width_m, (spar.start_m, spar.end_m)) for spar in solid.spars]


def _rigging(canvas: Canvas, solid: Solid, count: int) -> list[Beam]:
    """Wires and aerials from the tops of the ship."""
    rng = canvas.rng
    beams: list[Beam] = []
    tops = solid.height_m.max(axis=1)
    for _ in range(count):
        row = int(rng.integers(len(tops)))
        along = (row + 0.5 - len(tops) / 2) * solid.spacing_m[0]
        start = (along, 0.0, float(tops[row]))
        lean = rng.uniform(-0.5, 0.5) * rng.integers(2)
        rise = rng.uniform(0.8, 0.16 * solid.top_m + 0.8)
        beams.append((0.1, (start, (float(along + lean * rise), 0.0, start[2] + float(rise)))))
    return beams


def _line(  # noqa: PLR0917 - a stroke: where, how wide, in what tone, noted where
    canvas: Canvas,
    bow: tuple[float, float],
    points: tuple[tuple[float, float, float], tuple[float, float, float]],
    width_m: float,
    tone: NDArray[np.float32],
    ship: NDArray[np.bool_],
) -> None:
    """Draw a thin beam over everything; beams thinner than a pixel are drawn one wide."""
    start, end = (np.array(p) for p in points)
    share = np.linspace(0, 1, 600)[:, None]
    at = start + share * (end - start)
    depth = canvas.distance_m - at[:, 0] * bow[1] - at[:, 1] * bow[0]
    col = canvas.middle_px + canvas.focal_px * (-at[:, 0] * bow[0] + at[:, 1] * bow[1]) / depth
    row = canvas.horizon_px + canvas.focal_px * (canvas.eye_m - at[:, 2]) / depth
    half = max(1, round(width_m * canvas.focal_px / canvas.distance_m / 2))
    reach = range(-half + 1, half) if half > 1 else range(1)
    for shift in reach:
        for place in ((row + shift, col), (row, col + shift)):
            r, c = (np.floor(v).astype(int) for v in place)
            kept = (r >= 0) & (c >= 0) & (r < ship.shape[0]) & (c < ship.shape[1])
            canvas.rgb[r[kept], c[kept]] = tone
            ship[r[kept], c[kept]] = True


def _delivered(canvas: Canvas, drawn: _Drawn, camera: Camera, rng: np.random.Generator) -> Photographed:
    """Roll, blur, noise, JPEG."""
    line, tips = drawn.waterline, drawn.tips
    rows, cols = drawn.ship.shape
    turn = _Turn(cos=math.cos(math.radians(camera.roll_deg)), sin=math.sin(math.radians(camera.roll_deg)),
                 mid=(cols / 2, rows / 2))  # fmt: skip
    rgb = np.stack([turn.turned(canvas.rgb[..., k], 1) for k in range(3)], axis=-1)
    rgb = ndimage.gaussian_filter(rgb, (camera.blur_px * _FINE, camera.blur_px * _FINE, 0))
    small = rgb.reshape(camera.size_px[0], _FINE, camera.size_px[1], _FINE, 3).mean(axis=(1, 3))
    small += camera.noise * rng.standard_normal(small.shape).astype(np.float32)

    def share(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        fine = turn.turned(mask.astype(np.float32), 1).reshape(camera.size_px[0], _FINE, camera.size_px[1], _FINE)
        return np.asarray(fine.mean(axis=(1, 3)), np.float32)

    return Photographed(
        rgb=_jpeg(np.clip(255 * small, 0, 255).astype(np.uint8), camera.quality),
        ship=share(drawn.ship) > 0.5,
        walls=share(drawn.walls),
        waterline=turn.moved(line),
        horizon=turn.moved((0.0, canvas.horizon_px, float(cols), canvas.horizon_px)),
        bow_x=turn.moved((tips[0], line[1], tips[1], line[3]))[0],
        stern_x=turn.moved((tips[0], line[1], tips[1], line[3]))[2],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """The roll of the camera about the middle of the drawing."""

    cos: float
    sin: float
    mid: tuple[float, float]

    def turned(self, plane: NDArray[np.float32], order: int) -> NDArray[np.float32]:
        """A plane as the rolled camera sees it."""
        matrix = np.array([[self.cos, -self.sin], [self.sin, self.cos]])
        mid = np.array([self.mid[1], self.mid[0]]) - 0.5
        turned: NDArray[np.float32] = ndimage.affine_transform(
            plane, matrix, offset=mid - matrix @ mid, order=order, mode="reflect"
        )
        return turned

    def moved(self, line: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Two points of the drawing, in pixels of the delivered picture."""
        ends = []
        for x, y in (line[:2], line[2:]):
            dx, dy = x - self.mid[0], y - self.mid[1]
            ends += [self.mid[0] + self.cos * dx - self.sin * dy, self.mid[1] + self.sin * dx + self.cos * dy]
        return (ends[0] / _FINE, ends[1] / _FINE, ends[2] / _FINE, ends[3] / _FINE)


def _jpeg(rgb: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """The picture after compression and back."""
    import warnings  # noqa: PLC0415

    from rasterio.errors import NotGeoreferencedWarning  # noqa: PLC0415
    from rasterio.io import MemoryFile  # noqa: PLC0415

    profile = {"driver": "JPEG", "count": 3, "height": rgb.shape[0], "width": rgb.shape[1], "dtype": "uint8"}
    with warnings.catch_warnings(), MemoryFile() as memory:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(**profile, QUALITY=quality) as out:
            out.write(np.moveaxis(rgb, -1, 0))
        with memory.open() as back:
            pixels: NDArray[np.uint8] = np.moveaxis(back.read(), 0, -1)
    return np.ascontiguousarray(pixels)
