"""Bright targets of a radar scene: ships and cranes as scatterers, drawn with the radar's impulse response.

A ship is what its solid says: its surface scatters diffusely, walls that face the radar stand out (hull sides with the
water as double bounce, at the waterline; houses with their deck), masts, cranes and corners are points. What is high is
laid over towards the radar. Point responses are separable, hamming-weighted sincs (Cumming and Wong 2005, Digital
Processing of SAR Data, ch. 2); four looks with their own phases are averaged. A ship under way is shown where
`ais.doppler_shift_m` says. Ambiguities follow Li and Johnson 1983 (IEEE Trans. AES 19, 53-61).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from roadstead.ais import doppler_shift_m, range_over_velocity_s
from roadstead.steps import stream

if TYPE_CHECKING:
    from roadstead.simulate.grid import Grid, Tile
    from roadstead.simulate.sensors import RadarSensor
    from roadstead.simulate.ships import Placed
    from roadstead.simulate.surroundings import CraneBox

_CELL_M = 2.0
_DIFFUSE_DB, _WALL_DB, _BROADSIDE_DB = 2.0, 3.0, 9.0
_POINT_DB, _POINT_SPREAD_DB = 32.0, 5.5
"""radar cross-section of one strong point of a ship of 120 m, dB above a square metre"""
_TOPS, _STATIONS = 6, 8
"""strong points: at the highest tops, and one at each of so many equal parts of the length (hatches, rails, masts)"""
_MOST, _STRONGEST = 220, 10
_CORE_M, _ARM_M, _ARM_INSET_M = 170.0, 1400.0, 120.0
_GHOST_DB = -27.0
_GROUND_SPEED = 0.89
"""speed of the beam over ground by that of the platform"""
LOOKS = 4
_HAMMING = 0.75
_BANDWIDTH = 1.07
"""of a hamming-weighted response, times its resolution"""
_STEP, _REACH = 64, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """Directions on the grid: away from the radar and along its flight, unit vectors (east, north)."""

    away: tuple[float, float]
    along: tuple[float, float]
    incidence_deg: float

    @property
    def satellite_azimuth_deg(self) -> float:
        """From the scene to the satellite, clockwise from grid north."""
        return math.degrees(math.atan2(-self.away[0], -self.away[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Intensity that a target adds to a part of the scene."""

    row_off: int
    col_off: int
    intensity: NDArray[np.float32]


def beam_of(flight_deg: float, incidence_deg: float) -> Beam:
    """A beam to the right of the flight (grid bearing)."""
    look, fly = math.radians(flight_deg + 90), math.radians(flight_deg)
    return Beam(
        away=(math.sin(look), math.cos(look)), along=(math.sin(fly), math.cos(fly)), incidence_deg=incidence_deg
    )


def ambiguity_m(sensor: RadarSensor, incidence_deg: float) -> float:
    """Distance of the first azimuth ambiguities, metres."""
    range_over_speed_s = range_over_velocity_s(incidence_deg)
    return sensor.wavelength_m * sensor.pulse_rate_hz * range_over_speed_s / 2 * _GROUND_SPEED


def ship_echoes(ship: Placed, beam: Beam, sensor: RadarSensor, grid: Grid, names: tuple[int, str]) -> tuple[Echo, ...]:
    """A ship and its azimuth ambiguities."""
    shift_m = doppler_shift_m(
        ship.ship.speed_kn,
        ship.grid_heading_deg,
        satellite_azimuth_deg=beam.satellite_azimuth_deg,
        incidence_deg=beam.incidence_deg,
    )
    scatterers = _scatterers(ship, beam, names)
    scatterers[:, 0] += shift_m * beam.along[0]
    scatterers[:, 1] += shift_m * beam.along[1]
    whole = echo(scatterers, beam, sensor, grid, (*names, ship.ship.vessel_id))
    return whole, *_ghosts(whole, scatterers, beam, sensor, grid)


def crane_echoes(
    crane: CraneBox, beam: Beam, sensor: RadarSensor, grid: Grid, names: tuple[int, str]
) -> tuple[Echo, ...]:
    """A quay crane: a few strong points."""
    rng = stream(names[0], names[1], "crane", f"{crane.parts[0][0].centroid.x:.0f} {crane.parts[0][0].centroid.y:.0f}")
    per_m = 1 / math.tan(math.radians(beam.incidence_deg))
    rows = []
    for foot, low, high in crane.parts:
        for height in (low, high):
            x, y, lean = foot.centroid.x, foot.centroid.y, height * per_m
            rcs = 10 ** ((31 + rng.normal(0, 4)) / 10)
            rows.append((x - lean * beam.away[0], y - lean * beam.away[1], rcs, 1.0))
    whole = echo(np.array(rows), beam, sensor, grid, (names[0], names[1], f"crane {rows[0][0]:.0f}"))
    return (whole,)


def _scatterers(ship: Placed, beam: Beam, names: tuple[int, str]) -> NDArray[np.float64]:
    """x, y (metres, laid over), cross-section (m2), 1 for coherent; shape (n, 4)."""
    rng = stream(names[0], names[1], "scatterers", ship.ship.vessel_id)
    block = max(1, round(_CELL_M / ship.solid.cell_m))
    high = _coarse(ship.solid.height_m, block)
    hull = _coarse((ship.solid.material >= 0).astype(np.float32), block) > 0
    size = block * ship.solid.cell_m
    rows, cols = np.mgrid[: high.shape[0], : high.shape[1]]
    fore = (ship.solid.height_m.shape[0] / 2 * ship.solid.cell_m) - (rows + 0.5) * size
    right = (cols + 0.5) * size - ship.solid.height_m.shape[1] / 2 * ship.solid.cell_m
    east, north = ship.ahead
    x, y = ship.x_m + fore * east + right * north, ship.y_m + fore * north - right * east
    # The neighbour towards the radar, in cells of the ship.
    ahead = -(beam.away[0] * east + beam.away[1] * north)
    aside = -(beam.away[0] * north - beam.away[1] * east)
    near = np.roll(high, (round(ahead), -round(aside)), axis=(0, 1)) * np.roll(
        hull, (round(ahead), -round(aside)), axis=(0, 1)
    )
    wall = np.where(hull, high - near, 0)
    broadside = abs(aside) ** 10
    lean = 1 / math.tan(math.radians(beam.incidence_deg))

    def at(
        height: NDArray[np.float32], where: NDArray[np.bool_], rcs: NDArray[np.float64], coherent: float
    ) -> NDArray[np.float64]:
        shift = height[where] * lean
        return np.column_stack(
            [x[where] - shift * beam.away[0], y[where] - shift * beam.away[1], rcs, np.full(len(rcs), coherent)]
        )

    deck = size * size * _random_db(rng, _DIFFUSE_DB, 3.0, int(hull.sum()))
    faces = wall > 1.2
    lit = wall[faces] * size * _random_db(rng, _WALL_DB + _BROADSIDE_DB * broadside, 4.0, int(faces.sum()))
    tops = _tops(high, hull, rng)
    scale_db = 10 * math.log10(ship.ship.length_m / 120)
    points = _random_db(rng, _POINT_DB + scale_db, _POINT_SPREAD_DB, int(tops.sum()))
    return np.concatenate(
        [at(high, hull, deck, 0.0), at(near.astype(np.float32), faces, lit, 1.0), at(high, tops, points, 1.0)]
    )


def _random_db(rng: np.random.Generator, mean_db: float, spread_db: float, count: int) -> NDArray[np.float64]:
    return np.asarray(10 ** ((mean_db + spread_db * rng.standard_normal(count)) / 10))


def _coarse(values: NDArray[np.float32], block: int) -> NDArray[np.float32]:
    rows, cols = -(-values.shape[0] // block) * block, -(-values.shape[1] // block) * block
    padded = np.zeros((rows, cols), np.float32)
    padded[: values.shape[0], : values.shape[1]] = values
    return np.asarray(padded.reshape(rows // block, block, cols // block, block).max(axis=(1, 3)))


def _tops(high: NDArray[np.float32], hull: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """The highest local tops, and the highest place of every part of the length, from bow to stern."""
    peaks = (high == maximum_filter(high, 5)) & (high > 0)
    order = np.argsort(-high[peaks], kind="stable")[:_TOPS]
    rows, cols = np.nonzero(peaks)
    out = np.zeros(high.shape, np.bool_)
    out[rows[order], cols[order]] = True
    for part in np.array_split(np.flatnonzero(hull.any(axis=1)), _STATIONS):
        if part.size:
            level = np.where(hull[part], high[part] + 0.1 * rng.random((part.size, high.shape[1])), -1.0)
            row, col = np.unravel_index(int(np.argmax(level)), level.shape)
            out[part[row], col] = True
    return out


def echo(
    scatterers: NDArray[np.float64], beam: Beam, sensor: RadarSensor, grid: Grid, names: tuple[int, str, str]
) -> Echo:
    """Draw scatterers on the grid; intensity is in units of sigma nought."""
    rng = stream(names[0], names[1], "phases", names[2])
    coherent = scatterers[scatterers[:, 3] > 0]
    coherent = coherent[np.argsort(-coherent[:, 2], kind="stable")][:_MOST]
    phases = np.exp(2j * np.pi * rng.random((len(coherent), LOOKS)))
    cell = sensor.range_resolution_m * sensor.azimuth_resolution_m
    middle = scatterers[:, :2].mean(axis=0)
    core = float(np.hypot(*(scatterers[:, :2] - middle).T).max()) + _CORE_M
    reach = max(core, _ARM_M)
    left = math.floor((middle[0] - reach - grid.west_m) / grid.pixel_m)
    top = math.floor((grid.north_m - middle[1] - reach) / grid.pixel_m)
    square = Square(
        side_px=math.ceil(2 * reach / grid.pixel_m) + 1,
        x_m=grid.west_m + (left + 0.5) * grid.pixel_m,
        y_m=grid.north_m - (top + 0.5) * grid.pixel_m,
        pixel_m=grid.pixel_m,
        middle=(float(middle[0]), float(middle[1])),
        core_m=core,
        away=beam.away,
        along=beam.along,
        resolution_m=(sensor.range_resolution_m, sensor.azimuth_resolution_m),
    )
    amplitudes = np.sqrt(coherent[:, 2:3] / cell / LOOKS) * phases
    intensity = pointed(np.ascontiguousarray(coherent[:, :2]), amplitudes, square, _response())
    splatted(intensity, np.ascontiguousarray(scatterers[scatterers[:, 3] == 0][:, :3]), square)
    return Echo(row_off=top, col_off=left, intensity=intensity)


def _response() -> NDArray[np.float64]:
    """Amplitude response at steps of 1/64 resolution."""
    t = np.arange(_REACH * _STEP) / _STEP * _BANDWIDTH
    side = (1 - _HAMMING) / 2
    return np.asarray(_HAMMING * np.sinc(t) + side * (np.sinc(t - 1) + np.sinc(t + 1))) / _HAMMING


class Square(NamedTuple):
    """The pixels on which a target is drawn: numba reads it as it is."""

    side_px: int
    x_m: float
    """first pixel's middle, UTM metres"""
    y_m: float
    pixel_m: float
    middle: tuple[float, float]
    """of the target, UTM metres"""
    core_m: float
    """all points are drawn so far from the middle; beyond, only the strongest ones along the two axes"""
    away: tuple[float, float]
    along: tuple[float, float]
    resolution_m: tuple[float, float]
    """in range and in azimuth"""


@njit(inline="always")
def _power(points: NDArray[np.float64], amplitudes: Any, at: Any, square: Square, response: Any) -> Any:
    """Sum over looks of the intensity of points at a place; only as many points as there are amplitudes."""
    looks = amplitudes.shape[1]
    field = np.zeros(looks, np.complex128)
    for n in range(len(amplitudes)):
        dx, dy = at[0] - points[n, 0], at[1] - points[n, 1]
        i = int(abs(dx * square.away[0] + dy * square.away[1]) / square.resolution_m[0] * _STEP)
        j = int(abs(dx * square.along[0] + dy * square.along[1]) / square.resolution_m[1] * _STEP)
        if i < len(response) and j < len(response):
            weight = response[i] * response[j]
            for k in range(looks):
                field[k] += amplitudes[n, k] * weight
    return (field.real**2 + field.imag**2).sum()


@njit(cache=True, nogil=True)
def pointed(
    points: NDArray[np.float64], amplitudes: NDArray[np.complex128], square: Square, response: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Intensity of coherent points, shape (side, side).

    Args:
        points: x, y (UTM metres), strongest first, shape (n, 2).
        amplitudes: complex amplitude per point and look, shape (n, looks).
        square: where.
        response: see `_response`.
    """
    out = np.zeros((square.side_px, square.side_px), np.float32)
    for r in range(square.side_px):
        y = square.y_m - r * square.pixel_m
        for c in range(square.side_px):
            x = square.x_m + c * square.pixel_m
            dx, dy = x - square.middle[0], y - square.middle[1]
            u = abs(dx * square.away[0] + dy * square.away[1])
            v = abs(dx * square.along[0] + dy * square.along[1])
            if max(u, v) < square.core_m:
                out[r, c] = _power(points, amplitudes, (x, y), square, response)
            elif min(u, v) < square.core_m - _ARM_INSET_M:
                out[r, c] = _power(points, amplitudes[:_STRONGEST], (x, y), square, response)
    return out


@njit(cache=True, nogil=True)
def splatted(out: NDArray[np.float32], surface: NDArray[np.float64], square: Square) -> None:
    """Add diffuse scatterers (x, y, cross-section; shape (n, 3)) with a Gaussian response, in place."""
    res_r, res_a = square.resolution_m
    for n in range(len(surface)):
        col = int((surface[n, 0] - square.x_m) / square.pixel_m)
        row = int((square.y_m - surface[n, 1]) / square.pixel_m)
        for r in range(max(row - 3, 0), min(row + 4, square.side_px)):
            for c in range(max(col - 3, 0), min(col + 4, square.side_px)):
                dx = square.x_m + c * square.pixel_m - surface[n, 0]
                dy = square.y_m - r * square.pixel_m - surface[n, 1]
                u = (dx * square.away[0] + dy * square.away[1]) / res_r
                v = (dx * square.along[0] + dy * square.along[1]) / res_a
                # Half width one resolution, and unit energy.
                out[r, c] += surface[n, 2] / (res_r * res_a) * 0.88 * np.exp(-2.77 * (u * u + v * v))


def _ghosts(
    whole: Echo, scatterers: NDArray[np.float64], beam: Beam, sensor: RadarSensor, grid: Grid
) -> tuple[Echo, ...]:
    """The first ambiguities on both sides, without the far arms."""
    middle = scatterers[:, :2].mean(axis=0)
    half = math.ceil((np.hypot(*(scatterers[:, :2] - middle).T).max() + 60) / grid.pixel_m)
    row, col = (
        (grid.north_m - middle[1]) / grid.pixel_m - whole.row_off,
        (middle[0] - grid.west_m) / grid.pixel_m - whole.col_off,
    )
    r0, c0 = max(round(row) - half, 0), max(round(col) - half, 0)
    part = whole.intensity[r0 : round(row) + half, c0 : round(col) + half] * np.float32(10 ** (_GHOST_DB / 10))
    out = []
    for sign in (-1, 1):
        way = sign * ambiguity_m(sensor, beam.incidence_deg) / grid.pixel_m
        out.append(
            Echo(
                row_off=whole.row_off + r0 - round(way * beam.along[1]),
                col_off=whole.col_off + c0 + round(way * beam.along[0]),
                intensity=part,
            )
        )
    return tuple(out)


def add_echo(mean: NDArray[np.float32], tile: Tile, target: Echo) -> None:
    """Add an echo to the part of the scene in `mean`, in place."""
    top, left = target.row_off - tile.row_off, target.col_off - tile.col_off
    height, width = target.intensity.shape
    r0, r1 = max(0, top), min(tile.height, top + height)
    c0, c1 = max(0, left), min(tile.width, left + width)
    if r0 < r1 and c0 < c1:
        mean[r0:r1, c0:c1] += target.intensity[r0 - top : r1 - top, c0 - left : c1 - left]
