"""Radar scenes: tiles of amplitudes like Sentinel-1 ground-range detected products, VV.

Sea: gamma speckle on a gamma texture, a K distribution (Ward, Tough, Watts 2013, Sea Clutter, ch. 4), on a mean that
follows wind, incidence, streaks along the wind, and in half of the scenes a wind front; swell; a noise floor. Speckle
is correlated between neighbours as a resolution of 20 x 22 m at 10 m pixels makes it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from roadstead.simulate.clouds import sky_values
from roadstead.simulate.edge import Edge, edge_of, seen, track_deg
from roadstead.simulate.grid import Grid, Tile, grid_over
from roadstead.simulate.land import (
    CONCRETE,
    GREY_ROOF,
    RADAR_DB,
    ROOF,
    STACK,
    STEEL,
    WHITE_ROOF,
    Frame,
    land_cover,
    node_values,
)
from roadstead.simulate.noise import (
    filtered,
    fractal,
    gamma_table,
    key_of,
    lookup,
    normal_table,
    normals,
    smooth,
    uniform,
)
from roadstead.simulate.radar_targets import Beam, Echo, add_echo, beam_of, crane_echoes, ship_echoes
from roadstead.simulate.sensors import RadarSensor
from roadstead.simulate.ships import Placed, placed
from roadstead.simulate.spec import SceneSpec
from roadstead.simulate.surroundings import Surroundings, frame_of, kinds, surroundings
from roadstead.simulate.wakes import wake_foam, wakes_of
from roadstead.simulate.waves import slope_tile
from roadstead.steps import stream

TEXTURE_SHAPE = 9.0
"""shape of the sea's gamma texture; lower is spikier"""
NEIGHBOUR = 0.27
"""side tap of the filter that correlates speckle"""
_NODE_M = 80.0
_SEA_DB, _AT_WIND_M_S, _AT_INCIDENCE = -20.5, 5.0, 38.0
_WIND_DB, _INCIDENCE_DB = 15.0, 0.55
"""per tenfold wind; per degree less incidence (near those of CMOD5, Hersbach et al. 2007, J. Geophys. Res. 112)"""
_FRONT_DB = 2.5
_SWELL = 5.0
"""relative change of intensity per slope"""
_BREAKWATER_DB, _CORNER_SHARE, _WALL_M = -7.0, 0.035, 11.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RadarScene:
    """Everything a tile needs, made once per scene."""

    spec: SceneSpec
    sensor: RadarSensor
    grid: Grid
    still: Surroundings
    ships: tuple[Placed, ...]
    beam: Beam
    echoes: tuple[Echo, ...]
    wakes: NDArray[np.float64]
    sea: NDArray[np.float32]
    """mean sigma nought of the sea on nodes, shape (1, rows, columns)"""
    swell: NDArray[np.float32]
    """periodic slopes"""
    edge: Edge
    keys: tuple[int, int]
    """of the speckle and of the texture"""


def radar_scene(spec: SceneSpec, sensor: RadarSensor) -> RadarScene:
    """Prepare a scene."""
    grid = grid_over(spec.place.aoi, sensor.pixel_m, sensor.margin_m)
    still = surroundings(spec.place, grid)
    ships = placed(spec.ships, grid, still)
    lon, lat = spec.place.aoi.centroid.x, spec.place.aoi.centroid.y
    beam = beam_of(track_deg(ascending=spec.ascending) + grid.turn_deg(lon, lat), spec.incidence_deg)
    names = (spec.seed, spec.id)
    echoes = [e for s in ships for e in ship_echoes(s, beam, sensor, grid, names)]
    echoes += [e for c in still.cranes for e in crane_echoes(c, beam, sensor, grid, names)]
    away = math.degrees(math.atan2(*beam.away))
    return RadarScene(
        spec=spec,
        sensor=sensor,
        grid=grid,
        still=still,
        ships=ships,
        beam=beam,
        echoes=tuple(echoes),
        wakes=wakes_of(ships),
        sea=_sea(spec, sensor, grid, beam),
        swell=slope_tile(spec.weather, sensor.pixel_m, away, names),
        edge=edge_of(spec, grid),
        keys=(key_of(*names, "speckle"), key_of(*names, "texture")),
    )


def _sea(spec: SceneSpec, sensor: RadarSensor, grid: Grid, beam: Beam) -> NDArray[np.float32]:
    """Mean sigma nought on nodes of 80 m."""
    rows, cols = (math.ceil(n * grid.pixel_m / _NODE_M) + 2 for n in (grid.height, grid.width))
    y, x = np.arange(rows, dtype=np.float64) * _NODE_M, np.arange(cols, dtype=np.float64) * _NODE_M
    away_m = beam.away[0] * (x[None, :] - x.mean()) - beam.away[1] * (y[:, None] - y.mean())
    incidence = spec.incidence_deg + sensor.incidence_per_km * away_m / 1000
    wind = spec.weather
    aspect = math.radians(wind.wind_from_deg) - math.atan2(-beam.away[0], -beam.away[1])
    level_db = _SEA_DB + _WIND_DB * math.log10(max(wind.wind_m_s, 1.0) / _AT_WIND_M_S)
    level_db += 0.7 * math.cos(aspect) + 1.5 * math.cos(2 * aspect)
    key = key_of(spec.seed, spec.id, "wind")
    along, across = _along_wind(x, y, math.radians(wind.wind_from_deg))
    streaks = streaked(key, across / 500, along / 3000)
    patches = fractal(key + 20, x, y, (4000.0, 4, 0.6))
    front_db = _front(spec, x, y)
    db = level_db + _INCIDENCE_DB * (_AT_INCIDENCE - incidence) + 0.35 * streaks + 0.5 * patches + front_db
    return np.asarray(10 ** (db / 10), np.float32)[np.newaxis]


def _along_wind(
    x: NDArray[np.float64], y: NDArray[np.float64], turn: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances along and across the wind of all nodes; y runs southwards."""
    return (
        x[None, :] * math.sin(turn) - y[:, None] * math.cos(turn),
        x[None, :] * math.cos(turn) + y[:, None] * math.sin(turn),
    )


@njit(cache=True)
def streaked(key: int, u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float32]:
    """Value noise of two octaves at places (u, v), variance about 1."""
    out = np.empty(u.shape, np.float32)
    for r in range(u.shape[0]):
        for c in range(u.shape[1]):
            out[r, c] = 2.2 * (smooth(key, u[r, c], v[r, c]) + 0.6 * smooth(key + 1, 2 * u[r, c], 2 * v[r, c]))
    return out


def _front(spec: SceneSpec, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """A curved step of the wind through half of the scenes, dB."""
    rng = stream(spec.seed, spec.id, "front")
    if rng.random() < 0.5:
        return np.zeros((len(y), len(x)))
    angle, bend, phase = rng.uniform(0, 2 * np.pi), rng.uniform(100, 350), rng.uniform(0, 6)
    u = (x - x.mean())[None, :] * math.cos(angle) + (y - y.mean())[:, None] * math.sin(angle)
    v = (y - y.mean())[:, None] * math.cos(angle) - (x - x.mean())[None, :] * math.sin(angle)
    place = u + bend * np.sin(v / 1100 + phase) - rng.uniform(-0.25, 0.25) * x.max()
    return np.asarray(_FRONT_DB / (1 + np.exp(-np.clip(place / 90, -50, 50))) - _FRONT_DB / 2)


def radar_tile(scene: RadarScene, tile: Tile) -> NDArray[np.uint16]:
    """Amplitudes of a tile, shape (height, width); 0 where there are no data."""
    mean = _mean(scene, tile.wider(1))
    mean = filtered(mean, np.array([0.62, 0.19], np.float32))
    targets = np.zeros(tile.shape, np.float32)
    for target in scene.echoes:
        add_echo(targets, tile, target)
    white = normals(scene.keys[0], tile.row_off - 1, tile.col_off - 1, tile.wider(1).shape, normal_table())
    side = NEIGHBOUR
    taps = np.array([1, side], np.float32) / np.float32(math.sqrt(1 + 2 * side * side))
    floor = 10 ** (scene.sensor.noise_db / 10)
    valid = seen(scene.edge, tile)
    numbers = (gamma_table(scene.sensor.looks), floor, scene.sensor.amplitude)
    return np.asarray(amplitudes(mean, targets, filtered(white, taps), valid, numbers))


def _mean(scene: RadarScene, tile: Tile) -> NDArray[np.float32]:
    """Mean sigma nought of sea and land."""
    node_px = _NODE_M / scene.grid.pixel_m
    sea = sky_values(scene.sea, node_px, (tile.row_off, tile.col_off), tile.shape)[0]
    if len(scene.wakes):
        corner = scene.grid.corner_m(tile)
        _, ripple = wake_foam(scene.wakes, corner, scene.grid.pixel_m, tile.shape, scene.keys[1] + 9)
        # The turbulent belt behind the stern damps short waves and is dark; Kelvin's arms are bright.
        sea *= np.clip(1 + 2.5 * ripple - 9 * np.minimum(ripple, 0.07), 0.4, 2.0)
    rough(sea, scene.swell, (tile.row_off, tile.col_off), gamma_table(TEXTURE_SHAPE), scene.keys[1])
    kind = kinds(scene.still, scene.grid, tile, 1)
    if kind.any():
        frame = frame_of(scene.still, scene.grid, tile, 1)
        cover = land_cover(kind, frame)[0]
        land_echo(sea, kind, cover, frame, scene.beam.along)
    return np.asarray(sea)


@njit(cache=True, nogil=True)
def rough(
    sea: NDArray[np.float32], swell: NDArray[np.float32], place: tuple[int, int], table: NDArray[np.float32], key: int
) -> None:
    """Multiply the mean of the sea by texture and swell, in place."""
    height, width = sea.shape
    for r in range(height):
        row = place[0] + r
        for c in range(width):
            col = place[1] + c
            z = np.float32(1.9) * (smooth(key, col / 3.1, row / 3.1) + smooth(key + 1, col / 7.3, row / 7.3))
            sea[r, c] *= lookup(table, z) * max(
                np.float32(1) + np.float32(_SWELL) * swell[row & 1023, col & 1023], np.float32(0.3)
            )


@njit(inline="always")
def _land_db(which: Any, quay: Any, facing: Any, frame: Frame, cell: Any) -> Any:
    """Mean sigma nought of a pixel of land, dB; bright corners in built-up ground, quay walls that face the radar."""
    i, j = cell
    drawn = uniform(frame.key + 80, i, j)
    db = RADAR_DB[which] + 3.0 * smooth(frame.key + 81, i / 9.0, j / 9.0) + 4.0 * (uniform(frame.key + 82, i, j) - 0.5)
    built = which in (STACK, STEEL, ROOF, GREY_ROOF, WHITE_ROOF)
    if (built and drawn < _CORNER_SHARE) or (which == CONCRETE and drawn < 0.4 * _CORNER_SHARE):
        db = 6.0 + 12.0 * uniform(frame.key + 83, i, j)
    if quay < _WALL_M:
        db = max(db, -8.0 + 9.0 * facing * facing + 8.0 * (drawn - 0.5))
    return db


@njit(cache=True, nogil=True)
def land_echo(
    mean: NDArray[np.float32],
    kind: NDArray[np.uint8],
    cover: NDArray[np.uint8],
    frame: Frame,
    along: tuple[float, float],
) -> None:
    """Replace the mean by that of land and breakwaters where they are, in place; `along` is the flight's direction."""
    height, width = mean.shape
    for r in range(height):
        i = np.int64(np.floor((frame.y_m - r * frame.step_m) / 12.0))
        for c in range(width):
            j = np.int64(np.floor((frame.x_m + c * frame.step_m) / 12.0))
            if kind[r, c] == 1:
                quay, ca, sa, _ = node_values(frame, r, c)
                facing = (ca * along[0] + sa * along[1]) ** 2
                mean[r, c] = 10 ** (_land_db(np.int64(cover[r, c]), quay, facing, frame, (j, i)) / 10)
            elif kind[r, c] == 2:
                mean[r, c] = 10 ** ((_BREAKWATER_DB + 10 * (uniform(frame.key + 80, j, i) - 0.5)) / 10)


@njit(cache=True, nogil=True)
def amplitudes(
    mean: NDArray[np.float32],
    targets: NDArray[np.float32],
    normal: NDArray[np.float32],
    valid: NDArray[np.bool_],
    numbers: tuple[NDArray[np.float32], float, float],
) -> NDArray[np.uint16]:
    """Digital numbers: speckle on mean and noise floor, targets added; 0 without data, never 0 elsewhere.

    Args:
        mean: sigma nought, shape (height, width).
        targets: intensity added by targets, same shape.
        normal: correlated normal values for the speckle, same shape.
        valid: where there are data, same shape.
        numbers: gamma table of the speckle, noise floor, digital number of sigma nought 1.
    """
    height, width = mean.shape
    out = np.zeros((height, width), np.uint16)
    table, floor, scale = numbers
    for r in range(height):
        for c in range(width):
            if valid[r, c]:
                power = (mean[r, c] + np.float32(floor)) * lookup(table, normal[r, c]) + targets[r, c]
                number = np.float32(scale) * np.sqrt(power) + np.float32(0.5)
                out[r, c] = np.uint16(min(max(number, np.float32(1)), np.float32(65535)))
    return out
