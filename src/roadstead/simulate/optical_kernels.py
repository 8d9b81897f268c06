"""Kernels of optical scenes: ground and water to reflectance, wakes, air, blur, noise, digital numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray  # noqa: TC002 - fields of a NamedTuple, read at run time

from roadstead.simulate.land import REFLECTANCE, STACK, STACK_COLOURS, Frame, Ground, node_values
from roadstead.simulate.noise import smooth, uniform

FOAM = np.array([0.34, 0.36, 0.36, 0.30, 0.12], np.float32)
"""reflectance of dense foam, bands blue green red nir swir16 (Koepke 1984, Applied Optics 23, 1816-1824)"""
TURBID = np.array([0.010, 0.026, 0.030, 0.008, 0.001], np.float32)
"""added by a cloud of suspended matter"""
SHALLOW = np.array([0.035, 0.055, 0.022, 0.003, 0.0], np.float32)
"""added by a light bottom in shallow water"""
SKYLIGHT = np.array([0.017, 0.013, 0.010, 0.007, 0.004], np.float32)
"""sky mirrored by a calm sea"""
SHADE = np.array([0.42, 0.34, 0.28, 0.20, 0.12], np.float32)
"""light left in shadow: the sky's"""
AIR = np.array([0.155, 0.125, 0.105, 0.075, 0.040], np.float32)
"""path reflectance of dense haze"""


class Water(NamedTuple):
    """The sea of a tile: numba reads it as it is."""

    slopes: NDArray[np.float32]
    """periodic, per pixel of the scene, shape (1024, 1024)"""
    row_off: int
    """of the tile"""
    col_off: int
    glint: float
    """mean reflectance of glint"""
    per_slope: float
    """relative change of glint per slope"""
    caps: float
    """share of breaking crests"""
    key: int


@njit(inline="always")
def _foam(x: Any, y: Any, coast: Any, size: Any, water: Water) -> Any:
    """Share of foam: surf on the coast, and breaking crests."""
    key = water.key
    foam = np.float32(0)
    if coast < 14:
        foam = smooth(key + 6, x / 14, y / 14) + np.float32(0.55) * smooth(key + 7, x / 4, y / 4) - np.float32(0.05)
        foam = max(foam, np.float32(0)) * (np.float32(1) - coast / np.float32(14)) * np.float32(0.6)
    if size > 5:
        # Single crests are far smaller than such pixels.
        foam += np.float32(0.5 * water.caps)
    elif water.caps > 0.0012 and coast > 150:
        i, j = np.int64(np.floor(x / 9)), np.int64(np.floor(y / 9))
        if uniform(key + 8, i, j) < water.caps * 10:
            u, v = x - 9 * i - 2 - 5 * uniform(key + 9, i, j), y - 9 * j - 2 - 5 * uniform(key + 10, i, j)
            ragged = np.float32(0.5) + smooth(key + 11, x / 1.6, y / 1.6)
            foam = max(foam, ragged * np.exp(-(u * u / 1.0 + v * v / 4.0)))
    return foam


@njit(inline="always")
def _sea(at: Any, fetch: Any, quay: Any, water: Water, slope: Any) -> Any:
    """Silt, shallowness, mirrored sky, glint and foam of a point of the sea.

    `at` is x, y and pixel size, `fetch` the distance to the coast, `quay` that to the nearest quay.
    """
    x, y, size = at
    key = water.key
    stain = smooth(key, x / 1400, y / 1400) + np.float32(0.6) * smooth(key + 1, x / 460, y / 460)
    stain += np.float32(0.35) * smooth(key + 2, x / 130, y / 130) + np.float32(0.22) * smooth(key + 3, x / 45, y / 45)
    gust = np.float32(1) + np.float32(0.16) * smooth(key + 4, x / 700, y / 700)
    gust += np.float32(0.10) * smooth(key + 5, x / 90, y / 170)
    # Basins are dredged: nothing is stirred up and no bottom shines through near quays, and elsewhere the rim of
    # turbid water is wide here and narrow there.
    wild = min(max((quay - np.float32(60)) / np.float32(500), np.float32(0.08)), np.float32(1))
    rim = fetch * (np.float32(1.1) + np.float32(0.9) * smooth(key + 12, x / 520, y / 520))
    silt = np.float32(0.30) + np.float32(0.22) * stain + np.float32(0.8) * wild * np.exp(-rim / np.float32(250))
    # Waves grow with the distance over which the wind has blown.
    sloped = slope * (np.float32(1) - np.float32(0.75) * np.exp(-fetch / np.float32(1500)))
    sky = gust * (np.float32(1) + np.float32(3.5) * sloped)
    glint = np.float32(water.glint) * gust * np.exp(min(np.float32(water.per_slope) * sloped, np.float32(1.8)))
    flat = wild * np.exp(-rim / np.float32(45))
    shore = fetch + np.float32(3) * max(np.float32(150) - quay, np.float32(0))
    return max(silt, np.float32(0)), flat, sky, glint, _foam(x, y, shore, size, water)


@njit(inline="always")
def _dry(ground: Ground, i: Any, j: Any, band: Any, grain: Any) -> Any:
    """Reflectance of a sub-pixel of land."""
    if ground.cover[i, j] == STACK:
        level = STACK_COLOURS[np.int64(ground.tint[i, j] * 5.99), band]
    else:
        level = REFLECTANCE[np.int64(ground.cover[i, j]), band] * (np.float32(1) + ground.tint[i, j])
    return level * grain * (SHADE[band] if ground.dark[i, j] > 0 else np.float32(1))


@njit(inline="always")
def _grain(frame: Frame, i: Any, j: Any) -> Any:
    """Wear of a surface, mean 1, the same in every scene."""
    x, y = frame.x_m + j * frame.step_m, frame.y_m - i * frame.step_m
    cell = uniform(frame.key + 60, np.int64(np.floor(x / 1.3)), np.int64(np.floor(y / 1.3)))
    return np.float32(1) + np.float32(0.10) * (cell - np.float32(0.5))


@njit(cache=True, nogil=True)
def painted(ground: Ground, frame: Frame, water: Water, bands: NDArray[np.int64], samples: int) -> NDArray[np.float32]:
    """Reflectance of ground and water of the pixels of a tile.

    Args:
        ground: per sub-pixel.
        frame: of the sub-pixels.
        water: the sea.
        bands: index of each band in the tables of reflectance.
        samples: sub-pixels per pixel and axis.

    Returns:
        Shape (bands, height, width), float32.
    """
    height, width = ground.kind.shape[0] // samples, ground.kind.shape[1] // samples
    out = np.zeros((len(bands), height, width), np.float32)
    middle = 0.5 * (samples - 1)
    for r in range(height):
        for c in range(width):
            wet, shaded = 0, np.float32(0)
            for i in range(r * samples, (r + 1) * samples):
                for j in range(c * samples, (c + 1) * samples):
                    if ground.kind[i, j] == 0:
                        wet += 1
                        shaded += ground.dark[i, j]
                        continue
                    grain = _grain(frame, i, j)
                    for b in range(len(bands)):
                        out[b, r, c] += _dry(ground, i, j, bands[b], grain)
            if wet:
                y, x = r * samples + middle, c * samples + middle
                quay, _, _, coast = node_values(frame, y, x)
                fetch = np.float32(max(-coast, 0))
                at = (frame.x_m + x * frame.step_m, frame.y_m - y * frame.step_m, frame.step_m * samples)
                slope = water.slopes[(water.row_off + r) & 1023, (water.col_off + c) & 1023]
                silt, flat, sky, glint, foam = _sea(at, fetch, quay, water, slope)
                for b in range(len(bands)):
                    k = bands[b]
                    level = REFLECTANCE[0, k] + TURBID[k] * silt + SHALLOW[k] * flat + SKYLIGHT[k] * sky + glint
                    level = level * (1 - foam) + FOAM[k] * foam
                    out[b, r, c] += level * (wet - shaded * (1 - SHADE[k]))
            for b in range(len(bands)):
                out[b, r, c] /= samples * samples
    return out


@njit(cache=True, nogil=True)
def aired(
    level: NDArray[np.float32],
    sky: NDArray[np.float32],
    bands: NDArray[np.int64],
    place: tuple[float, float, float],
    air: tuple[float, int],
) -> None:
    """Put shadow of cloud, cloud and haze over reflectances, in place.

    Args:
        level: shape (bands, height, width).
        sky: see `clouds.Sky`, at the pixels.
        bands: index of each band in the tables of reflectance.
        place: metres of the tile's first row and column in the scene, and its pixel size.
        air: haze, and the key of the clouds' tops.
    """
    count, height, width = level.shape
    haze, key = air
    for r in range(height):
        for c in range(width):
            thick, thin, dark = sky[0, r, c], sky[1, r, c], sky[2, r, c]
            bulge = np.float32(0)
            if thick > 0:
                x, y = place[1] + c * place[2], place[0] + r * place[2]
                bulge = np.float32(0.10) * smooth(key, x / 160, y / 160) + np.float32(0.05) * smooth(
                    key + 1, x / 50, y / 50
                )
            opaque = thick + (1 - thick) * thin
            bright = np.float32(0.50) + np.float32(0.20) * thick + bulge
            for b in range(count):
                k = bands[b]
                value = level[b, r, c] * (1 - dark * (1 - np.float32(1.3) * SHADE[k]))
                value = value * np.float32(1 - 0.35 * haze) + AIR[k] * np.float32(haze)
                white = bright * (np.float32(0.8) if k == 4 else np.float32(1))
                level[b, r, c] = value * (1 - opaque) + white * opaque


@njit(cache=True, nogil=True)
def numbered(
    level: NDArray[np.float32],
    grain: NDArray[np.float32],
    noise: tuple[float, float],
    scaling: tuple[float, float],
    valid: NDArray[np.bool_],
) -> NDArray[np.uint16]:
    """Digital numbers of one band with noise; 0 where there are no data, never 0 elsewhere."""
    height, width = level.shape
    out = np.zeros((height, width), np.uint16)
    floor, gain = np.float32(noise[0] * noise[0]), np.float32(noise[1])
    scale, offset = np.float32(1 / scaling[0]), np.float32(scaling[1])
    for r in range(height):
        for c in range(width):
            if valid[r, c]:
                value = level[r, c] + np.sqrt(floor + gain * max(level[r, c], np.float32(0))) * grain[r, c]
                out[r, c] = np.uint16(
                    min(max((value - offset) * scale + np.float32(0.5), np.float32(1)), np.float32(65535))
                )
    return out
