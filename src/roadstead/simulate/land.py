"""Land as a pattern of its coordinates: quay aprons, yards, town, fields, woods, beach.

Everything follows from the place (metres from its middle) and the distance to quay and coast, never from the scene, so
that all sensors and dates show the same houses. Reflectances are round figures of such surfaces in the literature
(ECOSTRESS spectral library, version 1; USGS spectral library, version 7), per band blue, green, red, nir, swir16.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002 - fields of a NamedTuple, read at run time

from roadstead.simulate.noise import smooth, uniform

WATER, CONCRETE, ASPHALT, ROOF, GREY_ROOF, WHITE_ROOF, CROP, DRY, WOOD, SAND, ROCK, STACK, BLUE_ROOF, STEEL = range(14)
REFLECTANCE = np.array(
    [
        [0.040, 0.035, 0.018, 0.008, 0.004],
        [0.200, 0.225, 0.240, 0.260, 0.290],
        [0.085, 0.095, 0.105, 0.120, 0.140],
        [0.085, 0.120, 0.200, 0.260, 0.290],
        [0.150, 0.160, 0.165, 0.175, 0.190],
        [0.430, 0.450, 0.460, 0.470, 0.420],
        [0.045, 0.080, 0.055, 0.330, 0.200],
        [0.090, 0.125, 0.165, 0.250, 0.320],
        [0.032, 0.056, 0.042, 0.240, 0.130],
        [0.210, 0.270, 0.320, 0.380, 0.420],
        [0.110, 0.125, 0.135, 0.160, 0.190],
        [0.090, 0.090, 0.130, 0.170, 0.190],
        [0.190, 0.170, 0.130, 0.150, 0.160],
        [0.110, 0.120, 0.130, 0.140, 0.150],
    ],
    np.float32,
)
"""shape (classes, bands blue green red nir swir16)"""
STACK_COLOURS = np.array(
    [
        [0.075, 0.080, 0.180, 0.215, 0.210],
        [0.160, 0.125, 0.085, 0.130, 0.150],
        [0.190, 0.200, 0.200, 0.220, 0.210],
        [0.080, 0.125, 0.095, 0.145, 0.160],
        [0.090, 0.130, 0.210, 0.250, 0.235],
        [0.330, 0.345, 0.345, 0.350, 0.320],
    ],
    np.float32,
)
"""paint of containers, faded and dusty as it is seen at 3 and 10 m, shape (colours, bands)"""
APRON_M, YARD_M, TOWN_M, HIGHEST_M = 27.0, 330.0, 1500.0, 16.0
RADAR_DB = np.array([-99, -13, -15, -4, -3, -3, -11, -12, -9, -15, -9, 2, -3, 3], np.float32)
"""mean sigma nought VV at 38 degrees of incidence per class (Ulaby and Dobson 1989, Handbook of Radar Scattering
Statistics for Terrain, C band; built-up classes from the harbour of Los Angeles)"""


@njit(inline="always")
def _stack(key: Any, i: Any, j: Any, a: Any, b: Any) -> Any:
    """Containers in rows of six with pale lanes between, a place in block (i, j)."""
    row, bay = np.int64(np.floor(b / 24)), np.int64(np.floor(a / 12.9))
    across = b - 24 * row
    lane = np.float32(-0.30) + np.float32(0.40) * smooth(key + 37, a / 34 + i * 5, b / 26 + j * 3)
    if across > 15.4 or a - 12.9 * bay > 12.2:
        return CONCRETE, np.float32(0), lane
    box = np.int64(np.floor(across / 2.6))
    m, n = 64 * i + bay, 64 * j + 8 * row + box
    fill = smooth(key + 3, a / 60 + i * 7, b / 30 + j * 5)
    # Boxes are stacked by bays: neighbours are about as high.
    tiers = np.int64(np.floor(3.4 * uniform(key + 2, m, n - box) + 1.2 * uniform(key + 40, m, n) - 0.5 + fill))
    if tiers <= 0:
        return CONCRETE, np.float32(0), lane
    # Boxes of one line stand together, whole bays of them and often several bays.
    alike = uniform(key + 38, m, n)
    if alike < 0.45:
        return STACK, np.float32(2.6) * np.minimum(tiers, 4), uniform(key + 4, 64 * i + bay // 3, n - box)
    return STACK, np.float32(2.6) * np.minimum(tiers, 4), uniform(key + 4, m, n - box if alike < 0.8 else n)


@njit(inline="always")
def _yard(key: Any, u: Any, v: Any, containers: Any) -> Any:
    """A yard in its quay's frame: stacks of containers, sheds, goods in heaps, open ground."""
    i, j = np.int64(np.floor(u / 124)), np.int64(np.floor(v / 72))
    a, b = u - 124 * i, v - 72 * j
    use = uniform(key + 1, i, j)
    if a > 114 or b > 64:
        return ASPHALT, np.float32(0), np.float32(0.15)
    if containers and use < 0.72:
        return _stack(key, i, j, a, b)
    if use < 0.86:
        wide, deep = 30 + 76 * uniform(key + 5, i, j), 24 + 26 * uniform(key + 9, i, j)
        if 6 < a < 6 + wide and 6 < b < 6 + deep:
            kind = uniform(key + 6, i, j)
            roof = GREY_ROOF if kind < 0.5 else (WHITE_ROOF if kind < 0.75 else BLUE_ROOF)
            slope = np.float32(0.14) if b < 6 + deep / 2 else np.float32(-0.10)
            return roof, np.float32(9), slope + np.float32(0.08 * np.sin(a * 0.7))
    else:
        heap = smooth(key + 7, u / 17, v / 17)
        if heap > 0.3:
            return (STEEL if use < 0.94 else DRY), np.float32(2 + 4 * heap), np.float32(0)
    ground = ASPHALT if smooth(key + 8, u / 70, v / 45) > 0.1 else CONCRETE
    if uniform(key + 36, np.int64(np.floor(u / 6)), np.int64(np.floor(v / 11))) < 0.10:
        return STEEL, np.float32(2.5), np.float32(0.5)
    return ground, np.float32(0), np.float32(0.35) * smooth(key + 37, u / 26, v / 19)


@njit(inline="always")
def _apron(key: Any, u: Any, v: Any, far: Any) -> Any:
    """The strip along a quay: slabs of different age, crane rails, goods and gear that stand about."""
    if abs(far - 4) < 0.5 or abs(far - 20) < 0.5:
        return STEEL, np.float32(0), np.float32(0)
    i, j = np.int64(np.floor(u / 9)), np.int64(np.floor(v / 6))
    busy = smooth(key + 34, u / 75, v / 75)
    if far > 6 and uniform(key + 35, i, j) < 0.22 + 0.36 * busy:
        shade = uniform(key + 38, i, j)
        kind = STEEL if shade < 0.55 else (GREY_ROOF if shade < 0.85 else WHITE_ROOF)
        return kind, np.float32(1.5 + 2 * shade), np.float32(0.3) * (shade - np.float32(0.5))
    old = uniform(key + 39, np.int64(np.floor(u / 48)), np.int64(0))
    seam = np.float32(0.40) * smooth(key + 30, u / 21, v / 13)
    if old > 0.7:
        return ASPHALT, np.float32(0), np.float32(0.1) + seam
    return CONCRETE, np.float32(0), np.float32(0.3) * (old - np.float32(0.5)) + seam


@njit(inline="always")
def _town(key: Any, x: Any, y: Any) -> Any:
    """Streets, houses and gardens."""
    turn = np.float32(1.5) * uniform(
        key + 10, np.int64(np.floor((x + 0.3 * y) / 610)), np.int64(np.floor((y - 0.2 * x) / 480))
    )
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    i, j = np.int64(np.floor(u / 96)), np.int64(np.floor(v / 58))
    a, b = u - 96 * i, v - 58 * j
    if a < 9 or b < 8:
        return ASPHALT, np.float32(0), np.float32(0.25)
    k, m = np.int64((a - 9) / 17.4), np.int64((b - 8) / 25)
    lot, deep = a - 9 - 17.4 * k, b - 8 - 25 * m
    h = uniform(key + 11, 8 * i + k, 4 * j + m)
    age = np.float32(0.45) * (uniform(key + 16, 8 * i + k, 4 * j + m) - np.float32(0.5))
    if 1.5 < lot < 10.5 + 6 * h and 2 < deep < 15 + 8 * uniform(key + 12, 8 * i + k, 4 * j + m):
        kind = uniform(key + 13, 8 * i + k, 4 * j + m)
        roof = ROOF if kind < 0.38 else (GREY_ROOF if kind < 0.88 else WHITE_ROOF)
        side = np.float32(0.12) if lot < 6 + 3 * h else np.float32(-0.12)
        return roof, np.float32(4 + 7 * h * h), side + age
    if smooth(key + 14, x / 7, y / 7) > 0.22:
        return WOOD, np.float32(4 + 3 * smooth(key + 15, x / 3, y / 3)), np.float32(0)
    return DRY if h < 0.85 else CROP, np.float32(0), age


@njit(inline="always")
def _country(key: Any, x: Any, y: Any) -> Any:
    """Woods, fields with their furrows, tracks."""
    wild = smooth(key + 20, x / 900, y / 900) + np.float32(0.5) * smooth(key + 21, x / 240, y / 240)
    wild += np.float32(0.22) * smooth(key + 28, x / 55, y / 55)
    if wild > 0.12:
        crown = smooth(key + 22, x / 6, y / 6) + np.float32(0.6) * smooth(key + 23, x / 2.5, y / 2.5)
        if wild < 0.3 and crown < -0.1:
            return DRY, np.float32(0), np.float32(0)
        return WOOD, np.float32(7 + 4 * crown), np.float32(0.35 * crown)
    turn = np.float32(1.5) * uniform(
        key + 24, np.int64(np.floor((x + 0.4 * y) / 1300)), np.int64(np.floor((y - 0.3 * x) / 900))
    )
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    i = np.int64(np.floor(u / 170))
    j = np.int64(np.floor((v + 60 * uniform(key + 25, i, 0)) / 110))
    if u - 170 * i < 6:
        return DRY, np.float32(0), np.float32(0.25)
    crop = uniform(key + 26, i, j)
    tint = np.float32(0.5) * (uniform(key + 27, i, j) - np.float32(0.5)) + np.float32(0.05) * np.sin(v * (0.8 + crop))
    return CROP if crop < 0.45 else (DRY if crop < 0.9 else ROCK), np.float32(0), tint


class Frame(NamedTuple):
    """Where the sub-pixels of a tile lie: numba reads it as it is."""

    x_m: float
    """first sub-pixel's middle, metres east of the place's middle"""
    y_m: float
    """the same, north"""
    step_m: float
    """size of a sub-pixel"""
    node_row: float
    """row of the first sub-pixel's middle among the nodes"""
    node_col: float
    per_node: float
    """sub-pixels between nodes"""
    nodes: NDArray[np.float32]
    """see `Surroundings`"""
    key: int
    """of the place"""
    containers: bool
    """whether yards hold containers"""


class Ground(NamedTuple):
    """What the sub-pixels of a tile show, arrays of shape (height, width)."""

    kind: NDArray[np.uint8]
    """0 water, 1 land, 2 breakwater"""
    cover: NDArray[np.uint8]
    """class"""
    high: NDArray[np.float32]
    """metres"""
    tint: NDArray[np.float32]
    """variant within the class: relative brightness, or which paint"""
    dark: NDArray[np.float32]
    """1 in shadow"""


@njit(inline="always")
def _ground(x: Any, y: Any, quay: Any, coast: Any, frame: Frame) -> Any:
    """Class, height and variant of a point on land; `quay` is distance to the nearest one, its cosine and sine."""
    far, c, s = quay
    if far < APRON_M:
        return _apron(frame.key, x * c + y * s, y * c - x * s, far)
    if far < YARD_M:
        return _yard(frame.key, x * c + y * s, y * c - x * s, frame.containers)
    edge = smooth(frame.key + 31, x / 420, y / 420) + np.float32(0.15) * smooth(frame.key + 33, x / 60, y / 60)
    if coast < 24 + 26 * edge:
        grain = np.float32(0.12) * smooth(frame.key + 32, x / 8, y / 8)
        return (SAND if edge > -0.1 else ROCK), np.float32(0), grain
    if far < TOWN_M * (0.75 + 0.6 * edge):
        return _town(frame.key, x, y)
    return _country(frame.key, x, y)


@njit(inline="always")
def node_values(frame: Frame, row: Any, col: Any) -> Any:
    """Distance to quay, cosine and sine of its direction, distance to the coast at a sub-pixel."""
    nodes = frame.nodes
    r, c = frame.node_row + row / frame.per_node, frame.node_col + col / frame.per_node
    i, j = np.int64(min(max(r, 0.0), nodes.shape[1] - 2.0)), np.int64(min(max(c, 0.0), nodes.shape[2] - 2.0))
    p, q = np.float32(r - i), np.float32(c - j)
    w00, w01, w10, w11 = (1 - p) * (1 - q), (1 - p) * q, p * (1 - q), p * q
    quay = w00 * nodes[0, i, j] + w01 * nodes[0, i, j + 1] + w10 * nodes[0, i + 1, j] + w11 * nodes[0, i + 1, j + 1]
    coast = w00 * nodes[3, i, j] + w01 * nodes[3, i, j + 1] + w10 * nodes[3, i + 1, j] + w11 * nodes[3, i + 1, j + 1]
    a, b = i + np.int64(p > 0.5), j + np.int64(q > 0.5)
    return quay, nodes[1, a, b], nodes[2, a, b], coast


@njit(cache=True, nogil=True)
def land_cover(
    kind: NDArray[np.uint8], frame: Frame
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """Class, height and variant of every sub-pixel of a tile; `kind` as in `Ground`."""
    height, width = kind.shape
    cover = np.zeros((height, width), np.uint8)
    high, tint = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for r in range(height):
        y = frame.y_m - r * frame.step_m
        for c in range(width):
            x = frame.x_m + c * frame.step_m
            if kind[r, c] == 1:
                quay, ca, sa, coast = node_values(frame, r, c)
                cover[r, c], high[r, c], tint[r, c] = _ground(x, y, (quay, ca, sa), abs(coast), frame)
            elif kind[r, c] == 2:
                bump = smooth(frame.key + 40, x / 2.2, y / 2.2)
                cover[r, c], high[r, c], tint[r, c] = ROCK, 3 + bump, 0.4 * bump
    return cover, high, tint


@njit(cache=True, nogil=True)
def shadows(high: NDArray[np.float32], across: float, down: float, rise: float, reach: int) -> NDArray[np.float32]:
    """1 where the way towards the sun is blocked, shape of the heights.

    Args:
        high: heights, metres.
        across: columns per step towards the sun; the longer of the two is 1.
        down: rows per step.
        rise: rise of the ray per step, metres.
        reach: steps that are looked at.
    """
    height, width = high.shape
    out = np.zeros((height, width), np.float32)
    for r in range(height):
        for c in range(width):
            base = high[r, c]
            for k in range(1, reach + 1):
                i, j = int(np.floor(r + 0.5 + k * down)), int(np.floor(c + 0.5 + k * across))
                if i < 0 or j < 0 or i >= height or j >= width:
                    break
                if high[i, j] > base + k * rise + 0.3:
                    out[r, c] = 1
                    break
    return out
