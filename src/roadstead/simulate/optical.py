"""Optical scenes: tiles of digital numbers and of the product's mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from shapely import union_all
from shapely.affinity import translate

from roadstead.geo import sun_position_deg
from roadstead.library import SunView
from roadstead.model import BandRole, InputError
from roadstead.simulate import clouds
from roadstead.simulate.edge import Edge, edge_of, seen
from roadstead.simulate.grid import Grid, Tile, grid_over
from roadstead.simulate.land import HIGHEST_M, REFLECTANCE, WHITE_ROOF, Ground, land_cover, shadows
from roadstead.simulate.lorries import lorries
from roadstead.simulate.noise import filtered, key_of, normal_table, normals
from roadstead.simulate.optical_kernels import FOAM, SHADE, Water, aired, numbered, painted
from roadstead.simulate.sensors import OpticalSensor
from roadstead.simulate.ships import Placed, Stamp, lay, outline, placed, stamps
from roadstead.simulate.small import Boat, boats, vehicles
from roadstead.simulate.spec import SceneSpec
from roadstead.simulate.surroundings import CraneBox, Surroundings, frame_of, kinds, surroundings
from roadstead.simulate.wakes import wake_foam, wakes_of
from roadstead.simulate.waves import SeaLight, sea_light

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LEAST_SUN_DEG = 5.0
"""lowest sun at which optical satellites image"""
_TABLE = (BandRole.BLUE, BandRole.GREEN, BandRole.RED, BandRole.NIR, BandRole.SWIR16)
_BLUR_PX = 4
_LONGEST_SHADOW_M = 60.0
_BOAT_SAMPLES = 4
_FLAT_M = 1.5
_CRANE_PAINT = 0.75
"""of white: cranes are pale, and lattices let some of the ground through"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpticalScene:
    """Everything a tile needs, made once per scene."""

    spec: SceneSpec
    sensor: OpticalSensor
    grid: Grid
    sun: tuple[float, float]
    """elevation and grid azimuth, degrees"""
    still: Surroundings
    ships: tuple[Placed, ...]
    boats: tuple[Boat, ...]
    stamps: tuple[Stamp, ...]
    wakes: NDArray[np.float64]
    """see `wake_foam`"""
    light: SeaLight
    sky: clouds.Sky
    edge: Edge
    key: int
    """of the sea"""
    bands: NDArray[np.int64]
    """index of each band in the tables of reflectance"""


def optical_scene(spec: SceneSpec, sensor: OpticalSensor) -> OpticalScene:
    """Prepare a scene; raises InputError where the sun is down."""
    grid = grid_over(spec.place.aoi, sensor.pixel_m, sensor.margin_m)
    lon, lat = spec.place.aoi.centroid.x, spec.place.aoi.centroid.y
    elevation, azimuth = sun_position_deg(spec.t_utc, lon, lat)
    if elevation < LEAST_SUN_DEG:
        raise InputError(
            f"scene {spec.id}: the sun stands {elevation:.0f} degrees above the horizon of {spec.place.name} at "
            f"{spec.t_utc:%Y-%m-%dT%H:%MZ}, so {sensor.constellation} sees nothing; choose a time by day or a radar"
        )
    turn = grid.turn_deg(lon, lat)
    sun, view = (elevation, azimuth + turn), (spec.off_nadir_deg, spec.satellite_azimuth_deg + turn)
    still = surroundings(spec.place, grid)
    ships = placed(spec.ships, grid, still)
    sight = SunView(sun_elevation_deg=sun[0], sun_azimuth_deg=sun[1], off_nadir_deg=view[0], view_azimuth_deg=view[1])
    small = boats(spec.place.id, spec.seed, spec.id, still, [outline(s) for s in ships])
    trucks = tuple(v for s in ships for v in vehicles(s, still, spec.seed, spec.id))
    return OpticalScene(
        spec=spec,
        sensor=sensor,
        grid=grid,
        sun=sun,
        still=still,
        ships=ships,
        boats=small + trucks + tuple(part for s in ships for part in lorries(s, still, spec.seed, spec.id)),
        stamps=tuple(p for s in ships for p in stamps(s, grid, sight, sensor.bands, sensor.delay_s)),
        wakes=wakes_of(ships),
        light=sea_light(spec.weather, sensor.pixel_m, sun, view, (spec.seed, spec.id)),
        sky=clouds.sky_of(spec, grid, sun),
        edge=edge_of(spec, grid),
        key=key_of(spec.seed, spec.id, "sea"),
        bands=np.array([_TABLE.index(b) for b in sensor.bands]),
    )


def optical_tile(scene: OpticalScene, tile: Tile) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """Digital numbers (bands, height, width) and the sky's fields (3, height, width) of a tile."""
    valid = seen(scene.edge, tile)
    wide = tile.wider(_BLUR_PX)
    level = _ground(scene, wide)
    _afloat(scene, wide, level)
    sky = clouds.sky_values(scene.sky.fields, scene.sky.node_px, (wide.row_off, wide.col_off), wide.shape)
    if not scene.sky.clear or scene.spec.weather.haze > 0:
        size = scene.grid.pixel_m
        place = (wide.row_off * size, wide.col_off * size, size)
        aired(level, sky, scene.bands, place, (scene.spec.weather.haze, scene.key + 90))
    inner = slice(_BLUR_PX, -_BLUR_PX)
    return _numbers(scene, tile, level, valid), sky[:, inner, inner]


def _ground(scene: OpticalScene, tile: Tile) -> NDArray[np.float32]:
    """Reflectance of ground and water with shadows of houses and cranes, shape (bands, height, width)."""
    samples, size = scene.sensor.samples, scene.grid.pixel_m / scene.sensor.samples
    slope = math.tan(math.radians(scene.sun[0]))
    reach = math.ceil(min(HIGHEST_M / slope, _LONGEST_SHADOW_M) / size)
    wide = tile.wider(math.ceil(reach / samples))
    kind = kinds(scene.still, scene.grid, wide, samples)
    cover, high, tint = land_cover(kind, frame_of(scene.still, scene.grid, wide, samples))
    east, south = math.sin(math.radians(scene.sun[1])), -math.cos(math.radians(scene.sun[1]))
    longest = max(abs(east), abs(south))
    dark = np.zeros(kind.shape, np.float32)
    if kind.any():
        dark = shadows(high, east / longest, south / longest, slope * size / longest, reach)
    margin = (wide.height - tile.height) // 2 * samples
    inner = (slice(margin, margin + tile.height * samples), slice(margin, margin + tile.width * samples))
    dark = _crane_shadows(scene, tile, dark[inner])
    ground = Ground(
        kind=np.ascontiguousarray(kind[inner]),
        cover=np.ascontiguousarray(cover[inner]),
        high=np.ascontiguousarray(high[inner]),
        tint=np.ascontiguousarray(tint[inner]),
        dark=np.ascontiguousarray(dark),
    )
    water = Water(
        slopes=scene.light.slopes,
        row_off=tile.row_off,
        col_off=tile.col_off,
        glint=scene.light.glint,
        per_slope=scene.light.per_slope,
        caps=scene.light.whitecaps,
        key=scene.key,
    )
    frame = frame_of(scene.still, scene.grid, tile, samples)
    return np.asarray(painted(ground, frame, water, scene.bands, samples))


def _crane_shadows(scene: OpticalScene, tile: Tile, dark: NDArray[np.float32]) -> NDArray[np.float32]:
    cast = [_cast(c, scene.sun) for c in scene.still.cranes]
    near = [s for s in cast if _near(s, scene.grid, tile)]
    if not near:
        return dark
    return np.maximum(dark, scene.grid.covered(tile, near, scene.sensor.samples).astype(np.float32))


def _cast(crane: CraneBox, sun: tuple[float, float]) -> BaseGeometry:
    """Shadow of a crane on level ground: each part swept from its underside to its top."""
    per_m = 1 / math.tan(math.radians(sun[0]))
    dx, dy = -math.sin(math.radians(sun[1])) * per_m, -math.cos(math.radians(sun[1])) * per_m
    swept = [
        translate(foot, dx * low, dy * low).union(translate(foot, dx * high, dy * high)).convex_hull
        for foot, low, high in crane.parts
    ]
    return union_all(swept)


def _near(shape: BaseGeometry, grid: Grid, tile: Tile) -> bool:
    west, north = grid.corner_m(tile)
    east, south = west + tile.width * grid.pixel_m, north - tile.height * grid.pixel_m
    x0, y0, x1, y1 = shape.bounds
    return bool(x0 < east and x1 > west and y0 < north and y1 > south)


def _afloat(scene: OpticalScene, tile: Tile, level: NDArray[np.float32]) -> None:
    """Wakes, small craft, ships, vehicles and cranes, in place."""
    if len(scene.wakes):
        corner, size = scene.grid.corner_m(tile), scene.grid.pixel_m
        foam, ripple = wake_foam(scene.wakes, corner, size, tile.shape, scene.key + 70)
        if foam.any() or ripple.any():
            foam = np.minimum(foam, 0.9)
            for n, k in enumerate(scene.bands):
                level[n] = level[n] * (1 + ripple) * (1 - foam) + FOAM[k] * foam
    for boat in scene.boats:
        _box_over(scene, tile, level, boat)
    for stamp in scene.stamps:
        lay(level, tile, stamp)
    paint = [(part[0], REFLECTANCE[WHITE_ROOF] * _CRANE_PAINT) for crane in scene.still.cranes for part in crane.parts]
    for shape, colour in paint:
        if _near(shape, scene.grid, tile):
            _fill(scene, tile, level, shape, colour)


def _box_over(scene: OpticalScene, tile: Tile, level: NDArray[np.float32], boat: Boat) -> None:
    shade = translate(boat.outline, *(-(boat.height_m or _FLAT_M) * part for part in _sunwards(scene)))
    if boat.height_m:
        shade = shade.union(boat.outline).convex_hull
    if not _near(boat.outline.union(shade), scene.grid, tile):
        return
    _fill(scene, tile, level, shade.difference(boat.outline), None)
    colour = np.array(boat.paint, np.float32) if boat.paint else np.full(5, boat.reflectance, np.float32)
    _fill(scene, tile, level, boat.outline, colour)


def _sunwards(scene: OpticalScene) -> tuple[float, float]:
    per_m = 1 / math.tan(math.radians(scene.sun[0]))
    return math.sin(math.radians(scene.sun[1])) * per_m, math.cos(math.radians(scene.sun[1])) * per_m


def _fill(
    scene: OpticalScene, tile: Tile, level: NDArray[np.float32], shape: BaseGeometry, colour: NDArray[np.float32] | None
) -> None:
    """Lay a flat shape over a tile; without a colour it is a shadow."""
    if shape.is_empty:
        return
    size = scene.grid.pixel_m
    west, north = scene.grid.corner_m(tile)
    x0, y0, x1, y1 = shape.bounds
    c0, c1 = max(0, math.floor((x0 - west) / size)), min(tile.width, math.ceil((x1 - west) / size))
    r0, r1 = max(0, math.floor((north - y1) / size)), min(tile.height, math.ceil((north - y0) / size))
    if c0 >= c1 or r0 >= r1:
        return
    part = Tile(row_off=tile.row_off + r0, col_off=tile.col_off + c0, height=r1 - r0, width=c1 - c0)
    fine = scene.grid.covered(part, [shape], _BOAT_SAMPLES).astype(np.float32)
    share = fine.reshape(part.height, _BOAT_SAMPLES, part.width, _BOAT_SAMPLES).mean(axis=(1, 3))
    for n, k in enumerate(scene.bands):
        under = level[n, r0:r1, c0:c1]
        over = under * SHADE[k] if colour is None else colour[k]
        level[n, r0:r1, c0:c1] = under * (1 - share) + over * share


def _numbers(
    scene: OpticalScene, tile: Tile, level: NDArray[np.float32], valid: NDArray[np.bool_]
) -> NDArray[np.uint16]:
    sensor = scene.sensor
    out = np.empty((len(sensor.bands), *tile.shape), np.uint16)
    for n in range(len(sensor.bands)):
        sharp = filtered(level[n], _blur(sensor.psf_px[n]))
        key = key_of(scene.spec.seed, scene.spec.id, "noise", str(n))
        grain = normals(key, tile.row_off, tile.col_off, tile.shape, normal_table())
        noise, scaling = (sensor.noise[n], sensor.noise_gain), (sensor.scale, sensor.offset)
        out[n] = numbered(sharp, grain, noise, scaling, valid)
    return out


def _blur(sigma_px: float) -> NDArray[np.float32]:
    """Half of a Gaussian's taps, middle first, sum of the whole 1."""
    taps = np.exp(-0.5 * (np.arange(_BLUR_PX + 1) / sigma_px) ** 2)
    return np.asarray(taps / (2 * taps.sum() - taps[0]), np.float32)
